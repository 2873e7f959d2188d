"""Each part of a ranking argument is needed, and each of its rules notices what is wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.commands import claims_named
from marketproof.proving import LADDER, RESOURCES
from model.induction import Engine, Obligation, Settings, assumptions_of_honest_callers
from model.progress import BOUNDED, COVERED, allowed, keeps, lowers, prove_rule, questions_asked
from model.search import all_steps
from properties.hardened_finishing import LATE, MOSTLY
from properties.proofs import Plan, plan_of
from properties.ranking import Move, Ranking
from spec.hardened import VARIANT
from spec.kinds import MEMBER
from spec.schema import using
from spec.tree import FALSE, TRUE, integer, literal

PROTOCOL = VARIANT.load()
STEPS = all_steps(PROTOCOL, COALITIONS["peer"])
SETTINGS = Settings(Engine(assumptions=assumptions_of_honest_callers), 0, RESOURCES, ladder=LADDER)


@cache
def plan(label: str) -> Plan:
    return plan_of(PROTOCOL, claims_named(label), STEPS)


def ranking(label: str) -> Ranking:
    return plan(label).rankings[label]


def outcomes(label: str, changed: Ranking, rule: str) -> dict[str, str]:
    """How a rule of a changed argument is decided, by obligation."""
    asked = rule.partition(" (")[0] if not rule.startswith("(") else rule
    hypotheses = plan(label).assumed(label, asked)
    found: list[Obligation] = prove_rule(PROTOCOL, label, changed, asked, hypotheses, STEPS, SETTINGS)
    return {one.step: one.outcome for one in found}


def named(label: str, name: str) -> Move:
    return next(move for move in ranking(label).moves if move.name == name)


def with_move(label: str, changed: Move) -> Ranking:
    argument = ranking(label)
    return replace(argument, moves=tuple(changed if move.name == changed.name else move for move in argument.moves))


def without_move(label: str, name: str) -> Ranking:
    argument = ranking(label)
    return replace(argument, moves=tuple(move for move in argument.moves if move.name != name))


def measured(label: str, **changed: Any) -> Ranking:
    argument = ranking(label)
    return replace(argument, measures={**argument.measures, **{name.replace("_", " "): value for name, value in changed.items()}})


@pytest.mark.parametrize("name", [move.name for label in ("C32/closed", "C32/ended") for move in ranking(label).moves])
def test_without_a_move_some_state_has_none(name: str) -> None:
    label = next(label for label in ("C32/ended", "C32/closed") if any(move.name == name for move in ranking(label).moves))
    assert outcomes(label, ranking(label), COVERED) == {COVERED: "proved"}
    assert outcomes(label, without_move(label, name), COVERED) == {COVERED: "failed"}


@pytest.mark.parametrize(("measure", "move"), [("ticks", "the clock moves"), ("to be opened", "it opens the reveals")])
def test_without_a_measure_a_move_lowers_nothing(measure: str, move: str) -> None:
    argument, rule = ranking("C32/closed"), lowers(named("C32/closed", move))
    assert outcomes("C32/closed", argument, rule) == {rule: "proved"}
    fewer = replace(argument, measures={name: value for name, value in argument.measures.items() if name != measure})
    assert outcomes("C32/closed", fewer, rule) == {rule: "failed"}


def test_a_measure_that_may_be_negative_is_noticed() -> None:
    below = measured("C32/closed", ticks=ranking("C32/closed").measures["ticks"] - integer(1))
    assert outcomes("C32/closed", below, BOUNDED) == {BOUNDED: "failed"}


def test_a_measure_that_somebody_raises_is_noticed() -> None:
    """The ticks alone: opening the reveals gives new ones."""
    argument = ranking("C32/closed")
    alone = replace(argument, measures={"ticks": argument.measures["ticks"]})
    assert outcomes("C32/closed", argument, "OpenReveal") == {"OpenReveal": "proved"}
    assert outcomes("C32/closed", alone, "OpenReveal") == {"OpenReveal": "failed"}


def test_a_move_that_its_guards_refuse_is_noticed() -> None:
    early = replace(named("C32/closed", "it closes the round"), when=TRUE)
    assert outcomes("C32/closed", with_move("C32/closed", early), allowed(early)) == {allowed(early): "failed"}


def test_a_move_with_a_missing_argument_is_noticed() -> None:
    """What is not whole can be sent by nobody, whatever the guards say of it."""
    move = named("C32/closed", "the clock moves")
    nobody = replace(move, arguments={"caller": literal(None, MEMBER)})
    assert outcomes("C32/closed", ranking("C32/closed"), allowed(move)) == {allowed(move): "proved"}
    assert outcomes("C32/closed", with_move("C32/closed", nobody), allowed(nobody)) == {allowed(nobody): "failed"}


def test_what_is_assumed_must_be_kept() -> None:
    argument = ranking("C32/ended")
    with using(PROTOCOL.schema):
        fragile = replace(argument.claim, assuming=argument.claim.assuming & argument.measures["to be closed"].__eq__(0))
    assert outcomes("C32/ended", replace(argument, claim=fragile), "StartRound") == {"StartRound": "failed"}


def test_an_invariant_must_hold_at_first_and_be_kept() -> None:
    argument = ranking("C32/finished")
    wrong = replace(argument, invariant={**argument.invariant, "never": FALSE})
    assert outcomes("C32/finished", wrong, "RequestTC")[keeps("RequestTC", "never")] == "failed"
    assert keeps("", "never") in questions_asked(wrong, STEPS)


def test_nobody_may_be_late() -> None:
    """Without that condition of the claim the clock breaks the invariant."""
    argument, rule = ranking("C32/finished"), keeps("Tick", LATE)
    assert outcomes("C32/finished", argument, rule)[rule] == "proved"
    late = replace(argument, claim=replace(argument.claim, timely={}))
    assert outcomes("C32/finished", late, rule)[rule] == "failed"


def test_finishing_needs_honest_majorities() -> None:
    argument = ranking("C32/finished")
    provided = {name: condition for name, condition in argument.claim.provided.items() if name != MOSTLY}
    fewer = replace(argument, claim=replace(argument.claim, provided=provided))
    assert outcomes("C32/finished", argument, COVERED) == {COVERED: "proved"}
    assert outcomes("C32/finished", fewer, COVERED) == {COVERED: "failed"}
