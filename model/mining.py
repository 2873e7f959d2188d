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
COST = {"implies": 0.0, "excludes": 6.0, "either": 9.0, "alone": 2.0}
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
        self.base, self.compiled = base, compiled
        self.values = self.function()
        lines = {line for view in samples for line in self.lines(view)}
        self.add(lines)

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

    def add(self, lines: Iterable[tuple[bool, ...]]) -> None:
        """For each two literals (statements, then their denials) whether some line has both false."""
        width = len(self.base.statements)
        truth = np.array(sorted(lines), dtype=bool).reshape(-1, width)
        false = np.concatenate([~truth, truth], axis=1).astype(np.float32)
        self.together: Truths = (false.T @ false) > 0
        self.often = false.sum(axis=0)
        self.width = width
        self.plain = np.array([self.priced(one) for one in self.base.statements], dtype=np.float32)
        self.cells = [cells_read(one.condition) - {f"{self.base.name}.exists"} for one in self.base.statements]
        self.counted = len(truth)

    @property
    def agreeing(self) -> int:
        """How many clauses of one or two literals no sample breaks; of such as follow from one literal alone only that."""
        never = ~np.diag(self.together)
        rest = ~self.together[np.ix_(~never, ~never)]
        return int(never.sum() + np.triu(rest, 1).sum())

    def priced(self, statement: Statement) -> float:
        """Plain templates first; what is said of the base's own row before what is said of others; few rows before many."""
        cells = cells_read(statement.condition)
        foreign = not any(cell.startswith(f"{self.base.name}.") for cell in cells)
        return list(TEMPLATES).index(statement.template) + 1.5 * foreign + 0.5 * len({cell.partition(".")[0] for cell in cells})

    def excluding(self, view: View, spoken: frozenset[str], most: int) -> list[Mined]:
        """Clauses that agree with all samples and that some key of this state breaks, the cheapest first.

        spoken: the cells that the question speaks of; clauses of these only come before all others.
        """
        if not self.counted:
            return []
        self.price = np.tile(self.plain + FOREIGN * np.array([len(cells - spoken) for cells in self.cells], dtype=np.float32), 2)
        found: dict[Clause, float] = {}
        for line in dict.fromkeys(self.lines(view)):
            for clause, cost in self.of_line(np.array(line, dtype=bool), most):
                found[clause] = min(cost, found.get(clause, cost))
        chosen = sorted(found, key=lambda clause: (found[clause], [(one.place, one.holds) for one in clause]))[:most]
        return [Mined(self.base, clause, found[clause]) for clause in chosen]

    def of_line(self, line: Truths, most: int) -> Iterator[tuple[Clause, float]]:
        """The literals that are false in a line: alone if no sample has it false, in pairs if none has both."""
        places = np.where(line, np.arange(self.width) + self.width, np.arange(self.width))
        never = ~self.together[places, places]
        for place in places[never]:
            yield (self.literal(place),), float(self.price[place] + COST["alone"])
        rest = places[~never]
        free = np.triu(~self.together[np.ix_(rest, rest)], 1)
        first, second = np.nonzero(free)
        cost = self.price[rest[first]] + self.price[rest[second]] + self.shape(rest[first], rest[second])
        for at in np.argsort(cost, kind="stable")[:most]:
            yield (self.literal(rest[first[at]]), self.literal(rest[second[at]])), float(cost[at])

    def shape(self, first: Any, second: Any) -> Any:
        denied = (first >= self.width).astype(int) + (second >= self.width)
        return np.array([COST["either"], COST["implies"], COST["excludes"]])[denied]

    def literal(self, place: Any) -> Literal:
        return Literal(int(place) % self.width, bool(place < self.width))
