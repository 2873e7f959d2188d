"""Why a couple finishes under `hardened`, argued by hand (C32): each step that is expected of somebody honest can be taken in time."""

from __future__ import annotations

from typing import Any

from properties.hardened_progress import number, shares_to_come, ticks_until
from properties.ranking import Liveness, Move, Ranking, move, variables
from spec.hardened.finishing import every_closed_round_has_results, is_between_rounds, on_time
from spec.hardened.rounds import job_round_is_open
from spec.hardened.words import COLLECTED, COMMITTED, PROGRESS, RESULT, SEED_HASH, SHARE, SLOT, current, in_time
from spec.language import choose, deviating, every, image, implies, some, term, total
from spec.paper.assets import (
    FETCHED,
    LOCATION,
    MODEL_HASH,
    NONCE,
    SEALED_LOCATION,
    TC,
    TJ,
    TRAINED,
    TRAINING_FILE,
    UPLOADED,
)  # fmt: skip

MO, DO, MOSTLY, FUNDS = (
    "the MO is honest", "the DO is honest", "most replicas of every selected subset are of honest owners",
    "the DO can give its bond and the MO can pay",
)  # fmt: skip
RESULTS, LATE, COMMITTED_FIRST, REPORTS = (
    "closed rounds have results", "nobody is late", "honest owners commit before reveals",
    "where there is a result an honest owner reported",
)  # fmt: skip
# The conditions, of the claim and of the invariant, that a rule rests on, where it is not all of them.
GIVEN: dict[str, tuple[str, ...]] = {
    "(some move is due)": (RESULTS, MOSTLY, REPORTS),
    "(the MO starts a round: allowed)": (MO, FUNDS),
    "(an owner commits: allowed)": (MO, LATE),
    "(the MO has a result taken: allowed)": (MOSTLY, COMMITTED_FIRST),
    f"TakeResult ({REPORTS})": (MOSTLY, REPORTS),
}

# The lemmas that each rule of the argument rests on.
RESTS_ON: dict[str, str] = {
    "(some move is due)":
        "couples_have_a_status shares_are_known_in_order completed_couples_have_ended "
        "positions_are_within_epochs reported_rounds_have_reports",
    "(no measure is negative)":
        "positions_are_within_epochs",
    "(the MO uploads its file: allowed)":
        "owners_are_registered honest_members_are_what_they_want_to_be couple_has_model "
        "everything_has_an_owner",
    "(the DO approves: allowed)":
        "owners_are_registered couple_has_dataset everything_has_an_owner shares_are_known_in_order "
        "rounds_are_of_active_couples latest_round_has_a_row positions_are_within_epochs",
    "(the MO reveals its share: allowed)":
        "owners_are_registered honest_owners_remember_their_couples couple_has_model everything_has_an_owner "
        "shares_are_known_in_order rounds_are_of_active_couples latest_round_has_a_row "
        "positions_are_within_epochs",
    "(the DO reveals its share: allowed)":
        "owners_are_registered honest_owners_remember_their_couples couple_has_dataset "
        "everything_has_an_owner shares_are_known_in_order approved_means_approved "
        "rounds_are_of_active_couples latest_round_has_a_row positions_are_within_epochs",
    "(the MO starts a round: allowed)":
        "owners_are_registered honest_owners_remember_their_couples couples_have_a_status couple_has_model "
        "everything_has_an_owner shares_are_known_in_order rounds_are_counted completed_couples_have_ended",
    "(an owner fetches the file: allowed)":
        "owners_are_registered honest_members_are_what_they_want_to_be training_files_come_first "
        "everything_has_an_owner slot_owner_is_the_owner verified_has_joined",
    "(an owner trains: allowed)":
        "honest_owners_have_their_data slots_are_selected everything_has_an_owner slot_owner_is_the_owner "
        "verified_has_joined",
    "(an owner commits: allowed)":
        "owners_are_registered slot_owner_is_the_owner verified_has_joined nobody_complains_of_an_honest_file "
        "honest_owners_train_on_what_they_joined_with roots_have_contents everything_has_an_owner "
        "instance_has_subset",
    "(the clock moves: allowed)":
        "couple_has_model everything_has_an_owner",
    "(the MO opens the reveals: allowed)":
        "couple_has_model everything_has_an_owner",
    "(an owner uploads its model: allowed)":
        "honest_owners_remember_their_commitments commitments_are_to_what_was_trained roots_have_contents "
        "everything_has_an_owner slot_owner_is_the_owner honest_owners_train_on_what_they_joined_with "
        "instance_has_subset",
    "(an owner uploads its model: lowers)":
        "commitments_are_to_what_was_trained",
    "(an owner reveals: allowed)":
        "owners_are_registered fetched_keys_are_of_the_owner who_trained_has_fetched "
        "honest_owners_remember_their_commitments commitments_are_to_what_was_trained roots_have_contents "
        "couple_has_model everything_has_an_owner slot_owner_is_the_owner "
        "honest_owners_train_on_what_they_joined_with verified_has_joined instance_has_subset",
    "(the MO has a result taken: allowed)":
        "honest_owners_commit_to_right_weights revealed_weights_were_committed_to everything_has_an_owner "
        "couple_has_model",
    "(the MO closes the round: allowed)":
        "couple_has_model everything_has_an_owner",
    "(the MO collects: allowed)":
        "owners_are_registered honest_members_are_what_they_want_to_be slots_are_selected "
        "honest_models_can_be_opened nothing_is_collected_ahead couple_has_model everything_has_an_owner "
        "revealed_is_delivered",
    "CreateMod":
        "couple_has_model",
    "RequestTC":
        "slots_are_of_rounds results_are_of_rounds",
    "StartRound":
        "slots_are_of_rounds results_are_of_rounds",
    "UploadResult":
        "honest_owners_remember_their_commitments commitments_are_to_what_was_trained",
    "PublishDS":
        "couple_has_dataset",
    "CloseTC":
        "positions_are_within_epochs",
    "CommitTJ":
        "revealed_is_delivered",
    "OpenReveal":
        "nobody_complains_of_an_honest_file",
}
FINISHING_USES = tuple(f"{lemma}@{rule}" for rule, lemmas in RESTS_ON.items() for lemma in lemmas.split())


