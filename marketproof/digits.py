"""The main job: scikit-learn's digits, split and replicated among cloud owners that really train, every step a transaction."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ledger_runtime.network import Network
from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset, IntegerArray, load_digits_dataset, split_train_test
from ledger_runtime.offchain.object_store import ObjectStore
from ledger_runtime.offchain.split import split
from ledger_runtime.offchain.training import Recipe
from marketproof.channels import Post
from marketproof.job_checks import Played, judge
from marketproof.job_ledger import LedgerRound, committed_counts, conflict_counts
from marketproof.job_result import DECIMALS, JobFailed, JobResult, RoundReport, split_report
from marketproof.model_owner import USUAL_RECIPE
from marketproof.parties import CloudOwner, DataOwner, ModelOwner
from marketproof.party import Party, Surroundings
from spec.text import Protocol

__all__ = ["Cast", "JobFailed", "JobResult", "play", "prepare", "run_job"]

MOST_BLOCKS = 5_000


@dataclass(frozen=True)
class Cast:
    """Who plays: classes of the parties. cloud_owner: the class of the one at a place; place // replicas is the position of its subset."""

    data_owner: type[DataOwner] = DataOwner
    cloud_owner: Callable[[int], type[CloudOwner]] = lambda place: CloudOwner
    model_owner: type[ModelOwner] = ModelOwner


def run_job(
    protocol: Protocol,
    seed: int = 0,
    progress: Callable[[str], None] = lambda detail: None,
    subsets: int = 8,
    replicas: int = 3,
    rounds: int = 3,
    cast: Cast = Cast(),
    recipe: Recipe = USUAL_RECIPE,
) -> JobResult:
    """Play the job and judge it; the same arguments give the same result.

    seed: of the split, the identifiers, keys, nonces and locations. progress: told what is being done.
    Raises JobFailed naming the check that does not hold, InfeasibleSplit or UndecidedSplit where there is no such split.
    """
    job = prepare(protocol, seed, subsets, replicas, rounds, cast, recipe)
    play(job, progress)
    progress("judging the job")
    checks = judge(job)
    return result(job, seed, checks)


def prepare(
    protocol: Protocol, seed: int, subsets: int, replicas: int, rounds: int, cast: Cast = Cast(), recipe: Recipe = USUAL_RECIPE
) -> Played:
    """The rows split, the parties made and introduced, nothing called yet. Each party gets a generator of its own."""
    of_split, of_store, of_owner, of_model_owner, *of_clouds = np.random.SeedSequence(seed).spawn(4 + subsets * replicas)
    chance = np.random.default_rng(of_split)
    training_rows, test_rows = split_train_test(load_digits_dataset(), chance)
    parts = split(training_rows.labels, subsets, chance)
    surroundings = Surroundings(Network(protocol, seed=seed), Post(), ObjectStore(np.random.default_rng(of_store)))
    cloud_owners = [cast.cloud_owner(place)(surroundings, np.random.default_rng(of_cloud)) for place, of_cloud in enumerate(of_clouds)]
    holders = [[owner.identifier for owner in cloud_owners[first : first + replicas]] for first in range(0, len(cloud_owners), replicas)]
    data_owner = cast.data_owner(
        surroundings, np.random.default_rng(of_owner), sample_of(training_rows), [training_rows.rows(part) for part in parts], holders
    )
    model_owner = cast.model_owner(surroundings, np.random.default_rng(of_model_owner), test_rows, rounds, recipe)
    report = split_report(training_rows, parts, len(test_rows))
    return Played(surroundings.network, surroundings.post, data_owner, cloud_owners, model_owner, report)


def sample_of(rows: Dataset) -> Dataset:
    """The first row of every class: what the data owner shows to everybody (L182)."""
    first: IntegerArray = np.array([np.flatnonzero(rows.labels == label)[0] for label in range(rows.class_count)], dtype=np.int64)
    return rows.rows(first)


def play(job: Played, progress: Callable[[str], None] = lambda detail: None) -> None:
    """Let the parties take turns until nobody has anything left to do.

    What was submitted during a turn of all parties is cut into one block. In all rounds but the last the reports come in one by one, each
    in a block of its own; in the last all are submitted together, and all but one of a block conflict on the couple's rem.
    """
    network, parties = job.network, [job.data_owner, job.model_owner, *job.cloud_owners]
    for party in parties:
        party.start()
    active = True
    while active:
        active = cut(network)
        for party in parties:
            active |= party.take_turn()
            if 1 <= round_of(job) < job.model_owner.rounds:
                active |= cut(network)
        progress(doing(job))
        if len(network.blocks) > MOST_BLOCKS:
            raise JobFailed("job_ends", f"more than {MOST_BLOCKS} blocks, at {doing(job)}")


def cut(network: Network) -> bool:
    """A block of all that waits; whether there was anything."""
    waiting = bool(network.mempool)
    if waiting:
        network.cut()
    return waiting


def round_of(job: Played) -> int:
    """The couple's current round as committed; 0 before the first."""
    row = job.network.row("TC", job.model_owner.couple)
    return 0 if row is None else int(row["round"])


def doing(job: Played) -> str:
    """One line for the progress."""
    row = job.network.row("TC", job.model_owner.couple)
    if row is None or row["round"] == 0:
        return f"distributing the data, {len(job.network.blocks)} blocks"
    return f"round {row['round']} of {job.model_owner.rounds}, {row['rem']} reports remain, {len(job.network.blocks)} blocks"


def result(job: Played, seed: int, checks: dict[str, bool]) -> JobResult:
    """All that is reported of a job whose checks hold."""
    network, store = job.network, job.data_owner.store
    assert job.model_owner.current is not None, "every round is complete"
    members: list[Party] = [job.data_owner, *job.cloud_owners, job.model_owner]
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
        refused=dict(Counter(f"{refusal.transaction}: {refusal.guard}" for member in members for refusal in member.refusals)),
        blocks=len(network.blocks),
        largest_block=max(len(block.transactions) for block in network.blocks),
        letters=dict(Counter(letter.subject for letter in job.post.sent)),
        objects=len(store),
        fetches=len(store.fetches),
        state_digest=network.digest(),
        chain_head=network.ledger.head,
        model_digest=hashlib.sha3_256(training.encode(job.model_owner.current)).hexdigest(),
        checks=checks,
    )


def round_reports(job: Played) -> tuple[RoundReport, ...]:
    """What the chain and the model owner tell of each round, beside training in one place."""
    rounds, subsets = job.rounds, job.subsets
    central = central_accuracies(job, len(rounds))

    def report(found: LedgerRound, place: int) -> RoundReport:
        findings = job.model_owner.findings[place]
        return RoundReport(
            round=found.number,
            subsets=tuple(subsets.index(subset) for subset in found.selected),
            jobs=found.remaining[0],
            hashes_verified=findings.hashes_verified,
            replicas_equal=len(findings.subsets_agreed),
            accuracy=round(findings.accuracy, DECIMALS),
            central_accuracy=central[place],
            together=found.number == job.model_owner.rounds,
            conflicts=found.conflicts,
            blocks=found.last_block - found.first_block + 1,
        )

    return tuple(report(found, place) for place, found in enumerate(rounds))


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
