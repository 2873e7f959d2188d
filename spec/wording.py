"""Expressions, writes and kinds in readable words: infix, with names such as `subset` and `instance` for bound variables."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable
from typing import Any

from spec.kinds import Enumeration, Kind, ListOf, Reference, Term
from spec.schema import Binder, Schema, Write
from spec.tracing import Event
from spec.tree import TRUE, Expression, conjunction, walk

LOOSE, OR, AND, COMPARED, SUM, PRODUCT, ATOM = range(7)
INDENT = "    "
POSITIONS = "ijklpq"
Names = dict[int, tuple[str, Expression]]  # of expressions that are told elsewhere, by identity


def expression_text(expression: Expression, schema: Schema | None = None, names: Names | None = None) -> str:
    """One expression in infix words; with the schema, bound variables are named by the titles of their tables."""
    return Wording(schema, parameters_in([expression]), names).text(expression)


def parameters_in(expressions: Iterable[Expression]) -> set[str]:
    return {node._args[0] for expression in expressions for node in walk(expression) if node._op == "par"}


def kind_text(kind: Kind) -> str:
    """A kind: an enumeration with its values; what a pre-image is made of is told once, beside its name."""
    if isinstance(kind, Enumeration):
        return f"{kind.name} ({', '.join(kind.values)})"
    if isinstance(kind, ListOf):
        return f"list of references to {kind.item.table}" if isinstance(kind.item, Reference) else kind.name
    return kind.name


def literal_text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) and not value.isidentifier() else str(value)


class Wording:
    """Words for expressions in one scope: which names are taken, and what bound variables and list entries are called."""

    def __init__(self, schema: Schema | None, taken: Iterable[str] = (), names: Names | None = None) -> None:
        self.schema, self.names = schema, names or {}
        self.taken = set(taken)
        self.variables: dict[int, str] = {}
        self.entries: dict[tuple[Any, ...], str] = {}

    def text(self, e: Expression, wanted: int = LOOSE) -> str:
        """The words of an expression, in brackets where it binds less tightly than `wanted`."""
        if id(e) in self.names:
            return self.names[id(e)][0]
        words, tightness = self._words(e)
        return words if tightness >= wanted else f"({words})"

    def _words(self, e: Expression) -> tuple[str, int]:
        op, args = e._op, e._args
        if op in ("lit", "par", "var", "field", "part", "term", "image", "deviating", "run", "permuted", "drawn_at", "asked"):
            return self._atom(e), ATOM
        if op == "exists":
            return f"{self.row(args[0], args[1:])} exists", COMPARED
        if op in ("eq", "lt"):
            return self._compared(e), COMPARED
        if op == "not":
            return self._negated(args[0])
        if op == "and":
            return " and ".join(self.text(a, COMPARED) for a in args), AND
        if op == "or":
            if len(args) == 2 and args[0]._op == "not" and args[1]._op != "not":
                return f"{self.text(args[0]._args[0], OR)} implies {self.text(args[1], OR)}", LOOSE
            return " or ".join(self.text(a, AND) for a in args), OR
        if op == "add" and args[1]._op == "lit" and args[1]._args[0] < 0:
            return f"{self.text(args[0], SUM)} - {-args[1]._args[0]}", SUM
        if op in ("add", "sub"):
            return f"{self.text(args[0], SUM)} {'+' if op == 'add' else '-'} {self.text(args[1], PRODUCT)}", SUM
        if op in ("scale", "mod"):
            return f"{self.text(args[0], ATOM)} {'*' if op == 'scale' else '%'} {args[1]}", PRODUCT
        if op == "product":
            return f"{self.text(args[0], ATOM)} * {self.text(args[1], ATOM)}", PRODUCT
        if op == "ite":
            return f"{self.text(args[1], OR)} if {self.text(args[0], OR)} else {self.text(args[2], OR)}", LOOSE
        return self._quantified(e), LOOSE

    def _compared(self, e: Expression, negated: bool = False) -> str:
        left, right = e._args
        sign = {"eq": ("==", "!="), "lt": ("<", ">=")}[e._op][negated]
        if left._op == "lit" and right._op != "lit":
            left, right, sign = right, left, {"<": ">", ">=": "<="}.get(sign, sign)
        return f"{self.text(left, SUM)} {sign} {self.text(right, SUM)}"

    def _negated(self, e: Expression) -> tuple[str, int]:
        if e._op in ("eq", "lt"):
            return self._compared(e, True), COMPARED
        if e._op == "exists":
            return f"{self.row(e._args[0], e._args[1:])} does not exist", COMPARED
        return f"not {self.text(e, ATOM)}", COMPARED

    def _atom(self, e: Expression) -> str:
        op, args = e._op, e._args
        if op == "lit":
            return literal_text(args[0])
        if op == "par":
            return str(args[0])
        if op == "var":
            return self.variables.get(id(e), str(args[0]))
        if op == "field":
            return self.cell(args[0], args[1], args[2:])
        if op == "part":
            return f"{self.text(args[0], ATOM)}.{args[1]}"
        if op == "term":
            assert isinstance(e._kind, Term)
            parts = (f"{name}: {self.text(value)}" for (name, _), value in zip(e._kind.parts, args, strict=True))
            return f"{e._kind.name}({', '.join(parts)})"
        if op == "permuted":
            return f"permutation({self.text(args[2])}, {self.text(args[0])})[{self.text(args[1])}]"
        if op == "drawn_at":
            return f"permutation({self.text(args[2])}, {self.text(args[0])}).index({self.text(args[1])})"
        if op == "asked":
            return f"{args[0]}({', '.join(self.text(asked) for asked in args[1:])})"
        if op == "run":
            return f"{'second' if args[0] else 'first'}_run({self.text(args[1])})"
        return f"{e._kind.name if op == 'image' else op}({self.text(args[0])})"

    def row(self, table: str, keys: tuple[Expression, ...]) -> str:
        """`TC[couple]`; the row that a field refers to is named by that field: `TC[couple].ds`."""
        owner, _, listed = table.partition(".")
        if listed:
            return f"{self.row(owner, keys[:-1])}.{listed}[{self.text(keys[-1])}]"
        if len(keys) == 1 and isinstance(keys[0]._kind, Reference) and keys[0]._kind.table == table and keys[0]._op == "field":
            named = self.text(keys[0])
            return named if "." in named else f"{table}[{named}]"
        return f"{table}[{', '.join(self.text(key) for key in keys)}]" if keys else table

    def range_of(self, table: str, prefix: tuple[Expression, ...]) -> str:
        """`TJ[couple, *, *]`: the rows under a prefix, with a star for each key component that is left."""
        left = len(self.schema.tables[table].key) - len(prefix) if self.schema is not None else 1
        return f"{table}[{', '.join([*(self.text(key) for key in prefix), *['*'] * left])}]"

    def cell(self, table: str, name: str, keys: tuple[Expression, ...]) -> str:
        """`TC[couple].status`, `DS[dataset].dssidlist.length`, or the name of a list's entry in a loop over that list."""
        if "." in table and name == "item":
            entry = self.entries.get((table, *map(id, keys)))
            return entry if entry is not None else self.row(table, keys)
        return f"{self.row(table, keys)}.{f'{name[:-7]}.length' if name.endswith('_length') else name}"

    def _quantified(self, e: Expression) -> str:
        op, (domain, variable, condition, body) = e._op, e._args
        if nested_rows(e):
            return self._nested(e)
        inner, head = self.bound(Binder(domain, variable, condition), [body])
        if op == "total":
            return f"the sum of {inner.text(body, SUM)} over every {head}"
        if op == "count":
            name, _, rest = self.bound(Binder(domain, variable, condition), [], body)[1].partition(" ")
            return f"the number of {name}s {rest}"
        return f"{op} {head}: {inner.text(body)}" if op == "every" else f"some {head} has {inner.text(body)}"

    def _nested(self, e: Expression) -> str:
        """One phrase for loops over several key components of one range: `every round, instance in Slot[couple, *, *]`."""
        loops = [e]
        while nested_rows(loops[-1]):
            loops.append(loops[-1]._args[3])
        scope, names = self, []
        for loop in loops:
            scope, head = scope.bound(Binder(*loop._args[:3]), [loop._args[3]])
            names.append(head.partition(" in ")[0])
        condition = head.partition(" where ")[2]
        place = f"{', '.join(names)} in {self.range_of(e._args[0]._args[0], e._args[0]._args[1:])}"
        body = scope.text(loops[-1]._args[3])
        place += f" where {condition}" if condition else ""
        return f"every {place}: {body}" if e._op == "every" else f"some {place} has {body}"

    def bound(self, binder: Binder, below: Iterable[Expression], also: Expression = TRUE) -> tuple[Wording, str]:
        """The scope inside a loop, and the words for what the loop ranges over: where its condition holds, and `also`."""
        inner = Wording(self.schema, self.taken, self.names)
        inner.variables, inner.entries = dict(self.variables), dict(self.entries)
        domain, variable, condition = binder.domain, binder.variable, binder.condition
        if domain._op == "list":
            head = inner._bind_position(domain, variable, [condition, also, *below], self)
        else:
            exists = condition if condition._op == "exists" and condition._args[-1] is variable else None
            noun, place = self._range(domain, variable, exists)
            name = inner._new_name(noun)
            inner.variables[id(variable)] = name
            head, condition = f"{name} in {place}", TRUE if exists is not None else condition
        condition = conjunction(condition, also)
        return inner, head if condition is TRUE else f"{head} where {inner.text(condition, OR)}"

    def _range(self, domain: Expression, variable: Expression, exists: Expression | None) -> tuple[str, str]:
        if domain._op == "rows":
            name, *prefix = domain._args
            component = self.schema.tables[name].key[len(prefix)][0] if self.schema is not None else self.noun(variable._kind)
            return component, self.range_of(name, tuple(prefix))
        table = exists._args[0] if exists is not None else ""
        return self.noun(variable._kind, table), table or domain._args[0]

    def _bind_position(self, domain: Expression, variable: Expression, below: list[Expression], outer: Wording) -> str:
        """Name a list's position, and its entry where the loop speaks of it; say only what is spoken of."""
        owner, listed, *keys = domain._args
        entry = (f"{owner}.{listed}", *map(id, keys), id(variable))
        place = f"{outer.row(owner, tuple(keys))}.{listed}"
        kind, position_used = spoken_of(entry, variable, below)
        position = next((p for p in POSITIONS if p not in self.taken), str(variable._args[0]))
        if kind is None or position_used:
            self.taken.add(position)
        self.variables[id(variable)] = position
        if kind is None:
            return f"position {position} in {place}"
        self.entries[entry] = name = self._new_name(self.noun(kind))
        return f"{name} at position {position} in {place}" if position_used else f"{name} in {place}"

    def _new_name(self, noun: str) -> str:
        options = itertools.chain([noun, f"other_{noun}"], (f"{noun}_{number}" for number in itertools.count(3)))
        name = next(option for option in options if option not in self.taken)
        self.taken.add(name)
        return name

    def noun(self, kind: Kind, table: str = "") -> str:
        """What one value of a kind is called: the last word of its table's title."""
        table = table or (kind.table if isinstance(kind, Reference) else kind.sort)
        if self.schema is not None and table in self.schema.tables:
            return self.schema.tables[table].title.partition(" (")[0].rsplit(" ", 1)[-1]
        return table.lower()

    def lines(self, binders: tuple[Binder, ...], body: list[Any]) -> list[str]:
        """Loops as indented lines around writes or an event."""
        if not binders:
            return [line for item in body for line in self._line(item)]
        below = [e for b in binders[1:] for e in (b.domain, b.condition)] + [e for item in body for e in expressions_in(item)]
        inner, head = self.bound(binders[0], below)
        return [f"for each {head}:", *(INDENT + line for line in inner.lines(binders[1:], body))]

    def _line(self, item: Any) -> list[str]:
        if isinstance(item, Event):
            return [f"{item.name}({', '.join(map(self.text, item.payload))}){self._when(item.condition)}"]
        first: Write = item[0]
        if len(item) == 1:
            return [f"{self.cell(first.table, first.field, first.keys)} := {self.text(first.value)}{self._when(first.condition)}"]
        given = {write.field: write.value for write in item if write.value._op != "lit" or write.value._args[0] is not None}
        given = {name: value for name, value in given.items() if not name.endswith("_length")}
        fields = ", ".join(f"{name}: {self.text(value)}" for name, value in given.items())
        return [f"{self.row(first.table, first.keys)} := {{{fields}}}{self._when(first.condition)}"]

    def _when(self, condition: Expression) -> str:
        return "" if condition is TRUE else f" when {self.text(condition)}"


