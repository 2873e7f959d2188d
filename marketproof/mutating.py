"""`marketproof mutate`: each guard and effect changed in small wrong ways: which claim notices, what is the same, what no claim covers."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.proving import claims_to_prove, follows, need_lemmas, needed, prove, tasks_of, units_of
from marketproof.store import Store
from marketproof.variants import load
from marketproof.workers import ready_for_work, spread
from model.search import all_steps
from reports import terminal
from spec.errors import choices
from spec.mutants import OPERATORS, Mutant, mutants_of
from spec.text import Protocol
from spec.tree import Expression, node

VERDICTS = {
    "killed": "a claim that is proved of the text is not proved of it",
    "redundant": "the other guards and the lemmas imply what was changed (proved): the texts do the same",
    "survives": "no claim notices: a claim is missing",
}


@dataclass(frozen=True)
class Judged:
    """What became of one mutant: `by` names the claim that is lost first and the question that fails."""

    mutant: str
    verdict: str
    by: str
    at: str
    seconds: float


def mutate(given: argparse.Namespace) -> int:
    """Judge all mutants of a variant, of one step, or so many that are drawn; 0 when each is killed or redundant, else 1."""
    protocol, progress = load(given.variant, []), Progress()
    need_lemmas(protocol)
    chosen = chosen_mutants(protocol, given)
    store = Store(enabled=not given.fresh)
    prove(Bench(protocol, given.seed, progress=progress, store=store), claims_to_prove(), (given.variant, []), given.jobs)
    progress.start("mutants")
    found = []
    names = [one.name for one in chosen]
    for one in spread(work, names, prepare, (given.variant, given.seed, store.enabled), given.jobs):
        found.append(one)
        progress(f"{len(found)} of {len(names)}")
        if not given.json:
            progress.done()
            print(terminal.wrapped(f"{one.mutant}: {one.verdict}{f' by {one.by} at {one.at}' if one.by else ''}"), flush=True)
    progress.done()
    told = summed_up(found)
    if given.out is not None:
        evidence.write_file(Path(given.out), evidence.canonical(told))
    print(json.dumps(told, indent=1, ensure_ascii=False) if given.json else terminal.wrapped(score(told)))
    return 1 if told["counts"]["survives"] else 0


def chosen_mutants(protocol: Protocol, given: argparse.Namespace) -> list[Mutant]:
    """Those of the named steps; of these so many as are asked for, drawn with the seed."""
    found = list(mutants_of(protocol))
    steps = dict.fromkeys(one.step for one in found)
    for name in given.step or ():
        if name not in steps:
            raise UserError(f"no step {name!r} on the ledger; choices: {choices(steps)}")
    found = [one for one in found if not given.step or one.step in given.step]
    if given.sample is not None and given.sample < len(found):
        drawn = set(random.Random(given.seed).sample(range(len(found)), given.sample))
        found = [one for place, one in enumerate(found) if place in drawn]
    return found


def summed_up(found: list[Judged]) -> dict[str, Any]:
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS}
    return {"verdicts": VERDICTS, "operators": OPERATORS, "counts": counts, "mutants": [asdict(one) for one in found]}


def score(told: dict[str, Any]) -> str:
    counts, whole = told["counts"], len(told["mutants"])
    seconds = sum(one["seconds"] for one in told["mutants"])
    each = f"{seconds / whole:.2f} s each" if whole else "none"
    return f"{whole} mutants: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + f"; {each}"


# --- one mutant ---


class Judge:
    """A text with its plan, and how its mutants are judged."""

    def __init__(self, protocol: Protocol, seed: int, store: Store) -> None:
        self.protocol, self.seed, self.store = protocol, seed, store
        self.plan = needed(protocol, claims_to_prove())

    def judged(self, mutant: Mutant) -> Judged:
        """Its own step is asked about first, then what else speaks of it; the first question that fails ends it."""
        began = time.perf_counter()
        lost = next(self.failing(mutant), None)
        verdict = "killed" if lost else "redundant" if self.same(mutant) else "survives"
        by, at = lost or ("", "")
        return Judged(mutant.name, verdict, by, at, round(time.perf_counter() - began, 3))

    def failing(self, mutant: Mutant) -> Iterator[tuple[str, str]]:
        """Claims that are lost, with the question of theirs that fails."""
        protocol = mutant.of(self.protocol)
        bench, plan = Bench(protocol, self.seed, store=self.store), needed(protocol, claims_to_prove())
        rests = {goal: claim.label for claim in reversed(claims_to_prove()) for goal in (claim.label, *plan.rests_on(claim.label))}
        steps = all_steps(protocol, COALITIONS["peer"])
        for task in sorted(tasks_of(plan, steps), key=lambda task: task != mutant.step):
            for unit in units_of(bench, plan, task):
                failed = next((one for one in unit.answer(self.store) if not one.holds), None)
                if failed is not None:
                    yield rests[unit.goal], f"{failed.obligation.step or 'the first state'} ({unit.goal})"

    def same(self, mutant: Mutant) -> bool:
        """Whether a changed guard lets pass what the guard does, where the other guards and the lemmas hold."""
        step = self.protocol.transactions[mutant.step]
        if mutant.clause not in step.guards:
            return False
        changed = mutant.changed.guards.get(mutant.clause)
        alike: Expression = step.guards[mutant.clause].condition
        if changed is not None:
            alike = node("eq", alike._kind, alike, changed.condition)
        rest = {name: guard for name, guard in step.guards.items() if name != mutant.clause}
        return follows(self.protocol, self.plan, replace(step, guards=rest), mutant.clause, alike, self.seed)


_prepared: list[tuple[Judge, dict[str, Mutant]]] = []


def prepare(variant: Any, seed: int, store: bool) -> None:
    """In a worker: load the variant and make its mutants once."""
    ready_for_work()
    protocol = load(variant, [])
    _prepared.append((Judge(protocol, seed, Store(enabled=store)), {one.name: one for one in mutants_of(protocol)}))


def work(name: str) -> Judged:
    judge, known = _prepared[0]
    return judge.judged(known[name])
