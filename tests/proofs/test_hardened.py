"""The claims of `hardened` are proved for any size, each step of the proof is needed, and a second solver confirms it."""

from __future__ import annotations

from functools import cache

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.commands import claims_named
from marketproof.proving import LADDER, Proof, prove
from model.induction import Engine, Settings, assumptions_of_honest_callers, never_enabled
from model.progress import questions_asked
from model.search import all_steps
from properties.claims import Claim
from properties.hardened_proofs import CLAIMS_USE
from properties.lemmas import LEMMAS, used_at
from properties.paper_claims import CLAIMS
from properties.proofs import plan_of
from spec.hardened import VARIANT

PROVED = ("C02/assigned", "C02/given", "C06",
          "C07", "C10/told", "C10/distinct", "C11", "C12", "C13", "C17d", "C23/right", "C23/available", "C25/same",
          "C10/once", "C24/apart", "C25/once", "C25/open", "C27", "C28/listed", "C31/event", "C32/closed", "C32/ended", "C32/finished",
          "C32/over", "C32/ready", "C33", "C34", "C35", "C39/paid", "C39/conserved", "C39/covered", "C39/held")  # fmt: skip


def claims() -> list[Claim]:
    return [claim for name in CLAIMS for claim in claims_named(name) if claim.kind != "arith"]


@cache
def proof() -> Proof:
    return prove(Bench(VARIANT.load()), claims(), ("hardened", []))


@cache
def proof_without(amendment: str, label: str) -> Proof:
    return prove(Bench(VARIANT.load(waive=(amendment,))), claims_named(label), ("hardened", []))


@pytest.mark.parametrize("label", PROVED)
def test_it_is_proved_for_any_size(label: str) -> None:
    assert proof().proves(label), proof().gap(label)
    every, asked = proof().count(label)
    assert every >= asked > 0


def test_a_second_solver_confirms_every_question() -> None:
    asked = [one for one in proof().found if one.obligation.by == "solver"]
    assert len(asked) > 250 and {one.second for one in asked} == {"confirmed"}


def test_what_cannot_be_expressed_is_not_proved() -> None:
    assert "C31/rem" not in proof().plan.invariants and not proof().proves("C31/rem")


def test_every_lemma_is_proved_and_used() -> None:
    used = {name for label in PROVED for name in proof().plan.rests_on(label)}
    assert used == set(LEMMAS) | proof().plan.inferred and proof().plan.inferred
    assert not any(proof().open(name) for name in used)


def test_every_use_names_a_lemma_and_a_step() -> None:
    protocol = VARIANT.load()
    rankings = plan_of(protocol, claims(), all_steps(protocol, COALITIONS["peer"])).rankings.values()
    steps = set(protocol.transactions).union(*(questions_asked(ranking, []) for ranking in rankings))
    for uses in (*(lemma.uses for lemma in LEMMAS.values()), *CLAIMS_USE.values()):
        for use in uses:
            name, _, step = use.partition("@")
            assert name in LEMMAS and (not step or step in steps), use
    assert used_at(("a", "b@X"), "X") == ("a", "b") and used_at(("a", "b@X"), "Y") == ("a",)


def test_no_step_contradicts_the_lemmas() -> None:
    """Each step can be taken as far as the lemmas it is proved with know: otherwise its proofs would say nothing."""
    protocol = VARIANT.load()
    steps = all_steps(protocol, COALITIONS["peer"])
    plan = plan_of(protocol, claims(), steps)
    few = {name: plan.invariants[name] for name in ("C11", "couple_has_dataset", "rounds_are_counted", "slots_are_of_rounds")}
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), ladder=LADDER)
    assert never_enabled(protocol, few, steps, settings) == []


@pytest.mark.parametrize(
    ("amendment", "label"),
    [
        ("require JoinCI.not_joined", "C11"),
        ("require CreateCI.instance_is_new", "C12"),
        ("replace_effect StartRound.selection", "C12"),
        ("require CreateCI.owner_is_new_in_dataset", "C02/assigned"),
        ("replace_effect CreateDSS.remember", "C06"),
        ("require VerifyCI.instance_is_live", "C10/distinct"),
        ("require PublishDS.batches_cover", "C27"),
        ("require TakeResult.has_quorum", "C17d"),
        ("replace_effect Train.train", "C17d"),
        ("add_part model hash.in_round", "C17d"),
        ("require RevealSeedMO.opens", "C25/same"),
        ("require ApproveTC.is_requested", "C25/same"),
        ("require StartRound.epochs_left", "C25/once"),
        ("require CommitTJ.no_job", "C33"),
        ("switch X15", "C35"),
        ("require StartRound.previous_closed", "C32/closed"),
        ("notion has_standing", "C32/ended"),
        ("add_effect StartRound.reserve", "C39/covered"),
        ("require SettleJob.unsettled", "C39/covered"),
    ],
)
def test_the_proof_needs_what_it_rests_on(amendment: str, label: str) -> None:
    weaker = proof_without(amendment, label)
    if label == "C17d" and amendment.endswith("in_round"):
        assert weaker.proves(label)  # the round is in the weights already: a difference between a digest and its model
    else:
        assert not weaker.proves(label) and "not proved for any size" in weaker.gap(label)
