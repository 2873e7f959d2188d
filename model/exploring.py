"""Exploration of concrete states, breadth first, from a start: exact, without symbols, and as far as a limit on states allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from model.enumeration import Action, Rows

Successors = Callable[[Rows], Iterable[tuple[Action, Rows]]]


@dataclass(frozen=True)
class Node:
    """A state, and the step by which it was first reached."""

    rows: Rows
    depth: int = 0
    action: Action | None = None
    before: Node | None = None

    @property
    def run(self) -> list[Action]:
        """The steps from the start to this state."""
        steps: list[Action] = []
        node: Node | None = self
        while node is not None and node.action is not None:
            steps.append(node.action)
            node = node.before
        return steps[::-1]


def whole_state(rows: Rows) -> Hashable:
    return frozenset(rows.items())


class Exploration:
    """All states within some steps of a start, level by level; states of one identity are one state."""

    def __init__(self, start: Rows, successors: Successors, most_states: int, identity: Callable[[Rows], Hashable] = whole_state) -> None:
        self.successors, self.identity, self.most_states = successors, identity, most_states
        self.seen = {identity(start)}
        self.level = [Node(start)]
        self.depth = 0
        self.limited = False

    @property
    def states(self) -> int:
        return len(self.seen)

    @property
    def ended(self) -> bool:
        """Whether every reachable state has been seen."""
        return not self.level and not self.limited

    def deeper(self) -> Iterator[Node]:
        """The new states one step further, as they are found; at the limit on states it stops, and says so in `limited`."""
        following: list[Node] = []
        for node in self.level:
            for action, rows in self.successors(node.rows):
                identity = self.identity(rows)
                if identity in self.seen:
                    continue
                if len(self.seen) >= self.most_states:
                    self.limited = True
                    return
                self.seen.add(identity)
                following.append(Node(rows, node.depth + 1, action, node))
                yield following[-1]
        self.level = following
        self.depth += 1
