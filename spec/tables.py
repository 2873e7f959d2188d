"""What a table is: fields with their grades, keys, categories; and what a variant adds to pre-images and says of the claims' words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from spec.kinds import INTEGER, Kind, ListOf
from spec.tree import Expression

CATEGORIES = {
    "asset": "a row on the ledger, written by transactions",
    "memory": "what one party keeps off chain; its first key component is that party",
    "history": "a function of the committed ledger, kept by whoever follows it; never read by a transaction",
    "public": "what anybody can see off chain, such as a mempool or a published sample",
    "rigid": "facts that never change, such as which stakeholder a member is",
}


@dataclass(frozen=True)
class Grade:
    """Whether a field, guard or step is printed in the paper (with its line) or reconstructed (with the reason)."""

    printed: bool
    source: str

    def __str__(self) -> str:
        return f"printed {self.source}" if self.printed else f"reconstructed: {self.source}"


@dataclass(frozen=True)
class Field:
    """One field of a table: its kind, its grade, and whether it never leaves a value once it left the default."""

    kind: Kind
    grade: Grade
    monotone: bool = False


def printed(kind: Kind, line: int | str, monotone: bool = False) -> Field:
    """A field that the paper prints, with the line of `paper.txt`."""
    return Field(kind, Grade(True, f"L{line}"), monotone)


def reconstructed(kind: Kind, reason: str, monotone: bool = False) -> Field:
    """A field that the paper only implies, with the reason why it must exist."""
    return Field(kind, Grade(False, reason), monotone)


@dataclass(frozen=True)
class Table:
    """A table: key components, fields, category (see CATEGORIES) and where the paper speaks of it."""

    name: str
    title: str
    cites: str
    key: tuple[tuple[str, Kind], ...]
    fields: dict[str, Field]
    category: str = "asset"
    fills: dict[str, Callable[[dict[str, Expression]], Any]] = field(default_factory=dict)

    @cached_property
    def cells(self) -> dict[str, Kind]:
        """Stored fields in order; a list appears as its length."""
        return {
            (f"{name}_length" if isinstance(f.kind, ListOf) else name): (INTEGER if isinstance(f.kind, ListOf) else f.kind)
            for name, f in self.fields.items()
        }

    @property
    def on_ledger(self) -> bool:
        return self.category == "asset"


def list_table(table: Table, name: str) -> Table:
    """The table (owner, position) behind a printed list."""
    kind = table.fields[name].kind
    assert isinstance(kind, ListOf)
    items = {"item": replace(table.fields[name], kind=kind.item)}
    key = (*table.key, ("position", INTEGER))
    return Table(f"{table.name}.{name}", f"entries of {table.name}.{name}", table.cites, key, items, table.category)


@dataclass(frozen=True)
class AddedPart:
    """A part that a variant added to a pre-image, and how it is filled in where the text does not name it."""

    name: str
    kind: Kind
    fill: Callable[[Any], Any]
    place: str


@dataclass(frozen=True)
class Notion:
    """A word that claims use, with its meaning in this text; `absent` says why the text has nothing that it could mean."""

    name: str
    meaning: Callable[..., Any]
    described: str
    absent: str = ""


class NotExpressible(Exception):
    """A claim uses a notion that the variant does not have; the message is the reason."""
