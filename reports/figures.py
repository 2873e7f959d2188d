"""The training job's figures as the evidence has them (`job.json`)."""

from __future__ import annotations

from dataclasses import dataclass

from reports.shapes import Value


@dataclass(frozen=True)
class Round:
    """One round; both accuracies on the held-out rows, 0 to 1."""

    number: int
    subsets: tuple[int, ...]
    accuracy: float
    central_accuracy: float
    jobs: int
    hashes_verified: int
    replicas_equal: int
    blocks: int
    conflicts: int


@dataclass(frozen=True)
class Job:
    """The job, or at which check it failed. facts: names and values for a reader; checks: by name, whether they hold."""

    failed: str
    found: str
    rounds: tuple[Round, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    checks: tuple[tuple[str, bool], ...] = ()


def job_of(value: Value) -> Job:
    """The figures, their shapes checked."""
    if value.has("failed"):
        return Job(value["failed"].text, value["found"].text)
    rounds = tuple(round_of(item) for item in value["rounds"].items)
    return Job("", "", rounds, tuple(facts_of(value)), tuple((name, held.truth) for name, held in value["checks"].entries))


def round_of(value: Value) -> Round:
    counts = {name: value[name].whole for name in ("jobs", "hashes_verified", "replicas_equal", "blocks", "conflicts")}
    subsets = tuple(item.whole for item in value["subsets"].items)
    return Round(value["round"].whole, subsets, value["accuracy"].share, value["central_accuracy"].share, **counts)


def facts_of(value: Value) -> list[tuple[str, str]]:
    """What a reader needs beside the rounds."""
    split = value["split"]
    committed = {name: count.whole for name, count in value["transactions"].entries}
    again = sum(count.whole for _, count in value["conflicts"].entries)
    readings = [
        f"{name.replace('_', ' ')}: {one['feasible'].text}, {'holds' if one['holds'].truth else 'does not hold'}"
        for name, one in split["readings"].entries
    ]
    return [
        ("variant", value["variant"].text),
        ("seed", str(value["seed"].whole)),
        ("training rows", f"{split['training_rows'].whole}, and {split['held_out_rows'].whole} held out"),
        ("subsets", f"{value['subsets'].whole}, each held in {value['replicas'].whole} replicas"),
        ("cloud owners", str(value["cloud_owners"].whole)),
        ("epochs per round", str(value["epochs_per_round"].whole)),
        ("no majority of a class, by reading", "; ".join(readings)),
        ("largest share of a class in one subset", f"{split['largest_share_of_a_class'].share:.3f}"),
        ("largest share of a subset in one class", f"{split['largest_share_in_a_subset'].share:.3f}"),
        ("transactions committed", f"{sum(committed.values())} of {len(committed)} types, in {value['blocks'].whole} blocks"),
        ("ordered, found invalid and sent again", str(again)),
        ("state digest", value["state_digest"].text),
        ("head of the chain", value["chain_head"].text),
        ("digest of the last model", value["model_digest"].text),
    ]
