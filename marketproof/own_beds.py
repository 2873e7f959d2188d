"""This machine's own networks as experiments of the simulation: what each bed has, and what it is free of."""

from __future__ import annotations

from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.parameters import Parameters
from properties.own_calibration import Configuration

BLOCKS_RUN = 4
FABRIC_SECONDS = 6
NOTHING = {
    "jitter_s": 0.0, "endorse_spread": 0.0, "order_byte_s": 0.0, "conflict_check_s": 0.0, "near_s": 0.0, "order_delay_s": 0.0,
    "client_bits_per_s": 1e14, "orderer_bits_per_s": 1e14,
}  # fmt: skip
"""What neither bed has: links of a limited pace and bytes that cost; what cannot be told apart there: conflicts are part of a check."""
OWN = {
    "ledger": Parameters().varied({**NOTHING, "peer_cores": 1.0, "notify_s": 0.0}),
    "fabric": Parameters().varied({**NOTHING, "peer_cores": 1.0, "client_check_s": 0.0, "signature_s": 0.0}),
}
"""Where a fit begins; the numbers of the moved parameters do not matter. Three peers share two processors: none has more than one."""


def experiment_of(one: Configuration, parameters: Parameters | None = None) -> Experiment:
    """The configuration as an experiment; with the bed's own parameters unless others are given.

    The ledger is driven call after call, so that nothing waits: its calls come slowly, and blocks are cut when they are full.
    """
    own = OWN[one.bed] if parameters is None else parameters
    if one.bed == "ledger":
        return Experiment(one.peers, 1.0, policy=str(one.endorsers), transactions=BLOCKS_RUN * one.block, block_count=one.block,
                          block_timeout_s=1e4, parameters=own)  # fmt: skip
    return Experiment(one.peers, float(one.rate_tps), policy=str(one.endorsers), transactions=FABRIC_SECONDS * one.rate_tps,
                      block_count=one.block, block_timeout_s=one.timeout_ms / 1000, notified="one", parameters=own)  # fmt: skip
