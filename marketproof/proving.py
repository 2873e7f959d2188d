"""Proving claims for any size: obligations on all cores, each confirmed by a second solver, and what they amount to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import recheck
from marketproof.bench import Bench, versions
from marketproof.commands import claims_named
from marketproof.errors import ToolDisagrees, UserError
from marketproof.evidence import canonical
from marketproof.kept import Confirmed, read, written
from marketproof.store import Store, program
from marketproof.variants import load
from marketproof.workers import ready_for_work, spread
from model.induction import (
    Engine,
    Obligation,
    Rung,
    Settings,
    assumptions,
    assumptions_of_honest_callers,
    prove_at_first,
    prove_implied,
    prove_kept,
    prove_steps,
)  # fmt: skip
from model.progress import prove_rule, questions_asked, step_of
from model.search import all_steps
from properties.claims import PROVABLE, Claim
from properties.paper_claims import CLAIMS
from properties.proofs import Plan, has_lemmas, plan_of
from properties.verdicts import ATOMIC_STEP, Row
from spec.digests import digest
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression

# With few lemmas for each goal all of them are assumed at once: first without, then with terms that come up in an instance.
LADDER = (Rung(0, False), Rung(1, False, 6), Rung(1, False))
# Three times what the hardest question of the committed proofs needs.
RESOURCES = 4_000_000
FIRST = ""
# So few units are given to a process at once that all processes are busy when one step changed.
PIECE = 16
# A longer ladder where a chain of instances is needed, in the few small questions about states.
OF_STATES = (*LADDER, Rung(2, False))


def slug(text: str) -> str:
    """A name of a question as one of a file."""
    return re.sub(r"\W+", "-", text).strip("-")


# What the proofs of a claim assume of those who deviate.
UNLIMITED = "hashes are injective; what deviating members send is not limited by what they know"
KNOWING = "hashes are injective; data and nonces are unguessable: deviating members send what they received, made or read"


def file_of(one: Confirmed) -> str | None:
    """The name of a question below the proofs of a variant."""
    if not one.obligation.smtlib:
        return None
    return f"{slug(one.obligation.goal)}/{slug(one.obligation.step) or 'first-state'}.smt2"


def of_variant(variant: str, one: Confirmed) -> str:
    """The text of a question, which several variants may share, as that of one of them."""
    return f"; variant: {variant}\n{one.obligation.smtlib}"


@dataclass
class Proof:
    """All obligations of a variant, and what follows from them for each claim."""

    variant: str
    plan: Plan
    found: list[Confirmed] = field(default_factory=list)
    seconds: float = 0.0
    _by_goal: dict[str, list[int]] = field(default_factory=dict, repr=False)
    _indexed: int = 0

    def of(self, goal: str) -> list[Confirmed]:
        """The obligations of a goal and of what it rests on, in the order in which they were found."""
        if self._indexed != len(self.found):
            self._by_goal, self._indexed = {}, len(self.found)
            for place, one in enumerate(self.found):
                self._by_goal.setdefault(one.obligation.goal, []).append(place)
        places = (place for name in (goal, *self.plan.rests_on(goal)) for place in self._by_goal.get(name, ()))
        return [self.found[place] for place in sorted(places)]

    def open(self, goal: str) -> list[Confirmed]:
        """Obligations of a goal and of what it rests on that are not proved and confirmed."""
        return [one for one in self.of(goal) if not one.holds]

    def proves(self, goal: str) -> bool:
        """Whether the goal and all that it rests on was asked about, and nothing of it is open."""
        found = self.of(goal)
        asked = {one.obligation.goal for one in found}
        return asked.issuperset((goal, *self.plan.rests_on(goal))) and not self.plan.missing(goal) and all(one.holds for one in found)

    def count(self, goal: str) -> tuple[int, int]:
        """How many obligations a goal rests on: all, and those that a solver decided."""
        found = self.of(goal)
        return len(found), sum(one.obligation.by == "solver" for one in found)

    def gap(self, goal: str) -> str:
        """Why a goal is not proved: what is missing, or the first step at which induction fails."""
        if missing := self.plan.missing(goal):
            return f"not proved for any size: {', '.join(missing)} cannot be stated of this variant"
        first = self.open(goal)[0]
        where = first.obligation.step or "the first state"
        what = "it" if first.obligation.goal == goal else first.obligation.goal
        if first.obligation.outcome == "failed":
            return f"not proved for any size: {what} needs a lemma at {where}"
        if first.obligation.outcome == "unknown":
            return f"not proved for any size: the solver's budget ended on {what} at {where}"
        return f"not proved for any size: {what} at {where} is {first.second} by cvc5"

    @property
    def lemmas(self) -> dict[str, Any]:
        """What was assumed in the proofs, each proved among them."""
        plan = self.plan
        return {name: {"statement": said, "uses": list(plan.uses[name]), "inferred": name in plan.inferred}
                for name, said in plan.statements.items()}  # fmt: skip


def proof_files(variant: str, found: list[Confirmed], lemmas: dict[str, Any]) -> dict[str, str]:
    """The evidence of a variant's proofs: every question as SMT-LIB, and a list of all obligations; nothing where there are none."""
    if not found:
        return {}
    files = {f"proofs/{variant}/{file}": of_variant(variant, one) for one in found if (file := file_of(one))}
    asked = [one for one in found if one.obligation.by == "solver"]
    summary = {
        "obligations": [
            {"goal": o.goal, "step": o.step, "outcome": o.outcome, "by": o.by, "second": one.second,
             "file": file and f"proofs/{variant}/{file}", "counterexample": o.counterexample,
             "rests_on": list(o.rests_on), "seconds": round(o.seconds, 3)}
            for one in found for o, file in ((one.obligation, file_of(one)),)
        ],
        "lemmas": lemmas,
        "kept": sum(one.kept for one in asked),
        "confirmed": {"solver": f"cvc5 {versions('cvc5')['cvc5']}", "confirmed": sum(one.second == "confirmed" for one in asked),
                      "of": len(asked)},
    }  # fmt: skip
    return {**files, f"proofs/{variant}/summary.json": canonical(summary)}


