"""`marketproof numbers`: exact chances and thresholds for the sizes that are asked for; the same tables go into the evidence."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from marketproof.errors import UserError
from marketproof.progress import Progress
from model.exact_tables import TABLES, Cell, Sizes, Table, tables
from properties.claims import Claim
from reports import terminal
from reports.numbers import NUMBERS_SCHEMA, figures_of
from reports.shapes import parsed
from spec.errors import choices

FILE = "numbers.json"
DIGITS = 6
LONGEST_EXACT = 120
CELLS = (
    f"a fraction is rounded to {DIGITS} digits, half to even; exact is its text where that has at most {LONGEST_EXACT} signs, otherwise "
    "null: it was computed exactly all the same"
)


def numbers(given: argparse.Namespace) -> int:
    """Print the tables; 0 always."""
    unknown = [name for name in given.table if name not in TABLES]
    if unknown:
        raise UserError(f"no table {unknown[0]!r}; choices: {choices(TABLES)}")
    names = tuple(name for name in TABLES if name in given.table or not given.table)
    progress = Progress()
    progress.start("numbers")
    found: list[Table] = []
    for name in names:
        progress(name)
        found += tables(sizes_of(given), (name,))
    text = document(found)
    progress.done()
    print(text.rstrip() if given.json else told(text))
    return 0


def sizes_of(given: argparse.Namespace) -> Sizes:
    """The sizes that are asked for, the others by default; what was given twice stands once."""
    chosen: dict[str, Any] = {name: getattr(given, name) for name in Sizes.__dataclass_fields__ if getattr(given, name) is not None}
    for name, value in chosen.items():
        chosen[name] = tuple(dict.fromkeys(value)) if isinstance(value, list) else value
    return replace(Sizes(), **chosen)


def evidence_text(claims: Iterable[Claim]) -> str:
    """The tables that belong to these claims, for the default sizes; empty if none does."""
    mine = {claim.name for claim in claims}
    names = [name for name, (of, _) in TABLES.items() if mine & set(of)]
    return document(tables(Sizes(), names)) if names else ""


def document(found: Iterable[Table]) -> str:
    listed = [
        {"name": one.name, "claims": one.claims, **one.drawn._asdict(), "lines": [list(map(cell, line)) for line in one.drawn.lines]}
        for one in found
    ]
    return json.dumps({"schema": NUMBERS_SCHEMA, "cells": CELLS, "tables": listed}, indent=1, ensure_ascii=False) + "\n"


def cell(value: Cell) -> Any:
    """A cell as the evidence has it."""
    if not isinstance(value, Fraction):
        return value
    with localcontext(prec=DIGITS):
        rounded = format(Decimal(value.numerator) / Decimal(value.denominator), f".{DIGITS}g")
    largest = max(value.numerator.bit_length(), value.denominator.bit_length())
    exact = str(value) if largest < 4 * LONGEST_EXACT else ""
    return {"rounded": rounded, "exact": exact if 0 < len(exact) <= LONGEST_EXACT else None}


def told(text: str) -> str:
    """The tables as a terminal shows them."""
    parts = []
    for one in figures_of(parsed(FILE, text), lambda _, name: name):
        title = f"{one.anchor}: {one.title} ({', '.join(one.claims)})"
        parts += [f"{title}\n{terminal.wrapped(one.said, '  ')}\n{terminal.table(one.header, one.lines)}"]
    return "\n\n".join(parts)
