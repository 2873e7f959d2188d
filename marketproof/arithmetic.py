"""Deciding a claim about numbers: each statement by Z3, each proof confirmed by cvc5 from the text that goes into the evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from marketproof import recheck
from marketproof.errors import ToolDisagrees
from marketproof.progress import Progress
from model.arithmetic import RESOURCES, Decision, decide
from properties.claims import Claim, goal_of
from spec.text import Protocol

METHOD = f"all integers and reals, Z3 (at most {RESOURCES} resource units)"


@dataclass(frozen=True)
class Answers:
    """What became of every statement of a claim of one part, by name; confirmed: how many proofs cvc5 confirms."""

    decisions: dict[str, Decision]
    confirmed: int

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
        proved = sum(one.verdict == "proved" for one in self.decisions.values())
        return f"cvc5 confirms {self.confirmed} of {proved} proofs" if proved else ""

    def questions(self, variant: str, label: str) -> dict[str, str]:
        """Name below the evidence and text of each statement that is proved."""
        proved = {name: one.smtlib for name, one in self.decisions.items() if one.verdict == "proved"}
        return {f"proofs/{variant}/numbers/{slug(label)}-{slug(name)}.smt2": text for name, text in proved.items()}


def told(name: str, decision: Decision) -> str:
    given = ", ".join(f"{parameter} = {value}" for parameter, value in decision.numbers.items())
    return f"{name}: {decision.reason}" if decision.reason else f"{name} fails for {given}"


def slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def answers_to(claim: Claim, protocol: Protocol, seed: int, progress: Progress) -> Answers:
    """Decide every statement of a claim of one part.  Raises NotExpressible where the variant has no such numbers."""
    decisions: dict[str, Decision] = {}
    confirmed = 0
    for name, statement in goal_of(claim, protocol, protocol.transactions).numbers.items():
        progress(f"{claim.label} {name}")
        decisions[name] = decision = decide(statement, seed, f"{claim.label} {name}")
        if decision.verdict == "proved":
            outcome, said = recheck.judge(decision.smtlib.encode())
            if outcome in ("refuted", "malformed"):
                raise ToolDisagrees(f"{claim.label} {name}: Z3 proves it and cvc5 says {said!r}")
            confirmed += outcome == "confirmed"
    return Answers(decisions, confirmed)
