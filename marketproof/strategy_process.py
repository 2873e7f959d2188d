"""The process in which a user's strategy runs: limits first, then its file; it is asked by one pipe and answers by another.

Nothing but data leaves it: JSON, which whoever asked checks. What the strategy prints goes nowhere.
"""

from __future__ import annotations

import itertools
import json
import os
import pickle
import resource
import runpy
import struct
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, BinaryIO

from adversaries.behaviours import Seen
from marketproof.variants import load
from spec.concrete import View
from spec.text import Protocol

MOST_OPTIONS = 50
HEADER = struct.Struct(">I")


def limited(memory_bytes: int, cpu_s: int) -> None:
    """From now on this process may not have more, write no files, and (but for root) start nothing."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    nothing = (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC)
    for what, most in ((resource.RLIMIT_AS, memory_bytes), *((what, 0) for what in nothing)):
        resource.setrlimit(what, (most, most))


def serve(path: str, variant: str, asks: BinaryIO, answers: BinaryIO, memory_bytes: int, cpu_s: int) -> None:
    """Answer until nobody asks any more; the first answer says whose strategy it is."""
    protocol = load(variant, [])
    limited(memory_bytes, cpu_s)
    found = attempt(path, partial(runpy.run_path, path))
    strategy: dict[str, Any] = found.get("value", {})
    mine = {"role": plain(strategy.get("ROLE")), "has": callable(strategy.get("options"))}
    send(answers, found if "raised" in found else mine)
    while (asked := receive(asks)) is not None:
        seen = seen_of(protocol, pickle.loads(asked))  # of our own parent
        done = attempt(path, partial(first_of, strategy["options"], seen))
        send(answers, done if "raised" in done else {"options": plain(done["value"])})


def first_of(options: Callable[[Seen], Iterable[Any]], seen: Seen) -> list[Any]:
    """No more of what it proposes than is looked at."""
    return list(itertools.islice(options(seen), MOST_OPTIONS))


def attempt(path: str, what: Callable[[], Any]) -> dict[str, Any]:
    """The value, or what was raised and in which line of the user's file."""
    try:
        return {"value": what()}
    except BaseException as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        place = f" in line {lines[-1]}" if lines else ""
        return {"raised": f"{type(error).__name__}{place}"}


def plain(value: Any, depth: int = 0) -> Any:
    """What JSON has words for; anything else as a sign that it is something else."""
    if isinstance(value, bool | int | str) or value is None:
        return value if not isinstance(value, int) or abs(value) < 2**63 else {"no value": "a number of that size"}
    if isinstance(value, list | tuple) and depth < 20:
        return [plain(inner, depth + 1) for inner in value]
    if type(value) is dict and depth < 20:
        return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
    return {"no value": type(value).__name__}


def seen_of(protocol: Protocol, asked: dict[str, Any]) -> Seen:
    view = View(protocol.schema, asked["rows"], asked["universe"], frozenset())
    return Seen(protocol, asked["member"], view, asked["past"], asked["duties"])


def send(stream: BinaryIO, value: Any) -> None:
    data = json.dumps(value).encode()
    stream.write(HEADER.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(HEADER.size)
    return stream.read(HEADER.unpack(head)[0]) if len(head) == HEADER.size else None


def main() -> None:
    path, variant, asks, answers, memory_bytes, cpu_s = sys.argv[1:]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    with os.fdopen(int(asks), "rb") as asking, os.fdopen(int(answers), "wb") as answering:
        serve(path, variant, asking, answering, int(memory_bytes), int(cpu_s))


if __name__ == "__main__":
    main()
