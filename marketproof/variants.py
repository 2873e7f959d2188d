"""Variants by name, or from a user's own file."""

from __future__ import annotations

import hashlib
import re
import runpy
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marketproof.errors import UserError
from spec.amendments import Variant
from spec.errors import SpecificationError, choices
from spec.remembering import remembered
from spec.show import show
from spec.text import Protocol
from spec.variants import VARIANTS, variant


def load(name: str, readings: list[tuple[str, str]]) -> Protocol:
    """The loaded protocol of a variant; a path ending in .py is a file that defines `VARIANT`."""
    if not name.endswith(".py"):
        return variant(name).load(dict(readings))
    path = Path(name)
    found = from_file(path)
    with mistakes_told(path):
        return found.load(dict(readings))


def variant_named(name: str) -> Variant:
    """A variant that is not loaded yet, by name or from a user's file."""
    return from_file(Path(name)) if name.endswith(".py") else variant(name)


def from_file(path: Path) -> Variant:
    if not path.is_file():
        raise UserError(f"no file {str(path)!r}; a variant is a .py file that defines VARIANT, or one of {choices(VARIANTS)}")
    with mistakes_told(path):
        found = runpy.run_path(str(path)).get("VARIANT")
    if not isinstance(found, Variant):
        raise UserError(f"the variant file {str(path)!r} defines no VARIANT of type spec.language.Variant, but {type(found).__name__}")
    if found.name in VARIANTS or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", found.name):
        wanted = f"a name of its own, other than {choices(VARIANTS)}, of letters, digits, _ and -"
        raise UserError(f"the variant of {str(path)!r} is named {found.name!r}; it takes {wanted}")
    return found


@contextmanager
def mistakes_told(path: Path) -> Iterator[None]:
    """Whatever a user's own file raises is told with its line; it never ends the program by itself."""
    try:
        yield
    except (SpecificationError, UserError):
        raise
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        place = f"{str(path)!r}, line {lines[-1]}," if lines else f"{str(path)!r}"
        raise UserError(f"the variant file {place} cannot be run: {type(error).__name__}: {error}") from error


@remembered
def text_digest(protocol: Protocol) -> str:
    """Which text the results are of: SHA-256 of the variant as `spec show` prints it."""
    return hashlib.sha256(show(protocol).encode()).hexdigest()
