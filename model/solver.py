"""The SAT solver behind the finite meaning, bounded by conflicts so that a verdict does not depend on the machine's mood."""

from __future__ import annotations

import random
import threading
from typing import Any

from model.circuit import Circuit

BACKEND = "glucose4"


class SolverMissing(ImportError):
    """The solver package cannot be imported."""


class Solver:
    """Feeds a circuit's clauses to the solver and asks under assumptions.

    `seed` renumbers the variables and sets their first phases: the answers must not depend on it.
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
        self._model: set[int] = set()

    def _feed(self) -> None:
        new = list(range(len(self._number), self.circuit.variables + 1))
        numbers = new[:]
        if self.rng is not None:
            self.rng.shuffle(numbers)
        self._number.extend(numbers)
        clauses, self.circuit.clauses = self.circuit.clauses, []
        number = self._number
        self.backend.append_formula([[number[x] if x > 0 else -number[-x] for x in clause] for clause in clauses])
        if self.rng is not None and new:
            self.backend.set_phases([x if self.rng.random() < 0.5 else -x for x in new])

    def solve(self, assumptions: list[int], deadline_s: float | None = None) -> bool | None:
        """Whether the clauses can hold together with the assumptions; None when a bound was reached."""
        self._feed()
        if self.conflicts <= 0:
            return None
        before = self.backend.accum_stats()["conflicts"]
        self.backend.conf_budget(self.conflicts)
        timer = threading.Timer(deadline_s, self.backend.interrupt) if deadline_s is not None else None
        if timer is not None:
            timer.start()
        try:
            number = self._number
            answer: bool | None = self.backend.solve_limited(
                assumptions=[number[x] if x > 0 else -number[-x] for x in assumptions], expect_interrupt=deadline_s is not None
            )
        finally:
            if timer is not None:
                timer.cancel()
                self.backend.clear_interrupt()
        self.conflicts -= self.backend.accum_stats()["conflicts"] - before
        if answer:
            self._model = {x for x in self.backend.get_model() if x > 0}
        return answer

    def holds(self, literal: int) -> bool:
        """The literal's value in the last model."""
        number = self._number[abs(literal)]
        return (number in self._model) == (literal > 0)

    def close(self) -> None:
        self.backend.delete()
