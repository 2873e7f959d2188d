"""The bridging theorem's proof: states that agree on what a transaction read give the same outcome, asked of Z3 for any size.

Two arbitrary states are compared.  That they agree on a reading is a hypothesis; that a clause has the same value, or the same
turns and writes, in both is the goal.  Elements at which a quantifier is decided are functions of what stands around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from model import formulas as f
from model.formulas import BOOL, Node
from model.induction import DEFAULTS, Engine, Obligation, Question, Rung, Settings
from model.unbounded import Environment, Meaning, State, Value
from properties.bridging import EXISTS, WHOLE, Clause, Holds, Path, Reading, Stop, reached_by
from spec.schema import Binder, Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression

LADDER = (Rung(0, False), Rung(1, False), Rung(2, False))
LOOKED_AT = "looked at"


@dataclass(eq=False)
class TwoStates:
    """Two arbitrary states, the arguments of one call of a transaction, and the elements that the questions look at."""

    protocol: Protocol
    transaction: Transaction
    meaning: Meaning
    first: State
    second: State
    arguments: Environment
    given: list[tuple[str, Node]]
    elements: dict[object, Node] = field(default_factory=dict)
    stops: dict[Stop, int] = field(default_factory=dict)

    # --- elements ---

    def element(self, binder: Binder, identity: object) -> Node:
        """One element of a loop, any at all; the solver is told to look at it."""
        found = self.elements.get(identity)
        if found is None:
            pool, sort = self.meaning.place(binder.domain)
            found = self.elements[identity] = self.meaning.fresh(sort, "element")
            self.given.append((LOOKED_AT, self.looked_at(pool, found)))
        return found

    def looked_at(self, pool: str, element: Node) -> Node:
        """A predicate that holds of everything: it only puts a term where instances are made of it."""
        name = f"{LOOKED_AT} {pool}"
        self.meaning.pools_of[name] = (pool,)
        return f.apply(name, BOOL, element)

    def inside(self, binder: Binder, element: Node, environment: Environment, state: State) -> tuple[Node, Environment]:
        """Whether a loop comes to the element, and the environment there."""
        inner = {**environment, binder.variable._args[0]: (element,)}
        domain = self.meaning.domain(binder.domain, environment, state)
        return f.conjunction(domain.contains(element), self.meaning.holds(binder.condition, inner, state)), inner

    def decided(self, stop: Stop, environment: Environment) -> tuple[Node, Environment]:
        """That a quantifier is decided at its deciding element in the first state, and the environment there."""
        around = [node for name in self.meaning.free_names(stop.quantifier) for node in environment.get(name, ())]
        pool, sort = self.meaning.place(stop.binder.domain)
        number = self.stops.setdefault(stop, len(self.stops))
        element = f.apply(f"deciding element {number}", sort, *around)
        member, inner = self.inside(stop.binder, element, environment, self.first)
        decides = self.meaning.holds(stop.deciding, inner, self.first)
        return f.conjunction(self.looked_at(pool, element), member, decides), inner

    # --- agreement on what was read ---

    def agree(self, reading: Reading) -> Node:
        """The two states agree on a reading wherever the first one comes to it."""
        return self.along(reading.path, self.arguments, lambda environment: self.alike(reading, environment))

    def along(self, path: Path, environment: Environment, then: Callable[[Environment], Node]) -> Node:
        if not path:
            return then(environment)
        step, rest = path[0], path[1:]
        if isinstance(step, Holds):
            return f.implication(self.meaning.holds(step.condition, environment, self.first), self.along(rest, environment, then))
        if isinstance(step, Stop):
            known, inner = self.decided(step, environment)
            return f.conjunction(known, self.along(rest, inner, then))
        pool, sort = self.meaning.place(step.binder.domain)

        def exception(values: Value) -> Node:
            member, inner = self.inside(step.binder, values[0], environment, self.first)
            return f.conjunction(member, f.negation(self.along(rest, inner, then)))

        return f.negation(self.meaning.some((pool,), (sort,), exception).symbol)

    def alike(self, reading: Reading, environment: Environment) -> Node:
        """The row, or each row under the prefix, is the same in both states; its key is computed in the first."""
        keys = [self.meaning.value(key, environment, self.first) for key in reading.keys]
        table = self.protocol.schema.tables[reading.table]
        missing = table.key[len(keys) :]
        if not missing:
            return self.row_alike(reading, keys)
        pools = self.meaning.key_pools(table)[-len(missing) :]
        sorts = [self.meaning.sort(kind) for _, kind in missing]

        def differs(rest: Value) -> Node:
            return f.negation(self.row_alike(reading, [*keys, *((x,) for x in rest)]))

        return f.negation(self.meaning.some(pools, sorts, differs).symbol)

    def row_alike(self, reading: Reading, keys: list[Value]) -> Node:
        """The row is there in both states or in neither, with the same value in what is wanted of it."""
        meaning, states, table = self.meaning, (self.first, self.second), reading.table
        every = list(self.protocol.schema.tables[table].cells) if reading.cell == WHOLE else [reading.cell]
        cells = [cell for cell in every if cell != EXISTS]
        there = f.equal(*(meaning.present(table, keys, state) for state in states))
        return f.conjunction(there, *(meaning.equal(*(meaning.cell(table, cell, keys, state) for state in states)) for cell in cells))

    # --- the same outcome ---

    def same(self, clause: Clause) -> Node:
        """The clause means the same in both states: the guard's value; or which turns write, or emit, and what."""
        if clause.guard is not None:
            return f.equal(*(self.meaning.holds(clause.guard, self.arguments, state) for state in (self.first, self.second)))
        if clause.event is not None:
            event = clause.event
            return self.same_turns(event.binders, event.condition, event.payload)[0]
        return f.conjunction(*(self.same_write(write) for write in clause.writes))

    def same_turns(self, binders: Iterable[Binder], condition: Expression, values: Iterable[Expression]) -> tuple[Node, Node, Environment]:
        """That any turn of the loops is taken in both states or in none, with equal values; and whether the first takes it."""
        environment, taken, loops = dict(self.arguments), [f.TRUE, f.TRUE], tuple(binders)
        for size, binder in enumerate(loops, start=1):
            element = self.element(binder, loops[:size])
            found = [self.inside(binder, element, environment, state) for state in (self.first, self.second)]
            taken = [f.conjunction(before, member) for before, (member, _) in zip(taken, found, strict=True)]
            environment = found[0][1]
        done = [
            f.conjunction(before, self.meaning.holds(condition, environment, state))
            for before, state in zip(taken, (self.first, self.second), strict=True)
        ]
        pairs = [[self.meaning.value(e, environment, state) for state in (self.first, self.second)] for e in values]
        equal = f.conjunction(*(self.meaning.equal(*pair) for pair in pairs))
        return f.conjunction(f.equal(*done), f.implication(done[0], equal)), done[0], environment

    def same_write(self, write: Write) -> Node:
        """The same turns with equal keys and values; and equal old values in the cells that no write gives."""
        same, done, environment = self.same_turns(write.binders, write.condition, (*write.keys, write.value))
        keys = [self.meaning.value(key, environment, self.first) for key in write.keys]
        kept = []
        for cell in self.protocol.schema.tables[write.table].cells:
            given = self.meaning.holds(reached_by(self.transaction, write, cell), environment, self.first)
            old = [self.meaning.cell(write.table, cell, keys, state) for state in (self.first, self.second)]
            kept.append(f.disjunction(given, f.FALSE if given is f.TRUE else self.meaning.equal(*old)))
        return f.conjunction(same, f.implication(done, f.conjunction(*kept)))


