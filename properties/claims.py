"""What a claim is: a quotation made precise, as conditions that must hold always, each paired with one that must hold sometimes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from properties.ranking import Liveness
from spec.schema import NotExpressible, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean

KINDS = {
    "inv": "holds in every reachable state",
    "step": "holds of every step that can be taken",
    "two_runs": "holds of every two runs that differ only in what the coalition chooses",
    "arith": "holds of all numbers",
    "live": "honest parties can reach it, whatever others do",
    "reach": "some run of honest parties comes to it",
    "know": "what somebody can deduce from what it has",
    "blame": "in all runs that leave the same ledger the same member deviated",
    "game": "no strategy pays more than honesty",
    "measured": "a value with an interval, found by experiments",
}
# Kinds that are decided once, not against each coalition.
ONCE = ("arith", "reach", "blame", "game", "measured")
# Kinds that speak of all runs as conditions of the text: what induction or a ranking can prove.
PROVABLE = ("inv", "step", "two_runs", "live")


@dataclass(frozen=True)
class Part:
    """One precise statement of a claim.

    `build` gives the condition: of a state for `inv` (no argument), of a transaction and its arguments in the state before
    it for `step`, of two states for `two_runs`; for `live` it gives a `Liveness`, for `reach` the state to come to, for `know` a
    `Question`.
    """

    name: str
    kind: str
    statement: str
    build: Callable[..., Any]


@dataclass(frozen=True)
class Claim:
    """A row of the verdict matrix.

    `scope` and `depth` are how far the search looks by default; `deeper` gives another scope and depth against a coalition;
    `against` names the coalitions that the paper's sentence is meant against; `of` names the numbers that a claim about numbers is
    of; `outcome` says what a run that breaks it has come to.
    """

    name: str
    title: str
    quotation: str
    cites: str
    parts: tuple[Part, ...]
    sometimes: str
    reachable: Callable[[], Any] | None
    scope: str = "2x2"
    depth: int = 6
    assumptions: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    of: str = "all numbers"
    deeper: dict[str, tuple[str, int]] = field(default_factory=dict)
    of_several: bool = False
    outcome: str = ""

    @property
    def kind(self) -> str:
        return self.parts[0].kind

    @property
    def label(self) -> str:
        """`C31`, or `C31/event` for one part of a claim that has several."""
        return f"{self.name}/{self.parts[0].name}" if self.of_several else self.name

    def broken(self, part: str) -> str:
        """What a reader is told of the state in which a run ends."""
        return self.outcome or f"this {'reaches' if self.kind == 'reach' else 'breaks'} {self.name} ({part})"

    def split(self) -> list[Claim]:
        """One claim for each part: each is decided by itself."""
        return [replace(self, parts=(part,), of_several=len(self.parts) > 1) for part in self.parts]


@dataclass
class Goal:
    """What a search looks for in one variant: a state, a step or a pair of states that breaks a part of a claim."""

    states: dict[str, Expression] = field(default_factory=dict)
    steps: dict[str, dict[str, Expression]] = field(default_factory=dict)
    pairs: dict[str, Expression] = field(default_factory=dict)
    numbers: dict[str, Expression] = field(default_factory=dict)
    live: dict[str, Liveness] = field(default_factory=dict)
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def expressions(self) -> list[Expression]:
        return [*self.states.values(), *self.pairs.values(), *(e for by in self.steps.values() for e in by.values())]


def goal_of(claim: Claim, protocol: Protocol, transactions: dict[str, Transaction]) -> Goal:
    """The conditions of a claim's parts, traced against a variant."""
    goal = Goal()
    with using(protocol.schema):
        for part in claim.parts:
            if part.kind == "inv":
                goal.states[part.name] = boolean(part.build())
            elif part.kind == "two_runs":
                goal.pairs[part.name] = boolean(part.build())
            elif part.kind == "arith":
                goal.numbers.update({f"{part.name}: {name}": boolean(statement) for name, statement in part.build().items()})
            elif part.kind == "live":
                goal.live[part.name] = part.build()
            elif part.kind in ("blame", "game", "measured"):
                goal.asked[part.name] = part.build()
            elif part.kind == "reach":
                goal.states[part.name] = ~boolean(part.build())
            elif part.kind == "step":
                built = {name: part.build(protocol, transaction) for name, transaction in transactions.items()}
                goal.steps[part.name] = {name: boolean(condition) for name, condition in built.items() if condition is not None}
    return goal


def expressible(claims: Iterable[Claim], protocol: Protocol, transactions: dict[str, Transaction]) -> dict[str, Goal]:
    """The goals of all claims' parts that mean something in a variant, by label."""
    goals = {}
    for part in (part for claim in claims for part in claim.split()):
        try:
            goals[part.label] = goal_of(part, protocol, transactions)
        except NotExpressible:
            continue
    return goals


def sometimes_of(claim: Claim, protocol: Protocol) -> Goal:
    """The state that must be reachable for the claim to say anything: searched for as if it were a violation of its opposite."""
    goal = Goal()
    with using(protocol.schema):
        if claim.reachable is not None:
            goal.states["sometimes"] = ~boolean(claim.reachable())
    return goal
