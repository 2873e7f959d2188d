"""The training job as text: the split, accuracy by round beside central training, and what the ledger counted."""

from __future__ import annotations

from typing import Any

from reports.terminal import table, wrapped


def job_text(job: dict[str, Any]) -> str:
    """`job.json` for a reader; a job that failed says at which check."""
    if "failed" in job:
        return wrapped(f"training job FAILED at the check {job['failed']}: {job['found']}")
    split = job["split"]
    readings = "; ".join(
        f"{name.replace('_', ' ')}: {one['feasible']}, {'holds' if one['holds'] else 'does not hold'}"
        for name, one in split["readings"].items()
    )
    head = (
        f"training job on digits, seed {job['seed']}: {split['training_rows']} rows in {job['subsets']} skewed subsets "
        f"x {job['replicas']} replicas, "
        f"{job['cloud_owners']} COs, {split['held_out_rows']} rows held out; "
        f"every subset lacks a class, and none has a majority of a class ({readings})"
    )
    lines = [round_line(one) for one in job["rounds"]]
    header = ["round", "subsets", "accuracy", "central", "hashes verified", "replicas equal", "blocks", "conflicts"]
    committed = sum(job["transactions"].values())
    tail = (
        f"{committed} transactions of {len(job['transactions'])} types committed in {job['blocks']} blocks, "
        f"{sum(job['conflicts'].values())} sent again after a conflict; "
        f"{sum(job['checks'].values())} of {len(job['checks'])} checks hold; state {job['state_digest'][:16]}…"
    )
    return "\n".join([wrapped(head), table(header, lines), wrapped(tail)])


def round_line(one: dict[str, Any]) -> list[str]:
    counted = [f"{one['hashes_verified']}/{one['jobs']}", f"{one['replicas_equal']}/{len(one['subsets'])}"]
    accuracy = [f"{one['accuracy']:.3f}", f"{one['central_accuracy']:.3f}"]
    return [str(one["round"]), ",".join(map(str, one["subsets"])), *accuracy, *counted, str(one["blocks"]), str(one["conflicts"])]
