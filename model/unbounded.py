"""The any-size meaning of the tree: tables are functions of their keys, quantifiers and sums are symbols with a definition.

A value is a tuple of nodes, one for each leaf of its kind: a pre-image is its parts, and nothing is all of them missing.  A
state answers what a cell holds.  The truth of a quantifier is a fresh Boolean `Exists.symbol`, a count or a sum is a fresh
integer `Sum.symbol`; what they stand for is in their record, and `model.grounding` asserts consequences of that only.  So every
real state, of any size, can be extended to the symbols such that all assertions hold, and 'unsatisfiable' is a proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from model import formulas as f
from model.formulas import BOOL, INT, NUMBER, Node
from model.frames import cells_read
from spec.kinds import BOOLEAN, INTEGER, Enumeration, Kind, Sort, Term
from spec.schema import Schema, Table
from spec.tree import Expression, walk

Value = tuple[Node, ...]
Environment = dict[str, Value]
NO_NUMBER = f.construct("no number", NUMBER)
PREDICATES = {"deviating": ("Member",)}


class NoMeaning(Exception):
    """An expression that the any-size meaning does not cover."""


@dataclass(eq=False)
class Exists:
    """`symbol` is true exactly when `body` holds of some values; if so, it holds of the witnesses."""

    symbol: Node
    pools: tuple[str, ...]
    body: Callable[[Value], Node]
    witnesses: Value


@dataclass(eq=False)
class Sum:
    """`symbol` is the sum of `term` over all values of the pool's sort, of which only finitely many are not zero."""

    symbol: Node
    pool: str
    sort: str
    term: Callable[[Node], Node]
    counts: bool
    length: Node | None = None


@dataclass(frozen=True)
class Domain:
    """What a bound variable ranges over: where its terms are collected, its SMT-LIB sort, and which values are in."""

    pool: str
    sort: str
    contains: Callable[[Node], Node]
    length: Node | None = None


class State:
    """What every cell holds; key nodes are leaves, integers in keys are never missing."""

    second: State | None = None

    def read(self, table: str, cell: str, key: Value) -> Value:
        raise NotImplementedError

    def exists(self, table: str, key: Value) -> Node:
        raise NotImplementedError

    def unless_written(self, read: frozenset[str]) -> State:
        """A state in which whatever reads these cells only has the same value."""
        return self


