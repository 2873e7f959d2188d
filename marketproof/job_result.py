"""What the main job found: plain numbers and texts, the same for the same seed, and no times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ledger_runtime.offchain.dataset import Dataset, IntegerArray
from ledger_runtime.offchain.findings import Reading, check_split
from ledger_runtime.offchain.split import feasible

DECIMALS = 4


class JobFailed(Exception):
    """A job that ended otherwise than it should: the name of the first check that does not hold, and what was found instead."""

    def __init__(self, check: str, found: str) -> None:
        super().__init__(f"{check}: {found}")
        self.check, self.found = check, found


@dataclass(frozen=True)
class ReadingReport:
    """One reading of condition 2. statement: the reading in words. feasible, reason: for these class sizes, before splitting.

    smallest_subsets: the fewest subsets that would do (None: unknown). holds: whether the actual split meets it, with condition 1.
    """

    statement: str
    feasible: str
    reason: str
    smallest_subsets: int | None
    holds: bool


@dataclass(frozen=True)
class SplitReport:
    """The split of the training rows. class_sizes: rows of each class. class_counts: the same for each subset.

    largest_share_of_a_class: greatest part of one class that one subset holds; largest_share_in_a_subset: greatest part of one subset that
    is one class; both 0 to 1. readings: by name of the reading of condition 2.
    """

    training_rows: int
    held_out_rows: int
    class_sizes: tuple[int, ...]
    class_counts: tuple[tuple[int, ...], ...]
    rows_of_subsets: tuple[int, ...]
    largest_share_of_a_class: float
    largest_share_in_a_subset: float
    violations: tuple[str, ...]
    readings: dict[str, ReadingReport]


@dataclass(frozen=True)
class RoundReport:
    """One round. subsets: positions in Dssidlist of those in Curdssidlist. jobs: instances selected, which is rem at the start.

    hashes_verified: of jobs, downloads that have the reported hash. replicas_equal: of the subsets, those whose replicas are equal.
    accuracy: of the aggregate; central_accuracy: of training in one place with as many epochs; both on the held-out rows, 0 to 1.
    together: whether the reports were submitted into one block at a time. conflicts: reports that were ordered and found invalid.
    blocks: from StartRound to the round's last report, or to its closing.
    Where rounds are rows of their own: the epoch and the batch that was drawn; why commitments ended and why the round did (all committed,
    quorum, deadline); how many subsets have a result; how many jobs were judged how.
    """

    round: int
    subsets: tuple[int, ...]
    jobs: int
    hashes_verified: int
    replicas_equal: int
    accuracy: float
    central_accuracy: float
    together: bool
    conflicts: int
    blocks: int
    epoch: int | None = None
    batch: int | None = None
    opened: str | None = None
    closed: str | None = None
    results: int | None = None
    verdicts: dict[str, int] | None = None


@dataclass(frozen=True)
class DeviatorReport:
    """One cloud owner that deviates. subset: its position in Dssidlist. rounds: those in which it has a slot, with what became of its job.

    committed: its commitments and reveals that stand on the ledger; refused: its attempts by transaction and guard. averaged: rounds in
    which other weights of its subset went into the aggregate than honest training gives. paid: for all jobs; bond_left: of its bond.
    """

    deviation: str
    subset: int
    rounds: dict[int, str]
    committed: dict[str, int]
    refused: dict[str, int]
    averaged: tuple[int, ...]
    paid: int | None = None
    bond_left: int | None = None


@dataclass(frozen=True)
class JobResult:
    """What the job found.

    transactions: committed ones by type. conflicts: ordered but invalid ones, by type and code. refused: by type and guard.
    largest_block: transactions in the fullest block. letters: sent off chain, by subject. objects, fetches: in the object store.
    state_digest: of the committed keys and values. chain_head: commit hash of the last block. model_digest: SHA3-256 of the last aggregate.
    checks: by name, all true (a job with a false one raises JobFailed). deviators, clock: where the text withstands deviators and has one.
    """

    variant: str
    seed: int
    subsets: int
    replicas: int
    cloud_owners: int
    epochs_per_round: int
    split: SplitReport
    rounds: tuple[RoundReport, ...]
    transactions: dict[str, int]
    conflicts: dict[str, int]
    refused: dict[str, int]
    blocks: int
    largest_block: int
    letters: dict[str, int]
    objects: int
    fetches: int
    state_digest: str
    chain_head: str
    model_digest: str
    checks: dict[str, bool]
    deviators: tuple[DeviatorReport, ...] | None = None
    clock: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data with the fields' names as keys, as JSON has it."""
        plain: dict[str, Any] = json.loads(json.dumps(without_none(asdict(self))))
        return plain


def without_none(value: Any) -> Any:
    """Plain data without what a variant has no word for."""
    if isinstance(value, dict):
        return {name: without_none(inner) for name, inner in value.items() if inner is not None or name == "smallest_subsets"}
    return [without_none(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def split_report(training_rows: Dataset, parts: Sequence[IntegerArray], held_out_rows: int) -> SplitReport:
    """Feasibility in every reading, and what an examination of the actual parts finds."""
    found = check_split(training_rows.labels, parts)
    readings = {}
    for reading in Reading:
        known = feasible(training_rows.class_sizes, len(parts), reading)
        readings[reading.name.lower()] = ReadingReport(
            reading.value, known.status.value, known.reason, known.smallest_subsets, found.holds(reading)
        )
    counts = tuple(tuple(np.bincount(training_rows.labels[part], minlength=training_rows.class_count).tolist()) for part in parts)
    return SplitReport(
        training_rows=len(training_rows), held_out_rows=held_out_rows, class_sizes=training_rows.class_sizes, class_counts=counts,
        rows_of_subsets=tuple(len(part) for part in parts), largest_share_of_a_class=round(float(found.largest_share_of_a_class), DECIMALS),
        largest_share_in_a_subset=round(float(found.largest_share_in_a_subset), DECIMALS), violations=found.violations, readings=readings,
    )  # fmt: skip
