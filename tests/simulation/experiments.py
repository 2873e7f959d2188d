"""Experiments for the tests: some drawn at random over everything that can be chosen, and one with a single queue."""

from __future__ import annotations

import random

from ledger_runtime.simulation.choices import ARRIVALS, DISSEMINATIONS, NOTIFICATIONS, PLACEMENTS
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.parameters import NAMES, between


def random_experiment(seed: int) -> Experiment:
    """Small, and with every switch and every parameter drawn."""
    rng = random.Random(seed)
    peers = rng.randint(1, 9)
    return Experiment(
        peers=peers, rate_tps=rng.choice((200.0, 900.0, 3000.0)), placement=rng.choice(list(PLACEMENTS)),
        policy=rng.choice(("any", "majority", "all", str(rng.randint(1, peers)))), transactions=rng.randint(150, 500),
        block_count=rng.choice((1, 7, 50, 500)), block_timeout_s=rng.choice((0.05, 0.3, 1.0)), preferred_bytes=rng.choice((3e3, 4e4, 1e7)),
        window=rng.choice((0, 1, 20, 200)), client_timeout_s=rng.choice((0.2, 1.0, 1e6)), arrivals=rng.choice(list(ARRIVALS)),
        dissemination=rng.choice(list(DISSEMINATIONS)), organisations=rng.randint(1, 3), notified=rng.choice(list(NOTIFICATIONS)),
        hot_share=rng.choice((0.0, 0.3, 1.0)), hot_keys=rng.choice((1, 40)),
    ).varied(**{name: between(name, rng.random()) for name in NAMES} | {"peer_cores": float(rng.randint(1, 6))})  # fmt: skip


def one_queue(rate_tps: float, service_s: float, transactions: int) -> Experiment:
    """Random sends to an orderer that needs the same time for each; nothing else takes time or is random."""
    instant = {"client_prepare_s": 0.0, "client_check_s": 0.0, "client_bits_per_s": 1e14, "order_byte_s": 0.0}
    nothing = {**instant, "endorse_spread": 0.0, "jitter_s": 0.0}
    return Experiment(1, rate_tps, transactions=transactions, arrivals="poisson").varied(order_s=service_s, **nothing)
