"""`marketproof fabric bench`: goodput, latency and processor time on a Fabric of this machine, by transaction, and a hot key."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.fabric.programs import VERSION
from ledger_runtime.fabric.records import Record
from ledger_runtime.network import Network
from marketproof.fabric_running import Player
from marketproof.measures import HEAD, Measured, machine
from marketproof.workload import REPORTS, Workload
from reports import terminal


@dataclass
class Spent:
    """Seconds of processor time since this was made, by component, over all processes of a network and its client."""

    record: Record
    before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self._now()

    def _now(self) -> dict[str, float]:
        found = {"client": time.process_time()}
        for name, process in self.record.processes.items():
            component = name.partition(".")[0]
            found[component] = found.get(component, 0.0) + process.processor_s
        return found

    def since(self) -> dict[str, float]:
        return {name: seconds - self.before.get(name, 0.0) for name, seconds in self._now().items()}


async def measured(record: Record, workload: Workload, couples: int, at_once: int, told: Callable[[str], None]) -> dict[str, Any]:
    """Life cycles of so many couples in step, then the reports of one round that all meet on one couple."""
    async with Client(read_connection(record.connection)) as client:
        player = Player(client, workload.protocol, Journal(None, ""))
        network = Network(workload.protocol, compiled=workload.compiled)
        spent, by_type, whole = Spent(record), dict[str, Measured](), Measured()
        for name, calls in workload.on(network, couples):
            began = time.perf_counter()
            outcomes = await player.phase(calls, at_once)
            seconds = time.perf_counter() - began
            for part in (whole, by_type.setdefault(name, Measured())):
                part.add([(one.code, one.seconds) for one in outcomes], seconds)
            told(f"{sum(whole.codes.values())} transactions, {name}")
        seconds_spent = spent.since()
        hot = await hot_key(player, workload, network, told)
    valid = max(whole.codes["VALID"], 1)
    return {
        "variant": workload.name, "fabric": VERSION, "machine": machine(), "couples": couples, "at once": at_once, "whole": whole.told(),
        "types": {name: part.told() for name, part in by_type.items()}, "codes": dict(whole.codes),
        "processor ms per transaction": {name: round(1000 * seconds / valid, 2) for name, seconds in seconds_spent.items()},
        "hot key": hot,
    }  # fmt: skip


async def hot_key(player: Player, workload: Workload, network: Network, told: Callable[[str], None]) -> dict[str, Any]:
    """All reports of a round at once: how many of them are valid."""
    found: dict[str, Any] = {}
    for name, calls in workload.meeting(network):
        began = time.perf_counter()
        outcomes = await player.phase(calls)
        if name in REPORTS:
            found[name] = {**dict(Counter(one.code for one in outcomes)), "seconds": round(time.perf_counter() - began, 2)}
        if name == REPORTS[-1]:
            break
        told(f"hot key: {name}")
    return found


def shown(found: dict[str, Any]) -> str:
    """The figures as tables."""
    head = ("call", *HEAD)
    lines = [(name, *map(str, part.values())) for name, part in (*found["types"].items(), ("all", found["whole"]))]
    spent = ", ".join(f"{name} {ms} ms" for name, ms in found["processor ms per transaction"].items())
    hot = "; ".join(f"{name}: {codes}" for name, codes in found["hot key"].items())
    said = f"processor time of a valid transaction: {spent}", f"hot key: {hot or 'none in this text'}", found["machine"]
    return "\n".join([terminal.table(head, lines), *said])


def run(record: Record, workload: Workload, couples: int, at_once: int, told: Callable[[str], None]) -> dict[str, Any]:
    return asyncio.run(measured(record, workload, couples, at_once, told))
