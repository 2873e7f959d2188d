"""Members, datasets and the distribution of data (L294-309, L434-532): transactions 1 to 8."""
# ruff: noqa: I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from spec.language import INTEGER, TEXT, becomes
from spec.paper.assets import (
    AGREEMENT, ASSIGNED, CHECKED, CI, CLAIMED, CO, CONTRACT, DATA_HASH, DO, DS, DSS, ENTITY, MO, NONCE, OWN_SUBSET, PREPARED,
    SEEN_DATA_HASH, SEEN_NONCE, VERIFIED_HASH, paper,
)  # fmt: skip
from spec.paper.inner import (
    add_dataset_to_do, add_instance_to_co, add_instance_to_subset, add_subset_to_dataset, assert_owner, assert_role,
    create_contract, emit_event, get_asset, new_pseudonym, put_asset, set_instance_status,
)  # fmt: skip
from spec.paper.knowledge import knows_content, knows_nonce
from spec.tracing import Tracing


def register(tx: Tracing, row: Any, **fields: Any) -> None:
    """Create calls return a unique identifier and let a member join (L297)."""
    new_pseudonym(tx, row)
    given = fields if tx.switch("X16") == "listing" else {k: v for k, v in fields.items() if k not in ("name", "organization")}
    put_asset(tx, row, **given)


@paper.transaction(caller="new member", cites="L297")
def create_do(tx: Tracing, name: TEXT, organization: TEXT, how_many: TEXT) -> None:  # type: ignore[valid-type]
    """A data owner registers and joins the marketplace."""
    register(tx, DO[tx.caller], name=name, organization=organization, howMany=how_many)


@paper.transaction(caller="new member", cites="L299")
def create_co(tx: Tracing, name: TEXT, organization: TEXT, public_key: TEXT) -> None:  # type: ignore[valid-type]
    """A cloud owner registers and joins the marketplace."""
    register(tx, CO[tx.caller], name=name, organization=organization, public_key=public_key)


@paper.transaction(caller="new member", cites="L299")
def create_mo(tx: Tracing, name: TEXT, organization: TEXT, public_key: TEXT) -> None:  # type: ignore[valid-type]
    """A model owner registers and joins the marketplace."""
    register(tx, MO[tx.caller], name=name, organization=organization, public_key=public_key)


def wants_to_be(role: str) -> Any:
    return lambda tx, *_: ENTITY[tx.caller].role == role


for step, role in (("CreateDO", "DO"), ("CreateCO", "CO"), ("CreateMO", "MO")):
    paper.honest(step)(wants_to_be(role))


@paper.transaction(caller="DO", because="DOs express their intent to share datasets (L155); a contract binding is published (L539)")
def create_ds(tx: Tracing, dataset: DS, contract: CONTRACT, description: TEXT, sample_url: TEXT, terms: TEXT, price: INTEGER) -> None:  # type: ignore[valid-type]
    """A data owner publishes a dataset with its contract."""
    assert_role(tx, "DO")
    put_asset(tx, DS[dataset], owner=tx.caller, description=description, sample_url=sample_url, terms=terms, status="PUBLISHED")
    create_contract(tx, contract, dataset, price, terms)
    add_dataset_to_do(tx, dataset)
    emit_event(tx, "DatasetPublished", dataset)


@paper.honest("CreateDS")
def publishes_once(tx: Tracing, dataset: Any, contract: Any, *_: Any) -> Any:
    return (ENTITY[tx.caller].role == "DO") & ~dataset.exists & ~CONTRACT[contract].exists


@paper.transaction(caller="DO", cites="L511")
def create_dss(tx: Tracing, subset: DSS, dataset: DS) -> None:  # type: ignore[valid-type]
    """A data owner makes an entry for a chunk of its dataset."""
    assert_role(tx, "DO")
    get_asset(tx, "dataset", dataset)
    assert_owner(tx, dataset.owner, "caller_owns_dataset")  # type: ignore[attr-defined]
    fields: dict[str, Any] = {"dataset": dataset, "index": dataset.dssidlist.length}  # type: ignore[attr-defined]
    if tx.switch("X02") == "chunk":
        fields["replica_of"] = tx.argument("replica_of", DSS)
    put_asset(tx, DSS[subset], **fields)
    add_subset_to_dataset(tx, dataset, subset)
    tx.observe("remember", OWN_SUBSET[tx.caller, subset].put(dataset=dataset))


@paper.honest("CreateDSS")
def splits_own_dataset(tx: Tracing, subset: Any, dataset: Any) -> Any:
    return (ENTITY[tx.caller].role == "DO") & (dataset.owner == tx.caller) & ~subset.exists


