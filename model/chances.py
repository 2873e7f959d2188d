"""Chance as choices: a play asks for values, and is played again for every way in which they can come out, each with its exact chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """Whatever draws: each of the values alike."""

    def pick(self, values: Sequence[Any]) -> Any: ...


class Told:
    """The first choices are given, all later ones are the first value; what was chosen, and of how many, is noted."""

    def __init__(self, given: Sequence[int]) -> None:
        self.given, self.chosen = tuple(given), list[tuple[int, int]]()

    def pick(self, values: Sequence[Any]) -> Any:
        place = len(self.chosen)
        number = self.given[place] if place < len(self.given) else 0
        self.chosen.append((number, len(values)))
        return values[number]

    @property
    def weight(self) -> Fraction:
        product = 1
        for _, size in self.chosen:
            product *= size
        return Fraction(1, product)


class Random:
    """Values drawn with a seed."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)

    def pick(self, values: Sequence[Any]) -> Any:
        return self.rng.choice(values)


def every_way(play: Callable[[Chance], T]) -> Iterator[tuple[Fraction, T]]:
    """The play for every way in which its draws come out, with the chance of each; the chances add up to 1."""
    given: list[int] | None = []
    while given is not None:
        told = Told(given)
        found = play(told)
        yield told.weight, found
        given = next_of(told.chosen)


def next_of(chosen: Sequence[tuple[int, int]]) -> list[int] | None:
    """The choices that come next in order, or None after the last."""
    for place in range(len(chosen) - 1, -1, -1):
        number, size = chosen[place]
        if number + 1 < size:
            return [*(before for before, _ in chosen[:place]), number + 1]
    return None


class Ideal:
    """Permutations as an ideal hash gives them: each of them alike for seeds that are new, the same one for the same seeds."""

    def __init__(self, chance: Chance) -> None:
        self.chance, self.known = chance, dict[Any, tuple[int, ...]]()

    def __call__(self, size: int, *seeds: Any) -> tuple[int, ...]:
        if (size, seeds) not in self.known:
            self.known[size, seeds] = self.chance.pick(list(permutations(range(size))))
        return self.known[size, seeds]
