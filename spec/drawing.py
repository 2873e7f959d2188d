"""Chance that everybody can recompute: permutations drawn from values that stand on the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

DOMAIN = "marketproof/permutation/1"
WORD_BYTES = 8


def words(*seeds: Any) -> Iterator[int]:
    """Endless 64-bit numbers: SHA3-256 of the domain, the values and a counter."""
    counter = 0
    while True:
        block = hashlib.sha3_256(json.dumps([DOMAIN, *seeds, counter]).encode()).digest()
        for start in range(0, len(block), WORD_BYTES):
            yield int.from_bytes(block[start : start + WORD_BYTES], "big")
        counter += 1


@lru_cache(maxsize=4096, typed=True)
def permutation(size: int, *seeds: Any) -> tuple[int, ...]:
    """Fisher-Yates on 0..size-1; a word that would make an entry likelier than another is drawn again."""
    entries, source = list(range(size)), words(*seeds)
    for last in range(size - 1, 0, -1):
        fair = 2 ** (8 * WORD_BYTES) // (last + 1) * (last + 1)
        word = next(word for word in source if word < fair)
        other = word % (last + 1)
        entries[last], entries[other] = entries[other], entries[last]
    return tuple(entries)


Source = Callable[..., tuple[int, ...]]
_source: list[Source] = [permutation]


@contextmanager
def drawn_by(source: Source) -> Iterator[None]:
    """While this lasts permutations are what `source(size, *seeds)` gives, in every concrete meaning: such as each of them in turn."""
    _source.append(source)
    try:
        yield
    finally:
        _source.pop()


def entry(position: int, size: int, *seeds: Any) -> int:
    """The entry at a position of the permutation; a position outside it stays as it is."""
    return _source[-1](size, *seeds)[position] if 0 <= position < size else position


def position(entry: int, size: int, *seeds: Any) -> int:
    """The position of an entry in the permutation; an entry outside it stays as it is."""
    return _source[-1](size, *seeds).index(entry) if 0 <= entry < size else entry


# What each operation of the language on permutations gives.
DRAWN: dict[str, Callable[..., int]] = {"permuted": entry, "drawn_at": position}
