"""When sums of the models of random rounds give a single model: exact, by the spaces that rounds span.

A round is the 0-1 vector of the subsets that it sums. A single model can be computed when a unit vector is in the span of the rounds,
that is when the reduced echelon form has a row with one entry: a combination that gives it has, at each pivot, the coefficient of that row.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import comb, gcd

Row = tuple[int, ...]
Space = tuple[Row, ...]
"""A reduced echelon form in whole numbers: rows by rising pivot, 0 at all other pivots, above 0 at its own, without a common divisor."""

LARGEST = 6
"""Most subsets for which every space is looked at, in about a second."""


def rounds_of(subsets: int, picked: int) -> list[Row]:
    """Every round of so many subsets."""
    return [tuple(int(i in chosen) for i in range(subsets)) for chosen in combinations(range(subsets), picked)]


def pivot(row: Row) -> int:
    return next(place for place, value in enumerate(row) if value)


def spanned(space: Space, vector: Row) -> Space:
    """The space with one vector more."""
    for row in space:
        vector = cleared(vector, row, pivot(row))
    if not any(vector):
        return space
    place = pivot(vector)
    divisor = gcd(*vector) if vector[place] > 0 else -gcd(*vector)
    new = tuple(value // divisor for value in vector)
    return tuple(sorted((*(cleared(row, new, place) for row in space), new), key=pivot))


def cleared(vector: Row, row: Row, place: int) -> Row:
    """The vector with 0 at the row's pivot, without a common divisor; its own pivot keeps its sign."""
    if not vector[place]:
        return vector
    found = [value * row[place] - other * vector[place] for value, other in zip(vector, row, strict=True)]
    divisor = gcd(*found) or 1
    return tuple(value // divisor for value in found)


def reveals(space: Space) -> bool:
    """Whether a single model follows."""
    return any(sum(1 for value in row if value) == 1 for row in space)


class Revealing:
    """Random rounds of `picked` of so many subsets, each drawn anew.

    Rounds that add a dimension go on to a larger space; the others, as many as lie in the space, change nothing.
    """

    def __init__(self, subsets: int, picked: int) -> None:
        if not 1 <= picked <= subsets <= LARGEST:
            raise ValueError(f"{picked} of {subsets} subsets; expected 1 to {LARGEST} subsets, and at most all of them picked")
        self.rounds = rounds_of(subsets, picked)
        self.draws = comb(subsets, picked)
        self.following: dict[Space, Counter[Space]] = {}
        self._expected: dict[Space, Fraction | None] = {}

    def after(self, space: Space) -> Counter[Space]:
        """In how many of the possible rounds each space follows."""
        if space not in self.following:
            self.following[space] = Counter(spanned(space, vector) for vector in self.rounds)
        return self.following[space]

    def expected(self, space: Space = ()) -> Fraction | None:
        """How many rounds are expected until a single model follows; None if it never does."""
        if reveals(space):
            return Fraction(0)
        if space not in self._expected:
            self._expected[space] = self._expected_beyond(space)
        return self._expected[space]

    def _expected_beyond(self, space: Space) -> Fraction | None:
        """E = 1 + sum of chance times E of what follows, solved for the space itself."""
        follow = self.after(space)
        staying = Fraction(follow[space], self.draws)
        if staying == 1:
            return None
        total = Fraction(1)
        for larger, count in follow.items():
            beyond = Fraction(0) if larger == space else self.expected(larger)
            if beyond is None:
                return None
            total += Fraction(count, self.draws) * beyond
        return total / (1 - staying)

    def chances(self, rounds: int) -> list[Fraction]:
        """That a single model follows from the first r rounds, for r from 0."""
        states: dict[Space, int] = {(): 1}
        found = [Fraction(0)]
        done = 0
        for number in range(1, rounds + 1):
            reached: Counter[Space] = Counter()
            for space, ways in states.items():
                for larger, count in self.after(space).items():
                    reached[larger] += ways * count
            states, done = {}, done * self.draws
            for space, ways in reached.items():
                if reveals(space):
                    done += ways
                else:
                    states[space] = ways
            found.append(Fraction(done, self.draws**number))
        return found
