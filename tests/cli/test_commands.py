"""Every command as it should be used: what it prints, how wide that is, and exit code 0."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from marketproof.bench import Decided
from marketproof.commands import worth_telling
from properties.expectations import expected
from properties.paper_claims import CLAIMS
from properties.verdicts import FIELDS, Row
from reports import terminal
from reports.job import job_text
from tests.cli.calling import FAST, FAST_CHECK, ROOT, WIDTH, Call, environment, spawned, widest

OWN_VARIANT = ROOT / "examples/joined_once.py"
COMMANDS = ("check", "attack", "replay", "bridge", "spec", "spec show", "spec diff", "spec generate", "doctor", "completion")
OPTIONS = {
    "check": ("--variant", "--switch", "--claim", "--coalition", "--scope", "--depth", "--from", "--timeout-s", "--json", "--seed",
              "--evidence", "--jobs", "--without-job", "--accept"),
    "attack": ("--variant", "--switch", "--claim", "--coalition", "--scope", "--depth", "--from", "--timeout-s", "--json", "--seed",
               "--evidence"),
    "replay": ("WITNESS", "--variant", "--json"),
    "bridge": ("--variant", "--switch", "--evidence", "--jobs", "--json", "--seed"),
    "spec show": ("VARIANT", "--only", "--switch", "--json"),
    "spec diff": ("VARIANT",),
    "doctor": ("--json",),
    "completion": ("bash", "zsh", "fish"),
}  # fmt: skip
REASON = "the solver's budget ended while the attack of depth 10 was made canonical"
TOLD = [
    "C11 verified marks the checked hash: refuted by CO in 1 step",
    "  from a populated market, reached by 43 honest steps:",
    "  1. co-1 (CO, deviating) calls JoinCI(instance = ci-1, hash = data hash[Content(dss-1),",
]


def test_attack_is_told(call: Call) -> None:
    result = call("attack", *FAST)
    assert (result.code, result.complaints) == (0, [])
    assert [line for line in TOLD if line not in result.out] == []
    assert widest(result.out) <= WIDTH


def test_attack_as_json(call: Call) -> None:
    result = call("attack", *FAST, "--json")
    (row,) = json.loads(result.out)["rows"]
    assert (result.code, row["verdict"], row["depth"], row["replayed"]) == (0, "refuted", 1, True)
    assert set(row) == {*FIELDS, "told"} and "JoinCI" in row["told"][0]


def test_attack_of_the_smallest_coalition(call: Call) -> None:
    result = call("attack", "--claim", "C11", "--depth", "2")
    assert result.code == 0 and result.out.startswith("C11 verified marks the checked hash: refuted by CO in 1 step")


def test_an_arithmetic_claim(call: Call) -> None:
    result = call("attack", "--claim", "C17a")
    assert result.code == 0 and "proved against any f < n/2" in result.out
    assert widest(result.out) <= WIDTH


def test_check(call: Call, tmp_path: Path) -> None:
    result = call(*FAST_CHECK, "--coalition", "orderer", "--evidence", tmp_path / "e")
    assert (result.code, result.complaints) == (0, [])
    assert "C11           ✗ in 1    holds ≤6" in result.out and "as the committed expectations say" in result.out
    assert widest(result.out.replace(str(tmp_path), "")) <= WIDTH
    described = {"claims.json", "variants.json", "attacks.json", "paper.json", "performance.json", "ledgers.json", "own-calibration.json"}
    assert {path.name for path in (tmp_path / "e").rglob("*.json")} == {"manifest.json", "verdicts.json", "C11-CO.json", *described}


def test_check_as_json_is_nothing_else(call: Call, tmp_path: Path) -> None:
    result = call(*FAST_CHECK, "--json", "--evidence", tmp_path / "e")
    document = json.loads(result.out)
    assert result.code == 0 and document["differences"] == {"paper": []} and document["vacuous"] == {"paper": []}
    assert set(document["rows"][0]) == set(FIELDS)


@pytest.mark.parametrize("name", ["C11-CO", "C11-MO"])
def test_replay(call: Call, evidence: Path, name: str) -> None:
    told = json.loads((evidence / f"witnesses/{name}.json").read_text(encoding="utf-8"))["told"]
    result = call("replay", evidence / f"witnesses/{name}.json")
    assert result.code == 0 and result.out.startswith("replayed on the ledger: 43 honest steps, then")
    assert [" ".join(line.split()) for line in told if " ".join(line.split()) not in " ".join(result.out.split())] == []
    assert widest(result.out) <= WIDTH


def test_replay_as_json(call: Call, evidence: Path) -> None:
    result = call("replay", evidence / "witnesses/C11-CO.json", "--json")
    document = json.loads(result.out)
    assert result.code == 0 and (document["replays"], document["claim"], document["steps"]) == (True, "C11", 1)


@pytest.mark.parametrize("only", ["StartRound", "X06", "TC"])
def test_one_thing_of_the_text(call: Call, only: str) -> None:
    result, whole = call("spec", "show", "--only", only), call("spec", "show")
    assert result.code == whole.code == 0 and only in result.out.splitlines()[0]
    assert widest(whole.out) <= 110 and len(result.out) < len(whole.out) / 5
    document = json.loads(call("spec", "show", "--only", only, "--json").out)
    assert document["name"] == only and "variant" not in document


def test_spec_as_json(call: Call) -> None:
    result = call("spec", "show", "--json")
    document = json.loads(result.out)
    assert result.code == 0 and document["variant"] == "paper" and "StartRound" in document["transactions"]


def test_difference_of_a_variant(call: Call) -> None:
    result = call("spec", "diff", "paper", OWN_VARIANT)
    assert result.code == 0 and "+ guard own_instance" in result.out and "+ guard not_joined" in result.out
    assert "No clause differs." in call("spec", "diff", "paper", "paper").out


def test_a_variant_of_ones_own_stops_the_attack(call: Call) -> None:
    for name, word in (("paper", "refuted by CO in 1"), (OWN_VARIANT, "holds to 3 steps against CO")):
        result = call("attack", "--variant", name, *FAST, "--depth", "3")
        assert result.code == 0 and word in result.out


def test_doctor(call: Call) -> None:
    result = call("doctor")
    assert result.code == 0 and "python-sat" in result.out and widest(result.out) <= WIDTH
    found = {one["name"]: one for one in json.loads(call("doctor", "--json").out)}
    assert found["python-sat"]["required"] and found["python-sat"]["found"] and not found["git"]["required"]


def test_version(call: Call) -> None:
    result = call("--version")
    assert result.code == 0 and result.out.split()[0] == "marketproof"


def test_no_command_shows_the_choices(call: Call) -> None:
    result = call()
    assert result.code == 2 and result.out == "" and all(name in result.err for name in ("check", "attack", "replay", "doctor"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(call: Call, shell: str) -> None:
    result = call("completion", shell)
    assert result.code == 0 and "marketproof" in result.out
    if shell == "bash":
        assert subprocess.run(["bash", "-n"], input=result.out, text=True, timeout=20).returncode == 0


@pytest.mark.parametrize(("typed", "wanted"), [("che", "check"), ("attack --coal", "--coalition"), ("attack --from em", "empty")])
def test_shell_completes(tmp_path: Path, typed: str, wanted: str) -> None:
    line = f"marketproof {typed}"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": "9"}
    found = tmp_path / "found"
    spawned(**asked, _ARGCOMPLETE_STDOUT_FILENAME=str(found))
    assert found.read_text().split() == [wanted]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help(call: Call, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    result = call(*name.split(), "--help")
    text = " ".join(result.out.split())
    assert (result.code, result.complaints) == (0, [])
    assert all(code in text for code in ("exit codes: 0", "1 a verdict differs", "2 bad use", "3 the tool disagrees"))
    assert [option for option in OPTIONS.get(name, ()) if option not in text] == []
    assert widest(result.out) <= WIDTH


def test_every_known_attack_fits_the_width() -> None:
    known = expected("paper")
    assert known
    for label, by in known.items():
        claim = next(claim for claim in CLAIMS[label.partition("/")[0]].split() if claim.label == label)
        title, said = f"{label} {claim.title}", (f"{claim.quotation} ({claim.cites})", claim.parts[0].statement)
        for coalition, entry in by.items():
            row = Row(claim.name, "paper", coalition, entry["verdict"], "m", entry["scope"], entry["depth"], "market", reason=REASON)
            assert widest(terminal.held(title, said, row)) <= WIDTH
            assert widest(terminal.told(title, said, row, entry["steps"], 120)) <= WIDTH


def test_the_matrix_fits_the_width() -> None:
    names = list(next(iter((expected("paper") or {}).values())))
    rows = [Row("C31", "paper", name, "refuted", "m", "2x2", 12, "market") for name in names]
    assert widest(terminal.matrix_header(names)) <= WIDTH >= widest(terminal.matrix_line("C31/event", names, rows))


def test_the_job_fits_the_width() -> None:
    one = {"round": 99, "subsets": list(range(24)), "jobs": 48, "hashes_verified": 48, "replicas_equal": 24, "accuracy": 0.98765,
           "central_accuracy": 0.98765, "blocks": 5000, "conflicts": 9999}  # fmt: skip
    readings = {f"reading_{number}": {"feasible": "infeasible", "holds": False} for number in range(5)}
    split = {"training_rows": 1437, "held_out_rows": 360, "readings": readings}
    job = {"seed": 2**31 - 1, "subsets": 24, "replicas": 24, "cloud_owners": 576, "split": split, "rounds": [one] * 3, "blocks": 5000,
           "transactions": {"JoinCI": 10**6}, "conflicts": {"x": 10**6}, "checks": {"a": True}, "state_digest": "0" * 64}  # fmt: skip
    assert widest(job_text(job)) <= WIDTH
    assert widest(job_text({"failed": "job_ends", "found": "more than 5000 blocks, " * 9})) <= WIDTH


def test_the_command_is_installed_as_a_module() -> None:
    asked = [sys.executable, "-m", "marketproof", "--version"]
    done = subprocess.run(asked, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stdout.startswith("marketproof ")


def test_a_claim_whose_sometimes_is_never_reached_is_unknown_and_not_held(call: Call) -> None:
    """Under X13 as printed no round can start, so nothing that speaks of a round is held."""
    result = call("attack", "--claim", "C31/event", "--coalition", "CO", "--switch", "X13=as_printed", "--depth", "2", "--json")
    (row,) = json.loads(result.out)["rows"]
    assert row["verdict"] == "unknown" and "never reached" in row["reason"]


def test_a_reading_that_honest_parties_cannot_live_with_is_unknown(call: Call) -> None:
    result = call("attack", "--claim", "C11", "--coalition", "CO", "--switch", "X04=only_the_do", "--json")
    (row,) = json.loads(result.out)["rows"]
    assert result.code == 0 and row["verdict"] == "unknown" and "honest parties are stuck" in row["reason"]


def test_a_part_does_not_replace_the_evidence_of_the_whole(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("check", "--without-job", "--claim", "C17a").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["evidence-of-a-part"]


def test_what_is_told_has_the_papers_sentence_and_the_assumptions(call: Call) -> None:
    told = " ".join(call("attack", "--claim", "C17a").out.split())
    assert 'the paper (L506-509): "As long as' in told and "assuming: honest replicas of one subset report equal results" in told


def test_the_attack_told_is_by_whom_the_claim_is_meant_against() -> None:
    claim = CLAIMS["C25"].split()[0]
    rows = [Row("C25", "paper", name, "refuted", "m", "2x2", depth, "market") for name, depth in (("DO", 2), ("MO", 2), ("orderer", 4))]
    chosen = worth_telling(claim, [Decided(claim.label, row) for row in rows])
    assert [one.row.coalition for one in chosen] == ["MO", "orderer"]
