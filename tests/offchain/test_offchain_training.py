"""Integer training: equal bits for replicas, a bound that holds at its extremes, and models worth averaging."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import FEATURE_ONE, Dataset, load_digits_dataset, split_train_test
from ledger_runtime.offchain.split import split
from ledger_runtime.offchain.training import (
    MalformedModel,
    Model,
    OutOfBounds,
    Recipe,
    accuracy,
    average,
    central,
    decode,
    encode,
    initial_model,
    train,
)

SHORT = Recipe(epochs=3)


@pytest.fixture(scope="module")
def digits():
    return load_digits_dataset()


def random_model(rng, limit=1 << 18, inputs=65, classes=10):
    return Model(rng.integers(-limit, limit + 1, (inputs, classes)))


def train_in_unbounded_integers(model, rows, recipe):
    """The same trainer with Python's integers, which cannot overflow: what the int64 one must equal."""
    inputs = np.column_stack([rows.features, np.full(len(rows), FEATURE_ONE)]).astype(object)
    weights, velocity = model.weights.astype(object), np.zeros(model.weights.shape, dtype=object)
    table = [int(entry) for entry in training.EXPONENTIALS]
    for _ in range(recipe.epochs):
        errors = []
        for logits, label in zip(inputs @ weights, rows.labels, strict=True):
            powers = [table[min((max(logits) - logit + (1 << 13)) >> 14, len(table) - 1)] for logit in logits]
            errors.append([(power << 16) // sum(powers) - (65536 if k == label else 0) for k, power in enumerate(powers)])
        divisor = FEATURE_ONE * recipe.rate_denominator * len(rows)
        step = (inputs.T @ np.array(errors, dtype=object) * recipe.rate_numerator + divisor // 2) // divisor
        velocity = (velocity * recipe.momentum_sixteenths + 8) // 16 + step
        weights = weights - velocity
    return weights


def test_three_rounds_by_parity_on_eight_skewed_subsets_come_close_to_central_training(digits):
    rng = np.random.default_rng(7)
    rows, held_out = split_train_test(digits, rng)
    subsets = [rows.rows(part) for part in split(rows.labels, 8, rng)]
    model, reached = initial_model(), []
    for round_index in range(3):
        cohort = [subset for i, subset in enumerate(subsets) if i % 2 == round_index % 2]
        model = average([train(model, subset) for subset in cohort], [len(subset) for subset in cohort])
        reached.append(accuracy(model, held_out.features, held_out.labels))
    assert accuracy(initial_model(), held_out.features, held_out.labels) < 0.15
    assert reached[0] < reached[-1] and reached[-1] >= 0.92
    assert accuracy(central(rows, 3), held_out.features, held_out.labels) - reached[-1] < 0.04


def test_the_bits_are_the_same_on_every_machine(digits):
    model = train(initial_model(), digits, Recipe(epochs=20))
    assert hashlib.sha3_256(encode(model)).hexdigest() == "6757ecfa9b60ae8e3212592e287dcde37f60644f5e4fdb7b7a209c47bcf2f538"


@settings(max_examples=15, deadline=None)
@given(some.integers(0, 2**32), some.integers(1, 60))
def test_the_order_of_rows_does_not_change_a_bit(digits, seed, count):
    rng = np.random.default_rng(seed)
    chosen, model = rng.choice(len(digits), count, replace=False), random_model(rng)
    in_order, shuffled = digits.rows(np.sort(chosen)), digits.rows(rng.permutation(chosen))
    assert encode(train(model, in_order, SHORT)) == encode(train(model, shuffled, SHORT))
    assert in_order.canonical_bytes() == shuffled.canonical_bytes()


def test_replicas_agree_and_a_skipped_epoch_or_row_or_a_dummy_shows(digits):
    rows = digits.rows(np.arange(200))
    column_major = Dataset(np.asfortranarray(rows.features.copy()), rows.labels.copy(), 10)
    honest = encode(train(initial_model(), rows))
    assert honest == encode(train(decode(encode(initial_model())), column_major))
    lazy = [
        encode(train(initial_model(), rows, Recipe(epochs=Recipe().epochs - 1))),
        encode(train(initial_model(), rows.rows(np.arange(199)))),
        encode(initial_model()),
    ]
    assert len({honest, *lazy}) == 4


@settings(max_examples=25, deadline=None)
@given(
    some.integers(0, 2**32),
    some.sampled_from([1, 100, 1 << 16, 1 << 30, (1 << 40) - (1 << 32)]),
    some.builds(Recipe, some.integers(0, 3), some.integers(1, 256), some.integers(1, 256), some.integers(0, 15)),
)
def test_int64_equals_unbounded_integers_up_to_the_largest_weights(seed, limit, recipe):
    rng = np.random.default_rng(seed)
    rows = Dataset(rng.choice([0, 1, FEATURE_ONE], (6, 4)), rng.integers(0, 3, 6), 3)
    model = Model(rng.choice([-limit, limit], (5, 3)))
    trained = train(model, rows, recipe)
    assert (trained.weights == train_in_unbounded_integers(model, rows, recipe)).all()
    assert np.abs(trained.weights - model.weights).max() <= recipe.largest_growth


def test_the_stated_bounds_leave_room_in_int64():
    largest = 2**63 - 1
    inputs, weight, rows, rate = training.INPUT_LIMIT, training.WEIGHT_LIMIT, training.ROW_LIMIT, training.RATE_LIMIT
    difference_of_logits = 2 * inputs * FEATURE_ONE * weight + (1 << training.LOGIT_TO_STEP_BITS)
    shares = training.CLASS_LIMIT * int(training.EXPONENTIALS.max()) << training.FRACTION_BITS
    gradient = rows * FEATURE_ONE * training.ONE * rate + FEATURE_ONE * rate * rows
    sum_of_models = training.AVERAGE_ROW_LIMIT * weight + training.AVERAGE_ROW_LIMIT
    velocity = Recipe(1, rate, 1, 15).largest_growth * training.MOMENTUM_ONE
    assert max(difference_of_logits, shares, gradient, sum_of_models, velocity) <= largest


def test_training_beyond_the_bound_is_refused(digits):
    heavy = Model(np.full((65, 10), training.WEIGHT_LIMIT))
    rows = digits.rows(np.arange(20))
    with pytest.raises(OutOfBounds, match="largest weight and growth is"):
        train(heavy, rows, Recipe(epochs=1))
    assert encode(train(heavy, rows, Recipe(epochs=0))) == encode(heavy)
    with pytest.raises(OutOfBounds, match="weight is 1099511627777"):
        Model(np.full((65, 10), training.WEIGHT_LIMIT + 1))
    with pytest.raises(OutOfBounds, match="rows is 0"):
        train(initial_model(), digits.rows(np.arange(0)))


@given(some.data())
def test_the_average_is_the_weighted_mean_to_half_a_unit_in_any_order(data):
    counts = data.draw(some.lists(some.integers(1, 1 << 20), min_size=1, max_size=4))
    values = data.draw(some.lists(some.integers(-(1 << 40), 1 << 40), min_size=len(counts), max_size=len(counts)))
    models = [Model(np.full((2, 2), value)) for value in values]
    mean = average(models, counts)
    exact = Fraction(sum(v * n for v, n in zip(values, counts, strict=True)), sum(counts))
    assert abs(Fraction(int(mean.weights[0, 0])) - exact) <= Fraction(1, 2)
    assert encode(mean) == encode(average(models[::-1], counts[::-1]))


@pytest.mark.parametrize(
    ("models", "counts", "error"),
    [
        ([], [], MalformedModel),
        ([initial_model()], [1, 2], MalformedModel),
        ([initial_model(), initial_model(3)], [1, 1], MalformedModel),
        ([initial_model()], [0], OutOfBounds),
        ([initial_model()] * 2, [1 << 22, 1], OutOfBounds),
    ],
)
def test_what_cannot_be_averaged_is_refused(models, counts, error):
    with pytest.raises(error):
        average(models, counts)


@given(some.integers(0, 2**32), some.integers(2, 6), some.integers(2, 5))
def test_encoding_is_canonical_and_reversible(seed, inputs, classes):
    model = random_model(np.random.default_rng(seed), 1 << 40, inputs, classes)
    assert encode(decode(encode(model))) == encode(model)
    assert encode(Model(np.asfortranarray(model.weights))) == encode(model)
    assert (decode(encode(model)).weights == model.weights).all()


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-1], lambda b: b + b"\0", lambda b: b"x" + b[1:], lambda b: b[:25]])
def test_bytes_that_are_not_a_model_are_refused(spoil):
    with pytest.raises(MalformedModel):
        decode(spoil(encode(initial_model())))


