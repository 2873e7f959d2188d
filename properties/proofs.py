"""What is to be proved of a variant for any size: its claims and the lemmas by hand, each with the few others that it uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from properties.claims import PROVABLE, Claim, goal_of
from properties.hardened_proofs import ARGUMENTS, CLAIMS_USE, FOLLOW
from properties.inferred import Inferred, inferred_for, words
from properties.lemmas import LEMMAS, used_at
from properties.ranking import Ranking
from spec.errors import SpecificationError
from spec.schema import NotExpressible, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean


@dataclass
class Plan:
    """Goals by name: conditions of every state, of every step, of every two states, rankings; and what each is proved from.

    Invariants in `following` are no inductions of their own: they hold wherever the lemmas that they use do.  Those in `knowing` rest
    on what deviating members can know.

    `uses` names lemmas, or `lemma@Step` for one that is assumed before that step only; `statements` are the lemmas'
    sentences; those `inferred` were found by the program, the others are by hand.
    """

    invariants: dict[str, Expression] = field(default_factory=dict)
    steps: dict[str, dict[str, Expression]] = field(default_factory=dict)
    pairs: dict[str, Expression] = field(default_factory=dict)
    rankings: dict[str, Ranking] = field(default_factory=dict)
    following: set[str] = field(default_factory=set)
    knowing: set[str] = field(default_factory=set)
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    inferred: set[str] = field(default_factory=set)

    def assumed(self, goal: str, step: str) -> dict[str, Expression]:
        """The invariants that are assumed before a step to prove a goal after it; itself too, if it is one."""
        names = ([goal] if goal in self.invariants and goal not in self.following else []) + list(used_at(self.uses.get(goal, ()), step))
        return {name: self.invariants[name] for name in names if name in self.invariants}

    @property
    def inductive(self) -> dict[str, Expression]:
        return {name: condition for name, condition in self.invariants.items() if name not in self.following}

    @property
    def goals(self) -> set[str]:
        return {*self.invariants, *self.steps, *self.pairs, *self.rankings}

    def conditions(self, goal: str) -> list[str]:
        """What a ranking assumes of the environment, in words."""
        ranking = self.rankings.get(goal)
        return [] if ranking is None else [*ranking.claim.provided, *(["nobody honest is late"] if ranking.claim.timely else [])]

    def rests_on(self, goal: str) -> list[str]:
        """All lemmas that a proof of the goal needs, directly or through others, in the order of the text."""
        found: set[str] = set()
        pending = [goal]
        while pending:
            for use in self.uses.get(pending.pop(), ()):
                name = use.partition("@")[0]
                if name not in found:
                    found.add(name)
                    pending.append(name)
        return [name for name in dict.fromkeys((*self.invariants, *self.uses)) if name in found and name != goal]

    def only(self, goals: Iterable[str]) -> Plan:
        """The plan for these goals and what they rest on, and nothing else."""
        names = {name for goal in goals for name in (goal, *self.rests_on(goal))}

        def chosen(found: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in found.items() if name in names}

        return Plan(
            chosen(self.invariants), chosen(self.steps), chosen(self.pairs), chosen(self.rankings), self.following & names,
            self.knowing & names, chosen(self.uses), chosen(self.statements), self.inferred & names,
        )  # fmt: skip

    def missing(self, goal: str) -> list[str]:
        """Lemmas that the goal rests on and that cannot be stated of this variant."""
        return [name for name in self.rests_on(goal) if name not in self.invariants]


def has_lemmas(protocol: Protocol) -> bool:
    """Whether there are lemmas by hand for this variant or for the one that it is made from."""
    return "hardened" in (protocol.name, protocol.parent)


def add_lemmas_by_hand(plan: Plan, protocol: Protocol) -> None:
    for name, lemma in LEMMAS.items():
        with using(protocol.schema):
            try:
                plan.invariants[name] = boolean(lemma.build())
            except SpecificationError:
                continue  # it speaks of a clause that was waived
        plan.following |= {name} if lemma.follows else set()
        plan.knowing |= {name} if lemma.knowing else set()
        plan.statements[name] = lemma.statement
        plan.uses[name] = lemma.uses


def add_inferred(plan: Plan, protocol: Protocol, found: Inferred, labels: set[str]) -> None:
    """The lemmas that the proofs of these claims rest on as they were found; a lemma by hand among them uses what was found for it."""
    stated, pending = found.stated(protocol), [use for label in labels for use in found.claims.get(label, ())]
    while pending:
        name = pending.pop().partition("@")[0]
        if name in found.lemmas and name not in plan.inferred:
            plan.inferred.add(name)
            plan.uses[name] = found.lemmas[name].uses
            pending += plan.uses[name]
    for name in [name for name in found.lemmas if name in plan.inferred]:
        if name in stated:
            plan.invariants[name] = stated[name]
            plan.statements[name] = words(protocol, stated[name])
    plan.inferred -= {name for name in plan.inferred if not found.lemmas[name].base}


def plan_of(protocol: Protocol, claims: Iterable[Claim], steps: dict[str, Transaction], found: Inferred | None = None) -> Plan:
    """The plan for claims of one part each; claims that the variant cannot express, and arithmetic ones, are left out.

    found: the lemmas that were inferred for the variant; those that are committed unless others are given.
    """
    plan, claims, by_hand = Plan(), list(claims), has_lemmas(protocol)
    found = inferred_for(protocol) if found is None else found
    if by_hand:
        add_lemmas_by_hand(plan, protocol)
    add_inferred(plan, protocol, found, {claim.label for claim in claims})
    for claim in claims:
        if claim.kind not in PROVABLE:
            continue
        try:
            goal = goal_of(claim, protocol, steps)
        except NotExpressible:
            continue
        for condition in goal.states.values():
            plan.invariants[claim.label] = condition
            plan.following |= {claim.label} & FOLLOW if by_hand else set()
        for by_step in goal.steps.values():
            plan.steps[claim.label] = by_step
        for condition in goal.pairs.values():
            plan.pairs[claim.label] = condition
        for liveness in goal.live.values():
            if by_hand and claim.label in ARGUMENTS:
                with using(protocol.schema):
                    plan.rankings[claim.label] = ARGUMENTS[claim.label](liveness)
        plan.uses[claim.label] = found.claims.get(claim.label, CLAIMS_USE.get(claim.label, ()) if by_hand else ())
    return plan