@dataclass(frozen=True)
class Unit:
    """A piece of work on one goal: all that its answer depends on, and how it is answered."""

    goal: str
    reads: tuple[Any, ...]
    prove: Callable[[], list[Obligation]]

    @cached_property
    def key(self) -> str:
        return digest(program(), *self.reads)

    def kept(self, store: Store) -> list[Confirmed] | None:
        """The answer as it was given before; None when it was not."""
        found = store.get(self.key)
        return None if found is None else read(found)

    def answer(self, store: Store) -> list[Confirmed]:
        """The answer: kept, or found now and then kept."""
        found = self.kept(store)
        if found is None:
            found = [Confirmed(one, second_opinion(one)) for one in self.prove()]
            store.put(self.key, written(found))
        return found


def need_lemmas(protocol: Protocol) -> None:
    """Refuse a variant of which nothing is proved for any size."""
    if not has_lemmas(protocol):
        raise UserError(f"{protocol.name!r} is not proved for any size: there are lemmas for `hardened`, and what is made from it")


def claims_to_prove(names: Iterable[str] = tuple(CLAIMS)) -> list[Claim]:
    """The named claims, each part by itself, that induction or a ranking can decide; all when none is named."""
    return [part for name in names for part in claims_named(name) if part.kind in PROVABLE]


def needed(protocol: Protocol, claims: list[Claim]) -> Plan:
    """The plan of claims, with the lemmas that they rest on."""
    return plan_of(protocol, claims, all_steps(protocol, COALITIONS["peer"])).only(claim.label for claim in claims)


def tasks_of(plan: Plan, steps: Iterable[str]) -> list[str]:
    """The first state, goals about states, steps."""
    return [FIRST, *plan.rankings, *plan.pairs, *sorted(plan.following), *steps]


def prove_task(bench: Bench, plan: Plan, task: str) -> list[Confirmed]:
    """The obligations of one step, of the first state, or of a goal that is about states (a task of the goal's name)."""
    return [one for unit in units_of(bench, plan, task) for one in unit.answer(bench.store)]


