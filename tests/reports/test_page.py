"""The page: every claim and verdict stands in it, every link leads somewhere, nothing comes from elsewhere, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from marketproof.reporting import evidence_of
from properties.verdicts import VERDICTS
from reports.content import content_of
from reports.markdown import document
from reports.page import page
from reports.view import Content
from tests.cli.calling import Call
from tests.reports.reading import Page, check_harmless, diagrams
from tests.reports.synthetic import documents, written

LARGEST_BYTES = 2 * 1024 * 1024


def cells(html: Page, label: str) -> list[str]:
    """What stands in the line of a statement, in all matrices."""
    rows = [one for one in html.of("tr") if one.text.startswith(label)]
    return [row.text for row in rows]


def test_nothing_but_harmless_elements(html: Page) -> None:
    check_harmless(html)
    policy = next(one for one in html.of("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_every_link_leads_somewhere(html: Page, synthetic: Path) -> None:
    assert len(html.ids) == len(set(html.ids))
    for link in html.links:
        if link.startswith("#"):
            assert link[1:] in html.ids, link
        else:
            assert (synthetic.parent / "report" / unquote(link)).resolve().is_file(), link


def test_every_claim_and_verdict_is_there(html: Page, content: Content) -> None:
    said = html.of("main")[0].text
    for label, claim in documents()["claims.json"]["claims"].items():
        assert f"{label} — {claim['title']}" in said and claim["quotation"] in said and claim["parts"][0]["statement"] in said
    for row in documents()["verdicts.json"]["rows"]:
        assert row["reason"] in said and row["method"] in said and all(text in said for text in [*row["assumptions"], *row["lemmas"]])
    tags = {one.attributes["class"].split()[1] for one in html.of("span", "tag")}
    assert tags == set(VERDICTS) and all(meaning in said for meaning in VERDICTS.values())
    assert [len(matrix.lines) for matrix in content.matrices] == [4, 2]


def test_the_matrix_has_each_cell(html: Page) -> None:
    matrix = html.of("table", "matrix")[0].text
    assert "C1title of C1refuted in 2refuted in 2holds to 6" in matrix
    assert "C2/atitle of C2refuted in 2scope 1x1not decided herenot decided here" in matrix
    assert "C3title of C3proved for any f < n/2" in matrix


def test_a_shared_attack_is_told_once_and_two_runs_are_drawn_twice(html: Page) -> None:
    titles = [one.text for one in html.of("h4") if one.text.startswith("Attack")]
    assert titles == ["Attack on C1 by CO, CO+CO: 2 steps", "Attack on C2/a by CO: 1 step in one run, 2 steps in the other"]
    assert len(html.of("svg", "sequence")) == 3 and len(html.of("rect", "breaks")) == 2


def test_amendments_that_repair(html: Page) -> None:
    article = next(one for one in html.of("article") if one.attributes["id"] == "claim-C1")
    assert "require JoinCI.once (variant hard), because it joins twice. Without it falls: C1 against CO in 2." in article.text
    other = next(one for one in html.of("article") if one.attributes["id"] == "claim-C3")
    assert "variant hard has no amendment without which this claim falls" in other.text


def test_proofs_name_their_files_and_the_second_solver(html: Page) -> None:
    article = next(one for one in html.of("article") if one.attributes["id"] == "claim-C1")
    assert "Lemmas: a lemma by hand." in article.text
    assert "1 of the 2 obligations of this variant are named for C1. Second solver: cvc5 1.4.0 confirmed 2 of 2." in article.text
    assert "../evidence/proofs/hard/1.smt2" in html.links


def test_contradictions_and_assumptions(html: Page) -> None:
    assert cells(html, "X01") == [
        "X01L1 it is soL2 it is notso: it is (in paper)the earlier line winsJoinCI",
        "X01L1 it is soL2 it is notnot: it is not (in hard)chosen; the default is so: the earlier line winsJoinCI",
    ]
    first = next(one for one in html.of("li") if one.attributes.get("id") == "assumption-1")
    assert first.text == "steps are atomic rests on it, in variant paper: C1, C2/a, C2/b, C3; hard: C1, C2/b"


def test_the_report_is_tied_to_its_evidence(html: Page, synthetic: Path) -> None:
    digest = hashlib.sha256((synthetic / "manifest.json").read_bytes()).hexdigest()
    assert digest in html.of("main")[0].text


def test_what_is_absent_is_said(tmp_path: Path) -> None:
    def change(files: dict[str, object]) -> None:
        for name in ("job.json", "waiving/hard.json", "proofs/hard/summary.json", "proofs/hard/clauses.json", "proofs/hard/1.smt2"):
            del files[name]

    content = content_of(evidence_of(written(tmp_path / "evidence", change)))
    said = Page(page(content, "../evidence")).of("main")[0].text
    assert "The training job was not part of this run" in said and "Waiving was not run for variant hard" in said
    assert "Clauses that proofs" not in said
    assert "The evidence holds no list of proof obligations for this variant." in said


def test_the_clauses_that_proofs_use(html: Page, markdown: str) -> None:
    for said in (html.of("main")[0].text, markdown):
        assert "Clauses that proofs of hard use" in said and "assumed: C1; permits: C1" in said and "printed L9" in said
        assert "No proof uses 1 of 2: JoinCI.mine." in said


def test_mutants_recall_and_least_coalitions(html: Page, markdown: str) -> None:
    for said in (html.of("main")[0].text, markdown):
        assert "Mutants of hard" in said and "3 mutants, 0.25 s of one core each. 2 killed: a claim notices." in said
        assert "JoinCI.mine: negate" in said and "no claim says" in said and "<b>so</b>" not in markdown
        assert "Blind recall in mutants of hard" in said and "50.0%" in said.replace("\\", "")
        assert "Least coalitions against hard" in said and "CO: holds" in said and "there is none" in said
    drawn = [svg.attributes["aria-label"] for svg in html.of("svg") if "Least coalitions" in svg.attributes.get("aria-label", "")]
    assert drawn == [
        "Least coalitions against hard. nobody deviates: 0; one party: 0; two parties: 1; a peer: 0; none that was tried: 1"]


def test_powers_over_the_order_known_attacks_and_assumptions(html: Page, markdown: str) -> None:
    for said in (html.of("main")[0].text, markdown):
        assert "Powers over the order of transactions in hard" in said and "(a ledger that forgets)" in said and "9 moves" in said
        assert "Known attacks on hard" in said and "verdict C1 CO" in said and "not found" in said
        assert "What verdicts of hard assume" in said and "C1, C2" in said and "it says what it means" in said
    assert "<b>late</b>" not in markdown


def test_the_small_scope(html: Page, markdown: str) -> None:
    """Limits, what is not as expected and what is not shown are said; the run to a trap is told step by step."""
    for said in (html.of("main")[0].text, markdown):
        assert "2 cases, 20441 states." in said and "falls: conserved; undecided: no trap" in said
        assert "nothing in 99 states, which are not all (expected: work paid)" in said
        assert "After 47 steps of honest parties the couple is active (case 1x2 none). Then:" in said
        assert "Honest parties can do nothing more." in said and "Not shown to be necessary: no case shows it." in said
        assert "1 of its 2 conditions are shown to be necessary" in said
    assert "Each condition is necessary" not in markdown and "the clock moves" in markdown


def test_a_small_scope_that_was_not_explored(tmp_path: Path) -> None:
    def change(files: dict[str, Any]) -> None:
        found = files["small-scope/hard.json"]
        found |= {"explored": False, "cases": [], "drops": [], "conditions": found["conditions"][:1]}

    content = content_of(evidence_of(written(tmp_path / "evidence", change)))
    for said in (Page(page(content, "../evidence")).of("main")[0].text, document(content, "../evidence")):
        assert "The small scope was not explored for this text" in said and "Each condition is necessary" in said
        assert "Every state that honest parties" not in said


def test_a_failed_job(tmp_path: Path) -> None:
    place = written(tmp_path / "evidence", lambda files: files.update({"job.json": {"failed": "split", "found": "no such split"}}))
    assert "FAILED at the check split: no such split" in page(content_of(evidence_of(place)), "e")


def test_the_same_bytes_wherever_it_is_written(call: Call, synthetic: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert call("report", synthetic, "--out", synthetic.parent / name).code == 0
    for name in ("report.html", "report.md"):
        assert (synthetic.parent / "one" / name).read_bytes() == (synthetic.parent / "two" / name).read_bytes()


def test_a_real_run(call: Call, real: Path, tmp_path: Path) -> None:
    result = call("report", real, "--out", tmp_path / "report", "--json")
    rows = json.loads((real / "verdicts.json").read_text(encoding="utf-8"))["rows"]
    told = json.loads(result.out)
    assert result.code == 0 and sum(told["verdicts"].values()) == len(rows) and told["variants"] == ["paper"]
    text = (tmp_path / "report/report.html").read_text(encoding="utf-8")
    html = Page(text)
    check_harmless(html)
    assert {link[1:] for link in html.links if link.startswith("#")} <= set(html.ids)
    assert all((tmp_path / "report" / unquote(link)).resolve().is_file() for link in html.links if not link.startswith("#"))
    main = html.of("main")[0].text
    for row in rows:
        if row["witness"]:
            witness = json.loads((real / row["witness"]).read_text(encoding="utf-8"))
            assert all(line.partition(". ")[2] in main for line in witness["told"] if line[0].isdigit())
            assert witness["told"][-1][1:] in main  # with a capital letter
    assert len(text.encode()) * (73 / len(rows)) < LARGEST_BYTES
    assert len(diagrams((tmp_path / "report/report.md").read_text(encoding="utf-8"))) == len(html.of("svg", "sequence"))
