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
