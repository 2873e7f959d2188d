"""Errors of the ledger: what was refused before anything could change, with the value and the choices.

A guard that refuses a transaction is `spec.errors.Refused`; a transaction that was ordered and is invalid has a code, not an error.
"""

from __future__ import annotations


class LedgerError(Exception):
    """A request that the ledger refuses; its state is as it was."""


class UnknownTransaction(LedgerError):
    """No transaction of this name is called on the ledger."""


class WrongArguments(LedgerError):
    """Arguments are missing, or were not asked for."""


class WrongKind(LedgerError):
    """A value is not of the kind that its parameter, cell or key component has."""


class OversizedValue(LedgerError):
    """A value is larger than LARGEST_VALUE_BYTES."""


class UnknownTable(LedgerError):
    """No table of this name is stored on the ledger."""


class UndecodableKey(LedgerError):
    """A text that is no ledger key."""


class UndecodableValue(LedgerError):
    """Bytes that are no canonical row of their table."""


class AmbiguousDigest(LedgerError):
    """A digest that would stand for two pre-images, or a pre-image that would have two digests."""


class ExecutionLimit(LedgerError):
    """A simulation that reads more rows than an endorser is willing to read."""


class UnknownPeer(LedgerError):
    """No peer of this name belongs to the network, or none was named."""


class UnknownOrganisation(LedgerError):
    """Organisations that cannot make a network."""


class UnknownPolicy(LedgerError):
    """No endorsement policy of this name."""


class EndorsementMismatch(LedgerError):
    """Endorsers of one proposal computed different read and write sets."""


class MalformedTransaction(LedgerError):
    """A transaction that cannot be written down, and so cannot be ordered."""


class NothingToOrder(LedgerError):
    """A block was to be cut of no transaction."""


class UnknownPosition(LedgerError):
    """An order that names a place which the mempool does not have, or names one twice."""


class UnknownReceipt(LedgerError):
    """No transaction of this id is in the chain."""


class BrokenChain(LedgerError):
    """Blocks that are not what was committed; `number` is the first one that shows it."""

    def __init__(self, number: int, found: str) -> None:
        super().__init__(f"block {number}: {found}")
        self.number, self.found = number, found
