"""Variants by name, or from a user's own file."""

from __future__ import annotations

import runpy
from pathlib import Path

from marketproof.errors import UserError
from spec.amendments import Variant
from spec.errors import SpecificationError, choices
from spec.text import Protocol
from spec.variants import VARIANTS, variant


def load(name: str, readings: list[tuple[str, str]]) -> Protocol:
    """The loaded protocol of a variant; a path ending in .py is a file that defines `VARIANT`."""
    return (from_file(Path(name)) if name.endswith(".py") else variant(name)).load(dict(readings))


def from_file(path: Path) -> Variant:
    if not path.is_file():
        raise UserError(f"no file {str(path)!r}; a variant is a .py file that defines VARIANT, or one of {choices(VARIANTS)}")
    try:
        found = runpy.run_path(str(path)).get("VARIANT")
    except SpecificationError:
        raise
    except Exception as error:
        raise UserError(f"the variant file {str(path)!r} cannot be run: {type(error).__name__}: {error}") from error
    if not isinstance(found, Variant):
        raise UserError(f"the variant file {str(path)!r} defines no VARIANT of type spec.language.Variant, but {type(found).__name__}")
    return found
