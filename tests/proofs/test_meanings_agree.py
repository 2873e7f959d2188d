"""The any-size meaning of every step of the paper's text against the concrete walk, in states that are nearly reachable."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from model.enumeration import Rows
from model.induction import Engine
from model.scope import Scope
from model.states import Arbitrary
from model.unbounded import Meaning
from properties.claims import expressible
from properties.paper_claims import CLAIMS
from spec.concrete import View, evaluate, may_send
from spec.tree import Expression
from spec.variants import variant
from tests.equivalence.sampling import Sample, Sampler
from tests.proofs.comparing import Comparison
from tests.proofs.extended import Extended

STEPS = list(variant("paper").load().transactions)
MOST_TRIES = 2_000
MOST_STATES = 4_000


@cache
def sampler() -> Sampler:
    return Sampler(variant("paper").load(), Scope.parse("2x1"), seed=1, walks=30)


@cache
def claims() -> tuple[dict[str, Expression], dict[str, dict[str, Expression]]]:
    protocol = sampler().protocol
    states: dict[str, Expression] = {}
    steps: dict[str, dict[str, Expression]] = {}
    for label, goal in expressible(CLAIMS.values(), protocol, protocol.transactions).items():
        for e in goal.states.values():
            states[label] = e
        for conditions in goal.steps.values():
            for step, e in conditions.items():
                steps.setdefault(step, {})[label] = e
    return states, steps


def kinds_of_sample(name: str, sample: Sample) -> str:
    """Whether the sample can be taken, and if not who refuses it."""
    rows, coalition, arguments = sample
    view, step = sampler().view(rows, coalition), sampler().protocol.transactions[name]
    if not all(evaluate(guard.condition, arguments, view) for guard in step.guards.values()):
        return "refused by a guard"
    return "taken" if may_send(step, arguments, view) else "not sent"


@pytest.mark.parametrize("name", STEPS)
def test_a_step_means_what_the_walk_says(name: str) -> None:
    samples, step = sampler().begin(f"proofs {name}").samples(name), sampler().protocol.transactions[name]
    states, steps = claims()
    comparison = Comparison(Engine(), sampler().protocol, step, {k: e for k, e in states.items() if k != "C17d/two_match"}, steps.get(name))
    wanted, found = {"taken": 2, "refused by a guard": 1, "not sent": 1}, Counter[str]()
    for _ in range(MOST_TRIES):
        sample = next(samples)
        kind = kinds_of_sample(name, sample)
        if found[kind] < wanted[kind]:
            found[kind] += 1
            comparison.compare(sampler().view(sample[0], sample[1]), sample[2])
        if found == wanted:
            break
    assert found["taken"] and comparison.seen["environment", True]
    assert not step.guards or found["refused by a guard"]
    assert not (step.honest or step.powers) or found["not sent"]


def test_claims_mean_what_the_walk_says() -> None:
    protocol, (states, _) = sampler().protocol, claims()
    meaning = Meaning(protocol.schema, protocol.sorts)
    nodes: dict[str, Any] = {name: meaning.holds(e, {}, Arbitrary(meaning)) for name, e in states.items()}
    seen: Counter[tuple[str, bool]] = Counter()
    for rows, coalition in itertools.islice(states_at_random(), MOST_STATES):
        if not missed(states, seen):
            break
        view = View(protocol.schema, rows, sampler().universe, coalition)
        truth = {name: evaluate(e, {}, view) for name, e in states.items()}
        fresh = {name for name, value in truth.items() if seen[name, value] < 3}
        if fresh:
            extended = Extended(meaning, view)
            for name in fresh:
                assert extended[nodes[name]] == truth[name], name
                seen[name, truth[name]] += 1
    assert missed(states, seen) <= {(name, False) for name in ("C13", "C17d", "C23/right", "C45/model", "C47/again")}


def missed(states: dict[str, Expression], seen: Counter[tuple[str, bool]]) -> set[tuple[str, bool]]:
    return {(name, value) for name in states for value in (True, False) if not seen[name, value]}


def states_at_random() -> Iterator[tuple[Rows, frozenset[Any]]]:
    """States from the pool, and damaged ones."""
    found = sampler().begin("claims")
    while True:
        rows, coalition = found.rng.choice(found.pool)
        yield rows, coalition
        yield found.perturbed(found.perturbed(rows)), coalition
