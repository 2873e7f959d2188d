"""Tables, rows and lists: the shape of the ledger and of what parties keep off chain, and how a text names their cells."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from spec.errors import SpecificationError, choices, speaking_for
from spec.kinds import BOOLEAN, INTEGER, Kind, ListOf, Reference, Sort, Term
from spec.tables import (
    CATEGORIES as CATEGORIES,
)
from spec.tables import (
    AddedPart as AddedPart,
)
from spec.tables import (
    Field as Field,
)
from spec.tables import (
    Grade as Grade,
)
from spec.tables import (
    NotExpressible as NotExpressible,
)
from spec.tables import (
    Notion as Notion,
)
from spec.tables import (
    Table as Table,
)
from spec.tables import (
    list_table as list_table,
)
from spec.tables import (
    printed as printed,
)
from spec.tables import (
    reconstructed as reconstructed,
)
from spec.tree import Expression, boolean, bound_variable, conjunction, deeper, lift, node


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
    """All tables of one variant, by name; lists included.  Also the parts added to pre-images, and the notions of claims."""

    def __init__(
        self, tables: dict[str, Table], parts: dict[str, list[AddedPart]] | None = None, notions: dict[str, Notion] | None = None
    ) -> None:
        self.parts, self.notions = parts or {}, notions or {}
        tables = {name: self.resolved(table) for name, table in tables.items()} if self.parts else tables
        self.tables = dict(tables)
        for table in tables.values():
            for name, declared in table.fields.items():
                if isinstance(declared.kind, ListOf):
                    items = list_table(table, name)
                    self.tables[items.name] = items

    def resolved(self, table: Table) -> Table:
        """The table with every pre-image among its kinds as this variant has it."""
        fields = {name: replace(field, kind=self.kind(field.kind)) for name, field in table.fields.items()}
        return replace(table, fields=fields, key=tuple((name, self.kind(kind)) for name, kind in table.key))

    def kind(self, kind: Kind) -> Kind:
        """A kind as this variant has it: pre-images get their added parts."""
        if not isinstance(kind, Term) or not self.parts:
            return kind
        known = {part.name for part in self.parts.get(kind.name, ())}
        parts = [(name, self.kind(inner)) for name, inner in kind.parts if name not in known]
        return replace(kind, parts=(*parts, *((part.name, self.kind(part.kind)) for part in self.parts.get(kind.name, ()))))

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


_tracing: list[Any] = []


@contextmanager
def tracing_step(tracing: Any) -> Iterator[None]:
    """While a clause is traced, added parts of pre-images are filled in from its step."""
    _tracing.append(tracing)
    try:
        yield
    finally:
        _tracing.pop()


def filled(kind: Term, parts: dict[str, Any]) -> tuple[Term, dict[str, Any]]:
    """The kind of pre-image as the current variant has it, with the parts that a variant added filled in."""
    if not _current or not current_schema().parts:
        return kind, parts
    schema = current_schema()
    full = schema.kind(kind)
    assert isinstance(full, Term)
    given = dict(parts)
    for added in schema.parts.get(kind.name, ()):
        if added.name not in given:
            if not _tracing:
                raise SpecificationError(f"the part {added.name!r} of {kind.name} is to be named: no step is traced that could fill it in")
            with speaking_for(added.place):
                given[added.name] = lift(added.fill(_tracing[-1]), added.kind)
    return full, given


def notion(name: str) -> Callable[..., Any]:
    """What a word of the claims means in the current variant.  Raises NotExpressible where it means nothing."""
    schema = current_schema()
    if name not in schema.notions:
        raise SpecificationError(f"no notion {name!r}; choices: {choices(schema.notions)}")
    if schema.notions[name].absent:
        raise NotExpressible(schema.notions[name].absent)
    return schema.notions[name].meaning


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

    def __repr__(self) -> str:
        return f"the list {self.owner._table.name}.{self.name}"

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
    """The rows of a table whose leading key components are given: a range read under one prefix.

    Where more than the last component is left, a quantifier runs over them one after another.
    """

    def __init__(self, table: Table, prefix: tuple[Any, ...]) -> None:
        self.table = table
        self.prefix = tuple(lift(value, kind) for value, (_, kind) in zip(prefix, table.key, strict=False))

    def __repr__(self) -> str:
        return f"rows of {self.table.name}"

    def bind(self) -> tuple[Binder, tuple[Any, ...]]:
        if len(self.prefix) != len(self.table.key) - 1:
            raise SpecificationError(f"rows of {self.table.name} need all key components but the last, outside every and some")
        kind = self.table.key[-1][1]
        domain = node("rows", kind, self.table.name, *self.prefix)
        with bound_variable(kind) as last:
            row = Row(self.table, (*self.prefix, last))
            return Binder(domain, last, row.exists), (row,)


class TableHandle:
    """What a text calls a table by: `CI[instance]` is a row, `TJ.rows(couple)` a range."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"the table {self.name}"

    def __getitem__(self, keys: Any) -> Row:
        return current_schema().row(self.name, *(keys if isinstance(keys, tuple) else (keys,)))

    def named(self, **known: Any) -> Row:
        """The row whose key components are among the given names; names that the key lacks are ignored."""
        table = current_schema().table(self.name)
        missing = [name for name, _ in table.key if name not in known]
        if missing:
            raise SpecificationError(f"{self.name} is keyed by {missing[0]!r} too, which is not among: {choices(known)}")
        return Row(table, tuple(lift(known[name], kind) for name, kind in table.key))

    @property
    def sort(self) -> Sort:
        """All identifiers that a row could have, whether it exists or not: for claims and lemmas."""
        kind = current_schema().table(self.name).key[0][1]
        return Sort(kind.sort)

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
    if isinstance(domain, Rows) and op in ("every", "some") and len(domain.prefix) < len(domain.table.key) - 1:
        missing = domain.table.key[len(domain.prefix)][1]
        with bound_variable(missing) as component:
            body = _quantified(op, kind, Rows(domain.table, (*domain.prefix, component)), condition, lifted)
        return node(op, kind, node("rows", missing, domain.table.name, *domain.prefix), component, boolean(True), body)
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
