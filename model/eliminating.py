"""What is left of a condition for the prices of a text, whatever it costs and is worth to who takes part: quantifiers eliminated by Z3."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from model.arithmetic import translate
from properties.payoffs import ASSUMED, NUMBERS, at_least_nothing
from spec.tree import Expression

TURNED = {"<=": ">", ">=": "<", "<": ">=", ">": "<=", "=": "/="}
MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "=", "/=": "/="}


def prices_alone(conditions: Iterable[Expression], replicas: int) -> str:
    """Which prices make all conditions hold for every cost, value and whitewashing of parties who take part; `audit` counts as a price.

    A condition in which two unknowns are multiplied is not eliminated, and it is said so.
    """
    import z3

    wanted = list(conditions)
    private = [z3.Real(name) for name, number in NUMBERS.items() if not number.text and name != "audit"]
    taking_part = [translate(one.holds(replicas), z3) for one in ASSUMED if one.of_parties]
    own = [number >= 0 for number in private]
    nothing = z3.And(*(translate(one, z3) for one in wanted))
    prices = z3.And(translate(at_least_nothing(), z3), z3.Real("fee") > 0)
    goal = z3.Goal()
    goal.add(z3.ForAll(private, z3.Implies(z3.And(*own, *taking_part), nothing)))
    left = z3.Then("qe", "simplify", "nnf").apply(goal).as_expr()
    if not linear(z3, left):
        return "not eliminated: two unknowns are multiplied"
    if implied(z3, prices, left):
        return "any prices"
    if implied(z3, prices, z3.Not(left)):
        return "no prices"
    return in_words(z3, pruned(z3, prices, left)).removeprefix("(").removesuffix(")")


def pruned(z3: Any, prices: Any, e: Any) -> Any:
    """Without the parts of a conjunction that follow from the others, and those of a disjunction from which the others follow."""
    if not (z3.is_and(e) or z3.is_or(e)):
        return e
    together = z3.is_and(e)
    kept = [pruned(z3, prices, part) for part in e.children()]
    for part in list(kept):
        others = [other for other in kept if other is not part]
        if implied(z3, z3.And(prices, *others), part) if together else implied(z3, z3.And(prices, part), z3.Or(*others)):
            kept = others
    return kept[0] if len(kept) == 1 else (z3.And if together else z3.Or)(*kept)


def implied(z3: Any, given: Any, clause: Any) -> bool:
    solver = z3.Solver()
    solver.add(given, z3.Not(clause))
    return bool(solver.check() == z3.unsat)


def linear(z3: Any, e: Any) -> bool:
    """Without quantifiers, and without a product of unknowns."""
    if not z3.is_app(e):
        return False
    if z3.is_mul(e) and sum(not z3.is_rational_value(part) for part in e.children()) > 1:
        return False
    return all(linear(z3, part) for part in e.children())


def in_words(z3: Any, e: Any, turned: bool = False) -> str:
    """A condition as one would write it: what is taken away stands on the other side."""
    if z3.is_not(e):
        return in_words(z3, e.arg(0), not turned)
    if z3.is_and(e) or z3.is_or(e):
        sign = " and " if z3.is_and(e) != turned else " or "
        return f"({sign.join(in_words(z3, part, turned) for part in e.children())})"
    relation = e.decl().name()
    found = coefficients(z3, e.arg(0), 1)
    for name, number in coefficients(z3, e.arg(1), -1).items():
        found[name] = found.get(name, Fraction(0)) + number
    plus, minus = (written(found, sign) for sign in (1, -1))
    relation = TURNED[relation] if turned else relation
    return f"{minus} {MIRRORED[relation]} {plus}" if relation in (">", ">=") else f"{plus} {relation} {minus}"


def written(found: dict[str, Fraction], sign: int) -> str:
    parts = [(name, abs(number)) for name, number in found.items() if number * sign > 0]
    return " + ".join(str(number) if not name else name if number == 1 else f"{number} {name}" for name, number in parts) or "0"


def coefficients(z3: Any, e: Any, factor: int | Fraction) -> dict[str, Fraction]:
    """How often each unknown is in a sum; the number alone under the empty name."""
    found: dict[str, Fraction] = {}
    if z3.is_add(e):
        for part in e.children():
            for name, number in coefficients(z3, part, factor).items():
                found[name] = found.get(name, Fraction(0)) + number
        return found
    if z3.is_mul(e):
        number, unknown = e.children()
        return coefficients(z3, unknown, factor * Fraction(number.as_fraction()))
    if z3.is_rational_value(e):
        return {"": Fraction(e.as_fraction()) * factor}
    return {str(e): Fraction(1) * factor}
