"""Ordering: a mempool that everybody sees, and a choice of what comes next that nobody checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger_runtime.blocks import Endorsed, Ordered, ordered_hash
from ledger_runtime.errors import MalformedTransaction, NothingToOrder, OversizedValue, UnknownPosition
from ledger_runtime.identities import Trust

LARGEST_BLOCK = 500  # messages (L783)


@dataclass(frozen=True)
class Cutting:
    """When a block is full: so many messages, so many bytes (a larger transaction is never taken), or so long since the first one came."""

    most_messages: int = LARGEST_BLOCK
    most_bytes: int = 32 << 20
    largest_transaction_bytes: int = 8 << 20
    timeout_s: float = 1.0


class Orderer:
    """Orders without executing: it sees everything that was submitted, and may reorder, delay and censor.

    now: the clock that time-outs are measured by; nothing else on the ledger reads one.
    """

    def __init__(self, name: str, trust: Trust, genesis: str, cutting: Cutting = Cutting(), now: Callable[[], float] = lambda: 0.0) -> None:
        self.name, self.trust, self.cutting, self.now = name, trust, cutting, now
        self.number, self.previous_hash = 0, genesis
        self._waiting: list[Endorsed] = []
        self._since = 0.0

    @property
    def mempool(self) -> tuple[Endorsed, ...]:
        """What was submitted and is in no block yet, in the order of submission: for everybody to see."""
        return tuple(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, endorsed: Endorsed) -> None:
        """Take a transaction, valid or not; MalformedTransaction for one that cannot be written down, OversizedValue for a large one."""
        try:
            size = len(endorsed.encoded)
        except (AttributeError, TypeError) as error:
            raise MalformedTransaction(f"a transaction that claims {endorsed.transaction!r} cannot be written as JSON: {error}") from None
        if size > self.cutting.largest_transaction_bytes:
            raise OversizedValue(f"a transaction has {size} bytes, at most {self.cutting.largest_transaction_bytes}")
        if not self._waiting:
            self._since = self.now()
        self._waiting.append(endorsed)

    def due(self) -> bool:
        """Whether a block should be cut now: it is full, or its first transaction has waited long enough."""
        if not self._waiting:
            return False
        full = len(self._waiting) >= self.cutting.most_messages or self._fitting(len(self._waiting)) < len(self._waiting)
        return full or self.now() - self._since >= self.cutting.timeout_s

    def _fitting(self, most: int) -> int:
        """How many of the first ones fit into a block by their bytes; one at least."""
        size = 0
        for place, endorsed in enumerate(self._waiting[:most]):
            size += len(endorsed.encoded)
            if size > self.cutting.most_bytes:
                return max(place, 1)
        return min(most, len(self._waiting))

    def take(self, order: Sequence[int] | None = None, most: int | None = None) -> list[Endorsed]:
        """The next block's transactions: those at the given places of the mempool in that order, or the first `most` that fit.

        Whatever is not taken stays.  Raises NothingToOrder or UnknownPosition.
        """
        limit = self.cutting.most_messages if most is None else most
        places = list(range(self._fitting(limit))) if order is None else list(order)
        if not places:
            raise NothingToOrder(f"no transaction is chosen; {len(self._waiting)} are waiting")
        chosen = set(places)
        if len(chosen) != len(places) or not (0 <= min(places) and max(places) < len(self._waiting)):
            raise UnknownPosition(f"{places} are not different places of a mempool of {len(self._waiting)} (0 to {len(self._waiting) - 1})")
        taken = [self._waiting[place] for place in places]
        self._waiting = [endorsed for place, endorsed in enumerate(self._waiting) if place not in chosen]
        self._since = self.now()
        return taken

    def cut(self, transactions: Sequence[Endorsed]) -> Ordered:
        """The next block of the chain, signed."""
        self.number += 1
        cut = self.sealed(self.number, self.previous_hash, transactions)
        self.previous_hash = cut.hash
        return cut

    def sealed(self, number: int, previous_hash: str, transactions: Sequence[Endorsed]) -> Ordered:
        """A signed block at any place: an honest orderer signs one for each number."""
        unsigned = Ordered(number, previous_hash, tuple(transactions), ordered_hash(number, previous_hash, transactions))
        signature = self.trust.wallet.sign(self.name, unsigned.signed)
        return Ordered(number, previous_hash, unsigned.transactions, unsigned.hash, signature)
