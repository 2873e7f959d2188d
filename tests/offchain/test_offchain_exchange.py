"""Commitments, the object store, and sealed locations."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as some

from ledger_runtime.offchain.commitment import domain_hash, literal_hash
from ledger_runtime.offchain.object_store import Fetch, ObjectMissing, ObjectStore
from ledger_runtime.offchain.sealed import BadKey, SealBroken, key_pair, open_sealed, seal

KEYS = key_pair(bytes(range(32)))
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def generator(seed=1):
    return np.random.default_rng(seed)


# Commitments


@given(some.binary(), some.binary())
def test_the_literal_hash_is_sha3_of_payload_then_nonce(payload, nonce):
    assert literal_hash(payload, nonce) == hashlib.new("sha3-256", payload + nonce).hexdigest()


def test_the_literal_hash_keeps_its_flaw_and_the_domain_hash_does_not():
    assert literal_hash(b"model1", b"23") == literal_hash(b"model", b"123")
    assert domain_hash("model", b"model1", b"23") != domain_hash("model", b"model", b"123")


@given(some.lists(some.tuples(some.sampled_from(["a", "ab", ""]), some.lists(some.binary(max_size=3), max_size=3)), min_size=2, max_size=2))
def test_two_calls_of_the_domain_hash_are_equal_only_for_equal_fields(calls):
    (tag, parts), (other_tag, other_parts) = calls
    assert (domain_hash(tag, *parts) == domain_hash(other_tag, *other_parts)) == (calls[0] == calls[1])


def test_the_domain_hash_is_the_documented_bytes():
    fields = [b"marketproof/commitment/1", b"tag", b"one", b""]
    assert domain_hash("tag", b"one", b"") == hashlib.sha3_256(b"".join(len(f).to_bytes(8, "big") + f for f in fields)).hexdigest()


# Object store


def test_an_object_comes_back_and_every_attempt_is_on_record():
    store = ObjectStore(generator())
    location = store.put(b"model")
    assert store.get(location, "MO") == b"model" and len(store) == 1
    with pytest.raises(ObjectMissing, match="no object at 'object://nowhere'; the store holds 1 object") as missing:
        store.get("object://nowhere", "CO2")
    assert location not in str(missing.value)
    assert store.fetches == (Fetch("MO", location, True), Fetch("CO2", "object://nowhere", False))


def test_locations_come_from_the_generator_and_not_from_the_content():
    stores = [ObjectStore(generator(seed)) for seed in (1, 1, 2)]
    same, other_content, other_seed = stores[0].put(b"a"), stores[1].put(b"b"), stores[2].put(b"a")
    assert same == other_content != other_seed
    assert stores[0].put(b"a") != same


def test_a_faulty_generator_cannot_replace_an_object():
    draws = iter([b"x" * 16, b"x" * 16, b"y" * 16])

    class Repeating(np.random.Generator):
        def bytes(self, length):
            return next(draws)

    store = ObjectStore(Repeating(np.random.PCG64(0)))
    first, second = store.put(b"first"), store.put(b"second")
    assert (store.get(first, "MO"), store.get(second, "MO")) == (b"first", b"second")


# Sealed texts


@given(some.binary(max_size=200), some.binary(max_size=40), some.integers(0, 2**32))
def test_what_is_sealed_opens_and_agrees_with_the_library(plaintext, context, seed):
    replayable, random = seal(KEYS.public_key, plaintext, context, generator(seed)), seal(KEYS.public_key, plaintext, context)
    assert open_sealed(KEYS.private_key, replayable, context) == open_sealed(KEYS.private_key, random, context) == plaintext
    assert len(replayable) == len(random) == 32 + len(plaintext) + 16
    assert SUITE.decrypt(replayable, X25519PrivateKey.from_private_bytes(KEYS.private_key), context) == plaintext
    by_library = SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(KEYS.public_key), context)
    assert open_sealed(KEYS.private_key, by_library, context) == plaintext


@given(some.data())
def test_any_altered_bit_is_detected(data):
    sealed = bytearray(seal(KEYS.public_key, b"object://somewhere", b"TC1/TJ2/round3", generator()))
    position = data.draw(some.integers(0, 8 * len(sealed) - 1))
    # X25519 ignores the top bit of the ephemeral key, but HPKE hashes the key as it was sent.
    sealed[position // 8] ^= 1 << position % 8
    with pytest.raises(SealBroken):
        open_sealed(KEYS.private_key, bytes(sealed), b"TC1/TJ2/round3")


def test_another_context_key_or_length_does_not_open():
    sealed = seal(KEYS.public_key, b"location", b"round 1", generator())
    with pytest.raises(SealBroken, match=r"56 sealed bytes do not open.*b'round 2'"):
        open_sealed(KEYS.private_key, sealed, b"round 2")
    with pytest.raises(SealBroken):
        open_sealed(key_pair(b"k" * 32).private_key, sealed, b"round 1")
    for cut in (sealed[:-1], sealed[:47], b""):
        with pytest.raises(SealBroken):
            open_sealed(KEYS.private_key, cut, b"round 1")


def test_a_generator_replays_a_seal_and_a_rewound_one_never_uses_a_key_twice():
    first, again = (seal(KEYS.public_key, b"one", b"context", generator()) for _ in range(2))
    assert first == again
    others = [
        seal(KEYS.public_key, b"two", b"context", generator()),
        seal(KEYS.public_key, b"one", b"another", generator()),
        seal(key_pair(b"k" * 32).public_key, b"one", b"context", generator()),
        seal(KEYS.public_key, b"one", b"context", generator(2)),
        seal(KEYS.public_key, b"one", b"context"),
    ]
    assert len({sealed[:32] for sealed in [first, *others]}) == 6


def test_keys_come_from_their_seed_and_the_private_half_is_not_displayed():
    assert key_pair(bytes(range(32))) == KEYS != key_pair(bytes(32))
    assert repr(KEYS.private_key) not in repr(KEYS) and repr(KEYS.public_key) in repr(KEYS)


@pytest.mark.parametrize("rng", [None, generator()])
def test_a_bad_key_is_refused_by_name(rng):
    with pytest.raises(BadKey, match="public key of 31 bytes: expected 32 bytes"):
        seal(bytes(31), b"text", b"", rng)
    with pytest.raises(BadKey, match="private key of 33 bytes: expected 32 bytes"):
        open_sealed(bytes(33), bytes(64), b"")
    with pytest.raises(BadKey, match="low order"):
        seal(bytes(32), b"text", b"", rng)
