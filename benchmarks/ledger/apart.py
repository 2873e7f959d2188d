"""Clients and endorsers in one process, orderer and validating peers in another: each has a core, the first reads the second's store.

Two cohorts of couples take turns: while the calls of one are committed, those of the other are endorsed.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.ledger.running import Measured, Setting, engine
from ledger_runtime.blocks import Code, endorsed_of
from ledger_runtime.engines import Lmdb, Memory
from ledger_runtime.identities import Trust, certified
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from marketproof.workload import Workload
from model.enumeration import Action


def endorsing(pipe: Connection, workload: Workload, trust: Trust, folder: Path, setting: Setting) -> None:
    """The first process: answers calls with signed transactions as bytes, as they are when it is asked; ends when told to."""
    kept, network = None, None
    while (asked := pipe.recv()) is not None:
        kept = Lmdb(folder) if kept is None else kept
        kept.renew()
        if network is None:
            parts = Parts(trust, [kept] * setting.peers, setting.policy, keeps=2)
            network = Network(workload.protocol, compiled=workload.compiled, seed=None, parts=parts)
        spent = time.process_time()
        what, calls = asked
        if what == "enrol":
            pipe.send([trust.wallet.certificate(member) for member in calls])
            continue
        answer = []
        for name, arguments in calls:
            began = time.perf_counter()
            answer.append((began, network.propose(name, arguments).encoded))
        pipe.send((answer, time.process_time() - spent))
    if kept is not None:
        kept.close()


@contextmanager
def two_processes(workload: Workload, setting: Setting) -> Iterator[tuple[Network, Connection]]:
    """The second process's network, and the line to the first."""
    workload.compiled, workload.names  # noqa: B018 (made before the processes part)
    context = get_context("fork")
    with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as name:
        folder, trust = Path(name), certified(ORGANISATIONS, None, setting.threads, setting.shared)
        Network(workload.protocol, compiled=workload.compiled, parts=Parts(trust, [Memory()] * setting.peers))  # peers are enrolled
        ours, theirs = context.Pipe()
        process = context.Process(target=endorsing, args=(theirs, workload, trust, folder / "0", setting), daemon=True)
        process.start()
        theirs.close()
        engines = [engine("lmdb", folder / str(number)) for number in range(setting.peers)]
        network = Network(workload.protocol, compiled=workload.compiled, parts=Parts(trust, engines, setting.policy, keeps=2))
        yield network, ours
        ours.send(None)
        process.join()
        network.close()


def run_apart(workload: Workload, setting: Setting, transactions: int) -> Measured:
    """Life cycles of two cohorts in turn; latencies from the proposal in the first process to the commit in the second.

    shares: of processor time, by process: the larger one bounds what two cores of their own could do.
    """
    couples = max(1, min(setting.block, transactions // (2 * len(workload.calls))))
    repeats = max(1, transactions // (2 * couples * len(workload.calls)))
    latencies, codes, by_type = list[float](), Counter[str](), dict[str, tuple[int, float]]()
    seconds = clients = peers = 0.0
    with two_processes(workload, setting) as (network, line):
        for repeat in range(repeats):
            cohorts = [workload.on(network, couples, (2 * repeat + which) * couples) for which in range(2)]
            known(network, line, cohorts)
            rounds = [calls for both in zip(*cohorts, strict=True) for _, calls in both]
            began, processor = time.perf_counter(), time.process_time()
            clients += driven(network, line, rounds, latencies, codes)
            peers += time.process_time() - processor
            seconds += time.perf_counter() - began
    spent = clients + peers
    shares = {"clients and endorsers": clients / spent, "orderer and peers": peers / spent}
    return Measured(codes[Code.VALID], sum(codes.values()), seconds, spent, latencies, by_type, codes, shares)


def known(network: Network, line: Connection, cohorts: list[list[tuple[str, list[Action]]]]) -> None:
    """Members are enrolled, and the peers have seen their certificates, before anything is measured."""
    members = sorted({given["caller"] for cohort in cohorts for _, calls in cohort for _, given in calls})
    line.send(("enrol", members))
    for certificate in line.recv():
        network.trust.verifier.identity(certificate)


def driven(network: Network, line: Connection, rounds: list[list[Action]], latencies: list[float], codes: Counter[str]) -> float:
    """Two requests are under way at any time; processor seconds of the first process."""
    spent = 0.0
    for calls in rounds[:2]:
        line.send(("endorse", calls))
    for place in range(len(rounds)):
        answer, took = line.recv()
        spent += took
        begun = [began for began, _ in answer]
        for _, data in answer:
            network.submit(endorsed_of(json.loads(data)))
        while network.mempool:
            for code in network.cut().codes:
                latencies.append(time.perf_counter() - begun[len(latencies) % len(begun)])
                codes[code] += 1
        if place + 2 < len(rounds):
            line.send(("endorse", rounds[place + 2]))
    return spent


