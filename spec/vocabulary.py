"""What the words of a variant mean: the pre-images that it hashes and seals, and the notions of the claims; as data to be shown."""

from __future__ import annotations

import inspect
from typing import Any

from spec.amending import every_clause
from spec.attribution import NOTIONS, named_in
from spec.errors import SpecificationError
from spec.kinds import BOOLEAN, Kind, Reference, Sort, Term, terms_below
from spec.schema import NotExpressible, Notion, Row, Rows, using
from spec.text import Protocol
from spec.tree import Expression, node, parameter, walk
from spec.wording import Wording, expression_text, kind_text, parameters_in


def terms_used(protocol: Protocol) -> dict[str, list[tuple[str, Expression]]]:
    """Every place where a pre-image is made, by its name: the step and the term."""
    made: dict[str, list[tuple[str, Expression]]] = {}
    for name, step in protocol.transactions.items():
        for _, expression in every_clause(step):
            for term in walk(expression):
                if term._op == "term":
                    made.setdefault(term._kind.name, []).append((name, term))
    return made


def pre_images(protocol: Protocol) -> dict[str, Any]:
    """Each pre-image with its parts; for an added part, what fills it in, in which steps."""
    made, found = terms_used(protocol), {}
    tables = (kind for table in protocol.schema.tables.values() for kind in (*(kind for _, kind in table.key), *table.cells.values()))
    arguments = (kind for step in protocol.transactions.values() for kind in step.parameters.values())
    written = (term._kind for uses in made.values() for _, term in uses)
    for kind in (*tables, *arguments, *written):
        for term in terms_below(kind):
            found[term.name] = term
    return {name: {"opened_by": kind.opened_by, "parts": parts_of(protocol, kind, made.get(name, []))} for name, kind in found.items()}


def parts_of(protocol: Protocol, kind: Term, made: list[tuple[str, Expression]]) -> dict[str, Any]:
    added = {part.name for part in protocol.schema.parts.get(kind.name, ())}
    parts: dict[str, Any] = {}
    for position, (name, inner) in enumerate(kind.parts):
        filled: dict[str, list[str]] = {}
        for step, term in made if name in added else ():
            text = expression_text(term._args[position], protocol.schema)
            filled[text] = list(dict.fromkeys((*filled.get(text, ()), step)))
        because = named_in(protocol).because(f"pre-image {kind.name}", f"part {name}")
        parts[name] = {"kind": kind_text(inner), "amended": name in added, "because": because, "filled_in": filled}
    return parts


class Asked:
    """Stands for a condition that a claim hands to a notion: calling it notes what it is asked about."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *values: Any) -> Expression:
        return node("asked", BOOLEAN, self.name, *(v if isinstance(v, Expression) else v._identifier() for v in values))


def symbols(protocol: Protocol) -> dict[str, Kind]:
    """What kind a name has in this text: of a parameter, or else of a key component."""
    keys = [(name, kind) for table in protocol.schema.tables.values() for name, kind in table.key]
    named = [item for step in protocol.transactions.values() for item in step.parameters.items()]
    kinds: dict[str, Kind] = {}
    for name, kind in (*named, *keys):
        if isinstance(kind, Sort) and kind.name in protocol.schema.tables:
            kind = Reference(f"reference to {kind.name}", kind.name, kind.sort)
        kinds.setdefault(name, kind)
    return kinds


def notions(protocol: Protocol) -> dict[str, Any]:
    """Each word of the claims: what it is said of, its description, its meaning in words, or why it has none here."""
    kinds = symbols(protocol)
    return {
        name: {
            "arguments": list(inspect.signature(notion.meaning).parameters), "described": " ".join(notion.described.split()),
            **meaning(protocol, notion, kinds),
            "because": named_in(protocol).because(NOTIONS, name),
        } for name, notion in protocol.schema.notions.items()
    }  # fmt: skip


def meaning(protocol: Protocol, notion: Notion, kinds: dict[str, Kind]) -> dict[str, str]:
    """The notion traced with symbols for its arguments, in words; or why it is absent, or cannot be told in words."""
    names = inspect.signature(notion.meaning).parameters
    if notion.absent:
        return {"meaning": "", "absent": notion.absent}
    try:
        with using(protocol.schema):
            given = notion.meaning(*(parameter(name, kinds[name]) if name in kinds else Asked(name) for name in names))
            return {"meaning": told(given, protocol), "absent": ""}
    except NotExpressible as error:
        return {"meaning": "", "absent": str(error)}
    except (SpecificationError, TypeError, AttributeError):
        return {"meaning": "", "absent": ""}


def told(value: Any, protocol: Protocol) -> str:
    """What a notion gives, in words: a condition, a row, a range of rows, or several of them."""
    if isinstance(value, tuple):
        return ", ".join(told(one, protocol) for one in value)
    if isinstance(value, Row):
        return Wording(protocol.schema, parameters_in(value._keys)).row(value._table.name, value._keys)
    if isinstance(value, Rows):
        wording = Wording(protocol.schema, parameters_in(value.prefix))
        return f"the rows {wording.range_of(value.table.name, value.prefix)}"
    if isinstance(value, Expression):
        return expression_text(value, protocol.schema)
    if isinstance(value, bool):
        return "true" if value else "false"
    raise TypeError(f"a notion gives {value!r}, which has no words")
