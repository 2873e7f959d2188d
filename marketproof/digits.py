"""The main job: scikit-learn's digits, split and replicated among cloud owners that really train, every step a transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger_runtime.network import Network, parts_of
from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset, IntegerArray, load_digits_dataset, split_train_test
from ledger_runtime.offchain.object_store import ObjectStore
from ledger_runtime.offchain.split import split
from ledger_runtime.offchain.training import Recipe
from marketproof.arbiters import Arbiters
from marketproof.channels import Post
from marketproof.deviators import DEVIATORS
from marketproof.job_checks import judge
from marketproof.job_ledger import LedgerRound, committed_counts, conflict_counts
from marketproof.job_result import DECIMALS, DeviatorReport, JobFailed, JobResult, RoundReport, split_report
from marketproof.model_owner import USUAL_RECIPE
from marketproof.parties import CloudOwner, DataOwner, ModelOwner
from marketproof.party import Organisation, Party, Surroundings
from marketproof.played import Played
from spec.text import Protocol

__all__ = ["Cast", "JobFailed", "JobResult", "play", "prepare", "run_job"]

MOST_BLOCKS = 5_000
MOST_IDLE_TICKS = 8


@dataclass(frozen=True)
class Cast:
    """Who plays: classes of the parties. cloud_owner: the class of the one at a place; place // replicas is the position of its subset."""

    data_owner: type[DataOwner] = DataOwner
    cloud_owner: Callable[[int], type[CloudOwner]] = lambda place: CloudOwner
    model_owner: type[ModelOwner] = ModelOwner


def usual_cast(protocol: Protocol, replicas: int) -> Cast:
    """All honest; but where the text has commitments before reveals one silent, one copying and one lazy owner, of a subset each."""
    if "CommitTJ" not in protocol.transactions:
        return Cast()
    places = {position * replicas + 1: kind for position, kind in enumerate(DEVIATORS.values())}
    return Cast(cloud_owner=lambda place: places.get(place, CloudOwner))


def run_job(
    protocol: Protocol,
    seed: int = 0,
    progress: Callable[[str], None] = lambda detail: None,
    subsets: int = 8,
    replicas: int = 3,
    rounds: int = 3,
    cast: Cast | None = None,
    recipe: Recipe = USUAL_RECIPE,
    ledger: str = "memory",
) -> JobResult:
    """Play the job and judge it; the same arguments give the same result.

    seed: of the split, the identifiers, keys, nonces and locations. progress: told what is being done. rounds: as many, or more, until an
    epoch is whole, where the text has epochs. cast: by default `usual_cast`. ledger: as `ledger_runtime.network.parts_of`.
    Raises JobFailed naming the check that does not hold, InfeasibleSplit or UndecidedSplit where there is no such split.
    """
    job = prepare(protocol, seed, subsets, replicas, rounds, usual_cast(protocol, replicas) if cast is None else cast, recipe, ledger)
    play(job, progress)
    progress("judging the job")
    checks = judge(job)
    return result(job, seed, checks)


def prepare(
    protocol: Protocol, seed: int, subsets: int, replicas: int, rounds: int, cast: Cast = Cast(), recipe: Recipe = USUAL_RECIPE,
    ledger: str = "memory",
) -> Played:  # fmt: skip
    """The rows split, the parties made and introduced, nothing called yet. Each party gets a generator of its own."""
    of_split, of_store, of_owner, of_model_owner, *others = np.random.SeedSequence(seed).spawn(6 + subsets * replicas)
    *of_clouds, of_organisation, of_arbiters = others
    chance = np.random.default_rng(of_split)
    training_rows, test_rows = split_train_test(load_digits_dataset(), chance)
    parts = split(training_rows.labels, subsets, chance)
    network = Network(protocol, seed=seed, parts=parts_of(ledger, seed))
    surroundings = Surroundings(network, Post(), ObjectStore(np.random.default_rng(of_store)))
    cloud_owners = [cast.cloud_owner(place)(surroundings, np.random.default_rng(of_cloud)) for place, of_cloud in enumerate(of_clouds)]
    holders = [[owner.identifier for owner in cloud_owners[first : first + replicas]] for first in range(0, len(cloud_owners), replicas)]
    data_owner = cast.data_owner(
        surroundings, np.random.default_rng(of_owner), sample_of(training_rows), [training_rows.rows(part) for part in parts], holders
    )
    model_owner = cast.model_owner(surroundings, np.random.default_rng(of_model_owner), test_rows, rounds, recipe)
    organisation = Organisation(surroundings, np.random.default_rng(of_organisation))
    arbiters = Arbiters(surroundings, np.random.default_rng(of_arbiters))
    report = split_report(training_rows, parts, len(test_rows))
    return Played(surroundings, data_owner, cloud_owners, model_owner, organisation, arbiters, report)


