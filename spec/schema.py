"""Tables, rows and lists: the shape of the ledger and of what parties keep off chain, and how a text names their cells."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from spec.errors import SpecificationError, choices
from spec.kinds import BOOLEAN, INTEGER, Kind, ListOf, Reference, Sort
from spec.tree import Expression, boolean, bound_variable, conjunction, deeper, lift, node

CATEGORIES = {
    "asset": "a row on the ledger, written by transactions",
    "memory": "what one party keeps off chain; its first key component is that party",
    "history": "a function of the committed ledger, kept by whoever follows it; never read by a transaction",
    "public": "what anybody can see off chain, such as a mempool or a published sample",
    "rigid": "facts that never change, such as which stakeholder a member is",
}


@dataclass(frozen=True)
class Grade:
    """Whether a field, guard or step is printed in the paper (with its line) or reconstructed (with the reason)."""

    printed: bool
    source: str

    def __str__(self) -> str:
        return f"printed {self.source}" if self.printed else f"reconstructed: {self.source}"


@dataclass(frozen=True)
class Field:
    """One field of a table: its kind, its grade, and whether it never leaves a value once it left the default."""

    kind: Kind
    grade: Grade
    monotone: bool = False


def printed(kind: Kind, line: int | str, monotone: bool = False) -> Field:
    """A field that the paper prints, with the line of `paper.txt`."""
    return Field(kind, Grade(True, f"L{line}"), monotone)


def reconstructed(kind: Kind, reason: str, monotone: bool = False) -> Field:
    """A field that the paper only implies, with the reason why it must exist."""
    return Field(kind, Grade(False, reason), monotone)


@dataclass(frozen=True)
class Table:
    """A table: key components, fields, category (see CATEGORIES) and where the paper speaks of it."""

    name: str
    title: str
    cites: str
    key: tuple[tuple[str, Kind], ...]
    fields: dict[str, Field]
    category: str = "asset"
    fills: dict[str, Callable[[dict[str, Expression]], Any]] = field(default_factory=dict)

    @property
    def cells(self) -> dict[str, Kind]:
        """Stored fields in order; a list appears as its length."""
        return {
            (f"{name}_length" if isinstance(f.kind, ListOf) else name): (INTEGER if isinstance(f.kind, ListOf) else f.kind)
            for name, f in self.fields.items()
        }

    @property
    def on_ledger(self) -> bool:
        return self.category == "asset"


def list_table(table: Table, name: str) -> Table:
    """The table (owner, position) behind a printed list."""
    kind = table.fields[name].kind
    assert isinstance(kind, ListOf)
    items = {"item": replace(table.fields[name], kind=kind.item)}
    key = (*table.key, ("position", INTEGER))
    return Table(f"{table.name}.{name}", f"entries of {table.name}.{name}", table.cites, key, items, table.category)


@dataclass(frozen=True, eq=False)
class Binder:
    """A loop over a domain: the bound variable and the condition that an element must meet."""

    domain: Expression
    variable: Expression
    condition: Expression

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Binder) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((id(self.domain), id(self.variable), id(self.condition)))


@dataclass(frozen=True, eq=False)
class Write:
    """`table[keys].field := value` where `condition` holds, for every element of the binders, in their order."""

    table: str
    field: str
    keys: tuple[Expression, ...]
    value: Expression
    binders: tuple[Binder, ...] = ()
    condition: Expression = boolean(True)

    @property
    def row(self) -> tuple[Any, ...]:
        """The row written, comparable by structure."""
        return self.table, *map(id, self.keys)

    def when(self, condition: Any) -> Write:
        """The same write, done only where the condition holds in the state before the transaction."""
        return replace(self, condition=conjunction(self.condition, condition))


class Schema:
    """All tables of one variant, by name; lists included."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.tables = dict(tables)
        for table in tables.values():
            for name, declared in table.fields.items():
                if isinstance(declared.kind, ListOf):
                    items = list_table(table, name)
                    self.tables[items.name] = items

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise SpecificationError(f"no table {name!r}; choices: {choices(self.tables)}")
        return self.tables[name]

    def row(self, table: str, *keys: Any) -> Row:
        declared = self.table(table)
        lifted: dict[str, Expression] = {}
        if len(keys) < len(declared.key) and declared.fills:
            given = [name for name, _ in declared.key if name not in declared.fills]
            if len(keys) != len(given):
                raise SpecificationError(f"{table} is keyed by ({', '.join(given)}), {len(keys)} given")
            lifted = {name: lift(value, dict(declared.key)[name]) for name, value in zip(given, keys, strict=False)}
            for name, fill in declared.fills.items():
                lifted[name] = lift(fill(lifted), dict(declared.key)[name])
            keys = tuple(lifted[name] for name, _ in declared.key if name in lifted)
        if len(keys) != len(declared.key):
            raise SpecificationError(f"{table} is keyed by ({', '.join(n for n, _ in declared.key)}), {len(keys)} given")
        return Row(declared, tuple(lift(key, kind) for key, (_, kind) in zip(keys, declared.key, strict=True)))


