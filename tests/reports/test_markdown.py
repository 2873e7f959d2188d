"""The Markdown: the same claims and verdicts, whole tables, links that lead somewhere, plain-text diagrams."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from tests.reports.reading import Page, diagrams, tables
from tests.reports.synthetic import documents


def test_tables_are_whole(markdown: str) -> None:
    found = tables(markdown)
    assert len(found) > 8
    for table in found:
        assert {len(row) for row in table} == {len(table[0])} and table[1] == ["---"] * len(table[0])


def test_every_link_leads_somewhere(markdown: str, synthetic: Path) -> None:
    anchors = re.findall(r'<a id="([^"]+)"></a>', markdown)
    assert len(anchors) == len(set(anchors))
    links = re.findall(r"\]\(([^)]+)\)", markdown)
    assert links
    for link in links:
        if link.startswith("#"):
            assert link[1:] in anchors, link
        else:
            assert (synthetic.parent / "report" / unquote(link)).resolve().is_file(), link


def test_the_same_claims_verdicts_and_diagrams_as_the_page(markdown: str, html: Page) -> None:
    for label, claim in documents()["claims.json"]["claims"].items():
        assert f"### {label} — {claim['title']}" in markdown and claim["quotation"] in markdown
    for row in documents()["verdicts.json"]["rows"]:
        assert row["reason"] in markdown and row["method"] in markdown
    assert len(diagrams(markdown)) == len(html.of("svg", "sequence"))
    assert set(re.findall(r'<a id="([^"]+)"></a>', markdown)) <= set(html.ids)


def test_the_matrix(markdown: str) -> None:
    matrix = tables(markdown)[0]
    assert matrix[0] == ["statement", "title", "CO", "CO+CO", "orderer"]
    assert matrix[2][0] == "[C1](#claim-C1)" and matrix[2][2].startswith("[refuted in 2](#claim-C1--paper--attack--1)")
    assert matrix[3][3:] == ["not decided here", "not decided here"]
