"""Verdicts follow from our interval and the paper's, and from nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger_runtime.simulation.ensembles import committed_fit, fitted, published
from ledger_runtime.simulation.parameters import NAMES, described
from marketproof.contradicting import excluded
from marketproof.life_cycles import transactions_of_a_life, whole_life
from marketproof.residuals import measures_of, residual, verdict_of
from properties.performance_claims import PERFORMANCE_CLAIMS, Measure, PerformanceClaim, Reading, performance_claim
from properties.performance_statements import CONTRADICTIONS

RATIO = performance_claim("P05")
RATE = performance_claim("P07/rate")
FALL = performance_claim("P08")


@pytest.mark.parametrize(("claim", "low", "high", "verdict"), [
    (RATE, 940.0, 990.0, "reproduced"), (RATE, 980.0, 999.0, "contradicted"), (RATE, 100.0, 1000.0, "directional"),
    (RATIO, 0.6, 0.72, "reproduced"), (RATIO, 0.8, 0.9, "directional"), (RATIO, 0.97, 1.2, "contradicted"),
    (RATIO, 1.1, 1.2, "contradicted"),
    (FALL, 0.5, 0.9, "directional"), (FALL, 0.995, 1.005, "contradicted"), (FALL, 1.1, 1.2, "contradicted"), (FALL, 0.9, 1.1, "untestable"),
])  # fmt: skip
def test_verdicts(claim: PerformanceClaim, low: float, high: float, verdict: str) -> None:
    assert verdict_of(claim, (low + high) / 2, low, high)[0] == verdict


def runs(values: dict[int, list[float]]):
    return lambda measure: [{"caliper_tps": one} for one in values[measure.peers]]


def test_a_ratio_is_of_runs_with_the_same_parameters() -> None:
    """Both rates vary by a factor of two, their ratio not at all."""
    one = replace(RATIO, readings=(Reading(Measure("caliper_tps", 6), Measure("caliper_tps", 4)),))
    found = residual(one, runs({6: [70.0, 140.0, 105.0], 4: [100.0, 200.0, 150.0]}), 15, "simulated")
    assert found.verdict == "reproduced" and found.reading is not None
    assert found.reading.low == pytest.approx(0.7) == found.reading.high and found.reading.error == 0.0


@pytest.mark.parametrize(("every", "verdict"), [(True, "contradicted"), (False, "reproduced")])
def test_one_reading_is_enough_unless_all_are_meant(every: bool, verdict: str) -> None:
    one = replace(RATE, every=every, readings=(Reading(Measure("caliper_tps", 4)), Reading(Measure("caliper_tps", 6))))
    assert residual(one, runs({4: [950.0, 951.0], 6: [700.0, 701.0]}), 15, "fitted").verdict == verdict


def test_models_are_counted_in_the_specification() -> None:
    assert transactions_of_a_life() == 15
    one = replace(RATE, readings=(Reading(Measure("caliper_tps", 4), models="a second"),), low=60.0, high=65.0, unit="models/s")
    assert residual(one, runs({4: [950.0, 950.0]}), 15, "fitted").reading.mean == pytest.approx(950 / 15)  # type: ignore[union-attr]


def test_a_whole_life_grows_with_its_sizes() -> None:
    """Each round of two subsets by turns has one StartRound, the reports of the subset whose turn it is, and one UpdateMod."""
    assert whole_life(2, 2, 3) - whole_life(2, 2, 2) == 1 + 2 + 1
    assert whole_life(4, 3, 5) - whole_life(4, 3, 3) == 2 * (1 + 6 + 1)
    assert whole_life(2, 2, 1) < whole_life(3, 2, 1) < whole_life(3, 3, 1)


@pytest.mark.parametrize("name", ["halving", "best case", "Little's law"])
def test_a_contradiction_holds_to_its_tolerance_and_no_further(name: str) -> None:
    found = excluded(next(one for one in CONTRADICTIONS if one.name == name))
    assert found.verdict == "proved" and found.tolerance is not None and 10 < found.tolerance < 999
    assert found.numbers and "unsat" in found.smtlib


def test_every_measure_is_asked_once_and_each_claim_has_its_verdict() -> None:
    asked = measures_of()
    assert len(asked) == len(set(asked)) > 20
    untestable = [residual(one, runs({}), 15, "simulated") for one in PERFORMANCE_CLAIMS if one.untestable]
    assert {one.verdict for one in untestable} == {"untestable"} and all(one.why for one in untestable)


def test_an_ensemble_uses_the_whole_of_every_range() -> None:
    sets = published(16, 3)
    for name in NAMES:
        one, values = described(name), [getattr(each, name) for each in sets]
        assert one["low"] <= min(values) and max(values) <= one["high"] and len(set(values)) > 1
        assert max(values) > one["low"] * (one["high"] / one["low"]) ** 0.8 or name in ("peer_cores", "gossip_fanout")


def test_the_committed_fit_is_of_the_declared_claims_and_within_the_ranges() -> None:
    fit = committed_fit()
    assert fit is not None and set(fit["targets"]) == {"P07/rate", "P02"}
    assert fit["targets"]["P07/rate"] == [RATE.low, RATE.high] and len(fitted(7)) == 7
    for kept in fit["kept"]:
        assert all(described(name)["low"] <= value <= described(name)["high"] * (1 + 1e-12) for name, value in kept.items())
    assert json.dumps(fit)
