"""Our engines on the round core: `attack I1 4x3`, `space 4x3` or `prove`; prints one JSON line.  What every user of them shares."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.peers.rounds import BOUNDED, CLAIMS, HARDENED, PAPER, start
from model.scope import Scope
from properties.claims import Goal
from spec.compiled import Compiled
from spec.concrete import View
from spec.schema import using
from spec.text import Protocol
from spec.tree import boolean

DEEPEST, LARGEST_DEPTH = 100, 400


class RoundScope(Scope):
    """m subsets with n replicas each, as the text's own `start` makes them."""

    def members(self) -> dict[str, str | None]:
        return dict.fromkeys(start(self.subsets, self.replicas)[0]["Member"], "CO")

    def universe(self, protocol: Protocol, spares: bool = True) -> dict[str, list[Any]]:
        return {"Text": ["text"], **{name: list(values) for name, values in start(self.subsets, self.replicas)[0].items()}}

    def setup(self) -> list[tuple[str, dict[str, Any]]]:
        """One job for each replica: where the other tools' models start."""
        return start(self.subsets, self.replicas)[1]


def goal_of(protocol: Protocol, *claims: str) -> Goal:
    with using(protocol.schema):
        return Goal(states={claim: boolean(CLAIMS[claim]()) for claim in claims})


def started(protocol: Protocol, compiled: Compiled, scope: RoundScope) -> dict[Any, Any]:
    """The rows after the set-up."""
    rows: dict[Any, Any] = {}
    for name, arguments in scope.setup():
        view = View(protocol.schema, rows, scope.universe(protocol), frozenset())
        rows.update(compiled.run(protocol.transactions[name], arguments, view).writes)
    return rows


def attack(claim: str, scope: RoundScope) -> dict[str, Any]:
    """The shortest canonical run of the paper's text that breaks the claim, replayed on the ledger."""
    from adversaries.coalitions import COALITIONS
    from model.search import Problem, Search

    protocol = PAPER.load()
    goal = goal_of(protocol, claim)
    began = time.perf_counter()
    rows = started(protocol, Compiled(protocol), scope)
    search = Search(Problem(protocol, goal, scope, COALITIONS["orderer"], rows))
    answer = search.run(DEEPEST)
    search.solver.close()
    found = time.perf_counter() - began
    if answer.attack is None:
        return {"trace": None, "engine_s": found, "said": answer.unknown or f"none to depth {answer.depth}"}
    run = answer.attack.runs[0]
    return {"trace": answer.depth, "engine_s": found, "steps": [f"{name} {told(arguments)}" for name, arguments in run],
            "replayed": replayed(protocol, goal, scope, run)}  # fmt: skip


def told(arguments: dict[str, Any]) -> str:
    return " ".join(str(value) for name, value in arguments.items() if name not in ("caller", "couple"))


def replayed(protocol: Protocol, goal: Goal, scope: RoundScope, run: list[tuple[str, dict[str, Any]]]) -> bool:
    """Whether the ledger takes every step, and the claim breaks at the last one and not before."""
    from ledger_runtime.world import World

    world = World(protocol, {}, frozenset(), scope.universe(protocol))
    held = []
    for name, arguments in [*scope.setup(), *run]:
        world.take(protocol.transactions[name], arguments)
        held.append(all(world.compiled.holds(condition, {}, world.view()) for condition in goal.states.values()))
    return all(held[:-1]) and not held[-1]


def space(scope: RoundScope) -> dict[str, Any]:
    """All states of the hardened text in three rounds, one by one."""
    from model.explicit import LARGEST_STATE_COUNT, enumerate_runs
    from model.market import Market

    protocol = BOUNDED.load()
    compiled = Compiled(protocol)
    goal = goal_of(protocol, *CLAIMS)
    market = Market(started(protocol, compiled, scope), [])
    began = time.perf_counter()
    found = enumerate_runs(protocol, compiled, goal, scope, market, frozenset(), protocol.transactions, LARGEST_DEPTH)
    whole = found.depth == LARGEST_DEPTH and found.states <= LARGEST_STATE_COUNT
    return {"states": found.states if whole else None, "engine_s": time.perf_counter() - began, "holds": whole and found.broken is None}


def prove() -> dict[str, Any]:
    """Both claims of the hardened text by induction, for any numbers of couples, replicas, subsets and rounds."""
    from model.induction import prove_invariants

    protocol = HARDENED.load()
    goal = goal_of(protocol, *CLAIMS)
    began = time.perf_counter()
    found = prove_invariants(protocol, goal.states, protocol.transactions)
    failed = [f"{one.goal} at {one.step or 'first'}: {one.outcome}" for one in found if one.outcome != "proved"]
    return {"holds": not failed, "engine_s": time.perf_counter() - began, "questions": len(found), "failed": failed}


def scope_of(text: str) -> RoundScope:
    return RoundScope(*map(int, text.split("x")))


def main(words: list[str]) -> int:
    """`attack CLAIM MxN`, `space MxN` or `prove`."""
    commands: dict[str, Callable[..., dict[str, Any]]] = {
        "attack": lambda claim, scope: attack(claim, scope_of(scope)), "space": lambda scope: space(scope_of(scope)), "prove": prove,
    }  # fmt: skip
    print(json.dumps(commands[words[0]](*words[1:])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