def nested_rows(e: Expression) -> bool:
    """Whether a loop over rows has another below it over the next key component, and nothing else."""
    domain, variable, condition, body = e._args
    if domain._op != "rows" or condition is not TRUE or body._op != e._op or e._op not in ("every", "some"):
        return False
    below = body._args[0]
    wanted = (*domain._args, variable)
    return below._op == "rows" and len(below._args) == len(wanted) and all(map(operator.is_, below._args[1:], wanted[1:]))


def spoken_of(entry: tuple[Any, ...], variable: Expression, below: list[Expression]) -> tuple[Kind | None, bool]:
    """The kind of the list's entry if the expressions name it, and whether they name its position otherwise."""
    kind, position_used = None, False
    pending = list(below)
    while pending:
        current = pending.pop()
        if current is variable:
            position_used = True
        elif current._op == "field" and current._args[1] == "item" and (current._args[0], *map(id, current._args[2:])) == entry:
            kind = current._kind
        else:
            pending.extend(argument for argument in current._args if isinstance(argument, Expression))
    return kind, position_used


def expressions_in(item: Any) -> list[Expression]:
    if isinstance(item, Event):
        return [*item.payload, item.condition]
    return [e for write in item for e in (*write.keys, write.value, write.condition)]


def write_lines(writes: list[Write], schema: Schema, taken: Iterable[str] = (), names: Names | None = None) -> list[str]:
    """Writes as lines in text order; a row that is written whole is one line, with the fields that are not left empty."""
    wording, lines = Wording(schema, taken, names), []
    for binders, group in itertools.groupby(writes, key=lambda write: write.binders):
        together = list(group)
        body: list[list[Write]] = []
        while together:
            width = len(schema.table(together[0].table).cells)
            row = [w for w in together[:width] if w.row == together[0].row and w.condition is together[0].condition]
            size = width if len({w.field for w in row}) == width else 1
            body.append(together[:size])
            together = together[size:]
        lines += wording.lines(binders, body)
    return lines


def event_lines(event: Event, schema: Schema, taken: Iterable[str] = (), names: Names | None = None) -> list[str]:
    return Wording(schema, taken, names).lines(event.binders, [event])
