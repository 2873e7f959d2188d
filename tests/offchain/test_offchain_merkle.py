"""The Merkle root of salted rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger_runtime.offchain.commitment import domain_hash
from ledger_runtime.offchain.merkle import SALT_BYTES, MalformedTree, leaf, root

SALTS = some.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
ROWS = some.lists(some.tuples(SALTS, some.binary(max_size=6)), min_size=1, max_size=9)


def root_of(subset, salted):
    return root(subset, [salt for salt, _ in salted], [row for _, row in salted])


@given(ROWS, some.data())
def test_any_changed_row_salt_place_or_subset_changes_the_root(salted, data):
    place = data.draw(some.integers(0, len(salted) - 1))
    other = data.draw(some.tuples(SALTS, some.binary(max_size=6)).filter(lambda pair: pair != salted[place]))
    changed = [*salted[:place], other, *salted[place + 1 :]]
    assert len({root_of("s", salted), root_of("s", changed), root_of("t", salted), root_of("s", [*salted, other])}) == 4
    assert (root_of("s", salted[::-1]) == root_of("s", salted)) == (salted == salted[::-1])


def test_the_root_is_the_documented_hashes():
    salts, rows = [bytes([number]) * SALT_BYTES for number in range(3)], [b"a", b"b", b"c"]
    leaves = [domain_hash("row", b"s", number.to_bytes(8, "big"), salts[number], rows[number]) for number in range(3)]
    assert [leaf("s", number, salts[number], rows[number]) for number in range(3)] == leaves
    first = domain_hash("node", bytes.fromhex(leaves[0]), bytes.fromhex(leaves[1]))
    whole = domain_hash("node", bytes.fromhex(first), bytes.fromhex(leaves[2]))
    assert root("s", salts, rows) == domain_hash("root", b"s", (3).to_bytes(8, "big"), bytes.fromhex(whole))


def test_rows_without_a_salt_each_make_no_tree():
    with pytest.raises(MalformedTree, match=r"number of salts is 1, expected 2, one per row"):
        root("s", [bytes(SALT_BYTES)], [b"a", b"b"])
    with pytest.raises(MalformedTree, match="number of salts is 0"):
        root("s", [], [])
    with pytest.raises(MalformedTree, match=r"lengths of the salts is \[3\]"):
        root("s", [b"abc"], [b"a"])
