"""The skewed split (L449-452): whether there is one for these classes and this many subsets, and one, drawn by chance.

Reading 'of the class', closed form. Let L_j = floor((N_j - 1) / 2), or floor(N_j / 2) where exactly half is allowed, and s_j = ceil(N_j /
L_j) the fewest subsets that can hold class j. A split into m non-empty subsets exists if and only if every L_j >= 1, every s_j <= m, sum
s_j <= m (c - 1), sum N_j >= m. Needed: each subset lacks a class, so at most m (c - 1) places hold rows. Enough: see
`allocation.even_allocation`.

Reading 'of the subset'. With two classes condition 1 leaves one class per subset, which is the whole of it: impossible for every m and N.
Where exactly half counts as a majority a subset needs three classes, and a fourth to lack. From there on the bound of `Limits.most_denials`
is needed but not always enough; a search decides, and where it gives up the status is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .allocation import SEARCH_LIMIT, Limits, even_allocation, search_allocation
from .dataset import IntegerArray
from .findings import Reading

# How far, and how hard, to look for a number of subsets that would do, when the one asked for does not.
HINT_SUBSETS = 64
HINT_SEARCH_LIMIT = 200


class Status(Enum):
    """What is known of a split."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Feasibility:
    """An answer with its reason.

    smallest_subsets: fewest subsets for which a split exists (exact for Reading.OF_THE_CLASS); for the other readings the fewest, up to 64,
    for which one was found. None: there is none, or none was found.
    """

    status: Status
    reason: str
    class_sizes: tuple[int, ...]
    subsets: int
    reading: Reading
    strict: bool
    smallest_subsets: int | None

    def __bool__(self) -> bool:
        """Whether a split is known to exist; UNKNOWN is false."""
        return self.status is Status.FEASIBLE


class InfeasibleSplit(ValueError):
    """No such split exists. Shows the sizes, the reason and the smallest number of subsets that would do."""

    def __init__(self, feasibility: Feasibility) -> None:
        super().__init__(_describe(feasibility))
        self.feasibility = feasibility


class UndecidedSplit(ValueError):
    """No such split was found, and none was ruled out. Shows the same as InfeasibleSplit."""

    def __init__(self, feasibility: Feasibility) -> None:
        super().__init__(_describe(feasibility))
        self.feasibility = feasibility


def feasible(class_sizes: Sequence[int], subsets: int, reading: Reading = Reading.BOTH, strict: bool = True) -> Feasibility:
    """Whether rows of these classes can be split into this many subsets.

    class_sizes: rows of each class, each at least one. strict: exactly half counts as a majority, so that a share must stay below half.
    Raises ValueError for a size or a number of subsets below one.
    """
    if not class_sizes or min(class_sizes) < 1 or subsets < 1:
        raise ValueError(f"class_sizes {tuple(class_sizes)}, subsets {subsets}: expected at least one class, and numbers of at least 1")
    limits = Limits(tuple(class_sizes), subsets, reading, strict)
    status, reason = _decide(limits, SEARCH_LIMIT)
    smallest = _smallest_subsets(limits)
    return Feasibility(status, reason, limits.class_sizes, subsets, reading, strict, smallest)


def split(
    labels: IntegerArray, subsets: int, rng: np.random.Generator, reading: Reading = Reading.BOTH, strict: bool = True
) -> list[IntegerArray]:
    """Split rows by the paper's two conditions; the default satisfies both readings of the second at once.

    labels: int64, shape (rows,); the classes are those that occur. Returns for each subset its row indices, ascending, int64.
    rng: chooses which class each subset lacks and which rows it gets. Raises InfeasibleSplit or UndecidedSplit, ValueError without rows.
    """
    classes, of_class = np.unique(labels, return_inverse=True)
    sizes = np.bincount(of_class, minlength=len(classes)).tolist()
    if not sizes or subsets < 1:
        raise ValueError(f"{len(labels)} labels into {subsets} subsets: expected at least one of each")
    limits = Limits(tuple(sizes), subsets, reading, strict)
    counts = _allocate(limits, rng)
    if counts is None:
        feasibility = feasible(sizes, subsets, reading, strict)
        raise InfeasibleSplit(feasibility) if feasibility.status is Status.INFEASIBLE else UndecidedSplit(feasibility)
    parts: list[list[IntegerArray]] = [[] for _ in range(subsets)]
    for label in range(len(classes)):
        members = rng.permutation(np.flatnonzero(of_class == label))
        for part, rows in zip(parts, np.split(members, np.cumsum(counts[:-1, label])), strict=True):
            part.append(rows)
    return [np.sort(np.concatenate(part)).astype(np.int64) for part in parts]


