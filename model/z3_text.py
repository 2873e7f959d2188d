"""Z3, asked in SMT-LIB: the text that it is given is the text that is kept and checked again."""

from __future__ import annotations

from typing import Any

from model.solver import SolverMissing


def solver_package() -> Any:
    try:
        import z3
    except ImportError as error:
        raise SolverMissing("the package z3-solver is missing: run `make setup`, or see `marketproof doctor`") from error
    return z3


def asked(text: str, seed: int, resources: int) -> Any:
    """A Z3 solver of its own that has read the text; it stops by a bound on resources, not on time."""
    z3 = solver_package()
    solver = z3.SolverFor("ALL", ctx=z3.Context())
    solver.set("rlimit", resources)
    solver.set("random_seed", seed)
    solver.from_string(text)
    return solver


def check(text: str, seed: int, resources: int) -> str:
    """`unsat`, `sat` or `unknown`."""
    return str(asked(text, seed, resources).check())


def check_with_core(text: str, seed: int, resources: int, minimal: bool = False) -> tuple[str, list[int]]:
    """The same, and for `unsat` which of the text's assertions are so together, by their places: few, or none too many if `minimal`."""
    solver = asked("", seed, resources)
    z3, context = solver_package(), solver.ctx
    solver.set("unsat_core", True)
    solver.set("core.minimize", minimal)
    for place, assertion in enumerate(z3.parse_smt2_string(text, ctx=context)):
        solver.assert_and_track(assertion, z3.Bool(f"assertion {place}", context))
    outcome = str(solver.check())
    return outcome, sorted(int(str(name).split()[-1].rstrip("|")) for name in solver.unsat_core()) if outcome == "unsat" else []
