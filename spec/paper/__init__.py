"""The paper's protocol, literally.

Read `assets`, `inner`, `distribution`, `training`, `off_chain`, `access`, `notions`, `meanings`, `switches`.
"""
# ruff: noqa: I001, N812 (the order of these imports is the order of the text; the text is a constant)

from spec.paper.assets import paper as TEXT
from spec.paper import distribution
from spec.paper import training
from spec.paper import off_chain
from spec.paper import access
from spec.paper import notions
from spec.paper import meanings

__all__ = ["TEXT", "access", "distribution", "meanings", "notions", "off_chain", "training"]
