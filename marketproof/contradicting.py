"""Sentences of the paper that exclude each other: proved, and up to which error in each figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from model.arithmetic import decide
from properties.performance_statements import CONTRADICTIONS, THOUSAND, Contradiction


@dataclass(frozen=True)
class Excluded:
    """tolerance: the largest, in thousandths, at which it is still proved; numbers: with one thousandth more, how all could be true."""

    name: str
    claims: tuple[str, ...]
    said: str
    assumptions: tuple[str, ...]
    verdict: str
    tolerance: int | None
    numbers: dict[str, float]
    smtlib: str

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "smtlib"}


def excluded(one: Contradiction, seed: int = 0) -> Excluded:
    """Halving of the tolerance; what Z3 cannot decide counts as not proved."""
    first = decide(one.statement(0), seed, one.name)
    if first.verdict != "proved":
        return Excluded(one.name, one.claims, one.said, one.assumptions, first.verdict, None, {}, first.smtlib)
    proved, failed, text, numbers = 0, THOUSAND, first.smtlib, dict[str, Any]()
    while failed - proved > 1:
        middle = (proved + failed) // 2
        found = decide(one.statement(middle), seed, f"{one.name}, each figure off by up to {middle / 10:g} %")
        if found.verdict == "proved":
            proved, text = middle, found.smtlib
        else:
            failed, numbers = middle, found.numbers
    return Excluded(
        one.name, one.claims, one.said, one.assumptions, "proved", proved, {name: float(each) for name, each in numbers.items()}, text
    )


def all_excluded(seed: int = 0) -> list[Excluded]:
    return [excluded(one, seed) for one in CONTRADICTIONS]
