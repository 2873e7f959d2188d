"""A real state extended to the symbols of the any-size meaning: every node has a value there, found by enumeration.

Nothing of what is judged is used to judge it: a quantifier's symbol is what its definition says, a count is counted.  What a
solver is told about these symbols must be true in every extended state; if it always is, 'unsatisfiable' is a proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from model import formulas as f
from model.counting import Lemma, Rules
from model.formulas import Node
from model.unbounded import Exists, Meaning, Sum
from spec.concrete import View
from spec.drawing import entry
from spec.kinds import Kind, Term


class WrongRule(AssertionError):
    """Something that an engine takes as true is false in a real state."""


def leaf_of(value: Any, kind: Kind, path: list[str]) -> Any:
    """A part of a pre-image, by the names on the way to it; nothing has only missing parts."""
    for name in path:
        assert isinstance(kind, Term)
        position = kind.part(name)
        value, kind = (None if value is None else value[position]), kind.parts[position][1]
    return value


class Extended:
    """Values of nodes in a state (or two, for two runs), with the arguments of a step."""

    def __init__(self, meaning: Meaning, view: View, arguments: dict[str, Any] | None = None, kinds: dict[str, Kind] | None = None) -> None:
        self.meaning, self.view = meaning, view
        self.arguments, self.kinds = arguments or {}, kinds or {}
        self.known: dict[Node, Any] = {}
        self.chosen: dict[Node, Any] = {}
        self.universe: dict[str, list[Any]] = {name: [None, *values] for name, values in view.universe.items()}
        found = [n for n in numbers([view.rows, *([view.second.rows] if view.second else []), self.arguments]) if abs(n) < 50]
        self.integers = list(range(min([0, *found]) - 1, max([0, *found]) + 2))
        self.cells = {
            f"{run}{table.name}.{cell}{leaf}": (rows, table, cell, leaf)
            for run, rows in (("", view), ("second run: ", view.second)) if rows is not None
            for table in meaning.schema.tables.values()
            for cell, kind in table.cells.items() for leaf, _ in meaning.leaves(kind)
        }  # fmt: skip
        self.rows = {
            f"{run}{table}.exists": rows
            for run, rows in (("", view), ("second run: ", view.second)) if rows is not None
            for table in meaning.schema.tables
        }  # fmt: skip
        self.witnesses: dict[Node, tuple[Exists, int]] = {}
        self.seen = 0

    def witness(self, node: Node) -> tuple[Exists, int] | None:
        """Whose witness a constant is; definitions come up while values are looked for."""
        records = list(self.meaning.existentials.values())
        for record in records[self.seen :]:
            for position, witness in enumerate(record.witnesses):
                if witness in self.witnesses:
                    raise WrongRule("two existential statements share a witness")
                self.witnesses[witness] = record, position
        self.seen = len(records)
        return self.witnesses.get(node)

    def values(self, sort: str) -> list[Any]:
        """Everything that a value of an SMT-LIB sort may be here, in the order in which loops run."""
        if sort == f.INT:
            return self.integers
        if sort == f.BOOL:
            return [False, True]
        if sort in self.meaning.enumerations:
            return [None, *self.meaning.enumerations[sort].values]
        return [None, *sorted(v for v in self.universe[sort] if v is not None)]

    def nodes(self, sort: str) -> list[Node]:
        return [f.make("lit", sort, value) for value in self.values(sort)]

    def __getitem__(self, node: Node) -> Any:
        if node not in self.known:
            for inner in f.below([node]):
                if inner not in self.known:
                    self.known[inner] = self.found(inner, [self.known[argument] for argument in inner.args])
        return self.known[node]

    def found(self, node: Node, args: list[Any]) -> Any:
        op = node.op
        if op == "lit":
            return node.name
        if op == "con":
            return self.constructed(node, args)
        if op == "app":
            return self.applied(node, args)
        operations: dict[str, Callable[[], Any]] = {
            "not": lambda: not args[0], "and": lambda: all(args), "or": lambda: any(args), "=": lambda: args[0] == args[1],
            "ite": lambda: args[1] if args[0] else args[2], "<": lambda: args[0] < args[1], "+": lambda: args[0] + args[1],
            "-": lambda: args[0] - args[1], "*": lambda: args[0] * node.name, "mod": lambda: args[0] % node.name,
        }  # fmt: skip
        return operations[op]()

    def constructed(self, node: Node, args: list[Any]) -> Any:
        if node.sort == f.NUMBER:
            return args[0] if args else None
        said = node.name.removeprefix(f"{node.sort} ")
        if said == "of" and node.args:
            return f"{node.sort}({args[0]})"
        return None if said == "none" else said

    def applied(self, node: Node, args: list[Any]) -> Any:
        name, meaning = node.name, self.meaning
        if node in self.chosen:
            return self.chosen[node]
        if node in meaning.existentials:
            return self.turn(meaning.existentials[node]) is not None
        if not args and (found := self.witness(node)):
            record, position = found
            turn = self.turn(record)
            return self.values(node.sort)[0] if turn is None else turn[position]
        if node in meaning.sums:
            return self.sum(meaning.sums[node])
        if name in self.rows:
            return self.rows[name].row(name.removeprefix("second run: ").rpartition(".")[0], tuple(args)) is not None
        if name in self.cells:
            rows, table, cell, leaf = self.cells[name]
            kind = table.cells[cell]
            return leaf_of(rows.cell(table.name, cell, tuple(args)), kind, leaf.split(".")[1:])
        if name.startswith("argument "):
            first, *path = name.removeprefix("argument ").split(".")
            return leaf_of(self.arguments[first], self.kinds[first], path)
        return self.special(node, args)

    def special(self, node: Node, args: list[Any]) -> Any:
        name = node.name
        if name == "deviating":
            return args[0] in self.view.coalition
        if name == "value":
            return 0 if args[0] is None else args[0]
        if name.startswith("permuted "):
            *seeds, position, size = args
            return entry(position, size, *seeds) if abs(size) < 1000 else position
        if name.startswith("position "):
            *seeds, value, size = args
            return next((p for p in range(size) if entry(p, size, *seeds) == value), value) if size < 1000 else value
        if name.endswith(" none"):
            return None
        if name.startswith("last "):
            return True
        sort, _, value = name.partition(" ")
        assert sort == node.sort, f"no value of {name!r} is known"
        return value

    def turn(self, record: Exists) -> tuple[Any, ...] | None:
        """The last values, in the order of loops, of which the definition holds."""
        key: Any = ("turn", record.symbol)
        if key not in self.chosen:
            found = None
            for nodes in itertools.product(*(self.nodes(w.sort) for w in record.witnesses)):
                if self[record.body(nodes)]:
                    found = tuple(self[node] for node in nodes)
            self.chosen[key] = found
        return self.chosen[key]  # type: ignore[no-any-return]

    def sum(self, record: Sum) -> int:
        return sum(self[record.term(node)] for node in self.nodes(record.sort))

    def settle(self, lemma: Lemma) -> None:
        """Choose the witness of a lemma such that the lemma is true: there must be one."""
        if lemma.witness is None or lemma.witness in self.chosen:
            return
        known, chosen = dict(self.known), dict(self.chosen)
        for value in self.values(lemma.witness.sort):
            self.known, self.chosen = dict(known), {**chosen, lemma.witness: value}
            if self[lemma.statement]:
                return
        raise WrongRule(f"no witness makes {lemma.rule!r} true: {lemma.statement}")


def numbers(value: Any) -> Iterable[int]:
    """Every integer in a nest of mappings and tuples."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(key)
            yield from numbers(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def recording(rules: Callable[..., Rules], lemmas: list[Lemma]) -> Callable[..., Rules]:
    """The same rules, which also note the lemmas that they give."""

    def made(*arguments: Any) -> Rules:
        found = rules(*arguments)
        for name in ("lemmas", "element"):
            original = getattr(found, name)

            def noted(*sums: Any, original: Any = original) -> list[Lemma]:
                given = list(original(*sums))
                lemmas.extend(given)
                return given

            object.__setattr__(found, name, noted)
        return found

    return made
