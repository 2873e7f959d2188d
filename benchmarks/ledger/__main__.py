"""`python -m benchmarks.ledger`: how fast the signed, durable ledger is, and which faults it survives; figures of one run."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.ledger import surviving
from benchmarks.ledger.apart import run_apart
from benchmarks.ledger.running import Client, Measured, Setting, committing, engine, enrol, machine, network_of, run
from ledger_runtime.blocks import Code
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from marketproof.digits import run_job
from marketproof.progress import Progress
from marketproof.workload import REPORTS, Workload
from model.scope import Scope
from reports.terminal import table
from spec.variants import variant

LIFE = Workload("paper", Scope(1, 1), once=True)
HOT = {"paper": Workload("paper", Scope(1, 8)), "hardened": Workload("hardened", Scope(2, 3))}
FULL = Workload("paper", Scope(8, 3), rounds=3)
PARTS = ("speed", "full", "types", "alone", "hot", "large", "faults")
PEERS = (1, 2, 4, 8, 16, 24)
Row = list[str]


def line_of(what: str, measured: Measured) -> Row:
    quantiles = [f"{measured.quantile_ms(share):,.0f}" for share in (0.5, 0.95, 0.99)]
    processor = f"{1e6 * measured.processor_s / max(measured.sent, 1):,.0f}"
    return [what, f"{measured.goodput:,.0f}", *quantiles, processor, f"{measured.valid:,} of {measured.sent:,}"]


def speeds(given: argparse.Namespace, told: Callable[[str], None]) -> list[Row]:
    """Life cycles of fifteen transactions, by arrangement; each figure says whether peers share checks."""
    setting = Setting(store=given.store)
    lines = []
    if given.store == "lmdb":
        apart = run_apart(LIFE, setting, given.transactions)
        lines.append(line_of(f"{setting}, two processes", apart))
        for name, share in apart.shares.items():
            each = share * apart.processor_s / apart.sent
            lines.append([f"  a core for {name}", f"≤ {1 / each:,.0f}", "", "", "", f"{1e6 * each:,.0f}", ""])
        told("two processes")
    for chosen in (replace(setting, threads=0), setting, replace(setting, store="memory"), replace(setting, store="memory", signed=False)):
        lines.append(line_of(f"{chosen}, {chosen.threads} threads", run(LIFE, chosen, given.transactions, told=told)))
    for count in given.peers:
        few = max(len(LIFE.calls), given.transactions // max(4, count))
        for shared in (False, True)[: 1 + (count > 1)]:
            chosen = replace(setting, peers=count, shared=shared)
            lines.append(line_of(f"{chosen}, {chosen.threads} threads", run(LIFE, chosen, few, told=told)))
    return lines


def full(given: argparse.Namespace, told: Callable[[str], None]) -> list[Row]:
    """Whole life cycles of 8 subsets, 3 replicas and three rounds: many couples in step; and the digits job, once, its training included.

    Which subsets a round of `hardened` trains is drawn from hashes of identifiers, so that its couples are not in step.
    """
    setting, calls = Setting(store=given.store, threads=0), len(FULL.calls)
    what, *figures = line_of(f"paper, {calls} transactions each, {setting}", run(FULL, setting, max(given.transactions, calls), told=told))
    lines = [[what, f"{float(figures[0].replace(',', '')) / calls:,.2f}", *figures]]
    for name in ("paper", "hardened"):
        began, processor = time.perf_counter(), time.process_time()
        job = run_job(variant(name).load(), progress=told, ledger="signed")
        seconds, spent = time.perf_counter() - began, time.process_time() - processor
        valid, invalid = sum(job.transactions.values()), sum(job.conflicts.values())
        figures = [f"{valid / seconds:,.0f}", "", "", "", f"{1e6 * spent / (valid + invalid):,.0f}", f"{valid:,} of {valid + invalid:,}"]
        lines.append([f"{name}, digits job with training, {len(ORGANISATIONS)} peers, memory, P-256", f"{1 / seconds:.2f}", *figures])
    return lines


def by_type(given: argparse.Namespace, told: Callable[[str], None]) -> tuple[list[Row], list[Row]]:
    """Goodput of each transaction, and whose the processor's time is."""
    measured = run(LIFE, Setting(store=given.store, threads=0), given.transactions, metered=True, told=told)
    types = [[name, f"{count / seconds:,.0f}"] for name, (count, seconds) in measured.by_type.items()]
    rest = 1 - sum(measured.shares.values())
    shares = [[what, f"{100 * share:.1f} %"] for what, share in (*sorted(measured.shares.items()), ("all else", rest))]
    return types, shares


