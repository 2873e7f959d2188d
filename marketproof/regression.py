"""An attack as a regression test: a file for pytest that holds the witness, replays it, and expects what stops it elsewhere."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence, witness_files
from marketproof.repaired import Attempt, amending, attempted
from marketproof.replaying import replay
from marketproof.variants import load
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness
from properties.claims import Claim

HEAD = '''"""Regression test of an attack, written by `marketproof replay --as-pytest`: {title}.

Needs only that marketproof is installed: pytest {name}
"""

from marketproof.regression import broken_on, tried_on

WITNESS = r"""
{witness}"""


def test_the_attack_works_on_{slug}() -> None:
    """{broken}"""
    assert broken_on({arguments}) == {explanation!r}
'''
TAIL = '''

def test_{slug}_{what}() -> None:
    """On {variant}: {ended}."""
    found = tried_on(WITNESS, {variant!r})
    assert (found.works, found.step, found.clauses) == ({works!r}, {step!r}, {clauses!r})
'''


def broken_on(text: str, variant: str | None = None, beside: str | None = None) -> list[str]:
    """Why the claim is broken after the last step of a witness, replayed on the ledger; raises ReplayFailed if it is not.

    text: of a witness file. variant: as for `marketproof replay`; a .py file is looked for in the folder of the file `beside`.
    """
    place = variant if variant is None or beside is None else str(Path(beside).parent / variant)
    protocol, claim, witness, scope = witness_files.from_text(text, place)
    return replay(protocol, claim, witness, scope)


def tried_on(text: str, variant: str) -> Attempt:
    """What becomes of the attack of a witness on another variant, where honest parties go on between its steps."""
    protocol, claim, witness, scope = witness_files.from_text(text)
    return attempt_on(variant, claim, witness, scope, all_steps(protocol, COALITIONS[witness.coalition]))


def attempt_on(variant: str, claim: Claim, witness: Witness, scope: Scope, kinds: Any) -> Attempt:
    return attempted(load(variant, []), claim, witness, scope, kinds, [])


def written(given: argparse.Namespace, claim: Claim, witness: Witness) -> int:
    """Write or print the test of a witness that was replayed."""
    out = None if given.as_pytest == "-" else Path(given.as_pytest)
    content = source(given, claim, witness, out)
    if out is None:
        print(content, end="")
    else:
        evidence.write_file(out, content)
        print(f"wrote {str(out)!r}: run it with `pytest {out}`")
    return 0


def source(given: argparse.Namespace, claim: Claim, witness: Witness, out: Path | None) -> str:
    """The file's text: what is expected is what is found now."""
    text = json.dumps(json.loads(witness_files.text_of(Path(given.witness))), indent=1, sort_keys=True) + "\n"
    arguments = "WITNESS"
    if given.variant is not None:
        arguments += f", {given.variant!r}"
        if given.variant.endswith(".py"):
            folder = out.resolve().parent if out is not None else Path.cwd()
            arguments = f"WITNESS, {os.path.relpath(Path(given.variant).resolve(), folder)!r}, beside=__file__"
    explanation = broken_on(text, given.variant)
    title = f"{claim.label} ({claim.title}) against {witness.coalition} on {witness.variant}"
    said = quoted(f"{claim.label} breaks after its last step.")
    parts = [HEAD.format(title=quoted(title), name="FILE" if out is None else out.name, witness=text, slug=slug(witness.variant),
                         broken=said, arguments=arguments, explanation=explanation)]  # fmt: skip
    if given.variant is None:
        protocol, one, known, scope = witness_files.from_text(text)
        for variant in amending(witness.variant):
            found = attempt_on(variant.name, one, known, scope, all_steps(protocol, COALITIONS[witness.coalition]))
            what = "breaks_as_well" if found.works else "stops_it" if found.step else "keeps_the_claim"
            parts.append(TAIL.format(slug=slug(variant.name), what=what, variant=variant.name, ended=quoted(found.ended), works=found.works,
                                     step=found.step, clauses=found.clauses))  # fmt: skip
    return "".join(parts)


def slug(name: str) -> str:
    return re.sub(r"\W+", "_", name)


def quoted(text: str) -> str:
    """Text of a docstring that cannot end it."""
    return text.replace("\\", "/").replace('"', "'")
