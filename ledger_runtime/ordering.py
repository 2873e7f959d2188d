"""Ordering: a mempool that everybody sees, and a choice of what comes next that nobody checks."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_runtime.blocks import Endorsed
from ledger_runtime.errors import MalformedTransaction, NothingToOrder, UnknownPosition
from ledger_runtime.values import canonical

LARGEST_BLOCK = 500  # messages (L783)


class Orderer:
    """Orders without executing: it sees everything that was submitted, and may reorder, delay and censor."""

    def __init__(self) -> None:
        self._waiting: list[Endorsed] = []

    @property
    def mempool(self) -> tuple[Endorsed, ...]:
        """What was submitted and is in no block yet, in the order of submission: for everybody to see."""
        return tuple(self._waiting)

    def submit(self, endorsed: Endorsed) -> None:
        """Take a transaction, valid or not; MalformedTransaction for one that cannot be written down."""
        try:
            canonical(endorsed.data())
        except (AttributeError, TypeError) as error:
            raise MalformedTransaction(f"a transaction that claims {endorsed.transaction!r} cannot be written as JSON: {error}") from None
        self._waiting.append(endorsed)

    def take(self, order: Sequence[int] | None = None, most: int = LARGEST_BLOCK) -> list[Endorsed]:
        """The next block's transactions: those at the given places of the mempool in that order, or the first `most`.

        Whatever is not taken stays.  Raises NothingToOrder or UnknownPosition.
        """
        places = list(range(min(most, len(self._waiting)))) if order is None else list(order)
        if not places:
            raise NothingToOrder(f"no transaction is chosen; {len(self._waiting)} are waiting")
        if len(set(places)) != len(places) or not set(places) <= set(range(len(self._waiting))):
            raise UnknownPosition(f"{places} are not different places of a mempool of {len(self._waiting)} (0 to {len(self._waiting) - 1})")
        taken = [self._waiting[place] for place in places]
        self._waiting = [endorsed for place, endorsed in enumerate(self._waiting) if place not in set(places)]
        return taken
