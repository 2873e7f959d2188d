"""All rows of a Fabric, as each organisation's peer answers."""

from __future__ import annotations

from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import Connection
from ledger_runtime.keys import encode_key
from spec.text import Protocol


async def rows_at(connection: Connection, protocol: Protocol) -> dict[str, dict[str, bytes]]:
    """Keys and values, by organisation."""
    tables = [name for name, table in protocol.schema.tables.items() if table.on_ledger]
    found: dict[str, dict[str, bytes]] = {}
    for organisation in connection.organisations:
        async with Client(connection, organisation) as client:
            asker = client.members.asker()
            found[organisation] = {
                key: value for table in tables for key, value in (await client.rows(asker, encode_key(table, ()))).items()
            }
    return found
