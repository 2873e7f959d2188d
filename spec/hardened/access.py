"""Who may write what: the lines of the access table that the hardened text adds to the paper's, drops, or narrows."""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from typing import Any

from spec.hardened.words import SLOT, has_standing
from spec.language import Amendment
from spec.paper.access import of_model, of_subset, owner, self_

ACL = "C35: the access list is not printed; each line says who may write, through what"


def line(table: str, transaction: str, fields: str, role: str, relation: Any, described: str, because: str = ACL) -> Amendment:
    return Amendment("allow", f"{table}.{transaction}", because, (fields, role, relation, described))


def dropped(table: str, transaction: str) -> Amendment:
    return Amendment("allow", f"{table}.{transaction}", "A8, A11, A18: see the clause that is gone")


def new(caller: Any, row: Any) -> Any:
    return ~row.exists


def of_couple(caller: Any, row: Any) -> Any:
    return (row.couple.mod.owner == caller) | (row.couple.ds.owner == caller)


def couple_of_model(caller: Any, row: Any) -> Any:
    return row.couple.mod.owner == caller


def couple_of_dataset(caller: Any, row: Any) -> Any:
    return row.couple.ds.owner == caller


def slot_owner(caller: Any, row: Any) -> Any:
    return SLOT[row.couple, row.round, row.instance].owner == caller


def concerned(caller: Any, row: Any) -> Any:
    return has_standing(caller, row.couple)


def anybody(caller: Any, row: Any) -> Any:
    return True


def own_instance(caller: Any, row: Any) -> Any:
    return row.co == caller


