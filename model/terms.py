"""Terms: what is known is a tuple of a symbol and its arguments; what is no tuple is a public constant."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spec.concrete import View
from spec.kinds import Kind, Reference, Sort, Term
from spec.knowing import CONSTRUCTORS, Knowing, parsed

Known = tuple[Any, ...]
Context = Mapping[str, tuple[Kind | None, Any]]
EXTENDED = "extended "  # in front of a nonce: the same with a suffix behind it
MARKS = {"append": " ‖ ", "joined": " ‖ "}


class Unsaid(Exception):
    """A value that stands for nothing here: a path leads nowhere, or nothing says what its kind is."""


def is_constant(term: Any) -> bool:
    """Whether everybody knows it: names and numbers."""
    return not isinstance(term, tuple)


def is_atom(term: Any) -> bool:
    """Whether it is made of nothing else: rows, a key, a nonce."""
    return isinstance(term, tuple) and term[0] not in CONSTRUCTORS


def below(term: Any) -> Iterator[Known]:
    """The term and all terms in it that are made of others; an atom is not opened."""
    if isinstance(term, tuple):
        yield term
        if not is_atom(term):
            for part in term[1:]:
                yield from below(part)


def shown(term: Any) -> str:
    """A term as a reader sees it."""
    if not isinstance(term, tuple):
        return str(term)
    head, *parts = term
    if head in MARKS:
        return MARKS[head].join(map(shown, parts))
    return f"{head}({', '.join(map(shown, parts))})"


def as_data(term: Any) -> Any:
    """A term as JSON has it: lists for tuples."""
    return [as_data(part) for part in term] if isinstance(term, tuple) else term


def from_data(data: Any) -> Any:
    return tuple(from_data(part) for part in data) if isinstance(data, list) else data


class Translation:
    """Values of a text as terms, by the clauses of its variant, in one state."""

    def __init__(self, knowing: Knowing, view: View) -> None:
        self.knowing, self.view = knowing, view

    def value(self, kind: Kind | None, value: Any, context: Context, on_ledger: bool = False) -> Any:
        """The term that a value of a kind is; an identifier is itself.  Raises Unsaid."""
        if value is None:
            raise Unsaid("nothing stands there")
        if isinstance(value, str) and value.startswith(EXTENDED):
            return ("extended", self.value(kind, value.removeprefix(EXTENDED), context))
        clause = None if kind is None else self.knowing.find("kind", kind.name)
        if clause is None:
            if isinstance(kind, Term):
                raise Unsaid(f"no clause says what a {kind.name} is")
            return value
        ledger = self.knowing.find("ledger", clause.target) if on_ledger else None
        if ledger is not None:
            return self.term(ledger.term, {**context, "value": (kind, value)})
        return self.term(clause.term, {**context, **self.parts(kind, value)})

    def parts(self, kind: Kind | None, value: Any) -> Context:
        """What a clause about a kind may name: the parts of a pre-image, or the origin of an image."""
        if isinstance(kind, Term):
            return {name: (part, value[place]) for place, (name, part) in enumerate(kind.parts)}
        assert isinstance(kind, Sort)
        if value in kind.besides:
            raise Unsaid(f"{value} is made from nothing")
        return {"origin": (None, str(value).removeprefix(f"{kind.name}(").removesuffix(")"))}

    def term(self, text: str, context: Context) -> Any:
        return self.made(parsed(text), context)

    def made(self, tree: ast.expr, context: Context) -> Any:
        """A tree of a clause with its names replaced.  Raises Unsaid."""
        if isinstance(tree, ast.Constant):
            return tree.value
        if isinstance(tree, ast.Call):
            assert isinstance(tree.func, ast.Name)
            return self.applied(tree.func.id, tree.args, context)
        if isinstance(tree, ast.Name) and tree.id not in context:
            word = self.knowing.find("word", tree.id)
            if word is None:
                raise Unsaid(f"nothing is named {tree.id}")
            return self.term(word.term, context)
        kind, value = self.found(tree, context)
        return self.value(kind, value, context)

    def applied(self, name: str, arguments: list[ast.expr], context: Context) -> Any:
        if name == "first":
            return self.first(arguments, context)
        clause = self.knowing.find("kind", name)
        if clause is not None:
            return self.term(clause.term, {**context, "origin": self.found(arguments[0], context)})
        return (name, *(self.made(part, context) for part in arguments))

    def first(self, options: Iterable[ast.expr], context: Context) -> Any:
        """The first option that stands for something."""
        for option in options:
            try:
                return self.made(option, context)
            except Unsaid:
                continue
        raise Unsaid("none of these stands for anything")

    def found(self, tree: ast.expr, context: Context) -> tuple[Kind | None, Any]:
        """Kind and value of a path such as couple.mod.owner."""
        if isinstance(tree, ast.Name):
            if tree.id not in context:
                raise Unsaid(f"nothing is named {tree.id}")
            return context[tree.id]
        assert isinstance(tree, ast.Attribute)
        kind, value = self.found(tree.value, context)
        table = self.view.schema.tables.get(kind.table if isinstance(kind, Reference) else "" if kind is None else kind.name)
        if table is None or tree.attr not in table.cells or value is None:
            raise Unsaid(f"{ast.unparse(tree)} leads nowhere")
        return table.cells[tree.attr], self.view.cell(table.name, tree.attr, (value,))
