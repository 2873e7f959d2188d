"""Templates of lemmas: what can be said of one row of a table and of the rows and values that it leads to, made from the schema.

A base is a table; its statements are conditions of the components of its key, as parameters.  A lemma is a clause of statements, each
of them as it is or denied, for every key of the base: every identifier, and every number under which a row stands.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from properties.dimensions import Dimensions
from spec.kinds import BOOLEAN, INTEGER, Enumeration, Kind, Reference, Sort, Term
from spec.schema import Row, Rows, Table, every, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, deviating, disjunction, equal, negation, parameter, substitute, walk
from spec.wording import expression_text

# What a statement is about, the plainest first: clauses of plain statements are tried first.
TEMPLATES = {
    "exists": "a row exists",
    "something": "a field is not empty",
    "flag": "a Boolean field is true",
    "value": "a field has one of its values",
    "same": "two values of one kind are equal",
    "sign": "a number is positive, or not negative",
    "honest": "a member deviates",
    "guard": "a condition of a guard, of the row instead of the arguments",
    "order": "a number is at most, or less than, another",
    "part": "a part of a pre-image equals a value",
}
MOST_STATEMENTS = 800
LEDGER = ("asset", "history")


@dataclass(frozen=True)
class Statement:
    """One condition of a base's key, with the template that made it."""

    template: str
    text: str
    condition: Expression


@dataclass(frozen=True)
class Literal:
    """A statement of a base, as it is or denied."""

    place: int
    holds: bool


Clause = tuple[Literal, ...]


@dataclass
class Base:
    """A table with all that is said of one key of it; for an argument of sorts only, whether its row exists or not."""

    protocol: Protocol
    table: Table
    statements: list[Statement] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.table.name

    @cached_property
    def key(self) -> dict[str, Expression]:
        return {name: parameter(name, kind) for name, kind in self.table.key}

    def expression(self, clause: Clause) -> Expression:
        """The clause for every key of the base."""
        body = disjunction(*(self.literal(one) for one in clause))
        with using(self.protocol.schema):
            return over_keys(self.table, (), lambda values: replaced(body, dict(zip(self.key.values(), values, strict=True))))

    def literal(self, literal: Literal) -> Expression:
        condition = self.statements[literal.place].condition
        return condition if literal.holds else negation(condition)

    def told(self, clause: Clause) -> list[str]:
        """The clause as names of its literals, by which it is found again."""
        return [f"{'' if one.holds else 'not: '}{self.statements[one.place].text}" for one in clause]

    def found(self, told: Iterable[str]) -> Clause | None:
        """The clause of such names; None when this text has not all of them."""
        places = {statement.text: place for place, statement in enumerate(self.statements)}
        names = [(one.removeprefix("not: "), not one.startswith("not: ")) for one in told]
        return tuple(Literal(places[name], holds) for name, holds in names) if all(name in places for name, _ in names) else None


def over_keys(table: Table, given: tuple[Any, ...], body: Callable[[tuple[Any, ...]], Any]) -> Expression:
    """For every identifier of each component of the key; from the first number on for every row under what is given."""
    if len(given) == len(table.key):
        return body(given)  # type: ignore[no-any-return]
    kind = table.key[len(given)][1]
    if kind is INTEGER:
        return every(Rows(table, given), lambda row: body(row._keys))
    return every(Sort(kind.sort), lambda value: over_keys(table, (*given, value), body))


def replaced(body: Expression, values: dict[Expression, Any]) -> Expression:
    return named(body, {symbol._args[0]: value for symbol, value in values.items()})


def named(condition: Expression, values: Mapping[str, Expression | None]) -> Expression:
    """The condition with other values for its parameters."""
    return substitute(condition, lambda e: values.get(e._args[0]) if e._op == "par" else None)  # type: ignore[no-any-return]


