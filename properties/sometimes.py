"""What must be reachable for a claim to say anything: conditions that some state of honest parties meets."""

from __future__ import annotations

from typing import Any

from spec.language import count, some
from spec.paper.assets import CI, DSS, TC
from spec.schema import notion


def some_payment() -> Any:
    return notion("some_payment")()


def some_round_completed() -> Any:
    return notion("some_round_completed")()


def some_round_open() -> Any:
    return some(TC, lambda couple: notion("round_is_open")(couple))


def some_delivered() -> Any:
    return some(TC, lambda couple: some(CI, lambda instance: notion("delivered_now")(couple, instance)))


def some_report_by_two() -> Any:
    delivered = notion("delivered_now")
    return some(TC, lambda couple: some(DSS, lambda subset: notion("selected_subset")(couple, subset) & (
        count(subset.ciidlist, lambda instance: delivered(couple, instance)) > 1)))  # fmt: skip


def some_verified() -> Any:
    return some(CI, lambda instance: instance.status == "VERIFIED")
