"""Checking many signatures: in the caller's thread, or in threads beside it, since the library lets go of the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

Check = tuple[bytes, bytes, bytes]  # certificate, message, signature
CHUNK = 48
MOST_REMEMBERED = 100_000


class Checks:
    """Answers that are there, or will be: one for each check, in order."""

    def __init__(self, parts: Sequence[list[bool] | Future[list[bool]]]) -> None:
        self._parts = parts

    def answers(self) -> list[bool]:
        """All answers; waits for them."""
        return [one for part in self._parts for one in (part if isinstance(part, list) else part.result())]


class Pool:
    """Threads that check.

    threads: 0 checks in the caller's thread. shared: a check that was answered is not made again, as when all peers of one process rely
    on the first; without it every peer checks for itself.
    """

    def __init__(self, holds: Callable[[Check], bool], threads: int, shared: bool) -> None:
        self._holds, self._shared = holds, shared
        self._remembered: dict[Check, bool] = {}
        self._workers = ThreadPoolExecutor(threads, "signatures") if threads else None

    def begin(self, checks: Sequence[Check]) -> Checks:
        """Start checking."""
        if self._workers is None or len(checks) < 4:
            return Checks([self._all(checks)])
        size = min(CHUNK, -(-len(checks) // 2))
        return Checks([self._workers.submit(self._all, checks[first : first + size]) for first in range(0, len(checks), size)])

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
