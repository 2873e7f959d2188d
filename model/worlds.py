"""Worlds: runs of honest parties in one fixed order, but for what deviating members leave out or do instead, until nobody honest acts.

A deviating member does what an honest one would, except that it leaves out one step for ever, or takes one step that an honest one would
not, or both.  So a world is near an honest run, and two worlds differ only by what was done wrongly.  See docs/decisions/0018.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from model.enumeration import Action, Rows, Steps
from model.market import first_useful_step
from model.reductions import relative_clock
from model.scope import Scope
from properties.blame_rules import rules_of
from properties.disputes import Dispute, complaints_of, owes
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.kinds import Sort, Term
from spec.text import Protocol
from spec.tracing import Transaction

TICK = "Tick"
SUBMIT = "Submit"
LONGEST = 200


@dataclass(frozen=True)
class World:
    """A run from the start of a dispute, who of the coalition deviated in it, the state in which it ends, and whom which rule blames."""

    run: tuple[Action, ...]
    coalition: tuple[str, ...]
    culprits: frozenset[str]
    rows: Rows
    blamed: frozenset[tuple[str, str]]

    @property
    def wrongly(self) -> frozenset[tuple[str, str]]:
        """Rules that blame who did not deviate."""
        return frozenset((rule, member) for rule, member in self.blamed if member not in self.culprits)


@dataclass(frozen=True)
class Place:
    """Where a run stands: its state, what the coalition will never do, and who has taken a step of its own."""

    rows: Rows
    run: tuple[Action, ...] = ()
    culprits: frozenset[str] = frozenset()
    left_out: frozenset[Any] = frozenset()
    acted: frozenset[str] = frozenset()
    idle: int = 0
    open_before: frozenset[Any] = frozenset()
    blamed: frozenset[tuple[str, str]] = frozenset()
    duties: dict[str, list[dict[str, Any]]] = field(default_factory=dict, compare=False)  # of this state, as far as asked


def key_of(action: Action) -> Any:
    name, arguments = action
    return name, tuple(arguments.items())


def left_with(action: Action) -> Any:
    """Who leaves out to submit a transaction leaves out the transaction."""
    return key_of((action[0].removeprefix(SUBMIT), action[1]))


def due(step: Action, place: Place, following: Action | None) -> bool:
    """A step of one's own is taken as soon as it can be, when it is the member's turn, or at the end."""
    return following is None or following[0] == TICK or following[1]["caller"] == step[1]["caller"] or key_of(step) not in place.open_before


@dataclass
class Worlds:
    """All worlds of a dispute for one coalition, from a start."""

    protocol: Protocol
    compiled: Compiled
    dispute: Dispute
    start: Rows
    coalition: tuple[str, ...]
    progress: Callable[[str], None] = lambda text: None
    taken: dict[str, Transaction] = field(init=False)

    def __post_init__(self) -> None:
        scope = Scope.parse(self.dispute.scope)
        self.taken = steps_of(self.protocol, self.dispute)
        self.steps = Steps(self.compiled, scope.universe(self.protocol, spares=False), frozenset(self.coalition), self.taken)
        self.rules = rules_of(self.protocol, self.taken)
        self.clock = relative_clock(self.protocol)
        self.order = [name for name in in_order(self.taken) if name != TICK]
        self.any_of = {name: undistinguished(step) for name, step in self.taken.items()}

    def all(self) -> Iterator[World]:
        """Depth first; the run without a deviation comes first."""
        pending = [Place(self.start)]
        while pending:
            place = pending.pop()
            action = self.next_step(place)
            if ended := self.is_over(place, action):
                yield World(place.run, self.coalition, place.culprits, place.rows, place.blamed)
            own = self.own_steps(place) if place.idle == 0 else []
            open_now = frozenset(map(key_of, own))
            following = [] if ended or action is None else [self.after(place, action, open_now)]
            following += self.without(place, action)
            taken = (step for step in own if due(step, place, None if ended else action))
            following += [self.after(place, step, open_now, by=step[1]["caller"]) for step in taken]
            pending += reversed(following)

    def is_over(self, place: Place, action: Action | None) -> bool:
        """Nobody has anything to do, and when the clock moves that stays so: every deadline has passed."""
        if action is None or len(place.run) >= LONGEST:
            return True
        return action[0] == TICK and set(self.clock(place.rows)) == set(self.clock(self.after(place, action, frozenset()).rows))

    def after(self, place: Place, action: Action, open_now: frozenset[Any], by: str = "") -> Place:
        """The place after a step; by: the member who deviates by taking it."""
        name, arguments = action
        rows = {**place.rows, **(self.steps.after(place.rows, name, arguments) or {})}
        own = frozenset((by,)) if by else frozenset()
        idle = place.idle + 1 if name == TICK else 0
        blamed = place.blamed | self.blames(place.rows, action)
        return Place(rows, (*place.run, action), place.culprits | own, place.left_out, place.acted | own, idle, open_now, blamed)

    def blames(self, rows: Rows, action: Action) -> frozenset[tuple[str, str]]:
        """Whom the text's sentences blame when the step is taken."""
        name, arguments = action
        view = self.steps.view(rows)
        fired = (one for one in self.rules.get(name, ()) if self.compiled.holds(one.condition, arguments, view))
        return frozenset((one.rule.name, evaluate(one.member, arguments, view)) for one in fired)

    def without(self, place: Place, action: Action | None) -> list[Place]:
        """The coalition leaves the next step out for ever, if it is one of its own and the first that its member leaves out."""
        if action is None or action[1]["caller"] not in self.coalition:
            return []
        name, caller = action[0], action[1]["caller"]
        if any(dict(given)["caller"] == caller for _, given in place.left_out):
            return []
        guilty = place.culprits | ({caller} if owes(self.dispute, self.protocol, name) else frozenset())
        return [replace(place, culprits=guilty, left_out=place.left_out | {left_with(action)})]

    def next_step(self, place: Place) -> Action | None:
        """The first step, in the order of the dispute, that a member would honestly take and that changes something; the clock waits."""
        for name in self.order:
            found = [given for given in self.duties(place, name) if self.useful(place, (name, given))]
            if found:
                return name, min(found, key=repr)
        if TICK in self.taken:
            return next(((TICK, given) for given in self.duties(place, TICK)), None)
        return None

    def duties(self, place: Place, name: str) -> list[dict[str, Any]]:
        """What is done honestly in the state of a place, found once for all places that share the state."""
        if name not in place.duties:
            place.duties[name] = self.honestly(place.rows, name)
        return place.duties[name]

    def honestly(self, rows: Rows, name: str) -> list[dict[str, Any]]:
        return [*self.steps.honest(rows, name), *(self.steps.as_if_honest(rows, name) if self.coalition else ())]

    def useful(self, place: Place, action: Action) -> bool:
        """Neither left out nor taken before, and it changes something or says something."""
        if left_with(action) in place.left_out or (action[0] != TICK and action in place.run):
            return False
        if action[0] not in self.protocol.transactions:
            return True
        changed = self.steps.after(place.rows, *action) or {}
        return any(place.rows.get(row) != value for row, value in changed.items())

    def own_steps(self, place: Place, near: bool = False) -> list[Action]:
        """Steps that a member of the coalition who has not done so yet can take and an honest one would not.

        near: only those that differ in one part of a pre-image from what an honest one would do.
        """
        found: dict[Any, Action] = {}
        for name in self.dispute.deviations if self.coalition else ():
            if name in self.taken:
                honest = [key_of((name, given)) for given in self.duties(place, name)]
                for given in self.steps.near(place.rows, name, self.any_of[name]) if near else self.possible(place, name):
                    action = name, given
                    fresh = given["caller"] not in place.acted and key_of(action) not in honest
                    if fresh and key_of(action) not in found and self.useful(place, action):
                        found[key_of(action)] = action
        return list(found.values())

    def possible(self, place: Place, name: str) -> Iterator[dict[str, Any]]:
        submitted = [action for action in place.run if action[0].startswith(SUBMIT)]
        yield from self.steps.representative(place.rows, name, self.any_of[name])
        yield from self.steps.near(place.rows, name, self.any_of[name])
        yield from self.steps.repeated(place.rows, name, self.any_of[name], submitted)
        yield from self.copied(place, name)

    def copied(self, place: Place, name: str) -> Iterator[dict[str, Any]]:
        """A call of another, committed or submitted, in one's own name and for any instance."""
        step, view = self.taken[name], self.steps.view(place.rows)
        places = [parameter for parameter, kind in step.parameters.items() if kind.sort == "CI"]
        for other, given in place.run:
            if other in (name, SUBMIT + name) and given["caller"] not in self.coalition:
                for member, *named in itertools.product(self.coalition, *(self.steps.universe["CI"] for _ in places)):
                    sent = {**given, "caller": member, **dict(zip(places, named, strict=True))}
                    if self.steps.allows(step, sent, view):
                        yield sent


