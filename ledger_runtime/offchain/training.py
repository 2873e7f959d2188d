"""Federated training whose bits are the same on every machine, for every row order (L510-526, L548-556, L624-636).

The paper compares *hashes* of models that replicas trained (L628-632). Floating point breaks that: the order of rows, the BLAS kernel or a
missing SIMD unit change the last bits. Here every step is int64: a softmax over the classes by a table of exponentials that is itself
computed in integers, full-batch gradient descent with momentum. A sum of integers does not depend on its order, so neither do the bits.

No value can overflow. With features 0..2^4, at most 2^10 inputs, 2^20 rows, 2^10 classes, a rate of at most 2^8, and weights within +-2^40:
logits <= 2^10 * 2^4 * 2^40 = 2^54; exponentials <= 2^20, their sums <= 2^30, shifted by the fraction <= 2^36; gradient <= 2^20 * 2^4 * 2^16
= 2^40, times the rate's numerator <= 2^48. `train` refuses beforehand to run more epochs than keep the weights within 2^40
(`largest_growth`), and `average` to weigh more than 2^22 rows (2^40 * 2^22 = 2^62).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .dataset import FEATURE_ONE, Dataset, IntegerArray

FRACTION_BITS = 16
"""Weights and probabilities are integers in units of 2^-16."""

ONE = 1 << FRACTION_BITS
WEIGHT_LIMIT = 1 << 40
INPUT_LIMIT = 1 << 10
CLASS_LIMIT = 1 << 10
ROW_LIMIT = 1 << 20
AVERAGE_ROW_LIMIT = 1 << 22
RATE_LIMIT = 1 << 8
MOMENTUM_ONE = 16

TABLE_STEPS_PER_UNIT = 64
TABLE_FRACTION_BITS = 20
# A logit is weight times feature, in units of 2^-16 / 16 = 2^-20; a table step is 2^-6.
LOGIT_TO_STEP_BITS = 14

MODEL_MAGIC = b"marketproof/model/1\n"


class OutOfBounds(ValueError):
    """A value for which the proof against overflow does not hold. Shows the value and the range."""

    def __init__(self, what: str, found: int, smallest: int, largest: int) -> None:
        super().__init__(f"{what} is {found}, integers stay exact only from {smallest} to {largest}")
        self.what, self.found, self.smallest, self.largest = what, found, smallest, largest


def _within(what: str, found: int, smallest: int, largest: int) -> None:
    if not smallest <= found <= largest:
        raise OutOfBounds(what, found, smallest, largest)


class MalformedModel(ValueError):
    """Bytes or arrays that are not a model. Shows what was found and what was expected."""

    def __init__(self, what: str, found: object, expected: object) -> None:
        super().__init__(f"{what} is {found!r}, expected {expected}")
        self.what, self.found, self.expected = what, found, expected


@dataclass(frozen=True, eq=False)
class Model:
    """A linear model: int64 weights, shape (features + 1, classes), unit 2^-fraction_bits; the last row is the bias."""

    weights: IntegerArray
    fraction_bits: int = FRACTION_BITS

    def __post_init__(self) -> None:
        if self.weights.dtype != np.int64 or self.weights.ndim != 2:
            raise MalformedModel("weights", (str(self.weights.dtype), self.weights.shape), "int64 in two dimensions")
        if self.fraction_bits != FRACTION_BITS:
            raise MalformedModel("fraction_bits", self.fraction_bits, FRACTION_BITS)
        _within("inputs", self.weights.shape[0], 2, INPUT_LIMIT)
        _within("classes", self.weights.shape[1], 2, CLASS_LIMIT)
        for extreme in (int(self.weights.min()), int(self.weights.max())):
            _within("weight", extreme, -WEIGHT_LIMIT, WEIGHT_LIMIT)
        # A copy of our own, so that no holder of the caller's array changes a model after its hash was recorded.
        weights = self.weights.copy()
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)


@dataclass(frozen=True)
class Recipe:
    """How a CO trains: what the paper calls the training method (L563-565).

    epochs: passes over all rows. The learning rate is rate_numerator / rate_denominator per mean gradient; momentum_sixteenths / 16 of a
    step is carried on. The defaults were found by experiment on digits: see tests/offchain. Raises OutOfBounds.
    """

    epochs: int = 60
    rate_numerator: int = 1
    rate_denominator: int = 1
    momentum_sixteenths: int = 12

    def __post_init__(self) -> None:
        _within("epochs", self.epochs, 0, WEIGHT_LIMIT)
        _within("rate_numerator", self.rate_numerator, 1, RATE_LIMIT)
        _within("rate_denominator", self.rate_denominator, 1, RATE_LIMIT)
        _within("momentum_sixteenths", self.momentum_sixteenths, 0, MOMENTUM_ONE - 1)

    @property
    def largest_growth(self) -> int:
        """No weight moves farther than this in all epochs, in units of 2^-16.

        A mean gradient is at most 1.0, so a step is at most rate + rounding; a velocity v <= v * m/16 + 1/2 + step settles at (step + 1/2)
        * 16 / (16 - m).
        """
        step = self.rate_numerator * ONE // self.rate_denominator + 1
        return self.epochs * ((step + 1) * MOMENTUM_ONE // (MOMENTUM_ONE - self.momentum_sixteenths) + 1)


def initial_model(features: int = 64, classes: int = 10) -> Model:
    """The model before any training: all weights zero, shape (features + 1, classes). Raises OutOfBounds."""
    return Model(np.zeros((features + 1, classes), dtype=np.int64))


def train(model: Model, rows: Dataset, recipe: Recipe = Recipe()) -> Model:
    """Train on some rows and return the new model; bits do not depend on the order of the rows, the machine or the BLAS.

    An honest replica of the same rows returns equal bytes by `encode` (L628-632). Momentum starts at rest on every call.
    Raises OutOfBounds where the bound in this module's docstring would not hold, MalformedModel where shapes do not fit.
    """
    inputs = _with_bias(model, rows.features)
    if rows.class_count != model.weights.shape[1]:
        raise MalformedModel("classes of the model", model.weights.shape[1], f"{rows.class_count}, as the rows have")
    _within("rows", len(rows), 1, ROW_LIMIT)
    _within("largest weight and growth", int(np.abs(model.weights).max()) + recipe.largest_growth, 0, WEIGHT_LIMIT)
    wanted = np.zeros((len(rows), rows.class_count), dtype=np.int64)
    wanted[np.arange(len(rows)), rows.labels] = ONE
    weights, velocity = model.weights.copy(), np.zeros_like(model.weights)
    for _ in range(recipe.epochs):
        gradient = inputs.T @ (_probabilities(inputs @ weights) - wanted)
        step = _divide(gradient * recipe.rate_numerator, FEATURE_ONE * recipe.rate_denominator * len(rows))
        velocity = _divide(velocity * recipe.momentum_sixteenths, MOMENTUM_ONE) + step
        weights = weights - velocity
    return Model(weights)


def average(models: Sequence[Model], row_counts: Sequence[int]) -> Model:
    """FedAvg (L549-551): the mean of the models, weighted by the rows of each, rounded half up. The order of the models does not matter.

    models: at least one, of equal shape. row_counts: one positive count per model. Raises MalformedModel or OutOfBounds.
    """
    if not models or len(row_counts) != len(models):
        raise MalformedModel("number of row counts", len(row_counts), f"{len(models)}, one per model, and at least one model")
    shapes = sorted({model.weights.shape for model in models})
    if len(shapes) > 1:
        raise MalformedModel("shapes of the models", shapes, "one shape")
    for count in row_counts:
        _within("row count", count, 1, AVERAGE_ROW_LIMIT)
    _within("sum of row counts", sum(row_counts), 1, AVERAGE_ROW_LIMIT)
    total = np.zeros_like(models[0].weights)
    for model, count in zip(models, row_counts, strict=True):
        total += model.weights * count
    return Model(_divide(total, sum(row_counts)))


def central(rows: Dataset, rounds: int, recipe: Recipe = Recipe()) -> Model:
    """The same trainer on all rows in one place, for comparison: as many rounds and epochs as the federation, with nothing to average."""
    model = initial_model(rows.features.shape[1], rows.class_count)
    for _ in range(rounds):
        model = train(model, rows, recipe)
    return model


def accuracy(model: Model, features: IntegerArray, labels: IntegerArray) -> float:
    """Share of rows whose label scores highest, from 0.0 to 1.0; of equal scores the smaller class counts. features: (rows, features);
    labels: (rows,).

    This is for judging; no float enters training. Raises MalformedModel where shapes do not fit, OutOfBounds without rows.
    """
    _within("rows", len(labels), 1, ROW_LIMIT)
    predicted = np.argmax(_with_bias(model, features) @ model.weights, axis=1)
    return float(np.count_nonzero(predicted == labels) / len(labels))


def encode(model: Model) -> bytes:
    """The canonical bytes of a model.

    Magic, three unsigned 32-bit numbers (inputs, classes, fraction bits), weights row by row as big-endian int64.
    """
    return MODEL_MAGIC + struct.pack(">III", *model.weights.shape, model.fraction_bits) + model.weights.astype(">i8").tobytes()


def decode(encoded: bytes) -> Model:
    """The model of its canonical bytes; every model has exactly one encoding. Raises MalformedModel or OutOfBounds."""
    header_bytes = len(MODEL_MAGIC) + struct.calcsize(">III")
    if not encoded.startswith(MODEL_MAGIC) or len(encoded) < header_bytes:
        raise MalformedModel("start of the bytes", encoded[: len(MODEL_MAGIC)], f"{MODEL_MAGIC!r} and a header")
    inputs, classes, fraction_bits = struct.unpack(">III", encoded[len(MODEL_MAGIC) : header_bytes])
    if len(encoded) != header_bytes + 8 * inputs * classes:
        raise MalformedModel("length in bytes", len(encoded), f"{header_bytes + 8 * inputs * classes} for {inputs} x {classes} weights")
    weights = np.frombuffer(encoded, dtype=">i8", offset=header_bytes).astype(np.int64).reshape(inputs, classes)
    return Model(weights, fraction_bits)


def _with_bias(model: Model, features: IntegerArray) -> IntegerArray:
    """Features and a last column of 1.0: shape (rows, features + 1)."""
    if features.ndim != 2 or features.shape[1] + 1 != model.weights.shape[0]:
        raise MalformedModel("shape of the features", features.shape, f"(rows, {model.weights.shape[0] - 1}), as the model has")
    if features.dtype != np.int64:
        raise MalformedModel("type of the features", str(features.dtype), "int64")
    if features.size:
        _within("smallest feature", int(features.min()), 0, FEATURE_ONE)
        _within("largest feature", int(features.max()), 0, FEATURE_ONE)
    return np.column_stack([features, np.full(len(features), FEATURE_ONE, dtype=np.int64)])


def _probabilities(logits: IntegerArray) -> IntegerArray:
    """Softmax by table, shape (rows, classes), unit 2^-16. The best class adds 2^20 to the sum, so it is never zero."""
    below_best = logits.max(axis=1, keepdims=True) - logits
    steps = (below_best + (1 << (LOGIT_TO_STEP_BITS - 1))) >> LOGIT_TO_STEP_BITS
    exponentials = EXPONENTIALS[np.minimum(steps, len(EXPONENTIALS) - 1)]
    shares: IntegerArray = (exponentials << FRACTION_BITS) // exponentials.sum(axis=1, keepdims=True)
    return shares


def _divide(dividend: IntegerArray, divisor: int) -> IntegerArray:
    """Division rounded to the nearest, halves up, for dividends of either sign."""
    quotient: IntegerArray = (dividend + divisor // 2) // divisor
    return quotient


def _exponential_table() -> IntegerArray:
    """exp(-step / 64) in units of 2^-20 down to zero, by Python's unbounded integers: a platform's exp() may differ in its last bit."""
    exact_bits = 62
    ratio, term, order = 0, 1 << exact_bits, 0
    while term:
        ratio += -term if order % 2 else term
        order += 1
        term //= TABLE_STEPS_PER_UNIT * order
    value, entries = 1 << exact_bits, []
    while value >> (exact_bits - TABLE_FRACTION_BITS):
        entries.append(value >> (exact_bits - TABLE_FRACTION_BITS))
        value = value * ratio >> exact_bits
    return np.array([*entries, 0], dtype=np.int64)


EXPONENTIALS = _exponential_table()
