"""A Merkle root over the rows of a subset, each with a salt: what a data owner advertises, and its cloud owners check.

Every hash is `commitment.domain_hash`: SHA3-256 over a domain, a tag and length-prefixed parts, so that no leaf is ever an inner node, and
no row stands for another subset or another place. A salt hides its row from whoever guesses rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from .commitment import LENGTH_BYTES, domain_hash

SALT_BYTES = 16


class MalformedTree(ValueError):
    """Rows and salts that make no tree. Shows what was found and what was expected."""

    def __init__(self, what: str, found: object, expected: object) -> None:
        super().__init__(f"{what} is {found!r}, expected {expected}")
        self.what, self.found, self.expected = what, found, expected


def leaf(subset: str, index: int, salt: bytes, row: bytes) -> str:
    """H("row", subset, index, salt, row), as 64 hexadecimal digits. index: of the row in the canonical order."""
    return domain_hash("row", subset.encode(), index.to_bytes(LENGTH_BYTES, "big"), salt, row)


def root(subset: str, salts: Sequence[bytes], rows: Sequence[bytes]) -> str:
    """The root of all rows, as 64 hexadecimal digits; the number of rows is bound too. salts: `SALT_BYTES` each, one for each row.

    Raises MalformedTree without rows, or unless every row has a salt.
    """
    if not rows or len(salts) != len(rows):
        raise MalformedTree("number of salts", len(salts), f"{len(rows)}, one per row, and at least one row")
    if any(len(salt) != SALT_BYTES for salt in salts):
        raise MalformedTree("lengths of the salts", sorted({len(salt) for salt in salts}), f"{SALT_BYTES} bytes each")
    level = [leaf(subset, index, salt, row) for index, (salt, row) in enumerate(zip(salts, rows, strict=True))]
    while len(level) > 1:
        pairs = [domain_hash("node", *map(bytes.fromhex, level[place : place + 2])) for place in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    return domain_hash("root", subset.encode(), len(rows).to_bytes(LENGTH_BYTES, "big"), bytes.fromhex(level[0]))