_current: list[Schema] = []


def current_schema() -> Schema:
    """The schema of the variant that is being loaded."""
    if not _current:
        raise SpecificationError("fields can be named only inside a transaction, a condition or a claim")
    return _current[-1]


@contextmanager
def using(schema: Schema) -> Iterator[None]:
    _current.append(schema)
    try:
        yield
    finally:
        _current.pop()


class Row:
    """A row named by its keys; attributes are its fields, lists and key components in the state before the transaction."""

    def __init__(self, table: Table, keys: tuple[Expression, ...]) -> None:
        self._table = table
        self._keys = keys

    def _identifier(self) -> Expression:
        if len(self._keys) != 1:
            raise SpecificationError(f"a row of {self._table.name} has {len(self._keys)} key components and no single identifier")
        return self._keys[0]

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return self._identifier() == other

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return self._identifier() != other

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise SpecificationError(f"a row of {self._table.name} has no truth value while it is traced: ask whether it .exists")

    @property
    def exists(self) -> Expression:
        return node("exists", BOOLEAN, self._table.name, *self._keys)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        for (key, _), value in zip(self._table.key, self._keys, strict=True):
            if key == name:
                return value
        declared = self._table.fields.get(name)
        if declared is None:
            raise SpecificationError(f"{self._table.name} has no field {name!r}; choices: {choices(self._table.fields)}")
        if isinstance(declared.kind, ListOf):
            return ListView(self, name)
        return self._cell(name, declared.kind)

    def _cell(self, name: str, kind: Kind) -> Expression:
        return node("field", kind, self._table.name, name, *self._keys)

    def put(self, **fields: Any) -> list[Write]:
        """Create or overwrite the whole row: fields that are not given get their default."""
        for name in fields:
            if name not in self._table.fields:
                raise SpecificationError(f"{self._table.name} has no field {name!r}; choices: {choices(self._table.fields)}")
        writes = []
        for name, kind in self._table.cells.items():
            value = lift(fields[name], kind) if name in fields else node("lit", kind, kind.default)
            writes.append(Write(self._table.name, name, self._keys, value))
        return writes


def becomes(target: Expression, value: Any) -> Write:
    """The write that gives a field a new value."""
    if target._op != "field":
        raise SpecificationError(f"only a field can be written, not {target._op!r}")
    table, name, *keys = target._args
    return Write(table, name, tuple(keys), lift(value, target._kind))


class ListView:
    """A printed list, whole or filtered."""

    def __init__(self, owner: Row, name: str, condition: Callable[..., Any] | None = None) -> None:
        self.owner, self.name, self.condition = owner, name, condition

    def __iter__(self) -> Iterator[Any]:
        name = f"{self.owner._table.name}.{self.name}"
        raise SpecificationError(f"{name} has no entries while it is traced: use for_each, every, some, count")

    __bool__ = __len__ = __iter__

    @property
    def length(self) -> Expression:
        return self.owner._cell(f"{self.name}_length", INTEGER)

    def at(self, position: Any) -> Expression:
        items = current_schema().table(f"{self.owner._table.name}.{self.name}")
        return node("field", items.fields["item"].kind, items.name, "item", *self.owner._keys, lift(position, INTEGER))

    def where(self, condition: Callable[..., Any]) -> ListView:
        return ListView(self.owner, self.name, condition)

    def append(self, item: Any) -> list[Write]:
        """Two writes: the entry behind the last one, and the length.  In a loop every turn reads the same old length."""
        return [becomes(self.at(self.length), item), becomes(self.length, self.length + 1)]

    def becomes(self, source: ListView | None) -> list[Write]:
        """The list becomes the elements of another one that meet its condition, in their order; None empties it."""
        if source is None:
            return [becomes(self.length, 0)]
        binder, arguments = source.bind()
        with deeper(), bound_variable(INTEGER) as earlier:
            before = conjunction(earlier < binder.variable, source._holds(earlier))
        rank = node("count", INTEGER, binder.domain, earlier, boolean(True), before)
        everything = node("count", INTEGER, binder.domain, binder.variable, boolean(True), binder.condition)
        entry = replace(becomes(self.at(rank), arguments[-1]), binders=(binder,))
        return [entry, becomes(self.length, everything)]

    def _holds(self, position: Expression) -> Expression:
        return boolean(True) if self.condition is None else boolean(call(self.condition, (position, self.at(position))))

    def bind(self) -> tuple[Binder, tuple[Any, ...]]:
        domain = node("list", INTEGER, self.owner._table.name, self.name, *self.owner._keys)
        with bound_variable(INTEGER) as position:
            return Binder(domain, position, self._holds(position)), (position, self.at(position))


