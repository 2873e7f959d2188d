"""Running a workload on a signed, durable network, and what it took: time, processor time, and whose it was."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ledger_runtime.blocks import Block, Code, Endorsed, decode_block, encode_block
from ledger_runtime.engines import Engine, Memory, opened
from ledger_runtime.identities import Certificates, Keys, Trust, certified, plain
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from marketproof.workload import Workload
from model.enumeration import Action

BLOCK = 500
CHUNK = 25


@dataclass
class Shares:
    """Seconds of processor time by what they were spent on, over all threads."""

    spent: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time noted."""

        def call(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                with self.lock:
                    self.spent[what] += time.thread_time() - began

        return call


@dataclass(frozen=True)
class Setting:
    """peers: ledgers, each of which validates. threads: beside the main one. store: lmdb, sqlite or memory. shared: peers share checks."""

    peers: int = 1
    threads: int = 2
    store: str = "lmdb"
    shared: bool = False
    signed: bool = True
    policy: str = "2 of org-do, org-co"
    block: int = BLOCK

    def __str__(self) -> str:
        peers = f"{self.peers} peer{'s' * (self.peers > 1)}"
        return f"{peers}, {self.store}, {'P-256' if self.signed else 'unsigned'}{', checks shared' * self.shared}"


@dataclass(frozen=True)
class Measured:
    """What a run took. latencies_s: from the proposal to the commit of its block. shares: of processor time, in a run with meters."""

    valid: int
    sent: int
    seconds: float
    processor_s: float
    latencies_s: list[float]
    by_type: dict[str, tuple[int, float]]
    codes: Counter[str]
    shares: dict[str, float]

    @property
    def goodput(self) -> float:
        return self.valid / self.seconds

    def quantile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def network_of(workload: Workload, setting: Setting, shares: Shares | None = None) -> Iterator[Network]:
    """An empty network, in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as folder:
        engines = [engine(setting.store, Path(folder) / str(number)) for number in range(setting.peers)]
        trust = certified(ORGANISATIONS, None, setting.threads, setting.shared) if setting.signed else plain()
        network = Network(workload.protocol, compiled=workload.compiled, seed=None,
                          parts=Parts(trust=trust, engines=engines, policy=setting.policy, keeps=2))  # fmt: skip
        if shares is not None:
            meter(network, trust, shares)
        yield network
        network.close()


def engine(kind: str, folder: Path) -> Engine:
    folder.mkdir()
    return Memory() if kind == "memory" else opened(folder, kind)


def meter(network: Network, trust: Trust, shares: Shares) -> None:
    """Note whose the time is: signatures, execution, storage."""
    if isinstance(trust.wallet, Keys) and isinstance(trust.verifier, Certificates):
        trust.wallet.sign = shares.timed("signatures", trust.wallet.sign)  # type: ignore[method-assign]
        pool = trust.verifier._pool
        pool._holds = shares.timed("signatures", pool._holds)
    network.chaincode.simulate = shares.timed("execution", network.chaincode.simulate)  # type: ignore[method-assign]
    for ledger in network.ledgers:
        ledger.engine.write = shares.timed("storage", ledger.engine.write)  # type: ignore[method-assign]


class Client:
    """Has calls endorsed, several at a time."""

    def __init__(self, network: Network, threads: int) -> None:
        self.network, self.threads = network, ThreadPoolExecutor(max(threads, 1), "client")
        self.began: dict[str, float] = {}

    def endorsed(self, calls: Sequence[Action]) -> list[Endorsed]:
        chunks = [calls[first : first + CHUNK] for first in range(0, len(calls), CHUNK)]
        return [one for chunk in self.threads.map(self._chunk, chunks) for one in chunk]

    def _chunk(self, calls: Sequence[Action]) -> list[Endorsed]:
        found = []
        for name, arguments in calls:
            began = time.perf_counter()
            endorsed = self.network.propose(name, arguments)
            self.began[endorsed.transaction_id] = began
            found.append(endorsed)
        return found


def enrol(network: Network, phases: Iterable[tuple[str, list[Action]]]) -> None:
    """Give every member a certificate, and let the peers see it once, before anything is measured."""
    for _, calls in phases:
        for _, arguments in calls:
            network.trust.verifier.identity(network.trust.wallet.certificate(arguments["caller"]))


def run(
    workload: Workload, setting: Setting, transactions: int, metered: bool = False, told: Callable[[str], None] = lambda text: None
) -> Measured:
    """Life cycles of so many couples, in step, until about so many transactions were sent."""
    shares = Shares() if metered else None
    couples = max(1, min(setting.block, transactions // len(workload.calls)))
    repeats = max(1, transactions // (couples * len(workload.calls)))
    parts = []
    with network_of(workload, setting, shares) as network:
        for repeat in range(repeats):
            phases = workload.on(network, couples, repeat * couples)
            if setting.signed:
                enrol(network, phases)
            if shares is not None:
                shares.spent.clear() if repeat == 0 else None
            parts.append(driven(network, phases, setting))
            told(f"{sum(part.valid for part in parts):,} transactions")
    whole = joined(parts)
    if shares is None:
        return whole
    return replace(whole, shares={what: seconds / whole.processor_s for what, seconds in shares.spent.items()})


def driven(network: Network, phases: list[tuple[str, list[Action]]], setting: Setting) -> Measured:
    """Phase after phase: endorsed, ordered, committed by every peer."""
    client, latencies, codes = Client(network, setting.threads), list[float](), Counter[str]()
    by_type: dict[str, tuple[int, float]] = {}
    began, processor = time.perf_counter(), time.process_time()
    for name, calls in phases:
        phase_began = time.perf_counter()
        for endorsed in client.endorsed(calls):
            network.submit(endorsed)
        while network.mempool:
            block = network.cut(most=setting.block)
            note(block, client, latencies, codes)
        count, seconds = by_type.get(name, (0, 0.0))
        by_type[name] = count + len(calls), seconds + time.perf_counter() - phase_began
    seconds, spent = time.perf_counter() - began, time.process_time() - processor
    client.threads.shutdown()
    return Measured(codes[Code.VALID], sum(codes.values()), seconds, spent, latencies, by_type, codes, {})


def note(block: Block, client: Client, latencies: list[float], codes: Counter[str]) -> None:
    now = time.perf_counter()
    for endorsed, code in zip(block.transactions, block.codes, strict=True):
        latencies.append(now - client.began.pop(endorsed.transaction_id, now))
        codes[code] += 1


def joined(parts: Sequence[Measured]) -> Measured:
    """Several runs on one network as one."""
    names = dict.fromkeys(name for part in parts for name in part.by_type)
    by_type = {name: (sum(p.by_type[name][0] for p in parts), sum(p.by_type[name][1] for p in parts)) for name in names}
    return Measured(
        sum(part.valid for part in parts), sum(part.sent for part in parts), sum(part.seconds for part in parts),
        sum(part.processor_s for part in parts), [one for part in parts for one in part.latencies_s], by_type,
        sum((part.codes for part in parts), Counter[str]()), {},
    )  # fmt: skip


def committing(workload: Workload, setting: Setting, transactions: int) -> tuple[float, int]:
    """Validate-and-commit alone: blocks that were made before, decoded from bytes, on a new peer. Transactions a second, and how many."""
    couples = max(1, min(setting.block, transactions // len(workload.calls)))
    with network_of(workload, replace(setting, store="memory")) as network:
        phases = workload.on(network, couples)
        driven(network, phases, setting)
        written = [encode_block(block) for block in network.blocks]
        with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as folder:
            parts = replace(network.parts, engines=[engine(setting.store, Path(folder) / "peer")])
            peer = Network(workload.protocol, compiled=workload.compiled, parts=parts).ledger
            began, count = time.perf_counter(), 0
            ordered = [decode_block(data).ordered for data in written[:1]]
            prepared = peer.prepare(ordered[0])
            for place in range(len(written)):
                current, ready = ordered[0], prepared
                if place + 1 < len(written):
                    ordered = [decode_block(written[place + 1]).ordered]
                    prepared = peer.prepare(ordered[0])
                count += len(peer.commit(current, ready).codes)
            seconds = time.perf_counter() - began
            peer.engine.close()
    return count / seconds, count


def machine() -> str:
    """The machine, as far as figures depend on it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
