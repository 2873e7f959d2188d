"""The bridging theorem's statement: what each transaction reads and writes, and when; read from the tree that is executed.

An endorser evaluates lazily: a conjunction ends at its first false part, a quantifier at the first element that decides it.
A `Reading` says on which path a row or a range is read.  It never says more than is recorded: of a quantifier that is
decided early only the deciding element is described.  So what is proved from readings holds for recorded read sets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spec.checks import chaincode_expressions
from spec.schema import Binder, Schema, Write
from spec.tracing import Event, Transaction
from spec.tree import FALSE, TRUE, Expression, conjunction, disjunction, negation, node, substitute, walk

WHOLE = "whole row"
EXISTS = "exists"
QUANTIFIERS = ("every", "some", "count", "total")


@dataclass(frozen=True)
class Holds:
    """Evaluation comes here only where the condition holds in the state before the transaction."""

    condition: Expression

    def __hash__(self) -> int:
        return id(self.condition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holds) and self.condition is other.condition


@dataclass(frozen=True)
class Each:
    """Evaluation comes here for every element of a loop."""

    binder: Binder


@dataclass(frozen=True)
class Stop:
    """Evaluation comes here at the element that decides a quantifier: the first exception, or the first example."""

    quantifier: Expression

    def __hash__(self) -> int:
        return id(self.quantifier)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stop) and self.quantifier is other.quantifier

    @property
    def binder(self) -> Binder:
        domain, variable, condition, _ = self.quantifier._args
        return Binder(domain, variable, condition)

    @property
    def deciding(self) -> Expression:
        """What the deciding element meets."""
        body: Expression = self.quantifier._args[3]
        return negation(body) if self.quantifier._op == "every" else body


Path = tuple[Holds | Each | Stop, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """A row, or the range of rows under a prefix (where `keys` are fewer than the table has), that is read on a path.

    `cell` is what is wanted of it: a field, `exists`, or WHOLE for every field.
    """

    table: str
    keys: tuple[Expression, ...]
    path: Path
    cell: str

    @property
    def row(self) -> tuple[object, ...]:
        """The row or the range, comparable by structure."""
        return self.table, *map(id, self.keys)


@dataclass(frozen=True)
class Clause:
    """A guard, an effect or an event with what evaluating it reads."""

    name: str
    readings: tuple[Reading, ...]
    guard: Expression | None = None
    writes: tuple[Write, ...] = ()
    event: Event | None = None


def clauses(schema: Schema, transaction: Transaction) -> list[Clause]:
    """The clauses in the order of their evaluation: each guard if all before it hold, then all effects, then all events."""
    reader = Reader(schema, transaction)
    found = [Clause(f"guard {g.name}", distinct(reader.value(g.condition, ())), guard=g.condition) for g in transaction.guards.values()]
    for name, writes in transaction.effects.items():
        found.append(Clause(f"effect {name}", distinct(r for write in writes for r in reader.write(write)), writes=tuple(writes)))
    found += [Clause(f"event {e.name}", distinct(reader.event(e)), event=e) for e in transaction.events.values()]
    return found


def distinct(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Without those that an earlier one on the same path, or on a beginning of it, makes superfluous."""
    known: dict[tuple[object, ...], list[Path]] = {}
    found = []
    for reading in readings:
        paths = known.setdefault((*reading.row, reading.cell), [])
        if not any(reading.path[: len(path)] == path for path in paths):
            paths.append(reading.path)
            found.append(reading)
    return tuple(found)


class Reader:
    """What evaluating a transaction's expressions reads."""

    def __init__(self, schema: Schema, transaction: Transaction) -> None:
        self.schema, self.transaction = schema, transaction

    def value(self, e: Expression, path: Path) -> Iterator[Reading]:
        """The readings of an expression that is evaluated on a path."""
        op, args = e._op, e._args
        if op in QUANTIFIERS:
            yield from self.quantified(e, path)
        elif op in ("and", "or"):
            for argument in args:
                yield from self.value(argument, path)
                path = on(path, argument if op == "and" else negation(argument))
        elif op == "ite":
            yield from self.value(args[0], path)
            yield from self.value(args[1], on(path, args[0]))
            yield from self.value(args[2], on(path, negation(args[0])))
        else:
            for argument in args:
                if isinstance(argument, Expression):
                    yield from self.value(argument, path)
            if op in ("field", "exists"):
                yield Reading(args[0], tuple(args[2 if op == "field" else 1 :]), path, args[1] if op == "field" else EXISTS)

    def quantified(self, e: Expression, path: Path) -> Iterator[Reading]:
        """A count and a total look at every element; `every` and `some` at all only if none decides them."""
        domain, variable, condition, body = e._args
        yield from self.domain(domain, path)
        if e._op in ("count", "total"):
            yield from self.looped(Binder(domain, variable, condition), body, path)
            return
        undecided = e if e._op == "every" else negation(e)
        yield from self.looped(Binder(domain, variable, condition), body, on(path, undecided))
        stopped = (*on(path, negation(undecided)), Stop(e))
        yield from self.value(condition, stopped)
        yield from self.value(body, stopped)

    def looped(self, binder: Binder, body: Expression, path: Path) -> Iterator[Reading]:
        yield from self.value(binder.condition, (*path, Each(self.known(binder, TRUE))))
        yield from self.value(body, (*path, Each(self.known(binder, binder.condition))))

    def known(self, binder: Binder, condition: Expression) -> Binder:
        """The loop with a condition; a scan comes only to identifiers that have a row in a table that it reads."""
        if binder.domain._op == "sort":
            rows = [node(EXISTS, TRUE._kind, name, binder.variable) for name in scanned(self.schema, binder.domain._args[0])]
            condition = conjunction(disjunction(*rows), condition)
        return Binder(binder.domain, binder.variable, condition)

    def domain(self, domain: Expression, path: Path) -> Iterator[Reading]:
        """A list is read through its length, rows under a prefix as a range, a scan as a range of every table of the sort."""
        if domain._op == "sort":
            yield from (Reading(name, (), path, EXISTS) for name in scanned(self.schema, domain._args[0]))
            return
        listed = domain._op == "list"
        keys = domain._args[2 if listed else 1 :]
        for key in keys:
            yield from self.value(key, path)
        yield Reading(domain._args[0], tuple(keys), path, f"{domain._args[1]}_length" if listed else EXISTS)

    def loops(self, binders: Iterable[Binder]) -> tuple[list[Reading], Path]:
        """What loops, one in another, read themselves, and the path inside of all."""
        found: list[Reading] = []
        path: Path = ()
        for binder in binders:
            found += [*self.domain(binder.domain, path), *self.looped(binder, TRUE, path)]
            path = (*path, Each(self.known(binder, binder.condition)))
        return found, path

    def write(self, write: Write) -> Iterator[Reading]:
        """A write also reads the row that it changes in part."""
        found, path = self.loops(write.binders)
        yield from found
        yield from self.value(write.condition, path)
        path = on(path, write.condition)
        for expression in (*write.keys, write.value):
            yield from self.value(expression, path)
        whole = conjunction(*(reached_by(self.transaction, write, cell) for cell in self.schema.tables[write.table].cells))
        if whole is not TRUE:
            yield Reading(write.table, write.keys, on(path, negation(whole)), WHOLE)

    def event(self, event: Event) -> Iterator[Reading]:
        found, path = self.loops(event.binders)
        yield from found
        yield from self.value(event.condition, path)
        for expression in event.payload:
            yield from self.value(expression, on(path, event.condition))


