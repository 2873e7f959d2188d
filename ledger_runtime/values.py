"""Values: which Python values a kind has on the ledger, and rows as canonical JSON of their cells by name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from ledger_runtime.errors import (
    LedgerError,
    MalformedTransaction,
    OversizedValue,
    UndecodableKey,
    UndecodableValue,
    UnknownTable,
    WrongKind,
)
from ledger_runtime.keys import LARGEST_KEY_BYTES, decode_key, encode_key
from spec.concrete import Key, Row, RowId
from spec.errors import choices
from spec.kinds import BOOLEAN, INTEGER, Enumeration, Kind, ListOf, Term
from spec.schema import Schema, Table
from spec.text import Protocol

LARGEST_VALUE_BYTES = 1 << 20
LARGEST_INTEGER = (1 << 53) - 1  # every JSON reader gets it right
LONGEST_LIST = 100_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SEALED = re.compile(r"(?:[0-9a-f]{2}){32,}")
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False)


def canonical(data: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8.  MalformedTransaction for data that has no such form."""
    try:
        return _WRITER.encode(data).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedTransaction(f"{shown(data)} cannot be written as JSON: {error}") from None


def shown(value: Any) -> str:
    """A value for an error message, shortened."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list of thousands of lists
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:76]}... ({len(text)} characters)"


def check_value(kind: Kind, value: Any, what: str) -> None:
    """Refuse a value that is not of the kind: WrongKind or OversizedValue.  `what` names its place."""
    if kind is BOOLEAN:
        if type(value) is not bool:
            raise WrongKind(f"{what} is {shown(value)}; a Boolean is True or False")
    elif kind is INTEGER:
        if type(value) is not int or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            shows = f"a {type(value).__name__}" if type(value) is not int else f"an integer of {value.bit_length()} bits"
            raise WrongKind(f"{what} is {shows}; an Integer is an int between -{LARGEST_INTEGER} and {LARGEST_INTEGER}")
    elif type(value) is not str:
        raise WrongKind(f"{what} is {shown(value)}; a value of kind {kind.name} is a str")
    elif isinstance(kind, Enumeration):
        if value not in kind.values:
            raise WrongKind(f"{what} is {shown(value)}; choices: {choices(kind.values)}")
    else:
        _check_text(kind, value, what)


def _check_text(kind: Kind, value: str, what: str) -> None:
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError:
        raise WrongKind(f"{what} is {shown(value)}, which has no UTF-8 form") from None
    if size > LARGEST_VALUE_BYTES:
        raise OversizedValue(f"{what} has {size} bytes, at most {LARGEST_VALUE_BYTES}")
    if isinstance(kind, Term):
        if kind.opened_by and not _SEALED.fullmatch(value):
            raise WrongKind(f"{what} is {shown(value)}; a {kind.name} is a digest, or what was sealed, in 64 or more hexadecimal digits")
        if not kind.opened_by and not _DIGEST.fullmatch(value):
            raise WrongKind(f"{what} is {shown(value)}; a {kind.name} is a digest of 64 hexadecimal digits")


def check_stored(kind: Kind, value: Any, what: str) -> None:
    """The same for a cell or a key component, which may also hold nothing where its kind has no other default."""
    if value is not None or kind.default is not None:
        check_value(kind, value, what)


def _layout(cells: list[str]) -> list[tuple[str, int]]:
    """What stands before each cell in the canonical JSON of a row, and the cell's place; names in the order of JSON's keys."""
    ordered = sorted((name, place) for place, name in enumerate(cells))
    return [(f"{',' if number else '{'}{encode_basestring(name)}:", place) for number, (name, place) in enumerate(ordered)]


def _scalar(value: Any) -> str:
    """A checked cell as canonical JSON: what `canonical` gives, without its generality."""
    if type(value) is str:
        return encode_basestring(value)
    return "null" if value is None else "true" if value is True else "false" if value is False else str(value)


class RowCodec:
    """Keys and values of the rows that a protocol keeps on the ledger."""

    def __init__(self, protocol: Protocol) -> None:
        self.schema: Schema = protocol.schema
        self._tables = {name: table for name, table in protocol.schema.tables.items() if table.on_ledger}
        self._names = {name: tuple(table.cells) for name, table in self._tables.items()}
        self._cells = {name: [(cell, kind, f"{name}.{cell}") for cell, kind in table.cells.items()] for name, table in self._tables.items()}
        self._written = {name: _layout(list(table.cells)) for name, table in self._tables.items()}
        fields = [(name, cell, field.kind) for name, table in self._tables.items() for cell, field in table.fields.items()]
        self._decoded = lru_cache(1 << 14)(self._decode)
        self._lengths = {f"{name}.{cell}_length" for name, cell, kind in fields if isinstance(kind, ListOf)}

    def table(self, name: str) -> Table:
        """A table on the ledger; UnknownTable for one that is kept off it, or does not exist."""
        found = self._tables.get(name)
        if found is None:
            where = "is kept off the ledger" if name in self.schema.tables else "does not exist"
            raise UnknownTable(f"table {name!r} {where}; choices: {choices(self._tables)}")
        return found

    def keyed_by(self, sort: str) -> list[str]:
        """The tables whose only key component is of the sort."""
        return [name for name, table in self._tables.items() if len(table.key) == 1 and table.key[0][1].sort == sort]

    def key(self, table: str, parts: Key) -> str:
        """The ledger key of a row, or of a prefix, of a table on the ledger."""
        self.table(table)
        return encode_key(table, parts)

    def key_to_write(self, table: str, parts: Key) -> str:
        """The same for a row that is to be written; OversizedValue when its key is too long to be stored."""
        key = self.key(table, parts)
        if 4 * len(key) > LARGEST_KEY_BYTES and len(key.encode()) > LARGEST_KEY_BYTES:
            raise OversizedValue(f"a key of {table} has {len(key.encode())} bytes, at most {LARGEST_KEY_BYTES}")
        return key

    def check_key(self, table: str, parts: Key) -> None:
        """Refuse key components that the table does not have."""
        declared = self.table(table).key
        if len(parts) != len(declared):
            raise WrongKind(f"{table} is keyed by ({', '.join(name for name, _ in declared)}), {len(parts)} given: {shown(parts)}")
        for (name, kind), part in zip(declared, parts, strict=True):
            check_stored(kind, part, f"{table}.{name}")

    def value(self, table: str, row: Row) -> bytes:
        """A row as bytes; WrongKind when a cell is not of its kind, OversizedValue when the row is too large."""
        for (_, kind, what), cell in zip(self._cells[table], row, strict=True):
            check_stored(kind, cell, what)
            if what in self._lengths and not 0 <= cell <= LONGEST_LIST:
                raise WrongKind(f"{what} is {cell}; a list has 0 to {LONGEST_LIST} entries")
        value = b"{}" if not row else ("".join([before + _scalar(row[place]) for before, place in self._written[table]]) + "}").encode()
        if len(value) > LARGEST_VALUE_BYTES:
            raise OversizedValue(f"a row of {table} has {len(value)} bytes, at most {LARGEST_VALUE_BYTES}")
        return value

    def row(self, table: str, value: bytes) -> Row:
        """A row from bytes that were committed, and so were checked."""
        return self._decoded(table, value)

    def _decode(self, table: str, value: bytes) -> Row:
        data = json.loads(value)
        return tuple([data[name] for name in self._names[table]])

    def named(self, table: str, row: Row | Mapping[str, Any]) -> dict[str, Any]:
        """The cells of a row by name, in the order of the table; those that a mapping lacks get their default."""
        cells = self.table(table).cells
        if isinstance(row, Mapping):
            if not set(row) <= set(cells):
                raise WrongKind(f"{table} has no cell {choices(set(row) - set(cells))}; choices: {choices(cells)}")
            return {name: row.get(name, kind.default) for name, kind in cells.items()}
        if len(row) != len(cells):
            raise WrongKind(f"a row of {table} has {len(cells)} cells ({', '.join(cells)}), {len(row)} given")
        return dict(zip(cells, row, strict=True))

    def checked(self, key: str, value: bytes) -> tuple[RowId, Row]:
        """A row from a key and bytes of unknown origin; UndecodableKey or UndecodableValue unless it is one of the schema, canonical."""
        table, parts = decode_key(key)
        try:
            self.key_to_write(table, parts)
            self.check_key(table, parts)
        except LedgerError as error:
            raise UndecodableKey(f"{shown(key)}: {error}") from None
        try:
            row = self._decode(table, value)
            if self.value(table, row) != value:
                raise UndecodableValue(f"{shown(value)} is no canonical row of {table}")
        except (LedgerError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise UndecodableValue(f"{shown(value)} is no row of {table}: {error}") from None
        return (table, parts), row
