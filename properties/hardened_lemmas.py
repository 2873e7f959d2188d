"""Lemmas by hand about the records of `hardened`: instances, rosters, rounds, slots, jobs, epochs and seeds."""
# ruff: noqa: E501, I001 (the names of one module stand together)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from properties.lemmas import lemma
from spec.hardened.words import (
    APPROVAL, EPOCH_SEED, MIN_REPLICAS, PROGRESS, RESULT, ROOT, ROSTER, ROUND, SEED_HASH, SLOT,
)  # fmt: skip
from spec.language import MEMBER, count, deviating, every, implies, literal, permuted, term
from spec.paper.assets import CI, CI_REF, DELIVERY, DRAWN, DS, DSS, PREPARED, TC, TJ, TRAINED, WEIGHTS


def couples(holds: Callable[[Any], Any]) -> Any:
    return every(TC, holds)


@lemma()
def nothing_is_no_instance() -> Any:
    """No reference to nothing is verified, and none stands on a roster."""
    return (CI[literal(None, CI_REF)].status != "VERIFIED") & every(TC.sort, lambda couple: every(
        ROSTER.rows(couple), lambda entry: entry.instance != None))  # fmt: skip


@lemma()
def verified_has_joined() -> Any:
    """A verified instance has a declared hash."""
    return every(CI, lambda instance: implies(instance.status == "VERIFIED", instance.hash != None))


@lemma("stakes_are_of_instances", "slot_owner_is_the_owner", "nothing_is_no_instance", "roster_is_verified")
def instance_has_subset() -> Any:
    """The subset of an instance exists."""
    return every(CI, lambda instance: (instance.dss != None) & instance.dss.exists)


@lemma()
def couple_has_dataset() -> Any:
    """The dataset of a couple exists and is published."""
    return couples(lambda couple: (couple.ds != None) & couple.ds.exists & (couple.ds.status == "PUBLISHED"))


@lemma("nothing_is_no_instance")
def roster_is_verified() -> Any:
    """Whoever is on a roster is verified; the roster names its owner and its subset."""
    return every(CI.sort, lambda instance: every(TC.sort, lambda couple: implies(ROSTER[couple, instance].exists, (
        (CI[instance].status == "VERIFIED") & (ROSTER[couple, instance].owner == CI[instance].co)
        & (ROSTER[couple, instance].subset == CI[instance].dss)))))  # fmt: skip


@lemma()
def roster_is_of_an_approved_couple() -> Any:
    """Only a couple that is no request any more has a roster."""
    return every(TC.sort, lambda couple: every(ROSTER.rows(couple), lambda entry: (
        TC[couple].exists & (TC[couple].status != "REQUESTED"))))  # fmt: skip


def counted(couple: Any, round: Any) -> Any:
    return (round >= 1) & (round <= TC[couple].round)


@lemma()
def rounds_are_counted() -> Any:
    """Rounds are numbered from 1 to the couple's latest."""
    return every(TC.sort, lambda couple: (TC[couple].round >= 0) & every(ROUND.rows(couple), lambda row: counted(couple, row.round)))


@lemma("rounds_are_counted")
def slots_are_of_rounds() -> Any:
    """A slot is of a round that was started."""
    return every(TC.sort, lambda couple: every(SLOT.rows(couple), lambda slot: counted(couple, slot.round)))


@lemma()
def jobs_have_slots() -> Any:
    """A job stands in a slot."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: SLOT[couple, job.round, job.instance].exists))


@lemma("slots_are_of_rounds")
def results_are_of_rounds() -> Any:
    """A result is of a round that was started."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: counted(couple, result.round)))


@lemma("instance_has_subset", "nothing_is_no_instance")
def roster_has_subset() -> Any:
    """The subset of a roster entry exists."""
    return every(TC.sort, lambda couple: every(ROSTER.rows(couple), lambda entry: (entry.subset != None) & DSS[entry.subset].exists))


@lemma("roster_has_subset")
def slot_has_subset() -> Any:
    """The subset of a slot exists."""
    return every(TC.sort, lambda couple: every(SLOT.rows(couple), lambda slot: (slot.subset != None) & DSS[slot.subset].exists))


@lemma("roster_is_verified", "nothing_is_no_instance")
def slot_owner_is_the_owner() -> Any:
    """A slot is of a verified instance and names its owner."""
    return every(TC.sort, lambda couple: every(SLOT.rows(couple), lambda slot: (
        (CI[slot.instance].status == "VERIFIED") & (slot.owner == CI[slot.instance].co) & (slot.subset == CI[slot.instance].dss))))  # fmt: skip


