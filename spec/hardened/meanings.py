"""What the words of the claims about data and outputs mean here."""

from __future__ import annotations

from typing import Any

from spec.hardened.finishing import is_trained
from spec.hardened.rounds import accepted_results
from spec.hardened.words import MIN_REPLICAS, RESULT, ROSTER, ROUND, VERDICT, group, slots
from spec.language import Amendment, count, every, implies, some
from spec.paper.assets import DO, DSS, PREPARED, TC, TJ
from spec.paper.meanings import differs_from_checked


def held_content(instance: Any) -> Any:
    """The data that an instance's owner trains on: what it joined with, whatever it received later."""
    return PREPARED[instance.co, instance].hash.content


def right_content(subset: Any) -> Any:
    """The rows under the subset's root."""
    return DSS[subset].root.content


def cross_check_passed(instance: Any) -> Any:
    """The owner has computed its hash, which an honest one does with what gives the root: no other owner is needed."""
    return PREPARED[instance.co, instance].exists


def found_different(instance: Any) -> Any:
    """As in the paper, of an instance that has not ended otherwise."""
    return ((instance.ended == None) | is_refused(instance)) & differs_from_checked(instance)


def can_be_refused(instance: Any) -> Any:
    """The guards of RejectCI hold for the DO of the instance."""
    owner = instance.dss.dataset.owner
    joined = (instance.hash != None) & (instance.status == "FREE")
    return DO[owner].exists & instance.exists & joined & (instance.ended == None)


def is_refused(instance: Any) -> Any:
    """The CO refused what it was sent, or the DO the hash that was declared; nobody is blamed."""
    return (instance.ended == "REFUSED") | (instance.ended == "REJECTED")


def instance_has_ended(instance: Any) -> Any:
    """It was refused, rejected, has expired or was withdrawn."""
    return instance.ended != None


def is_fraud(instance: Any) -> Any:
    """A verdict on one of its jobs says so."""
    return some(TC.sort, lambda couple: some(VERDICT.rows(couple), lambda verdict: (
        (verdict.instance == instance) & (verdict.outcome == "FRAUD"))))  # fmt: skip


def complete_round(couple: Any, holds: Any) -> Any:
    """A condition of every subset of a round and of the round, where it was closed and all its slots have revealed."""

    def complete(row: Any) -> Any:
        return row.closed & every(slots(couple, row.round), lambda slot: TJ[couple, slot.instance, row.round].weights != None)

    return every(ROUND.rows(couple), lambda row: implies(complete(row), every(
        slots(couple, row.round), lambda slot: holds(slot.subset, row.round))))  # fmt: skip


def reports_of(couple: Any, subset: Any, round: Any, weights: Any) -> Any:
    """How many slots of a subset revealed these weights in a round."""
    return group(couple, round, subset, lambda slot: TJ[couple, slot.instance, round].weights == weights)


def trains_at_all(couple: Any, subset: Any) -> Any:
    """The roster has replicas enough of the subset to compare them."""

    def enough(entry: Any) -> Any:
        return count(ROSTER.rows(couple), lambda other: other.subset == entry.subset) >= MIN_REPLICAS

    return some(ROSTER.rows(couple), lambda entry: (entry.subset == subset) & enough(entry))


def was_used(couple: Any, subset: Any) -> Any:
    """The subset has a result in some round."""
    return some(ROUND.rows(couple), lambda row: RESULT[couple, row.round, subset].weights != None)


def is_on_the_roster(couple: Any, instance: Any) -> Any:
    """The instance was verified when the couple was approved."""
    return ROSTER[couple, instance].exists


NOTIONS = (
    Amendment("notion", "may_be_selected", "A1, A11: see Roster", is_on_the_roster),
    Amendment("notion", "held_content", "C17: see Train.train", held_content),
    Amendment("notion", "right_content", "C07: see DSS.root", right_content),
    Amendment("notion", "cross_check_passed", "C13: a colluding owner declares the hash of what the DO sent", cross_check_passed),
    Amendment("notion", "found_different", "C10: see CI.ended", found_different),
    Amendment("notion", "can_be_refused", "C10: a mismatch looks like silence, or like fraud", can_be_refused),
    Amendment("notion", "is_refused", "C10: see CI.ended", is_refused),
    Amendment("notion", "instance_has_ended", "C10: see CI.ended", instance_has_ended),
    Amendment("notion", "is_fraud", "C10: fraud is what arbiters found, never a mismatch", is_fraud),
    Amendment("notion", "agreed_results", "C17: a quorum decides", accepted_results),
    Amendment("notion", "complete_round", "A7: a counter miscounts", complete_round),
    Amendment("notion", "reports_of", "X01: see TJ.weights", reports_of),
    Amendment("notion", "trains_at_all", "C17: fewer replicas say nothing about each other", trains_at_all),
    Amendment("notion", "was_used", "A8: see Result", was_used),
    Amendment("notion", "rounds_are_over", "C27: see TC.epochs", is_trained),
)
