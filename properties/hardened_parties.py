"""Lemmas by hand about the parties of `hardened`: what honest ones are, did and remember, so that they can go on."""
# ruff: noqa: E501, I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from properties.hardened_lemmas import couples
from properties.lemmas import lemma
from spec.hardened.words import APPROVAL, COLLECTED, COMMITTED, MISSED, ROUND, SEED_HASH, SHARE, SLOT
from spec.language import MEMBER, deviating, every, image, implies, some, term
from spec.paper.assets import (
    CI, CO, DO, DOWNLOADED, DS, DSS, ENTITY, FETCHED, MO, MOD, MODEL_HASH, NONCE, PREPARED, RECEIVED, REQUESTED, SELECTION, TC, TJ, TRAINED, TRAINING_FILE,
)  # fmt: skip


def honest_parties(holds: Any) -> Any:
    return every(MEMBER, lambda party: implies(~deviating(party), holds(party)))


def memories(holds: Any) -> Any:
    """A condition of every party, couple and instance."""
    return every(MEMBER, lambda party: every(TC.sort, lambda couple: every(CI.sort, lambda instance: holds(party, couple, instance))))


@lemma()
def owners_are_registered() -> Any:
    """Owners of datasets and of models are registered, and so is who joined an instance."""
    data = every(DS, lambda dataset: DO[dataset.owner].exists) & every(MOD, lambda model: MO[model.owner].exists)
    return data & every(CI, lambda instance: implies(instance.hash != None, CO[instance.co].exists))


@lemma()
def honest_members_are_what_they_want_to_be() -> Any:
    """Honest members are registered in the role that they want to have."""
    return honest_parties(lambda party: implies(DO[party].exists, ENTITY[party].role == "DO") & implies(CO[party].exists, ENTITY[party].role == "CO")
                          & implies(MO[party].exists, ENTITY[party].role == "MO"))  # fmt: skip


@lemma()
def honest_owners_have_their_data() -> Any:
    """An honest owner that joined has computed its hash, and whoever did that has received its data."""
    computed = every(CI, lambda instance: implies((instance.hash != None) & ~deviating(instance.co), PREPARED[instance.co, instance].exists))
    return computed & every(MEMBER, lambda party: every(CI.sort, lambda instance: implies(
        PREPARED[party, instance].exists, RECEIVED[party, instance].exists)))  # fmt: skip


@lemma("slots_are_of_rounds")
def slots_are_selected() -> Any:
    """History calls selected what has a slot in the current round."""
    return every(TC.sort, lambda couple: every(CI.sort, lambda instance: implies(
        SLOT[couple, TC[couple].round, instance].exists, SELECTION[couple, instance].round == TC[couple].round)))  # fmt: skip


@lemma("couple_has_model", "couple_has_dataset", "approved_means_approved")
def honest_owners_remember_their_couples() -> Any:
    """An honest MO remembers its couple, and committed to its own share; so did an honest DO that approved."""

    def own(couple: Any, role: str, owner: Any) -> Any:
        return term(SEED_HASH, couple=couple, role=role, share=image(SHARE, owner))

    return couples(lambda couple: (
        implies(~deviating(couple.mod.owner), REQUESTED[couple.mod.owner, couple].exists & (couple.commitment == own(couple, "MO", couple.mod.owner)))
        & implies(APPROVAL[couple].exists & ~deviating(couple.ds.owner), APPROVAL[couple].commitment == own(couple, "DO", couple.ds.owner))))  # fmt: skip


@lemma()
def training_files_are_of_the_owner() -> Any:
    """A training file is of the owner of its model."""
    return every(MOD.sort, lambda model: implies(TRAINING_FILE[model].exists, MOD[model].exists & (TRAINING_FILE[model].owner == MOD[model].owner)))


@lemma("couple_has_model")
def training_files_come_first() -> Any:
    """An honest MO starts rounds when its training file is there."""
    return couples(lambda couple: implies((couple.round > 0) & ~deviating(couple.mod.owner), TRAINING_FILE[couple.mod].exists))


@lemma("training_files_come_first", "latest_round_has_a_row", "couple_has_model")
def nobody_misses_an_honest_file() -> Any:
    """No honest owner looked in vain for the training file of an honest MO."""
    return honest_parties(lambda party: every(TC.sort, lambda couple: implies(
        MISSED[party, couple].seen, TC[couple].exists & (TC[couple].round > 0) & deviating(TC[couple].mod.owner))))  # fmt: skip


