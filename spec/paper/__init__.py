"""The paper's protocol, literally: read `assets`, `inner`, `distribution`, `training`, `off_chain`, then `access` and `switches`."""
# ruff: noqa: I001, N812 (the order of these imports is the order of the text; the text is a constant)

from spec.paper.assets import paper as TEXT
from spec.paper import distribution
from spec.paper import training
from spec.paper import off_chain
from spec.paper import access

__all__ = ["TEXT", "access", "distribution", "off_chain", "training"]
