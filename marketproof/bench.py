"""The bench: a variant loaded with its market, on which claims are decided and witnesses replayed."""

from __future__ import annotations

import importlib
import random
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adversaries.coalitions import COALITIONS, Coalition
from marketproof.errors import ToolDisagrees
from marketproof.knowing import Knowledge, Known
from marketproof.progress import Progress
from marketproof.store import Store, installed, program
from model.explicit import enumerate_runs
from model.market import Market, MarketError, populate
from model.reaching import LONGEST_WALK, WALKS, Reaching
from model.scope import NUMBERS, Scope
from model.search import Answer, Attack, Problem, Search, all_steps
from model.solver import BACKEND, SolverMissing
from model.traps import TrapSearch
from model.witness import Witness, broken, told
from properties.claims import Claim, goal_of, sometimes_of
from properties.starts import populated
from properties.verdicts import ATOMIC_STEP, Row
from spec.compiled import Compiled
from spec.digests import digest
from spec.schema import NotExpressible
from spec.text import Protocol

if TYPE_CHECKING:
    from marketproof.kept import Confirmed

COALITION_OF_NOBODY = "honest parties"
OF_EXPERIMENTS = "experiments"
WALKS_SEED = 7  # the run that is told does not depend on the solver's seed
REPRESENTATIVES = (
    "of the pre-images that a deviating member can send for the same rows, and of values that nobody honest reads, those of an honest "
    "member and the first are followed; to leave a trap honest parties take up no identifier that nothing names"
)


def versions(*packages: str) -> dict[str, str]:
    """Versions of the product, of Python and of what decides."""
    return {package: installed(package) for package in ("marketproof", "python", *packages)}


def method_of(claim: Claim, answer: Answer) -> str:
    """How the search looked."""
    if claim.kind != "live":
        return f"bounded search (finite symbolic meaning, {BACKEND})"
    found = f": honest parties alone reach it from every one of {answer.states} states" if answer.states else ""
    return f"exploration of concrete states for traps{found}"


def solver_for(claim: Claim) -> str:
    """The package that decides a claim; raises SolverMissing when it cannot be imported."""
    package, module = ("z3-solver", "z3") if claim.kind in ("arith", "game") else ("python-sat", "pysat.solvers")
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise SolverMissing(f"the package {package} is missing: run `make setup`, or see `marketproof doctor`") from error
    return package


@dataclass
class Decided:
    """A row of the matrix and, if the claim is refuted, its witness or derivation; if it is of numbers, what was proved of them.

    sentences: what is told of a verdict that has neither, such as one of two worlds.
    """

    label: str
    row: Row
    witness: Witness | None = None
    obligations: list[Confirmed] = field(default_factory=list)
    known: Known | None = None
    sentences: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        """The attack in sentences, where there is one."""
        if self.known is not None:
            return self.known.told
        return self.sentences if self.witness is None else self.witness.told


