"""`marketproof recall`: whether the search, told all claims and no steps, finds every violation that enumeration finds in mutants."""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence
from marketproof.accepted import committed, file_of, spoken_of
from marketproof.progress import Progress
from marketproof.proving import claims_to_prove, need_lemmas
from marketproof.store import Store, program
from marketproof.variants import load
from marketproof.workers import ready_for_work, spread
from model.recalling import Broken, Enumerating, honest_starts, searched
from model.scope import Scope
from model.search import Problem, all_steps
from properties.claims import Goal, expressible
from reports import terminal
from spec.compiled import Compiled
from spec.digests import digest
from spec.mutants import Mutant, mutants_of
from spec.text import Protocol

SCOPE = Scope(2, 2)


@dataclass
class Recalled:
    """What enumeration found in one mutant, and what of it the search did not; seconds of one core.

    cut: the coalitions of which not all runs were enumerated.
    """

    mutant: str
    starts: int
    successors: int
    enumerated: list[dict[str, Any]]
    missed: list[dict[str, Any]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    enumeration_s: float = 0.0
    search_s: float = 0.0


def recall(given: argparse.Namespace) -> int:
    """Enumerate and search so many mutants, drawn with the seed; 0 when the search misses nothing, else 1."""
    protocol, progress, store = load(given.variant, []), Progress(), Store(enabled=not given.fresh)
    need_lemmas(protocol)
    names = [one.name for one in drawn(protocol, given.mutants, given.seed)]
    progress.start("recall")
    found = []
    for one in spread(work, names, prepare, (given.variant, given.depth, given.seed, given.most, store.enabled), given.jobs):
        found.append(one)
        progress(f"{len(found)} of {len(names)} mutants")
        for miss in one.missed:
            progress.done()
            if not given.json:
                print(terminal.wrapped(f"MISSED in {one.mutant}: {miss['claim']} by {miss['coalition']} from start {miss['start']}"))
    progress.done()
    told = summed_up(protocol, found, given.depth, given.most)
    if given.out is not None:
        evidence.write_file(Path(given.out), evidence.canonical(told))
    if given.accept:
        accept(protocol, told)
    print(json.dumps(told, indent=1, ensure_ascii=False) if given.json else terminal.wrapped(said(told)))
    return 1 if any(one.missed for one in found) else 0


def drawn(protocol: Protocol, most: int, seed: int) -> list[Mutant]:
    """So many mutants in an order that the seed gives; fewer are the first of more."""
    found = list(mutants_of(protocol))
    random.Random(seed).shuffle(found)
    return found[:most]


def summed_up(protocol: Protocol, found: list[Recalled], depth: int, most: int = 0) -> dict[str, Any]:
    whole = sum(len(one.enumerated) for one in found)
    missed = sum(len(one.missed) for one in found)
    return {
        "text": spoken_of(protocol), "scope": str(SCOPE), "depth": depth, "most": most, "cut": sum(bool(one.cut) for one in found),
        "mutants": [asdict(one) for one in found],
        "enumerated": whole, "found": whole - missed, "recall": (whole - missed) / whole if whole else None,
        "enumeration_s": round(sum(one.enumeration_s for one in found), 1), "search_s": round(sum(one.search_s for one in found), 1),
    }  # fmt: skip


def said(told: dict[str, Any]) -> str:
    broken = sum(bool(one["enumerated"]) for one in told["mutants"])
    cut = f"; of {told['cut']} not all runs were enumerated: {told['most']} steps for a coalition were the most" if told["cut"] else ""
    return (
        f"{len(told['mutants'])} mutants, {broken} with violations within {told['depth']} steps at {told['scope']}: the search found "
        f"{told['found']} of {told['enumerated']}; enumeration {told['enumeration_s']} s, search {told['search_s']} s{cut}"
    )


def accept(protocol: Protocol, told: dict[str, Any]) -> None:
    """Commit figures in the place of those of the same depth."""
    known = committed("recall", protocol.name, text=told["text"]) or {"text": told["text"], "by_depth": {}}
    known["by_depth"][str(told["depth"])] = told
    evidence.write_file(file_of("recall", protocol.name), evidence.canonical(known))


# --- one mutant ---


def claimed(protocol: Protocol, coalition: str) -> Goal:
    """All claims of states and of steps at once, each under its label."""
    goals = expressible(claims_to_prove(), protocol, all_steps(protocol, COALITIONS[coalition]))
    states = {label: condition for label, goal in goals.items() for condition in goal.states.values()}
    return Goal(states=states, steps={label: by for label, goal in goals.items() for by in goal.steps.values()})


def recalled(protocol: Protocol, mutant: Mutant, depth: int, seed: int, most: int = 0) -> Recalled:
    """Enumerate the mutant from every start, then search from those where something was found."""
    began = time.process_time()
    changed = mutant.of(protocol)
    compiled = Compiled(changed)
    starts = honest_starts(changed, compiled, SCOPE)
    enumerating = Enumerating(changed, compiled, SCOPE, claimed(changed, "orderer"), mutant.step, depth, most=most)
    broken = list(enumerating.run(starts).values())
    result = Recalled(mutant.name, len(starts), enumerating.successors, [asdict(one) for one in broken], cut=enumerating.cut)
    enumerated = time.process_time()
    for start, coalition in sorted({(one.start, one.coalition) for one in broken}):
        mine = [one for one in broken if (one.start, one.coalition) == (start, coalition)]
        problem = Problem(changed, claimed(changed, coalition), SCOPE, COALITIONS[coalition], starts[start], seed)
        found, why = searched(problem, {one.claim: one.depth for one in mine})
        result.missed += [{**asdict(one), "reason": why} for one in mine if missed(one, found)]
    result.enumeration_s, result.search_s = round(enumerated - began, 2), round(time.process_time() - enumerated, 2)
    return result


def missed(one: Broken, found: dict[str, int]) -> bool:
    """Not found, or only in more steps than there are."""
    return one.claim not in found or found[one.claim] > one.depth


_prepared: list[tuple[Protocol, str, dict[str, Mutant], int, int, int, Store]] = []


def prepare(variant: str, depth: int, seed: int, most: int, store: bool) -> None:
    """In a worker: load the variant and make its mutants once."""
    ready_for_work()
    protocol = load(variant, [])
    known = {one.name: one for one in mutants_of(protocol)}
    _prepared.append((protocol, spoken_of(protocol), known, depth, seed, most, Store(enabled=store)))


def work(name: str) -> Recalled:
    """What was found before of the same text, claims, mutant and program; or found now, and kept."""
    protocol, said, known, depth, seed, most, store = _prepared[0]
    key = digest(program(), "recall", said, name, known[name].changed, depth, seed, most)
    if (before := store.get(key)) is not None:
        return Recalled(**before)
    found = recalled(protocol, known[name], depth, seed, most)
    store.put(key, asdict(found))
    return found


__all__ = ["recall", "recalled", "summed_up"]
