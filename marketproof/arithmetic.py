"""Deciding a claim about numbers: each statement by Z3, each proof confirmed by cvc5 from the text that goes into the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from marketproof.kept import Confirmed
from marketproof.progress import Progress
from marketproof.proving import second_opinion
from model.arithmetic import RESOURCES, Decision, decide
from model.induction import Obligation
from properties.claims import Claim, goal_of
from spec.text import Protocol

METHOD = f"all integers and reals, Z3 (at most {RESOURCES} resource units)"


@dataclass(frozen=True)
class Answers:
    """What became of every statement of a claim of one part, by name, and the obligations of those that are proved."""

    decisions: dict[str, Decision]
    obligations: list[Confirmed]

    @property
    def verdict(self) -> str:
        """Refuted by one that fails; otherwise unknown by one that is not decided."""
        verdicts = {decision.verdict for decision in self.decisions.values()}
        return next((verdict for verdict in ("refuted", "unknown") if verdict in verdicts), "proved")

    @property
    def reason(self) -> str:
        """For each statement that is not proved the least numbers for which it fails, or why it is not decided."""
        return "; ".join(told(name, one) for name, one in self.decisions.items() if one.verdict != "proved")

    @property
    def second_opinion(self) -> str:
        confirmed = sum(one.holds for one in self.obligations)
        return f"cvc5 confirms {confirmed} of {len(self.obligations)} proofs" if self.obligations else ""


def told(name: str, decision: Decision) -> str:
    given = ", ".join(f"{parameter} = {value}" for parameter, value in decision.numbers.items())
    return f"{name}: {decision.reason}" if decision.reason else f"{name} fails for {given}"


def answers_to(claim: Claim, protocol: Protocol, seed: int, progress: Progress) -> Answers:
    """Decide every statement of a claim of one part.  Raises NotExpressible where the variant has no such numbers."""
    answers = Answers({}, [])
    for name, statement in goal_of(claim, protocol, protocol.transactions).numbers.items():
        progress(f"{claim.label} {name}")
        answers.decisions[name] = decision = decide(statement, seed, f"{claim.label} {name}")
        if decision.verdict == "proved":
            obligation = Obligation(claim.label, name, "proved", "solver", smtlib=decision.smtlib)
            answers.obligations.append(Confirmed(obligation, second_opinion(obligation)))
    return answers
