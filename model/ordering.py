"""Execute, order, validate as a search: calls are endorsed on a state, wait, and commit or are refused in some order.

A place is the committed rows with a version for each, and what waits.  Moves are what the power at hand allows; without any, a call is
endorsed, ordered and committed before anybody else acts, as the atomic meaning has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adversaries.ledger import DELAY, DISCARD, MEMPOOL, PHANTOM, REORDER, STALE, LedgerPower
from model.enumeration import Action, Rows, Steps
from model.ordering_moves import ASKED, COMMITTED, DONE, DROPPED, VALID, Judge, Move, Moved, Result, Writer, same_subject
from spec.concrete import Key, RowId, View
from spec.kinds import Kind, Term

Range = tuple[str, Key]
Versions = dict[RowId, int]


@dataclass(frozen=True)
class Waiting:
    """A call with what it was computed from and what it will write. serial: its number among those that were submitted."""

    action: Action
    reads: tuple[tuple[RowId, int], ...]
    ranges: tuple[tuple[Range, tuple[tuple[RowId, int], ...]], ...]
    result: Result
    serial: int

    @property
    def sender(self) -> Any:
        return self.action[1]["caller"]

    @property
    def identity(self) -> Any:
        return self.action[0], tuple(self.action[1].items()), self.reads


@dataclass(frozen=True)
class Place:
    """Where a run stands. writers: who wrote each row last; told: events of valid calls; history: valid calls; seen: results looked at."""

    rows: Rows
    versions: Versions
    waiting: tuple[Waiting, ...] = ()
    moves: tuple[Move, ...] = ()
    writers: Mapping[RowId, Writer] = field(default_factory=dict)
    told: tuple[Any, ...] = ()
    history: tuple[Action, ...] = ()
    seen: tuple[Waiting, ...] = ()
    serial: int = 0

    def identity(self) -> Any:
        return frozenset(self.rows.items()), tuple(one.identity for one in self.waiting), tuple(one.identity for one in self.seen)


@dataclass(frozen=True)
class Objection:
    """What a judge said of the last move of a run."""

    judge: str
    said: str
    place: Place


@dataclass
class Ordering:
    """A text under a power. steps: with the members that deviate; judges: what must not happen, by name; most: of places from one start."""

    steps: Steps
    power: LedgerPower
    judges: Mapping[str, Judge]
    most: int = 400
    most_waiting: int = 2
    looked: int = 0
    limited: bool = False

    def search(self, start: Place, depth: int) -> dict[str, Objection]:
        """For each judge the shortest run of at most `depth` moves to which it objects, with what it says."""
        found: dict[str, Objection] = {}
        seen, level = {start.identity()}, [start]
        for left in range(depth, 0, -1):
            following: list[Place] = []
            for place in level:
                for moved, after in self.moves(place, left):
                    self.looked += 1
                    self.ask(found, moved, after)
                    if left > 1 and (identity := after.identity()) not in seen:
                        self.limited |= len(seen) >= self.most
                        if len(seen) < self.most:
                            seen.add(identity)
                            following.append(after)
            level = following
        return found

    def ask(self, found: dict[str, Objection], moved: Moved, after: Place) -> None:
        for name, judge in self.judges.items():
            if name not in found and (said := judge(moved)):
                found[name] = Objection(name, said, after)

    def moves(self, place: Place, left: int) -> Iterator[tuple[Moved, Place]]:
        """What can be done next, with the place after it; no call is asked for that is not taken in the moves that are left."""
        allows = self.power.allows
        for position, call in enumerate(place.waiting):
            if position == 0 or REORDER in allows:
                yield self.committed(place, position, call)
        if place.waiting and (DELAY not in allows or len(place.waiting) >= self.most_waiting):
            return
        for name, given in self.proposals(place, len(place.waiting) + 2 <= left or DISCARD in allows):
            if not self.steps.transactions[name].on_ledger:
                yield self.done(place, (name, given))
            elif (answer := self.endorsed(place, (name, given))) is not None:
                yield from self.asked(place, answer)

    def asked(self, place: Place, call: Waiting) -> Iterator[tuple[Moved, Place]]:
        """A call that is endorsed: submitted, or dropped by who may look first."""
        if not any(call.action == other.action for other in place.waiting):
            rows = {**place.rows, **self.published(call, place)}
            changed = {"rows": rows, "waiting": (*place.waiting, call), "serial": call.serial}
            yield self.moved(place, Move(ASKED, call.action), call, changed)
        if DISCARD in self.power.allows and call.sender in self.steps.coalition:
            yield self.moved(place, Move(DROPPED, call.action), call, {"seen": (*place.seen, call), "serial": call.serial})

    # Who calls what.

    def proposals(self, place: Place, calls: bool) -> Iterator[Action]:
        """Steps off the ledger, and calls if they are wanted: of each honest member's the first of each step; of deviating members' all."""
        known: set[Any] = set()
        for name, step in self.steps.transactions.items():
            if name.startswith("Submit") or (step.on_ledger and not calls):
                continue
            for given in self.steps.honest(place.rows, name):
                if (name, given["caller"]) not in known:
                    known.add((name, given["caller"]))
                    yield name, given
            if self.steps.coalition and step.on_ledger:
                for given in self.of_members(place, name):
                    if (key := (name, tuple(given.items()))) not in known:
                        known.add(key)
                        yield name, given

    def of_members(self, place: Place, name: str) -> Iterator[dict[str, Any]]:
        """Their duties, and what repeats pre-images that stand somewhere; of who reads the mempool, what repeats those that lie there."""
        terms = self.terms(name)
        if MEMPOOL not in self.power.allows:
            yield from self.steps.as_if_honest(place.rows, name)
            yield from self.steps.repeated(place.rows, name, terms)
            return
        sent = [call.action for call in place.waiting if call.sender not in self.steps.coalition]
        lie = {given[one] for call, given in sent for one in self.terms(call)}
        if lie:
            yield from (one for one in self.steps.repeated(place.rows, name, terms, sent) if any(one[term] in lie for term in terms))

    def terms(self, name: str) -> list[str]:
        """The parameters of a call that are pre-images."""
        return [one for one, kind in self.steps.transactions[name].parameters.items() if isinstance(kind, Term)]

    def published(self, call: Waiting, place: Place) -> Rows:
        """What a call that waits tells who reads the mempool."""
        name, given = call.action
        submission = self.steps.compiled.protocol.transactions.get(f"Submit{name}")
        if submission is None or MEMPOOL not in self.power.allows:
            return {}
        return self.steps.compiled.observe(submission, given, self.steps.view(place.rows))

    # What becomes of it.

    def endorsed(self, place: Place, action: Action) -> Waiting | None:
        """What an endorser computes now; None where a guard refuses it."""
        name, given = action
        reads: dict[RowId, int] = {}
        ranges: dict[Range, tuple[tuple[RowId, int], ...]] = {}

        def on_read(table: str, key: Key) -> None:
            reads[table, key] = place.versions.get((table, key), 0)

        def on_range(table: str, prefix: Key) -> None:
            ranges[table, prefix] = in_range(place, (table, prefix))

        view = View(self.steps.compiled.schema, place.rows, self.steps.universe, self.steps.coalition, on_read=on_read, on_range=on_range)
        outcome = self.steps.compiled.run(self.steps.transactions[name], given, view)
        if outcome.refused:
            return None
        return Waiting(action, tuple(reads.items()), tuple(ranges.items()), Result(outcome.writes, outcome.event), place.serial + 1)

    def code_of(self, place: Place, call: Waiting) -> str:
        """What validation says of it now."""
        unchecked = self.power.unchecked
        if STALE not in unchecked and any(place.versions.get(row, 0) != version for row, version in call.reads):
            return STALE
        if PHANTOM not in unchecked and any(in_range(place, known) != found for known, found in call.ranges):
            return PHANTOM
        return VALID

    def committed(self, place: Place, position: int, call: Waiting) -> tuple[Moved, Place]:
        code = self.code_of(place, call)
        changed: dict[str, Any] = {"waiting": (*place.waiting[:position], *place.waiting[position + 1 :])}
        if code == VALID:
            name, given = call.action
            observed = self.steps.compiled.observe(self.steps.transactions[name], given, self.steps.view(place.rows))
            changed["rows"] = {**place.rows, **call.result.writes, **observed}
            changed["versions"] = {**place.versions, **{row: place.versions.get(row, 0) + 1 for row in call.result.writes}}
            changed["writers"] = {**place.writers, **dict.fromkeys(call.result.writes, Writer(call.sender, name, call.serial))}
            changed["told"] = (*place.told, *([] if call.result.event is None else [call.result.event]))
            changed["history"] = (*place.history, call.action)
        return self.moved(place, Move(COMMITTED, call.action, position, code), call, changed)

    def done(self, place: Place, action: Action) -> tuple[Moved, Place]:
        rows = {**place.rows, **(self.steps.after(place.rows, *action) or {})}
        return self.moved(place, Move(DONE, action), None, {"rows": rows})

    def moved(self, place: Place, move: Move, call: Waiting | None, changed: dict[str, Any]) -> tuple[Moved, Place]:
        after = replace(place, moves=(*place.moves, move), **changed)
        step, view = self.steps.transactions[move.action[0]], self.steps.view

        def again() -> Result | None:
            now = self.endorsed(place, move.action)
            return None if now is None else now.result

        def looks() -> list[Result]:
            return [] if call is None else [one.result for one in place.seen if same_question(one, call, step.parameters)]

        result, serial = (None, 0) if call is None else (call.result, call.serial)
        return Moved(
            move, step, move.action[1], self.steps.compiled, view(place.rows), view(after.rows), place.told, place.history, result, serial,
            again, lambda: [] if call is None else changed_under(place, call), looks,
        ), after  # fmt: skip


def in_range(place: Place, known: Range) -> tuple[tuple[RowId, int], ...]:
    """The rows below a prefix with their versions."""
    table, prefix = known
    found = [(row, place.versions.get(row, 0)) for row in place.rows if row[0] == table and row[1][: len(prefix)] == prefix]
    return tuple(sorted(found, key=repr))


def changed_under(place: Place, call: Waiting) -> list[Writer]:
    """Who changed what a waiting call has read."""
    rows = [row for row, version in call.reads if place.versions.get(row, 0) != version]
    rows += [row for known, found in call.ranges for row, version in in_range(place, known) if (row, version) not in found]
    return sorted({place.writers[row] for row in rows if row in place.writers}, key=repr)


def same_question(one: Waiting, other: Waiting, kinds: Mapping[str, Kind]) -> bool:
    """Whether two results are of the same step by the same member about the same assets, computed from one state."""
    known = dict(one.reads)
    same_state = all(known.get(row) == version for row, version in other.reads)
    return one.action[0] == other.action[0] and same_state and same_subject(kinds, one.action[1], other.action[1])


def begun(rows: Rows, tables: Collection[str]) -> Place:
    """A start: every committed row has its first version."""
    return Place(dict(rows), {row: 1 for row in rows if row[0] in tables})
