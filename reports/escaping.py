"""Text from the evidence made harmless, whatever it holds: for HTML and SVG, for Markdown, for Mermaid."""

from __future__ import annotations

import html
import re

MARKDOWN = re.compile(r"[\\`*_{}\[\]#|~$]")
MARKDOWN_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
AT_START = re.compile(r"^(?:[+=-]|\d+[.)])")
LINK = re.compile(r"(?i)\b(www|https?|ftp|mailto|xmpp)([.:])")
MERMAID = re.compile(r"[^\w .,()\[\]=+*/|…✗✓≤×—·-]")


class Markup(str):
    """HTML that is finished: its text is escaped already."""

    __slots__ = ()


def plain(text: object) -> str:
    """One line of printable signs: others, such as those that turn the direction of writing, are shown by their number."""
    return "".join(mark if mark.isprintable() else " " if mark.isspace() else repr(mark)[1:-1] for mark in str(text))


def markup(text: object) -> Markup:
    """Text as HTML or SVG; what is finished stays as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(plain(text), quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element; `class_` is the attribute class, `aria_label` is aria-label; None and False leave an attribute out."""
    kept = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None and value is not False}
    given = "".join(f' {key}="{markup(value)}"' for key, value in kept.items())
    inner = "".join(map(markup, children))
    return Markup(f"<{name}{given}>{inner}</{name}>")


def joined(children: list[Markup], between: str = "\n") -> Markup:
    return Markup(between.join(children))


def markdown(text: object) -> str:
    """Text for one line of Markdown, in which nothing begins a link, an image, a mention, HTML, a list or a cell of a table."""
    shown = "".join(MARKDOWN_ENTITIES.get(mark, mark) for mark in MARKDOWN.sub(lambda found: f"\\{found[0]}", plain(text).strip()))
    shown = LINK.sub(lambda found: f"{found[1]}&#{ord(found[2])};", shown)
    return AT_START.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", shown)


def mermaid(text: object) -> str:
    """Text in a Mermaid diagram: signs that it could read as its own are written by their number."""
    shown = MERMAID.sub(lambda found: f"#{ord(found[0])};", plain(text).strip())
    return re.sub(r"(?i)\bend\b", lambda found: f"{found[0][:2]}#{ord(found[0][2])};", shown)
