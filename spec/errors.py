"""Errors of this room: a text that cannot be loaded, and a transaction that was refused."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

LANGUAGE_FILES = {
    "errors.py", "kinds.py", "tables.py", "tree.py", "schema.py", "tracing.py", "text.py", "amendments.py", "amending.py", "checks.py",
}  # fmt: skip
HERE = Path(__file__).parent

_speaking: list[tuple[FrameType, str]] = []


def choices(names: Iterable[str]) -> str:
    """The names that would have been accepted, for the end of an error message."""
    return ", ".join(sorted(names)) or "(none)"


@contextmanager
def speaking_for(place: str) -> Iterator[None]:
    """While the language works on something that a text declared earlier, its mistakes lie where it was declared."""
    _speaking.append((sys._getframe(2), place))
    try:
        yield
    finally:
        _speaking.pop()


def place_in_text() -> str:
    """`file:line` of the innermost frame that belongs to a protocol text rather than to the language."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        for speaker, place in reversed(_speaking):
            if speaker is frame:
                return place
        path = Path(frame.f_code.co_filename)
        if not (path.parent == HERE and path.name in LANGUAGE_FILES) and not path.name.startswith("<") and path.name != "contextlib.py":
            return f"{path.name}:{frame.f_lineno}"
        frame = frame.f_back
    return "unknown place"


def place_of(function: object) -> str:
    """`file:line` at which a function of a text begins."""
    code = getattr(function, "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code is not None else place_in_text()


class SpecificationError(Exception):
    """A mistake in a protocol text, found while it is loaded; the message starts with the file and the line."""

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(f"{place or place_in_text()}: {message}")
        self.said = message


class QueryError(SpecificationError):
    """A mistake in an expression that a user asks about; the message starts with its column."""


class Refused(Exception):
    """A transaction whose guard did not hold: its name, the guard's name, and the arguments it was called with."""

    def __init__(self, transaction: str, guard: str, arguments: object = None) -> None:
        super().__init__(f"{transaction} refused by {guard}: {arguments!r}")
        self.transaction = transaction
        self.guard = guard
        self.arguments = arguments
