"""The page of `marketproof reproduce`: from the committed figures, and from a small run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from marketproof.documents import performance
from marketproof.speed_evidence import measured_here
from properties.performance_claims import PERFORMANCE_CLAIMS
from reports import measured
from reports.performance import Performance, belief
from reports.performance_page import SECTIONS, anchor, page
from tests.cli.calling import Call, check_refused
from tests.reports.reading import Page, check_harmless


@pytest.fixture(scope="module")
def found() -> Performance:
    committed = performance()
    assert committed is not None
    return committed


def test_each_claim_stands_with_its_words_and_its_verdicts(found: Performance) -> None:
    html = Page(page(found, measured_here()))
    check_harmless(html)
    said, anchors = html.of("main")[0].text, {one.attributes["id"] for one in html.elements if "id" in one.attributes}
    assert {anchor(one.name) for one in PERFORMANCE_CLAIMS} | set(SECTIONS) <= anchors
    for pair in found.pairs():
        assert pair[0].quotation in said and f"Believe it? {belief(pair)}." in said
    assert all(cell in said for line in found.contradictions for cell in line)


def test_what_was_measured_or_that_nothing_was(found: Performance) -> None:
    ledgers = measured_here()
    assert ledgers is not None and all(one in page(found, ledgers) for one in ("(measured)", "a whole life cycle alone"))
    assert measured.NOTHING in Page(page(found, None)).of("main")[0].text


def test_a_small_reproduction(call: Call, tmp_path: Path) -> None:
    """The same words from a run of its own; a file in the place of the folder is refused before anything is simulated."""
    result = call("reproduce", "--runs", "2", "--transactions", "500", "--out", tmp_path / "out", "--json")
    document = json.loads(result.out)
    assert result.code == 0 and document == json.loads((tmp_path / "out/performance.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in document["residuals"]["published"]] == [one.name for one in PERFORMANCE_CLAIMS]
    assert len(document["grid"]) == 54 * len(document["residuals"])
    check_harmless(Page((tmp_path / "out/performance.html").read_text(encoding="utf-8")))
    (tmp_path / "file").write_text("kept")
    check_refused(call("reproduce", "--runs", "2", "--transactions", "500", "--out", tmp_path / "file"), "is a file")
    assert (tmp_path / "file").read_text() == "kept"
