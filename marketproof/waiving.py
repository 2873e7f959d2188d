"""`marketproof waive`: each amendment left out in turn: which claim falls with its attack, what makes it redundant, what covers it."""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence
from marketproof.bench import Bench, Decided
from marketproof.commands import claims_named, size
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.proving import FIRST, LADDER, RESOURCES, prove_task
from model.enumeration import Steps
from model.induction import Engine, Settings, assumptions_of_honest_callers, prove_steps
from model.market import Market, MarketError, first_useful_step, populate
from model.scope import Scope
from model.search import all_steps
from properties import expectations
from properties.claims import ONCE, Claim
from properties.paper_claims import CLAIMS
from properties.proofs import Plan, has_lemmas, plan_of
from properties.starts import populated
from reports import terminal
from spec.amendments import Amendment, Variant
from spec.errors import SpecificationError, choices
from spec.show import show
from spec.text import Protocol
from spec.tracing import Transaction

SCOPE, DEPTH = Scope(2, 2), 3
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
    redundant_with: list[str] = field(default_factory=list)
    reason: str = ""
    witnesses: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "witnesses"}


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
    for place, name in enumerate(names, start=1):
        progress(f"{place} of {len(names)}: {name}")
        results.append(waived(found, known[name], progress, given.search_s))
        if not given.json:
            progress.done()
            print(told(results[-1]), flush=True)
    if given.out is not None:
        evidence.write_file(Path(given.out), json.dumps([one.as_dict() for one in results], indent=1, ensure_ascii=False) + "\n")
    if given.accept:
        evidence.write_file(accepted_file(found.name), accepted_text(found.load(), results))
    if given.json:
        print(json.dumps([one.as_dict() for one in results], indent=1, ensure_ascii=False))
    return 0


def accepted_file(variant: str) -> Path:
    return expectations.FOLDER / f"waiving-{variant}.json"


def text_digest(protocol: Protocol) -> str:
    """Which text the results are of: SHA-256 of the variant as `spec show` prints it."""
    return hashlib.sha256(show(protocol).encode()).hexdigest()


def accepted_text(protocol: Protocol, results: list[Waived]) -> str:
    known = {"text": text_digest(protocol), "results": [one.as_dict() for one in results]}
    return json.dumps(known, indent=1, ensure_ascii=False) + "\n"


def accepted(protocol: Protocol) -> list[dict[str, Any]] | None:
    """The committed results for exactly this text, which take too long for every check; None when there are none."""
    path = accepted_file(protocol.name)
    if not path.is_file():
        return None
    known = json.loads(path.read_text(encoding="utf-8"))
    return list(known["results"]) if known["text"] == text_digest(protocol) else None


def told(one: Waived) -> str:
    fallen = "; ".join(f"{fall['claim']} by {fall['coalition']} in {fall['depth']}" for fall in one.falls)
    return terminal.wrapped(f"{one.amendment}: {one.verdict} {fallen or ', '.join(one.redundant_with) or one.reason}".rstrip())


def waived(variant: Variant, amendment: Amendment, progress: Progress, search_s: float) -> Waived:
    """Leave one amendment out: prove again what it touches, and search for attacks on what is not proved any more."""
    whole = variant.load()
    result = Waived(amendment.name, amendment.because, "uncovered")
    try:
        protocol = variant.load(waive=(amendment.name,))
        bench = Bench(protocol, timeout_s=search_s)
        lost = no_longer_proved(bench, whole, progress)
    except (SpecificationError, KeyError) as error:
        return replace(result, verdict="structural", reason=str(error))
    if not lost:
        others = implied_by(whole, protocol, amendment)
        return replace(result, verdict="redundant", redundant_with=others) if others else result
    until = time.monotonic() + search_s
    for claim in lost:
        fallen = attack_on(bench, claim, until, progress)
        if fallen is not None:
            result.falls.append({"claim": claim.label, "coalition": fallen.row.coalition, "depth": fallen.row.depth, "witness": None,
                                 "told": fallen.witness.told if fallen.witness else []})  # fmt: skip
    searched = f"no attack found within {DEPTH} steps of an honest run in {search_s:g} s"
    reason = "" if result.falls else f"not proved: {', '.join(claim.label for claim in lost)}; {searched}"
    return replace(result, verdict="falls" if result.falls else "unproved", reason=reason)


