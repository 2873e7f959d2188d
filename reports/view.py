"""What a report shows, as plain data that both renderings share."""

from __future__ import annotations

from dataclasses import dataclass, field

from properties.verdicts import Row
from reports.attacks import Attack
from reports.figures import Job
from reports.knowledge import Known
from reports.numbers import Figures
from reports.shapes import Malformed, Value, parsed
from reports.tabled import Tabled
from reports.variants import Variant


@dataclass(frozen=True)
class Evidence:
    """What a report is made of. texts: JSON files by name. digests: SHA-256 of every file. manifest: SHA-256 of the manifest itself."""

    texts: dict[str, str]
    digests: dict[str, str]
    manifest: str

    def find(self, name: str) -> Value | None:
        return parsed(name, self.texts[name]) if name in self.texts else None

    def get(self, name: str) -> Value:
        found = self.find(name)
        if found is None:
            raise Malformed(name, "missing, so that no report can be made: write the evidence anew with `marketproof check`")
        return found


@dataclass(frozen=True)
class Coalition:
    """Who may deviate. deviating: how many of each role; powers: in words."""

    name: str
    deviating: dict[str, int]
    powers: tuple[str, ...]

    @property
    def members(self) -> str:
        return ", ".join(f"{count} {role}" for role, count in self.deviating.items()) or "no stakeholder"


@dataclass(frozen=True)
class Part:
    """A precise statement. kind: in words."""

    name: str
    kind: str
    statement: str


@dataclass(frozen=True)
class Finding:
    """A row of the matrix, with every coalition for which all of it but the witness is the same."""

    row: Row
    coalitions: tuple[str, ...]
    witnesses: tuple[str, ...]
    assumptions: tuple[int, ...]

    @property
    def verdict(self) -> str:
        return verdict_words(self.row)


@dataclass(frozen=True)
class Told:
    """A run, with every coalition for which it is the shortest found, and the files of the witnesses.

    reaches: it is no attack, it comes to what is claimed.
    """

    anchor: str
    attack: Attack
    coalitions: tuple[str, ...]
    witnesses: tuple[str, ...]
    reaches: bool = False


@dataclass
class Decision:
    """What was decided of one statement in one variant."""

    variant: Variant
    anchor: str
    findings: list[Finding] = field(default_factory=list)
    attacks: list[Told] = field(default_factory=list)


@dataclass
class Statement:
    """A claim, or one part of a claim of several, with what was decided of it in each variant."""

    label: str
    anchor: str
    claim: str
    title: str
    quotation: str
    cites: str
    parts: tuple[Part, ...]
    sometimes: str
    against: tuple[str, ...]
    decisions: list[Decision] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix. anchor: of the attack, or of the statement's details. scope: where it is not the common one."""

    coalition: str
    verdict: str
    words: str
    scope: str
    anchor: str


@dataclass(frozen=True)
class Line:
    """A line of the matrix: cells by coalition, or one for all coalitions together."""

    statement: Statement
    cells: dict[str, Cell]
    spanning: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """All statements against all coalitions in one variant."""

    variant: Variant
    anchor: str
    coalitions: tuple[str, ...]
    scope: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Assumption:
    """An assumption with the statements that rest on it, by variant: labels."""

    number: int
    text: str
    rest: dict[str, list[str]]


@dataclass(frozen=True)
class Content:
    """Everything that a report shows."""

    evidence: Evidence
    rows: tuple[Row, ...]
    coalitions: tuple[Coalition, ...]
    variants: tuple[Variant, ...]
    statements: tuple[Statement, ...]
    matrices: tuple[Matrix, ...]
    assumptions: tuple[Assumption, ...]
    job: Job | None
    numbers: tuple[Figures, ...]
    known: Known = Known()
    speed: tuple[Tabled, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        verdicts = [row.verdict for row in self.rows]
        return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}

    @property
    def seeds(self) -> list[int]:
        return sorted({row.seed for row in self.rows})

    @property
    def versions(self) -> dict[str, list[str]]:
        names = dict.fromkeys(name for row in self.rows for name in row.versions)
        return {name: sorted({row.versions[name] for row in self.rows if name in row.versions}) for name in names}


def verdict_words(row: Row) -> str:
    return row.short.replace("_", " ")