PAYING = (
    ("JoinCI", "CO"), ("RejectCI", "DO"), ("ExpireCI", ""), ("WithdrawCI", "CO"), ("RequestTC", "MO"), ("ApproveTC", "DO"), ("CancelTC", "MO"),
    ("CompleteTC", "MO"), ("CloseTC", ""), ("StartRound", "MO"), ("DisputeResult", ""), ("SettleDispute", ""), ("SettleJob", ""),
)  # fmt: skip
STANDING = "whoever is on the couple's roster, its DO and its MO"
AMENDMENTS = (
    line("DS", "CreateDS", "*", "DO", new, "a new dataset"),
    line("Contract", "CreateDS", "*", "DO", new, "a new contract"),
    line("DSS", "CreateDSS", "*", "DO", new, "a new subset"),
    line("Mod", "CreateMod", "*", "MO", new, "a new model"),
    line("DS", "PublishDS", "status batches", "DO", owner, "the dataset's DO"),
    line("CI", "CreateCI", "*", "DO", new, "a new instance"),
    line("Holder", "CreateCI", "*", "DO", lambda caller, row: ~row.exists & (row.dataset.owner == caller), "the dataset's DO, for an owner that is new in it"),
    line("Verification", "VerifyCI", "*", "DO", lambda caller, row: row.instance.dss.dataset.owner == caller, "the DO of the instance's dataset"),
    line("CI", "RefuseCI", "ended", "CO", lambda caller, row: row.co == caller, "the CO that the instance names"),
    line("TC", "RequestTC", "*", "MO", new, "a new couple"),
    line("Progress", "RequestTC", "*", "MO", lambda caller, row: ~row.couple.exists, "of a new couple"),
    line("Open", "RequestTC", "couple", "MO", lambda caller, row: row.owner == caller, "the MO's own"),
    line("TC", "ApproveTC", "status", "DO", lambda caller, row: row.ds.owner == caller, "the DO of the couple's dataset (L577)"),
    dropped("TC.jobs", "ApproveTC"), dropped("TJ", "ApproveTC"),
    line("Approval", "ApproveTC", "*", "DO", couple_of_dataset, "the DO of the couple's dataset"),
    line("Roster", "ApproveTC", "*", "DO", couple_of_dataset, "the DO of the couple's dataset"),
    line("Progress", "ApproveTC", "deadline", "DO", couple_of_dataset, "the DO of the couple's dataset"),
    line("DS", "ApproveTC", "next_epoch", "DO", owner, "the dataset's DO"),
    line("CI", "ApproveTC", "engaged", "DO", anybody, "instances of the dataset's lists"),
    line("Progress", "RevealSeedMO", "mo_share deadline", "MO", couple_of_model, "the MO of the couple's model"),
    line("Progress", "RevealSeedDO", "do_share active deadline", "DO", couple_of_dataset, "the DO of the couple's dataset"),
    line("TC", "StartRound", "round", "MO", of_model, "the MO of the couple's model (L586)"),
    dropped("TC.curdssidlist", "StartRound"),
    line("Round", "StartRound", "*", "MO", couple_of_model, "the MO of the couple's model"),
    line("Slot", "StartRound", "*", "MO", couple_of_model, "the MO of the couple's model"),
    line("Progress", "StartRound", "epoch position", "MO", couple_of_model, "the MO of the couple's model"),
    line("TJ", "CommitTJ", "*", "CO", slot_owner, "the owner of the job's slot"),
    line("Round", "OpenReveal", "revealing reveal_by", "", concerned, STANDING),
    line("TJ", "UpdateTJ", "weights nonce location status", "CO", slot_owner, "the owner of the job's slot (L615)"),
    dropped("TC", "UpdateTJ"),
    line("Result", "TakeResult", "weights", "", concerned, STANDING),
    line("Round", "CloseRound", "closed reported dispute_by arbitrate_by", "", concerned, STANDING),
    line("Progress", "CloseRound", "deadline", "", concerned, STANDING),
    line("TC", "CompleteTC", "status", "MO", of_model, "the MO of the couple's model"),
    line("Progress", "CompleteTC", "ended", "MO", couple_of_model, "the MO of the couple's model"),
    line("Open", "CompleteTC", "couple", "MO", lambda caller, row: row.owner == caller, "the MO's own"),
    line("CI", "CompleteTC", "engaged", "MO", anybody, "instances on the couple's roster"),
    line("Progress", "CancelTC", "ended", "MO", couple_of_model, "the MO of the couple's model"),
    line("Open", "CancelTC", "couple", "MO", lambda caller, row: row.owner == caller, "the MO's own"),
    line("Progress", "CloseTC", "ended", "", concerned, STANDING),
    line("Open", "CloseTC", "couple", "", anybody, "the couple that is closed"),
    line("CI", "CloseTC", "engaged", "", anybody, "instances on the couple's roster"),
    line("TJ", "ReportInput", "complaint", "CO", slot_owner, "the owner of the job's slot"),
    line("Account", "Fund", "*", "", self_, "one's own account"),
    line("Treasury", "Fund", "supply", "", anybody, "the counter of what was brought in"),
    *(line("Account", step, "*", role, anybody, f"whom {step} pays, as its text says") for step, role in PAYING),
    *(line("CI", step, fields, role, relation, said) for step, fields, role, relation, said in (
        ("JoinCI", "hash nonce deadline bond", "CO", own_instance, "the CO that the instance names (L469)"),
        ("RejectCI", "ended bond", "DO", of_subset, "the DO of the instance's dataset"),
        ("ExpireCI", "ended bond", "", lambda caller, row: own_instance(caller, row) | of_subset(caller, row), "the CO or the DO of the instance"),
        ("WithdrawCI", "ended bond", "CO", own_instance, "the CO that the instance names"),
        ("DisputeResult", "bond", "", anybody, "the disputer's own bond, or nothing of another's"),
        ("SettleDispute", "bond", "", anybody, "the bond that gave the stake"),
        ("SettleJob", "bond", "", anybody, "the bond of the job's owner"))),
    line("Escrow", "RequestTC", "mo_bond", "MO", lambda caller, row: ~row.couple.exists, "of a new couple"),
    line("Escrow", "ApproveTC", "do_bond", "DO", couple_of_dataset, "the DO of the couple's dataset"),
    line("Escrow", "StartRound", "held", "MO", couple_of_model, "the MO of the couple's model"),
    *(line("Escrow", step, "mo_bond do_bond", "", concerned, STANDING) for step in ("CancelTC", "CompleteTC", "CloseTC")),
    line("Escrow", "DisputeResult", "stakes", "", concerned, STANDING), line("Escrow", "SettleDispute", "stakes", "", concerned, STANDING),
    line("Escrow", "SettleJob", "held", "", concerned, STANDING),
    line("Round", "SettleJob", "held", "", concerned, STANDING),
    line("Round", "DisputeResult", "stakes", "", concerned, STANDING), line("Round", "SettleDispute", "stakes", "", concerned, STANDING),
    line("Result", "DisputeResult", "disputer stake bond_of", "", concerned, STANDING),
    line("Result", "Arbitrate", "final arbitrated", "", anybody, "a majority of the arbiters (endorsement)"),
    line("Result", "SettleDispute", "stake", "", concerned, STANDING),
    line("Verdict", "SettleJob", "*", "", concerned, STANDING),
    line("Treasury", "SettleDispute", "arbiters", "", anybody, "the arbiters' share"),
    line("Clock", "Tick", "now", "", anybody, "a majority of the organisations (endorsement)"),
)
