"""`marketproof tell`: an attack told in full: why each step works, who knows what after it, its price, what stops it, and two diagrams."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence, witness_files
from marketproof.bench import Bench
from marketproof.described import attack_told, causes_in, start_of
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.repaired import amending, repaired
from marketproof.replaying import ReplayFailed, deviating, replay
from marketproof.variants import variant_named
from model.causes import Cause, of_break
from model.learning import Learning
from model.pricing import price
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness, broken
from properties.claims import Claim, goal_of
from reports import telling
from reports.attacks import attack_of
from reports.shapes import parsed
from spec.amendments import Variant
from spec.errors import choices
from spec.schema import NotExpressible

Told = dict[str, Any]


def tell(given: argparse.Namespace) -> int:
    """0 when the witness replays and is told; 1 when it does not replay."""
    progress = Progress()
    progress.start("telling")
    protocol, claim, witness, scope = witness_files.read(Path(given.witness), given.variant)
    bench = Bench(protocol, progress=progress, source=given.variant or witness.variant)
    try:
        explanation = replay(protocol, claim, witness, scope, progress)
    except ReplayFailed as error:
        print(json.dumps({"replays": False, "reason": str(error)}, ensure_ascii=False) if given.json else f"does not replay: {error}")
        return 1
    finally:
        progress.done()
    witness.told = [broken(claim, witness, explanation)]
    told = told_of(bench, claim, witness, scope, against(given, witness))
    if given.out is not None:
        write_pictures(Path(given.out), told)
    print(json.dumps(told, indent=1, ensure_ascii=False) if given.json else telling.text(told))
    return 0


def against(given: argparse.Namespace, witness: Witness) -> list[Variant]:
    """The variants on which the attack is tried: the named ones, or all that amend the text that it is of."""
    return [variant_named(name) for name in given.repaired] if given.repaired else amending(witness.variant)


def told_of(bench: Bench, claim: Claim, witness: Witness, scope: Scope, variants: list[Variant]) -> Told:
    """Everything that is told of a witness that was replayed, as plain data. witness.told: ends with what breaks."""
    steps = all_steps(bench.protocol, COALITIONS[witness.coalition])
    members = deviating(witness, scope)
    shown = attack_told(bench, witness)
    for number, run in enumerate(shown["runs"]):
        for step, learned in zip(run, learned_in(bench, witness, scope, number), strict=True):
            step["learned"] = learned
    load = variant_named(bench.source or bench.protocol.name)
    costs = price(lambda: load.load(dict(witness.readings)), scope, witness.prefix, witness.runs[-1], steps, sorted(members))
    return {
        "claim": claim.label, "title": claim.title, "statement": claim.parts[0].statement, "variant": witness.variant,
        "coalition": witness.coalition, "deviating": witness.deviating, "scope": witness.scope, **shown,
        "breaking": [asdict(cause) | {"run": run + 1, "told": cause.told} for run, cause in break_of(bench, claim, witness, scope)],
        "price": asdict(costs) | {"told": costs.told},
        "repaired": [repaired(variant, claim, witness, scope, steps).as_dict() for variant in variants],
    }  # fmt: skip


def break_of(bench: Bench, claim: Claim, witness: Witness, scope: Scope) -> list[tuple[int, Cause]]:
    """The steps that the break itself rests on, each with the number of its run."""
    start = start_of(bench, witness, scope)
    goal = goal_of(claim, bench.protocol, all_steps(bench.protocol, COALITIONS[witness.coalition]))
    runs = []
    for run in witness.runs:
        runs.append(causes_in(bench, witness, scope, start))
        for action in run[:-1]:
            runs[-1].take(action)
        if run and goal.steps.get(witness.part):
            return of_break(runs, goal, witness.part, run[-1])
        for action in run[-1:]:
            runs[-1].take(action)
    return of_break(runs, goal, witness.part, None)


def learned_in(bench: Bench, witness: Witness, scope: Scope, number: int) -> Iterator[list[str]]:
    """After each step of a run what somebody knows and did not before; nothing where a text does not say what values stand for."""
    run, transactions = witness.runs[number], all_steps(bench.protocol, COALITIONS[witness.coalition])
    members = deviating(witness, scope)
    learning = Learning(bench.protocol, bench.compiled, scope, witness.prefix, run, transactions, members)
    try:
        yield from ([one.told for one in learned] for learned in learning.after_each())
    except NotExpressible:
        yield from ([] for _ in run)


def write_pictures(folder: Path, told: Told) -> None:
    """One SVG and one Mermaid file for each run; a folder is made, other files in it are left alone."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{str(folder)!r} is a file; --out takes a folder, in which {choices(telling.files_named(told))} are written")
    attack = attack_of(parsed("attack", json.dumps(told)))
    for name, content in telling.pictures(told, attack).items():
        evidence.write_file(folder / name, content)
