"""Results that take too long for every check: committed for exactly what was asked, and none for anything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.proving import claims_to_prove
from marketproof.variants import text_digest
from model.search import all_steps
from properties import expectations
from properties.claims import expressible
from spec.digests import digest
from spec.remembering import remembered
from spec.text import Protocol


@remembered
def spoken_of(protocol: Protocol) -> str:
    """Which text and which claims results are of."""
    goals = expressible(claims_to_prove(), protocol, all_steps(protocol, COALITIONS["peer"]))
    said = {label: {part: condition for part, condition in vars(goal).items() if condition} for label, goal in goals.items()}
    return digest(text_digest(protocol), said)


def file_of(what: str, variant: str) -> Path:
    """Where results of a kind are committed."""
    return expectations.FOLDER / f"{what}-{variant}.json"


def committed(what: str, variant: str, **asked: Any) -> dict[str, Any] | None:
    """The committed results of a kind, if they were found for exactly what is asked; None when there are none."""
    path = file_of(what, variant)
    if not path.is_file():
        return None
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return known if all(known.get(name) == wanted for name, wanted in asked.items()) else None


def committed_for(what: str, protocol: Protocol) -> dict[str, Any] | None:
    """The committed results of a kind for exactly this text and these claims; None when there are none."""
    return committed(what, protocol.name, text=spoken_of(protocol)) if file_of(what, protocol.name).is_file() else None


def committed_with(what: str, protocol: Protocol) -> dict[str, Any] | None:
    """The committed results of a kind that are of several texts, as far as they are of this one; None when they are of another."""
    known = committed(what, protocol.name) or committed(what, "all")
    if known is None or known["texts"].get(protocol.name) != text_digest(protocol):
        return None
    return {key: [row for row in found if row["text"] == protocol.name] if key == what else found for key, found in known.items()}
