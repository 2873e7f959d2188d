"""What the evidence has of speed: the committed reproduction of section III, real ledgers, and the calibration by own networks."""

from __future__ import annotations

from marketproof.variants import text_digest
from properties import expectations
from reports.measured import LEDGERS, Ledgers, ledgers_of
from reports.shapes import parsed
from reports.speed import OWN, PERFORMANCE
from spec.text import Protocol
from spec.variants import variant


def measured_here() -> Ledgers | None:
    """The committed run of all ledgers."""
    path = expectations.FOLDER / LEDGERS
    return ledgers_of(parsed(path.name, path.read_text(encoding="utf-8"))) if path.is_file() else None


def speed_files(protocol: Protocol) -> dict[str, str]:
    """The committed files, for the paper's text alone: its claims are of those transactions."""
    if protocol.name != "paper" or text_digest(protocol) != text_digest(variant("paper").load()):
        return {}
    paths = [expectations.FOLDER / name for name in (PERFORMANCE, LEDGERS, OWN)]
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.is_file()}
