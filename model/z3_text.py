"""Z3, asked in SMT-LIB: the text that it is given is the text that is kept and checked again."""

from __future__ import annotations

from typing import Any

from model.solver import SolverMissing


def asked(text: str, seed: int, resources: int) -> Any:
    """A Z3 solver of its own that has read the text; it stops by a bound on resources, not on time."""
    try:
        import z3
    except ImportError as error:
        raise SolverMissing("the package z3-solver is missing: run `make setup`, or see `marketproof doctor`") from error
    solver = z3.SolverFor("ALL", ctx=z3.Context())
    solver.set("rlimit", resources)
    solver.set("random_seed", seed)
    solver.from_string(text)
    return solver


def check(text: str, seed: int, resources: int) -> str:
    """`unsat`, `sat` or `unknown`."""
    return str(asked(text, seed, resources).check())
