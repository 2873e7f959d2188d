"""The round core beside other tools: our own verdicts, the line counter, the committed results and the page made from them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.peers import install, judging, ours, reporting
from benchmarks.peers.lines import counted
from benchmarks.peers.measuring import median
from benchmarks.peers.rounds import CLAIMS, PAPER
from benchmarks.peers.running import Outcome, Task, run
from benchmarks.peers.tools import TOOLS, Minicheck, Ours, Z3Script
from model.induction import prove_invariants

RESULTS = reporting.read()


# --- our own model ---


@pytest.mark.parametrize(("claim", "scope", "steps"), [("I1", (2, 2), 3), ("I2", (2, 2), 3), ("I1", (4, 3), 3), ("I2", (4, 3), 7)])
def test_the_printed_text_is_attacked_and_the_ledger_replays_it(claim: str, scope: tuple[int, int], steps: int):
    found = ours.attack(claim, ours.RoundScope(*scope))
    assert (found["trace"], found["replayed"], len(found["steps"])) == (steps, True, steps)


def test_a_run_that_breaks_nothing_does_not_replay_as_an_attack():
    protocol, scope = PAPER.load(), ours.RoundScope(2, 2)
    run_of_one = [("StartRound", {"caller": "member", "couple": "tc-1"})]
    assert not ours.replayed(protocol, ours.goal_of(protocol, "I1"), scope, run_of_one)


@pytest.mark.parametrize(("scope", "states"), [((2, 2), 43), ((3, 3), 8120)])
def test_the_hardened_text_has_the_states_that_the_other_tools_count(scope: tuple[int, int], states: int):
    found = ours.space(ours.RoundScope(*scope))
    assert (found["states"], found["holds"]) == (states, True)


def test_both_claims_are_proved_for_any_size_once_hardened():
    found = ours.prove()
    assert (found["holds"], found["failed"], found["questions"]) == (True, [], 8)


def test_the_printed_text_is_not_proved():
    protocol = PAPER.load()
    found = prove_invariants(protocol, ours.goal_of(protocol, *CLAIMS).states, protocol.transactions)
    assert {(one.goal, one.step) for one in found if one.outcome == "failed"} == {("I1", "UpdateTJ"), ("I2", "UpdateTJ")}


# --- lines ---


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("a.py", '"""Said."""\n\nx = """a\nb"""\n# no\ny = 1  # yes\n', 3),
        ("a.py", 'def f():\n    """Said.\n\n    More."""\n    return 1\n', 2),
        ("a.pml", "/* no\n no */\nbyte a; /* yes */\n\n", 1),
        ("a.rs", "// no\nfn main() {\n}\n/* no */\n", 2),
        ("a.qnt", "module a {\n  // no\n}\n", 2),
        ("a.tla", "---- MODULE A ----\n(* no\n no *)\n\\* no\nA == 1 \\* yes\n====\n", 3),
        ("a.toml", "[a]\n# no\nb = 1\n", 2),
    ],
)
def test_lines_are_counted_without_blanks_and_comments(tmp_path: Path, name: str, text: str, lines: int):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert counted(tmp_path / name) == lines


def test_a_language_without_a_rule_is_refused(tmp_path: Path):
    (tmp_path / "a.xyz").write_text("a\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"no rule for comments in 'a\.xyz'"):
        counted(tmp_path / "a.xyz")


# --- running ---


def test_a_command_that_does_not_end_is_stopped(tmp_path: Path):
    ran = run([[sys.executable, "-c", "import time; time.sleep(60)"], ["never"]], {}, 0.2, tmp_path, {})
    assert ran.late and len(ran.seconds) == 1


def test_after_a_failed_build_no_old_engine_is_run(tmp_path: Path):
    ran = run([[sys.executable, "-c", "raise SystemExit(1)"], [sys.executable, "-c", "print('old')"]], {}, 60, tmp_path, {})
    assert ran.failed and ran.output == ""


def test_one_run_without_an_answer_spoils_the_median():
    good, late = Outcome("found", 1.0, 0.5, 3), Outcome("out of time", 60.0)
    assert median([good, late, good])["said"] == "out of time" and median([good, good])["said"] == "found"


def test_a_package_with_another_hash_is_refused_and_removed(tmp_path: Path):
    (tmp_path / "jar").write_text("not it", encoding="utf-8")
    with pytest.raises(install.NotInstalled, match="jar has the hash"):
        install.need_hash(tmp_path / "jar", install.TLC_SHA256)
    assert not (tmp_path / "jar").exists()


def test_an_installer_that_is_not_there_is_a_reason(tmp_path: Path):
    with pytest.raises(install.NotInstalled, match="no-such-installer is not on this machine"):
        install.call(["no-such-installer"], tmp_path)


# --- cheap peers ---


@pytest.mark.parametrize(("claim", "scope", "steps"), [("I1", (2, 2), 3), ("I2", (3, 2), 4)])
def test_the_z3_script_finds_attacks_of_the_same_length_as_ours(claim: str, scope: tuple[int, int], steps: int, tmp_path: Path):
    script = Z3Script(tmp_path)
    script.install()
    found = script.measure(Task("attack", claim, *scope), 60)
    assert (found.said, found.trace) == ("found", steps)
    assert ours.attack(claim, ours.RoundScope(*scope))["trace"] == steps


def test_the_z3_script_proves_any_size(tmp_path: Path):
    proof = Z3Script(tmp_path).prove(60)
    assert proof is not None and proof.said == "proved"


def test_minicheck_counts_the_same_states():
    if not (install.cache_folder() / "minicheck-0.4.0" / "complete").is_file():
        pytest.skip("minicheck is not in the cache; `python -m benchmarks.peers` fetches it")
    peer = Minicheck(install.cache_folder())
    peer.install()
    assert peer.measure(Task("space", "", 3, 3), 60).states == 8120


# --- the committed results ---


def test_the_page_is_made_from_the_results():
    assert reporting.document(RESULTS) == reporting.DOCUMENT.read_text(encoding="utf-8")


def test_the_lines_of_the_results_are_those_of_the_files(tmp_path: Path):
    assert {kind.name: kind(tmp_path).lines for kind in TOOLS} == {name: tool["lines"] for name, tool in RESULTS["tools"].items()}


def test_every_tool_was_run_or_says_why_not_and_all_that_ran_agree():
    for tool in RESULTS["tools"].values():
        assert tool["not_run"] or tool["first"]
    assert judging.disagreements(RESULTS) == []


def test_models_that_disagree_are_told():
    counts = {name: {"not_run": "", "shortest": "yes", "first": {}, "attacks": {}, "spaces": {"2x2": {"said": "holds", "states": n}}}
              for name, n in (("one", 43), ("other", 44))}  # fmt: skip
    assert judging.disagreements({"tools": counts}) == ["2x2: states {'one': 43, 'other': 44}"]


def test_a_run_that_is_shorter_than_the_shortest_is_told():
    exact = {"not_run": "", "shortest": "yes", "first": {"I1 2x2": {"said": "found", "trace": 3}}, "attacks": {}, "spaces": {}}
    random = {**exact, "shortest": "no", "first": {"I1 2x2": {"said": "found", "trace": 2}}}
    assert judging.disagreements({"tools": {"exact": exact, "random": random}}) == ["I1 2x2: random has a run of 2 steps"]


def test_where_ours_is_behind_it_says_so():
    said = judging.compared("Lines", 3, {"shorter": 2, "as long": 3, "longer": 4, "unknown": None})
    assert said == "Lines: **ahead** of longer; level with as long; **behind** shorter; not compared: unknown."


def test_a_tool_that_cannot_be_had_stays_in_the_tables():
    tools = {**RESULTS["tools"], "Spin": {**RESULTS["tools"]["Spin"], "not_run": "gcc is not on this machine"}}
    page = reporting.document({**RESULTS, "tools": tools})
    assert page.count("not run: gcc is not on this machine") == 2


def test_the_results_name_no_machine():
    assert set(RESULTS["machine"]) == {"processor", "cores", "memory_gib", "system", "python"}


def test_our_attacks_are_ours_to_measure(tmp_path: Path):
    found = Ours(tmp_path).measure(Task("attack", "I1", 2, 2), 60)
    assert (found.said, found.trace) == ("found", 3)
