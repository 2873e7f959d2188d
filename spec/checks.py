"""Checks of a loaded protocol: what a transaction may read and write, and what an honest sender may base a decision on."""

from __future__ import annotations

from collections.abc import Iterable

from spec.errors import SpecificationError, choices, speaking_for
from spec.kinds import BOOLEAN
from spec.schema import Schema, Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, walk

ENDORSEMENTS = ("any", "majority", "all")


def check_protocol(protocol: Protocol, honest_senders: bool = True) -> None:
    """Refuse, with file and line, a text that reads or writes what it may not, or whose honest senders decide on what may change."""
    for transaction in protocol.transactions.values():
        check_writes(protocol.schema, transaction)
        if transaction.on_ledger:
            check_chaincode(protocol.schema, transaction)
            if honest_senders:
                check_honest_sender(protocol.schema, transaction)
    check_access(protocol)
    if protocol.policy.endorsement not in ENDORSEMENTS:
        said = f"no endorsement policy {protocol.policy.endorsement!r}; choices: {choices(ENDORSEMENTS)}"
        raise SpecificationError(said, protocol.name)
    check_key_policies(protocol)


def check_key_policies(protocol: Protocol) -> None:
    """Refuse a rule for rows that others write too: the organisation could veto what they do."""
    for rule in protocol.policy.keys:
        for step in protocol.transactions.values():
            if step.on_ledger and step.caller_role != rule.role and any(write.table == rule.table for write in step.writes):
                by = f"{step.name} of {step.caller_role}, which the organisation of {rule.role} could veto"
                said = f"rows of {rule.table} are also written by {by}"
                raise SpecificationError(said, protocol.name)


def expressions_of(writes: Iterable[Write]) -> Iterable[Expression]:
    for write in writes:
        yield from (*write.keys, write.value, write.condition)
        for binder in write.binders:
            yield from (binder.domain, binder.condition)


def placed(transaction: Transaction, clauses: dict[str, list[Write]]) -> Iterable[tuple[str, Write]]:
    """Every write with the file and the line of its clause."""
    for name, writes in clauses.items():
        yield from ((transaction.place_of(name), write) for write in writes)


def chaincode_clauses(transaction: Transaction) -> Iterable[tuple[str, Expression]]:
    """What an endorser evaluates, with the name of the clause: guards, effects and events."""
    for guard in transaction.guards.values():
        yield guard.name, guard.condition
    for name, writes in transaction.effects.items():
        yield from ((name, expression) for expression in expressions_of(writes))
    for event in transaction.events.values():
        for expression in (*event.payload, event.condition, *(e for b in event.binders for e in (b.domain, b.condition))):
            yield event.name, expression


def chaincode_expressions(transaction: Transaction) -> list[Expression]:
    """What an endorser evaluates: guards, effects and events."""
    return [expression for _, expression in chaincode_clauses(transaction)]


def check_writes(schema: Schema, transaction: Transaction) -> None:
    for place, write in placed(transaction, transaction.effects):
        if not (transaction.on_ledger and schema.table(write.table).on_ledger):
            raise SpecificationError(f"{transaction.name} writes {write.table} in an effect; off the ledger use observe(...)", place)
        check_monotone(schema, transaction, write, place)
    for place, write in placed(transaction, transaction.observations):
        table = schema.table(write.table)
        if table.on_ledger or table.category == "rigid":
            raise SpecificationError(f"{transaction.name} observes into {write.table}, which is {table.category}", place)
        check_monotone(schema, transaction, write, place)


def check_monotone(schema: Schema, transaction: Transaction, write: Write, place: str) -> None:
    """A monotone field gets one constant, and never its default again."""
    table = schema.table(write.table)
    if write.field not in table.fields or not table.fields[write.field].monotone:
        return
    target = f"{write.table}.{write.field}"
    if write.value._op != "lit":
        raise SpecificationError(f"{transaction.name} writes a computed value to the monotone {target}", place)
    if write.value._args[0] == table.cells[write.field].default:
        raise SpecificationError(f"{transaction.name} gives the monotone {target} its default {write.value._args[0]!r} again", place)


