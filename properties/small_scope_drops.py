"""The amendments of the hardened text that are dropped in turn, as amendments that take them back, each with the claim that should fall."""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from properties.small_scope_given import Change
from spec.hardened.money import has
from spec.hardened.rounds import all_committed, every_subset_has_a_result
from spec.hardened.words import RESULT, ROUND, SLOT, STAKE, TREASURY, group, in_time
from spec.language import Amendment, becomes, choose
from spec.paper.assets import TJ

BECAUSE = "an experiment: what falls without it"


@dataclass(frozen=True)
class Drop:
    """What is dropped: guards that are waived, and amendments that take others back; which claim should fall, or none.

    cases: where the usual ones cannot show it.
    """

    name: str
    sentence: str
    amendments: tuple[Change, ...]
    falls: str
    cases: tuple[str, ...] = ()


def without(guard: str) -> str:
    """The name of the amendment that added a guard."""
    return f"require {guard}"


def other(guard: str, condition: Any) -> Amendment:
    return Amendment("replace_guard", guard, BECAUSE, condition)


def never(step: str) -> Amendment:
    """The step exists and can never be taken."""
    return Amendment("require", f"{step}.dropped", BECAUSE, lambda tx, *_: False)


def two_alike(tx: Any, couple: Any, round: Any, instance: Any) -> Any:
    weights, subset = TJ[couple, instance, round].weights, SLOT[couple, round, instance].subset
    return (weights != None) & (group(couple, round, subset, lambda slot: TJ[couple, slot.instance, round].weights == weights) >= 2)


def most_of_the_revealed(tx: Any, couple: Any, round: Any, instance: Any) -> Any:
    weights, subset = TJ[couple, instance, round].weights, SLOT[couple, round, instance].subset
    alike = group(couple, round, subset, lambda slot: TJ[couple, slot.instance, round].weights == weights)
    return (weights != None) & (alike * 2 > group(couple, round, subset, lambda slot: TJ[couple, slot.instance, round].weights != None))


def waits_for_arbiters(couple: Any, round: Any, subset: Any) -> Any:
    result, row = RESULT[couple, round, subset], ROUND[couple, round]
    return row.closed & ~in_time(row.dispute_by) & ((result.disputer == None) | result.arbitrated)


def slash_without_verdict(tx: Any, couple: Any, round: Any, instance: Any) -> Any:
    """The bond of who differs from a result that nobody judged goes to the arbiters, whom no other payment of the step concerns."""
    result, revealed = RESULT[couple, round, SLOT[couple, round, instance].subset], TJ[couple, instance, round].weights
    differs = (revealed != None) & (revealed != result.weights) & ~result.arbitrated
    arbiters = TREASURY[()].arbiters
    return [becomes(instance.bond, 0).when(differs), becomes(arbiters, arbiters + choose(differs, instance.bond, 0))]


def only_the_mo(tx: Any, couple: Any) -> Any:
    return couple.mod.owner == tx.caller


DROPS = {one.name: one for one in (
    Drop("group fixed at the start", "a quorum is counted among those who revealed", (other("TakeResult.has_quorum", most_of_the_revealed),), "right results"),
    Drop("quorum of more than half", "two matching reports are enough", (other("TakeResult.has_quorum", two_alike),), "right results", cases=("1x5 CO+CO",)),
    Drop("deadline of commitments", "reveals wait until everybody has committed", (other("OpenReveal.committed_or_late", lambda tx, couple: all_committed(couple)),), "no trap (closed)"),
    Drop("deadline of reveals", "a round closes only when every subset has a result", (other("CloseRound.quorum_or_late", lambda tx, couple: every_subset_has_a_result(couple)),), "no trap (closed)"),
    Drop("any party closes", "only the MO closes a round", (Amendment("require", "CloseRound.only_the_mo", BECAUSE, only_the_mo),), "no trap (closed)"),
    Drop("any party opens reveals", "only the MO opens the reveals", (Amendment("require", "OpenReveal.only_the_mo", BECAUSE, only_the_mo),), "no trap (closed)"),
    Drop("CloseTC", "a couple ends only by its MO", (never("CloseTC"),), "no trap (ended)"),
    Drop("deadline of the couple", "a couple may be closed at any time", (without("CloseTC.deadline_passed"),), "nothing forfeited"),
    Drop("reveal after close", "nothing is revealed once the round is closed", (Amendment("require", "UpdateTJ.not_closed", BECAUSE, lambda tx, couple, round, *_: ~ROUND[couple, round].closed),), "not blamed"),
    Drop("complaint", "an owner without inputs can say nothing", (never("ReportInput"),), "not blamed"),
    Drop("commitment and reveal agree", "something else is revealed than was committed to", (without("UpdateTJ.opens"),), "paid computed"),
    Drop("identity in the commitment", "a commitment names nobody", tuple(f"add_part model hash.{part}" for part in ("owner", "couple", "instance")), "paid computed"),
    Drop("reveals after commitments", "a result may be revealed while others commit", (
        without("UpdateTJ.revealing"), other("UpdateTJ.in_time", lambda tx, couple, round, *_: ~ROUND[couple, round].revealing | in_time(ROUND[couple, round].reveal_by))), "paid computed"),
    Drop("owner of the slot", "anybody commits for an instance", (without("CommitTJ.caller_owns_slot"),), "not blamed"),
    Drop("dispute", "nobody can dispute a result", (never("DisputeResult"),), "work paid"),
    Drop("stake from the bond", "a stake comes from free money only", (other("DisputeResult.stake_is_funded", lambda tx, *_: has(tx.caller, STAKE)),), "work paid"),
    Drop("slash by verdict only", "who differs from the quorum loses its bond", (Amendment("add_effect", "SettleJob.slash", BECAUSE, slash_without_verdict),), "bonds whole"),
    Drop("deadline of arbitration", "jobs wait for the arbiters", (
        other("SettleJob.disputes_are_over", lambda tx, couple, round, instance: waits_for_arbiters(couple, round, SLOT[couple, round, instance].subset)),
        other("SettleDispute.disputes_are_over", lambda tx, couple, round, subset: waits_for_arbiters(couple, round, subset))), "no trap (ended)"),
    Drop("reserve", "nothing is set aside for a round", (Amendment("drop_effect", "StartRound.reserve", BECAUSE), without("StartRound.round_is_funded")), "covered"),
    Drop("settled once", "a job may be settled again", (without("SettleJob.unsettled"),), "covered"),
    Drop("all settled", "a couple ends while jobs are not settled", (without("CloseTC.all_settled"), without("CompleteTC.all_settled")), "nothing left"),
    Drop("spent positions", "a position of an epoch is not spent", (Amendment("drop_effect", "StartRound.advance", BECAUSE),), "epochs cover"),
    Drop("previous round closed", "a round starts while another is open", (without("StartRound.previous_closed"),), "no trap (ended)"),
    Drop("MO reveals first", "the DO may reveal before the MO", (without("RevealSeedDO.mo_revealed"),), "shares in order"),
    Drop("whole epochs", "an MO completes inside an epoch", (without("CompleteTC.whole_epochs"),), "whole epochs"),
)}  # fmt: skip