def steps_of(protocol: Protocol, dispute: Dispute) -> dict[str, Transaction]:
    """The steps among which a dispute arises, as far as the text has them, and its complaints."""
    own = {name: protocol.transactions[name] for name in dispute.steps if name in protocol.transactions}
    return {**own, **complaints_of(dispute, protocol)}


def in_order(steps: dict[str, Transaction]) -> list[str]:
    """The order of the dispute, with each submission before what it submits."""
    submitted = {name.removeprefix(SUBMIT) for name in steps if name.startswith(SUBMIT)}
    plain = [name for name in steps if not name.startswith(SUBMIT)]
    return [one for name in plain for one in ((SUBMIT + name, name) if name in submitted else (name,))]


def undistinguished(step: Transaction) -> list[str]:
    """Pre-images and nonces, of which some stand for all; other values are followed one by one."""
    return [name for name, kind in step.parameters.items() if isinstance(kind, Term) or (isinstance(kind, Sort) and kind.name == "Nonce")]


def start_of(protocol: Protocol, compiled: Compiled, dispute: Dispute) -> tuple[Rows, list[Action]]:
    """What honest parties bring about without the steps of the dispute, and by which steps."""
    return start_without(protocol, compiled, Scope.parse(dispute.scope), {*dispute.steps, *dispute.without})


def start_without(protocol: Protocol, compiled: Compiled, scope: Scope, left_out: Collection[str]) -> tuple[Rows, list[Action]]:
    """What honest parties bring about without some steps and before the clock moves, and by which steps."""
    left = {*left_out, TICK}
    allowed = {name: step for name, step in protocol.transactions.items() if name not in left and not name.startswith(SUBMIT)}
    steps = Steps(compiled, scope.universe(protocol, spares=False), frozenset(), allowed)
    rows, taken = dict(scope.facts()), list[Action]()
    while (found := first_useful_step(steps, rows)) is not None and len(taken) < LONGEST:
        taken.append(found[0])
        rows.update(found[1])
    return rows, taken
