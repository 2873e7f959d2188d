"""Reductions of an exploration: what is dropped, and by which argument nothing is lost.

Each can be switched off, and is compared with the exploration without it (`tests/small_scope`).  The arguments are in
docs/decisions/0008.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from model.enumeration import Rows
from spec.concrete import Row, RowId
from spec.schema import Schema
from spec.text import Protocol
from spec.tree import Expression, walk

CLOCK = ("Clock", ())


def conditions(protocol: Protocol) -> Iterator[Expression]:
    """Everything that decides whether a step is taken, and every value that it writes."""
    for step in protocol.transactions.values():
        yield from (guard.condition for guard in step.guards.values())
        yield from (*step.honest.values(), *step.powers.values())
        for write in (*step.writes, *step.observed):
            yield from (write.condition, write.value)


def is_now(e: Expression) -> bool:
    return bool(e._op == "field" and e._args[:2] == ("Clock", "now"))


def deadlines(protocol: Protocol) -> dict[str, list[int]]:
    """For each table the places of the cells that are compared with the clock."""
    found: set[tuple[str, str]] = set()
    for expression in conditions(protocol):
        for e in walk(expression):
            if e._op == "lt" and any(map(is_now, e._args)):
                found |= {(x._args[0], x._args[1]) for side in e._args for x in walk(side) if x._op == "field" and not is_now(x)}
    tables = protocol.schema.tables
    places: dict[str, list[int]] = {}
    for name, cell in sorted(found):
        places.setdefault(name, []).append(list(tables[name].cells).index(cell))
    return places


def relative_clock(protocol: Protocol) -> Callable[[Rows], Iterable[tuple[RowId, Row]]]:
    """Rows with each deadline as ticks from now, one for all that have passed; the clock itself is left out."""
    places = deadlines(protocol)

    def rows_of(rows: Rows) -> Iterator[tuple[RowId, Row]]:
        now = rows.get(CLOCK, (0,))[0]
        for identity, row in rows.items():
            cells = places.get(identity[0])
            if identity == CLOCK:
                continue
            if cells:
                row = tuple(max(v - now, -1) if i in cells and v is not None else v for i, v in enumerate(row))
            yield identity, row

    return rows_of


def moved_tables(schema: Schema, written: Iterable[str]) -> frozenset[str]:
    """The tables that can change at all; rows of the others are the same in every state."""
    return frozenset(written) & frozenset(schema.tables)


class Symmetry:
    """Owners of one subset that are alike, with their instances: a state stands for all that renaming them gives."""

    def __init__(self, protocol: Protocol, universe: dict[str, list[Any]], rows: Rows, coalition: frozenset[str]) -> None:
        cells = list(protocol.schema.tables["CI"].cells)
        owner, subset = cells.index("co"), cells.index("dss")
        groups: dict[tuple[Any, bool], list[tuple[str, str]]] = {}
        for (table, key), row in sorted(rows.items(), key=repr):
            if table == "CI":
                groups.setdefault((row[subset], row[owner] in coalition), []).append((key[0], row[owner]))
        self.renamings = [self.images(protocol, universe, chosen) for chosen in itertools.product(*map(self.swaps, groups.values()))]
        self._known: list[dict[tuple[RowId, Row], tuple[RowId, Row]]] = [{} for _ in self.renamings]

    @staticmethod
    def swaps(group: list[tuple[str, str]]) -> list[dict[str, str]]:
        """Every way to rename the instances of a group, each with its owner."""
        found = []
        for order in itertools.permutations(group):
            pairs = [*zip(group, order, strict=True)]
            found.append({a: b for (ci, co), (other_ci, other_co) in pairs for a, b in ((ci, other_ci), (co, other_co))})
        return found

    @staticmethod
    def images(protocol: Protocol, universe: dict[str, list[Any]], chosen: tuple[dict[str, str], ...]) -> dict[str, str]:
        """The renaming of identifiers, with that of what is made of them."""
        renamed = {a: b for one in chosen for a, b in one.items()}
        for sort in protocol.sorts.values():
            if sort.image_of:
                renamed |= {sort.image(value): sort.image(renamed[value]) for value in universe[sort.image_of] if value in renamed}
        return {a: b for a, b in renamed.items() if a != b}

    def orbit(self, items: list[tuple[RowId, Row]]) -> Hashable:
        """The same for all states that renaming turns into each other."""
        return frozenset(frozenset(self.renamed(place, item) for item in items) for place in range(len(self.renamings)))

    def renamed(self, place: int, item: tuple[RowId, Row]) -> tuple[RowId, Row]:
        known = self._known[place]
        if item not in known:
            known[item] = rename(item, self.renamings[place])
        return known[item]


def rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(rename(part, names) for part in value)
    return names.get(value, value) if isinstance(value, str) else value