def test_a_model_cannot_be_changed_after_the_fact():
    weights = np.zeros((65, 10), dtype=np.int64)
    model = Model(weights)
    weights[0, 0] = 1
    assert encode(model) == encode(initial_model())
    with pytest.raises(ValueError, match="read-only"):
        model.weights[0, 0] = 1


@pytest.mark.parametrize("shape", [(5, 63), (5,), (5, 65)])
def test_features_of_another_shape_are_refused(shape):
    with pytest.raises(MalformedModel, match="shape of the features"):
        accuracy(initial_model(), np.zeros(shape, dtype=np.int64), np.zeros(5, dtype=np.int64))


def test_features_that_the_bound_does_not_cover_are_refused():
    labels = np.zeros(2, dtype=np.int64)
    with pytest.raises(OutOfBounds, match="largest feature is 17"):
        accuracy(initial_model(), np.eye(2, 64, dtype=np.int64) * 17, labels)
    with pytest.raises(MalformedModel, match="float64"):
        accuracy(initial_model(), np.ones((2, 64)), labels)


def test_the_table_is_the_exponential_function():
    table = training.EXPONENTIALS.tolist()
    assert table[0] == 1 << 20 and table[-2:] == [1, 0]
    assert all(abs(entry - math.exp(-step / 64) * 2**20) <= 1 for step, entry in enumerate(table))
