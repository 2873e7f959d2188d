"""A run of the search is a run of the protocol: with every step and argument free, exactly the accepted runs are possible."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from adversaries.coalitions import Coalition
from model.enumeration import Action, Rows
from model.scope import Scope
from model.search import Problem, Search
from properties.claims import Goal
from spec.concrete import default_row
from spec.variants import variant
from tests.equivalence.sampling import Sampler
from tests.equivalence.symbolic import fixed

PROTOCOL = variant("paper").load()
SCOPE = Scope.parse("1x2")
ANYBODY = Coalition("anybody", {"DO": 1, "CO": 3, "MO": 1}, ("send", "pseudonym", "order"))
DEPTH, RUNS, EACH_WAY, STARTS = 3, 150, 15, 8


@functools.cache
def sampler() -> Sampler:
    return Sampler(PROTOCOL, SCOPE, seed=3)


class OpenSearch:
    """A search from one state, unsliced and without symmetry breaking, whose runs are fixed by assumptions."""

    def __init__(self, start: Rows) -> None:
        problem = Problem(PROTOCOL, Goal(), SCOPE, ANYBODY, start, slicing=False, symmetry=False)
        self.search, self.start = Search(problem), start
        self.chain = self.search.chains[0]
        for _ in range(DEPTH):
            self.search.extend()

    def assumptions(self, run: list[Action], coalition: frozenset[Any]) -> list[int]:
        deviates = self.search.meaning.deviates
        given = [literal if member in coalition else -literal for member, literal in deviates.items()]
        for step, (name, arguments) in enumerate(run):
            given.append(self.chain.taken[step][name])
            for parameter, kind in PROTOCOL.transactions[name].parameters.items():
                given += fixed(kind, self.chain.arguments[step][name][parameter], arguments[parameter])
        return given

    def cells(self, rows: Rows) -> dict[Any, Any]:
        """Every cell of every row that stood at the start or stands now: its kind and what it is after the run."""
        found = {}
        for table, key in {**self.start, **rows}:
            for name, kind in PROTOCOL.schema.tables[table].cells.items():
                found[table, name, key] = kind, self.chain.states[-1].cell(table, name, key)
        return found


def accepted(run: list[Action], rows: Rows, coalition: frozenset[Any]) -> Rows | None:
    """The rows after a run of which every step may be sent and is accepted; None otherwise."""
    compiled = sampler().compiled
    for name, arguments in run:
        transaction, view = PROTOCOL.transactions[name], sampler().view(rows, coalition)
        outcome = compiled.run(transaction, arguments, view)
        if outcome.refused or not compiled.may_send(transaction, arguments, view):
            return None
        rows = {**rows, **outcome.writes, **compiled.observe(transaction, arguments, view)}
    return rows


def random_run(rows: Rows, coalition: frozenset[Any]) -> list[Action]:
    """Steps of which most can be taken, one after another."""
    samples, run = sampler(), []
    for _ in range(DEPTH):
        while True:
            name = samples.rng.choice(list(PROTOCOL.transactions))
            arguments = samples.sendable(name, rows, coalition) if samples.rng.random() < 0.85 else None
            if arguments is None and samples.rng.random() < 0.1:
                kinds = PROTOCOL.transactions[name].parameters
                arguments = {parameter: samples.argument(kind, rows) for parameter, kind in kinds.items()}
            if arguments is not None:
                break
        if samples.rng.random() < 0.2:
            changed, kind = samples.rng.choice(list(PROTOCOL.transactions[name].parameters.items()))
            arguments = {**arguments, changed: samples.argument(kind, rows)}
        run.append((name, arguments))
        rows = accepted([(name, arguments)], rows, coalition) or rows
    return run


def values(search: Search, kind: Any, symbol: Any) -> Any:
    """The value in the last model."""
    if isinstance(symbol, tuple):
        parts = tuple(values(search, part, inner) for (_, part), inner in zip(kind.parts, symbol, strict=True))
        return None if all(part is None for part in parts) else parts
    if isinstance(symbol, int):
        return search.solver.holds(symbol)
    (value,) = [value for value, literal in symbol.items() if search.solver.holds(literal)]
    return value


@pytest.mark.parametrize("number", range(STARTS))
def test_exactly_the_accepted_runs_are_possible(number: int) -> None:
    samples = sampler().begin(f"runs {number}")
    start, _ = samples.rng.choice(samples.pool)
    opened, seen = OpenSearch(start), {True: 0, False: 0}
    for _ in range(RUNS):
        coalition = frozenset({*samples.rng.sample([m for m, role in SCOPE.members().items() if role], 2), "pseudonym-1"})
        run = random_run(start, coalition)
        after = accepted(run, start, coalition)
        seen[after is not None] += 1
        cells = opened.cells(after) if after is not None else {}
        possible = opened.search.solver.solve(opened.assumptions(run, coalition))
        assert possible == (after is not None), (run, coalition)
        for (table, name, key), (kind, symbol) in cells.items():
            row = after.get((table, key), default_row(PROTOCOL.schema.tables[table]))
            wanted = row[list(PROTOCOL.schema.tables[table].cells).index(name)]
            assert values(opened.search, kind, symbol) == wanted, (run, table, name, key)
    assert min(seen.values()) >= EACH_WAY, seen
