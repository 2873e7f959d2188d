"""`marketproof simulate`: one experiment with the simulated network, run some times."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ledger_runtime.simulation.beyond import ASSUMPTIONS, in_batches, of_all_channels, of_one_channel
from ledger_runtime.simulation.experiment import FIELDS, Experiment
from ledger_runtime.simulation.outcome import FIGURES, SERVERS, Figures, busiest, run, spread
from marketproof.progress import Progress
from reports import terminal

SHOWN = ("sent_tps", "caliper_tps", "valid_tps", "latency_s", "latency_p50_s", "latency_p95_s", "latency_p99_s", "drain_s", "conflicts",
         "timed_out", "block_size", "under_way", *(f"use of {name}" for name in SERVERS))  # fmt: skip


def simulate(given: argparse.Namespace) -> int:
    """Print the figures; 0 always."""
    experiment = in_batches(experiment_of(given)) if given.batch_verification else experiment_of(given)
    progress = Progress()
    progress.start("simulate")
    found: list[Figures] = []
    for number in range(given.runs):
        progress(f"run {number + 1} of {given.runs}")
        one = run(of_one_channel(experiment, given.channels), given.seed + number, given.engine)
        found.append(of_all_channels(one, given.channels))
    progress.done()
    print(json.dumps(document(experiment, found, given), indent=1) if given.json else told(experiment, found, assumed(given)))
    return 0


def experiment_of(given: argparse.Namespace) -> Experiment:
    """The experiment of the command line. Raises UnfitExperiment and UnknownParameter."""
    chosen = {name: getattr(given, name) for name in FIELDS if getattr(given, name, None) is not None}
    return Experiment().varied(**chosen, **dict(given.set))


def assumed(given: argparse.Namespace) -> list[str]:
    """What the options take for granted."""
    asked = {"channels": given.channels > 1, "batch verification": given.batch_verification}
    return [ASSUMPTIONS[name] for name, used in asked.items() if used]


def document(experiment: Experiment, found: list[Figures], given: argparse.Namespace) -> dict[str, Any]:
    spreads = {name: dict(zip(("mean", "low", "high"), spread([one[name] for one in found]), strict=True)) for name in FIGURES}
    return {"experiment": experiment.as_dict(), "runs": given.runs, "seed": given.seed, "engine": given.engine, "figures": spreads,
            "channels": given.channels, "assumed": assumed(given), "busiest": busiest(found[0])}  # fmt: skip


def told(experiment: Experiment, found: list[Figures], assumptions: list[str]) -> str:
    lines = []
    for name in SHOWN:
        mean, low, high = spread([one[name] for one in found])
        lines.append((name, f"{mean:.4g}", f"{low:.4g} to {high:.4g}" if len(found) > 1 else "", FIGURES[name]))
    title = f"{experiment.peers} peers, {experiment.placement}, {experiment.rate_tps:g} tps planned, {experiment.endorsers} endorsers each"
    runs = f"{len(found)} run{'s' * (len(found) > 1)} of {experiment.transactions:,} transactions; busiest: the {busiest(found[0])}"
    table = terminal.table(("what", "mean", "95 % of runs", ""), lines)
    return "\n".join([title, table, runs, *(terminal.wrapped(f"assumed: {one}") for one in assumptions)])
