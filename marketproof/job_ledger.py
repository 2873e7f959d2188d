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

    selected: subsets that train: Curdssidlist, or those with a slot. remaining: rem after StartRound and after each report, where the text
    counts them. commitments, reports: valid CommitTJ and UpdateTJ by instance. completions: committed events that end the round.
    conflicts: invalid UpdateTJ. first_block, last_block: of StartRound and of the last report, or of CloseRound.
    opened, closed: why commitments ended and why the round did; results: by subset, the digest that a quorum revealed; decided: the same,
    or what arbiters computed where somebody disputed it.
    """

    number: int
    selected: tuple[str, ...]
    first_block: int
    last_block: int
    remaining: list[int] = field(default_factory=list)
    commitments: Counter[str] = field(default_factory=Counter)
    reports: Counter[str] = field(default_factory=Counter)
    completions: int = 0
    conflicts: int = 0
    row: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    opened: str = ""
    closed: str = ""


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
            rounds.append(_started(network, couple, state, block))
        elif endorsed.transaction == "UpdateTJ" and rounds:
            _count_report(rounds[endorsed.arguments.get("round", len(rounds)) - 1], block, endorsed, code, state)
        elif code == Code.VALID and rounds:
            _move_on(network, couple, rounds[-1], block, endorsed)
    return rounds


def _started(network: Network, couple: str, state: dict[str, Any], block: int) -> LedgerRound:
    number = state["round"]
    if "rem" in state:
        return LedgerRound(number, _selected(network, couple, state["curdssidlist_length"], block), block, block, [state["rem"]])
    keys = [key for table, key in network.rows() if table == "Slot" and key[:2] == (couple, number)]
    slots = {key[2]: (network.row("Slot", *key) or {})["subset"] for key in keys}
    found = {subset: network.row("Result", couple, number, subset) or {} for subset in slots.values()}
    results = {subset: cells["weights"] for subset, cells in found.items() if cells.get("weights")}
    decided = {**results, **{subset: cells["final"] for subset, cells in found.items() if cells.get("arbitrated")}}
    dataset = (network.row("TC", couple) or {})["ds"]
    selected = tuple(subset for subset in entries(network, "DS", "dssidlist", dataset) if subset in slots.values())
    row = network.row("Round", couple, number) or {}
    return LedgerRound(number, selected, block, block, row=row, slots=slots, results=results, decided=decided)


def entries(network: Network, table: str, name: str, *key: Any) -> list[Any]:
    """A list of a committed row, in its order."""
    length = (network.row(table, *key) or {}).get(f"{name}_length", 0)
    return [(network.row(f"{table}.{name}", *key, position) or {})["item"] for position in range(length)]


def _selected(network: Network, couple: str, length: int, block: int) -> tuple[str, ...]:
    """Curdssidlist as it stood after a block: the latest write of each position up to there."""
    histories = (network.history("TC.curdssidlist", couple, position) for position in range(length))
    return tuple([cells["item"] for change, cells in history if change.block <= block][-1] for history in histories)


def _count_report(current: LedgerRound, block: int, endorsed: Endorsed, code: Code, state: dict[str, Any]) -> None:
    if code != Code.VALID:
        current.conflicts += 1
        return
    current.last_block = max(current.last_block, block)
    current.reports[endorsed.arguments["instance"]] += 1
    if "rem" in state:
        current.remaining.append(state["rem"])
        current.completions += endorsed.event is not None and endorsed.event[0] == "RoundComplete"


def _move_on(network: Network, couple: str, current: LedgerRound, block: int, endorsed: Endorsed) -> None:
    """A commitment, or one of the two transactions that end a phase."""
    if endorsed.transaction == "CommitTJ":
        current.commitments[endorsed.arguments["instance"]] += 1
    elif endorsed.transaction == "OpenReveal":
        current.opened = "all committed" if current.commitments.keys() >= current.slots.keys() else "deadline"
    elif endorsed.transaction == "CloseRound":
        current.last_block = max(current.last_block, block)
        current.completions += 1
        known = [_had_result(network, couple, current.number, subset, block) for subset in current.selected]
        current.closed = "quorum" if all(known) else "deadline"


def _had_result(network: Network, couple: str, number: int, subset: str, block: int) -> bool:
    """Whether a subset had a result when a block was committed."""
    changes = network.history("Result", couple, number, subset)
    return any(change.block <= block and cells["weights"] for change, cells in changes)
