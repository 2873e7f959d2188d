"""Kinds of dispute: what goes wrong, among which steps, who may have caused it, and which sentences of the text name a culprit.

A dispute is over something that went wrong (`harm`, a condition of the whole state, memories included) or over a complaint that somebody
made in public.  What a judge may look at is the ledger and the complaint, nothing else.
"""
# ruff: noqa: E501 (tables: a line is a row)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spec.hardened.words import PROGRESS, ROUND, SLOT, VERDICT
from spec.kinds import MEMBER, Kind
from spec.language import image, some
from spec.paper.assets import (
    CHECKED,
    CI,
    CI_REF,
    CONTENT,
    DELIVERY,
    DOWNLOADED,
    ENTITY,
    PAID_OUT,
    SELECTION,
    TC,
    TC_REF,
    TJ,
    TRAINING_FILE,
)  # fmt: skip
from spec.schema import Grade, NotExpressible, current_schema, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import boolean, parameter

DISTRIBUTING = ("SendSubset", "ComputeHash", "JoinCI", "RecomputeHash", "VerifyCI", "RefuseCI", "RejectCI", "ExpireCI", "Tick")
TRAINING = (
    "UploadTrainingFile", "StartRound", "FetchTrainingFile", "MissTrainingFile", "Train", "UploadResult", "CommitTJ", "ReportInput", "OpenReveal", "UpdateTJ",
    "TakeResult", "CloseRound", "Collect", "DisputeResult", "Arbitrate", "SettleDispute", "SettleJob", "Tick",
)  # fmt: skip
DELIVERING = (*TRAINING[: TRAINING.index("OpenReveal")], "UpdateTJ", "Tick")
# What nobody owes to anybody: the DO may refuse, the MO may stop (L550), and whoever might complain need not.
NOT_OWED = ("RequestTC", "ApproveTC", "StartRound", "CancelTC", "Collect")
# But in a text with this table: an MO that leaves inside an epoch forfeits its bond.
OWED_WITH = {"StartRound": "Progress"}


@dataclass(frozen=True)
class Complaint:
    """What a member says in public, off the ledger; an honest one says it when its own memory shows that it is so."""

    name: str
    role: str
    sentence: str
    parameters: dict[str, Kind]
    honest: Callable[..., Any]


@dataclass(frozen=True)
class Dispute:
    """A kind of dispute.

    scope: subsets x replicas.  steps: among which it arises, in the order in which honest parties take them; all others are done or not begun (`without`) when it starts.  coalitions:
    who may have caused it.  visible: of an instance (of a couple), whether the ledger itself shows that there is a dispute about it; None
    where it takes a complaint.  deviations: the steps that a deviating member may take otherwise; it may leave out any.
    """

    name: str
    sentence: str
    harm: Callable[[], Any]
    scope: str
    steps: tuple[str, ...]
    coalitions: tuple[tuple[str, ...], ...]
    deviations: tuple[str, ...]
    without: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    visible: Callable[..., Any] | None = None
    not_owed: tuple[str, ...] = NOT_OWED


def owes(dispute: Dispute, protocol: Protocol, step: str) -> bool:
    """Whether who leaves the step out deviates."""
    return step not in dispute.not_owed or OWED_WITH.get(step) in protocol.schema.tables


def complaints_of(dispute: Dispute, protocol: Protocol) -> dict[str, Transaction]:
    """The complaints as steps of a text: they write nothing."""
    found = {}
    for one in dispute.complaints:
        kinds = {"caller": MEMBER, **one.parameters}
        step = Transaction(one.name, one.role, False, kinds, Grade(False, "a complaint"), one.sentence)
        with using(protocol.schema):
            given = {name: parameter(name, kind) for name, kind in kinds.items()}
            step.honest = {"honest": boolean(one.honest(**given))}
            step.powers = {"role": ENTITY[given["caller"]].role == one.role}
        found[one.name] = step
    return found


def has(table: str) -> bool:
    return table in current_schema().tables


# --- what goes wrong ---


