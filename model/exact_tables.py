"""The exact figures as tables: thresholds, nonces, captured groups, coverage, what sums reveal, what aborting gains, the skewed split.

A cell is a text, a whole number or an exact fraction; None stands where there is nothing.
"""
# ruff: noqa: E501 (tables)

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from model import chance
from model.revealing import LARGEST, Revealing

Cell = str | int | Fraction | None


@dataclass(frozen=True)
class Sizes:
    """What the tables are of.

    subsets and replicas: one group for each subset; population: owners that groups are drawn from; shares: of owners that deviate; owners and
    bits: of nonces; further: draws that may be thrown away.
    """

    subsets: int = 8
    replicas: int = 3
    population: int = 60
    shares: tuple[Fraction, ...] = tuple(Fraction(percent, 100) for percent in (5, 10, 20, 30, 40, 50))
    owners: tuple[int, ...] = (2, 5, 15, 24, 100)
    bits: tuple[int, ...] = (8, 16, 32, 64, 128, 256)
    further: tuple[int, ...] = (0, 1, 2, 4)


class Drawn(NamedTuple):
    """What a table shows. said: what the figures are, and what they assume; curves: two columns that are worth drawing over the first."""

    title: str
    said: str
    header: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    curves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table by its name, with the claims that its figures belong to."""

    name: str
    claims: tuple[str, ...]
    drawn: Drawn


def thresholds(sizes: Sizes) -> Drawn:
    """Where a statement holds and where it fails; both sides are statements that are proved for all numbers, named in the last columns."""
    lines = (
        ("right quorum, f < n/2", "q >= n/2", "q = ⌈n/2⌉ - 1", "C17a", "enough", "exact"),
        ("deviating, some quorum", "2f < n", "2f = n", "C17a", "majority", "impossible"),
        ("quorum the honest reach", "q <= ⌊n/2⌋ + 1", "q = ⌊n/2⌋ + 2", "C17a", "reached", "largest reached"),
        ("owners who capture no group", "q - 1", "q", "C17c/least", "none", "one"),
        ("subsets, skewed by class", "m >= 3, C >= 3", "m = 2", "C03/class", "at most half: enough", "at most half: needed"),
        ("classes, skewed by subset", "C >= 3", "C = 2", "C03/subset", "at most half: enough", "at most half: needed"),
        ("nonces for a risk r", "N >= k(k-1)/2r", "N < k(k-1)(1-r)/2r", "C21/chance", "enough", "not enough"),
        ("bond against aborting", "p v", "less than p v", "C25n/last", "enough", "not enough"),
        ("subsets hidden by turns", "m >= 4", "m = 3", "C26/turns", "hidden", "exact"),
    )
    said = "Thresholds that are arithmetic alone, with the statements of both sides: each is proved for all numbers."
    return Drawn("Thresholds from both sides", said, ("what", "holds", "fails", "claim", "proved by", "failure proved by"), lines)


def quorum(sizes: Sizes) -> Drawn:
    lines = [(n, (n - 1) // 2, -(-n // 2), n // 2 + 1) for n in range(1, max(9, sizes.replicas) + 1)]
    said = ("With at most this many deviating owners among n, a quorum from the least to the largest is right whenever it is reached, and the "
            "honest alone reach it. One deviating owner more, or a quorum outside, and it is not so: proved for all n.")  # fmt: skip
    return Drawn("Quorums and deviating owners", said, ("n replicas", "deviating, at most", "least quorum", "largest quorum"), tuple(lines))  # fmt: skip


def capture(sizes: Sizes) -> Drawn:
    m, n = sizes.subsets, sizes.replicas
    needed = n // 2 + 1
    lines: list[tuple[Cell, ...]] = []
    for share in sizes.shares:
        deviating = share * sizes.population
        exactly = None if deviating.denominator > 1 or m * n > sizes.population else chance.some_group_of(
            sizes.population, int(deviating), m, n, needed)  # fmt: skip
        lines.append((share, chance.at_least(n, needed, share), chance.some_group(m, n, needed, share), exactly,
                      chance.some_group(m, 5, 2, share)))  # fmt: skip
    said = (f"{m} groups of {n}, captured when {needed} deviate. Independently: each owner deviates with the chance of the share (binomial). Of "
            f"{sizes.population}: exactly that share of so many owners deviates, and groups are drawn from them (hypergeometric; empty where it "
            "is no whole number, or there are too few). Last: by the 2-of-5 rule two of five are enough.")  # fmt: skip
    header = ("share deviating", "one group", "some group", f"some, of {sizes.population}", "some, 2 of 5")
    return Drawn("Chance that a group is captured", said, header, tuple(lines), curves=(2, 1))


def nonces(sizes: Sizes) -> Drawn:
    lines = [(owners, bits, chance.collision(owners, 1 << bits), *chance.collision_bounds(owners, 1 << bits))
             for owners in sizes.owners for bits in sizes.bits if owners <= 1 << bits]  # fmt: skip
    said = ("Chance that two of so many owners draw the same nonce, with the bounds that are proved for all numbers. It is never 0. Assumed: "
            "every nonce is drawn uniformly and independently; who chooses one can choose another's.")  # fmt: skip
    return Drawn("Equal nonces", said, ("owners", "bits", "chance", "at least (proved)", "at most (proved)"), tuple(lines))


def lengths(sizes: Sizes) -> Drawn:
    risks = [Fraction(1, 2**power) for power in (10, 20, 40, 64)]
    lines = [(owners, *(chance.fewest_bits(owners, risk) for risk in risks)) for owners in sizes.owners]
    said = "The shortest nonces, in bits, with which the chance of two equal ones is at most the risk: exact, one bit less is not enough."
    header = ("owners", *(f"risk 2^-{risk.denominator.bit_length() - 1}" for risk in risks))
    return Drawn("Nonce lengths for a risk", said, header, tuple(lines))


def aborts(sizes: Sizes) -> Drawn:
    lines = []
    for suits in (Fraction(1, sizes.subsets), Fraction(1, 2)):
        for further in sizes.further:
            ends, bonds = chance.suits_after(suits, further), chance.bonds_forfeited(suits, further)
            lines.append((suits, further, ends, ends - suits, bonds, 1 / suits))
    said = ("Who sees a draw that suits with this chance, and may throw away so many at the price of a bond each. The gain is the chance times the "
            "bonds lost, as expected, exactly: a bond of at least the chance times what a draw that suits is worth takes the profit away, so that it covers a worth of so many bonds.")  # fmt: skip
    header = ("chance", "further draws", "in the end", "gain", "bonds lost", "covers")
    return Drawn("Bias by aborting", said, header, tuple(lines))


def coverage(sizes: Sizes) -> Drawn:
    m = sizes.subsets
    lines: list[tuple[Cell, ...]] = [("by turns, m >= 2", 2, 0, 0, 0)]
    lines += [(f"random {size // 2} of {size}", chance.rounds_to_cover(size, size // 2),
               *(1 - chance.covered(size, size // 2, rounds) for rounds in (2, size, 2 * size))) for size in sorted({2, 4, 6, m} - {0, 1})]  # fmt: skip
    lines.append(("B permuted batches", "B", None, None, None))
    said = ("Rounds until every subset has trained, expected where they are random, and the chance that some subset has not after 2, m and 2m rounds. By "
            "turns every two rounds, and an epoch of permuted batches, cover exactly once: proved.")  # fmt: skip
    header = ("rule", "rounds", "some left after 2", "after m", "after 2m")
    return Drawn("Coverage of subsets over rounds", said, header, tuple(lines))


def revealing(sizes: Sizes) -> Drawn:
    lines: list[tuple[Cell, ...]] = []
    for m in range(2, LARGEST + 1):
        walk = Revealing(m, m // 2)
        chances = walk.chances(2 * m)
        likely = next((rounds for rounds, found in enumerate(chances) if found * 2 >= 1), None)
        lines.append((m, m // 2, "some alone" if m < 4 else "never", walk.expected(), chances[m], likely))
    said = ("When sums of a round's models give a single model: the rank of the rounds, exactly, over every space that they can span. By turns it "
            "is decided at once, for every m: proved. Random halves: rounds until it does, expected, the chance that it does after m rounds, and the "
            "least number of rounds after which that is at least 1/2.")  # fmt: skip
    header = ("m subsets", "picked", "by turns", "rounds", "after m", "likely after")
    return Drawn("What sums of models reveal", said, header, tuple(lines))


def splits(sizes: Sizes) -> Drawn:
    lines: list[tuple[Cell, ...]] = []
    for classes in (1, 2, 3, 4, 10):
        fewest = [next((m for m in range(1, 9) if m <= classes * (m - holders)), None) for holders in (2, 3)]
        lines.append((classes, *(least or "none" for least in fewest), *("yes" if classes >= needed else "no" for needed in (3, 4))))
    said = ("Least number of subsets for a skewed split when none may have over half (or half) of a class, and whether there is one when no class may "
            "be over half (or half) of a subset: proved for all classes and subsets, in shares of rows.")  # fmt: skip
    header = ("classes", "class, at most half", "class, under half", "subset, at most half", "subset, under half")
    return Drawn("The skewed split", said, header, tuple(lines))


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Sizes], Drawn]]] = {
    "thresholds": (("C03", "C17a", "C17c", "C21", "C25n", "C26"), thresholds),
    "splits": (("C03",), splits),
    "quorum": (("C17a",), quorum),
    "capture": (("C17c",), capture),
    "nonces": (("C21",), nonces),
    "lengths": (("C21",), lengths),
    "aborts": (("C25n",), aborts),
    "revealing": (("C26",), revealing),
    "coverage": (("C27n",), coverage),
}
"""The claims that each table belongs to, and how it is made."""


def tables(sizes: Sizes, names: Iterable[str] = tuple(TABLES)) -> list[Table]:
    """The tables of these names, in order."""
    return [Table(name, TABLES[name][0], TABLES[name][1](sizes)) for name in names]
