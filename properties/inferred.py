"""Lemmas that were found by `marketproof infer`, as data beside the expectations: for each claim what its proof rests on.

They are proved anew in every check like any lemma: a file that is stale, or wrong, can only make a proof fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from properties import expectations
from properties.templates import base_of
from spec.text import Protocol
from spec.tree import Expression
from spec.wording import expression_text


@dataclass(frozen=True)
class Clause:
    """A lemma as names of statements of a base; a lemma by hand that is needed all the same has no base."""

    base: str
    literals: tuple[str, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Inferred:
    """Of one text: lemmas by name, and for each claim the lemmas that it uses, as `lemma@Step`."""

    text: str = ""
    lemmas: dict[str, Clause] = field(default_factory=dict)
    claims: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def stated(self, protocol: Protocol) -> dict[str, Expression]:
        """The conditions of the lemmas, as far as they can be stated of a variant."""
        bases = {name: base_of(protocol, name) for name in dict.fromkeys(one.base for one in self.lemmas.values() if one.base)}
        found = {}
        for name, one in self.lemmas.items():
            base = bases.get(one.base)
            clause = None if base is None else base.found(one.literals)
            if base is not None and clause is not None:
                found[name] = base.expression(clause)
        return found


def words(protocol: Protocol, condition: Expression) -> str:
    """A lemma as a sentence of the specification's language."""
    return expression_text(condition, protocol.schema)


def text_of(found: Inferred) -> str:
    """The file for what was found."""
    lemmas = {name: {"of": one.base, "clause": list(one.literals), "uses": list(one.uses)} for name, one in found.lemmas.items()}
    whole = {"text": found.text, "claims": {label: list(uses) for label, uses in found.claims.items()}, "lemmas": lemmas}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> Inferred:
    """What a file says; raises ValueError when it is none of ours."""
    try:
        whole: dict[str, Any] = json.loads(text)
        lemmas = {name: Clause(one["of"], tuple(one["clause"]), tuple(one["uses"])) for name, one in whole["lemmas"].items()}
        return Inferred(whole["text"], lemmas, {label: tuple(uses) for label, uses in whole["claims"].items()})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no file of inferred lemmas: {error}") from error


@cache
def committed(names: Iterable[str]) -> Inferred:
    """What is committed for the first of these variants for which something is."""
    for name in names:
        path = expectations.FOLDER / f"inferred-{name}.json"
        if path.is_file():
            return read(path.read_text(encoding="utf-8"))
    return Inferred()


def inferred_for(protocol: Protocol) -> Inferred:
    """The lemmas that were found for a variant, or for the one that it is made from."""
    return committed((protocol.name, *([protocol.parent] if protocol.parent else [])))
