"""`recheck` and `waive`: the second opinion on proofs, and what each amendment is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calling import Call, check_refused

CONFIRMED = "(set-logic ALL)\n(declare-fun x () Int)\n(assert (and (< x 0) (< 0 x)))\n(check-sat)\n"
REFUTED = CONFIRMED.replace("(< 0 x)", "(< x 9)")


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of one proved claim."""
    from tests.cli.calling import spawned

    place = tmp_path_factory.mktemp("proofs") / "e"
    part = ("--variant", "hardened", "--without-job", "--claim", "C33", "--coalition", "DO")
    assert spawned("check", *part, "--jobs", "1", "--evidence", place).code == 0
    return place


def test_a_proved_claim_says_how(proofs: Path) -> None:
    (row,) = json.loads((proofs / "verdicts.json").read_text(encoding="utf-8"))["rows"]
    assert (row["claim"], row["verdict"], row["scope"], row["depth"]) == ("C33", "proved", "any", None)
    assert "induction" in row["method"] and "cvc5 confirms" in row["confirmed"] and row["lemmas"]
    assert all("(inferred, proved)" in lemma for lemma in row["lemmas"])
    assert "marketproof" in row["versions"] and "cvc5" in row["versions"]


def test_every_question_of_the_summary_is_in_the_evidence(proofs: Path) -> None:
    summary = json.loads((proofs / "proofs/hardened/summary.json").read_text(encoding="utf-8"))
    files = [one["file"] for one in summary["obligations"] if one["file"]]
    assert files and all((proofs / name).is_file() for name in files)
    assert summary["confirmed"]["confirmed"] == summary["confirmed"]["of"] == len(files)


def test_recheck_confirms_the_evidence(call: Call, proofs: Path) -> None:
    result = call("recheck", proofs, "--json")
    told = json.loads(result.out)
    assert result.code == 0 and told["outcomes"]["confirmed"] == len(told["files"]) > 0


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        (CONFIRMED, 0, "confirmed"),
        (REFUTED, 3, "refuted"),
        ("(nonsense", 3, "malformed"),
        (CONFIRMED.replace("(check-sat)", ""), 3, "malformed"),
    ],
)
def test_recheck_believes_no_file(call: Call, tmp_path: Path, text: str, code: int, outcome: str) -> None:
    (tmp_path / "one.smt2").write_text(text, encoding="utf-8")
    result = call("recheck", tmp_path, "--json")
    assert result.code == code and json.loads(result.out)["outcomes"][outcome] == 1


def test_recheck_of_nothing_is_refused(call: Call, tmp_path: Path) -> None:
    check_refused(call("recheck", tmp_path / "nowhere"), "nowhere")
    check_refused(call("recheck", tmp_path), ".smt2")


def test_waiving_tells_the_claim_that_falls(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "waived.json"
    result = call("waive", "--amendment", "require JoinCI.not_joined", "--amendment", "require VerifyCI.joined", "--out", out)
    first, second = json.loads(out.read_text(encoding="utf-8"))
    assert result.code == 0 and first["verdict"] == "falls" and second["verdict"] == "redundant"
    assert [(fall["claim"], fall["coalition"], fall["depth"]) for fall in first["falls"]] == [("C11", "CO", 1)]
    assert "VerifyCI.hash_matches" in second["redundant_with"]


def test_waiving_what_others_speak_of_is_said(call: Call) -> None:
    (found,) = json.loads(call("waive", "--amendment", "add_table Slot", "--json").out)
    assert found["verdict"] == "structural" and "Slot" in found["reason"]


def test_waiving_what_is_not_there_is_refused(call: Call) -> None:
    check_refused(call("waive", "--amendment", "require JoinCI.not_join"), "'require JoinCI.not_join'", "require JoinCI.not_joined")
    check_refused(call("waive", "--variant", "nothing"), "'nothing'", "hardened")


def test_clauses_that_proofs_use(call: Call) -> None:
    told = call("clauses", "--claim", "C33", "--clause", "CommitTJ", "--json", "--jobs", "1")
    data = json.loads(told.out)
    assert told.code == 0 and {one["step"] for one in data["clauses"]} == {"CommitTJ"} and data["lemmas"]["C33"]
    check_refused(call("clauses", "--variant", "paper"), "'paper'", "hardened")
    check_refused(call("clauses", "--claim", "C33", "--clause", "CommitTJ.in_tim", "--jobs", "1"), "'CommitTJ.in_tim'", "CommitTJ.in_time")


def test_mutants_that_there_are_not(call: Call) -> None:
    check_refused(call("mutate", "--step", "CloseRond"), "'CloseRond'", "CloseRound")
    check_refused(call("mutate", "--sample", "0"), "'0'")