@dataclass
class Bench:
    """One variant under one reading of its switches, with one seed. source: the name or file from which it can be loaded again."""

    protocol: Protocol
    seed: int = 0
    timeout_s: float | None = None
    progress: Progress = field(default_factory=lambda: Progress(False))
    store: Store = field(default_factory=lambda: Store(enabled=False))
    source: str = ""
    judged: dict[str, dict[str, Any]] = field(default_factory=dict)
    games: dict[str, Any] = field(default_factory=dict)
    _markets: dict[tuple[Scope, str], Market] = field(default_factory=dict)
    _sometimes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def compiled(self) -> Compiled:
        return Compiled(self.protocol)

    @cached_property
    def knowledge(self) -> Knowledge:
        return Knowledge(self)

    def market(self, scope: Scope, start: str) -> Market:
        """Where a search starts: a market that honest parties populated, or nothing but the members."""
        if start == "empty":
            return Market(dict(scope.facts()), [])
        if (scope, start) not in self._markets:
            self._markets[scope, start] = populate(self.protocol, self.compiled, scope, populated(self.protocol))
        return self._markets[scope, start]

    def decide(
        self, claim: Claim, coalition: Coalition, scope: Scope, depth: int, start: str = "market", attack_only: bool = False
    ) -> Decided:
        """Search for an attack of the coalition; a refutation is replayed on the ledger before it counts.

        `attack_only`: nobody will read a verdict without an attack, so it is not asked whether that would be vacuous.
        """
        if claim.kind == "know":
            return self.knowledge.decide(claim, coalition, scope)
        began = time.monotonic()
        try:
            answer = self.shortest(claim, coalition, scope, depth, start)
        except NotExpressible as error:
            return Decided(claim.label, self.not_expressible(claim, coalition.name, str(error)))
        except MarketError as error:
            answer = Answer(None, 0, f"no start for the search: {error}")
        if not attack_only and answer.attack is None and not answer.unknown and (vacuous := self.vacuous(claim, scope)):
            answer = Answer(None, answer.depth, vacuous)
        decided = Decided(claim.label, self.row(claim, coalition, scope, start, answer))
        if answer.attack is not None:
            decided.witness = self.witness(claim, coalition, scope, start, answer)
            self.confirm_by_replay(claim, decided.witness, scope)
            decided.row.replayed = True
        decided.row.seconds = round(time.monotonic() - began, 3)
        return decided

    def shortest(self, claim: Claim, coalition: Coalition, scope: Scope, depth: int, start: str) -> Answer:
        """The search's answer for a claim of one part, on one run or on two."""
        goal = goal_of(claim, self.protocol, all_steps(self.protocol, coalition))
        deadline = None if self.timeout_s is None else time.monotonic() + self.timeout_s
        rows = self.market(scope, start).rows
        for part, live in goal.live.items():
            return TrapSearch(self.protocol, self.compiled, part, live, scope, coalition, rows, deadline, self.progress).run(depth)
        search = Search(Problem(self.protocol, goal, scope, coalition, rows, self.seed, deadline=deadline, progress=self.progress))
        try:
            return search.run(depth)
        finally:
            search.solver.close()

    def row(self, claim: Claim, coalition: Coalition, scope: Scope, start: str, answer: Answer) -> Row:
        verdict = "unknown" if answer.unknown else "refuted" if answer.attack else "holds_to"
        assumptions = [
            ATOMIC_STEP,
            "hashes are injective and nonces unguessable unless seen", f"coalition: {coalition.described}", *claim.assumptions,
            f"whole numbers that a step names are {NUMBERS[0]} to {NUMBERS[-1]}",
        ]  # fmt: skip
        if claim.kind == "live":
            assumptions.append(REPRESENTATIVES)
        for name, taken in self.protocol.readings.items():
            if taken != self.protocol.switches[name].default:
                assumptions.append(f"{name} reads as {taken!r}")
        return Row(
            claim=claim.name, variant=self.protocol.name, coalition=coalition.name, verdict=verdict, part=claim.parts[0].name,
            method=method_of(claim, answer), scope=f"{scope} and one spare of each", depth=answer.depth,
            start=start, assumptions=assumptions, reason=answer.unknown, seed=self.seed, versions=versions("python-sat"),
        )  # fmt: skip

    def not_expressible(self, claim: Claim, coalition: str, reason: str) -> Row:
        return Row(
            claim=claim.name, variant=self.protocol.name, coalition=coalition, verdict="not_expressible", part=claim.parts[0].name,
            method="the claim's words in this variant", scope="any", depth=None, start="market", reason=reason, seed=self.seed,
            versions=versions(),
        )  # fmt: skip

    def witness(self, claim: Claim, coalition: Coalition, scope: Scope, start: str, answer: Answer) -> Witness:
        attack = answer.attack
        assert attack is not None
        steps = all_steps(self.protocol, coalition)
        deviating = {*attack.deviating, *(member for member, role in scope.members().items() if role is None and coalition.deviating)}
        prefix = self.market(scope, start).steps
        return Witness(claim.name, attack.part, self.protocol.name, dict(self.protocol.readings), str(scope), start, coalition.name,
                       attack.deviating, prefix, attack.runs, attack.depth, told(attack.runs, steps, scope, deviating))  # fmt: skip

    def confirm_by_replay(self, claim: Claim, witness: Witness, scope: Scope) -> None:
        """Replay on the ledger; a witness that does not break its claim at its last step is an error of the tool."""
        from marketproof.replaying import ReplayFailed, replay

        try:
            explanation = replay(self.protocol, claim, witness, scope)
        except ReplayFailed as error:
            raise ToolDisagrees(
                f"{claim.name} against {witness.coalition}: the search found an attack that the ledger refuses: {error}"
            ) from error
        witness.told.append(broken(claim, witness, explanation))

    def decide_once(self, claim: Claim, scope: Scope) -> Decided:
        """A claim that is not decided against each coalition: of numbers, of a run that there is, of blame, of what pays."""
        if claim.kind == "arith":
            return self.decide_numbers(claim)
        if claim.kind == "blame":
            from marketproof.judging import decide_blame

            return decide_blame(self, claim)
        if claim.kind == "game":
            from marketproof.gaming import decide_game

            return decide_game(self, claim)
        if claim.kind == "measured":
            return self.not_measured(claim)
        return self.decide_reach(claim, scope)

    def not_measured(self, claim: Claim) -> Decided:
        """A claim that waits for an experiment: what that has to give."""
        row = Row(
            claim=claim.name, variant=self.protocol.name, coalition=OF_EXPERIMENTS, verdict="unknown", part=claim.parts[0].name,
            method="experiments", scope="any", depth=None, start="market", assumptions=list(claim.assumptions),
            reason=f"not measured: {'; '.join(claim.parts[0].build())}", seed=self.seed, versions=versions(),
        )  # fmt: skip
        return Decided(claim.label, row)

    def decide_reach(self, claim: Claim, scope: Scope) -> Decided:
        """A run of honest parties that comes to what is claimed, replayed on the ledger; or that none was found."""
        began, part = time.monotonic(), claim.parts[0].name
        nobody = COALITIONS["orderer"]
        try:
            target = ~goal_of(claim, self.protocol, self.protocol.transactions).states[part]
        except NotExpressible as error:
            return Decided(claim.label, self.not_expressible(claim, COALITION_OF_NOBODY, str(error)))
        run = Reaching(self.protocol, self.compiled, scope, target, random.Random(WALKS_SEED), self.progress).run()
        unknown = "" if run else f"no walk of honest parties came to it ({WALKS} walks of at most {LONGEST_WALK} steps)"
        row = Row(
            claim=claim.name, variant=self.protocol.name, coalition=COALITION_OF_NOBODY, verdict="reached" if run else "unknown", part=part,
            method="walks of honest parties by chance, and no step of the one told can be left out", scope=str(scope),
            depth=len(run) if run else None, start="empty", assumptions=[ATOMIC_STEP, *claim.assumptions], reason=unknown, seed=self.seed,
            versions=versions(),
        )  # fmt: skip
        decided = Decided(claim.label, row)
        if run:
            decided.witness = self.witness(claim, nobody, scope, "empty", Answer(Attack(part, [run], []), len(run)))
            self.confirm_by_replay(claim, decided.witness, scope)
            row.replayed = True
        row.seconds = round(time.monotonic() - began, 3)
        return decided

    def decide_numbers(self, claim: Claim) -> Decided:
        """A claim about numbers: proved for all of them, or refuted by the least for which it fails."""
        from marketproof.arithmetic import METHOD, answers_to

        began = time.monotonic()
        try:
            answers = answers_to(claim, self.protocol, self.seed, self.progress)
        except NotExpressible as error:
            return Decided(claim.label, self.not_expressible(claim, claim.of, str(error)))
        row = Row(
            claim=claim.name, variant=self.protocol.name, coalition=claim.of, verdict=answers.verdict, part=claim.parts[0].name,
            method=METHOD, scope="any", depth=None, start="market", assumptions=list(claim.assumptions), reason=answers.reason,
            confirmed=answers.second_opinion, seed=self.seed, versions=versions("z3-solver", "cvc5"),
        )  # fmt: skip
        row.seconds = round(time.monotonic() - began, 3)
        return Decided(claim.label, row, obligations=answers.obligations)

    def sometimes(self, claim: Claim, scope: Scope) -> int:
        """In how many honest steps from the populated market the claim's *sometimes* is reached; MarketError if never."""
        reached = ~sometimes_of(claim, self.protocol).states["sometimes"]
        key = digest(program(), "sometimes", self.protocol, populated(self.protocol), reached, str(scope))
        found = self._sometimes.get(key) or self.store.get(key)
        if found is None:
            try:
                market = populate(self.protocol, self.compiled, scope, reached, start=self.market(scope, "market"))
                found = {"steps": len(market.steps)}
            except MarketError as error:
                found = {"never": str(error)}
            self.store.put(key, found)
        self._sometimes[key] = found
        if "never" in found:
            raise MarketError(found["never"])
        return int(found["steps"])

    def vacuous(self, claim: Claim, scope: Scope) -> str:
        """Why the claim says nothing here: its *sometimes* is never reached by honest parties; empty if it is."""
        if claim.reachable is None:
            return ""
        try:
            self.sometimes(claim, scope)
        except MarketError as error:
            return f"vacuous: {claim.sometimes!r} is never reached ({error})"
        return ""

    def enumerated(self, claim: Claim, coalition: Coalition, scope: Scope, depth: int) -> str:
        """A second opinion on a *holds_to*: all runs at a smaller scope, one state at a time, without symbols."""
        steps = all_steps(self.protocol, coalition)
        goal = goal_of(claim, self.protocol, steps)
        found = enumerate_runs(
            self.protocol, self.compiled, goal, scope, self.market(scope, "market"), frozenset(), steps, depth, self.progress
        )
        if found.broken is not None:
            raise ToolDisagrees(f"{claim.name} against {coalition.name}: enumeration at {scope} breaks {found.part} by {found.broken}")
        return f"plain enumeration at {scope}: {found.states} states to depth {found.depth}"
