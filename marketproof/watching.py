"""`marketproof check --watch`: check again whenever the text changes, and tell which verdicts are others than before."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marketproof.errors import UserError
from marketproof.variants import variant_named
from reports import terminal

ROOMS = ("adversaries", "properties", "spec")
LOOK_S = 0.3
Cell = tuple[str, str, str]
Verdicts = dict[Cell, str]


def watch(given: argparse.Namespace) -> int:
    """Check, wait for a change, check again, until Ctrl-C; each check is a process of its own, which reads the text anew."""
    if given.json or given.accept:
        raise UserError(f"--watch tells what changes, without --{'json' if given.json else 'accept'}")
    if given.variant is not None:
        variant_named(given.variant)
    arguments = [argument for argument in given.arguments if argument not in ("--watch", "--json")]
    files = watched(given.variant)
    say(f"watching {len(files)} files of the text and of the claims; Ctrl-C ends")
    before: Verdicts | None = None
    for changed in changes(files):
        if changed:
            say(f"\nchanged: {', '.join(changed)}")
        before = checked(arguments, before)
    return 0


def watched(variant: str | None) -> list[Path]:
    """The files that a verdict speaks of: texts, claims, lemmas, powers, and the user's own file."""
    root = Path(__file__).resolve().parent.parent
    files = sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))
    return [*files, Path(variant)] if variant is not None and variant.endswith(".py") else files


def changes(files: list[Path]) -> Iterator[list[str]]:
    """Once at the start, then the names of what changed, whenever something did."""
    known = {path: stamp(path) for path in files}
    yield []
    while True:
        time.sleep(LOOK_S)
        now = {path: stamp(path) for path in files}
        changed = [path for path in files if now[path] != known[path]]
        if changed:
            known = now
            yield [path.name for path in changed]


def stamp(path: Path) -> tuple[int, int]:
    """When a file was written and how long it is; nothing while an editor replaces it."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size


def checked(arguments: list[str], before: Verdicts | None) -> Verdicts | None:
    """One check: its complaint when the text cannot be checked, else what is other than before; what is then known."""
    began = time.monotonic()
    command = [sys.executable, "-m", "marketproof", *arguments, "--json"]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode not in (0, 1):
        return before
    found = {(row["variant"], label_of(row), row["coalition"]): told(row) for row in json.loads(run.stdout)["rows"]}
    for line in differences(before, found):
        say(terminal.wrapped(line))
    say(f"{time.monotonic() - began:.1f} s")
    return found


def label_of(row: dict[str, Any]) -> str:
    return f"{row['claim']}/{row['part']}"


def told(row: dict[str, Any]) -> str:
    """A verdict as a cell of the matrix says it, with its reason."""
    steps = {"refuted": f"refuted in {row['depth']}", "holds_to": f"holds to {row['depth']}"}
    return f"{steps.get(row['verdict'], row['verdict'])}{': ' + row['reason'] if row['reason'] else ''}"


def differences(before: Verdicts | None, found: Verdicts) -> list[str]:
    """One line for each verdict of a claim that changed, with all coalitions against which it did alike."""
    if before is None:
        counts: dict[str, int] = {}
        for said in found.values():
            word = said.split()[0].rstrip(":")
            counts[word] = counts.get(word, 0) + 1
        return [", ".join(f"{count} {word}" for word, count in sorted(counts.items()))]
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for cell in dict.fromkeys((*before, *found)):
        was, now = before.get(cell, "not decided"), found.get(cell, "not decided any more")
        if was != now:
            alike.setdefault((*cell[:2], was, now), []).append(cell[2])
    lines = [f"{variant} {claim} against {', '.join(who)}: {was} -> {now}" for (variant, claim, was, now), who in alike.items()]
    return lines or ["every verdict is as before"]


def say(text: str) -> None:
    print(text, flush=True)
