"""How many transactions a model takes, counted in the specification: each once, or a whole life of m subsets, n replicas and R rounds."""

from __future__ import annotations

from collections import Counter
from functools import cache

from model.enumeration import Rows, Steps
from model.market import first_useful_step
from model.scope import Scope
from spec.compiled import Compiled
from spec.variants import variant

FIRST, LATE, END, ROUND = ("Collect",), ("Fund", "Tick"), "CompleteTC", "UpdateMod"
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
    compiled = Compiled(variant("paper").load())
    protocol, scope = compiled.protocol, Scope(subsets, replicas)
    names = [name for name in protocol.transactions if name not in (*FIRST, *LATE, END)]
    order = {name: protocol.transactions[name] for name in (*FIRST, *names, *LATE) if name in protocol.transactions}
    steps = Steps(compiled, scope.universe(protocol, spares=False), frozenset(), order)
    rows: Rows = dict(scope.facts())
    taken: Counter[str] = Counter()
    while taken[ROUND] < rounds:
        found = first_useful_step(steps, rows)
        if found is None:
            raise ValueError(f"honest parties are stuck in round {taken[ROUND] + 1} at {scope}")
        (name, _), changed = found
        taken[name] += protocol.transactions[name].on_ledger
        rows.update(changed)
    return taken
