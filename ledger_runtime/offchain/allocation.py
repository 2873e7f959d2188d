"""How many rows of each class each subset gets: an even spread, and a bounded search where the even spread does not do.

An allocation is an int64 array of shape (subsets, classes). This module knows nothing of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .dataset import IntegerArray
from .findings import Reading

SEARCH_LIMIT = 20_000
"""Candidates that a search looks at before it says that it does not know; about a second."""


@dataclass(frozen=True)
class Limits:
    """What an allocation must meet. class_sizes: rows of each class, each at least one. strict: exactly half counts as a majority."""

    class_sizes: tuple[int, ...]
    subsets: int
    reading: Reading
    strict: bool

    @property
    def rows(self) -> int:
        return sum(self.class_sizes)

    @property
    def margin(self) -> int:
        """2 * part <= whole - margin says 'no majority', with the margin 1 where half is one."""
        return 1 if self.strict else 0

    @property
    def smallest_subset(self) -> int:
        """Fewest rows of a subset: 3 classes are the fewest of which none reaches half, 2 the fewest of which none exceeds it."""
        return 1 if not self.reading.limits_subsets else 3 if self.strict else 2

    def class_limit(self, label: int) -> int:
        """Most rows of this class that one subset may hold, whatever the subset's size."""
        size = self.class_sizes[label]
        return (size - self.margin) // 2 if self.reading.limits_classes else size

    def subset_limit(self, size: int) -> int:
        """Most rows of one class that a subset of this size may hold, whatever the class."""
        return (size - self.margin) // 2 if self.reading.limits_subsets else size

    def fewest_holders(self, label: int) -> int | None:
        """s_j = ceil(N_j / class limit), or None where the limit is zero rows."""
        limit = self.class_limit(label)
        return -(-self.class_sizes[label] // limit) if limit else None

    def most_denials(self, label: int) -> int:
        """Upper bound on how many subsets may lack this class; negative where it cannot be placed at all.

        By class: its s_j holders are left over. By subset: let d subsets lack class j, each of at least f rows (`smallest_subset`). The
        rest hold at most (size - margin) / 2 each of it, together N_j <= (rows - d f - margin (m - d)) / 2. As f - margin = 2 in both
        strictnesses, d <= (rows - margin m) / 2 - N_j.
        """
        holders = self.fewest_holders(label)
        by_class = -1 if holders is None else self.subsets - holders
        if not self.reading.limits_subsets:
            return by_class
        return min(by_class, (self.rows - self.margin * self.subsets) // 2 - self.class_sizes[label])

    def met_by(self, counts: IntegerArray) -> bool:
        """Whether an allocation, shape (subsets, classes), places every row and meets both conditions."""
        sizes = counts.sum(axis=1)
        return bool(
            np.array_equal(counts.sum(axis=0), self.class_sizes)
            and counts.min() >= 0
            and sizes.min() >= 1
            and (counts.min(axis=1) == 0).all()
            and (counts <= self._capacities(sizes)).all()
        )

    def _capacities(self, sizes: IntegerArray) -> IntegerArray:
        by_class = [self.class_limit(label) for label in range(len(self.class_sizes))]
        by_subset = [self.subset_limit(size) for size in sizes.tolist()]
        return np.minimum(np.array(by_class, dtype=np.int64)[None, :], np.array(by_subset, dtype=np.int64)[:, None])

    def capacities(self, denied: Sequence[int], sizes: Sequence[int]) -> IntegerArray:
        """Most rows of each class in each subset, when subset i lacks class denied[i] and has sizes[i] rows; shape (subsets, classes)."""
        capacities = self._capacities(np.array(sizes, dtype=np.int64))
        capacities[np.arange(self.subsets), list(denied)] = 0
        return capacities


def even_allocation(limits: Limits, class_order: Sequence[int], first_subset: int = 0) -> IntegerArray:
    """Spread each class evenly over as many subsets as condition 1 allows; shape (subsets, classes).

    Class j goes to a_j subsets, a run that starts where the run of the class before ended, round and round. So each subset holds between
    floor and ceil of (sum of a_j) / m classes. With s_j <= a_j <= N_j and m <= sum <= m (c - 1) that is at least one class and not all of
    them, and no subset gets more than ceil(N_j / s_j), the class's limit: under Reading.OF_THE_CLASS the result meets the limits whenever
    the closed form says feasible. Under the other readings `Limits.met_by` must tell. class_order: a permutation of the classes; earlier
    ones are denied to subsets first.
    """
    subsets, classes = limits.subsets, len(limits.class_sizes)
    holders = [min(size, subsets) for size in limits.class_sizes]
    while sum(holders) > subsets * (classes - 1):
        before = sum(holders)
        for label in class_order:
            if sum(holders) > subsets * (classes - 1) and holders[label] > subsets - limits.most_denials(label):
                holders[label] -= 1
        if sum(holders) == before:
            break
    counts = np.zeros((subsets, classes), dtype=np.int64)
    start = first_subset
    for label in class_order:
        run = [(start + offset) % subsets for offset in range(holders[label])]
        share, remainder = divmod(limits.class_sizes[label], holders[label])
        counts[run, label] = share
        # The rows left over go to the smallest subsets, so that sizes stay close.
        counts[sorted(run, key=lambda subset: int(counts[subset].sum()))[:remainder], label] += 1
        start += holders[label]
    return counts


def search_allocation(limits: Limits, search_limit: int = SEARCH_LIMIT) -> tuple[IntegerArray | None, bool]:
    """Look for an allocation among (denied class, size) of every subset, each candidate decided exactly by a maximum flow.

    Returns (allocation, whether all candidates were looked at). (None, True) proves that there is none; (None, False) proves nothing.
    """
    for candidates in (_likely_candidates(limits), _all_candidates(limits)):
        for denied, sizes in islice(candidates, search_limit // 2):
            capacities = limits.capacities(denied, sizes)
            # Cheap and necessary: every class fits somewhere.
            if (np.minimum(capacities, np.array(sizes)[:, None]).sum(axis=0) < limits.class_sizes).any():
                continue
            counts = _transport(limits.class_sizes, sizes, capacities)
            if counts is not None:
                return counts, False
    return None, next(islice(_all_candidates(limits), search_limit // 2, None), None) is None


def _likely_candidates(limits: Limits) -> Iterator[tuple[list[int], list[int]]]:
    """Sizes alike, or those subsets that lack one of the k largest classes as small as can be, and the others alike."""
    by_size = sorted(range(len(limits.class_sizes)), key=lambda label: -limits.class_sizes[label])
    for denials in _denial_counts(limits):
        denied = [label for label, times in enumerate(denials) for _ in range(times)]
        seen = set()
        for largest in range(len(by_size)):
            small = [label in by_size[:largest] for label in denied]
            sizes = _sizes_alike(limits, small)
            if sizes is not None and tuple(sizes) not in seen:
                seen.add(tuple(sizes))
                yield denied, sizes


def _all_candidates(limits: Limits) -> Iterator[tuple[list[int], list[int]]]:
    for denials in _denial_counts(limits):
        denied = [label for label, times in enumerate(denials) for _ in range(times)]
        for sizes in _sizes(denied, limits.rows, limits.smallest_subset):
            yield denied, sizes


def _denial_counts(limits: Limits) -> Iterator[list[int]]:
    """How many subsets lack class 0, 1, ...: every way to deny one class to each subset.

    One denial each is enough: zero rows are allowed anyway.
    """
    most = [limits.most_denials(label) for label in range(len(limits.class_sizes))]

    def extend(chosen: list[int], left: int) -> Iterator[list[int]]:
        if len(chosen) == len(most):
            if left == 0:
                yield chosen
            return
        after = sum(most[len(chosen) + 1 :])
        for times in range(max(0, left - after), min(left, most[len(chosen)]) + 1):
            yield from extend([*chosen, times], left - times)

    return extend([], limits.subsets)


def _sizes(denied: Sequence[int], rows: int, smallest: int) -> Iterator[list[int]]:
    """All sizes that add up to the rows; subsets that lack the same class are alike, so theirs never increase."""

    def extend(chosen: list[int], left: int) -> Iterator[list[int]]:
        position = len(chosen)
        if position == len(denied):
            if left == 0:
                yield chosen
            return
        remaining = len(denied) - position
        largest = left - smallest * (remaining - 1)
        if position and denied[position] == denied[position - 1]:
            largest = min(largest, chosen[-1])
        # In the last group what follows is no larger, so this one must be large enough for all of it: no branch ends in vain.
        least = -(-left // remaining) if denied[position] == denied[-1] else smallest
        for size in range(max(smallest, least), largest + 1):
            yield from extend([*chosen, size], left - size)

    return extend([], rows)


def _sizes_alike(limits: Limits, small: list[bool]) -> list[int] | None:
    """The smallest size where `small`, and the rest of the rows shared alike; None where they do not suffice.

    Under a limit by subset sizes are odd where half is a majority and even where not, because a row more would not raise the limit.
    """
    others = [subset for subset, is_small in enumerate(small) if not is_small]
    left = limits.rows - limits.smallest_subset * small.count(True)
    if not others or left < limits.smallest_subset * len(others):
        return None
    step = 2 if limits.reading.limits_subsets else 1
    size = left // len(others)
    size -= (size - limits.margin) % step
    enlarged, single = divmod(left - size * len(others), step)
    sizes = [limits.smallest_subset] * len(small)
    for position, subset in enumerate(others):
        sizes[subset] = size + step if position < enlarged else size
    sizes[others[-1]] += single
    return sizes


def _transport(supplies: Sequence[int], demands: Sequence[int], capacities: IntegerArray) -> IntegerArray | None:
    """Whole numbers of shape (subsets, classes) with these row and column sums, within the capacities.

    A maximum flow by shortest paths; None if none.
    """
    counts = np.zeros_like(capacities)
    supply, demand = list(supplies), list(demands)
    while any(supply):
        path = _augmenting_path(supply, demand, capacities - counts, counts)
        if path is None:
            return None
        spare = [int(capacities[s, k] - counts[s, k]) for s, k in path[::2]] + [int(counts[s, k]) for s, k in path[1::2]]
        (last, _), (_, first) = path[-1], path[0]
        amount = min(*spare, supply[first], demand[last])
        for step, (subset, label) in enumerate(path):
            counts[subset, label] += -amount if step % 2 else amount
        supply[first] -= amount
        demand[last] -= amount
    return counts


def _augmenting_path(
    supply: Sequence[int], demand: Sequence[int], spare: IntegerArray, counts: IntegerArray
) -> list[tuple[int, int]] | None:
    """Steps (subset, class), by turns 'give' and 'take back', from a class that has rows left to a subset that has room."""
    reached: dict[int, list[tuple[int, int]]] = {label: [] for label, left in enumerate(supply) if left}
    seen_subsets: set[int] = set()
    frontier = list(reached)
    while frontier:
        following = []
        for label in frontier:
            for subset in np.flatnonzero(spare[:, label] > 0).tolist():
                if subset in seen_subsets:
                    continue
                seen_subsets.add(subset)
                path = [*reached[label], (subset, label)]
                if demand[subset]:
                    return path
                for other in np.flatnonzero(counts[subset] > 0).tolist():
                    if other not in reached:
                        reached[other] = [*path, (subset, other)]
                        following.append(other)
        frontier = following
    return None
