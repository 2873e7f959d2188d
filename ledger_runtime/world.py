"""A ledger and what lies beside it: parties' memories, histories and public places, moved along with every committed step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger_runtime.blocks import Endorsed
from ledger_runtime.digests import to_ledger
from ledger_runtime.errors import LedgerError
from ledger_runtime.network import Network, Parts, parts_of
from spec.compiled import Compiled
from spec.concrete import Row, RowId, View
from spec.errors import Refused
from spec.text import Protocol
from spec.tracing import Transaction

CORRUPT_PEER = "peer.org-co"


class StepRefused(Exception):
    """A step that the ledger, or the environment of an honest or deviating party, does not allow."""


class World:
    """One run of a protocol on a ledger of its own.

    Steps on the ledger are proposed, endorsed, ordered and validated; steps off it change only the tables beside it.  What
    transactions leave in those tables (observations) is computed in the state before them, once they have committed.
    ledger: as `network.parts_of`, or the parts. first: is told every transaction before it is committed here, and may raise StepRefused.
    """

    def __init__(
        self, protocol: Protocol, facts: Mapping[RowId, Row], coalition: Iterable[Any], universe: Mapping[str, Iterable[Any]],
        seed: int = 0, compiled: Compiled | None = None, ledger: str | Parts = "memory", first: Callable[[Endorsed], None] | None = None,
    ) -> None:  # fmt: skip
        self.protocol, self.coalition, self.universe = protocol, frozenset(coalition), universe
        parts = ledger if isinstance(ledger, Parts) else parts_of(ledger, seed)
        self.network = Network(protocol, seed=seed, compiled=compiled, parts=parts)
        self.compiled, self.first = self.network.compiled, first
        self.beside: dict[RowId, Row] = dict(facts)

    def view(self) -> View:
        """The whole state, ledger and beside, for conditions and claims."""
        return self.network.view(self.universe, self.coalition, self.beside)

    def translated(self, transaction: Transaction, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments with every pre-image replaced by its digest."""
        return {name: to_ledger(kind, arguments[name], self.network.oracle) for name, kind in transaction.parameters.items()}

    def may_send(self, transaction: Transaction, given: dict[str, Any]) -> bool:
        return self.compiled.may_send(transaction, given, self.view())

    def take(self, transaction: Transaction, arguments: Mapping[str, Any]) -> tuple[str, Any] | None:
        """Take a step alone, at once; gives the event of a committed transaction.  Raises StepRefused with the reason."""
        given = self.translated(transaction, arguments)
        if not self.may_send(transaction, given):
            kind = "a deviating" if given["caller"] in self.coalition else "an honest"
            raise StepRefused(f"{kind} {given['caller']} would not or could not take it")
        observed = self.compiled.observe(transaction, given, self.view())
        try:
            event = self._committed(transaction, given)
        except (Refused, LedgerError) as error:
            raise StepRefused(str(error)) from error
        self.beside.update(observed)
        return event

    def _committed(self, transaction: Transaction, given: dict[str, Any]) -> tuple[str, Any] | None:
        if transaction.name not in self.protocol.transactions:
            return self._commit(self.forged(transaction, given))
        if transaction.on_ledger:
            return self._commit(self.network.propose(transaction.name, given))
        outcome = self.compiled.run(transaction, given, self.view())
        if outcome.refused:
            raise Refused(transaction.name, outcome.refused, given)
        return None

    def forged(self, transaction: Transaction, given: dict[str, Any]) -> Endorsed:
        """The write set of a step that is no transaction of the protocol, signed by one peer under the name of another call."""
        writes = self.compiled.run(transaction, given, self.view()).writes
        claimed = next(name for name, known in self.protocol.transactions.items() if known.on_ledger)
        return self.network.forge([CORRUPT_PEER], claimed, writes, {"caller": given["caller"]})

    def _commit(self, endorsed: Endorsed) -> tuple[str, Any] | None:
        if self.first is not None:
            self.first(endorsed)
        receipt = self.network.commit(endorsed)
        if receipt.code != "VALID":
            raise StepRefused(f"validation code {receipt.code}")
        return receipt.event
