"""The claims of speed in the report: those that the evidence has, and none that it has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketproof.documents import own_calibration, performance
from marketproof.reporting import evidence_of
from marketproof.speed_evidence import measured_here, speed_files
from marketproof.variants import load
from reports import own_calibration as own
from reports.content import content_of
from reports.markdown import document
from reports.measured import LEDGERS, claim_lines
from reports.page import page
from reports.performance import belief
from reports.speed import NOTHING, OWN, PERFORMANCE
from reports.view import Content
from tests.reports.reading import Page
from tests.reports.synthetic import written


def test_every_claim_of_speed_stands_with_what_to_believe(html: Page) -> None:
    found, said = performance(), html.of("main")[0].text
    assert found is not None
    for pair in found.pairs():
        assert pair[0].name + pair[0].title + belief(pair) in said
    assert all(line[1] in said for line in found.contradictions)


def test_what_was_measured_stands_with_its_verdict(html: Page, content: Content) -> None:
    found, said, markdown = measured_here(), html.of("main")[0].text, document(content, "../evidence")
    assert found is not None and len(found.claims) >= 3
    for line in claim_lines(found.claims):
        assert "".join(line) in said
    assert all(line[0] in said and line[2] in said for line in (*found.life, *found.full))
    assert "Claims of speed that were measured" in markdown and all(one in said for one in found.concluded)


def test_each_stage_stands_with_its_error_and_its_cause(html: Page, content: Content) -> None:
    said, markdown = html.of("main")[0].text, document(content, "../evidence")
    for bed in own_calibration():
        for line in own.stage_lines(bed):
            assert "".join(line) in said
        assert f"own networks: {bed.name}" in markdown


def test_evidence_without_them_says_so(tmp_path: Path) -> None:
    content = content_of(evidence_of(written(tmp_path / "e", lambda files: [files.pop(name) for name in (PERFORMANCE, LEDGERS, OWN)])))
    assert content.speed == ()
    assert NOTHING in Page(page(content, "e")).of("main")[0].text and "has no reproduction" in document(content, "e")


@pytest.mark.parametrize(("name", "switches", "files"), [
    ("paper", [], {PERFORMANCE, LEDGERS, OWN}), ("paper", [("X04", "only_the_do")], set()), ("hardened", [], set()),
])  # fmt: skip
def test_they_are_evidence_of_the_papers_text_alone(name: str, switches: list[tuple[str, str]], files: set[str]) -> None:
    assert set(speed_files(load(name, switches))) == files
