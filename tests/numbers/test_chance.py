"""Exact chances against counting every case, for small numbers."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations, product

import pytest

from ledger_runtime.offchain.findings import Reading
from ledger_runtime.offchain.split import feasible
from model import chance
from model.exact_tables import TABLES, Sizes


def counted(cases: Iterable[bool]) -> Fraction:
    """The share of the cases that are so."""
    found = list(cases)
    return Fraction(sum(found), len(found))


@pytest.mark.parametrize("values", [1, 2, 3, 5])
@pytest.mark.parametrize("owners", [1, 2, 3, 4])
def test_collisions(owners: int, values: int) -> None:
    draws = product(range(values), repeat=owners)
    assert chance.collision(owners, values) == counted(len(set(draw)) < owners for draw in draws)


def test_the_shortest_nonce_is_enough_and_one_bit_less_is_not() -> None:
    for owners in (2, 3, 15, 40):
        for risk in (Fraction(1, 2), Fraction(1, 1000), Fraction(1, 10**9)):
            bits = chance.fewest_bits(owners, risk)
            assert chance.collision(owners, 2**bits) <= risk < chance.collision(owners, 2 ** (bits - 1))


@pytest.mark.parametrize("share", [Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)])
@pytest.mark.parametrize(("groups", "n", "needed"), [(1, 3, 2), (2, 3, 2), (3, 2, 1), (2, 4, 3), (2, 2, 3)])
def test_groups_of_owners_who_deviate_independently(groups: int, n: int, needed: int, share: Fraction) -> None:
    one, some = Fraction(0), Fraction(0)
    for owners in product((False, True), repeat=groups * n):
        weight = Fraction(1)
        for deviates in owners:
            weight *= share if deviates else 1 - share
        captured = [sum(owners[i * n : i * n + n]) >= needed for i in range(groups)]
        one, some = one + weight * captured[0], some + weight * any(captured)
    assert chance.at_least(n, needed, share) == one and chance.some_group(groups, n, needed, share) == some
    assert one <= some <= groups * one


@pytest.mark.parametrize("deviating", range(7))
@pytest.mark.parametrize(("groups", "n", "needed"), [(1, 3, 2), (2, 3, 2), (3, 2, 1), (2, 3, 4), (3, 2, 2)])
def test_groups_drawn_from_a_population(groups: int, n: int, needed: int, deviating: int) -> None:
    population = 7
    wanted = counted(
        any(sum(owner in chosen for owner in range(i * n, i * n + n)) >= needed for i in range(groups))
        for chosen in combinations(range(population), deviating)
    )
    assert chance.some_group_of(population, deviating, groups, n, needed) == wanted


def test_more_seats_than_owners_are_refused() -> None:
    with pytest.raises(ValueError, match="2 groups of 3 need 6 owners; the population has 5"):
        chance.some_group_of(5, 1, 2, 3, 2)


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
@pytest.mark.parametrize(("subsets", "picked"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2)])
def test_coverage(subsets: int, picked: int, rounds: int) -> None:
    runs = product(combinations(range(subsets), picked), repeat=rounds)
    assert chance.covered(subsets, picked, rounds) == counted(len({one for drawn in run for one in drawn}) == subsets for run in runs)


@pytest.mark.parametrize(("subsets", "picked"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 3), (5, 4)])
def test_rounds_until_all_are_covered_by_solving_the_chain(subsets: int, picked: int) -> None:
    expected = {subsets: Fraction(0)}
    for known in range(subsets - 1, -1, -1):
        steps = [len(set(drawn) | set(range(known))) for drawn in combinations(range(subsets), picked)]
        onward = sum((expected[reached] for reached in steps if reached > known), Fraction(0))
        expected[known] = (len(steps) + onward) / Fraction(len(steps) - steps.count(known))
    assert chance.rounds_to_cover(subsets, picked) == expected[0]


@pytest.mark.parametrize("further", range(4))
def test_aborting_by_every_run_of_draws(further: int) -> None:
    sides, suits = 3, 1
    ends, bonds = Fraction(0), Fraction(0)
    for draws in product(range(sides), repeat=further + 1):
        thrown = next((place for place, draw in enumerate(draws) if draw < suits), further)
        ends += Fraction(draws[thrown] < suits, sides ** (further + 1))
        bonds += Fraction(thrown, sides ** (further + 1))
    assert chance.suits_after(Fraction(suits, sides), further) == ends
    assert chance.bonds_forfeited(Fraction(suits, sides), further) == bonds


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("classes", range(1, 7))
def test_the_threshold_of_the_skewed_split_is_that_of_the_split(classes: int, strict: bool) -> None:
    """With 60 rows of each class shares and rows come to the same."""
    holders = 3 if strict else 2
    for subsets in range(1, 10):
        assert bool(feasible((60,) * classes, subsets, Reading.OF_THE_CLASS, strict)) == (subsets <= classes * (subsets - holders))
    some = any(feasible((60,) * classes, classes * times, Reading.OF_THE_SUBSET, strict) for times in (1, 2))
    assert some == (classes >= (4 if strict else 3))


def test_the_table_of_splits_has_the_thresholds() -> None:
    lines = {line[0]: line[1:] for line in TABLES["splits"][1](Sizes()).lines}
    for classes in (1, 2, 3, 4):
        for place, strict in enumerate((False, True)):
            possible = [m for m in range(1, 10) if feasible((60,) * classes, m, Reading.OF_THE_CLASS, strict)]
            assert lines[classes][place] == min(possible, default="none")


def test_the_table_of_coverage_counts_what_is_left() -> None:
    lines = {line[0]: line[1:] for line in TABLES["coverage"][1](Sizes(subsets=3)).lines}
    runs = list(product(combinations(range(3), 1), repeat=2))
    assert lines["random 1 of 3"][1] == counted(len({one for drawn in run for one in drawn}) < 3 for run in runs) == 1
    assert lines["random 1 of 3"][0] == Fraction(11, 2) and lines["by turns, m >= 2"][0] == 2


@pytest.mark.parametrize("name", TABLES)
def test_every_line_is_as_wide_as_its_header(name: str) -> None:
    for sizes in (Sizes(), Sizes(subsets=1, replicas=1, population=1), Sizes(subsets=5, replicas=4, population=7)):
        drawn = TABLES[name][1](sizes)
        assert drawn.lines and {len(line) for line in drawn.lines} == {len(drawn.header)}
