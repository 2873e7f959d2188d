"""The 22 transactions that are called from within others.  The paper counts them (L366) and names none: all are reconstructed."""

from __future__ import annotations

from typing import Any

from spec.language import becomes, count, total
from spec.paper.assets import CI_STATUS, CO, CONTRACT, DO, MO, TJ, paper
from spec.tracing import Tracing

COUNTED = "one of the about 22 that the paper counts (L366-370)"
ACL = "L290 says that an access control list decides, and does not print it (X15)"
inner = paper.inner(because=COUNTED)
MEMBERS = {"DO": DO, "CO": CO, "MO": MO}
TITLES = {"DO": "data_owner", "CO": "cloud_owner", "MO": "model_owner"}


@inner
def assert_role(tx: Tracing, role: str) -> None:
    """The caller is registered in the role (X15)."""
    if tx.switch("X15") != "nothing":
        registered = MEMBERS[role][tx.caller].exists
        tx.require(f"caller_is_{TITLES[role]}", registered, because=ACL, why="Access to operations is controlled by the ACL.")


@inner
def assert_owner(tx: Tracing, owner: Any, name: str) -> None:
    """The caller owns the asset, where the reading of X15 asks for that."""
    if tx.switch("X15") == "owner":
        tx.require(name, owner == tx.caller, because=ACL, why="An access control list can speak of owners as well as of roles.")


@inner
def new_pseudonym(tx: Tracing, row: Any) -> None:
    """The identifier of a new member is unique (L297, L329)."""
    tx.require("identifier_is_unique", ~row.exists, cites="L297", why="createDO returns a unique identifier.")


@inner
def put_asset(tx: Tracing, row: Any, **fields: Any) -> None:
    """Write a whole row, whatever stood there before: nothing printed asks for a fresh identifier of an asset."""
    tx.effect("PutAsset", row.put(**fields))


@inner
def get_asset(tx: Tracing, name: str, row: Any) -> None:
    """A typed reference must name an asset that exists."""
    reason = "typed references in the listings (L345, L357)"
    tx.require(f"{name}_exists", row.exists, because=reason, why="A reference to nothing cannot be followed.")


@inner
def add_dataset_to_do(tx: Tracing, dataset: Any) -> None:
    """The DO's list of datasets grows by one."""
    tx.effect("AddDatasetToDO", DO[tx.caller].datasets.append(dataset))


@inner
def add_subset_to_dataset(tx: Tracing, dataset: Any, subset: Any) -> None:
    """Dssidlist grows by one (L413)."""
    tx.effect("AddSubsetToDataset", dataset.dssidlist.append(subset))


@inner
def add_instance_to_subset(tx: Tracing, subset: Any, instance: Any) -> None:
    """Ciidlist grows by one (L420)."""
    tx.effect("AddInstanceToSubset", subset.ciidlist.append(instance))


@inner
def add_instance_to_co(tx: Tracing, owner: Any, instance: Any) -> None:
    """The CO's list of instances grows by one."""
    tx.effect("AddInstanceToCO", CO[owner].instances.append(instance))


@inner
def add_model_to_mo(tx: Tracing, model: Any) -> None:
    """The MO's list of models grows by one."""
    tx.effect("AddModelToMO", MO[tx.caller].models.append(model))


@inner
def add_couple_to_mo(tx: Tracing, couple: Any) -> None:
    """The MO's list of requests grows by one: the DO looks at prior requests (L579)."""
    tx.effect("AddCoupleToMO", MO[tx.caller].couples.append(couple))


@inner
def add_couple_to_dataset(tx: Tracing, dataset: Any, couple: Any) -> None:
    """The dataset's list of requests grows by one."""
    tx.effect("AddCoupleToDataset", dataset.couples.append(couple))


@inner
def create_contract(tx: Tracing, contract: Any, dataset: Any, price: Any, terms: Any) -> None:
    """The contract binding of a dataset (L539)."""
    tx.effect("CreateContract", CONTRACT[contract].put(dataset=dataset, price=price, terms=terms))


@inner
def create_tj(tx: Tracing, couple: Any, instance: Any) -> None:
    """A job for one instance of the dataset (L580)."""
    tx.effect("CreateTJ", TJ[couple, instance].put(status="CREATED"))


@inner
def add_job_to_couple(tx: Tracing, couple: Any, instance: Any) -> None:
    """The couple's list of jobs grows by one; in a loop each turn reads the same old length, as on Fabric."""
    tx.effect("AddJobToCouple", couple.jobs.append(instance))


@inner
def select_subsets(tx: Tracing, couple: Any, picked: Any) -> None:
    """Curdssidlist is emptied and filled with the picked subsets, in their order (L406, L419)."""
    tx.effect("SelectSubsets", couple.curdssidlist.becomes(couple.ds.dssidlist.where(picked)))


@inner
def set_remaining(tx: Tracing, couple: Any, picked: Any) -> None:
    """rem starts at zero and grows by the instances of each picked subset (L412, L420), or counts subsets (X03)."""
    selected = couple.ds.dssidlist.where(picked)
    by_instance = total(selected, lambda subset: subset.ciidlist.length)
    tx.effect("SetRemaining", becomes(couple.rem, by_instance if tx.switch("X03") == "instances" else count(selected, lambda subset: True)))


@inner
def decrement_remaining(tx: Tracing, couple: Any) -> None:
    """Each CO updates rem by subtraction when its training is complete (L404)."""
    tx.effect("DecrementRemaining", becomes(couple.rem, couple.rem - 1))


@inner
def set_instance_status(tx: Tracing, instance: Any, status: str) -> None:
    """Only the DO is provided permission to update the CI (L700)."""
    assert status in CI_STATUS.values
    tx.effect("SetInstanceStatus", becomes(instance.status, status))


@inner
def set_couple_status(tx: Tracing, couple: Any, status: str) -> None:
    """The status field tracks the phases of training (L573)."""
    tx.effect("SetCoupleStatus", becomes(couple.status, status))


@inner
def set_job_status(tx: Tracing, couple: Any, instance: Any, status: str) -> None:
    """A TJ tracks the progress of its job (L582)."""
    tx.effect("SetJobStatus", becomes(TJ[couple, instance].status, status))


@inner
def emit_event(tx: Tracing, name: str, *payload: Any, when: Any = True) -> None:
    """A notification is raised by the blockchain (L574)."""
    tx.event(name, *payload, when=when)