@paper.transaction(caller="DO", cites="L457")
def create_ci(tx: Tracing, instance: CI, subset: DSS, owner: CO) -> None:  # type: ignore[valid-type]
    """A data owner makes an instance for each chunk that it gives to a cloud owner; its status is Free and COs are notified."""
    assert_role(tx, "DO")
    get_asset(tx, "subset", subset)
    get_asset(tx, "owner", CO[owner])
    assert_owner(tx, subset.dataset.owner, "caller_owns_subset")  # type: ignore[attr-defined]
    put_asset(tx, CI[instance], co=owner, dss=subset, status="FREE")
    add_instance_to_subset(tx, subset, instance)
    add_instance_to_co(tx, owner, instance)
    emit_event(tx, "InstanceCreated", instance)
    tx.observe("remember", ASSIGNED[tx.caller, owner].put(instance=instance))


@paper.honest("CreateCI")
def assigns_as_agreed(tx: Tracing, instance: Any, subset: Any, owner: Any) -> Any:
    return (AGREEMENT[tx.caller, owner].subset == subset) & ~ASSIGNED[tx.caller, owner].exists & ~instance.exists & subset.exists


@paper.transaction(caller="CO", cites="L469")
def join_ci(tx: Tracing, instance: CI, hash: DATA_HASH, nonce: NONCE) -> None:  # type: ignore[valid-type]
    """A cloud owner declares the hash of the subset that it received, and the nonce in it."""
    if tx.switch("X04") == "only_the_do":
        tx.require("caller_may_update", DO[tx.caller].exists, cites="L700", why="Only the DO is provided permission to update the CI.")
    else:
        assert_role(tx, "CO")
    get_asset(tx, "instance", instance)
    assert_owner(tx, instance.co, "caller_owns_instance")  # type: ignore[attr-defined]
    tx.effect("record", becomes(instance.hash, hash), becomes(instance.nonce, nonce))  # type: ignore[attr-defined]
    emit_event(tx, "InstanceJoined", instance)
    first = CLAIMED[hash.content].owner  # type: ignore[attr-defined]
    tx.observe("claim", becomes(first, instance.dss.dataset.owner).when(first == None))  # type: ignore[attr-defined]


@paper.honest("JoinCI")
def joins_own_instance_once(tx: Tracing, instance: Any, hash: Any, nonce: Any) -> Any:
    prepared = PREPARED[tx.caller, instance]
    return (instance.co == tx.caller) & prepared.exists & (prepared.hash == hash) & (hash.nonce == nonce) & (instance.hash == None)


@paper.power("JoinCI")
def can_state_data_hash(tx: Tracing, instance: Any, hash: Any, nonce: Any) -> Any:
    seen = SEEN_DATA_HASH[hash.content, hash.nonce].seen
    return {"knows_hash": seen | (knows_content(hash.content) & knows_nonce(hash.nonce)), "knows_nonce": knows_nonce(nonce)}


@paper.publication("JoinCI")
def publishes_data_hash(tx: Tracing, instance: Any, hash: Any, nonce: Any) -> Any:
    return [becomes(SEEN_DATA_HASH[hash.content, hash.nonce].seen, True), becomes(SEEN_NONCE[nonce].seen, True)]


@paper.transaction(caller="DO", cites="L475")
def verify_ci(tx: Tracing, instance: CI, hash: DATA_HASH) -> None:  # type: ignore[valid-type]
    """The data owner marks an instance whose declared hash equals the one that it recomputed (`hash`)."""
    assert_role(tx, "DO")
    get_asset(tx, "instance", instance)
    owner = instance.dss.dataset.owner  # type: ignore[attr-defined]
    tx.require("caller_is_the_do", owner == tx.caller, cites="L700", why="Only the DO is provided permission to update the CI.")
    tx.require("hash_matches", instance.hash == hash, cites="L477", why="Verified only if the DO sees a matching hash.")  # type: ignore[attr-defined]
    set_instance_status(tx, instance, "VERIFIED")
    tx.observe("remember", becomes(VERIFIED_HASH[instance].hash, hash))


@paper.honest("VerifyCI")
def verifies_what_it_checked(tx: Tracing, instance: Any, hash: Any) -> Any:
    checked = CHECKED[tx.caller, instance]
    return checked.exists & (checked.hash == hash) & (instance.status == "FREE")


@paper.power("VerifyCI")
def can_name_data_hash(tx: Tracing, instance: Any, hash: Any) -> Any:
    return {"knows_hash": SEEN_DATA_HASH[hash.content, hash.nonce].seen | (knows_content(hash.content) & knows_nonce(hash.nonce))}


