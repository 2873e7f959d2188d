"""What the evidence says about itself: its claims, coalitions, variants and attacks in words, so that a report needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from adversaries.coalitions import COALITIONS, POWERS
from ledger_runtime.world import World
from marketproof.bench import Bench, Decided
from marketproof.replaying import deviating
from model.causes import Causes
from model.enumeration import Action, Rows, Steps
from model.explain import shortened
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness, sentence, shown
from properties.claims import KINDS, Claim
from reports.content import DESCRIBED_SCHEMA
from spec.text import Protocol
from spec.tracing import Transaction

FORGE = "Forge "


def described(claims: Iterable[Claim], benches: Iterable[tuple[Bench, list[Decided]]]) -> dict[str, str]:
    """Names and texts of `claims.json`, `variants.json` and `attacks.json`.

    claims: each with one part, as they were decided. benches: each variant with what was decided of it; the rows name the witnesses' files.
    """
    ours = list(benches)
    attacks = {
        str(one.row.witness): attack_told(bench, one.witness) for bench, found in ours for one in found if one.witness is not None
    }
    return {
        "claims.json": document(
            kinds=KINDS,
            powers=POWERS,
            coalitions={one.name: {"deviating": one.deviating, "powers": list(one.powers)} for one in COALITIONS.values()},
            claims={claim.label: claim_told(claim) for claim in claims},
        ),
        "variants.json": document(variants={bench.protocol.name: variant_told(bench.protocol) for bench, _ in ours}),
        "attacks.json": document(attacks=attacks),
    }


def document(**parts: Any) -> str:
    """In the order in which it was written, which is the order in which it is shown."""
    return json.dumps({"schema": DESCRIBED_SCHEMA, **parts}, indent=1, ensure_ascii=False) + "\n"


def claim_told(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.name,
        "title": claim.title,
        "quotation": claim.quotation,
        "cites": claim.cites,
        "parts": [{"name": part.name, "kind": part.kind, "statement": part.statement} for part in claim.parts],
        "sometimes": claim.sometimes,
        "against": list(claim.against),
    }


def variant_told(protocol: Protocol) -> dict[str, Any]:
    """Its amendments, and for each contradiction of the paper both places and the reading taken."""
    return {
        "title": protocol.title,
        "parent": protocol.parent,
        "switches": {
            name: {
                "one_place": switch.one_place,
                "another_place": switch.another_place,
                "readings": dict(switch.readings),
                "taken": protocol.readings[name],
                "default": switch.default,
                "reason": switch.reason,
                "affects": switch.affects,
            }
            for name, switch in protocol.switches.items()
        },
        "amendments": [
            {"name": one.name, "action": one.action, "target": one.target, "because": one.because, "needs": list(one.needs)}
            for one in protocol.amendments
        ],
    }


def attack_told(bench: Bench, witness: Witness) -> dict[str, Any]:
    """A witness step by step, as it goes on the ledger, with reasons; `broken` is the sentence that ended its replay."""
    scope = Scope.parse(witness.scope)
    start = start_of(bench, witness, scope)
    return {
        "start": witness.start,
        "honest_steps_before": len(witness.prefix),
        "runs": [run_told(bench, witness, scope, run, causes_in(bench, witness, scope, start)) for run in witness.runs],
        "silent": {member: role for member, role in scope.members().items() if role and member in silent(witness)},
        "broken": witness.told[-1],
    }


def silent(witness: Witness) -> set[str]:
    """Who deviates by doing nothing."""
    return set(witness.deviating) - {given["caller"] for run in witness.runs for _, given in run}


def start_of(bench: Bench, witness: Witness, scope: Scope) -> Rows:
    """The state in which a witness begins, as the model has it."""
    nobody = Steps(bench.compiled, scope.universe(bench.protocol), frozenset(), bench.protocol.transactions)
    rows = dict(scope.facts())
    for name, given in witness.prefix:
        rows.update(nobody.after(rows, name, given) or {})
    return rows


def causes_in(bench: Bench, witness: Witness, scope: Scope, start: Rows) -> Causes:
    """What follows a run of a witness and says why each step works."""
    transactions = all_steps(bench.protocol, COALITIONS[witness.coalition])
    return Causes(Steps(bench.compiled, scope.universe(bench.protocol), deviating(witness, scope), transactions), start)


def run_told(bench: Bench, witness: Witness, scope: Scope, run: list[Action], causes: Causes) -> list[dict[str, Any]]:
    """The steps of one run, replayed on a ledger of their own for the events that they emit."""
    steps, members = all_steps(bench.protocol, COALITIONS[witness.coalition]), deviating(witness, scope)
    world = World(bench.protocol, scope.facts(), frozenset(), scope.universe(bench.protocol), compiled=bench.compiled)
    for name, arguments in witness.prefix:
        world.take(steps[name], arguments)
    world.coalition = members
    told = []
    for name, arguments in run:
        reached = reaches(world, steps[name], arguments, scope)
        event = world.take(steps[name], arguments)
        told.append(step_told((name, arguments), steps[name], scope, members) | {"reaches": reached, "event": event_told(event)})
        told[-1]["sentence"] = sentence((name, arguments), steps, scope, members)
        told[-1]["because"] = causes.take((name, arguments)).told
    return told


def step_told(action: Action, transaction: Transaction, scope: Scope, members: frozenset[str]) -> dict[str, Any]:
    """Who does what, and whether it is a transaction, a forged write set or a step off the ledger."""
    name, arguments = action
    forged, caller = name.startswith(FORGE), arguments["caller"]
    return {
        "kind": "forged" if forged else "transaction" if transaction.on_ledger else "off_ledger",
        "by": "a peer" if forged else caller,
        "role": "signs for the endorsers" if forged else scope.members().get(caller) or "a further pseudonym",
        "deviating": forged or caller in members,
        "name": name.removeprefix(FORGE),
        "arguments": {
            parameter: shown(kind, arguments[parameter])
            for parameter, kind in transaction.parameters.items()
            if parameter != "caller" and kind.name != "Text"
        },
    }


def reaches(world: World, transaction: Transaction, arguments: dict[str, Any], scope: Scope) -> dict[str, str]:
    """Other members, with their roles, whose memory a step off the ledger changes: those who get the message."""
    if transaction.on_ledger or transaction.name.startswith(FORGE):
        return {}
    members = scope.members()
    observed = world.compiled.observe(transaction, world.translated(transaction, arguments), world.view())
    found = [part for _, key in observed for part in key if isinstance(part, str) and part in members and part != arguments["caller"]]
    return {member: members[member] or "a further pseudonym" for member in dict.fromkeys(found)}


def event_told(event: tuple[str, Any] | None) -> str:
    """The event with what it carries; empty if the step emits none."""
    return "" if event is None else f"{event[0]}({', '.join(map(shortened, event[1]))})"
