"""Calls of a protocol's transactions on Postgres, and its rows as our ledger has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ledger_runtime.postgres.cluster import Database
from ledger_runtime.postgres.expressions import literal, quoted, type_of
from spec.concrete import Row, RowId
from spec.text import Protocol


def call(protocol: Protocol, name: str, arguments: Mapping[str, Any]) -> str:
    """A call as a statement; arguments as our ledger has them."""
    parameters = protocol.transactions[name].parameters
    given = ", ".join(f"{literal(arguments[parameter])}::{type_of(kind)}" for parameter, kind in parameters.items())
    return f"SELECT {quoted(name)}({given});"


def rows(protocol: Protocol, database: Database) -> dict[RowId, Row]:
    """All rows, as `Network.rows` has them."""
    tables = [table for table in protocol.schema.tables.values() if table.on_ledger]
    asked = [f"SELECT {literal(table.name)} || E'\\t' || to_jsonb(found) FROM {quoted(table.name)} AS found;" for table in tables]
    found: dict[RowId, Row] = {}
    for line in database.run("\n".join(asked)):
        name, _, data = line.partition("\t")
        table, read = protocol.schema.tables[name], json.loads(data)
        key = tuple(None if read[f"key_{part}"] == "\x01" else read[f"key_{part}"] for part, _ in table.key)
        found[name, key] = tuple(read[cell] for cell in table.cells)
    return found


def answers(protocol: Protocol, database: Database, calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """What each of several calls, one after another, answers: `refused GUARD`, an event as JSON, or nothing."""
    return database.run("\n".join(call(protocol, name, arguments) for name, arguments in calls))
