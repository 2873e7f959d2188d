"""Datasets: the bundled digits, the stratified hold-out, canonical bytes, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from ledger_runtime.offchain.dataset import Dataset, MalformedDataset, load_digits_dataset, split_train_test


def test_digits_are_whole_numbers_in_range():
    digits = load_digits_dataset()
    assert digits.features.shape == (1797, 64) and digits.features.dtype == np.int64
    assert (digits.features.min(), digits.features.max()) == (0, 16)
    assert sum(digits.class_sizes) == len(digits) == 1797 and len(digits.class_sizes) == 10


def test_the_hold_out_is_stratified_repeatable_and_loses_no_row():
    digits = load_digits_dataset()
    (rows, held_out), (again, _), (other, _) = (split_train_test(digits, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert held_out.class_sizes == tuple(size // 4 for size in digits.class_sizes)
    whole = Dataset(np.vstack([rows.features, held_out.features]), np.concatenate([rows.labels, held_out.labels]), 10)
    assert whole.canonical_bytes() == digits.canonical_bytes()
    assert rows.canonical_bytes() == again.canonical_bytes() != other.canonical_bytes()


def test_canonical_bytes_tell_datasets_apart():
    base = Dataset(np.array([[1, 2], [3, 4]]), np.array([0, 1]), 2)
    others = [
        Dataset(np.array([[1, 2], [3, 4]]), np.array([1, 0]), 2),
        Dataset(np.array([[1, 2], [3, 4]]), np.array([0, 1]), 3),
        Dataset(np.array([[1, 2], [3, 4], [3, 4]]), np.array([0, 1, 1]), 2),
        Dataset(np.array([[1, 2], [3, 5]]), np.array([0, 1]), 2),
    ]
    assert len({data.canonical_bytes() for data in [base, *others]}) == 5
    assert base.canonical_bytes() == base.rows(np.array([1, 0])).canonical_bytes()


@pytest.mark.parametrize(
    ("features", "labels", "shown"),
    [
        (np.zeros((2, 2)), np.zeros(2, dtype=np.int64), "float64"),
        (np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64), "2 dimension"),
        (np.zeros((2, 2), dtype=np.int64), np.zeros(3, dtype=np.int64), "number of labels is 3, expected 2"),
        (np.full((2, 2), 17), np.zeros(2, dtype=np.int64), r"range of features is \(17, 17\), expected within 0 to 16"),
        (np.zeros((2, 2), dtype=np.int64), np.array([0, 2]), r"range of labels is \(0, 2\), expected within 0 to 1"),
    ],
)
def test_a_malformed_dataset_is_refused_with_the_value(features, labels, shown):
    with pytest.raises(MalformedDataset, match=shown):
        Dataset(features, labels, 2)


@pytest.mark.parametrize("percent", [0, 100, -5])
def test_an_empty_part_is_refused(percent):
    with pytest.raises(MalformedDataset, match="between 1 and 99"):
        split_train_test(load_digits_dataset(), np.random.default_rng(0), percent)
