"""What a condition reads and what a step writes: a condition of which nothing is written has the value that it had before."""

from __future__ import annotations

from spec.tracing import Transaction
from spec.tree import Expression, walk


def cells_read(expression: Expression) -> frozenset[str]:
    """`Table.cell` for all that a value depends on; `Table.exists` stands for the rows of a table."""
    found = set()
    for node in walk(expression):
        if node._op == "field":
            found.add(f"{node._args[0]}.{node._args[1]}")
        elif node._op == "list":
            found.add(f"{node._args[0]}.{node._args[1]}_length")
        elif node._op in ("exists", "rows"):
            found.add(f"{node._args[0]}.exists")
    return frozenset(found)


def cells_written(transaction: Transaction) -> frozenset[str]:
    """A write to a cell also makes its row exist."""
    writes = [*transaction.writes, *transaction.observed]
    return frozenset(name for write in writes for name in (f"{write.table}.{write.field}", f"{write.table}.exists"))
