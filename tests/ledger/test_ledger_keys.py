"""Keys, values and the store: injective, ordered, canonical, and decodable only if they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger_runtime.errors import LedgerError, OversizedValue, UndecodableKey, UndecodableValue, UnknownTable, WrongKind
from ledger_runtime.keys import decode_key, encode_key
from ledger_runtime.store import Store, Version
from ledger_runtime.values import LARGEST_INTEGER, LARGEST_VALUE_BYTES, RowCodec, canonical

TEXTS = some.one_of(some.text(alphabet=some.sampled_from("s2:ab~/\x00é\U0001f600"), max_size=4), some.text(max_size=6))
PARTS = some.one_of(TEXTS, some.integers(), some.booleans(), some.none())
ROWS = some.tuples(TEXTS, some.lists(PARTS, max_size=3).map(tuple))
DIGEST = "ab" * 32


def typed(row):
    """A row that compares 1, True and '1' as different."""
    table, parts = row
    return table, [(type(part).__name__, part) for part in parts]


@given(ROWS, ROWS)
def test_two_rows_have_one_key_only_if_they_are_one(first, second):
    assert (encode_key(*first) == encode_key(*second)) == (typed(first) == typed(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("T", ("a", "b")), ("T", ("ab", ""))),
        (("T", ("", "ab")), ("T", ("ab",))),
        (("T", (1,)), ("T", ("1",))),
        (("T", (1,)), ("T", (True,))),
        (("T", (None,)), ("T", ("",))),
        (("T", ("s1:a",)), ("T", ("s1", "a"))),
        (("Ta", ()), ("T", ("a",))),
        (("T", ("é",)), ("T", ("e\u0301",))),
    ],
)
def test_lookalikes_have_different_keys(first, second):
    assert encode_key(*first) != encode_key(*second)


@given(ROWS)
def test_a_key_decodes_to_its_row(row):
    assert typed(decode_key(encode_key(*row))) == typed(row)


@given(
    some.one_of(
        some.text(max_size=12), some.tuples(ROWS, some.integers(0, 30), TEXTS).map(lambda t: _spliced(encode_key(*t[0]), t[1], t[2]))
    )
)
def test_a_text_decodes_only_if_it_is_what_the_coding_writes(text):
    try:
        row = decode_key(text)
    except UndecodableKey:
        return
    assert encode_key(*row) == text


def _spliced(key, place, text):
    return key[:place] + text + key[place + 1 :]


@pytest.mark.parametrize(
    "text", ["", "x", "s2:T", "s1:Tq", "s1:Ti2:01", "s1:Ti3:1_0", "s1:Tb1:2", "s1:Tn1:x", "s01:T", "i1:1", "s1:Ts9:a", "s1:T\ud800"]
)
def test_no_other_text_is_a_key(text):
    with pytest.raises(UndecodableKey, match=r"is no ledger key"):
        decode_key(text)


@pytest.mark.parametrize("part", [1.0, b"a", ("a",), "\ud800"])
def test_a_value_without_a_place_in_a_key_is_refused(part):
    with pytest.raises(UndecodableKey):
        encode_key("T", (part,))


@given(some.lists(ROWS, max_size=12, unique_by=lambda row: repr(typed(row))), ROWS)
def test_rows_under_a_prefix_stand_together_and_are_the_range(rows, prefix):
    store = Store()
    for place, row in enumerate(rows):
        store.put(encode_key(*row), b"", Version(1, place), "id")
    begins = [row for row in rows if typed((row[0], row[1][: len(prefix[1])])) == typed(prefix)]
    found = store.range(encode_key(*prefix))
    assert [key for key, _ in found] == sorted((encode_key(*row) for row in begins), key=str.encode)
    assert all(store.version(key) == version for key, version in found)


def test_the_digest_of_a_state_depends_on_keys_and_values_only():
    def filled(*writes):
        store = Store()
        for place, (key, value) in enumerate(writes):
            store.put(key, value, Version(1, place), "id")
        return store.digest()

    assert filled(("a", b"1"), ("b", b"2")) == filled(("b", b"0"), ("a", b"1"), ("b", b"2"))
    assert (
        len({filled(), filled(("a", b"1")), filled(("a", b"2")), filled(("a1", b"")), filled(("", b"a1")), filled(("a", b""), ("b", b""))})
        == 6
    )


def test_a_value_is_canonical_json_of_the_cells_by_name(paper):
    codec = RowCodec(paper)
    value = codec.value("CI", ("co-1", "dss-1", "FREE", None, None, 0))
    assert value == b'{"co":"co-1","dss":"dss-1","hash":null,"nonce":null,"rounds":0,"status":"FREE"}'
    assert codec.value("CO", ("é", "", 0, ""))[:11] == b'{"instances' and "é".encode() in codec.value("CO", ("é", "", 0, ""))
    assert codec.checked(encode_key("CI", ("ci-1",)), value) == (("CI", ("ci-1",)), ("co-1", "dss-1", "FREE", None, None, 0))


GOOD = {"co": "co-1", "dss": "dss-1", "hash": DIGEST, "nonce": "n", "rounds": 0, "status": "FREE"}


@pytest.mark.parametrize(
    "value",
    [
        b"", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}", b"9" * 5000,
        canonical({**GOOD, "more": 1}), canonical({k: v for k, v in GOOD.items() if k != "co"}),
        canonical({**GOOD, "status": "BROKEN"}), canonical({**GOOD, "rounds": "0"}), canonical({**GOOD, "rounds": True}),
        canonical({**GOOD, "rounds": 1.0}), canonical({**GOOD, "rounds": LARGEST_INTEGER + 1}), canonical({**GOOD, "rounds": None}),
        canonical({**GOOD, "hash": DIGEST.upper()}), canonical({**GOOD, "hash": ["a"]}), canonical({**GOOD, "co": {}}),
        canonical(GOOD).replace(b":0", b": 0"), canonical(GOOD).replace(b'"n"', b'"\\u006e"'), canonical(GOOD)[:-1] + b',"co":"co-1"}',
        canonical({**GOOD, "nonce": "x" * LARGEST_VALUE_BYTES}), canonical(GOOD).replace(b'"n"', b'"\\ud800"'),
    ],
)  # fmt: skip
def test_bytes_that_are_no_canonical_row_are_refused(paper, value):
    codec = RowCodec(paper)
    key = encode_key("CI", ("ci-1",))
    assert codec.checked(key, canonical(GOOD))[0] == ("CI", ("ci-1",))
    with pytest.raises(UndecodableValue, match=r"row of CI"):
        codec.checked(key, value)


@pytest.mark.parametrize(
    "row", [("Nowhere", ("a",)), ("CI", ()), ("CI", ("a", "b")), ("CI", (1,)), ("Sent", ("do-1", "ci-1")), ("DS.dssidlist", ("ds-1", "0"))]
)
def test_keys_that_the_schema_does_not_have_are_refused(paper, row):
    with pytest.raises(UndecodableKey):
        RowCodec(paper).checked(encode_key(*row), canonical(GOOD))


@pytest.mark.parametrize("paid", [0, 1, None, "true"])
def test_a_boolean_is_true_or_false(paper, paid):
    codec = RowCodec(paper)
    cells = {name: kind.default for name, kind in paper.schema.tables["TC"].cells.items()}
    key = encode_key("TC", ("tc-1",))
    assert codec.checked(key, canonical({**cells, "paid": True}))[1][list(cells).index("paid")] is True
    with pytest.raises(UndecodableValue, match=r"TC.paid is .*; a Boolean is True or False"):
        codec.checked(key, canonical({**cells, "paid": paid}))


def test_a_table_off_the_ledger_has_no_key(paper):
    with pytest.raises(UnknownTable, match=r"'Sent' is kept off the ledger; choices: .*\bTJ\b"):
        RowCodec(paper).key("Sent", ("do-1", "ci-1"))


def test_a_list_is_neither_negative_nor_endless(paper):
    codec = RowCodec(paper)
    for length in (-1, 10**9):
        with pytest.raises(WrongKind, match=rf"TC.jobs_length is {length}; a list has 0 to"):
            codec.value("TC", tuple({**codec.named("TC", {}), "jobs_length": length}.values()))
    assert codec.named("TC", {"rem": -1})["rem"] == -1 and codec.value("TC", tuple(codec.named("TC", {"rem": -1}).values()))


def test_a_row_over_a_mebibyte_is_refused(paper):
    codec = RowCodec(paper)
    half = "x" * (LARGEST_VALUE_BYTES // 2)
    with pytest.raises(OversizedValue, match=r"a row of Mod has \d+ bytes, at most 1048576"):
        codec.value("Mod", ("mo-1", half, half, half, None))
    with pytest.raises(LedgerError, match=r"Mod has no cell colour; choices: hash, owner"):
        codec.named("Mod", {"colour": 1})


@given(some.lists(some.one_of(some.none(), some.integers(-LARGEST_INTEGER, LARGEST_INTEGER), TEXTS), min_size=7, max_size=7))
def test_rows_are_written_as_json_writes_them(auctions, drawn):
    """The quick way of writing a row gives the bytes of the general one."""
    codec = RowCodec(auctions)
    cells = {"bids": 1, "sum": -3, "open": 0, "last": drawn[0] if isinstance(drawn[0], str) else None, "empty": bool(drawn[1])}
    assert codec.value("Lot", tuple(cells.values())) == canonical(cells)
