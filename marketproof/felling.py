"""Attacks on a text that has lost proofs: a few steps from every state of an honest run, and in all states of a small scope."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.commands import size
from marketproof.small_beds import Bed, confirm
from model.enumeration import Steps
from model.market import Market, MarketError, first_useful_step, populate
from model.scope import Scope
from properties.claims import Claim, Goal, goal_of
from properties.small_scope import COALITIONS as MEMBERS
from properties.small_scope import Case
from properties.starts import populated
from spec.errors import SpecificationError

SCOPE, DEPTH = Scope(2, 2), 3
SMALL, MOST_STATES = "1x2", 4_000
SEARCHED = f"no attack found within {DEPTH} steps of an honest run in {{0:g}} s, nor among {MOST_STATES} states of each case at {SMALL}"


@dataclass(frozen=True)
class Fall:
    """A claim that a coalition breaks, in how many steps of its own and which; replayed on the ledger."""

    claim: str
    coalition: str
    depth: int
    told: list[str]


def attacks_on(bench: Bench, lost: list[Claim], search_s: float) -> list[Fall]:
    """An attack on each claim for which one is found, of the smallest coalition that is tried first."""
    found = {fall.claim: fall for fall in in_small_scope(bench, lost, time.monotonic() + 3 * search_s)}
    until = time.monotonic() + search_s
    for claim in lost:
        if claim.label not in found and (fall := near_an_honest_run(bench, claim, until)) is not None:
            found[claim.label] = fall
    return [found[claim.label] for claim in lost if claim.label in found]


# --- small scope ---


def in_small_scope(bench: Bench, lost: list[Claim], until: float) -> Iterator[Fall]:
    """Claims about states, steps and what honest parties can reach, each with the shortest run of the first case in which it falls."""
    kinds = ("inv", "step", "live")
    goals = {claim.label: goal_of(claim, bench.protocol, bench.protocol.transactions) for claim in lost if claim.kind in kinds}
    open_goals = {label: goal for label, goal in goals.items() if not any(live.provided for live in goal.live.values())}
    try:
        bed = Bed(bench.protocol, *separated(open_goals))
    except (SpecificationError, KeyError, ValueError):
        return
    for start in ("active", "requested"):
        for name in ("none", "DO", "MO", "CO"):
            if not (bed.states or bed.obeyed or bed.live) or time.monotonic() > until:
                return
            case = Case(f"{SMALL} {name}, {start}", SMALL, MEMBERS[name], start=start)
            bench.progress(f"{', '.join([*bed.states, *bed.obeyed, *bed.live])} in case {case.name}")
            for fall in falls_of(bed, case, name):
                for open_claims in (bed.states, bed.obeyed, bed.live):
                    open_claims.pop(fall.claim, None)
                yield fall


def separated(goals: dict[str, Goal]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What is claimed of states, of what honest parties can reach, and of steps."""
    states = {label: condition for label, goal in goals.items() for condition in goal.states.values()}
    live = {label: live for label, goal in goals.items() for live in goal.live.values()}
    return states, live, {label: by_step for label, goal in goals.items() for by_step in goal.steps.values()}


def falls_of(bed: Bed, case: Case, coalition: str) -> list[Fall]:
    try:
        small = bed.small(case, most_states=MOST_STATES).run()
    except MarketError:
        return []
    found = []
    for one in small.found.values():
        confirm(bed, small, one)
        told = [f"{number}. {said}" for number, said in enumerate(bed.told(case, one.node.run), start=1)]
        found.append(Fall(one.claim, "orderer" if coalition == "none" else coalition, len(told), told))
    return found


# --- near an honest run ---


def near_an_honest_run(bench: Bench, claim: Claim, until: float) -> Fall | None:
    """The attack of the smallest coalition that is found: from each state of an honest run, a few steps deep."""
    for group in groups():
        for market in honest_states(bench):
            for coalition in group:
                if time.monotonic() > until:
                    return None
                bench.progress(f"{claim.label} against {coalition.name}, {len(market.steps)} honest steps in")
                bench._markets[SCOPE, "market"] = market
                decided = bench.decide(claim, coalition, SCOPE, DEPTH, attack_only=True)
                if decided.row.verdict == "refuted" and decided.witness is not None:
                    return Fall(claim.label, coalition.name, decided.row.depth or 0, decided.witness.told)
    return None


def groups() -> Iterator[list[Any]]:
    """Coalitions by how many deviate, the smallest first."""
    sizes = sorted({size(coalition) for coalition in COALITIONS.values()})
    yield from ([one for one in COALITIONS.values() if size(one) == number] for number in sizes if number < 3)


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
