"""The skewed split: the closed form against two oracles, the constructor against a checker that shares no code with it."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger_runtime.offchain.allocation import Limits
from ledger_runtime.offchain.dataset import load_digits_dataset
from ledger_runtime.offchain.findings import Reading, check_split
from ledger_runtime.offchain.split import InfeasibleSplit, Status, UndecidedSplit, feasible, split


def exists_by_solver(class_sizes, subsets, reading, strict):
    """Oracle: the two conditions over integer unknowns, as the paper words them."""
    solver, margin = z3.Solver(), int(strict)
    held = [[z3.Int(f"held_{i}_{j}") for j in range(len(class_sizes))] for i in range(subsets)]
    for j, size in enumerate(class_sizes):
        solver.add(z3.Sum([row[j] for row in held]) == size)
    for row in held:
        solver.add(z3.Sum(row) >= 1, z3.Or([rows == 0 for rows in row]), *[rows >= 0 for rows in row])
        if reading.limits_classes:
            solver.add([2 * rows <= size - margin for rows, size in zip(row, class_sizes, strict=True)])
        if reading.limits_subsets:
            solver.add([2 * rows <= z3.Sum(row) - margin for rows in row])
    verdict = solver.check()
    assert verdict != z3.unknown
    return verdict == z3.sat


def exists_by_enumeration(class_sizes, subsets, reading, strict):
    """Oracle: every way to give each row a subset; rows of a class are alike, so only how many go where."""
    ways = [[w for w in product(range(size + 1), repeat=subsets) if sum(w) == size] for size in class_sizes]
    for columns in product(*ways):
        labels = np.repeat(np.arange(len(class_sizes)), class_sizes)
        owner = np.concatenate([np.repeat(np.arange(subsets), column) for column in columns])
        if check_split(labels, [np.flatnonzero(owner == i) for i in range(subsets)], strict).holds(reading):
            return True
    return False


# Number of classes: (sizes that a class may have, numbers of subsets).
GRID = {2: ((1, 2, 3, 4, 5, 100), (4, 6, 7)), 3: ((1, 2, 3, 7), (2, 4, 5)), 4: ((2, 3, 6, 9), (2, 4)), 5: ((3, 8), (1, 4))}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("classes", GRID)
def test_feasibility_agrees_with_a_solver_also_for_unequal_classes(classes, reading, strict):
    sizes, numbers = GRID[classes]
    seen = set()
    for class_sizes in combinations_with_replacement(sizes, classes):
        for subsets in numbers:
            answer = feasible(class_sizes, subsets, reading, strict)
            assert answer.status is not Status.UNKNOWN, answer
            assert bool(answer) == exists_by_solver(class_sizes, subsets, reading, strict), answer
            seen.add(bool(answer))
    can_ever = classes >= (2 if not reading.limits_subsets else 4 if strict else 3)
    assert seen == ({True, False} if can_ever else {False})


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(
    ("class_sizes", "subsets"),
    [((2, 2), 4), ((3, 3), 3), ((2, 3, 3), 3), ((2, 2, 4), 4), ((3, 3, 3), 3), ((2, 2, 2, 2), 2), ((1, 1, 1, 1), 2)],
)
def test_feasibility_agrees_with_enumeration(class_sizes, subsets, reading, strict):
    assert bool(feasible(class_sizes, subsets, reading, strict)) == exists_by_enumeration(class_sizes, subsets, reading, strict)


@pytest.mark.parametrize(
    ("class_sizes", "strict", "smallest"),
    [
        ((100, 100), True, 6),
        ((100,) * 3, True, 5),
        ((100,) * 4, True, 4),
        ((100,) * 10, True, 4),
        ((212, 357), True, 6),
        ((212, 357), False, 5),
    ]
    + [((100, 100), False, 4), ((4, 100), True, 7), ((2, 100), True, None), ((100,), True, None)],
)
def test_smallest_number_of_subsets(class_sizes, strict, smallest):
    assert feasible(class_sizes, 1, Reading.OF_THE_CLASS, strict).smallest_subsets == smallest
    if smallest is not None:
        assert feasible(class_sizes, smallest, Reading.OF_THE_CLASS, strict)
        assert not feasible(class_sizes, smallest - 1, Reading.OF_THE_CLASS, strict)


@given(some.lists(some.integers(1, 500), min_size=2, max_size=2), some.integers(1, 40), some.booleans())
def test_no_class_a_majority_within_a_subset_is_impossible_for_two_classes(class_sizes, subsets, strict):
    answer = feasible(class_sizes, subsets, Reading.OF_THE_SUBSET, strict)
    assert answer.status is Status.INFEASIBLE
    assert answer.reason.startswith("2 classes: a subset without a majority class needs at least")


@settings(max_examples=60, deadline=None)
@given(
    some.lists(some.integers(1, 30), min_size=2, max_size=6),
    some.integers(1, 9),
    some.sampled_from(Reading),
    some.booleans(),
    some.integers(0, 9),
)
def test_a_split_is_made_exactly_where_one_is_feasible(class_sizes, subsets, reading, strict, seed):
    answer = feasible(class_sizes, subsets, reading, strict)
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(class_sizes)), class_sizes))
    refusal = {Status.INFEASIBLE: InfeasibleSplit, Status.UNKNOWN: UndecidedSplit}.get(answer.status)
    if refusal is None:
        findings = check_split(labels, split(labels, subsets, np.random.default_rng(seed), reading, strict), strict)
        assert findings.holds(reading), findings.violations
    else:
        with pytest.raises(refusal) as refused:
            split(labels, subsets, np.random.default_rng(seed), reading, strict)
        assert refused.value.feasibility == answer


def test_digits_into_eight_subsets_meet_both_readings_at_once():
    labels = load_digits_dataset().labels
    for seed in range(20):
        findings = check_split(labels, split(labels, 8, np.random.default_rng(seed)))
        assert findings.violations == ()
        assert all(findings.holds(reading) for reading in Reading)
        assert findings.largest_share_of_a_class < 0.16
        assert findings.largest_share_in_a_subset < 0.13


def test_the_generator_alone_decides_the_split_and_which_class_a_subset_lacks():
    labels = load_digits_dataset().labels
    splits = [split(labels, 8, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    lacking = [[sorted(set(range(10)) - set(labels[part].tolist())) for part in parts] for parts in splits]
    assert all(np.array_equal(a, b) for a, b in zip(splits[0], splits[1], strict=True))
    assert lacking[0] == lacking[1] != lacking[2]
    assert all(len(classes) == 1 for classes in lacking[0])
    # Eight subsets lack eight of ten classes; which eight is drawn too, not read off the sizes.
    assert {k for (k,) in lacking[0]} != {k for (k,) in lacking[2]}


def test_an_infeasible_number_of_subsets_is_refused_with_the_sizes_and_the_smallest_number():
    labels = load_digits_dataset().labels
    with pytest.raises(InfeasibleSplit) as refused:
        split(labels, 3, np.random.default_rng(0))
    assert refused.value.feasibility.smallest_subsets == 4
    assert "(178, 182, 177, 183, 181, 182, 181, 179, 174, 180) rows into 3 subsets" in str(refused.value)
    assert "smallest number of subsets: 4" in str(refused.value)


def test_what_the_search_cannot_decide_is_called_unknown():
    labels = np.repeat(np.arange(4), (30, 12, 12, 12))
    with pytest.raises(UndecidedSplit, match="smallest number of subsets: 5"):
        split(labels, 4, np.random.default_rng(0))
    assert feasible((30, 12, 12, 12), 4).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("class_sizes", "subsets", "reading", "reason"),
    [
        ((9,), 2, Reading.OF_THE_CLASS, "with a single class every non-empty subset has all the classes"),
        (
            (9, 9, 9),
            4,
            Reading.BOTH,
            "3 classes: a subset without a majority class needs at least 3 classes, and lacks one more by condition 1",
        ),
        ((5, 5, 5, 5), 7, Reading.BOTH, "20 rows: 7 subsets need at least 3 each"),
        ((2, 9), 9, Reading.OF_THE_CLASS, "class 0 has 2 row(s): whoever holds one holds a majority of it"),
        ((9, 4), 3, Reading.OF_THE_CLASS, "class 1 of 4 rows needs 4 subsets, as one may hold 1; there are 3"),
        ((90, 9, 9, 9), 5, Reading.BOTH, "class 0 has 90 of 117 rows: too many for it to be a minority in each of 5 subsets"),
        ((100, 100), 5, Reading.OF_THE_CLASS, "each of 5 subsets must lack a class, but the classes can be lacking in 4 places only"),
        ((4, 4, 4, 4), 2, Reading.OF_THE_SUBSET, "every choice of denied classes and sizes of subsets was tried"),
    ],
)
def test_what_is_infeasible_says_why(class_sizes, subsets, reading, reason):
    answer = feasible(class_sizes, subsets, reading)
    assert (answer.status, answer.reason) == (Status.INFEASIBLE, reason)


def test_limits_accept_an_allocation_only_if_each_subset_lacks_a_class():
    limits = Limits((6, 6, 6), 6, Reading.OF_THE_CLASS, True)
    assert limits.met_by(np.array([[2, 2, 0], [2, 2, 0], [2, 0, 2], [0, 2, 2], [0, 0, 1], [0, 0, 1]]))
    assert not limits.met_by(np.array([[2, 2, 1], [2, 2, 0], [2, 0, 2], [0, 2, 2], [0, 0, 1], [0, 0, 0]]))
    assert not limits.met_by(np.array([[2, 2, 1], [2, 2, 0], [2, 0, 2], [0, 1, 1], [0, 1, 1], [0, 0, 1]]))


@pytest.mark.parametrize(("class_sizes", "subsets"), [((), 3), ((3, 0), 3), ((3, 3), 0)])
def test_nothing_to_split_is_an_error(class_sizes, subsets):
    with pytest.raises(ValueError, match="at least one class"):
        feasible(class_sizes, subsets)


LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
SOUND = ([0, 4], [1, 5], [2, 8], [3, 9], [6, 10], [7, 11])


def as_parts(*parts):
    return [np.array(part, dtype=np.int64) for part in parts]


@pytest.mark.parametrize(
    ("parts", "broken", "violation"),
    [
        ((*SOUND, [0, 8]), "disjoint", "row 0 is held 2 times"),
        (SOUND[:-1], "covers", "row 7 is in no subset"),
        ((*SOUND, []), "no_subset_empty", "subset 6 is empty"),
        (([0, 4, 8], [1, 5], [2, 9], [3, 10], [6, 11], [7]), "no_subset_has_all_classes", "subset 0 has all 3 classes"),
        (([0, 1, 2, 4, 5], [3, 8], [6, 9], [7, 10, 11]), "no_majority_of_a_class", "subset 0 holds 3/4 of class 0"),
        (([0, 1, 4], [5, 8], [2, 9], [3, 10], [6, 11], [7]), "no_majority_in_a_subset", "class 0 is 2/3 of subset 0"),
    ],
)
def test_the_checker_names_what_is_broken(parts, broken, violation):
    sound, findings = check_split(LABELS, as_parts(*SOUND), strict=False), check_split(LABELS, as_parts(*parts), strict=False)
    assert sound.holds(Reading.BOTH) and not findings.holds(Reading.BOTH)
    assert getattr(sound, broken) and not getattr(findings, broken)
    assert violation in findings.violations


def test_exactly_half_is_a_majority_only_when_strict():
    halves = as_parts([0, 1, 4, 5], [2, 3, 8, 9], [6, 7, 10, 11])
    assert check_split(LABELS, halves, strict=False).holds(Reading.BOTH)
    strictly = check_split(LABELS, halves, strict=True)
    assert not strictly.no_majority_of_a_class and not strictly.no_majority_in_a_subset
