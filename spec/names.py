"""The names that an expression of a user can use: words of the language, tables, sorts, pre-images, and the notions of a variant."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from spec.errors import SpecificationError
from spec.kinds import Term, terms_below
from spec.schema import TableHandle, count, every, notion, some, total
from spec.text import Protocol
from spec.tree import Expression, choose, conjunction, deviating, disjunction, image, implies, in_run, permuted, term, walk


def in_one_run(run: Any, value: Any) -> Expression:
    """`in_run` for what a user gives it."""
    if isinstance(run, bool) or not isinstance(run, int) or run not in (0, 1) or not isinstance(value, Expression):
        raise SpecificationError("in_run takes 0 or 1, for the first or the second run, and a value")
    if any(node._op == "run" for node in walk(value)):
        raise SpecificationError("in_run cannot stand inside in_run")
    return in_run(run, value)


WORDS: dict[str, Callable[..., Any]] = {
    word.__name__: word for word in (every, some, count, total, implies, choose, conjunction, disjunction, deviating, image, term, permuted)
} | {"in_run": in_one_run}


class Function:
    """A word, a notion or a lambda: whatever can be called, and handed to a word that calls it."""

    def __init__(self, name: str, function: Callable[..., Any], parameters: list[str] | None = None) -> None:
        self.name, self.function = name, function
        named = None if parameters is None else [inspect.Parameter(one, inspect.Parameter.POSITIONAL_ONLY) for one in parameters]
        self.__signature__ = inspect.signature(function) if named is None else inspect.Signature(named)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self.function(*values, **named)

    def __repr__(self) -> str:
        return self.name


def constant_name(name: str) -> str:
    """`VerifiedHash` and `model hash` as the text calls them: VERIFIED_HASH, MODEL_HASH."""
    return "_".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).split()).upper()


def names_of(protocol: Protocol) -> dict[str, Any]:
    """Everything that an expression about a variant can name."""
    tables = {name: TableHandle(name) for name in protocol.schema.tables if "." not in name}
    kinds = {constant_name(name): kind for name, kind in {**protocol.sorts, **pre_images(protocol)}.items()}
    notions = {name: Function(name, meaning(name), list(inspect.signature(known.meaning).parameters))
               for name, known in protocol.schema.notions.items()}  # fmt: skip
    words = {name: Function(name, function) for name, function in WORDS.items()}
    return {**kinds, **notions, **{constant_name(name): table for name, table in tables.items()}, **tables, **words}


def meaning(name: str) -> Callable[..., Any]:
    return lambda *values: notion(name)(*values)


def pre_images(protocol: Protocol) -> dict[str, Term]:
    """The kinds of pre-image that tables hold, by name."""
    tables = protocol.schema.tables.values()
    kinds = [kind for table in tables for kind in (*(kind for _, kind in table.key), *table.cells.values())]
    return {found.name: found for kind in kinds for found in terms_below(kind)}
