"""Judging mutants of a text: a judge asks its questions, the cheapest first, and the first that fails names who noticed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from marketproof.accepted import spoken_of
from marketproof.proving import claims_to_prove, follows, needed
from marketproof.store import Store, program
from model.frames import cells_read
from model.market import Market, MarketError, populate
from model.scope import Scope
from properties.claims import Claim, sometimes_of
from properties.paper_claims import CLAIMS
from properties.proofs import Plan
from properties.starts import populated
from spec.compiled import Compiled
from spec.digests import digest
from spec.mutants import Mutant
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tree import Expression, node

VERDICTS = {
    "killed": "a check of it says something else than of the text",
    "redundant": "the other guards, with the lemmas if there are any, imply what was changed (proved): the texts do the same",
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
        verdict = "killed" if first else "redundant" if self.same(mutant) else "survives"
        by, at = (first.by, first.at) if first else ("", "")
        reason = missing(self.protocol, mutant, self.plan) if verdict == "survives" else ""
        return Judged(mutant.name, verdict, by, at, reason, round(time.process_time() - began, 3))

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

    def wanted(self, claim: Claim) -> Expression | None:
        try:
            found = sometimes_of(claim, self.protocol).states
        except NotExpressible:
            return None
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


def missing(protocol: Protocol, mutant: Mutant, plan: Plan) -> str:
    """What no claim says, for whoever would add one: the clause with its sentence, or what an effect writes and who reads that."""
    step = protocol.transactions[mutant.step]
    if mutant.clause in step.guards:
        return f"no claim says that {mutant.step} must not be taken unless {mutant.clause} holds as it is written"
    changed = mutant.changed.effects.get(mutant.clause, [])
    cells = [f"{one.table}.{one.field}" for one in step.effects[mutant.clause] if not any(one is other for other in changed)]
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
