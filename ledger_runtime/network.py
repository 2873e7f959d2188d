"""A network in one process: clients propose, peers endorse, an orderer cuts blocks, a ledger validates and commits.

All peers share one committed store for now: they are always at the same height, and differ only in what they are willing to state.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger_runtime.blocks import Block, Endorsed, Proposal, verify_chain
from ledger_runtime.digests import Oracle, to_ledger
from ledger_runtime.endorsing import Peer, assemble
from ledger_runtime.errors import UnknownOrganisation, UnknownPeer, UnknownReceipt, WrongKind
from ledger_runtime.execution import Chaincode, Event, ReadWriteSet
from ledger_runtime.ordering import LARGEST_BLOCK, Orderer
from ledger_runtime.store import Change
from ledger_runtime.validation import Ledger, LedgerEvent, Receipt, satisfied
from ledger_runtime.values import shown
from spec.checks import check_protocol
from spec.compiled import Compiled
from spec.concrete import Row, RowId, View
from spec.errors import choices
from spec.text import Protocol

NONCE_BYTES = 24
ORGANISATIONS = ("org-do", "org-co", "org-mo")


class Network:
    """A protocol on a ledger: one peer for each organisation, named `peer.<organisation>`.

    seed: of the nonces in proposals, the only chance here.  reference: run the walk over the tree instead of compiled code.
    compiled: share the compiled code of the same protocol with other networks.
    """

    def __init__(
        self,
        protocol: Protocol,
        organisations: Sequence[str] = ORGANISATIONS,
        seed: int = 0,
        reference: bool = False,
        compiled: Compiled | None = None,
    ) -> None:
        if not organisations or len(set(organisations)) != len(organisations):
            raise UnknownOrganisation(f"a network needs one organisation or more, each once, not {list(organisations)}")
        if compiled is None or compiled.protocol is not protocol:
            check_protocol(protocol)
            compiled = Compiled(protocol)
        self.protocol, self.compiled, self.organisations = protocol, compiled, tuple(organisations)
        self.oracle = Oracle()
        self.chaincode = Chaincode(compiled, self.oracle, reference)
        self.codec = self.chaincode.codec
        membership = {f"peer.{organisation}": organisation for organisation in organisations}
        self.ledger = Ledger(self.codec, protocol.policy.endorsement, membership)
        self.peers = {name: Peer(name, organisation, self.chaincode, self.ledger.store) for name, organisation in membership.items()}
        self.orderer = Orderer()
        self._rng = random.Random(seed)

    # The client's side.

    def proposal(self, transaction: str, arguments: Mapping[str, Any]) -> Proposal:
        """A checked call with a fresh nonce.  Raises UnknownTransaction, WrongArguments, WrongKind or OversizedValue."""
        return Proposal(transaction, self.chaincode.checked(transaction, arguments), self._rng.randbytes(NONCE_BYTES))

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
            if satisfied(self.protocol.policy.endorsement, (chosen.organisation for chosen in enough), self.organisations):
                break
        return enough

    def propose(self, transaction: str, arguments: Mapping[str, Any], peers: Iterable[str] | None = None) -> Endorsed:
        """Have a call endorsed.  Nothing is committed: the client may inspect the result, keep it, submit it or drop it."""
        endorsers = self.endorsers(peers)
        proposal = self.proposal(transaction, arguments)
        return assemble(proposal, [peer.endorse(proposal) for peer in endorsers])

    def forge(
        self,
        peers: Iterable[str],
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
        proposal = Proposal(transaction, arguments or {}, self._rng.randbytes(NONCE_BYTES))
        raw = dict(self._written(row, value) for row, value in writes.items())
        return assemble(proposal, [peer.state(proposal, ReadWriteSet({}, {}, raw), event) for peer in self.endorsers(peers)])

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

    def cut(self, order: Sequence[int] | None = None, most: int = LARGEST_BLOCK) -> Block:
        """Order, validate and commit one block: see `Orderer.take`."""
        return self.ledger.commit(self.orderer.take(order, most))

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
    def blocks(self) -> tuple[Block, ...]:
        return tuple(self.ledger.blocks)

    @property
    def events(self) -> tuple[LedgerEvent, ...]:
        """One for each transaction that had an event, valid or not, in the order of the chain."""
        return tuple(self.ledger.events)

    def receipt(self, transaction_id: str) -> Receipt:
        """What became of an ordered transaction; UnknownReceipt for one that is in no block."""
        if transaction_id not in self.ledger.receipts:
            raise UnknownReceipt(f"no transaction {transaction_id!r} in {len(self.ledger.blocks)} blocks")
        return self.ledger.receipts[transaction_id]

    def verify(self) -> None:
        """Raise BrokenChain unless every block is as it was committed."""
        verify_chain(self.blocks, self.ledger.genesis, self.ledger.head)

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

