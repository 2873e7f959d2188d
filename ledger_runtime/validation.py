"""Validation: the code of each transaction of a block, and the ledger that commits the valid ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger_runtime.blocks import Block, Code, Endorsed, Ordered, committed_hash, verify_link, verify_order
from ledger_runtime.chain import Chain, Head, Receipts
from ledger_runtime.checking import Check, Checks
from ledger_runtime.configuration import Configuration
from ledger_runtime.engines import Change, Engine, Memory
from ledger_runtime.errors import BrokenChain, LedgerError, StoreFull, StoreUnusable
from ledger_runtime.identities import Trust
from ledger_runtime.store import Store, Version
from ledger_runtime.values import RowCodec
from spec.concrete import Row, RowId

GENESIS = b"genesis"
NOT_THEIRS = (Code.BAD_PAYLOAD, Code.BAD_PROPOSAL_TXID, Code.BAD_CREATOR_SIGNATURE)  # whose id may be another's


@dataclass(frozen=True)
class Claimed:
    """Signatures of one transaction, as places among the checks of a block: the creator's (None: nobody the network knows), the peers'."""

    creator: int | None
    endorsements: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Prepared:
    """A block whose signatures are being checked. The first check is the orderer's."""

    claimed: list[Claimed]
    checks: Checks


