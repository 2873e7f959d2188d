"""`marketproof explore`: small-scope exploration of the hardened text, whole or with one amendment dropped, and its committed results."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ledger_runtime.world import StepRefused, World
from marketproof import evidence
from marketproof.commands import claims_named
from marketproof.errors import ToolDisagrees, UserError
from marketproof.progress import Progress
from marketproof.replaying import ledger_traps
from marketproof.variants import text_digest
from model.enumeration import Action
from model.market import Market, populate
from model.scope import Scope
from model.small_scope import Found, Small
from model.witness import sentence
from properties import expectations
from properties.claims import goal_of
from properties.ranking import Liveness
from properties.small_scope import CASES, INVARIANTS, LARGE, STARTS, TRAPS, Case
from properties.small_scope_drops import DROPS, Drop
from reports import terminal
from spec.amendments import Variant
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.errors import SpecificationError, choices
from spec.schema import using
from spec.text import Protocol
from spec.tree import Expression, boolean

MOST_STATES = 20_000


def explore(given: argparse.Namespace) -> int:
    """Explore the cases, or those with amendments dropped; 0 when nothing falls that should not, else 1."""
    from marketproof.variants import variant_named

    variant = variant_named(given.variant)
    chosen = cases_of(given)
    drops = drops_of(given)
    if given.accept and (given.drop or given.case):
        raise UserError("--accept takes all cases and all amendments, without --drop and --case")
    progress = Progress()
    say = silent if given.json else say_wrapped
    found: dict[str, Any] = {"text": text_digest(variant.load()), "cases": [], "drops": []}
    if not given.drop:
        found["cases"] = list(explored(Bed(variant.load()), chosen, progress, say))
    for drop in drops:
        found["drops"].append(dropped(variant, drop, chosen, progress))
        progress.done()
        say(drop_told(found["drops"][-1]))
    if given.accept:
        evidence.write_file(accepted_file(variant.name), json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if given.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    unexpected = [one for one in found["cases"] if one["falls"]] + [one for one in found["drops"] if one["falls"] != one["expected"]]
    return 1 if unexpected else 0


def silent(text: str) -> None:
    """Nothing but JSON is printed."""


def say_wrapped(text: str) -> None:
    print(terminal.wrapped(text), flush=True)


def cases_of(given: argparse.Namespace) -> list[Case]:
    known = {**CASES, **LARGE}
    for name in given.case or ():
        if name not in known:
            raise UserError(f"no case {name!r}; choices: {choices(known)}")
    return [known[name] for name in given.case or CASES]


def drops_of(given: argparse.Namespace) -> list[Drop]:
    for name in given.drop or ():
        if name not in DROPS:
            raise UserError(f"nothing called {name!r} can be dropped; choices: {choices(DROPS)}")
    return [DROPS[name] for name in given.drop or (DROPS if given.table or given.accept else ())]


class Bed:
    """One text with what is asked of it, by default INVARIANTS and TRAPS, and the markets from which it is explored."""

    def __init__(
        self, protocol: Protocol, states: dict[str, Expression] | None = None, live: dict[str, Liveness] | None = None
    ) -> None:
        self.protocol, self.compiled = protocol, Compiled(protocol)
        try:
            with using(protocol.schema):
                self.states = {name: boolean(one.build()) for name, one in INVARIANTS.items()} if states is None else dict(states)
                self.starts = {name: boolean(build()) for name, (build, _) in STARTS.items()}
        except (SpecificationError, KeyError) as error:
            raise UserError(f"small-scope exploration speaks of the tables of the hardened text, and {protocol.name!r}: {error}") from error
        self.live = traps_of(protocol) if live is None else dict(live)
        self._markets: dict[tuple[str, str], Market] = {}

    def market(self, case: Case) -> Market:
        """Where the exploration starts, reached by honest parties."""
        place = case.scope, case.start
        if place not in self._markets:
            target, without = self.starts[case.start], STARTS[case.start][1]
            scope = Scope.parse(case.scope)
            self._markets[place] = populate(self.protocol, self.compiled, scope, target, without=without)
        return self._markets[place]

    def small(self, case: Case, progress: Progress | None = None, **more: Any) -> Small:
        of_waiting = {name for name, one in INVARIANTS.items() if one.timely and not case.timely}
        states = {name: e for name, e in self.states.items() if name not in of_waiting}
        most = more.pop("most_states", MOST_STATES)
        return Small(self.protocol, self.compiled, case, self.market(case).rows, states, self.live, most,
                     progress=progress or (lambda text: None), **more)  # fmt: skip


def traps_of(protocol: Protocol) -> dict[str, Liveness]:
    found = {}
    for name, label in TRAPS.items():
        claim = claims_named(label)[0]
        found[name] = goal_of(claim, protocol, protocol.transactions).live[claim.parts[0].name]
    return found


def explored(bed: Bed, cases: Iterable[Case], progress: Progress, say: Any) -> Iterable[dict[str, Any]]:
    """What was found in each case: how many states, which steps came up, what falls."""
    for case in cases:
        progress.start("exploring")
        small = bed.small(case, progress).run()
        for found in small.found.values():
            confirm(bed, small, found)
        result = {
            "case": case.name, "states": small.exploration.states, "depth": small.exploration.depth, "complete": small.exploration.ended,
            "falls": sorted(small.found), "undecided": small.undecided, "sometimes": small.sometimes(),
        }  # fmt: skip
        progress.done()
        say(case_told(result))
        yield result


def case_told(result: dict[str, Any]) -> str:
    bound = "all states" if result["complete"] else "states, stopped there by the limit"
    falls = f"FALLS: {', '.join(result['falls'])}" if result["falls"] else "every claim holds"
    undecided = f"; undecided: {', '.join(result['undecided'])}" if result["undecided"] else ""
    return f"{result['case']}: {result['states']} {bound}, {falls}{undecided}; reached: {', '.join(result['sometimes'])}"


def dropped(variant: Variant, drop: Drop, chosen: list[Case], progress: Progress) -> dict[str, Any]:
    """The first case, smallest coalition first, in which a claim falls without what is dropped; its shortest run, replayed."""
    bed = Bed(drop.loaded(variant))
    result: dict[str, Any] = {"drop": drop.name, "sentence": drop.sentence, "expected": drop.falls, "falls": "", "case": ""}
    result |= {"told": [], "states": 0}
    for case in [LARGE[name] for name in drop.cases] or chosen:
        progress.start(f"without {drop.name}")
        small = bed.small(case, progress).run(stop=True)
        result["states"] += small.exploration.states
        if small.found:
            found = next(iter(small.found.values()))
            confirm(bed, small, found)
            scope = Scope.parse(case.scope)
            steps = [sentence(action, bed.protocol.transactions, scope, set(case.deviating)) for action in found.node.run]
            numbered = [f"{number}. {said}" for number, said in enumerate(steps, start=1)]
            return result | {"falls": found.claim, "case": case.name, "told": numbered}
    return result


def drop_told(result: dict[str, Any]) -> str:
    if not result["falls"]:
        return f"{result['drop']}: nothing falls in {result['states']} states"
    return f"{result['drop']}: {result['falls']} falls in case {result['case']}, in {len(result['told'])} steps"


def confirm(bed: Bed, small: Small, found: Found) -> None:
    """Replay the run on a ledger; what does not break there is an error of the tool."""
    scope, market = small.scope, bed.market(small.case)
    world = World(bed.protocol, scope.facts(), frozenset(), scope.universe(bed.protocol), compiled=bed.compiled)
    try:
        take_all(bed.protocol, world, market.steps)
        world.coalition = small.members
        take_all(bed.protocol, world, found.node.run)
    except StepRefused as error:
        raise ToolDisagrees(f"{found.claim} in case {small.case.name}: the ledger refuses the run: {error}") from error
    if found.claim in bed.live:
        traps = ledger_traps(bed.live[found.claim], world, scope, small.identity_on_ledger(world.view()), small.case.nobody_takes)
        broken = bool(traps.explained())
    else:
        broken = not evaluate(bed.states[found.claim], {}, world.view())
    if not broken:
        raise ToolDisagrees(f"{found.claim} in case {small.case.name}: it holds on the ledger after the run that should break it")


def take_all(protocol: Protocol, world: World, run: list[Action]) -> None:
    for name, arguments in run:
        world.take(protocol.transactions[name], arguments)


def accepted_file(variant: str) -> Path:
    return expectations.FOLDER / f"small-scope-{variant}.json"


def accepted(protocol: Protocol) -> dict[str, Any] | None:
    """The committed results for exactly this text; None when there are none."""
    path = accepted_file(protocol.name)
    if not path.is_file():
        return None
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return known if known["text"] == text_digest(protocol) else None
