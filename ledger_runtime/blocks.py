"""Proposals, endorsed transactions and blocks: what travels between client, endorsers, orderer and committers, and its hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ledger_runtime.errors import BrokenChain, LedgerError
from ledger_runtime.execution import Event, ReadWriteSet
from ledger_runtime.store import Version
from ledger_runtime.values import canonical


class Code(StrEnum):
    """Fabric's validation codes, as far as this ledger has them."""

    VALID = "VALID"
    MVCC_READ_CONFLICT = "MVCC_READ_CONFLICT"
    PHANTOM_READ_CONFLICT = "PHANTOM_READ_CONFLICT"
    ENDORSEMENT_POLICY_FAILURE = "ENDORSEMENT_POLICY_FAILURE"
    BAD_CREATOR_SIGNATURE = "BAD_CREATOR_SIGNATURE"
    DUPLICATE_TXID = "DUPLICATE_TXID"
    BAD_PROPOSAL_TXID = "BAD_PROPOSAL_TXID"
    BAD_PAYLOAD = "BAD_PAYLOAD"


def hash_of(*parts: bytes) -> str:
    """SHA3-256 of the parts, each behind its length (8 bytes, big-endian), in hexadecimal digits."""
    return hashlib.sha3_256(b"".join([len(part).to_bytes(8, "big") + part for part in parts])).hexdigest()


@dataclass(frozen=True)
class Proposal:
    """A call as its creator signs it: the transaction, its arguments (among them `caller`, the creator) and a nonce.

    certificate: of the creator. signature: of the id, for endorsers only; what is ordered has one of the client's over the whole.
    """

    transaction: str
    arguments: Mapping[str, Any]
    nonce: bytes
    certificate: bytes = b""
    signature: bytes = field(default=b"", compare=False)

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
        return hash_of(b"proposal", self.encoded)

    @cached_property
    def encoded(self) -> bytes:
        return canonical(self.data())

    @property
    def signed(self) -> bytes:
        """What the creator signs for the endorsers."""
        return b"marketproof/proposal/" + self.identifier.encode()

    def with_signature(self, signature: bytes) -> Proposal:
        """The same proposal, signed; what was encoded and hashed of it stays."""
        object.__setattr__(self, "signature", signature)
        return self


@dataclass(frozen=True)
class Endorsement:
    """A peer's word for a result; where nobody signs, whoever can name the peer could have made it."""

    peer: str
    organisation: str
    digest: str
    signature: bytes = b""

    @property
    def signed(self) -> bytes:
        """What the peer signs."""
        return endorsed_message(self.digest)


def endorsed_message(digest: str) -> bytes:
    return b"marketproof/endorsement/" + digest.encode(errors="surrogatepass")


@dataclass(frozen=True)
class Endorsed:
    """A transaction as the client holds it after endorsement: it may inspect, keep, submit or drop it.

    signature: the creator's, over id, result and endorsements.
    """

    transaction_id: str
    proposal: Proposal
    read_write_set: ReadWriteSet
    event: Event | None
    endorsements: tuple[Endorsement, ...]
    signature: bytes = b""

    @property
    def transaction(self) -> str:
        return self.proposal.transaction

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.proposal.arguments

    @property
    def creator(self) -> Any:
        return self.proposal.creator

    @cached_property
    def digest(self) -> str:
        """What endorsers of this result state."""
        return result_digest(self.transaction_id, self.read_write_set, self.event)

    @property
    def signed(self) -> bytes:
        """What the creator signs."""
        return envelope_message(self.digest, self.endorsements)

    def data(self) -> dict[str, Any]:
        """As plain data: what stands in blocks and files."""
        return {**self._head(), "proposal": self.proposal.data(), "result": self.read_write_set.data(), "signature": self.signature.hex()}

    def _head(self) -> dict[str, Any]:
        endorsements = [[e.peer, e.organisation, e.digest, e.signature.hex()] for e in self.endorsements]
        return {
            "certificate": self.proposal.certificate.hex(), "endorsements": endorsements, "event": self.event, "id": self.transaction_id,
        }  # fmt: skip

    @cached_property
    def encoded(self) -> bytes:
        """`data` as canonical JSON, put together from parts that were encoded before."""
        signature = canonical(self.signature.hex())
        parts = canonical(self._head())[:-1], b'"proposal":' + self.proposal.encoded, b'"result":' + self.read_write_set.encoded
        return b",".join(parts) + b',"signature":' + signature + b"}"


def envelope_message(digest: str, endorsements: Iterable[Endorsement]) -> bytes:
    """What the creator of a transaction signs: its result and who stated it."""
    said = [part for e in endorsements for part in (e.peer.encode(), e.digest.encode(), e.signature)]
    return b"marketproof/envelope/" + hash_of(digest.encode(), *said).encode()


def result_digest(transaction_id: str, read_write_set: ReadWriteSet, event: Event | None) -> str:
    """The digest of a result: transaction id, read and write set, event."""
    return hash_of(b"result", transaction_id.encode(), read_write_set.encoded, canonical(event))


@dataclass(frozen=True)
class Ordered:
    """What the orderer sends to the peers: transactions in their order, not judged. signature: the orderer's, over the hash."""

    number: int
    previous_hash: str
    transactions: tuple[Endorsed, ...]
    hash: str
    signature: bytes = b""

    @property
    def signed(self) -> bytes:
        """What the orderer signs."""
        return b"marketproof/block/" + self.hash.encode()