class Training:
    """The stages of a couple that trains, as conditions of the couple and of the slots of its current round."""

    def __init__(self, couple: Any) -> None:
        self.couple, self.tc, self.row, self.progress = couple, TC[couple], current(TC[couple]), PROGRESS[couple]
        self.mo, self.do = self.tc.mod.owner, self.tc.ds.owner
        self.slots = SLOT.rows(couple, self.tc.round)
        self.open = job_round_is_open(self.tc)
        self.committing, self.revealing = self.open & ~self.row.revealing, self.open & self.row.revealing
        self.reported = (self.tc.round > 0) & self.row.closed & self.row.reported
        self.to_collect = self.reported & (COLLECTED[self.mo, couple].round != self.tc.round)

    def job(self, slot: Any) -> Any:
        return TJ[self.couple, slot.instance, self.tc.round]

    def fetched(self, slot: Any) -> Any:
        return FETCHED[slot.owner, self.couple].seen

    def trained(self, slot: Any) -> Any:
        return TRAINED[slot.owner, self.couple, slot.instance].weights.round == self.tc.round

    def uploaded(self, slot: Any) -> Any:
        return UPLOADED[slot.owner, self.couple, slot.instance].round == self.tc.round

    def to_commit(self, slot: Any) -> Any:
        return self.committing & ~deviating(slot.owner) & (self.job(slot).hash == None)

    def has_result(self, slot: Any) -> Any:
        return RESULT[self.couple, self.tc.round, slot.subset].weights != None

    def without_result(self, slot: Any) -> Any:
        return self.revealing & ~self.has_result(slot)

    def to_reveal(self, slot: Any) -> Any:
        return self.without_result(slot) & ~deviating(slot.owner) & (self.job(slot).weights == None)

    def honest_report(self, slot: Any) -> Any:
        return ~deviating(slot.owner) & (self.job(slot).weights != None)

    def all_committed(self) -> Any:
        return ~some(self.slots, self.to_commit)

    def all_revealed(self) -> Any:
        return ~some(self.slots, self.to_reveal)

    # --- arguments of steps ---

    def share(self, member: Any, role: str) -> Any:
        return term(SEED_HASH, couple=self.couple, role=role, share=image(SHARE, member))

    def hash(self, slot: Any) -> Any:
        weights = TRAINED[slot.owner, self.couple, slot.instance].weights
        bound = {"owner": slot.owner, "couple": self.couple, "instance": slot.instance, "in_round": self.tc.round}
        return term(MODEL_HASH, weights=weights, nonce=image(NONCE, slot.owner), **bound)

    def revealed(self, slot: Any) -> Any:
        return COMMITTED[slot.owner, self.couple, slot.instance, self.tc.round].weights

    def location(self, slot: Any) -> Any:
        return term(SEALED_LOCATION, location=image(LOCATION, slot.instance), to=FETCHED[slot.owner, self.couple].key_of)


def nobody_was_late(of: Training) -> dict[str, Any]:
    """What holds in runs in which nobody honest is late."""
    committed = every(of.slots, lambda slot: implies(~deviating(slot.owner), of.job(slot).hash != None))
    return {
        RESULTS: every_closed_round_has_results(of.tc), LATE: on_time(of.tc, 0), COMMITTED_FIRST: implies(of.revealing, committed),
        REPORTS: implies(some(of.slots, of.has_result), some(of.slots, of.honest_report)),
    }  # fmt: skip


