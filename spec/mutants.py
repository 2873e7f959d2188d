"""Small wrong changes of a text: one guard or one effect of one step, by named operators (mutation analysis, DeMillo and others 1978)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from spec.kinds import BOOLEAN, INTEGER, Enumeration
from spec.schema import Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import TRUE, Expression, conjunction, disjunction, literal, negation, node

OPERATORS = {
    "waive": "the guard is left out",
    "negate": "the guard holds when it should not",
    "weaken": "one part of the guard is left out, or a limit is missed by one",
    "drop": "the effect does not happen",
    "perturb": "a field gets another value",
    "always": "a write is done whatever its condition says",
    "never": "a write is not done",
}


@dataclass(frozen=True)
class Mutant:
    """A step with one clause changed."""

    step: str
    clause: str
    operator: str
    detail: str
    changed: Transaction

    @property
    def name(self) -> str:
        return f"{self.step}.{self.clause}: {self.operator}{f' ({self.detail})' if self.detail else ''}"

    def of(self, protocol: Protocol) -> Protocol:
        """The text with this step instead of its own; its name stays, since its claims and lemmas do."""
        return replace(protocol, transactions={**protocol.transactions, self.step: self.changed})


def mutants_of(protocol: Protocol) -> Iterator[Mutant]:
    """All mutants of the transactions on the ledger, in the order of the text."""
    for step in protocol.transactions.values():
        if step.on_ledger:
            yield from mutants_of_guards(step)
            yield from mutants_of_effects(step)


def mutants_of_guards(step: Transaction) -> Iterator[Mutant]:
    for name, guard in step.guards.items():
        rest = {other: known for other, known in step.guards.items() if other != name}
        yield Mutant(step.name, name, "waive", "", replace(step, guards=rest))
        for operator, detail, condition in [("negate", "", negation(guard.condition)), *weaker(guard.condition)]:
            changed = replace(guard, condition=condition)
            yield Mutant(step.name, name, operator, detail, replace(step, guards={**step.guards, name: changed}))


def weaker(condition: Expression) -> Iterator[tuple[str, str, Expression]]:
    """The condition without one of its parts, or with a limit that lets equal numbers pass."""
    if condition._op == "and":
        for place in range(len(condition._args)):
            yield "weaken", f"without part {place + 1}", conjunction(*condition._args[:place], *condition._args[place + 1 :])
    if condition._op == "lt":
        left, right = condition._args
        yield "weaken", "equal passes", disjunction(condition, node("eq", BOOLEAN, left, right))
    if condition._op == "not" and condition._args[0]._op == "lt":
        right, left = condition._args[0]._args
        yield "weaken", "one less passes", negation(left + 1 < right)


def mutants_of_effects(step: Transaction) -> Iterator[Mutant]:
    for name, writes in step.effects.items():
        rest = {other: known for other, known in step.effects.items() if other != name}
        yield Mutant(step.name, name, "drop", "", replace(step, effects=rest))
        for place, write in enumerate(writes):
            for operator, other in wrong_writes(write):
                changed = {**step.effects, name: [*writes[:place], other, *writes[place + 1 :]]}
                where = f"{write.table}.{write.field}, write {place + 1}"
                yield Mutant(step.name, name, operator, where, replace(step, effects=changed))


def wrong_writes(write: Write) -> Iterator[tuple[str, Write]]:
    value = another_value(write.value)
    if value is not None:
        yield "perturb", replace(write, value=value)
    if write.condition is not TRUE:
        yield "always", replace(write, condition=TRUE)
        yield "never", replace(write, condition=literal(False, BOOLEAN))


def another_value(value: Expression) -> Any:
    """A value of the same kind that is another one, whatever the state: one more, the opposite, another name, nothing."""
    kind = value._kind
    if kind is INTEGER:
        return value + 1
    if kind is BOOLEAN:
        return negation(value)
    if isinstance(kind, Enumeration):
        other = next((name for name in kind.values if value is not literal(name, kind)), None)
        return literal(other, kind)
    return None if value is literal(None, kind) else literal(None, kind)


__all__ = ["OPERATORS", "Mutant", "mutants_of"]