class Ledger:
    """One peer's chain of blocks, and the state that its valid transactions made; it relies on nobody else's judgement.

    engine: where both are kept. keeps: how many decoded blocks stay in memory, None for all. Raises BrokenChain, which names the block,
    when what is kept there does not fit together, and StoreUnusable when it belongs to another network.
    """

    def __init__(
        self, codec: RowCodec, configuration: Configuration, trust: Trust, engine: Engine | None = None, keeps: int | None = None
    ) -> None:
        self.codec, self.configuration, self.trust = codec, configuration, trust
        self.engine = Memory() if engine is None else engine
        self.genesis = configuration.genesis
        self._begin()
        self.store, self.blocks = Store(self.engine), Chain(self.engine, self.genesis, keeps)
        self.receipts = Receipts(self.engine, self.blocks)
        self._rows: dict[RowId, Row] | None = None
        self._check_end()

    def _begin(self) -> None:
        known = self.engine.get("meta", GENESIS)
        if known is None:
            self.engine.write([("meta", GENESIS, self.genesis.encode())])
        elif known != self.genesis.encode():
            raise StoreUnusable(f"it holds the ledger of another network: its genesis is {known.decode('latin-1')}, not {self.genesis}")

    def _check_end(self) -> None:
        """The last block, and the digest of the state, as far as opening looks; `verifying.verify` looks at everything."""
        number = len(self.blocks)
        if number:
            before = self.blocks.head_at(number - 1)
            block = self.blocks[-1]
            verify_link(block, number, before.hash, before.commit_hash)
            if block.commit_hash != self.blocks.head.commit_hash or block.state_root != self.store.digest():
                raise BrokenChain(number, f"the state beside it has the digest {self.store.digest()}, not {block.state_root}")

    @property
    def head(self) -> str:
        """The commit hash of the last block."""
        return self.blocks.head.commit_hash

    def at(self, number: int) -> Head:
        """Where the chain stood after a block."""
        return self.blocks.head_at(number)

    @property
    def rows(self) -> dict[RowId, Row]:
        """The store, decoded: made when it is first asked for, and kept up from then on."""
        if self._rows is None:
            self._rows = dict(self.codec.checked(key, value) for key, value in self.store.items())
        return self._rows

    # A block.

    def prepare(self, ordered: Ordered) -> Prepared:
        """Begin to check a block's signatures, which depend on no state: also of a block that is not the next one yet."""
        checks: list[Check] = [(self.configuration.orderer, ordered.signed, ordered.signature)]
        claimed = [self._claims(endorsed, checks) for endorsed in ordered.transactions]
        return Prepared(claimed, self.trust.verifier.begin(checks))

    def _claims(self, endorsed: Endorsed, checks: list[Check]) -> Claimed:
        creator = None
        certificate = endorsed.proposal.certificate
        identity = self.trust.verifier.identity(certificate) if self.trust.signed else None
        if not self.trust.signed or (identity is not None and identity.name == endorsed.creator):
            creator = len(checks)
            checks.append((certificate, endorsed.signed if self.trust.signed else b"", endorsed.signature))
        stated, digest = [], endorsed.digest
        for one in endorsed.endorsements:
            member = self.configuration.peers.get(one.peer)
            if one.digest == digest and member is not None and member.organisation == one.organisation:
                stated.append((len(checks), one.organisation))
                checks.append((member.certificate, one.signed, one.signature))
        return Claimed(creator, tuple(stated))

    def commit(self, ordered: Ordered, prepared: Prepared | None = None) -> Block:
        """Validate in order; each valid transaction changes the state that the next one is validated against.

        Raises BrokenChain for a block that is not the next one, or not the orderer's, StoreFull or StoreUnusable when it cannot be
        kept: the ledger is then as it was.
        """
        head = self.blocks.head
        verify_order(ordered, head.number + 1, head.hash)
        prepared = self.prepare(ordered) if prepared is None else prepared
        answers = prepared.checks.answers()
        if not answers[0]:
            raise BrokenChain(ordered.number, "its orderer did not sign it")
        try:
            block, changes = self._judged(ordered, prepared.claimed, answers, head)
            self._keep(block, changes)
        except BaseException:
            self.store.drop()
            self._rows = None
            raise
        self.blocks.append(block)
        return block

    def _keep(self, block: Block, changes: list[Change]) -> None:
        try:
            self.store.keep([*changes, *self.blocks.changes(block)])
        except (StoreFull, StoreUnusable) as error:
            raise type(error)(f"block {block.number} is not committed: {error}") from None

    def _judged(self, ordered: Ordered, claimed: list[Claimed], answers: list[bool], head: Head) -> tuple[Block, list[Change]]:
        codes, receipts, endorsed_here = [], dict[str, tuple[Code, int]](), set[str]()
        for position, (endorsed, claims) in enumerate(zip(ordered.transactions, claimed, strict=True)):
            written = self._decoded(endorsed)
            code = Code.BAD_PAYLOAD if written is None else self._code(endorsed, endorsed_here, claims, answers)
            codes.append(code)
            if written is not None and code == Code.VALID:
                self._write(endorsed, written, Version(ordered.number, position))
            if code not in NOT_THEIRS and (code == Code.VALID or self._unheard(endorsed.transaction_id, receipts)):
                receipts[endorsed.transaction_id] = code, position
        root = self.store.digest()
        commit_hash = committed_hash(head.commit_hash, ordered.hash, codes, root)
        block = Block(
            ordered.number, ordered.previous_hash, ordered.transactions, tuple(codes), ordered.hash, root, commit_hash, ordered.signature
        )
        return block, [Receipts.change(identifier, code, block.number, place) for identifier, (code, place) in receipts.items()]

    def _unheard(self, identifier: str, receipts: dict[str, tuple[Code, int]]) -> bool:
        return identifier not in receipts and identifier not in self.receipts

    def _write(self, endorsed: Endorsed, written: dict[RowId, Row], version: Version) -> None:
        for key, value in endorsed.read_write_set.writes.items():
            self.store.put(key, value, version, endorsed.transaction_id)
        if self._rows is not None:
            self._rows.update(written)

    def _code(self, endorsed: Endorsed, endorsed_here: set[str], claims: Claimed, answers: list[bool]) -> Code:
        """After its form was checked, Fabric's order: creator, id, earlier blocks, policy, this block, then what was read."""
        identifier = endorsed.transaction_id
        if claims.creator is None or not answers[claims.creator]:
            return Code.BAD_CREATOR_SIGNATURE
        if endorsed.proposal.identifier != identifier:
            return Code.BAD_PROPOSAL_TXID
        if identifier in self.receipts:
            return Code.DUPLICATE_TXID
        endorsing = [organisation for place, organisation in claims.endorsements if answers[place]]
        if not self.configuration.rules.satisfied(endorsing, endorsed.read_write_set.writes):
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

    def _conflict(self, endorsed: Endorsed) -> Code:
        unchecked = self.configuration.unchecked
        for key, version in endorsed.read_write_set.reads.items():
            if self.store.version(key) != version and Code.MVCC_READ_CONFLICT not in unchecked:
                return Code.MVCC_READ_CONFLICT
        for prefix, found in endorsed.read_write_set.ranges.items():
            if self.store.range(prefix) != found and Code.PHANTOM_READ_CONFLICT not in unchecked:
                return Code.PHANTOM_READ_CONFLICT
        return Code.VALID

    def valid(self) -> Iterator[tuple[Block, int, Endorsed]]:
        """Every valid transaction with its block and its place in it, in the order of the chain."""
        for block in self.blocks:
            for position, (endorsed, code) in enumerate(zip(block.transactions, block.codes, strict=True)):
                if code == Code.VALID:
                    yield block, position, endorsed
