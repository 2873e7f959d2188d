"""Judging mutants of a text: a judge asks its questions, the cheapest first, and the first that fails names who noticed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.accepted import spoken_of
from marketproof.proving import claims_to_prove, follows, needed
from marketproof.store import Store, program
from model.frames import cells_read
from model.market import Market, MarketError, populate
from model.scope import Scope
from model.search import all_steps
from model.slicing import FieldName, needed_by
from properties.claims import Claim, Goal, expressible, sometimes_of
from properties.keeping import in_loops
from properties.paper_claims import CLAIMS
from properties.proofs import Plan
from properties.starts import populated
from spec.compiled import Compiled
from spec.digests import digest
from spec.mutants import Mutant
from spec.schema import NotExpressible, Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, conjunction, node

VERDICTS = {
    "killed": "a check of it says something else than of the text",
    "redundant": "the other clauses, with the lemmas if there are any, imply what was changed (proved): the texts do the same",
    "unseen": "no step, and no claim about states, steps and runs, reads what is written otherwise, not even through others (by the tree)",
    "survives": "no claim notices as far as was asked: a claim is missing",
}


@dataclass(frozen=True)
class Noticed:
    """Which claim a check would judge otherwise, and at which question."""

    by: str
    at: str


@dataclass(frozen=True)
class Judged:
    """What became of one mutant, in seconds of one core; of one that survives, what a claim would have to speak of."""

    mutant: str
    verdict: str
    by: str
    at: str
    reason: str
    seconds: float


class Judge:
    """A text, and how its mutants are judged; `protocol`, `seed` and `bounds` are all that a judgement depends on, beside the program."""

    bounds = ""

    def __init__(self, protocol: Protocol, seed: int, store: Store) -> None:
        self.protocol, self.seed, self.store, self.said = protocol, seed, store, spoken_of(protocol)
        self.plan: Plan = needed(protocol, claims_to_prove())
        self.honest = HonestRuns(protocol)

    def noticed(self, mutant: Mutant) -> Iterator[Noticed]:
        """What notices the mutant, in the order of asking; whoever reads only the first has no more asked."""
        raise NotImplementedError

    def kept_or_judged(self, mutant: Mutant) -> Judged:
        """What was found before of the same text, claims, mutant and program; or found now, and kept."""
        key = digest(program(), "mutant", self.said, mutant.name, mutant.changed, self.seed, self.bounds)
        known = self.store.get(key)
        if known is not None:
            return Judged(**known)
        found = self.judged(mutant)
        self.store.put(key, asdict(found))
        return found

    def judged(self, mutant: Mutant) -> Judged:
        began = time.process_time()
        first = next(self.noticed(mutant), None)
        verdict = "killed" if first else "redundant" if self.same(mutant) else "survives" if self.seen(mutant) else "unseen"
        by, at = (first.by, first.at) if first else ("", "")
        reason = missing(self.protocol, mutant, self.plan) if verdict == "survives" else ""
        return Judged(mutant.name, verdict, by, at, reason, round(time.process_time() - began, 3))

    def seen(self, mutant: Mutant) -> bool:
        """Whether a claim can tell: a guard is changed, or a write that some step or claim can see."""
        step, rows = self.protocol.transactions[mutant.step], mutant.operator != "perturb"
        if mutant.clause in step.guards:
            return True
        changed = [one for one in step.effects[mutant.clause] if not stands_in(one, mutant.changed.effects.get(mutant.clause, []))]
        return any((one.table, one.field) in self.read or (rows and (one.table, "exists") in self.read) for one in changed)

    @cached_property
    def read(self) -> set[FieldName]:
        """The fields that some claim about states, steps or runs can see."""
        steps = all_steps(self.protocol, COALITIONS["peer"])
        goals = [*expressible(claims_to_prove(), self.protocol, steps).values(), *map(self.honest.goal, CLAIMS.values())]
        conditions = [one for goal in goals for one in (*goal.states.values(), *goal.pairs.values())]
        conditions += [one for goal in goals for live in goal.live.values() for one in (live.open, live.target, *live.timely.values())]
        judged = [by for goal in goals for by in goal.steps.values()]
        named: Goal = Goal(dict(enumerated(conditions)), dict(enumerated(judged)))
        return needed_by(steps, named, rows=True)[0]

    def same(self, mutant: Mutant) -> bool:
        """Whether what was changed says the same, where the other clauses of the step and the lemmas hold."""
        step = self.protocol.transactions[mutant.step]
        alike = says_the_same(step, mutant)
        if alike is None:
            return False
        rest = {name: guard for name, guard in step.guards.items() if name != mutant.clause}
        return follows(self.protocol, self.plan, replace(step, guards=rest), mutant.clause, alike, self.seed)


def says_the_same(step: Transaction, mutant: Mutant) -> Expression | None:
    """A condition under which a changed guard lets the same pass, or a write is done as it was; None where there is none."""
    if mutant.clause in step.guards:
        changed, guard = mutant.changed.guards.get(mutant.clause), step.guards[mutant.clause].condition
        return guard if changed is None else node("eq", guard._kind, guard, changed.condition)
    writes = [one for one in step.effects[mutant.clause] if not stands_in(one, mutant.changed.effects.get(mutant.clause, []))]
    if mutant.operator == "always":
        return conjunction(*(in_loops(one, one.condition) for one in writes))
    return conjunction(*(in_loops(one, ~one.condition) for one in writes)) if mutant.operator == "never" else None


# --- honest runs ---


class HonestRuns:
    """What honest parties come to in the text: in each claim's scope the populated market, then each *sometimes*, in so many steps."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.market_steps: dict[Scope, int] = {}
        self.sometimes_steps: dict[str, int] = {}
        compiled = Compiled(protocol)
        for claim in CLAIMS.values():
            scope = Scope.parse(claim.scope)
            try:
                market = populate(protocol, compiled, scope, populated(protocol))
                self.market_steps.setdefault(scope, len(market.steps))
                if (wanted := self.wanted(claim)) is not None:
                    self.sometimes_steps[claim.name] = len(populate(protocol, compiled, scope, wanted, start=market).steps)
            except MarketError:
                continue

    def goal(self, claim: Claim) -> Goal:
        """What must be reachable for a claim to say anything, as a search is told it; nothing where the text has no word for it."""
        try:
            return sometimes_of(claim, self.protocol)
        except NotExpressible:
            return Goal()

    def wanted(self, claim: Claim) -> Expression | None:
        found = self.goal(claim).states
        return ~found["sometimes"] if found else None

    def lost(self, changed: Protocol, compiled: Compiled) -> Iterator[Noticed]:
        """Claims that say nothing of the changed text, since honest parties do not come to what they speak of in twice as many steps."""
        markets: dict[Scope, Market | None] = {}
        for claim in sorted(CLAIMS.values(), key=lambda claim: Scope.parse(claim.scope).instances):
            scope = Scope.parse(claim.scope)
            if scope not in markets:
                markets[scope] = self.market(changed, compiled, scope)
            market, steps, wanted = markets[scope], self.sometimes_steps.get(claim.name), self.wanted(claim)
            if market is None and scope in self.market_steps:
                yield Noticed(claim.name, f"honest parties do not populate the market at {scope}")
            elif market is not None and steps is not None and wanted is not None:
                try:
                    populate(changed, compiled, scope, wanted, start=market, most_steps=2 * steps + 10)
                except MarketError:
                    yield Noticed(claim.name, f"honest parties never come to: {claim.sometimes}")

    def market(self, changed: Protocol, compiled: Compiled, scope: Scope) -> Market | None:
        try:
            return populate(changed, compiled, scope, populated(changed), most_steps=2 * self.market_steps.get(scope, 0) + 10)
        except MarketError:
            return None


