"""Parties that deviate: each is noticed by whom the paper says, and the job ends by the name of the check that does not hold."""

from __future__ import annotations

import pytest

from ledger_runtime.offchain import training
from marketproof.digits import Cast, JobFailed, play, prepare, run_job
from marketproof.job_checks import judge
from marketproof.parties import CloudOwner, DataOwner, ModelOwner

SMALL = {"subsets": 4, "replicas": 2, "rounds": 2}
LIAR = 1


class LazyOwner(CloudOwner):
    """Delivers what it was given."""

    def train(self, model, rows, recipe):
        return model


class WrongHashOwner(CloudOwner):
    """Declares the hash of rows that it did not get."""

    def declare(self, instance, rows):
        super().declare(instance, rows.rows([0]))


class SilentOwner(CloudOwner):
    """Trains, but never reports."""

    def report(self, couple, instance, encoded, model_owner_key):
        pass


class TwiceOwner(CloudOwner):
    """Reports every model twice: nothing in the paper's text refuses the second report."""

    def report(self, couple, instance, encoded, model_owner_key):
        super().report(couple, instance, encoded, model_owner_key)
        super().report(couple, instance, encoded, model_owner_key)


class OtherFileOwner(CloudOwner):
    """Stores another model than the one whose hash it reports."""

    def report(self, couple, instance, encoded, model_owner_key):
        put = self.store.put
        blank = training.encode(training.initial_model())
        self.store = Swapped(put, blank)
        super().report(couple, instance, encoded, model_owner_key)


class Swapped:
    """A store of one call: whatever is put, other bytes arrive."""

    def __init__(self, put, payload):
        self.put = lambda encoded: put(payload)


class MixedUpDataOwner(DataOwner):
    """Sends the holders of the second subset the rows of the first."""

    def send_rows(self, call):
        own = self.parts[1].rows
        self.parts[1].rows = self.parts[0].rows
        super().send_rows(call)
        self.parts[1].rows = own


class ForgetfulModelOwner(ModelOwner):
    """Never pays."""

    def pay(self, call):
        pass


def cast_with(liar: type[CloudOwner]) -> Cast:
    return Cast(cloud_owner=lambda place: liar if place == LIAR else CloudOwner)


def played(paper, cast, **size):
    job = prepare(paper, 1, **{**SMALL, **size}, cast=cast)
    play(job)
    return job


def failure(job) -> JobFailed:
    with pytest.raises(JobFailed) as failed:
        judge(job)
    return failed.value


def instance_of(job, place: int = LIAR) -> str:
    return next(iter(job.cloud_owners[place].rows))


def test_a_lazy_owner_is_noticed_by_comparing_replicas(paper):
    job = played(paper, cast_with(LazyOwner), replicas=3, rounds=1)
    (found,) = job.model_owner.findings
    assert found.dissenting == (instance_of(job),) and found.left_out == () and found.hashes_verified == 6
    failed = failure(job)
    assert failed.check == "replicas_equal" and instance_of(job) in str(failed)


def test_the_majority_of_replicas_outvotes_a_lazy_owner(paper):
    outvoted, honest = played(paper, cast_with(LazyOwner), replicas=3, rounds=1), played(paper, Cast(), replicas=3, rounds=1)
    assert training.encode(outvoted.model_owner.current) == training.encode(honest.model_owner.current)
    assert judge(honest)["replicas_equal"]


def test_of_two_replicas_neither_is_believed_when_they_differ(paper):
    job = played(paper, cast_with(LazyOwner))
    found = job.model_owner.findings[0]
    assert found.dissenting == (instance_of(job, 0), instance_of(job)) and found.left_out == (job.subsets[0],)
    assert failure(job).check == "replicas_equal"


def test_a_wrong_hash_is_refused_and_the_job_says_so(paper):
    job = played(paper, cast_with(WrongHashOwner))
    assert [(refusal.transaction, refusal.guard) for refusal in job.data_owner.refusals] == [("VerifyCI", "hash_matches")]
    assert job.data_owner.fraudulent == {instance_of(job)}
    failed = failure(job)
    assert failed.check == "every_instance_verified"
    assert f"instance {instance_of(job)} is FREE: VerifyCI was refused by hash_matches" in failed.found


def test_wrong_rows_from_the_data_owner_show_in_what_was_sent(paper):
    job = played(paper, Cast(data_owner=MixedUpDataOwner))
    assert failure(job).check == "rows_sent_only_to_their_holder"


def test_a_withheld_report_leaves_the_round_open(paper):
    job = played(paper, cast_with(SilentOwner))
    assert job.network.row("TC", job.model_owner.couple)["rem"] == 1 and not job.model_owner.findings
    failed = failure(job)
    assert failed.check == "every_round_complete"
    assert f"round 1 is open: rem is 1, no report for {instance_of(job)}" in failed.found


def test_run_job_raises_the_same(paper):
    with pytest.raises(JobFailed, match="every_round_complete: round 1 is open: rem is 1"):
        run_job(paper, 1, **SMALL, cast=cast_with(SilentOwner))


def test_a_second_report_is_accepted_and_takes_rem_below_zero(paper):
    """rem counts reports, not reporters."""
    job = played(paper, cast_with(TwiceOwner))
    failed = failure(job)
    assert failed.check == "remaining_counts_down_to_zero" and "rem of round 1 was [4, 3, 2, 1, 0, -1]" in failed.found


def test_another_file_than_the_reported_one_fails_the_hash(paper):
    job = played(paper, cast_with(OtherFileOwner), rounds=1)
    (found,) = job.model_owner.findings
    assert found.hashes_verified == 3 and found.dissenting == (instance_of(job, 0), instance_of(job))
    failed = failure(job)
    assert failed.check == "hashes_verified" and "another hash than the reported one" in failed.found


def test_a_couple_without_payment_is_not_complete(paper):
    assert failure(played(paper, Cast(model_owner=ForgetfulModelOwner), rounds=1)).check == "couple_completed_and_paid"


def test_a_changed_block_breaks_the_chain(paper):
    job = played(paper, Cast())
    assert judge(job)["chain_verified"]
    del job.network.ledger.blocks[5]
    assert failure(job).check == "chain_verified"
