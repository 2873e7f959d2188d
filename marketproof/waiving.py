"""`marketproof waive`: each amendment left out in turn: which claim falls with its attack, what makes it redundant, what covers it."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence
from marketproof.accepted import file_of, spoken_of
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.felling import SEARCHED, attacks_on
from marketproof.progress import Progress
from marketproof.proving import claims_to_prove, follows, prove, tasks_of, units_of
from marketproof.store import Store, program
from marketproof.workers import ready_for_work, spread
from model.search import all_steps
from properties.claims import Claim, goal_of
from properties.proofs import plan_of
from reports import terminal
from spec.amendments import Amendment, Variant
from spec.digests import digest
from spec.errors import SpecificationError, choices
from spec.schema import NotExpressible
from spec.text import Protocol

VERDICTS = {
    "falls": "a claim falls, with its attack",
    "redundant": "its siblings and the lemmas imply it (proved)",
    "unproved": "a claim is not proved any more, and no attack was found to the depth told",
    "uncovered": "no claim yet covers it",
    "structural": "others speak of what it adds: it cannot be left out alone",
}


@dataclass
class Waived:
    """What became of one amendment."""

    amendment: str
    because: str
    verdict: str
    falls: list[dict[str, Any]] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    redundant_with: list[str] = field(default_factory=list)
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def waive(given: argparse.Namespace) -> int:
    """Leave out each amendment of a variant in turn, or those that are named; 0 when every one was decided."""
    from marketproof.variants import variant_named

    found = variant_named(given.variant)
    if given.accept and given.amendment:
        raise UserError("--accept takes all amendments, without --amendment")
    names = given.amendment or [amendment.name for amendment in found.amendments]
    known = {amendment.name: amendment for amendment in found.amendments}
    for name in names:
        if name not in known:
            near = choices(difflib.get_close_matches(name, known, 6, 0.0))
            raise UserError(f"no amendment {name!r} of {found.name}; nearest choices: {near}; all: marketproof spec show {given.variant}")
    progress = Progress()
    progress.start("waiving")
    results = []
    for one in waived_by(found, [known[name] for name in names], given, progress):
        results.append(one)
        progress(f"{len(results)} of {len(names)}")
        if not given.json:
            progress.done()
            print(told(one), flush=True)
    if given.out is not None:
        evidence.write_file(Path(given.out), json.dumps([one.as_dict() for one in results], indent=1, ensure_ascii=False) + "\n")
    if given.accept:
        whole = {"text": spoken_of(found.load()), "results": [one.as_dict() for one in results]}
        evidence.write_file(file_of("waiving", found.name), json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    if given.json:
        print(json.dumps([one.as_dict() for one in results], indent=1, ensure_ascii=False))
    return 0


def told(one: Waived) -> str:
    fallen = "; ".join(f"{fall['claim']} by {fall['coalition']} in {fall['depth']}" for fall in one.falls)
    return terminal.wrapped(f"{one.amendment}: {one.verdict} {fallen or ', '.join(one.redundant_with) or one.reason}".rstrip())


def waived_by(variant: Variant, amendments: list[Amendment], given: argparse.Namespace, progress: Progress) -> Iterator[Waived]:
    """What becomes of each amendment, in order, by several processes, which start from the proofs of the whole variant."""
    store = Store(enabled=not given.fresh)
    prove(Bench(variant.load(), progress=progress, store=store), claims_to_prove(), (given.variant, []), given.jobs)
    progress.start("waiving")
    if given.jobs == 1 or len(amendments) == 1:
        said = spoken_of(variant.load())
        yield from (kept_or_waived(variant, said, one, store, given.search_s, progress) for one in amendments)
        return
    names = [one.name for one in amendments]
    yield from spread(work, names, prepare, (given.variant, store.enabled, given.search_s), given.jobs)


_prepared: list[tuple[Variant, str, Store, float]] = []


def prepare(variant: str, store: bool, search_s: float) -> None:
    """In a worker: find the variant once."""
    from marketproof.variants import variant_named

    ready_for_work()
    found = variant_named(variant)
    _prepared.append((found, spoken_of(found.load()), Store(enabled=store), search_s))


def work(name: str) -> Waived:
    variant, said, store, search_s = _prepared[0]
    amendment = next(one for one in variant.amendments if one.name == name)
    return kept_or_waived(variant, said, amendment, store, search_s, Progress(False))


def kept_or_waived(variant: Variant, said: str, amendment: Amendment, store: Store, search_s: float, progress: Progress) -> Waived:
    """What became of an amendment as it was found before, of the same text, claims and program in the same time; or found now."""
    key = digest(program(), "waived", said, amendment.name, search_s)
    known = store.get(key)
    if known is not None:
        return Waived(**known)
    found = waived(variant, amendment, store, search_s, progress)
    store.put(key, found.as_dict())
    return found


def waived(variant: Variant, amendment: Amendment, store: Store, search_s: float, progress: Progress) -> Waived:
    """Leave one amendment out: prove again what it concerns, and search for attacks on what is not proved any more."""
    whole = variant.load()
    result = Waived(amendment.name, amendment.because, "uncovered")
    try:
        protocol = variant.load(waive=(amendment.name,))
        bench = Bench(protocol, timeout_s=search_s, store=store, progress=progress)
        lost = no_longer_proved(bench, whole)
    except (SpecificationError, KeyError) as error:
        return replace(result, verdict="structural", reason=str(error))
    if not lost:
        others = implied_by(whole, protocol, amendment)
        return replace(result, verdict="redundant", redundant_with=others) if others else result
    if unsaid := [claim.label for claim in lost if not can_be_said(claim, protocol)]:
        return replace(result, verdict="structural", reason=f"{', '.join(unsaid)} cannot be expressed without it")
    found = attacks_on(bench, lost, search_s)
    result.falls = [
        {"claim": fall.claim, "coalition": fall.coalition, "depth": fall.depth, "witness": None, "told": fall.told} for fall in found
    ]
    result.unproved = [claim.label for claim in lost if claim.label not in {fall.claim for fall in found}]
    reason = f"not proved: {', '.join(result.unproved)}; {SEARCHED.format(search_s)}" if result.unproved else ""
    return replace(result, verdict="falls" if result.falls else "unproved", reason=reason)


def can_be_said(claim: Claim, protocol: Protocol) -> bool:
    try:
        goal_of(claim, protocol, protocol.transactions)
    except NotExpressible:
        return False
    return True


def no_longer_proved(bench: Bench, whole: Protocol) -> list[Claim]:
    """Claims that the whole variant has proofs of and this one has not; once a claim is lost, no more is asked for it alone."""
    claims = claims_to_prove()
    steps = all_steps(bench.protocol, COALITIONS["peer"])
    plan, before = plan_of(bench.protocol, claims, steps), plan_of(whole, claims, all_steps(whole, COALITIONS["peer"]))
    kept = [claim for claim in claims if claim.label in before.goals and not before.missing(claim.label)]
    lost = {claim.label for claim in kept if claim.label not in plan.goals or plan.missing(claim.label)}
    needs = {claim.label: {claim.label, *before.rests_on(claim.label)} for claim in kept}
    for task in tasks_of(plan, steps):
        bench.progress(f"proofs at {task or 'the first state'}")
        for unit in units_of(bench, plan, task):
            concerned = {label for label, goals in needs.items() if unit.goal in goals and label not in lost}
            if concerned and not all(one.holds for one in unit.answer(bench.store)):
                lost |= concerned
    return [claim for claim in kept if claim.label in lost]


def implied_by(whole: Protocol, protocol: Protocol, amendment: Amendment) -> list[str]:
    """The siblings that imply a waived guard, with the lemmas; empty where they do not, or where it is no guard."""
    step, _, guard = amendment.target.partition(".")
    if amendment.action not in ("require", "replace_guard") or step not in protocol.transactions:
        return []
    condition = whole.transactions[step].guards[guard].condition
    plan, transaction = plan_of(whole, claims_to_prove(), all_steps(whole, COALITIONS["peer"])), protocol.transactions[step]
    return [f"{step}.{name}" for name in transaction.guards] if follows(protocol, plan, transaction, guard, condition) else []


__all__ = ["VERDICTS", "Waived", "waive", "waived"]
