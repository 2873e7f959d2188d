"""The committed figures of the judge on generated ledgers: for exactly the text that they were made with, and their page."""

from __future__ import annotations

from typing import Any

from marketproof.accepted import committed
from marketproof.variants import text_digest
from spec.text import Protocol
from spec.variants import VARIANTS, variant

COLUMNS = ("dispute", "decidable", "histories", "to_judge", "right", "wrong", "undecided", "missed", "recall", "precision")
HEADER = ("dispute", "decidable", "histories", "to judge", "right", "wrong", "undecided", "missed", "recall", "precision")
SAID = (
    "Runs in an order of chance in which members of a coalition deviate by chance: `marketproof judge --histories N --seed S`.\n"
    "*To judge*: somebody deviated, and there is a harm or a complaint. *Right*, *wrong*: members who are blamed, and deviated or not.\n"
    "*Undecided*: to judge, and nobody is blamed. *Missed*: of a dispute that can always be decided, histories in which nobody is\n"
    "blamed who caused it. *Recall*: in how many of those to judge somebody who deviated is blamed; *precision*: how many of\n"
    "the blamed deviated."
)


def accepted(protocol: Protocol) -> dict[str, Any] | None:
    """The committed figures for this text; None when there are none."""
    return committed("judge", protocol.name, text=text_digest(protocol))


def cells(one: dict[str, Any]) -> list[str]:
    return ["yes" if one[name] is True else "no" if one[name] is False else str(one[name]) for name in COLUMNS]


def page() -> str:
    """The committed figures of all variants as Markdown."""
    lines = ["# The judge on generated ledgers", "", SAID, ""]
    for name in VARIANTS:
        known = accepted(variant(name).load())
        if known is not None:
            lines += [f"## {name}: {known['histories']} histories, seed {known['seed']}", ""]
            lines += ["| " + " | ".join(HEADER) + " |", "|---" * len(HEADER) + "|"]
            lines += ["| " + " | ".join(cells(one)) + " |" for one in known["disputes"]] + [""]
    return "\n".join(lines)
