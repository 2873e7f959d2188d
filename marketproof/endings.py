"""How a run ends: exit codes, one clear line for what the user can mend, and streams that break without a traceback."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_AS_EXPECTED = 0
EXIT_DIFFERS = 1
EXIT_BAD_USE = 2
EXIT_DISAGREES = 3
EXIT_INTERRUPTED = 130
EXIT_NOBODY_READS = 141

AGAIN_S = 0.01
ROOMS = ("spec", "properties", "adversaries", "model", "ledger_runtime", "reports", "marketproof")


def complain(text: str) -> None:
    """One line on standard error, whatever the text holds."""
    say(f"marketproof: error: {text}")


def say(text: str) -> None:
    line = "".join(mark if mark.isprintable() else " " if mark.isspace() else repr(mark)[1:-1] for mark in " ".join(text.split()))
    print(f"\r\x1b[K{line}" if sys.stderr.isatty() else line, file=sys.stderr, flush=True)


def ending(error: BaseException) -> int:
    """The exit code of a run that ended with this, said in one line; only a mistake of the tool itself shows a traceback."""
    if isinstance(error, KeyboardInterrupt):
        say("marketproof: interrupted; nothing half-written is left behind")
        return EXIT_INTERRUPTED
    if isinstance(error, BrokenPipeError):
        abandon_output()
        return EXIT_NOBODY_READS
    if isinstance(error, ImportError) and error.name and error.name.partition(".")[0] not in ROOMS:
        complain(f"the package {error.name!r} is missing or broken ({error}): run `make setup`, or see `marketproof doctor`")
        return EXIT_BAD_USE
    from marketproof.errors import ToolDisagrees, UserError, expected_errors

    if isinstance(error, (UserError, *expected_errors())):
        complain(str(error))
        abandon_output() if isinstance(error, OSError) else None
        return EXIT_BAD_USE
    if not isinstance(error, ToolDisagrees):
        traceback.print_exception(error)
    say(f"marketproof: the tool disagrees with itself: {error or type(error).__name__}")
    return EXIT_DISAGREES


def abandon_output() -> None:
    """Nobody reads the output, or nothing can hold it: what is still to be written goes nowhere, also when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def prepared_streams() -> None:
    """Signs that a terminal cannot show are escaped; a closed stream is as good as an empty one."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (open to the end)
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM, as a CI sends it, ends a run as Ctrl-C does: workers are ended and nothing half-written is left.

    Python drops an interruption that comes while an object is being deleted (large solvers take their time): it is sent once more.
    """

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            threading.Timer(AGAIN_S, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            hook(what)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook, before = sys.unraisablehook, signal.signal(signal.SIGTERM, interrupt)
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGTERM, before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the block is done: for a few renames that belong together."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {number: signal.signal(number, lambda got, frame: held.append(got)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if held:
        raise KeyboardInterrupt
