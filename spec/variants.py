"""The variants that the product knows by name."""

from __future__ import annotations

from spec.amendments import Variant
from spec.errors import SpecificationError, choices
from spec.hardened import VARIANT as HARDENED
from spec.paper import TEXT

VARIANTS: dict[str, Variant] = {"paper": Variant("paper", "the paper's protocol, literally", TEXT), "hardened": HARDENED}


def variant(name: str) -> Variant:
    """A variant by name; unknown names are refused with the choices."""
    if name not in VARIANTS:
        raise SpecificationError(f"no variant {name!r}; choices: {choices(VARIANTS)} or a path to a .py file", "--variant")
    return VARIANTS[name]
