"""Datasets, subsets and instances: one instance for each owner, joined once, verified once, ended by whoever waits in vain."""
# ruff: noqa: E501, I001 (tables: an amendment is a line)

from __future__ import annotations

from typing import Any

from spec.amending import Step
from spec.hardened.words import DEADLINE, ENDED, HOLDER, OPEN, ROOT, VERIFICATION, due, field, in_time
from spec.language import INTEGER, Amendment, becomes, choose, every, image, some, term
from spec.paper.assets import (
    CHECKED, CI, CI_REF, CLAIMED, CO_REF, CONTENT, CONTRACT, DATA_HASH, DS, DSS, ENTITY, MOD, NONCE, OWN_SUBSET, PREPARED, RECEIVED,
)  # fmt: skip
from spec.paper.inner import assert_role, get_asset
from spec.paper.knowledge import knows_content, knows_nonce
from spec.tracing import Tracing


def instance_of(tx: Tracing) -> Any:
    return tx.named("instance")


def owner_of_instance(tx: Tracing) -> Any:
    return CI[tx.named("instance")].co


PARTS = (
    Amendment("add_part", "data hash.instance", "C14: the hash of one instance is repeated for another", (CI_REF, instance_of)),
    Amendment("add_part", "data hash.owner", "C14: an owner repeats another's hash", (CO_REF, owner_of_instance)),
)

FIELDS = (
    Amendment("add_field", "DS.batches", "A1, C27: fixed batches, so that an epoch covers every subset", field(INTEGER, "number of batches")),
    Amendment("add_field", "DS.next_epoch", "A2: an epoch is drawn again by another couple", field(INTEGER, "epochs are used once")),
    Amendment("add_field", "DSS.root", "A6, C07, C16: nothing says which rows a subset has", field(ROOT, "a Merkle root of salted rows")),
    Amendment("add_field", "DSS.batch", "A1: who picks the subsets of a round controls what trains", field(INTEGER, "fixed when published")),
    Amendment("add_field", "CI.challenge", "C14: an owner answers without the data", field(NONCE, "drawn by the DO")),
    Amendment("add_field", "CI.deadline", DEADLINE, field(INTEGER, "of the next step of the instance")),
    Amendment("add_field", "CI.ended", "C10: not looked at, refused and rejected look alike", field(ENDED, "how it ended")),
    Amendment("add_field", "CI.engaged", "C32: an owner leaves while it is on a roster", field(INTEGER, "open couples with it on their roster")),
)

def claim_rows(tx: Tracing, subset: Any, dataset: Any, root: Any, batch: Any) -> Any:
    """The root is on the ledger before any owner has the rows: whoever has them can tell by whom they were listed first."""
    first = CLAIMED[root.content].owner
    return [*OWN_SUBSET[tx.caller, subset].put(dataset=dataset), becomes(first, dataset.owner).when(first == None)]


