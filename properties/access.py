"""C35 made from the access table: every write of a transaction is on a line of it."""

from __future__ import annotations

from typing import Any

from properties.keeping import wherever_written
from spec.schema import Row, TableHandle, Write
from spec.text import AccessRule, Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean, conjunction, disjunction


def obeys_access_table(protocol: Protocol, transaction: Transaction) -> Expression | None:
    """The condition that all writes of the transaction are allowed to its caller; None for a step off the ledger."""
    if not transaction.on_ledger:
        return None
    return conjunction(*(write_is_allowed(protocol, transaction, write) for write in transaction.writes))


def write_is_allowed(protocol: Protocol, transaction: Transaction, write: Write) -> Expression:
    row = Row(protocol.schema.table(write.table), write.keys)
    caller = transaction.arguments["caller"]
    rules = [rule for rule in protocol.access if applies(rule, transaction.name, write)]
    allowed = disjunction(*(conjunction(in_role(protocol, rule, caller), boolean(rule.relation(caller, row))) for rule in rules))
    return wherever_written(write, allowed)


def applies(rule: AccessRule, transaction: str, write: Write) -> bool:
    return rule.table == write.table and rule.transaction == transaction and (rule.fields == ("*",) or write.field in rule.fields)


def in_role(protocol: Protocol, rule: AccessRule, caller: Any) -> Expression:
    return boolean(True) if not rule.role else TableHandle(rule.role)[caller].exists
