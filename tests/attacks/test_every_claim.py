"""All 47 claims of the paper have a verdict in both variants; those that wait for experiments say so, and only those."""

from __future__ import annotations

import re

import pytest

from marketproof.__main__ import main
from marketproof.bench import OF_EXPERIMENTS, Bench
from model.scope import Scope
from properties.expectations import expected
from properties.measured_claims import MEASURED_CLAIMS
from properties.paper_claims import CLAIMS
from properties.verdicts import VERDICTS
from spec.variants import variant

ALL = {f"C{number:02}" for number in range(1, 48)}
WAITING = {"C04", "C05", "C26/measured", "C29/measured", "C30", "C42"}
MEASURED = {part.label for claim in CLAIMS.values() for part in claim.split() if part.kind == "measured"}


def claim_of(label: str) -> str:
    """`C17` of `C17b` or `C17c/all`: parts of one claim of the list have letters."""
    found = re.match(r"C\d\d", label)
    assert found is not None, label
    return found[0]


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_every_claim_has_a_verdict(name: str) -> None:
    known = expected(name) or {}
    assert {claim_of(label) for label in known} == ALL and len(ALL) == 47
    assert all(cell["verdict"] in VERDICTS and cell["verdict"] != "error" for cells in known.values() for cell in cells.values())


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_only_what_waits_for_experiments_is_unknown(name: str) -> None:
    known = expected(name) or {}
    assert {label for label, cells in known.items() if any(cell["verdict"] == "unknown" for cell in cells.values())} == WAITING
    assert {label for label, cells in known.items() if OF_EXPERIMENTS in cells} == MEASURED == WAITING


def test_what_is_not_measured_says_what_an_experiment_has_to_give() -> None:
    bench = Bench(variant("paper").load())
    for claim in MEASURED_CLAIMS:
        for part in claim.split():
            row = bench.decide_once(part, Scope(2, 2)).row
            assert row.verdict == "unknown" and row.reason.startswith("not measured: ") and len(row.reason) > 30
            assert row.depth is None and row.replayed is None


def test_a_claim_that_is_measured_is_no_condition_to_compare(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "C04", "C11"]) == 2 and "kind measured" in capsys.readouterr().err
