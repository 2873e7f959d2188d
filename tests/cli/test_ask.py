"""`marketproof ask`: a reviewer's question has the verdict, the witness and the exit code that a claim would have."""
# ruff: noqa: E501 (tables of queries)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marketproof.asked_proofs import attempt
from marketproof.bench import Bench
from marketproof.proving import Proof
from marketproof.recheck import judge
from marketproof.variants import load
from properties.proofs import plan_of
from properties.queries import query
from tests.cli.calling import WIDTH, Call, Result, check_refused, widest

C11 = 'always: every(CI, lambda ci: implies(ci.status == "VERIFIED", recorded_hash(ci) == checked_hash(ci)))'
C31 = "always: every(TC, lambda couple: remaining(couple) == count(CI, lambda ci: selected_now(couple, ci) & ~delivered_now(couple, ci)))"
UNPAID_WORK = "reachable: some(TC, lambda couple: couple.paid and couple.round == 0)"
NEVER_PAID = "reachable: some(TC, lambda couple: couple.paid)"
COMPLETED = 'always: every(TC, lambda couple: couple.status != "COMPLETED")'


def asked(call: Call, *arguments: object) -> tuple[Result, list[dict[str, Any]]]:
    result = call("ask", *arguments, "--json")
    return result, json.loads(result.out)["queries"]


@pytest.mark.parametrize(("text", "label"), [(C11, "C11"), (C31, "C31/rem")])
@pytest.mark.parametrize("coalition", ["DO", "CO", "MO", "orderer", "peer"])
def test_a_claims_own_text_has_the_claims_verdict_and_depth(call: Call, text: str, label: str, coalition: str):
    result, (found,) = asked(call, text, "--coalition", coalition)
    claim = json.loads(call("attack", "--claim", label, "--coalition", coalition, "--json").out)["rows"][0]
    assert [(row["verdict"], row["depth"], row["replayed"]) for row in found["rows"]] == [
        (claim["verdict"], claim["depth"], claim["replayed"])
    ]
    assert result.code == (1 if claim["verdict"] == "refuted" else 0)


def test_a_claims_own_text_is_proved_with_the_lemmas_that_its_core_names(call: Call):
    result, (found,) = asked(call, C11, "--variant", "hardened")
    assert result.code == 0 and found["answer"] == "proved" and len(found["rows"]) == 8
    for row in found["rows"]:
        assert row["verdict"] == "proved" and row["scope"] == "any" and row["confirmed"].startswith("cvc5 confirms")
        assert row["lemmas"] == ["verified_has_joined (by hand, proved): A verified instance has a declared hash."]


def test_every_question_of_such_a_proof_is_confirmed_again():
    bench = Bench(load("hardened", []))
    claim = query(C11, bench.protocol)
    proof = attempt(bench, claim)
    asked = [one.obligation for one in proof.found if one.obligation.by == "solver"]
    assert proof.proves(claim.label) and len(asked) > 10
    assert {judge(one.smtlib.encode())[0] for one in asked} == {"confirmed"}
    assert {one.obligation.goal for one in proof.found} == {claim.label, "verified_has_joined"}


def test_what_nothing_was_asked_about_is_not_proved():
    bench = Bench(load("hardened", []))
    claim = query(C11, bench.protocol)
    plan = plan_of(bench.protocol, [claim], bench.protocol.transactions)
    assert not Proof("hardened", plan).proves(claim.label)


def test_an_attack_is_told_and_its_witness_replays(call: Call, tmp_path: Path):
    result = call("ask", C11, "--coalition", "CO", "--out", tmp_path / "w.json", "--evidence", tmp_path / "e")
    assert result.code == 1 and "refuted by CO in 1 step" in " ".join(result.out.split()) and "this breaks it: CI[ci-1].hash" in result.out
    assert widest(result.out) <= WIDTH
    (inside,) = (tmp_path / "e" / "witnesses").iterdir()
    assert inside.read_text(encoding="utf-8") == (tmp_path / "w.json").read_text(encoding="utf-8")
    replayed = call("replay", tmp_path / "w.json")
    assert replayed.code == 0 and "then 1; after the last this breaks it" in replayed.out


def test_what_is_reached_is_told_with_the_element_that_is_so(call: Call, tmp_path: Path):
    result = call("ask", UNPAID_WORK, "--coalition", "MO", "--out", tmp_path / "w.json")
    assert result.code == 0 and "reached by MO in 1 step" in " ".join(result.out.split())
    assert "this is reached: TC[tc-1].paid and TC[tc-1].round = 0 is 0" in " ".join(result.out.split()), result.out
    assert call("replay", tmp_path / "w.json").code == 0
    fields = json.loads((tmp_path / "w.json").read_text(encoding="utf-8"))
    (tmp_path / "w.json").write_text(json.dumps({**fields, "claim": UNPAID_WORK.replace("== 0", "== 3")}), encoding="utf-8")
    assert call("replay", tmp_path / "w.json").code == 1


