"""The world state: the latest value and version of every key, ranges in byte order, the history of each key, and the state's digest.

What a block writes is seen at once and reaches the engine in one piece, together with the block itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger_runtime import engines
from ledger_runtime.accumulator import Accumulator
from ledger_runtime.keys import RANGE_END

SUM = b"sum"
_VERSION = struct.Struct(">QI")
_TRANSACTION_ID_BYTES = 32


class Version(NamedTuple):
    """Where a value was written: the block's number and the transaction's place in it."""

    block: int
    transaction: int


class Stored(NamedTuple):
    """The latest value of a key."""

    value: bytes
    version: Version


class Change(NamedTuple):
    """One committed write of a key."""

    block: int
    transaction: int
    transaction_id: str
    value: bytes


class Store:
    """Versioned keys and values.  Keys are texts: their order by code point is the byte order of their UTF-8."""

    def __init__(self, engine: engines.Engine | None = None) -> None:
        self.engine = engines.Memory() if engine is None else engine
        self._latest: dict[str, Stored] = {}
        self._history: list[tuple[str, Change]] = []
        self._sum = Accumulator(self.engine.get("meta", SUM) or Accumulator().state())

    def __len__(self) -> int:
        return sum(1 for _ in self.items())

    def get(self, key: str) -> Stored | None:
        found = self._latest.get(key)
        return self._kept(key) if found is None else found

    def _kept(self, key: str) -> Stored | None:
        data = self.engine.get("state", key.encode())
        return None if data is None else _stored(data)

    def version(self, key: str) -> Version | None:
        """The version of a key; None for a key that was never written."""
        found = self.get(key)
        return None if found is None else found.version

    def range(self, prefix: str) -> tuple[tuple[str, Version], ...]:
        """Every key below the prefix with its version, in byte order."""
        return tuple([(key, stored.version) for key, stored in self._under(prefix)])

    def _under(self, prefix: str) -> list[tuple[str, Stored]]:
        entries = self.engine.scan("state", prefix.encode(), (prefix + RANGE_END).encode())
        found = {key.decode(): _stored(data) for key, data in entries}
        if self._latest:
            found.update((key, stored) for key, stored in self._latest.items() if prefix <= key < prefix + RANGE_END)
            return sorted(found.items())
        return list(found.items())

    def put(self, key: str, value: bytes, version: Version, transaction_id: str) -> None:
        """Write: seen at once, kept with the next `keep`."""
        before, encoded = self.get(key), key.encode()
        if before is not None:
            self._sum.remove(encoded, before.value)
        self._sum.add(encoded, value)
        self._latest[key] = Stored(value, version)
        self._history.append((key, Change(*version, transaction_id, value)))

    def keep(self, more: Iterable[engines.Change] = ()) -> None:
        """Everything that was written since, and more beside it, in one write of the engine; after an error nothing of it was written."""
        changes = [("state", key.encode(), _VERSION.pack(*stored.version) + stored.value) for key, stored in self._latest.items()]
        changes += [
            ("history", key.encode() + _VERSION.pack(change.block, change.transaction), _identified(change.transaction_id) + change.value)
            for key, change in self._history
        ]
        self.engine.write([*changes, ("meta", SUM, self._sum.state()), *more])
        self._latest.clear()
        self._history.clear()

    def drop(self) -> None:
        """Forget everything that was written and not kept."""
        self._latest.clear()
        self._history.clear()
        self._sum = Accumulator(self.engine.get("meta", SUM) or Accumulator().state())

    def history(self, key: str) -> list[Change]:
        """Every committed write of a key, the oldest first."""
        start = key.encode()
        size = len(start) + _VERSION.size
        entries = self.engine.scan("history", start, start + b"\xff" * (_VERSION.size + 1))
        kept = [
            Change(*_version(found[len(start) :]), data[:_TRANSACTION_ID_BYTES].hex(), data[_TRANSACTION_ID_BYTES:])
            for found, data in entries
            if len(found) == size
        ]
        return kept + [change for written, change in self._history if written == key]

    def items(self) -> Iterator[tuple[str, bytes]]:
        """All keys with their values, in byte order."""
        for key, stored in self.entries():
            yield key, stored.value

    def entries(self) -> Iterator[tuple[str, Stored]]:
        """All keys with their values and versions, in byte order."""
        if self._latest:
            yield from sorted({**dict(self._kept_entries()), **self._latest}.items())
        else:
            yield from self._kept_entries()

    def _kept_entries(self) -> Iterator[tuple[str, Stored]]:
        for key, data in self.engine.scan("state"):
            yield key.decode(), _stored(data)

    def digest(self) -> str:
        """A digest of all keys and values (`accumulator.py`): equal states have equal digests, however they were reached."""
        return self._sum.digest()


def _stored(data: bytes) -> Stored:
    return Stored(data[_VERSION.size :], _version(data))


def _version(data: bytes) -> Version:
    return Version(*_VERSION.unpack_from(data))


def _identified(transaction_id: str) -> bytes:
    """The bytes of an id; a text that is no id has a place too."""
    try:
        data = bytes.fromhex(transaction_id)
    except ValueError:
        data = transaction_id.encode()
    return data[:_TRANSACTION_ID_BYTES].ljust(_TRANSACTION_ID_BYTES, b"\0")
