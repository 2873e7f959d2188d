"""Which clauses of a base's statements agree with sampled states and exclude a given one: lemmas are looked for among these."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.enumeration import Rows
from model.frames import cells_read
from properties.templates import TEMPLATES, Base, Clause, Literal, Statement
from spec.compiled import Compiled, Source
from spec.concrete import Key, View
from spec.kinds import INTEGER
from spec.schema import Schema

Truths = NDArray[np.bool_]
# What a clause costs beside its statements, by its shape; and each cell in it that a question does not speak of.
COST = {"implies": 0.0, "excludes": 6.0, "either": 9.0, "alone": 2.0, "beside": 3.0}
FOREIGN = 100.0


class Loose(View):
    """A view whose keys may be missing, as they are in a candidate of the solver."""

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        size = len(prefix)
        return sorted({key[size] for name, key in self.rows if name == table and key[:size] == prefix}, key=repr)


def view_of(schema: Schema, rows: Rows, universe: dict[str, list[Any]], coalition: frozenset[Any]) -> View:
    return Loose(schema, rows, universe, coalition)


@dataclass(frozen=True)
class Mined:
    """A clause of a base, and what it costs: cheaper ones are tried first."""

    base: Base
    clause: Clause
    cost: float


class Table:
    """The truth of a base's statements in sampled states, one line for each different one, and which clauses these agree with."""

    def __init__(self, base: Base, compiled: Compiled, samples: Iterable[View]) -> None:
        self.base, self.compiled, self.width = base, compiled, len(base.statements)
        self.values = self.function()
        lines = sorted({line for view in samples for line in self.lines(view)})
        self.truth = np.array(lines, dtype=bool).reshape(-1, self.width)
        self.plain = np.array([self.priced(one) for one in base.statements], dtype=np.float32)
        self.cells = [cells_read(one.condition) - {f"{base.name}.exists"} for one in base.statements]
        self._together: dict[int | None, Truths] = {}

    def function(self) -> Callable[..., tuple[bool, ...]]:
        source = Source(self.compiled.schema)
        told = ", ".join(source.expression(statement.condition) for statement in self.base.statements)
        return source.build(f"statements of {self.base.name}", [f"    return ({told},)"])

    def lines(self, view: View) -> Iterator[tuple[bool, ...]]:
        for key in self.keys(view):
            yield self.compiled.call(self.values, view, dict(zip(self.base.key, key, strict=True)))

    def keys(self, view: View) -> Iterator[Key]:
        """Every key of identifiers; every row, where a number is in the key."""
        kinds = [kind for _, kind in self.base.table.key]
        if INTEGER not in kinds:
            yield from itertools.product(*(view.universe[kind.sort] for kind in kinds))
            return
        first = kinds.index(INTEGER)
        yield from (key for name, key in view.rows if name == self.base.name and None not in key[:first])

    def together(self, without: int | None) -> Truths:
        """For each two literals (statements, then their denials) whether some line has both false, and one literal more."""
        if without not in self._together:
            false = np.concatenate([~self.truth, self.truth], axis=1)
            chosen = false if without is None else false[false[:, without]]
            numbers = chosen.astype(np.float32)
            self._together[without] = (numbers.T @ numbers) > 0
        return self._together[without]

    @property
    def agreeing(self) -> int:
        """How many clauses of one or two literals no sample breaks; of such as follow from one literal alone only that."""
        together = self.together(None)
        never = ~np.diag(together)
        return int(never.sum() + np.triu(~together[np.ix_(~never, ~never)], 1).sum())

    def priced(self, statement: Statement) -> float:
        """Plain templates first; what is said of the base's own row before what is said of others; few rows before many."""
        cells = cells_read(statement.condition)
        foreign = not any(cell.startswith(f"{self.base.name}.") for cell in cells)
        return list(TEMPLATES).index(statement.template) + 1.5 * foreign + 0.5 * len({cell.partition(".")[0] for cell in cells})

    def excluding(self, view: View, spoken: frozenset[str], most: int) -> list[Mined]:
        """Clauses that agree with all samples and that some key of this state breaks, the cheapest first.

        spoken: the cells that the question speaks of; clauses of these only come before all others.
        """
        if not len(self.truth):
            return []
        self.price = np.tile(self.plain + FOREIGN * np.array([len(cells - spoken) for cells in self.cells], dtype=np.float32), 2)
        found: dict[Clause, float] = {}
        for line in dict.fromkeys(self.lines(view)):
            truth = np.array(line, dtype=bool)
            for without in self.conditions(truth):
                for clause, cost in self.of_line(truth, without, most):
                    found[clause] = min(cost, found.get(clause, cost))
        chosen = sorted(found, key=lambda clause: (found[clause], [(one.place, one.holds) for one in clause]))[:most]
        return [Mined(self.base, clause, found[clause]) for clause in chosen]

    def conditions(self, line: Truths) -> list[int | None]:
        """Statements that stand in a clause beside one or two literals: none, or that a member deviates who here does not."""
        honest = [place for place, one in enumerate(self.base.statements) if one.template == "honest" and not line[place]]
        return [None, *honest]

    def of_line(self, line: Truths, without: int | None, most: int) -> Iterator[tuple[Clause, float]]:
        """The literals that are false in a line: alone if no sample has it false, in pairs if none has both."""
        together = self.together(without)
        places = np.where(line, np.arange(self.width) + self.width, np.arange(self.width))
        beside, more = ((), 0.0) if without is None else ((self.literal(without),), COST["beside"] + float(self.price[without]))
        never = ~together[places, places]
        if without is not None:
            never |= ~self.together(None)[places, places]
        for place in places[never]:
            if without is None or (place != without and self.together(None)[place, place]):
                yield (*beside, self.literal(place)), more + float(self.price[place] + COST["alone"])
        rest = places[~never]
        free = np.triu(~together[np.ix_(rest, rest)], 1)
        if without is not None:
            alone = self.together(None)[rest, without]
            free &= self.together(None)[np.ix_(rest, rest)] & alone[:, None] & alone[None, :]
        first, second = np.nonzero(free)
        cost = self.price[rest[first]] + self.price[rest[second]] + self.shape(rest[first], rest[second])
        for at in np.argsort(cost, kind="stable")[:most]:
            yield (*beside, self.literal(rest[first[at]]), self.literal(rest[second[at]])), more + float(cost[at])

    def shape(self, first: Any, second: Any) -> Any:
        denied = (first >= self.width).astype(int) + (second >= self.width)
        return np.array([COST["either"], COST["implies"], COST["excludes"]])[denied]

    def literal(self, place: Any) -> Literal:
        return Literal(int(place) % self.width, bool(place < self.width))
