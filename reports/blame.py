"""Disputes and incentives as the evidence has them (`blame/VARIANT.json`, `game/VARIANT.json`): tables for a report."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from reports.numbers import Figures
from reports.shapes import Value, of_schema

BLAME_SCHEMA = GAME_SCHEMA = 1
Anchor = Callable[[str, str], str]
SAID = (
    "A judge sees the ledger and complaints. A case is a ledger that several worlds leave; it is undecided when no member deviated in all "
    "of them. The last column is what would have to stand on the ledger, signed, so that no case is undecided."
)
PAIR_SAID = "Two worlds that leave the same ledger and have no culprit in common, both replayed: what was done in each."
GAME_SAID = (
    "Strategies are played on the text; what they gain over honesty is a sum of prices and costs. A gain is above nothing for some numbers "
    "unless the condition holds; the last column is what it leaves for the prices, for everybody who takes part."
)


def blame_figures(document: Value, anchor: Anchor) -> list[Figures]:
    """A table of all disputes of a variant, and one for each pair of worlds."""
    document = of_schema(document, BLAME_SCHEMA)
    variant, disputes = document["variant"].text, list(document["disputes"].items)
    header = ("dispute", "worlds", "cases to judge", "undecided", "deviates in one world", "and in the other", "would decide it")
    title = f"Who can be blamed from the ledger: {variant}"
    summary = Figures(anchor("blame", variant), title, ("C37",), SAID, header, tuple(map(dispute_line, disputes)))
    pairs = [one for one in disputes if one.has("pair") and list(one["pair"].items)]
    return [summary, *(pair_figures(variant, one, anchor) for one in pairs)]


def dispute_line(one: Value) -> tuple[str, ...]:
    if one.has("not_expressible"):
        return (one["dispute"].text, *[""] * 5, one["not_expressible"].text)
    culprits = [who(world) for world in one["pair"].items] or ["", ""]
    added = ", or ".join(" and ".join(option.texts) for option in one["additions"].items)
    return (one["dispute"].text, *(str(one[name].whole) for name in ("worlds", "to_judge", "undecided")), *culprits, added)


def who(world: Value) -> str:
    return " and ".join(world["culprits"].texts) or "nobody"


def pair_figures(variant: str, one: Value, anchor: Anchor) -> Figures:
    first, second = one["pair"].items
    header = ("step", f"{who(first)} deviates", f"{who(second)} deviates")
    both = zip_longest(first["told"].texts, second["told"].texts, fillvalue="")
    lines = tuple((str(number), plain(left), plain(right)) for number, (left, right) in enumerate(both, 1))
    said = f"{PAIR_SAID} The ledgers are equal {one['view'].text}."
    title = f"Two worlds, {variant}: {one['sentence'].text}"
    return Figures(anchor("worlds", f"{variant} {one['dispute'].text}"), title, ("C37",), said, header, lines)


def plain(sentence: str) -> str:
    """A numbered sentence without its number."""
    return sentence.partition(". ")[2]


def game_figures(document: Value, anchor: Anchor) -> list[Figures]:
    """What has to hold so that honesty pays, by claim."""
    document = of_schema(document, GAME_SCHEMA)
    variant = document["variant"].text
    header = ("claim", "said", "no deviation gains if and only if", "for the prices alone")
    lines = []
    for label, part in document["parts"].entries:
        needed = " and ".join(part["weakest"].texts) or "all numbers are at least 0"
        lines.append((label, part["statement"].text, needed, part["prices"].text))
    claims = tuple(dict.fromkeys(label.partition("/")[0] for label, *_ in lines))
    return [Figures(anchor("game", variant), f"When honesty pays: {variant}", claims, GAME_SAID, header, tuple(lines))]
