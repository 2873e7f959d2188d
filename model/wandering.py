"""States of random runs, of honest and of deviating members: what a lemma must agree with before anybody tries to prove it."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from model.enumeration import Action, Rows, Steps
from model.market import first_useful_step
from model.scope import Scope
from spec.compiled import Compiled
from spec.concrete import Row, RowId
from spec.kinds import BOOLEAN, INTEGER, Enumeration, Term
from spec.schema import Schema
from spec.text import Protocol

# Of the ways to take one step in one state so many are drawn from.
MOST_WAYS = 8
# How likely a step is among those that a run takes.
KEPT = 0.8
# The next run begins in one of so many states.
MOST_RARE = 5


@dataclass(frozen=True)
class Sample:
    """A reachable state: its rows, who deviated on the way, and the values of its scope."""

    rows: Rows
    coalition: frozenset[str]
    universe: dict[str, list[Any]]


class Wanderer:
    """Takes random steps from a start: of honest members what they would do, of deviating ones also what an honest one would not."""

    def __init__(self, protocol: Protocol, compiled: Compiled, scope: Scope, coalition: frozenset[str], rng: random.Random) -> None:
        self.protocol, self.coalition, self.rng = protocol, coalition, rng
        self.allowed = list(protocol.transactions)
        self.universe = scope.universe(protocol)
        self.steps = Steps(compiled, self.universe, coalition, protocol.transactions)
        self.taken = dict.fromkeys(protocol.transactions, 0)
        made = {sort for sort, one in protocol.sorts.items() if one.image_of}
        made.add("Text")
        self.any_of = {name: [p for p, kind in step.parameters.items() if isinstance(kind, Term) or kind.name in made]
                       for name, step in protocol.transactions.items()}  # fmt: skip

    def ways(self, rows: Rows, name: str) -> list[dict[str, Any]]:
        """Some arguments with which a step can be taken: those of honest callers first, then of deviating ones."""
        found = list(itertools.islice(self.steps.honest(rows, name), MOST_WAYS))
        if self.coalition:
            how = (self.steps.representative, self.steps.near, self.steps.repeated)
            sent = itertools.chain.from_iterable(one(rows, name, self.any_of[name]) for one in how)
            found += itertools.islice(sent, MOST_WAYS)
        return found

    def step(self, rows: Rows) -> tuple[Action, Rows] | None:
        """The first of all steps that changes something, in a random order in which steps that were seldom taken come early."""
        for name in sorted(self.allowed, key=lambda name: self.rng.random() * (1 + self.taken[name])):
            ways = self.ways(rows, name)
            self.rng.shuffle(ways)
            for given in ways:
                changed = self.steps.after(rows, name, given)
                if changed and any(rows.get(row) != value for row, value in changed.items()):
                    self.taken[name] += 1
                    return (name, given), {**rows, **changed}
        return None

    def run(self, rows: Rows, length: int) -> Iterator[Sample]:
        """The states of one run, the start left out; some steps are never taken in it, so that others come further (Groce 2012)."""
        self.taken = dict.fromkeys(self.taken, 0)
        self.allowed = [name for name in self.taken if self.rng.random() < KEPT]
        for _ in range(length):
            found = self.step(rows)
            if found is None:
                return
            rows = found[1]
            yield Sample(rows, self.coalition, self.universe)


# Who deviates in the runs of a scope: nobody, each alone, several.
RUNS: tuple[tuple[Scope, tuple[str, ...]], ...] = (
    *((Scope(1, 2), coalition) for coalition in ((), ("co-1",), ("mo-1",), ("do-1",), ("co-1", "co-2"), ("do-1", "co-1", "mo-1"))),
    *((Scope(2, 2), coalition) for coalition in ((), ("co-1", "co-2"))),
)  # fmt: skip
MOST_HONEST = 200


def honest_run(protocol: Protocol, compiled: Compiled, scope: Scope, rows: Rows) -> list[Rows]:
    """The states of honest members who do what they can in the order of the text, from a market to where nothing more is done."""
    steps = Steps(compiled, scope.universe(protocol), frozenset(), protocol.transactions)
    found = [rows]
    while len(found) < MOST_HONEST and (useful := first_useful_step(steps, found[-1])) is not None:
        found.append({**found[-1], **useful[1]})
    return found


class Shapes:
    """How often rows of each shape were seen: states in which something is seldom are where the next run begins (as in fuzzing)."""

    def __init__(self, schema: Schema, rng: random.Random) -> None:
        self.schema, self.rng = schema, rng
        self.seen: Counter[Any] = Counter()
        self.begun: Counter[Any] = Counter()
        self.states: dict[frozenset[Any], Rows] = {}

    def shape(self, row: RowId, cells: Row) -> Any:
        """A row as it is but for identifiers, of which only counts whether there is one, and numbers, of which the sign does."""
        said: list[Any] = []
        for kind, value in zip(self.schema.tables[row[0]].cells.values(), cells, strict=True):
            plain = isinstance(kind, Enumeration) or kind is BOOLEAN
            said.append((value > 0) - (value < 0) if kind is INTEGER else value if plain else value is not None)
        return row[0], *said

    def add(self, rows: Rows) -> None:
        shapes = frozenset(self.shape(row, cells) for row, cells in rows.items())
        if shapes not in self.states:
            self.states[shapes] = rows
        self.seen.update(shapes)

    def rare(self) -> Rows:
        """A state with a shape that is among the rarest, and from which few runs began."""
        ranked = sorted(self.states, key=lambda one: (self.begun[one], min((self.seen[shape] for shape in one), default=0)))
        chosen = self.rng.choice(ranked[:MOST_RARE])
        self.begun[chosen] += 1
        return self.states[chosen]


def sampled(
    protocol: Protocol, compiled: Compiled, market_of: Callable[[Scope], Rows], seed: int, runs: int, length: int,
    progress: Callable[[str], None] = lambda text: None,
) -> list[Sample]:  # fmt: skip
    """The states of `runs` random runs for each of RUNS, and of an honest one; each state once."""
    rng, found = random.Random(seed), dict[Any, Sample]()
    honest = {scope: honest_run(protocol, compiled, scope, market_of(scope)) for scope in dict.fromkeys(scope for scope, _ in RUNS)}
    for scope, coalition in RUNS:
        wanderer, shapes = Wanderer(protocol, compiled, scope, frozenset(coalition), rng), Shapes(protocol.schema, rng)
        for rows in (dict(scope.facts()), *honest[scope]):
            shapes.add(rows)
            found.setdefault((frozenset(rows.items()), wanderer.coalition), Sample(rows, wanderer.coalition, wanderer.universe))
        for _ in range(runs):
            for sample in wanderer.run(shapes.rare(), length):
                shapes.add(sample.rows)
                found.setdefault((frozenset(sample.rows.items()), sample.coalition), sample)
        progress(f"{len(found)} states of random runs")
    return list(found.values())
