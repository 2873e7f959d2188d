"""Random transactions of a small language: rows, lists, ranges, loops, choices, partial and whole writes, events."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from spec.checks import check_protocol
from spec.kinds import BOOLEAN, INTEGER, MEMBER, list_of
from spec.language import becomes, count, every, printed, reference, some, total
from spec.text import Protocol, Text
from spec.tree import choose, literal

STEPS, DEPTH = 6, 3
UNIVERSE: dict[str, list[Any]] = {"Member": ["ann", "bob", "cy"], "Text": ["text"], "Node": ["a", "ab", "b"], "Integer": [0, 1, 2]}


class Writer:
    """Writes one transaction, all chance from `rng`; what it may name grows inside of loops."""

    def __init__(self, rng: random.Random, tx: Any, nodes: list[Any], numbers: list[Any], edge: Any, node: Any) -> None:
        self.rng, self.tx, self.nodes, self.numbers, self.edge, self.node = rng, tx, nodes, numbers, edge, node

    def inside(self, nodes: list[Any] = [], numbers: list[Any] = []) -> Writer:  # noqa: B006
        return Writer(self.rng, self.tx, [*self.nodes, *nodes], [*self.numbers, *numbers], self.edge, self.node)

    def one_of(self, depth: int, simple: list[Callable[[], Any]], deeper: list[Callable[[], Any]]) -> Any:
        return self.rng.choice(simple if depth <= 0 or self.rng.random() < 0.3 else deeper)()

    def reference(self, depth: int) -> Any:
        return self.one_of(depth, [lambda: self.rng.choice(self.nodes)], [lambda: self.reference(depth - 1).next])

    def number(self, depth: int) -> Any:
        return self.one_of(depth, [lambda: self.rng.choice(self.numbers), lambda: literal(self.rng.randrange(3), INTEGER)], [
            lambda: self.reference(depth - 1).size, lambda: self.reference(depth - 1).items.length,
            lambda: self.number(depth - 1) + self.number(depth - 1),
            lambda: choose(self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1)),
            lambda: total(self.edge.rows(self.reference(depth - 1)), lambda row: self.inside(numbers=[row.price]).number(depth - 1)),
            lambda: self.looked(count, depth),
        ])  # fmt: skip

    def truth(self, depth: int) -> Any:
        return self.one_of(depth, [lambda: self.rng.choice(self.nodes).open, lambda: self.rng.choice(self.nodes).exists], [
            lambda: self.number(depth - 1) < self.number(depth - 1),
            lambda: self.reference(depth - 1) == self.reference(depth - 1),
            lambda: self.truth(depth - 1) & self.truth(depth - 1), lambda: self.truth(depth - 1) | self.truth(depth - 1),
            lambda: ~self.truth(depth - 1), lambda: self.reference(depth - 1).open,
            lambda: self.edge[self.reference(depth - 1), self.tx.caller].exists,
            lambda: self.looked(some, depth), lambda: self.looked(every, depth),
        ])  # fmt: skip

    def looked(self, quantifier: Any, depth: int) -> Any:
        """A quantifier over a range or over a list."""
        if self.rng.random() < 0.5:
            return quantifier(self.edge.rows(self.reference(depth - 1)), lambda row: self.inside(numbers=[row.price]).truth(depth - 1))
        return quantifier(self.reference(depth - 1).items, lambda item: self.inside(nodes=[item]).truth(depth - 1))

    def write(self, name: str, depth: int) -> None:
        """One effect: a cell, a row, an entry; or one for every turn of a loop."""
        rng, node = self.rng, self.rng.choice(self.nodes)
        if rng.random() < 0.3 and depth > 0:
            if rng.random() < 0.5:
                self.tx.for_each(self.edge.rows(node), lambda row: self.inside(numbers=[row.price]).write(name, depth - 1))
            else:
                self.tx.for_each(node.items, lambda item: self.inside(nodes=[item]).write(name, depth - 1))
            return
        edge = self.edge[node, self.tx.caller]
        found = rng.choice([
            lambda: [becomes(node.size, self.number(depth))], lambda: [becomes(node.open, self.truth(depth))],
            lambda: [becomes(node.next, self.reference(depth))], lambda: node.items.append(self.rng.choice(self.nodes)),
            lambda: self.node[node].put(size=self.number(depth), open=True), lambda: edge.put(price=self.number(depth)),
            lambda: [becomes(edge.price, self.number(depth)), becomes(edge.seen, self.truth(depth))],
        ])()  # fmt: skip
        condition = self.truth(depth - 1) if rng.random() < 0.3 else True
        self.tx.effect(name, [write.when(condition) for write in found])


def random_text(seed: int) -> Protocol:
    """A protocol of random transactions."""
    rng, text = random.Random(seed), Text(f"random-{seed}", "random transactions", roles=("user",))
    fields = {"size": printed(INTEGER, 1), "open": printed(BOOLEAN, 1), "next": printed(reference("Node"), 1),
              "items": printed(list_of(reference("Node")), 1)}  # fmt: skip
    node = text.table("Node", "", "", fields)
    edge = text.table("Edge", "", "", {"price": printed(INTEGER, 1), "seen": printed(BOOLEAN, 1)},
                      key={"node": reference("Node"), "member": MEMBER})  # fmt: skip
    for number in range(STEPS):
        add_step(text, rng, f"step_{number}", node, edge)
    protocol = text.load()
    check_protocol(protocol)
    return protocol


def add_step(text: Text, rng: random.Random, name: str, node: Any, edge: Any) -> None:
    def step(tx: Any, one: node, two: node, many: INTEGER) -> None:  # type: ignore[valid-type]
        """A random step."""
        writer = Writer(rng, tx, [one, two], [many], edge, node)
        for place in range(rng.randrange(2)):
            tx.require(f"guard_{place}", writer.truth(DEPTH) | (many == rng.randrange(3)), cites="1")
        for place in range(rng.randrange(1, 4)):
            writer.write(f"effect_{place}", DEPTH - 1)
        for place in range(rng.randrange(3)):
            tx.event(f"event_{place}", rng.choice(writer.nodes), when=writer.truth(DEPTH - 1))

    step.__name__ = name
    step.__annotations__.update(one=node, two=node, many=INTEGER)
    text.transaction(caller="user", cites="1")(step)
