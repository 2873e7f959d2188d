"""The rows that a Data Owner sells: fixed-point features, labels, and their canonical bytes.

The paper leaves the data abstract (L446-452). scikit-learn's bundled digits stand in: 1,797 pictures of 8 x 8 pixels, whose brightness is
an integer from 0 to 16 already, so that nothing is lost by fixed point.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntegerArray = NDArray[np.int64]

FEATURE_ONE = 16
"""The integer that stands for a feature of 1.0."""

ROWS_MAGIC = b"marketproof/rows/1\n"


class MalformedDataset(ValueError):
    """Arrays that do not form a dataset. Shows the value that was found and what was expected."""

    def __init__(self, what: str, found: object, expected: object) -> None:
        super().__init__(f"{what} is {found!r}, expected {expected}")
        self.what, self.found, self.expected = what, found, expected


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled rows.

    features: int64, shape (rows, features), each from 0 to `FEATURE_ONE`, unit 1/16.
    labels: int64, shape (rows,), each from 0 to class_count - 1.
    class_count: how many classes there are in the whole, including those that these rows lack.
    Raises MalformedDataset for another type, shape or range.
    """

    features: IntegerArray
    labels: IntegerArray
    class_count: int

    def __post_init__(self) -> None:
        for name, array, dimensions in (("features", self.features, 2), ("labels", self.labels, 1)):
            if array.dtype != np.int64 or array.ndim != dimensions:
                raise MalformedDataset(name, (str(array.dtype), array.shape), f"int64 in {dimensions} dimension(s)")
        if len(self.features) != len(self.labels):
            raise MalformedDataset("number of labels", len(self.labels), f"{len(self.features)}, one for each row of features")
        for name, array, limit in (("features", self.features, FEATURE_ONE), ("labels", self.labels, self.class_count - 1)):
            if array.size and (array.min() < 0 or array.max() > limit):
                raise MalformedDataset(f"range of {name}", (int(array.min()), int(array.max())), f"within 0 to {limit}")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def class_sizes(self) -> tuple[int, ...]:
        """Rows of each class, shape (class_count,)."""
        return tuple(np.bincount(self.labels, minlength=self.class_count).tolist())

    def rows(self, indices: IntegerArray) -> Dataset:
        """The dataset of these rows, in this order. indices: int64, shape (chosen,). Raises IndexError beyond the rows."""
        return Dataset(self.features[indices], self.labels[indices], self.class_count)

    def canonical_bytes(self) -> bytes:
        """The rows in one canonical order, for the subset's hash that a CO declares by JoinCI (L470-474).

        Rows are sorted by (label, features), so that DO and CO agree whatever order the rows travelled in; equal rows are kept, each
        counted. Layout: magic, three unsigned 32-bit counts (rows, features, classes), then per row the label and the features, all
        big-endian int64.
        """
        return ROWS_MAGIC + struct.pack(">III", *self.features.shape, self.class_count) + b"".join(self.canonical_rows())

    def canonical_rows(self) -> list[bytes]:
        """The bytes of each row, in the canonical order: the label and the features."""
        table = np.column_stack([self.labels, self.features])
        table = table[np.lexsort(table.T[::-1])]
        return [row.tobytes() for row in table.astype(">i8")]


def load_digits_dataset() -> Dataset:
    """The digits bundled with scikit-learn: features of shape (1797, 64), ten classes. Raises ImportError where scikit-learn is absent."""
    from sklearn.datasets import load_digits

    features, labels = load_digits(return_X_y=True)
    return Dataset(features.astype(np.int64), labels.astype(np.int64), class_count=10)


def split_train_test(dataset: Dataset, rng: np.random.Generator, test_percent: int = 25) -> tuple[Dataset, Dataset]:
    """Divide a dataset into (training rows, held-out rows), class by class, so that both show every class in the same proportion.

    test_percent: share of each class that is held out, in percent, rounded down. Rows of both parts keep the order of the whole.
    Raises MalformedDataset unless 0 < test_percent < 100.
    """
    if not 0 < test_percent < 100:
        raise MalformedDataset("test_percent", test_percent, "between 1 and 99")
    held_out = np.zeros(len(dataset), dtype=np.bool_)
    for label in range(dataset.class_count):
        members = rng.permutation(np.flatnonzero(dataset.labels == label))
        held_out[members[: len(members) * test_percent // 100]] = True
    return dataset.rows(np.flatnonzero(~held_out)), dataset.rows(np.flatnonzero(held_out))
