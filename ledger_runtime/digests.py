"""Hashing as a random oracle: digests stand on the ledger, pre-images are remembered by who made them."""

from __future__ import annotations

import hashlib
from typing import Any

from ledger_runtime.errors import AmbiguousDigest
from ledger_runtime.keys import encode_key
from spec.kinds import Kind, Term

DOMAIN = "marketproof/term/1"


class Oracle:
    """`make` and `open` of a `spec.concrete.View` over digests: 64 hexadecimal digits of SHA3-256.

    A part that is itself a term is the digest of that term.  The oracle knows every pre-image that was made through it or
    registered with it; nobody's knowledge is modelled here (that is the environment's business).
    """

    def __init__(self) -> None:
        self._digests: dict[tuple[str, str], str] = {}
        self._preimages: dict[tuple[str, str], tuple[Any, ...]] = {}

    def make(self, kind: Term, parts: tuple[Any, ...]) -> str | None:
        """The digest of the kind's name and the length-prefixed parts; nothing hashed is no hash."""
        identity = kind.name, encode_key(DOMAIN, (kind.name, *parts))
        found = self._digests.get(identity)
        if found is not None:
            return found
        if all(part is None for part in parts):
            return None
        digest = hashlib.sha3_256(identity[1].encode()).hexdigest()
        self._remember(kind, identity, digest, parts)
        return digest

    def open(self, kind: Term, digest: Any, position: int) -> Any:
        """A part of the pre-image; None when nobody made this digest here."""
        parts = self._preimages.get((kind.name, digest))
        return None if parts is None else parts[position]

    def register(self, kind: Term, digest: str, parts: tuple[Any, ...]) -> None:
        """Make a digest computed elsewhere (such as SHA3-256 of data and nonce) the digest of these parts.

        Raises AmbiguousDigest when the parts have another digest, or the digest other parts: a collision is for its finder to tell.
        """
        identity = kind.name, encode_key(DOMAIN, (kind.name, *parts))
        known = self._digests.get(identity, digest)
        if known != digest:
            raise AmbiguousDigest(f"{kind.name} of {parts!r} has the digest {known}, not {digest}")
        self._remember(kind, identity, digest, parts)

    def _remember(self, kind: Term, identity: tuple[str, str], digest: str, parts: tuple[Any, ...]) -> None:
        known = self._preimages.setdefault((kind.name, digest), parts)
        if encode_key("", known) != encode_key("", parts):
            raise AmbiguousDigest(f"{kind.name} {digest} is the digest of {known!r} already, it cannot be that of {parts!r}")
        self._digests[identity] = digest


def to_ledger(kind: Kind, value: Any, oracle: Oracle) -> Any:
    """The model's pre-images, tuples of parts, as digests; digests and other values as they are."""
    if not isinstance(kind, Term) or not isinstance(value, tuple):
        return value
    return oracle.make(kind, tuple(to_ledger(part, inner, oracle) for (_, part), inner in zip(kind.parts, value, strict=True)))


def from_ledger(kind: Kind, value: Any, oracle: Oracle) -> Any:
    """Digests as the model's tuples, as deep as the oracle can open them."""
    if not isinstance(kind, Term) or value is None:
        return value
    parts = [oracle.open(kind, value, position) for position in range(len(kind.parts))]
    if all(part is None for part in parts):
        return value
    return tuple(from_ledger(part, inner, oracle) for (_, part), inner in zip(kind.parts, parts, strict=True))
