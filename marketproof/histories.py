"""`marketproof judge --histories`: the judge on generated ledgers whose culprits are known."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketproof import evidence
from marketproof.accepted import file_of
from marketproof.judge import Judge, entries_of, text_of
from marketproof.judge_results import HEADER, cells
from marketproof.judging import guilt
from marketproof.progress import Progress
from marketproof.variants import text_digest
from model.enumeration import Action
from model.histories import Wandering
from model.worlds import World, start_of
from properties.disputes import DISPUTES, Dispute
from reports import terminal
from spec.schema import using
from spec.tree import Expression, boolean

HISTORIES_SCHEMA = 1


@dataclass
class Count:
    """Of one dispute: histories, those with a harm or a complaint that somebody caused, and what the judge said of them."""

    dispute: str
    decidable: bool
    histories: int = 0
    to_judge: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    undecided: int = 0

    @property
    def missed(self) -> int:
        """Of a dispute that can always be decided, the histories in which nobody was blamed who caused it."""
        return self.to_judge - self.found if self.decidable else 0

    def as_data(self) -> dict[str, Any]:
        measured = {"recall": ratio(self.found, self.to_judge), "precision": ratio(self.right, self.right + self.wrong)}
        return {**self.__dict__, "missed": self.missed, **measured}


def ratio(part: int, whole: int) -> str:
    return f"{part}/{whole}"


@dataclass(frozen=True)
class Ground:
    """From where the histories of a dispute start, and what is a harm in it."""

    dispute: Dispute
    start: dict[Any, Any]
    prefix: list[Action]
    harm: Expression
    of: dict[tuple[str, ...], Wandering]


def judge_histories(known: Judge, given: argparse.Namespace, progress: Progress) -> int:
    """Judge so many histories; 0 when nobody honest was blamed and every decidable one was decided, else 1."""
    counts = {name: Count(name, guilt([one])[0] == "holds_to") for name, one in known.found.items() if "not_expressible" not in one}
    progress.start("histories")
    for number, (ground, world) in enumerate(histories(known, sorted(counts), given.histories, given.seed), 1):
        tally(known, counts[ground.dispute.name], ground, world)
        if given.out is not None:
            write(known, Path(given.out), number, ground, world)
        progress(f"{number} of {given.histories} judged")
    progress.done()
    found = {
        "schema": HISTORIES_SCHEMA, "variant": known.protocol.name, "text": text_digest(known.protocol), "histories": given.histories,
        "seed": given.seed, "disputes": [one.as_data() for one in counts.values()],
    }  # fmt: skip
    if given.accept:
        evidence.write_file(file_of("judge", known.protocol.name), json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else told(found))
    return 1 if any(one.wrong or one.missed for one in counts.values()) else 0


def histories(known: Judge, names: list[str], number: int, seed: int) -> Iterator[tuple[Ground, World]]:
    """As many as are asked for, of all disputes by turns, each from a seed of its own."""
    grounds = [ground_of(known, DISPUTES[name]) for name in names]
    for place in range(number):
        ground, rng = grounds[place % len(grounds)], random.Random(f"{seed} {place}")
        yield ground, ground.of[rng.choice(list(ground.of))].wander(rng)


def ground_of(known: Judge, dispute: Dispute) -> Ground:
    protocol, compiled = known.protocol, known.bench.compiled
    with using(protocol.schema):
        harm = boolean(dispute.harm())
    start, prefix = start_of(protocol, compiled, dispute)
    of = {one: Wandering(protocol, compiled, dispute, start, one) for one in dispute.coalitions}
    return Ground(dispute, start, prefix, harm, of)


def tally(known: Judge, count: Count, ground: Ground, world: World) -> None:
    found = known.judge(entries_of(known.steps, [*ground.prefix, *world.run]))
    complained = any(name in known.said for name, _ in world.run)
    view = ground.of[world.coalition].steps.view(world.rows)
    to_judge = bool(world.culprits) and (complained or bool(known.bench.compiled.holds(ground.harm, {}, view)))
    count.histories += 1
    count.to_judge += to_judge
    count.found += to_judge and bool(found.members & world.culprits)
    count.right += len(found.members & world.culprits)
    count.wrong += len(found.members - world.culprits)
    count.undecided += to_judge and not found.members


def write(known: Judge, folder: Path, number: int, ground: Ground, world: World) -> None:
    """The ledger of a history, and beside it who deviated."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = folder / f"history-{number:04}.jsonl"
    evidence.write_file(ledger, text_of(entries_of(known.steps, [*ground.prefix, *world.run])))
    truth = {"dispute": ground.dispute.name, "coalition": list(world.coalition), "culprits": sorted(world.culprits)}
    evidence.write_file(ledger.with_suffix(".culprits.json"), json.dumps(truth, indent=1) + "\n")


def told(found: dict[str, Any]) -> str:
    lines = terminal.table(HEADER, map(cells, found["disputes"]))
    return f"{found['histories']} histories of {found['variant']!r}, seed {found['seed']}\n{lines}"
