"""The walk, the compiled code and the finite symbolic meaning agree on every step: guards, environment, events, cells afterwards."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import pytest

from model.scope import Scope
from properties.claims import expressible
from properties.paper_claims import CLAIMS
from spec.concrete import Outcome, evaluate, observe, run
from spec.concrete import may_send as walked_may_send
from spec.text import Protocol
from spec.variants import variant
from tests.equivalence.sampling import Sample, Sampler
from tests.equivalence.symbolic import SymbolicStep

ACCEPTED, REFUSED, EACH_WAY = 200, 50, 15
MOST_TRIES = 300_000
SCOPES = ("2x1", "1x2")
OTHERWISE = {
    "X15": "owner",
    "X07": "verified_only",
    "X06": "draw",
    "X02": "chunk",
    "X01": "equal",
    "X08": "single",
    "X09": "signed",
    "X03": "ppds",
}
STEPS = list(variant("paper").load().transactions)


@functools.cache
def loaded(reading: str) -> Protocol:
    """The paper's text as it is read by default, or with the opposite reading of each switch that changes a transaction."""
    paper = variant("paper")
    if reading == "default":
        return paper.load()
    switches = paper.load().switches
    chosen = {name: next(other for other in switches[name].readings if other != switches[name].default) for name in OTHERWISE}
    return paper.load({**chosen, "X15": "owner"})


@functools.cache
def sampler(reading: str, scope: str) -> Sampler:
    return Sampler(loaded(reading), Scope.parse(scope), seed=1)


@functools.cache
def step_claims(reading: str) -> dict[str, dict[str, Any]]:
    protocol = loaded(reading)
    found: dict[str, dict[str, Any]] = {}
    for label, goal in expressible(CLAIMS.values(), protocol, protocol.transactions).items():
        for conditions in goal.steps.values():
            for step, condition in conditions.items():
                found.setdefault(step, {})[label] = condition
    return found


class Comparison:
    """One step of one protocol, compared sample by sample; counts what the samples showed."""

    def __init__(self, reading: str, scope: str, name: str) -> None:
        self.sampler, self.name = sampler(reading, scope).begin(f"{reading} {scope} {name}"), name
        self.compiled, self.transaction = self.sampler.compiled, self.sampler.protocol.transactions[name]
        self.symbolic = SymbolicStep(self.sampler.protocol, self.sampler.universe, name, step_claims(reading).get(name, {}))
        self.outcomes: Counter[str | None] = Counter()
        self.seen: Counter[tuple[Any, bool]] = Counter()

    def outcome(self, sample: Sample) -> Outcome:
        rows, coalition, arguments = sample
        return self.compiled.run(self.transaction, arguments, self.sampler.view(rows, coalition))

    @property
    def rarest(self) -> int:
        """How often the environment's conditions had the truth value that was seen least."""
        asked = [identity for identity in self.symbolic.expressions if identity[0] in ("honest", "power")]
        return min((self.seen[identity, holds] for identity in asked for holds in (True, False)), default=MOST_TRIES)

    def compare(self, sample: Sample) -> None:
        """Raise AssertionError with the sample when two meanings differ."""
        rows, coalition, arguments = sample
        view, compiled, transaction = self.sampler.view(rows, coalition), self.compiled, self.transaction
        outcome = run(transaction, arguments, view)
        self.outcomes[outcome.refused] += 1
        assert compiled.run(transaction, arguments, view) == outcome, (self.name, sample)
        observed = observe(transaction, arguments, view)
        assert compiled.observe(transaction, arguments, view) == observed, (self.name, sample)
        assert compiled.may_send(transaction, arguments, view) == walked_may_send(transaction, arguments, view), (self.name, sample)
        self.symbolic.fix(rows, coalition, arguments)
        for identity, expression in self.symbolic.expressions.items():
            walked = bool(evaluate(expression, arguments, view))
            self.seen[identity, walked] += 1
            assert bool(compiled.holds(expression, arguments, view)) == walked, (self.name, identity, sample)
            assert self.symbolic.solver.holds(self.symbolic.literals[identity]) == walked, (self.name, identity, sample)
        self.compare_guards(outcome)
        self.compare_after(rows, {**outcome.writes, **observed} if outcome.refused is None else None, sample)

    def compare_guards(self, outcome: Outcome) -> None:
        """The first guard that is false in the circuit is the one that refused."""
        holds, literals = self.symbolic.solver.holds, self.symbolic.literals
        first = next((guard for guard in self.transaction.guards if not holds(literals["guard", guard])), None)
        assert first == outcome.refused, (self.name, first, outcome.refused)

    def compare_after(self, rows: dict[Any, Any], written: dict[Any, Any] | None, sample: Sample) -> None:
        """Every cell that the step may write has the same value, and the step writes no other."""
        if written is None:
            return
        tables, after = self.sampler.schema.tables, self.symbolic.after()
        expected = {**rows, **written}
        for (table, name, key), value in after.items():
            row, cells = expected.get((table, key)), tables[table].cells
            wanted = row is not None if name == "exists" else cells[name].default if row is None else row[list(cells).index(name)]
            assert value == wanted, (self.name, (table, name, key), value, wanted, sample)
        for (table, key), row in written.items():
            before = rows.get((table, key))
            for position, (name, kind) in enumerate(tables[table].cells.items()):
                changed = row[position] != (kind.default if before is None else before[position])
                assert not changed or (table, name, key) in after, (self.name, (table, name, key), "is never written by the circuit")
            assert before is not None or (table, "exists", key) in after, (self.name, (table, key), "is never created by the circuit")


