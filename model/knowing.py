"""Decides what coalitions can know: goals of a question in a run, the fixpoint of each coalition, and what falls without an assumption."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from adversaries.coalitions import Coalition
from adversaries.knowledge import DESIGN, RULES, TOLD, rules_but
from model.deduction import Closure, Instance, Step, closure, derivation, instances
from model.enumeration import Action
from model.gathering import Fixpoints, Gathered, Members, gather
from model.linking import Linked, apart, linked
from model.observing import Fact, Observed, observe
from model.scope import Scope
from model.stating import Goal, statements
from model.terms import Known, below, shown
from properties.knowledge import Question
from spec.compiled import Compiled
from spec.knowing import Assumption, Knowing, knowing
from spec.text import Protocol

NOTHING_ACCEPTED = "the guards of the text accept no such statement"
NO_OTHER_READING = "no hash of the text has another reading"


@dataclass(frozen=True)
class Answer:
    """What was found of one question against one coalition; steps derive what should not be had, members are who has it."""

    verdict: str
    goal: str = ""
    members: tuple[str, ...] = ()
    targets: tuple[Known, ...] = ()
    steps: tuple[Step, ...] = ()
    without: str = ""
    told: tuple[int, ...] = ()
    reason: str = ""
    rules: tuple[str, ...] = ()
    linked: Linked | None = None

    @property
    def depth(self) -> int | None:
        """How many lines the derivation has."""
        return len(self.steps) if self.verdict == "refuted" else None

    @property
    def used(self) -> list[str]:
        return [rule for rule in RULES if rule in {step.rule for step in self.steps} or rule in self.rules]


@dataclass
class Setting:
    """One variant at one scope, with some assumptions left out: the run, its facts, and the rules over them."""

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    run: list[Action]
    dropped: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    replayed: list[bool] = field(default_factory=list)
    _closures: dict[object, Closure] = field(default_factory=dict)
    _others: dict[tuple[str, ...], Setting] = field(default_factory=dict)
    _stated: dict[tuple[str, bool, bool], list[Goal]] = field(default_factory=dict)

    @cached_property
    def observed(self) -> Observed:
        return observe(self.protocol, self.compiled, self.run, self.scope, self.said)

    def dropping(self, *names: str) -> Setting:
        """The same run without some assumptions."""
        if names not in self._others:
            self._others[names] = replace(self, dropped=(*self.dropped, *names), _closures={}, _others={}, _stated={})
        return self._others[names]

    @cached_property
    def said(self) -> Knowing:
        return knowing(self.protocol, self.dropped)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        return self.said.assumptions

    @cached_property
    def predictions(self) -> list[Known]:
        """A prediction of each model, for whoever uses it."""
        models = dict.fromkeys(part for fact in self.observed.facts for part in below(fact.term) if part[0] == "model")
        return [("run", "predict", model, "input", 0) for model in models]

    @cached_property
    def instances(self) -> list[Instance]:
        encrypted = [("locked", ("lock", ("key", one[2][1])), one) for one in self.predictions]
        stated = [target for kind in ("data hash", "model hash") for goal in self.stated(kind) for target in goal.targets]
        return instances([*(fact.term for fact in self.observed.facts), *self.predictions, *encrypted, *stated], self.observed.links)

    @cached_property
    def terms(self) -> list[Known]:
        return list(dict.fromkeys(term for one in self.instances for term in (one.conclusion, *one.premises)))

    @cached_property
    def rules(self) -> frozenset[str]:
        """What is on: every rule but those that the variant assumes away, and those that are switched off."""
        return rules_but([*self.off, *(rule for one in self.assumptions for rule in one.rules)])

    def stated(self, kind: str, distinct: bool = False, with_object: bool = False) -> list[Goal]:
        asked = kind, distinct, with_object
        if asked not in self._stated:
            self._stated[asked] = statements(self.protocol, self.compiled, self.observed, self.said, *asked)
        return self._stated[asked]

    def facts(self, members: Collection[str], goal: Goal | None = None) -> list[Fact]:
        """What the members have; of a goal that is stated without data its owner keeps only what it had before the run."""

        def counts(fact: Fact) -> bool:
            if fact.holder and fact.holder not in members:
                return False
            if goal is None:
                return True
            late = goal.told is not None and fact.step and fact.step not in goal.told
            return not late and not (goal.without and fact.holder == goal.without and fact.step)

        return [fact for fact in self.observed.facts if counts(fact)]

    def closure(self, members: Members, rules: frozenset[str], goal: Goal | None = None) -> Closure:
        key = members, rules, None if goal is None else (goal.without, goal.told)
        if key not in self._closures:
            links = self.instances if goal is None or goal.told is None else [
                one for one in self.instances if not one.step or one.step in goal.told]  # fmt: skip
            self._closures[key] = closure(self.facts(members, goal), links, rules)
        return self._closures[key]


@dataclass
class Deciding:
    """One question in one setting."""

    setting: Setting
    question: Question
    _others: dict[str, Deciding] = field(default_factory=dict)

    @cached_property
    def rules(self) -> frozenset[str]:
        return (DESIGN if self.question.by_design else self.setting.rules) - set(self.question.off)

    @cached_property
    def goals(self) -> list[Goal]:
        asked, setting = self.question, self.setting
        if asked.says:
            return setting.stated(asked.says, asked.distinct, asked.with_object)
        if asked.readings:
            return [Goal((term,), frozenset(), f"a digest is also that of {shown(term[1])}") for term in self.other_readings()]
        if asked.whole:
            return [Goal(tuple(rows), frozenset([owner]), f"all rows of {owner}") for owner, rows in self.datasets().items()]
        each = ("rows", "model", "identity") if asked.gains else asked.each
        return [Goal((term,), self.owners(term), shown(term)) for name in each for term in self.secrets(name)]

    def other_readings(self) -> list[Known]:
        """What else a digest that everybody sees can be said to be of."""
        public = {fact.term for fact in self.setting.observed.facts if not fact.holder}
        return [one.conclusion for one in self.setting.instances if one.rule == "reread" and one.premises[0] in public]

    def secrets(self, name: str) -> list[Known]:
        if name == "predict":
            return self.setting.predictions
        found = dict.fromkeys(part for term in self.setting.terms for part in below(term) if part[0] == name)
        members = self.setting.observed.members
        return [term for term in found if not self.question.of or members.get(term[1]) == self.question.of]

    def datasets(self) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = {}
        for subset, owner in self.setting.observed.owners.items():
            found.setdefault(owner, []).append(("rows", subset))
        return found

    def owners(self, term: Known) -> frozenset[str]:
        """Whose secret it is, and to whom it is told on purpose."""
        observed = self.setting.observed
        spared = {member for member, role in observed.members.items() if role in self.question.spares}
        if term[0] == "rows":
            return frozenset({observed.owners[term[1]], *spared})
        own = term[2][1] if term[0] == "run" else term[1]
        told = {fact.holder for fact in observed.facts if fact.term == term and fact.holder and not fact.rule}
        return frozenset({own, *spared, *(told if term[0] == "identity" else ())})

    def answer(self, coalition: Coalition) -> Answer:
        """What this coalition can have, by the smallest choice of its members."""
        asked = self.question
        if asked.needs and not coalition.deviating.get(asked.needs):
            return Answer("not_expressible", reason=f"the claim is about coalitions with an {asked.needs}")
        if asked.gains and sum(coalition.deviating.values()) < 2:
            return Answer("not_expressible", reason="one party alone does not collude")
        if asked.apart or asked.linked:
            return self.linkability(coalition)
        choices = list(self.choices(coalition))
        if not self.goals:
            return Answer("holds_to", reason=NOTHING_ACCEPTED if asked.says else NO_OTHER_READING if asked.readings else "nothing is there")
        if not any(goal.concerns(members) for goal in self.goals for members in choices):
            return Answer("not_expressible", reason="what the claim speaks of is the coalition's own, or told to it on purpose")
        for rules in dict.fromkeys((self.rules - {"guess"}, self.rules)):  # who needs no luck is told first
            found = self.found(choices, rules) or self.with_pseudonyms(coalition, choices, rules)
            if found is not None:
                return found
        return Answer("holds_to")

    def tried(self, coalition: Coalition) -> Iterator[tuple[Members, Goal]]:
        """Every choice of members and goal that was looked at, the largest with pseudonyms among them."""
        choices = list(self.choices(coalition))
        everybody = frozenset(self.setting.observed.members)
        for goal in self.goals:
            concerned = [members for members in choices if goal.concerns(members)]
            larger = [everybody - goal.owners] if concerned and self.may_take_pseudonyms(coalition, self.rules) else []
            yield from ((members, goal) for members in (*concerned, *larger) if not self.exempt(goal, members, self.rules))

    def exempt(self, goal: Goal, members: Members, rules: frozenset[str]) -> bool:
        """Whether having it is no break of the claim: each of them has it alone, or it was told to them on purpose."""
        if self.question.gains:
            return all(self.has_alone(goal, member, rules) for member in members)
        return self.question.beyond_design and self.has_by_design(goal, members)

    def may_take_pseudonyms(self, coalition: Coalition, rules: frozenset[str]) -> bool:
        return "pseudonyms" in rules and "pseudonym" in coalition.powers and not self.question.says and not self.question.gains

    def choices(self, coalition: Coalition) -> Iterator[Members]:
        """Every choice of as many members of each role as the coalition has, one for each legal entity."""
        by = self.setting.observed.members
        wanted = dict(coalition.deviating)
        if self.question.everybody_of in wanted:
            wanted[self.question.everybody_of] = sum(role == self.question.everybody_of for role in by.values())
        chosen = [itertools.combinations([m for m, own in by.items() if own == role], most) for role, most in wanted.items()]
        for picked in itertools.product(*chosen):
            yield frozenset(member for group in picked for member in group)

    def found(self, choices: Iterable[Members], rules: frozenset[str]) -> Answer | None:
        """The shortest derivation of a goal by one of these choices of members."""
        reached = [self.derived(goal, members, rules) for members in choices for goal in self.goals if self.reaches(goal, members, rules)]
        return min(reached, key=lambda one: (len(one.members), one.depth or 0), default=None)

    def reaches(self, goal: Goal, members: Members, rules: frozenset[str]) -> bool:
        if not goal.concerns(members):
            return False
        known = self.setting.closure(members, rules, goal)
        return all(target in known for target in goal.targets) and not self.exempt(goal, members, rules)

    def has_alone(self, goal: Goal, member: str, rules: frozenset[str]) -> bool:
        known = self.setting.closure(frozenset([member]), rules)
        return all(target in known for target in goal.targets)

    def has_by_design(self, goal: Goal, members: Members) -> bool:
        """Whether a fact that is told to members alone gives it, by deduction without powers."""
        told = [fact for fact in self.setting.facts(members) if fact.holder and not fact.rule]
        known = closure(told, self.setting.instances, DESIGN)
        return all(target in known for target in goal.targets)

    def derived(self, goal: Goal, members: Members, rules: frozenset[str], pseudonyms: bool = False) -> Answer:
        steps = derivation(goal.targets, self.setting.closure(members, rules, goal), TOLD)
        certified = [step.rule for step in self.facts_used(steps) if step.rule]
        return Answer("refuted", goal.said, tuple(sorted(members)), goal.targets, tuple(steps), goal.without,
                      told=() if goal.told is None else tuple(sorted(goal.told)),
                      rules=(*certified, *(["pseudonyms"] if pseudonyms else [])))  # fmt: skip

    def facts_used(self, steps: Iterable[Step]) -> Iterator[Fact]:
        by = {(fact.term, fact.holder): fact for fact in self.setting.observed.facts}
        return (by[step.term, step.holder] for step in steps if not step.rule)

    def with_pseudonyms(self, coalition: Coalition, choices: list[Members], rules: frozenset[str]) -> Answer | None:
        """One of the coalition's legal entities stands behind further members, as few as will do."""
        if not self.may_take_pseudonyms(coalition, rules):
            return None
        everybody = set(self.setting.observed.members)
        reached = []
        for goal in self.goals:
            for members in choices:
                if goal.concerns(members):
                    smallest = self.fewest(goal, members, everybody - goal.owners, rules)
                    reached += [] if smallest is None else [self.derived(goal, smallest, rules, pseudonyms=True)]
        return min(reached, key=lambda one: (len(one.members), one.depth or 0), default=None)

    def fewest(self, goal: Goal, members: Members, others: set[str], rules: frozenset[str]) -> Members | None:
        found = gather(others - members, lambda more: self.reaches(goal, members | more, rules), most=1)
        return members | found.smallest[0] if found.smallest else None

    def linkability(self, coalition: Coalition) -> Answer:
        find = apart if self.question.apart else linked
        results = [find(self.setting, members, self.rules) for members in self.choices(coalition)]
        broken = next((one for one in results if one.broken), None)
        if broken is None:
            return Answer("holds_to", linked=results[0])
        return Answer("refuted", broken.said, broken.members, steps=tuple(broken.steps), rules=broken.rules, linked=broken)

    def without_assumptions(self, coalition: Coalition) -> dict[str, Answer]:
        """For each assumption of the variant what becomes of the answer when it is left out."""
        found = {}
        for one in self.setting.assumptions:
            if one.name not in self._others:
                self._others[one.name] = Deciding(self.setting.dropping(one.name), self.question)
            found[one.name] = self._others[one.name].answer(coalition)
        return found

    def smallest(self) -> dict[str, Gathered]:
        """For every goal the minimal coalitions of members, and the largest that do not reach it; of statements and links none.

        Without guessing where somebody reaches it so.
        """
        asked = self.question
        if asked.says or asked.apart or asked.linked or asked.gains or asked.readings or asked.by_design:
            return {}
        found: dict[str, Gathered] = {}
        for rules in dict.fromkeys((self.rules - {"guess"}, self.rules)):
            points = Fixpoints(self.setting.observed.facts, self.setting.instances, rules)
            for goal in self.goals:
                if goal.said not in found or not found[goal.said].smallest:
                    found[goal.said] = self.gathered(goal, points)
            points.close()
        return found

    def gathered(self, goal: Goal, points: Fixpoints) -> Gathered:
        others = set(self.setting.observed.members) - goal.owners
        return replace(gather(others, lambda members: points.reaches(members, goal.targets)), rules=points.rules)
