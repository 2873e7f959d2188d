"""`python -m benchmarks.peers`: the round core in our language and in other tools, run side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.peers import reporting
from benchmarks.peers.install import cache_folder
from benchmarks.peers.judging import disagreements, standing
from benchmarks.peers.measuring import measure
from reports.terminal import table


def main(words: list[str] | None = None) -> int:
    """Measure and print: 0, or 1 when the tools' models disagree."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="the limit for one answer (default: 60)")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each first attack (default: 3)")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where the tools are kept (default: the user's cache)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write benchmarks/peers/results.json and docs/peers.md")
    parser.add_argument("--docs", action="store_true", help="only write docs/peers.md from results.json")
    given = parser.parse_args(words)
    if given.seconds <= 0 or given.runs < 1:
        parser.error(f"--seconds {given.seconds} and --runs {given.runs} must be positive")
    results = reporting.read() if given.docs else measure(given.cache, given.seconds, given.runs)
    if given.write:
        reporting.RESULTS.write_text(reporting.as_json(results), encoding="utf-8")
    if given.write or given.docs:
        reporting.DOCUMENT.write_text(reporting.document(results), encoding="utf-8")
    if given.json:
        print(reporting.as_json(results), end="")
    elif not given.docs:
        tables = (reporting.first_rows(results), reporting.scope_rows(results), reporting.beyond_rows(results))
        print("\n\n".join([*(table(*one) for one in tables), "\n".join(standing(results)), reporting.agreement(results)]))
    return 1 if disagreements(results) else 0


if __name__ == "__main__":
    sys.exit(main())
