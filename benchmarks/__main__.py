"""`python -m benchmarks`: first attacks by scope and start, the ledger, the compiled meaning beside the walk, enumeration."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from model.explicit import enumerate_runs
from model.scope import Scope
from model.search import all_steps
from properties.claims import goal_of
from properties.expectations import expected
from properties.paper_claims import CLAIMS
from reports.terminal import table
from spec import concrete
from spec.concrete import View
from spec.variants import variant

PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split()}
SEARCHES = [
    ("C31/rem", "CO", "2x2", "market"), ("C31/event", "CO", "2x2", "market"), ("C31/rem", "CO", "4x5", "market"),
    ("C25/same", "MO", "2x2", "market"), ("C17d", "CO", "1x5", "market"), ("C33", "orderer", "1x1", "market"),
    ("C31/rem", "CO", "2x2", "empty"), ("C31/rem", "CO", "4x5", "empty"),
]  # fmt: skip


def timed(action: Callable[[], object], runs: int) -> tuple[float, object]:
    """The median of some runs, after one that is not counted, and the last result."""
    result, seconds = action(), []
    for _ in range(runs):
        began = time.perf_counter()
        result = action()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), result


def searches(runs: int, quick: bool) -> list[list[str]]:
    lines = []
    for label, coalition, scope, start in SEARCHES:
        if quick and (scope, start) == ("4x5", "empty"):
            continue
        bench = Bench(variant("paper").load())
        bench.market(Scope.parse(scope), start)
        action = lambda: bench.decide(PARTS[label], COALITIONS[coalition], Scope.parse(scope), 12, start).row.short  # noqa: B023, E731
        seconds, verdict = timed(action, runs if start == "market" else 1)
        lines.append([f"{label} against {coalition}", scope, start, str(verdict), f"{seconds:.2f} s"])
    return lines


def command_line(runs: int) -> list[str]:
    command = [sys.executable, "-m", "marketproof", "attack", "--claim", "C31"]
    seconds, _ = timed(lambda: subprocess.run(command, check=True, capture_output=True), runs)
    return ["marketproof attack --claim C31 (whole process)", "2x2", "market", "both parts told", f"{seconds:.2f} s"]


def meanings(runs: int) -> list[list[str]]:
    """The walk and the compiled code on the same transactions of an honest market."""
    bench = Bench(variant("paper").load())
    scope = Scope.parse("4x5")
    market = bench.market(scope, "market")
    view = View(bench.protocol.schema, market.rows, scope.universe(bench.protocol))
    steps = [(bench.protocol.transactions[name], arguments) for name, arguments in market.steps]
    walk, _ = timed(lambda: [concrete.run(transaction, arguments, view) for transaction, arguments in steps], runs)
    fast, _ = timed(lambda: [bench.compiled.run(transaction, arguments, view) for transaction, arguments in steps], runs)
    return [
        ["walk over the tree", f"{len(steps) / walk:,.0f} transactions/s", "1"],
        ["compiled", f"{len(steps) / fast:,.0f} transactions/s", f"{walk / fast:.1f} times the walk"],
    ]


def ledger(runs: int) -> list[list[str]]:
    """The honest market of 4x5 proposed, ordered, validated and committed, one transaction a block."""
    from ledger_runtime.world import World

    bench = Bench(variant("paper").load())
    scope = Scope.parse("4x5")
    steps = [(bench.protocol.transactions[name], arguments) for name, arguments in bench.market(scope, "market").steps]
    universe = scope.universe(bench.protocol)

    def replay() -> None:
        world = World(bench.protocol, scope.facts(), (), universe, compiled=bench.compiled)
        for transaction, arguments in steps:
            world.take(transaction, arguments)

    seconds, _ = timed(replay, runs)
    return [["ledger with everything beside it", f"{len(steps) / seconds:,.0f} steps/s", ""]]


def enumeration() -> list[list[str]]:
    bench = Bench(variant("paper").load())
    scope, coalition = Scope(1, 2), COALITIONS["orderer"]
    steps = all_steps(bench.protocol, coalition)
    goal = goal_of(PARTS["C11"], bench.protocol, steps)
    began = time.perf_counter()
    found = enumerate_runs(bench.protocol, bench.compiled, goal, scope, bench.market(scope, "market"), frozenset(), steps, 5)
    seconds = time.perf_counter() - began
    return [["plain enumeration at 1x2, depth 5", f"{found.states / seconds:,.0f} states/s", f"{found.states} states"]]


def seeds() -> list[list[str]]:
    """Every cell of the committed table that a run refutes, for ten seeds: how many canonical attacks differ."""
    known = {label: by for label, by in (expected("paper") or {}).items() if PARTS[label].kind != "know"}
    cells = [(label, name) for label, by in known.items() for name, one in by.items() if one["verdict"] == "refuted"]
    lines = []
    for seed in range(10):
        bench = Bench(variant("paper").load(), seed=seed)
        began, different = time.perf_counter(), 0
        for label, name in cells:
            claim = PARTS[label]
            scope, depth = claim.deeper.get(name, (claim.scope, claim.depth))
            answer = bench.shortest(claim, COALITIONS[name], Scope.parse(scope), depth, "market")
            told = bench.witness(claim, COALITIONS[name], Scope.parse(scope), "market", answer).told
            different += told != known[label][name]["steps"][:-1]
        lines.append([str(seed), str(len(cells)), str(different), f"{time.perf_counter() - began:.0f} s"])
        print(f"seed {seed}: {different} of {len(cells)} attacks differ", file=sys.stderr, flush=True)
    return lines


def main() -> int:
    """Run everything and print three tables, or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each (default: 3)")
    parser.add_argument("--quick", action="store_true", help="leave out what takes a minute")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", action="store_true", help="only: is every attack of the table the same for ten seeds?")
    given = parser.parse_args()
    if given.seeds:
        print(table(["seed", "attacks", "different", "time"], seeds()))
        return 0
    first = [*searches(given.runs, given.quick), command_line(given.runs)]
    second = [*meanings(given.runs), *ledger(given.runs), *enumeration()]
    if given.json:
        print(json.dumps({"python": platform.python_version(), "searches": first, "execution": second}, indent=1))
        return 0
    print(f"Python {platform.python_version()}; medians of {given.runs} runs; compare within one run only\n")
    print(table(["search, witness and replay", "scope", "from", "verdict", "median"], first), end="\n\n")
    print(table(["execution", "speed", ""], second))
    return 0


if __name__ == "__main__":
    sys.exit(main())
