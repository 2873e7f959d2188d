"""OpenMined, as the paper tells it."""
# ruff: noqa: E501 (what the paper says stands in one line)

from __future__ import annotations

from spec.related.system import System

SYSTEM = System(
    "OpenMined", "[25]", "L1005-1009", "focusses on exposing data from end users who own very small amount of data, and relies on the data owners to provide computational resources",
    trainings="data owners", unsaid="to whom the data is exposed",
)
