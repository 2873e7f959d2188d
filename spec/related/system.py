"""What the paper says of a related system: who is told what, and who computes."""

from __future__ import annotations

from dataclasses import dataclass

PARTIES = ("data owner", "model owner", "trainer", "buyer", "participant")
"""trainer: whoever computes, be it the platform, a service or a peer; participant: anybody who takes part."""


@dataclass(frozen=True)
class Told:
    """A party is told a term: rows(dataset), model(developer), key(data), or a sealed text of them; with the line that says so."""

    to: str
    term: tuple[object, ...]
    cites: str


@dataclass(frozen=True)
class System:
    """One system.  trainings: how many parties train one model, as the paper says it; `unsaid`: what it leaves open."""

    name: str
    reference: str
    cites: str
    said: str
    told: tuple[Told, ...] = ()
    trainings: str = ""
    unsaid: str = ""


ROWS = ("rows", "dataset")
MODEL = ("model", "developer")
DATA_KEY = ("key", "data")
SEALED_ROWS = ("sealed", ("lock", DATA_KEY), ROWS)
