"""The populated market: what an honest search must reach before attacks start from it."""

from __future__ import annotations

from spec.paper.assets import CI, TC, TRAINING_FILE
from spec.schema import every, using
from spec.text import Protocol
from spec.tree import Expression


def populated(protocol: Protocol) -> Expression:
    """Every instance of the scope is verified, every couple approved, every training file uploaded."""
    with using(protocol.schema):
        verified = every(protocol.sorts["CI"], lambda instance: CI[instance].status == "VERIFIED")
        approved = every(protocol.sorts["TC"], lambda couple: TC[couple].status == "APPROVED")
        return verified & approved & every(protocol.sorts["Mod"], lambda model: TRAINING_FILE[model].exists)
