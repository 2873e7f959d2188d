"""Ocean protocol, as the paper tells it."""


from __future__ import annotations

from spec.related.system import System

SYSTEM = System(
    "Ocean", "[8]", "L988-990", "uses a reputation based system to remove fake data and dishonest participants",
    unsaid="who gets data or models",
)