@lemma("slot_owner_is_the_owner")
def stakes_are_of_instances() -> Any:
    """The bond that gave a stake is of an instance that exists."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: implies(
        result.bond_of != None, CI[result.bond_of].status == "VERIFIED")))  # fmt: skip


@lemma("roster_is_of_an_approved_couple")
def slot_is_on_the_roster() -> Any:
    """A slot is of an instance on the roster, with its subset and its owner."""
    return every(TC.sort, lambda couple: every(SLOT.rows(couple), lambda slot: (
        ROSTER[couple, slot.instance].exists & (slot.owner == ROSTER[couple, slot.instance].owner)
        & (slot.subset == ROSTER[couple, slot.instance].subset))))  # fmt: skip


@lemma("slot_owner_is_the_owner", "jobs_have_slots")
def revealed_is_delivered() -> Any:
    """A revealed job was delivered by the owner of its instance."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        job.weights != None, (job.hash != None) & DELIVERY[couple, job.instance, job.round].exists)))  # fmt: skip


@lemma("couples_have_epochs")
def counters_are_not_negative() -> Any:
    """Epochs are counted from 0."""
    return every(DS.sort, lambda dataset: DS[dataset].next_epoch >= 0) & every(
        TC.sort, lambda couple: (PROGRESS[couple].epoch >= 0) & (PROGRESS[couple].position >= 0))  # fmt: skip


@lemma()
def couples_have_epochs() -> Any:
    """A couple asks for at least one epoch."""
    return couples(lambda couple: couple.epochs > 0)


@lemma()
def approved_means_approved() -> Any:
    """A couple has an approval exactly when it is no request any more."""
    return every(TC.sort, lambda couple: APPROVAL[couple].exists == (TC[couple].exists & (TC[couple].status != "REQUESTED")))


@lemma("couples_have_epochs", "counters_are_not_negative", "couple_has_dataset", "approved_means_approved")
def epochs_are_allocated() -> Any:
    """An approved couple has epochs of its own below the dataset's counter."""
    return couples(lambda couple: implies(APPROVAL[couple].exists, (APPROVAL[couple].first_epoch >= 0)
        & (APPROVAL[couple].first_epoch + couple.epochs <= couple.ds.next_epoch)))  # fmt: skip


@lemma("epochs_are_allocated", "approved_means_approved", "couples_have_epochs")
def allocations_are_disjoint() -> Any:
    """No epoch of a dataset is allocated to two couples."""

    def end(couple: Any) -> Any:
        return APPROVAL[couple].first_epoch + couple.epochs

    return couples(lambda one: couples(lambda other: implies(
        APPROVAL[one].exists & APPROVAL[other].exists & (one != other) & (one.ds == other.ds),
        (end(one) <= APPROVAL[other].first_epoch) | (end(other) <= APPROVAL[one].first_epoch))))  # fmt: skip


@lemma("epochs_are_allocated", "counters_are_not_negative", "approved_means_approved", "couples_have_epochs")
def draws_are_of_allocated_epochs() -> Any:
    """Subsets are drawn only for epochs below the dataset's counter."""
    return every(DS.sort, lambda dataset: every(DRAWN.rows(dataset), lambda drawn: (
        (drawn.epoch >= 0) & (drawn.epoch < DS[dataset].next_epoch))))  # fmt: skip


@lemma("draws_are_of_allocated_epochs", "allocations_are_disjoint", "epochs_are_allocated", "approved_means_approved", "counters_are_not_negative",
       "couples_have_epochs", "couple_has_dataset")
def nothing_is_drawn_ahead() -> Any:
    """For the positions that a couple has not spent yet, nothing was drawn."""

    def ahead(couple: Any, drawn: Any) -> Any:
        first, progress = APPROVAL[couple].first_epoch, PROGRESS[couple]
        mine = (drawn.epoch >= first) & (drawn.epoch < first + couple.epochs)
        later = (drawn.epoch > first + progress.epoch) | ((drawn.epoch == first + progress.epoch) & (drawn.position >= progress.position))
        return mine & later

    return couples(lambda couple: implies(APPROVAL[couple].exists, every(DRAWN.rows(couple.ds), lambda drawn: implies(
        ahead(couple, drawn), drawn.times == 0))))  # fmt: skip


@lemma()
def shares_are_known_in_order() -> Any:
    """The MO reveals first, both after approval, and a couple is active when both shares are known."""
    return every(TC.sort, lambda couple: (
        implies(PROGRESS[couple].do_share != None, PROGRESS[couple].mo_share != None)
        & implies(PROGRESS[couple].mo_share != None, TC[couple].exists & (TC[couple].status != "REQUESTED"))
        & (PROGRESS[couple].active == (PROGRESS[couple].do_share != None))))  # fmt: skip


