"""Sentences of a text that name a culprit, as data: who is blamed when a step is taken, by a condition of what stands on the ledger before it.

Whether such a sentence ever blames an honest party is what is asked of it; the judge uses only those that do not.
"""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spec.hardened.money import decided
from spec.hardened.words import APPROVAL, PROGRESS, RESULT, SLOT
from spec.language import some
from spec.paper.assets import CI, DSS, TC, TJ
from spec.schema import current_schema, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean


@dataclass(frozen=True)
class Rule:
    """`blames` gives, for the arguments of the step, the condition and the member. table: only in texts that have it; without: only in others."""

    name: str
    sentence: str
    cites: str
    step: str
    blames: Callable[..., tuple[Any, Any]]
    table: str = ""
    without: str = ""


@dataclass(frozen=True)
class Traced:
    """A rule in one text."""

    rule: Rule
    condition: Expression
    member: Expression


def rules_of(protocol: Protocol, steps: dict[str, Transaction]) -> dict[str, list[Traced]]:
    """The rules of a text, by the step that they look at."""
    found: dict[str, list[Traced]] = {}
    with using(protocol.schema):
        for rule in RULES.values():
            tables = current_schema().tables
            if rule.step in steps and (not rule.table or rule.table in tables) and (not rule.without or rule.without not in tables):
                condition, member = rule.blames(**{"caller": None, **steps[rule.step].arguments})
                found.setdefault(rule.step, []).append(Traced(rule, boolean(condition), member if isinstance(member, Expression) else member._identifier()))
    return found


# --- the paper ---


def reported_before(caller: Any, couple: Any, instance: Any, hash: Any, **_: Any) -> tuple[Any, Any]:
    others = some(CI.sort, lambda other: (other != instance) & (TJ.named(couple=couple, instance=other, round=0).hash == hash))
    return others, caller


def accused_owner(instance: Any, **_: Any) -> tuple[Any, Any]:
    return True, CI[instance].co


def verified_and_complained(caller: Any, instance: Any, **_: Any) -> tuple[Any, Any]:
    return CI[instance].status == "VERIFIED", caller


# --- the hardened text ---


def revealed(couple: Any, round: Any, instance: Any) -> Any:
    return TJ[couple, instance, round].weights


def differs_from_arbitrated(couple: Any, round: Any, instance: Any, **_: Any) -> tuple[Any, Any]:
    slot = SLOT[couple, round, instance]
    given = revealed(couple, round, instance)
    return (given != None) & (given != decided(couple, round, slot.subset)) & RESULT[couple, round, slot.subset].arbitrated, slot.owner


def revealed_nothing(couple: Any, round: Any, instance: Any, **_: Any) -> tuple[Any, Any]:
    silent = (revealed(couple, round, instance) == None) & ~TJ[couple, instance, round].complaint
    return silent, SLOT[couple, round, instance].owner


def differs_from_majority(couple: Any, round: Any, instance: Any, **_: Any) -> tuple[Any, Any]:
    slot = SLOT[couple, round, instance]
    given, right = revealed(couple, round, instance), decided(couple, round, slot.subset)
    return (given != None) & (right != None) & (given != right), slot.owner


def disputed_in_vain(couple: Any, round: Any, subset: Any, **_: Any) -> tuple[Any, Any]:
    result = RESULT[couple, round, subset]
    deviated = some(SLOT.rows(couple, round), lambda slot: (slot.subset == subset) & (revealed(couple, round, slot.instance) != None) & (
        revealed(couple, round, slot.instance) != result.final))  # fmt: skip
    return result.arbitrated & (result.final == result.weights) & ~deviated, result.disputer


def withheld_mo_share(couple: Any, **_: Any) -> tuple[Any, Any]:
    return APPROVAL[couple].exists & (PROGRESS[couple].mo_share == None), TC[couple].mod.owner


def withheld_do_share(couple: Any, **_: Any) -> tuple[Any, Any]:
    return APPROVAL[couple].exists & (PROGRESS[couple].mo_share != None) & (PROGRESS[couple].do_share == None), TC[couple].ds.owner


def left_inside_an_epoch(couple: Any, **_: Any) -> tuple[Any, Any]:
    row = PROGRESS[couple]
    return row.active & ((row.position != 0) | (row.epoch == 0)), TC[couple].mod.owner


def joined_and_not_answered(instance: Any, **_: Any) -> tuple[Any, Any]:
    return CI[instance].hash != None, DSS[CI[instance].dss].dataset.owner


HARDENED = "Clock"
RULES = {rule.name: rule for rule in (
    Rule("same hash later", "the CO reporting the same hash at a later time can be concluded as fraudulent", "L525", "UpdateTJ", reported_before, without=HARDENED),
    Rule("mismatch", "if there is a mismatch, the DO can tag the CO as fraudulent", "L475", "ComplainOfHash", accused_owner, without=HARDENED),
    Rule("other object", "if the hashes match, the model uploaded by the CO is the one that was downloaded; else it is not", "L643, L717", "ComplainOfObject", accused_owner, without=HARDENED),
    Rule("contradiction", "once the DO has verified a hash the chunk is ready for training; it complains of what it verified", "L479-481", "ComplainOfHash", verified_and_complained),
    Rule("fraud", "what an owner revealed is not what the arbiters computed", "SettleJob", "SettleJob", differs_from_arbitrated, table=HARDENED),
    Rule("minority", "what an owner revealed is not what more than half of its group revealed", "TakeResult", "SettleJob", differs_from_majority, table=HARDENED),
    Rule("silent", "an owner of a slot neither revealed a result in time nor said that its inputs are missing", "SettleJob", "SettleJob", revealed_nothing, table=HARDENED),
    Rule("frivolous", "a dispute of a result that was right, where all who revealed were right", "SettleDispute", "SettleDispute", disputed_in_vain, table=HARDENED),
    Rule("share of the MO", "the MO did not reveal its share of the seed in time", "CloseTC", "CloseTC", withheld_mo_share, table=HARDENED),
    Rule("share of the DO", "the DO did not reveal its share of the seed in time", "CloseTC", "CloseTC", withheld_do_share, table=HARDENED),
    Rule("inside an epoch", "the MO left inside an epoch", "CloseTC", "CloseTC", left_inside_an_epoch, table=HARDENED),
    Rule("unanswered", "the DO neither verified nor rejected a declared hash in time", "ExpireCI", "ExpireCI", joined_and_not_answered, table=HARDENED),
)}  # fmt: skip
