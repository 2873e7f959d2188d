"""Steps that can be taken in a concrete state, found by generated nested loops that test each condition as early as possible."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from model.scope import values_of
from spec.compiled import Compiled, Source
from spec.concrete import Row, RowId, View
from spec.kinds import Kind, Term
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
    any_of: Collection[str] = (), standing: bool = False,
) -> Callable[..., Iterator[dict[str, Any]]]:  # fmt: skip
    """Source of `for each parameter: if its conditions hold: ...` compiled into a generator of arguments.

    honest: whether the caller is. any_of: parameters of which the first values that will do stand for all.
    standing: whether pre-images are those that some row holds, which are given beside the values of the sorts.
    """
    source = Source(compiled.schema)
    pending = [c for e in (*(g.condition for g in transaction.guards.values()), *conditions) for c in conjuncts(e)]
    lines, bound, indent = ["    A = dict(A)"], set[str](), "    "
    ends: list[str] = []
    for name in sorted(transaction.parameters, key=lambda parameter: parameter in any_of):
        kind = transaction.parameters[name]
        known = values(kind)
        given = _given(name, pending, bound)
        if name in any_of and not ends:
            lines.append(f"{indent}found = False")
        domain = source.constant(known if given is None else frozenset(known))
        repeated = f"U[{standing_of(kind)!r}]" if standing and isinstance(kind, Term) else domain
        lines.append(f"{indent}for A[{name!r}] in {repeated if given is None else f'({source.expression(given)},)'}:")
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


def standing_of(kind: Kind) -> str:
    """The name beside the sorts of the pre-images of a kind that some row holds."""
    return f"standing {kind.name}"


def _given(name: str, pending: list[Expression], bound: set[str]) -> Expression | None:
    """An expression of already bound parameters that this parameter must equal, if a condition says so."""
    for condition in pending:
        if condition._op == "eq":
            for this, other in (condition._args, condition._args[::-1]):
                if this._op == "par" and this._args[0] == name and parameters_of(other) <= bound:
                    return other  # type: ignore[no-any-return]
    return None


def variations(kind: Kind, value: Any, values: Values) -> Iterator[Iterator[Any]]:
    """For each part of a pre-image, as deep as it goes, the values with another one in its place."""
    if not isinstance(kind, Term) or value is None:
        return
    for place, (_, part) in enumerate(kind.parts):
        inner = value[place]
        others = iter([iter([other for other in values(part) if other != inner])])
        for options in variations(part, inner, values) if isinstance(part, Term) else others:
            yield with_part(value, place, options)


def with_part(value: tuple[Any, ...], place: int, options: Iterator[Any]) -> Iterator[Any]:
    for option in options:
        yield (*value[:place], option, *value[place + 1 :])


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
        yield from self.as_if_honest(rows, name)
        yield from self._asked(rows, name, "representative", False, self.transactions[name].powers.values(), any_of)

    def as_if_honest(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """What a deviating caller sends that does what an honest one would."""
        step = self.transactions[name]
        return self._asked(rows, name, "as if honest", False, (*step.honest.values(), *step.powers.values()))

    def near(self, rows: Rows, name: str, any_of: Collection[str]) -> Iterator[dict[str, Any]]:
        """What a deviating caller sends instead of what an honest one would: one part of a pre-image is another, the first that will do."""
        step, view = self.transactions[name], self.view(rows)
        for base in self.as_if_honest(rows, name):
            for parameter in any_of:
                varied = itertools.chain.from_iterable(variations(step.parameters[parameter], base[parameter], self._values))
                sent = ({**base, parameter: value} for value in varied)
                yield from itertools.islice((one for one in sent if self.allows(step, one, view)), 1)

    def allows(self, step: Transaction, arguments: dict[str, Any], view: View) -> bool:
        """Whether guards and environment let the step be taken."""
        guards = all(self.compiled.holds(guard.condition, arguments, view) for guard in step.guards.values())
        return guards and self.compiled.may_send(step, arguments, view)

    def repeated(self, rows: Rows, name: str, any_of: Collection[str], sent: Iterable[Action] = ()) -> Iterator[dict[str, Any]]:
        """The same with pre-images that stand in some row, or were `sent` and lie in the mempool, as a deviating caller repeats them."""
        step = self.transactions[name]
        found: dict[str, set[Any]] = {standing_of(kind): set() for kind in step.parameters.values() if isinstance(kind, Term)}
        if found:
            for (table, _), row in rows.items():
                for kind, value in zip(self.compiled.schema.tables[table].cells.values(), row, strict=True):
                    if value is not None and standing_of(kind) in found:
                        found[standing_of(kind)].add(value)
            for other, given in sent:
                for parameter, kind in self.transactions[other].parameters.items():
                    if given[parameter] is not None and standing_of(kind) in found:
                        found[standing_of(kind)].add(given[parameter])
            view = self.view(rows)
            view.universe = {**self.universe, **{kind: sorted(values, key=repr) for kind, values in found.items()}}
            plain = [parameter for parameter in any_of if not isinstance(step.parameters[parameter], Term)]
            how = self._made(name, "repeated", False, step.powers.values(), plain, True)
            yield from self.compiled.call(how, view, {})

    def forged(self, rows: Rows, name: str, any_of: Collection[str]) -> Iterator[dict[str, Any]]:
        """The arguments of a step that nobody's conditions bind; of what differs only in `any_of` the first."""
        return self._asked(rows, name, "forged", True, (), any_of)

    def _asked(
        self, rows: Rows, name: str, how: str, honest: bool, conditions: Iterable[Expression], any_of: Collection[str] = ()
    ) -> Iterator[dict[str, Any]]:
        made = self._made(name, how, honest, conditions, any_of)
        return self.compiled.call(made, self.view(rows), {})  # type: ignore[no-any-return]

    def _made(
        self, name: str, how: str, honest: bool, conditions: Iterable[Expression], any_of: Collection[str], standing: bool = False
    ) -> Callable[..., Iterator[dict[str, Any]]]:
        if (name, how) not in self._generators:
            step = self.transactions[name]
            self._generators[name, how] = generator(self.compiled, step, self._values, honest, conditions, any_of, standing)
        return self._generators[name, how]

    def after(self, rows: Rows, name: str, arguments: dict[str, Any]) -> Rows | None:
        """The rows that the step changes, or None when a guard refuses it."""
        transaction = self.transactions[name]
        view = self.view(rows)
        outcome = self.compiled.run(transaction, arguments, view)
        if outcome.refused:
            return None
        return {**outcome.writes, **self.compiled.observe(transaction, arguments, view)}
