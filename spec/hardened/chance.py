"""What is left to chance in the hardened text, as words of the claims about numbers."""

from __future__ import annotations

from typing import Any

from spec.language import Amendment


def in_batches() -> Any:
    """Each round of an epoch trains one batch, in the order of a permutation."""
    return True


def seed_is_committed() -> Any:
    """The MO reveals its share first, then the DO: who does not reveal forfeits a bond, and its epochs are not drawn again."""
    return True


NOTIONS = (
    Amendment("notion", "picked_by_turns", "A1: the parity selection is predictable", "a seed draws the batch of each round (A1)"),
    Amendment("notion", "picked_at_random", "A20: random halves reveal single models", "batches are fixed at publication (A20)"),
    Amendment("notion", "in_batches", "C27: an epoch covers every subset", in_batches),
    Amendment("notion", "seed_is_committed", "C25: the seed is committed to by both", seed_is_committed),
)
