"""Which hypotheses a proof used: the reasons of an unsatisfiable core of its question."""

from __future__ import annotations

import re

from model.solver import SolverMissing

REASON = re.compile(r"^\(assert .*\) ; (.*)$", re.MULTILINE)
HYPOTHESIS = "hypothesis "


def hypotheses_used(text: str, seed: int, resources: int) -> list[str] | None:
    """Names of the hypotheses in a core of the question (as `model.induction` writes them); None when there is no core in time."""
    try:
        import z3
    except ImportError as error:
        raise SolverMissing("the package z3-solver is missing: run `make setup`, or see `marketproof doctor`") from error
    context = z3.Context()
    solver = z3.SolverFor("ALL", ctx=context)
    for option, value in (("rlimit", resources), ("random_seed", seed), ("core.minimize", True), ("unsat_core", True)):
        solver.set(option, value)
    reasons = REASON.findall(text)
    for place, assertion in enumerate(z3.parse_smt2_string(text, ctx=context)):
        solver.assert_and_track(assertion, f"{place}")
    if str(solver.check()) != "unsat":
        return None
    found = {reasons[int(str(one))] for one in solver.unsat_core()}
    return [reason.removeprefix(HYPOTHESIS) for reason in dict.fromkeys(reasons) if reason in found and reason.startswith(HYPOTHESIS)]
