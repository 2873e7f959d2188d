"""`marketproof numbers`: tables for the sizes that are asked for, exact in JSON, the same as in the evidence."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from marketproof.numbers import cell
from model import chance
from model.exact_tables import TABLES
from reports.terminal import WIDTH
from tests.cli.calling import Call, widest


def table(call: Call, *arguments: object) -> list[dict[str, Any]]:
    result = call("numbers", *arguments, "--json")
    assert result.code == 0 and result.complaints == []
    (found,) = json.loads(result.out)["tables"]
    return [dict(zip(found["header"], line, strict=True)) for line in found["lines"]]


def test_all_tables_are_told(call: Call) -> None:
    result = call("numbers")
    assert (result.code, result.complaints) == (0, []) and widest(result.out) <= WIDTH
    assert [line.partition(":")[0] for line in result.out.splitlines() if line.partition(":")[0] in TABLES] == list(TABLES)


def test_sizes_that_are_asked_for(call: Call) -> None:
    lines = table(call, "capture", "--share", "1/3", "--share", "0.5", "--subsets", 4, "--replicas", 5, "--population", 30)
    assert [line["share deviating"]["exact"] for line in lines] == ["1/3", "1/2"]
    wanted = chance.at_least(5, 3, Fraction(1, 3)), chance.some_group_of(30, 10, 4, 5, 3)
    assert (lines[0]["one group"]["exact"], lines[0]["some, of 30"]["exact"]) == tuple(map(str, wanted))


def test_a_population_that_is_too_small_leaves_the_cell_empty(call: Call) -> None:
    (line,) = table(call, "capture", "--share", "1/4", "--subsets", 9, "--population", 20)
    assert line["some, of 20"] is None and line["some group"]["exact"] is not None


def test_what_is_given_twice_stands_once(call: Call) -> None:
    lines = table(call, "nonces", "--owners", 3, "--owners", 3, "--bits", 2, "--bits", 2)
    assert [line["chance"]["exact"] for line in lines] == ["5/8"]


def test_the_largest_sizes_are_computed(call: Call) -> None:
    (line,) = table(call, "nonces", "--owners", 1000, "--bits", 1024)
    assert line["chance"]["exact"] is None and line["chance"]["rounded"].endswith("e-303")


@pytest.mark.parametrize(("value", "shown"), [(3, 3), ("a", "a"), (None, None), (Fraction(0), {"rounded": "0", "exact": "0"}),
    (Fraction(2, 3), {"rounded": "0.666667", "exact": "2/3"}), (Fraction(1, 10**200), {"rounded": "1e-200", "exact": None})])  # fmt: skip
def test_cells(value: Any, shown: Any) -> None:
    assert cell(value) == shown


def test_the_evidence_has_the_tables_of_its_claims(call: Call, tmp_path: Path) -> None:
    assert call("check", "--without-job", "--variant", "paper", "--claim", "C21", "--claim", "C11", "--coalition", "CO",
                "--evidence", tmp_path / "e").code == 0  # fmt: skip
    found = json.loads((tmp_path / "e/numbers.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in found["tables"]] == ["thresholds", "nonces", "lengths"]
    assert [path.name for path in (tmp_path / "e/proofs/paper").iterdir() if path.is_dir()] == ["C21-chance"]
    proofs = {path.name for path in (tmp_path / "e/proofs/paper/C21-chance").iterdir()}
    listed = json.loads((tmp_path / "e/proofs/paper/summary.json").read_text(encoding="utf-8"))["obligations"]
    assert {Path(one["file"]).name for one in listed if one["second"] == "confirmed"} == proofs >= {"chance-at-most-step.smt2"}
    verdicts = json.loads((tmp_path / "e/verdicts.json").read_text(encoding="utf-8"))
    rows = {row["part"]: row for row in verdicts["rows"] if row["claim"] == "C21"}
    assert rows["never"]["reason"] == "never: differ fails for a = 0, b = 0, values = 2" and rows["never"]["depth"] is None
    assert rows["chance"]["confirmed"] == f"cvc5 confirms {len(proofs)} of {len(proofs)} proofs"
    again = call("recheck", tmp_path / "e")
    assert again.code == 0 and f"cvc5 confirms {len(proofs)} of {len(proofs)} proofs" in again.out


def test_numbers_that_refute_are_told(call: Call) -> None:
    told = " ".join(call("attack", "--claim", "C17c/all").out.split())
    assert "refuted against all m groups of n (all: minority fails for deviating = 1, f = 1, m = 2, n = 2)" in told
