"""Exit code 1 when a verdict differs, 3 when the tool disagrees with itself, 2 when what decides is missing."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from marketproof.errors import ToolDisagrees
from marketproof.replaying import ReplayFailed
from model.explicit import Enumeration
from model.search import Answer, Attack, Search
from properties import expectations
from tests.cli.calling import FAST, FAST_CHECK, Call, check_refused, spawned


@pytest.fixture
def old(tmp_path: Path, evidence: Path) -> Path:
    """Evidence of an earlier run."""
    return Path(shutil.copytree(evidence, tmp_path / "place" / "evidence"))


def contents(directory: Path) -> dict[str, bytes]:
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def other_expectations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Alters the committed expectations of C11 against CO."""

    def alter(**changed: object) -> None:
        known = json.loads((expectations.FOLDER / "paper.json").read_text(encoding="utf-8"))
        known["C11"]["CO"].update(changed)
        (tmp_path / "paper.json").write_text(json.dumps(known), encoding="utf-8")
        monkeypatch.setattr("properties.expectations.FOLDER", tmp_path)

    return alter


@pytest.mark.parametrize("changed", [{"verdict": "holds_to"}, {"depth": 2}, {"scope": "3x3"}, {"steps": ["1. nobody acts"]}], ids=" ".join)
def test_a_verdict_that_differs(call: Call, tmp_path: Path, other_expectations: Any, changed: dict[str, object]) -> None:
    other_expectations(**changed)
    result = call(*FAST_CHECK, "--evidence", tmp_path / "e")
    assert result.code == 1 and f"differs: paper: C11 against CO: refuted in 1; expected {changed.get('verdict', 'refuted')}" in result.err
    assert "1 verdicts differ" in result.out and (tmp_path / "e/verdicts.json").is_file()
    document = json.loads(call(*FAST_CHECK, "--json", "--evidence", tmp_path / "e").out)
    assert len(document["differences"]["paper"]) == 1 and next(iter(changed)) in document["differences"]["paper"][0]


def test_what_was_not_expected_at_all_differs(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "paper.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("properties.expectations.FOLDER", tmp_path)
    result = call(*FAST_CHECK, "--evidence", tmp_path / "e")
    assert result.code == 1 and "nothing was expected" in result.err


def test_another_scope_is_not_compared(call: Call, tmp_path: Path, other_expectations: Any) -> None:
    other_expectations(verdict="holds_to")
    result = call(*FAST_CHECK, "--depth", "1", "--evidence", tmp_path / "e")
    assert (result.code, result.complaints) == (0, []) and "not compared with expectations" in result.out


def test_expectations_that_cannot_be_read(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "paper.json").write_text("<<<<<<< ours", encoding="utf-8")
    monkeypatch.setattr("properties.expectations.FOLDER", tmp_path)
    check_refused(call(*FAST_CHECK, "--evidence", tmp_path / "e"), "expectations", "'paper'")
    assert not (tmp_path / "e").exists()


def test_a_timeout_is_unknown_with_a_reason(call: Call, tmp_path: Path) -> None:
    soon = ("--claim", "C12", "--coalition", "CO", "--timeout-s", "0.001")
    result = call("check", "--variant", "paper", "--without-job", "--jobs", "1", *soon, "--evidence", tmp_path / "e")
    (row,) = json.loads((tmp_path / "e/verdicts.json").read_text(encoding="utf-8"))["rows"]
    assert result.code == 1 and row["verdict"] == "unknown" and "budget ended" in row["reason"]
    assert "C12           unknown" in result.out and "expected refuted" in result.err


# --- the tool disagrees with itself ---


def refuses(*arguments: object) -> list[str]:
    raise ReplayFailed("step 1, JoinCI: not today")


def impossible(search: Search, depth: int) -> Answer:
    """An attack that consists of nothing."""
    return Answer(Attack("checked", [[]], []), 0)


def breaks(*arguments: object) -> Enumeration:
    return Enumeration(1, 7, [("JoinCI", {})], "checked")


@pytest.mark.parametrize(
    ("place", "instead", "reason"),
    [
        ("marketproof.replaying.replay", refuses, "an attack that the ledger refuses: step 1, JoinCI: not today"),
        ("model.search.Search.run", impossible, "after the last step C11 (checked) still holds"),
        ("marketproof.bench.enumerate_runs", breaks, "enumeration at 1x2 breaks checked"),
    ],
)
def test_a_disagreement(call: Call, monkeypatch: pytest.MonkeyPatch, old: Path, place: str, instead: object, reason: str) -> None:
    before = contents(old)
    monkeypatch.setattr(place, instead)
    result = call(*FAST_CHECK, "--coalition", "orderer", "--evidence", old)
    assert result.code == 3 and "Traceback" not in result.err
    assert result.complaints[-1].startswith("marketproof: the tool disagrees with itself: C11 against") and reason in result.err
    assert contents(old) == before and list(old.parent.iterdir()) == [old]


def test_a_disagreement_in_a_worker(old: Path) -> None:
    before = contents(old)
    broken = "import model.search as s\ns.Search.run = lambda search, depth: s.Answer(s.Attack('checked', [[]], []), 0)"
    result = spawned("check", "--fresh", "--without-job", "--jobs", "2", *FAST, "--coalition", "MO", "--evidence", old, before=broken)
    assert result.code == 3 and result.complaints[-1].startswith("marketproof: the tool disagrees with itself"), result
    assert contents(old) == before and list(old.parent.iterdir()) == [old]


def test_attack_and_replay_do_not_hide_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.search.Search.run", impossible)
    assert call("attack", *FAST).code == 3


def test_a_mistake_of_the_tool_is_no_verdict(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (AssertionError("Z3's numbers do not refute"), KeyError("x"), ToolDisagrees("said")):

        def fails(*arguments: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("model.search.Search.run", fails)
        assert call("attack", *FAST).code == 3


# --- what decides is missing ---


@pytest.mark.parametrize(("module", "package", "claim"), [("pysat", "python-sat", "C11"), ("z3", "z3-solver", "C17a")])
def test_a_missing_solver(call: Call, monkeypatch: pytest.MonkeyPatch, old: Path, module: str, package: str, claim: str) -> None:
    before = contents(old)
    for name in [module, *(name for name in sys.modules if name.startswith(f"{module}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    for arguments in (("attack", "--claim", claim), ("check", "--without-job", "--evidence", old)):
        check_refused(call(*arguments), package, "make setup")
    assert contents(old) == before
    result = call("doctor")
    assert result.code == 2 and package in result.err and "make setup" in result.err
    assert [line.split()[:2] for line in result.out.splitlines() if package in line] == [[package, "missing"]]


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("pysat", ("attack", *FAST)),
        ("z3", ("attack", "--claim", "C17a")),
        ("numpy", ("check", *FAST)),
        ("argcomplete", ("completion", "bash")),
    ],
)
def test_a_missing_package_in_a_new_process(tmp_path: Path, module: str, arguments: tuple[str, ...]) -> None:
    place = ("--evidence", tmp_path / "e") if arguments[0] == "check" else ()
    check_refused(spawned(*arguments, *place, before=f"sys.modules[{module!r}] = None"), "make setup", "missing")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_solver_is_as_good_as_a_missing_one() -> None:
    broken = (
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('pysolvers'): raise ImportError('libc.so.7: cannot open shared object file')\n"
        "sys.meta_path.insert(0, Broken())"
    )
    check_refused(spawned("attack", *FAST, before=broken), "python-sat", "make setup")
    result = spawned("doctor", before=broken)
    assert result.code == 2 and "python-sat" in result.err
