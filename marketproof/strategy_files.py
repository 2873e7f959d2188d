"""A user's strategy from a file, run in a process of its own: stopped and named when it loops, grows, raises or answers nonsense."""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adversaries.behaviours import Action, Seen
from adversaries.strategies import Strategy
from marketproof.errors import UserError
from marketproof.strategy_process import HEADER
from model.witness import WitnessError, decode_value, short
from spec.errors import choices
from spec.kinds import Kind, Term

ROLES = ("DO", "CO", "MO")
LARGEST_ANSWER_BYTES = 1 << 20
STARTING_S = 20.0


@dataclass(frozen=True)
class Limits:
    """What a strategy may use: seconds of one turn, of processor time in all, and bytes of memory."""

    turn_s: float = 2.0
    cpu_s: int = 20
    memory_bytes: int = 512 << 20


class StrategyStopped(UserError):
    """A user's strategy that was stopped, with its file and the reason."""


@dataclass
class StrategyFile:
    """A strategy in a process of its own; used as a context manager, after which no process of it is left."""

    path: Path
    variant: str
    universe: dict[str, list[Any]]
    limits: Limits = field(default_factory=Limits)
    role: str = ""

    def __enter__(self) -> StrategyFile:
        if not self.path.is_file():
            raise UserError(f"no file {str(self.path)!r}; a strategy is a .py file that defines ROLE and options(seen)")
        asks, self._asks = os.pipe()
        self._answers, answers = os.pipe()
        command = [sys.executable, "-m", "marketproof.strategy_process", str(self.path), self.variant, str(asks), str(answers),
                   str(self.limits.memory_bytes), str(self.limits.cpu_s)]  # fmt: skip
        self._process = subprocess.Popen(command, pass_fds=(asks, answers), start_new_session=True, stdin=subprocess.DEVNULL)
        os.close(asks)
        os.close(answers)
        os.set_blocking(self._asks, False)
        try:
            self._introduce()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._asks, self._answers):
            with suppress(OSError):
                os.close(stream)

    def _introduce(self) -> None:
        said = self._answer(STARTING_S)
        role = said.get("role")
        if role not in ROLES:
            raise self.stopped(f"it should define ROLE as one of {choices(ROLES)}, not {short(role)}")
        if said.get("has") is not True:
            raise self.stopped("it should define a function options(seen)")
        self.role = role

    @property
    def strategy(self) -> Strategy:
        return Strategy(self.path.stem, self.role, f"the strategy of {str(self.path)!r}", self.options)

    def options(self, seen: Seen) -> Iterator[Action]:
        """What it proposes next, each proposal checked; raises StrategyStopped."""
        asked = {"member": seen.member, "rows": dict(seen.view.rows), "universe": self.universe, "past": list(seen.past),
                 "duties": list(seen.duties)}  # fmt: skip
        self._ask(pickle.dumps(asked))
        found = self._answer(self.limits.turn_s).get("options")
        if not isinstance(found, list):
            raise self.stopped(f"it answers {short(found)}, and no list of proposals")
        yield from [self.checked(seen, number, one) for number, one in enumerate(found, 1)]

    def checked(self, seen: Seen, number: int, proposed: Any) -> Action:
        """A proposal as a step with its arguments, each a value of its kind."""
        if not (isinstance(proposed, list) and len(proposed) == 2 and isinstance(proposed[0], str) and isinstance(proposed[1], dict)):
            raise self.stopped(f"its proposal {number} is {short(proposed)}, not (step, arguments)")
        name, given = proposed
        transactions = seen.protocol.transactions
        if name not in transactions:
            raise self.stopped(f"its proposal {number} names no step {short(name)}; choices: {choices(transactions)}")
        kinds = transactions[name].parameters
        if set(given) != set(kinds):
            raise self.stopped(f"its proposal {number}, {name}, takes {choices(kinds)}, not {short(sorted(given))}")
        if given["caller"] != seen.member:
            raise self.stopped(f"its proposal {number}, {name}, is called by {short(given['caller'])}, and it speaks for {seen.member}")
        try:
            return name, {one: decode_value(kind, named(kind, given[one]), self.universe, f"{name}({one})") for one, kind in kinds.items()}
        except WitnessError as error:
            raise self.stopped(f"in its proposal {number} {error}") from error

    def stopped(self, why: str) -> StrategyStopped:
        return StrategyStopped(f"the strategy {str(self.path)!r} was stopped: {why}")

    # --- the pipes ---

    def _ask(self, data: bytes) -> None:
        until, view = time.monotonic() + self.limits.turn_s, memoryview(HEADER.pack(len(data)) + data)
        with suppress(BrokenPipeError):  # what became of it is told where its answer is missing
            while view:
                if not select.select([], [self._asks], [], max(0.0, until - time.monotonic()))[1]:
                    raise self.stopped(f"it did not read within {self.limits.turn_s:g} s")
                view = view[os.write(self._asks, view) :]

    def _answer(self, within_s: float) -> dict[str, Any]:
        until = time.monotonic() + within_s
        size = HEADER.unpack(self._read(HEADER.size, until, within_s))[0]
        if size > LARGEST_ANSWER_BYTES:
            raise self.stopped(f"its answer has {size} bytes, more than {LARGEST_ANSWER_BYTES}")
        try:
            found = json.loads(self._read(size, until, within_s))
        except (ValueError, RecursionError) as error:
            raise self.stopped(f"its answer is no JSON ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise self.stopped(f"its answer is {short(found)}")
        if "raised" in found:
            raised = str(found["raised"])[:200]
            most = f": it may have {self.limits.memory_bytes >> 20} MiB" if raised.startswith("MemoryError") else ""
            raise self.stopped(f"it raised {raised}{most}")
        return found

    def _read(self, size: int, until: float, within_s: float) -> bytes:
        data = b""
        while len(data) < size:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise self.stopped(f"it did not answer within {within_s:g} s")
            part = os.read(self._answers, size - len(data))
            if not part:
                raise self.stopped(self._ended())
            data += part
        return data

    def _ended(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return f"it used more than {self.limits.cpu_s} s of processor time"
        return f"its process ended by {signal.Signals(-code).name}" if code < 0 else f"its process ended with code {code}"


def named(kind: Kind, value: Any) -> Any:
    """A pre-image with its parts by name, as a witness has it, of one that is a list as `Seen` has it."""
    if isinstance(kind, Term) and isinstance(value, list) and len(value) == len(kind.parts):
        return {name: named(part, inner) for (name, part), inner in zip(kind.parts, value, strict=True)}
    return value
