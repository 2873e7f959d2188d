"""Stages of the signed ledger of this process, measured: each call alone, each block alone, in seconds of processor time."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_runtime.endorsing import assemble
from ledger_runtime.engines import opened
from ledger_runtime.fabric.records import MEMORY
from ledger_runtime.identities import certified
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from ledger_runtime.validation import Ledger
from marketproof.workload import Workload
from model.enumeration import Action
from model.scope import Scope
from properties.own_calibration import Configuration

LEAST_CALLS = 60
WARMING = 20
Stages = dict[str, list[float]]


@contextmanager
def network_of(workload: Workload, one: Configuration) -> Iterator[Network]:
    """An empty network with a ledger for each peer, in a folder that is deleted afterwards; the caller's thread checks signatures."""
    with tempfile.TemporaryDirectory(prefix="marketproof-stages-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        places = [Path(folder) / str(number) for number in range(one.peers)]
        for place in places:
            place.mkdir()
        enough = min(one.endorsers, len(ORGANISATIONS))
        policy = f"{enough} of {', '.join(ORGANISATIONS)}"
        parts = Parts(certified(ORGANISATIONS, threads=0), [opened(place, "lmdb") for place in places], policy, keeps=2)
        network = Network(workload.protocol, compiled=workload.compiled, seed=None, parts=parts)
        try:
            yield network
        finally:
            network.close()


class Meter:
    """Measures a network stage by stage."""

    def __init__(self, network: Network, one: Configuration) -> None:
        self.network, self.one = network, one
        self.endorsing = [network.peers[name] for name in list(network.peers)[: one.endorsers]]
        self.writing_s = 0.0
        for ledger in network.ledgers:
            ledger.engine.write = self._timed(ledger.engine.write)  # type: ignore[method-assign]

    def _timed(self, write: Callable[..., None]) -> Callable[..., None]:
        def timed(*arguments: object) -> None:
            began = time.thread_time()
            write(*arguments)
            self.writing_s += time.thread_time() - began

        return timed

    def call(self, call: Action, found: Stages) -> None:
        """One call until the orderer has it. Who calls has its certificate already."""
        began = time.thread_time()
        proposal = self.network.proposal(*call)
        proposed, responses, longest = time.thread_time(), [], 0.0
        for peer in self.endorsing:
            asked = time.thread_time()
            responses.append(peer.endorse(proposal))
            longest = max(longest, time.thread_time() - asked)
        answered = time.thread_time()
        self.network.submit(assemble(proposal, responses, self.network.trust))
        found["prepare"].append(proposed - began)
        found["endorse"].append(longest)
        found["order"].append(time.thread_time() - answered)

    def block(self, found: Stages) -> float:
        """One block, by every peer; a transaction's share of cutting it, in seconds."""
        orderer = self.network.orderer
        began = time.thread_time()
        ordered = orderer.cut(orderer.take(most=self.one.block))
        share = (time.thread_time() - began) / len(ordered.transactions)
        for ledger in self.network.ledgers:
            whole, writing = self._committed(ledger, ordered)
            found["validate"].append(whole - writing)
            found["commit"].append(writing)
        return share

    def _committed(self, ledger: Ledger, ordered: object) -> tuple[float, float]:
        began, self.writing_s = time.thread_time(), 0.0
        block = ledger.commit(ordered)  # type: ignore[arg-type]
        whole = time.thread_time() - began
        if set(block.codes) != {"VALID"}:
            raise AssertionError(f"block {block.number} is not all valid: {block.codes}")
        return whole, self.writing_s

    def phase(self, calls: list[Action]) -> Stages:
        """Calls one after another, then their blocks."""
        found: Stages = defaultdict(list)
        for call in calls:
            self.network.trust.verifier.identity(self.network.trust.wallet.certificate(call[1]["caller"]))
            self.call(call, found)
        shares = []
        while self.network.mempool:
            shares.append(self.block(found))
        cutting = statistics.median(shares)
        found["order"] = [seconds + cutting for seconds in found["order"]]
        return found


def measured(one: Configuration) -> dict[str, float]:
    """Seconds by stage: the mean over the fifteen transactions of the median of each."""
    workload = Workload("paper", Scope(1, 1), once=True)
    couples = one.block * -(-LEAST_CALLS // one.block)
    with network_of(workload, one) as network:
        meter = Meter(network, one)
        for _, calls in workload.on(network, WARMING):
            meter.phase(calls)
        phases = [meter.phase(calls) for _, calls in workload.on(network, couples, WARMING)]
    names = list(phases[0])
    return {stage: statistics.fmean(statistics.median(phase[stage]) for phase in phases) for stage in names}