@lemma("shares_are_known_in_order", "approved_means_approved")
def shares_open_commitments() -> Any:
    """A revealed share is the one that was committed to."""
    return couples(lambda couple: (
        implies(PROGRESS[couple].mo_share != None, couple.commitment == term(SEED_HASH, couple=couple, role="MO", share=PROGRESS[couple].mo_share))
        & implies(PROGRESS[couple].do_share != None,
                  APPROVAL[couple].commitment == term(SEED_HASH, couple=couple, role="DO", share=PROGRESS[couple].do_share))))  # fmt: skip


@lemma()
def latest_round_has_a_row() -> Any:
    """A couple with rounds exists, and its latest round has a row."""
    return every(TC.sort, lambda couple: implies(TC[couple].round > 0, TC[couple].exists & ROUND[couple, TC[couple].round].exists))


@lemma("latest_round_has_a_row", "rounds_are_counted")
def rounds_are_of_active_couples() -> Any:
    """Rounds are started when both shares are known."""
    return every(TC.sort, lambda couple: every(ROUND.rows(couple), lambda row: PROGRESS[couple].active))


@lemma("shares_are_known_in_order", "couple_has_dataset", "rounds_are_of_active_couples", "latest_round_has_a_row")
def batch_is_drawn_from_the_seed() -> Any:
    """The batch of every round is the one that both shares draw for its epoch and its position."""

    def drawn(couple: Any, row: Any) -> Any:
        progress = PROGRESS[couple]
        key = term(EPOCH_SEED, dataset=TC[couple].ds, epoch=row.epoch, of_mo=progress.mo_share, of_do=progress.do_share)
        return row.batch == permuted(key, row.position, TC[couple].ds.batches)

    return every(TC.sort, lambda couple: every(ROUND.rows(couple), lambda row: drawn(couple, row)))


@lemma("slots_are_of_rounds", "roster_has_subset", "rounds_are_counted", "latest_round_has_a_row", "rounds_are_of_active_couples",
       "shares_are_known_in_order")
def slots_are_the_drawn_batch() -> Any:
    """In the current round exactly the instances of the drawn batch with replicas enough have slots."""

    def trains(couple: Any, instance: Any) -> Any:
        entry = ROSTER[couple, instance]
        alike = count(ROSTER.rows(couple), lambda other: other.subset == entry.subset)
        return entry.exists & (entry.subset.batch == ROUND[couple, TC[couple].round].batch) & (alike >= MIN_REPLICAS)

    return every(TC.sort, lambda couple: implies(TC[couple].round > 0, every(
        CI.sort, lambda instance: SLOT[couple, TC[couple].round, instance].exists == trains(couple, instance))))  # fmt: skip


@lemma("instance_has_subset")
def honest_owners_prepare_what_the_root_says() -> Any:
    """An honest owner has computed its hash on the rows under its subset's root."""
    return every(MEMBER, lambda party: every(CI.sort, lambda instance: implies(
        ~deviating(party) & PREPARED[party, instance].exists,
        CI[instance].exists & (CI[instance].dss.root == term(ROOT, subset=CI[instance].dss, content=PREPARED[party, instance].hash.content)))))  # fmt: skip


@lemma("honest_owners_prepare_what_the_root_says", "instance_has_subset")
def honest_owners_train_on_what_they_joined_with() -> Any:
    """The weights that an honest owner has for an instance are of the rows under its subset's root."""
    return every(MEMBER, lambda party: every(TC.sort, lambda couple: every(CI.sort, lambda instance: implies(
        ~deviating(party) & TRAINED[party, couple, instance].exists,
        CI[instance].exists & (TRAINED[party, couple, instance].weights.content == CI[instance].dss.root.content)))))  # fmt: skip


@lemma("honest_owners_train_on_what_they_joined_with", "slot_owner_is_the_owner", "jobs_have_slots", "slots_are_of_rounds",
       "slot_has_subset@CreateDSS")
def honest_owners_commit_to_right_weights() -> Any:
    """The commitment in an honest owner's slot is to the right weights."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        (job.hash != None) & ~deviating(SLOT[couple, job.round, job.instance].owner),
        (job.hash.weights == right(SLOT[couple, job.round, job.instance].subset, job.round)))))  # fmt: skip


def right(subset: Any, round: Any) -> Any:
    return term(WEIGHTS, content=DSS[subset].root.content, round=round)


@lemma()
def revealed_weights_were_committed_to() -> Any:
    """The weights that a job reveals are those in its commitment."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        job.weights != None, (job.hash != None) & (job.hash.weights == job.weights))))  # fmt: skip


@lemma("slot_has_subset")
def results_are_of_subsets() -> Any:
    """A result is of a subset that exists and of a round that was started."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: DSS[result.subset].exists))
