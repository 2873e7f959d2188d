"""The training job as text: the split, accuracy by round beside central training, deviating owners, and what the ledger counted."""

from __future__ import annotations

from typing import Any

from reports.terminal import table, wrapped

HEADER = ["round", "subsets", "accuracy", "central", "hashes verified", "replicas equal", "blocks"]


def job_text(job: dict[str, Any]) -> str:
    """`job.json` for a reader; a job that failed says at which check."""
    if "failed" in job:
        return wrapped(f"training job FAILED at the check {job['failed']}: {job['found']}")
    split = job["split"]
    readings = "; ".join(
        f"{name.replace('_', ' ')}: {one['feasible']}, {'holds' if one['holds'] else 'does not hold'}"
        for name, one in split["readings"].items()
    )
    variant = f", variant {job['variant']}" if "variant" in job else ""
    head = (
        f"training job on digits{variant}, seed {job['seed']}: {split['training_rows']} rows in {job['subsets']} skewed subsets "
        f"x {job['replicas']} replicas, "
        f"{job['cloud_owners']} COs, {split['held_out_rows']} rows held out; "
        f"every subset lacks a class, and none has a majority of a class ({readings})"
    )
    # Either a couple counts its reports, which conflict, or each round is a row that says how it ended.
    of_rows = any("closed" in one for one in job["rounds"])
    header = [*HEADER, *(["commits until", "closed by"] if of_rows else ["conflicts"])]
    committed = sum(job["transactions"].values())
    tail = (
        f"{committed} transactions of {len(job['transactions'])} types committed in {job['blocks']} blocks, "
        f"{sum(job['conflicts'].values())} sent again after a conflict; "
        f"{sum(job['checks'].values())} of {len(job['checks'])} checks hold; state {job['state_digest'][:16]}…"
    )
    told = [deviator_text(one) for one in job.get("deviators", [])]
    return "\n".join([wrapped(head), table(header, [round_line(one) for one in job["rounds"]]), *map(wrapped, told), wrapped(tail)])


def round_line(one: dict[str, Any]) -> list[str]:
    counted = [f"{one['hashes_verified']}/{one['jobs']}", f"{one['replicas_equal']}/{len(one['subsets'])}"]
    accuracy = [f"{one['accuracy']:.3f}", f"{one['central_accuracy']:.3f}"]
    ended = [one["opened"], one["closed"]] if "closed" in one else [str(one["conflicts"])]
    return [str(one["round"]), ",".join(map(str, one["subsets"])), *accuracy, *counted, str(one["blocks"]), *ended]


def deviator_text(one: dict[str, Any]) -> str:
    """One line for a cloud owner that deviates."""
    rounds = ", ".join(f"{outcome.lower()} in round {number}" for number, outcome in one["rounds"].items()) or "in no round"
    refused = ", ".join(f"{attempt} x{times}" for attempt, times in one["refused"].items())
    money = f"; paid {one['paid']}, {one['bond_left']} of its bond left" if "paid" in one and "bond_left" in one else ""
    averaged = "its weights were averaged" if one["averaged"] else "never averaged"
    return f"{one['deviation']} CO of subset {one['subset']}: {rounds}; {averaged}{money}" + (f"; refused: {refused}" if refused else "")