def data_is_not_agreed() -> Any:
    """A declared hash that the DO did not verify, an instance that was refused, or one that was verified for other data."""
    ended = some(CI.sort, lambda i: (CI[i].ended == "REFUSED") | (CI[i].ended == "REJECTED")) if has("Verification") else False
    unverified = some(CI.sort, lambda i: (CI[i].hash != None) & (CI[i].status == "FREE"))
    return unverified | ended


def trained_on_other_rows() -> Any:
    """An owner reported a result for a subset that was trained on other data than the subset stands for."""
    return some(TC.sort, lambda couple: some(CI.sort, lambda i: some(DELIVERY.rows(couple, i), lambda given: (
        (given.hash != None) & (given.hash.weights.content != image(CONTENT, CI[i].dss))))))  # fmt: skip


def other_object_was_downloaded() -> Any:
    """What the MO downloaded is not what was declared."""
    return some(MEMBER, lambda m: some(TC.sort, lambda couple: some(CI.sort, lambda i: (
        DOWNLOADED[m, couple, i].exists & ~DOWNLOADED[m, couple, i].matches))))  # fmt: skip


def two_report_one_hash() -> Any:
    """Two jobs have one hash."""
    def hash_of(couple: Any, i: Any) -> Any:
        return TJ.named(couple=couple, instance=i, round=TC[couple].round).hash

    return some(TC.sort, lambda couple: some(CI.sort, lambda i: some(CI.sort, lambda j: (
        (i != j) & (hash_of(couple, i) != None) & (hash_of(couple, i) == hash_of(couple, j))))))  # fmt: skip


def selected_did_not_deliver() -> Any:
    """A selected instance has not delivered, although its inputs were there."""
    return some(TC.sort, lambda couple: TRAINING_FILE[TC[couple].mod].exists & some(CI.sort, lambda i: undelivered(couple, i)))


def undelivered(couple: Any, i: Any) -> Any:
    selected = (TC[couple].round > 0) & (SELECTION[couple, i].round == TC[couple].round)
    return selected & ~DELIVERY[couple, i, TC[couple].round].exists


def inputs_are_missing() -> Any:
    """A round was started and there is no training file."""
    return some(TC.sort, lambda couple: (TC[couple].round > 0) & ~TRAINING_FILE[TC[couple].mod].exists)


def work_is_not_paid() -> Any:
    """In a text with money: delivered work was not settled, or accepted and not paid; in one without: a couple is marked as paid and is not."""
    if has("Verdict"):
        return some(TC.sort, lambda couple: some(SLOT.rows(couple), lambda slot: (
            ~VERDICT[couple, slot.round, slot.instance].exists & ROUND[couple, slot.round].closed)))  # fmt: skip
    return some(TC.sort, lambda couple: TC[couple].paid & ~PAID_OUT[TC[couple].mod.owner, couple].paid)


def somebody_was_late() -> Any:
    """A couple lost its time: a share was not revealed, or a slot not delivered, before its deadline."""
    if not has("Clock"):
        raise NotExpressible("no clause of the text reads or writes a time: blocks have an order, and a time-stamp is the client's claim")
    shares = some(TC.sort, lambda c: PROGRESS[c].ended & (TC[c].status == "APPROVED") & ~PROGRESS[c].active)
    return shares | some(TC.sort, lambda c: some(VERDICT.rows(c), lambda verdict: verdict.outcome == "SILENT"))


# --- what a ledger shows by itself ---


def hash_is_open(couple: Any, instance: Any) -> Any:
    ended = (CI[instance].ended == "REFUSED") | (CI[instance].ended == "REJECTED") if has("Verification") else False
    waits = (CI[instance].hash != None) & (CI[instance].status == "FREE") & (CI[instance].ended == None if has("Verification") else True)
    return waits | ended


def hash_stands_twice(couple: Any, instance: Any) -> Any:
    mine = TJ.named(couple=couple, instance=instance, round=TC[couple].round).hash
    others = some(CI.sort, lambda j: (j != instance) & (TJ.named(couple=couple, instance=j, round=TC[couple].round).hash == mine))
    return TC[couple].exists & (mine != None) & others


