"""Which parameters within the published ranges give the figures of the claims that may be fitted.

Approximate Bayesian computation by rejection: sets of parameters are drawn from all ranges, and those are kept that meet every target.
What is kept is the distribution of the parameters given the targets, with the ranges as prior; nothing is assumed of a likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ledger_runtime.simulation.ensembles import from_shares
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import run
from ledger_runtime.simulation.parameters import NAMES, Parameters

TRANSACTIONS = 20_000
SETS_OF_A_BATCH = 250


@dataclass(frozen=True)
class Target:
    """A figure of an experiment that must lie between two values."""

    name: str
    experiment: Experiment
    figure: str
    low: float
    high: float

    def met(self, parameters: Parameters, seed: int) -> bool:
        experiment = self.experiment.varied(**dict(parameters.items()), transactions=TRANSACTIONS)
        return self.low <= run(experiment, seed)[self.figure] <= self.high


def batch(number: int, seed: int) -> list[Parameters]:
    """One batch of sets drawn from the ranges; each batch has its own, whoever works on it."""
    rng = np.random.default_rng([seed, number])
    return [from_shares(shares) for shares in rng.random((SETS_OF_A_BATCH, len(NAMES)))]


def kept_of(number: int, targets: Sequence[Target], seed: int) -> list[Parameters]:
    """The sets of a batch that meet every target; the first that is missed is the last that is tried."""
    return [one for place, one in enumerate(batch(number, seed)) if all(target.met(one, seed + place) for target in targets)]
