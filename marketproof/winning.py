"""Where a declared adversary wins: the first claim and text on which it gets what nobody gets without it, found by search and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from adversaries.behaviours import BEHAVIOURS, Behaviour
from adversaries.coalitions import COALITIONS, Coalition
from adversaries.declared import Declared
from adversaries.grinding import grinding
from adversaries.knowledge import POWERS
from marketproof.bench import Bench, Decided
from marketproof.bias import AS_DRAWN, MOST, ground_of, readings_of
from marketproof.knowing import Knowledge, told_reason
from marketproof.replaying import replay
from marketproof.sampled_bias import Sampling
from model.behaving import Behaving, Broken
from model.bias import possible
from model.enumeration import Action, Rows, Steps
from model.market import first_useful_step
from model.scope import Scope
from model.witness import Witness
from properties.claims import Goal, expressible
from properties.paper_claims import CLAIMS
from spec.errors import SpecificationError

SEARCHED = ("inv", "step", "two_runs")
SCOPE = Scope(1, 2)
NEAR, LONGEST = 2, 40
LEDGERS = 20
FIRST = {"CO": "co-1", "MO": "mo-1", "DO": "do-1"}
PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split()}


@dataclass
class Win:
    """Where an adversary wins. text: the variant, with what weakens it; steps: of the run; how: what was found; told: the run."""

    claim: str
    text: str
    coalition: str
    steps: int
    how: str
    told: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


# --- powers of coalitions ---


def by_power(bench: Bench, one: Declared) -> Iterator[Win]:
    """A claim that falls with the power, to a depth to which it does not fall without it."""
    for claim in (part for part in PARTS.values() if part.kind in SEARCHED):
        for coalition in (known for known in COALITIONS.values() if one.name in known.powers and sum(known.deviating.values()) < 2):
            if one.name == "order" and coalition.powers != ("order",):
                continue
            scope, depth = Scope.parse(claim.scope), min(claim.depth, 4)
            decided = bench.decide(claim, coalition, scope, depth, attack_only=True)
            if decided.row.verdict != "refuted" or decided.witness is None:
                continue
            most = decided.row.depth or 0
            if one.name == "order":
                yield won(bench, decided, "nobody deviates: every order, delay and omission is searched")
            elif bench.shortest(claim, lacking(coalition, one.name), scope, most, "market").attack is None:
                yield won(bench, decided, f"without the power no attack of {most} steps")


def lacking(coalition: Coalition, power: str) -> Coalition:
    """The coalition without a power; without that of sending nobody of it deviates."""
    return Coalition(coalition.name, {} if power == "send" else coalition.deviating, tuple(p for p in coalition.powers if p != power))


def won(bench: Bench, decided: Decided, how: str) -> Win:
    return Win(decided.label, bench.protocol.name, decided.row.coalition, decided.row.depth or 0, how, decided.told)


# --- rules of knowledge ---


def by_knowledge(bench: Bench, one: Declared) -> Iterator[Win]:
    """A claim that falls by a derivation with this power alone, and does not by deduction without any."""
    alone, none = Knowledge(bench, off=tuple(power for power in POWERS if power != one.name)), Knowledge(bench, off=tuple(POWERS))
    for claim in (part for part in PARTS.values() if part.kind == "know"):
        for coalition in COALITIONS.values():
            scope = Scope.parse(claim.scope)
            decided = alone.decide(claim, coalition, scope)
            if decided.known is None or decided.row.verdict != "refuted" or one.name not in decided.known.answer.used:
                continue
            if none.deciding(claim, scope).answer(coalition).verdict != "refuted":
                said = f"{told_reason(decided.known.answer)}; without the power it does not follow"
                yield Win(claim.label, bench.protocol.name, coalition.name, decided.row.depth or 0, said, decided.told)


# --- behaviours ---


def by_behaviour(bench: Bench, one: Declared) -> Iterator[Win]:
    """A claim that a member who behaves so breaks within a few steps of an honest run, and honest parties do not."""
    yield from behaving(bench, BEHAVIOURS[one.name], FIRST[one.role])


def behaving(bench: Bench, behaviour: Behaviour, member: str) -> Iterator[Win]:
    """The claims that fall, the shortest run first."""
    run, goals = honest_way(bench), goals_of(bench)
    nobody, mine = (Behaving(steps_of(bench, members), bench.market(SCOPE, "market").rows, bench.market(SCOPE, "market").steps, goals,
                             progress=bench.progress) for members in (frozenset[str](), frozenset({member})))  # fmt: skip
    known = {label for place in range(len(run) + 1) for label in nobody.breaks(None, NEAR, run[:place])}
    mine.goals = {label: goal for label, goal in goals.items() if label not in known}
    found: dict[str, Broken] = {}
    for place in range(len(run) + 1):
        for label, broken in mine.breaks(behaviour, NEAR, run[:place]).items():
            if label not in found or len(broken.run) < len(found[label].run):
                found[label] = broken
    for broken in sorted((mine.shortened(each) for each in found.values()), key=lambda each: len(each.run)):
        witness = witness_of(bench, broken, member)
        why = replay(bench.protocol, PARTS[broken.label], witness, SCOPE)
        yield Win(broken.label, bench.protocol.name, witness.coalition, len(broken.run), "; ".join(why), [name for name, _ in broken.run])


def goals_of(bench: Bench) -> dict[str, Goal]:
    wanted = [claim for claim in CLAIMS.values() if any(part.kind in ("inv", "step") for part in claim.parts)]
    goals = expressible(wanted, bench.protocol, bench.protocol.transactions)
    return {label: goal for label, goal in goals.items() if PARTS[label].kind in ("inv", "step")}


def steps_of(bench: Bench, members: frozenset[str]) -> Steps:
    return Steps(bench.compiled, SCOPE.universe(bench.protocol), members, bench.protocol.transactions)


def honest_way(bench: Bench) -> list[Action]:
    """An honest run from the market on, until the clock would have to move."""
    steps = Steps(bench.compiled, SCOPE.universe(bench.protocol, spares=False), frozenset(), bench.protocol.transactions)
    rows: Rows = dict(bench.market(SCOPE, "market").rows)
    run: list[Action] = []
    while len(run) < LONGEST and (found := first_useful_step(steps, rows)) is not None and found[0][0] != "Tick":
        run.append(found[0])
        rows.update(found[1])
    return run


def witness_of(bench: Bench, broken: Broken, member: str) -> Witness:
    coalition = next(name for name, role in (("DO", "do"), ("MO", "mo"), ("CO", "co")) if member.startswith(role))
    return Witness(broken.label.partition("/")[0], broken.part, bench.protocol.name, dict(bench.protocol.readings), str(SCOPE), "market",
                   coalition, [member], bench.market(SCOPE, "market").steps, [broken.run], len(broken.run))  # fmt: skip


# --- grinding ---


def by_grinding(bench: Bench, one: Declared) -> Iterator[Win]:
    """A reading under which the chance of what suits is above what is drawn; seen on ledgers as well."""
    strategy = grinding(one.name)
    for reading in readings_of(bench.protocol):
        try:
            ground, plain = ground_of(bench, reading, priced=True), ground_of(bench, reading, priced=False)
        except SpecificationError:
            continue
        if strategy not in possible(ground.protocol):
            continue
        base = ground.law(AS_DRAWN, 0).suits
        laws = [ground.law(strategy, again) for again in range(1, MOST + 1)]
        law = next((law for law in laws if law.suits > base), None)
        if law is not None:
            sampling = Sampling(plain)
            kept = [sampling.play(strategy, law.again, f"{bench.seed} {one.name} {number}") for number in range(LEDGERS)]
            seen = sum(each.selection is not None and ground.aim in each.selection for each in kept)
            other = [f"{name}={value}" for name, value in reading.items() if bench.protocol.readings[name] != value]
            text = " ".join([bench.protocol.name, *other])
            said = f"what suits comes with chance {law.suits} instead of {base}, with {law.again} more; on {seen} of {LEDGERS} ledgers"
            yield Win("C25", text, one.role, int(law.own), said)
