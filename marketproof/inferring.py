"""`marketproof infer`: lemmas found for each claim, proved by the same engine as all others; what fails is searched for as an attack."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof import evidence
from marketproof.bench import Bench
from marketproof.commands import claims_of
from marketproof.errors import UserError
from marketproof.kept import Confirmed
from marketproof.progress import Progress
from marketproof.proving import LADDER, RESOURCES, Proof, tasks_of, units_of
from marketproof.store import Store, program
from marketproof.variants import load, text_digest
from marketproof.workers import ready_for_work, spread
from model.enumeration import Rows
from model.frames import cells_read
from model.induction import Engine, Settings, assumptions_of_honest_callers, prove_implied
from model.inference import Failure, Inference, Vocabulary
from model.scope import Scope
from model.search import all_steps
from model.wandering import sampled
from properties import expectations
from properties.claims import Claim, goal_of
from properties.hardened_proofs import CLAIMS_USE, FOLLOW
from properties.inferred import Clause, Inferred, text_of
from properties.lemmas import LEMMAS
from properties.proofs import Plan, add_lemmas_by_hand, has_lemmas, plan_of
from properties.templates import TEMPLATES, bases_of
from reports import terminal
from spec.digests import digest
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tracing import Transaction

KINDS = ("inv", "step")
RUNS, LENGTH = 60, 10
VERDICTS = {
    "inferred": "proved with inferred lemmas only",
    "partly": "proved, with some lemmas by hand",
    "refuted": "an attack was found, and replayed",
    "open": "not proved, and no attack was found",
}


@dataclass
class Searched:
    """What the search gave for one claim: clauses by name with what they use, what the claim uses, or why it failed."""

    claim: str
    uses: list[str] = field(default_factory=list)
    lemmas: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    agreeing: dict[str, int] = field(default_factory=dict)
    asked: int = 0


@dataclass
class Found:
    """The verdict on one claim, with what remains by hand, or the attack."""

    claim: str
    verdict: str
    lemmas: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)
    attack: list[str] = field(default_factory=list)


@dataclass
class Result:
    """All that was found of a variant."""

    inferred: Inferred
    found: list[Found]
    proof: Proof
    searched: list[Searched]
    samples: int
    statements: int
    hand_made: dict[str, bool]

    def as_dict(self) -> dict[str, Any]:
        plan = self.proof.plan
        return {
            "claims": [asdict(one) for one in self.found],
            "lemmas": {name: {"said": plan.statements[name], "uses": list(plan.uses[name])} for name in sorted(plan.inferred)},
            "by_hand_implied": self.hand_made, "templates": TEMPLATES, "samples": self.samples, "statements": self.statements,
            "agreeing": {base: count for one in self.searched for base, count in one.agreeing.items()},
            "dropped": {name: step for one in self.searched for name, step in one.dropped.items()},
            "questions": sum(one.asked for one in self.searched), "seconds": self.proof.seconds,
        }  # fmt: skip


def infer(given: argparse.Namespace) -> int:
    """Find lemmas for the named claims, or all; 0 when each is proved or refuted, 1 when one stays open."""
    progress, store = Progress(), Store(enabled=not given.fresh)
    bench = Bench(load(given.variant, given.switch), given.seed, given.search_s, progress, store)
    claims = expressible(bench, claims_of(given))
    if given.accept and (given.claim or given.switch or given.variant.endswith(".py")):
        raise UserError("--accept takes all claims of a variant of our own, without --claim and --switch")
    result = inferred(bench, claims, given)
    progress.done()
    if given.out is not None:
        evidence.write_file(Path(given.out), text_of(result.inferred))
    if given.accept:
        evidence.write_file(expectations.FOLDER / f"inferred-{bench.protocol.name}.json", text_of(result.inferred))
    print(json.dumps(result.as_dict(), indent=1, ensure_ascii=False) if given.json else told(bench, result))
    return 1 if any(one.verdict == "open" for one in result.found) else 0


def expressible(bench: Bench, claims: Iterable[Claim]) -> list[Claim]:
    """The claims about states and steps that mean something in this variant; such as follow from sums by hand are left out."""
    found = []
    for claim in claims:
        if claim.kind in KINDS and not (claim.label in FOLLOW and has_lemmas(bench.protocol)):
            try:
                goal_of(claim, bench.protocol, {})
                found.append(claim)
            except NotExpressible:
                continue
    if not found:
        raise UserError(f"none of these claims is about states or steps of {bench.protocol.name}: lemmas are found for such only")
    return found


def steps_of(protocol: Protocol) -> dict[str, Transaction]:
    """The steps, forged write sets included where they need more than one peer: otherwise a forgery breaks nearly every claim."""
    return protocol.transactions if protocol.policy.endorsement == "any" else all_steps(protocol, COALITIONS["peer"])


# --- the search, a claim at a time ---

_prepared: list[tuple[Bench, Vocabulary]] = []


def prepare(variant: Any, switches: list[tuple[str, str]], seed: int, store: bool) -> None:
    """In a worker: take up random runs once; a worker that is a copy of its parent has them already."""
    ready_for_work()
    if not _prepared:
        take_up(Bench(load(variant, switches), seed, store=Store(enabled=store)))


def take_up(bench: Bench) -> Vocabulary:
    """The statements of all bases, and the states of random runs."""
    def market(scope: Scope) -> Rows:
        return bench.market(scope, "market").rows

    samples = sampled(bench.protocol, bench.compiled, market, bench.seed, RUNS, LENGTH, bench.progress)
    _prepared[:] = [(bench, Vocabulary(bench.protocol, bench.compiled, bases_of(bench.protocol), samples))]
    return _prepared[0][1]


def work(label: str) -> Searched:
    from marketproof.commands import claims_named

    bench, vocabulary = _prepared[0]
    (claim,) = claims_named(label)
    return searched(bench, claim, vocabulary)


def key_of(bench: Bench, claim: Claim) -> str:
    goal, hints = goal_of(claim, bench.protocol, steps_of(bench.protocol)), by_hand(bench, claim)
    return digest(program(), "inferred", bench.protocol, claim.label, vars(goal), hints.invariants, hints.uses, bench.seed, RUNS, LENGTH)


def by_hand(bench: Bench, claim: Claim) -> Plan:
    """Lemmas by hand, which are taken where nothing else is found, with what they and the claim use of each other."""
    plan = Plan()
    if has_lemmas(bench.protocol):
        add_lemmas_by_hand(plan, bench.protocol)
        plan.uses[claim.label] = CLAIMS_USE.get(claim.label, ())
    return plan


def searched(bench: Bench, claim: Claim, vocabulary: Vocabulary) -> Searched:
    """What one claim rests on, as it was found before or anew."""
    key = key_of(bench, claim)
    known = bench.store.get(key)
    if known is not None:
        return Searched(**known)
    steps = steps_of(bench.protocol)
    goal = goal_of(claim, bench.protocol, steps)
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), bench.seed, RESOURCES, ladder=LADDER)
    invariants = dict.fromkeys([claim.label] * len(goal.states), *goal.states.values())
    by_step = dict.fromkeys([claim.label] * len(goal.steps), *goal.steps.values())
    search = Inference(bench.protocol, steps, invariants, by_step, vocabulary, settings, bench.progress)
    search.hints, search.uses_by_hand = by_hand(bench, claim).inductive, by_hand(bench, claim).uses
    search.run()
    found = Searched(claim.label, list(search.uses(claim.label)), asked=search.asked)
    found.failures = [failed(failure) for failure in search.failed(claim.label)]
    found.dropped = {name: failure.step for name, failure in search.dropped.items()}
    found.agreeing = vocabulary.agreeing()
    for name in search.needed([claim.label]):
        lemma = search.lemmas[name]
        clause = () if lemma.base is None else lemma.base.told(lemma.clause)
        found.lemmas[name] = {"of": "" if lemma.base is None else lemma.base.name, "clause": list(clause), "uses": list(search.uses(name))}
    bench.store.put(key, asdict(found))
    return found


def failed(failure: Failure) -> dict[str, Any]:
    return {"step": failure.step, "told": failure.told}


def all_searched(bench: Bench, claims: list[Claim], given: argparse.Namespace) -> list[Searched]:
    """Each claim by itself, so that what is found does not depend on the number of processes."""
    bench.progress.start("lemmas")
    labels = [claim.label for claim in claims]
    if all(bench.store.get(key_of(bench, claim)) is not None for claim in claims):
        nothing = Vocabulary(bench.protocol, bench.compiled, {}, [])
        return [searched(bench, claim, nothing) for claim in claims]
    take_up(bench)
    if given.jobs == 1 or len(labels) == 1:
        return [work(label) for label in labels]
    prepared = (given.variant, given.switch, given.seed, bench.store.enabled)
    return list(spread(work, labels, prepare, prepared, given.jobs))


def merged(text: str, found: list[Searched]) -> Inferred:
    """The lemmas of all claims under short names; of a lemma that several need the first proof is kept."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for one in found:
        for name, lemma in one.lemmas.items():
            if name not in names:
                counts[lemma["of"]] = counts.get(lemma["of"], 0) + 1
                names[name] = f"{lemma['of']} {counts[lemma['of']]}" if lemma["of"] else name

    def short(uses: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{names[name]}@{step}" for name, _, step in (use.rpartition("@") for use in uses))

    lemmas: dict[str, Clause] = {}
    for one in found:
        for name, lemma in one.lemmas.items():
            lemmas.setdefault(names[name], Clause(lemma["of"], tuple(lemma["clause"]), short(lemma["uses"])))
    return Inferred(text, lemmas, {one.claim: short(one.uses) for one in found if not one.failures})


# --- the proof, and what is left ---


def inferred(bench: Bench, claims: list[Claim], given: argparse.Namespace) -> Result:
    found = all_searched(bench, claims, given)
    known = merged(text_digest(bench.protocol), found)
    steps = steps_of(bench.protocol)
    plan = plan_of(bench.protocol, claims, steps, known)
    proof = Proof(bench.protocol.name, plan, proved(bench, plan, [claim for claim in claims if claim.label in known.claims]))
    verdicts = [verdict_on(bench, claim, one, proof, given.search_s) for claim, one in zip(claims, found, strict=True)]
    bases = _prepared[0][1] if _prepared else Vocabulary(bench.protocol, bench.compiled, bases_of(bench.protocol), [])
    statements = sum(len(base.statements) for base in bases.bases.values())
    return Result(known, verdicts, proof, found, len(bases.samples), statements, implied(bench, proof))


def proved(bench: Bench, plan: Plan, claims: list[Claim]) -> list[Confirmed]:
    """The obligations of the claims and of what they rest on, by the engine and the second solver of every check."""
    needed = {name for claim in claims for name in (claim.label, *plan.rests_on(claim.label))}
    found: list[Confirmed] = []
    bench.progress.start("proofs")
    for task in tasks_of(plan, steps_of(bench.protocol)):
        if task not in plan.goals or task in needed:
            bench.progress(f"proved anew at {task or 'the first state'}")
            found += [one for unit in units_of(bench, plan, task) if unit.goal in needed for one in unit.answer(bench.store)]
    return found


def verdict_on(bench: Bench, claim: Claim, searched: Searched, proof: Proof, search_s: float) -> Found:
    """Proved, by what; or with which state it fails, and whether a run leads to such a one."""
    if not searched.failures and proof.proves(claim.label):
        lemmas = proof.plan.rests_on(claim.label)
        by_hand = [name for name in lemmas if name not in proof.plan.inferred]
        return Found(claim.label, "partly" if by_hand else "inferred", lemmas, by_hand)
    fails = [f"{one['step']}: {'; '.join(one['told'])}" for one in searched.failures] or [proof.gap(claim.label)]
    attack = attack_on(bench, claim, search_s)
    return Found(claim.label, "refuted" if attack else "open", fails=fails, attack=attack)


def attack_on(bench: Bench, claim: Claim, search_s: float) -> list[str]:
    """The first attack of the coalitions that the claim is meant against, or of a single member, told; replayed before it counts."""
    bench.timeout_s = search_s
    for name in claim.against or ("CO", "DO", "MO"):
        bench.progress.start(f"attacks on {claim.label} by {name}")
        decided = bench.decide(claim, COALITIONS[name], Scope.parse(claim.scope), claim.depth, attack_only=True)
        if decided.witness is not None:
            return [f"an attack by {name} in {decided.row.depth}, replayed on the ledger", *decided.witness.told]
    return []


def implied(bench: Bench, proof: Proof) -> dict[str, bool]:
    """Of each lemma by hand whether the inferred ones that speak of the same imply it in every state."""
    plan = proof.plan
    settings = Settings(Engine(assumptions=assumptions_of_honest_callers), bench.seed, RESOURCES, ladder=LADDER)
    found = {}
    for name in LEMMAS if plan.inferred and has_lemmas(bench.protocol) else ():
        if name in plan.invariants:
            bench.progress(f"by hand: {name}")
            read = cells_read(plan.invariants[name])
            near = {other: plan.invariants[other] for other in plan.inferred if cells_read(plan.invariants[other]) & read}
            (one,) = prove_implied(bench.protocol, {name: plan.invariants[name]}, near, settings)
            found[name] = one.outcome == "proved"
    return found


def told(bench: Bench, result: Result) -> str:
    """The result for a reader: each claim, the lemmas in words, and what remains by hand."""
    plan, lines = result.proof.plan, []
    for one in result.found:
        lines.append(f"{one.claim}: {VERDICTS[one.verdict]}" + (f" ({len(one.lemmas)} lemmas)" if one.lemmas else ""))
        lines += [f"  by hand: {name}: {plan.statements[name]}" for name in one.by_hand]
        lines += [f"  fails at {fails}" for fails in one.fails]
        lines += [f"  {step}" for step in one.attack]
    if bench.protocol.policy.endorsement == "any":
        lines.append("forged write sets are left out: one peer's endorsement is enough for them")
    lines += ["", f"{len(plan.inferred)} lemmas inferred, each kept by every step and confirmed by cvc5:"]
    lines += [f"  {name}: {plan.statements[name]}" for name in result.inferred.lemmas if name in plan.inferred]
    if result.hand_made:
        same = sum(result.hand_made.values())
        lines += ["", f"of {len(result.hand_made)} lemmas by hand the inferred ones imply {same}"]
    dropped = len({name for one in result.searched for name in one.dropped})
    lines.append(f"{result.statements} statements by {len(TEMPLATES)} templates; {dropped} clauses that agreed with all runs were dropped")
    return "\n".join(terminal.wrapped(line, "  ") if line else "" for line in lines)
