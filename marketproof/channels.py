"""What parties exchange beside the ledger: authenticated letters, and the bytes of rows and training files."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ledger_runtime.offchain.dataset import ROWS_MAGIC, Dataset
from ledger_runtime.offchain.merkle import SALT_BYTES
from ledger_runtime.offchain.training import Recipe

PROGRAM = "marketproof/softmax/1"
"""The training program that every cloud owner has: `ledger_runtime.offchain.training.train`."""


class Unreadable(ValueError):
    """Bytes or a letter that do not say what they should. Shows what was found and what was expected."""

    def __init__(self, what: str, found: object, expected: object) -> None:
        super().__init__(f"{what} is {found!r}, expected {expected}")
        self.what, self.found, self.expected = what, found, expected


@dataclass(frozen=True)
class Letter:
    """sender, recipient: identifiers of members. subject: what it is about. concerns: identifier of an asset, or empty."""

    sender: str
    recipient: str
    subject: str
    concerns: str = ""
    payload: bytes = b""


class Post:
    """The secure channel (L170): nobody reads another's letters, and nobody writes in another's name. What was sent stays on record."""

    def __init__(self) -> None:
        self._boxes: dict[str, list[Letter]] = {}
        self._sent: list[Letter] = []

    def mailbox(self, owner: str) -> Mailbox:
        """The only way to write in the name of `owner`, or to read what is for it. Raises Unreadable when it was handed out before."""
        if owner in self._boxes:
            raise Unreadable("mailbox", owner, "an owner that has none yet")
        self._boxes[owner] = []
        return Mailbox(self, owner)

    def deliver(self, letter: Letter) -> None:
        """Put a letter into its recipient's box. Raises Unreadable for a recipient without one."""
        if letter.recipient not in self._boxes:
            raise Unreadable("recipient", letter.recipient, "a member with a mailbox")
        self._boxes[letter.recipient].append(letter)
        self._sent.append(letter)

    def collect(self, owner: str) -> tuple[Letter, ...]:
        """Empty the box of `owner`; for its mailbox only."""
        letters, self._boxes[owner] = tuple(self._boxes[owner]), []
        return letters

    @property
    def sent(self) -> tuple[Letter, ...]:
        """Every letter, in order: for whoever judges a run, not for a party."""
        return tuple(self._sent)


class Mailbox:
    """One member's end of the channel."""

    def __init__(self, post: Post, owner: str) -> None:
        self._post, self.owner = post, owner

    def send(self, recipient: str, subject: str, concerns: str = "", payload: bytes = b"") -> None:
        """Raises Unreadable for a recipient without a mailbox."""
        self._post.deliver(Letter(self.owner, recipient, subject, concerns, payload))

    def take(self) -> tuple[Letter, ...]:
        """The letters since the last time, in order."""
        return self._post.collect(self.owner)


@dataclass(frozen=True)
class TrainingFile:
    """What the MO uploads in O7 (L563-565, L610-615): program, method, and its public key (raw X25519, hexadecimal)."""

    program: str
    recipe: Recipe
    public_key: str

    def encode(self) -> bytes:
        """Canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> TrainingFile:
        """Raises Unreadable for bytes that are no training file, or name another program than `PROGRAM`."""
        try:
            fields = json.loads(encoded)
            found = cls(str(fields["program"]), Recipe(**fields["recipe"]), str(fields["public_key"]))
        except (ValueError, KeyError, TypeError) as cause:
            raise Unreadable("training file", encoded[:40], "program, recipe and public key in JSON") from cause
        if found.program != PROGRAM:
            raise Unreadable("program", found.program, PROGRAM)
        return found


def decode_rows(encoded: bytes) -> Dataset:
    """Rows from their canonical bytes (`Dataset.canonical_bytes`), in canonical order. Raises Unreadable, or MalformedDataset."""
    rows, rest = _rows_and_rest(encoded)
    if rest:
        expected = f"{len(encoded) - len(rest)} for {len(rows)} rows of {rows.features.shape[1]} features"
        raise Unreadable("length in bytes", len(encoded), expected)
    return rows


def encode_delivery(rows: Dataset, salts: Sequence[bytes]) -> bytes:
    """What a data owner sends for a subset: the rows in canonical order, and behind them the salt of each, where there are salts."""
    return rows.canonical_bytes() + b"".join(salts)


def decode_delivery(encoded: bytes) -> tuple[Dataset, list[bytes]]:
    """Rows and salts of a delivery. Raises Unreadable, or MalformedDataset."""
    rows, rest = _rows_and_rest(encoded)
    if len(rest) not in (0, SALT_BYTES * len(rows)):
        raise Unreadable("length of the salts in bytes", len(rest), f"none, or {SALT_BYTES * len(rows)} for {len(rows)} rows")
    return rows, [rest[place : place + SALT_BYTES] for place in range(0, len(rest), SALT_BYTES)]


def _rows_and_rest(encoded: bytes) -> tuple[Dataset, bytes]:
    start = len(ROWS_MAGIC) + struct.calcsize(">III")
    if not encoded.startswith(ROWS_MAGIC) or len(encoded) < start:
        raise Unreadable("start of the rows", encoded[: len(ROWS_MAGIC)], f"{ROWS_MAGIC!r} and a header")
    rows, features, classes = struct.unpack(">III", encoded[len(ROWS_MAGIC) : start])
    end = start + 8 * rows * (features + 1)
    if len(encoded) < end:
        raise Unreadable("length in bytes", len(encoded), f"{end} for {rows} rows of {features} features")
    table = np.frombuffer(encoded[start:end], dtype=">i8").astype(np.int64).reshape(rows, features + 1)
    return Dataset(table[:, 1:].copy(), table[:, 0].copy(), classes), encoded[end:]
