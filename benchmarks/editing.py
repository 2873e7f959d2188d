"""`python -m benchmarks.editing`: how long a reviewer waits for all proofs of `hardened`: at first, again, and after one guard changed."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marketproof.progress import Progress
from marketproof.proving import claims_to_prove
from properties.expectations import expected
from reports.terminal import table

# A guard that each of these steps gets on top: true in every reachable state, and nothing that any of its guards says already.
EDITS = {
    "JoinCI": "lambda tx, instance, *_: instance.engaged >= 0",
    "CreateDS": "lambda tx, dataset, *_: dataset.couples.length >= 0",
    "StartRound": "lambda tx, couple: couple.round >= 0",
    "CommitTJ": "lambda tx, couple, *_: couple.round >= 0",
    "TakeResult": "lambda tx, couple, *_: couple.round >= 0",
    "SettleJob": "lambda tx, couple, *_: couple.round >= 0",
    "CloseTC": "lambda tx, couple: couple.round >= 0",
}
FILE = '''from spec.hardened import VARIANT as BEFORE
from spec.language import Amendment, Variant
from spec.paper import TEXT

MORE = Amendment("require", "{step}.edited", "a reviewer tries a guard", {condition})
VARIANT = Variant("edited", "hardened with one guard more", TEXT, (*BEFORE.amendments, MORE), parent="hardened")
'''


def proved() -> list[str]:
    """The labels of all claims that are proved for any size."""
    known = expected("hardened") or {}
    return [claim.label for claim in claims_to_prove() if {one["verdict"] for one in known.get(claim.label, {}).values()} == {"proved"}]


def surroundings() -> dict[str, str]:
    """Modules are compiled once, as on any machine that does not forbid it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def checked(variant: str, labels: list[str], store: Path, evidence: Path) -> tuple[float, bool]:
    """Wall seconds of a whole process that decides the claims, and whether every cell was proved."""
    command = [sys.executable, "-m", "marketproof", "check", "--variant", variant, "--without-job", "--json", "--evidence", str(evidence)]
    for label in labels:
        command += ["--claim", label]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env={**surroundings(), "MARKETPROOF_STORE": str(store)}, check=False)
    seconds = time.perf_counter() - began
    return seconds, {row["verdict"] for row in json.loads(done.stdout)["rows"]} == {"proved"}


def main() -> int:
    """Measure, print a table; 1 when something is not proved."""
    parser = argparse.ArgumentParser(prog="benchmarks.editing", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="runs from nothing (default: 1)")
    given, progress, labels, whole = parser.parse_args(), Progress(), proved(), True
    progress.start("editing")
    lines: list[tuple[str, list[float]]] = []
    with tempfile.TemporaryDirectory(prefix="marketproof-editing-") as name:
        folder = Path(name)

        def measure(what: str, variant: str, store: str) -> None:
            nonlocal whole
            progress(what)
            seconds, held = checked(variant, labels, folder / store, folder / "evidence")
            whole = whole and held
            next(found for said, found in lines if said == what).append(seconds)

        lines = [("from nothing", []), ("nothing changed", []), *((f"one guard more in {step}", []) for step in EDITS)]
        for run in range(given.runs):
            measure("from nothing", "hardened", str(run))
        for _ in range(3):
            measure("nothing changed", "hardened", "0")
        for step, condition in EDITS.items():
            file = folder / "edited.py"
            file.write_text(FILE.format(step=step, condition=condition), encoding="utf-8")
            measure(f"one guard more in {step}", str(file), "0")
    progress.done()
    told = [[what, f"{statistics.median(seconds):.1f} s"] for what, seconds in lines if seconds]
    print(f"{len(labels)} claims of `hardened` for any size, whole processes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(table(["what changed", "wall"], told))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
