"""What a goal can see: the fields that it reads, what writes them, what those writers read, and so on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from properties.claims import Goal
from spec.checks import expressions_of
from spec.schema import Write
from spec.tracing import Transaction
from spec.tree import TRUE, Expression, walk

FieldName = tuple[str, str]


def fields_read(expressions: Iterable[Expression]) -> set[FieldName]:
    """Fields, existences and list lengths that the expressions read."""
    found: set[FieldName] = set()
    for expression in expressions:
        for current in walk(expression):
            if current._op == "field":
                found.add((current._args[0], current._args[1]))
            elif current._op == "exists":
                found.add((current._args[0], "exists"))
            elif current._op == "list":
                found.add((current._args[0], f"{current._args[1]}_length"))
    return found


@dataclass(frozen=True)
class Slice:
    """The transactions that matter to a goal, with only the writes that it can see, and the parameters that they use."""

    transactions: dict[str, Transaction]
    parameters: dict[str, list[str]]


def seen(write: Write, needed: set[FieldName]) -> bool:
    return (write.table, write.field) in needed or (write.table, "exists") in needed


def conditions_of(transaction: Transaction) -> list[Expression]:
    return [*(g.condition for g in transaction.guards.values()), *transaction.honest.values(), *transaction.powers.values()]


def slice_of(transactions: dict[str, Transaction], goal: Goal) -> Slice:
    """The least set of transactions and writes that decides whether the goal can be reached."""
    judged = judged_of(transactions, goal)
    needed, kept = needed_by(transactions, goal)
    sliced = {name: narrowed(transactions[name], needed) for name in transactions if name in kept}
    return Slice(sliced, {name: used_parameters(transaction, judged[name]) for name, transaction in sliced.items()})


def judged_of(transactions: dict[str, Transaction], goal: Goal) -> dict[str, list[Expression]]:
    return {name: [by[name] for by in goal.steps.values() if name in by and by[name] is not TRUE] for name in transactions}


def needed_by(transactions: dict[str, Transaction], goal: Goal, rows: bool = False) -> tuple[set[FieldName], set[str]]:
    """The fields that the goal can see, directly or through what is written, and the transactions that matter to it.

    rows: of a write that matters only because it makes its row exist, the value is not looked at.
    """
    judged = judged_of(transactions, goal)
    needed = fields_read([*goal.states.values(), *goal.pairs.values()])
    kept = {name for name, conditions in judged.items() if conditions}
    while True:
        before = (len(needed), len(kept))
        for name, transaction in transactions.items():
            visible = [write for write in (*transaction.writes, *transaction.observed) if seen(write, needed)]
            if visible or name in kept:
                kept.add(name)
                values = [replace(one, value=TRUE) if rows and (one.table, one.field) not in needed else one for one in visible]
                needed |= fields_read([*conditions_of(transaction), *judged[name], *expressions_of(values)])
        if (len(needed), len(kept)) == before:
            return needed, kept


def whole(transactions: dict[str, Transaction]) -> Slice:
    """Everything: what slicing is compared with."""
    return Slice(dict(transactions), {name: list(transaction.parameters) for name, transaction in transactions.items()})


def narrowed(transaction: Transaction, needed: set[FieldName]) -> Transaction:
    """The same transaction with only the visible writes."""
    copy = Transaction(**transaction.__dict__)
    copy.effects = {name: [w for w in writes if seen(w, needed)] for name, writes in transaction.effects.items()}
    copy.observations = {name: [w for w in writes if seen(w, needed)] for name, writes in transaction.observations.items()}
    return copy


def used_parameters(transaction: Transaction, judged: list[Expression]) -> list[str]:
    expressions = [*conditions_of(transaction), *judged, *expressions_of((*transaction.writes, *transaction.observed))]
    used = {node._args[0] for expression in expressions for node in walk(expression) if node._op == "par"}
    return [name for name in transaction.parameters if name in used or name == "caller"]
