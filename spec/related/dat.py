"""The database for personal data that is paid in DAT tokens, as the paper tells it."""
# ruff: noqa: E501 (what the paper says stands in one line)

from __future__ import annotations

from spec.related.system import DATA_KEY, SEALED_ROWS, System, Told

SYSTEM = System(
    "DAT", "[23]", "L983-986", "a decentralized database stores personal data in encrypted fashion; buyers can pay DAT tokens to buy the keys to the datasets",
    (Told("participant", SEALED_ROWS, "L983-985"), Told("buyer", DATA_KEY, "L985-986")),
    unsaid="who trains",
)
