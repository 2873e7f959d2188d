"""The paper's grid of experiments, and runs of any experiment with the parameters of an ensemble."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.parameters import Parameters

PEERS = (4, 6, 8, 12, 16, 24)
RATES_TPS = (500.0, 1000.0, 1500.0)
PAPER_PLACEMENTS = ("1-DC", "SJ1-SJ2", "SJ1-London")
PAPER_TRANSACTIONS = 100_000
MODULES = ("experiment", "fast", "outcome", "parameters", "reference")
"""What decides a run's figures."""


def grid(transactions: int = PAPER_TRANSACTIONS) -> list[Experiment]:
    """Peers, rates and placements of section III, each with each: 54 experiments."""
    return [
        Experiment(peers=peers, rate_tps=rate, placement=placement, transactions=transactions)
        for placement in PAPER_PLACEMENTS for rate in RATES_TPS for peers in PEERS
    ]  # fmt: skip


@cache
def engine_digest() -> str:
    """What figures depend on beside the experiment: the code of both engines, and the library that draws."""
    found = hashlib.sha256(f"numpy {version('numpy')}".encode())
    for path in (Path(__file__).with_name(f"{name}.py") for name in MODULES):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def key_of(experiment: Experiment, seed: int) -> str:
    """A name for a run's figures: the same experiment, seed and engine have the same."""
    text = json.dumps([engine_digest(), experiment.as_dict(), seed], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def runs_of(experiment: Experiment, ensemble: Sequence[Parameters], seed: int) -> list[tuple[Experiment, int]]:
    """The same experiment with each set of parameters, each with a seed of its own."""
    return [(experiment.varied(**dict(parameters.items())), seed + place) for place, parameters in enumerate(ensemble)]
