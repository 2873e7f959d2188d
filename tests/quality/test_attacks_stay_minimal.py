"""Attacks are as small as they can be: no step of a witness can be left out."""

from __future__ import annotations

import dataclasses
import functools

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.replaying import ReplayFailed, replay
from model.scope import Scope
from model.witness import Witness
from properties.claims import Claim
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCH = Bench(variant("paper").load())
PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split()}
ATTACKS = [
    ("C02/assigned", "DO"), ("C02/given", "CO"), ("C07", "DO"), ("C07", "MO"), ("C10/told", "CO"), ("C13", "DO"), ("C13", "DO+CO"),
    ("C06", "CO"), ("C27", "MO"), ("C23/right", "CO"), ("C23/available", "MO"), ("C34", "peer"),
    ("C11", "DO"), ("C11", "MO"), ("C12", "DO"), ("C12", "CO"), ("C12", "orderer"), ("C12", "peer"),
    ("C25/same", "MO"), ("C25/once", "orderer"), ("C31/rem", "MO"), ("C31/event", "CO"),
    ("C33", "CO"), ("C33", "CO+CO"), ("C33", "MO"), ("C35", "DO"),
]  # fmt: skip


@functools.cache
def attack(label: str, coalition: str) -> tuple[Claim, Witness, Scope]:
    """The witness that the bench gives, which has been replayed whole."""
    claim = PARTS[label]
    scope = Scope.parse(claim.scope)
    witness = BENCH.decide(claim, COALITIONS[coalition], scope, claim.depth).witness
    assert witness is not None
    return claim, witness, scope


@pytest.mark.parametrize(("label", "coalition"), ATTACKS)
def test_no_step_can_be_left_out(label: str, coalition: str) -> None:
    claim, witness, scope = attack(label, coalition)
    assert replay(BENCH.protocol, claim, witness, scope), "the whole witness breaks the claim"
    for place, run in enumerate(witness.runs):
        for step in range(len(run)):
            runs = [*witness.runs]
            runs[place] = [*run[:step], *run[step + 1 :]]
            with pytest.raises(ReplayFailed):
                replay(BENCH.protocol, claim, dataclasses.replace(witness, runs=runs), scope)


@pytest.mark.parametrize(("label", "coalition"), ATTACKS)
def test_nobody_deviates_in_vain(label: str, coalition: str) -> None:
    """Without any one of its deviating members the same steps are refused, or the claim holds."""
    claim, witness, scope = attack(label, coalition)
    for member in witness.deviating:
        fewer = dataclasses.replace(witness, deviating=[other for other in witness.deviating if other != member])
        with pytest.raises(ReplayFailed):
            replay(BENCH.protocol, claim, fewer, scope)
    assert len(witness.deviating) <= sum(COALITIONS[coalition].deviating.values())
