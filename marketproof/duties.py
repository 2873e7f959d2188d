"""What an honest party would do now, found from the text: its guards and honest conditions, over values that the party really has.

For each parameter a condition either says what it must equal, or the party offers values; each condition is tested as early as it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from model.enumeration import conjuncts, parameters_of
from spec.compiled import Compiled, Source, tuple_source
from spec.concrete import View
from spec.tracing import Transaction
from spec.tree import Expression

CHOSEN = frozenset({"RequestTC.epochs"})
"""Numbers that a party chooses although an honest condition names one, which is there to bound searches; guards still decide."""


class RealSource(Source):
    """Images, such as the nonce that a member drew, are asked of the view's maker, which has the real ones."""

    def special(self, e: Expression) -> str:
        if e._op == "image":
            return f"M({self.constant(e._kind)}, {tuple_source([self.expression(e._args[0])])})"
        return super().special(e)


class Realised(Compiled):
    """The compiled text over real values."""

    def _made(self, identity: Any, lines: Callable[[Source], list[str]], name: str) -> Callable[..., Any]:
        function = self._functions.get(identity)
        if function is None:
            source = RealSource(self.schema)
            function = self._functions[identity] = source.build(name, lines(source))
        return function

    def duties(self, transaction: Transaction, view: View, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Arguments with which the step would be taken now; found one after the other, each in the state as it then is.

        given: is filled with the arguments that are being tried, for whoever makes values of them.
        """
        function = self._made(("duties", transaction.name), lambda source: search(source, transaction), f"duties_{transaction.name}")
        found: Iterator[dict[str, Any]] = self.call(function, view, given)
        return found


def search(source: Source, transaction: Transaction) -> list[str]:
    """The body of a generator: a loop for each parameter, a test as soon as what it speaks of is bound."""
    pending = [part for guard in transaction.guards.values() for part in conjuncts(guard.condition)]
    pending += [part for condition in transaction.honest.values() for part in conjuncts(condition) if not names_a_choice(transaction, part)]
    lines, bound, indent = ["    A.clear()"], set[str](), "    "
    for name in transaction.parameters:
        equal = determined(name, pending, bound)
        domain = f"U[{f'{transaction.name}.{name}'!r}]" if equal is None else f"({source.expression(equal)},)"
        lines.append(f"{indent}for A[{name!r}] in {domain}:")
        indent += "    "
        bound.add(name)
        if equal is not None:
            lines.append(f"{indent}if A[{name!r}] is None: continue")
        for condition in [part for part in pending if parameters_of(part) <= bound]:
            pending = [part for part in pending if part is not condition]
            lines.append(f"{indent}if not {source.expression(condition)}: continue")
    return [*lines, f"{indent}yield dict(A)"]


def names_a_choice(transaction: Transaction, condition: Expression) -> bool:
    """Whether a condition only says which literal a chosen number is."""
    operations = {part._op: part for part in condition._args if isinstance(part, Expression)}
    chosen = condition._op == "eq" and operations.keys() == {"par", "lit"}
    return chosen and f"{transaction.name}.{operations['par']._args[0]}" in CHOSEN


def determined(name: str, pending: list[Expression], bound: set[str]) -> Expression | None:
    """What this parameter must equal, in terms of those already bound, if a condition says so."""
    for condition in pending:
        if condition._op == "eq":
            for this, other in (condition._args, condition._args[::-1]):
                if this._op == "par" and this._args[0] == name and parameters_of(other) <= bound:
                    return other  # type: ignore[no-any-return]
    return None
