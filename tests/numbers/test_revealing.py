"""When sums of models reveal a single one: against the ranks of every run of rounds, by another library."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from model.exact_tables import TABLES, Sizes
from model.revealing import Revealing, reveals, rounds_of, spanned


def reveals_by_rank(rows: list[tuple[int, ...]]) -> bool:
    """Whether some unit vector adds no rank."""
    matrix = np.array(rows, dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    return any(np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank for unit in np.eye(matrix.shape[1]))


@pytest.mark.parametrize(("subsets", "picked", "rounds"), [(2, 1, 3), (3, 1, 3), (3, 2, 4), (4, 2, 4), (5, 2, 3), (6, 3, 2), (4, 4, 2)])
def test_the_chance_is_the_share_of_all_runs(subsets: int, picked: int, rounds: int) -> None:
    possible = rounds_of(subsets, picked)
    for number in range(1, rounds + 1):
        runs = [reveals_by_rank(list(run)) for run in product(possible, repeat=number)]
        assert Revealing(subsets, picked).chances(rounds)[number] == Fraction(sum(runs), len(runs))


@pytest.mark.parametrize(("subsets", "picked"), [(2, 1), (4, 2), (5, 2), (5, 3)])
def test_the_expected_rounds_are_the_sum_of_the_chances_of_not_yet(subsets: int, picked: int) -> None:
    """E = sum of P(not after r rounds); the tail falls at least by a constant factor, and is below the tolerance here."""
    walk = Revealing(subsets, picked)
    expected, chances = walk.expected(), walk.chances(160)
    assert expected is not None
    assert 0 <= expected - sum((1 - found for found in chances), Fraction(0)) < Fraction(1, 10**9)


def test_all_subsets_at_once_never_reveal() -> None:
    assert Revealing(4, 4).expected() is None and Revealing(4, 4).chances(9)[-1] == 0
    assert Revealing(1, 1).expected() == 1


@pytest.mark.parametrize("subsets", range(1, 13))
def test_rounds_by_turns_reveal_up_to_three_subsets_only(subsets: int) -> None:
    space = ()
    for turn in (0, 1):
        space = spanned(space, tuple(int(i % 2 == turn) for i in range(subsets)))
    assert reveals(space) == (subsets <= 3)


def test_two_rounds_never_reveal_and_three_can() -> None:
    for subsets in (4, 5, 6):
        chances = Revealing(subsets, subsets // 2).chances(4)
        assert chances[2] == 0 < chances[4]
    assert Revealing(4, 2).chances(3)[3] == Fraction(1, 9)


def test_batches_hide_unless_one_is_skipped() -> None:
    batches = [(1, 1, 0, 0, 0), (0, 0, 1, 1, 1)]
    space = spanned(spanned((), batches[0]), batches[1])
    assert not reveals(space) and reveals(spanned(space, (0, 0, 1, 1, 0)))


def test_too_many_subsets_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 7 subsets; expected 1 to 6"):
        Revealing(7, 3)


def test_the_table_says_the_same() -> None:
    lines = {line[0]: line for line in TABLES["revealing"][1](Sizes()).lines}
    for subsets in (2, 3, 4, 5):
        walk = Revealing(subsets, subsets // 2)
        _, picked, by_turns, expected, after, likely = lines[subsets]
        assert (picked, expected, after) == (subsets // 2, walk.expected(), walk.chances(subsets)[-1])
        assert (by_turns == "never") == (subsets > 3) and isinstance(likely, int)
        assert walk.chances(likely)[-1] >= Fraction(1, 2) > walk.chances(likely)[-2]