def alone(given: argparse.Namespace) -> list[Row]:
    """Validate and commit on one peer, blocks from bytes: decoding, all checks, writing."""
    lines = []
    for said, setting in (("no thread", Setting(threads=0)), ("2 threads", Setting(threads=2)), ("a process", Setting(processes=1))):
        rate, count = committing(LIFE, replace(setting, store=given.store), given.transactions)
        lines.append([f"{given.store}, {said} for signatures", f"{rate:,.0f}", f"{count:,}"])
    return lines


def hot(name: str) -> list[Row]:
    """All reports of a round endorsed on one state and ordered in one block: how many of them are valid."""
    workload, lines = HOT[name], []
    with network_of(workload, Setting(store="memory", threads=0)) as network:
        groups: list[tuple[str, list[Any]]] = []
        for call, given in workload.calls:
            if not groups or groups[-1][0] != call:
                groups.append((call, []))
            groups[-1][1].append((call, network.to_ledger(call, given)))
        enrol(network, groups)
        for call, calls in groups:
            together = call in REPORTS
            for batch in [calls] if together else [[one] for one in calls]:
                for endorsed in Client(network, 1).endorsed(batch):
                    network.submit(endorsed)
                codes = network.cut().codes
                if together:
                    lines.append([name, call, str(len(codes)), str(codes.count(Code.VALID)), str(codes.count(Code.MVCC_READ_CONFLICT))])
            if lines and name == "paper":
                break
    return lines


def large(given: argparse.Namespace, told: Callable[[str], None]) -> list[Row]:
    """Many transactions on one peer: what memory and disk come to, and how long opening takes."""
    with tempfile.TemporaryDirectory(prefix="marketproof-bench-") as name:
        folder = Path(name) / "store"
        setting = Setting(signed=False)
        kept = engine(given.store, folder)
        network = Network(LIFE.protocol, compiled=LIFE.compiled, seed=None, parts=Parts(engines=[kept], policy=setting.policy, keeps=2))
        began, first, own = time.perf_counter(), 0, 0.0
        while first * len(LIFE.calls) < given.large:
            for _, calls in LIFE.on(network, setting.block, first):
                for call, arguments in calls:
                    network.submit(network.propose(call, arguments))
                network.cut()
            first += setting.block
            own = max(own, own_memory_mib())
            told(f"{first * len(LIFE.calls):,} transactions in one ledger, {own:,.0f} MiB of its own")
        seconds, parts = time.perf_counter() - began, replace(network.parts, engines=[])
        height, rows = len(network.blocks), len(network.ledger.store)
        network.close()
        size = sum(file.stat().st_size for file in folder.rglob("*"))
        began = time.perf_counter()
        from ledger_runtime.engines import opened

        again = Network(LIFE.protocol, compiled=LIFE.compiled, seed=None, parts=replace(parts, engines=[opened(folder, given.store)]))
        opening = time.perf_counter() - began
        assert len(again.blocks) == height
        again.close()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    mebibytes = [f"{size / 2**20:,.0f} MiB", f"{own:,.0f} MiB", f"{resident:,.0f} MiB"]
    return [[f"{first * len(LIFE.calls):,}", f"{rows:,}", f"{seconds:,.0f} s", *mebibytes, f"{opening:.2f} s"]]


