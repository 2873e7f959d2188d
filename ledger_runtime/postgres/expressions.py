"""The tree as SQL: an expression of the text becomes an expression over tables; nothing equals nothing, as in every other meaning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger_runtime.digests import DOMAIN
from ledger_runtime.errors import UnknownTable
from spec.kinds import BOOLEAN, INTEGER, Kind, Term
from spec.schema import Binder, Schema, Table
from spec.tree import TRUE, Expression

NOTHING = "E'\\001'"  # a key component that is a reference to nothing: a primary key cannot hold null
SIGNS = {"lt": "<", "add": "+", "sub": "-"}
DRAWN = {"permuted": "permuted", "drawn_at": "placed"}


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A value as SQL has it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def type_of(kind: Kind) -> str:
    """The SQL type of a kind's values; lists are their lengths."""
    return "boolean" if kind is BOOLEAN else "bigint" if kind is INTEGER else "text"


def key_columns(table: Table) -> list[tuple[str, str]]:
    """Names and types of a table's key; a table of one row has a column that is always true."""
    return [(f"key_{name}", type_of(kind)) for name, kind in table.key] or [("key", "boolean")]


class Translator:
    """Expressions of one schema as SQL. Parameters are named `par_...` so that no column is meant."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def table(self, name: str) -> Table:
        table = self.schema.tables[name]
        if not table.on_ledger:
            raise UnknownTable(f"table {name!r} is kept off the ledger")
        return table

    def key(self, kind: Kind, part: Expression) -> str:
        """A key component: never null."""
        made = self.expression(part)
        return f"coalesce({made}, {NOTHING})" if type_of(kind) == "text" else made

    def at(self, table: Table, keys: Iterable[Expression]) -> str:
        """Which rows have these first key components."""
        given = list(keys)
        found = [f"{quoted(f'key_{name}')} = {self.key(kind, part)}" for (name, kind), part in zip(table.key, given, strict=False)]
        return " AND ".join(found) or "true"

    def expression(self, e: Expression) -> str:
        op, args = e._op, e._args
        if op == "lit":
            return literal(args[0])
        if op == "par":
            return quoted(f"par_{args[0]}")
        if op == "var":
            return f"{quoted(args[0])}.x"
        if op == "field":
            table = self.table(args[0])
            default = literal(table.cells[args[1]].default)
            return f"coalesce((SELECT {quoted(args[1])} FROM {quoted(table.name)} WHERE {self.at(table, args[2:])}), {default})"
        if op == "exists":
            table = self.table(args[0])
            return f"EXISTS (SELECT FROM {quoted(table.name)} WHERE {self.at(table, args[1:])})"
        if op in ("every", "some", "count", "total"):
            return self._fold(op, args)
        if op in ("and", "or"):
            return "(" + f" {op.upper()} ".join(map(self.expression, args)) + ")"
        if op == "not":
            return f"(NOT {self.expression(args[0])})"
        if op == "ite":
            return f"(CASE WHEN {self.expression(args[0])} THEN {self.expression(args[1])} ELSE {self.expression(args[2])} END)"
        return self._arithmetic(e)

    def _arithmetic(self, e: Expression) -> str:
        op, args = e._op, e._args
        if op == "eq":
            return f"({self.expression(args[0])} IS NOT DISTINCT FROM {self.expression(args[1])})"
        if op in SIGNS:
            return f"({self.expression(args[0])} {SIGNS[op]} {self.expression(args[1])})"
        if op == "scale":
            return f"({self.expression(args[0])} * {args[1]})"
        if op == "mod":
            return f"((({self.expression(args[0])} % {args[1]}) + {args[1]}) % {args[1]})"
        if op == "term":
            return self._term(e._kind, args)
        if op in DRAWN:
            key, number, size = args
            seeds = ", ".join(f"to_jsonb({self.expression(part)})" for part in key._args)
            return f"{DRAWN[op]}({self.expression(number)}, {self.expression(size)}, ARRAY[{seeds}])"
        raise NotImplementedError(f"no SQL meaning for {op!r}")

    def _term(self, kind: Kind, args: tuple[Expression, ...]) -> str:
        assert isinstance(kind, Term)
        parts = [f"part({self.expression(part)}::{type_of(of)})" for part, (_, of) in zip(args, kind.parts, strict=True)]
        nothing = " AND ".join(f"{self.expression(part)} IS NULL" for part in args)
        head = "".join(f"s{len(text.encode())}:{text}" for text in (DOMAIN, kind.name))
        return f"(CASE WHEN {nothing} THEN NULL ELSE digested({' || '.join([literal(head), *parts])}) END)"

    def _fold(self, op: str, args: tuple[Any, ...]) -> str:
        source = self.source([Binder(args[0], args[1], args[2])])
        body = self.expression(args[3])
        if op == "every":
            return f"(NOT EXISTS (SELECT {source} AND NOT {body}))"
        if op == "some":
            return f"EXISTS (SELECT {source} AND {body})"
        if op == "count":
            return f"(SELECT count(*) {source} AND {body})"
        return f"(SELECT coalesce(sum({body}), 0)::bigint {source})"

    def source(self, binders: Iterable[Binder]) -> str:
        """`FROM ... WHERE ...` of loops within loops."""
        loops = list(binders)
        tables = " CROSS JOIN LATERAL ".join(f"({self._domain(one.domain)}) AS {quoted(one.variable._args[0])}(x)" for one in loops)
        conditions = [self.expression(one.condition) for one in loops if one.condition is not TRUE]
        return f"FROM {tables} WHERE {' AND '.join(conditions) or 'true'}"

    def _domain(self, domain: Expression) -> str:
        if domain._op == "sort":
            keyed = [one for one in self.schema.tables.values() if one.on_ledger and len(one.key) == 1]
            tables = [one for one in keyed if one.key[0][1].sort == domain._args[0]]
            return " UNION ".join(f"SELECT {self._component(one, 0)} FROM {quoted(one.name)}" for one in tables)
        if domain._op == "list":
            owner, name, *keys = domain._args
            table = self.table(owner)
            length = f"(SELECT {quoted(f'{name}_length')} FROM {quoted(owner)} WHERE {self.at(table, keys)})"
            return f"SELECT generate_series(0, coalesce({length}, 0) - 1)"
        name, *prefix = domain._args
        table = self.table(name)
        return f"SELECT DISTINCT {self._component(table, len(prefix))} FROM {quoted(name)} WHERE {self.at(table, prefix)}"

    @staticmethod
    def _component(table: Table, place: int) -> str:
        name, kind = table.key[place]
        column = quoted(f"key_{name}")
        return f"nullif({column}, {NOTHING})" if type_of(kind) == "text" else column
