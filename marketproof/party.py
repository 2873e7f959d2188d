"""What every party has: an identifier, its own chance, a mailbox, and a client of the ledger; and how it reacts.

A party sees the committed ledger, the events of committed transactions, its letters and what it fetched, and remembers the rest itself.
It never sees another party. Another behaviour is a subclass that overrides what it does differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger_runtime.blocks import Code
from ledger_runtime.network import Network
from ledger_runtime.offchain.commitment import literal_hash
from ledger_runtime.offchain.object_store import ObjectStore
from marketproof.channels import Post
from spec.errors import Refused

IDENTIFIER_BYTES = 16
NONCE_BYTES = 16

CONFLICTS = (Code.MVCC_READ_CONFLICT, Code.PHANTOM_READ_CONFLICT)
"""Codes after which the same call may succeed against the newer state."""

Reactions = Mapping[str, Callable[..., object]]


@dataclass(frozen=True)
class Surroundings:
    """All that parties share: the ledger, the post and the object store."""

    network: Network
    post: Post
    store: ObjectStore


@dataclass(frozen=True)
class Call:
    """A transaction that a party called, with its arguments, `caller` among them."""

    transaction: str
    arguments: Mapping[str, Any]


class Party:
    """A member under its pseudonym. rng: the only chance of this party, so that a seed replays it."""

    def __init__(self, surroundings: Surroundings, rng: np.random.Generator) -> None:
        self.network, self.store, self.rng = surroundings.network, surroundings.store, rng
        self.identifier = self.draw_identifier()
        self.mailbox = surroundings.post.mailbox(self.identifier)
        self.refusals: list[Refused] = []
        self.given_up: list[tuple[Call, Code]] = []
        self._submitted: dict[str, Call] = {}
        self._events_read = 0

    # What a party does of itself, and after what.

    def start(self) -> None:
        """What the party does first."""

    def on_event(self) -> Reactions:
        """By the name of a committed event, what is done; called with the event's payload."""
        return {}

    def on_letter(self) -> Reactions:
        """By the subject of a letter, what is done; called with the letter."""
        return {}

    def on_commit(self) -> Reactions:
        """By the name of a transaction of one's own that was committed, what is done; called with the `Call`."""
        return {}

    # Its client.

    def call(self, transaction: str, **arguments: Any) -> bool:
        """Have a transaction endorsed and submit it; a refusal is noted, with the guard. Whether it was submitted."""
        return self._submit(Call(transaction, {"caller": self.identifier, **arguments}))

    def take_turn(self) -> bool:
        """Look at what became of one's transactions, then at new events, then at new letters. Whether there was anything."""
        settled, events = self._settled(), self.network.events[self._events_read :]
        self._events_read += len(events)
        for call in settled:
            self._react(self.on_commit(), call.transaction, call)
        for event in events:
            # Listeners are told of invalid transactions too; only the code tells them apart.
            if event.code == Code.VALID:
                self._react(self.on_event(), event.name, *event.payload)
        letters = self.mailbox.take()
        for letter in letters:
            self._react(self.on_letter(), letter.subject, letter)
        return bool(settled or events or letters or self._submitted)

    def _submit(self, call: Call) -> bool:
        try:
            endorsed = self.network.propose(call.transaction, call.arguments)
        except Refused as refusal:
            self.refusals.append(refusal)
            self.refused(call, refusal)
            return False
        self.network.submit(endorsed)
        self._submitted[endorsed.transaction_id] = call
        return True

    def _settled(self) -> list[Call]:
        """Own calls that were committed since the last turn. One that met a conflict is endorsed anew against the newer state."""
        known = self.network.ledger.receipts
        ordered = {identifier: call for identifier, call in self._submitted.items() if identifier in known}
        committed = []
        for identifier, call in ordered.items():
            del self._submitted[identifier]
            code = known[identifier].code
            if code == Code.VALID:
                committed.append(call)
            elif code in CONFLICTS:
                self._submit(call)
            else:
                self.given_up.append((call, code))
        return committed

    def refused(self, call: Call, refusal: Refused) -> None:
        """What the party makes of a refusal of its own call."""

    @staticmethod
    def _react(reactions: Reactions, name: str, *arguments: Any) -> None:
        if name in reactions:
            reactions[name](*arguments)

    # Its chance and its reading of the ledger.

    def draw_identifier(self) -> str:
        """A pseudonym, or the identifier of an asset: 32 hexadecimal digits that tell nothing."""
        return self.rng.bytes(IDENTIFIER_BYTES).hex()

    def draw_nonce(self) -> str:
        """16 fresh bytes in hexadecimal digits, for one hash only (L519-523)."""
        return self.rng.bytes(NONCE_BYTES).hex()

    def asset(self, table: str, *key: Any) -> dict[str, Any]:
        """A committed row by cell name; empty when there is none."""
        return self.network.row(table, *key) or {}

    def entries(self, table: str, field: str, *key: Any) -> list[Any]:
        """A list of a committed row, such as Curdssidlist of a TC, in its order."""
        length = self.asset(table, *key).get(f"{field}_length", 0)
        return [self.asset(f"{table}.{field}", *key, position)["item"] for position in range(length)]


def hash_with_nonce(payload: bytes, nonce: str) -> str:
    """SHA3-256 of the bytes with the nonce appended (L519-521). nonce: hexadecimal digits; other text counts as its UTF-8 bytes."""
    try:
        appended = bytes.fromhex(nonce)
    except ValueError:
        appended = nonce.encode()
    return literal_hash(payload, appended)
