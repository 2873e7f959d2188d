"""Parties that deviate: each is noticed by whom the paper says, and the job ends by the name of the check that does not hold."""

from __future__ import annotations

import pytest

from adversaries.behaviours import Behaviour
from ledger_runtime.offchain import training
from marketproof.digits import Cast, JobFailed, play, prepare, run_job
from marketproof.job_checks import judge, rows_sent_only_to_their_holder
from marketproof.parties import CloudOwner, DataOwner, ModelOwner
from spec.paper.assets import CONTENT

SMALL = {"subsets": 4, "replicas": 2, "rounds": 2}
LIAR = 1


class LazyOwner(CloudOwner):
    """Delivers what it was given."""

    def train(self, model, rows, recipe):
        return model


class WrongHashOwner(CloudOwner):
    """Declares the hash of rows that it did not get."""

    def receive_rows(self, letter):
        super().receive_rows(letter)
        self.values.contents = {label: self.rows[letter.concerns].rows([0]).canonical_bytes() for label in self.values.contents}


class SilentOwner(CloudOwner):
    """Trains, but never reports."""

    def willing(self, step, given):
        return step != "UpdateTJ"


def reports_twice(seen):
    yield from seen.duties
    yield from (action for action in seen.own() if action[0] == "UpdateTJ")


class TwiceOwner(CloudOwner):
    """Reports every model twice: nothing in the paper's text refuses the second report."""

    behaviour = Behaviour("report twice", "sends each report again", True, "now", reports_twice)


class OtherFileOwner(CloudOwner):
    """Stores another model than the one whose hash it reports."""

    def stored(self, encoded):
        return training.encode(training.initial_model())


class MixedUpDataOwner(DataOwner):
    """Sends the holders of the second subset the rows of the first."""

    def send_rows(self, given):
        first, second = (CONTENT.image(part.subset) for part in self.parts[:2])
        super().send_rows({**given, "content": first if given["content"] == second else given["content"]})


class ForgetfulModelOwner(ModelOwner):
    """Never pays."""

    def pay(self, given):
        return False


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


def test_a_wrong_hash_is_noticed_and_the_job_says_so(paper):
    job = played(paper, cast_with(WrongHashOwner))
    assert job.data_owner.refusals == []
    assert job.data_owner.fraudulent == {instance_of(job)}
    failed = failure(job)
    assert failed.check == "every_instance_verified"
    assert f"instance {instance_of(job)} is FREE: its owner declared another hash than the data owner computed" in failed.found


def test_wrong_rows_from_the_data_owner_show_in_what_was_sent(paper):
    job = played(paper, Cast(data_owner=MixedUpDataOwner))
    mixed_up = [letter for letter in job.post.sent if letter.subject == "subset" and letter.recipient in job.data_owner.parts[1].holders]
    told = list(rows_sent_only_to_their_holder(job))
    assert len(mixed_up) == 2 and told == [f"the letter about instance {letter.concerns} to {letter.recipient}" for letter in mixed_up]
    assert failure(job).check == "every_instance_verified"


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
    failed = failure(played(paper, cast_with(TwiceOwner), rounds=1))
    assert failed.check == "remaining_counts_down_to_zero" and "rem of round 1 was [4, 3, 2, 1, 0, -1]" in failed.found
    # An honest model owner waits for rem to be zero, which it never is again.
    stuck = failure(played(paper, cast_with(TwiceOwner)))
    assert stuck.check == "every_round_complete" and stuck.found == "1 rounds were started, 2 were planned"


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
    engine = job.network.ledger.engine
    engine.write([("blocks", (5).to_bytes(8, "big"), engine.get("blocks", (6).to_bytes(8, "big")))])
    assert failure(job).check == "chain_verified"
