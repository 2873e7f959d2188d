"""The conditions of the claims have one value in a state, whichever meaning computes it; so has what must be reachable."""

from __future__ import annotations

import functools
from collections import Counter

import pytest

from model.scope import Scope
from properties.claims import ONCE, expressible, sometimes_of
from properties.paper_claims import CLAIMS
from spec.concrete import evaluate
from spec.tree import Expression
from spec.variants import variant
from tests.equivalence.sampling import Sampler
from tests.equivalence.symbolic import FreeState, Symbolic

SAMPLES, EACH_WAY = 600, 20
PROTOCOL = variant("paper").load()


@functools.cache
def sampler(scope: str) -> Sampler:
    return Sampler(PROTOCOL, Scope.parse(scope), seed=2, walks=140)


# What a search in the finite meaning is asked; a claim that a path exists is asked of concrete states only.
SEARCHED = {part.label for claim in CLAIMS.values() for part in claim.split() if part.kind not in ONCE}
GOALS = {label: goal for label, goal in expressible(CLAIMS.values(), PROTOCOL, PROTOCOL.transactions).items() if label in SEARCHED}


def conditions(label: str) -> dict[str, Expression]:
    """The claim's conditions of one state, and the state that makes it say something."""
    goals = (GOALS[label], sometimes_of(CLAIMS[label.partition("/")[0]], PROTOCOL))
    return {part: condition for goal in goals for part, condition in goal.states.items()}


OF_ONE_STATE = [(label, part) for label in GOALS for part in conditions(label)]
OF_TWO = [(label, part) for label, goal in GOALS.items() for part in goal.pairs]
WITHOUT_MEANING = {"C10/distinct", "C32/ready", "C39/conserved", "C39/covered", "C39/held"}


def test_every_claim_over_states_is_compared() -> None:
    wanted = {part.label for claim in CLAIMS.values() for part in claim.split() if part.kind in ("inv", "two_runs")}
    assert wanted - {label for label, part in (*OF_ONE_STATE, *OF_TWO) if part != "sometimes"} == WITHOUT_MEANING
    assert {"sometimes"} <= {part for _, part in OF_ONE_STATE}


@pytest.mark.parametrize("scope", ["2x1", "1x2"])
@pytest.mark.parametrize(("claim", "part"), OF_ONE_STATE)
def test_a_claim_has_one_value_in_a_state(claim: str, part: str, scope: str) -> None:
    samples, condition = sampler(scope).begin(claim + part), conditions(claim)[part]
    symbolic = Symbolic(PROTOCOL, samples.universe)
    state = FreeState(symbolic.meaning)
    literal = symbolic.meaning.evaluate(condition, {}, state)
    seen: Counter[bool] = Counter()
    states = list(samples.pool)
    samples.rng.shuffle(states)
    for rows, coalition in states:
        view = samples.view(rows, coalition)
        walked = bool(evaluate(condition, {}, view))
        if seen[walked] >= SAMPLES // 2:
            continue
        seen[walked] += 1
        assert bool(samples.compiled.holds(condition, {}, view)) == walked, rows
        symbolic.solve(*symbolic.fixed_coalition(coalition), *state.fixed_to(rows))
        assert symbolic.solver.holds(literal) == walked, rows
    assert sum(seen.values()) >= SAMPLES // 2, seen


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize(("claim", "part"), OF_ONE_STATE)
def test_a_state_that_the_circuit_chose_is_judged_alike(claim: str, part: str, wanted: bool) -> None:
    """The other direction, also for values that no random walk meets: the solver names the state, with some cells as a walk has them."""
    samples, condition = sampler("1x2").begin(claim + part), conditions(claim)[part]
    symbolic = Symbolic(PROTOCOL, samples.universe)
    state = FreeState(symbolic.meaning)
    literal = symbolic.meaning.evaluate(condition, {}, state)
    state.keep_absent_rows_empty()
    judged = 0
    for _ in range(10 * EACH_WAY):
        rows, coalition = samples.rng.choice(samples.pool)
        some = [x for x in state.fixed_to(rows) if samples.rng.random() < 0.5]
        if symbolic.solver.solve([literal if wanted else -literal, *symbolic.fixed_coalition(coalition), *some]):
            view = samples.view(state.chosen(symbolic), coalition)
            assert bool(evaluate(condition, {}, view)) == bool(samples.compiled.holds(condition, {}, view)) == wanted, view.rows
            judged += 1
    assert judged >= EACH_WAY


@pytest.mark.parametrize(("claim", "part"), OF_TWO)
def test_a_claim_of_two_runs_has_one_value_in_two_states(claim: str, part: str) -> None:
    samples, condition = sampler("2x1").begin(claim + part), GOALS[claim].pairs[part]
    symbolic = Symbolic(PROTOCOL, samples.universe)
    first, second = FreeState(symbolic.meaning), FreeState(symbolic.meaning)
    first.second = second
    literal = symbolic.meaning.evaluate(condition, {}, first)
    opened = [rows for rows, _ in samples.pool if any(table == "TC" and row[5] > 0 for (table, _), row in rows.items())]
    seen: Counter[bool] = Counter()
    for _ in range(10 * SAMPLES):
        one, other = samples.rng.choice(opened), samples.rng.choice(opened)
        view = samples.view(one, frozenset())
        view.second = samples.view(other, frozenset())
        walked = bool(evaluate(condition, {}, view))
        if seen[walked] >= SAMPLES // 2:
            continue
        seen[walked] += 1
        symbolic.solve(*symbolic.fixed_coalition(frozenset()), *first.fixed_to(one), *second.fixed_to(other))
        assert symbolic.solver.holds(literal) == walked, (one, other)
    assert min(seen[True], seen[False]) >= EACH_WAY, seen
