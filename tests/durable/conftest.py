"""What the tests of durable ledgers share: a small text, networks in a folder of each kind of store, and traffic that is told by a seed."""

from __future__ import annotations

import random

import pytest

from ledger_runtime.engines import Lmdb, Memory, Sqlite
from ledger_runtime.identities import certified, plain
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from spec.checks import check_protocol
from spec.compiled import Compiled
from spec.errors import Refused
from tests.ledger.conftest import auction

LOTS = "abc"


@pytest.fixture(scope="session")
def auctions():
    """A small text with ranges, blind writes and conflicts, compiled once."""
    protocol = auction.load()
    check_protocol(protocol)
    return Compiled(protocol)


@pytest.fixture(params=["lmdb", "sqlite"])
def kind(request):
    return request.param


def engine_in(kind, folder, synced=False):
    """A store in a folder; the system writes to disk when it likes, which a process that dies does not notice."""
    folder.mkdir(exist_ok=True)
    kinds = {"lmdb": lambda: Lmdb(folder, synced=synced), "sqlite": lambda: Sqlite(folder / "ledger.sqlite", synced=synced)}
    return kinds.get(kind, Memory)()


@pytest.fixture
def network_on(auctions):
    """A function that makes, or reopens, a network on stores; signed if a seed of keys is given."""

    def make(*engines, keys=None, keeps=4, **options):
        trust = plain() if keys is None else certified(ORGANISATIONS, keys)
        return Network(auctions.protocol, compiled=auctions, parts=Parts(trust=trust, engines=engines, keeps=keeps, **options))

    return make


def call(rng):
    """Any call of the small text."""
    name = rng.choice(["OpenLot", "Bid", "Bid", "Bid", "Tally", "NameLast", "CloseAll"])
    more = {"price": rng.randrange(9)} if name == "Bid" else {}
    return name, {"caller": f"bidder-{rng.randrange(4)}", "lot": rng.choice(LOTS), **more}


def traffic(network, seed, blocks, calls=4):
    """Blocks of random calls, endorsed together, so that some of them conflict."""
    rng = random.Random(seed)
    for _ in range(blocks):
        for _ in range(calls):
            try:
                network.submit(network.propose(*call(rng)))
            except Refused:
                continue
        if network.mempool:
            network.cut()
    return network
