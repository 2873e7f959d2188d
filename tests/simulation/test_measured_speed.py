"""Verdicts on claims of speed that were measured: from the figures of the ledgers alone, and the committed ones from theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketproof.measured_speed import CALIPER, FABRIC, POSTGRES, measured_claims
from properties.expectations import FOLDER
from reports.measured import LEDGERS


def ledgers(**changed: Any) -> dict[str, dict[str, Any]]:
    fabric = {"sent": 100, "valid": 100, "life alone s": 15.4, "types": {"A": 100.0, "B": 200.0},
              "hot key": {"UpdateTJ": {"VALID": 1, "MVCC_READ_CONFLICT": 7, "seconds": 0.1}}}  # fmt: skip
    postgres = {"goodput/s": 2000.0, "p50 ms": 4.0, "types": {"A": 200.0, "B": 400.0}}
    return {FABRIC: fabric | changed.get("fabric", {}), POSTGRES: postgres | changed.get("postgres", {})}


@pytest.mark.parametrize(("changed", "claim", "mean", "verdict"), [
    ({}, "P10", 15.4, "reproduced"), ({"fabric": {"life alone s": 3.0}}, "P10", 3.0, "contradicted"),
    ({}, "P11", 0.125, "contradicted"), ({"fabric": {"hot key": {"UpdateTJ": {"VALID": 8}}}}, "P11", 1.0, "reproduced"),
    ({"fabric": {"valid": 12}}, "P11", 0.125 / 0.12, "reproduced"),
    ({}, "P12", 8.0, "contradicted"), ({"postgres": {"p50 ms": 1000.0}}, "P12", 2000.0, "reproduced"),
    ({}, "P13", 2.0, "reproduced"), ({"postgres": {"types": {"A": 1000.0, "B": 2000.0}}}, "P13", 10.0, "contradicted"),
])  # fmt: skip
def test_a_verdict_follows_from_figures(changed: dict[str, Any], claim: str, mean: float, verdict: str) -> None:
    one = next(one for one in measured_claims(ledgers(**changed)) if one.claim.name == claim)
    assert one.grade == "measured" and one.verdict == verdict and one.reading is not None
    assert one.reading.mean == pytest.approx(mean)


def test_a_ledger_that_was_not_there_shows_nothing() -> None:
    assert measured_claims({}) == []
    assert [one.claim.name for one in measured_claims({POSTGRES: ledgers()[POSTGRES]})] == ["P12"]
    assert [one.claim.name for one in measured_claims({FABRIC: ledgers()[FABRIC]})] == ["P10", "P11"]


def test_both_ways_to_drive_fabric_are_read() -> None:
    both = ledgers() | {CALIPER: {"types": {"A": 50.0, "B": 100.0, "other": 1.0}}}
    one = next(one for one in measured_claims(both) if one.claim.name == "P13")
    assert [round(reading.mean, 3) for reading in one.readings] == [2.0, 4.0] and one.verdict == "reproduced"


def test_committed_verdicts_follow_from_committed_figures() -> None:
    document = json.loads((FOLDER / LEDGERS).read_text(encoding="utf-8"))
    assert json.loads(json.dumps([one.as_dict() for one in measured_claims(document["ledgers"])])) == document["claims"]
    assert {FABRIC, CALIPER, POSTGRES} <= set(document["ledgers"]) and "not here" not in document
    assert "NOT_IN_A_BLOCK" not in json.dumps(document) and all(one["valid"] for one in document["ledgers"].values())
