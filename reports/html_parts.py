"""Pieces that the page is made of: paragraphs, lists, tables and links within it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.escaping import Markup, joined, markup, tag

WIDE = 40


def paragraph(text: object, class_: str | None = None) -> Markup:
    return tag("p", text, class_=class_)


def code(text: object) -> Markup:
    return tag("code", text)


def link(anchor: str, text: object, class_: str | None = None) -> Markup:
    """A link within the page."""
    return tag("a", text, href=f"#{anchor}", class_=class_)


def section(anchor: str, title: str, *children: Markup) -> Markup:
    return tag("section", tag("h2", title, id=f"{anchor}-title"), joined(list(children)), id=anchor, aria_labelledby=f"{anchor}-title")


def listed(items: Iterable[object], class_: str | None = None, ordered: bool = False) -> Markup:
    return tag("ol" if ordered else "ul", joined([tag("li", item) for item in items]), class_=class_)


def table(header: Sequence[str], lines: Iterable[Sequence[object]], caption: str, sticky: bool = False, numbers: bool = False) -> Markup:
    """A table that scrolls by itself where it is too wide. numbers: all columns but the first are right-aligned."""
    head = tag("tr", *(tag("th", name, scope="col", class_="number" if numbers and place else None) for place, name in enumerate(header)))
    body = [tag("tr", tag("th", line[0], scope="row"), *(data(value, numbers) for value in line[1:])) for line in lines]
    said = [tag("caption", tag("span", caption))] if caption else []
    whole = tag("table", *said, tag("thead", head), tag("tbody", joined(body)), class_="sticky" if sticky else None)
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption or ", ".join(header))


def data(value: object, number: bool) -> Markup:
    wide = not number and len(re.sub(r"<[^>]*>", "", markup(value))) > WIDE
    return tag("td", value, class_="number" if number else "wide" if wide else None)
