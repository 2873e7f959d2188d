"""The tables of a run, for the terminal and for `docs/peers.md`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.peers.judging import disagreements, highest, standing

Results = dict[str, Any]
RESULTS = Path(__file__).parent / "results.json"
DOCUMENT = Path(__file__).parents[2] / "docs" / "peers.md"

PREAMBLE = """# Beside other tools

*Generated from `benchmarks/peers/results.json`: `python -m benchmarks.peers --write` measures anew and writes both,
`python -m benchmarks.peers --docs` writes only this page.*

**The round core**: m subsets with n replicas each; a couple with `round` and `rem`. `StartRound` selects the subsets of one
parity, empties their jobs and sets `rem` to their number; `UpdateTJ` puts a replica's own hash, or one that a replica of the same
subset has published, and counts `rem` down; three rounds. *As printed* (Listing 4) a round can start, and a job can be reported, at
any time. *Hardened*: a round starts at `rem = 0`, a job is reported once in a round. I1: `rem` is the number of selected jobs that
are not delivered (C31). I2: at `rem = 0`, when the completion event is emitted, all are delivered.

Each tool gets the same tasks in turn: {runs} runs of the first attacks (medians), one run elsewhere, {seconds:.0f} s at most.

- *Whole*: from the written files to the trace, with every compiler on the way (a JVM's start, `spin -a` and `gcc`, `cargo build`
  of the model alone). What installs the tools is not counted.
- *Search*: without that; for Python scripts, without importing the library. Ours includes the set-up of the jobs, and leaves out
  loading the text and the replay on the ledger.
- *Lines*: neither blank nor comment nor documentation string, of all files that a user writes, by one rule. Ours are the text, both
  claims, the hardening and the scope; what runs them (`ours.py`) is the engine's, as TLC's is: the product's command line knows
  only the paper's own claims.
- minicheck is the package of that name. mypyvy is on no registry reached here: instead, a Z3 script of our own in its style.
"""

REASONS = """Where ours is behind, and why (shares of time are from profiles of ours):

- *State by state*: `model/explicit.py` is a second opinion on the search, not an engine. A state is a mapping of rows; a third of
  the time goes into calls that read one cell, a quarter into trying arguments, a fifth into writing whole rows. The others hold a
  state in a tuple or in packed bytes. What decides the hardened text here is the proof for any size.
- *The search alone*: Stateright's model is compiled; what it takes to compile it is in the other column.
- *Largest attack*: random search (Quint) reaches a long run sooner, and promises nothing about its length. So does depth-first search,
  which is not in the tables: the same Spin model without `-DBFS`, and Stateright with `spawn_dfs`, broke I2 at 32x3 in 1.6 s and 4.9 s
  (whole, a later run on a busier machine that was stopped before its end), where ours has no answer in 60 s from 24x3
  on (it was not asked at 32x3); on this model their runs are as short as the shortest. **Ours is behind**
  both there. Ours asks for each depth in turn; nearly half of the time is
  the SAT solver's, the rest builds clauses in Python.
- *At the limit*: the last rung of a ladder depends on how busy the machine is. In that later run TLC did not finish 5x3 in 60 s.
- *Lines*: guards and effects are named and cited, tables are declared with their source, and the hardening is kept apart from the
  printed text; the shorter models have one switch in the middle of their guards.
- *The proof*: the Z3 script is asked four questions about an abstraction that its author made by hand; ours makes eight questions from
  the text that runs.
"""


def read() -> Results:
    found: Results = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def as_json(results: Results) -> str:
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def first_attack(outcome: Results) -> list[str]:
    if outcome["said"] != "found":
        return [outcome["said"], "–", "–"]
    lengths = sorted({outcome["trace"], outcome["longest_trace"]})
    return [seconds(outcome["whole_s"]), seconds(outcome["engine_s"]), "–".join(map(str, lengths))]


def first_rows(results: Results) -> tuple[list[str], list[list[str]]]:
    """Lines, and for each first attack seconds in all, of the search, and steps."""
    tasks = list(next(tool["first"] for tool in results["tools"].values() if tool["first"]))
    heads = [f"{task} {what}" for task in tasks for what in ("whole s", "search s", "steps")]
    rows = []
    for name, tool in results["tools"].items():
        figures = (
            [cell for task in tasks for cell in first_attack(tool["first"][task])] if not tool["not_run"] else absent(tool, len(heads))
        )
        rows.append([f"{name} {tool['version']}", str(tool["lines"]), *figures])
    return ["tool", "lines", *heads], rows


def absent(tool: Results, cells: int) -> list[str]:
    return [f"not run: {tool['not_run']}", *[""] * (cells - 1)]


def reached(outcomes: Results, unit: str) -> str:
    """The largest answered scope with its time and figure, and where it ended."""
    last = highest(outcomes)
    stopped = [f"{task.split()[-1]} {outcome['said']}" for task, outcome in outcomes.items() if outcome["said"] not in ("found", "holds")]
    if last is None:
        return stopped[0] if stopped else "–"
    figure = last[1]["trace" if unit == "steps" else "states"]
    end = f"; {stopped[0]}" if stopped else "; the last one tried"
    return f"{last[0].split()[-1]}: {seconds(last[1]['whole_s'])} s, {figure:,} {unit}{end}"


def scope_rows(results: Results) -> tuple[list[str], list[list[str]]]:
    heads = ["tool", "largest attack on I2", "largest whole space, hardened", "any size"]
    rows = []
    for name, tool in results["tools"].items():
        proof = tool["proof"]
        cells = [
            reached(tool["attacks"], "steps"),
            reached(tool["spaces"], "states"),
            "–" if proof is None else f"{proof['said']}: {seconds(proof['whole_s'])} s",
        ]
        rows.append([name, *(absent(tool, 3) if tool["not_run"] else cells)])
    return heads, rows


def beyond_rows(results: Results) -> tuple[list[str], list[list[str]]]:
    rows = [[name, tool["shortest"], tool["beyond"], tool["deviates"]] for name, tool in results["tools"].items()]
    return ["tool", "shortest trace", "what it gives beyond", "how its model deviates"], rows


def agreement(results: Results) -> str:
    problems = disagreements(results)
    if problems:
        return "**The models disagree**: " + "; ".join(problems) + "."
    counts: dict[str, set[int]] = {}
    for tool in results["tools"].values():
        for task, outcome in tool["spaces"].items():
            if outcome["said"] == "holds":
                counts.setdefault(task, set()).add(outcome["states"])
    told = ", ".join(f"{task} {next(iter(found)):,}" for task, found in counts.items())
    return (
        f"The tools that count states agree at every scope that they reach ({told}); those that find shortest traces agree on their length."
    )


def markdown(heads: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows))


def document(results: Results) -> str:
    """`docs/peers.md`."""
    about = results["machine"]
    size = f"{about['cores']} cores, {about['memory_gib']} GiB"
    where = f"Measured on {results['measured']}: {about['processor']}, {size}, {about['system']}, Python {about['python']}."
    parts = [
        PREAMBLE.format(runs=results["runs"], seconds=results["seconds"]) + "\n" + where + " Compare within one run only.",
        "## First attack on the text as printed\n\n" + markdown(*first_rows(results)),
        "## Scope\n\n" + markdown(*scope_rows(results)),
        "## Ahead and behind\n\n" + "\n".join(f"- {sentence}" for sentence in standing(results)) + "\n\n" + REASONS.rstrip(),
        "## The same system\n\n" + agreement(results) + "\n\n" + markdown(*beyond_rows(results)),
    ]
    return "\n\n".join(parts) + "\n"
