"""Sealing a model's location for one reader (L613-616, L641-643): HPKE in base mode, X25519 + HKDF-SHA256 + ChaCha20-Poly1305 (RFC 9180).

The paper says 'signed using the public key' where it must mean encrypted. Without a generator the ephemeral key comes from the operating
system, by way of `cryptography`'s own HPKE. With one it is derived, so that a run replays to the last byte; the bytes are the same format,
and `open_sealed` reads both.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from .commitment import domain_hash

KEY_BYTES = 32
NONCE_BYTES = 12

# Identifiers of RFC 9180, section 7: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, ChaCha20Poly1305 0x0003.
KEM_SUITE = b"KEM\x00\x20"
HPKE_SUITE = b"HPKE\x00\x20\x00\x01\x00\x03"
BASE_MODE = b"\x00"


class BadKey(ValueError):
    """A key or seed that X25519 cannot use. Shows its length, never its bytes."""

    def __init__(self, what: str, found_bytes: int, reason: str) -> None:
        super().__init__(f"{what} of {found_bytes} bytes: {reason}")
        self.what, self.found_bytes, self.reason = what, found_bytes, reason


class SealBroken(ValueError):
    """A sealed text that does not open: altered, cut short, for another key, or for another context. Which of these cannot be told."""

    def __init__(self, sealed_bytes: int, context: bytes) -> None:
        super().__init__(f"{sealed_bytes} sealed bytes do not open: altered, for another key, or for another context than {context!r}")
        self.sealed_bytes, self.context = sealed_bytes, context


@dataclass(frozen=True)
class KeyPair:
    """A raw X25519 key pair, 32 bytes each. The private half is not displayed."""

    public_key: bytes
    private_key: bytes = field(repr=False)


def key_pair(seed: bytes) -> KeyPair:
    """The key pair of a seed: 32 bytes, for instance `rng.bytes(32)`, taken as the private key itself. Raises BadKey for another length."""
    private = _private_key(seed)
    return KeyPair(private.public_key().public_bytes_raw(), private.private_bytes_raw())


def seal(public_key: bytes, plaintext: bytes, context: bytes, rng: np.random.Generator | None = None) -> bytes:
    """Encrypt for the owner of a public key.

    public_key: raw X25519, 32 bytes. context: bytes that the reader must name too, such as couple, job and round; not part of the result.
    rng: with a generator the result is replayable, which simulations need; without one the operating system gives the chance, which real
    use needs. Returns the ephemeral public key (32 bytes), the ciphertext and the tag (16 bytes). Raises BadKey.
    """
    recipient = _public_key(public_key)
    if rng is None:
        try:
            return _suite().encrypt(plaintext, recipient, context)
        except ValueError as cause:
            raise _low_order() from cause
    # Bound to all inputs: should a generator be rewound, a second text still gets a second key, and never the same key and nonce.
    seed = bytes.fromhex(domain_hash("sealed/ephemeral", rng.bytes(KEY_BYTES), public_key, context, plaintext))
    return _seal_with(X25519PrivateKey.from_private_bytes(seed), recipient, plaintext, context)


def open_sealed(private_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` made for this key in this context.

    Raises BadKey for a key that is not 32 bytes, SealBroken for anything that does not open.
    """
    private = _private_key(private_key)
    try:
        return _suite().decrypt(sealed, private, context)
    except (InvalidTag, ValueError) as cause:
        raise SealBroken(len(sealed), context) from cause


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _private_key(raw: bytes) -> X25519PrivateKey:
    if len(raw) != KEY_BYTES:
        raise BadKey("private key", len(raw), f"expected {KEY_BYTES} bytes")
    return X25519PrivateKey.from_private_bytes(raw)


def _public_key(raw: bytes) -> X25519PublicKey:
    if len(raw) != KEY_BYTES:
        raise BadKey("public key", len(raw), f"expected {KEY_BYTES} bytes")
    return X25519PublicKey.from_public_bytes(raw)


def _low_order() -> BadKey:
    return BadKey("public key", KEY_BYTES, "of low order, so that the agreed secret would be zero")


def _seal_with(ephemeral: X25519PrivateKey, recipient: X25519PublicKey, plaintext: bytes, context: bytes) -> bytes:
    """RFC 9180, sections 4.1 and 5.1, mode 'base', first message: the library offers no way to hand the ephemeral key in."""
    encapsulated = ephemeral.public_key().public_bytes_raw()
    try:
        agreed = ephemeral.exchange(recipient)
    except ValueError as cause:
        raise _low_order() from cause
    extracted = _labeled_extract(KEM_SUITE, b"", b"eae_prk", agreed)
    shared = _labeled_expand(KEM_SUITE, extracted, b"shared_secret", encapsulated + recipient.public_bytes_raw(), KEY_BYTES)
    no_shared_key = _labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
    schedule = BASE_MODE + no_shared_key + _labeled_extract(HPKE_SUITE, b"", b"info_hash", context)
    secret = _labeled_extract(HPKE_SUITE, shared, b"secret", b"")
    key = _labeled_expand(HPKE_SUITE, secret, b"key", schedule, KEY_BYTES)
    nonce = _labeled_expand(HPKE_SUITE, secret, b"base_nonce", schedule, NONCE_BYTES)
    return encapsulated + ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(hashlib.sha256().digest_size), b"HPKE-v1" + suite + label + material, "sha256")


def _labeled_expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length_bytes: int) -> bytes:
    """HKDF-Expand in one block, which is enough: no length here exceeds 32 bytes."""
    labeled = length_bytes.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labeled + b"\x01", "sha256")[:length_bytes]
