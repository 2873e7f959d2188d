"""The exact figures as the evidence has them (`numbers.json`): tables of texts, whole numbers and fractions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.shapes import Malformed, Value, of_schema

NUMBERS_SCHEMA = 1
SHORT = 10
LONGEST_NUMBER = 40
CHARTED = "capture"


@dataclass(frozen=True)
class Figures:
    """One table, its cells as they are shown. curves: of the charted one, three numbers from 0 to 1 for each line."""

    name: str
    title: str
    claims: tuple[str, ...]
    said: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    curves: tuple[tuple[float, ...], ...] = ()

    @property
    def of_numbers(self) -> bool:
        """Whether all cells but those of the first column are short."""
        return all(len(cell) <= LONGEST_NUMBER for line in self.lines for cell in line[1:])


def figures_of(document: Value) -> tuple[Figures, ...]:
    """All tables, their shapes checked."""
    found = tuple(figures(item) for item in of_schema(document, NUMBERS_SCHEMA)["tables"].items)
    names = [one.name for one in found]
    if len(set(names)) < len(names) or not all(re.fullmatch(r"[a-z]{1,40}", name) for name in names):
        raise Malformed(document.file, "should name each table once, by small letters")
    return found


def figures(value: Value) -> Figures:
    header = tuple(value["header"].texts)
    lines = [list(line.items) for line in value["lines"].items]
    if any(len(line) != len(header) for line in lines):
        raise Malformed(value.file, f"{value.place} has a line that is not as wide as its header")
    texts = {name: value[name].text for name in ("name", "title", "said")}
    drawn = tuple(tuple(number(cell) for cell in line[:3]) for line in lines) if texts["name"] == CHARTED else ()
    told = tuple(tuple(shown(cell) for cell in line) for line in lines)
    return Figures(**texts, claims=tuple(value["claims"].texts), header=header, lines=told, curves=drawn)


def shown(cell: Value) -> str:
    """A whole number and a text as they are; a fraction rounded, with the exact one beside it where that is short."""
    if cell.raw is None:
        return ""
    if not cell.has("rounded"):
        return cell.raw if isinstance(cell.raw, str) else str(cell.whole)
    rounded, exact = cell["rounded"].text, cell["exact"].text_or_none
    return f"{rounded} = {exact}" if exact is not None and "/" in exact and len(exact) <= SHORT else rounded


def number(cell: Value) -> float:
    try:
        found = float(cell["rounded"].text)
    except ValueError as error:
        raise cell.refused("a fraction") from error
    return Value(cell.file, cell.place, found).share