@dataclass(frozen=True)
class Block:
    """Transactions in their order with their codes.

    `hash` covers what was ordered: number, previous hash and transactions.  `commit_hash` covers what came of it: that hash, the
    codes, the digest of the state after it, and the commit hash of the block before.
    """

    number: int
    previous_hash: str
    transactions: tuple[Endorsed, ...]
    codes: tuple[Code, ...]
    hash: str
    state_root: str
    commit_hash: str
    signature: bytes = b""

    @property
    def ordered(self) -> Ordered:
        return Ordered(self.number, self.previous_hash, self.transactions, self.hash, self.signature)


def ordered_hash(number: int, previous_hash: str, transactions: Iterable[Endorsed]) -> str:
    return hash_of(b"block", str(number).encode(), previous_hash.encode(), *(endorsed.encoded for endorsed in transactions))


def committed_hash(previous_commit: str, block_hash: str, codes: Iterable[str], state_root: str) -> str:
    return hash_of(b"commit", previous_commit.encode(), block_hash.encode(), state_root.encode(), *(str(code).encode() for code in codes))


def verify_chain(blocks: Iterable[Block], genesis: str, head: str | None = None) -> None:
    """Raise BrokenChain at the first block that was changed, removed, added or moved since it was committed.

    genesis: the hash before the first block.  head: the last block's commit hash as known from elsewhere; without it nobody
    can tell a chain from one that was cut short, or whose end was made anew.
    """
    previous_hash = previous_commit = genesis
    number = 0
    for number, block in enumerate(blocks, start=1):
        verify_link(block, number, previous_hash, previous_commit)
        previous_hash, previous_commit = block.hash, block.commit_hash
    if head is not None and previous_commit != head:
        raise BrokenChain(number, f"the chain ends at {previous_commit}, not at {head}")


def verify_link(block: Block, number: int, previous_hash: str, previous_commit: str) -> None:
    """Raise BrokenChain unless a block follows the one before it and its hashes are those of what is in it."""
    verify_order(block.ordered, number, previous_hash)
    of_codes = committed_hash(previous_commit, block.hash, block.codes, block.state_root)
    if len(block.codes) != len(block.transactions) or of_codes != block.commit_hash:
        raise BrokenChain(number, f"its codes do not give its commit hash {block.commit_hash}")


def verify_order(ordered: Ordered, number: int, previous_hash: str) -> None:
    """The same for what an orderer sends, before anybody judged it."""
    if ordered.number != number:
        raise BrokenChain(number, f"it is numbered {ordered.number}")
    if ordered.previous_hash != previous_hash:
        raise BrokenChain(number, f"it follows {ordered.previous_hash}, not {previous_hash}")
    if ordered_hash(number, previous_hash, ordered.transactions) != ordered.hash:
        raise BrokenChain(number, f"its transactions do not give its hash {ordered.hash}")


def encode_block(block: Block) -> bytes:
    """A block as canonical JSON, for a file."""
    head = canonical({
        "codes": list(block.codes), "commit_hash": block.commit_hash, "hash": block.hash, "number": block.number,
        "previous_hash": block.previous_hash, "signature": block.signature.hex(), "state_root": block.state_root,
    })  # fmt: skip
    return head[:-1] + b',"transactions":[' + b",".join([endorsed.encoded for endorsed in block.transactions]) + b"]}"


def decode_block(data: bytes) -> Block:
    """A block from a file; BrokenChain (block 0: its number is not known) unless `encode_block` gives exactly these bytes."""
    try:
        read = json.loads(data)
        transactions = tuple(endorsed_of(inner) for inner in read["transactions"])
        hashes = read["hash"], read["state_root"], read["commit_hash"], bytes.fromhex(read["signature"])
        block = Block(read["number"], read["previous_hash"], transactions, tuple(map(Code, read["codes"])), *hashes)
        if encode_block(block) == data:
            return block
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, LedgerError) as error:
        raise BrokenChain(0, f"its bytes are no block: {error}") from None
    raise BrokenChain(0, "its bytes are not as a block is written")


def endorsed_of(data: dict[str, Any]) -> Endorsed:
    """A transaction from plain data; ValueError, KeyError, TypeError or AttributeError where it is none."""
    called, result = data["proposal"], data["result"]
    reads = {key: None if version is None else Version(*version) for key, version in result["reads"].items()}
    ranges = {prefix: tuple((key, Version(*version)) for key, version in found) for prefix, found in result["ranges"].items()}
    writes = {key: bytes.fromhex(value) for key, value in result["writes"].items()}
    event = None if data["event"] is None else (data["event"][0], tuple(data["event"][1]))
    certificate, nonce = bytes.fromhex(data["certificate"]), bytes.fromhex(called["nonce"])
    proposal = Proposal(called["transaction"], called["arguments"], nonce, certificate)
    endorsements = tuple(Endorsement(peer, of, digest, bytes.fromhex(signature)) for peer, of, digest, signature in data["endorsements"])
    signature = bytes.fromhex(data["signature"])
    return Endorsed(data["id"], proposal, ReadWriteSet(reads, ranges, writes), event, endorsements, signature)