def bases_of(protocol: Protocol) -> dict[str, Base]:
    """A base for each table in the order of the text; of tables whose keys are the same identifiers, one."""
    found, keys, dimensions = {}, set(), Dimensions(protocol)
    for name, table in protocol.schema.tables.items():
        key = tuple(name if kind is INTEGER else kind.sort for _, kind in table.key)
        if "." not in name and key not in keys and not any(isinstance(kind, Term) or kind.name == "Text" for _, kind in table.key):
            keys |= set() if any(kind is INTEGER for _, kind in table.key) else {key}
            found[name] = made(Base(protocol, table), dimensions)
    return found


def base_of(protocol: Protocol, name: str) -> Base | None:
    """The base of one table; None where there is no such table."""
    table = protocol.schema.tables.get(name)
    return None if table is None else made(Base(protocol, table), Dimensions(protocol))


def made(base: Base, dimensions: Dimensions) -> Base:
    with using(base.protocol.schema):
        Statements(base, dimensions).make()
    return base


class Statements:
    """Makes the statements of a base: rows that its key leads to, their cells, comparisons of values, conditions of guards."""

    def __init__(self, base: Base, dimensions: Dimensions) -> None:
        self.base, self.schema, self.dimensions = base, base.protocol.schema, dimensions
        self.known = set[int]()
        self.near = self.rows(base.key)
        self.far = self.referred()

    # --- rows ---

    def rows(self, terms: dict[str, Expression]) -> list[Row]:
        """The rows of all tables whose key can be made of terms: of its sort, and of its name where several are."""
        found = []
        for table in self.schema.tables.values():
            keys = [self.fitting(terms, name, kind) for name, kind in table.key]
            if "." not in table.name and all(key is not None for key in keys):
                found.append(Row(table, tuple(key for key in keys if key is not None)))
        return sorted(found, key=lambda row: row._table.name != self.base.name)

    def fitting(self, terms: dict[str, Expression], name: str, kind: Kind) -> Expression | None:
        if name in terms and terms[name]._kind.sort == kind.sort:
            return terms[name]
        alike = [term for term in terms.values() if term._kind.sort == kind.sort and kind is not INTEGER]
        return alike[0] if len(alike) == 1 else None

    def referred(self) -> list[Row]:
        """Rows that a reference or a counter in a near row leads to, with what is left of the key."""
        found: dict[tuple[Any, ...], Row] = {}
        for row in (row for row in self.near if row._table.category in LEDGER):
            for name, kind in row._table.cells.items():
                for other in self.through(row, name, kind):
                    found.setdefault((other._table.name, *map(id, other._keys)), other)
        near = {(row._table.name, *map(id, row._keys)) for row in self.near}
        return [row for identity, row in found.items() if identity not in near]

    def through(self, row: Row, name: str, kind: Kind) -> Iterator[Row]:
        """Where a reference leads, or a counter where the key has none of its name; from the base's own row to any table."""
        key = self.base.key
        counts = kind is INTEGER and name not in key and any((name, INTEGER) in table.key for table in self.schema.tables.values())
        refers = isinstance(kind, Reference) and not any(term._kind.sort == kind.sort for term in key.values())
        for table in self.schema.tables.values() if counts or refers else ():
            own = row._table.name == self.base.name or (isinstance(kind, Reference) and kind.table == table.name)
            if "." in table.name or table.category not in LEDGER or not (counts or own):
                continue
            for place, (wanted, sort) in enumerate(table.key):
                if sort.sort == kind.sort and (refers or wanted == name):
                    rest = [row._cell(name, kind) if at == place else self.fitting(key, n, k) for at, (n, k) in enumerate(table.key)]
                    if all(one is not None for one in rest):
                        yield Row(table, tuple(one for one in rest if one is not None))

    # --- statements ---

    def make(self) -> None:
        for row in (*self.near, *self.far):
            self.add("exists", row.exists)
            self.of_cells(row)
        self.of_values()
        self.of_guards()
        self.base.statements.sort(key=lambda one: list(TEMPLATES).index(one.template))
        del self.base.statements[MOST_STATEMENTS:]

    def add(self, template: str, condition: Expression) -> None:
        mirrored = equal(*condition._args[::-1]) if condition._op == "eq" else condition
        if condition._op != "lit" and self.known.isdisjoint(map(id, (condition, negation(condition), mirrored))):
            self.known.add(id(condition))
            self.base.statements.append(Statement(template, expression_text(condition, self.schema), condition))

    def of_cells(self, row: Row) -> None:
        for name, kind in row._table.cells.items():
            cell = row._cell(name, kind)
            if kind is BOOLEAN:
                self.add("flag", cell)
            elif kind is INTEGER and not name.endswith("_length"):
                self.add("sign", cell > 0)
                self.add("sign", cell >= 0)
            elif kind is not INTEGER and kind.name != "Text":
                self.add("something", cell != None)
                for value in kind.values if isinstance(kind, Enumeration) else ():
                    self.add("value", cell == value)

    def of_values(self) -> None:
        """Equalities of values of one kind, parts of pre-images included; the order of numbers; who deviates."""
        values = [*self.base.key.values(), *(self.cells((*self.near, *self.far)))]
        for one, other in itertools.combinations(values, 2):
            if one._kind.sort == other._kind.sort and isinstance(one._kind, (Sort, Reference, Term)) and comparable(one, other):
                self.add("same", one == other)
        for member in values:
            if member._kind.sort == "Member":
                self.add("honest", deviating(member))
        self.of_parts(values)
        numbers = [value for value in (*self.base.key.values(), *self.cells(self.near)) if value._kind is INTEGER]
        for one, other in itertools.permutations(dict.fromkeys(numbers), 2):
            if self.dimensions.alike(one, other):
                self.add("order", one <= other)

    def of_parts(self, values: list[Expression]) -> None:
        """Parts of what stands in near rows are compared with all values and parts."""
        parts = [part for value in values for part in parts_of(value)]
        near = {id(part) for value in self.cells(self.near) for part in parts_of(value)}
        for part, other in itertools.product([part for part in parts if id(part) in near], [*values, *parts]):
            alike = part._kind.sort == other._kind.sort and (part._kind is not INTEGER or self.dimensions.alike(part, other))
            if alike and not isinstance(part._kind, Enumeration) and comparable(part, other):
                self.add("part", part == other)

    def cells(self, rows: Iterable[Row]) -> list[Expression]:
        named = ((row, name, kind) for row in rows for name, kind in row._table.cells.items())
        return [row._cell(name, kind) for row, name, kind in named if kind.name != "Text" and not name.endswith("_length")]

    def of_guards(self) -> None:
        """Conditions of guards in which every argument is a component of the key; what the other templates say is left out."""
        for step in self.base.protocol.transactions.values():
            values = {name: self.fitting(self.base.key, name, kind) for name, kind in step.parameters.items()}
            for condition in conditions_of(step):
                names = {e._args[0] for e in walk(condition) if e._op == "par"}
                if names and all(values.get(name) is not None for name in names) and condition._op not in ("exists", "field"):
                    self.add("guard", named(condition, values))


def conditions_of(step: Transaction) -> Iterator[Expression]:
    for guard in step.guards.values():
        yield from guard.condition._args if guard.condition._op == "and" else (guard.condition,)


def parts_of(value: Expression) -> Iterator[Expression]:
    """Every part of a pre-image, as deep as it goes."""
    if isinstance(value._kind, Term):
        for name, _ in value._kind.parts:
            part = getattr(value, name)
            yield part
            yield from parts_of(part)


def comparable(one: Expression, other: Expression) -> bool:
    """Two values of which none is read through the other, unless that is a component of the key."""
    return "par" in (one._op, other._op) or (not any(e is one for e in walk(other)) and not any(e is other for e in walk(one)))


__all__ = ["TEMPLATES", "Base", "Clause", "Literal", "Statement", "base_of", "bases_of"]
