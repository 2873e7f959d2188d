"""The concrete meaning of the tree: a walk over it, kept simple because every other meaning is compared with it.

A state is a mapping from (table, key) to a row; a row is a tuple in the order of the table's cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spec.drawing import DRAWN
from spec.kinds import Kind, Sort, Term
from spec.schema import Binder, Schema, Table, Write
from spec.tracing import Transaction
from spec.tree import Expression

Key = tuple[Any, ...]
RowId = tuple[str, Key]
Row = tuple[Any, ...]


def default_row(table: Table) -> Row:
    return tuple(kind.default for kind in table.cells.values())


def make_tuple(kind: Term, parts: Key) -> Any:
    """A pre-image as it is: hashes compare by what they cover.  Nothing hashed is no hash."""
    return None if all(part is None for part in parts) else parts


def open_tuple(kind: Term, value: Any, position: int) -> Any:
    return None if value is None else value[position]


@dataclass
class View:
    """What an expression is evaluated against: rows, the values of each sort, the coalition, and how terms are made."""

    schema: Schema
    rows: Mapping[RowId, Row]
    universe: Mapping[str, Iterable[Any]] = field(default_factory=dict)
    coalition: frozenset[Any] = frozenset()
    make: Callable[[Term, Key], Any] = make_tuple
    open: Callable[[Term, Any, int], Any] = open_tuple
    second: View | None = None
    on_read: Callable[[str, Key], None] | None = None
    on_range: Callable[[str, Key], None] | None = None

    def row(self, table: str, key: Key) -> Row | None:
        if self.on_read is not None:
            self.on_read(table, key)
        return self.rows.get((table, key))

    def cell(self, table: str, name: str, key: Key) -> Any:
        declared = self.schema.tables[table]
        row = self.row(table, key)
        if row is None:
            return declared.cells[name].default
        return row[list(declared.cells).index(name)]

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        """The next key component of every row under a prefix, each once, in order."""
        if self.on_range is not None:
            self.on_range(table, prefix)
        size = len(prefix)
        return sorted({key[size] for name, key in self.rows if name == table and key[:size] == prefix})


def domain_values(domain: Expression, environment: dict[str, Any], view: View) -> Iterable[Any]:
    """The elements of a quantifier's domain: positions of a list, last key components of a range, values of a sort."""
    if domain._op == "sort":
        return view.universe[domain._args[0]]
    if domain._op == "list":
        owner, name, *keys = domain._args
        length = view.cell(owner, f"{name}_length", tuple(evaluate(key, environment, view) for key in keys))
        return range(length)
    table, *prefix = domain._args
    return view.last_keys(table, tuple(evaluate(key, environment, view) for key in prefix))


def _elements(args: tuple[Any, ...], environment: dict[str, Any], view: View) -> Iterator[dict[str, Any]]:
    domain, variable, condition, *_ = args
    for value in domain_values(domain, environment, view):
        inner = {**environment, variable._args[0]: value}
        if evaluate(condition, inner, view):
            yield inner


FOLDS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "every": all, "some": any, "total": sum,
    "count": lambda values: sum(map(bool, values)),
}  # fmt: skip


def evaluate(expression: Expression, environment: dict[str, Any], view: View) -> Any:
    """The value of an expression; `environment` gives parameters and bound variables by name."""
    op, args = expression._op, expression._args

    def value(argument: Expression) -> Any:
        return evaluate(argument, environment, view)

    if op == "lit":
        return args[0]
    if op in ("par", "var"):
        return environment[args[0]]
    if op == "field":
        return view.cell(args[0], args[1], tuple(value(key) for key in args[2:]))
    if op == "exists":
        return view.row(args[0], tuple(value(key) for key in args[1:])) is not None
    if op in ("every", "some", "count", "total"):
        found = (evaluate(args[3], inner, view) for inner in _elements(args, environment, view))
        return FOLDS[op](found)
    if op in ("and", "or"):
        return (all if op == "and" else any)(value(argument) for argument in args)
    if op == "not":
        return not value(args[0])
    if op == "ite":
        return value(args[1]) if value(args[0]) else value(args[2])
    if op in ("eq", "lt", "add", "sub", "scale", "mod", "product"):
        return _binary(op, value(args[0]), args[1] if op in ("scale", "mod") else value(args[1]))
    return _special(op, args, expression._kind, environment, view)


