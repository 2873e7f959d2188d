"""The fast engine gives the times of the reference, which are those that one computes by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ledger_runtime.errors import UnfitExperiment
from ledger_runtime.simulation import fast, reference
from ledger_runtime.simulation.experiment import Experiment, Times, drawn, planned, sources
from tests.simulation.experiments import random_experiment

CLOSE_S = 1e-9


def differences(experiment: Experiment, seed: int) -> dict[str, float]:
    plan, draws = planned(experiment), drawn(experiment, seed)
    ours, theirs = fast.simulate(plan, draws), reference.simulate(plan, draws)
    pairs = {name: (getattr(ours, name).astype(float), getattr(theirs, name).astype(float)) for name in Times._fields}
    return {name: float(np.abs(one - other).max()) for name, (one, other) in pairs.items()}


@pytest.mark.parametrize("seed", range(40))
def test_both_engines_give_the_same_times(seed: int) -> None:
    found = differences(random_experiment(seed), seed)
    assert max(found.values()) < CLOSE_S, found


def test_the_random_experiments_take_every_path() -> None:
    """Otherwise equality would say little: conflicts, time-outs, blocks by count, bytes and time, windows that are full."""
    runs = [(one, fast.simulate(planned(one), drawn(one, seed))) for seed in range(40) for one in [random_experiment(seed)]]
    sizes = [(one, np.bincount(times.block)) for one, times in runs]
    assert any(not times.valid.all() and times.valid.any() for _, times in runs)
    assert sum(bool((times.done - times.submitted > one.client_timeout_s).any()) and one.window > 0 for one, times in runs) >= 3
    assert any((size == one.block_count).sum() > 2 for one, size in sizes if one.block_count > 1)
    assert any((size < one.block_count).sum() > 2 for one, size in sizes if one.preferred_bytes == 4e4)
    regular = [(one, times) for one, times in runs if one.arrivals == "regular" and one.window]
    assert any(float(times.submitted[-1]) > 1.05 * one.transactions / one.rate_tps for one, times in regular)


def test_the_grid_of_the_paper_is_alike_too() -> None:
    assert max(differences(Experiment(24, 1500.0, "SJ1-London", transactions=1200), 3).values()) < CLOSE_S


def test_a_single_transaction_by_hand() -> None:
    """One peer, one transaction: every stage's time is added up here from the parameters."""
    experiment = Experiment(1, transactions=1, block_timeout_s=0.4).varied(endorse_spread=0.0, jitter_s=0.0, payload_bytes=0.0)
    p, times = experiment.parameters, fast.simulate(planned(experiment), drawn(experiment, 0))
    size = p.envelope_bytes + p.endorsement_bytes
    proposed = p.client_prepare_s + 8 * p.proposal_bytes / p.client_bits_per_s
    endorsed = proposed + 2 * p.near_s + p.endorse_s
    sent = endorsed + p.client_check_s + 8 * (p.response_bytes + size) / p.client_bits_per_s + p.near_s
    ordered = sent + p.order_s + size * p.order_byte_s + p.order_delay_s
    block = size + p.block_bytes
    arrived = ordered + 0.4 + 8 * block / p.orderer_bits_per_s + 2 * p.near_s * block / p.stream_bytes + p.near_s
    committed = arrived + p.check_s + p.signature_s + p.conflict_check_s + p.ledger_s + p.ledger_block_s
    done = committed + p.near_s + p.notify_s
    expected = {"proposed": proposed, "endorsed": endorsed, "ordered": ordered, "cut": ordered + 0.4, "done": done}
    for name, seconds in expected.items():
        assert math.isclose(getattr(times, name)[0], seconds, abs_tol=1e-12), name


def test_who_sends_blocks_to_whom() -> None:
    seven = Experiment(7, organisations=2)
    assert sources(seven).tolist() == [-1] * 7
    assert sources(seven.varied(dissemination="leader")).tolist() == [-1, -1, 0, 1, 0, 1, 0]
    assert sources(seven.varied(dissemination="gossip", organisations=1, gossip_fanout=2.0)).tolist() == [-1, 0, 0, 1, 1, 2, 2]


def test_one_key_for_all_leaves_one_valid_write_of_a_block_at_most() -> None:
    hot = Experiment(transactions=2000, hot_share=1.0, hot_keys=1)
    times = fast.simulate(planned(hot), drawn(hot, 1))
    assert set(np.bincount(times.block, times.valid).astype(int)) <= {0, 1} and times.valid.any()


def test_a_time_out_gives_the_place_to_the_next_call() -> None:
    patient = Experiment(transactions=400, window=10, block_timeout_s=2.0, block_count=500)
    tired = patient.varied(client_timeout_s=0.1)
    ends = [float(fast.simulate(planned(one), drawn(one, 1)).submitted[-1]) for one in (patient, tired)]
    assert 400 / 10 * 2.0 * 0.9 < ends[0] and ends[1] < 400 / 10 * 0.1 * 1.2


@pytest.mark.parametrize("changed", [
    {"peers": 0}, {"peers": 2.5}, {"policy": "5"}, {"policy": "none"}, {"placement": "Mars"}, {"rate_tps": 0.0}, {"hot_share": 1.1},
    {"rate_tps": math.nan}, {"peers": 1000}, {"arrivals": "bursty"}, {"window": -1}, {"transactions": True},
])  # fmt: skip
def test_what_cannot_be_run_is_refused_with_its_value(changed: dict[str, object]) -> None:
    with pytest.raises(UnfitExperiment, match=r"no |cannot be|over"):
        Experiment(**changed)  # type: ignore[arg-type]
