"""Computable labs, as the paper tells it."""
# ruff: noqa: E501 (what the paper says stands in one line)

from __future__ import annotations

from spec.related.system import ROWS, System, Told

SYSTEM = System(
    "Computable", "[26]", "L1009-1011", "trains models, however the data is completely exposed to the buyers who can potentially leak the data to other buyers",
    (Told("buyer", ROWS, "L1010-1011"),),
    unsaid="who trains, and who gets the model",
)
