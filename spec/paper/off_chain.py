"""The off-chain steps O1 to O12: messages and computations that a party may do, withhold or do wrongly."""
# ruff: noqa: I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from spec.language import becomes, choose, count, every, image, implies, term
from spec.paper.assets import (
    AGGREGATED, AGREEMENT, CHECKED, CI, CO, CONTENT, DATA_HASH, DOWNLOADED, DS, DSS, ENTITY, FETCHED, LOCATION, MOD, MODEL_HASH,
    OWN_SUBSET, PAID_OUT, PREPARED, RECEIVED, REQUESTED, SAMPLE, SAMPLE_SEEN, SELECTION, SENT, STORE, TC, TJ, TRAINED, TRAINING_FILE,
    UPLOADED, WEIGHTS, own_nonce, paper,
)  # fmt: skip
from spec.paper.knowledge import knows_content, knows_weights
from spec.tracing import Tracing


@paper.off_chain(actor="DO", cites="L169, L443")
def agree_contract(tx: Tracing, owner: CO, subset: DSS) -> None:  # type: ignore[valid-type]
    """O1: DO and CO enter an offline contract about a subset."""
    tx.observe("agree", AGREEMENT[tx.caller, owner].put(subset=subset))


@paper.honest("AgreeContract")
def spreads_subsets_evenly(tx: Tracing, owner: Any, subset: Any) -> Any:
    def agreed(wanted: Any) -> Any:
        return count(CO, lambda other: AGREEMENT[tx.caller, other].subset == wanted)

    mine = OWN_SUBSET[tx.caller, subset].exists & CO[owner].exists & ~AGREEMENT[tx.caller, owner].exists
    own = every(DSS, lambda other: implies(OWN_SUBSET[tx.caller, other].exists, agreed(subset) <= agreed(other)))
    return mine & (ENTITY[owner].role == "CO") & own


def content_of(tx: Tracing, subset: Any) -> Any:
    """The data that a subset stands for; a replica entry (X02) stands for its original."""
    if tx.switch("X02") != "chunk":
        return image(CONTENT, subset)
    return image(CONTENT, choose(subset.replica_of == None, subset, subset.replica_of))


@paper.off_chain(actor="DO", cites="L444")
def send_subset(tx: Tracing, instance: CI, content: CONTENT) -> None:  # type: ignore[valid-type]
    """O2: the DO transfers the data of an instance to its CO, securely."""
    owner = instance.dss.dataset.owner  # type: ignore[attr-defined]
    tx.require("sender_is_the_do", owner == tx.caller, because="a secure transfer (L444) names its sender", why="It is authenticated.")
    tx.observe("send", SENT[tx.caller, instance].put(content=content), RECEIVED[instance.co, instance].put(content=content))  # type: ignore[attr-defined]


@paper.honest("SendSubset")
def sends_once_what_the_subset_stands_for(tx: Tracing, instance: Any, content: Any) -> Any:
    return ~SENT[tx.caller, instance].exists & (content == content_of(tx, instance.dss))


@paper.power("SendSubset")
def has_some_content(tx: Tracing, instance: Any, content: Any) -> Any:
    return {"knows_content": knows_content(content)}


@paper.off_chain(actor="CO", cites="L677")
def compute_hash(tx: Tracing, instance: CI) -> None:  # type: ignore[valid-type]
    """O3: the CO computes the hash of its subset appended by a nonce."""
    received = RECEIVED[tx.caller, instance]
    tx.require("data_received", received.exists, cites="L677", why="The hash is computed on the data subset.")
    tx.observe("prepare", PREPARED[tx.caller, instance].put(hash=term(DATA_HASH, content=received.content, nonce=own_nonce(tx))))


@paper.honest("ComputeHash")
def computes_once(tx: Tracing, instance: Any) -> Any:
    return (instance.co == tx.caller) & ~PREPARED[tx.caller, instance].exists


