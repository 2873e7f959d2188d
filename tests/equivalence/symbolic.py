"""The finite symbolic meaning with nothing known beforehand: every cell and every argument is free until a sample fixes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from model.circuit import Circuit
from model.enumeration import Rows
from model.finite import Meaning, State, Step
from model.scope import values_of
from model.solver import Solver
from spec.concrete import default_row
from spec.kinds import BOOLEAN, INTEGER, Kind, Term
from spec.text import Protocol
from tests.equivalence.sampling import numbers_of


class FreeState(State):
    """A state of which nothing is known; its cells come into being when somebody looks at them."""

    def _initial(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        if name == "exists":
            return self.meaning.circuit.fresh()
        return self.free(self.meaning.schema.tables[table].cells[name], name)

    def free(self, kind: Kind, name: str) -> Any:
        circuit = self.meaning.circuit
        if kind is BOOLEAN:
            return circuit.fresh()
        if isinstance(kind, Term):
            return tuple(self.free(part, "") for _, part in kind.parts)
        if kind is INTEGER and name:
            return circuit.one_of(numbers_of(name))
        return circuit.one_of([None, *values_of(kind, self.meaning.universe)])

    def fixed_to(self, rows: Rows) -> Iterator[int]:
        """Assumptions that give every cell looked at so far its value in the given rows."""
        for (table, name, key), cell in self._known.items():
            row, cells = rows.get((table, key)), self.meaning.schema.tables[table].cells
            if name == "exists":
                yield cell if row is not None else -cell
            else:
                yield from fixed(cells[name], cell, cells[name].default if row is None else row[list(cells).index(name)])

    def keep_absent_rows_empty(self) -> None:
        """A row that does not exist holds defaults: for states that the solver is to choose."""
        circuit, tables = self.meaning.circuit, self.meaning.schema.tables
        for (table, name, key), cell in list(self._known.items()):
            exists = self._known.get((table, "exists", key))
            if exists is not None and name != "exists":
                kind = tables[table].cells[name]
                for literal in fixed(kind, cell, kind.default):
                    circuit.add(exists, literal)

    def chosen(self, symbolic: Symbolic) -> Rows:
        """The rows of the last model, as far as anybody looked at them."""
        tables, rows = self.meaning.schema.tables, {}
        for (table, name, key), cell in self._known.items():
            cells = tables[table].cells
            value = symbolic.value(BOOLEAN if name == "exists" else cells[name], cell)
            if name == "exists" and value:
                rows.setdefault((table, key), default_row(tables[table]))
            elif name != "exists" and value != cells[name].default:
                row = list(rows.get((table, key), default_row(tables[table])))
                row[list(cells).index(name)] = value
                rows[table, key] = tuple(row)
        return rows


def fixed(kind: Kind, symbol: Any, value: Any) -> Iterator[int]:
    """Assumptions that give a free symbolic value a concrete one."""
    if kind is BOOLEAN:
        yield symbol if value else -symbol
    elif isinstance(kind, Term):
        for (_, part), inner, given in zip(kind.parts, symbol, value or (None,) * len(symbol), strict=True):
            yield from fixed(part, inner, given)
    else:
        assert value in symbol, f"{value!r} is no value that a free {kind.name} may have: {list(symbol)}"
        yield symbol[value]


def free_argument(circuit: Circuit, kind: Kind, universe: dict[str, list[Any]]) -> Any:
    if kind is BOOLEAN:
        return circuit.fresh()
    if isinstance(kind, Term):
        return tuple(free_argument(circuit, part, universe) for _, part in kind.parts)
    return circuit.one_of(values_of(kind, universe))


class Symbolic:
    """One universe as circuits, solved under assumptions."""

    def __init__(self, protocol: Protocol, universe: dict[str, list[Any]]) -> None:
        self.protocol, self.circuit = protocol, Circuit()
        self.members = {member: self.circuit.fresh() for member in universe["Member"]}
        self.meaning = Meaning(self.circuit, protocol.schema, universe, dict(self.members))
        self.solver = Solver(self.circuit)

    def solve(self, *assumptions: int) -> None:
        assert self.solver.solve(list(assumptions)), "the circuit forbids a state that exists"

    def fixed_coalition(self, coalition: frozenset[Any]) -> list[int]:
        return [literal if member in coalition else -literal for member, literal in self.members.items()]

    def value(self, kind: Kind, symbol: Any) -> Any:
        """The value in the last model; a pre-image without any part is nothing."""
        if kind is BOOLEAN:
            return self.solver.holds(symbol)
        if isinstance(kind, Term):
            parts = tuple(self.value(part, inner) for (_, part), inner in zip(kind.parts, symbol, strict=True))
            return None if all(part is None for part in parts) else parts
        found = [value for value, literal in symbol.items() if self.solver.holds(literal)]
        assert len(found) == 1, f"a {kind.name} has {len(found)} values at once: {found}"
        return found[0]


class SymbolicStep(Symbolic):
    """One step with free arguments in a free state: guards, conditions of the environment, step claims, and the state after it."""

    def __init__(self, protocol: Protocol, universe: dict[str, list[Any]], name: str, judged: dict[str, Any]) -> None:
        super().__init__(protocol, universe)
        transaction = self.transaction = protocol.transactions[name]
        self.before = FreeState(self.meaning)
        self.arguments = {n: free_argument(self.circuit, kind, universe) for n, kind in transaction.parameters.items()}
        self.taken = self.circuit.fresh()
        self.step = Step(self.before, {name: transaction}, {name: self.taken}, {name: self.arguments})
        expressions = {**{("guard", n): g.condition for n, g in transaction.guards.items()},
                       **{("honest", n): c for n, c in transaction.honest.items()},
                       **{("power", n): c for n, c in transaction.powers.items()},
                       **{("event", n): event.condition for n, event in transaction.events.items() if not event.binders},
                       **{("claim", n): c for n, c in judged.items()}}  # fmt: skip
        self.expressions = expressions
        self.literals = {name: self.meaning.evaluate(e, self.arguments, self.before) for name, e in expressions.items()}
        self.cells = {cell: self.step.after(*cell) for cell in self._written()}

    def _written(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """Every cell that the step may write, and the existence of its row."""
        written = {(write.table, write.field): None for write in (*self.transaction.writes, *self.transaction.observed)}
        for table, field in written:
            for key in list(self.step.hits(table, field)):
                yield table, field, key
                yield table, "exists", key

    def fix(self, rows: Rows, coalition: frozenset[Any], arguments: dict[str, Any], taken: bool = True) -> None:
        given = [
            literal for name, kind in self.transaction.parameters.items() for literal in fixed(kind, self.arguments[name], arguments[name])
        ]
        self.solve(self.taken if taken else -self.taken, *given, *self.fixed_coalition(coalition), *self.before.fixed_to(rows))

    def after(self) -> dict[tuple[str, str, tuple[Any, ...]], Any]:
        """Every cell that the step may write, as it is afterwards in the last model."""
        tables = self.protocol.schema.tables
        return {
            (table, name, key): self.value(BOOLEAN if name == "exists" else tables[table].cells[name], symbol)
            for (table, name, key), symbol in self.cells.items()
        }
