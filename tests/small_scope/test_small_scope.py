"""The smallest cases of the small-scope exploration: what holds, what falls without an amendment, that reductions lose nothing there."""

from __future__ import annotations

import pytest

from marketproof.exploring import dropped, unexpected
from marketproof.progress import Progress
from marketproof.small_beds import Bed, Beds
from model.small_scope import REDUCTIONS
from properties.small_scope import CASES
from properties.small_scope_drops import DROPS
from spec.hardened import VARIANT

BEDS = Beds(VARIANT)
SMALL = ("1x2 none, nobody waits", "1x2 CO")


def bed() -> Bed:
    return BEDS.of(CASES["1x2 none"])


@pytest.mark.parametrize("name", SMALL)
def test_nothing_falls_and_all_states_are_seen(name: str) -> None:
    small = bed().small(CASES[name]).run()
    assert small.exploration.ended and not small.undecided
    assert small.found == {}
    assert {"StartRound", "CloseRound", "SettleJob"} <= set(small.sometimes())


# Each drop that falls within a second or so, in the case in which it does: all of them take minutes.
FALLING = {
    "group fixed at the start": "1x3 CO", "any party opens reveals": "1x2 MO", "commitment and reveal agree": "1x2 CO, lazy",
    "identity in the commitment": "1x2 CO, lazy", "reveals after commitments": "1x2 CO, lazy",
    "stake from the bond": "1x2 MO, without inputs, poor owners", "slash by verdict only": "1x2 MO, without inputs, arbiters mute",
    "reserve": "1x2 none", "settled once": "1x2 none", "all settled": "1x2 none", "spent positions": "1x2 none",
    "MO reveals first": "1x2 none, before approval", "whole epochs": "1x2 MO",
}  # fmt: skip


@pytest.mark.parametrize("drop", FALLING)
def test_without_an_amendment_what_it_is_for_falls(drop: str) -> None:
    """The run is replayed on the ledger before it is said."""
    result = dropped(VARIANT, DROPS[drop], [CASES[FALLING[drop]]], Progress(False))
    assert result["falls"] == DROPS[drop].falls and result["coalition"] == CASES[FALLING[drop]].coalition


@pytest.mark.parametrize("name", ["1x2 CO, lazy", "1x2 MO, without inputs, poor owners", "1x2 MO, without inputs, arbiters mute"])
def test_what_a_case_gives_breaks_nothing_by_itself(name: str) -> None:
    small = BEDS.of(CASES[name]).small(CASES[name]).run()
    assert small.exploration.ended and not small.undecided and small.found == {}


def test_poor_owners_have_given_their_bonds_and_have_nothing_else() -> None:
    case = CASES["1x2 MO, without inputs, poor owners"]
    rows = BEDS.of(case).market(case).rows
    assert {rows["Account", (owner,)][0] for owner in ("co-1", "co-2")} == {0} and rows["Account", ("mo-1",)][0] > 100


def test_a_bond_that_is_taken_without_a_verdict_is_still_accounted_for() -> None:
    """What falls is that bonds are whole; all money is still there, so that nothing else hides it."""
    case = CASES["1x2 MO, without inputs, arbiters mute"]
    small = Beds(VARIANT, DROPS["slash by verdict only"].amendments).of(case).small(case).run()
    assert "bonds whole" in small.found and "conserved" not in small.found and "covered" not in small.found


def test_a_position_that_is_not_spent_is_drawn_again() -> None:
    """What falls first is that the epoch is covered; the second draw that the amendment is for comes a round later."""
    case = CASES["1x2 none"]
    small = Beds(VARIANT, DROPS["spent positions"].amendments).of(case).small(case, most_states=60)
    small.live = {}
    assert {"epochs cover", "drawn once"} <= set(small.run().found)


def test_what_falls_elsewhere_is_not_hidden() -> None:
    """A drop that cannot fall in a case is told with what it was expected to do there."""
    result = dropped(VARIANT, DROPS["whole epochs"], [CASES["1x2 none"]], Progress(False))
    assert result["falls"] == "" and result["complete"] and result["expected"] == "whole epochs"
    assert unexpected({"cases": [], "conditions": [], "drops": [result]}) == [result]


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
