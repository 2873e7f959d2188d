"""The verdicts that the committed text is known to have; a run that differs exits with 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from properties.verdicts import Row

FOLDER = Path(__file__).parent / "expected"


def expected(variant: str) -> dict[str, dict[str, Any]] | None:
    """Label of the claim, then coalition, then verdict, depth and told steps; None for a variant without expectations."""
    path = FOLDER / f"{variant}.json"
    if not path.is_file():
        return None
    document: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return document


def entry(row: Row, told: list[str]) -> dict[str, Any]:
    return {"verdict": row.verdict, "scope": row.scope, "depth": row.depth, "steps": told}


def differences(variant: str, rows: list[tuple[str, Row, list[str]]]) -> list[str] | None:
    """What differs from the expectations, for the rows decided at the expected scope and start; None if nothing was expected."""
    known = expected(variant)
    if known is None:
        return None
    found = []
    for label, row, told in rows:
        wanted = known.get(label, {}).get(row.coalition)
        now = entry(row, told)
        if wanted is None:
            found.append(f"{label} against {row.coalition}: {row.short}, and nothing was expected")
        elif wanted != now:
            what = [name for name in now if now[name] != wanted.get(name)]
            before = f"{wanted['verdict']} at {wanted['depth']}"
            found.append(f"{label} against {row.coalition}: {row.short}; expected {before} (differs in {', '.join(what)})")
    return found


def text(rows: list[tuple[str, Row, list[str]]]) -> str:
    """The expectations file for these rows."""
    document: dict[str, dict[str, Any]] = {}
    for label, row, told in rows:
        document.setdefault(label, {})[row.coalition] = entry(row, told)
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
