"""Evidence is hostile input: whatever its texts hold, the page, the diagrams and the Markdown stay what they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from marketproof.reporting import evidence_of
from reports.content import content_of
from reports.escaping import markdown as escaped
from reports.escaping import markup, mermaid, plain, tag
from reports.markdown import document
from reports.page import page
from tests.reports.reading import Page, check_harmless, diagrams, tables
from tests.reports.synthetic import Files, written

HOSTILE = (
    "</text></svg></style><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='x' &lt; <!-- \n```\n# h [a](javascript:1) "
    "![b](//e) <http://evil.example> http://evil.example www.evil.example a@evil.example | ~~x~~ `c` $x$ \\| 1. * _e_ %% ; end "
    "\u202e\x00\x1b[31m\ud800"
)
KEPT = {"kind", "taken", "default", "verdict", "witness", "start", "file", "coalition", "claim", "part", "variant", "goal"}
KEPT |= {"rounded", "exact"}
KEPT_IN = {"claims.json": {"name"}, "own-calibration.json": {"role", "stage"}}


def poisoned(value: Any, more: str, kept: set[str], name: str = "") -> Any:
    """Every text that names nothing elsewhere, with another text behind it."""
    if isinstance(value, dict):
        return {key: poisoned(inner, more, kept, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, more, kept, name) for inner in value] if name != "powers" else value
    return value + more if isinstance(value, str) and name not in kept else value


def renamed(value: Any, old: str, new: str) -> Any:
    """The evidence with a name that is used in several places replaced in all of them, also where it is a key."""
    if isinstance(value, dict):
        return {(new if key == old else key): renamed(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, old, new) for inner in value]
    return new if value == old else value


def poison(files: Files, more: str) -> None:
    for name, content in list(files.items()):
        if not isinstance(content, str) and not name.startswith("witnesses/"):
            files[name] = content if name == "job.json" else poisoned(content, more, KEPT | KEPT_IN.get(name, set()))
    for name in ("claims.json", "verdicts.json", "attacks.json", "variants.json"):
        changed = files[name]
        for old in ("C1", "only", "CO", "orderer", "co-1", "do-1", "X01", "instance", "so"):
            changed = renamed(changed, old, old + more)
        files[name] = changed
    files["job.json"]["checks"] = {more: True}
    files["job.json"]["variant"] = files["job.json"]["state_digest"] = more


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    content = content_of(evidence_of(written(tmp_path_factory.mktemp("hostile") / "evidence", lambda files: poison(files, HOSTILE))))
    return page(content, "../evidence"), document(content, "../evidence")


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Markdown with a word in place of the hostile text."""
    content = content_of(evidence_of(written(tmp_path_factory.mktemp("word") / "evidence", lambda files: poison(files, " word"))))
    return document(content, "../evidence")


def test_the_page_stays_harmless(rendered: tuple[str, str]) -> None:
    html = Page(rendered[0])
    check_harmless(html)
    assert html.of("script") == [] and len(html.ids) == len(set(html.ids))
    assert "<script>alert(1)</script>" in html.of("main")[0].text  # shown as text
    assert {link[1:] for link in html.links if link.startswith("#")} <= set(html.ids)
    assert rendered[0].encode("utf-8").isascii() is False and not set("\u202e\x00\x1b") & set(rendered[0])


def test_the_diagrams_stay_within_themselves(rendered: tuple[str, str]) -> None:
    inside = [one for one in Page(rendered[0]).elements if one.name in ("svg", "rect", "path", "text", "circle", "polyline")]
    assert inside and all(not name.startswith("on") and "xlink" not in name for one in inside for name in one.attributes)


def test_the_markdown_stays_what_it_is(rendered: tuple[str, str], harmless: str) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(rendered[1])
    flat = [inner for token in tokens for inner in (token, *(token.children or []))]
    assert not [one for one in flat if one.type in ("image", "code_inline", "em_open", "s_open")]
    html = [one.content for one in flat if one.type in ("html_inline", "html_block") and one.content.strip() not in ("</a>", "")]
    assert all(one.strip().startswith('<a id="') and one.count("<") <= 2 for one in html)
    links = [str(one.attrGet("href")) for one in flat if one.type == "link_open"]
    assert links and all(link.startswith(("#", "../evidence/")) for link in links)
    kinds = [one.type for one in tokens if one.type.endswith("_open") or one.type == "fence"]
    assert kinds == [one.type for one in parser.parse(harmless) if one.type.endswith("_open") or one.type == "fence"]
    prose = re.sub(r"```mermaid\n.*?\n```", "", rendered[1], flags=re.DOTALL)
    assert "://" not in prose and "www." not in prose and "@" not in prose
    assert [len(table[0]) for table in tables(rendered[1])] == [len(table[0]) for table in tables(harmless)]


def test_mermaid_stays_line_by_line(rendered: tuple[str, str], harmless: str) -> None:
    hostile = diagrams(rendered[1])
    assert [len(lines) for lines in hostile] == [len(lines) for lines in diagrams(harmless)]
    for line in (line for lines in hostile for line in lines):
        assert "%%" not in line and "<" not in line and "`" not in line


STARTS = ["- a", "+ a", "1. a", "12) a", "# a", "> a", "---", "===", "* a", "    a", "\ta", "```", "| a | b |", "[a]: b"]


@pytest.mark.parametrize("text", STARTS)
def test_nothing_begins_at_the_start_of_a_line(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(f"before\n\n{escaped(text)}\n")
    assert [one.type for one in tokens] == ["paragraph_open", "inline", "paragraph_close"] * 2
    assert [child.type for child in tokens[-2].children or []] == ["text"] and tokens[-2].children[0].content == text.strip()  # type: ignore[index]


def test_escaping_by_itself() -> None:
    assert plain("a\nb\u202ec\x00\ud800") == "a b\\u202ec\\x00\\ud800"
    assert markup("<&\"'>") == "&lt;&amp;&quot;&#x27;&gt;" and markup(markup("<")) == "&lt;"
    assert tag("a", "<", class_='"x', aria_label=None) == '<a class="&quot;x">&lt;</a>'
    assert mermaid("end; a:b #x <y>") == "en#100;#59; a#58;b #35;x #60;y#62;"


def test_a_hostile_directory_name(tmp_path: Path) -> None:
    content = content_of(evidence_of(written(tmp_path / "e")))
    links = Page(page(content, '../a" onclick="x) [b](c <d>')).links
    assert links and all(link.startswith(("#", "../a%22%20onclick%3D%22x%29%20%5Bb%5D%28c%20%3Cd%3E/")) for link in links)
