"""States of the any-size meaning: any state, the first state, and the state after a step's writes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from model import formulas as f
from model.formulas import BOOL, INT, NUMBER, Node
from model.frames import cells_of
from model.unbounded import Environment, Exists, Meaning, NoMeaning, State, Value
from spec.kinds import INTEGER
from spec.schema import Binder, Write


class Arbitrary(State):
    """Any state at all: cells are uninterpreted functions of their keys, and what is read of an absent row is the default.

    Rigid tables are the same in every state, so they have the same functions in both runs of a two-run claim.
    """

    def __init__(self, meaning: Meaning, name: str = "", second: State | None = None) -> None:
        self.meaning, self.name, self.second = meaning, name, second

    def function(self, table: str, cell: str) -> str:
        declared = self.meaning.schema.tables[table]
        name = f"{'' if declared.category == 'rigid' else self.name}{table}.{cell}"
        self.meaning.pools_of[name] = self.meaning.key_pools(declared)
        return name

    def read(self, table: str, cell: str, key: Value) -> Value:
        kind = self.meaning.schema.tables[table].cells[cell]
        name = self.function(table, cell)
        found = self.meaning.symbols(kind, name, *key)
        for node, missing in zip(found, self.meaning.literal(kind, kind.default), strict=True):
            self.meaning.pools_of[node.name] = self.meaning.pools_of[name]
            self.meaning.facts[node] = "absent rows read as the default", f.disjunction(self.exists(table, key), f.equal(node, missing))
        return found

    def exists(self, table: str, key: Value) -> Node:
        return f.apply(self.function(table, "exists"), BOOL, *key)


class Initial(State):
    """The first state: every table is empty, except facts that never change."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning, self.rigid = meaning, Arbitrary(meaning)

    def read(self, table: str, cell: str, key: Value) -> Value:
        declared = self.meaning.schema.tables[table]
        if declared.category == "rigid":
            return self.rigid.read(table, cell, key)
        return self.meaning.literal(declared.cells[cell], declared.cells[cell].default)

    def exists(self, table: str, key: Value) -> Node:
        return self.rigid.exists(table, key) if self.meaning.schema.tables[table].category == "rigid" else f.FALSE