def sample_of(rows: Dataset) -> Dataset:
    """The first row of every class: what the data owner shows to everybody (L182)."""
    first: IntegerArray = np.array([np.flatnonzero(rows.labels == label)[0] for label in range(rows.class_count)], dtype=np.int64)
    return rows.rows(first)


def play(job: Played, progress: Callable[[str], None] = lambda detail: None) -> None:
    """Let the parties take turns until nobody has anything left to do.

    What was submitted during a turn of all parties is cut into one block. Where the couple counts its reports (rem), they come in one by
    one in all rounds but the last, each in a block of its own; in the last all are submitted together, and all but one of a block conflict.
    Where the text has a clock, organisations move it on when nobody has anything left to do in time.
    """
    parties: list[Party] = [job.data_owner, job.model_owner, *job.cloud_owners, job.arbiters]
    for party in parties:
        party.start()
    idle = 0
    while idle <= MOST_IDLE_TICKS:
        active = turn_of_all(job, parties)
        progress(doing(job))
        idle = 0 if active else idle + 1
        if not active and (is_over(job) or not job.organisation.take_turn()):
            break
        if len(job.network.blocks) > MOST_BLOCKS:
            raise JobFailed("job_ends", f"more than {MOST_BLOCKS} blocks, at {doing(job)}")


def turn_of_all(job: Played, parties: Sequence[Party]) -> bool:
    """One turn of every party; whether anything happened."""
    counted = counts_reports(job)
    active = job.surroundings.cut() and bool(job.network.blocks[-1].transactions)
    if active and all(endorsed.transaction in job.organisation.moves for endorsed in job.network.blocks[-1].transactions):
        active = False  # a clock that moved on is nobody's doing
    for party in parties:
        active |= party.take_turn()
        if counted and 1 <= round_of(job) < job.model_owner.rounds:
            active |= job.surroundings.cut()
    return active


def counts_reports(job: Played) -> bool:
    return "rem" in job.network.protocol.schema.tables["TC"].cells


def is_over(job: Played) -> bool:
    """Whether the couple has ended."""
    couple, owner = job.model_owner.couple, job.model_owner
    return bool(owner.asset("TC", couple).get("status") == "COMPLETED" or owner.asset("Progress", couple).get("ended"))


def round_of(job: Played) -> int:
    """The couple's current round as committed; 0 before the first."""
    row = job.network.row("TC", job.model_owner.couple)
    return 0 if row is None else int(row["round"])


def doing(job: Played) -> str:
    """One line for the progress."""
    row = job.network.row("TC", job.model_owner.couple)
    if row is None or row["round"] == 0:
        return f"distributing the data, {len(job.network.blocks)} blocks"
    remaining = f"{row['rem']} reports remain, " if "rem" in row else ""
    return f"round {row['round']} of {job.model_owner.planned}, {remaining}{len(job.network.blocks)} blocks"


def result(job: Played, seed: int, checks: dict[str, bool]) -> JobResult:
    """All that is reported of a job whose checks hold."""
    network, store = job.network, job.data_owner.store
    assert job.model_owner.current is not None, "every round is complete"
    return JobResult(
        variant=network.protocol.name,
        seed=seed,
        subsets=len(job.data_owner.parts),
        replicas=len(job.data_owner.parts[0].holders),
        cloud_owners=len(job.cloud_owners),
        epochs_per_round=job.model_owner.recipe.epochs,
        split=job.split,
        rounds=round_reports(job),
        transactions=committed_counts(network),
        conflicts=conflict_counts(network),
        refused=dict(Counter(f"{refusal.transaction}: {refusal.guard}" for member in job.members for refusal in member.refusals)),
        blocks=len(network.blocks),
        largest_block=max(len(block.transactions) for block in network.blocks),
        letters=dict(Counter(letter.subject for letter in job.post.sent)),
        objects=len(store),
        fetches=len(store.fetches),
        state_digest=network.digest(),
        chain_head=network.ledger.head,
        model_digest=hashlib.sha3_256(training.encode(job.model_owner.current)).hexdigest(),
        checks=checks,
        deviators=deviator_reports(job) if job.has_table("Round") else None,
        clock=(network.row("Clock") or {"now": 0})["now"] if job.has_table("Clock") else None,
    )


