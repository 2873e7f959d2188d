"""What can be done at the level of execute, order and validate, as data: powers over what waits, and how each moves a ledger."""

from __future__ import annotations

from dataclasses import dataclass

from spec.errors import choices

DELAY, REORDER, DISCARD, MEMPOOL, CODES, TIMES = "delay", "reorder", "discard", "mempool", "unread codes", "times"
STALE, PHANTOM = "MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT"
NOBODY, ROLES = ("",), ("DO", "CO", "MO")


@dataclass(frozen=True)
class LedgerPower:
    """A power over transactions on their way. allows: words that the search understands (`model/ordering.py`).

    by: the roles of which one member deviates as well, the empty one for nobody. lesser: the power without which it counts: what is won
    with that is no win of this one. unchecked: codes that the ledger must not give, or the power is none. moves: of a run, at most.
    """

    name: str
    described: str
    by: tuple[str, ...]
    allows: frozenset[str]
    lesser: str = ""
    unchecked: frozenset[str] = frozenset()
    moves: int = 4


def power(
    name: str, described: str, by: tuple[str, ...], *allows: str, lesser: str = "", unchecked: str = "", moves: int = 4
) -> LedgerPower:  # fmt: skip
    return LedgerPower(name, described, by, frozenset(allows), lesser, frozenset([unchecked] if unchecked else ()), moves)


NOTHING = power("none", "a call is endorsed, ordered and committed before anybody else acts", NOBODY)

LEDGER_POWERS = {one.name: one for one in (
    power("delay", "the orderer holds transactions back: others are endorsed on the same state before they commit", NOBODY,
          DELAY),
    power("reorder", "the orderer puts transactions into another order than that in which they came", NOBODY, DELAY, REORDER,
          lesser="delay"),
    power("conflict", "a member changes a row that another's waiting transaction has read", ROLES, DELAY, REORDER, lesser="reorder"),
    power("front-run", "a member uses what lies in the mempool, and the orderer puts its transaction first", ROLES, DELAY, REORDER,
          MEMPOOL, lesser="conflict", moves=6),
    power("discard", "a client has calls endorsed, looks at the results, and submits the one that it likes", ROLES, DISCARD,
          moves=3),
    power("unread codes", "a follower of blocks takes the events of invalid transactions for true", (*NOBODY, *ROLES), DELAY, REORDER,
          CODES, lesser="conflict"),
    power("stale read", "a transaction commits that read rows which have changed since", NOBODY, DELAY, REORDER, lesser="reorder",
          unchecked=STALE),
    power("phantom read", "a transaction commits that read a range in which a row has appeared since", NOBODY, DELAY, REORDER,
          lesser="reorder", unchecked=PHANTOM),
    power("timestamp", "a client writes another time into its transaction", ROLES, TIMES),
)}  # fmt: skip
"""What the search is told.  Stale and phantom reads are lost to a ledger that compares versions and ranges."""

BESIDE = {
    "censor": "the orderer never takes what a member submits",
    "forge": "peers sign a write set that no chaincode computed",
    "equivocate": "the orderer signs two blocks of one number",
    "branch": "the orderer signs a block that follows another history",
    "skip": "the orderer signs a block under a number that is not its own",
    "tamper": "somebody changes a block after it was signed",
    "impersonate": "somebody else signs a block",
}
"""Powers that are no order of what waits: each is tried on the signed ledger, with several peers where it takes them."""


class UnknownPower(ValueError):
    """A power over the ledger that is not declared, with the choices."""


def lesser_than(one: LedgerPower) -> list[LedgerPower]:
    """The powers without which one counts."""
    return [*lesser_than(LEDGER_POWERS[one.lesser]), LEDGER_POWERS[one.lesser]] if one.lesser else []


def known_power(name: str) -> str:
    """The name of a power over the ledger; raises UnknownPower."""
    if name not in LEDGER_POWERS and name not in BESIDE:
        raise UnknownPower(f"no power over a ledger {name!r}; choices: {choices([*LEDGER_POWERS, *BESIDE])}")
    return name
