"""`marketproof compare`: whether a claim, or what a coalition can do, became weaker or stronger; decided for every size."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adversaries.coalitions import coalition
from adversaries.powers import taken_by
from marketproof import evidence
from marketproof.commands import claims_named
from marketproof.errors import ToolDisagrees, UserError
from marketproof.kept import Confirmed
from marketproof.progress import Progress
from marketproof.proving import second_opinion
from marketproof.variants import load
from model.entailment import FAILS, HOLDS, UNKNOWN, Entailment, entails
from model.search import all_steps
from properties.claims import Claim, Goal, goal_of
from properties.queries import is_query, query
from reports import terminal
from spec.joining import Joined, NotComparable, joined
from spec.kinds import Kind
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import FALSE, TRUE, Expression, conjunction, implies

# By whether the second follows from the first, and the first from the second.
OF_CLAIMS = {(HOLDS, HOLDS): "equivalent", (HOLDS, FAILS): "stronger", (FAILS, HOLDS): "weaker", (FAILS, FAILS): "incomparable"}
OF_POWERS = {(HOLDS, HOLDS): "the same", (HOLDS, FAILS): "less", (FAILS, HOLDS): "more", (FAILS, FAILS): "incomparable"}
SENTENCES = {
    "equivalent": "{} is equivalent to {}", "stronger": "{} is stronger than {}", "weaker": "{} is weaker than {}",
    "the same": "{} can do the same as {}", "less": "{} can do less than {}", "more": "{} can do more than {}",
    "incomparable": "{} and {} are incomparable", UNKNOWN: "{} and {}: unknown",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """A condition of states, and of the arguments of a step where there are any."""

    condition: Expression
    parameters: dict[str, Kind] = field(default_factory=dict)


@dataclass
class Side:
    """One of the two that are compared: statements by item (a part of a claim, a step); what it says of an item that it lacks."""

    label: str
    protocol: Protocol
    items: dict[str, Statement]
    otherwise: Expression


@dataclass
class Item:
    """What was found out about one item: whether the second side follows from the first, and the other way round.

    `only` is the side that alone has it.
    """

    name: str
    forward: Entailment
    backward: Entailment
    only: str = ""

    @property
    def outcomes(self) -> tuple[str, str]:
        return self.forward.outcome, self.backward.outcome


@dataclass
class Comparison:
    """Two sides, all items, and by which words their relation is told."""

    first: Side
    second: Side
    items: list[Item]
    words: dict[tuple[str, str], str]

    @property
    def outcomes(self) -> tuple[str, str]:
        """Of all items together: a side follows where each of its items does."""
        return self.summed([item.forward for item in self.items]), self.summed([item.backward for item in self.items])

    @staticmethod
    def summed(found: list[Entailment]) -> str:
        outcomes = {one.outcome for one in found}
        return FAILS if FAILS in outcomes else UNKNOWN if UNKNOWN in outcomes else HOLDS

    @property
    def relation(self) -> str:
        return self.words.get(self.outcomes, UNKNOWN)


def compare(given: argparse.Namespace) -> int:
    """0 when the second is as strong as the first (a coalition: can do no more), 1 when it is not or that is unknown."""
    progress = Progress()
    progress.start("compare")
    sides, words = sides_of(given)
    try:
        found = compared(sides[0], sides[1], words, given.seed, progress)
    except NotComparable as error:
        raise UserError(f"{sides[0].label} and {sides[1].label} cannot be compared: {error}") from error
    progress.done()
    if given.out is not None:
        for name, text in questions(found).items():
            evidence.write_file(Path(given.out) / name, text)
    print(json.dumps(as_data(found), indent=1, ensure_ascii=False) if given.json else shown(found))
    return 0 if found.outcomes[1] == HOLDS else 1


def sides_of(given: argparse.Namespace) -> tuple[list[Side], dict[tuple[str, str], str]]:
    """The two sides that the options name: one thing in two variants, or two things."""
    named = [*given.claim, *(given.powers or ())]
    if given.claim and given.powers:
        raise UserError(f"either claims or --powers are compared, not {given.claim[0]!r} with the powers of {given.powers[0]!r}")
    if not named or len(named) > 2 or len(given.variant) > 2 or len(named) == len(given.variant) == 1:
        got = ", ".join((*named, "--variant", *given.variant))
        raise UserError(f"two are compared: two claims, queries or coalitions, or one in two variants; not {got}")
    variants = [load(name, []) for name in given.variant]
    pairs = [(named[0], variants[0]), (named[-1], variants[-1])]
    make: Callable[[str, Protocol], Side] = side_of_powers if given.powers else side_of_claim
    sides = [make(name, protocol) for name, protocol in pairs]
    for side in sides if len(variants) == 2 else ():
        side.label += f" of {side.protocol.name}"
    return sides, OF_POWERS if given.powers else OF_CLAIMS


def side_of_claim(name: str, protocol: Protocol) -> Side:
    """A claim by its name, one part of it, or a query; its steps are judged where their guards hold."""
    claims = [query(name, protocol)] if is_query(name) else claims_named(name)
    items: dict[str, Statement] = {}
    for claim in claims:
        steps = all_steps(protocol, coalition("orderer"))
        try:
            items.update(statements(claim, goal_of(claim, protocol, steps), steps))
        except NotExpressible as error:
            raise UserError(f"{claim.label} says nothing in {protocol.name}: {error}") from error
    if len(items) == 1:
        items = {"": next(iter(items.values()))}
    return Side(name, protocol, items, TRUE)


def statements(claim: Claim, goal: Goal, steps: dict[str, Transaction]) -> dict[str, Statement]:
    if goal.live or goal.numbers or goal.asked or claim.kind == "know":
        raise UserError(f"{claim.label} is a claim of kind {claim.kind}; those of kind inv, two_runs and step can be compared")
    found = {part: Statement(condition) for part, condition in {**goal.states, **goal.pairs}.items()}
    for part, by_step in goal.steps.items():
        for name, condition in by_step.items():
            guards = conjunction(*(guard.condition for guard in steps[name].guards.values()))
            found[f"{part} at {name}"] = Statement(implies(guards, condition), steps[name].parameters)
    return found


def side_of_powers(name: str, protocol: Protocol) -> Side:
    """What a coalition can do: each step with the states and arguments with which it is taken."""
    against = coalition(name)
    steps = all_steps(protocol, against)
    items = {step: Statement(taken_by(against, found, protocol), found.parameters) for step, found in steps.items()}
    for role, most in against.deviating.items():
        items.update({f"{number} deviating {role}": Statement(TRUE) for number in range(1, most + 1)})
    return Side(name, protocol, items, FALSE)


def compared(first: Side, second: Side, words: dict[tuple[str, str], str], seed: int, progress: Progress) -> Comparison:
    """Each item of either side, in the vocabulary of both variants."""
    both = joined(first.protocol, second.protocol)
    names = list(dict.fromkeys((*first.items, *second.items)))
    items = []
    for place, name in enumerate(names, 1):
        progress(f"{name or first.label}: {place} of {len(names)}")
        items.append(item_of(both, name, first, second, seed, progress))
    return Comparison(first, second, items, words)


def item_of(both: Joined, name: str, first: Side, second: Side, seed: int, progress: Progress) -> Item:
    known = [side.items.get(name) for side in (first, second)]
    parameters = [{} if one is None else one.parameters for one in known]
    free = {parameter: both.kind(kind) for parameter, kind in {**parameters[0], **parameters[1]}.items()}
    try:
        first_says, second_says = (
            both.fitted(one.condition if one is not None else side.otherwise) for one, side in zip(known, (first, second), strict=True)
        )
    except NotComparable as error:
        return Item(name, Entailment(UNKNOWN, str(error)), Entailment(UNKNOWN, str(error)))

    def follows(way: str, left: Expression, right: Expression, own: list[str]) -> Entailment:
        if own and None not in known:
            return Entailment(UNKNOWN, f"from {way} its arguments are not the same: {', '.join(own)} on one side only")
        return checked(entails(both.protocol, f"{name} {way}".strip(), left, right, free, seed, progress))

    # Whoever can do it for some further argument can do it; what is claimed of all further arguments is claimed.
    alone = [[one for one in parameters[here] if one not in parameters[1 - here]] for here in (0, 1)]
    powers = first.otherwise is FALSE
    only = "" if None not in known else second.label if known[0] is None else first.label
    forward = follows("first to second", first_says, second_says, alone[1] if powers else alone[0])
    backward = follows("second to first", second_says, first_says, alone[0] if powers else alone[1])
    return Item(name, forward, backward, only)


def checked(found: Entailment) -> Entailment:
    """What holds is confirmed by cvc5, what fails by the concrete meaning; a refusal of either is an error of the tool."""
    asked, state = found.obligation, found.separation
    if state is not None and not state.confirmed:
        raise ToolDisagrees(f"a state separates in the finite meaning only, not in the concrete one: {'; '.join(state.told)}")
    if found.outcome == HOLDS and asked is not None and not (one := Confirmed(asked, second_opinion(asked))).holds:
        return Entailment(UNKNOWN, f"Z3 proves it and cvc5 leaves it {one.second}", asked)
    return found


def questions(found: Comparison) -> dict[str, str]:
    """The proofs as SMT-LIB, for `marketproof recheck`."""
    asked = [one.obligation for item in found.items for one in (item.forward, item.backward) if one.outcome == HOLDS and one.obligation]
    return {f"{place:03}-{evidence.file_label(one.goal)}.smt2": one.smtlib for place, one in enumerate(asked, 1)}


def as_data(found: Comparison) -> dict[str, Any]:
    """The relation, and of each item what follows from what, with the state that separates."""

    def side(one: Entailment) -> dict[str, Any]:
        state = one.separation
        told = None if state is None else {"scope": state.scope, "state": state.told, "because": state.because}
        by = "Z3, confirmed by cvc5" if one.obligation and one.outcome == HOLDS else ""
        return {"outcome": one.outcome, "reason": one.reason, "by": by, "separated": told}

    items = [{"name": item.name, "relation": found.words.get(item.outcomes, UNKNOWN), "first_to_second": side(item.forward),
              "second_to_first": side(item.backward), "only": item.only} for item in found.items]  # fmt: skip
    return {"first": found.first.label, "second": found.second.label, "relation": found.relation, "items": items}


def shown(found: Comparison) -> str:
    """The relation in one sentence, then each item that is not the same on both sides."""
    first, second = found.first.label, found.second.label
    lines = [terminal.wrapped(SENTENCES[found.relation].format(first, second))]
    powers = found.words is OF_POWERS
    for item in found.items:
        if item.outcomes != (HOLDS, HOLDS):
            relation = f"only {item.only}" if item.only else found.words.get(item.outcomes, UNKNOWN)
            lines += [terminal.wrapped(f"{item.name}: {relation}", "  ")] if item.name else []
            lines += dict.fromkeys((*told(item, item.forward, first, second, powers), *told(item, item.backward, second, first, powers)))
    same = sum(item.outcomes == (HOLDS, HOLDS) for item in found.items)
    asked = len(questions(found))
    proofs = f"; {asked} proofs for any size by Z3, confirmed by cvc5" if asked else ""
    return "\n".join([*lines, terminal.wrapped(f"{same} of {len(found.items)} items are the same on both sides{proofs}", "  ")])


def told(item: Item, one: Entailment, left: str, right: str, powers: bool) -> list[str]:
    """The state that separates, or why it is not known."""
    if one.outcome == UNKNOWN:
        return [terminal.wrapped(f"unknown: {one.reason}", "    ")]
    if one.separation is None or not one.separation.told:
        return []
    said = f"{left} can do it and {right} cannot" if powers else f"{left} holds and {right} does not"
    because = [f"for {line}" for line in dict.fromkeys(one.separation.because) if not item.only]
    lines = [terminal.wrapped(line, "      ") for line in (*one.separation.told, *because)]
    return [terminal.wrapped(f"{said}, in a state that the concrete meaning confirms:", "    "), *lines]
