"""What a behaviour breaks: all runs in which some members act by it and others do their duty, breadth first, one state at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from adversaries.behaviours import Behaviour, Seen
from model.enumeration import Action, Rows, Steps
from properties.claims import Goal

MOST_STATES = 3_000


@dataclass(frozen=True)
class Broken:
    """A part of a claim that a run breaks at its last step. states: how many were seen until then."""

    label: str
    part: str
    run: list[Action]
    states: int


@dataclass
class Behaving:
    """A text from a start, with members of whom some behave in a way. past: the steps by which the start was reached."""

    steps: Steps
    start: Rows
    past: list[Action]
    goals: Mapping[str, Goal]
    most_states: int = MOST_STATES
    progress: Callable[[str], None] = lambda text: None

    def breaks(self, behaviour: Behaviour | None, depth: int, run: list[Action] | None = None) -> dict[str, Broken]:
        """For each claim the shortest run that breaks it, within a depth and a number of states after a run from the start.

        None for the behaviour: everybody does their duty.
        """
        found: dict[str, Broken] = {}
        rows = dict(self.start)
        for action in run or ():
            rows.update(self.steps.after(rows, *action) or {})
        seen = {frozenset(rows.items())}
        level: list[tuple[Rows, list[Action]]] = [(rows, list(run or ()))]
        for number in range(1, depth + 1):
            self.progress(f"{behaviour.name if behaviour else 'duty'}: {number} steps, {len(seen)} states")
            following: list[tuple[Rows, list[Action]]] = []
            for rows, run in level:
                for action in self.options(behaviour, rows, run):
                    after = {**rows, **(self.steps.after(rows, *action) or {})}
                    new = frozenset(after.items()) not in seen
                    for label, part in self.broken(rows, action, after, found, new):
                        found[label] = Broken(label, part, [*run, action], len(seen))
                    if new and len(seen) < self.most_states:
                        seen.add(frozenset(after.items()))
                        following.append((after, [*run, action]))
            level = following
        return found

    def options(self, behaviour: Behaviour | None, rows: Rows, run: list[Action]) -> Iterator[Action]:
        """What can be taken next: the duties of honest members, and what the behaviour proposes to those who behave so."""
        for name in self.steps.transactions:
            for given in self.steps.honest(rows, name):
                yield name, given
        if behaviour is None:
            return
        view, past = self.steps.view(rows), [*self.past, *run]
        for member in sorted(self.steps.coalition):
            duties = [(name, given) for name in self.steps.transactions for given in self.steps.as_if_honest(rows, name)
                      if given["caller"] == member]  # fmt: skip
            yield from duties if behaviour.dutiful else ()
            for name, given in behaviour.options(Seen(self.steps.compiled.protocol, member, view, past, duties)):
                step = self.steps.transactions.get(name)
                if step is not None and set(given) == set(step.parameters) and self.steps.allows(step, given, view):
                    yield name, given

    def shortened(self, one: Broken) -> Broken:
        """The same break without every step that it does without."""
        run, place = list(one.run), 0
        while place < len(run) - 1:
            rest = [*run[:place], *run[place + 1 :]]
            run, place = (rest, place) if self.breaks_at_last(one.label, rest) else (run, place + 1)
        return Broken(one.label, one.part, run, one.states)

    def breaks_at_last(self, label: str, run: list[Action]) -> bool:
        """Whether every step can be taken, and the claim breaks at the last one and not before."""
        rows: Rows = dict(self.start)
        for number, action in enumerate(run, 1):
            name, given = action
            if not self.steps.allows(self.steps.transactions[name], given, self.steps.view(rows)):
                return False
            after = {**rows, **(self.steps.after(rows, name, given) or {})}
            broken = any(one == label for one, _ in self.broken(rows, action, after, {}, True))
            if broken or number == len(run):
                return broken and number == len(run)
            rows = after
        return False

    def broken(self, before: Rows, action: Action, after: Rows, known: Mapping[str, Broken], new: bool) -> Iterator[tuple[str, str]]:
        """Claims not known as broken yet that this step breaks, or the state after it where that is new."""
        holds = self.steps.compiled.holds
        here, there = self.steps.view(before), self.steps.view(after)
        for label, goal in self.goals.items():
            if label in known:
                continue
            of_step = ((part, by[action[0]]) for part, by in goal.steps.items() if action[0] in by)
            part = next((part for part, condition in of_step if not holds(condition, action[1], here)), "")
            if not part and new:
                part = next((part for part, condition in goal.states.items() if not holds(condition, {}, there)), "")
            if part:
                yield label, part
