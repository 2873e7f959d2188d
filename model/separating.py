"""A small state in which one condition holds and another does not: found among all states of a scope, reachable or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from model.circuit import FALSE, Circuit
from model.explain import explain
from model.finite import Cell, Meaning, State, constant
from model.scope import Scope, values_of
from model.solver import Solver
from model.witness import shown
from spec.concrete import View, evaluate
from spec.kinds import BOOLEAN, INTEGER, Kind, Term
from spec.tables import Table
from spec.text import Protocol
from spec.tree import Expression, walk

# Subsets, replicas and spares of each: the first scope that separates is told.
SCOPES = (Scope(1, 1, 0), Scope(1, 1, 1), Scope(2, 2, 0), Scope(2, 2, 1))
CONFLICTS = 200_000
LENGTHS = range(3)
Rows = dict[tuple[str, tuple[Any, ...]], tuple[Any, ...]]


class FreeState(State):
    """Any state of a scope: every row that is looked at exists or not, with any values; both runs share the rigid tables."""

    def __init__(self, meaning: Meaning, first: FreeState | None = None) -> None:
        super().__init__(meaning)
        self.first = first

    def cell(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        if self.first is not None and self.meaning.schema.tables[table].category == "rigid":
            return self.first.cell(table, name, key)
        return super().cell(table, name, key)

    def _initial(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        declared, meaning = self.meaning.schema.tables[table], self.meaning
        if name == "exists":
            inside = all(one in values_of(kind, meaning.universe) for one, (_, kind) in zip(key, declared.key, strict=True))
            return meaning.circuit.fresh() if inside else FALSE
        kind = declared.cells[name]
        value = meaning.circuit.one_of(LENGTHS) if name.endswith("_length") else free_value(meaning, kind, (None,))
        return meaning.choose(kind, self.cell(table, "exists", key), value, constant(kind, kind.default))

    def known(self) -> dict[Cell, Any]:
        return dict(self._known)


def free_value(meaning: Meaning, kind: Kind, besides: tuple[Any, ...] = ()) -> Any:
    """Any value of a kind; `besides` are further ones for identifiers and what is hashed."""
    if kind is BOOLEAN:
        return meaning.circuit.fresh()
    if isinstance(kind, Term):
        return tuple(free_value(meaning, part, besides) for _, part in kind.parts)
    return meaning.circuit.one_of((*values_of(kind, meaning.universe), *(besides if kind is not INTEGER else ())))


@dataclass
class Separation:
    """A state, or two, with arguments, in which `left` holds and `right` does not; in words, and why `right` fails."""

    scope: str
    rows: list[Rows]
    deviating: list[str]
    arguments: dict[str, Any]
    told: list[str] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    confirmed: bool = False


@dataclass
class Separating:
    """One search at one scope."""

    protocol: Protocol
    parameters: dict[str, Kind]
    scope: Scope
    seed: int

    def __post_init__(self) -> None:
        self.circuit = Circuit()
        universe = self.scope.universe(self.protocol)
        self.meaning = Meaning(self.circuit, self.protocol.schema, universe)
        self.meaning.deviates = {member: self.circuit.fresh() for member in universe["Member"]}
        self.arguments = {name: free_value(self.meaning, kind) for name, kind in self.parameters.items()}
        self.solver = Solver(self.circuit, self.seed, CONFLICTS)

    def find(self, left: Expression, right: Expression) -> Separation | None:
        """The smallest state that greedy leaving out gives; None where there is none in the scope or the solver gives up."""
        states = [FreeState(self.meaning)]
        if any(one._op == "run" for condition in (left, right) for one in walk(condition)):
            states.append(FreeState(self.meaning, states[0]))
            states[0].second = states[1]
        wanted = [self.meaning.evaluate(left, self.arguments, states[0]), -self.meaning.evaluate(right, self.arguments, states[0])]
        try:
            if FALSE in wanted or not self.solver.solve(wanted):
                return None
            self.simplify(wanted, states)
            return self.separation(left, right, states)
        finally:
            self.solver.close()

    def simplify(self, wanted: list[int], states: list[FreeState]) -> None:
        """Leave out rows, then members who deviate, then values, one by one, as long as the conditions stay as they are."""
        schema = self.protocol.schema
        cells = [(cell, value) for state in states for cell, value in state.known().items()]
        absent = [-value for (_, name, _), value in cells if name == "exists" and value != FALSE]
        default = [
            self.meaning.equal(kind, value, constant(kind, kind.default))
            for (table, name, _), value in cells if name != "exists" for kind in (schema.tables[table].cells[name],)
        ]  # fmt: skip
        for literal in (*absent, *(-literal for literal in self.meaning.deviates.values()), *default):
            if self.solver.solve([*wanted, literal]):
                wanted.append(literal)
        self.solver.solve(wanted)

    def separation(self, left: Expression, right: Expression, states: list[FreeState]) -> Separation:
        rows = [self.rows_of(state) for state in states]
        coalition = [member for member, literal in self.meaning.deviates.items() if self.solver.holds(literal)]
        given = {name: self.value(kind, self.arguments[name]) for name, kind in self.parameters.items()}
        views = [View(self.protocol.schema, found, self.meaning.universe, frozenset(coalition)) for found in rows]
        views[0].second = views[-1]
        confirmed = bool(evaluate(left, given, views[0])) and not evaluate(right, given, views[0])
        because = explain(right, given, views[0]) if confirmed else []
        found = Separation(str(self.scope), rows, coalition, given, because=because, confirmed=confirmed)
        found.told = self.told(found)
        return found

    def rows_of(self, state: FreeState) -> Rows:
        """The rows that exist, cells that nobody looked at with their default."""
        tables: dict[str, Table] = self.protocol.schema.tables
        rigid = {} if state.first is None else state.first.known()
        shared = {cell: one for cell, one in rigid.items() if tables[cell[0]].category == "rigid"}
        known = {**shared, **state.known()}
        return {
            (table, key): tuple(
                self.value(kind, known[table, cell, key]) if (table, cell, key) in known else kind.default
                for cell, kind in tables[table].cells.items())
            for (table, name, key), literal in known.items() if name == "exists" and self.solver.holds(literal)
        }  # fmt: skip

    def value(self, kind: Kind, symbolic: Any) -> Any:
        if kind is BOOLEAN:
            return self.solver.holds(symbolic)
        if isinstance(kind, Term):
            parts = tuple(self.value(part, one) for (_, part), one in zip(kind.parts, symbolic, strict=True))
            return None if all(part is None for part in parts) else parts
        return next(value for value, literal in symbolic.items() if self.solver.holds(literal))

    def told(self, found: Separation) -> list[str]:
        """Arguments, who deviates, and rows with the values that are not their default."""
        lines = [f"{name} = {shown(kind, found.arguments[name])}" for name, kind in self.parameters.items()]
        lines += [f"{member} deviates" for member in found.deviating]
        for number, rows in enumerate(found.rows, 1):
            where = f"run {number}: " if len(found.rows) > 1 else ""
            lines += [where + self.row_told(*row, values) for row, values in rows.items()]
        return lines

    def row_told(self, table: str, key: tuple[Any, ...], values: tuple[Any, ...]) -> str:
        cells = self.protocol.schema.tables[table].cells
        pairs = zip(cells.items(), values, strict=True)
        said = [f"{name} = {shown(kind, value)}" for (name, kind), value in pairs if value != kind.default]
        return f"{table}[{', '.join(map(str, key))}]" + (f": {', '.join(said)}" if said else " exists")


def separating(
    protocol: Protocol, left: Expression, right: Expression, parameters: dict[str, Kind], seed: int = 0,
    progress: Callable[[str], None] = lambda text: None, scopes: Iterable[Scope] = SCOPES,
) -> Separation | None:  # fmt: skip
    """A state of the smallest of the scopes in which `left` holds and `right` does not; evaluated by the concrete meaning."""
    for scope in scopes:
        progress(f"a state at {scope} that separates")
        found = Separating(protocol, parameters, scope, seed).find(left, right)
        if found is not None:
            return found
    return None
