"""What goes wrong with a store, on purpose and by a seed: a process that dies at some write, bytes that flip or tear, a full disk."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from ledger_runtime.engines import Change, Engine
from ledger_runtime.errors import StoreFull


class Killed(BaseException):
    """The process died here: nothing after it runs, nothing is tidied up."""


class Faulty:
    """A store in which a write fails.

    dies_at: the place, counted over all single changes, before which the process dies; a block's write also has a place after its last
    change, when everything is on disk and nobody knows yet. full_at: the place at which the disk is full. None: never.
    """

    def __init__(self, engine: Engine, dies_at: int | None = None, full_at: int | None = None) -> None:
        self.engine, self.dies_at, self.full_at = engine, dies_at, full_at
        self.place = 0
        self.described = f"{engine.described}, with faults"

    def get(self, table: str, key: bytes) -> bytes | None:
        return self.engine.get(table, key)

    def scan(self, table: str, start: bytes = b"", end: bytes | None = None, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]:
        return self.engine.scan(table, start, end, backwards)

    def write(self, changes: Iterable[Change]) -> None:
        self.engine.write(self._until(changes))
        self._step()

    def _until(self, changes: Iterable[Change]) -> Iterator[Change]:
        for change in changes:
            self._step()
            yield change

    def _step(self) -> None:
        if self.place == self.dies_at:
            raise Killed(f"at write {self.place}")
        if self.place == self.full_at:
            raise StoreFull(f"no space is left for write {self.place}")
        self.place += 1

    def close(self) -> None:
        self.engine.close()


def flip(data: bytes, rng: random.Random) -> bytes:
    """The same bytes with one of them changed."""
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :]


def tear(data: bytes, rng: random.Random) -> bytes:
    """The same bytes cut short, or with zeros from some place on, as a write that was torn leaves them."""
    place = rng.randrange(len(data))
    torn = data[:place] if rng.random() < 0.5 else data[:place] + bytes(len(data) - place)
    return torn if torn != data else data[:-1]


def flip_file(path: Path, place: int, mask: int) -> None:
    """Change one byte of a file."""
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ mask]))
