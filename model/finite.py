"""The finite symbolic meaning of the tree: over a scope of named values, every expression is a circuit.

A Boolean is a literal, an identifier or number a mapping from values to literals, a term a tuple of its parts' values
(absent when all of them are None).  A state is a function of cells, unrolled backwards only as far as somebody looks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from model.circuit import FALSE, TRUE, Cases, Circuit
from spec.concrete import Row, RowId
from spec.drawing import DRAWN
from spec.kinds import BOOLEAN, Kind, Sort, Term
from spec.schema import Binder, Schema, Write
from spec.tracing import Transaction
from spec.tree import Expression, walk

Cell = tuple[str, str, tuple[Any, ...]]


def constant(kind: Kind, value: Any) -> Any:
    """A known value as a symbolic one."""
    if kind is BOOLEAN:
        return TRUE if value else FALSE
    if isinstance(kind, Term):
        parts = value if value is not None else (None,) * len(kind.parts)
        return tuple(constant(part, given) for (_, part), given in zip(kind.parts, parts, strict=True))
    return {value: TRUE}


@dataclass
class Meaning:
    """Evaluates expressions into a circuit over the values of each sort and the coalition's membership literals."""

    circuit: Circuit
    schema: Schema
    universe: dict[str, list[Any]]
    deviates: dict[Any, int] = field(default_factory=dict)
    _known_values: dict[Any, Cases] = field(default_factory=dict)
    _free_names: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def known(self, value: Any) -> Cases:
        """A constant as cases; one object for each value, so that results can be remembered by identity."""
        return self._known_values.setdefault(value, {value: TRUE})

    def free_names(self, e: Expression) -> tuple[str, ...]:
        """Parameters and variables that occur in the expression: what its value depends on besides the state."""
        names = self._free_names.get(id(e))
        if names is None:
            names = self._free_names[id(e)] = tuple(sorted({n._args[0] for n in walk(e) if n._op in ("par", "var")}))
        return names

    def choose(self, kind: Kind, condition: int, then: Any, otherwise: Any) -> Any:
        if condition == TRUE or then is otherwise:
            return then
        if condition == FALSE:
            return otherwise
        if kind is BOOLEAN:
            return self.circuit.choose(condition, then, otherwise)
        if isinstance(kind, Term):
            return tuple(self.choose(part, condition, a, b) for (_, part), a, b in zip(kind.parts, then, otherwise, strict=True))
        return self.circuit.choose_cases(condition, then, otherwise)

    def equal(self, kind: Kind, left: Any, right: Any) -> int:
        if kind is BOOLEAN:
            return self.circuit.choose(left, right, -right)
        if isinstance(kind, Term):
            return self.circuit.conjunction(self.equal(part, a, b) for (_, part), a, b in zip(kind.parts, left, right, strict=True))
        return self.circuit.equal_cases(left, right)

    def keys(self, values: Iterable[Cases]) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Every key that a tuple of symbolic components may be, with the literal that says so."""
        for combination in itertools.product(*(cases.items() for cases in values)):
            literal = self.circuit.conjunction(when for _, when in combination)
            if literal != FALSE:
                yield tuple(value for value, _ in combination), literal

    def read(self, state: State, table: str, name: str, kind: Kind, values: list[Cases]) -> Any:
        found: Any = None
        for key, literal in self.keys(values):
            cell = state.cell(table, name, key)
            found = cell if found is None else self.choose(kind, literal, cell, found)
        return found

    def evaluate(self, e: Expression, environment: dict[str, Any], state: State) -> Any:
        """The value of an expression in a state; remembered by the identity of what it depends on."""
        op = e._op
        if op in ("par", "var"):
            return environment[e._args[0]]
        if op == "lit":
            return constant(e._kind, e._args[0])
        if op == "not":
            return -self.evaluate(e._args[0], environment, state)
        identity = (id(e), *(id(environment.get(name)) for name in self.free_names(e)))
        value = state.remembered.get(identity)
        if value is None:
            value = state.remembered[identity] = self.computed(e, environment, state)
        return value

    def computed(self, e: Expression, environment: dict[str, Any], state: State) -> Any:
        op, args, circuit = e._op, e._args, self.circuit
        if op in ("and", "or"):
            return self.junction(op, args, environment, state)
        if op == "field":
            return self.read(state, args[0], args[1], e._kind, [self.evaluate(key, environment, state) for key in args[2:]])
        if op == "exists":
            return self.read(state, args[0], "exists", BOOLEAN, [self.evaluate(key, environment, state) for key in args[1:]])
        if op == "eq":
            return self.equal(args[0]._kind, *(self.evaluate(side, environment, state) for side in args))
        if op in ("every", "some", "count", "total"):
            return self.quantified(op, args, environment, state)
        if op in ("lt", "add", "sub"):
            left, right = (self.evaluate(side, environment, state) for side in args)
            if op == "lt":
                less = circuit.combined(left, right, lambda a, b: a < b)
                return less.get(True, FALSE)
            return circuit.combined(left, right, (lambda a, b: a + b) if op == "add" else (lambda a, b: a - b))
        if op in ("scale", "mod"):
            number = self.evaluate(args[0], environment, state)
            return circuit.mapped(number, (lambda a: a * args[1]) if op == "scale" else (lambda a: a % args[1]))
        return self.special(e, environment, state)

    def junction(self, op: str, args: tuple[Any, ...], environment: dict[str, Any], state: State) -> int:
        absorbing, literals = (FALSE, []) if op == "and" else (TRUE, [])
        for argument in args:
            literal = self.evaluate(argument, environment, state)
            if literal == absorbing:
                return absorbing
            literals.append(literal)
        return self.circuit.conjunction(literals) if op == "and" else self.circuit.disjunction(literals)

    def special(self, e: Expression, environment: dict[str, Any], state: State) -> Any:
        op, args = e._op, e._args
        if op == "ite":
            condition, then, otherwise = (self.evaluate(side, environment, state) for side in args)
            return self.choose(e._kind, condition, then, otherwise)
        if op == "term":
            return tuple(self.evaluate(part, environment, state) for part in args)
        if op == "part":
            return self.evaluate(args[0], environment, state)[args[0]._kind.part(args[1])]
        if op == "image":
            sort = e._kind
            assert isinstance(sort, Sort)
            return self.circuit.mapped(
                self.evaluate(args[0], environment, state), lambda value: None if value is None else sort.image(value)
            )
        if op == "deviating":
            member = self.evaluate(args[0], environment, state)
            return self.circuit.disjunction(
                self.circuit.conjunction((when, self.deviates.get(value, FALSE))) for value, when in member.items()
            )
        if op in DRAWN:
            sides = [self.evaluate(side, environment, state) for side in (args[1], args[2], *args[0]._args)]
            found: dict[Any, list[int]] = {}
            for values, literal in self.keys(sides):
                found.setdefault(DRAWN[op](*values), []).append(literal)
            return self.circuit.merged(found)
        if op == "run":
            other = state.second if args[0] else state
            assert other is not None, "a two-run claim needs two runs"
            return self.evaluate(args[1], environment, other)
        raise AssertionError(f"no finite meaning for {op!r}")

    def domain(self, domain: Expression, environment: dict[str, Any], state: State) -> Iterator[tuple[Any, int]]:
        """The values that a bound variable takes, each with the literal that it is in the domain."""
        if domain._op == "list":
            owner, name, *keys = domain._args
            values = [self.evaluate(key, environment, state) for key in keys]
            length = self.read(state, owner, f"{name}_length", domain._kind, values)
            for position in range(max(length)):
                yield position, self.circuit.where(length, lambda n, p=position: n > p)
        else:
            sort = domain._args[0] if domain._op == "sort" else domain._kind.sort
            for value in self.universe[sort]:
                yield value, TRUE

    def elements(self, binder: Binder, environment: dict[str, Any], state: State) -> Iterator[tuple[dict[str, Any], int]]:
        for value, inside in self.domain(binder.domain, environment, state):
            if inside == FALSE:
                continue
            inner = {**environment, binder.variable._args[0]: self.known(value)}
            condition = self.circuit.conjunction((inside, self.evaluate(binder.condition, inner, state)))
            if condition != FALSE:
                yield inner, condition

    def quantified(self, op: str, args: tuple[Any, ...], environment: dict[str, Any], state: State) -> Any:
        domain, variable, condition, body = args
        found = self.elements(Binder(domain, variable, condition), environment, state)
        circuit = self.circuit
        if op == "total":
            sum_: Cases = {0: TRUE}
            for inner, inside in found:
                counted = circuit.choose_cases(inside, self.evaluate(body, inner, state), {0: TRUE})
                sum_ = circuit.combined(sum_, counted, lambda a, b: a + b)
            return sum_
        if op == "every":
            return circuit.conjunction(circuit.disjunction((-inside, self.evaluate(body, inner, state))) for inner, inside in found)
        each = [circuit.conjunction((inside, self.evaluate(body, inner, state))) for inner, inside in found]
        return circuit.disjunction(each) if op == "some" else circuit.count_cases(each)


class State:
    """The cells of a state: known from rows at the start, unrolled from the step before otherwise."""

    def __init__(self, meaning: Meaning, rows: dict[RowId, Row] | None = None, step: Step | None = None) -> None:
        self.meaning, self.rows, self.step = meaning, rows or {}, step
        self.second: State | None = None
        self.remembered: dict[tuple[int, ...], Any] = {}
        self._known: dict[Cell, Any] = {}

    def cell(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        identity = (table, name, key)
        known = self._known.get(identity)
        if known is None:
            known = self._known[identity] = self._initial(*identity) if self.step is None else self.step.after(*identity)
        return known

    def _initial(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        row = self.rows.get((table, key))
        if name == "exists":
            return TRUE if row is not None else FALSE
        cells = self.meaning.schema.tables[table].cells
        kind = cells[name]
        return constant(kind, kind.default if row is None else row[list(cells).index(name)])


@dataclass
class Hit:
    """That a write reaches a row, and the value that it writes when somebody asks for it."""

    literal: int
    value: Callable[[], Any]


class Step:
    """One step of a run: which transaction is taken, with which arguments, and what each cell is afterwards."""

    def __init__(
        self, before: State, transactions: dict[str, Transaction], taken: dict[str, int], arguments: dict[str, dict[str, Any]]
    ) -> None:
        self.before, self.taken, self.arguments = before, taken, arguments
        self.meaning = before.meaning
        self._writers: dict[tuple[str, str], list[tuple[str, Write]]] = {}
        self._hits: dict[tuple[str, str], dict[tuple[Any, ...], list[Hit]]] = {}
        for name, transaction in transactions.items():
            for write in (*transaction.writes, *transaction.observed):
                self._writers.setdefault((write.table, write.field), []).append((name, write))

    def hits(self, table: str, cell: str) -> dict[tuple[Any, ...], list[Hit]]:
        """For each row, the writes to this cell that may reach it, in text and list order."""
        known = self._hits.get((table, cell))
        if known is None:
            known = self._hits[table, cell] = {}
            for name, write in self._writers.get((table, cell), ()):
                for environment, condition in self._loops(write.binders, self.arguments[name], self.taken[name]):
                    self._reach(known, write, environment, condition)
        return known

    def _loops(self, binders: tuple[Binder, ...], environment: dict[str, Any], inside: int) -> Iterator[tuple[dict[str, Any], int]]:
        if not binders:
            yield environment, inside
            return
        for inner, condition in self.meaning.elements(binders[0], environment, self.before):
            both = self.meaning.circuit.conjunction((inside, condition))
            if both != FALSE:
                yield from self._loops(binders[1:], inner, both)

    def _reach(self, known: dict[tuple[Any, ...], list[Hit]], write: Write, environment: dict[str, Any], inside: int) -> None:
        meaning, before = self.meaning, self.before
        condition = meaning.circuit.conjunction((inside, meaning.evaluate(write.condition, environment, before)))
        if condition == FALSE:
            return
        for key, literal in meaning.keys([meaning.evaluate(key, environment, before) for key in write.keys]):
            reached = meaning.circuit.conjunction((condition, literal))
            if reached != FALSE:
                known.setdefault(key, []).append(Hit(reached, lambda: meaning.evaluate(write.value, environment, before)))

    def after(self, table: str, name: str, key: tuple[Any, ...]) -> Any:
        value = self.before.cell(table, name, key)
        cells = self.meaning.schema.tables[table].cells
        if name == "exists":
            reached = [hit.literal for cell in cells for hit in self.hits(table, cell).get(key, ())]
            return self.meaning.circuit.disjunction([value, *reached])
        for hit in self.hits(table, name).get(key, ()):
            value = self.meaning.choose(cells[name], hit.literal, hit.value(), value)
        return value
