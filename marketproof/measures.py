"""What a run of calls on any ledger comes to: goodput of the valid ones alone, quantiles of their latency, conflicts."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

VALID = "VALID"
CONFLICTS = "MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT"
QUANTILES = (0.5, 0.95, 0.99)
HEAD = "sent", "valid", "conflicts", "goodput/s", "p50 ms", "p95 ms", "p99 ms"


@dataclass
class Measured:
    """Calls of one kind: what became of them and in which time. made_again: conflicts that a client never saw."""

    codes: Counter[str] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    seconds: float = 0.0
    made_again: int = 0

    def add(self, made: Iterable[tuple[str, float]], seconds: float, made_again: int = 0) -> None:
        """Calls by code and seconds of each, and how long they took together."""
        for code, took in made:
            self.codes[code] += 1
            if code == VALID:
                self.latencies_s.append(took)
        self.seconds += seconds
        self.made_again += made_again

    def join(self, other: Measured) -> None:
        """Take another part as one that came after it."""
        self.codes += other.codes
        self.latencies_s += other.latencies_s
        self.seconds += other.seconds
        self.made_again += other.made_again

    @property
    def goodput(self) -> float:
        return self.codes[VALID] / self.seconds if self.seconds else 0.0

    def told(self) -> dict[str, Any]:
        """By the names of `HEAD`."""
        ordered = sorted(self.latencies_s) or [0.0]
        places = [min(len(ordered) - 1, int(share * len(ordered))) for share in QUANTILES]
        conflicts = self.made_again + sum(self.codes[code] for code in CONFLICTS)
        figures = [sum(self.codes.values()), self.codes[VALID], conflicts, round(self.goodput, 1)]
        return dict(zip(HEAD, [*figures, *(round(1000 * ordered[place], 1) for place in places)], strict=True))


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
