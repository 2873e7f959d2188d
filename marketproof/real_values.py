"""Real values for the text's pre-images: one party's nonces, shares and places, and hashes of the rows and models that it has.

The text names data by labels (`Content(subset)`); a party keeps the bytes that it holds under each label, and hashes those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger_runtime.digests import Oracle
from ledger_runtime.errors import AmbiguousDigest
from ledger_runtime.offchain import merkle
from ledger_runtime.offchain.commitment import domain_hash, literal_hash
from marketproof.channels import decode_delivery
from spec.kinds import Kind, Sort, Term
from spec.paper.assets import SEALED_LOCATION, WEIGHTS

NONCE_BYTES = 16
SHARE_BYTES = 32
UNBOUND_PARTS = 2
"""Parts of a hash as the paper has it: what it covers, and a nonce."""

Use = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """Where a model lies, and the same sealed for its reader (hexadecimal)."""

    location: str
    sealed: str


class RealValues:
    """What one party makes and opens. use: for what a secret is drawn, such as a couple, an instance and a round."""

    def __init__(self, oracle: Oracle, owner: str, rng: np.random.Generator, use: Callable[[], Use]) -> None:
        self.oracle, self.owner, self.rng, self.use = oracle, owner, rng, use
        self.contents: dict[str, bytes] = {}
        self.models: dict[tuple[str, int], str] = {}
        self.encoded: dict[str, bytes] = {}
        self.places: dict[Use, Place] = {}
        self._secrets: dict[tuple[str, Use], str] = {}
        self._roots: dict[tuple[str, bytes], str] = {}
        self._known: dict[tuple[str, str], tuple[Any, ...]] = {}

    def make(self, kind: Kind, parts: tuple[Any, ...]) -> Any:
        """A value of the text as this party has it: None where it cannot."""
        if isinstance(kind, Sort):
            return self.image(kind, parts[0])
        assert isinstance(kind, Term)
        hashed: dict[str, Callable[..., str | None]] = {"weights": self.weights, "root": self.root, "data hash": self.data_hash}
        if kind.name in hashed:
            return self.noted(kind, hashed[kind.name](*parts), parts)
        if kind.name == "model hash" and len(parts) == UNBOUND_PARTS:
            return self.noted(kind, self.literal(*parts), parts)
        return self.oracle.make(kind, parts)

    def open(self, kind: Term, value: Any, position: int) -> Any:
        """A part of a pre-image that this party, or whoever told it, made."""
        if value is None:
            return None
        known = self._known.get((kind.name, value))
        return self.oracle.open(kind, value, position) if known is None else known[position]

    def noted(self, kind: Term, digest: str | None, parts: tuple[Any, ...]) -> str | None:
        """Remember a pre-image, for this party and, unless another has claimed the same, for whoever judges the run."""
        if digest is not None and (kind.name, digest) not in self._known:
            self._known[kind.name, digest] = parts
            # Two parties may hold different bytes under the same name: both hash what they hold.
            with suppress(AmbiguousDigest):
                self.oracle.register(kind, digest, parts)
        return digest

    def image(self, sort: Sort, origin: Any) -> Any:
        """The value that stands for an origin: drawn by its owner alone, for one use only."""
        if sort.name in ("Nonce", "Share"):
            return self.secret(sort.name) if origin == self.owner else None
        if sort.name == "Location":
            place = self.places.get(self.use())
            return None if place is None else place.location
        return None if origin is None else sort.image(origin)

    def secret(self, name: str) -> str:
        """A nonce for one use, or a share for a couple."""
        use, size = (self.use(), NONCE_BYTES) if name == "Nonce" else (self.use()[:1], SHARE_BYTES)
        if (name, use) not in self._secrets:
            self._secrets[name, use] = self.rng.bytes(size).hex()
        return self._secrets[name, use]

    # What is hashed.

    def keep_model(self, label: str, round: int, encoded: bytes, truly: str = "") -> str:
        """Take these bytes for the model of a label and a round; its digest.  truly: the label that it deserves, where that is another."""
        digest = hashlib.sha3_256(encoded).hexdigest()
        self.models[label, round], self.encoded[digest] = digest, encoded
        self.noted(WEIGHTS, digest, (truly or label, round))
        self._known[WEIGHTS.name, digest] = (label, round)
        return digest

    def keep_place(self, location: str, sealed: str, reader: str) -> None:
        self.places[self.use()] = Place(location, sealed)
        self.noted(SEALED_LOCATION, sealed, (location, reader))

    def weights(self, label: str, round: int) -> str | None:
        return self.models.get((label, round))

    def root(self, subset: str, label: str) -> str | None:
        """The Merkle root of what this party holds under a label."""
        payload = self.contents.get(label)
        if payload is None:
            return None
        if (subset, payload) not in self._roots:
            rows, salts = decode_delivery(payload)
            self._roots[subset, payload] = merkle.root(subset, salts, rows.canonical_rows())
        return self._roots[subset, payload]

    def data_hash(self, label: str, nonce: str | None, *bound: str) -> str | None:
        """The paper's hash with a nonce appended (L519-521), or one that names whose answer to which challenge it is."""
        payload = self.contents.get(label)
        if payload is None or nonce is None:
            return None
        if not bound:
            return hash_with_nonce(payload, nonce)
        return domain_hash("hold", *(part.encode() for part in bound), nonce.encode(), payload)

    def literal(self, weights: str | None, nonce: str | None) -> str | None:
        if weights not in self.encoded or nonce is None:
            return None
        return hash_with_nonce(self.encoded[weights], nonce)


def hash_with_nonce(payload: bytes, nonce: str) -> str:
    """SHA3-256 of the bytes with the nonce appended (L519-521). nonce: hexadecimal digits; other text counts as its UTF-8 bytes."""
    try:
        appended = bytes.fromhex(nonce)
    except ValueError:
        appended = nonce.encode()
    return literal_hash(payload, appended)
