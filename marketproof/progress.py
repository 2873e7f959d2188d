"""Progress on standard error: one line that moves on a terminal, a line every few seconds elsewhere, nothing for short work."""

from __future__ import annotations

import sys
import time

QUIET_S = 1.0
EVERY_S = 5.0


class Progress:
    """Tells what is being done, once it has lasted more than a second."""

    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled
        self.terminal = sys.stderr.isatty()
        self.began = time.monotonic()
        self.last = 0.0
        self.task = ""
        self.shown = False

    def start(self, task: str) -> None:
        self.task = task

    def __call__(self, detail: str) -> None:
        now = time.monotonic()
        if not self.enabled or now - self.began < QUIET_S or now - self.last < (0.1 if self.terminal else EVERY_S):
            return
        self.last, self.shown = now, True
        line = f"{now - self.began:6.1f} s  {self.task}: {detail}"[:100]
        print(f"\r\x1b[K{line}" if self.terminal else line, end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def done(self) -> None:
        if self.terminal and self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self.shown = False
