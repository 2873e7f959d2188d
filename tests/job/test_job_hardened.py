"""The job where the text withstands deviators: rounds go on without them, what they try is refused, and every check can fail."""

from __future__ import annotations

import dataclasses

import pytest

from ledger_runtime.offchain import training
from marketproof.deviators import CopyingOwner, LazyOwner, SilentOwner
from marketproof.digits import Cast, play, prepare, run_job
from marketproof.job_checks import checks_of, judge
from marketproof.job_checks_rounds import CHECKS
from marketproof.job_result import JobFailed
from marketproof.parties import CloudOwner, DataOwner, ModelOwner

SMALL = {"subsets": 4, "replicas": 3, "rounds": 2}


def cast_of(places, **others) -> Cast:
    return Cast(cloud_owner=lambda place: places.get(place, CloudOwner), **others)


def played(protocol, cast, **size):
    job = prepare(protocol, 1, **{**SMALL, **size}, cast=cast)
    play(job)
    return job


@pytest.fixture(scope="module")
def deviated(hardened):
    """Four subsets, and in the first a silent and a lazy owner, so that it has no quorum."""
    return played(hardened, cast_of({0: SilentOwner, 1: LazyOwner, 4: CopyingOwner}))


def failure(job) -> JobFailed:
    with pytest.raises(JobFailed) as failed:
        judge(job)
    return failed.value


# --- the full job ---


def test_the_rounds_are_drawn_by_epochs_and_close_by_quorum(hardened_result):
    rounds = hardened_result.rounds
    assert [one.epoch for one in rounds] == [0, 0, 1, 1]
    for epoch in (rounds[:2], rounds[2:]):
        assert sorted(one.batch for one in epoch) == [0, 1]
        assert sorted(subset for one in epoch for subset in one.subsets) == list(range(8))
    assert {one.closed for one in rounds} == {"quorum"} and {one.results for one in rounds} == {4}
    # Where the silent owner commits to nothing, commitments end by the clock; where it never reveals, its commitment is there.
    silent = [one.opened for one in rounds if 0 in one.subsets]
    assert silent == ["deadline", "all committed"]
    assert all(one.opened == "all committed" for one in rounds if 0 not in one.subsets)


def test_the_federated_model_comes_close_to_central_training_nevertheless(hardened_result, full_result):
    accuracy = [one.accuracy for one in hardened_result.rounds]
    assert accuracy[0] >= 0.80 and accuracy[1] >= 0.88 and accuracy[2] >= 0.90
    for one, of_paper in zip(hardened_result.rounds, full_result.rounds, strict=False):
        assert one.accuracy < one.central_accuracy == of_paper.central_accuracy
    assert hardened_result.rounds[-1].central_accuracy - accuracy[-1] <= 0.04


def test_what_the_three_deviators_come_to(hardened_result):
    silent, copying, lazy = hardened_result.deviators
    assert (silent.deviation, copying.deviation, lazy.deviation) == ("silent", "copying", "lazy")
    assert set(silent.rounds.values()) == set(copying.rounds.values()) == {"SILENT"}
    assert set(lazy.rounds.values()) <= {"DIFFERS", "FRAUD"} and lazy.committed == {"CommitTJ": 2, "UpdateTJ": 2}
    assert silent.committed == {"CommitTJ": 1, "UpdateTJ": 0} and silent.refused == lazy.refused == {}
    # Another's commitment can be repeated, since it says nothing; but nobody but its owner can ever open it.
    assert copying.committed == {"CommitTJ": 2, "UpdateTJ": 0}
    assert copying.refused == hardened_result.refused == {
        "CommitTJ: caller_owns_slot": 2, "UpdateTJ: caller_owns_slot": 2, "UpdateTJ: opens": 2, "CommitTJ: not_revealing": 2,
    }  # fmt: skip
    assert [one.averaged for one in hardened_result.deviators] == [(), (), ()]


def test_all_checks_hold_and_reports_share_a_block(hardened_result):
    assert set(hardened_result.checks) >= {check.__name__ for check in CHECKS} and all(hardened_result.checks.values())
    assert not any(name.startswith(("CommitTJ", "UpdateTJ")) for name in hardened_result.conflicts)
    assert all(one.blocks < 12 for one in hardened_result.rounds)


def test_a_seed_replays_the_job_to_the_last_byte(hardened):
    cast = cast_of({1: CopyingOwner})
    first, again, other = (run_job(hardened, seed, **SMALL, cast=cast).as_dict() for seed in (1, 1, 2))
    assert first == again and first["state_digest"] != other["state_digest"]


# --- without a quorum ---


