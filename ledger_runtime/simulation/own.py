"""The simulation fitted to stages that were measured, through its own engine: what a stage takes, and which parameters make it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from ledger_runtime.simulation import fast
from ledger_runtime.simulation.experiment import Experiment, Floats, Times, drawn, planned
from ledger_runtime.simulation.parameters import Parameters

SEED = 0
LEAST_S, MOST_S = 1e-7, 10.0
FREE_OF_LEDGER = {"ledger_s": 0.0, "ledger_block_s": 0.0}


@dataclass(frozen=True)
class Observed:
    """One configuration as an experiment, and what was measured of it: seconds by stage, one value for each time that it was measured."""

    experiment: Experiment
    measured: Mapping[str, Sequence[float]]

    def median(self, stage: str) -> float:
        return float(np.median(self.measured[stage]))

    def resampled(self, rng: np.random.Generator) -> Observed:
        """The same configuration as other rounds might have had it: rounds drawn with replacement, the same ones for every stage."""
        rounds = len(next(iter(self.measured.values())))
        drawn_rounds = rng.integers(0, rounds, rounds)
        return Observed(self.experiment, {stage: [values[place] for place in drawn_rounds] for stage, values in self.measured.items()})


def stages(experiment: Experiment) -> dict[str, float]:
    """Seconds by stage, as the engine has them: medians over transactions or blocks.

    What commits is what a run's validation no longer takes when writing is free; the rest of it validates.
    """
    times = run(experiment)
    blocks = int(times.block.max()) + 1
    checked = float(run(experiment.varied(**FREE_OF_LEDGER)).in_use_s[3]) / blocks
    between = {"prepare": times.proposed - times.submitted, "endorse": times.endorsed - times.proposed,
               "order": times.ordered - times.endorsed, "fill": filling(times, blocks), "told": times.done - times.ordered}  # fmt: skip
    medians = {stage: float(np.median(values)) for stage, values in between.items()}
    return {**medians, "validate": checked, "commit": float(times.in_use_s[3]) / blocks - checked}


def run(experiment: Experiment) -> Times:
    return fast.simulate(planned(experiment), drawn(experiment, SEED))


def filling(times: Times, blocks: int) -> Floats:
    """How long each block was open: from its first transaction until it was cut."""
    first = np.full(blocks, np.inf)
    np.minimum.at(first, times.block, times.ordered)
    cut = np.zeros(blocks)
    cut[times.block] = times.cut
    open_s: Floats = cut - first
    return open_s


def fitted_to(observed: Sequence[Observed], moved: Sequence[str], start: Parameters) -> Parameters:
    """The values of the moved parameters with which the stages are nearest to what was measured: least squares of logarithms."""
    stated = [{stage: one.median(stage) for stage in one.measured} for one in observed]

    def residuals(logarithms: Floats) -> Floats:
        values = dict(zip(moved, np.exp(logarithms).tolist(), strict=True))
        errors = []
        for one, measured in zip(observed, stated, strict=True):
            simulated = stages(one.experiment.varied(**values))
            errors += [np.log(max(simulated[stage], LEAST_S) / max(seconds, LEAST_S)) for stage, seconds in measured.items()]
        return np.array(errors)

    begin = np.log([max(getattr(start, name), 10 * LEAST_S) for name in moved])
    found = least_squares(residuals, begin, bounds=(np.log(LEAST_S), np.log(MOST_S)), loss="soft_l1", f_scale=0.1, diff_step=1e-4)
    return start.varied(dict(zip(moved, np.exp(found.x).tolist(), strict=True)))


def bootstrapped(observed: Sequence[Observed], moved: Sequence[str], start: Parameters, resamples: int, seed: int) -> Iterator[Parameters]:
    """The fit again for rounds drawn with replacement: how certain it is."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield fitted_to([one.resampled(rng) for one in observed], moved, start)
