"""A run of the ordering search on a ledger: calls are endorsed, submitted, taken by the orderer as the search says, validated.

The ledger gives the codes and the rows, and the same judge is asked of it; what differs from the search is an error of the tool.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from adversaries.ledger import MEMPOOL, LedgerPower
from ledger_runtime.blocks import Endorsed
from ledger_runtime.digests import to_ledger
from ledger_runtime.network import parts_of
from ledger_runtime.world import StepRefused, World
from marketproof.errors import ToolDisagrees
from model.enumeration import Action, Rows
from model.ordering import Objection, Place
from model.ordering_moves import ASKED, COMMITTED, DONE, VALID, Judge, Move, Moved, Result, Writer, same_subject
from model.scope import Scope
from spec.compiled import Compiled
from spec.concrete import Row, RowId
from spec.errors import Refused
from spec.text import Protocol


@dataclass
class OnLedger:
    """A ledger with what waits, what its clients were shown, and who wrote what, while moves are taken on it."""

    world: World
    power: LedgerPower
    waiting: list[tuple[Endorsed, int]] = field(default_factory=list)
    shown: list[Endorsed] = field(default_factory=list)
    writers: dict[str, Writer] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    history: list[Action] = field(default_factory=list)
    serial: int = 0

    def move(self, move: Move) -> Moved:
        """Take one move; what judges see of it.  Raises StepRefused or Refused where the ledger or a party does not take it."""
        step = self.world.protocol.transactions[move.action[0]]
        given, before = self.world.translated(step, move.action[1]), self.world.view()
        if move.kind == DONE:
            self.world.take(step, move.action[1])
            return self.seen(move, given, before, None, 0)
        if move.kind == COMMITTED:
            return self.commit(move, given, before)
        if not self.world.may_send(step, given):
            raise StepRefused(f"{given['caller']} would not or could not send it")
        endorsed = self.world.network.propose(step.name, given)
        self.serial += 1
        seen = self.seen(move, given, before, endorsed, self.serial)
        if move.kind == ASKED:
            self.submit(endorsed, given)
        else:
            self.shown.append(endorsed)
        return replace(seen, after=self.world.view())

    def submit(self, endorsed: Endorsed, given: dict[str, Any]) -> None:
        self.world.network.submit(endorsed)
        self.waiting.append((endorsed, self.serial))
        submission = self.world.protocol.transactions.get(f"Submit{endorsed.transaction}")
        if submission is not None and MEMPOOL in self.power.allows:
            self.world.beside.update(self.world.compiled.observe(submission, given, self.world.view()))

    def commit(self, move: Move, given: dict[str, Any], before: Any) -> Moved:
        """The orderer takes the transaction from its place; every peer validates the block."""
        endorsed, serial = self.waiting.pop(move.place)
        seen = self.seen(move, given, before, endorsed, serial)
        again, changed, looks = seen.again(), seen.changed(), seen.looks()
        seen = replace(seen, told=tuple(self.told), history=tuple(self.history))
        step = self.world.protocol.transactions[endorsed.transaction]
        observed = self.world.compiled.observe(step, given, before)
        code = str(self.world.network.cut([move.place]).codes[0])
        if code != move.code:
            raise StepRefused(f"validation code {code} instead of {move.code}")
        if code == VALID:
            self.world.beside.update(observed)
            self.writers |= dict.fromkeys(endorsed.read_write_set.writes, Writer(endorsed.creator, endorsed.transaction, serial))
            self.told += [] if endorsed.event is None else [endorsed.event]
            self.history.append((endorsed.transaction, given))
        return replace(seen, after=self.world.view(), again=lambda: again, changed=lambda: changed, looks=lambda: looks)

    def seen(self, move: Move, given: dict[str, Any], before: Any, endorsed: Endorsed | None, serial: int) -> Moved:
        step = self.world.protocol.transactions[move.action[0]]
        return Moved(
            move, step, given, self.world.compiled, before, self.world.view(), self.told, self.history,
            None if endorsed is None else self.result(endorsed.read_write_set.writes, endorsed.event), serial,
            lambda: self.again(step.name, given), lambda: [] if endorsed is None else self.changed(endorsed),
            lambda: [] if endorsed is None else self.looks(endorsed),
        )  # fmt: skip

    # What the ledger says of a call.

    def result(self, writes: Any, event: Any) -> Result:
        codec = self.world.network.codec
        return Result(dict(codec.checked(key, value) for key, value in writes.items()), event)

    def again(self, name: str, given: dict[str, Any]) -> Result | None:
        network = self.world.network
        try:
            simulated = network.chaincode.simulate(name, given, network.ledger.store)
        except Refused:
            return None
        return self.result(simulated.read_write_set.writes, simulated.event)

    def changed(self, endorsed: Endorsed) -> list[Writer]:
        store, found = self.world.network.ledger.store, set[str]()
        for key, version in endorsed.read_write_set.reads.items():
            found |= {key} if store.version(key) != version else set()
        for prefix, known in endorsed.read_write_set.ranges.items():
            found |= {key for key, version in store.range(prefix) if (key, version) not in known}
        return sorted({self.writers[key] for key in found if key in self.writers}, key=repr)

    def looks(self, endorsed: Endorsed) -> list[Result]:
        return [self.result(one.read_write_set.writes, one.event) for one in self.shown if self.same_question(one, endorsed)]

    def same_question(self, one: Endorsed, other: Endorsed) -> bool:
        known = one.read_write_set.reads
        step = self.world.protocol.transactions[other.transaction]
        return one.transaction == other.transaction and same_subject(step.parameters, one.arguments, other.arguments) and all(
            key in known and known[key] == version for key, version in other.read_write_set.reads.items())  # fmt: skip


@dataclass(frozen=True)
class Replay:
    """What is needed to take runs on a ledger. kind: as `network.parts_of`."""

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    kind: str = "memory"

    def begun(self, prefix: Iterable[Action], members: frozenset[str], power: LedgerPower) -> OnLedger:
        """A ledger after the honest steps of the start, without the checks that the power needs to be absent."""
        parts = replace(parts_of(self.kind), unchecked=power.unchecked)
        universe = self.scope.universe(self.protocol)
        world = World(self.protocol, self.scope.facts(), frozenset(), universe, compiled=self.compiled, ledger=parts)
        for name, given in prefix:
            world.take(self.protocol.transactions[name], given)
        world.coalition = members
        return OnLedger(world, power)

    def confirm(self, prefix: Iterable[Action], members: frozenset[str], power: LedgerPower, found: Objection, judge: Judge) -> str:
        """Take the run; the judge must object to its last move and to none before, and the rows must be those of the search."""
        said = ""
        try:
            ledger = self.begun(prefix, members, power)
            for number, move in enumerate(found.place.moves, start=1):
                said = judge(ledger.move(move))
                if said and number < len(found.place.moves):
                    raise ToolDisagrees(f"{power.name}: {found.judge} is broken on the ledger by move {number} already: {said}")
        except (StepRefused, Refused) as error:
            raise ToolDisagrees(f"{power.name}: the ledger does not take the run that breaks {found.judge}: {error}") from error
        if not said:
            raise ToolDisagrees(f"{power.name}: on the ledger the run does not break {found.judge}: {found.said}")
        self.same_rows(ledger, found.place, power)
        return said

    def same_rows(self, ledger: OnLedger, place: Place, power: LedgerPower) -> None:
        tables = self.protocol.schema.tables
        known = {row: value for row, value in ledger.world.view().rows.items() if row[0] in tables}
        wanted = digested(self.protocol, {row: value for row, value in place.rows.items() if row[0] in tables}, ledger.world)
        differing = sorted({str(row) for row in {*wanted, *known} if wanted.get(row) != known.get(row)})
        if differing:
            raise ToolDisagrees(f"{power.name}: after the run the rows on the ledger differ from the search: {', '.join(differing[:3])}")


def digested(protocol: Protocol, rows: Rows, world: World) -> dict[RowId, Row]:
    """Rows of the search with digests for pre-images."""
    oracle, found = world.network.oracle, dict[RowId, Row]()
    for (name, key), row in rows.items():
        table = protocol.schema.tables[name]
        keys = tuple(to_ledger(kind, value, oracle) for (_, kind), value in zip(table.key, key, strict=True))
        found[name, keys] = tuple(to_ledger(kind, value, oracle) for kind, value in zip(table.cells.values(), row, strict=True))
    return found
