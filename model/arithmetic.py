"""Statements about all numbers: the tree over mathematical integers and reals, decided by Z3 from the text that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from model import z3_text
from model.solver import SolverMissing
from spec.concrete import View, evaluate
from spec.kinds import REAL
from spec.schema import Schema
from spec.tree import Expression, walk

RESOURCES = 20_000_000
Number = int | Fraction
LARGEST_TRIED = 12
WHOLE: tuple[Number, ...] = (0, *(sign * size for size in range(1, LARGEST_TRIED + 1) for sign in (1, -1)))
PARTS: tuple[Number, ...] = tuple(Fraction(1, size) for size in range(2, LARGEST_TRIED + 1))
"""The numbers that are tried, in this order, for the least counterexample; parts for reals only."""


@dataclass(frozen=True)
class Decision:
    """`proved`, `refuted` with the least numbers for which the statement fails, or `unknown` with the reason.

    smtlib: the question, of which a proof needs the answer `unsat`.
    """

    verdict: str
    numbers: dict[str, Number]
    reason: str = ""
    smtlib: str = ""


def translate(e: Expression, z3: Any) -> Any:
    """The expression over Z3's integers, reals and Booleans."""
    op, args = e._op, e._args
    if op == "lit":
        return z3.BoolVal(args[0]) if isinstance(args[0], bool) else z3.IntVal(args[0])
    if op == "par":
        return z3.Real(args[0]) if e._kind is REAL else z3.Int(args[0])
    if op in ("scale", "mod"):
        number = translate(args[0], z3)
        return number * args[1] if op == "scale" else number % args[1]
    sides = [translate(argument, z3) for argument in args]
    operations = {"and": z3.And, "or": z3.Or, "not": z3.Not, "eq": lambda a, b: a == b, "lt": lambda a, b: a < b,
                  "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "product": lambda a, b: a * b, "ite": z3.If}  # fmt: skip
    if op not in operations:
        raise AssertionError(f"no arithmetic meaning for {op!r}")
    return operations[op](*sides)


def question(statement: Expression, name: str = "the statement") -> str:
    """SMT-LIB that asks for numbers for which the statement fails."""
    try:
        import z3
    except ImportError as error:
        raise SolverMissing("the package z3-solver is missing: run `make setup`, or see `marketproof doctor`") from error
    asked = z3.Solver()
    asked.add(z3.simplify(z3.Not(translate(statement, z3)), som=False))
    body = "\n".join(line for line in asked.sexpr().splitlines() if line)
    return f"; {name} cannot fail, for all numbers\n; expected: unsat\n(set-logic ALL)\n{body}\n(check-sat)\n"


def decide(statement: Expression, seed: int = 0, name: str = "the statement") -> Decision:
    """Whether a statement holds for all numbers, within a bound on resources (not on time)."""
    text = question(statement, name)
    solver = z3_text.asked(text, seed, RESOURCES)
    answer = str(solver.check())
    if answer == "unsat":
        return Decision("proved", {}, smtlib=text)
    if answer == "unknown":
        return Decision("unknown", {}, f"Z3: {solver.reason_unknown()}", text)
    numbers = least(statement, solver)
    if evaluate(statement, numbers, View(Schema({}), {})):
        raise AssertionError(f"Z3's numbers {numbers} do not refute the statement when it is evaluated")
    return Decision("refuted", numbers, smtlib=text)


def least(statement: Expression, solver: Any) -> dict[str, Number]:
    """Numbers that refute: each parameter, in the order of its name, as small as it can be, so that every seed gives the same."""
    import z3

    kinds = {node._args[0]: node._kind for node in walk(statement) if node._op == "par"}
    found: dict[str, Number] = {}
    for name in sorted(kinds):
        is_real = kinds[name] is REAL
        variable = (z3.Real if is_real else z3.Int)(name, ctx=solver.ctx)
        tried = (value for value in (WHOLE + PARTS if is_real else WHOLE) if solver.check(equation(variable, value, solver)) == z3.sat)
        value = next(tried, None)
        if value is None:
            solver.check()
            value = number_of(solver.model().eval(variable, model_completion=True))
        solver.add(equation(variable, value, solver))
        found[name] = value
    return found


def equation(variable: Any, value: Number, solver: Any) -> Any:
    import z3

    return variable == (value if isinstance(value, int) else z3.Q(value.numerator, value.denominator, solver.ctx))


def number_of(value: Any) -> Number:
    """A number of a model; an irrational one is refused."""
    import z3

    if z3.is_int_value(value):
        return int(value.as_long())
    if not z3.is_rational_value(value):
        raise AssertionError(f"{value} is no rational number")
    return Fraction(value.numerator_as_long(), value.denominator_as_long())
