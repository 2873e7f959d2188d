"""The SAT solver behind the finite meaning, bounded by conflicts so that a verdict does not depend on the machine's mood."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from typing import Any

from model.circuit import Circuit

BACKEND = "minisat22"


class SolverMissing(ImportError):
    """The solver package cannot be imported."""


class Solver:
    """Feeds a circuit's clauses to the solver and asks under assumptions.

    `seed` renumbers the variables, so that the solver decides in another order: the answers must not depend on it.
    `conflicts` bounds the whole search; `deadline_s` is an outer stop.  Both make `solve` return None.
    """

    def __init__(self, circuit: Circuit, seed: int = 0, conflicts: int = 4_000_000) -> None:
        try:
            from pysat.solvers import Solver as Backend
        except ImportError as error:
            raise SolverMissing("the package python-sat is missing: run `make setup`, or see `marketproof doctor`") from error
        self.circuit = circuit
        self.rng = random.Random(seed) if seed else None
        self.conflicts = conflicts
        self.backend: Any = Backend(name=BACKEND)
        self._number: list[int] = [0, 1]
        self._model: list[int] = []

    def _feed(self) -> None:
        clauses, self.circuit.clauses = self.circuit.clauses, []
        if self.rng is None:
            for clause in clauses:
                self.backend.add_clause(clause)
            return
        new = list(range(len(self._number), self.circuit.variables + 1))
        numbers = new[:]
        self.rng.shuffle(numbers)
        self._number.extend(numbers)
        for clause in clauses:
            self.backend.add_clause([self.renumbered(literal) for literal in clause])

    def renumbered(self, literal: int) -> int:
        if self.rng is None:
            return literal
        return self._number[literal] if literal > 0 else -self._number[-literal]

    def solve(self, assumptions: list[int], deadline_s: float | None = None) -> bool | None:
        """Whether the clauses can hold together with the assumptions; None when a bound was reached."""
        self._feed()
        if self.conflicts <= 0:
            return None
        before = self.backend.accum_stats()["conflicts"]
        self.backend.conf_budget(self.conflicts)
        answer = self._answer([self.renumbered(literal) for literal in assumptions], deadline_s)
        self.conflicts -= self.backend.accum_stats()["conflicts"] - before
        if answer:
            self._model = self.backend.get_model()
        return answer

    def _answer(self, assumptions: list[int], deadline_s: float | None) -> bool | None:
        """The backend's answer from a thread of its own, so that Ctrl-C and the deadline reach this one while it works."""
        answers: list[bool | None] = []
        failures: list[BaseException] = []
        finished = threading.Event()

        def work() -> None:
            try:
                answers.append(self.backend.solve_limited(assumptions=assumptions, expect_interrupt=True))
            except BaseException as error:
                failures.append(error)
            finally:
                finished.set()

        threading.Thread(target=work, daemon=True).start()
        try:
            finished.wait(deadline_s)
        finally:
            # Nobody may leave while the backend works, for what it works on is deleted next: also not by pressing Ctrl-C again.
            while not finished.is_set():
                self.backend.interrupt()
                with suppress(KeyboardInterrupt):
                    finished.wait(0.1)
            self.backend.clear_interrupt()
        if failures:
            raise failures[0]
        return answers[0]

    def holds(self, literal: int) -> bool:
        """The literal's value in the last model; a variable that stands in no clause is false."""
        number = self.renumbered(literal)
        return self._model[abs(number) - 1] == number if abs(number) <= len(self._model) else number < 0

    def close(self) -> None:
        self.backend.delete()