class After(State):
    """The state after writes, all computed in the state before: of two writes to one cell the later wins.

    A loop that reaches one cell several times leaves the value of one of its turns: any of them here, the last in truth.
    """

    def __init__(self, meaning: Meaning, before: State, writes: Iterable[Write], arguments: Environment) -> None:
        writes = list(writes)
        self.meaning, self.before, self.arguments, self.changed = meaning, before, arguments, cells_of(writes)
        self.groups: dict[tuple[str, str], list[list[Write]]] = {}
        self.rows: dict[str, list[Write]] = {}
        self._reached: dict[Any, tuple[Node, Environment]] = {}
        self._turns: dict[Any, Exists] = {}
        self._read: dict[Any, Value] = {}
        for _, group in itertools.groupby(writes, key=lambda write: write.binders):
            cells: dict[tuple[str, str], list[Write]] = {}
            for write in group:
                cells.setdefault((write.table, write.field), []).append(write)
                self.rows.setdefault(write.table, []).append(write)
            for cell, found in cells.items():
                self.groups.setdefault(cell, []).append(found)

    def read(self, table: str, cell: str, key: Value) -> Value:
        identity = (table, cell, key)
        found = self._read.get(identity)
        if found is None:
            found = self.before.read(table, cell, key)
            for group in self.groups.get((table, cell), ()):
                found = self.overwritten(group, key, found)
            self._read[identity] = found
        return found

    def unless_written(self, read: frozenset[str]) -> State:
        """The state before, for whatever reads nothing that is written."""
        return self.before if self.changed.isdisjoint(read) else self

    def overwritten(self, group: list[Write], key: Value, value: Value) -> Value:
        """A group shares its loops; turns interleave, so of two writes of a loop that reach the cell either may be the last."""
        earlier: list[Node] = []
        for write in group:
            hit, environment = self.reach(write, key)
            if hit is f.FALSE:
                continue
            taken = f.conjunction(hit, f.disjunction(*(f.negation(h) for h in earlier), self.meaning.fresh(BOOL, "last"))) if (
                write.binders and earlier) else hit  # fmt: skip
            value = self.meaning.choose(taken, self.written(write, environment), value)
            earlier = [f.disjunction(hit, *earlier)]
        return value

    def written(self, write: Write, environment: Environment) -> Value:
        value = self.meaning.value(write.value, environment, self.before)
        if write.value._kind is INTEGER:
            self.must_be_number(write, value)
            return (f.plain(value[0]),)
        return value

    def must_be_number(self, write: Write, value: Value) -> None:
        """So that no cell and no key ever holds a missing integer."""
        if value[0].sort == NUMBER and not (value[0].op == "con" and value[0].args):
            raise NoMeaning(f"{write.table}.{write.field} is written with an integer that may be missing")

    def exists(self, table: str, key: Value) -> Node:
        hits = [self.reach(write, key)[0] for write in self.rows.get(table, ())]
        return f.disjunction(self.before.exists(table, key), *hits)

    def keys(self) -> dict[str, list[Node]]:
        """For each pool, the keys of rows that are written outside of loops: where sums may be expected to change.

        An integer is looked at in every table that has a part of this name in its key, since sums are over rows of one, too.
        """
        found: dict[str, dict[Node, None]] = {}
        for write in (write for writes in self.rows.values() for write in writes if not write.binders):
            table = self.meaning.schema.tables[write.table]
            key, _ = self.meaning.key(table, [self.meaning.value(key, self.arguments, self.before) for key in write.keys])
            names = [name for name, kind in table.key for _ in self.meaning.leaves(kind)]
            for node, pool, name in zip(key, self.meaning.key_pools(table), names, strict=True):
                for place in self.integer_pools(name) if node.sort == INT else [pool] if pool else []:
                    found.setdefault(place, {})[node] = None
        return {pool: list(nodes) for pool, nodes in found.items()}

    def integer_pools(self, name: str) -> list[str]:
        tables = self.meaning.schema.tables.values()
        return [f"{table.name}[{at}]" for table in tables for at, key in enumerate(table.key) if key == (name, INTEGER)]

    def reach(self, write: Write, key: Value) -> tuple[Node, Environment]:
        """Whether a write reaches the row, and for which turn of its loops."""
        loops = tuple((id(b.domain), id(b.variable), id(b.condition)) for b in write.binders)
        identity = (write.row, loops, id(write.condition), key)
        if identity not in self._reached:
            self._reached[identity] = self.reached(write, key)
        return self._reached[identity]

    def reached(self, write: Write, key: Value) -> tuple[Node, Environment]:
        """A variable that stands in the row's key is determined by it; for others there must be some turn."""
        meaning, rest = self.meaning, list(key)
        parts: list[Value] = []
        for expression in write.keys:
            size = len(meaning.leaves(expression._kind))
            parts.append(tuple(rest[:size]))
            rest = rest[size:]
        environment, free = dict(self.arguments), []
        for binder in write.binders:
            bound = [part for part, expression in zip(parts, write.keys, strict=True) if expression is binder.variable]
            if bound:
                environment[binder.variable._args[0]] = bound[0]
            else:
                free.append(binder)
        names = [binder.variable._args[0] for binder in free]

        def inner(values: Value) -> Environment:
            return {**environment, **{name: (value,) for name, value in zip(names, values, strict=True)}}

        if not free:
            return self.turn(write, parts, environment), environment
        keyed = list(zip(write.keys, parts, strict=True))
        turning = [None if set(names).isdisjoint(meaning.free_names(expression)) else part for expression, part in keyed]
        resting = [part if other is None else None for part, other in zip(parts, turning, strict=True)]
        given = tuple(environment.get(binder.variable._args[0]) for binder in write.binders)
        loops = tuple((id(b.domain), id(b.variable), id(b.condition)) for b in write.binders)
        varying = tuple((id(key), part) for key, part in zip(write.keys, turning, strict=True) if part is not None)
        identity = (loops, given, id(write.condition), varying)
        found = self._turns.get(identity)
        if found is None:
            places = [meaning.place(binder.domain) for binder in free]
            found = self._turns[identity] = meaning.some(
                tuple(p for p, _ in places), (s for _, s in places), lambda values: self.turn(write, turning, inner(values)))  # fmt: skip
        return f.conjunction(*self.equal_keys(write, resting, environment), found.symbol), inner(found.witnesses)

    def turn(self, write: Write, parts: Sequence[Value | None], environment: Environment) -> Node:
        """That one turn of the loops is taken and writes this row; parts of the key that are None are looked at elsewhere."""
        found = [node for binder in write.binders for node in self.taken(binder, environment)]
        found.append(self.meaning.holds(write.condition, environment, self.before))
        return f.conjunction(*found, *self.equal_keys(write, parts, environment))

    def equal_keys(self, write: Write, parts: Sequence[Value | None], environment: Environment) -> list[Node]:
        found = []
        for expression, part in zip(write.keys, parts, strict=True):
            if part is not None:
                value = self.meaning.value(expression, environment, self.before)
                if expression._kind is INTEGER:
                    self.must_be_number(write, value)
                found.append(self.meaning.equal(value, part))
        return found

    def taken(self, binder: Binder, environment: Environment) -> list[Node]:
        inside = self.meaning.domain(binder.domain, environment, self.before).contains(environment[binder.variable._args[0]][0])
        return [inside, self.meaning.holds(binder.condition, environment, self.before)]
