"""Running a peer on a task: its commands one after another in a folder of their own, within a limit."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """`attack`: the first run of the paper's text that breaks the claim; `space`: all states of the hardened text, both claims."""

    kind: str
    claim: str
    subsets: int
    replicas: int

    @property
    def scope(self) -> str:
        return f"{self.subsets}x{self.replicas}"

    @property
    def name(self) -> str:
        return f"{self.claim} {self.scope}" if self.kind == "attack" else self.scope

    @property
    def marks(self) -> dict[str, str]:
        """What stands for @NAME@ in a model."""
        paper = self.kind == "attack"
        claims = self.claim if paper else "I1 I2"
        return {"M": str(self.subsets), "N": str(self.replicas), "PAPER": str(paper).upper(), "paper": str(paper).lower(), "CLAIMS": claims}


@dataclass(frozen=True)
class Outcome:
    """`said` is found, holds, out of time or the reason of a failure; times in seconds; `engine_s` is the search alone."""

    said: str
    whole_s: float
    engine_s: float | None = None
    trace: int | None = None
    states: int | None = None


@dataclass
class Ran:
    """What the commands of a task printed, and how long each took."""

    folder: Path
    seconds: list[float] = field(default_factory=list)
    output: str = ""
    late: bool = False
    failed: bool = False


def run(commands: list[list[str]], files: dict[str, str], limit_s: float, folder: Path, environment: dict[str, str]) -> Ran:
    """Each command with what is left of the limit; a command that does not end is stopped with all that it started.

    Where one before the last fails, the last is not run: it would be an old engine.
    """
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    ran = Ran(folder)
    for command in commands:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={**os.environ, **environment},
        )  # fmt: skip
        try:
            said, _ = process.communicate(timeout=max(0.01, limit_s - sum(ran.seconds)))
            ran.output += said
        except subprocess.TimeoutExpired:
            ran.late = True
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        ran.seconds.append(time.perf_counter() - began)
        ran.failed = process.returncode != 0 and command is not commands[-1]
        if ran.late or ran.failed:
            break
    return ran


def workplace() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="marketproof-peers-", ignore_cleanup_errors=True)
