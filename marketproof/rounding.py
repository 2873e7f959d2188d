"""An experiment: two honest owners train on the same rows in floating point, each in an order of its own, and report different hashes."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ledger_runtime.offchain.dataset import Dataset, load_digits_dataset
from ledger_runtime.offchain.training import encode, initial_model, train

ROWS, EPOCHS, RATE = 120, 3, 0.1


def floating(rows: Dataset) -> NDArray[np.float64]:
    """Softmax regression by full gradients in IEEE doubles, rows added up in the order in which they come; shape (features, classes)."""
    features, weights = rows.features / 16.0, np.zeros((rows.features.shape[1], rows.class_count))
    for _ in range(EPOCHS):
        gradient = np.zeros_like(weights)
        for row, label in zip(features, rows.labels, strict=True):
            scores = np.exp(row @ weights)
            chances = scores / scores.sum()
            chances[label] -= 1.0
            gradient += np.outer(row, chances)
        weights = weights - RATE * gradient / len(rows)
    return weights


def two_orders() -> dict[str, Any]:
    """What the two owners get: whether hashes differ in floating point and in whole numbers, and by how much the weights differ."""
    rows = load_digits_dataset().rows(np.arange(ROWS))
    orders = rows, rows.rows(np.arange(ROWS)[::-1])
    one, other = map(floating, orders)
    whole = {hashlib.sha3_256(encode(train(initial_model(), each))).hexdigest() for each in orders}
    hashes = {hashlib.sha3_256(weights.tobytes()).hexdigest() for weights in (one, other)}
    return {"differ": len(hashes) == 2, "whole numbers differ": len(whole) == 2, "largest": float(np.abs(one - other).max())}