def two_states(protocol: Protocol, transaction: Transaction, engine: Engine) -> TwoStates:
    """Two states of which nothing is known, and whole arguments."""
    meaning = engine.meaning(protocol.schema, protocol.sorts)
    second = engine.arbitrary(meaning, "second run: ")
    first = engine.arbitrary(meaning, "", second)
    arguments: Environment = {}
    given: list[tuple[str, Node]] = []
    for name, kind in transaction.parameters.items():
        arguments[name], whole = meaning.argument(kind, name)
        given += [(f"argument {name} is whole", node) for node in whole]
    return TwoStates(protocol, transaction, meaning, first, second, arguments, given)


def prove_covers(protocol: Protocol, transaction: Transaction, found: Iterable[Clause], settings: Settings = DEFAULTS) -> list[Obligation]:
    """(a) Reads cover: for each clause, states that agree on its readings give it the same meaning."""
    return [covers(protocol, transaction, clause, settings) for clause in found]


def covers(protocol: Protocol, transaction: Transaction, clause: Clause, settings: Settings) -> Obligation:
    name = f"reads cover {clause.name}"
    states = two_states(protocol, transaction, settings.engine)
    goal = states.same(clause)
    if goal is f.TRUE:
        return Obligation(name, transaction.name, "proved", "frame")
    agreed = [(f"agree on {reading.table}", states.agree(reading)) for reading in clause.readings]
    question = Question(protocol, transaction.name, states.meaning, [*states.given, *agreed], {}, {}, settings)
    return question.settle(name, goal)