def units_of(bench: Bench, plan: Plan, task: str, candidates: bool = True) -> Iterator[Unit]:
    """The pieces of a task; each reads the keys of all tables and how it is proved.  Nodes know the kinds of the cells that they read.

    Without `candidates` what fails is not shown; such answers are not to be kept.
    """
    protocol, steps = bench.protocol, all_steps(bench.protocol, COALITIONS["peer"])
    ladder = LADDER if task == FIRST or task in steps else OF_STATES
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), bench.seed, RESOURCES, ladder=ladder, candidates=candidates)
    keys = {name: (table.key, table.category) for name, table in protocol.schema.tables.items()}
    common = digest(keys, protocol.sorts, bench.seed, RESOURCES, list(map(tuple, ladder)))
    if task == FIRST:
        found = units_at_first(protocol, plan, settings)
    elif task in steps:
        found = units_of_step(protocol, plan, steps[task], steps, settings)
    else:
        found = units_of_goal(protocol, plan, task, steps, settings)
    yield from (replace(unit, reads=(common, *unit.reads)) for unit in found)


def units_at_first(protocol: Protocol, plan: Plan, settings: Settings) -> Iterator[Unit]:
    for goal, condition in plan.inductive.items():
        yield Unit(goal, ("at first", goal, condition), partial(prove_at_first, protocol, {goal: condition}, settings))


def units_of_step(protocol: Protocol, plan: Plan, step: Transaction, steps: dict[str, Transaction], settings: Settings) -> Iterator[Unit]:
    """That a step keeps every invariant, obeys every step claim and raises no ranking."""
    said, limited = digest(step), replace(settings, engine=replace(settings.engine, assumptions=assumptions))
    for goal, condition in plan.inductive.items():
        assumed = plan.assumed(goal, step.name)
        knowing = goal in plan.knowing
        proving = partial(prove_kept, protocol, step, assumed, {goal: condition}, limited if knowing else settings)
        yield Unit(goal, ("kept", said, goal, condition, assumed, knowing), proving)
    for goal, by_step in plan.steps.items():
        assumed = plan.assumed(goal, step.name)
        proving = partial(prove_steps, protocol, {goal: by_step}, assumed, {step.name: step}, settings)
        yield Unit(goal, ("obeyed", said, goal, by_step.get(step.name), assumed), proving)
    for goal in plan.rankings:
        yield unit_of_rule(protocol, plan, goal, step.name, steps, settings)


def units_of_goal(protocol: Protocol, plan: Plan, goal: str, steps: dict[str, Transaction], settings: Settings) -> Iterator[Unit]:
    """What follows from lemmas in every state: a two-run claim, a lemma, or what a ranking says of states and of its moves."""
    if goal in plan.rankings:
        rules = [rule for rule in questions_asked(plan.rankings[goal], steps) if rule not in steps]
        yield from (unit_of_rule(protocol, plan, goal, rule, steps, settings) for rule in rules)
        return
    condition, assumed = plan.pairs[goal] if goal in plan.pairs else plan.invariants[goal], plan.assumed(goal, "")
    yield Unit(goal, ("implied", goal, condition, assumed), partial(prove_implied, protocol, {goal: condition}, assumed, settings))


def unit_of_rule(protocol: Protocol, plan: Plan, goal: str, rule: str, steps: dict[str, Transaction], settings: Settings) -> Unit:
    ranking, assumed = plan.rankings[goal], plan.assumed(goal, rule)
    step = steps.get(step_of(ranking, rule))
    proving = partial(prove_rule, protocol, goal, ranking, rule, assumed, steps, settings)
    return Unit(goal, ("rule", goal, rule, ranking, step, assumed), proving)


def follows(protocol: Protocol, plan: Plan, step: Transaction, guard: str, condition: Expression, seed: int = 0) -> bool:
    """Whether the guards of a step imply a condition, with the lemmas that do not rest on what deviating members know; confirmed."""
    lemmas = {name: lemma for name, lemma in plan.invariants.items() if name not in plan.knowing}
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), seed, RESOURCES, ladder=LADDER)
    found = prove_steps(protocol, {guard: {step.name: condition}}, lemmas, {step.name: step}, settings)
    return all(Confirmed(one, second_opinion(one)).holds for one in found)


def second_opinion(obligation: Obligation) -> str:
    """What cvc5 says to a proved obligation; a refutation of a proof is an error of the tool."""
    if obligation.by != "solver" or obligation.outcome != "proved":
        return ""
    outcome, said = recheck.judge(obligation.smtlib.encode())
    if outcome == "refuted":
        raise ToolDisagrees(f"{obligation.goal} at {obligation.step or 'the first state'}: Z3 proves it and cvc5 says {said!r}")
    return outcome


_prepared: list[tuple[Bench, Plan]] = []