def own_memory_mib() -> float:
    """What this process holds, without pages of files, which the system takes back as it likes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def faults(given: argparse.Namespace, told: Callable[[str], None]) -> tuple[list[Row], list[Row]]:
    life = Workload("paper", Scope(1, 2))
    counted = [
        ("a process dies at a write", "lost", surviving.kills(life, given.kills, told)),
        ("a byte of a closed ledger's file changes", "missed", surviving.flips_of_files(life, given.flips, told)),
        ("a byte of a store's entry changes", "missed", surviving.flips_of_entries(life, max(1, given.flips // 10), told)),
    ]
    lines = [[what, f"{tried:,}", f"{bad} {word}"] for what, word, (tried, bad) in counted]
    return lines, [list(map(str, line)) for line in surviving.campaigns(life, given.campaigns, told)]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="benchmarks.ledger", description=__doc__)
    made.add_argument("--transactions", type=int, default=30_000, help="of each run, about (default: 30000)")
    made.add_argument("--large", type=int, default=100_000, help="transactions of the one large ledger (default: 100000)")
    made.add_argument("--peers", type=int, nargs="*", default=list(PEERS), help=f"peers that each validate (default: {PEERS})")
    made.add_argument("--store", choices=("lmdb", "sqlite"), default="lmdb")
    made.add_argument("--kills", type=int, default=10_000, help="kill points (default: 10000)")
    made.add_argument("--flips", type=int, default=10_000, help="changed bytes (default: 10000)")
    made.add_argument("--campaigns", type=int, default=100, help="campaigns of each lie (default: 100)")
    made.add_argument("--only", nargs="*", choices=PARTS, help="parts (default: all)")
    made.add_argument("--json", action="store_true")
    return made


def main() -> int:
    """Run the parts that are asked for and print tables, or JSON."""
    given = parser().parse_args()
    progress = Progress()
    progress.start("bench-ledger")
    wanted = given.only or PARTS
    results: dict[str, tuple[list[str], list[Row]]] = {}
    if "speed" in wanted:
        heads = ["life cycle", "valid/s", "p50 ms", "p95 ms", "p99 ms", "µs/tx", "valid"]
        results["speed"] = heads, speeds(given, progress)
    if "full" in wanted:
        heads = ["8 x 3, three rounds", "couples/s", "valid/s", "p50 ms", "p95 ms", "p99 ms", "µs/tx", "valid"]
        results["full"] = heads, full(given, progress)
    if "types" in wanted:
        types, shares = by_type(given, progress)
        results["types"], results["shares"] = (["transaction", "valid/s"], types), (["processor time", "share"], shares)
    if "alone" in wanted:
        results["alone"] = ["validate and commit alone, from bytes", "tx/s", "tx"], alone(given)
    if "hot" in wanted:
        results["hot"] = ["variant", "reports of a round", "in one block", "valid", "conflicts"], hot("paper") + hot("hardened")
    if "large" in wanted:
        heads = ["transactions", "rows", "made in", "on disk", "own memory", "with pages of the store", "reopened in"]
        results["large"] = heads, large(given, progress)
    if "faults" in wanted:
        lines, campaigns = faults(given, progress)
        results["faults"] = ["fault", "tried", "not survived"], lines
        results["campaigns"] = ["orderer's lie", "campaigns", "lies", "peers alarmed", "differing pairs unnoticed"], campaigns
    progress.done()
    about = {"python": platform.python_version(), "machine": machine()}
    if given.json:
        told = {name: [dict(zip(heads, line, strict=True)) for line in lines] for name, (heads, lines) in results.items()}
        print(json.dumps({**about, **told}, ensure_ascii=False))
        return 0
    print(f"Python {about['python']}; {about['machine']}; blocks of 500, two endorsements, one fsync a block; compare within one run only")
    print("life cycle: the fifteen transactions of `paper`, many couples in step; µs/tx: of processor time, all processes and threads")
    for heads, lines in results.values():
        print("\n" + table(heads, lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
