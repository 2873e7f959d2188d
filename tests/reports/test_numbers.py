"""Exact figures in a report: every cell, links to their claims, curves with every value; what is malformed is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from marketproof.reporting import evidence_of
from reports import words
from reports.content import content_of
from reports.markdown import document
from reports.page import page
from reports.shapes import Malformed
from tests.reports.reading import Page
from tests.reports.synthetic import Files, written


def test_cells_are_shown_rounded_with_short_fractions_beside(html: Page, markdown: str) -> None:
    section = next(one for one in html.of("section") if one.attributes["id"] == "numbers").text
    for text in ("Equal nonces", "what the figures are", "0.5 = 1/2", "2.5e-10", "1e9", "all"):
        assert text in section
    assert "3000000001" not in section and r"| 2 | 0\.5 = 1/2 | 2\.5e-10 |  |" in markdown and "| all | 7 | 1 | 1e9 |" in markdown


def test_a_table_leads_to_its_claims_where_they_are(html: Page, markdown: str) -> None:
    assert "#numbers--nonces" in html.links and "[C3](#claim-C3), C9: what the figures are" in markdown


def test_the_curves_have_every_value(html: Page) -> None:
    drawn = next(one for one in html.of("svg", "chart") if "Captured" in one.attributes["aria-label"])
    assert all(text in drawn.text for text in ("0.200", "0.300", "0.400", "1.000", "one", "some"))


def test_a_run_without_them_says_so(tmp_path: Path) -> None:
    content = content_of(evidence_of(written(tmp_path / "e", lambda files: files.pop("numbers.json"))))
    assert words.NO_NUMBERS in page(content, "e") and words.NO_NUMBERS in document(content, "e")


def table(change: Callable[[dict[str, Any]], object]) -> Callable[[Files], object]:
    return lambda files: change(files["numbers.json"]["tables"][0])


@pytest.mark.parametrize(("change", "said"), [
    (lambda files: files["numbers.json"].update(schema=2), "of schema 2"),
    (table(lambda one: one["lines"][0].pop()), "not as wide as its header"),
    (table(lambda one: one.update(curves=[1])), "two columns"),
    (table(lambda one: one.update(curves=[1, 4])), "two columns"),
    (table(lambda one: one.update(curves=[1, 2])), "an object"),
    (table(lambda one: one["lines"][0].__setitem__(1, {"rounded": "<b>", "exact": None})), "a number"),
    (table(lambda one: one["lines"][0].__setitem__(1, {"rounded": "1", "exact": "1/2/3"})), "a number"),
    (table(lambda one: one["lines"][0].__setitem__(1, 1.5)), "a whole number"),
    (table(lambda one: one["lines"][0].__setitem__(1, {"rounded": 1, "exact": None})), "a text"),
    (lambda files: files["numbers.json"]["tables"][1]["lines"][0][1].update(rounded="1.5"), "from 0 to 1"),
    (lambda files: files["numbers.json"]["tables"][1]["lines"][0][1].update(rounded="nan"), "a number"),
    (lambda files: files["numbers.json"]["tables"][1].update(header=[], lines=[[]]), "header"),
])  # fmt: skip
def test_what_is_malformed_is_refused_by_file(tmp_path: Path, change: Callable[[Files], object], said: str) -> None:
    with pytest.raises(Malformed, match=r"numbers\.json") as refused:
        content_of(evidence_of(written(tmp_path / "e", change)))
    assert said in str(refused.value)
