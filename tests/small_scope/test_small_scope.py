"""The smallest cases of the small-scope exploration: what holds, what falls without an amendment, that reductions lose nothing there."""

from __future__ import annotations

from functools import cache

import pytest

from marketproof.exploring import Bed, dropped
from marketproof.progress import Progress
from model.small_scope import REDUCTIONS
from properties.small_scope import CASES
from properties.small_scope_drops import DROPS
from spec.hardened import VARIANT

SMALL = ("1x2 none, nobody waits", "1x2 CO")


@cache
def bed() -> Bed:
    return Bed(VARIANT.load())


@pytest.mark.parametrize("name", SMALL)
def test_nothing_falls_and_all_states_are_seen(name: str) -> None:
    small = bed().small(CASES[name]).run()
    assert small.exploration.ended and not small.undecided
    assert small.found == {}
    assert {"StartRound", "CloseRound", "SettleJob"} <= set(small.sometimes())


@pytest.mark.parametrize(("drop", "case"), [("deadline of commitments", "1x2 CO"), ("any party closes", "1x2 MO"), ("reserve", "1x2 none")])
def test_without_an_amendment_what_it_is_for_falls(drop: str, case: str) -> None:
    """The run is replayed on the ledger before it is said."""
    result = dropped(VARIANT, DROPS[drop], [CASES[case]], Progress(False))
    assert result["falls"] == DROPS[drop].falls and result["told"]


@pytest.mark.parametrize("reduction", [one for one in REDUCTIONS if one != "representatives"])
def test_a_reduction_changes_no_answer(reduction: str) -> None:
    """Without the clock's reduction there is no end of states: as many are seen as the limit allows."""
    case = CASES["1x2 none, nobody waits"]
    limit = 3_000 if reduction == "clock" else 20_000
    reduced, full = bed().small(case).run(), bed().small(case, without=(reduction,), most_states=limit).run()
    assert full.exploration.ended or reduction == "clock"
    assert full.exploration.states > reduced.exploration.states
    assert set(full.found) == set(reduced.found)
    assert set(full.sometimes()) == set(reduced.sometimes())
