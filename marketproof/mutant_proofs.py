"""Mutants of a text that is proved: what each proof rests on says which of them have to be asked about a changed clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.kept import Confirmed
from marketproof.mutant_judges import Judge, Noticed, stands_in
from marketproof.proving import Unit, claims_to_prove, needed, second_opinion, tasks_of, units_of
from marketproof.store import Store
from model.frames import cells_of, cells_read
from model.induction import Obligation
from model.search import all_steps
from properties.proofs import Plan
from spec.digests import digest
from spec.mutants import Mutant
from spec.schema import Write
from spec.text import Protocol

ALL = "(all)"


@dataclass(frozen=True)
class Open:
    """A question that a mutant leaves open, with what was answered to it of the text."""

    unit: Unit
    known: list[Confirmed]

    @property
    def cost(self) -> tuple[bool, bool, float]:
        """Questions of one step first, then of rankings, of these last whether a move is allowed; each the quicker first."""
        rule = self.unit.reads[1] == "rule"
        return rule, rule and is_allowed(self.known), sum(one.obligation.seconds for one in self.known)


class ProofJudge(Judge):
    """A mutant is noticed when something that a claim rests on is proved of the text and not of it, or when a claim becomes vacuous.

    A proof stands for every text in which nothing differs that it rests on: a guard that its unsatisfiable core does not name, or a
    write to cells that its goal does not read.  Only the others are asked.
    """

    bounds = "what every proof of every claim rests on, at every step, and honest runs in the scope of each claim"

    def __init__(self, protocol: Protocol, seed: int, store: Store) -> None:
        super().__init__(protocol, seed, store)
        self.steps = all_steps(protocol, COALITIONS["peer"])
        self.rankings = {goal: digest(ranking) for goal, ranking in self.plan.rankings.items()}
        self.bench = Bench(protocol, seed, store=store)
        labels = [claim.label for claim in reversed(claims_to_prove())]
        self.rests = {goal: label for label in labels for goal in (label, *self.plan.rests_on(label))}
        self._answers: dict[str, list[tuple[Unit, list[Confirmed]]]] = {}

    def answers(self, task: str) -> list[tuple[Unit, list[Confirmed]]]:
        """What is proved of the text in one task."""
        if task not in self._answers:
            self._answers[task] = [(unit, unit.answer(self.store)) for unit in units_of(self.bench, self.plan, task)]
        return self._answers[task]

    def noticed(self, mutant: Mutant) -> Iterator[Noticed]:
        """Questions whose proof named the clause, then the honest run, then rankings; cvc5 is asked only where Z3 proves them all."""
        changed = mutant.of(self.protocol)
        bench = Bench(changed, self.seed)
        plan = needed(changed, claims_to_prove())
        if gone := [goal for goal in self.plan.goals if goal not in plan.goals]:
            yield Noticed(self.rests.get(gone[0], gone[0]), f"{gone[0]} cannot be expressed")
            return
        asked = sorted(self.open(mutant, bench, plan), key=lambda one: one.cost)
        proved: list[Obligation] = []
        for of_rules in (False, True):
            for one in asked:
                if one.cost[0] is of_rules:
                    yield from self.refused(one, proved)
            if not of_rules:
                yield from self.honest.lost(changed, bench.compiled)
        for obligation in proved:
            if not Confirmed(obligation, second_opinion(obligation)).holds:
                yield self.told(obligation)

    def refused(self, one: Open, proved: list[Obligation]) -> Iterator[Noticed]:
        found = one.unit.prove()
        proved += [obligation for obligation in found if obligation.outcome == "proved"]
        yield from (self.told(obligation) for obligation in found if obligation.outcome != "proved")

    def told(self, obligation: Obligation) -> Noticed:
        return Noticed(self.rests[obligation.goal], f"{obligation.step or 'the first state'} ({obligation.goal})")

    def open(self, mutant: Mutant, bench: Bench, plan: Plan) -> Iterator[Open]:
        """The questions whose proofs do not stand for the mutant."""
        others, written = self.others(plan), self.written(mutant)
        at = {mutant.step, *plan.rankings, *(step for _, step in others)}
        for task in [task for task in tasks_of(plan, self.steps) if ALL in at or task in at]:
            units = units_of(bench, plan, task, candidates=False)
            for (known, found), unit in zip(self.answers(task), units, strict=True):
                assert known.goal == unit.goal
                if (unit.goal, ALL) in others or (unit.goal, task) in others:
                    asked = unit.key != known.key
                else:
                    asked = speaks_of(mutant, task, unit) and not stands(mutant, plan, unit, found, written)
                if asked:
                    yield Open(unit, found)

    def others(self, plan: Plan) -> set[tuple[str, str]]:
        """Goals that say something else of the mutant, each with the step at which it does; with ALL where it does in every state."""
        found = {(goal, step) for goal, by_step in plan.steps.items() for step in {*by_step, *self.plan.steps[goal]}
                 if by_step.get(step) is not self.plan.steps[goal].get(step)}  # fmt: skip
        states = {goal for goal, condition in plan.invariants.items() if condition is not self.plan.invariants[goal]}
        states |= {goal for goal, pair in plan.pairs.items() if pair is not self.plan.pairs[goal]}
        states |= {goal for goal, ranking in plan.rankings.items() if digest(ranking) != self.rankings[goal]}
        states |= {goal for goal in plan.goals if states & {use.partition("@")[0] for use in plan.uses.get(goal, ())}}
        return found | {(goal, ALL) for goal in states}

    def written(self, mutant: Mutant) -> frozenset[str]:
        """The cells of which a mutant may write other values: those whose writes differ; of a changed value the rows are the same."""
        before, after = self.protocol.transactions[mutant.step].effects, mutant.changed.effects
        gone = [one for one in before.get(mutant.clause, ()) if not stands_in(one, after.get(mutant.clause, ()))]
        cells = cells_of(gone)
        return frozenset(map(cell_of, gone)) if mutant.operator == "perturb" else cells


def speaks_of(mutant: Mutant, task: str, unit: Unit) -> bool:
    """Whether a question of a task is about the mutant's step; of a ranking some are about the steps of its moves."""
    return task == mutant.step or (unit.reads[1] == "rule" and unit.reads[5] is not None and unit.reads[5].name == mutant.step)


def cell_of(write: Write) -> str:
    return f"{write.table}.{write.field}"


def is_allowed(known: list[Confirmed]) -> bool:
    return any(one.obligation.step.endswith(": allowed)") for one in known)


def stands(mutant: Mutant, plan: Plan, unit: Unit, known: list[Confirmed], written: frozenset[str]) -> bool:
    """Whether the proofs of the text are proofs of the mutant: nothing in them speaks of what was changed.

    written: the cells of which the mutant may write other values; empty where a guard was changed.
    """
    if not all(one.holds for one in known):
        return False
    kind = unit.reads[1]
    if not written:
        named = any(f"guard {mutant.clause}" in one.obligation.rests_on for one in known)
        return mutant.operator in ("waive", "weaken") if is_allowed(known) else not named
    if kind == "obeyed" or is_allowed(known):
        return True
    if kind == "kept":
        return not cells_read(plan.invariants[unit.goal]) & written
    return all(one.obligation.by == "frame" for one in known)


__all__ = ["ProofJudge"]
