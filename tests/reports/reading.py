"""Reading a report back: the page as a browser would, and Markdown's tables and diagrams."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "a", "div", "header", "nav", "main", "section", "article", "h1", "h2", "h3", "h4"),
    *("p", "strong", "ol", "ul", "li", "dl", "dt", "dd", "code", "span", "small", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("blockquote", "footer", "figure", "figcaption", "svg", "rect", "path", "text", "circle", "polyline"),
}
ATTRIBUTES = {
    *("charset", "http-equiv", "content", "name", "lang", "id", "class", "href", "scope", "colspan", "tabindex", "role", "viewbox", "d"),
    *("x", "y", "width", "height", "rx", "cx", "cy", "r", "points", "text-anchor", "aria-label", "aria-labelledby"),
}


@dataclass
class Element:
    """An element with all text within it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page in the order in which they open; refuses what is not closed properly."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1].name == tag, (tag, self.open[-1:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:80]}")

    def of(self, name: str, class_: str = "") -> list[Element]:
        return [one for one in self.elements if one.name == name and (not class_ or class_ in one.attributes.get("class", "").split())]

    @property
    def ids(self) -> list[str]:
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    @property
    def links(self) -> list[str]:
        return [one.attributes["href"] for one in self.of("a")]


def check_harmless(page: Page) -> None:
    """Only elements and attributes that the report makes, and nothing that is fetched or run."""
    assert {one.name for one in page.elements} <= TAGS
    assert {name for one in page.elements for name in one.attributes} <= ATTRIBUTES
    assert len(page.of("style")) == 1 and "url(" not in page.of("style")[0].text and "@import" not in page.of("style")[0].text
    assert all(re.fullmatch(r"#[\w.-]+|(\.\./|[\w.%+-]+/)+[\w.%+-]+", link) for link in page.links), page.links


def tables(markdown: str) -> list[list[list[str]]]:
    """The tables as rows of cells, split where a bar is not escaped."""
    found: list[list[list[str]]] = []
    before = ""
    for line in markdown.splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            assert line.startswith("| ") and line.endswith(" |"), line
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        before = line
    return found


def diagrams(markdown: str) -> list[list[str]]:
    """The lines of each Mermaid diagram."""
    return [block.splitlines() for block in re.findall(r"^```mermaid\n(.*?)\n```$", markdown, re.MULTILINE | re.DOTALL)]
