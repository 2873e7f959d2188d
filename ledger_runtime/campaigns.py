"""Campaigns: many peers, a bad network and an orderer that may lie, by a seed; judged by what peers committed and what they noticed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ledger_runtime.blocks import Endorsed, Ordered
from ledger_runtime.delivery import Alarm, Faults, Post, Receiver, disagreements
from ledger_runtime.network import Network
from spec.errors import choices

Traffic = Callable[[Network, random.Random], list[Endorsed]]


@dataclass(frozen=True)
class Outcome:
    """What a campaign came to. unnoticed: two peers that differ and neither of which raised an alarm, which must never be."""

    heights: dict[str, int]
    alarms: tuple[Alarm, ...]
    lies: int
    differing: tuple[tuple[str, str, int], ...]
    unnoticed: tuple[tuple[str, str, int], ...]
    counts: dict[str, int]


class Lies:
    """How an orderer may lie about the block that is next: what each half of the peers gets instead.

    All but `tamper` and `forge` are signed: only comparing tells them from the truth.
    """

    def __init__(self, network: Network, rng: random.Random) -> None:
        self.network, self.rng = network, rng

    def equivocate(self, cut: Ordered) -> tuple[Ordered, Ordered]:
        """Two blocks of one number: the same transactions in another order, or without one."""
        kept = list(cut.transactions)
        other = kept[::-1] if len(kept) > 1 and self.rng.random() < 0.5 else kept[1:]
        return cut, self.network.orderer.sealed(cut.number, cut.previous_hash, other)

    def branch(self, cut: Ordered) -> tuple[Ordered, Ordered]:
        """For some a block that follows another history."""
        return cut, self.network.orderer.sealed(cut.number, "00" * 32, cut.transactions)

    def skip(self, cut: Ordered) -> tuple[Ordered, Ordered]:
        """For some the block under a number that is not its own."""
        return cut, self.network.orderer.sealed(cut.number + 1, cut.hash, cut.transactions)

    def tamper(self, cut: Ordered) -> tuple[Ordered, Ordered]:
        """For some a block whose transactions were changed after it was signed."""
        return cut, replace(cut, transactions=cut.transactions[:-1])

    def forge(self, cut: Ordered) -> tuple[Ordered, Ordered]:
        """For some a block that somebody else signed."""
        unsigned = replace(cut, signature=self.network.trust.wallet.sign("peer.org-co", cut.signed))
        return cut, unsigned


LIES = ("equivocate", "branch", "skip", "tamper", "forge")


def campaign(network: Network, traffic: Traffic, seed: int, ticks: int = 40, lies: Mapping[str, float] | None = None,
             faults: Faults = Faults()) -> Outcome:  # noqa: B008 (frozen)
    """Run a network of several ledgers through it.

    traffic: calls of a tick, endorsed. lies: share of blocks about which the orderer lies, by the kind of lie (`LIES`).
    """
    unknown = set(lies or {}) - set(LIES)
    if unknown:
        raise ValueError(f"no lie {choices(unknown)}; choices: {choices(LIES)}")
    rng = random.Random(seed)
    receivers = {name: Receiver(name, ledger) for name, ledger in network.ledgers_by_peer.items()}
    post, liar, told = Post(receivers, faults, rng), Lies(network, rng), 0
    for _ in range(ticks):
        for endorsed in traffic(network, rng):
            network.submit(endorsed)
        if network.mempool:
            told += _send(network, post, liar, lies or {})
        post.gossip()
        post.tick()
    post.heal()
    return _judged(receivers, told, post)


def _send(network: Network, post: Post, liar: Lies, lies: Mapping[str, float]) -> bool:
    """One block for everybody, or a lie: then one half of the peers gets the other block."""
    cut = network.orderer.cut(network.orderer.take())
    lie = next((name for name, share in lies.items() if liar.rng.random() < share), None)
    one, other = (cut, cut) if lie is None else getattr(liar, lie)(cut)
    names = list(post.receivers)
    fooled = set(liar.rng.sample(names, len(names) // 2))
    for name in names:
        post.send(name, other if name in fooled else one)
    return lie is not None


def _judged(receivers: Mapping[str, Receiver], told: int, post: Post) -> Outcome:
    alarms = tuple(receiver.alarm for receiver in receivers.values() if receiver.alarm is not None)
    differing = tuple(disagreements(receivers.values()))
    alarmed = {alarm.peer for alarm in alarms}
    unnoticed = tuple(pair for pair in differing if not alarmed & {pair[0], pair[1]})
    return Outcome({name: one.height for name, one in receivers.items()}, alarms, told, differing, unnoticed, post.counts)