def claims_to_prove() -> list[Claim]:
    return [claim for name in CLAIMS for claim in claims_named(name) if claim.kind not in ONCE]


def no_longer_proved(bench: Bench, whole: Protocol, progress: Progress) -> list[Claim]:
    """Claims that are proved of the whole variant and not of this one; only steps that differ are proved again."""
    claims = claims_to_prove()
    steps = all_steps(bench.protocol, COALITIONS["peer"])
    plan, before = plan_of(bench.protocol, claims, steps), plan_of(whole, claims, all_steps(whole, COALITIONS["peer"]))
    failed = {name for name in before.invariants if plan.invariants.get(name) is not before.invariants[name]}
    for step in [FIRST, *steps]:
        if step == FIRST or not same_step(steps[step], whole.transactions.get(step)):
            progress(f"proofs at {step or 'the first state'}")
            failed |= {one.obligation.goal for one in prove_task(bench, plan, step) if not one.holds}
    return [claim for claim in claims if claim.label in before.uses and failed & {claim.label, *before.rests_on(claim.label)}]


def same_step(one: Transaction, other: Transaction | None) -> bool:
    """Whether two traced steps are the same; nodes are shared, so that equal clauses are identical."""
    if other is None:
        return False

    def identity(step: Transaction) -> Any:
        writes = [
            (name, write.table, write.field, tuple(map(id, write.keys)), id(write.value), id(write.condition), hash(write.binders))
            for clauses in (step.effects, step.observations) for name, found in clauses.items() for write in found
        ]  # fmt: skip
        conditions = [(name, id(guard.condition)) for name, guard in step.guards.items()]
        events = [(name, id(event.condition), tuple(map(id, event.payload))) for name, event in step.events.items()]
        return step.parameters, writes, conditions, events, [id(condition) for condition in step.honest.values()]

    return bool(identity(one) == identity(other))


def implied_by(whole: Protocol, protocol: Protocol, amendment: Amendment) -> list[str]:
    """The siblings that imply a waived guard, with the lemmas; empty where they do not, or where it is no guard."""
    step, _, guard = amendment.target.partition(".")
    if amendment.action not in ("require", "replace_guard") or step not in protocol.transactions:
        return []
    condition = whole.transactions[step].guards[guard].condition
    plan: Plan = plan_of(whole, claims_to_prove(), all_steps(whole, COALITIONS["peer"]))
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), 0, RESOURCES, ladder=LADDER)
    transaction = protocol.transactions[step]
    found = prove_steps(protocol, {guard: {step: condition}}, plan.invariants, {step: transaction}, settings)
    return [f"{step}.{name}" for name in transaction.guards] if all(one.outcome == "proved" for one in found) else []


def attack_on(bench: Bench, claim: Claim, until: float, progress: Progress) -> Decided | None:
    """The attack of the smallest coalition that is found near an honest run: from each of its states, a few steps deep."""
    for _, group in groups():
        for market in honest_states(bench):
            for coalition in group:
                if time.monotonic() > until:
                    return None
                progress(f"{claim.label} against {coalition.name}, {len(market.steps)} honest steps in")
                bench._markets[SCOPE, "market"] = market
                decided = bench.decide(claim, coalition, SCOPE, DEPTH, attack_only=True)
                if decided.row.verdict == "refuted":
                    return decided
    return None


def groups() -> Iterator[tuple[int, list[Any]]]:
    """Coalitions by how many deviate, the smallest first."""
    sizes = sorted({size(coalition) for coalition in COALITIONS.values()})
    yield from ((number, [one for one in COALITIONS.values() if size(one) == number]) for number in sizes if number < 3)


def honest_states(bench: Bench) -> Iterator[Market]:
    """The populated market, and the states after each transaction of an honest run from it."""
    protocol, compiled = bench.protocol, bench.compiled
    try:
        market = populate(protocol, compiled, SCOPE, populated(protocol))
    except MarketError:
        return
    yield market
    steps = Steps(compiled, SCOPE.universe(protocol, spares=False), frozenset(), protocol.transactions)
    rows, taken = dict(market.rows), list(market.steps)
    while (found := first_useful_step(steps, rows)) is not None and found[0][0] != "Tick":
        action, changed = found
        rows.update(changed)
        taken.append(action)
        if protocol.transactions[action[0]].on_ledger:
            yield Market(dict(rows), list(taken))


__all__ = ["VERDICTS", "Waived", "has_lemmas", "waive", "waived"]
