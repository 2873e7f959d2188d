"""The comparison with the design's table, the committed results, and what is said where there are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marketproof.necessity import needed
from marketproof.small_beds import Beds
from marketproof.small_evidence import accepted, sentences, small_scope, small_scope_told
from marketproof.small_pages import NOT_EXPLORED, small_scope_page
from marketproof.store import Store
from marketproof.variants import text_digest
from properties import expectations
from properties.small_scope import CASES
from properties.small_scope_design import DESIGN, OF_OURS
from properties.small_scope_drops import DROPS
from spec.hardened import VARIANT
from spec.variants import VARIANTS

PROTOCOL = VARIANT.load()
DIGEST = text_digest(PROTOCOL)


def results() -> dict[str, Any]:
    """Results of this text: everything falls as the drops say."""
    cases = [{"case": name, "states": 7, "complete": True, "falls": [], "undecided": []} for name in CASES]
    drops = [
        {"drop": one.name, "sentence": one.sentence, "falls": one.falls, "expected": one.falls, "case": "1x2 MO", "coalition": "MO",
         "told": ["mo-1 does it"], "states": 3, "complete": True}
        for one in DROPS.values()
    ]  # fmt: skip
    return {"text": DIGEST, "claims": sentences(), "cases": cases, "conditions": [], "drops": drops}


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(expectations, "FOLDER", tmp_path)
    return tmp_path / "small-scope-hardened.json"


def test_every_drop_is_compared_or_has_no_row_with_a_reason() -> None:
    compared = [name for row in DESIGN for name in row.drops]
    assert sorted([*compared, *OF_OURS]) == sorted(DROPS)
    assert all(row.why for row in DESIGN if not row.drops)


def test_same_is_found_not_said() -> None:
    """A row is the same only when the claim and the coalition that were found are those of the design."""
    row = next(row for row in DESIGN if row.drops == ("whole epochs",))
    found = {"falls": "whole epochs", "coalition": "MO"}
    assert row.same(found) and not row.same({**found, "coalition": "CO"}) and not row.same({**found, "falls": "conserved"})
    changed = results()
    next(one for one in changed["drops"] if one["drop"] == "whole epochs")["coalition"] = "none"
    page = small_scope_page("hardened", changed)
    line = next(line for line in page.splitlines() if line.startswith("| whole epochs | a free exit"))
    assert "different: not explained" in line and "same" not in line


def test_results_of_another_text_are_none(committed: Path) -> None:
    assert accepted(PROTOCOL) is None
    committed.write_text(json.dumps(results()), encoding="utf-8")
    assert accepted(PROTOCOL) == results()
    for stale in ({"text": "another"}, {"cases": []}, {"drops": results()["drops"][:-1]}, {"claims": {}}):
        committed.write_text(json.dumps({**results(), **stale}), encoding="utf-8")
        assert accepted(PROTOCOL) is None
    assert NOT_EXPLORED in small_scope_page("hardened", accepted(PROTOCOL))


def test_the_evidence_has_the_conditions_of_its_own_text(committed: Path) -> None:
    """The conditions are tried anew; what takes minutes is as committed, or is said not to be explored."""
    found = small_scope(VARIANT, PROTOCOL, Store(enabled=False), lambda text: None)
    assert not found["explored"] and found["cases"] == found["drops"] == []
    assert len(found["conditions"]) == 5 and all(one["necessary"] for one in found["conditions"])
    assert "not explored for this text" in small_scope_told(found) and "each of the 5 conditions" in small_scope_told(found)
    committed.write_text(json.dumps(results()), encoding="utf-8")
    explored = small_scope(VARIANT, PROTOCOL, Store(enabled=False), lambda text: None)
    assert explored["explored"] and explored["conditions"] == found["conditions"] and explored["drops"] == results()["drops"]
    told = small_scope_told({**explored, "conditions": [{"condition": "it rains", "necessary": False}]})
    assert f"{len(CASES)} cases" in told and "NOT shown necessary for finishing: it rains" in told


def test_a_text_on_which_it_cannot_be_tried_says_why() -> None:
    told = needed(Beds(VARIANTS["paper"]), "the MO is honest", Store(enabled=False))
    assert not told["necessary"] and told["reason"]
