"""Proofs of what a user asks: the lemmas of a variant are tried as hypotheses, and those that a proof uses are proved with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.kept import Confirmed
from marketproof.proving import LADDER, RESOURCES, Proof, prove_task, tasks_of
from model.frames import cells_read
from model.induction import (
    Engine,
    Obligation,
    Settings,
    assumptions_of_honest_callers,
    prove_at_first,
    prove_implied,
    prove_kept,
)  # fmt: skip
from model.search import all_steps
from properties.claims import Claim
from properties.proofs import Plan, plan_of
from spec.tree import Expression

SECOND_RUN = " in the second run"


@dataclass
class Attempting:
    """One query against a plan of all lemmas."""

    bench: Bench
    claim: Claim
    plan: Plan
    settings: Settings

    @property
    def goal(self) -> Expression:
        return {**self.plan.invariants, **self.plan.pairs}[self.claim.label]

    def hypotheses(self) -> list[dict[str, Expression]]:
        """What is assumed beside the query itself: nothing, then lemmas that read what it reads, then all."""
        lemmas = {name: condition for name, condition in self.plan.invariants.items() if name in self.plan.statements}
        near = {name: condition for name, condition in lemmas.items() if cells_read(condition) & cells_read(self.goal)}
        return [{}, near, lemmas]

    def settle(self, ask: Callable[[dict[str, Expression]], Obligation], suffix: str) -> Obligation:
        """Ask with more and more lemmas; those of a core are noted in the plan, as used at the step."""
        own = {} if self.claim.kind == "two_runs" else {self.claim.label: self.goal}
        for lemmas in self.hypotheses():
            found = ask({**own, **lemmas})
            if found.outcome == "proved":
                names = [name.removeprefix("hypothesis ").removesuffix(SECOND_RUN) for name in found.rests_on]
                noted = (*self.plan.uses[self.claim.label], *(f"{name}{suffix}" for name in names if name in lemmas))
                self.plan.uses[self.claim.label] = tuple(dict.fromkeys(noted))
                break
        return found

    def first_open(self) -> Obligation | None:
        """Find the lemmas of each question about the query; the first question that stays open ends it."""
        protocol, label, goal, settings = self.bench.protocol, self.claim.label, self.goal, self.settings
        if self.claim.kind == "two_runs":
            found = self.settle(lambda assumed: prove_implied(protocol, {label: goal}, assumed, settings)[0], "")
            return None if found.outcome == "proved" else found
        (found,) = prove_at_first(protocol, {label: goal}, settings)
        if found.outcome != "proved":
            return found
        for name, step in all_steps(protocol, COALITIONS["peer"]).items():
            self.bench.progress(f"lemmas at {name}")
            found = self.settle(lambda assumed, step=step: prove_kept(protocol, step, assumed, {label: goal}, settings)[0], f"@{name}")  # type: ignore[misc]
            if found.outcome != "proved":
                return found
        return None


def attempt(bench: Bench, claim: Claim) -> Proof:
    """Try to prove a query for any size, with cvc5's confirmation of its questions and of those of the lemmas that it uses.

    Where it fails, the proof holds the first open question only: there the query needs a lemma that nobody has stated.
    """
    began = time.monotonic()
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), bench.seed, RESOURCES, ladder=LADDER, minimal=True)
    plan = plan_of(bench.protocol, [claim], all_steps(bench.protocol, COALITIONS["peer"]))
    asked = Attempting(bench, claim, plan, settings)
    bench.progress.start("proof")
    failed = asked.first_open()
    proof = Proof(bench.protocol.name, plan.only([claim.label]))
    for task in () if failed else tasks_of(proof.plan, all_steps(bench.protocol, COALITIONS["peer"])):
        bench.progress(f"{task or 'the first state'} of the query and its lemmas")
        proof.found += prove_task(bench, proof.plan, task)
    if failed:
        proof.found.append(Confirmed(failed, ""))
    proof.seconds = round(time.monotonic() - began, 3)
    return proof