def test_a_witness_that_names_a_hostile_query_is_refused(call: Call, tmp_path: Path):
    call("ask", UNPAID_WORK, "--coalition", "MO", "--out", tmp_path / "w.json")
    fields = json.loads((tmp_path / "w.json").read_text(encoding="utf-8"))
    for text, part in (
        ("always: open('x')", "no name 'open'"),
        ("reachable: " + "(" * 1900, "too many nested"),
        ("never: CI", "'never: CI'"),
    ):
        (tmp_path / "w.json").write_text(json.dumps({**fields, "claim": text}), encoding="utf-8")
        check_refused(call("replay", tmp_path / "w.json"), part)


def test_what_is_not_reached_is_told_with_the_depth(call: Call):
    result, (found,) = asked(call, NEVER_PAID, "--coalition", "CO", "--depth", "0")
    assert result.code == 1 and found["answer"] == "not reached within the depth" and found["rows"][0]["depth"] == 0


def test_what_is_impossible_is_proved_for_any_size(call: Call):
    text = 'reachable: some(CI, lambda ci: ci.status == "VERIFIED" and ci.co == None)'
    result, (found,) = asked(call, text, "--variant", "hardened", "--coalition", "CO")
    assert result.code == 1 and found["answer"] == "impossible" and found["rows"][0]["verdict"] == "proved"


def test_a_step_at_which_induction_fails_is_shown(call: Call):
    result = call("ask", COMPLETED, "--variant", "hardened", "--coalition", "MO", "--depth", "1")
    told = " ".join(result.out.split())
    assert "it needs a lemma at CompleteTC" in told and "a counterexample to induction" in told and "TC.status(tc-1) = APPROVED" in told
    assert result.code == 0 and "holds within the depth" in told and "proved for any size, against" not in told


def test_a_premise_that_is_never_reached_is_noted(call: Call):
    text = "always: every(TC, lambda couple: implies(couple.round > 3, couple.paid))"
    result, (found,) = asked(call, text, "--coalition", "orderer", "--depth", "1")
    assert result.code == 0 and found["answer"] == "holds within the depth" and found["note"].startswith("vacuous: 'some couple in TC has")
    _, (found,) = asked(call, C11, "--coalition", "orderer", "--depth", "1")
    assert found["answer"] == "holds within the depth" and found["note"] == ""


def test_two_runs(call: Call):
    both_open = "in_run(0, round_is_open(couple)) and in_run(1, round_is_open(couple))"
    alike = "in_run(0, selected_subset(couple, subset)) == in_run(1, selected_subset(couple, subset))"
    text = f"always: every(TC, lambda couple: every(DSS, lambda subset: implies({both_open}, {alike})))"
    result, (found,) = asked(call, text, "--coalition", "MO", "--depth", "2")
    assert result.code == 1 and found["rows"][0]["verdict"] == "refuted" and found["rows"][0]["replayed"]


def test_words_that_a_variant_has_not(call: Call):
    result, (found,) = asked(call, C31, "--variant", "hardened", "--coalition", "CO")
    assert result.code == 1 and found["answer"] == "not expressible" and "no counter of remaining jobs" in found["rows"][0]["reason"]


def test_queries_from_a_file(call: Call, tmp_path: Path):
    path = tmp_path / "queries.txt"
    path.write_text(f"# what a reviewer asks\n\n{C11}\n  {UNPAID_WORK}\n", encoding="utf-8")
    result, found = asked(call, "--file", path, "--coalition", "MO")
    assert [one["answer"] for one in found] == ["fails", "reached"] and result.code == 1
    path.write_text(f"{C11}\nalways: every(CL, lambda ci: True)\n", encoding="utf-8")
    check_refused(call("ask", "--file", path), "line 2: query, column 15: no name 'CL'; nearest: TC, CO, CI")


@pytest.mark.parametrize(("arguments", "part"), [
    ((), "no query is given"), (("sometimes: CI",), "choices: `always: ...`, `reachable: ...`"), (("C11",), "choices: `always: ...`"),
    (("always: open('x')",), "no name 'open'"), (("always: every(CI, lambda ci: ci.statu)",), "column 30: CI has no field 'statu'; choices: co, dss"),
    ((C11, "--coalition", "me"), "'me'"), ((C11, "--scope", "0x1"), "'0x1'"), ((C11, C31, "--out", "w.json"), "2 queries are given"),
    ((C11, "--variant", "nosuch"), "'nosuch'"), (("--file", "nosuch.txt"), "nosuch.txt"),
])  # fmt: skip
def test_bad_use(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...], part: str):
    monkeypatch.chdir(tmp_path)
    check_refused(call("ask", *arguments), part)
    assert list(tmp_path.iterdir()) == []


def test_help_says_what_is_allowed(capsys: pytest.CaptureFixture[str], call: Call):
    told = call("ask", "--help").out
    for part in (
        "every(CI, lambda ci: ...)",
        "implies(a, b)",
        "deviating(member)",
        "in_run(0, ...)",
        "examples:",
        "exit codes: 0 every query",
    ):
        assert part in told
