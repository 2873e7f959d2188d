"""What a run comes to: throughput as two people count it, latency, the tail, what became of transactions, and what was busiest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from ledger_runtime.simulation import fast, reference
from ledger_runtime.simulation.experiment import Draws, Experiment, Plan, Times, drawn, planned

Figures = dict[str, float]

ENGINES: dict[str, Callable[[Plan, Draws], Times]] = {"fast": fast.simulate, "simpy": reference.simulate}
STAGES = {
    "prepare_s": "waiting for the client, and being prepared", "endorse_s": "to every endorser and back",
    "order_s": "waiting for the client, assembled, through the orderer", "block_s": "waiting for the block to be cut",
    "commit_s": "sent to the peers, validated, committed, told",
}  # fmt: skip
SERVERS = ("client", "orderer", "orderer's link", "validation")
FIGURES = {
    "sent_tps": "calls a second, from the first to the last",
    "caliper_tps": "transactions a second from the first call to the last end, failed ones too",
    "valid_tps": "the same, without conflicts and time-outs", "latency_s": "from the call to the end, mean", "latency_p50_s": "median",
    "latency_p95_s": "95 of 100 are below", "latency_p99_s": "99 of 100 are below", "latency_max_s": "the longest",
    "drain_s": "from the last call to the last end", "makespan_s": "from the first call to the last end",
    "conflicts": "share that fails the check for conflicts", "timed_out": "share that the client gives up", "blocks": "how many",
    "block_size": "transactions in a block, mean", "under_way": "transactions under way, mean over time", **STAGES,
    **{f"use of {name}": "share of the time from first call to last end" for name in SERVERS},
}  # fmt: skip


def figures(times: Times, client_timeout_s: float) -> Figures:
    """The figures of one run; `FIGURES` says what each is."""
    n, latency = len(times.done), times.done - times.submitted
    began, ended = float(times.submitted[0]), float(times.done.max())
    makespan, late = ended - began, latency > client_timeout_s
    p50, p95, p99 = np.quantile(latency, (0.5, 0.95, 0.99))
    blocks = int(times.block.max()) + 1
    sending = float(times.submitted[-1]) - began
    stages = (times.submitted, times.proposed, times.endorsed, times.ordered, times.cut, times.done)
    means = [float((later - earlier).mean()) for earlier, later in pairwise(stages)]
    return {
        "sent_tps": n / sending if sending > 0 else float(n), "caliper_tps": n / makespan,
        "valid_tps": float((times.valid & ~late).sum()) / makespan,
        "latency_s": float(latency.mean()), "latency_p50_s": float(p50), "latency_p95_s": float(p95), "latency_p99_s": float(p99),
        "latency_max_s": float(latency.max()), "drain_s": ended - float(times.submitted[-1]), "makespan_s": makespan,
        "conflicts": 1 - float(times.valid.mean()), "timed_out": float(late.mean()), "blocks": blocks, "block_size": n / blocks,
        "under_way": float(latency.sum()) / makespan, **dict(zip(STAGES, means, strict=True)),
        **{f"use of {name}": float(used) / makespan for name, used in zip(SERVERS, times.in_use_s, strict=True)},
    }  # fmt: skip


def run(experiment: Experiment, seed: int, engine: str = "fast") -> Figures:
    """One run. Raises KeyError for an engine that there is not."""
    times = ENGINES[engine](planned(experiment), drawn(experiment, seed))
    return figures(times, experiment.client_timeout_s)


def busiest(found: Figures) -> str:
    """The server that is at work for the largest share of the time."""
    return max(SERVERS, key=lambda name: found[f"use of {name}"])


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and the interval that holds 95 of 100 runs (2.5 % to 97.5 %, interpolated)."""
    low, high = np.quantile(values, (0.025, 0.975))
    return float(np.mean(values)), float(low), float(high)
