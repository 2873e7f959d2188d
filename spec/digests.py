"""Names for pieces of text by what they say: the same digest means the same tree, in every run and on every machine."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any

from spec.kinds import Kind
from spec.remembering import remembered
from spec.schema import Schema
from spec.tables import Table
from spec.text import Protocol
from spec.tracing import Event, Guard, Transaction
from spec.tree import Expression

# By the node: equal nodes are one, and none is ever forgotten.
_expressions: dict[int, str] = {}


def digest(*values: Any) -> str:
    """SHA-256 of what values say: trees, clauses, steps, tables, and plain data made of them; names of places and grades do not count.

    Raises TypeError for a value of which it is not known what it says.
    """
    return hashlib.sha256("\n".join(said(value) for value in values).encode()).hexdigest()


@singledispatch
def said(value: Any) -> str:
    """A value as text, unlike that of every other value."""
    if value is None or isinstance(value, bool | int | float | str | Kind):
        return repr(value)
    if is_dataclass(value):
        return digest(type(value).__name__, *(getattr(value, field.name) for field in fields(value)))
    raise TypeError(f"no digest of a {type(value).__name__}")


@said.register
def _(value: Expression) -> str:
    found = _expressions.get(id(value))
    if found is None:
        found = _expressions[id(value)] = digest("node", value._op, value._kind, value._args)
    return found


@said.register
def _(value: dict) -> str:  # type: ignore[type-arg]
    return digest("in order", *(part for item in value.items() for part in item))


@said.register(list)
@said.register(tuple)
def _(value: Any) -> str:
    return digest(f"{len(value)} in order", *value)


@said.register(set)
@said.register(frozenset)
def _(value: Any) -> str:
    return digest("in no order", *sorted(map(said, value)))


@said.register
def _(value: Guard) -> str:
    return digest("guard", value.name, value.condition)


@said.register
def _(value: Event) -> str:
    return digest("event", value.name, value.payload, value.condition, value.binders)


@said.register(Transaction)
@remembered
def _(value: Transaction) -> str:
    return digest(
        "step", value.name, value.caller_role, value.on_ledger, value.parameters, value.guards, value.effects, value.observations,
        value.events, value.honest, value.powers,
    )  # fmt: skip


@said.register(Table)
@remembered
def _(value: Table) -> str:
    return digest("table", value.name, value.key, value.cells, value.category)


@said.register(Schema)
@remembered
def _(value: Schema) -> str:
    return digest("tables", value.tables)


@said.register(Protocol)
@remembered
def _(value: Protocol) -> str:
    policy = value.policy.endorsement, value.policy.keys
    return digest("protocol", value.name, value.schema, value.sorts, value.readings, value.transactions, policy, value.roles)


__all__ = ["digest"]
