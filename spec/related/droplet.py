"""Droplet, as the paper tells it."""


from __future__ import annotations

from spec.related.system import DATA_KEY, SEALED_ROWS, System, Told

SYSTEM = System(
    "Droplet", "[24]", "L995-998", "data is encrypted using symmetric encryption, and exposed to services that perform training",
    (Told("participant", SEALED_ROWS, "L995-996"), Told("trainer", DATA_KEY, "L996-998")), trainings="1",
    unsaid="who sees the ciphertext: every participant is taken to",
)