def on(path: Path, condition: Expression) -> Path:
    return path if condition is TRUE else (*path, Holds(condition))


def scanned(schema: Schema, sort: str) -> list[str]:
    """The tables on the ledger whose ranges a declared scan of a sort reads: those with one key component, of that sort."""
    tables = schema.tables.values()
    return [t.name for t in tables if t.on_ledger and len(t.key) == 1 and t.key[0][1].sort == sort]


def reached_by(transaction: Transaction, write: Write, cell: str) -> Expression:
    """Whether some write of the transaction gives this cell of the row that a write reaches, where that one does reach it."""
    found = FALSE
    for other in transaction.writes:
        if (other.table, other.field) == (write.table, cell):
            found = disjunction(found, reaches(other, write))
    return found


def reaches(other: Write, write: Write) -> Expression:
    """Whether a write reaches the row of a turn of another one: in the same turn, or in some turn of its own loops."""
    if other.row == write.row and other.binders == write.binders and (other.condition is TRUE or other.condition is write.condition):
        return TRUE
    names = {binder.variable: node("var", binder.variable._kind, f"other_{binder.variable._args[0]}") for binder in other.binders}
    keys, condition, binders = substitute((other.keys, other.condition, tuple((b.domain, b.condition) for b in other.binders)), names.get)
    found = conjunction(condition, *(a == b for a, b in zip(keys, write.keys, strict=True)))
    for binder, (domain, holds) in reversed(list(zip(other.binders, binders, strict=True))):
        found = node("some", TRUE._kind, domain, names[binder.variable], holds, found)
    return found


# --- own reads, and scans ---


@dataclass(frozen=True, eq=False)
class OwnRead:
    """A clause that reads a cell which a write of the same transaction has given by then.

    `apart`: write and reading stand in one loop, and the reading comes first in each turn, so that only turns before it count.
    """

    clause: str
    write: Write
    reading: Reading
    cell: str
    apart: bool


def own_reads(schema: Schema, transaction: Transaction) -> list[OwnRead]:
    """Every pair of a write and a later reading of the same cell of the same table; whether they can meet is to be asked."""
    reader, writes = Reader(schema, transaction), transaction.writes
    group = [number for number, (_, same) in enumerate(itertools.groupby(writes, key=lambda write: write.binders)) for _ in same]
    names = [name for name, found in transaction.effects.items() for _ in found]
    found = []
    for place, write in enumerate(writes):
        for reading in (one for one in reader.write(write) if one.cell != WHOLE):
            for earlier in range(len(writes)):
                turns = bool(write.binders) and group[earlier] == group[place]
                if earlier < place or turns:
                    found += meeting(f"effect {names[place]}", writes[earlier], reading, turns and earlier >= place)
    for event in transaction.events.values():
        found += [one for r in reader.event(event) for write in writes for one in meeting(f"event {event.name}", write, r, False)]
    return found


def meeting(clause: str, write: Write, reading: Reading, apart: bool) -> list[OwnRead]:
    """A write gives a cell, and makes its row exist."""
    same = write.table == reading.table and reading.cell in (write.field, EXISTS)
    return [OwnRead(clause, write, reading, reading.cell, apart)] if same else []


def scans(transaction: Transaction) -> list[Binder]:
    """The loops and quantifiers of a transaction that look at all values of a sort."""
    found: dict[Binder, None] = {}
    for e in chaincode_expressions(transaction):
        for one in walk(e):
            if one._op in QUANTIFIERS and one._args[0]._op == "sort":
                found[Binder(*one._args[:3])] = None
    loops = [*(write.binders for write in transaction.writes), *(event.binders for event in transaction.events.values())]
    found.update(dict.fromkeys(b for binders in loops for b in binders if b.domain._op == "sort"))
    return list(found)
