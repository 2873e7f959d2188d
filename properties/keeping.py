"""What a text keeps apart, lists, holds and leaves as it ended: conditions that parts of several claims state."""

from __future__ import annotations

from typing import Any

from spec.kinds import BOOLEAN
from spec.language import every, implies, some
from spec.paper.assets import CI, TC
from spec.schema import Write, notion
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean, conjunction, node

STAGES = ("TC", "Progress")  # the tables that say how far a couple is


def buyers_and_owners_are_apart() -> Any:
    """Whoever has asked to train on a dataset neither owns it nor has an instance of it."""

    def apart(couple: Any) -> Any:
        buyer = couple.mod.owner
        return (couple.ds.owner != buyer) & every(CI, lambda instance: implies(instance.dss.dataset == couple.ds, instance.co != buyer))

    return every(TC, apart)


def one_couple_is_open() -> Any:
    """Of one MO and one dataset there is at most one couple that has not ended."""
    ended = notion("has_ended")
    return every(TC, lambda one: every(TC, lambda other: implies(
        (one.ds == other.ds) & (one.mod.owner == other.mod.owner) & ~ended(one) & ~ended(other), one == other)))  # fmt: skip


def requests_are_listed() -> Any:
    """Every couple stands on the list of its dataset."""
    return every(TC, lambda couple: some(couple.ds.couples, lambda listed: listed == couple))


def rosters_are_ready() -> Any:
    """Whoever may train in a couple that has not ended is still there."""
    counted, ended, over = notion("may_be_selected"), notion("instance_has_ended"), notion("has_ended")
    return every(TC, lambda couple: every(CI, lambda instance: implies(counted(couple, instance) & ~over(couple), ~ended(instance))))


def bonds_are_held() -> Any:
    return notion("bonds_are_held")()


def ended_couples_stay(protocol: Protocol, transaction: Transaction) -> Expression | None:
    """No transaction writes how far a couple is that has ended."""
    ended = notion("has_ended")
    return of_rows(transaction, STAGES, "*", lambda couple: ~ended(TC[couple]))


def instances_end_once(protocol: Protocol, transaction: Transaction) -> Expression | None:
    """No transaction ends an instance that has ended."""
    ended = notion("instance_has_ended")
    return of_rows(transaction, ("CI",), "ended", lambda instance: ~ended(CI[instance]))


def of_rows(transaction: Transaction, tables: tuple[str, ...], field: str, holds: Any) -> Expression | None:
    """A condition of the rows of some tables that a transaction writes; None where it writes none of them."""
    if not transaction.on_ledger:
        return None
    found = [write for write in transaction.writes if write.table in tables and field in ("*", write.field)]
    return conjunction(*(wherever_written(write, boolean(holds(write.keys[0]))) for write in found)) if found else None


def wherever_written(write: Write, condition: Expression) -> Expression:
    """The condition in every turn of a write's loops in which it is done."""
    return in_loops(write, implies(write.condition, condition))


def in_loops(write: Write, condition: Expression) -> Expression:
    for binder in reversed(write.binders):
        condition = node("every", BOOLEAN, binder.domain, binder.variable, binder.condition, condition)
    return condition
