"""`python -m benchmarks.simulation`: both engines on the experiments of the paper's grid, with the same draws, in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ledger_runtime.simulation import fast, reference
from ledger_runtime.simulation.experiment import Experiment, Times, drawn, planned
from ledger_runtime.simulation.grid import grid
from marketproof.progress import Progress
from reports.terminal import table

LEAST_SIMPY = 600
BEST_OF = 3


def timed(action: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The least of some processor times in seconds, and the last result: both engines have one thread, and others may share the machine."""
    best, result = float("inf"), None
    for _ in range(times):
        began = time.process_time()
        result = action()
        best = min(best, time.process_time() - began)
    return best, result


def compared(experiment: Experiment, transactions: int) -> dict[str, Any]:
    """Transactions a second of processor time, ours with its draws; SimPy has fewer transactions, of which all times are compared."""
    few = experiment.varied(transactions=transactions)
    plan, draws = planned(few), drawn(few, 1)
    seconds, theirs = timed(lambda: reference.simulate(plan, draws))
    ours = fast.simulate(plan, draws)
    apart = max(float(np.abs(getattr(ours, name).astype(float) - getattr(theirs, name).astype(float)).max()) for name in Times._fields[:-1])
    whole = planned(experiment)
    quick, _ = timed(lambda: fast.simulate(whole, drawn(experiment, 1)), BEST_OF)
    slow, swift = transactions / seconds, experiment.transactions / quick
    return {"peers": experiment.peers, "rate_tps": experiment.rate_tps, "placement": experiment.placement, "simpy": slow, "fast": swift,
            "ratio": swift / slow, "apart_s": apart}  # fmt: skip


def main() -> int:
    """Print a line for each experiment, and least and median of the ratios."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__)
    reader.add_argument("--simpy", type=int, default=3000, metavar="N", help="transactions of SimPy's runs (default: 3000)")
    reader.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th experiment of the grid (default: 1)")
    reader.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = reader.parse_args()
    progress = Progress()
    progress.start("bench-simulation")
    fast.simulate(planned(Experiment(transactions=100)), drawn(Experiment(transactions=100), 0))
    found = []
    for one in grid()[:: given.every]:
        progress(f"{one.peers} peers, {one.placement}, {one.rate_tps:g} tps")
        found.append(compared(one, max(LEAST_SIMPY, given.simpy // one.peers)))
    progress.done()
    ratios = [one["ratio"] for one in found]
    facts = {"least": min(ratios), "median": statistics.median(ratios), "apart_s": max(one["apart_s"] for one in found),
             "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "load": os.getloadavg()[0],
             "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"}  # fmt: skip
    if given.json:
        print(json.dumps({"experiments": found, **facts}, indent=1))
        return 0
    lines = [
        (str(one["peers"]), one["placement"], f"{one['rate_tps']:g}", f"{one['simpy']:,.0f}", f"{one['fast']:,.0f}", f"{one['ratio']:,.0f}")
        for one in found
    ]  # fmt: skip
    print(table(("peers", "placement", "tps sent", "SimPy tx/s", "fast tx/s", "times"), lines))
    print(f"least {facts['least']:,.0f} x, median {facts['median']:,.0f} x; times differ by {facts['apart_s']:.1e} s at most; "
          f"{facts['memory_mb']} MB; load {facts['load']:.2f}; {facts['machine']}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
