"""Ranking arguments: what honest parties can do until a target is reached, and numbers that fall while they do.

The rule is that of well-founded orders (Floyd 1967; for parallel programs Manna and Pnueli 1991): the measures are whole numbers that
are not negative, compared lexicographically; no step of anybody raises them, a move of an honest party is always open, and it lowers
them.  So every run in which such moves are taken reaches the target, whatever the others do between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spec.kinds import Kind
from spec.schema import Row, Rows, some
from spec.tree import FALSE, TRUE, Expression, boolean, conjunction, disjunction, implies, in_run, parameter


@dataclass(frozen=True)
class Move:
    """A step that an honest party takes `when` it is due, with these arguments; `chosen` are values that it picks.

    `due` says that there are values for which it is.
    """

    name: str
    step: str
    arguments: dict[str, Expression]
    when: Expression
    due: Expression
    chosen: dict[str, Kind] = field(default_factory=dict)


def move(name: str, step: str, when: Any, over: Rows | None = None, where: Any = True, **arguments: Any) -> Move:
    """A move; with `over`, `when` and the arguments are functions of a row: of any for which it is due, where `where` holds."""
    if over is None:
        return Move(name, step, as_values(arguments), boolean(when), boolean(when))
    missing = over.table.key[len(over.prefix) :]
    chosen = {f"the chosen {name}": kind for name, kind in missing}
    row = Row(over.table, (*over.prefix, *variables(chosen)))
    given = {name: value(row) if callable(value) else value for name, value in arguments.items()}
    return Move(name, step, as_values(given), conjunction(where, row.exists, when(row)), conjunction(where, some(over, when)), chosen)


def as_values(arguments: dict[str, Any]) -> dict[str, Expression]:
    return {name: value if isinstance(value, Expression) else value._identifier() for name, value in arguments.items()}


@dataclass(frozen=True)
class Liveness:
    """A target that honest parties can reach for every subject, from every state in which something is assumed.

    It speaks of runs: `provided` are conditions that are assumed of all their states, each with the words that say it; `timely`
    limits a step of the environment, such as the clock, to states in which nobody honest is late afterwards.
    """

    subject: dict[str, Kind]
    assuming: Expression
    target: Expression
    provided: dict[str, Expression] = field(default_factory=dict)
    timely: dict[str, Expression] = field(default_factory=dict)

    @property
    def open(self) -> Expression:
        """The states that it speaks of: what is assumed holds, and the target is not reached."""
        return conjunction(self.assuming, *self.provided.values(), ~self.target)


@dataclass(frozen=True)
class Ranking:
    """Why a target is reached: moves of honest parties, and measures that they lower; every step keeps what is assumed.

    `invariant` holds in all states of the runs that the claim speaks of.  `given` names for a rule the
    conditions, of those provided and of the invariant, that its proof rests on; where it says nothing it may rest on all of them.
    """

    claim: Liveness
    measures: dict[str, Expression]
    moves: tuple[Move, ...]
    invariant: dict[str, Expression] = field(default_factory=dict)
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def read(self) -> list[Expression]:
        """Everything that a step must not change for the argument to be kept by frame."""
        return [self.claim.open, *self.invariant.values(), *self.measures.values()]

    def chosen(self, rule: str, conditions: dict[str, Expression]) -> dict[str, Expression]:
        """Those of the conditions that the proof of a rule rests on."""
        names = self.given.get(rule, tuple(conditions))
        return {name: condition for name, condition in conditions.items() if name in names}

    def opened(self, rule: str) -> dict[str, Expression]:
        """What is known of a state in which the target is still to be reached."""
        claim = self.claim
        known = {"what is assumed": claim.assuming, "the target is not reached": ~claim.target}
        return {**known, **self.chosen(rule, {**claim.provided, **self.invariant})}

    def held(self, name: str) -> Expression:
        """A condition of the invariant, wherever what is assumed holds."""
        return implies(self.claim.assuming, self.invariant[name])

    def not_raised(self) -> Expression:
        """Of a step, between the state before it and the state after it: no measure rises unless an earlier one falls."""
        return disjunction(in_run(1, self.claim.target), self.compared(TRUE))

    def lowered(self) -> Expression:
        """Of a move: some measure falls, and none before it rises."""
        return disjunction(in_run(1, self.claim.target), self.compared(FALSE))

    def compared(self, equal: Expression) -> Expression:
        found = equal
        for measure in reversed(self.measures.values()):
            before, after = in_run(0, measure), in_run(1, measure)
            found = disjunction(after < before, conjunction(after == before, found))
        return found

    def kept(self) -> Expression:
        """Of a step: what is assumed is not lost."""
        return in_run(1, self.claim.assuming)

    def timely_for(self, step: str) -> Expression:
        return self.claim.timely.get(step, TRUE)


def subject(**kinds: Any) -> dict[str, Kind]:
    """Variables of a ranking, named so that no parameter of a step has the same name."""
    return {f"the {name}": kind for name, kind in kinds.items()}


def variables(kinds: dict[str, Kind]) -> list[Expression]:
    return [parameter(name, kind) for name, kind in kinds.items()]

