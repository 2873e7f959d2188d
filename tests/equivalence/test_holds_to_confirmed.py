"""The search against plain enumeration: what it says holds is not broken by any run, and what it breaks is broken no sooner.

Claims of two runs are left out: enumeration looks at one run at a time.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from model.enumeration import Rows, Steps
from model.explicit import enumerate_runs, first_broken_state, first_broken_step
from model.market import Market
from model.scope import Scope
from model.search import Answer, Problem, Search, all_steps
from properties.claims import Claim, Goal, goal_of
from properties.expectations import expected
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCH = Bench(variant("paper").load())
OF_ONE_RUN = {part.label: part for claim in CLAIMS.values() for part in claim.split() if part.kind in ("inv", "step")}
EXPECTED = expected("paper") or {}
HELD = [(label, name) for label in OF_ONE_RUN for name, row in EXPECTED[label].items() if row["verdict"] == "holds_to"]
DEPTH, FORGERIES_OF_A_TABLE = 6, 100

REFUTED = [
    *((label, name, "1x2") for label in ("C11", "C31/rem", "C35") for name in ("DO", "CO", "MO")),
    ("C07", "DO", "1x1"), ("C12", "DO", "1x1"), ("C12", "orderer", "1x2"),
    ("C12", "orderer", "2x1"), ("C25/once", "orderer", "1x1"), ("C25/once", "MO", "1x1"),
    ("C33", "orderer", "1x1 without spares"),
]  # fmt: skip


def searched(claim: Claim, name: str, scope: Scope, start: Market, depth: int) -> tuple[Answer, Goal]:
    goal = goal_of(claim, BENCH.protocol, all_steps(BENCH.protocol, COALITIONS[name]))
    search = Search(Problem(BENCH.protocol, goal, scope, COALITIONS[name], start.rows))
    answer = search.run(depth)
    search.solver.close()
    return answer, goal


def choices(name: str, scope: Scope) -> Iterator[frozenset[str]]:
    """Every set of members that may deviate together in a coalition; spare pseudonyms go with it."""
    bounds = COALITIONS[name].deviating
    pseudonyms = [member for member, role in scope.members().items() if role is None] if bounds else []
    per_role = []
    for role, most in bounds.items():
        members = [member for member, wanted in scope.members().items() if wanted == role]
        per_role.append([group for size in range(most + 1) for group in itertools.combinations(members, size)])
    for groups in itertools.product(*per_role):
        yield frozenset([*pseudonyms, *itertools.chain.from_iterable(groups)])


def test_something_is_held_and_something_is_refuted() -> None:
    assert {("C11", "orderer"), ("C31/rem", "orderer"), ("C35", "orderer")} <= set(HELD)
    assert all(EXPECTED[label][name]["verdict"] == "refuted" for label, name, _ in REFUTED)


@pytest.mark.parametrize("scope", ["1x2", "2x1"])
@pytest.mark.parametrize(("label", "name"), [(label, name) for label, name in HELD if COALITIONS[name].powers == ("order",)])
def test_what_holds_is_broken_by_no_run(label: str, name: str, scope: str) -> None:
    size, steps = Scope.parse(scope), all_steps(BENCH.protocol, COALITIONS[name])
    start = BENCH.market(size, "market")
    answer, goal = searched(OF_ONE_RUN[label], name, size, start, DEPTH)
    found = enumerate_runs(BENCH.protocol, BENCH.compiled, goal, size, start, frozenset(), steps, DEPTH)
    assert (answer.attack, answer.depth, answer.unknown) == (None, DEPTH, "")
    assert (found.broken, found.depth) == (None, DEPTH), found
    assert found.states > 1000, "the enumeration saw next to nothing"


@pytest.mark.parametrize(("label", "name", "scope"), REFUTED)
def test_what_is_refuted_is_broken_at_the_same_depth(label: str, name: str, scope: str) -> None:
    """No choice of deviating members breaks it in fewer steps, and the search's own choice does in as many."""
    size = Scope(1, 1, spares=0) if scope.endswith("without spares") else Scope.parse(scope)
    steps = all_steps(BENCH.protocol, COALITIONS[name])
    start = BENCH.market(size, "market")
    answer, goal = searched(OF_ONE_RUN[label], name, size, start, 12)
    assert answer.attack is not None
    for deviating in choices(name, size):
        chosen = {member for member in deviating if not member.startswith("pseudonym")} == set(answer.attack.deviating)
        depth = answer.depth if chosen else answer.depth - 1
        found = enumerate_runs(BENCH.protocol, BENCH.compiled, goal, size, start, deviating, steps, depth)
        assert (None if found.broken is None else len(found.broken)) == (answer.depth if chosen else None), (deviating, found)
        assert not chosen or found.part == answer.attack.part