class Rows:
    """The rows of a table whose leading key components are given: a range read under one prefix."""

    def __init__(self, table: Table, prefix: tuple[Any, ...]) -> None:
        self.table = table
        self.prefix = tuple(lift(value, kind) for value, (_, kind) in zip(prefix, table.key, strict=False))

    def bind(self) -> tuple[Binder, tuple[Any, ...]]:
        if len(self.prefix) != len(self.table.key) - 1:
            raise SpecificationError(f"rows of {self.table.name} need all key components but the last")
        kind = self.table.key[-1][1]
        domain = node("rows", kind, self.table.name, *self.prefix)
        with bound_variable(kind) as last:
            row = Row(self.table, (*self.prefix, last))
            return Binder(domain, last, row.exists), (row,)


class TableHandle:
    """What a text calls a table by: `CI[instance]` is a row, `TJ.rows(couple)` a range."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, keys: Any) -> Row:
        return current_schema().row(self.name, *(keys if isinstance(keys, tuple) else (keys,)))

    def named(self, **known: Any) -> Row:
        """The row whose key components are among the given names; names that the key lacks are ignored."""
        table = current_schema().table(self.name)
        missing = [name for name, _ in table.key if name not in known]
        if missing:
            raise SpecificationError(f"{self.name} is keyed by {missing[0]!r} too, which is not among: {choices(known)}")
        return Row(table, tuple(lift(known[name], kind) for name, kind in table.key))

    def rows(self, *prefix: Any) -> Rows:
        return Rows(current_schema().table(self.name), prefix)

    def bind(self) -> tuple[Binder, tuple[Any, ...]]:
        """All rows: a scan of the whole table, for claims and for conditions of the environment."""
        table = current_schema().table(self.name)
        if len(table.key) == 1:
            kind = table.key[0][1]
            with bound_variable(kind) as identifier:
                row = Row(table, (identifier,))
                return Binder(node("sort", kind, kind.sort), identifier, row.exists), (row,)
        raise SpecificationError(f"{self.name} has several key components: name a prefix with rows(...)")


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call with as many trailing arguments as the function takes: an item, or a position and an item."""
    wanted = len(inspect.signature(function).parameters)
    if wanted > len(arguments):
        raise SpecificationError(f"a condition over this domain takes at most {len(arguments)} arguments, not {wanted}")
    return function(*arguments[len(arguments) - wanted :])


def bind(domain: Any) -> tuple[Binder, tuple[Any, ...]]:
    if isinstance(domain, Sort):
        with bound_variable(domain) as value:
            return Binder(node("sort", domain, domain.sort), value, boolean(True)), (value,)
    if not hasattr(domain, "bind"):
        raise SpecificationError(f"{domain!r} is no domain: give a list, rows under a prefix, a table or a sort")
    return domain.bind()  # type: ignore[no-any-return]


def _quantified(op: str, kind: Kind, domain: Any, condition: Callable[..., Any], lifted: Kind) -> Expression:
    binder, arguments = bind(domain)
    with deeper():
        body = lift(call(condition, arguments), lifted)
    return node(op, kind, binder.domain, binder.variable, binder.condition, body)


def every(domain: Any, condition: Callable[..., Any]) -> Expression:
    """The condition holds for each element of the domain."""
    return _quantified("every", BOOLEAN, domain, condition, BOOLEAN)


def some(domain: Any, condition: Callable[..., Any]) -> Expression:
    """The condition holds for at least one element of the domain."""
    return _quantified("some", BOOLEAN, domain, condition, BOOLEAN)


def count(domain: Any, condition: Callable[..., Any]) -> Expression:
    """How many elements meet the condition; over a list, an entry that stands twice counts twice."""
    return _quantified("count", INTEGER, domain, condition, BOOLEAN)


def total(domain: Any, value: Callable[..., Any]) -> Expression:
    """The sum of an integer over the domain."""
    return _quantified("total", INTEGER, domain, value, INTEGER)


def reference(table: str, key: Kind | None = None) -> Reference:
    """The kind of a reference to a row of a table with one key component (by default a sort named as the table)."""
    return Reference(f"reference to {table}", table, key.sort if key else table)
