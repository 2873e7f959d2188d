"""Peers compare what they committed: two that differ at a height raise an alarm, and who lags behind catches up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger_runtime.errors import Fork
from ledger_runtime.validation import Ledger


def check_agreement(ledgers: Mapping[str, Ledger]) -> int:
    """The height up to which all peers agree.  Raises Fork, which names the first block about which two differ, and the peers.

    Commit hashes cover all blocks before them, the codes and the state, so that heads at the smallest common height are enough.
    """
    common = min(len(ledger.blocks) for ledger in ledgers.values())
    first, *others = ledgers
    for name in others:
        if ledgers[first].at(common) != ledgers[name].at(common):
            number = _first_difference(ledgers[first], ledgers[name], common)
            raise Fork(number, _told(first, ledgers[first], name, ledgers[name], number))
    return common


def _first_difference(one: Ledger, other: Ledger, known: int) -> int:
    """By halves: once they differ they differ at every later height."""
    low, high = 0, known
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one.at(middle) == other.at(middle) else (low, middle)
    return high


def _told(first: str, one: Ledger, second: str, other: Ledger, number: int) -> str:
    ours, theirs = one.at(number), other.at(number)
    what = "hash" if ours.hash != theirs.hash else "state root" if ours.state_root != theirs.state_root else "commit hash"
    return f"{first} and {second} committed different blocks (another {what})"


def catch_up(ledgers: Sequence[Ledger]) -> None:
    """Those that lag behind validate and commit what the longest chain has more."""
    longest = max(ledgers, key=lambda ledger: len(ledger.blocks))
    for ledger in ledgers:
        while len(ledger.blocks) < len(longest.blocks):
            ledger.commit(longest.blocks[len(ledger.blocks)].ordered)
