"""Rounds: drawn from the seed, commitments before reveals, closed by quorum or deadline by whoever has standing."""
# ruff: noqa: E501, I001 (tables: an amendment is a line)

from __future__ import annotations

from typing import Any

from spec.amending import Step
from spec.hardened.couples import no_round_is_open
from spec.hardened.words import (
    APPROVAL, COLLECTED, COMMITTED, DEADLINE, EPOCH_SEED, MIN_REPLICAS, MISSED, PROGRESS, RESULT, ROSTER, ROUND, SLOT, current, due, field, group, has_standing, in_time,
    latest, now, slots, standing, WINDOW,
)  # fmt: skip
from spec.language import BOOLEAN, INTEGER, Amendment, becomes, choose, conjunction, count, every, in_run, literal, permuted, some, term
from spec.paper.assets import (
    AGGREGATED, CI, CI_REF, CO_REF, CONTENT, DELIVERY, DOWNLOADED, DRAWN, DSS, ENTITY, EPOCHS, FETCHED, MODEL_HASH, PREPARED, NONCE, REPORTED,
    REQUESTED, SEEN_NONCE, SELECTION, TC, TC_REF, TJ, TRAINED, TRAINING_FILE, UPLOADED, WEIGHTS, location_for, location_kind, own_nonce,
)  # fmt: skip
from spec.paper.inner import assert_role, get_asset
from spec.paper.knowledge import knows_nonce, knows_weights
from spec.paper.notions import populated
from spec.tracing import Tracing


def owner_of_job(tx: Tracing) -> Any:
    """Who commits is the owner; whoever opens a commitment later takes the owner of its instance."""
    instance = tx.named("instance")
    return tx.caller if instance is None or tx.transaction.caller_role == "CO" else CI[instance].co


def round_of_job(tx: Tracing) -> Any:
    couple = tx.named("couple")
    return tx.named("round", literal(0, INTEGER) if couple is None else TC[couple].round)


REPEATED = "A4, C19: another's commitment is repeated"
PARTS = (
    Amendment("add_part", "model hash.owner", REPEATED, (CO_REF, owner_of_job)),
    Amendment("add_part", "model hash.couple", REPEATED, (TC_REF, lambda tx: tx.named("couple", literal(None, TC_REF)))),
    Amendment("add_part", "model hash.instance", REPEATED, (CI_REF, lambda tx: tx.named("instance", literal(None, CI_REF)))),
    Amendment("add_part", "model hash.in_round", "A7: the commitment of one round is repeated in another", (INTEGER, round_of_job)),
    Amendment("add_key", "TJ.round", "C33: a later round overwrites the record of an earlier one", (INTEGER, lambda keys: TC[keys["couple"]].round)),
    Amendment("add_key", "Drawn.position", "A1: an epoch has a draw for each of its batches", (INTEGER, lambda keys: 0)),
    Amendment("add_field", "TJ.complaint", "C37: an owner without inputs looks like a silent one", field(BOOLEAN, "its inputs did not come")),
    Amendment("add_field", "Downloaded.round", "C32: a stale model in the store looks like one that was collected", field(INTEGER, "the round in which it was downloaded")),
    Amendment("add_field", "TJ.weights", "X01: reports can be compared once they are revealed", field(WEIGHTS, "the digest that the commitment hides")),
)


def trains(couple: Any, instance: Any) -> Any:
    """On the roster, in the batch that the seed draws next, with replicas enough to be compared."""
    entry = ROSTER[couple, instance]
    alike = count(ROSTER.rows(couple), lambda other: other.subset == entry.subset)
    return (entry.subset.batch == next_batch(couple)) & (alike >= MIN_REPLICAS)


def epoch_of_next(couple: Any) -> Any:
    return APPROVAL[couple].first_epoch + PROGRESS[couple].epoch


