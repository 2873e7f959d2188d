"""The exact figures as the evidence has them (`numbers.json`): tables of texts, whole numbers and fractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reports.shapes import Malformed, Value, of_schema

NUMBERS_SCHEMA = 1
SHORT = 10
LONGEST_NUMBER = 40
ROUNDED = re.compile(r"\d+(\.\d+)?(e[+-]?\d{1,9})?")
EXACT = re.compile(r"\d+(/\d+)?")


@dataclass(frozen=True)
class Drawn:
    """A column as a curve over the first one. values: from 0 to 1, one for each line."""

    title: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """One table, its cells as they are shown. curves: two of its columns, or none; places: the first column, which they are drawn over."""

    anchor: str
    title: str
    claims: tuple[str, ...]
    said: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    places: tuple[str, ...] = ()
    curves: tuple[Drawn, ...] = ()

    @property
    def of_numbers(self) -> bool:
        """Whether all cells but those of the first column are short."""
        return all(len(cell) <= LONGEST_NUMBER for line in self.lines for cell in line[1:])


def figures_of(document: Value, anchor: Callable[[str, str], str]) -> tuple[Figures, ...]:
    """All tables, their shapes checked. anchor: gives a name for a place in the document."""
    return tuple(figures(item, anchor) for item in of_schema(document, NUMBERS_SCHEMA)["tables"].items)


def figures(value: Value, anchor: Callable[[str, str], str]) -> Figures:
    header = tuple(value["header"].texts)
    lines = [list(line.items) for line in value["lines"].items]
    if not header or any(len(line) != len(header) for line in lines):
        raise Malformed(value.file, f"{value.place} has a line that is not as wide as its header")
    columns = [column.whole for column in value["curves"].items]
    if columns and not (lines and len(columns) == 2 and all(0 < column < len(header) for column in columns)):
        raise value["curves"].refused("two columns of the table, or none")
    return Figures(
        anchor=anchor("numbers", value["name"].text),
        title=value["title"].text,
        claims=tuple(value["claims"].texts),
        said=value["said"].text,
        header=header,
        lines=tuple(tuple(map(shown, line)) for line in lines),
        places=tuple(shown(line[0]).partition(" ")[0] for line in lines),
        curves=tuple(Drawn(header[column], tuple(number(line[column]) for line in lines)) for column in columns),
    )


def shown(cell: Value) -> str:
    """A whole number and a text as they are; a fraction rounded, with the exact one beside it where that is short."""
    if cell.raw is None:
        return ""
    if not cell.has("rounded"):
        return cell.raw if isinstance(cell.raw, str) else str(cell.whole)
    rounded, exact = written(cell["rounded"], ROUNDED), "" if cell["exact"].raw is None else written(cell["exact"], EXACT)
    return f"{rounded} = {exact}" if "/" in exact and len(exact) <= SHORT else rounded


def written(value: Value, form: re.Pattern[str]) -> str:
    """A number as a text of this form."""
    if not form.fullmatch(value.text):
        raise value.refused("a number")
    return value.text


def number(cell: Value) -> float:
    """A fraction from 0 to 1."""
    return Value(cell.file, cell.place, float(written(cell["rounded"], ROUNDED))).share