@dataclass(eq=False)
class Meaning:
    """Translates expressions of one protocol; remembers the record of every fresh symbol."""

    schema: Schema
    sorts: dict[str, Sort]
    existentials: dict[Node, Exists] = field(default_factory=dict)
    sums: dict[Node, Sum] = field(default_factory=dict)
    facts: dict[Node, tuple[str, Node]] = field(default_factory=dict)
    pools_of: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(PREDICATES))
    enumerations: dict[str, Enumeration] = field(default_factory=dict)
    memory: dict[Any, Node] = field(default_factory=dict)
    _values: dict[Any, Value] = field(default_factory=dict)
    _free_names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _fresh: Any = field(default_factory=itertools.count)

    # --- kinds ---

    def sort(self, kind: Kind) -> str:
        if kind is BOOLEAN or kind is INTEGER:
            return BOOL if kind is BOOLEAN else INT
        if isinstance(kind, Enumeration):
            self.enumerations[kind.name] = kind
        return kind.sort

    def leaves(self, kind: Kind, inside: bool = False) -> list[tuple[str, str]]:
        """Name and SMT-LIB sort of each leaf; an integer inside a pre-image may be missing."""
        if not isinstance(kind, Term):
            return [("", NUMBER if inside and kind is INTEGER else self.sort(kind))]
        return [(f".{name}{inner}", sort) for name, part in kind.parts for inner, sort in self.leaves(part, True)]

    def nothing(self, sort: str) -> Node:
        """The missing value: a constructor where values are constructed, a constant of its own where they are not."""
        if sort == NUMBER:
            return NO_NUMBER
        constructed = sort in self.enumerations or self.sorts[sort].image_of
        return (f.construct if constructed else f.apply)(f"{sort} none", sort)

    def literal(self, kind: Kind, value: Any) -> Value:
        if kind is BOOLEAN or kind is INTEGER:
            return (f.truth(value) if kind is BOOLEAN else f.number(value),)
        if value is None:
            return tuple(self.nothing(sort) for _, sort in self.leaves(kind))
        sort = self.sort(kind)
        constructed = isinstance(kind, Enumeration) or self.sorts[sort].image_of
        return ((f.construct if constructed else f.apply)(f"{sort} {value}", sort),)

    def symbols(self, kind: Kind, name: str, *key: Node) -> Value:
        return tuple(f.apply(f"{name}{leaf}", sort, *key) for leaf, sort in self.leaves(kind))

    def argument(self, kind: Kind, name: str) -> tuple[Value, list[Node]]:
        """A free argument of a step, and that it is whole: no identifier in it is missing (as in every other meaning)."""
        found = []
        for leaf, sort in self.leaves(kind):
            node = f.apply(f"argument {name}{leaf}", INT if sort == NUMBER else sort)
            found.append(f.wrapped(node) if sort == NUMBER else node)
        return tuple(found), self.whole(kind, tuple(found))

    def whole(self, kind: Kind, value: Value) -> list[Node]:
        """That no identifier and no number of a value is missing."""
        named = [(sort, node) for (_, sort), node in zip(self.leaves(kind), value, strict=True) if sort not in (BOOL, INT)]
        present = [f.negation(f.equal(node if node.sort == sort else f.wrapped(node), self.nothing(sort))) for sort, node in named]
        return [condition for condition in present if condition is not f.TRUE]

    def fresh(self, sort: str, hint: str) -> Node:
        return f.apply(f"{hint} {next(self._fresh)}", sort)

    def constant(self, identity: Any, sort: str) -> Node:
        """One constant for each identity; its first part says what it is for."""
        found = self.memory.get(identity)
        if found is None:
            found = self.memory[identity] = self.fresh(sort, str(identity[0]))
        return found

    # --- tables ---

    def key_pools(self, table: Table) -> tuple[str, ...]:
        """For each leaf of the key the pool in which terms at that place are collected."""
        found: list[str] = []
        for position, (_, kind) in enumerate(table.key):
            for _, sort in self.leaves(kind):
                found.append(f"{table.name}[{position}]" if kind is INTEGER else sort if sort in self.sorts else "")
        return tuple(found)

    def key(self, table: Table, values: Iterable[Value]) -> tuple[Value, Node]:
        """Leaves of a key, and whether every integer in it is present: no row has a missing integer in its key."""
        nodes: list[Node] = []
        present = []
        for value, (_, kind) in zip(values, table.key, strict=True):
            if kind is INTEGER and value[0].sort == NUMBER:
                present.append(f.negation(f.equal(value[0], NO_NUMBER)))
                value = (f.plain(value[0]),)
            nodes.extend(value)
        return tuple(nodes), f.conjunction(*present)

    def domain(self, domain: Expression, environment: Environment, state: State) -> Domain:
        pool, sort = self.place(domain)
        if domain._op == "sort":
            none = self.nothing(sort)
            return Domain(pool, sort, lambda x: f.negation(f.equal(x, none)))
        if domain._op == "list":
            owner, name, *keys = domain._args
            given = [self.value(key, environment, state) for key in keys]
            length = self.cell(owner, f"{name}_length", given, state)[0]
            return Domain(pool, sort, lambda x: f.conjunction(f.at_most(f.number(0), x), f.less(x, length)), length)
        table, *prefix = domain._args
        given = [self.value(key, environment, state) for key in prefix]
        return Domain(pool, sort, lambda x: self.some_row(table, [*given, (x,)], state))

    def some_row(self, table: str, keys: list[Value], state: State) -> Node:
        """Whether a row stands under a prefix of the key."""
        missing = self.schema.tables[table].key[len(keys) :]
        if not missing:
            return self.present(table, keys, state)
        pools = self.key_pools(self.schema.tables[table])[-len(missing) :]
        sorts = [self.sort(kind) for _, kind in missing]
        return self.some(pools, sorts, lambda rest: self.present(table, [*keys, *((x,) for x in rest)], state)).symbol

    def place(self, domain: Expression) -> tuple[str, str]:
        """Pool and SMT-LIB sort of the values of a domain."""
        if domain._op == "sort":
            return domain._args[0], domain._args[0]
        listed = domain._op == "list"
        table = self.schema.tables[f"{domain._args[0]}.{domain._args[1]}" if listed else domain._args[0]]
        position = -1 if listed else len(domain._args) - 1
        kind = table.key[position][1]
        return self.key_pools(table)[position], self.sort(kind)

    def cell(self, table: str, name: str, keys: list[Value], state: State) -> Value:
        declared = self.schema.tables[table]
        key, present = self.key(declared, keys)
        kind = declared.cells[name]
        return self.choose(present, state.read(table, name, key), self.literal(kind, kind.default))

    def present(self, table: str, keys: list[Value], state: State) -> Node:
        key, present = self.key(self.schema.tables[table], keys)
        return f.conjunction(present, state.exists(table, key))

    # --- expressions ---

    def free_names(self, e: Expression) -> tuple[str, ...]:
        names = self._free_names.get(id(e))
        if names is None:
            names = self._free_names[id(e)] = tuple(sorted({n._args[0] for n in walk(e) if n._op in ("par", "var")}))
        return names

    def holds(self, e: Expression, environment: Environment, state: State) -> Node:
        return self.value(e, environment, state)[0]

    def value(self, e: Expression, environment: Environment, state: State) -> Value:
        """The value of an expression in a state; remembered by what it depends on."""
        if e._op in ("par", "var"):
            return environment[e._args[0]]
        state = state.unless_written(cells_read(e))
        identity = (id(e), state, *(environment.get(name) for name in self.free_names(e)))
        found = self._values.get(identity)
        if found is None:
            found = self._values[identity] = self.computed(e, environment, state)
        return found

    def computed(self, e: Expression, environment: Environment, state: State) -> Value:
        op, args = e._op, e._args
        if op == "lit":
            return self.literal(e._kind, args[0])
        if op in ("every", "some", "count", "total"):
            return (self.quantified(op, args, environment, state),)
        if op == "run":
            other = state.second if args[0] else state
            assert other is not None, "a two-run claim needs two runs"
            return self.value(args[1], environment, other)
        values = [self.value(argument, environment, state) for argument in args if isinstance(argument, Expression)]
        if op == "field":
            return self.cell(args[0], args[1], values, state)
        if op == "exists":
            return (self.present(args[0], values, state),)
        if op in ("and", "or"):
            return ((f.conjunction if op == "and" else f.disjunction)(*(value[0] for value in values)),)
        if op == "not":
            return (f.negation(values[0][0]),)
        if op == "eq":
            return (self.equal(*values),)
        if op == "ite":
            return self.choose(values[0][0], values[1], values[2])
        if op in ("lt", "add", "sub"):
            return ({"lt": f.less, "add": f.plus, "sub": f.minus}[op](f.plain(values[0][0]), f.plain(values[1][0])),)
        if op in ("scale", "mod"):
            return ((f.scale if op == "scale" else f.remainder)(f.plain(values[0][0]), args[1]),)
        return self.special(e, values)

    def special(self, e: Expression, values: list[Value]) -> Value:
        op, args = e._op, e._args
        if op == "term":
            return tuple(f.wrapped(node) if node.sort == INT else node for value in values for node in value)
        if op == "part":
            before = sum(len(self.leaves(part)) for _, part in args[0]._kind.parts[: args[0]._kind.part(args[1])])
            return values[0][before : before + len(self.leaves(e._kind))]
        if op == "image":
            return (self.image(e._kind, values[0][0]),)
        if op == "deviating":
            found = f.apply("deviating", BOOL, values[0][0])
            self.facts[found] = "nobody is no member", f.negation(f.apply("deviating", BOOL, self.nothing("Member")))
            return (found,)
        if op in ("permuted", "drawn_at"):
            drawn = self.permuted if op == "permuted" else self.drawn_at
            return (drawn(args[0]._kind.name, values[0], f.plain(values[1][0]), f.plain(values[2][0])),)
        raise NoMeaning(f"no any-size meaning for {op!r}")

    def image(self, kind: Kind, origin: Node) -> Node:
        """A constructor of the sort, so that images of different values, and junk, differ; nothing has no image."""
        assert isinstance(kind, Sort)
        self.pools_of[f"{kind.name} of"] = (kind.image_of,)
        none = f.equal(origin, self.nothing(kind.image_of))
        return f.choose(none, self.nothing(kind.name), f.construct(f"{kind.name} of", kind.name, origin))

    def permuted(self, name: str, key: Value, position: Node, size: Node) -> Node:
        """The entry of a permutation of 0 .. size-1, which leaves other numbers as they are: the position can be told from it."""
        return self.one_to_one(f"permuted {name}", f"position {name}", "a permutation", key, position, size)

    def drawn_at(self, name: str, key: Value, entry: Node, size: Node) -> Node:
        """The position of an entry: the permutation has the entry there."""
        return self.one_to_one(f"position {name}", f"permuted {name}", "every entry is somewhere", key, entry, size)

    def one_to_one(self, there: str, back: str, reason: str, key: Value, number: Node, size: Node) -> Node:
        """Where a function and its inverse take a number: within the size if it is there, else nowhere else; and back again."""
        found = f.apply(there, INT, *key, number, size)
        returned = f.apply(back, INT, *key, found, size)
        taken = f.choose(self.within(number, size), self.within(found, size), f.equal(found, number))
        self.facts[found] = reason, f.conjunction(taken, f.equal(returned, number))
        return found

    def within(self, number: Node, size: Node) -> Node:
        return f.conjunction(f.at_most(f.number(0), number), f.less(number, size))

    def equal(self, left: Value, right: Value) -> Node:
        """Equality of all leaves; a missing integer equals no integer."""
        pairs = zip(left, right, strict=True)
        return f.conjunction(*(f.equal(*((a, b) if a.sort == b.sort else (f.wrapped(a), f.wrapped(b)))) for a, b in pairs))

    def choose(self, condition: Node, then: Value, otherwise: Value) -> Value:
        pairs = zip(then, otherwise, strict=True)
        return tuple(f.choose(condition, *((a, b) if a.sort == b.sort else (f.wrapped(a), f.wrapped(b)))) for a, b in pairs)

    # --- symbols with a definition ---

    def some(self, pools: tuple[str, ...], sorts: Iterable[str], body: Callable[[Value], Node]) -> Exists:
        witnesses = tuple(self.fresh(sort, "some") for sort in sorts)
        found = Exists(self.fresh(BOOL, "exists"), pools, body, witnesses)
        self.existentials[found.symbol] = found
        return found

    def quantified(self, op: str, args: tuple[Any, ...], environment: Environment, state: State) -> Node:
        """`every` is 'no exception exists'; a count is the sum of ones."""
        expression, variable, condition, body = args
        domain = self.domain(expression, environment, state)

        def inside(x: Node) -> tuple[Node, Environment]:
            inner = {**environment, variable._args[0]: (x,)}
            return f.conjunction(domain.contains(x), self.holds(condition, inner, state)), inner

        def element(x: Node, sign: Callable[[Node], Node] = lambda node: node) -> Node:
            member, inner = inside(x)
            return f.conjunction(member, sign(self.holds(body, inner, state)))

        if op in ("every", "some"):
            sign = f.negation if op == "every" else lambda node: node
            found = self.some((domain.pool,), (domain.sort,), lambda values: element(values[0], sign))
            return f.negation(found.symbol) if op == "every" else found.symbol

        def summand(x: Node) -> Node:
            if op == "count":
                return f.choose(element(x), f.number(1), f.number(0))
            member, inner = inside(x)
            return f.choose(member, f.plain(self.value(body, inner, state)[0]), f.number(0))

        symbol = self.fresh(INT, op)
        self.sums[symbol] = Sum(symbol, domain.pool, domain.sort, summand, op == "count", domain.length)
        return symbol
