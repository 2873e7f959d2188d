"""Lemmas by hand about coverage under `hardened`: every batch of an epoch has its round, and every round its slots."""

from __future__ import annotations

from typing import Any

from properties.hardened_lemmas import couples
from properties.lemmas import lemma
from spec.hardened.meanings import trains_at_all
from spec.hardened.words import APPROVAL, EPOCH_SEED, PROGRESS, ROUND, SLOT
from spec.language import drawn_at, every, implies, some, term
from spec.paper.assets import DS, DSS, TC


def within(subset: Any, dataset: Any) -> Any:
    return (subset.batch >= 0) & (subset.batch < dataset.batches)


@lemma()
def batches_hold_the_subsets() -> Any:
    """The subsets of a dataset exist, and once it is published each is in one of its batches."""
    return every(DS, lambda dataset: every(dataset.dssidlist, lambda subset: (
        (subset != None) & subset.exists & implies(dataset.status == "PUBLISHED", within(subset, dataset)))))  # fmt: skip


@lemma("shares_are_known_in_order")
def nothing_is_spent_before_the_seed() -> Any:
    """Before the seed is known no epoch and no position is spent."""
    return every(TC.sort, lambda couple: PROGRESS[couple].active | ((PROGRESS[couple].epoch == 0) & (PROGRESS[couple].position == 0)))


@lemma("rounds_are_counted", "latest_round_has_a_row", "rounds_are_of_active_couples", "shares_are_known_in_order", "roster_has_subset")
def batches_have_their_slots() -> Any:
    """In a round of its batch, a subset with replicas enough has a slot."""

    def has_slots(couple: Any, subset: Any) -> Any:
        return every(ROUND.rows(couple), lambda row: implies(
            row.batch == subset.batch, some(SLOT.rows(couple, row.round), lambda slot: slot.subset == subset)))  # fmt: skip

    return every(TC.sort, lambda couple: every(DSS, lambda subset: implies(trains_at_all(TC[couple], subset), has_slots(couple, subset))))


@lemma("batches_hold_the_subsets", "nothing_is_spent_before_the_seed", "rounds_are_counted", "shares_are_known_in_order",
       "couple_has_dataset", "counters_are_not_negative", "positions_are_within_epochs", "approved_means_approved")  # fmt: skip
def spent_batches_have_rounds() -> Any:
    """In a couple's first epoch every batch at a position that is spent has a round; after it every batch has."""

    def spent(couple: Any, subset: Any) -> Any:
        progress = PROGRESS[couple]
        seed = term(EPOCH_SEED, dataset=couple.ds, epoch=APPROVAL[couple].first_epoch, of_mo=progress.mo_share, of_do=progress.do_share)
        earlier = drawn_at(seed, subset.batch, couple.ds.batches) < progress.position
        return progress.active & ((progress.epoch > 0) | earlier)

    return couples(lambda couple: every(couple.ds.dssidlist, lambda subset: implies(spent(couple, subset), has_round(couple, subset))))


def has_round(couple: Any, subset: Any) -> Any:
    """Some round, the latest or another, trains the subset's batch."""
    latest = ROUND[couple, couple.round]
    return (latest.exists & (latest.batch == subset.batch)) | some(ROUND.rows(couple), lambda row: row.batch == subset.batch)


@lemma("spent_batches_have_rounds", "nothing_is_spent_before_the_seed", "couples_have_epochs", follows=True)
def whole_epochs_have_all_batches() -> Any:
    """When the epochs of a couple are spent, every batch had a round."""
    return couples(lambda couple: implies(PROGRESS[couple].epoch == couple.epochs, every(
        couple.ds.dssidlist, lambda subset: some(ROUND.rows(couple), lambda row: row.batch == subset.batch))))  # fmt: skip
