"""The symbolic transition: the literal that a step can be taken, by its honest conditions or by the powers of whoever deviates.

The search builds its runs of it; here it is also asked out of one concrete state, so that parties on a ledger can be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from model.circuit import FALSE, TRUE, Circuit
from model.enumeration import Action, Rows
from model.finite import Meaning, State, Step, constant
from model.scope import values_of
from model.solver import Solver
from spec.concrete import RowId
from spec.kinds import BOOLEAN, Kind, Term
from spec.schema import Schema
from spec.tracing import Transaction
from spec.tree import Expression

Cell = tuple[str, str, tuple[Any, ...]]


def deviates_as(meaning: Meaning, member: Mapping[Any, int]) -> int:
    """The literal that whoever this is deviates."""
    return meaning.circuit.disjunction(
        meaning.circuit.conjunction((when, meaning.deviates.get(value, FALSE))) for value, when in member.items()
    )


def can_be_taken(meaning: Meaning, transaction: Transaction, arguments: Mapping[str, Any], before: State) -> int:
    """The literal that the guards hold and the caller may send it, by its honest conditions or by its powers."""

    def all_of(conditions: Iterable[Expression]) -> int:
        literals: list[int] = []
        for condition in conditions:
            literals.append(meaning.evaluate(condition, dict(arguments), before))
            if literals[-1] == FALSE:
                return FALSE
        return meaning.circuit.conjunction(literals)

    guards = all_of(guard.condition for guard in transaction.guards.values())
    if guards == FALSE:
        return FALSE
    member = deviates_as(meaning, arguments["caller"])
    honest = all_of(transaction.honest.values()) if member != TRUE else FALSE
    powers = all_of(transaction.powers.values()) if member != FALSE else FALSE
    return meaning.circuit.conjunction((guards, meaning.circuit.choose(member, powers, honest)))


class Transition:
    """Every step out of one concrete state, where some members deviate."""

    def __init__(
        self, schema: Schema, transactions: Mapping[str, Transaction], universe: dict[str, list[Any]], deviating: Iterable[Any], rows: Rows
    ) -> None:
        self.transactions, self.universe = transactions, universe
        self.circuit = Circuit()
        self.meaning = Meaning(self.circuit, schema, universe, dict.fromkeys(deviating, TRUE))
        self.before = State(self.meaning, rows)

    def allows(self, action: Action) -> bool:
        """Whether the step can be taken with these arguments."""
        name, given = action
        step = self.transactions[name]
        arguments = {one: constant(kind, given[one]) for one, kind in step.parameters.items()}
        return can_be_taken(self.meaning, step, arguments, self.before) == TRUE

    def models(self, name: str, deviating: bool, most: int) -> Iterator[tuple[dict[str, Any], dict[RowId, dict[str, Any]]]]:
        """Ways to take a step, by a caller who deviates or by one who does not: arguments, and the cells that it may write, afterwards."""
        step, circuit = self.transactions[name], self.circuit
        arguments = {one: self.free(kind) for one, kind in step.parameters.items()}
        taken = circuit.conjunction((can_be_taken(self.meaning, step, arguments, self.before), self.caller(arguments, deviating)))
        if taken == FALSE:
            return
        circuit.add(taken)
        after = Step(self.before, {name: step}, {name: TRUE}, {name: arguments})
        cells = self.written(after, step)
        solver = Solver(circuit)
        try:
            while most > 0 and solver.solve([]):
                chosen = [literal for one, kind in step.parameters.items() for literal in held(kind, arguments[one], solver)]
                given = {one: self.value(kind, arguments[one], solver) for one, kind in step.parameters.items()}
                yield given, self.rows_of(cells, solver)
                if not chosen:
                    return
                circuit.add(*(-literal for literal in chosen))
                most -= 1
        finally:
            solver.close()

    def caller(self, arguments: Mapping[str, Any], deviating: bool) -> int:
        member = deviates_as(self.meaning, arguments["caller"])
        return member if deviating else -member

    def free(self, kind: Kind) -> Any:
        if kind is BOOLEAN:
            return self.circuit.fresh()
        if isinstance(kind, Term):
            return tuple(self.free(part) for _, part in kind.parts)
        return self.circuit.one_of(values_of(kind, self.universe))

    def written(self, after: Step, step: Transaction) -> dict[Cell, Any]:
        """Every cell that the step may write, as it is afterwards."""
        fields = {(write.table, write.field): None for write in (*step.writes, *step.observed)}
        keys = [(table, name, key) for table, name in fields for key in list(after.hits(table, name))]
        return {(table, one, key): after.after(table, one, key) for table, name, key in keys for one in (name, "exists")}

    def rows_of(self, cells: Mapping[Cell, Any], solver: Solver) -> dict[RowId, dict[str, Any]]:
        found: dict[RowId, dict[str, Any]] = {}
        for (table, name, key), symbol in cells.items():
            kind = BOOLEAN if name == "exists" else self.meaning.schema.tables[table].cells[name]
            found.setdefault((table, key), {})[name] = self.value(kind, symbol, solver)
        return found

    def value(self, kind: Kind, symbol: Any, solver: Solver) -> Any:
        """The value in the last model; a pre-image without any part is nothing."""
        if kind is BOOLEAN:
            return true_in(symbol, solver)
        if isinstance(kind, Term):
            parts = tuple(self.value(part, inner, solver) for (_, part), inner in zip(kind.parts, symbol, strict=True))
            return None if all(part is None for part in parts) else parts
        return next(value for value, literal in symbol.items() if true_in(literal, solver))


def true_in(literal: int, solver: Solver) -> bool:
    return literal == TRUE or (literal != FALSE and solver.holds(literal))


def held(kind: Kind, symbol: Any, solver: Solver) -> Iterator[int]:
    """The literals that say which value a free symbol has in the last model."""
    if kind is BOOLEAN:
        yield symbol if solver.holds(symbol) else -symbol
    elif isinstance(kind, Term):
        for (_, part), inner in zip(kind.parts, symbol, strict=True):
            yield from held(part, inner, solver)
    else:
        yield from (literal for literal in symbol.values() if literal != TRUE and true_in(literal, solver))
