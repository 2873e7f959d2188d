"""Lemmas that are found: what a goal lacks is looked for among clauses that agree with random runs, and each is proved, or dropped.

A goal that fails at a step fails with a state.  Clauses that exclude this state, and no sampled one, are assumed until the step is
proved; those in the unsatisfiable core become goals of their own.  A lemma that nothing can mend is dropped, and what rested on it is
asked again.  What is left when nothing is open is inductive together (Houdini's greatest set, made from below and on demand).
Nothing here is trusted: whoever uses the lemmas proves them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from model.counterexample import Candidate, candidates, described
from model.frames import cells_read, cells_written
from model.grounding import Grounding
from model.induction import Question, Rung, Settings, prove_at_first, question_of_step
from model.mining import FOREIGN, Mined, Table, view_of
from model.unbounded import State
from model.wandering import Sample
from model.z3_text import check_with_core
from properties.lemmas import used_at
from properties.templates import Base, Clause
from spec.compiled import Compiled
from spec.concrete import View
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression

# How many clauses are assumed at a time: such as speak of what the question speaks of, and others; how often, before a step is given up,
# and how often with more instances, of which each question has many.
SPOKEN, OTHERS = 16, 6
MOST_TRIES = {"claim": 12, "lemma": 5}
MOST_DEEPER = 3
RUNGS = (Rung(0, False, 6), Rung(1, False, 6), Rung(1, False))
# After so many questions the search stops, and says so.
MOST_ASKED = 1_500
Place = tuple[str, str]


@dataclass(frozen=True)
class Lemma:
    """A clause that was found, or a hint that has no base, and what it costs: of several the cheaper are kept."""

    name: str
    base: Base | None
    clause: Clause
    condition: Expression
    cost: float


@dataclass
class Failure:
    """A goal that no clause could mend at a step, with the state and the step in words."""

    goal: str
    step: str
    candidate: Candidate | None
    told: list[str] = field(default_factory=list)


@dataclass
class Vocabulary:
    """Bases with the truth of their statements in sampled states; a base's table is made when it is first needed."""

    protocol: Protocol
    compiled: Compiled
    bases: dict[str, Base]
    samples: list[Sample]
    _tables: dict[str, Table] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        if name not in self._tables:
            views = (self.view(sample) for sample in self.samples)
            self._tables[name] = Table(self.bases[name], self.compiled, views)
        return self._tables[name]

    def agreeing(self) -> dict[str, int]:
        """Of each base that was looked at how many clauses agree with all samples."""
        return {name: table.agreeing for name, table in self._tables.items()}

    def view(self, state: Sample | Candidate) -> View:
        return view_of(self.protocol.schema, state.rows, state.universe, state.coalition)

    def agrees(self, condition: Expression) -> bool:
        return all(self.compiled.holds(condition, {}, self.view(sample)) for sample in self.samples)

    def tiers(self) -> list[list[str]]:
        """Bases of the ledger, then those of what parties remember, of which there are far more keys."""
        ledger = [name for name, base in self.bases.items() if base.table.category in ("asset", "history")]
        return [ledger, [name for name in self.bases if name not in ledger]]


