"""What is proved of the paper's text and of a user's variant for every size, and what is not: the refuted claims."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from marketproof.recheck import judge
from marketproof.variants import load
from model.induction import Obligation, Rung, Settings, never_enabled, prove_implied, prove_invariants, prove_kept, prove_steps
from properties.claims import Goal, goal_of
from properties.paper_claims import CLAIMS
from spec.language import every, implies
from spec.paper.assets import CI, EPOCHS, TC
from spec.schema import using
from spec.text import Protocol
from spec.tree import Expression, boolean

JOINED_ONCE = str(Path(__file__).parents[2] / "examples" / "joined_once.py")
QUICK = Settings(ladder=(Rung(0, True), Rung(1, True), Rung(1, False)))


@cache
def protocol(name: str) -> Protocol:
    return load(name, [])


def goal(name: str, variant: str) -> Goal:
    return goal_of(CLAIMS[name], protocol(variant), protocol(variant).transactions)


def lemmas(variant: str) -> dict[str, Expression]:
    """Statements that are true in every variant of the paper."""
    with using(protocol(variant).schema):
        return {name: boolean(condition) for name, condition in {
            "verified has a hash": every(CI, lambda instance: implies(instance.status == "VERIFIED", instance.hash != None)),
            "rounds count up": every(TC, lambda couple: couple.round >= 0),
            "epochs count up": every(protocol(variant).sorts["DS"], lambda dataset: EPOCHS[dataset].closed >= 0),
        }.items()}  # fmt: skip


def outcomes(found: list[Obligation]) -> dict[str, str]:
    return {f"{o.goal} at {o.step or 'first'}": o.outcome for o in found}


@cache
def joined_once() -> list[Obligation]:
    statements = {**goal("C11", JOINED_ONCE).states, **lemmas(JOINED_ONCE)}
    return prove_invariants(protocol(JOINED_ONCE), statements, protocol(JOINED_ONCE).transactions)


def test_c11_is_proved_where_a_co_joins_once() -> None:
    assert {o.outcome for o in joined_once()} == {"proved"}
    by_solver = {o.step for o in joined_once() if o.by == "solver" and o.goal == "checked"}
    assert by_solver == {"", "CreateCI", "JoinCI", "VerifyCI"}


def test_c11_needs_its_lemma() -> None:
    claim, join = goal("C11", JOINED_ONCE).states, protocol(JOINED_ONCE).transactions["JoinCI"]
    (found,) = prove_kept(protocol(JOINED_ONCE), join, claim, claim)
    assert found.outcome == "failed"
    assert "CI.status(ci-1) = VERIFIED" in found.counterexample


def test_true_lemmas_of_the_paper_are_proved() -> None:
    found = outcomes(prove_invariants(protocol("paper"), lemmas("paper"), protocol("paper").transactions))
    assert {name for name, outcome in found.items() if outcome != "proved"} == set()


# The step that breaks each claim in the paper's text.
BROKEN_BY = {"C11": "JoinCI", "C12": "StartRound", "C31": "UpdateTJ", "C33": "UpdateTJ"}


@pytest.mark.parametrize("name", BROKEN_BY)
def test_refuted_claims_are_not_proved(name: str) -> None:
    statements = {**goal(name, "paper").states, **lemmas("paper")}
    step = protocol("paper").transactions[BROKEN_BY[name]]
    found = prove_kept(protocol("paper"), step, statements, goal(name, "paper").states, QUICK)
    assert [o.outcome for o in found] == ["failed"]
    assert any("argument caller = " in line for line in found[0].counterexample)


def test_a_refuted_claim_of_two_runs_is_not_implied() -> None:
    found = prove_implied(protocol("paper"), goal("C25", "paper").pairs, lemmas("paper"), QUICK)
    assert [o.outcome for o in found] == ["failed"]


def test_a_step_claim_is_proved_where_the_guards_say_so() -> None:
    allowed = {"allowed": goal("C35", JOINED_ONCE).steps["allowed"]}
    found = prove_steps(protocol(JOINED_ONCE), allowed, lemmas(JOINED_ONCE), protocol(JOINED_ONCE).transactions, QUICK)
    proved = {o.step for o in found if o.outcome == "proved"}
    assert {"CreateDO", "JoinCI", "VerifyCI"} <= proved
    assert "StartRound" not in proved and "UpdateTJ" not in proved


def test_a_step_whose_guards_contradict_the_invariants_is_told() -> None:
    paper = protocol("paper")
    with using(paper.schema):
        nothing = {"no instances": boolean(every(CI, lambda instance: instance.co == None))}
        nobody = {"no instances at all": boolean(every(CI, lambda instance: ~instance.exists))}
    steps = {name: paper.transactions[name] for name in ("JoinCI", "CreateCI")}
    assert never_enabled(paper, nobody, steps) == ["JoinCI"]
    assert never_enabled(paper, {**nothing, **lemmas("paper")}, steps) == []


def test_proofs_are_confirmed_by_another_solver_and_candidates_are_not() -> None:
    asked = [o for o in joined_once() if o.by == "solver"]
    assert {judge(o.smtlib.encode())[0] for o in asked} == {"confirmed"}
    claim, join = goal("C11", "paper").states, protocol("paper").transactions["JoinCI"]
    (failed,) = prove_kept(protocol("paper"), join, claim, claim, QUICK)
    assert judge(failed.smtlib.encode())[0] == "refuted"


def test_a_proof_is_the_same_each_time() -> None:
    claim, verify = goal("C11", JOINED_ONCE).states, protocol(JOINED_ONCE).transactions["VerifyCI"]
    first, second = (prove_kept(protocol(JOINED_ONCE), verify, claim, claim)[0].smtlib for _ in range(2))
    assert first == second
    assert first.startswith("; checked cannot fail at step VerifyCI\n; expected: unsat\n(set-logic ALL)\n")


def test_progress_is_told_of_every_question() -> None:
    said: list[str] = []
    claim, verify = goal("C11", "paper").states, protocol("paper").transactions["VerifyCI"]
    prove_kept(protocol("paper"), verify, claim, claim, Settings(progress=said.append))
    assert said == ["checked kept by VerifyCI: proved"]


def test_too_few_resources_are_unknown_and_never_a_proof() -> None:
    claim: Any = goal("C31", "paper").states
    found = prove_kept(protocol("paper"), protocol("paper").transactions["UpdateTJ"], claim, claim, Settings(resources=10))
    assert [o.outcome for o in found] == ["unknown"]