def test_a_subset_without_a_quorum_is_left_out_and_its_round_closed_by_the_deadline(deviated):
    (round_of_both,) = (found for found in deviated.rounds if deviated.subsets[0] in found.selected)
    assert round_of_both.closed == "deadline" and deviated.subsets[0] not in round_of_both.results
    (finding,) = (finding for finding in deviated.model_owner.findings if finding.round == round_of_both.number)
    assert finding.left_out == (deviated.subsets[0],) and deviated.subsets[0] not in finding.averaged
    assert all(judge(deviated).values())
    # Its one honest owner is paid all the same where there are arbiters: it disputes that there is no result.
    (honest,) = (owner for owner in deviated.cloud_owners[:3] if owner in deviated.honest)
    job = (deviated.model_owner.couple, round_of_both.number, deviated.instance_of(honest))
    if deviated.has_table("Verdict"):
        assert deviated.network.row("Verdict", *job)["outcome"] == "ACCEPTED" and deviated.subsets[0] in round_of_both.decided


def test_honest_owners_alone_need_no_deadline_in_a_round(hardened):
    job = played(hardened, Cast())
    assert [(found.opened, found.closed) for found in job.rounds] == [("all committed", "quorum")] * 2
    assert judge(job)["couple_completed"] and job.deviators == {}


# --- who notices what ---


class OtherRows(DataOwner):
    """Sends one owner the rows of another subset."""

    def send_rows(self, given):
        first, second = (part.payload for part in self.parts[:2])
        label = given["content"]
        mine = self.values.contents[label]
        if self.asset("CI", given["instance"])["co"] == self.parts[0].holders[0]:
            self.values.contents[label] = second if mine == first else first
        super().send_rows(given)
        self.values.contents[label] = mine


def test_rows_without_the_advertised_root_are_refused_by_their_owner(hardened):
    job = played(hardened, Cast(data_owner=OtherRows))
    cheated = job.data_owner.parts[0].holders[0]
    (owner,) = (owner for owner in job.cloud_owners if owner.identifier == cheated)
    assert owner.asset("CI", job.instance_of(owner))["ended"] == "REFUSED"
    assert failure(job).check == "every_instance_verified"


def test_made_up_weights_of_a_majority_are_found_by_recomputation(hardened):
    class Agreed(CloudOwner):
        def train(self, model, rows, recipe):
            return training.train(model, rows, dataclasses.replace(recipe, epochs=1))

    failed = failure(played(hardened, cast_of({0: Agreed, 1: Agreed})))
    assert failed.check == "results_equal_honest_recomputation"


def test_a_model_owner_that_leaves_a_subset_out_is_found(hardened):
    class Choosy(ModelOwner):
        def aggregate(self, agreed):
            return super().aggregate(dict(list(agreed.items())[1:]))

    failed = failure(played(hardened, Cast(model_owner=Choosy)))
    assert failed.check in ("results_equal_honest_recomputation", "aggregates_equal_recomputation")


def test_a_silent_owner_that_passes_for_honest_is_found(hardened):
    class Hidden(CloudOwner):
        behaviour = SilentOwner.behaviour

    failed = failure(played(hardened, cast_of({0: Hidden})))
    assert failed.check == "honest_jobs_revealed"


def test_a_copying_owner_that_passes_for_honest_is_found(hardened):
    class Hidden(CloudOwner):
        behaviour = CopyingOwner.behaviour

    assert failure(played(hardened, cast_of({0: Hidden}))).check == "honest_transactions_valid"


# --- every check can fail: what was played is changed afterwards, and exactly that is noticed ---


def changed_row(job, table, change):
    """Change the cells of one row of the committed state, beyond what any transaction did."""
    rows = job.network.ledger.rows
    identity = next(identity for identity in rows if identity[0] == table)
    rows[identity] = tuple(change(job.network.codec.named(table, rows[identity])).values())


CHANGES = {
    "roots_are_of_the_rows": ("DSS", lambda cells: {**cells, "root": "0" * 64}),
    "every_round_closed": ("Round", lambda cells: {**cells, "closed": False}),
    "batches_drawn_from_both_shares": ("Round", lambda cells: {**cells, "batch": 1 - cells["batch"]}),
    "epochs_cover_all_subsets": ("Round", lambda cells: {**cells, "epoch": cells["epoch"] + 5}),
    "results_equal_honest_recomputation": ("Result", lambda cells: {**cells, "weights": "0" * 64}),
    "couple_completed": ("TC", lambda cells: {**cells, "status": "APPROVED"}),
    "money_conserved": ("Account", lambda cells: {**cells, "balance": cells["balance"] + 1}),
    "honest_bonds_whole": ("CI", lambda cells: {**cells, "bond": cells["bond"] - 1}),
    "accepted_is_paid": ("Verdict", lambda cells: {**cells, "paid": 7, "outcome": "COMPLAINED"}),
}


@pytest.fixture(scope="module")
def honest_rows(hardened):
    job = played(hardened, Cast())
    return job, dict(job.network.ledger.rows)


@pytest.mark.parametrize("name", CHANGES)
def test_a_check_notices_what_was_changed(hardened, name, honest_rows):
    job, before = honest_rows
    table, change = CHANGES[name]
    if not job.has_table(table):
        pytest.skip(f"the variant has no table {table}")
    (check,) = (check for check in checks_of(job) if check.__name__ == name)
    assert not list(check(job))
    changed_row(job, table, change)
    found = list(check(job))
    job.network.ledger.rows.update(before)
    assert found
