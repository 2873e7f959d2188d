"""The two conditions of the skewed split (L449-452), and a checker that shares no code with the constructor.

'no subset has all the classes of the data' is condition 1. 'no subset has majority of the data from a single class' is condition 2, which
reads two ways: no subset holds a majority of the rows *of any class*, or no class is the majority of the rows *of any subset*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from .dataset import IntegerArray


class Reading(Enum):
    """How condition 2 is read."""

    OF_THE_CLASS = "no subset holds a majority of the rows of any class"
    OF_THE_SUBSET = "no class is the majority of the rows of any subset"
    BOTH = "no subset holds a majority of the rows of any class, and no class is the majority of the rows of any subset"

    @property
    def limits_classes(self) -> bool:
        return self is not Reading.OF_THE_SUBSET

    @property
    def limits_subsets(self) -> bool:
        return self is not Reading.OF_THE_CLASS


@dataclass(frozen=True)
class SplitFindings:
    """What was found of a split: one fact per name, and in `violations` a sentence with the values for each fact that is false.

    largest_share_of_a_class: greatest part of one class that one subset holds. largest_share_in_a_subset: greatest part of one subset that
    is one class.
    """

    disjoint: bool
    covers: bool
    no_subset_empty: bool
    no_subset_has_all_classes: bool
    no_majority_of_a_class: bool
    no_majority_in_a_subset: bool
    largest_share_of_a_class: Fraction
    largest_share_in_a_subset: Fraction
    violations: tuple[str, ...]

    def holds(self, reading: Reading) -> bool:
        """Whether the split is a partition into non-empty subsets that meets condition 1 and condition 2 as read."""
        partition = self.disjoint and self.covers and self.no_subset_empty
        of_the_class = self.no_majority_of_a_class or not reading.limits_classes
        of_the_subset = self.no_majority_in_a_subset or not reading.limits_subsets
        return partition and self.no_subset_has_all_classes and of_the_class and of_the_subset


def check_split(labels: IntegerArray, parts: Sequence[IntegerArray], strict: bool = True) -> SplitFindings:
    """Examine a split by counting, row by row.

    labels: int64, shape (rows,); the classes are those that occur. parts: row indices of each subset, each int64, shape (rows of the
    subset,). strict: exactly half counts as a majority. Raises IndexError for an index beyond the rows.
    """
    of_class = Counter(labels.tolist())
    in_subset = [Counter(labels[part].tolist()) for part in parts]
    times_held = Counter(row for part in parts for row in part.tolist())
    class_shares = {(i, k): Fraction(n, of_class[k]) for i, held in enumerate(in_subset) for k, n in held.items()}
    subset_shares = {(i, k): Fraction(n, held.total()) for i, held in enumerate(in_subset) for k, n in held.items()}
    half = Fraction(1, 2)
    violations = {
        "disjoint": [f"row {row} is held {n} times" for row, n in sorted(times_held.items()) if n > 1],
        "covers": [f"row {row} is in no subset" for row in range(len(labels)) if row not in times_held],
        "no_subset_empty": [f"subset {i} is empty" for i, held in enumerate(in_subset) if not held],
        "condition_1": [f"subset {i} has all {len(of_class)} classes" for i, held in enumerate(in_subset) if set(held) == set(of_class)],
        "of_the_class": [f"subset {i} holds {s} of class {k}" for (i, k), s in class_shares.items() if s > half or (strict and s == half)],
        "of_the_subset": [f"class {k} is {s} of subset {i}" for (i, k), s in subset_shares.items() if s > half or (strict and s == half)],
    }
    return SplitFindings(
        disjoint=not violations["disjoint"],
        covers=not violations["covers"],
        no_subset_empty=not violations["no_subset_empty"],
        no_subset_has_all_classes=not violations["condition_1"],
        no_majority_of_a_class=not violations["of_the_class"],
        no_majority_in_a_subset=not violations["of_the_subset"],
        largest_share_of_a_class=max(class_shares.values(), default=Fraction(0)),
        largest_share_in_a_subset=max(subset_shares.values(), default=Fraction(0)),
        violations=tuple(sentence for sentences in violations.values() for sentence in sentences),
    )
