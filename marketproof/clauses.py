"""`marketproof clauses`: which clause of the text each proof uses, from the cores of its obligations; and which no proof uses."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.kept import Confirmed
from marketproof.progress import Progress
from marketproof.proving import Proof, claims_to_prove, need_lemmas, prove
from marketproof.store import Store
from marketproof.variants import load
from model.frames import cells_of, cells_read
from model.progress import allowed, step_of
from model.search import all_steps
from properties.paper_claims import CLAIMS
from reports import terminal
from spec.errors import choices
from spec.summary import summary
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression

ENVIRONMENT = "the environment lets the caller"
HOW = {
    "assumed": "the proof assumes that the guard holds, or that honest parties do this",
    "permits": "the proof shows that it lets an honest party pass",
    "speaks": "the proof speaks of what the effect writes",
}


@dataclass
class Clause:
    """A clause of a step: what it is, where it comes from, and how (see HOW) the proof of each claim uses it."""

    step: str
    name: str
    kind: str
    source: str
    used: dict[str, set[str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.step}.{self.name}"

    def as_dict(self) -> dict[str, Any]:
        used = {label: sorted(how) for label, how in sorted(self.used.items())}
        return {"step": self.step, "name": self.name, "kind": self.kind, "source": self.source, "used": used}


def clauses(given: argparse.Namespace) -> int:
    """Prove, and say what each proof uses; 0 when every claim that the variant can express is proved, else 1."""
    progress = Progress()
    bench = Bench(load(given.variant, []), given.seed, None, progress, Store(enabled=not given.fresh))
    need_lemmas(bench.protocol)
    claims = claims_to_prove(given.claim or CLAIMS)
    proof = prove(bench, claims, (given.variant, []), given.jobs)
    progress.done()
    labels = [claim.label for claim in claims if claim.label in proof.plan.goals]
    found = matching(account(bench.protocol, proof, labels), given.clause)
    if given.json:
        print(json.dumps(as_data(found, proof, labels), indent=1, ensure_ascii=False))
    else:
        tell(found, labels)
    return 0 if all(proof.proves(label) for label in labels) else 1


def matching(found: list[Clause], wanted: str | None) -> list[Clause]:
    """The clauses of a step, or the one clause, that is named; all where none is."""
    if wanted is None:
        return found
    chosen = [one for one in found if wanted in (one.step, one.title)]
    if not chosen:
        known = list(dict.fromkeys(name for one in found for name in (one.step, one.title)))
        raise UserError(f"no clause {wanted!r}; nearest choices: {choices(difflib.get_close_matches(wanted, known, 6, 0.0))}")
    return chosen


def tell(found: list[Clause], labels: list[str]) -> None:
    for label in labels:
        used = [one for one in found if label in one.used]
        print(terminal.wrapped(f"{label} uses {len(used)} clauses:" if used else f"{label} uses none of them"))
        for one in used:
            print(terminal.wrapped(f"  {one.title} ({one.kind}: {', '.join(sorted(one.used[label]))}; {one.source})"))
    unused = [one.title for one in found if not one.used]
    print(terminal.wrapped(f"no proof of these claims uses {len(unused)} clauses: {', '.join(unused) or 'none'}"))


def as_data(found: list[Clause], proof: Proof, labels: Iterable[str]) -> dict[str, Any]:
    """What stands in the evidence: clauses, and for each claim the lemmas in its cores."""
    uses = hypotheses_used(proof)
    lemmas = {label: sorted(closure(label, uses) - {label}) for label in labels}
    return {"how": HOW, "clauses": [one.as_dict() for one in found], "lemmas": lemmas}


# --- accounting ---


def account(protocol: Protocol, proof: Proof, labels: Iterable[str]) -> list[Clause]:
    """Every guard, effect and honest condition of a variant, with how the claims that are proved use it."""
    known = {(one.step, one.kind, one.name): one for one in clauses_of(protocol)}
    uses = hypotheses_used(proof)
    needed = {label: closure(label, uses) for label in labels if proof.proves(label)}
    steps = all_steps(protocol, COALITIONS["peer"])
    for one in proof.found:
        concerned = [label for label, goals in needed.items() if one.obligation.goal in goals]
        for clause, how in used_by(one, proof, steps):
            if clause in known:
                for label in concerned:
                    known[clause].used.setdefault(label, set()).add(how)
    return list(known.values())


def clauses_of(protocol: Protocol) -> Iterator[Clause]:
    """All clauses, with their sources: a line of the paper, a reason of its reconstruction, or an amendment."""
    told = summary(protocol)
    for name, step in {**told["transactions"], **told["submissions"], **told["off_chain"]}.items():
        for guard, said in step["guards"].items():
            yield Clause(name, guard, "guard", source_of(said))
        for part, kind in (("effects", "effect"), ("observations", "observation"), ("honest", "honest")):
            for clause in step[part]:
                because = step["reasons"].get(f"{kind} {clause}")
                yield Clause(name, clause, kind, f"amended because {because}" if because else source_of(step))


def source_of(said: dict[str, Any]) -> str:
    if said["amended"]:
        return f"amended because {said['because']}"
    return f"printed {said['source']}" if said["printed"] else f"reconstructed: {said['source']}"


def hypotheses_used(proof: Proof) -> dict[str, set[str]]:
    """For each goal the lemmas that stand in the cores of its obligations."""
    found: dict[str, set[str]] = {}
    for one in proof.found:
        names = {reason.removeprefix("hypothesis ").removesuffix(" in the second run") for reason in one.obligation.rests_on
                 if reason.startswith("hypothesis ")}  # fmt: skip
        found.setdefault(one.obligation.goal, set()).update(names)
    return found


def closure(goal: str, uses: dict[str, set[str]]) -> set[str]:
    """A goal and all lemmas that it rests on, through others too."""
    found, pending = {goal}, [goal]
    while pending:
        new = uses.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return found


Used = tuple[tuple[str, str, str], str]


def used_by(one: Confirmed, proof: Proof, steps: dict[str, Transaction]) -> Iterator[Used]:
    """The clauses that one obligation uses, as (step, kind, name), each with how."""
    obligation, ranking = one.obligation, proof.plan.rankings.get(one.obligation.goal)
    rule = obligation.step
    name = rule if ranking is None else step_of(ranking, rule).partition(" (")[0]
    step = steps.get(name)
    if step is None or obligation.by != "solver":
        return
    if ranking is not None and rule in {allowed(move) for move in ranking.moves}:
        yield from (((name, "guard", guard), "permits") for guard in step.guards)
        yield from (((name, "honest", condition), "permits") for condition in step.honest)
        return
    yield from (((name, "guard", guard), "assumed") for guard in step.guards if f"guard {guard}" in obligation.rests_on)
    if ENVIRONMENT in obligation.rests_on:
        yield from (((name, "honest", condition), "assumed") for condition in step.honest)
    spoken = frozenset().union(*(cells_read(e) for e in goal_of(proof, obligation.goal)))
    for kind, parts in (("effect", step.effects), ("observation", step.observations)):
        yield from (((name, kind, clause), "speaks") for clause, writes in parts.items() if cells_of(writes) & spoken)


def goal_of(proof: Proof, goal: str) -> list[Expression]:
    """What a goal says of states, before a step and after it; a condition of steps says nothing of the state after."""
    plan = proof.plan
    if goal in plan.rankings:
        return plan.rankings[goal].read
    if goal in plan.steps:
        return []
    return [plan.invariants[goal]] if goal in plan.invariants else [plan.pairs[goal]]
