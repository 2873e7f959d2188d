"""What the evidence has of speed: the committed reproduction of section III, and the calibration by this machine's own networks."""

from __future__ import annotations

from marketproof.variants import text_digest
from properties import expectations
from reports.speed import OWN, PERFORMANCE
from spec.text import Protocol
from spec.variants import variant


def speed_files(protocol: Protocol) -> dict[str, str]:
    """The committed files, for the paper's text alone: its claims are of those transactions."""
    if protocol.name != "paper" or text_digest(protocol) != text_digest(variant("paper").load()):
        return {}
    paths = [expectations.FOLDER / name for name in (PERFORMANCE, OWN)]
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.is_file()}
