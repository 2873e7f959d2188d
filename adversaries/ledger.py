"""What can be done at the level of execute, order and validate, as data: powers over what waits, and how each moves a ledger."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LedgerPower:
    """A power over transactions on their way. by: whose it is; allows: words that the search understands (`model/ordering.py`).

    member: the role of a member who deviates as well; reads_mempool: it can use what waits there.
    """

    name: str
    described: str
    by: str
    allows: frozenset[str]
    member: str = ""
    reads_mempool: bool = False


DELAY, REORDER, DISCARD, STALE, PHANTOM = "delay", "reorder", "discard", "unchecked versions", "unchecked ranges"


def power(name: str, described: str, by: str, *allows: str, member: str = "", reads_mempool: bool = False) -> LedgerPower:
    return LedgerPower(name, described, by, frozenset(allows), member, reads_mempool)


LEDGER_POWERS = {one.name: one for one in (
    power("delay", "the orderer holds transactions back: others are endorsed on the same state before they commit", "orderer", DELAY),
    power("reorder", "the orderer puts transactions into another order than that in which they came", "orderer", DELAY, REORDER),
    power("front-run", "a member uses what lies in the mempool, and the orderer puts its transaction first", "CO", DELAY, REORDER,
          member="CO", reads_mempool=True),
    power("spoil", "a member changes a row that another's waiting transaction has read", "MO", DELAY, REORDER, member="MO"),
    power("discard", "a client has calls endorsed, looks at the results, and submits the one that it likes", "MO", DISCARD, member="MO"),
    power("stale read", "a transaction commits that read rows which have changed since", "orderer", DELAY, REORDER, STALE),
    power("phantom read", "a transaction commits that read a range in which a row has appeared since", "orderer", DELAY, REORDER, PHANTOM),
)}  # fmt: skip
"""What the search is told.  The last two are lost to a ledger that compares versions and ranges: they win only where it does not."""

BESIDE = {
    "censor": ("the orderer never takes what a member submits", "orderer"),
    "forge": ("a peer whose signature satisfies the endorsement policy signs a write set that no chaincode computed", "peer"),
    "timestamp": ("a client writes another time into its transaction", "client"),
    "equivocate": ("the orderer signs two blocks of one number", "orderer"),
    "branch": ("the orderer signs a block that follows another history", "orderer"),
    "skip": ("the orderer signs a block under a number that is not its own", "orderer"),
    "tamper": ("somebody changes a block after it was signed", "network"),
}
"""Powers that are no order of what waits, with whose they are: each is shown by what the product has for it."""
