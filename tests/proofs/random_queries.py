"""Random conditions of a variant as texts, each well-formed: what a reviewer could ask, and much that nobody would."""

from __future__ import annotations

import random

from spec.kinds import BOOLEAN, INTEGER, Enumeration, Kind, ListOf, Reference, Term
from spec.schema import Table
from spec.text import Protocol

ORDERS = ["<", "<=", "==", "!=", ">"]


class Asker:
    """Writes conditions over rows that are bound; all chance from `rng`."""

    def __init__(self, rng: random.Random, protocol: Protocol) -> None:
        self.rng = rng
        self.tables = {
            name: table for name, table in protocol.schema.tables.items()
            if len(table.key) == 1 and "." not in name and table.category in ("asset", "history")
        }  # fmt: skip

    def query(self, depth: int) -> str:
        return self.quantified([], depth)

    def quantified(self, bound: list[tuple[str, Table]], depth: int) -> str:
        table, name = self.rng.choice(list(self.tables)), f"v{len(bound)}"
        inner = self.truth([*bound, (name, self.tables[table])], depth - 1)
        kind = self.rng.choice(["every", "some", "count"] if bound else ["every", "some"])
        compared = f" {self.rng.choice(['<', '==', '>'])} {self.rng.randrange(3)}" if kind == "count" else ""
        return f"{kind}({table}, lambda {name}: {inner}){compared}"

    def truth(self, bound: list[tuple[str, Table]], depth: int) -> str:
        form = self.rng.choice(["atom", "and", "or", "not", "implies", "quantified"] if depth > 0 else ["atom"])
        if form == "atom":
            return self.atom(bound)
        if form == "quantified":
            return self.quantified(bound, depth)
        one = self.truth(bound, depth - 1)
        other = self.truth(bound, depth - 1)
        return {"not": f"(not {one})", "implies": f"implies({one}, {other})"}.get(form, f"({one} {form} {other})")

    def atom(self, bound: list[tuple[str, Table]]) -> str:
        cells = [(f"{name}.{field}", declared.kind) for name, table in bound for field, declared in table.fields.items()]
        cell, kind = self.rng.choice(cells)
        alike = [name for name, other in cells if other.sort == kind.sort and not isinstance(other, ListOf)]
        return self.about(cell, kind, alike)

    def about(self, cell: str, kind: Kind, alike: list[str]) -> str:
        rng = self.rng
        if kind is BOOLEAN:
            return cell
        if kind is INTEGER:
            return f"{cell} {rng.choice(ORDERS)} {rng.choice(['0', '1', '2', *alike, f'2 * {cell}', f'{cell} % 2'])}"
        if isinstance(kind, Enumeration):
            return f"{cell} == {rng.choice([*map(repr, kind.values), 'None'])}"
        if isinstance(kind, ListOf):
            return rng.choice([f"{cell}.length {rng.choice(ORDERS)} 1", f"some({cell}, lambda one: one.exists)", f"{cell}.at(0) == None"])
        if isinstance(kind, Term):
            named = [f"{cell}.{name} == None" for name, part in kind.parts if part is not INTEGER]
            return rng.choice([f"{cell} == None", *named, f"{cell} == {rng.choice(alike)}"])
        more = [f"{cell}.exists"] if isinstance(kind, Reference) else []
        return rng.choice(
            [
                f"{cell} == None",
                *more,
                f"{cell} != {rng.choice(alike)}",
                f"deviating({cell})" if kind.sort == "Member" else f"{cell} == None",
            ]
        )
