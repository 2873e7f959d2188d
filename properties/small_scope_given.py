"""What is otherwise than in the text: little money, owners that compute nothing, amendments dropped; amendments all, so that no engine knows of them."""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from spec.amendments import Variant
from spec.hardened.money import pay
from spec.hardened.rounds import knows_salt
from spec.hardened.words import CO_BOND, MO_BOND, PURSE, TREASURY
from spec.language import Amendment, becomes, choose, deviating, literal, some, term
from spec.paper.assets import CONTENT, PREPARED, TC, TJ, TRAINED, WEIGHTS
from spec.paper.inner import MEMBERS
from spec.text import Protocol

BECAUSE = "a case of the small-scope exploration"
Change = Amendment | str  # an amendment that is added, or the name of one that is waived


def varied(variant: Variant, changes: Iterable[Change]) -> Protocol:
    """A variant with amendments added to its own, each in the place of one that has its name, and others waived."""
    changes = tuple(changes)
    added = {one.name: one for one in changes if not isinstance(one, str)}
    waived = tuple(one for one in changes if isinstance(one, str))
    kept = (one for one in variant.amendments if one.name not in added)
    return replace(variant, amendments=(*kept, *added.values())).load(waive=waived)


def poor(role: str, amount: int) -> Amendment:
    """Who is registered in a role brings in no more than that."""

    def fund(tx: Any) -> Any:
        brought = choose(MEMBERS[role][tx.caller].exists, amount, PURSE)
        return [*pay((tx.caller, brought)), becomes(TREASURY[()].supply, TREASURY[()].supply + brought)]

    return Amendment("replace_effect", "Fund.fund", BECAUSE, fund)


def knows_without_computing(weights: Any) -> Any:
    """Junk, and what was revealed."""
    return (weights.content == "junk") | some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.weights == weights))


def commits_to(tx: Any, couple: Any, instance: Any, hash: Any) -> Any:
    stands = some(TC, lambda other: some(TJ.rows(other), lambda job: job.hash == hash))
    return {"knows_hash": stands | (knows_without_computing(hash.weights) & knows_salt(hash.nonce))}


def reveals(tx: Any, couple: Any, round: Any, instance: Any, weights: Any, nonce: Any, location: Any) -> Any:
    return {"knows_weights": knows_without_computing(weights), "knows_nonce": knows_salt(nonce)}


def computes_junk(tx: Any, couple: Any, instance: Any) -> Any:
    """Who is lazy has a model at once, and it is worth nothing."""
    content = choose(deviating(tx.caller), literal("junk", CONTENT), PREPARED[tx.caller, instance].hash.content)
    return [TRAINED[tx.caller, couple, instance].put(weights=term(WEIGHTS, content=content, round=couple.round))]


def power(step: str, known: Callable[..., Any]) -> Amendment:
    return Amendment("power", step, BECAUSE, known)


POOR_OWNERS, POOR_MO = poor("CO", CO_BOND), poor("MO", MO_BOND)
LAZY = (Amendment("replace_effect", "Train.train", BECAUSE, computes_junk), power("CommitTJ", commits_to), power("UpdateTJ", reveals))
