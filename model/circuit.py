"""A propositional circuit with sharing and constant folding, emitted as clauses for a SAT solver.

A literal is a non-zero integer, its negation the opposite number; 1 is true.  A value over a finite domain is a mapping
from each value that it may have to the literal that says so: exactly one of them is true.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

TRUE, FALSE = 1, -1
Cases = dict[Hashable, int]


class Circuit:
    """Gates and the clauses that define them; `clauses` is drained by whoever feeds the solver."""

    def __init__(self) -> None:
        self.variables = 1
        self.clauses: list[list[int]] = [[TRUE]]
        self._gates: dict[tuple[int, ...], int] = {}

    def fresh(self) -> int:
        self.variables += 1
        return self.variables

    def conjunction(self, literals: Iterable[int]) -> int:
        kept: set[int] = set()
        for literal in literals:
            if literal == FALSE or -literal in kept:
                return FALSE
            if literal != TRUE:
                kept.add(literal)
        if not kept:
            return TRUE
        if len(kept) == 1:
            return kept.pop()
        identity = tuple(sorted(kept))
        gate = self._gates.get(identity)
        if gate is None:
            gate = self._gates[identity] = self.fresh()
            self.clauses.extend([-gate, literal] for literal in identity)
            self.clauses.append([gate, *(-literal for literal in identity)])
        return gate

    def disjunction(self, literals: Iterable[int]) -> int:
        return -self.conjunction(-literal for literal in literals)

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        if then in (TRUE, FALSE) or otherwise in (TRUE, FALSE):
            if then == TRUE:
                return self.disjunction((condition, otherwise))
            if then == FALSE:
                return self.conjunction((-condition, otherwise))
            return self.disjunction((-condition, then)) if otherwise == TRUE else self.conjunction((condition, then))
        if condition == then:
            return self.disjunction((condition, otherwise))
        if condition == -then:
            return self.conjunction((-condition, otherwise))
        if condition == otherwise:
            return self.conjunction((condition, then))
        if condition == -otherwise:
            return self.disjunction((-condition, then))
        return self._mux(condition, then, otherwise) if condition > 0 else self._mux(-condition, otherwise, then)

    def _mux(self, condition: int, then: int, otherwise: int) -> int:
        """One gate for a choice: its definition, and the two clauses that let agreement of both branches propagate."""
        identity = (0, condition, then, otherwise)
        gate = self._gates.get(identity)
        if gate is None:
            gate = self._gates[identity] = self.fresh()
            self.clauses += [
                [-condition, -then, gate], [-condition, then, -gate], [condition, -otherwise, gate], [condition, otherwise, -gate],
                [-then, -otherwise, gate], [then, otherwise, -gate],
            ]  # fmt: skip
        return gate

    def add(self, *literals: int) -> None:
        """A clause that must hold."""
        if TRUE not in literals:
            self.clauses.append([literal for literal in literals if literal != FALSE] or [FALSE])

    def one_of(self, values: Iterable[Hashable]) -> Cases:
        """A free value over a finite domain."""
        known = list(values)
        if len(known) == 1:
            return {known[0]: TRUE}
        cases: Cases = {value: self.fresh() for value in known}
        self.add(*cases.values())
        self.at_most_one(list(cases.values()))
        return cases

    def at_most_one(self, literals: list[int]) -> None:
        """Pairwise for few literals, in a chain of registers for many."""
        if len(literals) <= 6:
            for index, first in enumerate(literals):
                for second in literals[:index]:
                    self.add(-first, -second)
            return
        before = literals[0]
        for literal in literals[1:]:
            self.add(-before, -literal)
            upto = self.fresh()
            self.add(-before, upto)
            self.add(-literal, upto)
            before = upto

    def count_cases(self, literals: Iterable[int]) -> Cases:
        """How many of the literals are true."""
        total: Cases = {0: TRUE}
        for literal in literals:
            if literal == FALSE:
                continue
            grown: dict[Hashable, list[int]] = {}
            for value, when in total.items():
                assert isinstance(value, int)
                grown.setdefault(value, []).append(self.conjunction((when, -literal)))
                grown.setdefault(value + 1, []).append(self.conjunction((when, literal)))
            total = self.merged(grown)
        return total

    def merged(self, cases: dict[Hashable, list[int]]) -> Cases:
        joined = {value: self.disjunction(literals) for value, literals in cases.items()}
        return {value: literal for value, literal in joined.items() if literal != FALSE}

    def choose_cases(self, condition: int, then: Cases, otherwise: Cases) -> Cases:
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        chosen = {v: self.choose(condition, then.get(v, FALSE), otherwise.get(v, FALSE)) for v in {**then, **otherwise}}
        return {value: literal for value, literal in chosen.items() if literal != FALSE}

    def equal_cases(self, left: Cases, right: Cases) -> int:
        return self.disjunction(self.conjunction((literal, right[value])) for value, literal in left.items() if value in right)

    def where(self, cases: Cases, holds: Any) -> int:
        """The literal that the value is one for which the Python predicate holds."""
        return self.disjunction(literal for value, literal in cases.items() if holds(value))

    def mapped(self, cases: Cases, function: Any) -> Cases:
        image: dict[Hashable, list[int]] = {}
        for value, literal in cases.items():
            image.setdefault(function(value), []).append(literal)
        return self.merged(image)

    def combined(self, left: Cases, right: Cases, function: Any) -> Cases:
        image: dict[Hashable, list[int]] = {}
        for first, when in left.items():
            for second, also in right.items():
                both = self.conjunction((when, also))
                if both != FALSE:
                    image.setdefault(function(first, second), []).append(both)
        return self.merged(image)
