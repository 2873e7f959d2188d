"""Independent of both engines: what queueing theory says, and what nothing may lose or overtake."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ledger_runtime.simulation import fast
from ledger_runtime.simulation.experiment import Experiment, drawn, planned
from ledger_runtime.simulation.outcome import figures, run
from tests.simulation.experiments import one_queue, random_experiment


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_the_orderer_alone_is_an_m_d_1_queue(load: float) -> None:
    """Pollaczek and Khinchine: with deterministic service s at load r the mean wait is r s / (2 (1 - r)); to five standard errors."""
    service, n = 1e-3, 400_000
    experiment = one_queue(load / service, service, n)
    p, times = experiment.parameters, fast.simulate(planned(experiment), drawn(experiment, 5))
    waits = times.ordered - times.endorsed - service - p.order_delay_s - p.near_s
    batches = waits[n // 10:].reshape(-1, 6000).mean(axis=1)
    error = batches.std(ddof=1) / np.sqrt(len(batches))
    assert abs(batches.mean() - load * service / (2 * (1 - load))) < 5 * error + 1e-7


@pytest.mark.parametrize("seed", range(12))
def test_littles_law(seed: int) -> None:
    """Transactions under way, counted at every change, are on average throughput times latency."""
    experiment = random_experiment(seed)
    times = fast.simulate(planned(experiment), drawn(experiment, seed))
    when = np.concatenate([times.submitted, times.done])
    change = np.repeat([1, -1], len(times.done))
    order = np.lexsort((change, when))
    under_way = np.cumsum(change[order])[:-1]
    counted = (under_way * np.diff(when[order])).sum() / (when.max() - when.min())
    found = figures(times, experiment.client_timeout_s)
    assert np.isclose(counted, found["caliper_tps"] * found["latency_s"], rtol=1e-9)
    assert under_way.max() <= (experiment.window or experiment.transactions) or experiment.client_timeout_s < 100


@pytest.mark.parametrize("seed", range(40, 60))
def test_nothing_is_lost_and_nothing_comes_before_its_cause(seed: int) -> None:
    experiment = random_experiment(seed)
    plan, draws = planned(experiment), drawn(experiment, seed)
    times = fast.simulate(plan, draws)
    stages = [times.submitted, times.proposed, times.endorsed, times.ordered, times.cut, times.done]
    assert all((later > earlier).all() for earlier, later in pairwise(stages[:4]))
    assert (times.cut >= times.ordered).all() and (times.done > times.cut).all()
    assert (times.cut - times.ordered <= experiment.block_timeout_s + 1e-12).all()
    sizes, size_bytes = np.bincount(times.block), plan.fixed_bytes + plan.drawn_bytes * draws.payload
    in_block = np.bincount(times.block, size_bytes)
    assert sizes.sum() == experiment.transactions and (sizes > 0).all() and sizes.max() <= experiment.block_count
    assert ((in_block <= experiment.preferred_bytes + 1e-6) | (sizes == 1)).all()
    assert (np.diff(times.submitted) >= 0).all() and (times.submitted >= draws.arrivals_s).all()


def test_a_saturated_link_carries_its_bytes_and_no_more() -> None:
    """24 peers and endorsers, 2 Gb/s out of the orderer: throughput is the link over the bytes of a transaction, times the peers."""
    experiment = Experiment(24, 1000.0, transactions=40_000).varied(client_check_s=2e-5, client_bits_per_s=1e10)
    p = experiment.parameters
    size = p.envelope_bytes + p.payload_bytes + 24 * p.endorsement_bytes + p.block_bytes / 500
    found = run(experiment, 1)
    assert found["use of orderer's link"] > 0.97
    assert np.isclose(found["caliper_tps"], p.orderer_bits_per_s / 8 / (24 * size), rtol=0.03)