DATASETS = (
    Amendment("require", "CreateDS.dataset_is_new", "C35: anybody overwrites another's dataset", lambda tx, dataset, *_: ~dataset.exists),
    Amendment("require", "CreateDS.contract_is_new", "C35: anybody overwrites another's contract",
              lambda tx, dataset, contract, *_: ~CONTRACT[contract].exists),
    Amendment("replace_effect", "CreateDS.PutAsset", "C26: subsets are added while couples train",
              lambda tx, dataset, contract, description, sample_url, terms, price: [
                  DS[dataset].put(owner=tx.caller, description=description, sample_url=sample_url, terms=terms)]),
    Amendment("add_parameter", "CreateDSS.root", "A6, C07: see DSS.root", ROOT),
    Amendment("add_parameter", "CreateDSS.batch", "A1: see DSS.batch", INTEGER),
    Amendment("require", "CreateDSS.subset_is_new", "C35: anybody overwrites another's subset", lambda tx, subset, *_: ~DSS[subset].exists),
    Amendment("require", "CreateDSS.dataset_is_draft", "C26: subsets are added while couples train",
              lambda tx, subset, dataset, *_: dataset.status != "PUBLISHED"),
    Amendment("require", "CreateDSS.root_is_present", "A6, C07: a subset without a root", lambda tx, subset, dataset, root, batch: root != None),
    Amendment("replace_effect", "CreateDSS.PutAsset", "A1, A6: see DSS.root and DSS.batch", lambda tx, subset, dataset, root, batch: [
        DSS[subset].put(dataset=dataset, index=dataset.dssidlist.length, root=root, batch=batch)]),
    Amendment("replace_effect", "CreateDSS.remember", "C06: nothing says whose rows they were before anybody else had them", claim_rows),
    Amendment("honest", "CreateDSS", "A1, A6: the root of the data, and two batches as the paper's two parities", lambda tx, subset, dataset, root, batch:
              (ENTITY[tx.caller].role == "DO") & (dataset.owner == tx.caller) & ~subset.exists & (batch == dataset.dssidlist.length % 2)
              & (root == term(ROOT, subset=subset, content=image(CONTENT, subset)))),
    Amendment("power", "CreateDSS", "A6: a root can be made of what is known", lambda tx, subset, dataset, root, batch:
              {"knows_content": knows_content(root.content)}),
)  # fmt: skip


def publish_ds(tx: Tracing, dataset: DS, batches: INTEGER) -> None:  # type: ignore[valid-type]
    """The data owner freezes its subsets in batches and publishes the dataset."""
    assert_role(tx, "DO")
    get_asset(tx, "dataset", dataset)
    tx.effect("publish", becomes(dataset.status, "PUBLISHED"), becomes(dataset.batches, batches))  # type: ignore[attr-defined]
    tx.event("DatasetFrozen", dataset)


def publishes_once(tx: Tracing, dataset: Any, batches: Any) -> Any:
    own = (dataset.owner == tx.caller) & (dataset.status != "PUBLISHED") & (dataset.dssidlist.length > 0)
    return own & (batches == choose(dataset.dssidlist.length < 2, 1, 2))


PUBLISHING = (
    Amendment("add_transaction", "PublishDS", "C26, C27: subsets change while couples train", Step("DO", publish_ds, publishes_once)),
    Amendment("require", "PublishDS.caller_owns_dataset", "C35: anybody publishes", lambda tx, dataset, batches: dataset.owner == tx.caller),
    Amendment("require", "PublishDS.dataset_is_draft", "C26: batches change while couples train",
              lambda tx, dataset, batches: dataset.status != "PUBLISHED"),
    Amendment("require", "PublishDS.batches_cover", "C27: a subset in no batch never trains", lambda tx, dataset, batches: (batches > 0) & (batches <= dataset.dssidlist.length) & every(
        dataset.dssidlist, lambda subset: (subset.batch >= 0) & (subset.batch < batches))),
)  # fmt: skip

INSTANCES = (
    Amendment("require", "CreateCI.instance_is_new", "C11, C35: a verified instance is overwritten", lambda tx, instance, subset, owner: ~CI[instance].exists),
    Amendment("require", "CreateCI.owner_is_new_in_dataset", "C01, C02: one owner holds several subsets of a dataset", lambda tx, instance, subset, owner:
              ~HOLDER[subset.dataset, owner].exists & ~OPEN[subset.dataset, owner].exists & (owner != tx.caller)),
    Amendment("add_parameter", "CreateCI.challenge", "C14: see CI.challenge", NONCE),
    Amendment("replace_effect", "CreateCI.PutAsset", "C14, A19: a challenge and a deadline", lambda tx, instance, subset, owner, challenge: [
        CI[instance].put(co=owner, dss=subset, status="FREE", challenge=challenge, deadline=due())]),
    Amendment("add_effect", "CreateCI.hold", "C01, C02: see Holder", lambda tx, instance, subset, owner, challenge: [
        HOLDER[subset.dataset, owner].put(instance=instance)]),
    Amendment("honest", "CreateCI", "C14: the DO draws the challenge", lambda tx, instance, subset, owner, challenge:
              assigns(tx, instance, subset, owner) & (challenge == image(NONCE, tx.caller))),
    Amendment("power", "CreateCI", "C14: a challenge that is known", lambda tx, instance, subset, owner, challenge:
              {"knows_nonce": knows_nonce(challenge)}),
)  # fmt: skip


