"""What can be chosen of an experiment, and the bounds of its numbers; imports nothing, so that a command line that asks is quick."""

from __future__ import annotations

PLACEMENTS = {
    "1-DC": "all peers in San Jose, with the client and the orderer",
    "SJ1-SJ2": "every other peer in a second data centre of San Jose",
    "SJ1-London": "every other peer in London",
}
DISSEMINATIONS = {
    "direct": "the orderer sends each block to every peer",
    "leader": "the orderer sends it to one peer of each organisation, which sends it to the others",
    "gossip": "the same, but peers pass it on, each to a few",
}
NOTIFICATIONS = {"all": "a transaction is done when every peer has told so", "one": "when peer 0, to which the client listens, has"}
ARRIVALS = {"regular": "one every 1/rate seconds", "poisson": "at random times"}
POLICIES = {"any": "one endorsement", "majority": "more than half of the peers", "all": "every peer"}
LIMITS = {"peers": (1, 20_000), "transactions": (1, 5_000_000), "block_count": (1, 100_000), "window": (0, 1_000_000),
          "organisations": (1, 20_000), "hot_keys": (1, 1_000_000)}  # fmt: skip
RANGES = {"rate_tps": (1e-3, 1e7), "block_timeout_s": (1e-3, 1e4), "preferred_bytes": (1.0, 1e12), "client_timeout_s": (1e-3, 1e9),
          "hot_share": (0.0, 1.0)}  # fmt: skip
SOURCES = {
    "peers": "L877: the paper's best case has 4",
    "rate_tps": "L783-784, L878: the middle one of its three rates, of which it says most",
    "placement": "L794, L921: one data centre, the paper's best case",
    "policy": "not stated; L824 and L868: endorsing takes longer as peers increase, as it does where all endorse",
    "transactions": "L786: 100,000 in each run",
    "block_count": "L780-781: 500 transactions",
    "block_timeout_s": "L781-782: a time-out of 1 s",
    "preferred_bytes": "not stated; 500 must fit (L780-781), and Fabric's 512 kB hold about 171 of 3.06 kB; its AbsoluteMaxBytes is 10 MB",
    "window": "L844-845: a send rate, whatever became of earlier calls: an open loop",
    "client_timeout_s": "none is mentioned, and no failed transaction: the client waits for all",
    "arrivals": "Caliper's fixed-rate controller spaces calls evenly",
    "dissemination": "not stated; every peer takes blocks from the orderer, as where each is the leader of its organisation",
    "organisations": "not stated; matters only where leaders pass blocks on",
    "notified": "L829-831: until the call is committed to the ledger by the peers",
    "hot_share": "none: each call writes a key of its own, until P11 is asked",
    "hot_keys": "the hardest case of P11, once there is a hot share",
}
"""Where the defaults of an experiment come from: lines of the paper, or what is said where it says nothing."""
