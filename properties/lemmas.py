"""Lemmas by hand: what every reachable state has, so that claims can be proved step by step.

Each is proved with the claims, from all of them together (simultaneous induction); none is taken on trust.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lemma:
    """A condition of every reachable state, with the sentence that says it."""

    name: str
    statement: str
    build: Callable[[], Any]
    uses: tuple[str, ...]
    follows: bool = False
    knowing: bool = False


LEMMAS: dict[str, Lemma] = {}


def used_at(uses: tuple[str, ...], step: str) -> tuple[str, ...]:
    """The names of the lemmas that are assumed before a step."""
    return tuple(name for name, _, where in (use.partition("@") for use in uses) if where in ("", step))


def lemma(*uses: str, follows: bool = False, knowing: bool = False) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Name a lemma by its function; `uses` are the others that are assumed before a step (`lemma@Step`: only before that one).

    One that `follows` is no induction of its own: it holds in every state in which the others do, which stand before it, so that
    nothing follows from itself.  One that is `knowing` rests on what deviating members can know.
    """
    unknown = [use for use in uses if follows and use not in LEMMAS]
    if unknown:
        raise ValueError(f"a lemma that follows rests on lemmas before it, not on {', '.join(unknown)}")

    def named(function: Callable[[], Any]) -> Callable[[], Any]:
        name = function.__name__
        LEMMAS[name] = Lemma(name, " ".join((function.__doc__ or "").split()), function, uses, follows, knowing)
        return function

    return named
