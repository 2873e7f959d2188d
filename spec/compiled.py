"""The concrete meaning compiled: Python source made from the tree once, equal to the walk in `concrete` and several times faster.

Every function takes the view's reader `R(table, key) -> row or None`, the ranges `P(table, prefix)`, the sorts `U`, the
coalition `C`, the term maker `M`, the opener `O` and the arguments `A`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any

from spec.concrete import Outcome, Row, RowId, View, default_row
from spec.drawing import DRAWN
from spec.kinds import Term
from spec.schema import Binder, Schema, Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import TRUE, Expression

HEADER = "R, P, U, C, M, O, A"


def tuple_source(parts: Iterable[str]) -> str:
    inside = ", ".join(parts)
    return f"({inside},)" if inside else "()"


def image_of(sort: str, value: Any) -> str | None:
    return None if value is None else f"{sort}({value})"


class Source:
    """Turns expressions of one schema into Python source; constants that have no literal form go into `constants`."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.constants: dict[str, Any] = {}

    def constant(self, value: Any) -> str:
        for name, known in self.constants.items():
            if known is value:
                return name
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def defaults(self, table: str) -> str:
        name = f"D_{table.replace('.', '_')}"
        self.constants[name] = default_row(self.schema.tables[table])
        return name

    def expression(self, e: Expression) -> str:
        op, args = e._op, e._args
        if op == "lit":
            return repr(args[0])
        if op == "par":
            return f"A[{args[0]!r}]"
        if op == "var":
            return str(args[0])
        if op == "field":
            position = list(self.schema.tables[args[0]].cells).index(args[1])
            key = tuple_source(map(self.expression, args[2:]))
            return f"(R({args[0]!r}, {key}) or {self.defaults(args[0])})[{position}]"
        if op == "exists":
            return f"(R({args[0]!r}, {tuple_source(map(self.expression, args[1:]))}) is not None)"
        if op in ("every", "some", "count", "total"):
            wrap = {"every": "all({} {})", "some": "any({} {})", "count": "sum(1 {1} if {0})", "total": "sum({} {})"}[op]
            return wrap.format(self.expression(args[3]), self.loop(Binder(args[0], args[1], args[2])))
        if op in ("and", "or"):
            return "(" + f" {op} ".join(map(self.expression, args)) + ")"
        if op == "not":
            return f"(not {self.expression(args[0])})"
        if op == "ite":
            return f"({self.expression(args[1])} if {self.expression(args[0])} else {self.expression(args[2])})"
        if op in ("eq", "lt", "add", "sub"):
            sign = {"eq": "==", "lt": "<", "add": "+", "sub": "-"}[op]
            return f"({self.expression(args[0])} {sign} {self.expression(args[1])})"
        if op in ("scale", "mod"):
            return f"({self.expression(args[0])} {'*' if op == 'scale' else '%'} {args[1]})"
        return self.special(e)

    def special(self, e: Expression) -> str:
        op, args = e._op, e._args
        if op == "term":
            assert isinstance(e._kind, Term)
            return f"M({self.constant(e._kind)}, {tuple_source(map(self.expression, args))})"
        if op == "part":
            opened = args[0]._kind
            return f"O({self.constant(opened)}, {self.expression(args[0])}, {opened.part(args[1])})"
        if op == "image":
            return f"IMAGE({e._kind.name!r}, {self.expression(args[0])})"
        if op in DRAWN:
            return f"{op.upper()}({', '.join(map(self.expression, (args[1], args[2], *args[0]._args)))})"
        if op == "deviating":
            return f"({self.expression(args[0])} in C)"
        raise AssertionError(f"no compiled meaning for {op!r}")

    def loop(self, binder: Binder) -> str:
        """`for variable in domain if condition`."""
        domain = binder.domain
        if domain._op == "sort":
            values = f"U[{domain._args[0]!r}]"
        elif domain._op == "list":
            owner, name, *keys = domain._args
            position = list(self.schema.tables[owner].cells).index(f"{name}_length")
            values = f"range((R({owner!r}, {tuple_source(map(self.expression, keys))}) or {self.defaults(owner)})[{position}])"
        else:
            values = f"P({domain._args[0]!r}, {tuple_source(map(self.expression, domain._args[1:]))})"
        condition = "" if binder.condition is TRUE else f" if {self.expression(binder.condition)}"
        return f"for {binder.variable._args[0]} in {values}{condition}"

    def writes(self, writes: Iterable[Write]) -> list[str]:
        """Statements that fill `W`: row -> {cell position: value}."""
        lines: list[str] = []
        for binders, group in itertools.groupby(writes, key=lambda write: write.binders):
            body = []
            for write in group:
                position = list(self.schema.tables[write.table].cells).index(write.field)
                row = f"({write.table!r}, {tuple_source(map(self.expression, write.keys))})"
                inner = ""
                if write.condition is not TRUE:
                    body.append(f"if {self.expression(write.condition)}:")
                    inner = "    "
                body.append(f"{inner}W.setdefault({row}, {{}})[{position}] = {self.expression(write.value)}")
            lines += self.loops(binders, body)
        return lines

    def loops(self, binders: Iterable[Binder], body: Iterable[str]) -> list[str]:
        """The statements of a body within its loops, indented as in a function."""
        lines, indent = [], "    "
        for binder in binders:
            lines.append(f"{indent}{self.loop(Binder(binder.domain, binder.variable, TRUE))}:")
            indent += "    "
            if binder.condition is not TRUE:
                lines.append(f"{indent}if {self.expression(binder.condition)}:")
                indent += "    "
        return [*lines, *(f"{indent}{line}" for line in body)]

    def build(self, name: str, lines: list[str]) -> Callable[..., Any]:
        """Compile a function of the standard header from its body."""
        name = re.sub(r"\W", "_", name)
        source = f"def {name}({HEADER}):\n" + "\n".join(lines) + "\n"
        namespace: dict[str, Any] = {**self.constants, **{op.upper(): drawn for op, drawn in DRAWN.items()}, "IMAGE": image_of}
        exec(compile(source, f"<compiled {name}>", "exec"), namespace)  # our own source, made from the tree
        return namespace[name]  # type: ignore[no-any-return]


