"""Deciding claims of kind `know`: rows by deduction in a run of honest parties, each refutation carried out with real values."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adversaries.coalitions import Coalition
from adversaries.knowledge import POWERS
from marketproof.errors import ToolDisagrees
from model.knowing import Answer, Deciding, Setting
from model.market import MarketError
from model.observing import honest_run
from model.scope import Scope
from properties.claims import Claim
from properties.knowledge import Question
from properties.verdicts import ATOMIC_STEP, Row
from spec.knowing import knowing
from spec.schema import NotExpressible, using
from spec.tree import boolean

if TYPE_CHECKING:
    from marketproof.bench import Bench, Decided

EXACT_TERMS = "hashes do not collide, keys, nonces and salts are not guessed, and nothing else follows than by the named rules"
ONE_RUN = "honest parties do what they do in one run; the coalition's choices are the named powers"


@dataclass(frozen=True)
class Known:
    """What was found of one cell, with the setting in which it was: for the evidence."""

    answer: Answer
    scope: str
    run: str
    told: list[str]


@dataclass
class Knowledge:
    """The settings of one variant, by scope and by what their run comes to.  off: rules that are off; dropped: assumptions left out."""

    bench: Bench
    off: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    settings: dict[tuple[str, str], Setting] = field(default_factory=dict)
    asked: dict[tuple[str, str], Deciding] = field(default_factory=dict)

    def setting(self, scope: Scope, question: Question) -> Setting:
        """Raises MarketError where no run comes to what the question speaks of, NotExpressible where nothing says what values are."""
        key = str(scope), run_name(question)
        if key not in self.settings:
            knowing(self.bench.protocol, self.dropped)
            with using(self.bench.protocol.schema):
                target = None if question.after is None else boolean(question.after())
            run = honest_run(self.bench.protocol, self.bench.compiled, scope, target)
            made = Setting(self.bench.protocol, self.bench.compiled, scope, run, self.dropped, self.off)
            self.settings[key] = made
        return self.settings[key]

    def deciding(self, claim: Claim, scope: Scope) -> Deciding:
        """Raises NotExpressible and MarketError."""
        key = claim.label, str(scope)
        if key not in self.asked:
            with using(self.bench.protocol.schema):
                question: Question = claim.parts[0].build()
            self.asked[key] = Deciding(self.setting(scope, question), question)
        return self.asked[key]

    def decide(self, claim: Claim, coalition: Coalition, scope: Scope) -> Decided:
        """The row of one claim against one coalition."""
        from marketproof.bench import Decided

        began = time.monotonic()
        try:
            deciding = self.deciding(claim, scope)
        except NotExpressible as error:
            return Decided(claim.label, self.bench.not_expressible(claim, coalition.name, str(error)))
        except MarketError as error:
            return Decided(claim.label, self.row(claim, coalition, scope, Answer("unknown", reason=str(error)), []))
        answer = deciding.answer(coalition)
        if answer.verdict == "not_expressible":
            return Decided(claim.label, self.bench.not_expressible(claim, coalition.name, answer.reason))
        row = self.row(claim, coalition, scope, answer, self.assumed(deciding, answer))
        row.method = method_of(deciding)
        row.reason = told_reason(answer) if answer.verdict == "refuted" else self.what_falls(deciding, coalition, answer)
        if answer.verdict == "refuted":
            self.confirm(claim, coalition, deciding, answer)
            row.replayed = True
        row.seconds = round(time.monotonic() - began, 3)
        return Decided(claim.label, row, known=Known(answer, str(scope), run_name(deciding.question), told(answer)))

    def row(self, claim: Claim, coalition: Coalition, scope: Scope, answer: Answer, assumed: list[str]) -> Row:
        from marketproof.bench import versions

        protocol = self.bench.protocol
        read = [f"{name} reads as {taken!r}" for name, taken in protocol.readings.items() if taken != protocol.switches[name].default]
        return Row(
            claim=claim.name, variant=self.bench.protocol.name, coalition=coalition.name, verdict=answer.verdict, part=claim.parts[0].name,
            method="deduction", scope=str(scope), depth=answer.depth, start="empty", assumptions=[*assumed, *claim.assumptions, *read],
            reason=answer.reason, seed=self.bench.seed, versions=versions("python-sat", "networkx"),
        )  # fmt: skip

    def assumed(self, deciding: Deciding, answer: Answer) -> list[str]:
        """What a refutation uses, or what a verdict that it holds leaves out."""
        if answer.verdict == "refuted":
            return [ATOMIC_STEP, *(f"{rule}: {POWERS[rule]}" for rule in POWERS if rule in answer.used)]
        residual = [f"{one.name}: {one.said}" for one in deciding.setting.assumptions if not deciding.question.by_design]
        guessed = ["rows are not guessed"] if "guess" in deciding.question.off else []
        return [ATOMIC_STEP, EXACT_TERMS, ONE_RUN, *guessed, *residual]

    def what_falls(self, deciding: Deciding, coalition: Coalition, answer: Answer) -> str:
        """For each assumption of the variant whether the claim falls without it, and to whom."""
        if deciding.question.by_design:
            return answer.reason
        without = deciding.without_assumptions(coalition)
        fallen = [f"without '{name}' refuted: {told_reason(other)}" for name, other in without.items() if other.verdict == "refuted"]
        return "; ".join([*([answer.reason] if answer.reason else []), *fallen])

    def confirm(self, claim: Claim, coalition: Coalition, deciding: Deciding, answer: Answer) -> None:
        """Carry the derivation out with real values on the ledger's run; what cannot be is an error of the tool."""
        from marketproof.carrying_out import CannotCarryOut, carry_out

        try:
            carry_out(deciding.setting, answer)
        except CannotCarryOut as error:
            raise ToolDisagrees(f"{claim.label} against {coalition.name}: what was deduced cannot be carried out: {error}") from error


def run_name(question: Question) -> str:
    """To what the run comes; empty where honest parties go on to the end."""
    return "" if question.after is None else question.after.__name__


def method_of(deciding: Deciding) -> str:
    """How it was decided, with the size of what was looked at."""
    setting = deciding.setting
    if deciding.question.apart or deciding.question.linked:
        return "graph of what the ledger shows of pseudonyms"
    sized = f"{len(setting.observed.facts)} facts of a run of {len(setting.observed.run)} honest steps, {len(setting.terms)} terms"
    return f"least fixpoint of deduction rules over {sized}"


def told_reason(answer: Answer) -> str:
    """Who gets what."""
    who = ", ".join(answer.members) or "whoever sees the ledger"
    by = [rule for rule in answer.used if rule in POWERS]
    lacking = f", with nothing of what was sent to {answer.without}" if answer.without else ""
    return f"{who}: {answer.goal}{lacking}" + (f" (by {', '.join(by)})" if by else "")


def told(answer: Answer) -> list[str]:
    """A derivation in numbered lines, and what it comes to."""
    lines = [f"{number}. {step.told}" for number, step in enumerate(answer.steps, 1)]
    return [*lines, f"→ {told_reason(answer)}"] if answer.verdict == "refuted" else []
