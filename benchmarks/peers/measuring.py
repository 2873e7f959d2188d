"""All tools side by side in one run on one machine: each task is given to each tool in turn, then the next task."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.peers.install import NotInstalled
from benchmarks.peers.running import Outcome, Task
from benchmarks.peers.tools import TOOLS, Tool

FIRST = (Task("attack", "I1", 2, 2), Task("attack", "I1", 4, 3), Task("attack", "I2", 4, 3))
ATTACKS = tuple(Task("attack", "I2", subsets, 3) for subsets in (4, 8, 12, 16, 24, 32))
SPACES = tuple(Task("space", "", *scope) for scope in ((2, 2), (3, 3), (4, 3), (5, 3), (6, 3), (7, 3)))
Results = dict[str, Any]


def say(text: str) -> None:
    print(f"peers: {text}", file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    """What the figures were measured on; no names of hosts or folders."""
    about = Path("/proc/cpuinfo")
    models = (
        [line.partition(":")[2].strip() for line in about.read_text().splitlines() if line.startswith("model name")]
        if about.is_file()
        else []
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": models[0] if models else platform.machine(), "cores": os.cpu_count(), "memory_gib": round(memory),
            "system": platform.system(), "python": platform.python_version()}  # fmt: skip


def measure(cache: Path, limit_s: float, runs: int) -> Results:
    """First attacks, both ladders and the proofs."""
    tools = {kind.name: kind(cache) for kind in TOOLS}
    results: dict[str, Results] = {name: installed(tool) for name, tool in tools.items()}
    ready = {name: tool for name, tool in tools.items() if not results[name]["not_run"]}
    for task in FIRST:
        outcomes: dict[str, list[Outcome]] = {name: [] for name in ready}
        for _ in range(runs):
            for name, tool in ready.items():
                outcomes[name].append(told(tool, task, limit_s))
        for name, found in outcomes.items():
            results[name]["first"][task.name] = median(found)
    for part, tasks in (("attacks", ATTACKS), ("spaces", SPACES)):
        climb(ready, tasks, limit_s, {name: results[name][part] for name in ready})
    for name, tool in ready.items():
        proved = tool.prove(limit_s)
        results[name]["proof"] = None if proved is None else rounded(proved)
    return {"measured": datetime.date.today().isoformat(), "machine": machine(), "seconds": limit_s, "runs": runs, "tools": results}


def installed(tool: Tool) -> Results:
    """What is known of a tool before it is run, and why it cannot be."""
    reason = ""
    try:
        tool.install()
    except NotInstalled as error:
        reason = str(error)
        say(f"{tool.name} is not run: {reason}")
    files = [path.name for path in tool.paths]
    return {"version": tool.version, "lines": tool.lines, "files": files, "shortest": tool.shortest, "beyond": tool.beyond,
            "deviates": tool.deviates, "not_run": reason, "first": {}, "attacks": {}, "spaces": {}, "proof": None}  # fmt: skip


def climb(tools: dict[str, Tool], tasks: tuple[Task, ...], limit_s: float, found: dict[str, Results]) -> None:
    """Each tool goes up until it gives no answer within the limit."""
    climbing = {name: tool for name, tool in tools.items() if tasks[0].kind in tool.kinds}
    for task in tasks:
        for name, tool in list(climbing.items()):
            outcome = told(tool, task, limit_s)
            found[name][task.name] = rounded(outcome)
            if outcome.said not in ("found", "holds"):
                del climbing[name]


def told(tool: Tool, task: Task, limit_s: float) -> Outcome:
    outcome = tool.measure(task, limit_s)
    figures = "".join(f", {value} {unit}" for value, unit in ((outcome.trace, "steps"), (outcome.states, "states")) if value is not None)
    say(f"{task.kind} {task.name}: {tool.name}: {outcome.said} after {outcome.whole_s:.2f} s{figures}")
    return outcome


def median(outcomes: list[Outcome]) -> Results:
    """The median times of several runs; the first answer that is none spoils them all."""
    wrong = [one for one in outcomes if one.said != outcomes[0].said]
    chosen = rounded((wrong or outcomes)[0])
    engines = [one.engine_s for one in outcomes if one.engine_s is not None]
    chosen["whole_s"] = round(statistics.median(one.whole_s for one in outcomes), 3)
    chosen["engine_s"] = round(statistics.median(engines), 3) if engines else None
    traces = sorted({one.trace for one in outcomes if one.trace is not None})
    return {**chosen, "trace": traces[0] if traces else None, "longest_trace": traces[-1] if traces else None}


def rounded(outcome: Outcome) -> Results:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(outcome).items()}
