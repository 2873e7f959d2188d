"""Ordering and validating: conflicts, duplicates, the mempool, and events."""

from __future__ import annotations

import pytest

from ledger_runtime.errors import NothingToOrder, UnknownPosition
from ledger_runtime.keys import encode_key
from ledger_runtime.network import Network
from spec.kinds import BOOLEAN
from spec.language import every, some
from spec.paper.assets import TC
from spec.schema import using


def cut_all(network, *endorsed):
    for one in endorsed:
        network.submit(one)
    return list(network.cut().codes)


# Conflicts


def test_two_updates_in_one_block_meet_on_the_couple(market, update, picked):
    network = market()
    first, second = (update(network, instance) for instance in picked(network))
    assert first.read_write_set.writes.keys() & second.read_write_set.writes.keys() == {encode_key("TC", ("tc-1",))}
    assert cut_all(network, first, second) == ["VALID", "MVCC_READ_CONFLICT"]
    assert network.row("TC", "tc-1")["rem"] == 1
    assert [network.row("TJ", "tc-1", instance)["status"] for instance in picked(network)] == ["UPDATED", "CREATED"]
    assert network.commit(update(network, picked(network)[1])).event == ("RoundComplete", ("tc-1",))


def test_the_order_in_the_block_decides_who_conflicts(market, update, picked):
    network = market()
    first, second = (update(network, instance) for instance in picked(network))
    network.submit(first)
    network.submit(second)
    block = network.cut([1, 0])
    assert block.transactions == (second, first) and list(block.codes) == ["VALID", "MVCC_READ_CONFLICT"]
    assert [network.row("TJ", "tc-1", instance)["status"] for instance in picked(network)] == ["CREATED", "UPDATED"]


def test_a_stale_endorsement_conflicts_in_a_later_block(market, update, picked):
    network = market()
    stale = update(network, picked(network)[0])
    network.commit(update(network, picked(network)[1]))
    before = network.digest()
    receipt = network.commit(stale)
    assert receipt.code == "MVCC_READ_CONFLICT" and network.digest() == before
    assert network.blocks[-1].transactions == (stale,) and network.receipt(stale.transaction_id) == receipt


