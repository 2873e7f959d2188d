"""A digest of a whole state that each write changes in constant time: LtHash, a homomorphic sum (Bellare and Micciancio 1997).

Each key with its value becomes 1,024 lanes of 16 bits (SHAKE-128); the sum of all, lane by lane, is the state's.  Equal states have
equal sums, however they were reached; states with one sum are as hard to find as short vectors of a lattice.
"""

from __future__ import annotations

import hashlib

import numpy as np

LANES = 1024
WIDTH_BYTES = 2 * LANES


class Accumulator:
    """The sum of a state's entries, and its digest."""

    def __init__(self, state: bytes = bytes(WIDTH_BYTES)) -> None:
        self._sum = np.frombuffer(state, dtype="<u2").copy()
        self._added: list[bytes] = []
        self._removed: list[bytes] = []

    def add(self, key: bytes, value: bytes) -> None:
        self._added.append(_lanes(key, value))

    def remove(self, key: bytes, value: bytes) -> None:
        self._removed.append(_lanes(key, value))

    def state(self) -> bytes:
        """The sum, WIDTH_BYTES long."""
        for lanes, sign in ((self._added, 1), (self._removed, -1)):
            if lanes:
                total = np.frombuffer(b"".join(lanes), dtype="<u2").reshape(-1, LANES).sum(axis=0, dtype=np.uint16)
                self._sum = self._sum + total if sign == 1 else self._sum - total
                lanes.clear()
        return self._sum.astype("<u2").tobytes()

    def digest(self) -> str:
        """SHA3-256 of the sum, in hexadecimal digits."""
        return hashlib.sha3_256(self.state()).hexdigest()


def _lanes(key: bytes, value: bytes) -> bytes:
    return hashlib.shake_128(len(key).to_bytes(8, "big") + key + value).digest(WIDTH_BYTES)
