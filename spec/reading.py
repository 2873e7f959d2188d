"""Expressions of the specification language read from a line of text, as a reviewer asks them: parsed, never run as code.

The text is one Python expression.  Only what `Reader` has a method for is admitted: names of the language, of tables, of pre-images
and sorts and of the notions of a variant, fields, and functions written as `lambda`.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import warnings
from collections.abc import Callable
from typing import Any

from spec.errors import QueryError, SpecificationError, choices
from spec.kinds import INTEGER, Kind
from spec.names import WORDS, Function, names_of
from spec.schema import ListView, NotExpressible, Row, TableHandle, using
from spec.text import Protocol
from spec.tree import Expression, boolean, conjunction, disjunction, integer, negation, walk

LONGEST = 2000
DEEPEST = 60
LARGEST_NUMBER = 1_000_000
METHODS = {TableHandle: ("named", "rows"), ListView: ("at", "where")}
CALCULATING = ("lt", "add", "sub", "scale", "mod", "permuted")
LOOKING = ("field", "exists", "rows", "list", "deviating")
KEYWORDS = ("named", "term")
ADMITTED = (
    "names, fields, calls, TABLE[key], lambda, whole numbers, texts, True, False, None, == != < <= > >=, + - * %, "
    "& | ~ or `and`, `or`, `not`"
)


def condition(text: str, protocol: Protocol, before: int = 0) -> Expression:
    """The condition that a text states of a variant; columns are counted from `before` characters in front of it.

    Raises QueryError; NotExpressible where a notion means nothing in the variant.
    """
    parsed = parse(text, before)
    with using(protocol.schema):
        found = Reader(names_of(protocol), before).read(parsed, {})
        try:
            stated = boolean(found)
        except SpecificationError as error:
            raise QueryError(f"a query is a condition: {error.said}", "the query") from error
    check_numbers(stated)
    if not any(one._op in LOOKING for one in walk(stated)):
        raise QueryError("it says nothing of a state: it names no row, no field and nobody who deviates", "the query")
    return stated


def parse(text: str, before: int) -> ast.expr:
    """The text as one expression of Python, of bounded size."""
    if len(text) > LONGEST:
        raise QueryError(f"it is {len(text)} characters long; at most {LONGEST} are read", "the query")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        place = f"query, column {(error.offset or 1) + before}"
        raise QueryError(f"{error.msg}: {shortened(error.text or text)!r} is no expression", place) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise QueryError(f"{shortened(text)!r} cannot be read as an expression", "the query") from error


def check_numbers(stated: Expression) -> None:
    """Numbers in a pre-image are missing where nothing was hashed: nothing but equality is said of them."""
    for node in walk(stated):
        operands = node._args[3:] if node._op == "total" else node._args if node._op in CALCULATING else ()
        if any(may_be_missing(operand) for operand in operands):
            raise QueryError("a number inside a pre-image may be missing: it takes == and != only", "the query")


def may_be_missing(operand: Any) -> bool:
    if not isinstance(operand, Expression) or operand._kind is not INTEGER:
        return False
    return operand._op == "part" or (operand._op in ("ite", "run") and any(map(may_be_missing, operand._args)))


def shortened(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 60 else one_line[:57] + "..."


class Reader:
    """Walks a parsed expression; `known` are the names that it may use."""

    def __init__(self, known: dict[str, Any], before: int) -> None:
        self.known, self.before = known, before
        self.depth = 0
        self.methods: dict[type, Callable[..., Any]] = {
            ast.Constant: self.constant, ast.Name: self.name, ast.Attribute: self.attribute, ast.Subscript: self.subscript,
            ast.Call: self.call, ast.Lambda: self.function, ast.Compare: self.compare, ast.BoolOp: self.junction,
            ast.UnaryOp: self.unary, ast.BinOp: self.binary,
        }  # fmt: skip

    def read(self, node: ast.expr, local: dict[str, Any]) -> Any:
        """The value of a node; every mistake is told with the column of the innermost part that makes it."""
        method = self.methods.get(type(node))
        place = self.place(node)
        if self.depth > DEEPEST:
            raise QueryError(f"it is nested more than {DEEPEST} deep", place)
        if method is None:
            raise QueryError(f"{shortened(ast.unparse(node))!r} is not in the language; choices: {ADMITTED}", place)
        self.depth += 1
        try:
            return method(node, local)
        except (QueryError, NotExpressible):
            raise
        except SpecificationError as error:
            raise QueryError(error.said, place) from error
        except (AttributeError, TypeError, ValueError, AssertionError, KeyError) as error:
            raise QueryError(f"{shortened(ast.unparse(node))!r} has no meaning ({shortened(str(error))})", place) from error
        finally:
            self.depth -= 1

    def place(self, node: ast.expr) -> str:
        return f"query, column {node.col_offset + 1 + self.before}"

    def constant(self, node: ast.Constant, local: dict[str, Any]) -> Any:
        value = node.value
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            raise SpecificationError(f"{shortened(ast.unparse(node))} is too large; at most {LARGEST_NUMBER}")
        if value is not None and not isinstance(value, (bool, int, str)):
            raise SpecificationError(f"{shortened(ast.unparse(node))!r} is no value; choices: whole numbers, texts, True, False, None")
        return value

    def name(self, node: ast.Name, local: dict[str, Any]) -> Any:
        if node.id in local:
            return local[node.id]
        if node.id not in self.known:
            raise SpecificationError(f"no name {shortened(node.id)!r}; {nearest(node.id, [*self.known, *local])}")
        return self.known[node.id]

    def attribute(self, node: ast.Attribute, local: dict[str, Any]) -> Any:
        """A field of a row, the length of a list, the identifiers of a table, a part of a pre-image."""
        owner, name = self.read(node.value, local), node.attr
        if isinstance(owner, (Row, Expression)):
            found = getattr(owner, name) if not name.startswith("_") else None
            if isinstance(found, (Expression, ListView)):
                return found
        elif (isinstance(owner, ListView) and name == "length") or (isinstance(owner, TableHandle) and name == "sort"):
            return getattr(owner, name)
        raise SpecificationError(f"{told(owner)} has no {shortened(name)!r}; choices: {fields_of(owner)}")

    def subscript(self, node: ast.Subscript, local: dict[str, Any]) -> Any:
        table = self.read(node.value, local)
        if not isinstance(table, TableHandle):
            raise SpecificationError(f"{told(table)} has no rows to choose by a key; a table has, such as CI[instance]")
        keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return table[tuple(self.read(key, local) for key in keys)]

    def call(self, node: ast.Call, local: dict[str, Any]) -> Any:
        """A word, a notion, a method of a table or a list, a lambda that was handed in."""
        name = shortened(ast.unparse(node.func))
        called: Any = self.method(node.func, local) if isinstance(node.func, ast.Attribute) else self.read(node.func, local)
        if not isinstance(called, Function):
            raise SpecificationError(f"{name!r} cannot be called; choices: {choices(WORDS)} and the notions of the variant")
        if node.keywords and (called.name not in KEYWORDS or any(one.arg is None for one in node.keywords)):
            raise SpecificationError(f"{name!r} takes no named values; choices: {choices(KEYWORDS)} take them")
        values = [self.read(value, local) for value in node.args]
        named = {str(one.arg): self.read(one.value, local) for one in node.keywords}
        try:
            inspect.signature(called).bind(*values, **named)
        except TypeError as error:
            raise SpecificationError(f"{name!r} takes ({', '.join(inspect.signature(called).parameters)}): {error}") from error
        return called(*values, **named)

    def method(self, node: ast.Attribute, local: dict[str, Any]) -> Function:
        owner = self.read(node.value, local)
        known = METHODS.get(type(owner), ())
        if node.attr not in known:
            raise SpecificationError(f"{told(owner)} has no {shortened(node.attr)!r} to call; choices: {choices(known)}")
        return Function(node.attr, getattr(owner, node.attr))

    def function(self, node: ast.Lambda, local: dict[str, Any]) -> Function:
        given, names = node.args, [one.arg for one in node.args.args]
        if given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults:
            raise SpecificationError(f"{shortened(ast.unparse(node))!r} takes more than plain names, as in `lambda ci: ...`")
        for name in names:
            if name in self.known or name.startswith("_"):
                raise SpecificationError(f"{shortened(name)!r} means something already, or starts with _: give what is bound another name")

        def applied(*values: Any) -> Any:
            if len(values) != len(names):
                raise QueryError(f"{shortened(ast.unparse(node))!r} is given {len(values)} values", self.place(node))
            return self.read(node.body, {**local, **dict(zip(names, values, strict=True))})

        return Function(shortened(ast.unparse(node)), applied, names)

    def compare(self, node: ast.Compare, local: dict[str, Any]) -> Any:
        sides = [self.read(side, local) for side in (node.left, *node.comparators)]
        return conjunction(*(compared(type(op), *pair) for op, pair in zip(node.ops, itertools.pairwise(sides), strict=True)))

    def junction(self, node: ast.BoolOp, local: dict[str, Any]) -> Any:
        join = conjunction if isinstance(node.op, ast.And) else disjunction
        return join(*(self.read(value, local) for value in node.values))

    def unary(self, node: ast.UnaryOp, local: dict[str, Any]) -> Any:
        value = self.read(node.operand, local)
        if isinstance(node.op, (ast.Invert, ast.Not)):
            return negation(value)
        if isinstance(node.op, ast.USub) and isinstance(value, int) and not isinstance(value, bool):
            return -value
        raise SpecificationError(f"{shortened(ast.unparse(node))!r}: a sign stands before a whole number only")

    def binary(self, node: ast.BinOp, local: dict[str, Any]) -> Any:
        left, right = self.read(node.left, local), self.read(node.right, local)
        if isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            return (conjunction if isinstance(node.op, ast.BitAnd) else disjunction)(left, right)
        if isinstance(node.op, ast.Mult) and isinstance(left, int):
            left, right = right, left
        if isinstance(node.op, (ast.Mult, ast.Mod)) and (isinstance(right, bool) or not isinstance(right, int)):
            raise SpecificationError(f"{shortened(ast.unparse(node))!r}: * and % take a whole number on one side")
        operations: dict[type, Callable[[Any, Any], Any]] = {
            ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Mod: lambda a, b: a % b,
        }  # fmt: skip
        if type(node.op) not in operations:
            raise SpecificationError(f"{shortened(ast.unparse(node))!r} is not in the language; choices: {ADMITTED}")
        return operations[type(node.op)](integer(left), right)


def compared(op: type, left: Any, right: Any) -> Expression:
    """Two sides of which at least one is a value of the protocol."""
    for side in (left, right):
        if not isinstance(side, (Expression, Row, bool, int, str, type(None))):
            raise SpecificationError(f"{told(side)} cannot be compared")
    if op in (ast.Eq, ast.NotEq):
        if not isinstance(left, (Expression, Row)):
            left, right = right, left
        if not isinstance(left, (Expression, Row)):
            raise SpecificationError(f"{left!r} and {right!r} are both constants")
        same: Expression = left == right
        return same if op is ast.Eq else negation(same)
    ordered: dict[type, Callable[[Any, Any], Any]] = {
        ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    }  # fmt: skip
    if op not in ordered:
        raise SpecificationError("a comparison is one of ==, !=, <, <=, >, >=; for a list write some(list, lambda one: one == value)")
    found: Expression = ordered[op](integer(left), integer(right))
    return found


def nearest(name: str, known: list[str]) -> str:
    """The names that a misspelt one is like, or all of them."""
    lower = {one.lower(): one for one in known}
    close = [lower[one] for one in difflib.get_close_matches(name.lower(), lower, 4, 0.5)]
    return f"nearest: {', '.join(close)}" if close else f"choices: {choices(known)}"


def told(value: Any) -> str:
    if isinstance(value, Row):
        return f"a row of {value._table.name}"
    if isinstance(value, Expression):
        return f"a value of kind {value._kind.name}"
    return f"the sort {value.name}" if isinstance(value, Kind) else repr(value)


def fields_of(owner: Any) -> str:
    if isinstance(owner, Row):
        return choices((*owner._table.fields, *(name for name, _ in owner._table.key), "exists"))
    return {ListView: "at, length, where", TableHandle: "named, rows, sort"}.get(type(owner), "(none)")
