"""Deciding claims of kind `game`: what each strategy gains over honesty, for all numbers of the payoff model; and `marketproof game`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from marketproof.bench import Bench, Decided, versions
from marketproof.errors import UserError
from marketproof.kept import Confirmed
from marketproof.progress import Progress
from marketproof.proving import second_opinion
from marketproof.store import Store, program
from marketproof.variants import load, variant_named
from model.arithmetic import RESOURCES, Decision, decide
from model.eliminating import prices_alone
from model.incentives import Gain, gains, told, weakest
from model.induction import Obligation
from model.payoffs import Game, at
from model.scope import Scope
from properties.claims import Claim
from properties.game_claims import GAME_CLAIMS, PAIRS
from properties.payoffs import ASSUMED, NUMBERS, at_least_nothing
from properties.verdicts import ATOMIC_STEP, Row
from reports import terminal
from spec.digests import digest
from spec.errors import choices
from spec.language import conjunction, implies

GAME_SCHEMA = 1
SCOPES, OF_PAIRS = ("1x3", "2x2"), ("1x2",)
METHOD = f"strategies played on the text (concrete), their gains for all numbers by Z3 (at most {RESOURCES} resource units)"
NO_MONEY = "nothing on the ledger is money (X14): what an MO pays off the ledger is lost to it, and nobody is known to get it"
Found = dict[str, Any]


def game_at(bench: Bench, scope: str) -> Game:
    """The variant at a scope; what was played on it is kept."""
    if scope not in bench.games:
        variant = variant_named(bench.source or bench.protocol.name)
        loaded = Game(lambda: variant.load(dict(bench.protocol.readings)), Scope.parse(scope), bench.progress)
        if digest(loaded.plain.protocol) != digest(bench.protocol):
            raise UserError(f"strategies are played on a variant that can be loaded again: {bench.protocol.name!r} is another text by then")
        bench.games[scope] = loaded
    found: Game = bench.games[scope]
    return found


def gains_of(bench: Bench, claim: Claim) -> list[tuple[Gain, int]]:
    """All gains that a claim of one part speaks of, with the replicas of a subset where they are played."""
    question, role, *names = claim.parts[0].build()
    found = []
    for scope in OF_PAIRS if question == PAIRS else SCOPES:
        game = game_at(bench, scope)
        found += [(one, game.scope.replicas) for one in gains(game, question, role, tuple(names))]
    return found


def decide_game(bench: Bench, claim: Claim) -> Decided:
    """The row of a claim of one part: refuted by the first gain that is above nothing for some numbers that are allowed."""
    began = time.monotonic()
    found = gains_of(bench, claim)
    decisions, obligations = [], []
    for one, replicas in found:
        bench.progress(f"{claim.label} {one.name} at {one.scope}")
        allowed = conjunction(at_least_nothing(), *(assumed.holds(replicas) for assumed in ASSUMED))
        name = f"{claim.label} {one.name} at {one.scope}"
        decision = decide(implies(allowed, one.pays_nothing), bench.seed, name)
        decisions.append((one, decision))
        if decision.verdict == "proved":
            obligation = Obligation(claim.label, f"{one.name} at {one.scope}", "proved", "solver", smtlib=decision.smtlib)
            obligations.append(Confirmed(obligation, second_opinion(obligation)))
    verdict, reason, shown = outcome(decisions)
    only = [one for one, _ in found]
    part_told(bench, claim)
    confirmed = f"cvc5 confirms {sum(one.holds for one in obligations)} of {len(obligations)} proofs; {condition_told(only)}"
    without_money = [] if "Account" in bench.protocol.schema.tables else [NO_MONEY]
    assumed = [ATOMIC_STEP, *claim.assumptions, *without_money, *(one.sentence for one in ASSUMED)]
    row = Row(
        claim=claim.name, variant=bench.protocol.name, coalition=claim.of, verdict=verdict, part=claim.parts[0].name, method=METHOD,
        scope=", ".join(dict.fromkeys(one.scope for one in only)), depth=longest(bench, only, shown), start="market",
        assumptions=assumed, reason=reason, confirmed=confirmed, seed=bench.seed, versions=versions("z3-solver", "cvc5"),
    )  # fmt: skip
    row.seconds = round(time.monotonic() - began, 3)
    sentences = [] if shown is None else priced(bench, shown)
    return Decided(claim.label, row, obligations=obligations, sentences=sentences)


def outcome(decisions: Iterable[tuple[Gain, Decision]]) -> tuple[str, str, Gain | None]:
    """Of all gains: one that is above nothing, at which numbers; else one that is not decided; else that all are not."""
    listed = list(decisions)
    for verdict in ("refuted", "unknown"):
        for one, decision in listed:
            if decision.verdict == verdict:
                concerned = {*one.sum, *one.audited, *(("audit",) if one.audited else ())}
                numbers = ", ".join(f"{name} = {value}" for name, value in decision.numbers.items() if name in concerned)
                said = decision.reason or f"{one.name} at {one.scope} gains unless {told(one)}, such as for {numbers}"
                return verdict, said, one if verdict == "refuted" else None
    return "holds_to", "", None


def condition_told(found: list[Gain]) -> str:
    needed = weakest(found)
    return "none gains if and only if " + (" and ".join(needed) if needed else "all numbers are at least 0")


def longest(bench: Bench, found: list[Gain], shown: Gain | None) -> int:
    return max(len(game_at(bench, one.scope).of(one.chosen)[0].run) for one in ([shown] if shown is not None else found))


def priced(bench: Bench, one: Gain) -> list[str]:
    """A deviation as it is paid for, step by step."""
    game = game_at(bench, one.scope)
    strategies = {(member, strategy.name): strategy.described for member, strategy in one.chosen.items()}
    lines = [f"{member} ({name}): {described}" for (member, name), described in strategies.items()]
    for member in one.gainers:
        for number, (step, caller, amount) in enumerate(game.flows(one.chosen, member), 1):
            lines.append(f"{number}. at {step} of {caller} {member} gets {sum_told(amount)}")
        whole = game.payoffs(one.chosen)[member]
        lines.append(f"{member} gets {sum_told(whole)} in all, and by honesty {sum_told(game.payoffs({})[member])}")
    return lines


def sum_told(payoff: dict[str, int]) -> str:
    parts = [f"{'-' if number < 0 else '+'} {'' if abs(number) == 1 else f'{abs(number)} '}{name}" for name, number in payoff.items()]
    return " ".join(parts).removeprefix("+ ") or "nothing"


# --- the evidence and the command ---


def examined(bench: Bench) -> Found:
    """Everything of a variant: what each strategy gains, and the weakest condition of each claim."""
    return {claim.label: part_told(bench, claim) for whole in GAME_CLAIMS for claim in whole.split()}


def part_told(bench: Bench, claim: Claim) -> Found:
    """What is found of one claim, as plain data; kept, as it depends on the text and the program alone."""
    key = digest(program(), "game", bench.protocol, claim.label)
    known: Found | None = bench.store.get(key)
    if known is None:
        known = part_found(bench, claim)
        bench.store.put(key, known)
    return known


def part_found(bench: Bench, claim: Claim) -> Found:
    found = gains_of(bench, claim)
    only = [one for one, _ in found]
    return {
        "statement": claim.parts[0].statement, "weakest": weakest(only),
        "prices": prices_alone([one.pays_nothing for one in only], max(replicas for _, replicas in found)),
        "gains": [gain_told(bench, one) for one in only],
    }  # fmt: skip


def gain_told(bench: Bench, one: Gain) -> Found:
    played = game_at(bench, one.scope)
    flows = {member: [list(flow) for flow in played.flows(one.chosen, member)] for member in one.gainers}
    return {"name": one.name, "scope": one.scope, "gain": one.sum, "audited": one.audited, "unless": told(one), "flows": flows}


def game_evidence(bench: Bench) -> str:
    head = {
        "schema": GAME_SCHEMA, "variant": bench.protocol.name, "numbers": [asdict(one) for one in NUMBERS.values()],
        "assumed": [{"name": one.name, "sentence": one.sentence} for one in ASSUMED],
    }  # fmt: skip
    return json.dumps({**head, "parts": examined(bench)}, indent=1, ensure_ascii=False) + "\n"


def game(given: argparse.Namespace) -> int:
    """Print what pays at the numbers that are set, dearest gain first, and the weakest conditions; 0 always."""
    values = numbers_of(given.set)
    progress = Progress()
    progress.start("game")
    bench = Bench(load(given.variant, given.switch), given.seed, progress=progress, store=Store(), source=given.variant)
    parts = examined(bench)
    progress.done()
    lines = profitable(parts, values)
    if given.json:
        numbers = {name: str(value) for name, value in values.items()}
        said = {"variant": bench.protocol.name, "numbers": numbers, "profitable": lines, "parts": parts}
        print(json.dumps(said, indent=1, ensure_ascii=False))
        return 0
    print(terminal.wrapped(f"{bench.protocol.name}: " + ", ".join(f"{name} = {value}" for name, value in values.items())))
    for label, part in parts.items():
        print(terminal.wrapped(f"{label}: none gains if and only if {' and '.join(part['weakest']) or 'all numbers are at least 0'}"))
        print(terminal.wrapped(f"for all who take part: {part['prices']}", "    "))
    print("\ndeviations that pay at these numbers, the cheapest first:" if lines else "\nno deviation pays at these numbers")
    for line in lines:
        said_of = f"{line['name']} at {line['scope']} gains {line['gain']}, laying out {line['outlay']} ({line['claim']})"
        print(terminal.wrapped(said_of, "  "))
    for step in priced_told(lines[0], parts) if lines else ():
        print(terminal.wrapped(step, "    "))
    return 0


def numbers_of(settings: list[tuple[str, str]]) -> dict[str, Fraction]:
    """The numbers of the payoff model, some of them set."""
    values = {name: Fraction(one.default) for name, one in NUMBERS.items()}
    for name, text in settings:
        if name not in NUMBERS:
            raise UserError(f"no number {name!r} in the payoff model; choices: {choices(NUMBERS)}")
        try:
            values[name] = Fraction(text) if "/" in text else Fraction(Decimal(text))
        except (ValueError, ZeroDivisionError, InvalidOperation, OverflowError) as error:
            raise UserError(f"--set {name}={text}: not a number, such as 3, 0.5 or 1/3") from error
        if values[name] < 0 or len(text) > 30 or (name == "audit" and values[name] > 1):
            raise UserError(f"--set {name}={text[:30]}: it is from 0 to {'1' if name == 'audit' else 'any number'}")
    return values


def profitable(parts: Found, values: dict[str, Fraction]) -> list[Found]:
    """The deviations that gain, by what has to be laid out for them, then by who deviates and the largest gain; of several that gain
    the same to the same members the first."""
    found: dict[Any, Found] = {}
    for label, part in parts.items():
        for one in part["gains"]:
            gain = at(one["gain"], values) + values["audit"] * at(one["audited"], values)
            if gain > 0:
                paid = [Fraction(at(flow[2], values)) for flows in one["flows"].values() for flow in flows]
                line = {"claim": label, "name": one["name"], "scope": one["scope"], "gain": gain, "outlay": -min([*paid, Fraction(0)])}
                line["members"] = len(one["flows"])
                found.setdefault((one["scope"], *one["flows"], repr(one["gain"])), line)
    listed = sorted(found.values(), key=lambda line: (line["outlay"], line["members"], -line["gain"], line["name"]))
    return [{**line, "gain": str(line["gain"]), "outlay": str(line["outlay"])} for line in listed]


def priced_told(line: Found, parts: Found) -> list[str]:
    one = next(one for one in parts[line["claim"]]["gains"] if (one["name"], one["scope"]) == (line["name"], line["scope"]))
    steps = [(member, *flow) for member, flows in one["flows"].items() for flow in flows]
    lines = [f"at {step} of {caller} {member} gets {sum_told(amount)}" for member, step, caller, amount in steps]
    return [f"the cheapest, {one['name']}, pays unless {one['unless']}:", *(f"{number}. {line}" for number, line in enumerate(lines, 1))]