@paper.off_chain(actor="DO", cites="L473, L698")
def recompute_hash(tx: Tracing, instance: CI) -> None:  # type: ignore[valid-type]
    """O4: the DO recomputes the hash with the published nonce on the data that it sent."""
    sent = SENT[tx.caller, instance]
    tx.require("nonce_published", instance.nonce != None, cites="L698", why="The nonce stands in the CI.")  # type: ignore[attr-defined]
    tx.require("data_sent", sent.exists, cites="L473", why="Its own computation is on the subset that it distributed.")
    tx.observe("recompute", CHECKED[tx.caller, instance].put(hash=term(DATA_HASH, content=sent.content, nonce=instance.nonce)))  # type: ignore[attr-defined]


@paper.honest("RecomputeHash")
def recomputes_for_a_new_nonce(tx: Tracing, instance: Any) -> Any:
    return (CHECKED[tx.caller, instance].hash.nonce != instance.nonce) & (instance.status == "FREE")


@paper.off_chain(actor="DO", cites="L182, L538")
def publish_samples(tx: Tracing, dataset: DS) -> None:  # type: ignore[valid-type]
    """O5: the DO exposes samples and terms."""
    tx.require("sender_is_the_do", dataset.owner == tx.caller, cites="L538", why="The DO publishes details of its own dataset.")  # type: ignore[attr-defined]
    tx.observe("publish", becomes(SAMPLE[dataset].published, True))


@paper.honest("PublishSamples")
def publishes_samples_once(tx: Tracing, dataset: Any) -> Any:
    return ~SAMPLE[dataset].published


@paper.off_chain(actor="MO", cites="L182, L540")
def read_samples(tx: Tracing, dataset: DS) -> None:  # type: ignore[valid-type]
    """O6: the MO looks up samples and terms."""
    tx.require("samples_published", SAMPLE[dataset].published, cites="L182", why="The DO exposes them.")
    tx.observe("read", becomes(SAMPLE_SEEN[tx.caller, dataset].seen, True))


@paper.honest("ReadSamples")
def reads_once(tx: Tracing, dataset: Any) -> Any:
    return (ENTITY[tx.caller].role == "MO") & ~SAMPLE_SEEN[tx.caller, dataset].seen


@paper.off_chain(actor="MO", cites="L610")
def upload_training_file(tx: Tracing, model: MOD) -> None:  # type: ignore[valid-type]
    """O7: the MO uploads the training file: program, method and its public key."""
    owner = model.owner  # type: ignore[attr-defined]
    tx.require("sender_owns_model", owner == tx.caller, because="the file is the MO's (L610, L615)", why="It is named in the model.")
    tx.observe("upload", TRAINING_FILE[model].put(owner=tx.caller))


@paper.honest("UploadTrainingFile")
def uploads_file_once(tx: Tracing, model: Any) -> Any:
    return (ENTITY[tx.caller].role == "MO") & ~TRAINING_FILE[model].exists


