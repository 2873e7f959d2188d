"""Errors of this room: a text that cannot be loaded, and a transaction that was refused."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

LANGUAGE_FILES = {"errors.py", "kinds.py", "tree.py", "schema.py", "tracing.py", "text.py", "amendments.py", "checks.py"}
HERE = Path(__file__).parent


def choices(names: Iterable[str]) -> str:
    """The names that would have been accepted, for the end of an error message."""
    return ", ".join(sorted(names)) or "(none)"


def place_in_text() -> str:
    """`file:line` of the innermost frame that belongs to a protocol text rather than to the language."""
    frame = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if not (path.parent == HERE and path.name in LANGUAGE_FILES) and not path.name.startswith("<"):
            return f"{path.name}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "unknown place"


class SpecificationError(Exception):
    """A mistake in a protocol text, found while it is loaded; the message starts with the file and the line."""

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(f"{place or place_in_text()}: {message}")


class Refused(Exception):
    """A transaction whose guard did not hold: its name, the guard's name, and the arguments it was called with."""

    def __init__(self, transaction: str, guard: str, arguments: object = None) -> None:
        super().__init__(f"{transaction} refused by {guard}: {arguments!r}")
        self.transaction = transaction
        self.guard = guard
        self.arguments = arguments
