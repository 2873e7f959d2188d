"""The cloud object store in which a CO leaves its trained model (L613-614, L640), in memory.

A location tells nothing about the content, and who fetched what is on record: whether a party ever looked at a model is a fact that claims
rest on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LOCATION_BYTES = 16
LOCATION_PREFIX = "object://"


class ObjectMissing(KeyError):
    """Nothing is stored at a location. Shows the location and how many objects there are; other locations are secrets of other parties."""

    def __init__(self, location: str, stored: int) -> None:
        super().__init__(location, stored)
        self.location, self.stored = location, stored

    def __str__(self) -> str:
        return f"no object at {self.location!r}; the store holds {self.stored} object(s), whose locations it does not reveal"


@dataclass(frozen=True)
class Fetch:
    """One attempt to read: by whom, where, and whether something was there."""

    reader: str
    location: str
    found: bool


class ObjectStore:
    """Bytes by location. Whoever knows a location may read it: the paper protects the location, not the store (L613-617)."""

    def __init__(self, rng: np.random.Generator) -> None:
        """rng: source of the locations; the same generator and calls give the same locations."""
        self._rng = rng
        self._objects: dict[str, bytes] = {}
        self._fetches: list[Fetch] = []

    def put(self, payload: bytes) -> str:
        """Store a payload and return its new location: `object://` and 32 hexadecimal digits, drawn by chance and not from the content."""
        location = self._draw_location()
        # A clash of 128-bit draws is never seen by chance, only with a faulty generator; a second object must not replace a first.
        while location in self._objects:
            location = self._draw_location()
        self._objects[location] = bytes(payload)
        return location

    def get(self, location: str, reader: str) -> bytes:
        """The payload at a location. reader: name of the party, for the record. Raises ObjectMissing; a failed attempt is on record too."""
        found = location in self._objects
        self._fetches.append(Fetch(reader, location, found))
        if not found:
            raise ObjectMissing(location, len(self._objects))
        return self._objects[location]

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """Every attempt to read, in order."""
        return tuple(self._fetches)

    def __len__(self) -> int:
        return len(self._objects)

    def _draw_location(self) -> str:
        return LOCATION_PREFIX + self._rng.bytes(LOCATION_BYTES).hex()