def _binary(op: str, left: Any, right: Any) -> Any:
    operations: dict[str, Callable[[Any, Any], Any]] = {
        "eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b, "scale": lambda a, b: a * b, "product": lambda a, b: a * b, "mod": lambda a, b: a % b,
    }  # fmt: skip
    return operations[op](left, right)


def _special(op: str, args: tuple[Any, ...], kind: Kind, environment: dict[str, Any], view: View) -> Any:
    if op == "term":
        assert isinstance(kind, Term)
        return view.make(kind, tuple(evaluate(part, environment, view) for part in args))
    if op == "part":
        opened = args[0]._kind
        return view.open(opened, evaluate(args[0], environment, view), opened.part(args[1]))
    if op == "image":
        assert isinstance(kind, Sort)
        origin = evaluate(args[0], environment, view)
        return None if origin is None else kind.image(origin)
    if op in DRAWN:
        key, number, size = args
        seeds = (evaluate(part, environment, view) for part in key._args)
        return DRAWN[op](evaluate(number, environment, view), evaluate(size, environment, view), *seeds)
    if op == "deviating":
        return evaluate(args[0], environment, view) in view.coalition
    if op == "run":
        other = view.second if args[0] else view
        assert other is not None, "a two-run claim needs two runs"
        return evaluate(args[1], environment, other)
    raise AssertionError(f"no concrete meaning for {op!r}")


@dataclass(frozen=True)
class Outcome:
    """What running a transaction gives: the guard that refused it, or rows to write and the event that survives."""

    refused: str | None
    writes: dict[RowId, Row] = field(default_factory=dict)
    event: tuple[str, Key] | None = None


def _loops(binders: tuple[Binder, ...], environment: dict[str, Any], view: View) -> Iterator[dict[str, Any]]:
    if not binders:
        yield environment
        return
    first, *rest = binders
    for inner in _elements((first.domain, first.variable, first.condition), environment, view):
        yield from _loops(tuple(rest), inner, view)


def perform(writes: Iterable[Write], environment: dict[str, Any], view: View) -> dict[RowId, Row]:
    """Rows after the writes, all computed in the state before; of two writes to one cell the later wins.

    Writes that stand in the same loops are done together, turn by turn, as the text has them.
    """
    cells: dict[RowId, dict[str, Any]] = {}
    for binders, group in itertools.groupby(writes, key=lambda write: write.binders):
        together = list(group)
        for inner in _loops(binders, environment, view):
            for write in together:
                if evaluate(write.condition, inner, view):
                    row = write.table, tuple(evaluate(key, inner, view) for key in write.keys)
                    cells.setdefault(row, {})[write.field] = evaluate(write.value, inner, view)
    return {row: merge(view, row, changed) for row, changed in cells.items()}


def merge(view: View, row: RowId, changed: dict[str, Any]) -> Row:
    """The whole row: new cells over the old row, which is read unless every cell is new."""
    table = view.schema.tables[row[0]]
    old: Row | None = None
    if set(changed) != set(table.cells):
        old = view.row(*row)
    base = old if old is not None else default_row(table)
    return tuple(changed.get(name, before) for name, before in zip(table.cells, base, strict=True))


def run(transaction: Transaction, arguments: dict[str, Any], view: View) -> Outcome:
    """Guards in text order, then effects, then the last event: what an endorser computes."""
    for guard in transaction.guards.values():
        if not evaluate(guard.condition, arguments, view):
            return Outcome(guard.name)
    writes = perform(transaction.writes, arguments, view)
    event = None
    for emitted in transaction.events.values():
        for inner in _loops(emitted.binders, arguments, view):
            if evaluate(emitted.condition, inner, view):
                event = emitted.name, tuple(evaluate(item, inner, view) for item in emitted.payload)
    return Outcome(None, writes, event)


def observe(transaction: Transaction, arguments: dict[str, Any], view: View) -> dict[RowId, Row]:
    """Rows off the ledger after the step committed, computed in the state before it."""
    return perform(transaction.observed, arguments, view)


def may_send(transaction: Transaction, arguments: dict[str, Any], view: View) -> bool:
    """Whether the environment lets the caller take this step: by its honest conditions, or by its powers if it deviates."""
    conditions = transaction.powers if arguments["caller"] in view.coalition else transaction.honest
    return all(evaluate(condition, arguments, view) for condition in conditions.values())