def couples_finish(claim: Liveness) -> Ranking:
    """The shares come, the MO starts a round, honest owners commit and reveal, results are taken, the MO collects, and so on."""
    of = Training(variables(claim.subject)[0])
    moves = (*before_rounds(of), *of_commitments(of), *of_reveals(of), *after_rounds(of))
    return Ranking(claim, measures(of), moves, nobody_was_late(of), GIVEN)


def measures(of: Training) -> dict[str, Any]:
    tc, progress = of.tc, of.progress

    def commitment(slot: Any) -> Any:
        return number(of.to_commit(slot), choose(of.fetched(slot), choose(of.trained(slot), 1, 2), 3))

    return {
        "the training file": number(~TRAINING_FILE[tc.mod].exists), "shares to come": shares_to_come(of.couple),
        "epochs": tc.epochs - progress.epoch, "batches": tc.ds.batches - progress.position, "to be opened": number(of.committing),
        "steps to commitments": total(of.slots, commitment),
        "ticks": number(of.committing, ticks_until(of.row.commit_by)),
        "to be closed": number(of.open),
        "steps to reveals": total(of.slots, lambda slot: number(of.to_reveal(slot), choose(of.uploaded(slot), 1, 2))),
        "results to be taken": total(of.slots, lambda slot: number(of.without_result(slot))),
        "to be collected": number(of.to_collect),
    }  # fmt: skip


def before_rounds(of: Training) -> tuple[Move, ...]:
    couple, tc = of.couple, of.tc
    filed, approved = TRAINING_FILE[tc.mod].exists, tc.status == "APPROVED"
    return (
        move("the MO uploads its file", "UploadTrainingFile", ~filed, caller=of.mo, model=tc.mod),
        move("the DO approves", "ApproveTC", tc.status == "REQUESTED", caller=of.do, couple=couple, commitment=of.share(of.do, "DO")),
        move("the MO reveals its share", "RevealSeedMO", approved & (of.progress.mo_share == None),
             caller=of.mo, couple=couple, share=image(SHARE, of.mo)),
        move("the DO reveals its share", "RevealSeedDO", approved & (of.progress.mo_share != None) & (of.progress.do_share == None),
             caller=of.do, couple=couple, share=image(SHARE, of.do)),
        move("the MO starts a round", "StartRound", filed & of.progress.active & is_between_rounds(tc) & ~of.to_collect,
             caller=of.mo, couple=couple),
    )  # fmt: skip


def of_commitments(of: Training) -> tuple[Move, ...]:
    couple, row = of.couple, of.row
    job = {"couple": couple, "instance": lambda slot: slot.instance, "caller": lambda slot: slot.owner}
    return (
        move("an owner fetches the file", "FetchTrainingFile", lambda slot: of.to_commit(slot) & ~of.fetched(slot), of.slots,
             caller=lambda slot: slot.owner, couple=couple),
        move("an owner trains", "Train", lambda slot: of.to_commit(slot) & of.fetched(slot) & ~of.trained(slot), of.slots, **job),
        move("an owner commits", "CommitTJ", lambda slot: of.to_commit(slot) & of.fetched(slot) & of.trained(slot), of.slots,
             hash=of.hash, **job),
        move("the clock moves", "Tick", of.committing & of.all_committed() & in_time(row.commit_by), caller=of.mo),
        move("the MO opens the reveals", "OpenReveal", of.committing & of.all_committed() & ~in_time(row.commit_by),
             caller=of.mo, couple=couple),
    )  # fmt: skip


def of_reveals(of: Training) -> tuple[Move, ...]:
    couple, round = of.couple, of.tc.round
    job = {"couple": couple, "instance": lambda slot: slot.instance, "caller": lambda slot: slot.owner}
    honest = {**job, "caller": of.mo, "round": round}
    taken = lambda slot: of.without_result(slot) & ~deviating(slot.owner)  # noqa: E731
    return (
        move("an owner uploads its model", "UploadResult", lambda slot: of.to_reveal(slot) & ~of.uploaded(slot), of.slots,
             weights=of.revealed, **job),
        move("an owner reveals", "UpdateTJ", lambda slot: of.to_reveal(slot) & of.uploaded(slot), of.slots,
             round=round, weights=of.revealed, nonce=lambda slot: image(NONCE, slot.owner), location=of.location, **job),
        move("the MO has a result taken", "TakeResult", taken, of.slots, of.all_revealed(), **honest),
        move("the MO closes the round", "CloseRound", of.revealing & ~some(of.slots, of.without_result), caller=of.mo, couple=couple),
    )  # fmt: skip


def after_rounds(of: Training) -> tuple[Move, ...]:
    job = {"caller": of.mo, "couple": of.couple, "instance": lambda slot: slot.instance}
    return (move("the MO collects", "Collect", of.honest_report, of.slots, of.to_collect, **job),)
