"""What can be known, as the evidence has it (`knowledge/tables.json`): tables, derivations, and pictures of what is linked to what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.escaping import Markup, tag
from reports.numbers import Figures, figures
from reports.shapes import Malformed, Value, of_schema

KNOWLEDGE_FILE = "knowledge/tables.json"
KNOWLEDGE_TABLES_SCHEMA = 1
KINDS = ("identity", "pseudonym", "dataset")
WIDTH, ROW_HEIGHT, MARGIN = 640, 46, 30
RADIUS = 6


@dataclass(frozen=True)
class Node:
    """A pseudonym, an identity or a dataset. x, y: where it stands, from 0 to 1."""

    text: str
    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """A graph of what the ledger shows of members. edges: places of two nodes, and what shows that they belong together."""

    anchor: str
    title: str
    said: str
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Known:
    """The tables and pictures of one evidence."""

    tables: tuple[Figures, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where each of them stands in the document, and its title."""
        return [(one.anchor, one.title) for one in self.tables] + [(one.anchor, one.title) for one in self.pictures]


def known_of(document: Value | None, anchor: Callable[[str, str], str]) -> Known:
    """Everything, its shapes checked. anchor: gives a name for a place in the document."""
    if document is None:
        return Known()
    checked = of_schema(document, KNOWLEDGE_TABLES_SCHEMA)
    tables = tuple(figures(item, lambda _, name: anchor("known", name)) for item in checked["tables"].items)
    return Known(tables, tuple(picture(item, anchor) for item in checked["pictures"].items))


def picture(value: Value, anchor: Callable[[str, str], str]) -> Picture:
    nodes = []
    for item in value["nodes"].items:
        nodes.append(Node(item["text"].text, item["kind"].one_of(KINDS), item["x"].share, item["y"].share))
    edges = []
    for item in value["edges"].items:
        one, other = item["one"].whole, item["other"].whole
        if not (0 <= one < len(nodes) and 0 <= other < len(nodes)):
            raise Malformed(value.file, f"{item.place} joins something that is no node")
        edges.append((one, other, item["why"].text))
    return Picture(anchor("links", value["name"].text), value["title"].text, value["said"].text, tuple(nodes), tuple(edges))


def drawn(one: Picture) -> Markup:
    """The picture as SVG: three columns, identities, pseudonyms and datasets; each edge tells on hover what shows it."""
    tallest = max((sum(node.kind == kind for node in one.nodes) for kind in KINDS), default=1)
    height = MARGIN * 2 + ROW_HEIGHT * max(1, tallest)

    def at(node: Node) -> tuple[float, float]:
        return round(120 + node.x * (WIDTH - 260), 1), round(MARGIN + node.y * (height - 2 * MARGIN), 1)

    shapes = []
    for first, second, why in one.edges:
        (x1, y1), (x2, y2) = at(one.nodes[first]), at(one.nodes[second])
        shapes.append(tag("path", tag("title", why), d=f"M{x1} {y1}L{x2} {y2}", class_="series averaged"))
    for node in one.nodes:
        x, y = at(node)
        shapes.append(mark(node, x, y))
        shapes.append(tag("text", node.text, x=x, y=y - 11, text_anchor="middle"))
    said = "; ".join(f"{one.nodes[first].text} with {one.nodes[second].text}" for first, second, _ in one.edges)
    return tag("svg", *shapes, class_="chart", viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=f"{one.title}: {said}")


def mark(node: Node, x: float, y: float) -> Markup:
    class_ = "mark central" if node.kind == "dataset" else "mark averaged"
    if node.kind == "identity":
        return tag("rect", x=x - RADIUS, y=y - RADIUS, width=2 * RADIUS, height=2 * RADIUS, class_=class_)
    return tag("circle", cx=x, cy=y, r=RADIUS, class_=class_)
