"""Beyond the paper's network: several channels, and signatures that are checked in batches; each with what it takes for granted."""

from __future__ import annotations

from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import Figures

BATCH_SPEEDUP = 8.5
"""Ed25519 on one core here: 70-76 thousand checks a second in batches, 8-9 thousand one by one (measured)."""
ADDED_UP = ("sent_tps", "caliper_tps", "valid_tps", "under_way", "blocks")
ASSUMPTIONS = {
    "channels": (
        "channels are alike and share nothing but peers and the orderer's link: each has an even share of cores, of the link and of what "
        "is sent, an ordering process and a client of its own; no transaction spans two"
    ),
    "batch verification": (
        f"endorsements are Ed25519 and a block's are checked together, {BATCH_SPEEDUP:g} times as fast as one by one; "
        "what else validation does stays"
    ),
}  # fmt: skip


def of_one_channel(experiment: Experiment, channels: int) -> Experiment:
    """One of so many channels: what is simulated, since all are alike."""
    p = experiment.parameters
    return experiment.varied(
        rate_tps=experiment.rate_tps / channels, transactions=max(1, experiment.transactions // channels),
        window=experiment.window // channels,
        peer_cores=float(max(1, int(p.peer_cores) // channels)), orderer_bits_per_s=p.orderer_bits_per_s / channels,
        peer_bits_per_s=p.peer_bits_per_s / channels,
    )  # fmt: skip


def of_all_channels(found: Figures, channels: int) -> Figures:
    """The figures of all channels together, from those of one."""
    return {name: value * channels if name in ADDED_UP else value for name, value in found.items()}


def in_batches(experiment: Experiment) -> Experiment:
    """The same experiment with endorsements that are checked in batches."""
    return experiment.varied(signature_s=experiment.parameters.signature_s / BATCH_SPEEDUP)
