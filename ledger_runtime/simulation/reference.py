"""The network in SimPy, to be read: what each participant does with a transaction, from the client's call until it is told."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from ledger_runtime.simulation.experiment import Draws, Plan, Times, blank

Happening = Generator[Any, Any, None]


@dataclass
class Transaction:
    """One call: its number, its size on the wire, the shared key that it writes (-1 for none) and the version of it that was read."""

    number: int
    size_bytes: float
    key: int
    read_version: int = -1


@dataclass
class Block:
    """Transactions in order, and how many peers have told the client of it."""

    number: int
    transactions: list[Transaction]
    told: int = 0
    done: list[simpy.Event] = field(default_factory=list)

    def size_bytes(self, header_bytes: float) -> float:
        return header_bytes + sum(one.size_bytes for one in self.transactions)


class Network:
    """Client, peers and orderer over one clock."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan, self.draws, self.env = plan, draws, simpy.Environment()
        self.times = blank(plan.transactions)
        self.peers = [Peer(self, number) for number in range(plan.peers)]
        self.orderer = Orderer(self)
        self.client = Client(self)

    def run(self) -> Times:
        self.env.process(self.client.sending())
        self.env.run(until=self.client.all_done)
        self.times.in_use_s[3] = max(peer.in_use_s for peer in self.peers)
        return self.times

    def service(self, server: simpy.Resource, seconds: float, counted: int) -> Happening:
        """Wait for a server, first come first served, and keep it for a while."""
        with server.request() as turn:
            yield turn
            yield self.env.timeout(seconds)
            self.times.in_use_s[counted] += seconds


class Client:
    """One process that sends at a planned rate, collects endorsements, hands transactions to the orderer and waits to be told."""

    def __init__(self, network: Network) -> None:
        self.network, self.env, self.plan = network, network.env, network.plan
        self.processor = simpy.Resource(self.env, 1)
        self.under_way = simpy.Resource(self.env, self.plan.window or math.inf)  # type: ignore[arg-type]
        self.done = [self.env.event() for _ in range(self.plan.transactions)]
        self.all_done = self.env.event()
        self.missing = self.plan.transactions * (1 + self.plan.peers)

    def sending(self) -> Happening:
        """Transactions in order, each when it is planned, and not before one of the window's places is free."""
        for number, planned_s in enumerate(self.network.draws.arrivals_s):
            if planned_s > self.env.now:
                yield self.env.timeout(planned_s - self.env.now)
            place = self.under_way.request()
            yield place
            self.env.process(self.call(number, place))

    def call(self, number: int, place: Any) -> Happening:
        """The life of a transaction as its sender sees it."""
        plan, draws, times, env = self.plan, self.network.draws, self.network.times, self.env
        size = plan.fixed_bytes + plan.drawn_bytes * draws.payload[number]
        transaction = Transaction(number, size, int(draws.hot[number]))
        times.submitted[number] = env.now
        env.process(self.give_up(number, place))
        yield from self.network.service(self.processor, plan.prepare_s, 0)
        times.proposed[number] = env.now
        first = number * plan.endorsers
        answers = [self.network.peers[job % plan.peers].asked(transaction, job) for job in range(first, first + plan.endorsers)]
        yield env.all_of(answers)
        times.endorsed[number] = env.now
        yield from self.network.service(self.processor, plan.assemble_s + size * plan.client_byte_s, 0)
        yield env.timeout(plan.near_s)
        yield from self.network.orderer.take(transaction)

    def give_up(self, number: int, place: Any) -> Happening:
        """The place of a transaction is free again when the client is told of it, or tired of waiting."""
        yield self.done[number] | self.env.timeout(self.plan.client_timeout_s)
        self.under_way.release(place)

    def told(self, block: Block, peer: Peer) -> None:
        """A peer tells of a block; it is done when all have told, or the one to which the client listens."""
        block.told += 1
        if peer.number == 0 if self.plan.first_tells else block.told == self.plan.peers:
            for transaction in block.transactions:
                self.network.times.done[transaction.number] = self.env.now
                self.done[transaction.number].succeed()
            self.missing -= len(block.transactions)
        self.missing -= len(block.transactions)
        if self.missing == 0:
            self.all_done.succeed()


