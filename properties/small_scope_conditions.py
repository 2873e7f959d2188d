"""The conditions under which couples finish (C32), each with a case in which a trap shows that it is necessary."""

from __future__ import annotations

from dataclasses import replace

from properties.ranking import Liveness
from properties.small_scope import CASES, case
from properties.small_scope_given import POOR_MO

FINISHED = "C32/finished"
LATE = "nobody is late"
NEEDED = {
    "the MO is honest": CASES["1x2 MO"],
    "the DO is honest": CASES["1x2 DO, before approval"],
    "most replicas of every selected subset are of honest owners": CASES["1x2 CO"],
    "the DO can give its bond and the MO can pay": case("none", "1x2", ", the MO has no more than its bond", given=(POOR_MO,)),
    LATE: CASES["1x2 none, nobody waits"],
}


def conditions_of(claim: Liveness) -> list[str]:
    return [*claim.provided, *([LATE] if claim.timely else [])]


def without_condition(claim: Liveness, condition: str) -> Liveness:
    """The same claim, of more runs."""
    if condition == LATE:
        return replace(claim, timely={})
    return replace(claim, provided={name: e for name, e in claim.provided.items() if name != condition})
