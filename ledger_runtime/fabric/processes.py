"""Processes that were started here, known by their id and the moment they began, so that nothing else is ever ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

NETWORK = "MARKETPROOF_NETWORK"  # in the environment of all that is started: which network's folder it works in
PATIENCE_S = 10.0
PAUSE_S = 0.05


@dataclass(frozen=True)
class Started:
    """A process: its id, when it began (clock ticks since the machine's start), and how it is started again."""

    pid: int
    began: int
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: str

    @property
    def alive(self) -> bool:
        return _began(self.pid) == self.began

    @property
    def resident_mib(self) -> float:
        """Memory that it holds; 0 for one that is gone."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 if self.alive else 0.0

    @property
    def processor_s(self) -> float:
        """Processor time that it took so far; 0 for one that is gone."""
        fields = _fields(self.pid)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if self.alive else 0.0

    def again(self) -> Started:
        """The same program once more."""
        return start(self.command, self.environment, Path(self.log))


def start(command: Iterable[str], environment: Mapping[str, str], log: Path) -> Started:
    """Start a program in a group of its own; what it says is added to a file."""
    called = tuple(command)
    with log.open("ab") as file:
        process = subprocess.Popen(called, env={**os.environ, **environment}, cwd=log.parent, stdin=subprocess.DEVNULL, stdout=file,
                                   stderr=file, start_new_session=True)  # fmt: skip
    _children[process.pid] = process
    return Started(process.pid, _began(process.pid) or 0, called, dict(environment), str(log))


def stop(processes: Iterable[Started], patience_s: float = PATIENCE_S) -> None:
    """End those that still are what was started: asked first, killed when they do not go."""
    left = [process for process in processes if process.alive]
    for how in (signal.SIGTERM, signal.SIGKILL):
        for process in left:
            _send(process, how)
        ends = time.monotonic() + patience_s
        while left and time.monotonic() < ends:
            left = [process for process in left if process.alive]
            time.sleep(PAUSE_S)


def strays(folder: str) -> list[Started]:
    """Processes of a network that nobody wrote down, as when the program was interrupted right after it started one."""
    marked, found = f"{NETWORK}={folder}".encode(), []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            mine = marked in (place / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # another user's, or gone
        began = _began(int(place.name)) if mine else None
        if began is not None:
            found.append(Started(int(place.name), began, (), {}, ""))
    return found


def kill(process: Started) -> None:
    """End one at once, as a crash does."""
    _send(process, signal.SIGKILL)
    while process.alive:
        time.sleep(PAUSE_S)


_children: dict[int, subprocess.Popen[bytes]] = {}


def _send(process: Started, how: signal.Signals) -> None:
    if process.alive:
        try:
            os.kill(process.pid, how)
        except ProcessLookupError:
            return


def _fields(pid: int) -> list[str]:
    """What Linux tells of a process, from its state on; nothing of one that ended."""
    if pid in _children:
        _children[pid].poll()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] in "ZX" else fields


def _began(pid: int) -> int | None:
    fields = _fields(pid)
    return int(fields[19]) if fields else None
