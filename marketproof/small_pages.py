"""docs/generated/small-scope.md: what the exploration found, beside what the design's own model had said, from the committed results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from properties.small_scope_design import DESIGN, OF_OURS, Compared

NOT_EXPLORED = "Not explored for this text: `marketproof explore --accept` explores it, in some minutes."
LEAD = (
    "Every state that honest parties and given deviating members reach in the rounds of a populated market, at a small scope "
    "(decision 0008). It is no proof for any size, and no verdict rests on it."
)
FINISHING = "Without each condition there is a trap, replayed on the ledger; the other conditions hold all along."
DROPPED = "The first claim that falls, in the case of the smallest coalition, replayed on the ledger."
DESIGNED = "The design was searched in a model of its own before it was a text. Same: the same claim, against the same coalition."
Lines = list[str]


def small_scope_page(name: str, found: dict[str, Any] | None) -> str:
    """The document. found: the accepted results of exactly this text, or None."""
    lines = [f"# Small scope: variant `{name}`", "", LEAD, ""]
    parts = [[NOT_EXPLORED, ""]] if found is None else [cases(found), needed(found), drops(found), compared(found), runs(found)]
    return "\n".join([*lines, *(line for part in parts for line in part)]).rstrip() + "\n"


def table(header: Iterable[str], lines: Iterable[Iterable[str]]) -> Lines:
    header = [*header]
    return ["| " + " | ".join(values) + " |" for values in (header, ["---"] * len(header), *lines)] + [""]


def numbered(steps: Iterable[str]) -> Lines:
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)] + [""]


def cases(found: dict[str, Any]) -> Lines:
    shown = [[one["case"], str(one["states"]), "all" if one["complete"] else "not all", outcome(one)] for one in found["cases"]]
    states = sum(one["states"] for one in found["cases"])
    claims = [f"- **{name}**: {said}" for name, said in found["claims"].items()]
    head = [f"## Cases: {len(shown)}, {states:,} states", ""]
    return [*head, *table(["case", "states", "seen", "found"], shown), "What is asked:", "", *claims, ""]


def outcome(one: dict[str, Any]) -> str:
    falls = f"falls: {', '.join(one['falls'])}" if one["falls"] else "every claim holds"
    return falls + (f"; undecided: {', '.join(one['undecided'])}" if one["undecided"] else "")


def needed(found: dict[str, Any]) -> Lines:
    lines = ["## What finishing (C32/finished) needs", "", FINISHING, ""]
    for one in found["conditions"]:
        lines += [f"### {one['condition']}", ""]
        if not one["necessary"]:
            lines += [one["reason"] or "No trap was found.", ""]
            continue
        lines += [f"Case {one['case']}; after {one['before']} steps of honest parties {one['start']}.", ""]
        lines += [*(numbered(one["told"]) if one["told"] else []), f"{one['trap']}.", ""]
    return lines


def drops(found: dict[str, Any]) -> Lines:
    lines = ["## Drop one", "", DROPPED, ""]
    return lines + table(["dropped", "so that", "falls", "in case", "steps", "expected"], map(drop_line, found["drops"]))


def drop_line(one: dict[str, Any]) -> list[str]:
    expected = "as expected" if one["falls"] == one["expected"] else f"no: {one['expected'] or 'nothing'}"
    said = one["falls"] or f"nothing in {one['states']} states{'' if one['complete'] else ', stopped by the limit'}"
    return [one["drop"], one["sentence"], said, one["case"], str(len(one["told"])) if one["falls"] else "", expected]


def compared(found: dict[str, Any]) -> Lines:
    """The design's table row by row, then what it has no row for."""
    by = {one["drop"]: one for one in found["drops"]}
    lines = ["## Beside the design's table", "", DESIGNED, ""]
    rows = [compared_line(row, [by[name] for name in row.drops]) for row in DESIGN]
    rows += [["–", "–", name, by[name]["falls"] or "nothing", by[name]["coalition"], why] for name, why in OF_OURS.items()]
    return lines + table(["design drops", "falls there", "here", "falls here", "against", "same?"], rows)


def compared_line(row: Compared, ours: list[dict[str, Any]]) -> list[str]:
    there = row.falls + (f" ({row.coalition})" if row.coalition else "")
    if not ours:
        return [row.dropped, there, "–", "–", "–", row.why]
    same = all(map(row.same, ours))
    falls = ", ".join(dict.fromkeys(one["falls"] or "nothing" for one in ours))
    against = ", ".join(dict.fromkeys(one["coalition"] for one in ours))
    return [row.dropped, there, ", ".join(row.drops), falls, against, "same" if same else f"different: {row.why or 'not explained'}"]


def runs(found: dict[str, Any]) -> Lines:
    lines = ["## The runs", ""]
    for one in found["drops"]:
        if one["falls"]:
            end = [f"{one['falls']} falls: {found['claims'][one['falls']]}."]
            lines += [f"### {one['drop']}", "", *numbered(one["told"]), *end, ""]
    return lines
