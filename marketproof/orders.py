"""`marketproof orders`: what each power over the order of transactions wins in a text, found by search and replayed on a ledger."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adversaries.ledger import BESIDE, LEDGER_POWERS, known_power
from marketproof import evidence
from marketproof.accepted import committed, file_of
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.ordering import Powers, Searched
from marketproof.ordering_beside import Tried, beside
from marketproof.progress import Progress
from marketproof.variants import load, text_digest
from model.witness import encode
from reports import terminal

TEXTS = ("paper", "hardened")
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
WEAKER = {"discard": "paper X06=draw", "timestamp": "client_time.py", "phantom read": "auction.py"}
"""Powers that have nothing to work on in the texts: one in which they have; a file is one of examples/."""
FILE = file_of("orders", "all")


def orders(given: argparse.Namespace) -> int:
    """Print what each power wins, or the bound within which it wins nothing; 0 always."""
    names = [known_power(name) for name in given.power] or [*LEDGER_POWERS, *BESIDE]
    if given.accept and (given.power or given.variant):
        raise UserError("--accept takes all powers on all texts, without --power and --variant")
    if given.save is not None:
        evidence.check_place(Path(given.save))
    progress = Progress()
    progress.start("orders")
    found = [(bench, one) for bench, one in searched(given, names, progress)]
    progress.done()
    rows = [one.as_dict(text_of(bench)) for bench, one in found]
    if given.accept:
        document = {"texts": digests(), "orders": rows}
        evidence.write_file(FILE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    if given.save is not None:
        evidence.write(Path(given.save), files(found))
    print(json.dumps({"orders": rows}, indent=1, ensure_ascii=False) if given.json else "\n".join(told(rows)))
    return 0


def searched(given: argparse.Namespace, names: list[str], progress: Progress) -> Iterator[tuple[Bench, Searched | Tried]]:
    """The answers for the named variant; where none is named, for the texts and those on which a power has something to work on."""
    if given.variant:
        powers = Powers(Bench(load(given.variant, given.switch), progress=progress, source=given.variant), given.ledger)
        yield from ((powers.bench, one) for name in names for one in by_name(powers, name))
        return
    for text in TEXTS:
        powers = Powers(bench_of(text, progress), given.ledger)
        yield from ((powers.bench, one) for name in names for one in by_name(powers, name))
    for name, text in WEAKER.items():
        if name in names:
            powers = Powers(bench_of(text, progress), given.ledger)
            yield from ((powers.bench, one) for one in by_name(powers, name))


def by_name(powers: Powers, name: str) -> Iterator[Searched | Tried]:
    """A power of either kind, in the hands of each who may have it."""
    return iter(powers.by_each(LEDGER_POWERS[name])) if name in LEDGER_POWERS else beside(powers, name)


def bench_of(text: str, progress: Progress) -> Bench:
    """A text by its name, with readings that differ from its own: `paper X06=draw`; or a file of examples/."""
    name, *readings = text.split()
    path = str(EXAMPLES / name) if name.endswith(".py") else name
    return Bench(load(path, [(one.partition("=")[0], one.partition("=")[2]) for one in readings]), progress=progress, source=path)


def text_of(bench: Bench) -> str:
    """How a text is called in answers."""
    protocol = bench.protocol
    other = [f"{name}={value}" for name, value in protocol.readings.items() if value != protocol.switches[name].default]
    return " ".join([protocol.name, *(other if protocol.name == "paper" else ())])


def digests() -> dict[str, str]:
    return {text: text_digest(bench_of(text, Progress(False)).protocol) for text in (*TEXTS, *WEAKER.values())}


def accepted() -> list[dict[str, Any]] | None:
    """The committed answers, if they are of the texts as they are."""
    known = committed("orders", "all", texts=digests())
    return None if known is None else list(known["orders"])


def told(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        on = f"{row['text']}, {row['ledger']}" if row["ledger"] else row["text"]
        yield terminal.wrapped(f"{row['power']} ({row['by']}) on {on}: {row['described']}")
        for one in row["won"]:
            yield terminal.wrapped(f"wins against {one['claim']}: {one['sentence']}", "  ")
            if one["after"]:
                yield terminal.wrapped(f"after {one['after']} honest steps:", "    ")
            yield from (terminal.wrapped(f"{number}. {move}", "    ") for number, move in enumerate(one["moves"], start=1))
            yield terminal.wrapped(f"replayed on a ledger: {one['said']}", "    ")
        yield terminal.wrapped(f"{'nothing else' if row['won'] else 'nothing'} within: {row['bound']}", "  ")


def files(found: list[tuple[Bench, Searched | Tried]]) -> dict[str, str]:
    """Each run that wins as a file: the honest steps, then the moves with their codes."""
    texts: dict[str, str] = {}
    for bench, searched in found:
        if not isinstance(searched, Searched):
            continue
        steps = bench.protocol.transactions
        for one in searched.won:
            moves = [{"move": move.kind, "place": move.place, "code": move.code, **encode(move.action, steps)}
                     for move in one.found.place.moves]  # fmt: skip
            named = {"power": searched.power.name, "text": text_of(bench), "by": searched.by, "claim": one.claim, "said": one.said}
            document = {**named, "prefix": [encode(action, steps) for action in one.start.steps], "moves": moves}
            name = evidence.file_label(f"{text_of(bench)} {searched.power.name} {searched.by} {one.judge}").replace(" ", "-")
            texts[f"{name}.json"] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return texts
