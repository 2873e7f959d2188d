"""A Postgres of our own for as long as it is used, from the server that is installed; or any other, by its connection."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger_runtime.errors import PostgresMissing

PROGRAMS = ("initdb", "postgres", "psql", "pgbench")
PLACES = "/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"
UNPRIVILEGED = ("postgres", "nobody")  # the server refuses to be root: it then runs as one of these
PATIENCE_S = 30.0
PAUSE_S = 0.05
SETTINGS = {"synchronous_commit": "on", "fsync": "on", "max_connections": "100", "listen_addresses": "", "shared_buffers": "256MB"}
OPTIONS = "-c search_path=market,public -c client_min_messages=error -c jit=off"  # compiling a call takes longer than the call
SERIALIZABLE = "-c default_transaction_isolation=serializable"


def program(name: str) -> str:
    """Where one of Postgres's programs is.  Raises PostgresMissing."""
    found = shutil.which(name)
    elsewhere = (path for pattern in PLACES for path in sorted(Path("/").glob(pattern[1:]), reverse=True))
    candidates = [found] if found else [str(path / name) for path in elsewhere]
    for path in candidates:
        if path and os.access(path, os.X_OK):
            return path
    raise PostgresMissing(f"Postgres's {name} is not installed here; the baseline needs {', '.join(PROGRAMS)}, or a connection")


@dataclass(frozen=True)
class Database:
    """A connection, as psql and pgbench take it."""

    connection: str

    def environment(self, serializable: bool = True) -> dict[str, str]:
        return {**os.environ, "PGOPTIONS": f"{OPTIONS} {SERIALIZABLE}" if serializable else OPTIONS}

    def run(self, text: str) -> list[str]:
        """Have statements run; the lines that they give.  Raises PostgresMissing with the error."""
        command = [program("psql"), "-d", self.connection, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(command, input=text, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise PostgresMissing(f"Postgres did not do it: {' '.join(done.stderr.split())[-400:]}")
        return done.stdout.splitlines()

    def version(self) -> str:
        (found,) = self.run("SHOW server_version;")
        return found


@contextmanager
def private() -> Iterator[Database]:
    """A cluster in a folder that is deleted afterwards; reached by a socket in it, so that no port is taken."""
    for name in PROGRAMS:
        program(name)
    folder = Path(tempfile.mkdtemp(prefix="mp-pg-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        user = unprivileged()
        if user is not None:
            shutil.chown(folder, user.pw_uid, user.pw_gid)
        options = ["-U", "market", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        made = _as(user, [program("initdb"), "-D", str(folder / "data"), *options], folder)
        if made.returncode:
            raise PostgresMissing(f"initdb failed: {' '.join(made.stderr.decode(errors='replace').split())[-400:]}")
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                _command(user, [program("postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]), cwd=folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        database = Database(f"host={folder} user=market dbname=postgres")
        _await(database, server, folder / "log")
        yield database
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def reached(connection: str | None) -> Iterator[Database]:
    """The Postgres of a connection, or a private one."""
    if connection is not None:
        yield Database(connection)
        return
    with private() as database:
        yield database


def unprivileged() -> pwd.struct_passwd | None:
    """Who runs the server when we are root; None when we need nobody.  Raises PostgresMissing."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresMissing(f"Postgres refuses to run as root, and there is no user {' or '.join(UNPRIVILEGED)} here")


def _command(user: pwd.struct_passwd | None, command: Sequence[str]) -> list[str]:
    if user is None:
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresMissing("Postgres refuses to run as root, and there is no setpriv here to run it as somebody else")
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--", *command]


def _as(user: pwd.struct_passwd | None, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(_command(user, command), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _await(database: Database, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            database.run("SELECT 1;")
            return
        except PostgresMissing:
            if server.poll() is not None or time.monotonic() > ends:
                raise PostgresMissing(f"Postgres does not start: {' '.join(log.read_text(errors='replace').split())[-400:]}") from None
            time.sleep(PAUSE_S)
