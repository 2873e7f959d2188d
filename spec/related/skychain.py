"""SkyChain, as the paper tells it."""
# ruff: noqa: E501 (what the paper says stands in one line)

from __future__ import annotations

from spec.related.system import MODEL, ROWS, System, Told

SYSTEM = System(
    "SkyChain", "[17]", "L978-981", "both model and datasets are uploaded to the SkyChain database and SkyChain provides the infrastructure to train the model",
    (Told("trainer", ROWS, "L979-981"), Told("trainer", MODEL, "L979-981")), trainings="1",
)
