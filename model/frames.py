"""What a condition reads and what a step writes: a condition of which nothing is written has the value that it had before."""

from __future__ import annotations

from collections.abc import Iterable

from spec.schema import Write
from spec.tracing import Transaction
from spec.tree import Expression, walk

# By the node: equal nodes are one, and none is ever forgotten.
_read: dict[int, frozenset[str]] = {}


def cells_read(expression: Expression) -> frozenset[str]:
    """`Table.cell` for all that a value depends on; `Table.exists` stands for the rows of a table."""
    found = _read.get(id(expression))
    if found is None:
        found = _read[id(expression)] = frozenset(cell for node in walk(expression) if (cell := cell_of(node)))
    return found


def cell_of(node: Expression) -> str:
    """What this node itself reads; empty if nothing."""
    if node._op == "field":
        return f"{node._args[0]}.{node._args[1]}"
    if node._op == "list":
        return f"{node._args[0]}.{node._args[1]}_length"
    return f"{node._args[0]}.exists" if node._op in ("exists", "rows") else ""


def cells_of(writes: Iterable[Write]) -> frozenset[str]:
    """A write to a cell also makes its row exist."""
    return frozenset(name for write in writes for name in (f"{write.table}.{write.field}", f"{write.table}.exists"))


def cells_written(transaction: Transaction) -> frozenset[str]:
    return cells_of((*transaction.writes, *transaction.observed))
