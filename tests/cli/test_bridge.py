"""`marketproof bridge`, and what it changes in a check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from properties.verdicts import ATOMIC_STEP, ATOMIC_STEP_PROVED
from tests.cli.calling import FAST, ROOT, Call, check_refused

OWN = ROOT / "examples/joined_once.py"
# A guard looks at every identifier that there could be: on the ledger, at those that are known; nothing re-reads the others.
UNBRIDGED = """
from spec.language import Amendment, Variant, some
from spec.paper import TEXT
from spec.paper.assets import CI


def others(tx, instance, hash, nonce):
    tx.scan("CI")
    return some(CI.sort, lambda other: other != instance)


VARIANT = Variant("unbridged", "not within a range", TEXT, parent="paper", amendments=(
    Amendment("require", "JoinCI.others", "to have a guard that no range bounds", others),
))
"""


@pytest.fixture
def unbridged(tmp_path: Path) -> Path:
    path = tmp_path / "unbridged.py"
    path.write_text(UNBRIDGED, encoding="utf-8")
    return path


def test_both_variants_are_told(call: Call, tmp_path: Path) -> None:
    result = call("bridge", "--evidence", tmp_path / "e")
    assert result.code == 0 and max(map(len, result.out.splitlines())) <= 100
    assert "proved of every transaction (15), for any size" in result.out and "proved of every transaction (35)" in result.out
    assert "own reads" in result.out and "what escapes, and what covers it:" in result.out
    recheck = call("recheck", tmp_path / "e", "--json")
    told = json.loads(recheck.out)
    assert recheck.code == 0 and told["outcomes"]["confirmed"] == len(told["files"]) > 250


def test_json_has_what_each_transaction_reads(call: Call, tmp_path: Path) -> None:
    result = call("bridge", "--variant", "hardened", "--json", "--evidence", tmp_path / "e")
    (found,) = json.loads(result.out)["variants"]
    by = {one["name"]: one for one in found["transactions"]}
    assert result.code == 0 and found["proved"] and found["confirmed"]["confirmed"] == found["confirmed"]["of"]
    assert by["TakeResult"]["ranges"] == ["Roster[couple, *]", "Slot[couple, round, *]"]
    assert by["CommitTJ"]["writes"] == ["TJ[couple, instance, TC[couple].round]"] and not by["CommitTJ"]["ranges"]
    assert json.loads((tmp_path / "e/proofs/hardened/bridging.json").read_text(encoding="utf-8"))["transactions"] == found["transactions"]
    assert all((tmp_path / "e" / o["file"]).is_file() for one in by.values() for o in one["obligations"] if o["file"])


def test_a_variant_of_ones_own(call: Call, tmp_path: Path) -> None:
    result = call("bridge", "--variant", OWN, "--json", "--evidence", tmp_path / "e")
    (found,) = json.loads(result.out)["variants"]
    assert result.code == 0 and found["variant"] == "joined_once" and found["proved"]


def test_what_is_not_proved_is_told(call: Call, tmp_path: Path, unbridged: Path) -> None:
    result = call("bridge", "--variant", unbridged, "--evidence", tmp_path / "e")
    assert result.code == 1 and "NOT proved of JoinCI" in result.out
    assert "not proved: ranges: the scan of CI (failed)" in result.out


def assumptions_of_check(call: Call, place: Path, *options: object) -> set[str]:
    call("check", "--without-job", "--jobs", "1", "--scope", "1x2", "--depth", "0", *options, "--evidence", place)
    rows = json.loads((place / "verdicts.json").read_text(encoding="utf-8"))["rows"]
    return {said for row in rows for said in row["assumptions"] if said in (ATOMIC_STEP, ATOMIC_STEP_PROVED)}


def test_verdicts_name_the_theorem_where_it_was_proved(call: Call, tmp_path: Path, unbridged: Path) -> None:
    assert assumptions_of_check(call, tmp_path / "own", "--variant", OWN) == {ATOMIC_STEP_PROVED}
    assert assumptions_of_check(call, tmp_path / "unbridged", "--variant", unbridged) == {ATOMIC_STEP}
    assert (tmp_path / "own/proofs/joined_once/bridging.json").is_file()


def test_a_part_of_the_matrix_does_not_rest_on_it(call: Call, tmp_path: Path) -> None:
    assert assumptions_of_check(call, tmp_path / "e", "--variant", "paper", *FAST) == {ATOMIC_STEP}
    assert not (tmp_path / "e/proofs").exists()


def test_a_place_that_is_taken_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    check_refused(call("bridge", "--evidence", tmp_path), "mine")
