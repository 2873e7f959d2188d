"""Witnesses: an attack as a file that anybody can replay, and as numbered sentences."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from model.enumeration import Action
from model.scope import Scope, ScopeError, values_of
from spec.errors import choices
from spec.kinds import BOOLEAN, INTEGER, Kind, Term
from spec.text import Protocol
from spec.tracing import Transaction

FORMAT = "marketproof witness"
SCHEMA_VERSION = 1
LARGEST_FILE_BYTES = 16 * 1024 * 1024
LARGEST_NUMBER = 2**53
LONGEST_NAME = 200
MOST_STEPS = 3000


class WitnessError(ValueError):
    """A witness file that cannot be read, with the value and what would do."""


@dataclass
class Witness:
    """What broke which claim, from which start, by which steps of whom."""

    claim: str
    part: str
    variant: str
    readings: dict[str, str]
    scope: str
    start: str
    coalition: str
    deviating: list[str]
    prefix: list[Action]
    runs: list[list[Action]]
    broken_at: int
    told: list[str] = field(default_factory=list)

    def as_json(self, transactions: dict[str, Transaction]) -> str:
        """The file's text: the same witness gives the same bytes."""
        fields: dict[str, Any] = {"format": FORMAT, "schema": SCHEMA_VERSION, **self.__dict__}
        fields["prefix"] = [encode(action, transactions) for action in self.prefix]
        fields["runs"] = [[encode(action, transactions) for action in run] for run in self.runs]
        return json.dumps(fields, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def encode(action: Action, transactions: dict[str, Transaction]) -> dict[str, Any]:
    name, arguments = action
    kinds = transactions[name].parameters
    return {"step": name, "arguments": {parameter: encode_value(kinds[parameter], value) for parameter, value in arguments.items()}}


def encode_value(kind: Kind, value: Any) -> Any:
    """A pre-image as its parts by name; everything else as it is."""
    if isinstance(kind, Term) and value is not None:
        return {name: encode_value(part, inner) for (name, part), inner in zip(kind.parts, value, strict=True)}
    return value


def parse(text: str) -> dict[str, Any]:
    """The fields of a witness file, their shapes checked; raises WitnessError with what is wrong."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WitnessError(f"not a witness: not JSON that can be read ({type(error).__name__}: {str(error)[:80]})") from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise WitnessError(f"not a witness: `format` should be {FORMAT!r}")
    if fields.get("schema") != SCHEMA_VERSION:
        raise WitnessError(f"a witness of schema {short(fields.get('schema'))}; this version reads {SCHEMA_VERSION}")
    texts = ("claim", "part", "variant", "scope", "start", "coalition")
    shapes: dict[str, type] = {
        **dict.fromkeys(texts, str),
        "readings": dict,
        "deviating": list,
        "prefix": list,
        "runs": list,
        "broken_at": int,
    }
    for name, shape in shapes.items():
        if not isinstance(fields.get(name), shape) or isinstance(fields.get(name), bool):
            raise WitnessError(f"field {name!r} of the witness should be a {shape.__name__}, not {short(fields.get(name))}")
        if shape is str and len(fields[name]) > LONGEST_NAME:
            raise WitnessError(f"field {name!r} of the witness is no name: {short(fields[name])}")
    if not all(isinstance(run, list) for run in fields["runs"]) or len(fields["runs"]) not in (1, 2):
        raise WitnessError(f"`runs` should be one or two lists of steps, not {short(fields['runs'])}")
    if not all(isinstance(k, str) and isinstance(v, str) for k, v in fields["readings"].items()):
        raise WitnessError(f"`readings` should map switches to readings, not {short(fields['readings'])}")
    if fields["start"] not in ("market", "empty") or (fields["start"] == "empty" and fields["prefix"]):
        raise WitnessError(f"`start` should be market, or empty without a `prefix`, not {short(fields['start'])}")
    steps = len(fields["prefix"]) + sum(map(len, fields["runs"]))
    if steps > MOST_STEPS:
        raise WitnessError(f"a witness of {steps} steps; at most {MOST_STEPS} are replayed")
    return fields


def decode_steps(steps: list[Any], transactions: dict[str, Transaction], universe: dict[str, list[Any]]) -> list[Action]:
    return [decode(step, transactions, universe) for step in steps]


def decode(step: Any, transactions: dict[str, Transaction], universe: dict[str, list[Any]]) -> Action:
    """One step with its arguments, each a value of its kind within the scope."""
    if not isinstance(step, dict) or not isinstance(step.get("arguments"), dict):
        raise WitnessError(f"a step should have `step` and `arguments`, not {short(step)}")
    name, arguments = step.get("step"), step["arguments"]
    if not isinstance(name, str) or name not in transactions:
        raise WitnessError(f"no step {short(name)}; choices: {choices(transactions)}")
    kinds = transactions[name].parameters
    if set(arguments) != set(kinds):
        raise WitnessError(f"{name} takes {choices(kinds)}, not {short(sorted(arguments))}")
    return name, {
        parameter: decode_value(kind, arguments[parameter], universe, f"{name}({parameter})") for parameter, kind in kinds.items()
    }


def decode_value(kind: Kind, value: Any, universe: dict[str, list[Any]], where: str) -> Any:
    if isinstance(kind, Term):
        names = [name for name, _ in kind.parts]
        if not isinstance(value, dict) or set(value) != set(names):
            raise WitnessError(f"{where} should have the parts {choices(names)}, not {short(value)}")
        return tuple(decode_value(part, value[name], universe, f"{where}.{name}") for name, part in kind.parts)
    if kind is INTEGER:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
            raise WitnessError(f"{where} should be a whole number, not {short(value)}")
        return value
    if kind is BOOLEAN:
        if not isinstance(value, bool):
            raise WitnessError(f"{where} should be true or false, not {short(value)}")
        return value
    known = values_of(kind, universe)
    if not isinstance(value, str) or value not in known:
        raise WitnessError(f"{where} should be one of {choices(known)}, not {short(value)}")
    return value


def load(
    text: str, transactions: dict[str, Transaction], protocol: Protocol, fields: dict[str, Any] | None = None
) -> tuple[Witness, Scope]:
    """A witness of the given protocol from the text of a file."""
    fields = fields or parse(text)
    try:
        scope = Scope.parse(fields["scope"])
    except ScopeError as error:
        raise WitnessError(str(error)) from error
    universe = scope.universe(protocol)
    for member in fields["deviating"]:
        if member not in universe["Member"]:
            raise WitnessError(f"no member {short(member)}; choices: {choices(universe['Member'])}")
    prefix = decode_steps(fields["prefix"], protocol.transactions, universe)
    runs = [decode_steps(run, transactions, universe) for run in fields["runs"]]
    # What the file tells is left aside: whoever shows a witness tells it anew from its steps.
    known = {name: fields[name] for name in Witness.__dataclass_fields__ if name not in ("prefix", "runs", "told")}
    return Witness(**known, prefix=prefix, runs=runs), scope


def short(value: Any) -> str:
    """A value for an error message, however large or deep it is."""
    try:
        text = repr(value)
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply"
    return text if len(text) <= 60 else text[:57] + "..."


def told(runs: list[list[Action]], transactions: dict[str, Transaction], scope: Scope, deviating: Set[str]) -> list[str]:
    """The steps as numbered sentences."""
    lines = []
    for number, run in enumerate(runs, 1):
        lines += [f"run {number}:"] if len(runs) > 1 else []
        lines += [f"{place}. {sentence(action, transactions, scope, deviating)}" for place, action in enumerate(run, 1)]
    return lines


def ending(witness: Witness, explanation: list[str], kind: str) -> str:
    """The last sentence: what of the claim does not hold after the last step, or that it is reached."""
    verb = "reaches" if kind == "reach" else "breaks"
    return f"this {verb} {witness.claim} ({witness.part}): " + "; ".join(explanation)


def sentence(action: Action, transactions: dict[str, Transaction], scope: Scope, deviating: Set[str]) -> str:
    """Who does what, in one sentence."""
    name, arguments = action
    transaction = transactions[name]
    given = ", ".join(f"{parameter} = {shown(kind, arguments[parameter])}" for parameter, kind in transaction.parameters.items()
                      if parameter != "caller" and kind.name != "Text")  # fmt: skip
    if name.startswith("Forge "):
        return f"a peer signs a forged write set for {name[6:]}: {given}"
    caller = arguments["caller"]
    role = scope.members().get(caller) or "a further pseudonym"
    who = f"{caller} ({role}, deviating)" if caller in deviating else f"{caller} ({role})"
    verb = "calls" if transaction.on_ledger else "does, off the ledger,"
    return f"{who} {verb} {name}({given})"


def shown(kind: Kind, value: Any) -> str:
    """A value for a reader: a pre-image with its name and parts."""
    if isinstance(kind, Term):
        if value is None:
            return "nothing"
        return f"{kind.name}[{', '.join(shown(part, inner) for (_, part), inner in zip(kind.parts, value, strict=True))}]"
    return str(value)
