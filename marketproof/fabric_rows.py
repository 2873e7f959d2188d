"""All rows of a Fabric, as each organisation's peer answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import Connection
from ledger_runtime.keys import encode_key
from spec.text import Protocol

PATIENCE_S, PAUSE_S = 60.0, 0.1


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


async def rows_settled(connection: Connection, protocol: Protocol, expected: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The same, asked again for a while as long as a peer has other rows than expected: peers commit one after another."""
    ends = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        found = await rows_at(connection, protocol)
        if all(rows == expected for rows in found.values()) or asyncio.get_running_loop().time() > ends:
            return found
        await asyncio.sleep(PAUSE_S)
