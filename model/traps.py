"""Traps: reachable states from which honest parties by themselves never reach a target again; the shortest run to one is looked for."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from adversaries.coalitions import Coalition
from model.enumeration import Action, Rows, Steps, parameters_of
from model.exploring import Exploration, Node
from model.honest import Group, Honest, Undecided
from model.scope import Scope
from model.search import Answer, Attack, all_steps
from model.slicing import FieldName, fields_read, seen
from properties.ranking import Liveness
from spec.checks import expressions_of
from spec.compiled import Compiled
from spec.kinds import Term
from spec.text import Protocol
from spec.tracing import Transaction

MOST_STATES = 12_000  # looked at for one choice of deviating members


class Hunt:
    """The search for traps of one choice of deviating members, a level at a time."""

    def __init__(self, search: TrapSearch, deviating: tuple[str, ...], group: Group) -> None:
        self.search, self.deviating, self.group = search, deviating, group
        further = {member for member, role in search.scope.members().items() if role is None and search.coalition.deviating}
        members = frozenset(deviating) | further
        self.honest = Honest(search.protocol, search.compiled, search.scope, search.claim, members)
        self.steps = Steps(search.compiled, search.scope.universe(search.protocol), members, all_steps(search.protocol, search.coalition))
        self.found = Exploration(search.start, self.successors, MOST_STATES)
        if not self.honest.kept(search.start, group):
            self.found.level = []

    def successors(self, rows: Rows) -> Iterator[tuple[tuple[Action, ...], Rows]]:
        """Along runs that the claim speaks of for the group: nobody is late, what it provides for holds in every state."""
        for name in self.steps.transactions:
            for arguments in self.taken(rows, name) if self.honest.timely(name, rows, self.group) else ():
                changed = self.steps.after(rows, name, arguments)
                if changed and self.honest.kept({**rows, **changed}, self.group):
                    yield ((name, arguments),), {**rows, **changed}

    def taken(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        """The arguments of honest callers, and representative ones of the coalition."""
        any_of = self.search.any_of[name]
        if name not in self.search.protocol.transactions:
            yield from self.steps.forged(rows, name, any_of)
            return
        yield from self.steps.honest(rows, name)
        if self.steps.coalition:
            yield from self.steps.representative(rows, name, any_of)

    def nodes(self, depth: int) -> Iterator[Node]:
        """The new states of a depth: those of one less have been looked at."""
        return iter(self.found.level) if depth == 0 else self.found.deeper()


@dataclass
class TrapSearch:
    """Shortest first; of one length the trap of the fewest deviating members, in the order of the scope and of the text."""

    protocol: Protocol
    compiled: Compiled
    part: str
    claim: Liveness
    scope: Scope
    coalition: Coalition
    start: Rows
    deadline: float | None = None
    progress: Callable[[str], None] = lambda text: None

    def __post_init__(self) -> None:
        self.any_of = alike(self.protocol, all_steps(self.protocol, self.coalition), self.claim)

    def chosen(self) -> list[tuple[str, ...]]:
        """Every choice of deviating members within the coalition's numbers, the fewest first."""
        options = []
        for role, most in self.coalition.deviating.items():
            members = [member for member, wanted in self.scope.members().items() if wanted == role]
            options.append([group for size in range(most + 1) for group in itertools.combinations(members, size)])
        return sorted((tuple(itertools.chain(*groups)) for groups in itertools.product(*options)), key=len)

    def hunts(self) -> list[Hunt]:
        groups = Honest(self.protocol, self.compiled, self.scope, self.claim, frozenset()).groups()
        return [Hunt(self, deviating, group) for deviating in self.chosen() for group in groups]

    def run(self, most_depth: int) -> Answer:
        """The shortest trap within the depth, the depth to which there is none, or the reason why it is not known."""
        hunts = self.hunts()
        undecided: list[str] = []
        complete = 0
        for depth in range(most_depth + 1):
            for hunt in hunts:
                for node in hunt.nodes(depth):
                    self.progress(f"depth {depth}: {sum(one.found.states for one in hunts)} states")
                    if self.deadline is not None and time.monotonic() > self.deadline:
                        return Answer(None, depth - 1, f"the time given ended at depth {depth}")
                    if self.is_trap(hunt, node, undecided):
                        return Answer(Attack(self.part, [node.run], list(hunt.deviating)), depth, "")
            if any(hunt.found.limited for hunt in hunts):
                return Answer(None, depth - 1, "".join(undecided[:1]), complete)
            complete = sum(hunt.found.states for hunt in hunts)
        return Answer(None, most_depth, "".join(undecided[:1]), complete)

    def is_trap(self, hunt: Hunt, node: Node, undecided: list[str]) -> bool:
        """Whether it is one for some subject; what is not decided is noted."""
        try:
            return hunt.honest.trap(node.rows, [hunt.group]) is not None
        except Undecided as error:
            undecided.append(f"at depth {hunt.found.depth} {error}")
            return False


def alike(protocol: Protocol, steps: dict[str, Transaction], claim: Liveness) -> dict[str, list[str]]:
    """For each step the parameters whose values are not told apart: pre-images, images, and what nobody honest reads."""
    read = read_by_honest(protocol.transactions, claim)
    made = {name for name, sort in protocol.sorts.items() if sort.image_of}
    found = {}
    for name, step in steps.items():
        conditions = [*(guard.condition for guard in step.guards.values()), *step.honest.values()]
        written = expressions_of([write for write in (*step.writes, *step.observed) if seen(write, read)])
        used = set().union(*map(parameters_of, (*conditions, *written)))
        used |= {"caller"} if name in protocol.transactions else set()
        found[name] = [p for p, kind in step.parameters.items() if isinstance(kind, Term) or kind.name in made or p not in used]
    return found


def read_by_honest(transactions: dict[str, Transaction], claim: Liveness) -> set[FieldName]:
    """The fields that decide whether honest parties reach the target: what it reads, what they and guards read to write that, and so on."""
    needed = fields_read([claim.open, *claim.timely.values()])
    while True:
        before = len(needed)
        for step in transactions.values():
            visible = [write for write in (*step.writes, *step.observed) if seen(write, needed)]
            if visible:
                conditions = [*(guard.condition for guard in step.guards.values()), *step.honest.values()]
                needed |= fields_read([*conditions, *expressions_of(visible)])
        if len(needed) == before:
            return needed
