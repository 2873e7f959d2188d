"""What breaks within a few steps that take a changed step, by enumeration; and what a search finds that is told all claims at once.

Any other run of the changed text is one of the text itself, of which the claims are proved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from model.enumeration import Rows, Steps
from model.frames import cells_read, cells_written
from model.market import first_useful_step
from model.scope import Scope
from model.search import Problem, Search
from properties.claims import Goal
from properties.small_scope import TICK
from spec.compiled import Compiled
from spec.kinds import Term
from spec.text import Protocol

NOBODY = "orderer"
MOST_TICKS = 12
MOST_STEPS = 300


@dataclass(frozen=True)
class Broken:
    """A claim that breaks: against which coalition, from which start of those given, in how many steps."""

    claim: str
    coalition: str
    start: int
    depth: int


def groups(scope: Scope) -> Iterator[tuple[str, frozenset[str]]]:
    """Nobody, and each single member, with the name of the coalition that is told to the search."""
    yield NOBODY, frozenset()
    for member, role in scope.members().items():
        if role is not None and not scope.is_spare(member):
            yield role, frozenset({member})


def honest_starts(protocol: Protocol, compiled: Compiled, scope: Scope) -> list[Rows]:
    """The states of an honest run, from nothing until nothing is left to do or the clock moves for the last time that is followed.

    One after each step on the ledger; the clock moves when nobody has anything else to do.  Of a mutant in which a
    step is repeated for ever, the first MOST_STEPS.
    """
    steps = Steps(compiled, scope.universe(protocol, spares=False), frozenset(), protocol.transactions)
    rows: Rows = dict(scope.facts())
    starts = [dict(rows)]
    ticks = 0
    for _ in range(MOST_STEPS):
        found = first_useful_step(steps, rows)
        if found is None or ticks == MOST_TICKS:
            break
        ticks += found[0][0] == TICK
        rows.update(found[1])
        if protocol.transactions[found[0][0]].on_ledger:
            starts.append(dict(rows))
    return starts


class Enough(Exception):
    """As many steps were taken for a coalition as there may be."""


@dataclass
class Enumerating:
    """All runs of a coalition, alone or among honest parties, that take the changed step once and at most one step beside it.

    The changed step is taken with all its arguments.  `whole`: so are the steps beside it; else of what a deviating member sends
    only in pre-images and in what is made of identifiers, the honest, the first, the nearest and the repeated values are taken.
    most: steps that are taken for each coalition, 0 for all; `cut` are the coalitions for which there would have been more.
    """

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    goal: Goal
    step: str
    depth: int
    whole: bool = False
    most: int = 0
    found: dict[tuple[str, str], Broken] = field(default_factory=dict)
    successors: int = 0
    cut: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reading = {name: cells_read(condition) for name, condition in self.goal.states.items()}
        self.writing = {name: cells_written(step) for name, step in self.protocol.transactions.items()}
        self.until: int | None = None

    def run(self, starts: list[Rows]) -> dict[tuple[str, str], Broken]:
        """The shortest by claim and coalition, of these the first start."""
        universe = self.scope.universe(self.protocol, spares=False)
        for name, members in groups(self.scope):
            steps = Steps(self.compiled, universe, members, self.protocol.transactions)
            self.until = self.successors + self.most if self.most else None
            try:
                for number, rows in enumerate(starts):
                    self.from_start(steps, rows, name, number)
            except Enough:
                self.cut.append(name)
        return self.found

    def from_start(self, steps: Steps, rows: Rows, coalition: str, number: int) -> None:
        def note(claims: Collection[str], depth: int) -> None:
            for claim in claims:
                known = self.found.get((claim, coalition))
                if known is None or depth < known.depth:
                    self.found[claim, coalition] = Broken(claim, coalition, number, depth)

        already = frozenset(self.states(steps, rows, self.goal.states))
        note(already, 0)
        for after in self.taken(steps, rows, self.step, already, lambda claims: note(claims, 1), True):
            if self.depth > 1:
                for name in self.protocol.transactions:
                    for _ in self.taken(steps, after, name, already, lambda claims: note(claims, 2), self.whole):
                        pass
        for name in self.protocol.transactions if self.depth > 1 else ():
            for after in self.taken(steps, rows, name, already, lambda claims: None, self.whole):
                for _ in self.taken(steps, after, self.step, already, lambda claims: note(claims, 2), True):
                    pass

    def taken(
        self, steps: Steps, rows: Rows, name: str, already: frozenset[str], note: Callable[[Collection[str]], None], every: bool
    ) -> Iterator[Rows]:
        """The states after a step, each once; what breaks with it is noted."""
        known = set()
        view = steps.view(rows)
        for arguments in self.arguments(steps, rows, name, every):
            if self.successors == self.until:
                raise Enough
            self.successors += 1
            note([claim for claim, by in self.goal.steps.items()
                  if name in by and not self.compiled.holds(by[name], arguments, view)])  # fmt: skip
            changed = steps.after(rows, name, arguments) or {}
            identity = frozenset(changed.items())
            if identity in known or all(rows.get(row) == value for row, value in changed.items()):
                continue
            known.add(identity)
            after = {**rows, **changed}
            concerned = [claim for claim, read in self.reading.items() if claim not in already and read & self.writing[name]]
            note(self.states(steps, after, concerned))
            yield after

    def states(self, steps: Steps, rows: Rows, claims: Collection[str]) -> list[str]:
        view = steps.view(rows)
        return [claim for claim in claims if not self.compiled.holds(self.goal.states[claim], {}, view)]

    def arguments(self, steps: Steps, rows: Rows, name: str, every: bool) -> Iterator[dict[str, Any]]:
        if every:
            yield from steps.enabled(rows, name)
            return
        yield from steps.honest(rows, name)
        if steps.coalition:
            made = {sort for sort, one in self.protocol.sorts.items() if one.image_of}
            kinds = self.protocol.transactions[name].parameters
            any_of = [parameter for parameter, kind in kinds.items() if isinstance(kind, Term) or kind.name in made]
            for some in (steps.representative, steps.near, steps.repeated):
                yield from some(rows, name, any_of)


def searched(problem: Problem, wanted: dict[str, int]) -> tuple[dict[str, int], str]:
    """What a search finds that is told all claims: asked, what it found removed, asked again, until nothing is wanted or found.

    wanted: how deep each claim is known to break, of which the search is told no more than the greatest.  Returns how deep each
    claim was found to break, and why the search ended early if it did.
    """
    found: dict[str, int] = {}
    most = max(wanted.values())
    while set(wanted) - set(found):
        left = replace(problem, goal=without(problem.goal, found))
        search = Search(left)
        try:
            answer = search.run(most)
        finally:
            search.solver.close()
        if answer.attack is None:
            return found, answer.unknown
        found[answer.attack.part] = answer.depth
    return found, ""


def without(goal: Goal, parts: Collection[str]) -> Goal:
    return Goal(states={name: e for name, e in goal.states.items() if name not in parts},
                steps={name: by for name, by in goal.steps.items() if name not in parts})  # fmt: skip


__all__ = ["NOBODY", "Broken", "Enumerating", "groups", "honest_starts", "searched", "without"]
