"""Smallest coalitions: the least sets of members whose knowledge together reaches a goal, and the proof that no smaller one does.

Knowledge only grows with the coalition.  So the sets that reach the goal are those that meet every rest of a largest set that does
not: minimal ones are found as hitting sets, and each largest set that does not reach it is evidence that its subsets do not either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from model.deduction import Instance
from model.observing import Fact
from model.terms import Known

Members = frozenset[str]
EVERYBODY = ""  # the holder of what everybody sees


class Fixpoints:
    """The closure of any coalition by unit propagation: the rules are Horn clauses, of which members are assumed."""

    def __init__(self, facts: Iterable[Fact], known_rules: Iterable[Instance], rules: Collection[str]) -> None:
        from pysat.solvers import Solver

        self.number: dict[tuple[str, object], int] = {}
        self.rules = frozenset(rules)
        self.solver = Solver("minisat22")
        for fact in facts:
            if not fact.rule or fact.rule in rules:
                self.solver.add_clause([-self.of("member", fact.holder), self.of("term", fact.term)])
        for one in known_rules:
            if one.rule in rules:  # what follows from nothing follows for everybody
                premises = [-self.of("term", premise) for premise in one.premises] or [-self.of("member", EVERYBODY)]
                self.solver.add_clause([*premises, self.of("term", one.conclusion)])

    def of(self, what: str, name: object) -> int:
        return self.number.setdefault((what, name), len(self.number) + 1)

    def true(self, members: Iterable[str]) -> set[int]:
        _, found = self.solver.propagate([self.of("member", member) for member in (EVERYBODY, *members)])
        return set(found)

    def reaches(self, members: Iterable[str], targets: Iterable[Known]) -> bool:
        """Whether what the members have together gives every target."""
        return {self.of("term", target) for target in targets} <= self.true(members)

    def known(self, members: Iterable[str]) -> set[Known]:
        """All terms that the members can have together."""
        true = self.true(members)
        return {name for (what, name), number in self.number.items() if what == "term" and number in true}  # type: ignore[misc]

    def close(self) -> None:
        self.solver.delete()


@dataclass(frozen=True)
class Gathered:
    """Minimal coalitions that reach a goal by the rules, and the largest ones that do not."""

    smallest: tuple[Members, ...]
    largest_without: tuple[Members, ...]
    rules: frozenset[str] = frozenset()


def gather(members: Iterable[str], reaches: Callable[[Members], bool], most: int = 32) -> Gathered:
    """Minimal coalitions, smallest first, at most so many; reaches must only grow with the coalition."""
    from pysat.examples.hitman import Hitman

    everybody = sorted(members)
    if reaches(frozenset()):
        return Gathered((frozenset(),), ())
    if not reaches(frozenset(everybody)):
        return Gathered((), (frozenset(everybody),))
    minimal: list[Members] = []
    without: list[Members] = []
    with Hitman(solver="m22", htype="sorted") as hitman:
        hitman.hit(everybody)
        while len(minimal) < most:
            tried = hitman.get()
            if tried is None:
                break
            candidate = frozenset(tried)
            if reaches(candidate):
                minimal.append(candidate)
                hitman.block(tried)
            else:
                largest = grown(candidate, everybody, reaches)
                without.append(largest)
                hitman.hit([member for member in everybody if member not in largest])
    return Gathered(tuple(minimal), tuple(without))


def grown(members: Members, everybody: list[str], reaches: Callable[[Members], bool]) -> Members:
    """A largest set above these that does not reach the goal."""
    for member in everybody:
        if member not in members and not reaches(members | {member}):
            members |= {member}
    return members
