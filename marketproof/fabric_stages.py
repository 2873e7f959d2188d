"""Stages of a Fabric of this machine, measured: calls at a rate, as their client sees them, and what orderer and peers say of blocks."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.fabric.metrics import Durations, durations, mean_between
from ledger_runtime.fabric.records import Record
from ledger_runtime.network import Network
from marketproof.fabric import passing
from marketproof.fabric_running import Player
from marketproof.own_beds import FABRIC_SECONDS
from marketproof.workload import Workload
from model.enumeration import Action
from model.scope import Scope
from properties.own_calibration import Configuration

CALL = "CreateDO"
WARMING, WARMING_TPS = 40, 20
OF_ORDERER = {"fill": "blockcutter_block_fill_duration"}
OF_PEERS = {"validate": "gossip_privdata_validation_duration", "commit": "gossip_privdata_commit_block_duration"}


@dataclass
class Open:
    """An open loop: calls come when they are due, whatever became of those before."""

    client: Client
    home: str | None
    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def play(self, calls: Sequence[Action], rate_tps: float) -> None:
        """One call every 1/rate seconds, until the last is committed. Raises FabricFailed unless all are valid."""
        began = time.perf_counter()
        playing = []
        for place, call in enumerate(calls):
            await asyncio.sleep(max(0.0, began + place / rate_tps - time.perf_counter()))
            playing.append(asyncio.create_task(self.one(call)))
        await asyncio.gather(*playing)

    async def one(self, call: Action) -> None:
        name, given = call
        arguments = {parameter: value for parameter, value in given.items() if parameter != "caller"}
        times = [time.perf_counter()]
        proposal = self.client.called(self.client.members.member(given["caller"], self.home), name, arguments)
        times.append(time.perf_counter())
        endorsed = await self.client.endorse(proposal)
        times.append(time.perf_counter())
        await self.client.submit(endorsed)
        times.append(time.perf_counter())
        receipt = await self.client.status(endorsed)
        times.append(time.perf_counter())
        if receipt.code != "VALID":
            raise FabricFailed(f"{name} became {receipt.code}")
        for stage, (earlier, later) in zip(("prepare", "endorse", "order", "told"), pairwise(times), strict=True):
            self.found[stage].append(later - earlier)


class Numbered:
    """Calls that meet in no row: new owners, each enrolled before it calls."""

    def __init__(self, workload: Workload, client: Client, home: str | None) -> None:
        self.workload, self.members, self.home, self.number = workload, client.members, home, 0
        network = Network(workload.protocol, compiled=workload.compiled)
        self.call = next((name, network.to_ledger(name, given)) for name, given in workload.calls if name == CALL)

    def next(self, count: int) -> list[Action]:
        """So many more."""
        calls = [self.workload.couple(number, self.call) for number in range(self.number, self.number + count)]
        for _, given in calls:
            self.members.member(given["caller"], self.home)
        self.number += count
        return calls


def said_of_blocks(record: Record) -> dict[str, Durations]:
    """What orderer and peers have done so far."""
    peers = [name for name in record.processes if name.startswith("peer.")]
    return {
        "orderer": durations(record, "orderer", OF_ORDERER.values()),
        **{one: durations(record, one, OF_PEERS.values()) for one in peers},
    }


def between(before: dict[str, Durations], after: dict[str, Durations]) -> dict[str, float]:
    """Mean seconds by stage; of the peers' stages, the mean over the peers."""
    peers = [name for name in before if name != "orderer"]
    filled = {stage: mean_between(before["orderer"], after["orderer"], name) for stage, name in OF_ORDERER.items()}
    checked = {stage: statistics.fmean(mean_between(before[one], after[one], name) for one in peers) for stage, name in OF_PEERS.items()}
    return {**filled, **checked}


async def played(record: Record, workload: Workload, rates: Sequence[Configuration]) -> dict[str, dict[str, float]]:
    """Seconds by stage for each configuration of one network, one after another."""
    found = {}
    async with Client(read_connection(record.connection)) as client:
        home = Player(client, workload.protocol, Journal(None, "")).home(CALL)
        numbered = Numbered(workload, client, home)
        await Open(client, home).play(numbered.next(WARMING), WARMING_TPS)
        for one in rates:
            calls, loop = numbered.next(FABRIC_SECONDS * one.rate_tps), Open(client, home)
            before = said_of_blocks(record)
            await loop.play(calls, one.rate_tps)
            medians = {stage: statistics.median(seconds) for stage, seconds in loop.found.items()}
            found[one.name] = {**medians, **between(before, said_of_blocks(record))}
    return found


def measured(batching: tuple[int, int], rates: Sequence[Configuration], told: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """The same on a network of its own, gone afterwards. batching: most transactions of a block, and milliseconds."""
    workload = Workload("paper", Scope(1, 1), once=True)
    with passing("paper", {}, told, "stages", most_messages=batching[0], timeout_ms=batching[1]) as record:
        told(f"blocks of {batching[0]} or {batching[1]} ms: {len(rates)} rates of {FABRIC_SECONDS} s")
        return asyncio.run(played(record, workload, rates))