class Compiled:
    """All steps and conditions of a protocol as functions, made when first asked for."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.schema = protocol.schema
        self._functions: dict[Any, Callable[..., Any]] = {}

    def _made(self, identity: Any, lines: Callable[[Source], list[str]], name: str) -> Callable[..., Any]:
        function = self._functions.get(identity)
        if function is None:
            source = Source(self.schema)
            function = self._functions[identity] = source.build(name, lines(source))
        return function

    def call(self, function: Callable[..., Any], view: View, arguments: dict[str, Any]) -> Any:
        return function(view.row, view.last_keys, view.universe, view.coalition, view.make, view.open, arguments)

    def condition(self, expression: Expression) -> Callable[..., Any]:
        """An expression without bound variables as a function."""
        return self._made(("expression", id(expression)), lambda source: [f"    return {source.expression(expression)}"], "condition")

    def holds(self, expression: Expression, arguments: dict[str, Any], view: View) -> Any:
        return self.call(self.condition(expression), view, arguments)

    def run(self, transaction: Transaction, arguments: dict[str, Any], view: View) -> Outcome:
        """The compiled twin of `concrete.run`."""

        def lines(source: Source) -> list[str]:
            body = [f"    if not {source.expression(g.condition)}: return {g.name!r}, None, None" for g in transaction.guards.values()]
            body += ["    W = {}", *source.writes(transaction.writes), "    E = None"]
            for event in transaction.events.values():
                emitted = f"({event.name!r}, {tuple_source(map(source.expression, event.payload))})"
                body += source.loops(event.binders, [f"if {source.expression(event.condition)}: E = {emitted}"])
            return [*body, "    return None, W, E"]

        function = self._made(("run", transaction.name), lines, transaction.name)
        refused, cells, event = self.call(function, view, arguments)
        return Outcome(refused) if refused else Outcome(None, self.merged(cells, view), event)

    def observe(self, transaction: Transaction, arguments: dict[str, Any], view: View) -> dict[RowId, Row]:
        """The compiled twin of `concrete.observe`."""

        def lines(source: Source) -> list[str]:
            return ["    W = {}", *source.writes(transaction.observed), "    return W"]

        function = self._made(("observe", transaction.name), lines, transaction.name)
        return self.merged(self.call(function, view, arguments), view)

    def merged(self, cells: dict[RowId, dict[int, Any]], view: View) -> dict[RowId, Row]:
        rows = {}
        for row, changed in cells.items():
            width = len(self.schema.tables[row[0]].cells)
            old = view.row(*row) if len(changed) < width else None
            base = old if old is not None else default_row(self.schema.tables[row[0]])
            rows[row] = tuple(changed.get(position, before) for position, before in enumerate(base))
        return rows

    def may_send(self, transaction: Transaction, arguments: dict[str, Any], view: View) -> bool:
        """The compiled twin of `concrete.may_send`."""
        conditions = transaction.powers if arguments["caller"] in view.coalition else transaction.honest
        return all(self.holds(condition, arguments, view) for condition in conditions.values())

