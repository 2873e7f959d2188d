"""`marketproof adversaries`: every declared adversary with the claim and the text on which it wins, or what was tried in vain."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from adversaries.declared import FAMILIES, Declared, declared
from marketproof import evidence
from marketproof.accepted import committed, file_of
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.ordering import Powers
from marketproof.orders import WEAKER, bench_of, by_name, text_of
from marketproof.progress import Progress
from marketproof.variants import load, text_digest, variant_named
from marketproof.winning import Win, by_behaviour, by_grinding, by_knowledge, by_power
from marketproof.winning_plays import Ground, as_strategy, by_strategy, played, weakened
from model.payoffs import NotLinear
from reports import terminal
from spec.errors import choices

TEXTS = ("paper", "hardened")
FILE = file_of("adversaries", "all")
NOWHERE = "wins nowhere: not on {}, and not where one amendment of {} is left out"
SEARCHES = {"power": by_power, "knowledge": by_knowledge, "behaviour": by_behaviour, "grinding": by_grinding}


@dataclass
class Winning:
    """The texts on which adversaries are tried, in their order."""

    progress: Progress
    benches: dict[str, Bench] = field(default_factory=dict)
    grounds: dict[str, Ground] = field(default_factory=dict)
    orders: dict[str, Powers] = field(default_factory=dict)

    def bench(self, text: str) -> Bench:
        if text not in self.benches:
            self.benches[text] = Bench(load(text, []), progress=self.progress, source=text)
        return self.benches[text]

    def ground(self, text: str) -> Ground:
        if text not in self.grounds:
            self.grounds[text] = Ground(self.bench(text), text)
        return self.grounds[text]

    def powers(self, text: str) -> Powers:
        if text not in self.orders:
            self.orders[text] = Powers(bench_of(text, self.progress))
        return self.orders[text]

    def on(self, one: Declared, text: str) -> Iterator[Win]:
        """Where it wins on a text."""
        if one.family == "strategy":
            yield from by_strategy(self.ground(text), one)
            return
        if one.family == "ledger":
            yield from by_order(self.powers(text), one)
            return
        try:
            yield from SEARCHES[one.family](self.bench(text), one)
        except NotLinear:
            return
        if one.family == "behaviour":
            yield from played(self.ground(text), as_strategy(one), one.role)

    def first(self, one: Declared) -> Win | None:
        """The first win on the texts as they are."""
        self.progress(one.label)
        weaker = [WEAKER[one.name]] if one.family == "ledger" and one.name in WEAKER else []
        return next((win for text in (*TEXTS, *weaker) for win in self.on(one, text)), None)

    def weak(self, left: list[Declared]) -> Iterator[tuple[Declared, Win]]:
        """For those that win on no text as it is, the first weakened one on which each does."""
        left = [one for one in left if one.family == "strategy"]
        for ground in weakened(variant_named(TEXTS[-1])) if left else ():
            self.progress(ground.name)
            for one in list(left):
                win = next(by_strategy(ground, one), None)
                if win is not None:
                    left.remove(one)
                    yield one, win
            if not left:
                return


def by_order(powers: Powers, one: Declared) -> Iterator[Win]:
    """What a power over a ledger wins that no lesser one does (`marketproof orders`)."""
    for searched in by_name(powers, one.name):
        row = searched.as_dict(text_of(powers.bench))
        text = f"{row['text']}, {row['ledger']}" if row["ledger"] else row["text"]
        for won in row["won"]:
            yield Win(won["claim"], text, row["by"], len(won["moves"]), won["said"], won["moves"])


def adversaries(given: argparse.Namespace) -> int:
    """Print where each wins; 0 always: one that wins nowhere is listed as such."""
    chosen = chosen_of(given.family)
    if given.accept and given.family:
        raise UserError("--accept takes all adversaries, without --family")
    progress = Progress()
    progress.start("adversaries")
    rows = rows_of(chosen, progress)
    progress.done()
    if given.accept:
        document = {"texts": texts(), "adversaries": rows}
        evidence.write_file(FILE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps({"adversaries": rows}, indent=1, ensure_ascii=False) if given.json else told(rows))
    return 0


def chosen_of(families: list[str]) -> list[Declared]:
    for family in families:
        if family not in FAMILIES:
            raise UserError(f"no family {family!r} of adversaries; choices: {choices(FAMILIES)}")
    return [one for one in declared() if not families or one.family in families]


def rows_of(chosen: Iterable[Declared], progress: Progress) -> list[dict[str, Any]]:
    """For each adversary what it is, and where it wins: None where it does not."""
    winning, known = Winning(progress), dict[str, Win | None]()
    listed = list(chosen)
    for one in listed:
        known[one.label] = winning.first(one)
    for one, win in winning.weak([one for one in listed if known[one.label] is None]):
        known[one.label] = win
    return [{"family": one.family, "name": one.name, "role": one.role, "described": one.described, "wins": as_data(known[one.label])}
            for one in listed]  # fmt: skip


def as_data(win: Win | None) -> dict[str, Any] | None:
    return None if win is None else win.as_dict()


def texts() -> dict[str, str]:
    return {name: text_digest(load(name, [])) for name in TEXTS}


def accepted() -> list[dict[str, Any]] | None:
    """The committed rows, if they are of the texts as they are."""
    known = committed("adversaries", "all", texts=texts())
    return None if known is None else list(known["adversaries"])


def told(rows: Iterable[dict[str, Any]]) -> str:
    return terminal.table(("adversary", "wins on", "claim", "by", "steps", "how"), map(cells, rows))


def cells(row: dict[str, Any]) -> list[str]:
    label, win = Declared(row["family"], row["name"], "", row["role"]).label, row["wins"]
    if win is None:
        return [label, "nowhere", "", "", "", NOWHERE.format(" and ".join(TEXTS), TEXTS[-1])]
    return [label, win["text"], win["claim"], win["coalition"], str(win["steps"]), win["how"]]
