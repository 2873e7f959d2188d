"""SHA-256 that goes on from a digest: what a hash of the Merkle-Damgard kind lets whoever knows the digest and a length do (FIPS 180-4).

The standard library hides the state between blocks, and no maintained package gives it; this is the compression function alone, and
tests compare it with `hashlib`.
"""

from __future__ import annotations

import math
import struct
from itertools import count

BLOCK_BYTES = 64
MASK = 0xFFFFFFFF
ROUNDS = 64


def primes(how_many: int) -> list[int]:
    found: list[int] = []
    for number in count(2):
        if all(number % prime for prime in found):
            found.append(number)
        if len(found) == how_many:
            return found
    raise AssertionError("there is always another prime")


def root_bits(number: int, degree: int) -> int:
    """The first 32 bits of the fraction of a square or cube root, by whole numbers."""
    scaled = number << (32 * degree)
    root = math.isqrt(scaled) if degree == 2 else round(scaled ** (1 / 3))
    while root**degree > scaled:
        root -= 1
    while (root + 1) ** degree <= scaled:
        root += 1
    return root & MASK


CONSTANTS = [root_bits(prime, 3) for prime in primes(ROUNDS)]


def turned(word: int, bits: int) -> int:
    return ((word >> bits) | (word << (32 - bits))) & MASK


def compressed(state: list[int], block: bytes) -> list[int]:
    """The state after one block of 64 bytes."""
    words = list(struct.unpack(">16I", block))
    for t in range(16, ROUNDS):
        low, high = words[t - 15], words[t - 2]
        mixed = (turned(low, 7) ^ turned(low, 18) ^ (low >> 3)) + (turned(high, 17) ^ turned(high, 19) ^ (high >> 10))
        words.append((words[t - 16] + words[t - 7] + mixed) & MASK)
    a, b, c, d, e, f, g, h = state
    for t in range(ROUNDS):
        one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + CONSTANTS[t] + words[t]
        two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
        a, b, c, d, e, f, g, h = (one + two) & MASK, a, b, c, (d + one) & MASK, e, f, g
    return [(old + new) & MASK for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def padding(length_bytes: int) -> bytes:
    """What SHA-256 puts behind a text of so many bytes."""
    zeros = (BLOCK_BYTES - 9 - length_bytes) % BLOCK_BYTES
    return b"\x80" + bytes(zeros) + (8 * length_bytes).to_bytes(8, "big")


def extended(digest: bytes, length_bytes: int, suffix: bytes) -> bytes:
    """SHA-256 of a text, its padding and a suffix; of the text only its digest and its length are needed."""
    state = list(struct.unpack(">8I", digest))
    hashed = length_bytes + len(padding(length_bytes))
    rest = suffix + padding(hashed + len(suffix))
    for place in range(0, len(rest), BLOCK_BYTES):
        state = compressed(state, rest[place : place + BLOCK_BYTES])
    return struct.pack(">8I", *state)
