"""Bad networks and lying orderers: no two honest peers differ at a height without an alarm, and an honest orderer never causes one."""

from __future__ import annotations

import dataclasses

import pytest

from ledger_runtime.campaigns import LIES, campaign
from ledger_runtime.delivery import Alarm, Faults, Receiver
from ledger_runtime.engines import Memory
from ledger_runtime.ordering import Cutting
from spec.errors import Refused
from tests.durable.conftest import call, traffic

PEERS = 5
HARSH = Faults(dropped=0.3, repeated=0.3, late_ticks=9, parted=0.2, partition_ticks=8)


def calls(network, rng):
    """Calls of a tick: endorsed by one peer, which may lag behind."""
    found = []
    for _ in range(rng.randrange(3)):
        try:
            found.append(network.propose(*call(rng), peers=[rng.choice(list(network.peers))]))
        except Refused:
            continue
    return found


@pytest.fixture
def held(network_on):
    """A function that runs a campaign with five peers, by a seed."""

    def run(seed, lies=None, faults=HARSH, ticks=25):
        network = network_on(*(Memory() for _ in range(PEERS)), keys=1)
        return network, campaign(network, calls, seed, ticks, lies, faults)

    return run


@pytest.mark.parametrize("seed", range(8))
def test_an_honest_orderer_loses_nothing_and_alarms_nobody(held, seed):
    network, outcome = held(seed)
    assert outcome.alarms == () and outcome.differing == () and outcome.lies == 0
    assert set(outcome.heights.values()) == {network.orderer.number} and network.orderer.number > 10
    assert network.check_agreement() == network.orderer.number
    assert min(outcome.counts[name] for name in ("delivered", "dropped", "repeated", "cut off")) > 10
    network.verify()


def test_a_seed_replays_a_campaign(held):
    one, again, other = (held(seed, {"equivocate": 0.2})[1] for seed in (3, 3, 4))
    assert one == again != other


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_noticed_or_does_nothing(held, lie):
    outcomes = [held(seed, {lie: 0.1})[1] for seed in range(8)]
    assert all(outcome.unnoticed == () for outcome in outcomes)
    lies, alarms = sum(outcome.lies for outcome in outcomes), sum(len(outcome.alarms) for outcome in outcomes)
    assert lies > 8
    if lie in ("tamper", "forge"):
        assert alarms == 0 and not any(outcome.differing for outcome in outcomes)
        assert all(len(set(outcome.heights.values())) == 1 for outcome in outcomes)
    else:
        assert alarms >= 8 and all(outcome.alarms for outcome in outcomes if outcome.lies)
    if lie == "equivocate":
        assert sum(len(outcome.differing) for outcome in outcomes) > 8
        found = {alarm.found for outcome in outcomes for alarm in outcome.alarms}
        assert any("it follows" in one for one in found) and any("this peer" in one for one in found)


def test_without_comparing_a_fork_goes_unnoticed(held, monkeypatch):
    """The judge can tell: peers that compare nothing differ without an alarm."""
    monkeypatch.setattr(Receiver, "alarm", property(lambda self: None, lambda self, alarm: None), raising=False)
    found = [held(seed, {"equivocate": 0.1})[1] for seed in range(4)]
    assert any(outcome.unnoticed for outcome in found)


def test_two_blocks_of_one_number_are_an_alarm_and_end_all_commits(network_on):
    network = traffic(network_on(Memory(), keys=1), 1, 3)
    receiver = Receiver("p", network.ledger)
    cut = network.orderer.cut([])
    other = network.orderer.sealed(cut.number, cut.previous_hash, network.blocks[0].transactions)
    receiver.receive(cut)
    receiver.receive(cut)
    assert receiver.alarm is None and receiver.ignored == 1 and receiver.height == 4
    receiver.receive(other)
    assert receiver.alarm == Alarm("p", 4, f"the orderer signed two blocks 4: {cut.hash} and {other.hash}")
    receiver.receive(network.orderer.cut([]))
    assert receiver.height == 4


def test_a_peer_whose_state_is_another_is_an_alarm(network_on):
    """The blocks are the same: what tells is the state root."""
    network = traffic(network_on(Memory(), Memory(), Memory(), keys=1), 1, 3)
    one, other = (Receiver(name, ledger) for name, ledger in zip("ab", network.ledgers, strict=False))
    head = other.ledger.blocks.head
    one.hear("b", head)
    assert one.alarm is None
    one.hear("b", head._replace(state_root="00" * 32))
    assert one.alarm is not None and one.alarm.number == 3


def test_what_comes_early_waits_and_what_nobody_signed_is_ignored(network_on):
    network = network_on(Memory(), keys=1)
    receiver = Receiver("p", network.ledger)
    cuts = [network.orderer.cut([]) for _ in range(3)]
    for cut in (cuts[2], dataclasses.replace(cuts[0], signature=b""), cuts[1]):
        receiver.receive(cut)
    assert receiver.height == 0 and receiver.ignored == 1
    receiver.receive(cuts[0])
    assert receiver.height == 3 and not receiver.early


def test_a_skewed_clock_changes_when_blocks_are_cut_and_nothing_else(network_on):
    """Forwards, backwards, standing still: validation reads no clock."""
    kept = []
    for clock in ([0.0] * 99, [float(tick) for tick in range(99)], [1e9 - 3600.0 * tick for tick in range(99)]):
        times = iter(clock)
        network = network_on(Memory(), keys=1, cutting=Cutting(most_messages=3, timeout_s=2.0), now=lambda times=times: next(times))
        for number in range(12):
            network.submit(network.propose("Bid", {"caller": f"b{number}", "lot": "a", "price": number}))
            network.cut_due()
        while network.mempool:
            network.cut()
        network.verify()
        kept.append((network.digest(), [len(block.transactions) for block in network.blocks]))
    assert len({digest for digest, _ in kept}) == 1 and len({tuple(sizes) for _, sizes in kept}) > 1