def next_batch(couple: Any) -> Any:
    """The batch at the next position of the epoch's permutation, which the seed of both owners draws."""
    shares = {"of_mo": PROGRESS[couple].mo_share, "of_do": PROGRESS[couple].do_share}
    return permuted(term(EPOCH_SEED, dataset=couple.ds, epoch=epoch_of_next(couple), **shares), PROGRESS[couple].position, couple.ds.batches)


def nobody_trains(couple: Any) -> Any:
    return ~some(ROSTER.rows(couple), lambda entry: trains(couple, entry.instance))


def open_round(tx: Tracing, couple: Any) -> Any:
    """The new round's row; where no subset has replicas enough, it is closed at once and its position is spent."""
    opened = ROUND[couple, couple.round + 1]
    return [opened.put(epoch=epoch_of_next(couple), position=PROGRESS[couple].position, batch=next_batch(couple), model=couple.mod.hash,
                       commit_by=due(), closed=nobody_trains(couple))]  # fmt: skip


def make_slots(tx: Tracing, couple: Any) -> None:
    def make(entry: Any) -> None:
        slot = SLOT[couple, couple.round + 1, entry.instance].put(subset=entry.subset, owner=entry.owner)
        tx.effect("slots", [write.when(trains(couple, entry.instance)) for write in slot])

    tx.for_each(ROSTER.rows(couple), make)


def advance(tx: Tracing, couple: Any) -> Any:
    progress = PROGRESS[couple]
    last = progress.position + 1 == couple.ds.batches
    return [becomes(progress.position, choose(last, 0, progress.position + 1)), becomes(progress.epoch, choose(last, progress.epoch + 1, progress.epoch))]


def note_selection(tx: Tracing, couple: Any) -> None:
    def note(entry: Any) -> None:
        tx.observe("selection", becomes(SELECTION[couple, entry.instance].round, couple.round + 1).when(trains(couple, entry.instance)))

    tx.for_each(ROSTER.rows(couple), note)


def note_draw(tx: Tracing, couple: Any) -> Any:
    drawn = DRAWN[couple.ds, epoch_of_next(couple), PROGRESS[couple].position]
    return [becomes(drawn.times, drawn.times + 1)]


def starts_the_next_round(tx: Tracing, couple: Any) -> Any:
    collected = (couple.round == 0) | (COLLECTED[tx.caller, couple].round == couple.round) | ~current(couple).reported
    return REQUESTED[tx.caller, couple].exists & TRAINING_FILE[couple.mod].exists & collected


STARTING = (
    Amendment("require", "StartRound.not_ended", "C31: a round is started after the couple has ended", lambda tx, couple: ~PROGRESS[couple].ended),
    Amendment("require", "StartRound.seed_is_known", "A1, A3: the selection is known before the couple is approved", lambda tx, couple: PROGRESS[couple].active),
    Amendment("require", "StartRound.previous_closed", "A2: a round is restarted until the selection suits", lambda tx, couple: no_round_is_open(couple)),
    Amendment("require", "StartRound.epochs_left", "A2: an epoch of another couple is drawn", lambda tx, couple: PROGRESS[couple].epoch < couple.epochs),
    Amendment("drop_effect", "StartRound.SelectSubsets", "A1: the parity selection is predictable"),
    Amendment("drop_effect", "StartRound.SetRemaining", "A8: see TC.rem"),
    Amendment("add_effect", "StartRound.open", "A1, A2, A8: see Round", open_round),
    Amendment("add_effect", "StartRound.slots", "A11, C12, C17: see Slot", make_slots),
    Amendment("add_effect", "StartRound.advance", "A2: a position of an epoch is spent once", advance),
    Amendment("replace_effect", "StartRound.draw", "A2: a draw is of an epoch and a position", note_draw),
    Amendment("replace_effect", "StartRound.selection", "C12: see Slot", note_selection),
    Amendment("honest", "StartRound", "C32: the MO goes on when it has collected what there is", starts_the_next_round),
)  # fmt: skip


