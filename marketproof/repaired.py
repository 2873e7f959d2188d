"""An attack on a text, tried on one that amends it: which clause stops it, which amendment made that, and what is left without it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.replaying import deviating
from model.enumeration import Steps
from model.market import MarketError, populate
from model.retaking import Retaken, Retaking
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness
from properties.claims import Claim, Goal, goal_of
from properties.expectations import expected
from properties.starts import populated
from spec.amendments import Amendment, Variant
from spec.attribution import WHOLE, Named, makes
from spec.compiled import Compiled
from spec.errors import SpecificationError
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tracing import Transaction
from spec.variants import VARIANTS

MOST_WAIVED = 6


@dataclass
class Attempt:
    """An attack on an amended text, with some amendments left out. ended: what became of it, in a sentence."""

    without: list[str]
    ended: str
    step: str = ""
    clauses: list[str] = field(default_factory=list)
    amendments: dict[str, str] = field(default_factory=dict)
    works: bool = False


@dataclass
class Repaired:
    """What a variant does about an attack. verdict: of the claim there, as committed; still: what this coalition breaks there."""

    variant: str
    attempts: list[Attempt]
    verdict: str
    still: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def amending(parent: str) -> list[Variant]:
    """The known variants that amend a text."""
    return [one for one in VARIANTS.values() if one.parent == parent]


def repaired(variant: Variant, claim: Claim, witness: Witness, scope: Scope, kinds: dict[str, Transaction]) -> Repaired:
    """The attack on the variant; then without the amendments that stop it, as long as others do. kinds: the steps that it is made of."""
    attempts: list[Attempt] = []
    waived: list[str] = []
    while len(waived) <= MOST_WAIVED:
        try:
            protocol = variant.load(waive=tuple(waived))
            attempt = attempted(protocol, claim, witness, scope, kinds, waived)
        except (SpecificationError, MarketError) as error:
            attempts.append(Attempt(list(waived), f"the text cannot be run without them: {error}"))
            break
        attempts.append(attempt)
        more = [name for name in attempt.amendments if name not in waived and name.split()[0] not in WHOLE]
        if not more:
            break
        waived += more
    known = expected(variant.name) or {}
    still = [label for label, cells in known.items() if cells.get(witness.coalition, {}).get("verdict") == "refuted"]
    return Repaired(variant.name, attempts, known.get(claim.label, {}).get(witness.coalition, {}).get("verdict", "not decided"), still)


def attempted(
    protocol: Protocol, claim: Claim, witness: Witness, scope: Scope, kinds: dict[str, Transaction], waived: list[str]
) -> Attempt:
    """Raises MarketError where honest parties do not come to a market."""
    steps = all_steps(protocol, COALITIONS[witness.coalition])
    try:
        goal = goal_of(claim, protocol, steps)
    except NotExpressible as error:
        goal, unsaid = Goal(), f"; the claim is not about this text: {error}"
    else:
        unsaid = ""
    compiled = Compiled(protocol)
    rows = dict(scope.facts())
    if witness.start == "market":
        rows = populate(protocol, compiled, scope, populated(protocol)).rows
    retaking = Retaking(Steps(compiled, scope.universe(protocol), deviating(witness, scope), steps), rows, goal, witness.part)
    tried = [retaking.run(run, kinds) for run in witness.runs]
    found = next((one for one in tried if not one.passes), tried[-1])
    made = made_by(protocol.amendments, found)
    works = all(one.passes for one in tried) and len(tried) == 1 and found.broken
    return Attempt(list(waived), ended(found, len(witness.runs) > 1, goal) + unsaid, found.step, list(found.stopped), made, works)


def made_by(amendments: list[Amendment], found: Retaken) -> dict[str, str]:
    """Names and reasons of the amendments that made what stops an attack."""
    named, whole = Named(amendments), [one for one in amendments if makes(one, found.step)]
    of_step = [one for clause in found.stopped for one in (*named.of(found.step, clause), *whole)]
    return {one.name: one.because for one in of_step}


def ended(found: Retaken, several: bool, goal: Goal) -> str:
    waits = [f"{step} only after honest parties went on, until then refused by {' and '.join(clauses)}" for step, clauses in found.waited]
    waited = f" ({'; '.join(waits)})" if waits else ""
    if not found.passes:
        return f"stopped at its step {found.steps + 1}, {found.step}, by {' and '.join(found.stopped)}{waited}"
    if several or not (goal.states or goal.steps):
        return f"each of its steps can be taken{waited}; whether the claim then breaks is for a search"
    return f"each of its steps can be taken{waited}, and the claim {'breaks' if found.broken else 'holds after them'}"
