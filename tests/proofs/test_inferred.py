"""Lemmas that the program finds: claims need no lemma by hand, false candidates are dropped, nothing wrong is proved."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.__main__ import main
from marketproof.bench import Bench
from marketproof.inferring import steps_of
from marketproof.proving import LADDER, RESOURCES
from marketproof.variants import load
from model.induction import Engine, Settings, assumptions_of_honest_callers, prove_invariants, prove_kept
from model.inference import Inference, Lemma, Vocabulary
from model.mining import view_of
from model.search import all_steps
from model.wandering import sampled
from properties.claims import goal_of
from properties.inferred import Clause, Inferred, inferred_for, read, text_of
from properties.paper_claims import CLAIMS
from properties.proofs import Plan, plan_of
from properties.templates import Base, base_of, bases_of
from spec.tree import Expression

JOINED_ONCE = str(Path(__file__).parents[2] / "examples" / "joined_once.py")
SETTINGS = Settings(Engine(assumptions=assumptions_of_honest_callers), 0, RESOURCES, ladder=LADDER)


@cache
def bench(name: str) -> Bench:
    return Bench(load(name, []))


@cache
def vocabulary(name: str, runs: int = 12, length: int = 8) -> Vocabulary:
    of = bench(name)
    samples = sampled(of.protocol, of.compiled, lambda scope: of.market(scope, "market").rows, 0, runs, length)
    return Vocabulary(of.protocol, of.compiled, bases_of(of.protocol), samples)


def condition(name: str, claim: str) -> Expression:
    protocol = bench(name).protocol
    (found,) = goal_of(CLAIMS[claim], protocol, protocol.transactions).states.values()
    return found


def search(name: str, claim: str, known: Vocabulary, hints: dict[str, Expression] | None = None) -> Inference:
    protocol, goals = bench(name).protocol, {claim: condition(name, claim)}
    found = Inference(protocol, steps_of(protocol), goals, {}, known, SETTINGS, hints=hints or {}, uses_by_hand={claim: tuple(hints or ())})
    found.run()
    return found


def clause_of(base: Base, *told: str) -> Expression:
    clause = base.found(told)
    assert clause is not None, told
    return base.expression(clause)


@cache
def of_joined_once() -> Inference:
    return search(JOINED_ONCE, "C11", vocabulary(JOINED_ONCE))


def test_c11_is_proved_where_a_co_joins_once() -> None:
    found = of_joined_once()
    assert not found.failures and found.needed(["C11"]) == ["CI: CI[id].hash != nothing or not: CI[id].status == VERIFIED"]


@pytest.mark.parametrize("claim", ["C11", "C33"])
def test_a_claim_of_hardened_is_proved_without_lemmas_by_hand(claim: str) -> None:
    found = search("hardened", claim, vocabulary("hardened"))
    assert not found.failures
    needed = {name: found.lemmas[name].condition for name in found.needed([claim])}
    proved = prove_invariants(found.protocol, {**needed, claim: condition("hardened", claim)}, found.steps, settings=SETTINGS)
    assert needed and {one.outcome for one in proved} == {"proved"}


def test_the_same_is_found_each_time() -> None:
    of = bench(JOINED_ONCE)
    again = sampled(of.protocol, of.compiled, lambda scope: of.market(scope, "market").rows, 0, 12, 8)
    assert [sample.rows for sample in again] == [sample.rows for sample in vocabulary(JOINED_ONCE).samples]
    found = search(JOINED_ONCE, "C11", replace(vocabulary(JOINED_ONCE), samples=again, _tables={}))
    assert found.rests == of_joined_once().rests and list(found.lemmas) == list(of_joined_once().lemmas)


def test_a_refuted_claim_is_not_proved() -> None:
    found = search("paper", "C33", vocabulary("paper"))
    (failure,) = found.failed("C33")
    assert failure.step and any(line.startswith("argument caller = ") for line in failure.told)


def test_without_samples_false_clauses_are_dropped_and_nothing_wrong_is_proved() -> None:
    """One state lets nearly every clause through: what is left in the end is inductive all the same."""
    paper = vocabulary("paper")
    found = search("paper", "C11", replace(paper, samples=paper.samples[:1], _tables={}))
    assert found.failed("C11") and found.dropped
    kept = {name: lemma.condition for name, lemma in found.lemmas.items()}
    reached = [view_of(paper.protocol.schema, s.rows, s.universe, s.coalition) for s in paper.samples]
    closed = [name for name in kept if not any(goal == name for goal, _ in found.open)]
    assert all(paper.compiled.holds(kept[name], {}, view) for name in closed for view in reached)


def test_a_planted_false_lemma_is_dropped() -> None:
    base = vocabulary(JOINED_ONCE).bases["CI"]
    false = clause_of(base, "not: CI[id].status == VERIFIED")
    found = of_joined_once()
    mine = replace(found, lemmas={}, dropped={}, failures={}, rests={}, open=[], invariants={"C11": found.invariants["C11"]})
    mine.demand(Lemma("planted", base, (), false, 0))
    mine.run()
    assert "planted" in mine.dropped and mine.dropped["planted"].step == "VerifyCI"
    assert not mine.failures and "planted" not in mine.needed(["C11"])


def test_a_false_hint_proves_nothing() -> None:
    base = base_of(bench("paper").protocol, "CI")
    assert base is not None
    false = {"nobody is verified": clause_of(base, "not: CI[id].status == VERIFIED")}
    found = search("paper", "C11", replace(vocabulary("paper"), bases={}), false)
    assert found.failed("C11") and list(found.dropped) == ["nobody is verified"]


def test_a_statement_is_true_of_a_key_exactly_if_its_clause_holds() -> None:
    """The table of truths and the quantified clause are two ways to say one thing."""
    known = vocabulary("hardened")
    for name in ("CI", "Slot", "Selection"):
        table, base = known.table(name), known.bases[name]
        for sample in known.samples[::97]:
            view = known.view(sample)
            lines = list(table.lines(view))
            for place in range(0, len(base.statements), 29):
                (literal,) = base.found([base.statements[place].text]) or ()
                assert known.compiled.holds(base.expression((literal,)), {}, view) == all(line[place] for line in lines)


KNOWN = Inferred("a text", {"of nothing": Clause("CI", ("CI[id].nothing == 1",), ())}, {"C33": ("of nothing",)})


def test_what_was_found_is_read_as_it_was_written() -> None:
    assert read(text_of(KNOWN)) == KNOWN
    with pytest.raises(ValueError, match="no file of inferred lemmas"):
        read('{"text": ""}')


def plan_of_c33(known: Inferred) -> Plan:
    protocol = bench("hardened").protocol
    return plan_of(protocol, CLAIMS["C33"].split(), all_steps(protocol, COALITIONS["peer"]), known)


def test_a_wrong_file_only_makes_a_proof_fail() -> None:
    protocol = bench("hardened").protocol
    plan, right = plan_of_c33(KNOWN), plan_of_c33(inferred_for(protocol))
    assert plan.uses["C33"] == ("of nothing",) and plan.missing("C33") == ["of nothing"] and not plan.inferred & set(plan.invariants)
    step, goal = protocol.transactions["CommitTJ"], {"C33": plan.invariants["C33"]}
    (failed,) = prove_kept(protocol, step, plan.assumed("C33", "CommitTJ"), goal, SETTINGS)
    (proved,) = prove_kept(protocol, step, right.assumed("C33", "CommitTJ"), goal, SETTINGS)
    assert (failed.outcome, proved.outcome) == ("failed", "proved")


def test_the_command_tells_what_remains_by_hand(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "lemmas.json"
    assert main(["infer", "--variant", JOINED_ONCE, "--claim", "C11", "--jobs", "1", "--fresh", "--json", "--out", str(out)]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [(one["claim"], one["verdict"], one["by_hand"]) for one in told["claims"]] == [("C11", "inferred", [])]
    assert "C11" in read(out.read_text(encoding="utf-8")).claims
    assert main(["infer", "--claim", "C17a"]) == 2
    assert "lemmas are found for such only" in capsys.readouterr().err
