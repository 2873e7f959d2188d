"""What was measured here on real ledgers, as data that is read, and its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.performance import Residual, errors, graded, papers, residual_of
from reports.shapes import Value, of_schema

SCHEMA = 1
LEDGERS = "ledgers.json"
SAID = (
    "Measured in one run on the cores of one machine: the same honest life cycles on our ledger, on a real Fabric, by its gateway and by "
    "Caliper, and on Postgres. It is not the paper's network: three peers on one machine, so what depends on many peers, on several places "
    "or on a rate that these cores cannot carry is simulated only. Intervals hold 95 of 100 values: transaction types, or kinds of reports."
)
NOTHING = "Nothing is committed: `make bench-ledgers BENCH_ARGS=--write` measures, in some minutes."
CLAIM_HEADER = ["claim", "what", "the paper", "measured", "verdict", "error", "as"]
FIGURES = {"sent": "sent", "valid/s": "goodput/s", "conflicts": "conflicts", "p50 ms": "p50 ms", "p95 ms": "p95 ms", "p99 ms": "p99 ms"}
HEADER = ["ledger", *FIGURES, "processor ms"]
PROCESSOR = "processor ms per transaction"


@dataclass(frozen=True)
class Ledgers:
    """One run of all ledgers: verdicts on claims, figures by ledger, and what follows in words."""

    machine: str
    claims: tuple[Residual, ...]
    life: tuple[tuple[str, ...], ...]
    full: tuple[tuple[str, ...], ...]
    concluded: tuple[str, ...]


def ledgers_of(document: Value) -> Ledgers:
    """The run, its shapes checked."""
    value = of_schema(document, SCHEMA)
    machine = f"{value['machine'].text}, Python {value['python'].text}"
    claims = tuple(residual_of(one) for one in value["claims"].items)
    return Ledgers(machine, claims, lines_of(value["ledgers"]), lines_of(value["full"]), tuple(value["concluded"].texts))


def lines_of(value: Value) -> tuple[tuple[str, ...], ...]:
    return tuple((name, *(plain(one[part].number) for part in FIGURES.values()), spent(one)) for name, one in value.entries)


def spent(one: Value) -> str:
    return plain(one[PROCESSOR].number) if one.has(PROCESSOR) else "–"


def plain(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"


def claim_lines(found: Iterable[Residual]) -> list[tuple[str, ...]]:
    """A line for each reading of each claim; the verdict of a claim is that of its best reading, or of its worst where all must agree."""
    lines: list[tuple[str, ...]] = []
    for one in found:
        for reading in one.readings:
            chosen = f"{one.verdict}{graded(one)}" if reading == one.chosen else reading.verdict
            error = errors(one) if reading == one.chosen else ""
            lines.append((one.name, one.title, papers(one), reading.spread.said, chosen, error, reading.said))
    return lines
