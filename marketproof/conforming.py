"""`marketproof conform`: whether a history that was recorded elsewhere is one that the specification allows."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable, Iterator

from ledger_runtime.conformance import History, NotAllowed, Step, heading, steps_of
from ledger_runtime.errors import MalformedFile
from marketproof.errors import UserError
from marketproof.ledger import lines_of
from marketproof.progress import Progress
from marketproof.variants import load
from reports import terminal


def conform(given: argparse.Namespace) -> int:
    """0 when every step is allowed, 1 when one is not: the first is told, with the reason."""
    progress = Progress()
    progress.start("conform")
    try:
        with lines_of(given.file) as lines:
            named = heading(lines.readline())
            history = History(load(given.variant or named["variant"], list(named.get("readings", {}).items())))
            checked = history.check(noticed(steps_of(lines, history.codec), progress))
    except MalformedFile as error:
        raise UserError(f"{given.file!r} is no history: {error}") from error
    except NotAllowed as found:
        progress.done()
        told = {"conforms": False, "line": found.line, "step": found.step, "why": found.why}
        print(json.dumps(told, ensure_ascii=False) if given.json else terminal.wrapped(f"not allowed: {found}"))
        return 1
    progress.done()
    total = sum(checked.codes.values())
    told = {"conforms": True, "transactions": total, "codes": dict(checked.codes), "without reads": checked.without_reads,
            "not checked": checked.unchecked, "state root": history.store.digest()}  # fmt: skip
    said = [f"{total} transactions are allowed ({', '.join(f'{count} {code}' for code, count in sorted(checked.codes.items()))})"]
    said += [f"{checked.without_reads} without reads: whether they conflicted was not checked"] * bool(checked.without_reads)
    said += [f"{checked.unchecked} are invalid for what a history does not show (signatures, form)"] * bool(checked.unchecked)
    print(json.dumps(told, ensure_ascii=False) if given.json else "; ".join(said))
    return 0


def noticed(steps: Iterable[Step], progress: Progress) -> Iterator[Step]:
    for number, step in zip(itertools.count(1), steps, strict=False):
        progress(f"{number} transactions, block {step.block}")
        yield step
