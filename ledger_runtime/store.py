"""The world state: the latest value and version of every key, ranges in byte order, and the history of each key."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple

from ledger_runtime.keys import RANGE_END


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

    def __init__(self) -> None:
        self._latest: dict[str, Stored] = {}
        self._ordered: list[str] = []
        self._history: dict[str, list[Change]] = {}

    def __len__(self) -> int:
        return len(self._ordered)

    def get(self, key: str) -> Stored | None:
        return self._latest.get(key)

    def version(self, key: str) -> Version | None:
        """The version of a key; None for a key that was never written."""
        found = self._latest.get(key)
        return None if found is None else found.version

    def range(self, prefix: str) -> tuple[tuple[str, Version], ...]:
        """Every key below the prefix with its version, in byte order."""
        start = bisect_left(self._ordered, prefix)
        end = bisect_left(self._ordered, prefix + RANGE_END, lo=start)
        return tuple([(key, self._latest[key].version) for key in self._ordered[start:end]])

    def put(self, key: str, value: bytes, version: Version, transaction_id: str) -> None:
        """Commit a write."""
        if key not in self._latest:
            insort(self._ordered, key)
        self._latest[key] = Stored(value, version)
        self._history.setdefault(key, []).append(Change(*version, transaction_id, value))

    def history(self, key: str) -> list[Change]:
        """Every committed write of a key, the oldest first."""
        return list(self._history.get(key, ()))

    def items(self) -> Iterator[tuple[str, bytes]]:
        """All keys with their values, in byte order."""
        for key in self._ordered:
            yield key, self._latest[key].value

    def digest(self) -> str:
        """SHA3-256 of all keys and values, each behind its length: equal states have equal digests, however they were reached."""
        digest = hashlib.sha3_256()
        for key, value in self.items():
            for part in (key.encode(), value):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()
