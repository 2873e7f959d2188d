"""What an endorser computes: exact read and write sets, the same compiled and walked, and refusals that change nothing."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger_runtime import execution
from ledger_runtime.errors import ExecutionLimit, LedgerError, OversizedValue, UnknownTable, UnknownTransaction, WrongArguments, WrongKind
from ledger_runtime.keys import encode_key
from ledger_runtime.network import Network
from ledger_runtime.values import LARGEST_INTEGER, LARGEST_VALUE_BYTES
from model.scope import Scope, values_of
from spec.compiled import Compiled
from spec.errors import Refused

DIGEST = "ab" * 32


def keys(*rows):
    return {encode_key(table, tuple(parts)) for table, *parts in rows}


def shown(read_write_set):
    """A read and write set by row, values decoded."""
    written = {key: json.loads(value) for key, value in read_write_set.writes.items()}
    return set(read_write_set.reads), dict(read_write_set.ranges), written


def test_registering_reads_one_missing_row_and_writes_it(new_network):
    endorsed = new_network().propose("CreateDO", {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"})
    row = encode_key("DO", ("do-1",))
    assert dict(endorsed.read_write_set.reads) == {row: None} and not endorsed.read_write_set.ranges
    assert dict(endorsed.read_write_set.writes) == {row: b'{"datasets_length":0,"howMany":"h","name":"n","organization":"o"}'}
    assert endorsed.event is None


def test_joining_reads_the_role_and_the_instance_and_writes_the_whole_instance(market):
    network = market()
    before = network.row("CI", "ci-1")
    endorsed = network.propose("JoinCI", {"caller": before["co"], "instance": "ci-1", "hash": DIGEST, "nonce": "n"})
    reads, ranges, writes = shown(endorsed.read_write_set)
    assert reads == keys(("CO", before["co"]), ("CI", "ci-1")) and not ranges
    assert writes == {encode_key("CI", ("ci-1",)): {**before, "hash": DIGEST, "nonce": "n"}}
    assert endorsed.event == ("InstanceJoined", ("ci-1",))


def test_reads_carry_the_version_of_the_last_write(market):
    network = market()
    change, cells = network.history("TC", "tc-1")[-1]
    endorsed = network.propose("CompleteTC", {"caller": "mo-1", "couple": "tc-1"})
    assert endorsed.read_write_set.reads[encode_key("TC", ("tc-1",))] == (change.block, change.transaction)
    assert cells["status"] == "APPROVED" and change.transaction_id == network.blocks[change.block - 1].transactions[0].transaction_id


def test_a_round_reads_the_dataset_its_list_and_the_picked_subsets(market):
    network = market()
    reads, ranges, writes = shown(network.propose("StartRound", {"caller": "mo-1", "couple": "tc-1"}).read_write_set)
    subsets = [network.row("DS.dssidlist", "ds-1", position)["item"] for position in (0, 1)]
    assert reads >= keys(("MO", "mo-1"), ("TC", "tc-1"), ("DS", "ds-1"), ("DS.dssidlist", "ds-1", 1), ("DSS", subsets[1])) and not ranges
    assert not reads & keys(("DSS", subsets[0]))
    couple = {**network.row("TC", "tc-1"), "round": 2, "rem": 2, "curdssidlist_length": 1}
    assert writes == {encode_key("TC", ("tc-1",)): couple, encode_key("TC.curdssidlist", ("tc-1", 0)): {"item": subsets[1]}}


def test_a_range_read_notes_every_row_under_its_prefix_and_no_other(auctions):
    network = Network(auctions)
    for lot in ("a", "ab", "s1:a"):
        network.invoke("OpenLot", {"caller": "x", "lot": lot})
    for bidder, lot, price in (("zoe", "a", 2), ("b", "a", 0), ("zoe", "ab", 5), ("é", "a", 4), ("c", "s1:a", 7)):
        network.invoke("Bid", {"caller": bidder, "lot": lot, "price": price})
    endorsed = network.propose("Tally", {"caller": "x", "lot": "a"})
    found = endorsed.read_write_set.ranges[encode_key("Bid", ("a",))]
    assert [key for key, _ in found] == sorted((encode_key("Bid", ("a", who)) for who in ("zoe", "b", "é")), key=str.encode)
    assert set(endorsed.read_write_set.ranges) == {encode_key("Bid", ("a",))}
    assert json.loads(endorsed.read_write_set.writes[encode_key("Lot", ("a",))]) == {
        "bids": 2, "sum": 6, "open": 1, "last": None, "empty": False,
    }  # fmt: skip


@pytest.mark.parametrize("reference", [False, True])
def test_a_loop_over_a_range_goes_in_the_order_of_identifiers_not_of_keys(auctions, reference):
    """By code point, as in the reference meaning; on the ledger the short `zz` stands before the longer `aaa`."""
    network = Network(auctions, reference=reference)
    assert encode_key("Bid", ("a", "zz")) < encode_key("Bid", ("a", "aaa"))
    for bidder in ("zz", "aaa", "mmmm"):
        network.invoke("Bid", {"caller": bidder, "lot": "a", "price": 1})
    network.invoke("NameLast", {"caller": "x", "lot": "a"})
    assert network.row("Lot", "a")["last"] == "zz"


def test_a_reference_network_runs_the_walk(monkeypatch, auctions):
    def refuse(*arguments):
        raise AssertionError("compiled code ran")

    monkeypatch.setattr(Compiled, "run", refuse)
    assert Network(auctions, reference=True).invoke("OpenLot", {"caller": "x", "lot": "a"}).code == "VALID"
    with pytest.raises(AssertionError, match=r"compiled code ran"):
        Network(auctions).invoke("OpenLot", {"caller": "x", "lot": "a"})


def test_a_declared_scan_is_one_range_over_the_table(auctions):
    network = Network(auctions)
    for lot in ("a", "b"):
        network.invoke("OpenLot", {"caller": "x", "lot": lot})
    endorsed = network.propose("CloseAll", {"caller": "x", "lot": "a"})
    assert [key for key, _ in endorsed.read_write_set.ranges[encode_key("Lot", ())]] == [encode_key("Lot", (lot,)) for lot in ("a", "b")]
    network.commit(endorsed)
    with pytest.raises(Refused) as refusal:
        network.propose("CloseAll", {"caller": "x", "lot": "b"})
    assert refusal.value.guard == "all_open"


def test_only_the_last_event_survives(auctions):
    network = Network(auctions)
    network.invoke("OpenLot", {"caller": "x", "lot": "a"})
    assert network.propose("Tally", {"caller": "x", "lot": "a"}).event == ("Empty", ("a",))
    network.invoke("Bid", {"caller": "b", "lot": "a", "price": 1})
    assert network.invoke("Tally", {"caller": "x", "lot": "a"}).event == ("Tallied", ("a",))
    assert [event.name for event in network.events] == ["Tallied"]


def test_a_simulation_does_not_read_its_own_writes(paper, market):
    """ApproveTC adds a job for each instance to one list: each turn reads the same old length (attack 18)."""
    network = market()
    assert len([key for table, key in network.rows() if table == "TJ"]) == 4
    assert network.row("TC", "tc-1")["jobs_length"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_compiled_and_walked_give_the_same_read_and_write_sets(paper, market, seed):
    rng = random.Random(seed)
    compiled, walked = market(seed=seed), market(seed=seed, reference=True)
    universe = Scope(2, 2).universe(paper)
    names = [name for name, transaction in paper.transactions.items() if transaction.on_ledger]
    outcomes = {"same": 0, "refused": 0}
    for _ in range(250):
        name = rng.choice(names)
        arguments = {parameter: rng.choice(values_of(kind, universe)) for parameter, kind in paper.transactions[name].parameters.items()}
        arguments["caller"] = rng.choice(["do-1", "mo-1", "co-1", arguments["caller"]])
        results = [result(network, name, arguments) for network in (compiled, walked)]
        assert results[0] == results[1]
        outcomes["refused" if isinstance(results[0], str) else "same"] += 1
    assert outcomes["same"] > 50 and outcomes["refused"] > 50 and compiled.digest() == walked.digest()


def result(network, name, arguments):
    """The read and write set and the event of a call, which is committed; or the guard that refused it."""
    try:
        endorsed = network.propose(name, network.to_ledger(name, arguments))
    except Refused as refusal:
        return refusal.guard
    network.commit(endorsed)
    return endorsed.read_write_set, endorsed.event, endorsed.transaction_id


@pytest.mark.parametrize("lots", [["a"], ["a", "b"]])
def test_ranges_are_the_same_compiled_and_walked(auctions, lots):
    results = []
    for reference in (False, True):
        network = Network(auctions, reference=reference)
        for lot in lots:
            network.invoke("OpenLot", {"caller": "x", "lot": lot})
            network.invoke("Bid", {"caller": "x", "lot": lot, "price": 3})
        results.append([network.propose(name, {"caller": "x", "lot": "a"}).read_write_set for name in ("Tally", "NameLast", "CloseAll")])
    assert results[0] == results[1] and all(found.ranges for found in results[0])


GOOD = {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"}
JOIN = {"caller": "co-1", "instance": "ci-1", "hash": DIGEST, "nonce": "n"}


@pytest.mark.parametrize(
    ("name", "arguments", "error", "says"),
    [
        ("Nonsense", {}, UnknownTransaction, r"'Nonsense' is no transaction; choices: ApproveTC, CompleteTC"),
        ("SendSubset", {}, UnknownTransaction, r"'SendSubset' is a step off the ledger; choices: ApproveTC"),
        (
            "CreateDO",
            {**GOOD, "colour": "red"},
            WrongArguments,
            r"CreateDO takes \(caller, name, .*\); missing: \(none\); not asked for: colour",
        ),
        ("CreateDO", {"caller": "do-1"}, WrongArguments, r"missing: how_many, name, organization; not asked for: \(none\)"),
        ("CreateDO", {**GOOD, 1: "x"}, WrongArguments, r"not asked for: 1"),
        ("CreateDO", {**GOOD, "name": 1}, WrongKind, r"CreateDO.name is 1; a value of kind Text is a str"),
        ("CreateDO", {**GOOD, "name": 10**5000}, WrongKind, r"CreateDO.name is a int; a value of kind Text"),
        ("CreateDO", {**GOOD, "caller": None}, WrongKind, r"CreateDO.caller is None"),
        ("CreateDO", {**GOOD, "name": "\ud800"}, WrongKind, r"has no UTF-8 form"),
        (
            "CreateDO",
            {**GOOD, "name": "é" * (LARGEST_VALUE_BYTES // 2 + 1)},
            OversizedValue,
            r"CreateDO.name has 1048578 bytes, at most 1048576",
        ),
        (
            "CreateDO",
            {**GOOD, "name": "x" * 600_000, "how_many": "x" * 600_000},
            OversizedValue,
            r"the arguments of CreateDO have more than",
        ),
        ("JoinCI", {**JOIN, "hash": "junk"}, WrongKind, r"JoinCI.hash is 'junk'; a data hash is a digest of 64 hexadecimal digits"),
        ("JoinCI", {**JOIN, "hash": DIGEST.upper()}, WrongKind, r"JoinCI.hash is 'ABAB"),
        ("JoinCI", {**JOIN, "hash": ("Content(dss-1)", "n")}, WrongKind, r"JoinCI.hash is \('Content"),
    ],
)
def test_a_call_that_cannot_be_made_is_refused_by_name(market, name, arguments, error, says):
    network = market()
    before = network.digest(), len(network.blocks), network.mempool
    with pytest.raises(error, match=says):
        network.invoke(name, arguments)
    assert (network.digest(), len(network.blocks), network.mempool) == before


@pytest.mark.parametrize("price", [True, 1.0, "1", LARGEST_INTEGER + 1, -(10**5000)], ids=["bool", "float", "str", "large", "huge"])
def test_what_is_no_integer_of_the_ledger_is_refused(auctions, price):
    network = Network(auctions)
    with pytest.raises(WrongKind, match=r"Bid.price is an? .*; an Integer is an int between"):
        network.invoke("Bid", {"caller": "x", "lot": "a", "price": price})
    assert network.invoke("Bid", {"caller": "x", "lot": "a", "price": -LARGEST_INTEGER}).code == "VALID"


def test_a_sum_that_leaves_the_integers_is_refused_at_endorsement(auctions):
    network = Network(auctions)
    network.invoke("OpenLot", {"caller": "x", "lot": "a"})
    for bidder in ("b", "c"):
        network.invoke("Bid", {"caller": bidder, "lot": "a", "price": LARGEST_INTEGER})
    with pytest.raises(WrongKind, match=r"Lot.sum is an integer of 54 bits"):
        network.propose("Tally", {"caller": "x", "lot": "a"})


def test_a_simulation_without_end_is_refused(auctions, monkeypatch):
    network = Network(auctions)
    network.invoke("OpenLot", {"caller": "x", "lot": "a"})
    for bidder in "bcde":
        network.invoke("Bid", {"caller": bidder, "lot": "a", "price": 1})
    monkeypatch.setattr(execution, "MOST_READS", 4)
    with pytest.raises(ExecutionLimit, match=r"may read 4 rows"):
        network.propose("Tally", {"caller": "x", "lot": "a"})


def test_a_guard_refuses_by_name_with_the_arguments(market):
    with pytest.raises(Refused) as refusal:
        market().invoke("StartRound", {"caller": "do-1", "couple": "tc-1"})
    assert (refusal.value.transaction, refusal.value.guard) == ("StartRound", "caller_is_model_owner")
    assert refusal.value.arguments == {"caller": "do-1", "couple": "tc-1"}


def test_a_row_is_asked_for_by_table_and_key(market):
    network = market()
    assert network.row("TC", "nothing") is None and network.history("TC", "nothing") == []
    with pytest.raises(WrongKind, match=r"TJ is keyed by \(couple, instance\), 1 given: \('tc-1',\)"):
        network.row("TJ", "tc-1")
    with pytest.raises(UnknownTable, match=r"'Sent' is kept off the ledger"):
        network.row("Sent", "do-1", "ci-1")
    with pytest.raises(UnknownTable, match=r"'Tc' does not exist; choices: CI, CO"):
        network.history("Tc", "tc-1")


ODD = some.one_of(
    some.sampled_from(["do-1", "co-1", "mo-1", "ci-1", "tc-1", "ds-1", "dss-1", "", "\ud800", "s1:a", "\x00", DIGEST, "x" * 50]),
    some.text(max_size=4), some.integers(), some.none(), some.booleans(), some.floats(), some.binary(max_size=3),
    some.lists(some.integers(), max_size=2), some.tuples(some.text(max_size=2), some.text(max_size=2)),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(data=some.data())
def test_odd_arguments_never_corrupt_the_state(paper, compiled_paper, honest_calls, data):
    network = Network(paper, compiled=compiled_paper)
    for name, arguments in honest_calls[:10]:
        network.invoke(name, network.to_ledger(name, arguments))
    names = sorted(name for name, transaction in paper.transactions.items() if transaction.on_ledger)
    for _ in range(5):
        name = data.draw(some.sampled_from(names))
        arguments = {parameter: data.draw(ODD) for parameter in paper.transactions[name].parameters}
        before = network.digest()
        try:
            receipt = network.invoke(name, arguments)
        except (LedgerError, Refused):
            assert network.digest() == before and not network.mempool
        else:
            assert receipt.code == "VALID"
    assert dict(network.codec.checked(key, value) for key, value in network.ledger.store.items()) == network.rows()
    assert all(paper.schema.tables[table].on_ledger for table, _ in network.rows())
    network.verify()


def test_networks_can_share_compiled_code_only_of_their_own_protocol(paper, compiled_paper, auctions):
    assert Network(paper, compiled=compiled_paper).compiled is compiled_paper
    assert Network(auctions, compiled=compiled_paper).compiled.protocol is auctions
    assert Network(paper, compiled=Compiled(auctions)).compiled.protocol is paper
