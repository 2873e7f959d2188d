"""The least coalitions that break each claim, and what was found of every smaller one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adversaries.coalitions import COALITIONS, Coalition
from properties.verdicts import Row


def within(one: Coalition, other: Coalition) -> bool:
    """Whether whatever one coalition can do another can, too: no more members of any role, and no other power."""
    fewer = all(number <= other.deviating.get(role, 0) for role, number in one.deviating.items())
    return fewer and set(one.powers) <= set(other.powers)


def below(name: str, others: Iterable[str]) -> list[str]:
    return [other for other in others if other != name and within(COALITIONS[other], COALITIONS[name])]


def least_coalitions(rows: list[tuple[str, Row]]) -> dict[str, Any]:
    """By label, for each claim that was decided against coalitions: those that break it and hold no other that does."""
    by: dict[str, dict[str, Row]] = {}
    for label, row in rows:
        if row.coalition in COALITIONS:
            by.setdefault(label, {})[row.coalition] = row
    return {label: least_of(mine) for label, mine in by.items()}


def least_of(mine: dict[str, Row]) -> dict[str, Any]:
    broken = [name for name, row in mine.items() if row.verdict == "refuted"]
    least = [name for name in broken if not set(below(name, broken))]
    found = [
        {"coalition": name, "members": sum(COALITIONS[name].deviating.values()), "depth": mine[name].depth,
         "smaller": {other: mine[other].verdict for other in below(name, mine)}}
        for name in least
    ]  # fmt: skip
    return {"least": found, "verdicts": {name: row.verdict for name, row in mine.items()}}


__all__ = ["least_coalitions"]
