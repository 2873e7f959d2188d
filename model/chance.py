"""Chances as exact fractions: equal nonces, captured groups, subsets that are not used, draws that are thrown away.

Every function is a closed form; what it assumes stands in its docstring.  What is proved of them for all numbers stands in
`properties/number_statements.py`; tests count every case for small ones.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import comb


def no_collision(owners: int, values: int) -> Fraction:
    """That as many nonces, drawn uniformly and independently from so many values, all differ."""
    ways = 1
    for drawn in range(owners):
        ways *= max(0, values - drawn)
    return Fraction(ways, values**owners)


def collision(owners: int, values: int) -> Fraction:
    """That two of them are equal."""
    return 1 - no_collision(owners, values)


def collision_bounds(owners: int, values: int) -> tuple[Fraction, Fraction]:
    """s / (1 + s) and s, s = k (k - 1) / 2N: proved to be below and above the chance for all k <= N (C21)."""
    s = Fraction(owners * (owners - 1), 2 * values)
    return s / (1 + s), s


def fewest_bits(owners: int, risk: Fraction) -> int:
    """The shortest nonce, in bits, with which a collision is no likelier than the risk, which is above 0; exact."""
    bits = 0
    while collision(owners, 1 << bits) > risk:
        bits += 1
    return bits


def at_least(n: int, needed: int, share: Fraction) -> Fraction:
    """That at least so many of n owners deviate, when each does with the same chance and independently: binomial."""
    return sum((comb(n, f) * share**f * (1 - share) ** (n - f) for f in range(needed, n + 1)), Fraction(0))


def some_group(groups: int, n: int, needed: int, share: Fraction) -> Fraction:
    """That in at least one of the groups of n at least `needed` deviate, when each owner does independently."""
    return 1 - (1 - at_least(n, needed, share)) ** groups


def some_group_of(population: int, deviating: int, groups: int, n: int, needed: int) -> Fraction:
    """The same when exactly so many of a population deviate and the groups are drawn from it, nobody twice: hypergeometric.

    The deviating owners are spread over the seats in every way alike. Ways without a capture: for each group fewer than `needed` of its n
    seats, that is a power of a polynomial, and the rest outside.
    """
    if groups * n > population:
        raise ValueError(f"{groups} groups of {n} need {groups * n} owners; the population has {population}")
    within = [comb(n, f) for f in range(min(needed, n + 1))]
    ways = [1]
    for _ in range(groups):
        ways = convolved(ways, within)
    outside = population - groups * n
    none = sum(count * comb(outside, deviating - f) for f, count in enumerate(ways) if f <= deviating)
    return 1 - Fraction(none, comb(population, deviating))


def convolved(left: list[int], right: list[int]) -> list[int]:
    """The coefficients of the product of two polynomials."""
    found = [0] * (len(left) + len(right) - 1)
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            found[i + j] += one * other
    return found


def covered(subsets: int, picked: int, rounds: int) -> Fraction:
    """That every subset was picked at least once, when each round draws so many of them anew: inclusion and exclusion."""
    return sum(((-1) ** out * comb(subsets, out) * missed(subsets, picked, out) ** rounds for out in range(subsets + 1)), Fraction(0))


def rounds_to_cover(subsets: int, picked: int) -> Fraction:
    """How many such rounds are expected until every subset was picked: coupons drawn several at a time."""
    return sum(((-1) ** (out + 1) * comb(subsets, out) / (1 - missed(subsets, picked, out)) for out in range(1, subsets + 1)), Fraction(0))


def missed(subsets: int, picked: int, out: int) -> Fraction:
    """That a round picks none of `out` given subsets."""
    return Fraction(comb(subsets - out, picked), comb(subsets, picked))


def suits_after(chance: Fraction, further: int) -> Fraction:
    """That who may throw away so many draws ends with one that suits, each of which does with this chance."""
    return 1 - (1 - chance) ** (further + 1)


def bonds_forfeited(chance: Fraction, further: int) -> Fraction:
    """How many bonds it costs, expected, when each draw thrown away costs one."""
    return sum(((1 - chance) ** drawn for drawn in range(1, further + 1)), Fraction(0))


STEPS = 1024
"""Bounds of a frequency are whole parts of this."""


def frequency_bounds(found: int, tries: int, risk: Fraction) -> tuple[Fraction, Fraction]:
    """Between which the chance lies, of which so many of the tries are a sample, but for the risk: Clopper and Pearson, rounded outwards.

    Exact: below the first bound (above the second) so many or more (or fewer) have a chance of at most half the risk.
    """
    low = found and bisect_left(range(STEPS + 1), True, key=lambda part: tail(tries, found, part) > risk / 2) - 1
    missing = tries - found
    high = missing and bisect_left(range(STEPS + 1), True, key=lambda part: tail(tries, missing, part) > risk / 2) - 1
    return Fraction(low, STEPS), 1 - Fraction(high, STEPS)


def tail(tries: int, needed: int, part: int) -> Fraction:
    """That at least so many of the tries succeed, each with the chance of so many parts: as `at_least`, in whole numbers."""
    ways = sum(comb(tries, one) * part**one * (STEPS - part) ** (tries - one) for one in range(needed, tries + 1))
    return Fraction(ways, STEPS**tries)
