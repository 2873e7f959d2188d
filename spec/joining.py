"""Two variants in one vocabulary, so that what is said of a state of one can be held against what is said of a state of the other.

The states are those of both: every table and field of either.  A pre-image has the parts of both; where a text of one variant makes
a pre-image without a part that only the other has, that part is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from spec.kinds import Enumeration, Kind, ListOf, Sort, Term, terms_below
from spec.schema import Schema, Table
from spec.text import Protocol
from spec.tree import Expression, literal, node, walk


class NotComparable(Exception):
    """What two variants say cannot be held against each other; the message is the reason."""


@dataclass
class Joined:
    """A protocol with the tables of both; `apart` says of a table why there is no one table of the name."""

    protocol: Protocol
    apart: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    _fitted: dict[int, Expression] = field(default_factory=dict)

    def kind(self, kind: Kind) -> Kind:
        """A kind of either variant as both have it."""
        return self.kinds.get(kind.name, kind) if isinstance(kind, (Term, Enumeration)) else kind

    def fitted(self, e: Expression) -> Expression:
        """What an expression of either variant says, in the vocabulary of both.  Raises NotComparable."""
        for one in walk(e):
            if one._op in ("field", "exists", "rows", "list") and one._args[0] in self.apart:
                raise NotComparable(self.apart[one._args[0]])
        return self.changed(e)

    def changed(self, e: Expression) -> Expression:
        found = self._fitted.get(id(e))
        if found is None:
            arguments = [self.changed(one) if isinstance(one, Expression) else one for one in e._args]
            kind = self.kind(e._kind)
            if e._op == "term":
                arguments = padded(e._kind, kind, arguments)
            found = self._fitted[id(e)] = node(e._op, kind, *arguments)
        return found


def padded(own: Kind, wide: Kind, arguments: list[Any]) -> list[Any]:
    """The parts of a pre-image in the order of a wider kind; of a part that it lacks, the one of nothing."""
    assert isinstance(own, Term) and isinstance(wide, Term)
    given = dict(zip((name for name, _ in own.parts), arguments, strict=True))
    return [given[name] if name in given else node("part", kind, literal(None, wide), name) for name, kind in wide.parts]


def joined(first: Protocol, second: Protocol) -> Joined:
    """Both variants' tables, fields, sorts and pre-images."""
    if first is second:
        return Joined(second)
    apart: dict[str, str] = {}
    tables: dict[str, Table] = {}
    for name in dict.fromkeys((*first.schema.tables, *second.schema.tables)):
        one, other = first.schema.tables.get(name), second.schema.tables.get(name)
        found = one or other
        assert found is not None
        if one is not None and other is not None:
            try:
                found = table_of(one, other)
            except NotComparable as error:
                found, apart[name] = other, f"{name} is not one table in {first.name} and {second.name}: {error}"
        if "." not in name:
            tables[name] = found
    sorts = {name: sort_of(first.sorts.get(name), second.sorts.get(name)) for name in {**first.sorts, **second.sorts}}
    schema = Schema(tables, notions=second.schema.notions)
    held = [kind for table in schema.tables.values() for kind in (*(kind for _, kind in table.key), *table.cells.values())]
    given = [kind for one in (first, second) for step in one.transactions.values() for kind in step.parameters.values()]
    kinds: dict[str, Kind] = {}
    for kind in (*held, *given):
        for known in (kind, *terms_below(kind)):
            kinds.setdefault(known.name, known)
    return Joined(replace(second, name=f"{first.name} and {second.name}", schema=schema, sorts=sorts), apart, kinds)


def table_of(one: Table, other: Table) -> Table:
    """One table with the fields of both."""
    keys = [[name for name, _ in table.key] for table in (one, other)]
    if keys[0] != keys[1]:
        raise NotComparable(f"keyed by ({', '.join(keys[0])}) and by ({', '.join(keys[1])})")
    key = tuple((name, kind_of(kind, dict(other.key)[name])) for name, kind in one.key)
    fields = {**one.fields, **other.fields}
    for name in set(one.fields) & set(other.fields):
        fields[name] = replace(other.fields[name], kind=kind_of(one.fields[name].kind, other.fields[name].kind))
    return replace(other, key=key, fields=fields)


def kind_of(one: Kind, other: Kind) -> Kind:
    """The kind that holds the values of both."""
    if one == other:
        return other
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return replace(other, item=kind_of(one.item, other.item))
    if isinstance(one, Enumeration) and isinstance(other, Enumeration) and one.name == other.name:
        return replace(other, values=tuple(dict.fromkeys((*one.values, *other.values))))
    if isinstance(one, Term) and isinstance(other, Term) and one.name == other.name:
        own = dict(one.parts)
        shared = [(name, kind_of(own.pop(name), kind) if name in own else kind) for name, kind in other.parts]
        return replace(other, parts=(*shared, *own.items()))
    if one.sort == other.sort:
        return other
    raise NotComparable(f"a {one.name} and a {other.name}")


def sort_of(one: Sort | None, other: Sort | None) -> Sort:
    found = other or one
    assert found is not None
    return replace(found, besides=tuple(dict.fromkeys((*(one or found).besides, *found.besides))))
