"""Stores: they keep what was written in order, all of a write or nothing, and a ledger reopens as it was."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ledger_runtime.engines import TABLES, Lmdb, Memory, Sqlite, opened
from ledger_runtime.errors import BrokenChain, Fork, StoreFull, StoreUnusable
from ledger_runtime.faults import Faulty, Killed, flip, tear
from ledger_runtime.verifying import verify
from tests.durable.conftest import engine_in, traffic


def everything(ledger):
    return [list(ledger.engine.scan(table)) for table in TABLES]


# An engine


@pytest.fixture(params=["memory", "lmdb", "sqlite"])
def engine(request, tmp_path):
    made = engine_in(request.param, tmp_path / "store")
    yield made
    made.close()


def test_entries_come_in_the_order_of_their_bytes(engine):
    keys = [b"b", b"a", b"ab", b"\x00", b"\xff", b"b\x00", b"a~", "é".encode()]
    engine.write([("state", key, key * 2) for key in keys])
    assert [key for key, _ in engine.scan("state")] == sorted(keys)
    assert [key for key, _ in engine.scan("state", b"a", b"b")] == [b"a", b"ab", b"a~"]
    assert [key for key, _ in engine.scan("state", b"a", b"b", backwards=True)] == [b"a~", b"ab", b"a"]
    assert next(engine.scan("state", backwards=True))[0] == b"\xff" and list(engine.scan("state", b"c", b"d")) == []
    assert list(engine.scan("history")) == [] and next(engine.scan("history", backwards=True), None) is None
    assert engine.get("state", b"ab") == b"abab" and engine.get("state", b"x") is None and engine.get("state", b"x" * 9999) is None
    engine.write([("state", b"a", b""), ("meta", b"a", b"1")])
    assert engine.get("state", b"a") == b"" and engine.get("meta", b"a") == b"1"
    assert list(engine.scan("state", b"x" * 9999)) in ([], [(b"\xff", b"\xff\xff"), ("é".encode(), "éé".encode())][::-1])


@pytest.mark.parametrize("kind", ["lmdb", "sqlite"])
def test_a_write_that_fails_leaves_nothing(kind, tmp_path):
    engine = engine_in(kind, tmp_path / "store")
    engine.write([("state", b"a", b"1")])

    def failing():
        yield "state", b"a", b"2"
        yield "meta", b"b", b"2"
        raise Killed

    with pytest.raises(Killed):
        engine.write(failing())
    assert engine.get("state", b"a") == b"1" and engine.get("meta", b"b") is None
    engine.write([("state", b"a", b"3")])
    assert engine.get("state", b"a") == b"3"
    engine.close()


def test_what_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(StoreUnusable, match=r"no kind of store 'paper'; choices: lmdb, sqlite"):
        opened(tmp_path, "paper")
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnusable, match=r"cannot be opened by sqlite: file is not a database"):
        opened(tmp_path, "sqlite")
    (tmp_path / "data.mdb").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreUnusable, match=r"cannot be opened by lmdb"):
        opened(tmp_path, "lmdb")


# A ledger on it


@pytest.mark.parametrize("keys", [None, 1])
def test_a_ledger_reopens_as_it_was_and_goes_on(network_on, kind, keys, tmp_path):
    network = traffic(network_on(engine_in(kind, tmp_path / "one"), keys=keys), 1, 8)
    told = network.rows(), list(network.blocks), network.events, dict(network.ledger.receipts), network.digest(), network.ledger.head
    network.close()
    network = network_on(engine_in(kind, tmp_path / "one"), keys=keys)
    again = network.rows(), list(network.blocks), network.events, dict(network.ledger.receipts), network.digest(), network.ledger.head
    assert again == told and len(network.ledger.blocks.known) <= 4
    assert {receipt.code for receipt in again[3].values()} > {"VALID", "MVCC_READ_CONFLICT"}
    height = len(network.blocks)
    traffic(network, 2, 4)
    network.verify()
    assert len(network.blocks) > height and list(network.blocks)[:height] == told[1]
    network.close()


def test_every_kind_of_store_and_none_keep_the_same(network_on, tmp_path):
    engines = [engine_in(kind, tmp_path / kind) for kind in ("memory", "lmdb", "sqlite")]
    network = traffic(network_on(*engines, keys=1), 3, 6)
    kept = [everything(ledger) for ledger in network.ledgers]
    assert kept[0] == kept[1] == kept[2] and all(kept[0])
    alone = traffic(network_on(Memory(), keeps=None), 3, 6)
    assert alone.rows() == network.rows() and [b.codes for b in alone.blocks] == [b.codes for b in network.blocks]
    assert network.history("Lot", "a") == alone.history("Lot", "a") != []
    network.close()


def test_a_folder_of_another_network_is_refused(network_on, tmp_path):
    network_on(engine_in("lmdb", tmp_path / "one"), keys=1).close()
    with pytest.raises(StoreUnusable, match=r"it holds the ledger of another network: its genesis is [0-9a-f]{64}, not"):
        network_on(engine_in("lmdb", tmp_path / "one"), keys=2)


def test_peers_that_lag_behind_catch_up(network_on, tmp_path):
    network = traffic(network_on(engine_in("lmdb", tmp_path / "one"), keys=1), 4, 6)
    network.close()
    network = network_on(engine_in("sqlite", tmp_path / "two"), engine_in("lmdb", tmp_path / "one"), keys=1)
    assert [len(ledger.blocks) for ledger in network.ledgers] == [6, 6]
    assert everything(network.ledgers[0]) == everything(network.ledgers[1])
    network.close()


def test_peers_that_differ_do_not_start_together(network_on, tmp_path):
    for name, seed in (("one", 5), ("two", 6)):
        traffic(network_on(engine_in("lmdb", tmp_path / name), keys=1), seed, 5).close()
    with pytest.raises(Fork, match=r"block \d: peer.org-do and peer.org-co committed different blocks"):
        network_on(*(engine_in("lmdb", tmp_path / name) for name in ("one", "two")), keys=1)


# A full disk


def test_a_full_store_refuses_the_block_and_keeps_the_ones_before(network_on, auctions, tmp_path):
    for number, engine in enumerate((Lmdb(tmp_path, most_bytes=160_000), Sqlite(tmp_path / "small.sqlite", most_pages=30))):
        network = network_on(engine, keys=1)
        before = None
        with pytest.raises(StoreFull, match=r"block \d+ is not committed: (lmdb has no room|sqlite cannot write: .* is full)"):
            for _ in range(100):
                traffic(network, number, 1)
                before = network.ledger.head, network.digest(), network.rows()
        assert before is not None and (network.ledger.head, network.digest(), network.rows()) == before
        assert len(network.blocks) > 1
        network.verify()
        network.close()


def test_a_disk_that_is_full_for_a_while_costs_no_block(network_on, tmp_path):
    """What was ordered meanwhile is delivered again with the next block; the other peer has it already."""
    faulty = Faulty(engine_in("lmdb", tmp_path / "one"), full_at=40)
    network = network_on(Memory(), faulty, keys=1)
    with pytest.raises(StoreFull, match=r"block \d+ is not committed: no space is left for write 40"):
        traffic(network, 7, 20)
    height = len(network.ledgers[1].blocks)
    assert network.orderer.number == len(network.blocks) == height + 1 > 1
    faulty.full_at = None
    traffic(network, 8, 3)
    assert [len(ledger.blocks) for ledger in network.ledgers] == [height + 4, height + 4] == [network.orderer.number] * 2
    network.verify()
    network.close()


# Kill points


POINTS = 100  # of each kind of store
BLOCKS, CALLS = 10, 3


@pytest.fixture
def unharmed(network_on):
    """The heads of a run that nothing happened to, and how many places it has at which a process can die."""
    faulty = Faulty(Memory())
    network = traffic(network_on(faulty, keeps=None), 9, BLOCKS, CALLS)
    return [network.ledger.at(number) for number in range(len(network.blocks) + 1)], faulty.place


def killed(network_on, engine, point):
    """A run that dies at a place: how many blocks it had told somebody of."""
    network = None
    with pytest.raises(Killed):
        network = network_on(Faulty(engine, dies_at=point))
        traffic(network, 9, BLOCKS, CALLS)
    engine.close()
    return 0 if network is None else len(network.blocks)


def test_nothing_committed_is_lost_wherever_the_process_dies(network_on, kind, unharmed, tmp_path):
    """At each place: what was told as committed is there, of the rest a whole block or nothing, and the ledger goes on."""
    heads, places = unharmed
    points = random.Random(1).sample(range(places), POINTS)
    more = 0
    for point in points:
        folder = tmp_path / str(point)
        told = killed(network_on, engine_in(kind, folder), point)
        network = network_on(engine_in(kind, folder))
        assert network.ledger.blocks.head == heads[len(network.blocks)] and len(network.blocks) in (told, told + 1)
        more += len(network.blocks) - told
        verify(network.ledger)
        traffic(network, 10, 1)
        assert len(network.blocks) > told
        network.close()
    assert 0 < more < POINTS


# Changed bytes


def entries_of(ledger):
    return [(table, key, value) for table in TABLES for key, value in ledger.engine.scan(table)]


@pytest.mark.parametrize("how", [flip, tear])
def test_any_changed_entry_is_found_and_the_block_is_named(network_on, how):
    network = traffic(network_on(Memory(), keys=1), 11, 4)
    ledger, rng = network.ledger, random.Random(2)
    engine, found = ledger.engine, set()
    for table, key, value in entries_of(ledger):
        engine.write([(table, key, how(value, rng))])
        with pytest.raises((BrokenChain, StoreUnusable)) as broken:
            verify(ledger)
        if isinstance(broken.value, BrokenChain):
            assert 1 <= broken.value.number <= len(network.blocks)
        engine.write([(table, key, value)])
        found.add(table)
    assert found >= {"blocks", "heads", "history", "receipts", "state"}
    verify(ledger)


def test_entries_that_are_added_or_missing_are_found(network_on):
    network = traffic(network_on(Memory(), keys=1), 11, 4)
    engine = network.ledger.engine
    for table in TABLES:
        kept = dict(engine._tables[table])
        engine.write([(table, b"\x00" * 8 + b"more", b"\x00" * 8 + b"1")])
        with pytest.raises(BrokenChain, match=rf"table {table} differs|head"):
            verify(network.ledger)
        engine._tables[table].clear()
        engine._tables[table].update(list(kept.items())[:-1])
        with pytest.raises((BrokenChain, StoreUnusable)):
            verify(network.ledger)
        engine._tables[table].update(kept)
    verify(network.ledger)


def test_a_block_made_anew_by_somebody_else_is_found(network_on):
    """Also when every hash fits: the orderer did not sign it."""
    network, strangers = (traffic(network_on(Memory(), keys=keys), 12, 3) for keys in (1, 2))
    ours, theirs = network.ledger, strangers.ledger
    forged = dataclasses.replace(ours.blocks[2], signature=theirs.blocks[2].signature)
    ours.engine.write(ours.blocks.changes(forged))
    with pytest.raises(BrokenChain, match=r"block 3: its orderer did not sign it"):
        verify(ours)


def test_opening_names_the_block_whose_state_is_not_there(network_on):
    network = traffic(network_on(Memory(), keys=1), 11, 4)
    engine = network.ledger.engine
    engine.write([("meta", b"sum", bytes(2048))])
    with pytest.raises(BrokenChain, match=r"block 4: the state beside it has the digest"):
        network_on(engine, keys=1)