def sampled(comparison: Comparison, accepted: int, refused: int, each_way: int, plain: int) -> None:
    """Compare arbitrary samples, then go on with those that show what is still too rare: an outcome, or a condition's value."""
    wanted: dict[str | None, int] = {None: accepted, **dict.fromkeys(comparison.transaction.guards, refused)}
    for tries, sample in enumerate(comparison.sampler.samples(comparison.name)):
        missing = {outcome for outcome, least in wanted.items() if comparison.outcomes[outcome] < least}
        rare = tries < MOST_TRIES / 100 and comparison.rarest < each_way
        if tries >= plain and (not missing or tries > MOST_TRIES) and not rare:
            break
        if tries < plain or rare or comparison.outcome(sample).refused in missing:
            comparison.compare(sample)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("step", STEPS)
def test_all_meanings_of_a_step_agree(step: str, scope: str) -> None:
    comparison = Comparison("default", scope, step)
    sampled(comparison, ACCEPTED, REFUSED, EACH_WAY, plain=300)
    assert comparison.outcomes[None] >= ACCEPTED, comparison.outcomes
    for guard in comparison.transaction.guards:
        assert comparison.outcomes[guard] >= REFUSED, (guard, comparison.outcomes)
    assert comparison.rarest >= EACH_WAY, comparison.seen


@pytest.mark.parametrize("step", STEPS)
def test_all_meanings_agree_under_the_other_readings(step: str) -> None:
    comparison = Comparison("otherwise", "2x1", step)
    sampled(comparison, 60, 20, 0, plain=100)
    assert comparison.outcomes[None] >= 60, comparison.outcomes
    for guard in comparison.transaction.guards:
        assert comparison.outcomes[guard] >= 20, (guard, comparison.outcomes)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_not_taken_changes_nothing(step: str) -> None:
    sample, symbolic = sampler("default", "2x1").begin(step), SymbolicStep(loaded("default"), sampler("default", "2x1").universe, step, {})
    tables, samples = sample.schema.tables, sample.samples(step)
    for _ in range(20):
        rows, coalition, arguments = next(samples)
        symbolic.fix(rows, coalition, arguments, taken=False)
        for (table, name, key), value in symbolic.after().items():
            row, cells = rows.get((table, key)), tables[table].cells
            wanted = row is not None if name == "exists" else cells[name].default if row is None else row[list(cells).index(name)]
            assert value == wanted, (step, (table, name, key))
