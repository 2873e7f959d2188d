"""What each party knows after each step of a run: what the step told it, and what follows from that with all that it had before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from adversaries.knowledge import DESIGN, TOLD, rules_but
from model.deduction import Closure, Instance, closure, instances
from model.enumeration import Action
from model.observing import Fact, Observed, observe
from model.scope import Scope
from model.terms import Known, is_atom, shown
from spec.compiled import Compiled
from spec.knowing import Knowing, knowing
from spec.text import Protocol
from spec.tracing import Transaction

EVERYBODY = ""


@dataclass(frozen=True)
class Learned:
    """A term that somebody knows since a step. how: the step's part that told it, or the rule by which it follows."""

    holder: str
    term: Known
    how: str

    @property
    def told(self) -> str:
        return f"{self.holder or 'everybody'} knows {shown(self.term)} ({self.how})"


@dataclass
class Learning:
    """A run after a start: its facts, and for each party the fixpoints before and after each step.

    deviating: who deviates; they have the powers of the variant, others only the rules by design.
    """

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    start: list[Action]
    run: list[Action]
    transactions: dict[str, Transaction]
    deviating: frozenset[str]

    @cached_property
    def said(self) -> Knowing:
        return knowing(self.protocol)

    @cached_property
    def observed(self) -> Observed:
        return observe(self.protocol, self.compiled, [*self.start, *self.run], self.scope, self.said, self.transactions)

    @cached_property
    def instances(self) -> list[Instance]:
        return instances((fact.term for fact in self.observed.facts), self.observed.links)

    @cached_property
    def parties(self) -> list[tuple[str, tuple[str, ...]]]:
        """Everybody who sees the ledger, each member that takes part, and the members of the coalition that share what they have."""
        holders = dict.fromkeys([*self.observed.members, *sorted(self.deviating)])
        acting = [one for one in holders if one in self.observed.members or any(fact.holder == one for fact in self.observed.facts)]
        together = tuple(one for one in acting if one in self.deviating)
        several = [(" and ".join(together), together)] if len(together) > 1 else []
        return [(EVERYBODY, ()), *((one, (one,)) for one in acting), *several]

    def rules(self, members: Iterable[str]) -> frozenset[str]:
        if not set(members) & self.deviating:
            return DESIGN
        return rules_but(rule for one in self.said.assumptions for rule in one.rules)

    def known(self, members: tuple[str, ...], until: int) -> Closure:
        facts = [fact for fact in self.observed.facts if fact.step <= until and (not fact.holder or fact.holder in members)]
        links = [one for one in self.instances if one.step <= until]
        return closure(facts, links, self.rules(members))

    def after_each(self) -> list[list[Learned]]:
        """For each step of the run what is known since it and was not before; what everybody knows is told once."""
        before = {name: self.known(members, len(self.start)) for name, members in self.parties}
        found = []
        for number in range(len(self.start) + 1, len(self.start) + len(self.run) + 1):
            learned: list[Learned] = []
            public: Closure = {}
            for name, members in self.parties:
                now = self.known(members, number)
                new = [term for term in now if term not in before[name] and (name == EVERYBODY or term not in public)]
                alone = {one.term for one in learned if one.holder in members}
                learned += [Learned(name, term, how(now, term)) for term in new if term not in alone and worth_telling(now, term, number)]
                before[name], public = now, now if name == EVERYBODY else public
            found.append(learned)
        return found


def worth_telling(known: Closure, term: Known, number: int) -> bool:
    """What a step tells as it is, and atoms that follow; not everything that can be made of them."""
    fact = known[term].fact
    return is_atom(term) or (fact is not None and fact.step == number)


def how(known: Closure, term: Known) -> str:
    reason = known[term]
    if reason.instance is None:
        assert reason.fact is not None
        return source(reason.fact)
    return TOLD.get(reason.instance.rule, reason.instance.rule)


def source(fact: Fact) -> str:
    return fact.source
