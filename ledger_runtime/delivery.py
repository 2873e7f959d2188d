"""Blocks on their way from the orderer to peers, over a network that delays, drops, repeats and reorders, and peers that talk about heads.

A peer takes nobody's word: it checks the orderer's signature, keeps what comes too early, ignores what comes again, and raises an alarm
when the orderer signed two blocks of one number, or another peer stands elsewhere at one height. After an alarm it commits nothing more.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger_runtime.blocks import Ordered, ordered_hash
from ledger_runtime.chain import Head
from ledger_runtime.errors import BrokenChain
from ledger_runtime.validation import Ledger


@dataclass(frozen=True)
class Alarm:
    """What a peer noticed: at which block, and what."""

    peer: str
    number: int
    found: str


Message = Ordered | tuple[str, Head]


class Receiver:
    """A peer's end: its ledger, blocks that came too early, and its alarm."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        self.name, self.ledger = name, ledger
        self.early: dict[int, Ordered] = {}
        self.alarm: Alarm | None = None
        self.ignored = 0

    @property
    def height(self) -> int:
        return len(self.ledger.blocks)

    def receive(self, ordered: Ordered) -> None:
        """A block, from whomever: what the orderer did not sign as it is here is ignored."""
        if self.alarm is not None:
            return
        if not self._signed(ordered):
            self.ignored += 1
        elif ordered.number <= self.height:
            self._compare(ordered.number, self.ledger.at(ordered.number).hash, ordered.hash)
        else:
            if ordered.number in self.early:
                self._compare(ordered.number, self.early[ordered.number].hash, ordered.hash)
            self.early.setdefault(ordered.number, ordered)
            self._go_on()

    def _signed(self, ordered: Ordered) -> bool:
        """Whether the orderer signed exactly this: the hash that it signed is that of what is in the block."""
        if ordered_hash(ordered.number, ordered.previous_hash, ordered.transactions) != ordered.hash:
            return False
        check = self.ledger.configuration.orderer, ordered.signed, ordered.signature
        return ordered.number >= 1 and all(self.ledger.trust.verifier.begin([check]).answers())

    def _compare(self, number: int, ours: str, theirs: str) -> None:
        if ours != theirs:
            self.alarm = Alarm(self.name, number, f"the orderer signed two blocks {number}: {ours} and {theirs}")
        else:
            self.ignored += 1

    def _go_on(self) -> None:
        """Commit what is next, as far as it has come."""
        while self.alarm is None and self.height + 1 in self.early:
            ordered = self.early.pop(self.height + 1)
            try:
                self.ledger.commit(ordered)
            except BrokenChain as broken:
                self.alarm = Alarm(self.name, ordered.number, f"the orderer signed it, but {broken.found}")

    def hear(self, sender: str, head: Head) -> None:
        """Another peer's head: the same as ours at that height, or an alarm."""
        if self.alarm is None and head.number <= self.height and self.ledger.at(head.number) != head:
            self.alarm = Alarm(self.name, head.number, f"{sender} committed {head.commit_hash}, this peer {self._at(head.number)}")

    def _at(self, number: int) -> str:
        return self.ledger.at(number).commit_hash


@dataclass(frozen=True)
class Faults:
    """How bad the network is: shares of messages dropped and repeated, the most ticks that one is late, and the share of ticks that begin a
    partition, which lasts `partition_ticks` and cuts the peers into two groups."""

    dropped: float = 0.1
    repeated: float = 0.1
    late_ticks: int = 5
    parted: float = 0.05
    partition_ticks: int = 10


class Post:
    """Carries messages; what it does to them depends on the seed alone."""

    def __init__(self, receivers: Mapping[str, Receiver], faults: Faults, rng: random.Random) -> None:
        self.receivers, self.faults, self.rng = receivers, faults, rng
        self.now = 0
        self._under_way: list[tuple[int, int, str, Message]] = []
        self._lost: list[tuple[str, Message]] = []
        self._serial = 0
        self._apart: set[str] = set()
        self._until = 0
        self.counts = dict.fromkeys(("delivered", "dropped", "repeated", "cut off"), 0)

    def send(self, to: str, message: Message) -> None:
        if self.rng.random() < self.faults.dropped:
            self.counts["dropped"] += 1
            self._lost.append((to, message))
            return
        times = 2 if self.rng.random() < self.faults.repeated else 1
        self.counts["repeated"] += times - 1
        for _ in range(times):
            self._serial += 1
            self._under_way.append((self.now + self.rng.randint(0, self.faults.late_ticks), self._serial, to, message))

    def gossip(self) -> None:
        """Every peer tells one other where it stands."""
        for name, receiver in self.receivers.items():
            others = [other for other in self.receivers if other != name]
            if others:
                self.send(self.rng.choice(others), (name, receiver.ledger.blocks.head))

    def tick(self) -> None:
        """Deliver what is due, in any order; the rest, and what a partition holds back, stays under way."""
        self._part()
        due = [entry for entry in self._under_way if entry[0] <= self.now and not self._cut_off(entry)]
        gone = {entry[1] for entry in due}
        self._under_way = [entry for entry in self._under_way if entry[1] not in gone]
        self.rng.shuffle(due)
        for _, _, to, message in due:
            self.counts["delivered"] += 1
            deliver(self.receivers[to], message)
        self.now += 1

    def _part(self) -> None:
        if self._apart and self.now >= self._until:
            self._apart = set()
        elif not self._apart and self.rng.random() < self.faults.parted:
            self._apart = set(self.rng.sample(list(self.receivers), len(self.receivers) // 2))
            self._until = self.now + self.faults.partition_ticks

    def _cut_off(self, entry: tuple[int, int, str, Message]) -> bool:
        """Between the two groups nothing comes through; the orderer stands with the larger one."""
        _, _, to, message = entry
        sender_apart = isinstance(message, tuple) and message[0] in self._apart
        cut_off = bool(self._apart) and (to in self._apart) != sender_apart
        self.counts["cut off"] += cut_off
        return cut_off

    def heal(self) -> None:
        """Everything arrives, what was lost is sent again; every peer fetches what it lacks, and all tell all where they stand."""
        for to, message in [entry[2:] for entry in self._under_way] + self._lost:
            deliver(self.receivers[to], message)
        self._under_way, self._lost = [], []
        for receiver in self.receivers.values():
            for other in self.receivers.values():
                fetch(receiver, other)
        for name, receiver in self.receivers.items():
            for other in self.receivers.values():
                tell(name, receiver, other)


def deliver(receiver: Receiver, message: Message) -> None:
    receiver.receive(message) if isinstance(message, Ordered) else receiver.hear(*message)


def fetch(receiver: Receiver, other: Receiver) -> None:
    """Have what another peer committed sent again, from the own height on."""
    while receiver.alarm is None and receiver.height < other.height:
        before = receiver.height
        receiver.receive(other.ledger.blocks[before].ordered)
        if receiver.height == before:
            return


def tell(name: str, receiver: Receiver, other: Receiver) -> None:
    """A peer's head at the height that both have."""
    common = min(receiver.height, other.height)
    other.hear(name, receiver.ledger.at(common))


def disagreements(receivers: Iterable[Receiver]) -> list[tuple[str, str, int]]:
    """Pairs of peers that committed different blocks at some height, and the largest common height: for the judge, not for peers."""
    everyone, found = list(receivers), []
    for place, one in enumerate(everyone):
        for other in everyone[place + 1 :]:
            common = min(one.height, other.height)
            if one.ledger.at(common) != other.ledger.at(common):
                found.append((one.name, other.name, common))
    return found
