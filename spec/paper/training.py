"""Requests, rounds and jobs (L366-429, L534-652): transactions 9 to 15."""
# ruff: noqa: I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from spec.language import BOOLEAN, INTEGER, TEXT, becomes, every, implies, literal
from spec.paper.assets import (
    AGGREGATED, DELIVERY, DRAWN, DS, ENTITY, EPOCHS, CI, DSS, MOD, MODEL_HASH, NONCE, REPORTED, REQUESTED, SAMPLE_SEEN, SEEN_MODEL_HASH,
    SEEN_NONCE, SELECTION, TC, TJ, TRAINED, TRAINING_FILE, UPLOADED, location_for, location_kind, own_nonce, paper,
)  # fmt: skip
from spec.paper.inner import (
    add_couple_to_dataset, add_couple_to_mo, add_job_to_couple, add_model_to_mo, assert_owner, assert_role, create_tj, decrement_remaining,
    emit_event, get_asset, put_asset, select_subsets, set_couple_status, set_job_status, set_remaining,
)  # fmt: skip
from spec.paper.knowledge import knows_model_hash, knows_nonce
from spec.tracing import Tracing


@paper.transaction(caller="MO", cites="L557")
def create_mod(tx: Tracing, model: MOD, type: TEXT, url: TEXT, training_method: TEXT) -> None:  # type: ignore[valid-type]
    """A model owner makes an instance of the model on the blockchain."""
    assert_role(tx, "MO")
    put_asset(tx, MOD[model], owner=tx.caller, type=type, url=url, training_method=training_method)
    add_model_to_mo(tx, model)


@paper.honest("CreateMod")
def makes_model_once(tx: Tracing, model: Any, *_: Any) -> Any:
    return (ENTITY[tx.caller].role == "MO") & ~model.exists


@paper.transaction(caller="MO", cites="L570")
def request_tc(tx: Tracing, couple: TC, dataset: DS, model: MOD) -> None:  # type: ignore[valid-type]
    """A model owner asks to train a model on a dataset; the DO is notified."""
    assert_role(tx, "MO")
    get_asset(tx, "dataset", dataset)
    get_asset(tx, "model", model)
    assert_owner(tx, model.owner, "caller_owns_model")  # type: ignore[attr-defined]
    fields = {"dss": tx.argument("subset", DSS)} if tx.switch("X17") == "subset" else {}
    put_asset(tx, TC[couple], ds=dataset, mod=model, status="REQUESTED", rem=0, round=0, paid=False, **fields)
    add_couple_to_mo(tx, couple)
    add_couple_to_dataset(tx, dataset, couple)
    emit_event(tx, "CoupleRequested", couple)
    tx.observe("remember", REQUESTED[tx.caller, couple].put(model=model))


@paper.honest("RequestTC")
def asks_for_own_model(tx: Tracing, couple: Any, dataset: Any, model: Any, *_: Any) -> Any:
    return (ENTITY[tx.caller].role == "MO") & (model.owner == tx.caller) & SAMPLE_SEEN[tx.caller, dataset].seen & ~couple.exists