class Peer:
    """Endorses on as many cores as it has; validates on the cores that endorsing leaves free; keeps the versions of shared keys."""

    def __init__(self, network: Network, number: int) -> None:
        self.network, self.number, self.env, self.plan = network, number, network.env, network.plan
        self.way_s = float(network.plan.ways_s[number])
        self.cores = simpy.Resource(self.env, self.plan.cores)
        self.proposals, self.blocks = simpy.Store(self.env), simpy.Store(self.env)
        self.link, self.stream = simpy.Resource(self.env, 1), simpy.Resource(self.env, 1)
        self.versions: dict[int, int] = {}
        self.in_use_s = 0.0
        self.env.process(self.receiving())
        self.env.process(self.validating())

    def asked(self, transaction: Transaction, job: int) -> simpy.Event:
        """The client sends a proposal; what is returned happens when the answer is back."""
        jitter_s = self.plan.jitter_s * self.network.draws.jitter[transaction.number]
        answered = self.env.event()
        self.proposals.put((self.env.now + self.way_s + jitter_s, transaction, job, answered))
        return answered

    def receiving(self) -> Happening:
        """A stream delivers in the order of sending: what comes late holds up what comes after it."""
        while True:
            due_s, transaction, job, answered = yield self.proposals.get()
            if due_s > self.env.now:
                yield self.env.timeout(due_s - self.env.now)
            self.env.process(self.endorse(transaction, job, answered))

    def endorse(self, transaction: Transaction, job: int, answered: simpy.Event) -> Happening:
        """Run the chaincode on the state as it is now, sign, answer."""
        with self.cores.request() as core:
            yield core
            if job % self.plan.endorsers == 0:
                transaction.read_version = self.versions.get(transaction.key, -1)
            yield self.env.timeout(self.plan.endorse_fixed_s + self.plan.endorse_drawn_s * self.network.draws.endorse[job])
        yield self.env.timeout(self.way_s)
        answered.succeed()

    def validating(self) -> Happening:
        """Blocks one after another: endorsements on all free cores, then conflicts and the ledger on one."""
        plan = self.plan
        while True:
            block = yield self.blocks.get()
            size, free = len(block.transactions), max(1, plan.cores - self.cores.count)
            seconds = math.ceil(size / free) * plan.check_s + size * (plan.conflict_check_s + plan.ledger_s) + plan.ledger_block_s
            yield self.env.timeout(seconds)
            self.in_use_s += seconds
            self.commit(block)
            self.env.process(self.tell(block))

    def commit(self, block: Block) -> None:
        """A transaction is valid if what it read is still the last version; a valid one writes the next."""
        for transaction in block.transactions:
            valid = transaction.key < 0 or self.versions.get(transaction.key, -1) == transaction.read_version
            if valid:
                self.versions[transaction.key] = transaction.number
            self.network.times.valid[transaction.number] = valid

    def tell(self, block: Block) -> Happening:
        yield self.env.timeout(self.way_s + self.plan.notify_s)
        self.network.client.told(block, self)


class Orderer:
    """Orders one transaction after another, cuts blocks by count, bytes and time, and sends them."""

    def __init__(self, network: Network) -> None:
        self.network, self.env, self.plan = network, network.env, network.plan
        self.processor, self.link = simpy.Resource(self.env, 1), simpy.Resource(self.env, 1)
        self.queue = simpy.Store(self.env)
        self.cut_blocks = 0
        self.env.process(self.cutting())

    def take(self, transaction: Transaction) -> Happening:
        """Check and enqueue, and get it back from the ordering service."""
        yield from self.network.service(self.processor, self.plan.order_s + transaction.size_bytes * self.plan.order_byte_s, 1)
        yield self.env.timeout(self.plan.order_delay_s)
        self.network.times.ordered[transaction.number] = self.env.now
        self.queue.put(transaction)

    def cutting(self) -> Happening:
        """A block is cut when it is full, when the next transaction would make it too large, or when its first has waited long enough."""
        plan, pending, late = self.plan, list[Transaction](), None
        coming = self.queue.get()
        while True:
            happened = yield coming if late is None else coming | late
            if late is not None and coming not in happened:
                pending, late = self.cut(pending), None
                continue
            transaction: Transaction = coming.value  # type: ignore[assignment]
            coming = self.queue.get()
            if pending and sum(one.size_bytes for one in pending) + transaction.size_bytes > plan.preferred_bytes:
                pending, late = self.cut(pending), None
            pending.append(transaction)
            if len(pending) >= plan.block_count or transaction.size_bytes > plan.preferred_bytes:
                pending, late = self.cut(pending), None
            elif late is None:
                late = self.env.timeout(plan.block_timeout_s)

    def cut(self, pending: list[Transaction]) -> list[Transaction]:
        """Close the block and send it; gives the next one, which is empty."""
        block = Block(self.cut_blocks, pending)
        self.cut_blocks += 1
        for transaction in pending:
            self.network.times.cut[transaction.number], self.network.times.block[transaction.number] = self.env.now, block.number
        arrived = [self.env.event() for _ in self.network.peers]
        for peer in self.network.peers:
            self.env.process(self.send(block, peer, arrived))
        return []

    def send(self, block: Block, peer: Peer, arrived: list[simpy.Event]) -> Happening:
        """From the orderer, or from the peer that passes blocks on to this one: over its link, then at the pace of the stream."""
        plan, source, size = self.plan, int(self.plan.sources[peer.number]), block.size_bytes(self.plan.block_bytes)
        if source < 0:
            yield from self.network.service(self.link, size * plan.egress_byte_s, 2)
        else:
            yield arrived[source]
            yield self.env.timeout(plan.hop_s)
            with self.network.peers[source].link.request() as turn:
                yield turn
                yield self.env.timeout(size * plan.forward_byte_s)
        with peer.stream.request() as turn:
            yield turn
            yield self.env.timeout(size * plan.stream_byte_s[peer.number])
        yield self.env.timeout(plan.paths_s[peer.number])
        arrived[peer.number].succeed()
        peer.blocks.put(block)


def simulate(plan: Plan, draws: Draws) -> Times:
    """When what happened to each transaction, by SimPy: some thousand transactions a second."""
    return Network(plan, draws).run()