MODELS = (
    Amendment("require", "CreateMod.model_is_new", "C35: anybody overwrites another's model", lambda tx, model, *_: ~MOD[model].exists),
)  # fmt: skip


def assigns(tx: Tracing, instance: Any, subset: Any, owner: Any) -> Any:
    from spec.paper.distribution import assigns_as_agreed

    return assigns_as_agreed(tx, instance, subset, owner)


def live(instance: Any) -> Any:
    return instance.ended == None


JOINING = (
    Amendment("require", "JoinCI.not_joined", "C11: an owner joins again after it was verified", lambda tx, instance, *_: instance.hash == None),
    Amendment("require", "JoinCI.hash_is_present", "C11: an owner joins with nothing", lambda tx, instance, hash, nonce: hash != None),
    Amendment("require", "JoinCI.instance_is_live", "C10: an instance that has ended", lambda tx, instance, *_: live(instance)),
    Amendment("require", "JoinCI.in_time", "C32: an instance is joined long after it was offered", lambda tx, instance, *_: in_time(instance.deadline)),
    Amendment("require", "JoinCI.challenge_is_answered", "C14: an owner answers a challenge of its own",
              lambda tx, instance, hash, nonce: nonce == instance.challenge),
    Amendment("add_effect", "JoinCI.renew_deadline", DEADLINE, lambda tx, instance, hash, nonce: [becomes(instance.deadline, due())]),
    Amendment("replace_effect", "ComputeHash.prepare", "C14: the hash covers the DO's challenge", lambda tx, instance: [
        PREPARED[tx.caller, instance].put(hash=term(DATA_HASH, content=RECEIVED[tx.caller, instance].content, nonce=instance.challenge))]),
    Amendment("honest", "ComputeHash", "A6, C13: an owner accepts only what matches the root", lambda tx, instance:
              (instance.co == tx.caller) & ~PREPARED[tx.caller, instance].exists
              & (instance.dss.root == term(ROOT, subset=instance.dss, content=RECEIVED[tx.caller, instance].content))),
    Amendment("power", "JoinCI", "C14: a hash that stands on the ledger can be repeated, another is made of data and challenge",
              lambda tx, instance, hash, nonce: {"knows_hash": knows_data_hash(hash), "knows_nonce": knows_challenge(nonce)}),
    Amendment("publication", "JoinCI", "C14: bound to its owner and its instance, the hash is of no use to others"),
)  # fmt: skip


def knows_challenge(nonce: Any) -> Any:
    """A challenge stands on the ledger; another nonce is drawn, or was published."""
    return knows_nonce(nonce) | some(CI, lambda instance: instance.challenge == nonce)


def knows_data_hash(hash: Any) -> Any:
    return some(CI, lambda instance: instance.hash == hash) | (knows_content(hash.content) & knows_challenge(hash.nonce))


VERIFYING = (
    Amendment("require", "VerifyCI.joined", "C11: an instance is verified that nobody joined", lambda tx, instance, hash: instance.hash != None),
    Amendment("require", "VerifyCI.instance_is_live", "C10: an instance that has ended", lambda tx, instance, hash: live(instance)),
    Amendment("add_effect", "VerifyCI.attest", "C11: see Verification", lambda tx, instance, hash: [VERIFICATION[instance].put(hash=hash)]),
    Amendment("power", "VerifyCI", "C14: see JoinCI", lambda tx, instance, hash: {"knows_hash": knows_data_hash(hash)}),
    Amendment("honest", "VerifyCI", "C07: the DO verifies what it checked", lambda tx, instance, hash: CHECKED[tx.caller, instance].exists & (
        hash == CHECKED[tx.caller, instance].hash) & (instance.status == "FREE")),
)  # fmt: skip


