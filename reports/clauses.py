"""Which clauses of the text the proofs use, as the evidence tells it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.shapes import Value

HEADER = ["clause", "what it is", "comes from", "used in the proofs of"]


@dataclass(frozen=True)
class Clause:
    """A clause of a step, where it comes from, and how the proof of each claim uses it."""

    title: str
    kind: str
    source: str
    used: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def told(self) -> str:
        """The claims by how they use it."""
        by: dict[str, list[str]] = {}
        for label, ways in self.used:
            for how in ways:
                by.setdefault(how, []).append(label)
        return "; ".join(f"{how}: {', '.join(labels)}" for how, labels in sorted(by.items())) or "none"


@dataclass(frozen=True)
class Clauses:
    """All clauses of a variant, and what each way of using one means."""

    clauses: tuple[Clause, ...]
    how: tuple[tuple[str, str], ...]

    @property
    def said(self) -> str:
        unused = [one.title for one in self.clauses if not one.used]
        ways = "; ".join(f"{how}: {means}" for how, means in self.how)
        none = f"No proof uses {len(unused)} of {len(self.clauses)}: {', '.join(unused)}." if unused else "Some proof uses each of them."
        return f"From the unsatisfiable cores of the proofs, which are enough for them and may hold more than the least. {ways}. {none}"

    @property
    def lines(self) -> list[list[str]]:
        return [[one.title, one.kind, one.source, one.told] for one in self.clauses if one.used]


def clauses_of(value: Value) -> Clauses:
    """The clauses of `proofs/VARIANT/clauses.json`."""
    found = tuple(
        Clause(
            f"{item['step'].text}.{item['name'].text}", item["kind"].text, item["source"].text,
            tuple((label, tuple(ways.texts)) for label, ways in item["used"].entries),
        ) for item in value["clauses"].items
    )  # fmt: skip
    return Clauses(found, tuple(value["how"].texts_by_name.items()))
