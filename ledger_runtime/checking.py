"""Checking many signatures: in the caller's thread, in threads beside it, or in processes with an interpreter's lock of their own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context, parent_process

Check = tuple[bytes, bytes, bytes]  # certificate, message, signature
Holds = Callable[[Check], bool]
CHUNK, CHUNK_OF_A_PROCESS = 48, 250
OWN_SHARE = 0.1  # of the checks that processes are given, what the caller does meanwhile
MOST_REMEMBERED = 100_000


class Checks:
    """Answers that are there, or will be: one for each check, in order."""

    def __init__(self, parts: Sequence[list[bool] | Future[list[bool]]]) -> None:
        self._parts = parts

    def answers(self) -> list[bool]:
        """All answers; waits for them."""
        return [one for part in self._parts for one in (part if isinstance(part, list) else part.result())]


class Pool:
    """What checks beside the caller.

    threads: 0 checks in the caller's thread. shared: a check that was answered is not made again, as when all peers of one process rely
    on the first; without it every peer checks for itself. processes: so many instead of threads, each of which makes its own `holds` by
    calling `make`; they share nothing.
    """

    def __init__(self, holds: Holds, threads: int, shared: bool, processes: int = 0, make: Callable[[], Holds] | None = None) -> None:
        self._holds, self._shared = holds, shared
        self._remembered: dict[Check, bool] = {}
        self._workers: Executor | None = ThreadPoolExecutor(threads, "signatures") if threads else None
        self._apart = bool(processes and make is not None)
        if processes and make is not None:
            self._workers = ProcessPoolExecutor(processes, get_context("spawn"), partial(begin_worker, make))

    def begin(self, checks: Sequence[Check]) -> Checks:
        """Start checking."""
        if self._workers is None or len(checks) < 4:
            return Checks([self._all(checks)])
        size = CHUNK_OF_A_PROCESS if self._apart else min(CHUNK, -(-len(checks) // 2))
        given = len(checks) - int(OWN_SHARE * len(checks)) if self._apart else len(checks)
        work = answered if self._apart else self._all
        begun = [self._workers.submit(work, checks[first : min(first + size, given)]) for first in range(0, given, size)]
        return Checks([*begun, self._all(checks[given:])])

    def close(self) -> None:
        """End the threads or processes."""
        if self._workers is not None:
            self._workers.shutdown(cancel_futures=True)

    def _all(self, checks: Sequence[Check]) -> list[bool]:
        if not self._shared:
            return [self._holds(check) for check in checks]
        return [self._once(check) for check in checks]

    def _once(self, check: Check) -> bool:
        found = self._remembered.get(check)
        if found is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            found = self._remembered[check] = self._holds(check)
        return found


# --- in a process beside the caller ---

_holds_here: list[Holds] = []


def begin_worker(make: Callable[[], Holds]) -> None:
    """Make what checks here; a worker whose parent was killed ends by itself."""
    _holds_here.append(make())
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=end_after, args=(parent.join,), daemon=True).start()


def end_after(wait: Callable[[], object]) -> None:
    wait()
    os._exit(1)


def answered(checks: Sequence[Check]) -> list[bool]:
    return [_holds_here[0](check) for check in checks]
