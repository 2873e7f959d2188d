"""Every condition under which finishing is proved (C32) is necessary: without it there is a trap, which is replayed on the ledger."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from marketproof.commands import claims_named
from marketproof.exploring import Bed, confirm
from model.honest import Honest
from model.small_scope import Found, Small
from properties.claims import goal_of
from properties.ranking import Liveness
from properties.small_scope import CASES, Case
from spec.hardened import VARIANT
from spec.hardened.money import pay
from spec.hardened.words import TREASURY
from spec.language import Amendment, becomes
from spec.text import Protocol

LATE, FUNDS = "nobody is late", "the DO can give its bond and the MO can pay"
MOST = "most replicas of every selected subset are of honest owners"
PURSE = 4  # enough for a bond, not for a round
CONDITIONS = {
    "the MO is honest": "1x2 MO", "the DO is honest": "1x2 DO, before approval", MOST: "1x2 CO",
    LATE: "1x2 none, nobody waits", FUNDS: "1x2 none",
}  # fmt: skip


def little_money(tx: Any) -> Any:
    return [*pay((tx.caller, PURSE)), becomes(TREASURY[()].supply, TREASURY[()].supply + PURSE)]


POOR = Amendment("replace_effect", "Fund.fund", "an experiment: the MO is poor", little_money)


@cache
def bed(poor: bool) -> Bed:
    return Bed(replace(VARIANT, amendments=(*VARIANT.amendments, POOR)).load() if poor else VARIANT.load())


def finishing(protocol: Protocol) -> Liveness:
    return goal_of(claims_named("C32/finished")[0], protocol, protocol.transactions).live["finished"]


def without(claim: Liveness, condition: str) -> Liveness:
    if condition == LATE:
        return replace(claim, timely={})
    return replace(claim, provided={name: e for name, e in claim.provided.items() if name != condition})


def first_trap(of: Bed, case: Case, claim: Liveness) -> tuple[Small, Found | None, int]:
    """The first state of a case, breadth first, that is a trap; and how many states were looked at."""
    of.live = {"finished": claim}
    small = Small(of.protocol, of.compiled, case, of.market(case).rows, {}, of.live, 3_000)
    honest = Honest(of.protocol, of.compiled, small.scope, claim, small.members, identity=small.identity)
    looked, level = 0, list(small.exploration.level)
    while level:
        for node in level:
            looked += 1
            if honest.trap(node.rows, honest.groups()) is not None:
                return small, Found("finished", node), looked
        level = list(small.exploration.deeper())
    return small, None, looked


def test_every_condition_is_named() -> None:
    claim = finishing(VARIANT.load())
    assert set(CONDITIONS) == {*claim.provided, LATE} and set(claim.timely) == {"Tick"}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_without_a_condition_there_is_a_trap(condition: str) -> None:
    of = bed(condition == FUNDS)
    small, found, _ = first_trap(of, CASES[CONDITIONS[condition]], without(finishing(of.protocol), condition))
    assert found is not None
    confirm(of, small, found)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_with_all_conditions_there_is_none(condition: str) -> None:
    """In the same case; where nobody waits the clock does what the claim rules out, so that case is looked at as others are."""
    of, case = bed(condition == FUNDS), CASES[CONDITIONS[condition]]
    small, found, looked = first_trap(of, replace(case, timely=True), finishing(of.protocol))
    assert found is None and looked == small.exploration.states