def check_chaincode(schema: Schema, transaction: Transaction) -> None:
    """Chaincode reads the ledger only, opens no hash, knows no coalition, and scans no table that it did not declare."""
    for clause, expression in chaincode_clauses(transaction):
        name, place = f"{transaction.name} ({clause})", transaction.place_of(clause)
        for current in walk(expression):
            if current._op in ("field", "exists", "list", "rows") and not schema.table(current._args[0]).on_ledger:
                raise SpecificationError(f"{name} reads {current._args[0]}, which is off the ledger", place)
            if current._op in ("part", "deviating", "image", "run"):
                raise SpecificationError(f"{name} uses {current._op!r}, which no chaincode can", place)
            if current._op == "sort" and current._args[0] not in transaction.declared_scans:
                raise SpecificationError(f"{name} scans all of {current._args[0]}: declare it with scan(...)", place)


def rows_read(schema: Schema, transaction: Transaction) -> set[tuple[object, ...]]:
    """The rows in the transaction's read set, by table and keys: fields, existence, lists and rows written in part."""
    found: set[tuple[object, ...]] = set()
    for expression in chaincode_expressions(transaction):
        for current in walk(expression):
            if current._op in ("field", "exists"):
                table, *keys = (current._args[0], *current._args[2 if current._op == "field" else 1 :])
                found.add((table, *keys))
            elif current._op == "list":
                found.add((current._args[0], *current._args[2:]))
    for write in transaction.writes:
        whole = {w.field for w in transaction.writes if w.row == write.row}
        if whole != set(schema.table(write.table).cells):
            found.add((write.table, *write.keys))
    return found


def check_honest_sender(schema: Schema, transaction: Transaction) -> None:
    """What an honest sender decided holds at endorsement; it must still hold at commit.

    It may read rows of the transaction's read set, facts that never become false, and its own memory.
    """
    known = rows_read(schema, transaction)
    caller = transaction.arguments["caller"]
    for name, condition in transaction.honest.items():
        place, retractable = transaction.place_of(name), _retractable(condition)
        for current in walk(condition):
            if current._op not in ("field", "exists", "list", "rows", "sort"):
                continue
            if current._op == "sort":
                message = f"the honest sender of {transaction.name} ({name}) reads all of {current._args[0]}"
                raise SpecificationError(message, place)
            table = schema.table(current._args[0])
            keys = current._args[2 if current._op in ("field", "list") else 1 :]
            own = table.category == "memory" and keys and keys[0] is caller
            monotone = current._op == "field" and current._args[1] in table.fields and table.fields[current._args[1]].monotone
            stable = (current._op == "exists" or monotone) and id(current) not in retractable
            fresh = current._op == "exists" and not stable and _written_whole(schema, transaction, table.name, keys)
            if not (own or stable or fresh or table.category == "rigid" or (table.name, *keys) in known):
                message = f"the honest sender of {transaction.name} ({name}) decides on {table.name}, which is neither in the read set,"
                raise SpecificationError(f"{message} nor its own memory, nor a fact that never becomes false", place)


def _retractable(condition: Expression) -> set[int]:
    """Facts whose becoming true could make the condition false: read under a negation, or compared with nothing, or counted."""
    found: set[int] = set()
    pending = [(condition, True)]
    while pending:
        current, rising = pending.pop()
        if not rising:
            found.add(id(current))
        if current._op in ("and", "or", "some"):
            below = rising
        elif current._op == "eq" and rising:
            below = not any(side._kind is BOOLEAN or (side._op == "lit" and side._args[0] in (None, 0)) for side in current._args)
        else:
            below = False
        pending.extend((argument, below) for argument in current._args if isinstance(argument, Expression))
    return found


def _written_whole(schema: Schema, transaction: Transaction, table: str, keys: tuple[Expression, ...]) -> bool:
    """A party that takes an identifier which it drew itself finds it unused; nobody else can guess it."""
    return (table, *map(id, keys)) in {write.row for write in transaction.writes} and len(schema.table(table).key) == 1


def check_access(protocol: Protocol) -> None:
    """Every line of the access table names a table, fields, a transaction and a role that exist."""
    for rule in protocol.access:
        with speaking_for(rule.place or protocol.name):
            table = protocol.schema.table(rule.table)
            for name in rule.fields:
                if name != "*" and name not in table.cells:
                    raise SpecificationError(f"the access table names {rule.table}.{name}; choices: {choices(table.cells)}")
            protocol.transaction(rule.transaction)
            if rule.role and rule.role not in protocol.roles:
                raise SpecificationError(f"the access table names the role {rule.role!r}; choices: {choices(protocol.roles)}")


__all__ = ["chaincode_expressions", "check_protocol", "expressions_of", "rows_read"]
