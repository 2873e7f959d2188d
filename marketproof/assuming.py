"""How each assumption of a hardened verdict is dropped, and what falls then: found by the search that decides the claim, and replayed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cached_property

from adversaries.coalitions import COALITIONS
from adversaries.ledger import LEDGER_POWERS
from ledger_runtime.world import World
from marketproof import adversaries
from marketproof.accepted import committed_for
from marketproof.bench import Bench
from marketproof.errors import ToolDisagrees, UserError
from marketproof.gaming import game_at
from marketproof.knowing import Knowledge, told_reason
from marketproof.ordering import SCOPE, Powers, Start
from marketproof.progress import Progress
from marketproof.replaying import ledger_traps
from marketproof.rounding import two_orders
from marketproof.small_evidence import accepted as accepted_small_scope
from marketproof.variants import load, variant_named
from marketproof.winning import PARTS
from model.arithmetic import decide
from model.honest import Honest
from model.incentives import gains
from model.knowing import Deciding
from model.scope import Scope
from properties.assumptions import Dropping
from properties.claims import goal_of
from properties.expectations import expected
from properties.payoffs import ASSUMED, at_least_nothing
from properties.ranking import Liveness
from spec.language import conjunction, implies
from spec.schema import NotExpressible

TEXT = "hardened"
QUESTIONS = (("unilateral", "CO"), ("unilateral", "MO"), ("lazy", ""))
REPLICAS = 3


@dataclasses.dataclass(frozen=True)
class Fall:
    """What falls without an assumption: the claim, to whom, in how many steps, what is shown."""

    claim: str
    against: str
    steps: int
    shown: str


@dataclasses.dataclass
class Assuming:
    """The hardened text, and the mechanisms that drop something of it."""

    progress: Progress

    @cached_property
    def bench(self) -> Bench:
        return Bench(load(TEXT, []), progress=self.progress, source=TEXT)

    def fall(self, one: Dropping) -> Fall | None:
        """The first thing that falls; None where nothing does within the bounds of that mechanism."""
        how: dict[str, Callable[[Dropping], Iterator[Fall]]] = {
            "order": self.order, "waive": self.waive, "clock": self.clock, "knowledge": self.knowledge, "guess": self.guess,
            "unlimited": self.unlimited, "condition": self.condition, "frontier": self.frontier, "experiment": self.experiment,
            "adversary": self.adversary, "verdict": self.verdict, "payoff": self.payoff,
        }  # fmt: skip
        return next(how[one.how](one), None)

    def order(self, one: Dropping) -> Iterator[Fall]:
        """A power over the order of transactions that the ledger otherwise takes away."""
        for won in Powers(self.bench).searched(LEDGER_POWERS[one.what], "").won:
            yield Fall(won.claim, "orderer", len(won.moves), won.said)

    def waive(self, one: Dropping) -> Iterator[Fall]:
        """The text without an amendment, searched."""
        bench = Bench(variant_named(TEXT).load(waive=(one.what,)), progress=self.progress)
        for label in one.claims:
            yield from searched(bench, label, "peer", Scope(1, 2), 2)

    def unlimited(self, one: Dropping) -> Iterator[Fall]:
        """The text with deviating members of whom it is not asked what they know."""
        protocol = load(TEXT, [])
        for step in protocol.transactions.values():
            step.powers = {name: condition for name, condition in step.powers.items() if not name.startswith(one.what)}
        bench = Bench(protocol, progress=self.progress)
        for label in one.claims:
            for coalition in ("DO", "CO", "MO"):
                yield from searched(bench, label, coalition, Scope.parse(PARTS[label].scope), PARTS[label].depth, "empty")

    def clock(self, one: Dropping) -> Iterator[Fall]:
        """The first state of an honest run that is a trap for honest parties if one owner is silent and nobody takes the step."""
        powers, silent = Powers(self.bench), frozenset({"co-1"})
        for label in one.claims:
            (claim,) = goal_of(PARTS[label], self.bench.protocol, self.bench.protocol.transactions).live.values()
            moving, still = (Honest(self.bench.protocol, self.bench.compiled, SCOPE, claim, silent) for _ in range(2))
            still.leave_out([one.what])
            for start in powers.starts:
                self.progress(f"without {one.what}: {label}, {len(start.steps)} honest steps")
                if still.trap(start.rows, still.groups()) is not None and moving.trap(start.rows, moving.groups()) is None:
                    yield Fall(label, "CO", len(start.steps), self.trap_on_a_ledger(claim, start, silent, one.what))

    def trap_on_a_ledger(self, claim: Liveness, start: Start, silent: frozenset[str], left_out: str) -> str:
        protocol = self.bench.protocol
        world = World(protocol, SCOPE.facts(), frozenset(), SCOPE.universe(protocol), compiled=self.bench.compiled)
        for name, given in start.steps:
            world.take(protocol.transactions[name], given)
        world.coalition = silent
        explained = ledger_traps(claim, world, SCOPE, nobody_takes=(left_out,)).explained()
        if not explained:
            raise ToolDisagrees(f"without {left_out} {len(start.steps)} steps end in a trap in the search, and in none on the ledger")
        return explained[0]

    def knowledge(self, one: Dropping) -> Iterator[Fall]:
        """A derivation without the assumption, carried out, where there is none with it."""
        without, with_it = Knowledge(self.bench, dropped=(one.what,)), Knowledge(self.bench)
        yield from self.derived(without, with_it, [label for label, part in PARTS.items() if part.kind == "know"])

    def derived(self, without: Knowledge, with_it: Knowledge, labels: list[str]) -> Iterator[Fall]:
        for label in labels:
            claim, scope = PARTS[label], Scope.parse(PARTS[label].scope)
            for coalition in COALITIONS.values():
                self.progress(f"{label} against {coalition.name}")
                found = without.decide(claim, coalition, scope)
                if found.row.verdict == "refuted" and with_it.deciding(claim, scope).answer(coalition).verdict == "holds_to":
                    yield Fall(label, coalition.name, found.row.depth or 0, found.row.reason)

    def guess(self, one: Dropping) -> Iterator[Fall]:
        """The questions of the claims with guessing allowed, without a clause of what values stand for."""
        known = Knowledge(self.bench, dropped=(one.what,))
        for label in labels_of(one.claims):
            scope = Scope.parse(PARTS[label].scope)
            try:
                asked = known.deciding(PARTS[label], scope)
            except NotExpressible:
                continue
            guessing = Deciding(asked.setting, dataclasses.replace(asked.question, off=()))
            for coalition in COALITIONS.values():
                answer = guessing.answer(coalition)
                if answer.verdict == "refuted" and asked.answer(coalition).verdict == "holds_to":
                    known.confirm(PARTS[label], coalition, guessing, answer)
                    yield Fall(label, coalition.name, answer.depth or 0, told_reason(answer))

    def condition(self, one: Dropping) -> Iterator[Fall]:
        """The trap that was found without a condition of C32/finished (`marketproof explore`)."""
        found = accepted_small_scope(self.bench.protocol)
        for each in (found or {"conditions": []})["conditions"]:
            if each["condition"] == one.what and each["necessary"]:
                yield Fall(each["claim"], each["case"], len(each["told"]), each["trap"])

    def frontier(self, one: Dropping) -> Iterator[Fall]:
        """The value at which a claim falls (`marketproof frontier`)."""
        found = committed_for("frontiers", self.bench.protocol)
        for each in (found or {"frontiers": []})["frontiers"]:
            for value in each["values"]:
                if each["name"] == one.what and value["verdict"] == "refuted":
                    yield Fall(each["claim"], each["title"], len(value["told"]), f"{value['said']}: not so, {value['method']}")

    def adversary(self, one: Dropping) -> Iterator[Fall]:
        """Where an adversary wins (`marketproof adversaries`)."""
        for row in adversaries.accepted() or ():
            won = row["wins"]
            if won is not None and f"{row['family']} {row['role']} {row['name']}" == one.what and won["text"].startswith(TEXT):
                yield Fall(won["claim"], won["coalition"], won["steps"], won["how"])

    def verdict(self, one: Dropping) -> Iterator[Fall]:
        for against, entry in (expected(TEXT) or {}).get(one.what, {}).items():
            if entry["verdict"] == "refuted":
                yield Fall(one.what, against, entry["depth"] or 0, PARTS[one.what].parts[0].statement + ": not so")

    def experiment(self, one: Dropping) -> Iterator[Fall]:
        found = two_orders()
        if found["differ"]:
            shown = f"both are honest, and their hashes differ: the weights differ by at most {found['largest']:.1e}"
            yield Fall(one.claims[0], "nobody", 0, shown)

    def payoff(self, one: Dropping) -> Iterator[Fall]:
        """A gain that is nothing under all assumptions of the numbers, and something under all others."""
        game = game_at(self.bench, f"1x{REPLICAS}")
        kept = [each for each in ASSUMED if each.name != one.what]
        if len(kept) == len(ASSUMED):
            raise UserError(f"no assumption of the payoff model is named {one.what!r}")
        less, whole = (conjunction(at_least_nothing(), *(each.holds(REPLICAS) for each in known)) for known in (kept, ASSUMED))
        for question, role in QUESTIONS:
            for gain in gains(game, question, role, ()):
                decision = decide(implies(less, gain.pays_nothing))
                if decision.verdict == "refuted" and decide(implies(whole, gain.pays_nothing)).verdict == "proved":
                    numbers = ", ".join(f"{name} = {value}" for name, value in decision.numbers.items() if name in gain.sum)
                    yield Fall(f"C38/{role}" if role else "C18/lazy", role or "all replicas", 0, f"{gain.name} gains for {numbers}")


def labels_of(claims: tuple[str, ...]) -> list[str]:
    """The parts of the named claims, or the named parts."""
    return [label for label in PARTS if label in claims or label.partition("/")[0] in claims]


def searched(bench: Bench, label: str, coalition: str, scope: Scope, depth: int, start: str = "market") -> Iterator[Fall]:
    decided = bench.decide(PARTS[label], COALITIONS[coalition], scope, depth, start, attack_only=True)
    if decided.row.verdict == "refuted":
        yield Fall(label, coalition, decided.row.depth or 0, decided.told[-1])
