"""What anybody can read off the committed chain about the rounds of a couple, and how often each transaction occurred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger_runtime.blocks import Code, Endorsed
from ledger_runtime.network import Network


@dataclass
class LedgerRound:
    """One round as the chain shows it.

    selected: Curdssidlist. remaining: rem after StartRound and after each report. reports: valid UpdateTJ by instance.
    completions: committed events RoundComplete. conflicts: invalid UpdateTJ. first_block, last_block: of StartRound and the last report.
    """

    number: int
    selected: tuple[str, ...]
    first_block: int
    last_block: int
    remaining: list[int] = field(default_factory=list)
    reports: Counter[str] = field(default_factory=Counter)
    completions: int = 0
    conflicts: int = 0


def ordered(network: Network) -> Iterator[tuple[int, Endorsed, Code]]:
    """Every ordered transaction with its block's number and its code, in the order of the chain."""
    for block in network.blocks:
        for endorsed, code in zip(block.transactions, block.codes, strict=True):
            yield block.number, endorsed, code


def committed_counts(network: Network) -> dict[str, int]:
    """Valid transactions by type, in the order of their first occurrence."""
    return dict(Counter(endorsed.transaction for _, endorsed, code in ordered(network) if code == Code.VALID))


def conflict_counts(network: Network) -> dict[str, int]:
    """Invalid transactions by type and code."""
    return dict(Counter(f"{endorsed.transaction}: {code.value}" for _, endorsed, code in ordered(network) if code != Code.VALID))


def rounds_of(network: Network, couple: str) -> list[LedgerRound]:
    """The rounds of a couple, told from blocks, histories and events."""
    states = {change.transaction_id: cells for change, cells in network.history("TC", couple)}
    rounds: list[LedgerRound] = []
    for block, endorsed, code in ordered(network):
        if endorsed.arguments.get("couple") != couple:
            continue
        state = states.get(endorsed.transaction_id, {})
        if endorsed.transaction == "StartRound" and code == Code.VALID:
            selected = _selected(network, couple, state["curdssidlist_length"], block)
            rounds.append(LedgerRound(state["round"], selected, block, block, [state["rem"]]))
        elif endorsed.transaction == "UpdateTJ" and rounds:
            _count_report(rounds[-1], block, endorsed, code, state)
    return rounds


def _selected(network: Network, couple: str, length: int, block: int) -> tuple[str, ...]:
    """Curdssidlist as it stood after a block: the latest write of each position up to there."""
    histories = (network.history("TC.curdssidlist", couple, position) for position in range(length))
    return tuple([cells["item"] for change, cells in history if change.block <= block][-1] for history in histories)


def _count_report(current: LedgerRound, block: int, endorsed: Endorsed, code: Code, state: dict[str, Any]) -> None:
    if code != Code.VALID:
        current.conflicts += 1
        return
    current.last_block = block
    current.remaining.append(state["rem"])
    current.reports[endorsed.arguments["instance"]] += 1
    current.completions += endorsed.event is not None and endorsed.event[0] == "RoundComplete"
