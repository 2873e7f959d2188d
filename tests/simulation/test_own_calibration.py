"""The fit to this machine's own networks: what is declared, that it finds what it should, and how it is told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.metrics import mean_between, totals
from ledger_runtime.simulation.own import Observed, bootstrapped, fitted_to, stages
from ledger_runtime.simulation.parameters import NAMES, Parameters
from marketproof import calibrating_here, ledger_stages
from marketproof.calibrating_here import SCHEMA, accepted_file, calibrated
from marketproof.documents import own_calibration
from marketproof.own_beds import OWN, experiment_of
from marketproof.progress import Progress
from properties.own_calibration import BEDS, CONFIGURATIONS, GOAL_MEAN, LACKS, MEASURED, MOVED, ROLES, STAGES, Configuration, configurations
from reports import own_calibration as words
from reports.own_calibration import Compared, calibration_of
from reports.shapes import Malformed, parsed
from tests.cli.calling import calling, check_refused

TRUE = {
    "ledger": {"client_prepare_s": 4e-5, "client_check_s": 5e-6, "endorse_s": 2e-4, "order_s": 3e-5, "check_s": 1e-4, "signature_s": 5e-5,
               "ledger_block_s": 1e-4, "ledger_s": 5e-6},
    "fabric": {"client_prepare_s": 3e-4, "endorse_s": 4e-3, "order_delay_s": 2e-3, "check_s": 9e-4, "ledger_block_s": 3e-4,
               "ledger_s": 9e-5, "notify_s": 8e-3},
}  # fmt: skip


def true(bed: str) -> Parameters:
    return OWN[bed].varied(TRUE[bed])


def rounds_of(bed: str, count: int = 2, noise: float = 0.0) -> dict[str, list[dict[str, float]]]:
    """What would be measured if the simulation were true; every second round is slower by the noise."""
    found = {one.name: stages(experiment_of(one, true(bed))) for one in configurations(bed)}
    return {name: [{stage: seconds * (1 + noise * (place % 2)) for stage, seconds in one.items()} for place in range(count)]
            for name, one in found.items()}  # fmt: skip


def test_what_a_fit_may_use_is_declared_and_each_bed_has_both_kinds() -> None:
    assert len({(one.bed, one.name) for one in CONFIGURATIONS}) == len(CONFIGURATIONS)
    for bed in BEDS:
        assert {one.role for one in configurations(bed)} == set(ROLES)
        assert set(MOVED[bed]) <= set(NAMES) and set(MEASURED[bed]) <= set(STAGES) and set(TRUE[bed]) == set(MOVED[bed])
    assert set(LACKS) == set(STAGES)


@pytest.mark.parametrize("bed", list(BEDS))
def test_a_fit_finds_the_parameters_behind_what_was_measured(bed: str) -> None:
    rounds = rounds_of(bed)
    seen = [Observed(experiment_of(one), {stage: [each[stage] for each in rounds[one.name]] for stage in MEASURED[bed]})
            for one in configurations(bed) if one.role == "fitted"]  # fmt: skip
    found = fitted_to(seen, MOVED[bed], OWN[bed])
    assert {name: getattr(found, name) for name in MOVED[bed]} == pytest.approx(TRUE[bed], rel=0.02)


def test_rounds_drawn_again_tell_how_certain_a_fit_is() -> None:
    one = configurations("ledger")[0]
    measured = stages(experiment_of(one, true("ledger")))
    noisy = Observed(experiment_of(one), {stage: [seconds, 1.3 * seconds] for stage, seconds in measured.items() if stage == "prepare"})
    found = {round(each.client_prepare_s, 9) for each in bootstrapped([noisy], ("client_prepare_s",), OWN["ledger"], 12, seed=1)}
    assert min(found) == pytest.approx(4e-5, rel=0.01) and max(found) == pytest.approx(5.2e-5, rel=0.01)


def test_stages_are_what_the_laws_of_the_simulation_say() -> None:
    one, p = Configuration("ledger", "fitted", 3, 2, 40), true("ledger")
    found = stages(experiment_of(one, p))
    assert found["prepare"] == pytest.approx(p.client_prepare_s, rel=1e-4) and found["endorse"] == pytest.approx(p.endorse_s, rel=1e-4)
    assert found["order"] == pytest.approx(2 * p.client_check_s + p.order_s, rel=1e-4)
    assert found["validate"] == pytest.approx(40 * (p.check_s + 2 * p.signature_s))
    assert found["commit"] == pytest.approx(p.ledger_block_s + 40 * p.ledger_s)


def test_what_a_block_waits_is_its_time_out_or_its_size() -> None:
    slow, full = Configuration("fabric", "fitted", 3, 2, 500, 20, 300), Configuration("fabric", "fitted", 3, 2, 10, 20, 2000)
    assert stages(experiment_of(slow, true("fabric")))["fill"] == pytest.approx(0.3)
    assert stages(experiment_of(full, true("fabric")))["fill"] == pytest.approx(9 / 20, rel=0.01)


def test_the_ledger_is_measured_stage_by_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_stages, "LEAST_CALLS", 8)
    monkeypatch.setattr(ledger_stages, "WARMING", 2)

    def measured(endorsers: int) -> dict[str, float]:
        return ledger_stages.measured(Configuration("ledger", "fitted", 3, endorsers, 8))

    one = measured(1)
    assert set(one) == set(MEASURED["ledger"]) and all(seconds > 0 for seconds in one.values())
    assert any(measured(3)["validate"] > 1.15 * measured(1)["validate"] for _ in range(5)), "three signatures cost as much as one"


def test_held_out_configurations_are_predicted_and_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating_here, "RESAMPLES", 2)
    facts = {"rounds": rounds_of("ledger", noise=0.1), "load": [1.0, 2.0], "date": "2026-01-01", "machine": "a machine"}
    monkeypatch.setattr(calibrating_here, "measured", lambda bed, progress: facts)
    found = calling(capsys)("calibrate", "--here", "--json")
    document = json.loads(found.out)
    errors = [abs(row["error"]) for one in document["beds"]["ledger"]["configurations"] for row in one["stages"]]
    assert found.code == 0 and document["schema"] == SCHEMA and max(errors) < 0.01
    (bed,) = calibration_of(parsed("made", found.out))
    assert all(line[-2] == "yes" for line in words.stage_lines(bed))
    assert "6 peers, 4 endorsers, block 60" in calling(capsys)("calibrate", "--here").out


def test_a_bed_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    check_refused(calling(capsys)("calibrate", "--here", "moon"), "'moon'")


def test_a_residual_has_its_cause() -> None:
    one = Compared("some", "held out", "validate", 1.0, 1.3, 1.2, 1.4, error=0.3, apart=0.1)
    assert words.why([one]) == LACKS["validate"]
    assert "50% apart themselves" in words.why([replace(one, apart=0.5)])
    assert words.why([replace(one, error=GOAL_MEAN)]) == ""


def test_the_committed_calibration_is_of_what_is_declared() -> None:
    found = {bed.name: bed for bed in own_calibration()}
    assert accepted_file().is_file() and set(found) == set(BEDS)
    for name, bed in found.items():
        rows = [(one.configuration, one.role, one.stage) for one in bed.compared]
        assert rows == [(one.name, one.role, stage) for one in configurations(name) for stage in MEASURED[name]]
        assert all(math.isclose(one.simulated_s / one.measured_s - 1, one.error, abs_tol=1e-9) for one in bed.compared)
        assert [line[0] for line in bed.parameters] == list(MOVED[name])


def test_a_calibration_that_is_none_is_refused() -> None:
    with pytest.raises(Malformed, match="role"):
        calibration_of(parsed("made", accepted_file().read_text(encoding="utf-8").replace('"held out"', '"held in"')))


def test_metrics_are_added_up_over_labels_and_nothing_done_has_no_mean() -> None:
    found = totals('# HELP x\nx_sum{a="1"} 2.5\nx_sum{a="2"} 1\nx_count{a="1"} 7\n')
    assert found == {"x_sum": 3.5, "x_count": 7.0}
    assert mean_between({"x": (1.0, 2.0)}, {"x": (3.0, 6.0)}, "x") == 0.5
    with pytest.raises(FabricFailed, match="nothing was done"):
        mean_between({"x": (1.0, 2.0)}, {"x": (1.0, 2.0)}, "x")


def test_a_calibration_is_the_same_for_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating_here, "RESAMPLES", 2)
    facts = {"rounds": rounds_of("fabric", 3, 0.1), "load": [0.0, 0.0], "date": "2026-01-01", "machine": "a machine"}
    assert calibrated("fabric", facts, 5, Progress()) == calibrated("fabric", facts, 5, Progress())
