"""The access control list (L290-292): for every field of every asset, who may write it through which transaction.

The paper names the list and does not print it.  The relations below are what its sentences imply of ownership.
"""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from typing import Any

from spec.language import some
from spec.paper.assets import CI, paper
from spec.text import Policy

paper.policy = Policy("any", "default endorsement: any member (L771: standard default settings)")


def new_and_own(caller: Any, row: Any) -> Any:
    return ~row.exists & (row._keys[0] == caller)


def new_or(own: Any) -> Any:
    """The row is new, or the caller's own: nothing printed forbids to write one's own row anew."""
    return lambda caller, row: ~row.exists | own(caller, row)


def self_(caller: Any, row: Any) -> Any:
    return row._keys[0] == caller


def owner(caller: Any, row: Any) -> Any:
    return row.owner == caller


def of_dataset(caller: Any, row: Any) -> Any:
    return row.dataset.owner == caller


def of_subset(caller: Any, row: Any) -> Any:
    return row.dss.dataset.owner == caller


def of_model(caller: Any, row: Any) -> Any:
    return row.mod.owner == caller


for member, transaction in (("DO", "CreateDO"), ("CO", "CreateCO"), ("MO", "CreateMO")):
    paper.allow(member, "*", transaction, "", new_and_own, "a new member, its own row")
paper.allow("DS", "*", "CreateDS", "DO", new_or(owner), "a new dataset, or the DO's own")
paper.allow("Contract", "*", "CreateDS", "DO", new_or(of_dataset), "a new contract, or the DO's own")
paper.allow("DO", "datasets_length", "CreateDS", "DO", self_, "the DO's own list")
paper.allow("DO.datasets", "item", "CreateDS", "DO", self_, "the DO's own list")
paper.allow("DSS", "*", "CreateDSS", "DO", new_or(of_dataset), "a new subset, or the DO's own")
paper.allow("DS", "dssidlist_length", "CreateDSS", "DO", owner, "the dataset's DO")
paper.allow("DS.dssidlist", "item", "CreateDSS", "DO", lambda caller, row: row.id.owner == caller, "the dataset's DO")
paper.allow("CI", "*", "CreateCI", "DO", new_or(of_subset), "a new instance, or one of the DO's own dataset")
paper.allow("DSS", "ciidlist_length", "CreateCI", "DO", of_dataset, "the DO of the subset's dataset")
paper.allow("DSS.ciidlist", "item", "CreateCI", "DO", lambda caller, row: row.id.dataset.owner == caller, "the DO of the subset's dataset")
paper.allow("CO", "instances_length", "CreateCI", "DO", lambda caller, row: row.exists, "any registered CO")
paper.allow("CO.instances", "item", "CreateCI", "DO", lambda caller, row: row.exists | ~row.exists, "any registered CO")
paper.allow("CI", "hash nonce", "JoinCI", "CO", lambda caller, row: row.co == caller, "the CO that the instance names (L469)")
paper.allow("CI", "status", "VerifyCI", "DO", of_subset, "the DO of the instance's dataset (L700)")
paper.allow("Mod", "*", "CreateMod", "MO", new_or(owner), "a new model, or the MO's own")
paper.allow("MO", "models_length", "CreateMod", "MO", self_, "the MO's own list")
paper.allow("MO.models", "item", "CreateMod", "MO", self_, "the MO's own list")
paper.allow("TC", "*", "RequestTC", "MO", new_or(of_model), "a new couple, or the MO's own")
paper.allow("MO", "couples_length", "RequestTC", "MO", self_, "the MO's own list")
paper.allow("MO.couples", "item", "RequestTC", "MO", self_, "the MO's own list")
paper.allow("DS", "couples_length", "RequestTC", "MO", lambda caller, row: row.exists, "any dataset")
paper.allow("DS.couples", "item", "RequestTC", "MO", lambda caller, row: row.id.exists, "any dataset")
paper.allow("TC", "status jobs_length", "ApproveTC", "DO", lambda caller, row: row.ds.owner == caller, "the DO of the couple's dataset (L577)")
paper.allow("TC.jobs", "item", "ApproveTC", "DO", lambda caller, row: row.id.ds.owner == caller, "the DO of the couple's dataset")
paper.allow("TJ", "*", "ApproveTC", "DO", lambda caller, row: row.couple.ds.owner == caller, "the DO of the couple's dataset (L580)")
paper.allow("TC", "round rem curdssidlist_length", "StartRound", "MO", of_model, "the MO of the couple's model (L586)")
paper.allow("TC.curdssidlist", "item", "StartRound", "MO", lambda caller, row: row.id.mod.owner == caller, "the MO of the couple's model (L586)")
paper.allow("TJ", "hash nonce location status", "UpdateTJ", "CO", lambda caller, row: row.instance.co == caller, "the CO of the job's instance (L615)")
paper.allow("TC", "rem", "UpdateTJ", "CO", lambda caller, row: some(CI, lambda instance: instance.co == caller), "a CO with an instance (L617)")
paper.allow("Mod", "url hash", "UpdateMod", "MO", owner, "the model's MO")
paper.allow("TC", "status paid", "CompleteTC", "MO", of_model, "the MO of the couple's model")
