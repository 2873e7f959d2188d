"""How many transactions a model takes, counted in the specification: each once, or a whole life of m subsets, n replicas and R rounds."""

from __future__ import annotations

from collections import Counter
from functools import cache

from marketproof.workload import Workload
from model.scope import Scope
from spec.variants import variant

ROUND = "UpdateMod"
PERIOD = 2
"""Rounds after which the paper's selection by turns begins anew."""


@cache
def transactions_of_a_life(name: str = "paper") -> int:
    """Each of a text's transactions once: the paper's fifteen."""
    return sum(step.on_ledger for step in variant(name).load().transactions.values())


def whole_life(subsets: int, replicas: int, rounds: int) -> int:
    """Transactions on the ledger of one model: honest parties from nothing through so many rounds, and the couple's end.

    Played up to three rounds; further ones repeat the last two, which is how the selection goes by turns.
    """
    played = min(rounds, 1 + PERIOD)
    more, left = divmod(rounds - played, PERIOD)
    ends = [sum(counted(subsets, replicas, number).values()) for number in range(1, played + 1)]
    whole = ends[-1] + more * (ends[-1] - ends[0] if played > PERIOD else 0)
    return whole + (ends[1] - ends[0] if left else 0) + 1


@cache
def counted(subsets: int, replicas: int, rounds: int) -> Counter[str]:
    """How often honest parties call each transaction until so many rounds are closed. Raises ValueError when they cannot."""
    calls = Workload("paper", Scope(subsets, replicas), rounds=rounds).calls
    taken = Counter(name for name, _ in calls)
    if taken[ROUND] < rounds:
        raise ValueError(f"honest parties are stuck in round {taken[ROUND] + 1} at {subsets}x{replicas}")
    return taken