def nothing_came(couple: Any, instance: Any) -> Any:
    if has("Verdict"):
        outcome = VERDICT[couple, TC[couple].round, instance].outcome
        return (outcome == "SILENT") | (outcome == "COMPLAINED")
    listed = some(TC[couple].curdssidlist, lambda subset: subset == CI[instance].dss)
    return (TC[couple].rem > 0) & listed & (TJ.named(couple=couple, instance=instance, round=0).hash == None)


def result_differs(couple: Any, instance: Any) -> Any:
    if not has("Verdict"):
        return False
    outcome = VERDICT[couple, TC[couple].round, instance].outcome
    return (outcome == "FRAUD") | (outcome == "DIFFERS")


def couple_was_closed(couple: Any, instance: Any) -> Any:
    return PROGRESS[couple].ended & (TC[couple].status == "APPROVED") if has("Clock") else False


# --- complaints ---


def declared_hash_differs(caller: Any, instance: Any) -> Any:
    return CHECKED[caller, instance].exists & (CHECKED[caller, instance].hash != CI[instance].hash)


def object_differs(caller: Any, couple: Any, instance: Any) -> Any:
    return DOWNLOADED[caller, couple, instance].exists & ~DOWNLOADED[caller, couple, instance].matches


OF_HASH = Complaint("ComplainOfHash", "DO", "the DO says that a declared hash is not that of the data which it sent", {"instance": CI_REF}, declared_hash_differs)
OF_OBJECT = Complaint("ComplainOfObject", "MO", "the MO says that what it downloaded is not what was declared", {"couple": TC_REF, "instance": CI_REF}, object_differs)

DO, MO, ONE, TWO, BOTH = ("do-1",), ("mo-1",), ("co-1",), ("co-2",), ("co-1", "co-2")
DISPUTES = {one.name: one for one in (
    Dispute("data hash", "which data an owner received", data_is_not_agreed, "1x2", DISTRIBUTING, (DO, ONE, TWO), ("SendSubset", "JoinCI", "RefuseCI", "RejectCI", "ComplainOfHash"),
            without=("RequestTC",), complaints=(OF_HASH,), visible=hash_is_open),
    Dispute("rows", "which rows a result was trained on", trained_on_other_rows, "1x2", (*DISTRIBUTING, "RequestTC", "ApproveTC", "RevealSeedMO", "RevealSeedDO", *TRAINING),
            (DO, ONE), ("SendSubset", "CommitTJ", "UpdateTJ")),
    Dispute("training", "which replica was not trained", trained_on_other_rows, "1x3", TRAINING, (ONE, TWO, MO), ("CommitTJ", "UpdateTJ", "DisputeResult"), visible=result_differs),
    Dispute("model", "which model an owner declared", other_object_was_downloaded, "1x2", TRAINING, (ONE, MO), ("UploadResult", "UpdateTJ", "ComplainOfObject"), complaints=(OF_OBJECT,)),
    Dispute("duplicate", "who computed a hash that two report", two_report_one_hash, "1x2", (*TRAINING, "SubmitUpdateTJ"), (ONE, TWO), ("CommitTJ", "UpdateTJ"), visible=hash_stands_twice),
    Dispute("silence", "who did not act", selected_did_not_deliver, "1x2", TRAINING, (ONE, MO, BOTH), ("StartRound", "ReportInput"), visible=nothing_came),
    Dispute("input", "whether the inputs of a round were there", inputs_are_missing, "1x2", DELIVERING, (ONE, MO, BOTH), ("StartRound", "ReportInput")),
    Dispute("payment", "whether work was paid", work_is_not_paid, "1x2", (*TRAINING, "CompleteTC", "CloseTC", "Pay"), (MO, DO, ONE), ()),
    Dispute("timestamp", "who was late", somebody_was_late, "1x2", ("ApproveTC", "RevealSeedMO", "RevealSeedDO", *TRAINING, "CompleteTC", "CloseTC"), (MO, DO, ONE), (), visible=couple_was_closed),
)}  # fmt: skip
