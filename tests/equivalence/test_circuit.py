"""Every gate and every operation on finite values against its truth table; constants, repeated and opposite inputs included."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pysat.solvers import Solver

from model.circuit import FALSE, TRUE, Cases, Circuit

NAMES = 3
Inputs = tuple[bool, ...]


def worlds(number: int) -> Iterator[Inputs]:
    return itertools.product((False, True), repeat=number)


def truth(literal: int, inputs: list[int], world: Inputs) -> bool:
    """The value of an input literal, its negation or a constant."""
    if literal in (TRUE, FALSE):
        return literal == TRUE
    return world[inputs.index(abs(literal))] == (literal > 0)


def operands(inputs: list[int]) -> list[int]:
    return [TRUE, FALSE, *inputs, *(-literal for literal in inputs)]


def check_gate(circuit: Circuit, inputs: list[int], gate: int, table: Callable[[Inputs], bool]) -> None:
    """The clauses force the gate to its value in every world, and forbid no world."""
    with Solver(name="glucose4", bootstrap_with=circuit.clauses) as solver:
        for world in worlds(len(inputs)):
            given = [literal if value else -literal for literal, value in zip(inputs, world, strict=True)]
            value = gate if table(world) else -gate
            assert solver.solve([*given, value]), (world, "the right value is forbidden")
            assert not solver.solve([*given, -value]), (world, "the wrong value is possible")


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_conjunction_and_disjunction(size: int) -> None:
    for chosen in itertools.product(range(2 + 2 * NAMES), repeat=size):
        circuit = Circuit()
        inputs = [circuit.fresh() for _ in range(NAMES)]
        literals = [operands(inputs)[place] for place in chosen]
        both, either = circuit.conjunction(literals), circuit.disjunction(literals)
        check_gate(circuit, inputs, both, lambda world, a=literals, i=inputs: all(truth(x, i, world) for x in a))
        check_gate(circuit, inputs, either, lambda world, a=literals, i=inputs: any(truth(x, i, world) for x in a))


@pytest.mark.parametrize("condition", range(2 + 2 * NAMES))
def test_choose(condition: int) -> None:
    for then, otherwise in itertools.product(range(2 + 2 * NAMES), repeat=2):
        circuit = Circuit()
        inputs = [circuit.fresh() for _ in range(NAMES)]
        c, a, b = (operands(inputs)[place] for place in (condition, then, otherwise))
        gate = circuit.choose(c, a, b)
        check_gate(circuit, inputs, gate, lambda world, c=c, a=a, b=b, i=inputs: truth(a if truth(c, i, world) else b, i, world))


def test_gates_built_on_gates() -> None:
    chance = random.Random(1)
    for _ in range(400):
        circuit = Circuit()
        inputs = [circuit.fresh() for _ in range(4)]
        known: list[tuple[int, Callable[[Inputs], bool]]] = [(x, lambda world, i=i: world[i]) for i, x in enumerate(inputs)]
        known += [(TRUE, lambda world: True), (FALSE, lambda world: False)]
        for _ in range(8):
            a, b, c = (negated(chance.choice(known)) if chance.random() < 0.5 else chance.choice(known) for _ in range(3))
            known.append(chance.choice((
                (circuit.conjunction((a[0], b[0], c[0])), lambda w, a=a, b=b, c=c: a[1](w) and b[1](w) and c[1](w)),
                (circuit.disjunction((a[0], b[0])), lambda w, a=a, b=b: a[1](w) or b[1](w)),
                (circuit.choose(a[0], b[0], c[0]), lambda w, a=a, b=b, c=c: b[1](w) if a[1](w) else c[1](w)),
            )))  # fmt: skip
        check_gate(circuit, inputs, *known[-1])


def negated(gate: tuple[int, Callable[[Inputs], bool]]) -> tuple[int, Callable[[Inputs], bool]]:
    return -gate[0], lambda world: not gate[1](world)


@pytest.mark.parametrize("size", range(1, 11))
def test_a_free_value_is_exactly_one_of_its_values(size: int) -> None:
    circuit = Circuit()
    cases = circuit.one_of(range(size))
    literals = list(cases.values())
    with Solver(name="glucose4", bootstrap_with=circuit.clauses) as solver:
        for world in worlds(size):
            possible = solver.solve([x if value else -x for x, value in zip(literals, world, strict=True)])
            assert possible == (sum(world) == 1), world


@pytest.mark.parametrize("size", range(11))
def test_at_most_one(size: int) -> None:
    circuit = Circuit()
    literals = [circuit.fresh() for _ in range(size)]
    if literals:
        circuit.at_most_one(literals)
    with Solver(name="glucose4", bootstrap_with=circuit.clauses) as solver:
        for world in worlds(size):
            possible = solver.solve([x if value else -x for x, value in zip(literals, world, strict=True)])
            assert possible == (sum(world) <= 1), world


def check_cases(circuit: Circuit, inputs: list[int], cases: Cases, table: Callable[[Inputs], Any]) -> None:
    """In every world exactly the case of the right value is true."""
    for value, literal in cases.items():
        check_gate(circuit, inputs, literal, lambda world, value=value: table(world) == value)
    assert {table(world) for world in worlds(len(inputs))} <= set(cases), "a value that can be is missing"


def free_cases(circuit: Circuit, inputs: list[int], values: list[Any]) -> tuple[Cases, Callable[[Inputs], Any]]:
    """A value chosen by two inputs among up to four, several of which may be one value, and its truth table."""
    grown: dict[Any, list[int]] = {}
    for place, value in enumerate(values):
        bits = [x if place >> bit & 1 else -x for bit, x in enumerate(inputs)]
        grown.setdefault(value, []).append(circuit.conjunction(bits))
    return circuit.merged(grown), lambda bits: values[bits[0] + 2 * bits[1]]


@pytest.mark.parametrize("literals", [[], [0], [1, 1], [2, 5], [2, 3, 4], [1, 2, 3, 0], [2, 2, 3], [5, 6, 7, 2]])
def test_count_cases(literals: list[int]) -> None:
    circuit = Circuit()
    inputs = [circuit.fresh() for _ in range(NAMES)]
    chosen = [operands(inputs)[place] for place in literals]
    check_cases(circuit, inputs, circuit.count_cases(chosen), lambda world: sum(truth(x, inputs, world) for x in chosen))


PAIRS = [([0, 1, 2, 3], [0, 1, 2, 3]), ([0, 0, 1, 1], [2, 1, 0, 1]), ([5, 5, 5, 5], [1, 2, 3, 4]), ([-1, 0, -1, 2], [7, 7, 7, 7])]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_operations_on_values(left: list[int], right: list[int]) -> None:
    circuit = Circuit()
    inputs = [circuit.fresh() for _ in range(4)]
    (a, first), (b, second) = free_cases(circuit, inputs[:2], left), free_cases(circuit, inputs[2:], right)
    check_cases(circuit, inputs, circuit.combined(a, b, lambda x, y: x + y), lambda w: first(w[:2]) + second(w[2:]))
    check_cases(circuit, inputs, circuit.combined(a, b, lambda x, y: x < y), lambda w: first(w[:2]) < second(w[2:]))
    check_cases(circuit, inputs, circuit.mapped(a, lambda x: x % 2), lambda w: first(w[:2]) % 2)
    check_gate(circuit, inputs, circuit.equal_cases(a, b), lambda w: first(w[:2]) == second(w[2:]))
    check_gate(circuit, inputs, circuit.where(a, lambda x: x > 0), lambda w: first(w[:2]) > 0)
    for condition in (TRUE, FALSE, inputs[0], -inputs[3]):
        chosen = circuit.choose_cases(condition, a, b)
        check_cases(circuit, inputs, chosen, lambda w, c=condition: first(w[:2]) if truth(c, inputs, w) else second(w[2:]))


@pytest.mark.parametrize("values", [["x", "y", "x", "z"], ["x"] * 4])
def test_merged_joins_the_literals_of_one_value(values: list[str]) -> None:
    circuit = Circuit()
    inputs = [circuit.fresh() for _ in range(2)]
    cases, table = free_cases(circuit, inputs, values)
    check_cases(circuit, inputs, cases, table)
    assert circuit.merged({"never": [FALSE, FALSE]}) == {}, "a value that cannot be is kept"
