"""Answers that are kept: what was proved of exactly this text, by exactly this program, is not proved again.

A key is a digest of all that an answer depends on, the program and its solvers included.  The store is a convenience of one user on one
machine: whoever can write to it can also write to the program.  `--fresh` asks nothing of it, and a store that cannot be used is not.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

VARIABLE = "MARKETPROOF_STORE"
ROOMS = ("adversaries", "ledger_runtime", "marketproof", "model", "properties", "spec")
# Texts of the protocol, of claims and of lemmas: they are in the keys, piece by piece.
TEXTS = ("spec/paper/", "spec/hardened/", "properties/paper_claims", "properties/hardened_")
SOLVERS = ("z3-solver", "cvc5", "python-sat", "python")
MOST_BYTES = 400_000_000


def folder() -> Path:
    """Where answers are kept: the folder that MARKETPROOF_STORE names, else the user's cache."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_cache_path("marketproof")


@cache
def installed(package: str) -> str:
    """The version of a package, or of Python."""
    if package == "python":
        return platform.python_version()
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@cache
def program() -> str:
    """SHA-256 of this program's own sources, without the texts that keys are made of, and of the versions of its solvers."""
    root, found = Path(__file__).resolve().parent.parent, hashlib.sha256()
    for package in SOLVERS:
        found.update(f"{package} {installed(package)}\n".encode())
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(TEXTS):
            found.update(f"{name}\n".encode() + path.read_bytes())
    return found.hexdigest()


class Store:
    """Answers by key, in one SQLite file that several processes share."""

    def __init__(self, place: Path | None = None, enabled: bool = True) -> None:
        self.enabled = enabled
        self._file = (place or folder()) / "answers.sqlite" if enabled else None
        self._open: tuple[int, sqlite3.Connection] | None = None

    def connection(self) -> sqlite3.Connection | None:
        """This process's own connection; None when there is no store, or it cannot be used."""
        if self._file is None:
            return None
        if self._open is None or self._open[0] != os.getpid():
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                made = sqlite3.connect(self._file, timeout=10, isolation_level=None)
                with suppress(sqlite3.OperationalError):  # another process is just doing it
                    made.execute("PRAGMA journal_mode=WAL")
                made.execute("PRAGMA synchronous=OFF")
                made.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, made REAL, answer BLOB) WITHOUT ROWID")
            except (OSError, sqlite3.Error):
                self._file = None
                return None
            self._open = os.getpid(), made
        return self._open[1]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Many answers are asked for at once: of one state of the file, which is locked and looked at once for all of them."""
        connection = self.connection()
        if connection is None or connection.in_transaction:
            yield
            return
        with suppress(sqlite3.Error):
            connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                connection.execute("COMMIT")

    def get(self, key: str) -> Any:
        """The answer that was kept under a key; None when there is none that can be read."""
        connection = self.connection()
        if connection is None:
            return None
        try:
            found = connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            return None if found is None else json.loads(zlib.decompress(found[0]))
        except (sqlite3.Error, zlib.error, ValueError):
            return None

    def put(self, key: str, answer: Any) -> None:
        """Keep an answer; on a full disk, or where nothing can be written, it is not kept."""
        connection = self.connection()
        if connection is None:
            return
        packed = zlib.compress(json.dumps(answer).encode(), 1)
        try:
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, time.time(), packed))
        except sqlite3.Error:
            self._file = None

    def prune(self) -> None:
        """Forget the older half when the file has become large."""
        connection = self.connection()
        if connection is None or self._file is None:
            return
        try:
            if self._file.stat().st_size > MOST_BYTES:
                connection.execute("DELETE FROM answers WHERE made < (SELECT avg(made) FROM answers)")
                connection.execute("VACUUM")
        except (OSError, sqlite3.Error):
            self._file = None
