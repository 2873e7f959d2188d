"""Every condition under which finishing is proved (C32) is necessary: without it there is a trap, which is replayed on the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from marketproof.necessity import conditions_needed, first_trap, needed
from marketproof.small_beds import Bed, Beds
from marketproof.store import Store
from properties.small_scope import CASES, Case
from properties.small_scope_conditions import FINISHED, LATE, NEEDED, conditions_of, without_condition
from spec.hardened import VARIANT

BEDS = Beds(VARIANT)


def bed(case: Case) -> Bed:
    return BEDS.of(case)


def test_every_condition_has_its_case() -> None:
    claim = bed(CASES["1x2 none"]).claimed(FINISHED)
    assert set(conditions_of(claim)) == set(NEEDED) and set(claim.timely) == {"Tick"}


def test_without_any_condition_there_is_a_trap(tmp_path: Path) -> None:
    """`needed` replays each; a run of nobody is told as the state in which it starts.  What is kept says the same."""
    shown = conditions_needed(VARIANT, VARIANT.load(), Store(tmp_path))
    assert conditions_needed(VARIANT, VARIANT.load(), Store(tmp_path)) == shown
    assert [one["condition"] for one in shown] == list(NEEDED)
    for one in shown:
        assert one["necessary"] and one["start"] and "honest parties can never reach it" in one["trap"]
    late = shown[-1]
    assert late["condition"] == LATE and any("Tick" in step for step in late["told"])


def test_a_condition_without_a_case_is_not_said_to_be_necessary() -> None:
    assert not needed(BEDS, "something else", Store(enabled=False))["necessary"]


@pytest.mark.parametrize("condition", NEEDED)
def test_with_all_conditions_there_is_none(condition: str) -> None:
    """In the same case; where nobody waits the clock does what the claim rules out, so that case is looked at as others are."""
    case = replace(NEEDED[condition], timely=True)
    small, found, looked = first_trap(bed(case), case, bed(case).claimed(FINISHED))
    assert found is None and looked in (0, small.exploration.states)
    assert looked > 1 or condition != LATE


@pytest.mark.parametrize("condition", NEEDED)
def test_the_other_conditions_hold_all_along(condition: str) -> None:
    """No state of the run to the trap is outside of what the claim without the condition provides for."""
    case = NEEDED[condition]
    claim = without_condition(bed(case).claimed(FINISHED), condition)
    small, found, _ = first_trap(bed(case), case, claim)
    assert found is not None
    subject, node = {"the couple": "tc-1"}, found.node
    while node is not None:
        view = small.steps.view(node.rows)
        assert all(bed(case).compiled.holds(e, subject, view) for e in claim.provided.values())
        node = node.before  # type: ignore[assignment]
