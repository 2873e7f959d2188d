"""Execute, order, validate as a search: calls are endorsed on a state, wait, and commit or are refused in some order.

A state is the committed rows with a version for each, and what waits.  Moves are what the powers at hand allow; without any, a call is
endorsed, ordered and committed before anybody else acts, as the atomic meaning has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adversaries.ledger import DELAY, DISCARD, PHANTOM, REORDER, STALE, LedgerPower
from model.enumeration import Action, Rows, Steps
from spec.concrete import Key, RowId, View
from spec.kinds import Term

Versions = dict[RowId, int]
Range = tuple[str, Key]
VALID, STALE_CODE, PHANTOM_CODE = "VALID", "MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT"


@dataclass(frozen=True)
class Waiting:
    """A call with what it was computed from and what it will write."""

    action: Action
    reads: tuple[tuple[RowId, int], ...]
    ranges: tuple[tuple[Range, tuple[tuple[RowId, int], ...]], ...]
    writes: tuple[tuple[RowId, tuple[Any, ...]], ...]
    event: tuple[str, Key] | None

    @property
    def sender(self) -> Any:
        return self.action[1]["caller"]


@dataclass(frozen=True)
class Move:
    """What was done: asked (endorsed and submitted), dropped (endorsed only), committed (with its code), or done off the ledger."""

    kind: str
    action: Action
    place: int = 0
    code: str = ""


@dataclass(frozen=True)
class Place:
    """Where a run stands. writers: who wrote each row last, by which step; told: events of valid calls; seen: results looked at."""

    rows: Rows
    versions: Versions
    waiting: tuple[Waiting, ...] = ()
    moves: tuple[Move, ...] = ()
    writers: dict[RowId, tuple[Any, str]] = field(default_factory=dict)
    told: tuple[Any, ...] = ()
    seen: tuple[Waiting, ...] = ()

    def identity(self) -> Any:
        calls = tuple((one.action[0], tuple(one.action[1].items()), one.reads) for one in self.waiting)
        return frozenset(self.rows.items()), calls, frozenset(one.writes for one in self.seen)


Judge = Callable[["Ordering", Place, Place, Move, "Waiting | None"], str]
"""Says what a move broke, given the places before and after it; empty if nothing."""


@dataclass
class Ordering:
    """A text under a power. steps: of members that deviate; judges: what must not happen, by name."""

    steps: Steps
    power: LedgerPower
    judges: Mapping[str, Judge]
    most_states: int = 2_000
    most_waiting: int = 2

    def search(self, start: Place, depth: int) -> dict[str, tuple[Place, str]]:
        """For each judge the shortest run of moves that it objects to, with what it says."""
        found: dict[str, tuple[Place, str]] = {}
        seen, level = {start.identity()}, [start]
        for _ in range(depth):
            following: list[Place] = []
            for place in level:
                for move, after, call in self.moves(place):
                    for name, judge in self.judges.items():
                        if name not in found and (said := judge(self, place, after, move, call)):
                            found[name] = after, said
                    identity = after.identity()
                    if identity not in seen and len(seen) < self.most_states:
                        seen.add(identity)
                        following.append(after)
            level = following
        return found

    def moves(self, place: Place) -> Iterator[tuple[Move, Place, Waiting | None]]:
        """What can be done next, with the place after it."""
        allows = self.power.allows
        for position, call in enumerate(place.waiting):
            if position == 0 or REORDER in allows:
                yield self.committed(place, position, call)
        if place.waiting and (DELAY not in allows or len(place.waiting) >= self.most_waiting):
            return
        for name, given in self.proposals(place):
            if not self.steps.transactions[name].on_ledger:
                yield self.done(place, (name, given))
                continue
            call = self.endorsed(place, (name, given))
            if call is None:
                continue
            if not any(call.action == other.action for other in place.waiting):
                move = Move("asked", call.action)
                yield move, replace(place, waiting=(*place.waiting, call), moves=(*place.moves, move)), call
            if DISCARD in allows and call.sender in self.steps.coalition:
                dropped = Move("dropped", call.action)
                yield dropped, replace(place, seen=(*place.seen, call), moves=(*place.moves, dropped)), call

    def proposals(self, place: Place) -> Iterator[Action]:
        """The duties of honest members; of deviating ones their duties, repetitions, and what they know of the mempool."""
        known: set[Any] = set()
        for name, step in self.steps.transactions.items():
            if name.startswith("Submit"):
                continue
            options = [*self.steps.honest(place.rows, name)]
            if self.steps.coalition and step.on_ledger:
                options += self.of_members(place, name)
            for given in options:
                key = name, tuple(given.items())
                if key not in known:
                    known.add(key)
                    yield name, given

    def of_members(self, place: Place, name: str) -> list[dict[str, Any]]:
        """What a deviating member sends: its duties, and what repeats pre-images that stand somewhere; or, of who reads the mempool, there."""
        step, rows = self.steps.transactions[name], self.published(place)
        any_of = [one for one, kind in step.parameters.items() if isinstance(kind, Term)]
        if not self.power.reads_mempool:
            return [*self.steps.as_if_honest(rows, name), *self.steps.repeated(rows, name, any_of)]
        sent = [call.action for call in place.waiting]
        known = {repr(given[one]) for call, given in sent for one in self.terms_of(call)}
        found = self.steps.repeated(rows, name, any_of, sent) if known else iter(())
        return [given for given in found if any(repr(given[one]) in known for one in any_of)]

    def terms_of(self, name: str) -> list[str]:
        return [one for one, kind in self.steps.transactions[name].parameters.items() if isinstance(kind, Term)]

    def published(self, place: Place) -> Rows:
        """The rows with what becomes public of waiting calls, for who reads the mempool."""
        rows = dict(place.rows)
        for call in place.waiting if self.power.reads_mempool else ():
            submission = self.steps.compiled.protocol.transactions.get(f"Submit{call.action[0]}")
            if submission is not None:
                rows.update(self.steps.compiled.observe(submission, call.action[1], self.steps.view(rows)))
        return rows

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
        return Waiting(action, tuple(reads.items()), tuple(ranges.items()), tuple(outcome.writes.items()), outcome.event)

    def code_of(self, place: Place, call: Waiting) -> str:
        """What validation says of it now."""
        allows = self.power.allows
        if STALE not in allows and any(place.versions.get(row, 0) != version for row, version in call.reads):
            return STALE_CODE
        if PHANTOM not in allows and any(in_range(place, known) != found for known, found in call.ranges):
            return PHANTOM_CODE
        return VALID

    def committed(self, place: Place, position: int, call: Waiting) -> tuple[Move, Place, Waiting]:
        code = self.code_of(place, call)
        move = Move("committed", call.action, position, code)
        after = replace(place, waiting=(*place.waiting[:position], *place.waiting[position + 1 :]), moves=(*place.moves, move))
        if code != VALID:
            return move, after, call
        name, given = call.action
        observed = self.steps.compiled.observe(self.steps.transactions[name], given, self.steps.view(place.rows))
        versions, writers = dict(place.versions), dict(place.writers)
        for row, _ in call.writes:
            versions[row], writers[row] = versions.get(row, 0) + 1, (call.sender, name)
        told = place.told if call.event is None else (*place.told, call.event)
        rows = {**place.rows, **dict(call.writes), **observed}
        return move, replace(after, rows=rows, versions=versions, writers=writers, told=told), call

    def done(self, place: Place, action: Action) -> tuple[Move, Place, None]:
        move = Move("done", action)
        rows = {**place.rows, **(self.steps.after(place.rows, *action) or {})}
        return move, replace(place, rows=rows, moves=(*place.moves, move)), None


def in_range(place: Place, known: Range) -> tuple[tuple[RowId, int], ...]:
    """The rows below a prefix with their versions."""
    table, prefix = known
    found = [(row, place.versions.get(row, 0)) for row in place.rows if row[0] == table and row[1][: len(prefix)] == prefix]
    return tuple(sorted(found, key=repr))


def begun(rows: Rows, tables: Collection[str]) -> Place:
    """A start: every committed row has its first version."""
    return Place(dict(rows), {row: 1 for row in rows if row[0] in tables})
