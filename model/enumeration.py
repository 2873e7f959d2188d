"""Steps that can be taken in a concrete state, found by generated nested loops that test each condition as early as possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from model.scope import values_of
from spec.compiled import Compiled, Source
from spec.concrete import Row, RowId, View
from spec.kinds import Kind
from spec.tracing import Transaction
from spec.tree import Expression, walk

Rows = dict[RowId, Row]
Action = tuple[str, dict[str, Any]]
Values = Callable[[Kind], list[Any]]


def conjuncts(expression: Expression) -> list[Expression]:
    return [inner for argument in expression._args for inner in conjuncts(argument)] if expression._op == "and" else [expression]


def parameters_of(expression: Expression) -> set[str]:
    return {node._args[0] for node in walk(expression) if node._op == "par"}


def generator(
    compiled: Compiled, transaction: Transaction, values: Values, honest: bool, conditions: Iterable[Expression],
    any_of: Collection[str] = (),
) -> Callable[..., Iterator[dict[str, Any]]]:  # fmt: skip
    """Source of `for each parameter: if its conditions hold: ...` compiled into a generator of arguments.

    honest: whether the caller is. any_of: parameters of which the first values that will do stand for all.
    """
    source = Source(compiled.schema)
    pending = [c for e in (*(g.condition for g in transaction.guards.values()), *conditions) for c in conjuncts(e)]
    lines, bound, indent = ["    A = dict(A)"], set[str](), "    "
    ends: list[str] = []
    for name in sorted(transaction.parameters, key=lambda parameter: parameter in any_of):
        known = values(transaction.parameters[name])
        given = _given(name, pending, bound)
        if name in any_of and not ends:
            lines.append(f"{indent}found = False")
        domain = source.constant(known if given is None else frozenset(known))
        lines.append(f"{indent}for A[{name!r}] in {domain if given is None else f'({source.expression(given)},)'}:")
        if name in any_of:
            ends.append(f"{indent}    if found: break")
        indent += "    "
        if given is not None:
            lines.append(f"{indent}if A[{name!r}] not in {domain}: continue")
        bound.add(name)
        if name == "caller":
            lines.append(f"{indent}if (A['caller'] in C) is {honest}: continue")
        for condition in [c for c in pending if parameters_of(c) <= bound]:
            pending = [c for c in pending if c is not condition]
            lines.append(f"{indent}if not {source.expression(condition)}: continue")
    arguments = ", ".join(f"{name!r}: A[{name!r}]" for name in transaction.parameters)
    lines += [f"{indent}yield {{{arguments}}}", f"{indent}found = True", *reversed(ends)]
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
    """All steps of a protocol over a universe of values, for a coalition.

    On a ledger terms are digests: `values` gives the values of a kind there, `like` is a view of it.
    """

    def __init__(
        self, compiled: Compiled, universe: dict[str, list[Any]], coalition: frozenset[Any], transactions: dict[str, Transaction],
        values: Values | None = None, like: View | None = None,
    ) -> None:  # fmt: skip
        self.compiled, self.universe, self.coalition, self.transactions = compiled, universe, coalition, transactions
        self._values: Values = values or (lambda kind: values_of(kind, universe))
        self._empty = View(compiled.schema, {}) if like is None else like
        self._generators: dict[tuple[str, str], Callable[..., Iterator[dict[str, Any]]]] = {}

    def view(self, rows: Rows) -> View:
        return View(self.compiled.schema, rows, self.universe, self.coalition, make=self._empty.make, open=self._empty.open)

    def enabled(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """Arguments with which the step can be taken now: by an honest caller first, then by a deviating one."""
        yield from self.honest(rows, name)
        if self.coalition:
            yield from self._asked(rows, name, "deviating", False, self.transactions[name].powers.values())

    def honest(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """Arguments with which an honest caller takes the step now."""
        return self._asked(rows, name, "honest", True, self.transactions[name].honest.values())

    def representative(self, rows: Rows, name: str, any_of: Collection[str]) -> Iterator[dict[str, Any]]:
        """The same for a deviating caller: what an honest one would send, and of what differs only in `any_of` the first that will do."""
        step = self.transactions[name]
        yield from self._asked(rows, name, "as if honest", False, (*step.honest.values(), *step.powers.values()), any_of)
        yield from self._asked(rows, name, "representative", False, step.powers.values(), any_of)

    def forged(self, rows: Rows, name: str, any_of: Collection[str]) -> Iterator[dict[str, Any]]:
        """The arguments of a step that nobody's conditions bind; of what differs only in `any_of` the first."""
        return self._asked(rows, name, "forged", True, (), any_of)

    def _asked(
        self, rows: Rows, name: str, how: str, honest: bool, conditions: Iterable[Expression], any_of: Collection[str] = ()
    ) -> Iterator[dict[str, Any]]:
        if (name, how) not in self._generators:
            self._generators[name, how] = generator(self.compiled, self.transactions[name], self._values, honest, conditions, any_of)
        return self.compiled.call(self._generators[name, how], self.view(rows), {})  # type: ignore[no-any-return]

    def after(self, rows: Rows, name: str, arguments: dict[str, Any]) -> Rows | None:
        """The rows that the step changes, or None when a guard refuses it."""
        transaction = self.transactions[name]
        view = self.view(rows)
        outcome = self.compiled.run(transaction, arguments, view)
        if outcome.refused:
            return None
        return {**outcome.writes, **self.compiled.observe(transaction, arguments, view)}
