"""Hashing as a random oracle, between the model's pre-images and the digests on the ledger."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger_runtime.digests import Oracle, from_ledger, to_ledger
from ledger_runtime.errors import AmbiguousDigest
from ledger_runtime.offchain.commitment import literal_hash
from spec.kinds import INTEGER, Sort, Term
from spec.paper.assets import DATA_HASH, MODEL_HASH, WEIGHTS

LEAVES = some.one_of(some.none(), some.text(alphabet="ab:1s", max_size=3), some.integers(0, 12))
PAIRS = some.tuples(LEAVES, LEAVES)


@given(some.lists(some.tuples(some.sampled_from([DATA_HASH, WEIGHTS]), PAIRS), max_size=8))
def test_equal_digests_are_equal_kinds_and_parts(made):
    oracle = Oracle()
    digests = [oracle.make(kind, parts) for kind, parts in made]
    for (first, one), (second, other) in itertools.combinations(zip(made, digests, strict=True), 2):
        assert (one == other and one is not None) == (first == second and first[1] != (None, None))
    for (kind, parts), digest in zip(made, digests, strict=True):
        assert (digest is None) == (parts == (None, None))
        assert tuple(oracle.open(kind, digest, place) for place in (0, 1)) == parts


def test_two_oracles_agree_and_neither_knows_what_the_other_hashed():
    one, other = Oracle(), Oracle()
    digest = one.make(DATA_HASH, ("content", "nonce"))
    assert other.open(DATA_HASH, digest, 0) is None and other.make(DATA_HASH, ("content", "nonce")) == digest
    assert one.open(WEIGHTS, digest, 0) is None and one.open(DATA_HASH, None, 0) is None


def test_the_digest_is_the_documented_bytes():
    written = "s18:marketproof/term/1s7:weightss1:ai2:12"
    assert Oracle().make(WEIGHTS, ("a", 12)) == hashlib.sha3_256(written.encode()).hexdigest()


def test_a_digest_made_elsewhere_stands_for_its_parts_everywhere():
    oracle = Oracle()
    elsewhere = literal_hash(b"rows", b"nonce")
    oracle.register(DATA_HASH, elsewhere, ("Content(dss-1)", "Nonce(co-1)"))
    oracle.register(DATA_HASH, elsewhere, ("Content(dss-1)", "Nonce(co-1)"))
    assert oracle.make(DATA_HASH, ("Content(dss-1)", "Nonce(co-1)")) == elsewhere
    assert oracle.open(DATA_HASH, elsewhere, 1) == "Nonce(co-1)"


def test_a_collision_is_told_and_changes_nothing():
    oracle = Oracle()
    collision = literal_hash(b"ab", b"c")
    assert collision == literal_hash(b"a", b"bc")
    oracle.register(DATA_HASH, collision, ("ab", "c"))
    with pytest.raises(AmbiguousDigest, match=r"is the digest of \('ab', 'c'\) already, it cannot be that of \('a', 'bc'\)"):
        oracle.register(DATA_HASH, collision, ("a", "bc"))
    with pytest.raises(AmbiguousDigest, match=rf"has the digest {collision}, not 00"):
        oracle.register(DATA_HASH, "00" * 32, ("ab", "c"))
    assert oracle.open(DATA_HASH, collision, 0) == "ab" and oracle.make(DATA_HASH, ("a", "bc")) != collision


@given(some.tuples(PAIRS, LEAVES))
def test_pre_images_become_digests_and_come_back(value):
    oracle = Oracle()
    digest = to_ledger(MODEL_HASH, value, oracle)
    weights, nonce = value
    inner = oracle.make(WEIGHTS, weights)
    assert digest == oracle.make(MODEL_HASH, (inner, nonce))
    assert to_ledger(MODEL_HASH, digest, oracle) == digest
    expected = None if digest is None else (None if inner is None else weights, nonce)
    assert from_ledger(MODEL_HASH, digest, oracle) == expected


def test_other_kinds_stay_as_they_are_and_unknown_digests_stay_closed():
    oracle = Oracle()
    assert to_ledger(INTEGER, 3, oracle) == 3 and to_ledger(Sort("CI"), "ci-1", oracle) == "ci-1"
    assert from_ledger(DATA_HASH, "00" * 32, oracle) == "00" * 32
    unnamed = Term("one part", (("only", INTEGER),))
    assert from_ledger(unnamed, to_ledger(unnamed, (4,), oracle), oracle) == (4,)
