"""What a check knows of the small scope of its text: the committed results of the exploration, and that finishing needs its conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from marketproof.accepted import committed
from marketproof.commands import claims_named
from marketproof.necessity import conditions_needed
from marketproof.store import Store
from marketproof.variants import text_digest
from properties.small_scope import CASES, INVARIANTS, TRAPS
from properties.small_scope_drops import DROPS
from spec.amendments import Variant
from spec.text import Protocol

SMALL_SCOPE = "small-scope"  # the kind of its committed results
NOT_EXPLORED = "not explored for this text: `marketproof explore --accept` explores it, in some minutes"


def sentences() -> dict[str, str]:
    """What each claim says."""
    traps = {name: claims_named(label)[0].parts[0].statement for name, label in TRAPS.items()}
    return {**{name: one.sentence for name, one in INVARIANTS.items()}, **traps}


def accepted(protocol: Protocol) -> dict[str, Any] | None:
    """The committed results for exactly this text, these cases and these amendments; None when there are none."""
    known = committed(SMALL_SCOPE, protocol.name, text=text_digest(protocol), claims=sentences())
    if known is None or (names_of(known["cases"], "case"), names_of(known["drops"], "drop")) != ([*CASES], [*DROPS]):
        return None
    return known


def names_of(results: Iterable[dict[str, Any]], name: str) -> list[str]:
    return [str(one[name]) for one in results]


def small_scope(variant: Variant, protocol: Protocol, store: Store, progress: Callable[[str], None]) -> dict[str, Any]:
    """What is known of a text of which finishing is proved: the conditions are tried now, the rest is as it was committed."""
    known = accepted(protocol)
    found = known or {"text": text_digest(protocol), "claims": sentences(), "cases": [], "drops": []}
    return {**found, "explored": known is not None, "conditions": conditions_needed(variant, protocol, store, progress)}


def small_scope_told(found: dict[str, Any]) -> str:
    """In short: of the exploration, then of the conditions."""
    said = NOT_EXPLORED
    if found["explored"]:
        falling = sum(bool(one["falls"]) for one in found["drops"])
        broken = sum(bool(one["falls"]) for one in found["cases"])
        said = f"{len(found['cases'])} cases of {sum(one['states'] for one in found['cases'])} states, in {broken} of which a claim falls"
        said += f"; one falls without {falling} of {len(found['drops'])} amendments that were dropped in turn"
    unshown = [one["condition"] for one in found["conditions"] if not one["necessary"]]
    if unshown:
        return f"small scope: {said}; NOT shown necessary for finishing: {', '.join(unshown)}"
    needed = f"each of the {len(found['conditions'])} conditions of finishing is necessary, without it there is a trap"
    return f"small scope: {said}; {needed}, replayed on the ledger"