@dataclass
class Inference:
    """The search for lemmas: goals by name, what each rests on at each step, and which clauses are known to be no lemmas."""

    protocol: Protocol
    steps: dict[str, Transaction]
    invariants: dict[str, Expression]
    claims: dict[str, dict[str, Expression]]
    vocabulary: Vocabulary
    settings: Settings
    progress: Callable[[str], None] = lambda text: None
    hints: dict[str, Expression] = field(default_factory=dict)
    uses_by_hand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lemmas: dict[str, Lemma] = field(default_factory=dict)
    dropped: dict[str, Failure] = field(default_factory=dict)
    failures: dict[Place, Failure] = field(default_factory=dict)
    rests: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    open: list[Place] = field(default_factory=list)
    asked: int = 0
    _questions: dict[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Prove every goal, with whatever lemmas that takes."""
        for goal in self.claims:
            self.open += [(goal, step) for step in self.claims[goal]]
        for goal, condition in self.invariants.items():
            self.open += [(goal, step) for step in self.touching(condition)]
        while self.open and self.asked < MOST_ASKED:
            goal, step = place = self.open.pop()
            if place in self.rests or (goal not in self.invariants and goal not in self.claims and goal not in self.lemmas):
                continue
            self.progress(f"{len(self.lemmas)} lemmas, {len(self.dropped)} dropped, {len(self.open)} questions open: {goal[:40]} at {step}")
            self.settle(goal, step)
        for goal, step in dict.fromkeys(self.open):
            self.failures[goal, step] = Failure(goal, step, None, [f"the budget of {MOST_ASKED} questions ended"])

    def touching(self, condition: Expression) -> list[str]:
        """The steps that write something that a condition reads: all others keep it."""
        read = cells_read(condition)
        return [name for name, step in self.steps.items() if read & cells_written(step)]

    def condition(self, name: str) -> Expression:
        return self.invariants[name] if name in self.invariants else self.lemmas[name].condition

    # --- one goal at one step ---

    def settle(self, goal: str, step: str) -> None:
        """Find what a goal needs at a step; without that a lemma is dropped, and a claim has failed."""
        found = Attempt(self, goal, step).run()
        if not isinstance(found, Failure):
            self.rests[goal, step] = tuple(lemma.name for lemma in found)
            for lemma in found:
                self.demand(lemma)
        elif goal in self.lemmas:
            self.drop(goal, found)
        else:
            self.failures[goal, step] = found
            self.open = [place for place in self.open if place[0] != goal]

    def demand(self, lemma: Lemma) -> None:
        if lemma.name in self.lemmas:
            return
        self.lemmas[lemma.name] = lemma
        (first,) = prove_at_first(self.protocol, {lemma.name: lemma.condition}, self.settings)
        if first.outcome != "proved":
            self.drop(lemma.name, Failure(lemma.name, "", None, first.counterexample))
            return
        self.open += [(lemma.name, step) for step in self.touching(lemma.condition)]

    def drop(self, name: str, failure: Failure) -> None:
        """Forget a lemma, and ask again what rested on it."""
        del self.lemmas[name]
        self.dropped[name] = failure
        for goal, step in [place for place, rests in self.rests.items() if name in rests or place[0] == name]:
            del self.rests[goal, step]
            self.open.append((goal, step))

    def question(self, step: str) -> tuple[Question, State, State, Any]:
        if step not in self._questions:
            self._questions[step] = question_of_step(self.protocol, self.steps[step], {}, self.settings)
        return self._questions[step]  # type: ignore[no-any-return]

    # --- results ---

    def uses(self, goal: str) -> tuple[str, ...]:
        """What a goal rests on, each with its step, as a plan has it."""
        return tuple(f"{name}@{step}" for (known, step), rests in self.rests.items() if known == goal for name in rests)

    def needed(self, goals: Iterable[str]) -> list[str]:
        """All lemmas that goals rest on, directly or through others."""
        found, pending = dict[str, None](), list(goals)
        while pending:
            goal = pending.pop()
            for (known, _), rests in self.rests.items():
                if known == goal:
                    pending += [name for name in rests if name not in found]
                    found |= dict.fromkeys(rests)
        return list(found)

    def failed(self, goal: str) -> list[Failure]:
        return [failure for (known, _), failure in self.failures.items() if known == goal]


class Attempt:
    """One goal at one step: clauses are assumed until it is proved, then as few of them as will do."""

    def __init__(self, inference: Inference, goal: str, step: str) -> None:
        self.of, self.goal, self.step = inference, goal, step
        self.question, self.before, after, arguments = inference.question(step)
        if goal in inference.claims:
            self.node = self.question.meaning.holds(inference.claims[goal][step], arguments, self.before)
        else:
            self.node = self.question.meaning.holds(inference.condition(goal), {}, after)
        self.own = {} if goal in inference.claims else {goal: inference.condition(goal)}
        self.assumed: dict[str, Lemma] = {}
        self.grounding: Grounding | None = None

    def run(self) -> list[Lemma] | Failure:
        """The few lemmas that are needed, or why there are none."""
        kind = "lemma" if self.goal in self.of.lemmas else "claim"
        for rung in RUNGS:
            self.assumed = self.assumed if kind == "lemma" else {}
            for _ in range(MOST_DEEPER if rung.deep else MOST_TRIES[kind]):
                outcome, _ = self.ask(self.assumed, rung)
                if outcome == "unsat":
                    return self.cheapest(rung)
                more = self.more() if outcome == "sat" else []
                if not more:
                    break
                self.assumed |= {lemma.name: lemma for lemma in more}
        if (by_hint := self.by_hints()) is not None:
            return by_hint
        settings = self.of.settings
        assert self.grounding is not None
        told = [] if self.goal in self.of.lemmas else described(self.grounding, settings.seed, settings.resources)
        return Failure(self.goal, self.step, self.state(), told)

    def by_hints(self) -> list[Lemma] | None:
        """What a proof by hand uses here, where nothing else was found: as few of these lemmas as will do beside clauses."""
        names = used_at(self.of.uses_by_hand.get(self.goal, ()), self.step)
        given = [name for name in names if name in self.of.hints and name not in self.of.dropped and name not in self.own]
        hints = {name: Lemma(name, None, (), self.of.hints[name], FOREIGN) for name in given}
        for rung in RUNGS if hints else ():
            outcome, needed = self.ask(hints, rung)
            if outcome == "unsat":
                kept = {lemma.name: lemma for lemma in self.fewest({name: hints[name] for name in needed}, rung)}
                for name in list(kept):
                    kept = self.without(name, kept, rung) or kept
                return list(kept.values())
        return None

    def without(self, name: str, kept: dict[str, Lemma], rung: Rung) -> dict[str, Lemma] | None:
        """Clauses that do instead of one hint; None when none are found."""
        self.assumed = {other: lemma for other, lemma in kept.items() if other != name}
        for _ in range(MOST_TRIES["lemma"]):
            outcome, needed = self.ask(self.assumed, rung)
            if outcome == "unsat":
                return {lemma.name: lemma for lemma in self.fewest({other: self.assumed[other] for other in needed}, rung)}
            more = [lemma for lemma in self.more() if lemma.name != name] if outcome == "sat" else []
            if not more:
                return None
            self.assumed |= {lemma.name: lemma for lemma in more}
        return None

    def is_new(self, name: str) -> bool:
        return name not in self.of.dropped and name not in self.assumed and name not in self.own

    def ask(self, assumed: dict[str, Lemma], rung: Rung) -> tuple[str, list[str]]:
        """Whether the goal is proved from itself and from what is assumed, and which of that was needed."""
        self.of.asked += 1
        meaning = self.question.meaning
        conditions = {**self.own, **{name: lemma.condition for name, lemma in assumed.items()}}
        self.question.hypotheses = {name: (meaning.holds(e, {}, self.before), cells_read(e)) for name, e in conditions.items()}
        self.grounding = self.question.grounded(self.node, None, rung.deep, rung.paired)
        settings = self.of.settings
        outcome, core = check_with_core(self.grounding.text(), settings.seed, settings.resources)
        reasons = self.grounding.reasons(core) if outcome == "unsat" else ()
        return outcome, [name for name in assumed if f"hypothesis {name}" in reasons]

    def cheapest(self, rung: Rung) -> list[Lemma]:
        """The fewest among the first that will do of what is assumed: such as are goals already, then the cheapest."""
        ordered = sorted(self.assumed, key=lambda name: (name not in self.of.lemmas, self.assumed[name].cost))
        size = 1
        while size < 2 * len(ordered):
            few = {name: self.assumed[name] for name in ordered[:size]}
            outcome, needed = self.ask(few, rung)
            if outcome == "unsat":
                return self.fewest({name: few[name] for name in needed}, rung)
            size *= 2
        return list(self.assumed.values())

    def fewest(self, needed: dict[str, Lemma], rung: Rung) -> list[Lemma]:
        """Leave out one after another, the dearest first and those that are no goals yet before others."""
        for name in sorted(needed, key=lambda name: (name in self.of.lemmas, -needed[name].cost)):
            fewer = {other: lemma for other, lemma in needed.items() if other != name}
            if name in needed and self.ask(fewer, rung)[0] == "unsat":
                needed = fewer
        return list(needed.values())

    def state(self) -> Candidate | None:
        assert self.grounding is not None
        return next(candidates(self.grounding, self.of.settings.seed, self.of.settings.resources), None)

    def more(self) -> list[Lemma]:
        """Lemmas that the state of the last answer breaks: such as are goals already, else such as could be."""
        state = self.state()
        if state is None:
            return []
        view = self.of.vocabulary.view(state)
        known = [lemma for lemma in self.of.lemmas.values() if self.is_new(lemma.name) and lemma.base is not None]
        if broken := [lemma for lemma in known if not self.holds(lemma, view)]:
            return broken
        for tier in self.of.vocabulary.tiers():
            found = sorted((one for name in tier for one in self.mined(name, view, state.cells)), key=lambda one: one.cost)
            spoken = [one for one in found if one.cost < FOREIGN][:SPOKEN]
            if found:
                return [self.lemma(one) for one in spoken or found[:OTHERS]]
        return []

    def holds(self, lemma: Lemma, view: View) -> bool:
        """Whether a lemma holds in a state; not where it speaks of values that are missing."""
        try:
            return bool(self.of.vocabulary.compiled.holds(lemma.condition, {}, view))
        except TypeError:
            return False

    def mined(self, base: str, view: View, spoken: frozenset[str]) -> list[Mined]:
        """Clauses of a base that the state breaks and that were not found wrong before."""
        table = self.of.vocabulary.table(base)
        most = SPOKEN + len(self.of.dropped) + len(self.assumed)
        return [one for one in table.excluding(view, spoken, most) if self.is_new(named(one))]

    def lemma(self, one: Mined) -> Lemma:
        return Lemma(named(one), one.base, one.clause, one.base.expression(one.clause), one.cost % FOREIGN)


def named(mined: Mined) -> str:
    return f"{mined.base.name}: {' or '.join(mined.base.told(mined.clause))}"


__all__ = ["Attempt", "Failure", "Inference", "Lemma", "Vocabulary"]
