"""What honest parties by themselves can still reach from a state, with the steps of the environment as far as nobody honest is late.

It is tried to repeat a run that led there before, then to do whatever comes first in the text, then everything.  In what they try they
take up no identifier that nothing names: a new couple does not end the old one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from model.enumeration import Action, Rows, Steps, Values, parameters_of
from model.exploring import Exploration, whole_state
from model.scope import Scope, values_of
from properties.ranking import Liveness
from spec.compiled import Compiled
from spec.concrete import View
from spec.kinds import Kind, Term
from spec.text import Protocol
from spec.tree import TRUE

MOST_AFTER = 20_000  # states that honest parties reach from one state
LONGEST_RUN = 400

Group = dict[str, Any]


class Undecided(Exception):
    """Honest parties reach more states than are looked at, none of the first of them at the target."""


@dataclass(frozen=True)
class Trap:
    """For whom honest parties can do nothing more, and how many states they can still reach, none of them at the target."""

    subject: dict[str, Any]
    states: int

    def told(self, silent: list[str]) -> str:
        """A sentence; silent: who deviates, and does nothing more."""
        named = ", ".join(f"{name.removeprefix('the ')} = {value}" for name, value in self.subject.items())
        unless = f"unless {' or '.join(silent)} acts, " if silent else ""
        several = f"it holds in none of the {self.states} states that they can bring about"
        reached = "they can do nothing more" if self.states == 1 else several
        return f"{unless}honest parties can never reach it from here on ({named}): {reached}"


@dataclass
class Honest:
    """Honest parties by themselves, with the steps of the environment as far as the claim lets them be late."""

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    claim: Liveness
    coalition: frozenset[str]
    values: Callable[[Kind, dict[str, list[Any]]], list[Any]] = values_of
    like: View | None = None
    identity: Callable[[Rows], Hashable] = whole_state
    most_states: int = MOST_AFTER
    censored: frozenset[str] = frozenset()  # honest members whose calls nobody orders
    _steps: dict[frozenset[str], Steps] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], list[Action]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.taken = dict(self.protocol.transactions)
        self._all = self.scope.universe(self.protocol)
        self._base = self.scope.universe(self.protocol, spares=False)
        self._spare = {value for name, values in self._all.items() for value in values if value not in self._base[name]}
        watched = set().union(*map(parameters_of, [*self.claim.timely.values(), *self.claim.provided.values()]))
        self._read = watched | parameters_of(self.claim.target)
        self._watched = {name: kind for name, kind in self.claim.subject.items() if name in watched}

    def leave_out(self, names: Collection[str]) -> None:
        """Steps that nobody takes."""
        self.taken = {name: step for name, step in self.taken.items() if name not in names}

    def groups(self) -> list[Group]:
        """For whom the claim speaks of the same runs: all subjects, unless its conditions name one."""
        chosen = itertools.product(*(self.values(kind, self._all) for kind in self._watched.values()))
        return [dict(zip(self._watched, values, strict=True)) for values in chosen]

    def trap(self, rows: Rows, of: list[Group]) -> Trap | None:
        """The first subject, of one of the groups, for which the state is a trap; raises Undecided."""
        asked = set()
        for subject in self.subjects(rows):
            key = self.key(subject)
            if key not in asked and any(group.items() <= subject.items() for group in of):
                asked.add(key)
                if states := self.states_without(rows, subject, key):
                    return Trap(subject, states)
        return None

    def key(self, subject: dict[str, Any]) -> tuple[Any, ...]:
        """What the target depends on: subjects alike in it are asked once."""
        return tuple(value for name, value in subject.items() if name in self._read)

    def subjects(self, rows: Rows) -> Iterator[dict[str, Any]]:
        """Those of whom the claim speaks in this state: what is assumed holds, the target is not reached."""
        view = self.steps_for(frozenset()).view(rows)
        for chosen in itertools.product(*(self.values(kind, self._all) for kind in self.claim.subject.values())):
            subject = dict(zip(self.claim.subject, chosen, strict=True))
            if self.compiled.holds(self.claim.open, subject, view):
                yield subject

    def states_without(self, rows: Rows, subject: dict[str, Any], key: tuple[Any, ...]) -> int:
        """0 when honest parties reach the target, else how many states they reach; raises Undecided."""
        if self.follow(rows, subject, self._known.get(key, [])):
            return 0
        steps = self.steps_for(self.spares_in_use(rows))
        run = self.run_to_target(steps, rows, subject)
        if run is not None:
            self._known[key] = run
            return 0
        found = Exploration(rows, lambda state: self.useful(steps, state, subject), self.most_states, self.identity)
        while found.level:
            for node in found.deeper():
                if self.reached(steps, node.rows, subject):
                    self._known[key] = node.run
                    return 0
            if found.limited:
                raise Undecided(f"honest parties reach more than {self.most_states} states from one state")
        return found.states

    def reached(self, steps: Steps, rows: Rows, subject: dict[str, Any]) -> bool:
        """At the target, or outside of what the claim provides for."""
        return not self.kept(rows, subject) or bool(self.compiled.holds(self.claim.target, subject, steps.view(rows)))

    def kept(self, rows: Rows, subject: dict[str, Any]) -> bool:
        """Whether the conditions hold that the claim assumes of all states of a run."""
        view = self.steps_for(frozenset()).view(rows)
        return all(self.compiled.holds(condition, subject, view) for condition in self.claim.provided.values())

    def follow(self, rows: Rows, subject: dict[str, Any], run: list[Action]) -> bool:
        """Whether a run that led to the target before, without the steps that are not open now, does so again."""
        steps = self.steps_for(frozenset())
        for name, arguments in run:
            transaction, view = self.protocol.transactions[name], steps.view(rows)
            if self.ordered(name, arguments) and self.timely(name, rows, subject) and self.compiled.may_send(transaction, arguments, view):
                rows = {**rows, **(steps.after(rows, name, arguments) or {})}
        return bool(run) and self.reached(steps, rows, subject)

    def run_to_target(self, steps: Steps, rows: Rows, subject: dict[str, Any]) -> list[Action] | None:
        """Honest parties do each time what comes first in the text; None when that does not lead to the target."""
        run: list[Action] = []
        while not self.reached(steps, rows, subject):
            found = next(self.useful(steps, rows, subject), None)
            if found is None or len(run) >= LONGEST_RUN:
                return None
            actions, rows = found
            run += actions
        return run

    def useful(self, steps: Steps, rows: Rows, subject: dict[str, Any]) -> Iterator[tuple[tuple[Action, ...], Rows]]:
        """Steps that honest parties can take now and that change something."""
        for name in steps.transactions:
            if self.timely(name, rows, subject):
                for arguments in steps.honest(rows, name):
                    changed = steps.after(rows, name, arguments) if self.ordered(name, arguments) else None
                    if changed and any(rows.get(row) != value for row, value in changed.items()):
                        yield ((name, arguments),), {**rows, **changed}

    def ordered(self, name: str, arguments: dict[str, Any]) -> bool:
        """Whether somebody orders it, or nobody needs to."""
        return arguments["caller"] not in self.censored or not self.protocol.transactions[name].on_ledger

    def timely(self, name: str, rows: Rows, subject: dict[str, Any]) -> bool:
        """Whether the step makes nobody honest late, as far as the claim asks for that."""
        condition = self.claim.timely.get(name, TRUE)
        return condition is TRUE or bool(self.compiled.holds(condition, subject, self.steps_for(frozenset()).view(rows)))

    def steps_for(self, spares: frozenset[str]) -> Steps:
        """The steps over the identifiers of the market, and those spare ones."""
        if spares not in self._steps:
            universe: dict[str, list[Any]] = {}
            for name, values in self._all.items():
                image = self.protocol.sorts[name].image_of if name in self.protocol.sorts else None
                images = {self.protocol.sorts[name].image(origin) for origin in universe[image]} if image else set()
                universe[name] = [value for value in values if value not in self._spare or value in spares or value in images]
            made: Values = lambda kind: self.values(kind, universe)  # noqa: E731
            self._steps[spares] = Steps(self.compiled, universe, self.coalition, self.taken, made, self.like)
        return self._steps[spares]

    def spares_in_use(self, rows: Rows) -> frozenset[str]:
        """Spare identifiers that some row names; what a member wants to be is no use of it."""
        found: set[str] = set()
        for (name, key), row in rows.items():
            table = self.compiled.schema.tables[name]
            if table.category != "rigid":
                kinds = [*(kind for _, kind in table.key), *table.cells.values()]
                for kind, value in zip(kinds, (*key, *row), strict=True):
                    found.update(self.atoms(kind, value))
        return frozenset(found & self._spare)

    def atoms(self, kind: Kind, value: Any) -> Iterator[str]:
        """The identifiers in a value, as deep as a pre-image can be opened."""
        if isinstance(kind, Term):
            if value is not None:
                view = self.steps_for(frozenset()).view({})
                for place, (_, part) in enumerate(kind.parts):
                    yield from self.atoms(part, view.open(kind, value, place))
        elif isinstance(value, str):
            yield value