@paper.off_chain(actor="CO", cites="L608-613")
def fetch_training_file(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """O8: a selected CO downloads the training file."""
    tx.require("file_uploaded", TRAINING_FILE[couple.mod].exists, cites="L612", why="The CO downloads the training program.")  # type: ignore[attr-defined]
    if tx.switch("X10") == "circular":
        tx.require("url_readable", FETCHED[tx.caller, couple].seen, cites="L610", why="The URL is encrypted with keys in the file itself.")
    tx.observe("fetch", FETCHED[tx.caller, couple].put(seen=True, key_of=TRAINING_FILE[couple.mod].owner))  # type: ignore[attr-defined]


@paper.honest("FetchTrainingFile")
def fetches_once(tx: Tracing, couple: Any) -> Any:
    return (ENTITY[tx.caller].role == "CO") & ~FETCHED[tx.caller, couple].seen & (couple.round > 0)


@paper.off_chain(actor="CO", cites="L607, L613")
def train(tx: Tracing, couple: TC, instance: CI) -> None:  # type: ignore[valid-type]
    """O9: the CO trains the round's model on its subset; the model is encrypted to the MO."""
    received = RECEIVED[tx.caller, instance]
    tx.require("program_fetched", FETCHED[tx.caller, couple].seen, cites="L612", why="It starts after downloading the program.")
    tx.require("data_received", received.exists, cites="L607", why="It trains on its own data subset.")
    weights = term(WEIGHTS, content=received.content, round=couple.round)  # type: ignore[attr-defined]
    tx.observe("train", TRAINED[tx.caller, couple, instance].put(weights=weights))


@paper.honest("Train")
def trains_selected_instance_once(tx: Tracing, couple: Any, instance: Any) -> Any:
    selected = (SELECTION[couple, instance].round == couple.round) & (couple.round > 0) & (instance.co == tx.caller)
    return selected & (TRAINED[tx.caller, couple, instance].weights.round != couple.round)


@paper.off_chain(actor="CO", cites="L613")
def upload_result(tx: Tracing, couple: TC, instance: CI, weights: WEIGHTS) -> None:  # type: ignore[valid-type]
    """O10: the CO uploads a model to its place in the object store."""
    owner = instance.co  # type: ignore[attr-defined]
    tx.require("place_is_its_own", owner == tx.caller, because="COs store models (L613)", why="The store lets a CO write where it may.")
    tx.observe("store", becomes(STORE[image(LOCATION, instance)].weights, weights))
    tx.observe("remember", becomes(UPLOADED[tx.caller, couple, instance].round, weights.round))  # type: ignore[attr-defined]


@paper.honest("UploadResult")
def uploads_what_it_trained(tx: Tracing, couple: Any, instance: Any, weights: Any) -> Any:
    mine = (tx.caller, couple, instance)
    return TRAINED[mine].exists & (weights == TRAINED[mine].weights) & (UPLOADED[mine].round != weights.round)


@paper.power("UploadResult")
def has_weights(tx: Tracing, couple: Any, instance: Any, weights: Any) -> Any:
    return {"knows_weights": knows_weights(weights)}


@paper.off_chain(actor="MO", cites="L637-652")
def collect(tx: Tracing, couple: TC, instance: CI) -> None:  # type: ignore[valid-type]
    """O11: the MO opens the location, downloads the model and compares its hash with the reported one."""
    job = TJ[couple, instance]
    tx.require("job_reported", job.hash != None, cites="L643", why="It compares with the hash reported by the CO.")
    if tx.switch("X09") == "encrypted":
        tx.require("can_open", job.location.to == tx.caller, cites="L640", why="The MO uses its key to decrypt the URL.")
    place = job.location.location if tx.switch("X09") == "encrypted" else job.location
    stored = STORE[place].weights
    matches = job.hash == term(MODEL_HASH, weights=stored, nonce=job.nonce)
    tx.observe("download", DOWNLOADED[tx.caller, couple, instance].put(weights=stored, matches=matches))
    tx.observe("aggregate", becomes(AGGREGATED[tx.caller, couple.mod].round, couple.round))  # type: ignore[attr-defined]


@paper.honest("Collect")
def collects_each_report_once(tx: Tracing, couple: Any, instance: Any) -> Any:
    fresh = DOWNLOADED[tx.caller, couple, instance].weights.round != couple.round
    return (ENTITY[tx.caller].role == "MO") & (couple.rem == 0) & fresh & (SELECTION[couple, instance].round == couple.round)


@paper.off_chain(actor="MO", because="payment is future work (L1049); a couple has paid (L361)")
def pay(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """O12: payment, which the paper leaves to future work."""
    status = couple.status  # type: ignore[attr-defined]
    tx.require("couple_completed", status == "COMPLETED", because="a couple has paid (L361)", why="paid is set at the end.")
    tx.observe("pay", becomes(PAID_OUT[tx.caller, couple].paid, True))


@paper.honest("Pay")
def pays_once(tx: Tracing, couple: Any) -> Any:
    return REQUESTED[tx.caller, couple].exists & ~PAID_OUT[tx.caller, couple].paid
