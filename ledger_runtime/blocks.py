"""Proposals, endorsed transactions and blocks: what travels between client, endorsers, orderer and committers, and its hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ledger_runtime.errors import BrokenChain
from ledger_runtime.execution import Event, ReadWriteSet
from ledger_runtime.store import Version
from ledger_runtime.values import canonical


class Code(StrEnum):
    """Fabric's validation codes, as far as this ledger has them."""

    VALID = "VALID"
    MVCC_READ_CONFLICT = "MVCC_READ_CONFLICT"
    PHANTOM_READ_CONFLICT = "PHANTOM_READ_CONFLICT"
    ENDORSEMENT_POLICY_FAILURE = "ENDORSEMENT_POLICY_FAILURE"
    DUPLICATE_TXID = "DUPLICATE_TXID"
    BAD_PROPOSAL_TXID = "BAD_PROPOSAL_TXID"
    BAD_PAYLOAD = "BAD_PAYLOAD"


def hash_of(*parts: bytes) -> str:
    """SHA3-256 of the parts, each behind its length (8 bytes, big-endian), in hexadecimal digits."""
    return hashlib.sha3_256(b"".join([len(part).to_bytes(8, "big") + part for part in parts])).hexdigest()


@dataclass(frozen=True)
class Proposal:
    """A call as its creator signs it: the transaction, its arguments (among them `caller`, the creator) and a nonce."""

    transaction: str
    arguments: Mapping[str, Any]
    nonce: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", MappingProxyType(dict(self.arguments)))

    @property
    def creator(self) -> Any:
        return self.arguments.get("caller")

    def data(self) -> dict[str, Any]:
        return {"transaction": self.transaction, "arguments": dict(self.arguments), "nonce": self.nonce.hex()}

    @cached_property
    def identifier(self) -> str:
        """The transaction id: a digest of creator, transaction, arguments and nonce."""
        return hash_of(b"proposal", canonical(self.data()))


@dataclass(frozen=True)
class Endorsement:
    """A peer's word for a result.  Not yet a signature: whoever can name the peer could have made it."""

    peer: str
    organisation: str
    digest: str


@dataclass(frozen=True)
class Endorsed:
    """A transaction as the client holds it after endorsement: it may inspect, keep, submit or drop it."""

    transaction_id: str
    proposal: Proposal
    read_write_set: ReadWriteSet
    event: Event | None
    endorsements: tuple[Endorsement, ...]

    @property
    def transaction(self) -> str:
        return self.proposal.transaction

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.proposal.arguments

    @property
    def creator(self) -> Any:
        return self.proposal.creator

    @property
    def digest(self) -> str:
        """What endorsers of this result state."""
        return result_digest(self.transaction_id, self.read_write_set, self.event)

    def data(self) -> dict[str, Any]:
        endorsements = [[e.peer, e.organisation, e.digest] for e in self.endorsements]
        result = {**self.read_write_set.data(), "event": self.event}
        return {"id": self.transaction_id, **self.proposal.data(), **result, "endorsements": endorsements}


def result_digest(transaction_id: str, read_write_set: ReadWriteSet, event: Event | None) -> str:
    """The digest of a result: transaction id, read and write set, event."""
    return hash_of(b"result", transaction_id.encode(), read_write_set.encoded, canonical(event))


@dataclass(frozen=True)
class Block:
    """Transactions in their order with their codes.

    `hash` covers what was ordered: number, previous hash and transactions.  `commit_hash` covers what came of it: that hash, the
    codes, and the commit hash of the block before.
    """

    number: int
    previous_hash: str
    transactions: tuple[Endorsed, ...]
    codes: tuple[Code, ...]
    hash: str
    commit_hash: str


def ordered_hash(number: int, previous_hash: str, transactions: Iterable[Endorsed]) -> str:
    return hash_of(b"block", str(number).encode(), previous_hash.encode(), *(canonical(endorsed.data()) for endorsed in transactions))


def committed_hash(previous_commit: str, block_hash: str, codes: Iterable[str]) -> str:
    return hash_of(b"commit", previous_commit.encode(), block_hash.encode(), *(str(code).encode() for code in codes))


def verify_chain(blocks: Sequence[Block], genesis: str, head: str | None = None) -> None:
    """Raise BrokenChain at the first block that was changed, removed, added or moved since it was committed.

    genesis: the hash before the first block.  head: the last block's commit hash as known from elsewhere; without it nobody
    can tell a chain from one that was cut short, or whose end was made anew.
    """
    previous_hash = previous_commit = genesis
    for number, block in enumerate(blocks, start=1):
        if block.number != number:
            raise BrokenChain(number, f"it is numbered {block.number}")
        if block.previous_hash != previous_hash:
            raise BrokenChain(number, f"it follows {block.previous_hash}, not {previous_hash}")
        if ordered_hash(number, previous_hash, block.transactions) != block.hash:
            raise BrokenChain(number, f"its transactions do not give its hash {block.hash}")
        if len(block.codes) != len(block.transactions) or committed_hash(previous_commit, block.hash, block.codes) != block.commit_hash:
            raise BrokenChain(number, f"its codes do not give its commit hash {block.commit_hash}")
        previous_hash, previous_commit = block.hash, block.commit_hash
    if head is not None and previous_commit != head:
        raise BrokenChain(len(blocks), f"the chain ends at {previous_commit}, not at {head}")


def encode_block(block: Block) -> bytes:
    """A block as canonical JSON, for a file."""
    transactions = [endorsed.data() for endorsed in block.transactions]
    return canonical({
        "number": block.number, "previous_hash": block.previous_hash, "transactions": transactions,
        "codes": list(block.codes), "hash": block.hash, "commit_hash": block.commit_hash,
    })  # fmt: skip


def decode_block(data: bytes) -> Block:
    """A block from a file; BrokenChain (block 0: its number is not known) unless `encode_block` gives exactly these bytes."""
    try:
        read = json.loads(data)
        transactions = tuple(_endorsed(inner) for inner in read["transactions"])
        codes = tuple(map(Code, read["codes"]))
        block = Block(read["number"], read["previous_hash"], transactions, codes, read["hash"], read["commit_hash"])
        if encode_block(block) == data:
            return block
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise BrokenChain(0, f"its bytes are no block: {error}") from None
    raise BrokenChain(0, "its bytes are not as a block is written")


def _endorsed(data: dict[str, Any]) -> Endorsed:
    reads = {key: None if version is None else Version(*version) for key, version in data["reads"].items()}
    ranges = {prefix: tuple((key, Version(*version)) for key, version in found) for prefix, found in data["ranges"].items()}
    writes = {key: bytes.fromhex(value) for key, value in data["writes"].items()}
    event = None if data["event"] is None else (data["event"][0], tuple(data["event"][1]))
    proposal = Proposal(data["transaction"], data["arguments"], bytes.fromhex(data["nonce"]))
    endorsements = tuple(Endorsement(*inner) for inner in data["endorsements"])
    return Endorsed(data["id"], proposal, ReadWriteSet(reads, ranges, writes), event, endorsements)