def commit_tj(tx: Tracing, couple: TC, instance: CI, hash: MODEL_HASH) -> None:  # type: ignore[valid-type]
    """A cloud owner commits to its result, before any result is revealed."""
    assert_role(tx, "CO")
    get_asset(tx, "couple", couple)
    tx.effect("commit", TJ[couple, instance].put(status="CREATED", hash=hash))
    kept = COMMITTED[tx.caller, couple, instance, couple.round]  # type: ignore[attr-defined]
    tx.observe("remember", kept.put(weights=hash.weights))  # type: ignore[attr-defined]


def commits_what_it_trained(tx: Tracing, couple: Any, instance: Any, hash: Any) -> Any:
    trained = TRAINED[tx.caller, couple, instance]
    mine = trained.exists & (trained.weights.round == couple.round) & (couple.round > 0) & (slot_of(couple, instance).owner == tx.caller)
    return mine & (hash == term(MODEL_HASH, weights=trained.weights, nonce=own_nonce(tx)))


def can_commit(tx: Tracing, couple: Any, instance: Any, hash: Any) -> Any:
    return {"knows_hash": knows_commitment(hash)}


def knows_commitment(value: Any) -> Any:
    """A commitment that stands on the ledger can be repeated, bound as it is; another is made of a digest and a nonce."""
    stands = some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.hash == value))
    return stands | (knows_digest(value.weights) & knows_salt(value.nonce))


def knows_salt(nonce: Any) -> Any:
    """A nonce that was revealed stands on the ledger."""
    return knows_nonce(nonce) | some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.nonce == nonce))


def knows_digest(weights: Any) -> Any:
    """The digest of a model is computed from the model, or read where it was revealed."""
    return knows_weights(weights) | some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.weights == weights))


def slot_of(couple: Any, instance: Any) -> Any:
    return SLOT[couple, couple.round, instance]


COMMITTING = (
    Amendment("add_transaction", "CommitTJ", "A4, A7, C19, C20, C33: a result is seen before others have theirs",
              Step("CO", commit_tj, commits_what_it_trained, can_commit)),
    Amendment("require", "CommitTJ.has_a_slot", "A11: an instance that was not selected delivers", lambda tx, couple, instance, hash:
              slot_of(couple, instance).exists),
    Amendment("require", "CommitTJ.caller_owns_slot", "C33, C35: a job is written by another", lambda tx, couple, instance, hash:
              slot_of(couple, instance).owner == tx.caller),
    Amendment("require", "CommitTJ.not_revealing", "A4, C19: a result that was revealed is committed to", lambda tx, couple, instance, hash:
              ~current(couple).revealing),
    Amendment("require", "CommitTJ.round_is_open", "A7: a job changes after the round was closed", lambda tx, couple, instance, hash: ~current(couple).closed),
    Amendment("require", "CommitTJ.in_time", DEADLINE, lambda tx, couple, instance, hash: in_time(current(couple).commit_by)),
    Amendment("require", "CommitTJ.no_job", "A7: an update is sent twice", lambda tx, couple, instance, hash: (
              (TJ[couple, instance].hash == None) & ~TJ[couple, instance].complaint)),
    Amendment("require", "CommitTJ.hash_is_present", "C17: a commitment to nothing", lambda tx, couple, instance, hash: hash != None),
)  # fmt: skip


def report_input(tx: Tracing, couple: TC, instance: CI) -> None:  # type: ignore[valid-type]
    """A cloud owner whose inputs did not come, or are not those that were fixed, says so in time: no blame, no fee."""
    assert_role(tx, "CO")
    get_asset(tx, "couple", couple)
    tx.effect("complain", becomes(TJ[couple, instance].complaint, True))


