"""The DanKu protocol, as the paper tells it."""
# ruff: noqa: E501 (what the paper says stands in one line)

from __future__ import annotations

from spec.related.system import MODEL, ROWS, System, Told

SYSTEM = System(
    "DanKu", "[7]", "L1000-1005, L1014-1017", "blockchain peers are utilized for both training and data storage; multiple peers execute the training of the same model by downloading data",
    (Told("trainer", ROWS, "L1002-1004"), Told("trainer", MODEL, "L1003-1004")), trainings="peers",
)
