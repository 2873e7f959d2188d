"""Steps that can be taken in a concrete state, found by generated nested loops that test each condition as early as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from model.scope import values_of
from spec.compiled import Compiled, Source
from spec.concrete import Row, RowId, View
from spec.tracing import Transaction
from spec.tree import Expression, walk

Rows = dict[RowId, Row]
Action = tuple[str, dict[str, Any]]


def conjuncts(expression: Expression) -> list[Expression]:
    return [inner for argument in expression._args for inner in conjuncts(argument)] if expression._op == "and" else [expression]


def parameters_of(expression: Expression) -> set[str]:
    return {node._args[0] for node in walk(expression) if node._op == "par"}


def generator(
    compiled: Compiled, transaction: Transaction, universe: dict[str, list[Any]], honest: bool
) -> Callable[..., Iterator[dict[str, Any]]]:
    """Source of `for each parameter: if its conditions hold: ...` compiled into a generator of arguments."""
    source = Source(compiled.schema)
    conditions = transaction.honest if honest else transaction.powers
    pending = [c for e in (*(g.condition for g in transaction.guards.values()), *conditions.values()) for c in conjuncts(e)]
    lines, bound, indent = ["    A = dict(A)"], set[str](), "    "
    for name, kind in transaction.parameters.items():
        values = source.constant(values_of(kind, universe))
        given = _given(name, pending, bound)
        domain = values if given is None else f"(value for value in ({source.expression(given)},) if value in {values})"
        lines.append(f"{indent}for A[{name!r}] in {domain}:")
        indent += "    "
        bound.add(name)
        if name == "caller":
            lines.append(f"{indent}if (A['caller'] in C) is {honest}: continue")
        for condition in [c for c in pending if parameters_of(c) <= bound]:
            pending = [c for c in pending if c is not condition]
            lines.append(f"{indent}if not {source.expression(condition)}: continue")
    lines.append(f"{indent}yield dict(A)")
    return source.build(f"steps_{transaction.name}", lines)


def _given(name: str, pending: list[Expression], bound: set[str]) -> Expression | None:
    """An expression of already bound parameters that this parameter must equal, if a condition says so."""
    for condition in pending:
        if condition._op == "eq":
            for this, other in (condition._args, condition._args[::-1]):
                if this._op == "par" and this._args[0] == name and parameters_of(other) <= bound:
                    return other  # type: ignore[no-any-return]
    return None


class Steps:
    """All steps of a protocol over a universe of values, for a coalition."""

    def __init__(
        self, compiled: Compiled, universe: dict[str, list[Any]], coalition: frozenset[Any], transactions: dict[str, Transaction]
    ) -> None:
        self.compiled, self.universe, self.coalition, self.transactions = compiled, universe, coalition, transactions
        self._generators: dict[tuple[str, bool], Callable[..., Iterator[dict[str, Any]]]] = {}

    def view(self, rows: Rows) -> View:
        return View(self.compiled.schema, rows, self.universe, self.coalition)

    def enabled(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """Arguments with which the step can be taken now: by an honest caller first, then by a deviating one."""
        view = self.view(rows)
        for honest in (True, False) if self.coalition else (True,):
            identity = (name, honest)
            if identity not in self._generators:
                self._generators[identity] = generator(self.compiled, self.transactions[name], self.universe, honest)
            yield from self.compiled.call(self._generators[identity], view, {})

    def after(self, rows: Rows, name: str, arguments: dict[str, Any]) -> Rows | None:
        """The rows that the step changes, or None when a guard refuses it."""
        transaction = self.transactions[name]
        view = self.view(rows)
        outcome = self.compiled.run(transaction, arguments, view)
        if outcome.refused:
            return None
        return {**outcome.writes, **self.compiled.observe(transaction, arguments, view)}
