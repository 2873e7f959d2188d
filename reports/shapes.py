"""Files of the evidence read as hostile input: each value is asked for by its shape, and refused with its file and place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class Malformed(Exception):
    """A file of the evidence that is not what it should be: its name, and what is wrong."""

    def __init__(self, file: str, wrong: str) -> None:
        super().__init__(f"{file}: {wrong}")
        self.file, self.wrong = file, wrong


def short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str) if not isinstance(value, dict | list) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class Value:
    """A value with the file and the place that it stands at."""

    file: str
    place: str
    raw: Any

    def refused(self, wanted: str) -> Malformed:
        return Malformed(self.file, f"{self.place or 'the document'} should be {wanted}, not {short(self.raw)}")

    def has(self, name: str) -> bool:
        return isinstance(self.raw, dict) and name in self.raw

    def __getitem__(self, name: str) -> Value:
        if not isinstance(self.raw, dict):
            raise self.refused("an object")
        if name not in self.raw:
            raise Malformed(self.file, f"{self.place or 'the document'} has no {name!r}")
        return Value(self.file, f"{self.place}.{name}" if self.place else name, self.raw[name])

    @property
    def text(self) -> str:
        if not isinstance(self.raw, str):
            raise self.refused("a text")
        return self.raw

    @property
    def text_or_none(self) -> str | None:
        return None if self.raw is None else self.text

    @property
    def whole(self) -> int:
        if isinstance(self.raw, bool) or not isinstance(self.raw, int) or abs(self.raw) > 10**15:
            raise self.refused("a whole number")
        return self.raw

    @property
    def truth(self) -> bool:
        if not isinstance(self.raw, bool):
            raise self.refused("true or false")
        return self.raw

    @property
    def number(self) -> float:
        if isinstance(self.raw, bool) or not isinstance(self.raw, int | float):
            raise self.refused("a number")
        return float(self.raw)

    @property
    def share(self) -> float:
        """A number from 0 to 1."""
        if isinstance(self.raw, bool) or not isinstance(self.raw, int | float) or not math.isfinite(self.raw) or not 0 <= self.raw <= 1:
            raise self.refused("a number from 0 to 1")
        return float(self.raw)

    def one_of(self, known: tuple[str, ...]) -> str:
        if self.raw not in known:
            raise self.refused("one of " + ", ".join(known))
        return self.text

    @property
    def items(self) -> Iterator[Value]:
        if not isinstance(self.raw, list):
            raise self.refused("a list")
        return (Value(self.file, f"{self.place}[{place}]", item) for place, item in enumerate(self.raw))

    @property
    def entries(self) -> Iterator[tuple[str, Value]]:
        if not isinstance(self.raw, dict):
            raise self.refused("an object")
        return ((name, self[name]) for name in self.raw)

    @property
    def texts(self) -> list[str]:
        return [item.text for item in self.items]

    @property
    def texts_by_name(self) -> dict[str, str]:
        return {name: value.text for name, value in self.entries}


def parsed(file: str, text: str) -> Value:
    """A JSON document; what cannot be read, or has a value twice or not a number, is refused."""

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is no number of JSON")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = dict(found)
        if len(names) != len(found):
            raise ValueError("an object has one name twice")
        return names

    try:
        return Value(file, "", json.loads(text, parse_constant=constant, object_pairs_hook=pairs))
    except (ValueError, RecursionError) as error:
        raise Malformed(file, f"not JSON that can be read ({type(error).__name__}: {str(error)[:80]})") from error


def of_schema(document: Value, version: int) -> Value:
    """The document, if it is of the schema that this version reads."""
    if document["schema"].raw != version or isinstance(document["schema"].raw, bool):
        raise Malformed(document.file, f"of schema {short(document['schema'].raw)}; this version reads {version}")
    return document
