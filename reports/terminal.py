"""What is shown in a terminal: the matrix, an attack told in steps, and tables, none wider than 100 columns."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence

from properties.verdicts import Row

WIDTH = 100
CLAIM_WIDTH, CELL_WIDTH = 14, 10
COLOURS = {"refuted": "31", "holds_to": "33", "proved": "32", "reached": "32", "unknown": "35", "error": "41"}
CELLS = {
    "refuted": "✗ in {}", "holds_to": "holds ≤{}", "proved": "proved", "reached": "reached in {}", "unknown": "unknown", "error": "ERROR",
    "not_expressible": "no words",
}  # fmt: skip


def coloured(text: str, verdict: str) -> str:
    """Colour on terminals only, and not where NO_COLOR is set."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ or verdict not in COLOURS:
        return text
    return f"\x1b[{COLOURS[verdict]}m{text}\x1b[0m"


def cell(row: Row) -> str:
    told = CELLS.get(row.verdict, row.verdict)
    return told.format(row.depth) if row.depth is not None else told.partition(" in ")[0].partition(" ≤")[0]


def matrix_header(coalitions: Sequence[str]) -> str:
    return "claim".ljust(CLAIM_WIDTH) + "".join(name.ljust(CELL_WIDTH) for name in coalitions).rstrip()


def matrix_line(claim: str, coalitions: Sequence[str], rows: Iterable[Row]) -> str:
    """One claim across all coalitions; an arithmetic claim stands once for all of them."""
    by = {row.coalition: row for row in rows}
    if by and not set(by) & set(coalitions):
        only = next(iter(by.values()))
        of = "by" if only.verdict == "reached" else "for"
        return claim.ljust(CLAIM_WIDTH - 1) + " " + coloured(f"{cell(only)} {of} {only.coalition}", only.verdict)
    shown = [(cell(by[name]) if name in by else "", by[name].verdict if name in by else "") for name in coalitions]
    return claim.ljust(CLAIM_WIDTH) + "".join(coloured(text.ljust(CELL_WIDTH), verdict) for text, verdict in shown).rstrip()


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need; the last one is cut at the width."""
    rows = [list(header), *(list(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    text = ["  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(line if len(line) <= WIDTH else line[: WIDTH - 1] + "…" for line in text)


def wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=indent, subsequent_indent=" " * (len(indent) + 3), break_long_words=False, break_on_hyphens=False
    )


def told(title: str, said: Sequence[str], row: Row, sentences: Sequence[str], prefix: int, found: str = "") -> str:
    """An attack as numbered steps, with what it breaks; or what else was `found` by a run."""
    start = f"a populated market, reached by {prefix} honest steps" if row.start == "market" else "nothing"
    steps = "1 step" if row.depth == 1 else f"{row.depth} steps"
    lines = [
        coloured(wrapped(f"{title}: {found or row.verdict} by {row.coalition} in {steps}"), row.verdict),
        *(wrapped(line, "  ") for line in said),
        f"  from {start}:",
    ]
    return "\n".join([*lines, *(wrapped(sentence, "  ") for sentence in sentences), assumed(row)])


def assumed(row: Row) -> str:
    return wrapped("assuming: " + "; ".join(row.assumptions), "  ")


def held(title: str, said: Sequence[str], row: Row) -> str:
    """A verdict without an attack, with its scope and method."""
    reason = f" ({row.reason})" if row.reason else ""
    sized = row.short if row.verdict != "holds_to" else "holds" if row.depth is None else f"{row.short} steps"
    text = f"{title}: {sized} against {row.coalition}{reason}"
    detail = wrapped(f"by {row.method}; scope: {row.scope}" + (f"; {row.confirmed}" if row.confirmed else ""), "  ")
    return "\n".join([coloured(wrapped(text), row.verdict), *(wrapped(line, "  ") for line in said), detail, assumed(row)])