def miss_training_file(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """A selected cloud owner wants to download the training file, and there is none."""
    tx.require("file_is_missing", ~TRAINING_FILE[couple.mod].exists, because="C37: it tried")  # type: ignore[attr-defined]
    tx.observe("miss", becomes(MISSED[tx.caller, couple].seen, True))


def wants_to_fetch(tx: Tracing, couple: Any) -> Any:
    return (ENTITY[tx.caller].role == "CO") & ~MISSED[tx.caller, couple].seen & (couple.round > 0)


def has_no_inputs(tx: Tracing, couple: Any, instance: Any) -> Any:
    return MISSED[tx.caller, couple].seen & ~FETCHED[tx.caller, couple].seen


COMPLAINING = (
    Amendment("add_transaction", "MissTrainingFile", "C37: an owner that has not tried to fetch its inputs complains of them",
              Step("CO", miss_training_file, wants_to_fetch, on_ledger=False)),
    Amendment("add_transaction", "ReportInput", "C37: the MO withholds inputs and has an honest owner blamed", Step("CO", report_input, has_no_inputs)),
    Amendment("require", "ReportInput.caller_owns_slot", "C33, C35: another complains", lambda tx, couple, instance: slot_of(couple, instance).owner == tx.caller),
    Amendment("require", "ReportInput.not_revealing", "C37: a complaint after others have revealed", lambda tx, couple, instance: ~current(couple).revealing),
    Amendment("require", "ReportInput.round_is_open", "C37: a complaint after the round was closed", lambda tx, couple, instance: ~current(couple).closed),
    Amendment("require", "ReportInput.no_job", "C37: a complaint about inputs that were used", lambda tx, couple, instance: TJ[couple, instance].hash == None),
)  # fmt: skip


def open_reveal(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """Whoever has standing ends the commitments of a round, when all are there or their time is over."""
    get_asset(tx, "couple", couple)
    opened = current(couple)
    tx.effect("reveal", becomes(opened.revealing, True), becomes(opened.reveal_by, due()))
    tx.event("RevealStarted", couple)


def whenever_it_may(tx: Tracing, couple: Any) -> Any:
    return True


def all_committed(couple: Any) -> Any:
    return every(slots(couple, couple.round), lambda slot: (TJ[couple, slot.instance].hash != None) | TJ[couple, slot.instance].complaint)


REVEALING = (
    Amendment("add_transaction", "OpenReveal", "C19, C32: commitments wait for a silent CO", Step("DO, MO or CO", open_reveal, whenever_it_may)),
    Amendment("require", "OpenReveal.caller_has_standing", "C35: anybody moves a round on", standing),
    Amendment("require", "OpenReveal.round_is_open", "A7: a closed round is opened", lambda tx, couple: (couple.round > 0) & ~current(couple).closed),
    Amendment("require", "OpenReveal.not_revealing", DEADLINE, lambda tx, couple: ~current(couple).revealing),
    Amendment("require", "OpenReveal.committed_or_late", "C19: an honest CO is kept from committing",
              lambda tx, couple: all_committed(couple) | ~in_time(current(couple).commit_by)),
)  # fmt: skip


def update_tj(tx: Tracing, couple: TC, round: INTEGER, instance: CI, weights: WEIGHTS, nonce: NONCE, location: location_kind) -> None:  # type: ignore[valid-type]
    """A cloud owner reveals what it committed to, and where its model lies; in time, whether the round is closed or not."""
    job = TJ[couple, instance, round]
    assert_role(tx, "CO")
    get_asset(tx, "job", job)
    tx.effect("reveal", becomes(job.weights, weights), becomes(job.nonce, nonce), becomes(job.location, location), becomes(job.status, "UPDATED"))
    own = instance.co == tx.caller  # type: ignore[attr-defined]
    tx.observe("delivery", becomes(DELIVERY[couple, instance, round].hash, job.hash).when(own))
    tx.observe("remember", becomes(REPORTED[tx.caller, couple, instance].round, round))


def reveals_what_it_committed(tx: Tracing, couple: Any, round: Any, instance: Any, weights: Any, nonce: Any, location: Any) -> Any:
    kept = COMMITTED[tx.caller, couple, instance, round]
    uploaded = UPLOADED[tx.caller, couple, instance].round == round
    return kept.exists & uploaded & (weights == kept.weights) & (nonce == own_nonce(tx)) & location_for(tx, couple, instance, location)


def can_reveal(tx: Tracing, couple: Any, round: Any, instance: Any, weights: Any, nonce: Any, location: Any) -> Any:
    return {"knows_weights": knows_digest(weights), "knows_nonce": knows_salt(nonce)}


def shows_nonce(tx: Tracing, couple: Any, round: Any, instance: Any, weights: Any, nonce: Any, location: Any) -> Any:
    return [becomes(SEEN_NONCE[nonce].seen, True)]


def opens(tx: Tracing, couple: Any, round: Any, instance: Any, weights: Any, nonce: Any, location: Any) -> Any:
    return TJ[couple, instance, round].hash == term(MODEL_HASH, weights=weights, nonce=nonce)


UPDATING = (
    Amendment("replace_transaction", "UpdateTJ", "X01, C17, C22: hashes with nonces cannot be compared before they are opened",
              Step("CO", update_tj, reveals_what_it_committed, can_reveal, shows_nonce)),
    Amendment("require", "UpdateTJ.caller_owns_slot", "C33, C35: a job is written by another",
              lambda tx, couple, round, instance, *_: SLOT[couple, round, instance].owner == tx.caller),
    Amendment("require", "UpdateTJ.revealing", "A4, C19: a result is seen before others have theirs", lambda tx, couple, round, *_: ROUND[couple, round].revealing),
    Amendment("require", "UpdateTJ.in_time", DEADLINE, lambda tx, couple, round, *_: in_time(ROUND[couple, round].reveal_by)),
    Amendment("require", "UpdateTJ.not_revealed", "A7: an update is sent twice", lambda tx, couple, round, instance, *_: TJ[couple, instance, round].weights == None),
    Amendment("require", "UpdateTJ.weights_are_present", "C17: nothing is revealed", lambda tx, couple, round, instance, weights, *_: weights != None),
    Amendment("require", "UpdateTJ.opens", "C20, C22: something else is revealed than was committed to", opens),
)  # fmt: skip


def takes_it(tx: Tracing, *_: Any) -> Any:
    return True


def take_result(tx: Tracing, couple: TC, round: INTEGER, instance: CI) -> None:  # type: ignore[valid-type]
    """Whoever has standing has the weights of an instance taken as its subset's result: more than half of the slots revealed them."""
    get_asset(tx, "couple", couple)
    tx.effect("take", becomes(RESULT[couple, round, SLOT[couple, round, instance].subset].weights, TJ[couple, instance, round].weights))


def has_quorum(couple: Any, round: Any, instance: Any) -> Any:
    """More than half of the subset's slots revealed what this one did."""
    weights, subset = TJ[couple, instance, round].weights, SLOT[couple, round, instance].subset
    alike = group(couple, round, subset, lambda other: TJ[couple, other.instance, round].weights == weights)
    return (weights != None) & (alike * 2 > group(couple, round, subset, lambda other: literal(True, BOOLEAN)))


def may_be_taken(couple: Any, round: Any) -> Any:
    """From the first reveal until disputes are over, so that who closes a round cannot choose its results."""
    row = ROUND[couple, round]
    return row.revealing & (~row.closed | in_time(row.dispute_by))


TAKING = (
    Amendment("add_transaction", "TakeResult", "A7, A8, C17: two matching reports of five are taken as right", Step("DO, MO or CO", take_result, takes_it)),
    Amendment("require", "TakeResult.caller_has_standing", "C35: anybody moves a round on", standing),
    Amendment("require", "TakeResult.has_a_slot", "A11: an instance that was not selected delivers",
              lambda tx, couple, round, instance: SLOT[couple, round, instance].exists),
    Amendment("require", "TakeResult.round_may_have_results", "A4: a result while others still commit", lambda tx, couple, round, instance: may_be_taken(couple, round)),
    Amendment("require", "TakeResult.no_result", "A7: a result changes",
              lambda tx, couple, round, instance: RESULT[couple, round, SLOT[couple, round, instance].subset].weights == None),
    Amendment("require", "TakeResult.has_quorum", "A5, C17: two colluders of five satisfy the 2-of-5 rule",
              lambda tx, couple, round, instance: has_quorum(couple, round, instance)),
)  # fmt: skip


def every_subset_has_a_result(couple: Any) -> Any:
    return every(slots(couple, couple.round), lambda slot: RESULT[couple, couple.round, slot.subset].weights != None)


def close_round(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """Whoever has standing closes a round when every subset has a result, or the time for reveals is over."""
    get_asset(tx, "couple", couple)
    reported = some(slots(couple, couple.round), lambda slot: TJ[couple, slot.instance].weights != None)  # type: ignore[attr-defined]
    ended = latest(now(), current(couple).reveal_by)
    tx.effect("close", becomes(current(couple).closed, True), becomes(current(couple).reported, reported),
              becomes(current(couple).dispute_by, ended + WINDOW), becomes(current(couple).arbitrate_by, ended + WINDOW * 2),
              becomes(PROGRESS[couple].deadline, latest(PROGRESS[couple].deadline, ended + WINDOW * 3)))  # fmt: skip
    complete = every(slots(couple, couple.round), lambda slot: TJ[couple, slot.instance].weights != None)  # type: ignore[attr-defined]
    tx.event("RoundEnded", couple)
    tx.event("RoundComplete", couple, when=complete)
    tx.observe("epoch", becomes(EPOCHS[couple.ds].closed, EPOCHS[couple.ds].closed + 1).when(complete))  # type: ignore[attr-defined]


CLOSING = (
    Amendment("add_transaction", "CloseRound", "A7, A8, A19, C31, C32: a counter miscounts, and waits for ever", Step("DO, MO or CO", close_round, whenever_it_may)),
    Amendment("require", "CloseRound.caller_has_standing", "C35: anybody closes a round", standing),
    Amendment("require", "CloseRound.round_is_open", "A7: a round is closed twice", lambda tx, couple: (couple.round > 0) & ~current(couple).closed),
    Amendment("require", "CloseRound.revealing", "C31: a round is closed before anything is revealed", lambda tx, couple: current(couple).revealing),
    Amendment("require", "CloseRound.quorum_or_late", "C17, C31: a round is closed before a quorum has revealed",
              lambda tx, couple: every_subset_has_a_result(couple) | ~in_time(current(couple).reveal_by)),
)  # fmt: skip


def collects_results(tx: Tracing, couple: Any, instance: Any) -> Any:
    fresh = DOWNLOADED[tx.caller, couple, instance].round != couple.round
    revealed = current(couple).closed & (TJ[couple, instance].weights != None)
    return (ENTITY[tx.caller].role == "MO") & revealed & fresh & (SELECTION[couple, instance].round == couple.round)


def can_state_aggregate(tx: Tracing, model: Any, url: Any, hash: Any) -> Any:
    known = some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.hash == hash))
    return {"knows_hash": known | (hash.weights.content == "aggregate") | (knows_digest(hash.weights) & knows_salt(hash.nonce))}


def records_each_aggregate_once(tx: Tracing, model: Any, url: Any, hash: Any) -> Any:
    collected = AGGREGATED[tx.caller, model].round
    aggregate = term(WEIGHTS, content=literal("aggregate", CONTENT), round=collected)
    return (model.owner == tx.caller) & (collected > 0) & (hash == term(MODEL_HASH, weights=aggregate, nonce=own_nonce(tx))) & (model.hash != hash)


def train_as_joined(tx: Tracing, couple: Any, instance: Any) -> Any:
    weights = term(WEIGHTS, content=PREPARED[tx.caller, instance].hash.content, round=couple.round)
    return [TRAINED[tx.caller, couple, instance].put(weights=weights)]


BESIDE = (
    Amendment("require", "Train.joined", "C17: see Train.train", lambda tx, couple, instance: PREPARED[tx.caller, instance].exists),
    Amendment("replace_effect", "Train.train", "C17: a DO sends other rows to an owner that has joined; it trains on what it joined with", train_as_joined),
    Amendment("honest", "Collect", "C31: the MO collects when the round is closed, all reports or not", collects_results),
    Amendment("honest", "UpdateMod", "A4: the MO's own aggregate belongs to no job", records_each_aggregate_once),
    Amendment("power", "UpdateMod", REPEATED, can_state_aggregate),
)


def job_round_is_open(couple: Any) -> Any:
    """A round was started and is not closed."""
    return (couple.round > 0) & ~current(couple).closed


def epoch_and_position(couple: Any) -> Any:
    """The epoch and the position in it that the couple's current round spends."""
    return current(couple).epoch, current(couple).position


def selected_by_slot(couple: Any, subset: Any) -> Any:
    """The subset has slots in the couple's current round."""
    return some(slots(couple, couple.round), lambda slot: slot.subset == subset)


def same_commitments_and_roster(couple: Any) -> Any:
    """In both runs both shares are committed to alike, and the roster and the batches of the dataset are the same."""

    def same(*values: Any) -> Any:
        return conjunction(*(in_run(0, value) == in_run(1, value) for value in values))

    rosters = every(CI.sort, lambda instance: same(ROSTER[couple, instance].exists, ROSTER[couple, instance].subset))
    committed = same(couple.commitment, APPROVAL[couple].commitment, APPROVAL[couple].first_epoch)
    return committed & same(couple.ds, couple.ds.batches) & every(DSS.sort, lambda subset: same(DSS[subset].batch)) & rosters


def accepted_results(judged: Any) -> Any:
    """What a quorum of the slots of a round revealed."""
    return every(TC, lambda couple: every(RESULT.rows(couple), lambda result: (
        (result.weights == None) | judged(couple, result.subset, result.round, result.weights))))  # fmt: skip


def slots_of(couple: Any, subset: Any, round: Any, member: Any) -> Any:
    """How many slots a subset has in a round, all of them or those whose owner meets a condition."""
    return group(couple, round, subset, lambda slot: member(slot.owner))


def weights_of_root(subset: Any, round: Any) -> Any:
    """What training on the rows under the subset's root gives in a round."""
    return term(WEIGHTS, content=DSS[subset].root.content, round=round)


def active_market() -> Any:
    """Every instance is verified, every couple active, every training file uploaded: where attacks start."""
    return populated() & every(TC.sort, lambda couple: PROGRESS[couple].active)


def on_the_roster(couple: Any, party: Any) -> Any:
    """The couple's DO, its MO, and whoever is on its roster: each of them alone."""
    return has_standing(party, couple)


def couple_has_ended(couple: Any) -> Any:
    """The couple completed, was cancelled or was closed; nothing of it is held any more."""
    return PROGRESS[couple].ended


COUNTERLESS = "the variant stores no counter of remaining jobs (A8): C31 is judged on the event of a completed round"
NOTIONS = (
    Amendment("notion", "remaining", "A8: see TC.rem", COUNTERLESS),
    Amendment("notion", "round_is_open", "A19: a round is open until it is closed", job_round_is_open),
    Amendment("notion", "epoch_now", "A2: epochs are allocated once", epoch_and_position),
    Amendment("notion", "selected_subset", "A8: see TC.curdssidlist", selected_by_slot),
    Amendment("notion", "same_beacon", "C25: the seed is committed to by both", same_commitments_and_roster),
    Amendment("notion", "results_taken_as_right", "C17: a quorum decides", accepted_results),
    Amendment("notion", "group_of", "C17: f counts replicas among those fixed when the round starts", slots_of),
    Amendment("notion", "populated", "C25: a couple is active when the seed is known", active_market),
    Amendment("notion", "has_standing", "A19: a silent party holds up the others", on_the_roster),
    Amendment("notion", "has_ended", "A19: a silent party holds up the others", couple_has_ended),
    Amendment("notion", "right_weights", "C16: right is what the advertised rows give", weights_of_root),
)
AMENDMENTS = (*PARTS, *STARTING, *COMMITTING, *COMPLAINING, *REVEALING, *UPDATING, *TAKING, *CLOSING, *BESIDE, *NOTIONS)
