"""Scopes: how many of everything a search looks at, by name."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from spec.concrete import Row, RowId
from spec.kinds import INTEGER, Kind, Term
from spec.text import Protocol

LARGEST = 24
NUMBERS = range(4)


class ScopeError(ValueError):
    """A scope that cannot be searched, with the value and what would do."""


@dataclass(frozen=True)
class Scope:
    """m subsets with n replicas each, one DO, one MO, a CO for each instance; one spare of each identifier and member.

    With several `markets`: as many DOs and MOs, each with a dataset, a model and a couple, over the same COs.
    """

    subsets: int
    replicas: int
    spares: int = 1
    markets: int = 1

    @classmethod
    def parse(cls, text: str) -> Scope:
        """`2x3` or `2×3`: subsets by replicas; `2*1x2`: two markets of that size."""
        match = re.fullmatch(r"\s*(?:([2-9])\*)?(-?\d{1,12})\s*[x×X*]\s*(-?\d{1,12})\s*", text)
        if not match:
            raise ScopeError(f"scope {text!r} is not of the form SUBSETSxREPLICAS, such as 2x3")
        markets, subsets, replicas = int(match[1] or 1), int(match[2]), int(match[3])
        if not (1 <= subsets <= LARGEST and 1 <= replicas <= LARGEST and subsets * replicas <= 2 * LARGEST):
            raise ScopeError(f"scope {text!r} is out of range: 1 to {LARGEST} subsets and replicas, at most {2 * LARGEST} instances")
        return cls(subsets, replicas, markets=markets)

    def __str__(self) -> str:
        several = f"{self.markets}*" if self.markets > 1 else ""
        return f"{several}{self.subsets}x{self.replicas}"

    @property
    def instances(self) -> int:
        return self.subsets * self.replicas

    def members(self) -> dict[str, str | None]:
        """Every member with what it wants to be; spare COs may join late, a spare pseudonym goes with the coalition."""
        owners = {f"co-{i}": "CO" for i in range(1, self.instances + self.spares + 1)}
        spares: dict[str, str | None] = {f"pseudonym-{i}": None for i in range(1, self.spares + 1)}
        data, models = ({f"{role.lower()}-{i}": role for i in range(1, self.markets + 1)} for role in ("DO", "MO"))
        return {**data, **owners, **models, **spares}

    def is_spare(self, member: str) -> bool:
        """Whether a member takes no part in the populated market."""
        return member.startswith("pseudonym-") or (member.startswith("co-") and int(member[3:]) > self.instances)

    def universe(self, protocol: Protocol, spares: bool = True) -> dict[str, list[Any]]:
        """The values of every sort, in the order in which a canonical witness prefers them."""
        sizes = {"DSS": self.subsets, "CI": self.instances}
        more = self.spares if spares else 0
        values: dict[str, list[Any]] = {"Member": [m for m in self.members() if spares or not self.is_spare(m)]}
        values["Text"] = ["text"]
        values["Integer"] = list(NUMBERS)
        for name, sort in protocol.sorts.items():
            if name in values or sort.image_of:
                continue
            values[name] = [f"{name.lower()}-{i}" for i in range(1, sizes.get(name, 1) * self.markets + more + 1)]
        for name, sort in protocol.sorts.items():
            if sort.image_of:
                values[name] = [*(sort.image(origin) for origin in values[sort.image_of]), *sort.besides]
        return values

    def facts(self) -> dict[RowId, Row]:
        """Rigid facts of the start: which stakeholder each member is."""
        return {("Entity", (member,)): (role,) for member, role in self.members().items() if role is not None}


def values_of(kind: Kind, universe: dict[str, list[Any]]) -> list[Any]:
    """Every value of a kind within the scope, in canonical order."""
    if isinstance(kind, Term):
        return list(itertools.product(*(values_of(part, universe) for _, part in kind.parts)))
    if kind is INTEGER:
        return universe["Integer"]
    if kind.name == "Boolean":
        return [False, True]
    if hasattr(kind, "values"):
        return list(kind.values)
    return universe[kind.sort]