# --- what is missing ---


def enumerated(found: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((str(place), one) for place, one in enumerate(found))


def stands_in(write: Write, others: Iterable[Write]) -> bool:
    return any(write is other for other in others)


def missing(protocol: Protocol, mutant: Mutant, plan: Plan) -> str:
    """What no claim says, for whoever would add one: the clause with its sentence, or what an effect writes and who reads that."""
    step = protocol.transactions[mutant.step]
    if mutant.operator in ("negate", "never"):
        return f"no claim needs {mutant.step} to do what {mutant.clause} says: honest parties come to all that claims speak of without it"
    if mutant.clause in step.guards:
        return f"no claim says that {mutant.step} must not be taken unless {mutant.clause} holds as it is written"
    changed = mutant.changed.effects.get(mutant.clause, [])
    cells = [f"{one.table}.{one.field}" for one in step.effects[mutant.clause] if not stands_in(one, changed)]
    told = ", ".join(dict.fromkeys(cells))
    claims = [label for label, condition in plan.invariants.items() if cells_read(condition) & set(cells)]
    steps = [other.name for other in protocol.transactions.values() if reads(other) & set(cells)]
    read = f"read by {', '.join(steps)}" if steps else "no step reads it"
    spoken = f"conditions about it do not notice: {', '.join(claims)}" if claims else "no condition of states speaks of it"
    return f"no claim says what {mutant.step} writes to {told} ({read}; {spoken})"


def reads(step: Any) -> set[str]:
    conditions = [*(guard.condition for guard in step.guards.values()), *step.honest.values(), *step.powers.values()]
    values = [one for write in (*step.writes, *step.observed) for one in (write.condition, write.value)]
    return {cell for one in (*conditions, *values) for cell in cells_read(one)}


__all__ = ["VERDICTS", "HonestRuns", "Judge", "Judged", "Noticed"]