def test_a_row_read_as_missing_conflicts_once_it_exists(new_network):
    network = new_network()
    arguments = {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"}
    assert cut_all(network, network.propose("CreateDO", arguments), network.propose("CreateDO", arguments)) == [
        "VALID",
        "MVCC_READ_CONFLICT",
    ]


def lots(auctions, *names):
    network = Network(auctions)
    for lot in names:
        network.invoke("OpenLot", {"caller": "x", "lot": lot})
    network.invoke("Bid", {"caller": "b", "lot": names[0], "price": 1})
    return network


@pytest.mark.parametrize(
    ("bidder", "lot", "code"),
    [("new", "a", "PHANTOM_READ_CONFLICT"), ("b", "a", "MVCC_READ_CONFLICT"), ("new", "ab", "VALID"), ("new", "s1:a", "VALID")],
)
def test_a_row_that_appears_in_a_range_is_a_phantom(auctions, bidder, lot, code):
    """A row of the range that changed was also read by itself, so that it conflicts as such; another prefix does not conflict."""
    network = lots(auctions, "a", "ab", "s1:a")
    tally = network.propose("Tally", {"caller": "x", "lot": "a"})
    assert cut_all(network, network.propose("Bid", {"caller": bidder, "lot": lot, "price": 1}), tally) == ["VALID", code]


def test_a_scan_conflicts_with_a_new_row_of_the_table(auctions):
    network = lots(auctions, "a")
    scan = network.propose("CloseAll", {"caller": "x", "lot": "a"})
    assert cut_all(network, network.propose("OpenLot", {"caller": "x", "lot": "b"}), scan) == ["VALID", "PHANTOM_READ_CONFLICT"]


def test_blind_writes_of_one_key_are_all_valid_and_the_last_one_stands(auctions):
    network = Network(auctions)
    bids = [network.propose("Bid", {"caller": "b", "lot": "a", "price": price}) for price in (5, 6)]
    assert not any(endorsed.read_write_set.reads for endorsed in bids)
    assert cut_all(network, *bids) == ["VALID", "VALID"]
    assert network.row("Bid", "a", "b") == {"price": 6}
    assert [(change.block, change.transaction, cells) for change, cells in network.history("Bid", "a", "b")] == [
        (1, 0, {"price": 5}),
        (1, 1, {"price": 6}),
    ]


# Duplicates


def test_one_endorsed_transaction_counts_once(auctions):
    network = Network(auctions)
    endorsed = network.propose("Bid", {"caller": "b", "lot": "a", "price": 5})
    assert cut_all(network, endorsed, endorsed) == ["VALID", "DUPLICATE_TXID"]
    assert network.commit(endorsed).code == "DUPLICATE_TXID"
    assert network.receipt(endorsed.transaction_id).code == "VALID" and len(network.history("Bid", "a", "b")) == 1


def test_the_same_call_again_is_another_transaction(auctions):
    network = Network(auctions)
    call = {"caller": "b", "lot": "a", "price": 5}
    first, second = network.propose("Bid", call), network.propose("Bid", call)
    assert first.transaction_id != second.transaction_id and cut_all(network, first, second) == ["VALID", "VALID"]


def test_a_conflicting_transaction_cannot_be_sent_again(market, update, picked):
    network = market()
    first, second = (update(network, instance) for instance in picked(network))
    cut_all(network, first, second)
    assert network.commit(second).code == "DUPLICATE_TXID"


def test_the_seed_gives_the_ids(new_network):
    arguments = {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"}
    ids = [new_network(seed=seed).propose("CreateDO", arguments).transaction_id for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


# Ordering


def test_everybody_sees_what_was_submitted(market, update, picked):
    network = market()
    endorsed = update(network, picked(network)[0])
    network.submit(endorsed)
    assert network.mempool == (endorsed,) and network.mempool[0].arguments["hash"] == "ab" * 32
    assert network.blocks[-1].transactions != (endorsed,)


def test_a_censored_transaction_stays_in_the_mempool(auctions):
    network = Network(auctions)
    bids = [network.propose("Bid", {"caller": bidder, "lot": "a", "price": 1}) for bidder in "bcd"]
    for endorsed in bids:
        network.submit(endorsed)
    assert network.cut([2, 0]).transactions == (bids[2], bids[0])
    assert network.mempool == (bids[1],) and network.row("Bid", "a", "c") is None
    later = network.invoke("Bid", {"caller": "e", "lot": "a", "price": 1})
    assert later.code == "VALID" and network.mempool == (bids[1],)
    assert network.cut().transactions == (bids[1],) and network.mempool == () and network.row("Bid", "a", "c") == {"price": 1}


def test_a_block_is_cut_by_the_number_of_its_messages(auctions):
    network = Network(auctions)
    for number in range(7):
        network.submit(network.propose("Bid", {"caller": f"b{number}", "lot": "a", "price": 1}))
    assert [len(network.cut(most=3).transactions) for _ in range(3)] == [3, 3, 1]
    with pytest.raises(NothingToOrder, match=r"no transaction is chosen; 0 are waiting"):
        network.cut()


@pytest.mark.parametrize("order", [[0, 0], [1], [-1], [0, 7]])
def test_an_order_of_places_that_are_not_there_is_refused(auctions, order):
    network = Network(auctions)
    network.submit(network.propose("Bid", {"caller": "b", "lot": "a", "price": 1}))
    with pytest.raises(UnknownPosition, match=r"are not different places of a mempool of 1"):
        network.cut(order)
    with pytest.raises(NothingToOrder, match=r"1 are waiting"):
        network.cut([])
    assert len(network.mempool) == 1 and not network.blocks


# Events


def test_events_of_invalid_transactions_are_listed_with_their_code(market):
    network = market()
    couple = {"caller": "mo-1", "couple": "tc-1"}
    rounds = [network.propose("StartRound", couple) for _ in range(2)]
    assert cut_all(network, *rounds) == ["VALID", "MVCC_READ_CONFLICT"]
    listed = [(event.transaction_id, event.code, event.name, event.payload) for event in network.events[-2:]]
    assert listed == [
        (one.transaction_id, code, "RoundStarted", ("tc-1",)) for one, code in zip(rounds, ("VALID", "MVCC_READ_CONFLICT"), strict=True)
    ]
    assert network.row("TC", "tc-1")["round"] == 2
    assert [(event.block, event.transaction) for event in network.events[-2:]] == [(len(network.blocks), 0), (len(network.blocks), 1)]


# Claims over the committed rows


def test_conditions_are_evaluated_over_the_committed_rows(market, compiled_paper):
    network = market()
    with using(network.protocol.schema):
        opened = some(TC, lambda couple: couple.round > 0)
        hashed = every(TC, lambda couple: some(couple.jobs, lambda instance: instance.hash.nonce == instance.nonce))
        fetched = some(TC, lambda couple: couple.paid)
    view = network.view({"TC": ["tc-1"]}, beside={("Entity", ("x",)): ("CO",)})
    assert [compiled_paper.holds(condition, {}, view) for condition in (opened, hashed, fetched)] == [True, True, False]
    assert opened._kind is BOOLEAN and view.row("Entity", ("x",)) == ("CO",) and ("Entity", ("x",)) not in network.rows()
