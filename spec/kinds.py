"""Kinds of values: what a field, a parameter or an expression may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of value.  `default` is what a field holds before anything was written to it."""

    name: str

    @property
    def sort(self) -> str:
        """Two values may be compared when their kinds have the same sort."""
        return self.name

    @property
    def default(self) -> Any:
        return None


@dataclass(frozen=True)
class BooleanKind(Kind):
    @property
    def default(self) -> Any:
        return False


@dataclass(frozen=True)
class IntegerKind(Kind):
    @property
    def default(self) -> Any:
        return 0


@dataclass(frozen=True)
class RealKind(Kind):
    """Real numbers, for claims about all numbers only: comparable with whole numbers, and never a field or an argument."""

    @property
    def sort(self) -> str:
        return INTEGER.sort


@dataclass(frozen=True)
class Sort(Kind):
    """An unordered set of identifiers.

    `image_of` makes every value the image of a value of another sort (the nonce that a member drew, the data that a
    subset stands for), so that it is as unguessable as its origin; `besides` adds values with no origin, such as junk.
    """

    image_of: str = ""
    besides: tuple[str, ...] = ()

    def image(self, value: Any) -> str:
        return f"{self.name}({value})"


@dataclass(frozen=True)
class Enumeration(Kind):
    """A closed set of named values."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Reference(Kind):
    """The identifier of a row of a table with one key component; comparable with every identifier of that sort."""

    table: str
    key_sort: str

    @property
    def sort(self) -> str:
        return self.key_sort


@dataclass(frozen=True)
class Term(Kind):
    """A tagged pre-image: a hash (nothing opens it) or a sealed value (only the holder of a key opens it).

    Equality is component-wise, so a hash is injective by construction.  On the ledger it is stored as a digest.
    """

    parts: tuple[tuple[str, Kind], ...]
    opened_by: str = ""

    def part(self, name: str) -> int:
        return [part for part, _ in self.parts].index(name)


@dataclass(frozen=True)
class ListOf(Kind):
    """An ordered list of references, kept as a table (owner, position) with a length in the owner's row."""

    item: Kind


def terms_below(kind: Kind) -> Iterator[Term]:
    """The pre-images in a kind, the inner ones first."""
    if isinstance(kind, ListOf):
        yield from terms_below(kind.item)
    if isinstance(kind, Term):
        for _, part in kind.parts:
            yield from terms_below(part)
        yield kind


def list_of(item: Kind) -> ListOf:
    """An ordered list of references of one kind."""
    return ListOf(f"list of {item.sort}", item)


BOOLEAN = BooleanKind("Boolean")
INTEGER = IntegerKind("Integer")
REAL = RealKind("Real")
TEXT = Sort("Text")
MEMBER = Sort("Member")
