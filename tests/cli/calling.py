"""Calling the command line: in this process, in one of its own, in a terminal; and what a refusal looks like."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from marketproof.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 100
LONGEST_MESSAGE = 2000
FAST = ("--claim", "C11", "--coalition", "CO")
FAST_CHECK = ("check", "--fresh", "--variant", "paper", "--without-job", "--jobs", "1", *FAST)


@dataclass(frozen=True)
class Result:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str = ""

    @property
    def complaints(self) -> list[str]:
        """Lines on standard error that are no progress, which a slow machine shows more of."""
        return [line for line in self.err.splitlines() if not re.match(r" *\d+\.\d s  ", line)]


Call = Callable[..., Result]


def calling(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls `marketproof` in this process."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return call


def environment(**changed: str) -> dict[str, str]:
    """This process's environment without what changes colours, and with what a test changes."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "PYTHONIOENCODING")}
    return {**kept, "PYTHONPATH": str(ROOT), **changed}


def command(*arguments: object, before: str = "") -> list[str]:
    """The command line of a process of its own. before: Python that runs first, for what must be broken there."""
    start = f"import sys\n{before}\nfrom marketproof.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", start, *map(str, arguments)]


def spawned(*arguments: object, before: str = "", **changed: str) -> Result:
    """Calls `marketproof` in a process of its own."""
    done = subprocess.run(
        command(*arguments, before=before), env=environment(**changed), capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    return Result(done.returncode, done.stdout, done.stderr)


def in_terminal(*arguments: object, **changed: str) -> Result:
    """Calls `marketproof` with a terminal as its standard output and error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(*arguments), env=environment(**changed), stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux says that nobody holds the other end any more
            pass
        os.close(ours)
    return Result(process.returncode, shown.decode())


def check_refused(result: Result, *parts: object) -> None:
    """Exit code 2, nothing on standard output, and one line on standard error with the value and the choices."""
    assert result.code == 2, result
    assert result.out == ""
    (line,) = result.complaints
    assert line.startswith("marketproof: error: ") and line.isprintable() and len(line) < LONGEST_MESSAGE, line
    for part in parts:
        assert str(part) in line, (part, line)


def widest(text: str) -> int:
    return max(map(len, text.splitlines()), default=0)
