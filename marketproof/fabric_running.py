"""`marketproof fabric run`: honest life cycles, or calls of a file, on a network; what became of every call, and the events."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger_runtime.blocks import hash_of
from ledger_runtime.configuration import organisation_of
from ledger_runtime.errors import FabricFailed, NotEndorsed
from ledger_runtime.fabric import records
from ledger_runtime.fabric.blocks import blocks
from ledger_runtime.fabric.client import Client, Receipt
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.network import Network
from ledger_runtime.values import canonical
from marketproof.ledger import calls_in
from marketproof.variants import load
from marketproof.workload import Workload
from model.enumeration import Action
from model.scope import Scope
from reports import terminal
from spec.text import Protocol

AT_ONCE = 200
UNKNOWN, REFUSED, NOT_SENT = "UNKNOWN", "REFUSED", "NOT_SENT"


@dataclass
class Outcome:
    """What became of one call. seconds: from the proposal to the commit.

    code: Fabric's, REFUSED by the chaincode, NOT_SENT because nobody endorsed it, or UNKNOWN: it may be in a block, or come into one.
    """

    transaction: str
    code: str
    identifier: str | None = None
    block: int | None = None
    said: str = ""
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        return {"transaction": self.transaction, "id": self.identifier, "code": self.code, "block": self.block, "said": self.said}


@dataclass
class Player:
    """Makes calls on a network, many at a time, and keeps what became of them."""

    client: Client
    protocol: Protocol
    journal: Journal
    outcomes: list[Outcome] = field(default_factory=list)

    async def phase(self, calls: Sequence[Action], at_once: int = AT_ONCE) -> list[Outcome]:
        """Calls side by side."""
        gate, first = asyncio.Semaphore(at_once), len(self.outcomes)

        async def one(place: int, call: Action) -> Outcome:
            async with gate:
                return await self.call(first + place, call)

        made = await asyncio.gather(*(one(place, call) for place, call in enumerate(calls)))
        self.outcomes += made
        return made

    async def call(self, place: int, call: Action) -> Outcome:
        """One call, to its end; one that an earlier run made is settled, not made again."""
        name, given = call
        began, earlier = time.perf_counter(), self.journal.earlier(place)
        endorsed = earlier.endorsed
        if earlier.committed is not None:
            return Outcome(name, "VALID", *earlier.committed)
        if endorsed is not None:
            receipt = await self.client.settle(endorsed)
            if receipt.code in ("VALID", None):
                return self._noted(place, name, receipt, began)
        arguments = {parameter: value for parameter, value in given.items() if parameter != "caller"}
        try:
            endorsed = await self.client.propose(self.client.members.member(given["caller"], self.home(name)), name, arguments)
        except NotEndorsed as refused:
            return Outcome(name, REFUSED, said=refused.said)
        except FabricFailed as failed:
            return Outcome(name, NOT_SENT, said=str(failed))
        self.journal.submitting(place, endorsed)
        return self._noted(place, name, await self.client.commit(endorsed), began)

    def _noted(self, place: int, name: str, receipt: Receipt, began: float) -> Outcome:
        if receipt.code == "VALID":
            self.journal.committed(place, receipt)
        seconds = time.perf_counter() - began
        return Outcome(name, receipt.code or UNKNOWN, receipt.identifier, receipt.block, receipt.said, seconds)

    def home(self, transaction: str) -> str | None:
        """The organisation with which a caller is enrolled: that of its role, where the network has it."""
        home = organisation_of(self.protocol.transaction(transaction).caller_role)
        return home if home in self.client.connection.organisations else None


def reached(given: argparse.Namespace) -> tuple[Path, str, list[tuple[str, str]]]:
    """The connection file that is meant, and the variant with its readings."""
    if given.connection is not None:
        return Path(given.connection), given.variant or "hardened", given.switch
    record = records.need(given.name)
    return record.connection, given.variant or record.variant, given.switch or list(record.readings.items())


def run(given: argparse.Namespace, told: Callable[[str], None]) -> tuple[dict[str, Any], str, bool]:
    """What became of all calls, as data and as text; and whether all of them are committed."""
    connection, variant, readings = reached(given)
    protocol = load(variant, readings)
    network = Network(protocol)  # arguments are checked, and pre-images hashed, as on our ledger
    if given.calls is not None:
        phases: Sequence[tuple[str, list[Action]]] = [(name, [(name, found)]) for name, found in calls_in(given.calls, network)]
    else:
        phases = Workload(variant, Scope.parse(given.scope), readings=tuple(readings)).on(network, given.couples)
    journal = Journal(given.journal, hash_of(canonical([str(connection), phases])))
    return asyncio.run(played(connection, given.gateway, protocol, phases, journal, told))


async def played(
    connection: Path, gateway: str | None, protocol: Protocol, phases: Sequence[tuple[str, list[Action]]], journal: Journal,
    told: Callable[[str], None],
) -> tuple[dict[str, Any], str, bool]:  # fmt: skip
    """Phase after phase, each when the one before is known; none after one of which something is unknown or could not be sent."""
    began = time.perf_counter()
    async with Client(read_connection(connection), gateway) as client:
        player = Player(client, protocol, journal)
        for name, calls in phases:
            made = await player.phase(calls)
            told(f"{len(player.outcomes)} calls, last {name}")
            if any(one.code in (UNKNOWN, NOT_SENT) for one in made):
                break
        seconds = time.perf_counter() - began
        events = await events_of(player)
    left = sum(len(calls) for _, calls in phases) - len(player.outcomes)
    codes = Counter(one.code for one in player.outcomes)
    found = {
        "calls": [one.told() for one in player.outcomes], "codes": dict(codes), "not made": left, "events": events,
        "seconds": round(seconds, 2),
    }  # fmt: skip
    lines = [(one.transaction, one.code, "" if one.block is None else str(one.block), one.said) for one in player.outcomes]
    text = f"{terminal.table(('call', 'code', 'block', ''), lines)}\n{counted(codes, left)}, in {seconds:.1f} s; {len(events)} events"
    return found, text, codes["VALID"] == len(player.outcomes) + left


def counted(codes: Counter[str], left: int) -> str:
    """Committed, failed and unknown, in words."""
    failed = sum(codes.values()) - codes["VALID"] - codes[UNKNOWN]
    said = f"{codes['VALID']} of {sum(codes.values())} calls are committed, {failed} failed, {codes[UNKNOWN]} unknown"
    return f"{said}, {left} not made; with a journal the same command goes on from here" if left else said


async def events_of(player: Player) -> list[dict[str, Any]]:
    """The events of the blocks that have our calls, as a peer tells them."""
    ours = {one.identifier for one in player.outcomes}
    numbers = [one.block for one in player.outcomes if one.block is not None]
    found: list[dict[str, Any]] = []
    with suppress(FabricFailed):
        async for block in blocks(player.client, player.client.members.asker(), min(numbers, default=1), max(numbers, default=0)):
            for one in block.transactions:
                if one.identifier in ours and one.event is not None:
                    name, payload = one.event
                    found.append({"block": block.number, "id": one.identifier, "code": one.code, "event": name, "payload": list(payload)})
    return found



