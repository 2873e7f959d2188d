"""Exploration of concrete states, breadth first, from a start: exact, without symbols, and as far as a limit on states allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from model.enumeration import Action, Rows

Successors = Callable[[Rows], Iterable[tuple[tuple[Action, ...], Rows]]]


@dataclass(frozen=True)
class Node:
    """A state, and the steps by which it was first reached from another."""

    rows: Rows
    number: int = 0
    actions: tuple[Action, ...] = ()
    before: Node | None = None

    @property
    def run(self) -> list[Action]:
        """The steps from the start to this state."""
        parts: list[tuple[Action, ...]] = []
        node: Node | None = self
        while node is not None:
            parts.append(node.actions)
            node = node.before
        return [action for part in reversed(parts) for action in part]


def whole_state(rows: Rows) -> Hashable:
    return frozenset(rows.items())


class Exploration:
    """All states within some steps of a start, level by level; states of one identity are one state, numbered as they are found.

    edges: for each state that was left, which states its steps lead to.
    """

    def __init__(self, start: Rows, successors: Successors, most_states: int, identity: Callable[[Rows], Hashable] = whole_state) -> None:
        self.successors, self.identity, self.most_states = successors, identity, most_states
        self.numbers: dict[Hashable, int] = {identity(start): 0}
        self.edges: dict[int, list[tuple[tuple[Action, ...], int]]] = {}
        self.level = [Node(start)]
        self.depth = 0
        self.limited = False

    @property
    def states(self) -> int:
        return len(self.numbers)

    @property
    def ended(self) -> bool:
        """Whether every reachable state has been seen."""
        return not self.level and not self.limited

    def deeper(self) -> Iterator[Node]:
        """The new states one step further, as they are found; at the limit on states it stops, and says so in `limited`."""
        following: list[Node] = []
        for node in self.level:
            leading = self.edges.setdefault(node.number, [])
            for actions, rows in self.successors(node.rows):
                identity, known = self.identity(rows), len(self.numbers)
                number = self.numbers.setdefault(identity, known)
                leading.append((actions, number))
                if number < known:
                    continue
                if known >= self.most_states:
                    self.limited = True
                    return
                following.append(Node(rows, number, actions, node))
                yield following[-1]
        self.level = following
        self.depth += 1