def round_reports(job: Played) -> tuple[RoundReport, ...]:
    """What the chain and the model owner tell of each round, beside training in one place."""
    rounds, subsets = job.rounds, job.subsets
    central = central_accuracies(job, len(rounds))
    findings = {finding.round: finding for finding in job.model_owner.findings}

    def report(found: LedgerRound, place: int) -> RoundReport:
        # A round in which nothing was revealed leaves the model, and its accuracy, as they were.
        finding = findings.get(found.number)
        accuracy = next((f.accuracy for f in reversed(job.model_owner.findings) if f.round <= found.number), 0.0)
        return RoundReport(
            round=found.number,
            subsets=tuple(subsets.index(subset) for subset in found.selected),
            jobs=found.remaining[0] if found.remaining else len(found.slots),
            hashes_verified=finding.hashes_verified if finding else 0,
            replicas_equal=len(finding.subsets_agreed) if finding else 0,
            accuracy=round(accuracy, DECIMALS),
            central_accuracy=central[place],
            together=counts_reports(job) and found.number == job.model_owner.rounds,
            conflicts=found.conflicts,
            blocks=found.last_block - found.first_block + 1,
            **of_row(job, found),
        )

    return tuple(report(found, place) for place, found in enumerate(rounds))


def of_row(job: Played, found: LedgerRound) -> dict[str, Any]:
    """What is told of a round that is a row of its own."""
    if not found.row:
        return {}
    judged = Counter(outcome(job, found, instance) for instance in found.slots)
    told: dict[str, Any] = {name: found.row[name] for name in ("epoch", "batch")}
    return {**told, "opened": found.opened, "closed": found.closed, "results": len(found.results), "verdicts": dict(sorted(judged.items()))}


def outcome(job: Played, found: LedgerRound, instance: str) -> str:
    """What became of a job: the verdict, or, where the text has none, how it compares with the result."""
    verdict = job.data_owner.asset("Verdict", job.model_owner.couple, found.number, instance)
    if verdict:
        return str(verdict["outcome"])
    revealed = job.data_owner.asset("TJ", job.model_owner.couple, instance, found.number).get("weights")
    return "SILENT" if revealed is None else "ACCEPTED" if revealed == found.results.get(found.slots[instance]) else "DIFFERS"


def deviator_reports(job: Played) -> tuple[DeviatorReport, ...]:
    """What each deviating cloud owner tried, and what it came to."""

    def report(deviation: str, owner: CloudOwner) -> DeviatorReport:
        instance, couple = job.instance_of(owner), job.model_owner.couple
        subset = owner.asset("CI", instance)["dss"]
        rounds = [found for found in job.rounds if instance in found.slots]
        averaged = {f.round: f.averaged.get(subset) for f in job.model_owner.findings}
        honest = {found.number: models.get(subset) for found, (models, _) in zip(job.rounds, job.recomputed, strict=True)}
        strange = tuple(found.number for found in rounds if averaged.get(found.number) not in (None, honest[found.number]))
        counted = {"CommitTJ": [found.commitments for found in rounds], "UpdateTJ": [found.reports for found in rounds]}
        paid = [owner.asset("Verdict", couple, found.number, instance).get("paid", 0) for found in rounds]
        return DeviatorReport(
            deviation=deviation,
            subset=job.subsets.index(subset),
            rounds={found.number: outcome(job, found, instance) for found in rounds},
            committed={step: sum(jobs[instance] for jobs in found) for step, found in counted.items()},
            refused=dict(Counter(f"{refusal.transaction}: {refusal.guard}" for refusal in owner.refusals)),
            averaged=strange,
            paid=sum(paid) if job.has_table("Verdict") else None,
            bond_left=owner.asset("CI", instance).get("bond"),
        )

    return tuple(report(deviation, owner) for deviation, owner in job.deviators.items())


def central_accuracies(job: Played, rounds: int) -> list[float]:
    """Accuracy on the held-out rows after each round of training on all rows in one place (`training.central`, round by round)."""
    rows, test = everything(job.data_owner), job.model_owner.test_rows
    model, found = training.initial_model(rows.features.shape[1], rows.class_count), []
    for _ in range(rounds):
        model = training.train(model, rows, job.model_owner.recipe)
        found.append(round(training.accuracy(model, test.features, test.labels), DECIMALS))
    return found


def everything(data_owner: DataOwner) -> Dataset:
    """All training rows; their order does not matter to the trainer."""
    parts: Sequence[Dataset] = [part.rows for part in data_owner.parts]
    return Dataset(np.concatenate([rows.features for rows in parts]), np.concatenate([rows.labels for rows in parts]), parts[0].class_count)
