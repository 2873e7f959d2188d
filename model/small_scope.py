"""Small-scope exploration: every state that honest parties and given deviating members reach in the rounds of a populated market.

What is left out, and why nothing is lost by it, is in docs/decisions/0008; each reduction can be switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from model.enumeration import Action, Rows, Steps
from model.exploring import Exploration, Node
from model.honest import Honest, Undecided
from model.reductions import Symmetry, moved_tables, relative_clock
from model.scope import Scope
from properties.ranking import Liveness
from properties.small_scope import EAGER, KEPT, TICK, Case
from spec.compiled import Compiled
from spec.concrete import View
from spec.kinds import Term
from spec.text import Protocol
from spec.tree import Expression

REDUCTIONS = ("eager", "symmetry", "clock", "representatives")


@dataclass(frozen=True)
class Found:
    """A claim that falls, with the run to the state in which it does."""

    claim: str
    node: Node


def subject_of(action: Action) -> Hashable:
    """What is done, on or off the ledger; on it whoever does it."""
    name, arguments = action
    return name, frozenset((parameter, value) for parameter, value in arguments.items() if parameter != "caller" or name not in EAGER)


@dataclass
class Small:
    """The exploration of one case.  along: the steps that are followed, of all that can be taken.

    obeyed: claims about steps, as a condition for each step; of a state that is found again only the first way to it is judged.
    """

    protocol: Protocol
    compiled: Compiled
    case: Case
    start: Rows
    states: dict[str, Expression]
    live: dict[str, Liveness]
    most_states: int
    without: tuple[str, ...] = ()
    progress: Callable[[str], None] = lambda text: None
    along: Callable[[Rows, str, Rows], bool] = lambda before, step, after: True
    obeyed: dict[str, dict[str, Expression]] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scope = Scope.parse(self.case.scope)
        self.members = frozenset(self.case.deviating)
        universe = self.scope.universe(self.protocol, spares=False)
        steps = {name: step for name, step in self.protocol.transactions.items() if name not in self.case.nobody_takes}
        self.steps = Steps(self.compiled, universe, self.members, steps)
        self.kept = [name for name in steps if name in KEPT]
        self.eager = [name for name in steps if not steps[name].on_ledger or name in EAGER]
        self.any_of = {name: self.undistinguished(name) for name in steps}
        self.clock = relative_clock(self.protocol)
        self.symmetry = Symmetry(self.protocol, universe, self.start, self.members)
        written = {write.table for name in (*self.kept, *self.eager, TICK) for write in (*steps[name].writes, *steps[name].observed)}
        self.moved = moved_tables(self.protocol.schema, written)
        self.exploration = Exploration(self.start, self.successors, self.most_states, self.identity)

    def undistinguished(self, name: str) -> list[str]:
        """Pre-images and what is made of identifiers: of these the honest, the first and the repeated values are followed."""
        if "representatives" in self.without:
            return []
        made = {sort for sort, one in self.protocol.sorts.items() if one.image_of}
        return [p for p, kind in self.protocol.transactions[name].parameters.items() if isinstance(kind, Term) or kind.name in made]

    # --- states ---

    def identity(self, rows: Rows) -> Hashable:
        items = [(name, row) for name, row in (rows.items() if "clock" in self.without else self.clock(rows)) if name[0] in self.moved]
        return frozenset(items) if "symmetry" in self.without else self.symmetry.orbit(items)

    # --- steps ---

    def successors(self, rows: Rows) -> Iterator[tuple[tuple[Action, ...], Rows]]:
        busy = False
        for name in self.kept if "eager" not in self.without else [*self.kept, *(n for n in self.eager if n not in self.kept)]:
            for honest, arguments in self.taken(rows, name):
                after = self.changed(rows, name, arguments)
                if after is not None:
                    busy = busy or honest
                    yield self.settled(((name, arguments),), after)
        if not (busy and self.case.timely):
            for arguments in self.steps.honest(rows, TICK):
                after = self.changed(rows, TICK, arguments)
                if after is not None:
                    yield self.settled(((TICK, arguments),), after)
                break

    def taken(self, rows: Rows, name: str) -> Iterator[tuple[bool, dict[str, Any]]]:
        """Arguments of honest callers, then those of deviating ones, each with whether the caller is honest."""
        for arguments in self.steps.honest(rows, name):
            yield True, arguments
        if not self.members or not (self.protocol.transactions[name].on_ledger or name in KEPT):
            return
        if "representatives" in self.without:
            for arguments in self.steps.enabled(rows, name):
                if arguments["caller"] in self.members:
                    yield False, arguments
            return
        for arguments in self.steps.representative(rows, name, self.any_of[name]):
            yield False, arguments
        for arguments in self.steps.near(rows, name, self.any_of[name]):
            yield False, arguments
        for arguments in self.steps.repeated(rows, name, self.any_of[name]):
            yield False, arguments

    def changed(self, rows: Rows, name: str, arguments: dict[str, Any]) -> Rows | None:
        """The state after a step that changes something."""
        changed = self.steps.after(rows, name, arguments)
        if not changed or all(rows.get(row) == value for row, value in changed.items()):
            return None
        after = {**rows, **changed}
        return after if self.along(rows, name, after) else None

    def settled(self, actions: tuple[Action, ...], rows: Rows) -> tuple[tuple[Action, ...], Rows]:
        """After a step everything is done at once, each thing once, that commutes with whatever else can be done."""
        done: set[Hashable] = set()
        while "eager" not in self.without and (found := self.first_eager(rows, done)) is not None:
            action, rows = found
            actions = (*actions, action)
            done.add(subject_of(action))
        return actions, rows

    def first_eager(self, rows: Rows, done: set[Hashable]) -> tuple[Action, Rows] | None:
        for name in self.eager:
            for arguments in self.at_once(rows, name):
                after = None if subject_of((name, arguments)) in done else self.changed(rows, name, arguments)
                if after is not None:
                    return (name, arguments), after
        return None

    def at_once(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """What honest parties do at once; a deviating one also learns what an honest one would."""
        yield from self.steps.honest(rows, name)
        if self.members and not self.protocol.transactions[name].on_ledger and name not in KEPT:
            yield from self.steps.as_if_honest(rows, name)

    # --- claims ---

    def sometimes(self) -> list[str]:
        """Which steps came up anywhere: what never does, nothing was shown of."""
        taken = {name for leading in self.exploration.edges.values() for actions, _ in leading for name, _ in actions}
        return [name for name in self.protocol.transactions if name in taken and self.protocol.transactions[name].on_ledger]

    def identity_on_ledger(self, view: View) -> Callable[[Rows], Hashable]:
        """Where pre-images are digests states are told apart but for the clock."""
        return lambda rows: frozenset(self.clock(rows))

    def run(self, stop: bool = False) -> Small:
        """All states, each judged when it is found; `stop`: no further than the first claim that falls."""
        self.judge(self.exploration.level[0])
        nodes = [*self.exploration.level]
        while self.exploration.level and not self.exploration.limited and not (stop and self.found):
            for node in self.exploration.deeper():
                nodes.append(node)
                self.judge(node)
                self.progress(f"{self.case.name}: {len(nodes)} states")
                if stop and self.found:
                    break
        if not (stop and self.found):
            self.judge_traps(nodes)
        return self

    def judge(self, node: Node) -> None:
        view = self.steps.view(node.rows)
        for name, condition in self.states.items():
            if name not in self.found and not self.compiled.holds(condition, {}, view):
                self.found[name] = Found(name, node)
        for name, conditions in self.obeyed.items():
            if name not in self.found and node.before is not None and not self.obeys(conditions, node.before.rows, node.actions):
                self.found[name] = Found(name, node)

    def obeys(self, conditions: dict[str, Expression], rows: Rows, actions: tuple[Action, ...]) -> bool:
        """Whether all of these steps, one after the other, are as a claim says."""
        for name, arguments in actions:
            if name in conditions and not self.compiled.holds(conditions[name], arguments, self.steps.view(rows)):
                return False
            rows = {**rows, **(self.steps.after(rows, name, arguments) or {})}
        return True

    def judge_traps(self, nodes: list[Node]) -> None:
        """A state from which honest steps that were explored lead to the target is no trap; the others are asked one by one."""
        for name, claim in self.live.items():
            honest = Honest(self.protocol, self.compiled, self.scope, claim, self.members, identity=self.identity)
            if self.case.nobody_takes:
                honest.leave_out(self.case.nobody_takes)
            open_states = {node.number: node for node in nodes if next(honest.subjects(node.rows), None) is not None}
            for number in sorted(set(open_states) - self.escaping({node.number for node in nodes} - set(open_states))):
                try:
                    if honest.trap(open_states[number].rows, honest.groups()) is not None:
                        self.found[name] = Found(name, open_states[number])
                        break
                except Undecided:
                    self.undecided.append(name)
                    break

    @cached_property
    def undecided(self) -> list[str]:
        return []

    def escaping(self, reached: set[int]) -> set[int]:
        """The states from which steps of honest parties lead to one that is reached."""
        before: dict[int, list[int]] = {}
        for number, leading in self.exploration.edges.items():
            for actions, other in leading:
                if actions[0][1]["caller"] not in self.members:
                    before.setdefault(other, []).append(number)
        waiting = list(reached)
        while waiting:
            for number in before.get(waiting.pop(), []):
                if number not in reached:
                    reached.add(number)
                    waiting.append(number)
        return reached

