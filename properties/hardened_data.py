"""Lemmas by hand about the data of `hardened`: who holds what, and what the ledger says of an instance."""

from __future__ import annotations

from typing import Any

from properties.lemmas import lemma
from spec.hardened.words import HOLDER
from spec.language import MEMBER, deviating, every, image, implies, literal, some
from spec.paper.assets import CI, CLAIMED, CONTENT, DS, DS_REF, DSS, DSS_REF, OWN_SUBSET, PREPARED, RECEIVED

# No step that only writes a field of an instance brings one into being.
KNOWN = ("instance_has_subset", "nothing_is_no_instance", "stakes_are_of_instances", "slot_owner_is_the_owner", "roster_is_verified")


@lemma(*KNOWN)
def owners_hold_one_instance() -> Any:
    """An owner's one instance in a dataset is the one that it is noted to hold."""
    return every(CI, lambda instance: HOLDER[instance.dss.dataset, instance.co].instance == instance)


@lemma("nothing_has_no_owner")
def data_is_received_by_the_owner() -> Any:
    """Whoever has received data for an instance is its owner."""
    return every(MEMBER, lambda party: every(CI.sort, lambda instance: implies(
        RECEIVED[party, instance].exists, CI[instance].exists & (CI[instance].co == party))))  # fmt: skip


@lemma()
def nothing_has_no_owner() -> Any:
    """What does not exist is owned by nobody: a dataset, a subset, and what a reference to nothing names."""
    nothing = (DSS[literal(None, DSS_REF)].dataset == None) & (DS[literal(None, DS_REF)].owner == None)
    return nothing & every(CI.sort, lambda instance: implies(~CI[instance].exists, CI[instance].dss == None))


@lemma()
def subsets_have_datasets() -> Any:
    """The dataset of a subset exists."""
    return every(DSS, lambda subset: (subset.dataset != None) & subset.dataset.exists)


@lemma(*KNOWN)
def instances_are_free_or_verified() -> Any:
    """An instance is free or verified."""
    return every(CI, lambda instance: (instance.status == "FREE") | (instance.status == "VERIFIED"))


@lemma("verified_has_joined@RefuseCI")
def refused_is_not_verified() -> Any:
    """What was refused is not verified."""
    return every(CI, lambda instance: implies(
        (instance.ended == "REFUSED") | (instance.ended == "REJECTED"), instance.status != "VERIFIED"))  # fmt: skip


@lemma("nothing_has_no_owner", *KNOWN, knowing=True)
def data_is_known_of_subsets_that_exist() -> Any:
    """The data of a subset that does not exist yet was received by nobody, and no hash or root on the ledger is of it."""

    def seen(subset: Any) -> Any:
        data = image(CONTENT, subset)
        kept = some(MEMBER, lambda party: some(CI.sort, lambda instance: (
            (RECEIVED[party, instance].content == data) | (PREPARED[party, instance].hash.content == data))))  # fmt: skip
        return kept | some(CI.sort, lambda instance: CI[instance].hash.content == data) | (CLAIMED[data].owner != None)

    return every(DSS.sort, lambda subset: implies(seen(subset), DSS[subset].exists))


@lemma("data_is_known_of_subsets_that_exist")
def makers_own_their_subsets() -> Any:
    """An honest DO was the first in whose dataset the data of a subset that it made stood on the ledger."""
    return every(MEMBER, lambda owner: implies(~deviating(owner), every(DSS.sort, lambda subset: implies(
        OWN_SUBSET[owner, subset].exists, DSS[subset].exists & (CLAIMED[image(CONTENT, subset)].owner == owner)))))  # fmt: skip
