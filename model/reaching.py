"""Whether honest parties can come to a state at all: walks by chance from nothing, the first that arrives with every idle step left out."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from model.enumeration import Action, Rows, Steps
from model.scope import Scope
from spec.compiled import Compiled
from spec.text import Protocol
from spec.tree import Expression

WALKS, LONGEST_WALK, MOST_CHOICES = 200, 600, 40
# The clock waits while anybody honest has something to do; a walk on which only it moves has ended.
PATIENT, LONGEST_WAIT = ("Tick",), 10


@dataclass
class Reaching:
    """A search for a run of honest parties to a target; chance is an argument."""

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    target: Expression
    rng: random.Random
    progress: Callable[[str], None] = lambda text: None
    steps: Steps = field(init=False)

    def __post_init__(self) -> None:
        self.steps = Steps(self.compiled, self.scope.universe(self.protocol), frozenset(), self.protocol.transactions)

    def run(self) -> list[Action] | None:
        """A run from which no step can be left out, or None when no walk arrived."""
        for number in range(WALKS):
            self.progress(f"walk {number + 1}")
            found = self.walk(settled=number % 2 == 0)
            if found is not None:
                return self.shortened(found)
        return None

    def reached(self, rows: Rows) -> bool:
        return bool(self.compiled.holds(self.target, {}, self.steps.view(rows)))

    def walk(self, settled: bool) -> list[Action] | None:
        """Steps and arguments by chance; settled: some steps always come before others, in an order by chance."""
        names = [name for name in self.steps.transactions if name not in PATIENT]
        self.rng.shuffle(names)
        rows: Rows = dict(self.scope.facts())
        taken: list[Action] = []
        while len(taken) < LONGEST_WALK:
            if not settled:
                self.rng.shuffle(names)
            chosen = self.any_step(rows, names)
            waiting = all(name in PATIENT for name, _ in taken[-LONGEST_WAIT:])
            if chosen is None or (waiting and len(taken) >= LONGEST_WAIT):
                return None
            action, changed = chosen
            taken.append(action)
            rows.update(changed)
            if self.reached(rows):
                return taken
        return None

    def any_step(self, rows: Rows, names: list[str]) -> tuple[Action, Rows] | None:
        """The first of the steps that somebody honest would take now, and that changes something."""
        for name in (*names, *(name for name in PATIENT if name in self.steps.transactions)):
            options = list(itertools.islice(self.steps.honest(rows, name), MOST_CHOICES))
            self.rng.shuffle(options)
            for arguments in options:
                changed = self.steps.after(rows, name, arguments)
                if changed and any(rows.get(row) != value for row, value in changed.items()):
                    return (name, arguments), changed
        return None

    def shortened(self, run: list[Action]) -> list[Action]:
        """The run without every part that it arrives without: halves first, then ever smaller parts, then single steps."""
        size = max(1, len(run) // 2)
        while True:
            place, before = 0, len(run)
            while place < len(run):
                rest = [*run[:place], *run[place + size :]]
                if self.arrives(rest):
                    run = rest
                else:
                    place += size
            self.progress(f"{len(run)} steps")
            if size == 1 and len(run) == before:
                return run
            size = max(1, size // 2)

    def arrives(self, run: list[Action]) -> bool:
        """Whether honest parties can take these steps, and are at the target after the last."""
        rows: Rows = dict(self.scope.facts())
        for name, arguments in run:
            if not self.steps.allows(self.steps.transactions[name], arguments, self.steps.view(rows)):
                return False
            rows.update(self.steps.after(rows, name, arguments) or {})
        return self.reached(rows)
