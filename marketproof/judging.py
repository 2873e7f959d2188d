"""Deciding claims of kind `blame`: the worlds of each dispute, two of them replayed on the ledger, and what the evidence says of them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from ledger_runtime.digests import from_ledger
from ledger_runtime.world import StepRefused
from ledger_runtime.world import World as LedgerWorld
from marketproof.bench import Bench, Decided, versions
from marketproof.errors import ToolDisagrees
from marketproof.judge_results import accepted
from marketproof.store import program
from model.blaming import Blame, blame
from model.enumeration import Action
from model.public_views import public_view
from model.scope import Scope
from model.witness import encode, sentence
from model.worlds import World, key_of
from properties.blame_claims import DECIDED
from properties.blame_rules import RULES, rules_of
from properties.claims import Claim
from properties.disputes import DISPUTES, Dispute
from properties.verdicts import ATOMIC_STEP, Row
from spec.digests import digest
from spec.schema import NotExpressible

BLAME_SCHEMA = 1
METHOD = "all worlds near an honest run, by what a judge sees of them (concrete states)"
Found = dict[str, Any]


def judged(bench: Bench, name: str) -> Found:
    """What was found of one dispute in a variant, as plain data; kept, as it depends on the text and the program alone."""
    key = digest(program(), "blame", bench.protocol, name)
    if key not in bench.judged:
        found = bench.store.get(key)
        if found is None:
            found = examined(bench, DISPUTES[name])
            bench.store.put(key, found)
        bench.judged[key] = found
    return bench.judged[key]


def examined(bench: Bench, dispute: Dispute) -> Found:
    known: Found = {"dispute": dispute.name, "sentence": dispute.sentence, "scope": dispute.scope}
    try:
        found = blame(bench.protocol, bench.compiled, dispute, bench.progress)
    except NotExpressible as error:
        return known | {"not_expressible": str(error)}
    known |= {
        "worlds": len(found.worlds), "deviating": found.deviating, "cases": len(found.cases), "to_judge": found.to_judge,
        "undecided": found.undecided, "longest": found.longest, "additions": [list(added) for added in found.additions],
        "start": [encode(action, bench.protocol.transactions) for action in found.prefix],
    }  # fmt: skip
    pair = [] if found.pair is None else [world_told(bench, found, world) for world in found.pair]
    if pair:
        known["view"] = same_on_the_ledger(bench, found, pair)
    return known | {"pair": pair, "rules": [rule_told(bench, found, rule) for rule in fired_rules(bench, found)]}


def fired_rules(bench: Bench, found: Blame) -> list[str]:
    return [one.rule.name for rules in rules_of(bench.protocol, found.steps).values() for one in rules]


def rule_told(bench: Bench, found: Blame, name: str) -> Found:
    """A sentence of the text that names a culprit: in how many worlds it does, and the shortest in which it blames an honest member."""
    wrong, rule = found.wrong(name), RULES[name]
    told = None if wrong is None else world_told(bench, found, wrong)
    if wrong is not None and told is not None:
        told["blames"] = sorted(member for blamed, member in wrong.wrongly if blamed == name)
        replayed(bench, found, wrong)
    return {"rule": name, "sentence": rule.sentence, "cites": rule.cites, "step": rule.step, "blames_in": found.fired(name), "wrong": told}


def world_told(bench: Bench, found: Blame, world: World) -> Found:
    scope, deviating = Scope.parse(found.dispute.scope), set(world.coalition)
    return {
        "coalition": list(world.coalition), "culprits": sorted(world.culprits),
        "run": [encode(action, found.steps) for action in world.run],
        "told": [f"{number}. {sentence(action, found.steps, scope, deviating)}" for number, action in enumerate(world.run, 1)],
    }  # fmt: skip


# --- on the ledger ---


def same_on_the_ledger(bench: Bench, found: Blame, pair: list[Found]) -> str:
    """Replay two worlds; how alike their ledgers are.  Raises ToolDisagrees where they are not."""
    assert found.pair is not None
    ledgers = [replayed(bench, found, world) for world in found.pair]
    committed = [[action for action in ledger if found.steps[action[0]].on_ledger] for ledger in ledgers]
    if json.dumps(list(map(key_of, committed[0]))) == json.dumps(list(map(key_of, committed[1]))):
        return "byte for byte"
    said = [one.name for one in found.dispute.complaints]
    one, other = (json.dumps(public_view(ledger, found.steps, said)).encode() for ledger in ledgers)
    if one != other:
        raise ToolDisagrees(f"{found.dispute.name}: two worlds that should leave the same ledger do not: {one!r} and {other!r}")
    return "byte for byte once digests and nonces that no judge can open are named in the order in which they appear"


def replayed(bench: Bench, found: Blame, world: World) -> list[Action]:
    """What was committed and said when the world was replayed on a ledger of its own; ToolDisagrees if it refuses a step."""
    scope = Scope.parse(found.dispute.scope)
    ledger = LedgerWorld(bench.protocol, scope.facts(), frozenset(), scope.universe(bench.protocol), compiled=bench.compiled)
    try:
        for name, arguments in found.prefix:
            ledger.take(bench.protocol.transactions[name], arguments)
        ledger.coalition, before = frozenset(world.coalition), len(ledger.network.blocks)
        beside = [action for action in world.run if not taken_on(ledger, found, action)]
    except StepRefused as error:
        raise ToolDisagrees(f"{found.dispute.name}: a world that the ledger refuses: {error}") from error
    return [*committed(ledger, before), *beside]


def taken_on(ledger: LedgerWorld, found: Blame, action: Action) -> bool:
    """Whether the step was committed; a complaint is only said, where it may be."""
    name, arguments = action
    step = found.steps[name]
    if name in ledger.protocol.transactions:
        ledger.take(step, arguments)
        return step.on_ledger
    if not ledger.may_send(step, ledger.translated(step, arguments)):
        raise StepRefused(f"{arguments['caller']} would not say {name}")
    return False


def committed(ledger: LedgerWorld, before: int) -> list[Action]:
    """The transactions of the blocks after a height, with pre-images as tuples."""
    def opened(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        kinds = ledger.protocol.transactions[name].parameters
        return {one: from_ledger(kind, arguments[one], ledger.network.oracle) for one, kind in kinds.items()}

    blocks = ledger.network.blocks[before:]
    return [(one.transaction, opened(one.transaction, one.arguments)) for block in blocks for one in block.transactions]


# --- verdicts ---


def decide_blame(bench: Bench, claim: Claim) -> Decided:
    """The row of a claim of one part."""
    began, part = time.monotonic(), claim.parts[0]
    dispute, question = part.build()
    found = [judged(bench, name) for name in DISPUTES if dispute in ("", name)]
    known = [one for one in found if "not_expressible" not in one]
    if not known:
        return Decided(claim.label, bench.not_expressible(claim, claim.of, found[0]["not_expressible"]))
    verdict, reason, shown = (guilt if question == DECIDED else soundness)(known)
    longest = max((len(world["run"]) for world in shown), default=max(one["longest"] for one in known))
    worlds, cases = sum(one["worlds"] for one in known), sum(one["to_judge"] for one in known)
    row = Row(
        claim=claim.name, variant=bench.protocol.name, coalition=claim.of, verdict=verdict, part=part.name, method=METHOD,
        scope=", ".join(dict.fromkeys(one["scope"] for one in known)), depth=longest, start="market",
        assumptions=[ATOMIC_STEP, *claim.assumptions], reason=reason, seed=bench.seed, versions=versions(),
        confirmed=f"{worlds} worlds, {cases} cases to judge",
    )  # fmt: skip
    row.replayed = True if verdict == "refuted" else None
    row.seconds = round(time.monotonic() - began, 3)
    return Decided(claim.label, row, sentences=sentences_of(shown))


def sentences_of(worlds: list[Found]) -> list[str]:
    """The steps of each world, numbered, below who deviated in it."""
    lines = []
    for number, world in enumerate(worlds, 1):
        lines += [f"world {number}, in which {' and '.join(world['culprits']) or 'nobody'} deviated:", *world["told"]]
    return lines


def guilt(known: list[Found]) -> tuple[str, str, list[Found]]:
    """Refuted by two worlds that leave one ledger and have no culprit in common."""
    one = known[0]
    if not one["pair"]:
        if not one["deviating"]:
            return "unknown", "vacuous: nobody deviates in any world", []
        never = f"it never comes to this dispute in {one['deviating']} worlds in which somebody deviates"
        return "holds_to", "" if one["to_judge"] else never, []
    first, second = (" and ".join(world["culprits"]) or "nobody" for world in one["pair"])
    said = f"the same ledger ({one['view']}) when {first} deviates and when {second} does; {addition_told(one['additions'])}"
    return "refuted", said, one["pair"]


def addition_told(additions: list[list[str]]) -> str:
    if not additions:
        return "no step off the ledger, if it were recorded, would tell them apart"
    return "decided if there stood on the ledger, signed: " + ", or ".join(" and ".join(added) for added in additions)


def soundness(known: list[Found]) -> tuple[str, str, list[Found]]:
    """Refuted by a world in which a sentence of the text blames an honest member."""
    rules = [(one, rule) for one in known for rule in one["rules"]]
    for one, rule in rules:
        if rule["wrong"] is not None:
            guilty, innocent = " and ".join(rule["wrong"]["culprits"]) or "nobody", " and ".join(rule["wrong"]["blames"])
            said = f"{one['dispute']}: {rule['sentence']!r} ({rule['cites']}) blames {innocent}, and {guilty} deviated"
            return "refuted", said, [rule["wrong"]]
    if not any(rule["blames_in"] for _, rule in rules):
        return "unknown", "vacuous: no sentence of the text names a culprit in any world", []
    return "holds_to", "", []


def blame_evidence(bench: Bench) -> str:
    """All disputes of a variant, for the evidence."""
    told = [judged(bench, name) for name in DISPUTES]
    document = {"schema": BLAME_SCHEMA, "variant": bench.protocol.name, "disputes": told, "judge": accepted(bench.protocol)}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
