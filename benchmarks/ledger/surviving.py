"""Faults in numbers: processes that die at every place, single bytes that change, bad networks and lying orderers; each by a seed."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from ledger_runtime.campaigns import LIES, campaign
from ledger_runtime.chain import Head
from ledger_runtime.delivery import Faults
from ledger_runtime.engines import TABLES, Engine, Lmdb, Memory, Sqlite
from ledger_runtime.errors import BrokenChain, BrokenSeal, StoreUnusable
from ledger_runtime.faults import Faulty, Killed, flip, flip_file
from ledger_runtime.folder import Folder, Settings
from ledger_runtime.identities import certified, plain
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from ledger_runtime.verifying import verify
from marketproof.workload import Workload
from spec.digests import digest
from spec.errors import Refused

Told = Callable[[str], None]
HARSH = Faults(dropped=0.3, repeated=0.3, late_ticks=9, parted=0.2, partition_ticks=8)


def opened(workload: Workload, engine: Engine, seed: int = 0) -> Network:
    return Network(workload.protocol, compiled=workload.compiled, seed=seed, parts=Parts(plain(), [engine], keeps=4))


def played(network: Network, workload: Workload, seed: int) -> Network:
    """The life cycle in blocks whose sizes the seed draws; calls that meet in a block may conflict, and what depends on them is refused."""
    rng, waiting = random.Random(seed), 0
    for name, arguments in workload.calls:
        try:
            network.submit(network.propose(name, network.to_ledger(name, arguments)))
            waiting += 1
        except Refused:
            continue
        if waiting >= rng.randint(1, 3):
            network.cut()
            waiting = 0
    return network


def unharmed(workload: Workload, seed: int) -> tuple[list[Head], int]:
    """The heads of a run that nothing happens to, and at how many places it can die."""
    faulty = Faulty(Memory())
    network = played(opened(workload, faulty), workload, seed)
    return [network.ledger.at(number) for number in range(len(network.blocks) + 1)], faulty.place


def kills(workload: Workload, count: int, told: Told) -> tuple[int, int]:
    """Kill points tried, and how many lost or changed something that was committed, which must be none."""
    tried = lost = seed = 0
    while tried < count:
        heads, places = unharmed(workload, seed)
        for point in range(min(places, count - tried)):
            with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as name:
                make = lmdb_in if (point + seed) % 2 else sqlite_in
                lost += not survives(workload, lambda make=make, name=name: make(Path(name)), point, heads, seed)  # type: ignore[misc]
            tried += 1
            told(f"{tried} of {count} kill points")
        seed += 1
    return tried, lost


def lmdb_in(folder: Path) -> Engine:
    return Lmdb(folder, synced=False)


def sqlite_in(folder: Path) -> Engine:
    return Sqlite(folder / "ledger.sqlite", synced=False)


def survives(workload: Workload, make: Callable[[], Engine], point: int, heads: list[Head], seed: int) -> bool:
    """Die at a place, open again: what was told is there, whole, and the ledger is sound."""
    engine, network = make(), None
    try:
        network = opened(workload, Faulty(engine, dies_at=point))
        played(network, workload, seed)
    except Killed:
        pass
    reached = 0 if network is None else len(network.blocks)
    engine.close()
    again = opened(workload, make())
    verify(again.ledger)
    height = len(again.blocks)
    again.close()
    return height in (reached, reached + 1) and again.ledger.blocks.head == heads[height]


def flips_of_files(workload: Workload, count: int, told: Told) -> tuple[int, int]:
    """Single bytes of a closed ledger's files changed, and how many changes were not noticed, which must be none."""
    rng, missed = random.Random(1), 0
    with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as name:
        settings = Settings(workload.name, {}, digest(workload.protocol), peers=2, seed=1)
        folder = Folder.create(Path(name) / "ledger", settings, workload.protocol)
        with folder.network(workload.protocol) as network:
            played(network, workload, 0)
        files = [*folder._files().values(), folder.path / "seal.json"]
        for number in range(count):
            file, mask = rng.choice(files), rng.randrange(1, 256)
            place = rng.randrange(file.stat().st_size)
            flip_file(file, place, mask)
            try:
                Folder(folder.path).check_seal()
                missed += 1
            except (BrokenSeal, StoreUnusable):
                pass
            flip_file(file, place, mask)
            told(f"{number + 1} of {count} bytes of files")
    return count, missed


def flips_of_entries(workload: Workload, count: int, told: Told) -> tuple[int, int]:
    """The same for entries of an open store, found by validating all blocks again."""
    rng, missed = random.Random(2), 0
    ledger = played(opened(workload, Memory()), workload, 0).ledger
    entries = [(table, key, value) for table in TABLES for key, value in ledger.engine.scan(table) if value]
    for number in range(count):
        table, key, value = rng.choice(entries)
        ledger.engine.write([(table, key, flip(value, rng))])
        try:
            verify(ledger)
            missed += 1
        except (BrokenChain, StoreUnusable):
            pass
        ledger.engine.write([(table, key, value)])
        told(f"{number + 1} of {count} bytes of entries")
    return count, missed


def campaigns(workload: Workload, count: int, told: Told) -> list[tuple[str, int, int, int, int]]:
    """For each lie, and none: campaigns, lies told, peers alarmed, and pairs that differ without an alarm, which must be none."""
    found = []
    for lie in ("", *LIES):
        lies = alarms = unnoticed = 0
        for seed in range(count):
            parts = Parts(certified(ORGANISATIONS, 1), [Memory() for _ in range(5)], keeps=8)
            network = Network(workload.protocol, compiled=workload.compiled, parts=parts)
            outcome = campaign(network, Calls(workload).of_a_tick, seed, 25, {lie: 0.1} if lie else {}, HARSH)
            lies, alarms = lies + outcome.lies, alarms + len(outcome.alarms)
            unnoticed += len(outcome.unnoticed)
            told(f"{lie or 'honest'}: {seed + 1} of {count} campaigns")
        found.append((lie or "none", count, lies, alarms, unnoticed))
    return found


class Calls:
    """The next calls of the life cycle, endorsed by any peer; what is refused is asked again in a later tick."""

    def __init__(self, workload: Workload) -> None:
        self.waiting = list(workload.calls)

    def of_a_tick(self, network: Network, rng: random.Random) -> list:  # type: ignore[type-arg]
        found = []
        for name, arguments in self.waiting[: rng.randrange(3)]:
            try:
                found.append(network.propose(name, network.to_ledger(name, arguments), [rng.choice(list(network.peers))]))
                self.waiting.remove((name, arguments))
            except Refused:
                break
        return found
