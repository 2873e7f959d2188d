"""What commits equals a serial atomic run: the valid transactions, one after another through the reference meaning, in commit order.

The runs are hostile on purpose: calls from anybody with anything in scope, several in a block, in any order, sent twice, endorsed long
ago, or never sent at all.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ledger_runtime.blocks import Code
from ledger_runtime.network import Network
from ledger_runtime.validation import Ledger
from model.scope import Scope, values_of
from spec import concrete
from spec.concrete import View
from spec.errors import Refused

BLOCKS, MOST_CALLS, SCENARIOS = 60, 8, 30
OFTEN = {"UpdateTJ": 8, "StartRound": 4, "VerifyCI": 3}  # those that seldom become valid, because much else must hold


class Traffic:
    """Random calls to a network, and what became of them."""

    def __init__(self, network, universe, callers, rng):
        self.network, self.universe, self.callers, self.rng = network, universe, callers, rng
        self.transactions = [t for t in network.protocol.transactions.values() if t.on_ledger for _ in range(OFTEN.get(t.name, 1))]
        self.kept, self.counts, self.valid = [], Counter(), Counter()

    def arguments(self, transaction):
        """Any values in scope; often a caller of the role, and often a digest that stands on the ledger."""
        rng, network = self.rng, self.network
        chosen = {name: rng.choice(values_of(kind, self.universe)) for name, kind in transaction.parameters.items()}
        if rng.random() < 0.9:
            chosen["caller"] = rng.choice(self.callers.get(transaction.caller_role, [chosen["caller"]]))
        instance = network.row("CI", chosen["instance"]) if "instance" in chosen else None
        if instance is not None and transaction.name == "VerifyCI" and rng.random() < 0.8:
            chosen["hash"] = instance["hash"] or chosen["hash"]
        return network.to_ledger(transaction.name, chosen)

    def endorse(self):
        transaction = self.rng.choice(self.transactions)
        try:
            return self.network.propose(transaction.name, self.arguments(transaction))
        except Refused:
            self.counts["refused"] += 1
            return None

    def submit_some(self):
        rng = self.rng
        for _ in range(rng.randint(1, MOST_CALLS)):
            endorsed = self.endorse()
            fate = rng.random()
            if endorsed is None or fate < 0.05:
                continue
            if fate < 0.2:
                self.kept.append(endorsed)
                continue
            self.network.submit(endorsed)
            if fate < 0.27:
                self.network.submit(endorsed)
        if self.kept and rng.random() < 0.5:
            self.network.submit(self.kept.pop(rng.randrange(len(self.kept))))

    def cut(self):
        waiting = len(self.network.mempool)
        if waiting:
            order = self.rng.sample(range(waiting), self.rng.randint(1, waiting))
            block = self.network.cut(order)
            self.counts.update(str(code) for code in block.codes)
            self.valid.update(e.transaction for e, code in zip(block.transactions, block.codes, strict=True) if code == Code.VALID)

    def run(self, blocks):
        for _ in range(blocks):
            self.submit_some()
            self.cut()


def breaches(network):
    """How the committed history differs from the serial run of its valid transactions: in a guard, an event, a write or the final state."""
    rows, found = {}, []
    for block in network.blocks:
        for endorsed, code in zip(block.transactions, block.codes, strict=True):
            if code != Code.VALID:
                continue
            known = {name: sorted(key[0] for table, key in rows if table == name and key) for name in network.protocol.schema.tables}
            view = View(network.protocol.schema, rows, known, make=network.oracle.make, open=network.oracle.open)
            outcome = concrete.run(network.protocol.transactions[endorsed.transaction], dict(endorsed.arguments), view)
            committed = dict(network.codec.checked(key, value) for key, value in endorsed.read_write_set.writes.items())
            if outcome.refused or (outcome.event, outcome.writes) != (endorsed.event, committed):
                found.append((endorsed.transaction_id, outcome))
            rows.update(outcome.writes)
    return found + [row for row in rows.keys() | network.rows().keys() if rows.get(row) != network.rows().get(row)]


def paper_traffic(network, honest_calls, seed):
    """A market that honest parties opened, then hostile traffic in it."""
    for name, arguments in honest_calls:
        network.invoke(name, network.to_ledger(name, arguments))
    universe = Scope(2, 2).universe(network.protocol)
    callers = {"DO": ["do-1"], "MO": ["mo-1"], "CO": [f"co-{i}" for i in range(1, 5)]}
    traffic = Traffic(network, universe, callers, random.Random(seed))
    traffic.run(BLOCKS)
    return traffic


def auction_traffic(auctions, seed):
    """Ranges, scans and blind writes."""
    network = Network(auctions, seed=seed)
    universe = {"Member": [f"bidder-{number}" for number in range(60)], "Lot": ["a", "ab", "s1:a"], "Integer": [0, 1, 2, 3]}
    traffic = Traffic(network, universe, {}, random.Random(seed))
    traffic.run(BLOCKS)
    return traffic


def test_what_commits_equals_a_serial_atomic_run(new_network, honest_calls):
    counts, valid = Counter(), Counter()
    for seed in range(SCENARIOS):
        traffic = paper_traffic(new_network(seed=seed), honest_calls, seed)
        assert breaches(traffic.network) == []
        traffic.network.verify()
        counts, valid = counts + traffic.counts, valid + traffic.valid
    assert counts["VALID"] >= 2000
    assert counts["MVCC_READ_CONFLICT"] > 500 and counts["DUPLICATE_TXID"] > 100 and counts["refused"] > 1000
    assert {name for name, times in valid.items() if times >= 20} == {
        name for name, t in new_network().protocol.transactions.items() if t.on_ledger
    }


def test_ranges_scans_and_blind_writes_equal_a_serial_atomic_run(auctions):
    counts = Counter()
    for seed in range(8):
        traffic = auction_traffic(auctions, seed)
        assert breaches(traffic.network) == []
        counts += traffic.counts
    assert counts["VALID"] > 500 and counts["PHANTOM_READ_CONFLICT"] > 20 and counts["MVCC_READ_CONFLICT"] > 100


def check_everything_valid(ledger, endorsed):
    return Code.VALID


def check_only_keys(ledger, endorsed):
    stale = [key for key, version in endorsed.read_write_set.reads.items() if ledger.store.version(key) != version]
    return Code.MVCC_READ_CONFLICT if stale else Code.VALID


@pytest.mark.parametrize("seed", range(3))
def test_without_the_checks_the_serial_run_differs(monkeypatch, new_network, honest_calls, auctions, seed):
    """The comparison can fail: it does when reads are not checked again, and when only ranges are not."""
    monkeypatch.setattr(Ledger, "_conflict", check_everything_valid)
    assert breaches(paper_traffic(new_network(seed=seed), honest_calls, seed).network)
    monkeypatch.setattr(Ledger, "_conflict", check_only_keys)
    assert breaches(auction_traffic(auctions, seed).network)
