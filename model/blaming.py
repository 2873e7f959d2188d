"""Who can be blamed from the ledger alone: worlds that look alike are one case, decided when one member deviated in all of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from model.enumeration import Action
from model.public_views import View, public_view
from model.worlds import World, Worlds, start_of
from properties.disputes import Dispute
from spec.compiled import Compiled
from spec.schema import using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean


@dataclass(frozen=True)
class Case:
    """Worlds that one public view stands for; what must be judged, and who deviated in all of them."""

    view: View
    worlds: tuple[World, ...]
    harmed: bool

    @property
    def culprits(self) -> frozenset[str]:
        return frozenset.intersection(*(world.culprits for world in self.worlds))

    @property
    def decided(self) -> bool:
        return not self.harmed or bool(self.culprits)


@dataclass
class Blame:
    """What was found of one dispute in one text."""

    dispute: Dispute
    prefix: list[Action]
    steps: dict[str, Transaction]
    worlds: list[World]
    harmed: list[bool]
    cases: list[Case]
    pair: tuple[World, World] | None
    additions: list[tuple[str, ...]] = field(default_factory=list)

    def wrong(self, rule: str) -> World | None:
        """The shortest world in which a rule blames who did not deviate."""
        found = [world for world in self.worlds if any(name == rule for name, _ in world.wrongly)]
        return min(found, key=lambda world: (len(world.run), repr(world.run)), default=None)

    def fired(self, rule: str) -> int:
        return sum(any(name == rule for name, _ in world.blamed) for world in self.worlds)

    @property
    def deviating(self) -> int:
        return sum(bool(world.culprits) for world in self.worlds)

    @property
    def longest(self) -> int:
        return max(len(world.run) for world in self.worlds)

    @property
    def to_judge(self) -> int:
        return sum(case.harmed for case in self.cases)

    @property
    def undecided(self) -> int:
        return sum(not case.decided for case in self.cases)


def blame(protocol: Protocol, compiled: Compiled, dispute: Dispute, progress: Callable[[str], None] = lambda text: None) -> Blame:
    """All worlds of a dispute, by what a judge sees of them.  Raises NotExpressible where the text has no such thing."""
    with using(protocol.schema):
        harm = boolean(dispute.harm())
    start, prefix = start_of(protocol, compiled, dispute)
    steps, worlds, harmed = dict[str, Transaction](), list[World](), list[bool]()
    for coalition in ((), *dispute.coalitions):
        of = Worlds(protocol, compiled, dispute, start, coalition)
        steps = of.taken
        for world in of.all():
            worlds.append(world)
            harmed.append(is_harmed(compiled, of, harm, world, dispute))
            progress(f"{dispute.name}: {len(worlds)} worlds")
    said = [one.name for one in dispute.complaints]
    cases = cases_of(worlds, harmed, lambda world: public_view(world.run, steps, said))
    found = Blame(dispute, prefix, steps, worlds, harmed, cases, pair_of(cases, dict(zip(map(id, worlds), harmed, strict=True))))
    if found.pair is not None:
        found.additions = smallest_additions(found, said)
    return found


def is_harmed(compiled: Compiled, of: Worlds, harm: Expression, world: World, dispute: Dispute) -> bool:
    """Something went wrong, or somebody complained."""
    complained = any(name not in of.protocol.transactions for name, _ in world.run)
    return complained or bool(compiled.holds(harm, {}, of.steps.view(world.rows)))


def cases_of(worlds: Iterable[World], harmed: Iterable[bool], view: Callable[[World], View]) -> list[Case]:
    by: dict[View, list[tuple[World, bool]]] = {}
    for world, harm in zip(worlds, harmed, strict=True):
        by.setdefault(view(world), []).append((world, harm))
    return [Case(view, tuple(w for w, _ in found), any(h for _, h in found)) for view, found in by.items()]


def pair_of(cases: list[Case], harmed: dict[int, bool]) -> tuple[World, World] | None:
    """Two worlds of one case, the first harmed, with no culprit in common: both harmed, if there are; then the fewest members and steps."""

    def apart(case: Case) -> Iterator[tuple[World, World]]:
        pairs = itertools.product(case.worlds, repeat=2)
        return ((one, other) for one, other in pairs if harmed[id(one)] and not one.culprits & other.culprits)

    def size(pair: tuple[World, World]) -> Any:
        one, other = pair
        together = len(one.culprits) + len(other.culprits), len(one.run) + len(other.run)
        return not harmed[id(other)], *together, repr(one.run), repr(other.run)

    return min((pair for case in cases if not case.decided for pair in apart(case)), key=size, default=None)


# --- what would have to stand on the ledger ---


def candidates(found: Blame) -> list[str]:
    """Steps off the ledger that could be signed and recorded."""
    return [name for name, step in found.steps.items() if not step.on_ledger and name not in {one.name for one in found.dispute.complaints}]


def smallest_additions(found: Blame, said: Collection[str]) -> list[tuple[str, ...]]:
    """The smallest sets of steps off the ledger that, if they stood on it, would leave no case undecided; none if even all would not."""
    open_cases = [case for case in found.cases if not case.decided]
    harmed = {id(world): harm for world, harm in zip(found.worlds, found.harmed, strict=True)}

    def decides(added: tuple[str, ...]) -> bool:
        return all(decided_with(case, harmed, lambda world: public_view(world.run, found.steps, (*said, *added))) for case in open_cases)

    names = candidates(found)
    for size in range(1, len(names) + 1):
        if enough := [added for added in itertools.combinations(names, size) if decides(added)]:
            return enough
    return []


def decided_with(case: Case, harmed: dict[int, bool], view: Callable[[World], View]) -> bool:
    return all(part.decided for part in cases_of(case.worlds, [harmed[id(world)] for world in case.worlds], view))
