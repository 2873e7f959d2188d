"""Which parameters decide a figure, alone (tornado) and with their interactions (Sobol), and which would make a claim true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import sobol_indices, uniform

from ledger_runtime.simulation.ensembles import from_shares
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import Figures
from ledger_runtime.simulation.parameters import NAMES, Parameters, between, described
from marketproof.residuals import experiment_for, value
from properties.performance_claims import Measure, PerformanceClaim, Reading

Tasks = list[tuple[Experiment, int]]
Worked = Callable[[Tasks], list[Figures]]

TRANSACTIONS, SOBOL_TRANSACTIONS, SOBOL_SETS = 20_000, 6_000, 64
WATCHED = (
    Measure("caliper_tps", 4), Measure("caliper_tps", 24, placement="SJ1-London"), Measure("latency_s", 4), Measure("latency_s", 12),
)  # fmt: skip
SWITCHES: tuple[dict[str, Any], ...] = (
    {"policy": "any"}, {"policy": "2"}, {"policy": "majority"}, {"dissemination": "leader"}, {"dissemination": "gossip"},
    {"preferred_bytes": 512 * 1024}, {"notified": "one"}, {"window": 1000}, {"block_count": 100}, {"client_timeout_s": 30.0},
)  # fmt: skip
STEPS = 6


@dataclass(frozen=True)
class Bar:
    """A figure with one parameter at both ends of its range, the others at their defaults."""

    parameter: str
    at_low: float
    at_high: float


def tornado(measure: Measure, worked: Worked, life: int, seed: int) -> tuple[float, list[Bar]]:
    """The figure at the defaults, and a bar for each parameter, the widest first."""
    base = experiment_for(measure, TRANSACTIONS, life)
    varied = [base.varied(**{name: between(name, share)}) for name in NAMES for share in (0.0, 1.0)]
    found = [value(measure, one) for one in worked([(one, seed) for one in [base, *varied]])]
    bars = [Bar(name, found[1 + 2 * place], found[2 + 2 * place]) for place, name in enumerate(NAMES)]
    return found[0], sorted(bars, key=lambda bar: -abs(bar.at_high - bar.at_low))


def sobol(measure: Measure, worked: Worked, life: int, seed: int) -> list[tuple[str, float, float]]:
    """For each parameter the share of the figure's variance that it explains alone, and with all interactions; the largest first."""
    base = experiment_for(measure, SOBOL_TRANSACTIONS, life)

    def figure(shares: Any) -> Any:
        sets = [from_shares(np.clip(row, 0.0, 1.0)) for row in shares.T]
        return np.array([[value(measure, one) for one in worked([(base.varied(**dict(each.items())), seed) for each in sets])]])

    rng = np.random.default_rng(seed)
    found = sobol_indices(func=figure, n=SOBOL_SETS, dists=[uniform()] * len(NAMES), rng=rng)
    rows = zip(NAMES, np.ravel(found.first_order), np.ravel(found.total_order), strict=True)
    return sorted(((name, float(first), float(total)) for name, first, total in rows), key=lambda row: -row[2])


def value_with(reading: Reading, changes: Sequence[dict[str, Any]], worked: Worked, life: int, seed: int) -> list[float]:
    """A reading's value with each change, at the default parameters."""
    scale = {"a second": 1 / life, "whole": float(life), "": 1.0}[reading.models]
    sides = [one for one in (reading.of, reading.per) if one is not None]
    tasks = [(experiment_for(side, TRANSACTIONS, life).varied(**change), seed) for side in sides for change in changes]
    found = worked(tasks)
    above = [scale * value(reading.of, one) for one in found[: len(changes)]]
    if reading.per is None:
        return above
    return [one / value(reading.per, other) for one, other in zip(above, found[len(changes) :], strict=True)]


def would_make_true(claim: PerformanceClaim, reading: Reading, worked: Worked, life: int, seed: int) -> dict[str, Any]:
    """Single changes from the defaults that bring a reading into the paper's interval: a parameter within its range, or a switch."""
    assert claim.low is not None and claim.high is not None
    shares = [place / (STEPS - 1) for place in range(STEPS)]
    changes: list[dict[str, Any]] = [{}, *SWITCHES, *({name: between(name, share)} for name in NAMES for share in shares)]
    changes = [one for one in changes if fits(reading, one, life)]
    found = list(zip(changes, value_with(reading, changes, worked, life, seed), strict=True))
    inside = [(change, each) for change, each in found if claim.low <= each <= claim.high]
    ways: dict[str, list[tuple[Any, float]]] = {}
    for change, each in inside:
        for name, to in change.items():
            ways.setdefault(name, []).append((to, each))
    told = [way(name, values) for name, values in ways.items()]
    return {"claim": claim.name, "reading": reading.said, "at_defaults": found[0][1], "ways": told}


def fits(reading: Reading, change: dict[str, Any], life: int) -> bool:
    """Whether a change can be made of both sides: a window is not for what is alone, and a policy needs its peers."""
    return not (reading.of.alone and "window" in change)


def way(name: str, values: Sequence[tuple[Any, float]]) -> dict[str, Any]:
    unit = described(name)["unit"] if name in Parameters.__dataclass_fields__ else ""
    return {"what": name, "values": [to for to, _ in values], "unit": unit, "gives": [each for _, each in values]}