@paper.transaction(caller="DO", cites="L577")
def approve_tc(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """The data owner approves; a TJ is created for each CI of the dataset; the MO is notified."""
    assert_role(tx, "DO")
    get_asset(tx, "couple", couple)
    assert_owner(tx, couple.ds.owner, "caller_owns_dataset")  # type: ignore[attr-defined]
    set_couple_status(tx, couple, "APPROVED")

    def job(instance: Any) -> None:
        create_tj(tx, couple, instance)
        add_job_to_couple(tx, couple, instance)

    tx.for_each(couple.ds.dssidlist, lambda subset: tx.for_each(subset.ciidlist, job))  # type: ignore[attr-defined]
    emit_event(tx, "CoupleApproved", couple)


@paper.honest("ApproveTC")
def approves_request_once(tx: Tracing, couple: Any) -> Any:
    return (couple.ds.owner == tx.caller) & (couple.status == "REQUESTED")


@paper.transaction(caller="MO", cites="Listing 4, L378-429")
def start_round(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """Open a training round on the subsets of one parity; each CO whose subset is selected is notified."""
    assert_role(tx, "MO")
    tx.require("couple_exists", couple.exists, cites="L386", why="tc do not exists")  # type: ignore[attr-defined]
    approved = couple.status == "APPROVED" if tx.switch("X13") == "unmarshalled" else literal(False, BOOLEAN)  # type: ignore[attr-defined]
    tx.require("couple_approved", approved, cites="L394", why="The TC must be approved by the DO so that model training can start.")
    assert_owner(tx, couple.mod.owner, "caller_owns_model")  # type: ignore[attr-defined]
    picked = selection_rule(tx, couple)
    if tx.switch("X07") == "verified_only":
        verified = every(couple.ds.dssidlist, lambda i, subset: implies(picked(i, subset), every(  # type: ignore[attr-defined]
            subset.ciidlist, lambda instance: instance.status == "VERIFIED")))  # fmt: skip
        tx.require("instances_verified", verified, cites="L480", why="Verified chunks become ready for training.")
    tx.effect("CountRound", becomes(couple.round, couple.round + 1))  # type: ignore[attr-defined]
    select_subsets(tx, couple, picked)
    set_remaining(tx, couple, picked)
    emit_event(tx, "RoundStarted", couple)
    drawn = DRAWN[couple.ds, EPOCHS[couple.ds].closed]  # type: ignore[attr-defined]
    tx.observe("draw", becomes(drawn.times, drawn.times + 1))
    selected = couple.ds.dssidlist.where(picked)  # type: ignore[attr-defined]

    def note(instance: Any) -> None:
        tx.observe("selection", becomes(SELECTION[couple, instance].round, couple.round + 1))  # type: ignore[attr-defined]

    tx.for_each(selected, lambda subset: tx.for_each(subset.ciidlist, note))


def selection_rule(tx: Tracing, couple: Any) -> Any:
    """Which position of Dssidlist, holding which subset, the new round selects."""
    new_round = couple.round + 1
    if tx.switch("X05") == "all":
        return lambda position, subset: literal(True, BOOLEAN)
    if tx.switch("X17") == "subset":
        return lambda position, subset: subset == couple.dss
    if tx.switch("X06") == "draw":
        draw = tx.argument("draw", INTEGER)
        return lambda position, subset: position % 2 == draw % 2
    return lambda position, subset: of_parity(position, new_round)


def of_parity(position: Any, new_round: Any) -> Any:
    """The rule of the listing (L407): the subsets at even positions and those at odd ones train by turns."""
    return position % 2 == (new_round + 1) % 2


@paper.honest("StartRound")
def starts_when_nothing_is_open(tx: Tracing, couple: Any, *_: Any) -> Any:
    nothing = couple.curdssidlist.length == 0
    collected = (couple.round == 0) | nothing | (AGGREGATED[tx.caller, couple.mod].round == couple.round)
    return REQUESTED[tx.caller, couple].exists & TRAINING_FILE[couple.mod].exists & (couple.rem == 0) & collected


@paper.transaction(caller="CO", cites="L615")
def update_tj(tx: Tracing, couple: TC, instance: CI, hash: MODEL_HASH, nonce: NONCE, location: location_kind) -> None:  # type: ignore[valid-type]
    """A cloud owner reports the hash of its model and where it lies; at zero remaining the MO is notified."""
    job = TJ[couple, instance]
    assert_role(tx, "CO")
    get_asset(tx, "couple", couple)
    get_asset(tx, "job", job)
    assert_owner(tx, instance.co, "caller_owns_instance")  # type: ignore[attr-defined]
    tx.effect("report", becomes(job.hash, hash), becomes(job.nonce, nonce), becomes(job.location, location))
    set_job_status(tx, couple, instance, "UPDATED")
    decrement_remaining(tx, couple)
    complete = couple.rem - 1 == 0  # type: ignore[attr-defined]
    emit_event(tx, "RoundComplete", couple, when=complete)
    if tx.switch("X08") == "single":
        tx.effect("overwrite_model_hash", becomes(MOD[couple.mod].hash, hash))  # type: ignore[attr-defined]
    own = instance.co == tx.caller  # type: ignore[attr-defined]
    delivered = DELIVERY[couple, instance, couple.round]  # type: ignore[attr-defined]
    tx.observe("delivery", becomes(delivered.hash, hash).when(own))
    tx.observe("epoch", becomes(EPOCHS[couple.ds].closed, EPOCHS[couple.ds].closed + 1).when(complete))  # type: ignore[attr-defined]
    tx.observe("remember", becomes(REPORTED[tx.caller, couple, instance].round, couple.round))  # type: ignore[attr-defined]


@paper.honest("UpdateTJ")
def reports_each_round_once(tx: Tracing, couple: Any, instance: Any, hash: Any, nonce: Any, location: Any) -> Any:
    mine = (tx.caller, couple, instance)
    uploaded = (UPLOADED[mine].round == couple.round) & (couple.round > 0) & (REPORTED[mine].round != couple.round)
    honest_hash = (hash.weights == TRAINED[mine].weights) & (hash.nonce == nonce) & (nonce == own_nonce(tx))
    return uploaded & honest_hash & location_for(tx, couple, instance, location)


@paper.power("UpdateTJ")
def can_state_model_hash(tx: Tracing, couple: Any, instance: Any, hash: Any, nonce: Any, location: Any) -> Any:
    return {"knows_hash": knows_model_hash(hash), "knows_nonce": knows_nonce(nonce)}


@paper.publication("UpdateTJ")
def publishes_model_hash(tx: Tracing, couple: Any, instance: Any, hash: Any, nonce: Any, location: Any) -> Any:
    seen = SEEN_MODEL_HASH[hash.weights.content, hash.weights.round, hash.nonce].seen
    return [becomes(seen, True), becomes(SEEN_NONCE[nonce].seen, True)]


@paper.transaction(caller="MO", because="the Model URL points to the current version (L562); its hash stands beside it (L565)")
def update_mod(tx: Tracing, model: MOD, url: TEXT, hash: MODEL_HASH) -> None:  # type: ignore[valid-type]
    """The model owner records where the aggregate of a round lies, and its hash."""
    assert_role(tx, "MO")
    get_asset(tx, "model", model)
    assert_owner(tx, model.owner, "caller_owns_model")  # type: ignore[attr-defined]
    tx.effect("record", becomes(model.url, url), becomes(model.hash, hash))  # type: ignore[attr-defined]


@paper.honest("UpdateMod")
def records_each_aggregate_once(tx: Tracing, model: Any, url: Any, hash: Any) -> Any:
    collected = AGGREGATED[tx.caller, model].round
    fresh = (collected > 0) & (hash.weights.round == collected) & (model.hash != hash)
    return (model.owner == tx.caller) & fresh & (hash.weights.content == "aggregate") & (hash.nonce == own_nonce(tx))


@paper.power("UpdateMod")
def can_state_aggregate(tx: Tracing, model: Any, url: Any, hash: Any) -> Any:
    return {"knows_hash": knows_model_hash(hash) | (hash.weights.content == "aggregate")}


@paper.transaction(caller="MO", because="the MO decides the termination (L550); the status says that it completed (L337); paid (L361)")
def complete_tc(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """The model owner ends the training and the couple is marked as paid."""
    assert_role(tx, "MO")
    get_asset(tx, "couple", couple)
    assert_owner(tx, couple.mod.owner, "caller_owns_model")  # type: ignore[attr-defined]
    set_couple_status(tx, couple, "COMPLETED")
    tx.effect("pay", becomes(couple.paid, True))  # type: ignore[attr-defined]
    emit_event(tx, "CoupleComplete", couple)


@paper.honest("CompleteTC")
def completes_after_a_round(tx: Tracing, couple: Any) -> Any:
    return REQUESTED[tx.caller, couple].exists & (couple.status == "APPROVED") & (couple.rem == 0) & (couple.round > 0)


