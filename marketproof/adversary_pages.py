"""The generated page of adversaries: where each wins."""

from __future__ import annotations

from typing import Any

from adversaries.declared import FAMILIES
from marketproof.adversaries import cells

SAID = (
    "An adversary counts only if it wins somewhere: a claim that falls with it and holds, to the same depth or by the same deduction,\n"
    "without it; more money than honesty brings; something that honest parties can never finish. Found by search and replayed:\n"
    "`marketproof adversaries` (docs/decisions/0025)."
)
NOT_FOUND = "Not searched for these texts: `marketproof adversaries --accept` does, in some minutes."


def adversaries_page(rows: list[dict[str, Any]] | None) -> str:
    """Markdown, from the committed rows; None where there are none for the texts as they are."""
    lines = ["# Adversaries", "", SAID, ""]
    if rows is None:
        return "\n".join([*lines, NOT_FOUND]) + "\n"
    winning = [row for row in rows if row["wins"] is not None]
    lines += [f"{len(winning)} of {len(rows)} win somewhere.", ""]
    for family, said in FAMILIES.items():
        lines += [f"## {family}: {said}", "", "| adversary | what it does | wins on | claim | by | steps | how |", "|---" * 7 + "|"]
        lines += [page_line(row) for row in rows if row["family"] == family] + [""]
    return "\n".join(lines).rstrip() + "\n"


def page_line(row: dict[str, Any]) -> str:
    label, *others = cells(row)
    return "| " + " | ".join(each.replace("|", "\\|") for each in (label.partition(" ")[2], row["described"], *others)) + " |"
