"""A network in one process: clients propose, peers endorse, an orderer cuts blocks, ledgers validate and commit.

By default all peers share one ledger in memory and nobody signs.  Handed other parts, each peer has a ledger of its own, and signs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger_runtime import identities
from ledger_runtime.agreement import catch_up, check_agreement
from ledger_runtime.blocks import Block, Endorsed, Ordered, Proposal
from ledger_runtime.chain import LedgerEvent, Receipt, events_of
from ledger_runtime.configuration import Configuration, Member, rules_of
from ledger_runtime.digests import Oracle, to_ledger
from ledger_runtime.endorsing import Peer, assemble
from ledger_runtime.engines import Engine, Memory
from ledger_runtime.errors import UnknownKind, UnknownOrganisation, UnknownPeer, UnknownReceipt, WrongKind
from ledger_runtime.execution import Chaincode, Event, ReadWriteSet
from ledger_runtime.identities import ORDERING, Trust
from ledger_runtime.ordering import Cutting, Orderer
from ledger_runtime.store import Change
from ledger_runtime.validation import Ledger
from ledger_runtime.values import shown
from ledger_runtime.verifying import verify
from spec.checks import check_protocol
from spec.compiled import Compiled
from spec.concrete import Row, RowId, View
from spec.errors import choices
from spec.text import Protocol

NONCE_BYTES = 24
ORGANISATIONS = ("org-do", "org-co", "org-mo")


@dataclass(frozen=True)
class Parts:
    """What a network is handed.

    trust: who signs and checks (`identities.certified(...)`), nobody by default. engines: one for each ledger; peers have them in turn, so
    that one is shared by all. policy, keyed: as `policies.Rules`, the protocol's own by default. keeps: decoded blocks in memory.
    unchecked: as of `Configuration`.
    """

    trust: Trust = field(default_factory=identities.plain)
    engines: Sequence[Engine] = field(default_factory=lambda: (Memory(),))
    policy: str | None = None
    keyed: Mapping[Any, str] = field(default_factory=dict)
    cutting: Cutting = Cutting()
    now: Callable[[], float] = lambda: 0.0
    keeps: int | None = None
    unchecked: frozenset[str] = frozenset()


def parts_of(kind: str, seed: int = 0) -> Parts:
    """The parts of a network by name; raises UnknownKind for another one.

    memory: one ledger, and nobody signs, for speed. signed: a ledger for each organisation, which checks every signature for itself; keys
    are of the seed, so that a run can be replayed.
    """
    if kind == "memory":
        return Parts()
    if kind != "signed":
        raise UnknownKind(f"no kind of ledger {kind!r}; choices: memory, signed")
    return Parts(identities.certified(ORGANISATIONS, seed), [Memory() for _ in ORGANISATIONS])


class Network:
    """A protocol on a ledger: one peer for each organisation, named `peer.<organisation>`, more where there are more engines.

    seed: of the nonces in proposals, the only chance here; None for the system's. reference: run the walk over the tree instead of compiled
    code. compiled: share the compiled code of the same protocol with other networks.
    """

    def __init__(
        self,
        protocol: Protocol,
        organisations: Sequence[str] = ORGANISATIONS,
        seed: int | None = 0,
        reference: bool = False,
        compiled: Compiled | None = None,
        parts: Parts | None = None,
    ) -> None:
        if not organisations or len(set(organisations)) != len(organisations):
            raise UnknownOrganisation(f"a network needs one organisation or more, each once, not {list(organisations)}")
        if compiled is None or compiled.protocol is not protocol:
            check_protocol(protocol)
            compiled = Compiled(protocol)
        self.protocol, self.compiled, self.organisations = protocol, compiled, tuple(organisations)
        self.parts = Parts() if parts is None else parts
        self.trust = self.parts.trust
        self.oracle = Oracle()
        self.chaincode = Chaincode(compiled, self.oracle, reference)
        self.codec = self.chaincode.codec
        self.configuration = self._configured()
        self.ledgers = [Ledger(self.codec, self.configuration, self.trust, engine, self.parts.keeps) for engine in self.parts.engines]
        catch_up(self.ledgers)
        names = enumerate(self.configuration.peers.items())
        self.ledgers_by_peer = {name: self.ledgers[place % len(self.ledgers)] for place, (name, _) in names}
        self.peers = {name: self._peer(name, member.organisation) for name, member in self.configuration.peers.items()}
        self.orderer = self._orderer()
        self._outstanding: list[Ordered] = []
        self._rng = self._chance(seed)
        self.check_agreement()

    def _configured(self) -> Configuration:
        """Who belongs to the network: the wallet enrols whoever it does not know yet."""
        count, wallet = len(self.organisations), self.trust.wallet
        peers = {}
        for place in range(max(count, len(self.parts.engines))):
            of, more = self.organisations[place % count], place // count
            name = f"peer{more + 1 if more else ''}.{of}"
            peers[name] = Member(of, wallet.certificate(name, of))
        rules = rules_of(self.protocol, self.organisations, self.parts.policy, self.parts.keyed)
        orderer = wallet.certificate("orderer", ORDERING) if self.trust.signed else b""
        return Configuration(rules, peers, orderer, self.trust.verifier.authorities(), self.parts.unchecked)

    def _peer(self, name: str, organisation: str) -> Peer:
        return Peer(name, organisation, self.chaincode, self.ledgers_by_peer[name].store, self.trust)

    def _orderer(self) -> Orderer:
        orderer, head = Orderer("orderer", self.trust, self.ledger.genesis, self.parts.cutting, self.parts.now), self.ledger.blocks.head
        orderer.number, orderer.previous_hash = head.number, head.hash
        return orderer

    def _chance(self, seed: int | None) -> random.Random:
        """A ledger that was reopened must not draw the same nonces again."""
        height = len(self.ledger.blocks)
        return random.SystemRandom() if seed is None else random.Random(f"{seed}/{height}" if height else seed)

    @property
    def ledger(self) -> Ledger:
        """The first peer's."""
        return self.ledgers[0]

    def check_agreement(self) -> int:
        """The height up to which all peers agree; raises Fork."""
        return check_agreement(self.ledgers_by_peer)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.engine.close()

    # The client's side.

    def proposal(self, transaction: str, arguments: Mapping[str, Any]) -> Proposal:
        """A checked call with a fresh nonce.  Raises UnknownTransaction, WrongArguments, WrongKind or OversizedValue."""
        return self._signed(transaction, self.chaincode.checked(transaction, arguments))

    def _signed(self, transaction: str, arguments: Mapping[str, Any]) -> Proposal:
        """A call, signed by its creator, whom the wallet enrols when it does not know it yet.  Raises UnfitName."""
        nonce, wallet = self._rng.randbytes(NONCE_BYTES), self.trust.wallet
        if not self.trust.signed:
            return Proposal(transaction, arguments, nonce)
        proposal = Proposal(transaction, arguments, nonce, wallet.certificate(arguments["caller"]))
        return proposal.with_signature(wallet.sign(proposal.creator, proposal.signed))

    def endorsers(self, names: Iterable[str] | None = None) -> list[Peer]:
        """The named peers; by default the first ones that are enough for the policy."""
        if names is not None:
            found = list(dict.fromkeys(names))
            unknown = [name for name in found if name not in self.peers]
            if unknown or not found:
                raise UnknownPeer(f"no peer {', '.join(map(repr, unknown)) or 'was named'}; choices: {choices(self.peers)}")
            return [self.peers[name] for name in found]
        enough: list[Peer] = []
        for peer in self.peers.values():
            enough.append(peer)
            if self.configuration.rules.sufficient(chosen.organisation for chosen in enough):
                break
        return enough

    def propose(self, transaction: str, arguments: Mapping[str, Any], peers: Iterable[str] | None = None) -> Endorsed:
        """Have a call endorsed.  Nothing is committed: the client may inspect the result, keep it, submit it or drop it."""
        endorsers = self.endorsers(peers)
        proposal = self.proposal(transaction, arguments)
        return assemble(proposal, [peer.endorse(proposal) for peer in endorsers], self.trust)

    def forge(
        self,
        peers: Sequence[str],
        transaction: str,
        writes: Mapping[Any, Any],
        arguments: Mapping[str, Any] | None = None,
        event: Event | None = None,
    ) -> Endorsed:
        """A write set that no chaincode computed, stated by corrupt peers; it commits when they alone satisfy the policy.

        writes: rows by (table, key), each a tuple of all cells or the cells by name (others get their default), pre-images as
        digests or tuples; or bytes by ledger key, which nobody checks.  It reads nothing, so nothing conflicts with it.
        """
        self.chaincode.transaction(transaction)
        given = {"caller": peers[0], **(arguments or {})} if self.trust.signed else arguments or {}
        proposal = self._signed(transaction, given)
        raw = dict(self._written(row, value) for row, value in writes.items())
        stated = [peer.state(proposal, ReadWriteSet({}, {}, raw), event) for peer in self.endorsers(peers)]
        return assemble(proposal, stated, self.trust)

    def _written(self, row: Any, value: Any) -> tuple[str, bytes]:
        if isinstance(row, str):
            if not isinstance(value, bytes):
                raise WrongKind(f"a write of {row!r} is {shown(value)}; it must be bytes")
            return row, value
        table, key = row
        self.codec.check_key(table, key)
        cells, kinds = self.codec.named(table, value), self.codec.table(table).cells
        digested = tuple(to_ledger(kinds[name], cell, self.oracle) for name, cell in cells.items())
        return self.codec.key(table, key), self.codec.value(table, digested)

    def to_ledger(self, transaction: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments as the model has them, with pre-images as tuples, as arguments of a call, with digests."""
        parameters = self.chaincode.transaction(transaction).parameters
        return {name: to_ledger(parameters[name], value, self.oracle) if name in parameters else value for name, value in arguments.items()}

    # The orderer's side.

    @property
    def mempool(self) -> tuple[Endorsed, ...]:
        return self.orderer.mempool

    def submit(self, endorsed: Endorsed) -> None:
        """Put a transaction into the mempool, where everybody can read it."""
        self.orderer.submit(endorsed)

    def cut(self, order: Sequence[int] | None = None, most: int | None = None) -> Block:
        """Order one block (see `Orderer.take`), which every peer validates and commits for itself.

        Raises Fork when two peers differ; StoreFull or StoreUnusable when one could not keep it: it is then delivered again with the next.
        """
        self._outstanding.append(self.orderer.cut(self.orderer.take(order, most)))
        while self._outstanding:
            for ledger in self.ledgers:
                if len(ledger.blocks) < self._outstanding[0].number:
                    ledger.commit(self._outstanding[0])
            del self._outstanding[0]
        self.check_agreement()
        return self.ledger.blocks[-1]

    def cut_due(self) -> list[Block]:
        """Cut as long as a block is full, or overdue."""
        blocks = []
        while self.orderer.due():
            blocks.append(self.cut())
        return blocks

    def commit(self, endorsed: Endorsed) -> Receipt:
        """Submit a transaction and cut a block of it alone; whatever else is waiting stays in the mempool."""
        self.submit(endorsed)
        block = self.cut([len(self.mempool) - 1])
        return Receipt(endorsed.transaction_id, block.codes[0], endorsed.event, block.number)

    def invoke(self, transaction: str, arguments: Mapping[str, Any]) -> Receipt:
        """Propose and commit at once.  Raises `spec.errors.Refused` when a guard does not hold."""
        return self.commit(self.propose(transaction, arguments))

    # What was committed.

    @property
    def blocks(self) -> Sequence[Block]:
        return self.ledger.blocks

    @property
    def events(self) -> tuple[LedgerEvent, ...]:
        """One for each transaction that had an event, valid or not, in the order of the chain."""
        return tuple([event for block in self.ledger.blocks for event in events_of(block)])

    def receipt(self, transaction_id: str) -> Receipt:
        """What became of an ordered transaction; UnknownReceipt for one that is in no block."""
        if transaction_id not in self.ledger.receipts:
            raise UnknownReceipt(f"no transaction {transaction_id!r} in {len(self.ledger.blocks)} blocks")
        return self.ledger.receipts[transaction_id]

    def verify(self) -> None:
        """Raise BrokenChain, at the block that shows it, unless all that every ledger keeps is what its blocks give."""
        for ledger in self.ledgers:
            verify(ledger)

    def row(self, table: str, *key: Any) -> dict[str, Any] | None:
        """A committed row by cell name, a list as its length; None when there is none.  Raises UnknownTable or WrongKind."""
        self.codec.check_key(table, key)
        found = self.ledger.rows.get((table, key))
        return None if found is None else self.codec.named(table, found)

    def rows(self) -> dict[RowId, Row]:
        """All committed rows, as a `spec.concrete.View` has them, with digests for terms."""
        return dict(self.ledger.rows)

    def view(
        self, universe: Mapping[str, Iterable[Any]] | None = None, coalition: Iterable[Any] = (), beside: Mapping[RowId, Row] | None = None
    ) -> View:
        """The committed rows, and others beside them that are kept off the ledger, for evaluating claims."""
        rows = {**self.ledger.rows, **(beside or {})}
        return View(self.protocol.schema, rows, universe or {}, frozenset(coalition), make=self.oracle.make, open=self.oracle.open)

    def history(self, table: str, *key: Any) -> list[tuple[Change, dict[str, Any]]]:
        """Every committed write of a row, the oldest first, with its cells by name."""
        self.codec.check_key(table, key)
        changes = self.ledger.store.history(self.codec.key(table, key))
        return [(change, self.codec.named(table, self.codec.row(table, change.value))) for change in changes]

    def digest(self) -> str:
        """The digest of the committed state."""
        return self.ledger.store.digest()

