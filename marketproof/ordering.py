"""What each power over the order of transactions wins in a text, by search from every state of an honest run; replayed on a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from adversaries.ledger import NOBODY, NOTHING, LedgerPower, lesser_than
from marketproof.bench import Bench
from marketproof.ordering_ledger import Replay
from marketproof.winning import FIRST, PARTS, goals_of
from model.enumeration import Action, Rows, Steps
from model.ordering import Objection, Ordering, begun
from model.ordering_statements import Statement, asked_of, of_claims, statements
from model.scope import Scope
from spec.errors import SpecificationError

SCOPE = Scope(1, 2)
MOST, LONGEST = 1_500, 90
BOUND = "no run of {} moves from any of {} states of an honest run at {}, among {} moves looked at{}"


@dataclass(frozen=True)
class Start:
    """A state of the honest run, with the steps to it."""

    rows: Rows
    steps: tuple[Action, ...]


@dataclass(frozen=True)
class Won:
    """What a power wins in a text: the claim, its sentence, what the ledger showed, and the moves after the honest steps of the start."""

    judge: str
    claim: str
    sentence: str
    said: str
    start: Start
    found: Objection
    moves: list[str]

    def as_dict(self) -> dict[str, Any]:
        said = {"claim": self.claim, "sentence": self.sentence, "said": self.said}
        return {**said, "after": len(self.start.steps), "moves": self.moves}


@dataclass
class Searched:
    """The answer for one power, text and role: what is won, or within which bound nothing is."""

    power: LedgerPower
    by: str
    won: list[Won]
    bound: str

    def as_dict(self, text: str) -> dict[str, Any]:
        weak = f"a ledger that never answers {' or '.join(sorted(self.power.unchecked))}" if self.power.unchecked else ""
        return {"power": self.power.name, "described": self.power.described, "text": text, "by": self.by or "orderer", "ledger": weak,
                "won": [one.as_dict() for one in self.won], "bound": self.bound}  # fmt: skip


@dataclass
class Powers:
    """The powers on one text. ledger: on which runs are replayed. nth: only every nth state of the honest run is a start."""

    bench: Bench
    ledger: str = "memory"
    nth: int = 1
    _known: dict[tuple[str, str, int], tuple[dict[str, tuple[Start, Objection]], str]] = field(default_factory=dict)

    @cached_property
    def statements(self) -> dict[str, Statement]:
        titles = {label: part.parts[0].statement for label, part in PARTS.items()}
        try:
            goals = goals_of(self.bench)
        except SpecificationError:  # a text without the tables of a market: its order is judged, no claim of the paper speaks of it
            goals = {}
        return {**statements(self.bench.protocol), **of_claims(goals, titles)}

    @cached_property
    def starts(self) -> list[Start]:
        """The states of an honest run from nothing in which nobody has anything to do off the ledger."""
        protocol, compiled = self.bench.protocol, self.bench.compiled
        ordered = dict(sorted(protocol.transactions.items(), key=lambda known: known[1].on_ledger))
        steps = Steps(compiled, SCOPE.universe(protocol, spares=False), frozenset(), ordered)
        rows, taken, found = dict(SCOPE.facts()), list[Action](), list[Start]()
        while len(taken) < LONGEST and (useful := first_of(steps, rows)) is not None:
            action, changed = useful
            if protocol.transactions[action[0]].on_ledger:
                found.append(Start(dict(rows), tuple(taken)))
            rows.update(changed)
            taken.append(action)
        return [*found, Start(dict(rows), tuple(taken))][:: self.nth]

    def searched(self, power: LedgerPower, by: str) -> Searched:
        """What it wins that no lesser power wins, nor the same in nobody's hands; each replayed."""
        found, bound = self.found(power, by, power.moves)
        lesser = [(one, role) for one in lesser_than(power) for role in {by, *NOBODY} & {*one.by}] + [(NOTHING, by)]
        lesser += [(power, role) for role in NOBODY if role in power.by and role != by]
        known = {name for one, role in lesser for name in self.found(one, role, power.moves)[0]}
        won = [self.replayed(power, by, start, objection) for name, (start, objection) in found.items() if name not in known]
        return Searched(power, by, won, bound)

    def found(self, power: LedgerPower, by: str, most: int) -> tuple[dict[str, tuple[Start, Objection]], str]:
        """For each judge that objects the shortest run of all starts; and the bound."""
        if (power.name, by, most) not in self._known:
            self._known[power.name, by, most] = self._search(power, by, most)
        return self._known[power.name, by, most]

    def _search(self, power: LedgerPower, by: str, most: int) -> tuple[dict[str, tuple[Start, Objection]], str]:
        bench, best = self.bench, dict[str, tuple[Start, Objection]]()
        steps = Steps(bench.compiled, SCOPE.universe(bench.protocol, spares=False), members_of(by), bench.protocol.transactions)
        tables = {name for name, table in bench.protocol.schema.tables.items() if table.on_ledger}
        looked, limited = 0, False
        for number, start in enumerate(self.starts, start=1):
            bench.progress(f"{power.name} {by}: state {number} of {len(self.starts)}")
            ordering = Ordering(steps, power, asked_of(power, self.statements), MOST)
            for name, objection in ordering.search(begun(start.rows, tables), most).items():
                if name not in best or len(objection.place.moves) < len(best[name][1].place.moves):
                    best[name] = start, objection
            looked, limited = looked + ordering.looked, limited or ordering.limited
        limit = f" (from some states only the first {MOST} places)" if limited else ""
        return best, BOUND.format(most, len(self.starts), SCOPE, looked, limit)

    def replayed(self, power: LedgerPower, by: str, start: Start, found: Objection) -> Won:
        replay = Replay(self.bench.protocol, self.bench.compiled, SCOPE, self.ledger)
        one = self.statements[found.judge]
        said = replay.confirm(start.steps, members_of(by), power, found, one.judge)
        moves = [move.told(self.bench.protocol.transactions[move.action[0]]) for move in found.place.moves]
        return Won(found.judge, one.claim, one.sentence, said, start, found, moves)

    def by_each(self, power: LedgerPower) -> Iterator[Searched]:
        """The power in the hands of each who may have it."""
        yield from (self.searched(power, by) for by in power.by)


def members_of(by: str) -> frozenset[str]:
    return frozenset([FIRST[by]] if by else ())


def first_of(steps: Steps, rows: Rows) -> tuple[Action, Rows] | None:
    """The first step of somebody honest that changes something; the clock moves when there is no other."""
    for name in sorted(steps.transactions, key=lambda known: known == "Tick"):
        if name.startswith("Submit"):
            continue
        for given in steps.honest(rows, name):
            changed = steps.after(rows, name, given)
            if changed and any(rows.get(row) != value for row, value in changed.items()):
                return (name, given), changed
    return None
