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


class UnfitName(LedgerError):
    """A name that cannot stand in a certificate."""


class WrongSignature(LedgerError):
    """A proposal that its creator did not sign, or whose creator no authority of the network knows."""


class StoreFull(LedgerError):
    """The store has no room for a block; the ledger is as it was before it."""


class StoreUnusable(LedgerError):
    """A folder or file that holds no ledger, is in use, or cannot be read."""


class Fork(LedgerError):
    """Two peers, or one orderer, say different things about one height: `number`.  Never passed over in silence."""

    def __init__(self, number: int, found: str) -> None:
        super().__init__(f"block {number}: {found}")
        self.number, self.found = number, found


class BrokenSeal(LedgerError):
    """A file of a closed ledger that is not as it was."""


class NoKey(LedgerError):
    """Somebody would have to sign whose key is not held here."""


class MalformedFile(LedgerError):
    """A file that was given is not of the form that is read: `line` is the first such line, from 1."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(f"line {line}: {found}")
        self.line, self.found = line, found


class MalformedCertificate(LedgerError):
    """Bytes that should be an authority's certificate and are none."""


class UnknownKind(LedgerError):
    """No kind of ledger of this name."""


class FabricMissing(LedgerError):
    """Fabric's programs are not here, and cannot be built."""


class FabricFailed(LedgerError):
    """A network that does not come up, does not answer, or is not there."""


class NotEndorsed(LedgerError):
    """A peer did not endorse a call: `said` is what its chaincode, or the peer, gave as the reason."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class UnknownParameter(LedgerError):
    """No parameter of the simulated network has this name, or a value that none can have."""


class UnfitExperiment(LedgerError):
    """An experiment with the simulated network that cannot be run, with the value and the choices."""
