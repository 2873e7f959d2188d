"""Where bytes are kept: ordered tables in memory, in lmdb or in sqlite, with one atomic, durable write at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from sortedcontainers import SortedDict

from ledger_runtime.errors import StoreFull, StoreUnusable
from spec.errors import choices

TABLES = ("blocks", "heads", "history", "receipts", "state", "meta")
MOST_KEY_BYTES = 511  # of lmdb: a longer key is nowhere
MAP_BYTES = 1 << 38  # of addresses, not of memory or disk

Change = tuple[str, bytes, bytes]


class Engine(Protocol):
    """Tables of bytes by bytes, in the order of the keys.

    write: all changes (table, key, value) or none, on disk when it returns.  Raises StoreFull when there is no room.
    scan: entries with start <= key < end, backwards if asked for.
    """

    described: str

    def get(self, table: str, key: bytes) -> bytes | None: ...

    def scan(self, table: str, start: bytes = b"", end: bytes | None = None, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]: ...

    def write(self, changes: Iterable[Change]) -> None: ...

    def close(self) -> None: ...


class Memory:
    """Nothing is kept when the process ends."""

    described = "in memory"

    def __init__(self) -> None:
        self._tables: dict[str, Any] = {table: SortedDict() for table in TABLES}

    def get(self, table: str, key: bytes) -> bytes | None:
        found: bytes | None = self._tables[table].get(key)
        return found

    def scan(self, table: str, start: bytes = b"", end: bytes | None = None, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]:
        entries = self._tables[table]
        for key in entries.irange(start, end, (True, False), backwards):
            yield key, entries[key]

    def write(self, changes: Iterable[Change]) -> None:
        for table, key, value in changes:
            self._tables[table][key] = value

    def close(self) -> None:
        pass


class Lmdb:
    """One file with a tree for each table; a write is one transaction with one fsync, a reader sees the last whole one.

    most_bytes: the largest that the file may become. synced: False leaves the moment of writing to the system (for measuring).
    """

    described = "lmdb"

    def __init__(self, folder: Path, most_bytes: int = MAP_BYTES, synced: bool = True) -> None:
        import lmdb

        self._errors: tuple[type[Exception], type[Exception]] = (lmdb.MapFullError, lmdb.Error)
        try:
            durable = {"sync": synced, "metasync": synced, "readahead": False}
            self._environment = lmdb.open(str(folder), max_dbs=len(TABLES), map_size=most_bytes, **durable)
            self._tables = {table: self._environment.open_db(table.encode()) for table in TABLES}
            self._reader = self._environment.begin()
        except lmdb.Error as error:
            raise StoreUnusable(f"{str(folder)!r} cannot be opened by lmdb: {error}") from None
        self._check_size(folder / "data.mdb")

    def _check_size(self, file: Path) -> None:
        """A file that was cut short would end the process when it is read."""
        needed = (self._environment.info()["last_pgno"] + 1) * self._environment.stat()["psize"]
        if file.stat().st_size < needed:
            raise StoreUnusable(f"{str(file)!r} has {file.stat().st_size} bytes, {needed} are in use: it was cut short")

    def get(self, table: str, key: bytes) -> bytes | None:
        try:
            found: bytes | None = self._reader.get(key, db=self._tables[table]) if 0 < len(key) <= MOST_KEY_BYTES else None
        except self._errors[1] as error:
            raise StoreUnusable(f"table {table} cannot be read at key {key[:80]!r}: {error}") from None
        return found

    def scan(self, table: str, start: bytes = b"", end: bytes | None = None, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]:
        if len(start) > MOST_KEY_BYTES:
            return
        try:
            with self._reader.cursor(self._tables[table]) as cursor:
                yield from _backwards(cursor, start, end) if backwards else _onwards(cursor, start, end)
        except self._errors[1] as error:
            raise StoreUnusable(f"table {table} cannot be read: {error}") from None

    def write(self, changes: Iterable[Change]) -> None:
        try:
            with self._environment.begin(write=True) as transaction:
                for table, key, value in changes:
                    transaction.put(key, value, db=self._tables[table])
        except self._errors[0] as error:
            raise StoreFull(f"lmdb has no room: {error}") from None
        except self._errors[1] as error:
            raise (StoreFull if "space" in str(error) else StoreUnusable)(f"lmdb cannot write: {error}") from None
        self.renew()

    def renew(self) -> None:
        """See what was written since, here or by another process: a reader sees one state until then."""
        self._reader.abort()
        self._reader = self._environment.begin()

    def close(self) -> None:
        self._reader.abort()
        self._environment.close()


def _onwards(cursor: Any, start: bytes, end: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    if not (cursor.set_range(start) if start else cursor.first()):
        return
    for key, value in cursor:
        if end is not None and key >= end:
            return
        yield key, value


def _backwards(cursor: Any, start: bytes, end: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    if end is not None and cursor.set_range(end):
        if not cursor.prev():
            return
    elif not cursor.last():
        return
    for key, value in cursor.iterprev():
        if key < start:
            return
        yield key, value


class Sqlite:
    """A database file of the standard library, for machines without lmdb: a table for each table, one transaction for each write.

    most_pages: the largest that the file may become. synced: as of `Lmdb`.
    """

    described = "sqlite"

    def __init__(self, file: Path, most_pages: int | None = None, synced: bool = True) -> None:
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            level = "FULL" if synced else "OFF"
            for pragma in ("journal_mode=WAL", f"synchronous={level}", "locking_mode=EXCLUSIVE", "wal_autocheckpoint=4000"):
                self._connection.execute(f"PRAGMA {pragma}")
            if most_pages is not None:
                self._connection.execute(f"PRAGMA max_page_count={most_pages}")
            for table in TABLES:
                self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        except sqlite3.Error as error:
            raise StoreUnusable(f"{str(file)!r} cannot be opened by sqlite: {error}") from None

    def get(self, table: str, key: bytes) -> bytes | None:
        try:
            row = self._connection.execute(f"SELECT value FROM {table} WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise StoreUnusable(f"table {table} cannot be read at key {key[:80]!r}: {error}") from None
        return None if row is None else row[0]

    def scan(self, table: str, start: bytes = b"", end: bytes | None = None, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]:
        upper, given = ("", (start,)) if end is None else (" AND key < ?", (start, end))
        order = "DESC" if backwards else "ASC"
        try:
            yield from self._connection.execute(f"SELECT key, value FROM {table} WHERE key >= ?{upper} ORDER BY key {order}", given)
        except sqlite3.Error as error:
            raise StoreUnusable(f"table {table} cannot be read: {error}") from None

    def write(self, changes: Iterable[Change]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for table, key, value in changes:
                self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, value))
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise (StoreFull if "full" in str(error) else StoreUnusable)(f"sqlite cannot write: {error}") from None
            raise

    def close(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


def lmdb_is_here() -> bool:
    try:
        import lmdb  # noqa: F401
    except ImportError:
        return False
    return True


def _lmdb(folder: Path) -> Engine:
    return Lmdb(folder)


def _sqlite(folder: Path) -> Engine:
    return Sqlite(folder / "ledger.sqlite")


KINDS: dict[str, Callable[[Path], Engine]] = {"lmdb": _lmdb, "sqlite": _sqlite}


def opened(folder: Path, kind: str | None = None) -> Engine:
    """The store in an existing folder: of the kind that is named, else lmdb, and sqlite where lmdb is missing.  Raises StoreUnusable."""
    chosen = kind or ("lmdb" if lmdb_is_here() else "sqlite")
    if chosen not in KINDS:
        raise StoreUnusable(f"no kind of store {chosen!r}; choices: {choices(KINDS)}")
    if chosen == "lmdb" and not lmdb_is_here():
        raise StoreUnusable("lmdb is not installed, and the ledger is kept in it; run `make setup`")
    return KINDS[chosen](folder)