def ending(role: str, how: str, description: str) -> Any:
    """A transaction that ends an instance."""

    def end(tx: Tracing, instance: CI) -> None:  # type: ignore[valid-type]
        if role:
            assert_role(tx, role)
        get_asset(tx, "instance", instance)
        tx.require("instance_is_live", live(instance), because="C10: an instance that has ended", why="It ends once.")
        tx.effect("end", becomes(instance.ended, how))  # type: ignore[attr-defined]
        tx.event(f"Instance{how.capitalize()}", instance)

    end.__doc__ = description
    return end


def refuses_what_does_not_match(tx: Tracing, instance: Any) -> Any:
    received = RECEIVED[tx.caller, instance]
    return received.exists & (instance.dss.root != term(ROOT, subset=instance.dss, content=received.content))


def rejects_what_does_not_match(tx: Tracing, instance: Any) -> Any:
    checked = CHECKED[tx.caller, instance]
    return checked.exists & (checked.hash != instance.hash)


def whenever_it_may(tx: Tracing, *_: Any) -> Any:
    return True


def stays(tx: Tracing, *_: Any) -> Any:
    """An honest party has no reason to leave."""
    return False


def unverified(instance: Any) -> Any:
    return instance.status == "FREE"


EXITS = (
    Amendment("add_transaction", "RefuseCI", "C10: a refusal looks like silence",
              Step("CO", ending("CO", "REFUSED", "A cloud owner refuses an instance that was offered to it."), refuses_what_does_not_match)),
    Amendment("require", "RefuseCI.caller_owns_instance", "C35: anybody refuses for another", lambda tx, instance: instance.co == tx.caller),
    Amendment("require", "RefuseCI.offered", "C11: an owner refuses what it joined", lambda tx, instance: instance.hash == None),
    Amendment("require", "RefuseCI.root_is_present", "A6: nothing says what should have been received", lambda tx, instance: instance.dss.root != None),
    Amendment("add_transaction", "RejectCI", "C10: a mismatch looks like silence, or like fraud",
              Step("DO", ending("DO", "REJECTED", "A data owner rejects a declared hash; nobody is blamed."), rejects_what_does_not_match)),
    Amendment("require", "RejectCI.caller_owns_subset", "C35: anybody rejects", lambda tx, instance: instance.dss.dataset.owner == tx.caller),
    Amendment("require", "RejectCI.joined", "C10: nothing was declared", lambda tx, instance: (instance.hash != None) & unverified(instance)),
    Amendment("add_transaction", "ExpireCI", "C32: a deposit is trapped by a silent DO",
              Step("DO or CO", ending("", "EXPIRED", "The data owner or the cloud owner ends an instance whose deadline has passed."), whenever_it_may)),
    Amendment("require", "ExpireCI.caller_is_concerned", "C35: anybody ends an instance",
              lambda tx, instance: (instance.co == tx.caller) | (instance.dss.dataset.owner == tx.caller)),
    Amendment("require", "ExpireCI.waits_in_vain", "C11, C32: it is verified, or still in time",
              lambda tx, instance: unverified(instance) & ~in_time(instance.deadline)),
    Amendment("add_transaction", "WithdrawCI", "C32: an owner can never leave",
              Step("CO", ending("CO", "WITHDRAWN", "A cloud owner takes a verified instance back when no open couple counts on it."), stays)),
    Amendment("require", "WithdrawCI.caller_owns_instance", "C35: anybody withdraws for another", lambda tx, instance: instance.co == tx.caller),
    Amendment("require", "WithdrawCI.nobody_counts_on_it", "C17: an owner leaves a round when the result does not suit it",
              lambda tx, instance: (instance.engaged == 0) & ~unverified(instance)),
)  # fmt: skip

AMENDMENTS = (*PARTS, *FIELDS, *DATASETS, *PUBLISHING, *INSTANCES, *MODELS, *JOINING, *VERIFYING, *EXITS)
