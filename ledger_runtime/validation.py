"""Validation: the code of each transaction of a block, and the ledger that commits the valid ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger_runtime.blocks import Block, Code, Endorsed, committed_hash, hash_of, ordered_hash
from ledger_runtime.errors import LedgerError, UnknownPolicy
from ledger_runtime.execution import Event
from ledger_runtime.store import Store, Version
from ledger_runtime.values import RowCodec
from spec.concrete import Row, RowId
from spec.errors import choices

POLICIES: dict[str, Callable[[int, int], bool]] = {
    "any": lambda endorsing, organisations: endorsing >= 1,
    "majority": lambda endorsing, organisations: 2 * endorsing > organisations,
    "all": lambda endorsing, organisations: endorsing == organisations,
}


def satisfied(policy: str, endorsing: Iterable[str], organisations: Iterable[str]) -> bool:
    """Whether the endorsing organisations are enough; UnknownPolicy for a policy that is not in the table."""
    if policy not in POLICIES:
        raise UnknownPolicy(f"no endorsement policy {policy!r}; choices: {choices(POLICIES)}")
    members = set(organisations)
    return POLICIES[policy](len(members & set(endorsing)), len(members))


@dataclass(frozen=True)
class LedgerEvent:
    """What a listener of block events gets: of invalid transactions too, told apart only by the code."""

    block: int
    transaction: int
    transaction_id: str
    code: Code
    name: str
    payload: tuple[object, ...]


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction."""

    transaction_id: str
    code: Code
    event: Event | None
    block: int


class Ledger:
    """The chain of blocks and the state that its valid transactions made; `rows` is the store, decoded.

    membership: the organisation of every peer, by the peer's name.
    """

    def __init__(self, codec: RowCodec, policy: str, membership: Mapping[str, str]) -> None:
        self.codec, self.policy, self.membership = codec, policy, membership
        satisfied(policy, (), membership.values())
        self.store = Store()
        self.rows: dict[RowId, Row] = {}
        self.blocks: list[Block] = []
        self.events: list[LedgerEvent] = []
        self.receipts: dict[str, Receipt] = {}
        self.genesis = hash_of(b"genesis", policy.encode(), *(f"{peer} of {of}".encode() for peer, of in sorted(membership.items())))

    @property
    def head(self) -> str:
        """The commit hash of the last block."""
        return self.blocks[-1].commit_hash if self.blocks else self.genesis

    def commit(self, transactions: Sequence[Endorsed]) -> Block:
        """Validate in order; each valid transaction changes the state that the next one is validated against."""
        number = len(self.blocks) + 1
        previous_hash = self.blocks[-1].hash if self.blocks else self.genesis
        block_hash = ordered_hash(number, previous_hash, transactions)
        codes, endorsed_here = [], set[str]()
        for position, endorsed in enumerate(transactions):
            written = self._decoded(endorsed)
            code = Code.BAD_PAYLOAD if written is None else self._code(endorsed, endorsed_here)
            codes.append(code)
            if written is not None and code == Code.VALID:
                for key, value in endorsed.read_write_set.writes.items():
                    self.store.put(key, value, Version(number, position), endorsed.transaction_id)
                self.rows.update(written)
        block = Block(number, previous_hash, tuple(transactions), tuple(codes), block_hash, committed_hash(self.head, block_hash, codes))
        self.blocks.append(block)
        self._tell(block)
        return block

    def _tell(self, block: Block) -> None:
        for position, (endorsed, code) in enumerate(zip(block.transactions, block.codes, strict=True)):
            if endorsed.event is not None:
                self.events.append(LedgerEvent(block.number, position, endorsed.transaction_id, code, *endorsed.event))
            known = endorsed.transaction_id in self.receipts and code != Code.VALID
            if not known and code not in (Code.BAD_PAYLOAD, Code.BAD_PROPOSAL_TXID):  # their id is not known to be theirs
                self.receipts[endorsed.transaction_id] = Receipt(endorsed.transaction_id, code, endorsed.event, block.number)

    def _code(self, endorsed: Endorsed, endorsed_here: set[str]) -> Code:
        """After its form was checked, Fabric's order: id, earlier blocks, policy, this block, then what was read."""
        identifier = endorsed.transaction_id
        if endorsed.proposal.identifier != identifier:
            return Code.BAD_PROPOSAL_TXID
        if identifier in self.receipts:
            return Code.DUPLICATE_TXID
        if not satisfied(self.policy, self._endorsing(endorsed), self.membership.values()):
            return Code.ENDORSEMENT_POLICY_FAILURE
        if identifier in endorsed_here:
            return Code.DUPLICATE_TXID
        endorsed_here.add(identifier)
        return self._conflict(endorsed)

    def _decoded(self, endorsed: Endorsed) -> dict[RowId, Row] | None:
        """The rows written; None unless each is a canonical row of a table on the ledger.  Stricter than Fabric, which knows no schema."""
        try:
            return dict(self.codec.checked(key, value) for key, value in endorsed.read_write_set.writes.items())
        except LedgerError:
            return None

    def _endorsing(self, endorsed: Endorsed) -> set[str]:
        """Organisations with a peer of the network that stated exactly this result."""
        digest = endorsed.digest
        return {e.organisation for e in endorsed.endorsements if e.digest == digest and self.membership.get(e.peer) == e.organisation}

    def _conflict(self, endorsed: Endorsed) -> Code:
        for key, version in endorsed.read_write_set.reads.items():
            if self.store.version(key) != version:
                return Code.MVCC_READ_CONFLICT
        for prefix, found in endorsed.read_write_set.ranges.items():
            if self.store.range(prefix) != found:
                return Code.PHANTOM_READ_CONFLICT
        return Code.VALID