def _allocate(limits: Limits, rng: np.random.Generator) -> IntegerArray | None:
    """An even spread whose denied classes are drawn by chance; failing that, one in the order of sizes; failing that, a search."""
    drawn_order, first_subset = rng.permutation(len(limits.class_sizes)).tolist(), int(rng.integers(limits.subsets))
    if _obstacle(limits) is not None:
        return None
    for class_order in (drawn_order, _by_size(limits)):
        counts = even_allocation(limits, class_order, first_subset)
        if limits.met_by(counts):
            return counts
    return search_allocation(limits)[0]


def _decide(limits: Limits, search_limit: int) -> tuple[Status, str]:
    obstacle = _obstacle(limits)
    if obstacle is not None:
        return Status.INFEASIBLE, obstacle
    if limits.met_by(even_allocation(limits, _by_size(limits))):
        return Status.FEASIBLE, "each class spread evenly over as many subsets as may hold it"
    counts, exhausted = search_allocation(limits, search_limit)
    if counts is not None:
        return Status.FEASIBLE, "found by search over denied classes and sizes of subsets"
    if exhausted:
        return Status.INFEASIBLE, "every choice of denied classes and sizes of subsets was tried"
    return (
        Status.UNKNOWN,
        f"no closed form rules it out, and a search of at most {search_limit} choices of denied classes and sizes found none",
    )


def _obstacle(limits: Limits) -> str | None:
    """The first necessary condition that fails, with its values, or None."""
    classes, subsets = len(limits.class_sizes), limits.subsets
    if classes < 2:
        return "with a single class every non-empty subset has all the classes"
    fewest_classes = 2 if not limits.reading.limits_subsets else 4 if limits.strict else 3
    if classes < fewest_classes:
        present = fewest_classes - 1
        return f"{classes} classes: a subset without a majority class needs at least {present} classes, and lacks one more by condition 1"
    if limits.rows < subsets * limits.smallest_subset:
        return f"{limits.rows} rows: {subsets} subsets need at least {limits.smallest_subset} each"
    for label, size in enumerate(limits.class_sizes):
        holders = limits.fewest_holders(label)
        if holders is None:
            return f"class {label} has {size} row(s): whoever holds one holds a majority of it"
        if holders > subsets:
            return f"class {label} of {size} rows needs {holders} subsets, as one may hold {limits.class_limit(label)}; there are {subsets}"
        if limits.most_denials(label) < 0:
            return f"class {label} has {size} of {limits.rows} rows: too many for it to be a minority in each of {subsets} subsets"
    denials = sum(limits.most_denials(label) for label in range(classes))
    if denials < subsets:
        return f"each of {subsets} subsets must lack a class, but the classes can be lacking in {denials} places only"
    return None


def _smallest_subsets(limits: Limits) -> int | None:
    if limits.reading is Reading.OF_THE_CLASS:
        holders = [limits.fewest_holders(label) for label in range(len(limits.class_sizes))]
        known = [count for count in holders if count is not None]
        if len(known) < 2 or len(known) < len(holders):
            return None
        return max(*known, -(-sum(known) // (len(known) - 1)))
    for subsets in range(2, min(HINT_SUBSETS, limits.rows // limits.smallest_subset) + 1):
        if _decide(Limits(limits.class_sizes, subsets, limits.reading, limits.strict), HINT_SEARCH_LIMIT)[0] is Status.FEASIBLE:
            return subsets
    return None


def _by_size(limits: Limits) -> list[int]:
    """Classes, smallest first: a small class is the easiest to do without."""
    return sorted(range(len(limits.class_sizes)), key=lambda label: (limits.class_sizes[label], label))


def _describe(feasibility: Feasibility) -> str:
    smallest = "none found" if feasibility.smallest_subsets is None else str(feasibility.smallest_subsets)
    half = "less than half" if feasibility.strict else "at most half"
    return (
        f"classes of {feasibility.class_sizes} rows into {feasibility.subsets} subsets, {feasibility.reading.value} ({half}): "
        f"{feasibility.reason}; smallest number of subsets: {smallest}"
    )