@lemma("nobody_misses_an_honest_file", "jobs_have_slots", "slots_are_of_rounds", "latest_round_has_a_row")
def nobody_complains_of_an_honest_file() -> Any:
    """No honest owner complained of an honest MO."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        job.complaint & ~deviating(SLOT[couple, job.round, job.instance].owner), deviating(TC[couple].mod.owner))))  # fmt: skip


@lemma("training_files_are_of_the_owner", "latest_round_has_a_row", "couple_has_model")
def fetched_keys_are_of_the_owner() -> Any:
    """The key in a training file that an honest owner fetched is that of the owner of the couple's model."""
    return honest_parties(lambda party: every(TC.sort, lambda couple: implies(FETCHED[party, couple].seen, (
        TC[couple].exists & (FETCHED[party, couple].key_of == TC[couple].mod.owner)))))  # fmt: skip


@lemma()
def who_trained_has_fetched() -> Any:
    """Who trained has fetched the training file."""
    return memories(lambda party, couple, instance: implies(TRAINED[party, couple, instance].exists, FETCHED[party, couple].seen))


@lemma("jobs_have_slots", "slots_are_of_rounds", "slot_owner_is_the_owner", "rounds_are_counted")
def honest_owners_remember_their_commitments() -> Any:
    """An honest owner remembers what it committed to, and that it did."""

    def own(couple: Any, job: Any, owner: Any) -> Any:
        kept = COMMITTED[owner, couple, job.instance, job.round]
        made = term(MODEL_HASH, weights=kept.weights, nonce=image(NONCE, owner), owner=owner, couple=couple, instance=job.instance, in_round=job.round)
        return kept.exists & (job.hash == made)

    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        (job.hash != None) & ~deviating(SLOT[couple, job.round, job.instance].owner), own(couple, job, SLOT[couple, job.round, job.instance].owner))))  # fmt: skip


@lemma("slots_are_of_rounds", "rounds_are_counted")
def commitments_are_of_rounds() -> Any:
    """A commitment that an honest owner remembers is of a round that was started."""
    return honest_parties(lambda party: every(TC.sort, lambda couple: every(CI.sort, lambda instance: every(
        COMMITTED.rows(party, couple, instance), lambda kept: kept.round <= TC[couple].round))))  # fmt: skip


@lemma("commitments_are_of_rounds", "slots_are_of_rounds", "rounds_are_counted")
def commitments_are_to_what_was_trained() -> Any:
    """In the current round an honest owner that committed has the weights that it committed to."""

    def same(party: Any, couple: Any, instance: Any) -> Any:
        kept, trained = COMMITTED[party, couple, instance, TC[couple].round], TRAINED[party, couple, instance]
        return implies(kept.exists, trained.exists & (trained.weights == kept.weights) & (trained.weights.round == TC[couple].round))

    return honest_parties(lambda party: every(TC.sort, lambda couple: every(CI.sort, lambda instance: same(party, couple, instance))))


@lemma("who_trained_has_fetched")
def who_committed_has_fetched() -> Any:
    """An honest owner that committed in any round has fetched the training file."""
    return honest_parties(lambda party: every(TC.sort, lambda couple: every(CI.sort, lambda instance: every(
        COMMITTED.rows(party, couple, instance), lambda kept: FETCHED[party, couple].seen))))  # fmt: skip


@lemma("fetched_keys_are_of_the_owner", "who_committed_has_fetched", "jobs_have_slots", "slots_are_of_rounds", "latest_round_has_a_row", "couple_has_model", "slot_owner_is_the_owner", "revealed_weights_were_committed_to@CommitTJ")
def honest_models_can_be_opened() -> Any:
    """The place of a model that an honest owner revealed is sealed for the owner of the couple's model."""
    return every(TC.sort, lambda couple: every(TJ.rows(couple), lambda job: implies(
        (job.weights != None) & ~deviating(SLOT[couple, job.round, job.instance].owner), job.location.to == TC[couple].mod.owner)))  # fmt: skip


@lemma("jobs_have_slots", "slots_are_of_rounds", "revealed_weights_were_committed_to@CommitTJ")
def reported_rounds_have_reports() -> Any:
    """In a round with reports some result was revealed."""
    return every(TC.sort, lambda couple: every(ROUND.rows(couple), lambda row: implies(row.reported, some(
        SLOT.rows(couple, row.round), lambda slot: TJ[couple, slot.instance, row.round].weights != None))))  # fmt: skip


@lemma("slots_are_of_rounds", "rounds_are_counted")
def nothing_is_collected_ahead() -> Any:
    """What an honest MO downloaded is of a round that it collected, and that was started."""
    return honest_parties(lambda party: every(TC.sort, lambda couple: (COLLECTED[party, couple].round <= TC[couple].round) & every(
        CI.sort, lambda instance: DOWNLOADED[party, couple, instance].round <= COLLECTED[party, couple].round)))  # fmt: skip


@lemma()
def couples_have_a_status() -> Any:
    """A couple was asked for, approved or completed."""
    return couples(lambda couple: (couple.status == "REQUESTED") | (couple.status == "APPROVED") | (couple.status == "COMPLETED"))


@lemma()
def roots_have_contents() -> Any:
    """The root of a subset is of some content."""
    return every(DSS, lambda subset: subset.root.content != None)
