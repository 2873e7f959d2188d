"""Symmetry breaking: values that nothing distinguishes yet come into use in their order, and no sooner than they can."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from model.circuit import FALSE
from spec.kinds import Kind, Term

if TYPE_CHECKING:
    from model.search import Chain, Search


class Symmetry:
    """Values that nothing distinguishes yet are first used in their order; without `symmetry`, in any order."""

    def __init__(self, search: Search) -> None:
        self.search = search
        present = {value for (_, key), row in search.problem.start.items() for value in flat((*key, *row))}
        facts = {value for (table, key) in search.problem.start if table == "Entity" for value in key}
        roles = search.problem.scope.members()
        self.classes: list[list[Any]] = []
        for sort, values in search.universe.items() if search.problem.symmetry else ():
            declared = search.problem.protocol.sorts.get(sort)
            if declared is None or declared.image_of or sort == "Text":
                continue
            fresh = [value for value in values if value not in present or (value in facts and not self.appears_beyond_facts(value))]
            groups: dict[Any, list[Any]] = {}
            for value in fresh:
                groups.setdefault(roles.get(value) if sort == "Member" else None, []).append(value)
            self.classes += [group for group in groups.values() if len(group) > 1]
        self.used: dict[Any, int] = {}
        self.latest = self._ranks()

    def _ranks(self) -> dict[Any, tuple[int, int]]:
        """For each value that must wait, and its images: its place in the order, and how many one step can bring into use."""
        images = [sort for sort in self.search.problem.protocol.sorts.values() if sort.image_of]
        ranks: dict[Any, tuple[int, int]] = {}
        for group in self.classes:
            names = {group[0], *(sort.image(group[0]) for sort in images)}
            sorts = {sort for sort, values in self.search.universe.items() if names & set(values)}
            each = max(sum(mentions(kind, sorts) for kind in t.parameters.values()) for t in self.search.slice.transactions.values())
            for place, value in enumerate(group):
                ranks.update(dict.fromkeys((value, *(sort.image(value) for sort in images)), (place, each)))
        return ranks

    def possible(self, value: Any, step: int) -> bool:
        place, each = self.latest.get(value, (0, 1))
        return place < step * each

    def appears_beyond_facts(self, value: Any) -> bool:
        return any(value in flat((*key, *row)) for (table, key), row in self.search.problem.start.items() if table != "Entity")

    def order_first_uses(self, chain: Chain) -> None:
        circuit, taken, arguments = self.search.circuit, chain.taken[-1], chain.arguments[-1]
        images = [sort for sort in self.search.problem.protocol.sorts.values() if sort.image_of]
        for group in self.classes:
            names = {value: {value, *(sort.image(value) for sort in images)} for value in group}
            after = dict(self.used)
            for name, known in arguments.items():
                used = dict(self.used)
                for leaf in itertools.chain.from_iterable(leaves(value) for value in known.values()):
                    mentioned = {value: circuit.disjunction(leaf[n] for n in names[value] if n in leaf) for value in group}
                    for before, value in itertools.pairwise(group):
                        circuit.add(-taken[name], -mentioned[value], used.get(before, FALSE), mentioned[before])
                    used.update({value: circuit.disjunction((used.get(value, FALSE), mentioned[value])) for value in group})
                for value in group:
                    after[value] = circuit.disjunction(
                        (after.get(value, FALSE), circuit.conjunction((taken[name], used.get(value, FALSE))))
                    )
            self.used = after


def mentions(kind: Kind, sorts: set[str]) -> int:
    """How many values of the sorts an argument of this kind can mention."""
    if isinstance(kind, Term):
        return sum(mentions(part, sorts) for _, part in kind.parts)
    return int(kind.sort in sorts)


def flat(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from flat(value)
        else:
            yield value


def leaves(value: Any) -> Iterable[dict[Any, int]]:
    """The finite values inside a symbolic argument."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from leaves(inner)
