"""Witness files from elsewhere: read as hostile input, each mistake refused with the value and the choices."""

from __future__ import annotations

from pathlib import Path

from adversaries.coalitions import Coalition, coalition
from marketproof.errors import UserError
from marketproof.variants import load
from model import witness as witnesses
from model.scope import Scope
from model.search import all_steps
from model.witness import LONGEST_NAME, Witness
from properties.claims import Claim
from properties.paper_claims import CLAIMS
from properties.queries import is_query, query
from spec.errors import choices
from spec.text import Protocol
from spec.variants import VARIANTS


def read(path: Path, variant: str | None = None) -> tuple[Protocol, Claim, Witness, Scope]:
    """A witness of a file, as `from_text`."""
    return from_text(text_of(path), variant)


def from_text(text: str, variant: str | None = None) -> tuple[Protocol, Claim, Witness, Scope]:
    """A witness with the protocol and the part of a claim that it is of.

    variant: what the user says it is of; a file never names code to be run.
    """
    fields = witnesses.parse(text)
    if fields["claim"] not in CLAIMS and not is_query(fields["claim"]):
        raise UserError(f"the witness speaks of claim {fields['claim'][:LONGEST_NAME]!r}; choices: {choices(CLAIMS)}, or a query")
    against = coalition(fields["coalition"])
    if variant is None and fields["variant"] not in VARIANTS:
        raise UserError(f"the witness is of variant {fields['variant']!r}: name its file with --variant; known are {choices(VARIANTS)}")
    protocol = load(variant or fields["variant"], list(fields["readings"].items()))
    if protocol.name != fields["variant"]:
        raise UserError(f"the witness is of variant {fields['variant']!r}, not of {protocol.name!r}")
    claim = CLAIMS[fields["claim"]] if fields["claim"] in CLAIMS else query(fields["claim"], protocol)
    witness, scope = witnesses.load("", all_steps(protocol, against), protocol, fields)
    part = part_of(claim, witness)
    check_deviating(witness, scope, against)
    return protocol, part, witness, scope


def text_of(path: Path) -> str:
    """The text of a regular file of bounded size: a pipe or a device could go on for ever."""
    if path.exists() and not path.is_file():
        raise UserError(f"{str(path)!r} is no file: a witness is a file such as evidence/witnesses/C31-rem-CO.json")
    with path.open("rb") as stream:
        content = stream.read(witnesses.LARGEST_FILE_BYTES + 1)
    if len(content) > witnesses.LARGEST_FILE_BYTES:
        raise UserError(f"{str(path)!r} is larger than {witnesses.LARGEST_FILE_BYTES} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{str(path)!r} is not UTF-8 text") from error


def part_of(claim: Claim, witness: Witness) -> Claim:
    """The claim of that part alone, which exists and speaks of as many runs as there are: others may mean nothing in the variant."""
    parts = {part.name: part for part in claim.parts}
    if witness.part not in parts:
        raise UserError(f"{claim.name} has no part {witness.part!r}; choices: {choices(parts)}")
    wanted = 2 if parts[witness.part].kind == "two_runs" else 1
    if len(witness.runs) != wanted:
        raise UserError(f"{claim.name} ({witness.part}) speaks of {wanted} runs at a time, and the witness has {len(witness.runs)}")
    return next(one for one in claim.split() if one.parts[0].name == witness.part)


def check_deviating(witness: Witness, scope: Scope, against: Coalition) -> None:
    """No more members deviate than the coalition that the witness names has."""
    roles = [scope.members()[member] for member in set(witness.deviating)]
    for role in set(roles):
        most = against.deviating.get(role, 0) if role is not None else len(roles) * bool(against.deviating)
        if roles.count(role) > most:
            who = f"{most} deviating {role or 'pseudonyms'}"
            raise UserError(f"coalition {against.name} has at most {who}, and the witness names {', '.join(witness.deviating)[:100]}")
