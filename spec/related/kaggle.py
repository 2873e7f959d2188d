"""Kaggle, as the paper tells it."""


from __future__ import annotations

from spec.related.system import MODEL, ROWS, System, Told

SYSTEM = System(
    "Kaggle", "[9]", "L967-971", "both data and models are publicly available to participants",
    (Told("participant", ROWS, "L970-971"), Told("participant", MODEL, "L970-971")),
)
