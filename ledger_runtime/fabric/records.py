"""What is known of the networks that were started on this machine: one file for each, in the user's cache."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.processes import Started, stop, strays
from ledger_runtime.fabric.programs import home, locked
from spec.errors import choices

MEMORY = Path("/dev/shm")
ROOM_BYTES = 1 << 30
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


@dataclass(frozen=True)
class Record:
    """A network: where it writes, what it runs, its ports by process and purpose, its processes by name. ready: whether it ever came up."""

    name: str
    folder: str
    variant: str
    readings: dict[str, str]
    text: str
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Started] = field(default_factory=dict)
    ready: bool = False

    @property
    def connection(self) -> Path:
        """The file that tells a client how to reach it."""
        return Path(self.folder) / "connection.json"

    def having(self, name: str, process: Started) -> Record:
        """The same with a process more; written down at once."""
        made = replace(self, processes={**self.processes, name: process})
        save(made)
        return made


def _folder() -> Path:
    return home() / "networks"


def _file(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise FabricFailed(f"{name!r} cannot be the name of a network; it takes small letters, digits and -, 31 at most")
    return _folder() / f"{name}.json"


def save(record: Record) -> None:
    """Write it down, whole or not at all."""
    path = _file(record.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(record)))
    part.replace(path)


def known() -> list[str]:
    """Every network that has a record."""
    return sorted(path.stem for path in _folder().glob("*.json"))


def find(name: str) -> Record | None:
    """A network by name; None when there is none."""
    path = _file(name)
    try:
        read: dict[str, Any] = json.loads(path.read_text())
        processes = {one: Started(**{**told, "command": tuple(told["command"])}) for one, told in read["processes"].items()}
        return Record(**{**read, "processes": processes})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FabricFailed(f"the record of network {name!r}, {str(path)!r}, cannot be read: {error}") from None


def need(name: str) -> Record:
    """A network that is there.  Raises FabricFailed with the choices."""
    found = find(name)
    if found is None:
        raise FabricFailed(f"no network {name!r}; choices: {choices(known())}; `marketproof fabric up` starts one")
    return found


def remove(record: Record) -> list[str]:
    """End what was started of a network and still runs, and delete what it wrote; the names of what was ended."""
    running = [name for name, process in record.processes.items() if process.alive]
    stop([*record.processes.values(), *strays(record.folder)])
    shutil.rmtree(record.folder, ignore_errors=True)
    _file(record.name).unlink(missing_ok=True)
    return running


@contextmanager
def changing(name: str) -> Iterator[None]:
    """While a network is brought up or down nobody else does so."""
    _file(name)
    _folder().mkdir(parents=True, exist_ok=True)
    with locked(_folder() / f"{name}.lock"):
        yield


def new_folder(name: str, in_memory: bool | None) -> Path:
    """A folder for a network's files: in memory by default where there is room, since Raft waits for every write."""
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    if in_memory and not has_room:
        raise FabricFailed(f"{str(MEMORY)!r} has no {ROOM_BYTES >> 20} MiB free for a network in memory")
    on_disk = home() / "runs"
    if not has_room or in_memory is False:
        on_disk.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=on_disk))
    return Path(tempfile.mkdtemp(prefix=f"marketproof-{name}-", dir=MEMORY))
