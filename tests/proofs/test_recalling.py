"""Blind recall: what is enumerated, compared with enumeration without reductions, and what the search finds of it."""

from __future__ import annotations

from typing import Any

import pytest

from marketproof.accepted import committed_for
from marketproof.recalling import claimed, drawn, missed, recalled, summed_up
from model.enumeration import Steps
from model.explicit import first_broken_state, first_broken_step
from model.recalling import Broken, Enumerating, groups, honest_starts
from model.scope import Scope
from properties.claims import Goal
from spec.compiled import Compiled
from spec.mutants import mutants_of
from spec.variants import variant

PROTOCOL = variant("hardened").load()
MUTANTS = {one.name: one for one in mutants_of(PROTOCOL)}
SMALL = Scope(1, 1)
WITH_VIOLATIONS = ["CreateDS.caller_is_data_owner: negate", "ApproveTC.roster: perturb (Roster.subset, write 1)",
                   "JoinCI.not_joined: waive"]  # fmt: skip


@pytest.mark.parametrize("name", [*WITH_VIOLATIONS, drawn(PROTOCOL, 1, 0)[0].name, drawn(PROTOCOL, 2, 0)[1].name])
def test_the_search_misses_nothing(name: str) -> None:
    found = recalled(PROTOCOL, MUTANTS[name], 1, 0)
    assert found.missed == [] and found.starts > 10
    assert bool(found.enumerated) is (name in WITH_VIOLATIONS)


def test_a_search_that_finds_nothing_misses() -> None:
    broken = Broken("C35", "MO", 0, 1)
    assert missed(broken, {}) and missed(broken, {"C35": 2}) and not missed(broken, {"C35": 1})


def plain(goal: Goal, steps: Steps, compiled: Compiled, rows: Any, first: str, then: str) -> set[str]:
    """Every claim that a run of two steps breaks which was not broken before, without any reduction."""
    found = set()
    for one in steps.enabled(rows, first):
        after = {**rows, **(steps.after(rows, first, one) or {})}
        for two in steps.enabled(after, then):
            last = {**after, **(steps.after(after, then, two) or {})}
            for claim in [*goal.states, *goal.steps]:
                alone = Goal({claim: goal.states[claim]} if claim in goal.states else {}, {claim: goal.steps.get(claim, {})})
                if first_broken_step(steps, compiled, alone, after, (then, two)) or first_broken_state(steps, compiled, alone, last):
                    found.add(claim)
    return found


@pytest.mark.parametrize(("name", "first"), [("CreateDS.caller_is_data_owner: negate", 0), ("VerifyCI.caller_is_the_do: waive", 11)])
def test_reductions_lose_nothing_that_plain_enumeration_finds(name: str, first: int) -> None:
    mutant = MUTANTS[name]
    changed = mutant.of(PROTOCOL)
    compiled, goal = Compiled(changed), claimed(changed, "orderer")
    starts = honest_starts(changed, compiled, SMALL)[first : first + 2]
    found = Enumerating(changed, compiled, SMALL, goal, mutant.step, 2).run(starts)
    universe, wanted = SMALL.universe(changed, spares=False), set()
    for coalition, members in groups(SMALL):
        steps = Steps(compiled, universe, members, changed.transactions)
        for rows in starts:
            for other in changed.transactions:
                both = plain(goal, steps, compiled, rows, mutant.step, other) | plain(goal, steps, compiled, rows, other, mutant.step)
                wanted |= {(claim, coalition) for claim in both}
    assert wanted and wanted <= set(found) and {one.depth for one in found.values()} <= {0, 1, 2}


def test_where_there_are_more_steps_than_are_taken_it_is_said() -> None:
    mutant = MUTANTS["CreateDS.caller_is_data_owner: negate"]
    changed = mutant.of(PROTOCOL)
    compiled, goal = Compiled(changed), claimed(changed, "orderer")
    starts = honest_starts(changed, compiled, SMALL)[:2]
    few = Enumerating(changed, compiled, SMALL, goal, mutant.step, 2, most=1)
    few.run(starts)
    assert few.cut and few.successors <= len(list(groups(SMALL)))
    whole = Enumerating(changed, compiled, SMALL, goal, mutant.step, 2)
    whole.run(starts)
    assert not whole.cut and whole.successors > few.successors


def test_committed_figures_are_of_this_text_and_miss_nothing() -> None:
    for told in (committed_for("recall", PROTOCOL) or {"by_depth": {}})["by_depth"].values():
        assert told["found"] == told["enumerated"] > 0 and all(not one["missed"] for one in told["mutants"])


def test_the_sum() -> None:
    assert summed_up(PROTOCOL, [], 1)["recall"] is None
