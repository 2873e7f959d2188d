"""`marketproof replay EVIDENCE`: every witness of a directory, on the ledger in memory and on the signed one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calling import FAST_CHECK, Call, check_refused, spawned


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replayed") / "evidence"
    made = spawned(*FAST_CHECK, "--evidence", str(folder))
    assert made.code == 0 and list((folder / "witnesses").glob("*.json"))
    return folder


@pytest.mark.parametrize("ledger", ["memory", "signed"])
def test_all_witnesses_replay(call: Call, evidence: Path, ledger: str) -> None:
    result = call("replay", str(evidence), "--ledger", ledger, "--json")
    told = json.loads(result.out)
    assert result.code == 0 and told["ledger"] == ledger
    assert [Path(one["witness"]) for one in told["witnesses"]] == sorted((evidence / "witnesses").rglob("*.json"))
    assert all(one["replays"] and not one["reason"] for one in told["witnesses"])


def test_one_that_does_not_replay_is_named(call: Call, evidence: Path, tmp_path: Path) -> None:
    """The last step is left out, so that nothing breaks."""
    good = next((evidence / "witnesses").glob("*.json"))
    changed = json.loads(good.read_text(encoding="utf-8"))
    (tmp_path / "witnesses").mkdir()
    (tmp_path / "witnesses" / "good.json").write_text(good.read_text(encoding="utf-8"), encoding="utf-8")
    changed["runs"][0] = changed["runs"][0][:-1] or changed["runs"][0] * 2
    changed["depth"] = len(changed["runs"][0])
    (tmp_path / "witnesses" / "short.json").write_text(json.dumps(changed), encoding="utf-8")
    result = call("replay", str(tmp_path))
    assert result.code == 1 and "short.json: does not replay" in " ".join(result.out.split()) and "1 of 2 witnesses replay" in result.out


@pytest.mark.parametrize("option", [("--as-pytest",), ("--variant", "paper"), ("--ledger", "fabric")])
def test_options_of_one_witness_are_refused(call: Call, evidence: Path, option: tuple[str, ...]) -> None:
    check_refused(call("replay", str(evidence), *option), option[0] if option[0] != "--ledger" else "fabric replays")


def test_a_directory_without_witnesses_is_refused(call: Call, tmp_path: Path) -> None:
    check_refused(call("replay", str(tmp_path)), "no witness below")
