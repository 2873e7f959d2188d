"""The populated market: what an honest search must reach before attacks start from it."""

from __future__ import annotations

from spec.schema import notion, using
from spec.text import Protocol
from spec.tree import Expression, boolean


def populated(protocol: Protocol) -> Expression:
    """The state that the variant calls populated."""
    with using(protocol.schema):
        return boolean(notion("populated")())
