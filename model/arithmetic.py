"""Statements about all numbers: the tree over mathematical integers, decided by Z3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.solver import SolverMissing
from spec.concrete import View, evaluate
from spec.schema import Schema
from spec.tree import Expression, walk

RESOURCES = 20_000_000


@dataclass(frozen=True)
class Decision:
    """`proved`, `refuted` with numbers for which the statement fails, or `unknown` with the reason."""

    verdict: str
    numbers: dict[str, int]
    reason: str = ""
    smtlib: str = ""


def translate(e: Expression, z3: Any) -> Any:
    """The expression over Z3's integers and Booleans."""
    op, args = e._op, e._args
    if op == "lit":
        return z3.BoolVal(args[0]) if isinstance(args[0], bool) else z3.IntVal(args[0])
    if op == "par":
        return z3.Int(args[0])
    if op in ("scale", "mod"):
        number = translate(args[0], z3)
        return number * args[1] if op == "scale" else number % args[1]
    sides = [translate(argument, z3) for argument in args]
    operations = {"and": z3.And, "or": z3.Or, "not": z3.Not, "eq": lambda a, b: a == b, "lt": lambda a, b: a < b,
                  "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "ite": z3.If}  # fmt: skip
    if op not in operations:
        raise AssertionError(f"no arithmetic meaning for {op!r}")
    return operations[op](*sides)


def decide(statement: Expression, seed: int = 0) -> Decision:
    """Whether a statement holds for all integers, within a bound on resources (not on time)."""
    try:
        import z3
    except ImportError as error:
        raise SolverMissing("the package z3-solver is missing: run `make setup`, or see `marketproof doctor`") from error
    solver = z3.Solver()
    solver.set("rlimit", RESOURCES)
    solver.set("random_seed", seed)
    solver.add(z3.Not(translate(statement, z3)))
    answer = solver.check()
    if answer == z3.unsat:
        return Decision("proved", {}, smtlib=solver.to_smt2())
    if answer == z3.unknown:
        return Decision("unknown", {}, f"Z3: {solver.reason_unknown()}", solver.to_smt2())
    model = solver.model()
    names = sorted({node._args[0] for node in walk(statement) if node._op == "par"})
    numbers = {name: model.eval(z3.Int(name), model_completion=True).as_long() for name in names}
    if evaluate(statement, numbers, View(Schema({}), {})):
        raise AssertionError(f"Z3's numbers {numbers} do not refute the statement when it is evaluated")
    return Decision("refuted", numbers, smtlib=solver.to_smt2())
