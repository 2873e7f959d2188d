"""`marketproof replay EVIDENCE`: every witness of an evidence directory on the ledger."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from marketproof import witness_files
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.replaying import ReplayFailed, replay
from marketproof.workers import ready_for_work, spread
from reports import terminal

WITNESSES = "witnesses"


@dataclass(frozen=True)
class Replayed:
    """A witness file, whether it replays, and why not."""

    witness: str
    replays: bool
    reason: str = ""


def replay_all(given: argparse.Namespace, folder: Path) -> int:
    """Replay all witnesses; 0 when every claim breaks as its witness says, else 1."""
    if given.as_pytest is not None or given.variant is not None:
        raise UserError("--as-pytest and --variant are for one witness, not for a directory of them")
    if given.ledger == "fabric":
        raise UserError(f"all witnesses on Fabric: `marketproof fabric replays {folder}`")
    names = [str(path) for path in sorted((folder / WITNESSES).rglob("*.json"))]
    if not names:
        raise UserError(f"no witness below {folder / WITNESSES}: an evidence directory of `check` has them")
    progress = Progress()
    progress.start(f"replaying on the ledger ({given.ledger})")
    found: list[Replayed] = []
    for one in replayed(names, given.ledger):
        found.append(one)
        progress(f"{len(found)} of {len(names)}")
    progress.done()
    failed = [one for one in found if not one.replays]
    if given.json:
        print(json.dumps({"ledger": given.ledger, "witnesses": [asdict(one) for one in found]}, ensure_ascii=False))
    else:
        print("\n".join(terminal.wrapped(f"{one.witness}: does not replay: {one.reason}") for one in failed), end="\n" if failed else "")
        print(f"{len(found) - len(failed)} of {len(found)} witnesses replay ({given.ledger})")
    return 1 if failed else 0


def replayed(names: list[str], ledger: str) -> Iterator[Replayed]:
    """Each witness in order, by several processes."""
    return spread(partial(one_of, ledger), names, ready_for_work, (), os.cpu_count() or 1)


def one_of(ledger: str, name: str) -> Replayed:
    """In a worker: one witness on a ledger of its own."""
    protocol, claim, witness, scope = witness_files.read(Path(name))
    try:
        replay(protocol, claim, witness, scope, Progress(False), ledger)
    except ReplayFailed as error:
        return Replayed(name, False, str(error))
    return Replayed(name, True)


__all__ = ["replay_all"]
