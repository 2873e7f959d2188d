"""Which numbers of a text are of one kind: rounds, times, amounts; two are when the text compares, adds or assigns one to the other."""

from __future__ import annotations

from typing import Any

from spec.kinds import INTEGER
from spec.text import Protocol
from spec.tree import Expression, walk


class Dimensions:
    """Fields and components of keys in groups; a component of one name is the same in all tables."""

    def __init__(self, protocol: Protocol) -> None:
        self.schema, self.parent = protocol.schema, dict[str, str]()
        for name, step in protocol.transactions.items():
            writes = [*step.writes, *step.observed]
            said = [guard.condition for guard in step.guards.values()] + list(step.honest.values())
            for expression in (*said, *(part for write in writes for part in (*write.keys, write.value, write.condition))):
                self.read(name, expression)
            for write in writes:
                if write.value._kind is INTEGER:
                    self.join(f"{write.table}.{write.field}", self.of(name, write.value))
                self.keys(name, write.table, write.keys)

    def group(self, name: str) -> str:
        while self.parent.get(name, name) != name:
            name = self.parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        if one and other:
            self.parent[self.group(one)] = self.group(other)

    def read(self, step: str, expression: Expression) -> None:
        """Every comparison and every key in an expression."""
        for node in walk(expression):
            if node._op in ("eq", "lt", "add", "sub", "ite") and node._args[-1]._kind is INTEGER:
                self.join(self.of(step, node._args[-2]), self.of(step, node._args[-1]))
            elif node._op in ("field", "exists"):
                self.keys(step, node._args[0], node._args[2:] if node._op == "field" else node._args[1:])

    def keys(self, step: str, table: str, keys: tuple[Any, ...]) -> None:
        for (name, kind), value in zip(self.schema.tables[table].key, keys, strict=True):
            if kind is INTEGER:
                self.join(f"[{name}]", self.of(step, value))

    def of(self, step: str, value: Expression) -> str:
        """What a number is, by the name of one of its group; empty for a literal, a count and whatever else has no name."""
        if value._op == "field":
            return f"{value._args[0]}.{value._args[1]}"
        if value._op == "par":
            return f"{step} {value._args[0]}"
        if value._op == "part":
            return f"{value._args[0]._kind.name}.{value._args[1]}"
        if value._op in ("add", "sub", "scale", "ite"):
            named = (self.of(step, part) for part in value._args[-2:] if isinstance(part, Expression))
            return next((name for name in named if name), "")
        return ""

    def alike(self, one: Expression, other: Expression) -> bool:
        """Whether two values of a base are numbers of one kind; its own key is named as a component."""
        names = [f"[{value._args[0]}]" if value._op == "par" else self.of("", value) for value in (one, other)]
        return self.group(names[0]) == self.group(names[1])