def prepare(variant: Any, switches: list[tuple[str, str]], seed: int, store: bool, labels: list[str]) -> None:
    """In a worker: load the variant and state the plan once."""
    ready_for_work()
    bench = Bench(load(variant, switches), seed, store=Store(enabled=store))
    _prepared.append((bench, needed(bench.protocol, [claim for label in labels for claim in claims_named(label)])))


def work(piece: tuple[str, tuple[int, ...]]) -> list[list[Confirmed]]:
    """In a worker: the answers to the units of a task at these places."""
    (bench, plan), (task, places) = _prepared[0], piece
    units = list(units_of(bench, plan, task))
    return [units[place].answer(bench.store) for place in places]


def prove(bench: Bench, claims: Iterable[Claim], prepared: tuple[Any, list[tuple[str, str]]], jobs: int = 1) -> Proof:
    """Prove claims of one part each, by `jobs` processes; `prepared` is how a worker loads the same variant."""
    began, chosen = time.monotonic(), list(claims)
    steps = all_steps(bench.protocol, COALITIONS["peer"])
    plan = needed(bench.protocol, chosen)
    tasks = tasks_of(plan, steps)
    proof = Proof(bench.protocol.name, plan)
    bench.progress.start("proofs")
    for done, found in enumerate(answers(bench, plan, chosen, tasks, prepared, jobs), start=1):
        bench.progress(f"{done} of {len(tasks)} steps")
        proof.found += found
    proof.seconds = round(time.monotonic() - began, 3)
    return proof


def answers(
    bench: Bench, plan: Plan, claims: list[Claim], tasks: list[str], prepared: tuple[Any, list[tuple[str, str]]], jobs: int
) -> Iterator[list[Confirmed]]:
    """The obligations of each task, in order; only what was not proved before is given to other processes, a few units at a time."""
    if jobs == 1:
        yield from (prove_task(bench, plan, step) for step in tasks)
        return
    with bench.store.reading():
        found = {task: [unit.kept(bench.store) for unit in units_of(bench, plan, task)] for task in tasks}
    missing = {task: [place for place, one in enumerate(found[task]) if one is None] for task in tasks}
    pieces = [(task, tuple(places[at : at + PIECE])) for task, places in missing.items() for at in range(0, len(places), PIECE)]
    given = (*prepared, bench.seed, bench.store.enabled, [claim.label for claim in claims])
    anew = chain.from_iterable(spread(work, pieces, prepare, given, jobs))
    for task in tasks:
        yield [one for unit in found[task] for one in (next(anew) if unit is None else unit)]


def proved_row(bench: Bench, claim: Claim, coalition: str, proof: Proof) -> Row:
    """The verdict of a proof, which speaks of every coalition."""
    every, asked = proof.count(claim.label)
    found = proof.plan.inferred
    lemmas = [f"{name} ({'inferred' if name in found else 'by hand'}, proved): {proof.plan.statements[name]}"
              for name in proof.plan.rests_on(claim.label)]  # fmt: skip
    endorsed = bench.protocol.policy.endorsement
    assumptions = [
        ATOMIC_STEP,
        KNOWING if {claim.label, *proof.plan.rests_on(claim.label)} & proof.plan.knowing else UNLIMITED,
        "any number of members deviate, as far as the claim itself does not limit them",
        *([] if endorsed == "any" else [f"who deviates has not the signatures that the endorsement policy asks for ({endorsed})"]),
        *claim.assumptions, *proof.plan.conditions(claim.label),
    ]  # fmt: skip
    kind = {"inv": "induction over all steps", "step": "all steps, from states that induction bounds",
            "two_runs": "any two states that induction bounds",
            "live": "ranking argument: no step raises the measures, honest moves lower them, to the target"}  # fmt: skip
    return Row(
        claim=claim.name, variant=bench.protocol.name, coalition=coalition, verdict="proved", part=claim.parts[0].name,
        method=f"{kind[claim.kind]}, any size ({every} obligations: {asked} by Z3, {every - asked} by frame)", scope="any", depth=None,
        start="empty", assumptions=assumptions, lemmas=lemmas, confirmed=f"cvc5 confirms {asked} of {asked} obligations", seed=bench.seed,
        versions=versions("z3-solver", "cvc5"), seconds=proof.seconds,
    )  # fmt: skip
