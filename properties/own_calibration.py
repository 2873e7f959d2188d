"""What the simulation is held against on this machine: stages of its own networks, configurations, and which of them a fit may use.

`role` was committed before anything was fitted: what is *fitted* may move the parameters in `MOVED`, what is *held out* may not.
"""

from __future__ import annotations

from dataclasses import dataclass

BEDS = {
    "ledger": (
        "the signed ledger in one process, its files in memory; one thread does everything call after call, and the seconds are of its "
        "processor, so that other programs do not count"
    ),
    "fabric": "Hyperledger Fabric on loopback: a Raft orderer, three peers, a chaincode server each; wall time, beside whatever else runs",
}
STAGES = {
    "prepare": "the client makes and signs a proposal",
    "endorse": "to the endorsers and back; on the ledger what the longest of them takes",
    "order": "assembled, signed, taken by the orderer; on the ledger with a transaction's share of cutting its block",
    "fill": "from a block's first transaction until it is cut, by the orderer's own metrics",
    "validate": "a block's signatures, policies and (on the ledger) conflicts, on one peer; on Fabric by its metrics",
    "commit": "a block is written, on one peer; on Fabric by its metrics, with conflicts",
    "told": "from the orderer's word that it has the transaction until the client is told that it is committed",
}
MEASURED = {"ledger": ("prepare", "endorse", "order", "validate", "commit"), "fabric": tuple(STAGES)}
MOVED = {
    "ledger": ("client_prepare_s", "client_check_s", "endorse_s", "order_s", "check_s", "signature_s", "ledger_block_s", "ledger_s"),
    "fabric": ("client_prepare_s", "endorse_s", "order_delay_s", "check_s", "ledger_block_s", "ledger_s", "notify_s"),
}
"""Parameters that a fit moves, whatever their published ranges are: those are of other machines."""
LACKS = {
    "prepare": "a client that has waited begins with cold caches: the fewer calls, the longer each takes; the simulation has one time",
    "endorse": "the same of client, gateway and peers, and processors that all of them share; the simulation gives each peer its own",
    "order": "the same of client and orderer; and what cutting costs for each block",
    "fill": "nothing is known to be missing",
    "validate": (
        "caches that others have filled since the last block, so that a block of ten takes longer at 10 tps than at 40; and peers that "
        "check a block at the same moment on processors that they share"
    ),
    "commit": "pages of the store, so that a block costs more than its transactions and a constant; peers that write at the same moment",
    "told": "rounds of gossip and of Raft, which wait for a clock",
}
"""What the simulation does not have of a stage: the cause that is named where rounds of one configuration differ by less than the error."""
ROLES = ("fitted", "held out")
GOAL_MEAN, GOAL_MOST = 0.05, 0.14
"""Share of what is measured, on held-out configurations: mean error per stage, and the largest (the literature: means of 5.7 to 9.5 %)."""
REPEATS = {"ledger": 5, "fabric": 7}
"""How often each configuration is measured, in rounds over all, so that none has the quiet moments alone; medians are compared."""


@dataclass(frozen=True)
class Configuration:
    """One network and load.

    block: most transactions of a block. rate_tps, timeout_ms: of Fabric's open loop and its blocks; the ledger is driven call after call.
    """

    bed: str
    role: str
    peers: int
    endorsers: int
    block: int
    rate_tps: int = 0
    timeout_ms: int = 0

    @property
    def name(self) -> str:
        if self.bed == "fabric":
            return f"{self.rate_tps} tps, block {self.block} / {self.timeout_ms} ms"
        return f"{self.peers} peer{'s' * (self.peers > 1)}, {self.endorsers} endorser{'s' * (self.endorsers > 1)}, block {self.block}"


CONFIGURATIONS: tuple[Configuration, ...] = (
    Configuration("ledger", "fitted", 1, 1, 60),
    Configuration("ledger", "fitted", 2, 2, 60),
    Configuration("ledger", "fitted", 3, 3, 60),
    Configuration("ledger", "fitted", 3, 2, 20),
    Configuration("ledger", "fitted", 2, 1, 200),
    Configuration("ledger", "fitted", 3, 3, 200),
    Configuration("ledger", "held out", 3, 2, 120),
    Configuration("ledger", "held out", 2, 2, 40),
    Configuration("ledger", "held out", 4, 3, 120),
    Configuration("ledger", "held out", 1, 1, 120),
    Configuration("ledger", "held out", 6, 4, 60),
    Configuration("fabric", "fitted", 3, 2, 500, 10, 300),
    Configuration("fabric", "fitted", 3, 2, 500, 40, 300),
    Configuration("fabric", "fitted", 3, 2, 500, 10, 1000),
    Configuration("fabric", "fitted", 3, 2, 500, 40, 1000),
    Configuration("fabric", "fitted", 3, 2, 10, 30, 1000),
    Configuration("fabric", "held out", 3, 2, 500, 20, 300),
    Configuration("fabric", "held out", 3, 2, 500, 20, 1000),
    Configuration("fabric", "held out", 3, 2, 10, 20, 1000),
    Configuration("fabric", "held out", 3, 2, 10, 40, 1000),
)


def configurations(bed: str) -> tuple[Configuration, ...]:
    """Those of one bed. Raises KeyError for a bed that there is not."""
    if bed not in BEDS:
        raise KeyError(bed)
    return tuple(one for one in CONFIGURATIONS if one.bed == bed)
