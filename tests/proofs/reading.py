"""What a clause's readings say in one concrete state, beside what executing it there does read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from properties.bridging import Clause, Holds, Path, Reading, Stop, clauses, scanned
from spec import concrete
from spec.concrete import Outcome, View, domain_values, evaluate
from spec.schema import Binder, Schema
from spec.tracing import Transaction

Places = set[tuple[str, tuple[Any, ...]]]
Environment = dict[str, Any]


def described(schema: Schema, transaction: Transaction, arguments: Environment, view: View) -> tuple[Places, Places]:
    """The rows and the ranges that the readings of a call describe: of every guard up to the first that fails, then of the rest."""
    rows: Places = set()
    ranges: Places = set()
    for clause in clauses(schema, transaction):
        for table, keys in read_by(clause, arguments, view):
            (rows if len(keys) == len(schema.tables[table].key) else ranges).add((table, keys))
        if clause.guard is not None and not evaluate(clause.guard, arguments, view):
            break
    return rows, ranges


def read_by(clause: Clause, arguments: Environment, view: View) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for reading in clause.readings:
        for inner in along(reading.path, arguments, view):
            yield reading.table, keys_of(reading, inner, view)


def keys_of(reading: Reading, environment: Environment, view: View) -> tuple[Any, ...]:
    return tuple(evaluate(key, environment, view) for key in reading.keys)


def along(path: Path, environment: Environment, view: View) -> Iterator[Environment]:
    """The environments in which evaluation comes to the end of a path."""
    if not path:
        yield environment
        return
    step, rest = path[0], path[1:]
    if isinstance(step, Holds):
        if evaluate(step.condition, environment, view):
            yield from along(rest, environment, view)
    elif isinstance(step, Stop):
        deciding = (inner for inner in elements(step.binder, environment, view) if evaluate(step.deciding, inner, view))
        yield from along(rest, next(deciding), view)
    else:
        for inner in elements(step.binder, environment, view):
            yield from along(rest, inner, view)


def elements(binder: Binder, environment: Environment, view: View) -> Iterator[Environment]:
    for value in domain_values(binder.domain, environment, view):
        inner = {**environment, binder.variable._args[0]: value}
        if evaluate(binder.condition, inner, view):
            yield inner


class Scanned(dict[str, Any]):
    """The values of each sort; to ask for them is to read the range of every table of that sort, as the ledger does."""

    def __init__(self, view: View, ranges: Places) -> None:
        super().__init__(view.universe)
        self.schema, self.ranges = view.schema, ranges

    def __getitem__(self, sort: str) -> Any:
        self.ranges.update((name, ()) for name in scanned(self.schema, sort))
        return super().__getitem__(sort)


def executed(transaction: Transaction, arguments: Environment, view: View) -> tuple[Outcome, Places, Places]:
    """What the walk gives, and the rows and ranges that it read on the way."""
    rows: Places = set()
    ranges: Places = set()
    watched = View(
        view.schema, view.rows, Scanned(view, ranges), view.coalition,
        on_read=lambda table, key: rows.add((table, key)), on_range=lambda table, prefix: ranges.add((table, prefix)),
    )  # fmt: skip
    return concrete.run(transaction, arguments, watched), rows, ranges


def stops(schema: Schema, transaction: Transaction) -> bool:
    """Whether some quantifier of the transaction may be decided before all of its elements were looked at."""
    return any(isinstance(step, Stop) for clause in clauses(schema, transaction) for r in clause.readings for step in r.path)