def with_one_forgery(steps: Steps, goal: Goal, start: Rows, depth: int, each: int) -> tuple[int, int]:
    """States seen in runs of honest steps among which one write set is forged, and how many of the runs break the goal.

    In every state `each` forgeries of every table are tried, drawn from all that there are.
    """
    seen, broken, chance = {(frozenset(start.items()), False)}, 0, random.Random(1)
    frontier = [(start, False)]
    for _ in range(depth):
        following = []
        for (rows, forged), name in itertools.product(frontier, steps.transactions):
            forging = name.startswith("Forge ")
            ways = list(steps.enabled(rows, name)) if not (forged and forging) else []
            for arguments in chance.sample(ways, min(each, len(ways))) if forging else ways:
                broken += bool(first_broken_step(steps, steps.compiled, goal, rows, (name, arguments)))
                after = {**rows, **(steps.after(rows, name, arguments) or {})}
                identity = frozenset(after.items()), forged or forging
                if identity not in seen:
                    seen.add(identity)
                    broken += bool(first_broken_state(steps, steps.compiled, goal, after))
                    following.append((after, identity[1]))
        frontier = following
    return len(seen), broken


@pytest.mark.parametrize("label", ["C31/event", "C33"])
def test_a_corrupt_peer_breaks_it_with_one_forgery_at_the_depth_of_the_search_and_no_sooner(label: str) -> None:
    """All forgeries are beyond enumeration (12,000 in every state): one in each run, drawn for every table anew, is not."""
    size = Scope(1, 1, spares=0)
    start = BENCH.market(size, "market")
    answer, goal = searched(OF_ONE_RUN[label], "peer", size, start, 7)
    steps = Steps(BENCH.compiled, size.universe(BENCH.protocol), frozenset(), all_steps(BENCH.protocol, COALITIONS["peer"]))
    assert answer.attack is not None and answer.depth > 4
    states, broken = with_one_forgery(steps, goal, start.rows, answer.depth - 1, FORGERIES_OF_A_TABLE)
    assert (broken, states > 1000) == (0, True), (states, broken)
    assert with_one_forgery(steps, goal, start.rows, answer.depth, FORGERIES_OF_A_TABLE)[1] > 0


def test_one_forgery_is_found_to_break_what_a_corrupt_peer_breaks() -> None:
    size = Scope(1, 1, spares=0)
    start = BENCH.market(size, "market")
    goal = goal_of(OF_ONE_RUN["C31/rem"], BENCH.protocol, all_steps(BENCH.protocol, COALITIONS["peer"]))
    steps = Steps(BENCH.compiled, size.universe(BENCH.protocol), frozenset(), all_steps(BENCH.protocol, COALITIONS["peer"]))
    assert with_one_forgery(steps, goal, start.rows, 1, FORGERIES_OF_A_TABLE)[1] > 0


def test_a_two_run_claim_is_enumerated_where_nobody_deviates():
    """Both runs of honest parties are in the same state, so a condition that compares the runs holds and its opposite does not."""
    bench = Bench(variant("paper").load())
    claim, coalition, scope = CLAIMS["C25"].split()[0], COALITIONS["orderer"], Scope(1, 1)
    steps = all_steps(bench.protocol, coalition)
    goal = goal_of(claim, bench.protocol, steps)
    market = bench.market(scope, "market")
    held = enumerate_runs(bench.protocol, bench.compiled, goal, scope, market, frozenset(), steps, 3)
    assert held.broken is None and held.states > 3
    opposite = replace(goal, pairs={part: ~condition for part, condition in goal.pairs.items()})
    assert enumerate_runs(bench.protocol, bench.compiled, opposite, scope, market, frozenset(), steps, 3).broken == []
