"""`marketproof assumptions`: what the verdicts of `hardened` still assume, and for each assumption what falls without it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from marketproof import evidence
from marketproof.accepted import committed_for, file_of, spoken_of
from marketproof.assuming import TEXT, Assuming
from marketproof.errors import UserError
from marketproof.progress import Progress
from properties.assumptions import DROPPED, WHY, Dropping, dropping_of
from reports import terminal
from spec.text import Protocol

FILE = file_of("assumptions", TEXT)
FALLS, REMAINS, UNKNOWN = "falls", "not dropped", "nothing found"
SAID = (
    "What the rows of `hardened` assume (`verdicts.json` of `marketproof check`), and what falls without it: found by the search that\n"
    "decides the claim, and replayed, carried out or confirmed as there. What is not dropped says why. `marketproof assumptions`\n"
    "(docs/decisions/0027)."
)
NOT_FOUND = "Not asked of this text: `marketproof check --variant hardened`, then `marketproof assumptions --accept`."


def assumptions(given: argparse.Namespace) -> int:
    """Print each assumption with what falls; 0 when each falls or says why it is not dropped, 1 when one does neither."""
    rows = rows_of(Path(given.evidence))
    progress = Progress()
    progress.start("assumptions")
    assuming = Assuming(progress)
    answers = [answer(assuming, one, claims) for one, claims in listed(rows)]
    progress.done()
    document = {"text": spoken_of(assuming.bench.protocol), "assumptions": answers}
    if given.accept:
        evidence.write_file(FILE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(document, indent=1, ensure_ascii=False) if given.json else told(answers))
    return 1 if any(one["outcome"] == UNKNOWN for one in answers) else 0


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The rows of the hardened text in an evidence directory.  Raises UserError where there are none."""
    path = folder / "verdicts.json"
    if not path.is_file():
        raise UserError(f"no {str(path)!r}: `marketproof check --variant {TEXT} --evidence {folder}` writes it")
    try:
        rows = [row for row in json.loads(path.read_text(encoding="utf-8"))["rows"] if row["variant"] == TEXT]
        named = [(row["claim"], row["part"], list(row["assumptions"])) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{str(path)!r} is no evidence of verdicts: {type(error).__name__}: {error}") from error
    if not named:
        raise UserError(f"{str(path)!r} has no row of {TEXT!r}: `marketproof check --variant {TEXT}` makes them")
    return rows


def listed(rows: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Every assumption with the claims that rest on it, in the order of the table; what the table lacks at the end."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for one in row["assumptions"] if row["verdict"] not in ("refuted", "not_expressible") else ():
            found.setdefault(one, {})[row["claim"]] = None
    order = {one.begins: place for place, one in enumerate(DROPPED)}

    def place(assumption: str) -> int:
        one = dropping_of(assumption)
        return len(order) if one is None else order[one.begins]

    return [(assumption, list(found[assumption])) for assumption in sorted(found, key=place)]


def answer(assuming: Assuming, assumption: str, claims: list[str]) -> dict[str, Any]:
    one = dropping_of(assumption)
    row: dict[str, Any] = {"assumption": assumption, "claims": claims, "outcome": UNKNOWN, "without": "", "how": "", "reason": ""}
    if one is None:
        return row | {"reason": "the table of properties/assumptions.py has no line for it"}
    row |= {"without": one.said if one.how not in WHY else "", "how": described(one)}
    if one.how in WHY:
        return row | {"outcome": REMAINS, "reason": "; ".join(filter(None, (WHY[one.how], one.said)))}
    assuming.progress(f"without: {assumption}")
    fall = assuming.fall(one)
    if fall is None:
        return row | {"reason": "nothing falls within the bounds of that search"}
    shown = {"claim": fall.claim, "against": fall.against, "steps": fall.steps, "shown": fall.shown}
    return row | {"outcome": FALLS, **shown}


def described(one: Dropping) -> str:
    return "" if one.how in WHY else f"{one.how}: {one.what}" if one.what else one.how


def accepted(protocol: Protocol) -> list[dict[str, Any]] | None:
    """The committed answers, if they are of this text and these claims."""
    known = committed_for("assumptions", protocol)
    return None if known is None else list(known["assumptions"])


def told(answers: list[dict[str, Any]]) -> str:
    lines = []
    for one in answers:
        lines.append(terminal.wrapped(f"{one['assumption']} ({', '.join(one['claims'])})"))
        if one["outcome"] == FALLS:
            lines.append(terminal.wrapped(f"without it ({one['how']}) {one['claim']} falls to {one['against']}: {one['shown']}", "   "))
        else:
            lines.append(terminal.wrapped(f"{one['outcome']}: {one['reason']}", "   "))
    counted = {outcome: sum(one["outcome"] == outcome for one in answers) for outcome in (FALLS, REMAINS, UNKNOWN)}
    return "\n".join([*lines, "; ".join(f"{outcome}: {count}" for outcome, count in counted.items())])


def page(answers: list[dict[str, Any]] | None) -> str:
    """docs/generated/assumptions.md, from the committed answers."""
    lines = ["# What `hardened` assumes", "", SAID, ""]
    if answers is None:
        return "\n".join([*lines, NOT_FOUND]) + "\n"
    falls = [one for one in answers if one["outcome"] == FALLS]
    lines += [f"{len(falls)} of {len(answers)} are dropped, and something falls.", ""]
    lines += ["| assumption | rests on it | without it | falls | to | steps | what is shown |", "|---" * 7 + "|"]
    for one in falls:
        named = one["assumption"], ", ".join(one["claims"]), one["without"] or one["how"]
        lines.append(line(*named, one["claim"], one["against"], str(one["steps"] or ""), one["shown"]))
    lines += ["", "## Not dropped", "", "| assumption | rests on it | why |", "|---" * 3 + "|"]
    lines += [line(one["assumption"], ", ".join(one["claims"]), one["reason"]) for one in answers if one["outcome"] != FALLS]
    return "\n".join(lines) + "\n"


def line(*cells: str) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"
