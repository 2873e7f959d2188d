"""The reproduction of the paper's performance section as data that is read, and its words; the page and the terminal show the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from properties.performance_claims import VERDICTS
from reports import terminal
from reports.shapes import Value, of_schema

SCHEMA = 1
BELIEFS = {
    "yes": "reproduced, with published parameters alone and after the fit",
    "as fitted": "reproduced because a fit was made to it, or only after the fit: possible, not shown",
    "its direction": "the direction holds, the size does not, or cannot be told",
    "no": "contradicted, by the simulation with either parameters or by arithmetic",
    "it depends": "contradicted with published parameters, and not after the fit, or the other way round",
    "nothing to say": "nothing here can show it",
}


@dataclass(frozen=True)
class Spread:
    """Mean and the interval of 95 of 100 runs."""

    mean: float
    low: float
    high: float

    @property
    def said(self) -> str:
        return f"{shown(self.mean)} ({shown(self.low)} to {shown(self.high)})"


@dataclass(frozen=True)
class Found:
    said: str
    spread: Spread
    error: float | None
    verdict: str
    why: str


@dataclass(frozen=True)
class Residual:
    """One claim under one ensemble of parameters."""

    name: str
    title: str
    quotation: str
    cites: str
    statement: str
    unit: str
    paper: tuple[float, float] | None
    role: str
    verdict: str
    grade: str
    why: str
    readings: tuple[Found, ...]
    chosen: Found | None


@dataclass(frozen=True)
class Cell:
    """One experiment of the grid."""

    ensemble: str
    placement: str
    rate_tps: float
    peers: int
    figures: dict[str, Spread]


@dataclass(frozen=True)
class Performance:
    """All of a reproduction. residuals: by ensemble; tables: header and lines as texts, by what they show."""

    runs: int
    transactions: int
    life: int
    residuals: dict[str, tuple[Residual, ...]]
    cells: tuple[Cell, ...]
    contradictions: tuple[tuple[str, ...], ...]
    tornado: tuple[tuple[str, float, tuple[tuple[str, float, float], ...]], ...]
    sobol: tuple[tuple[str, ...], ...]
    ways: tuple[tuple[str, ...], ...]
    lives: tuple[tuple[str, ...], ...]
    by_transaction: tuple[tuple[str, ...], ...]
    parameters: tuple[tuple[str, ...], ...]
    seeds_only: Spread
    cost: tuple[tuple[str, str], ...]

    @property
    def ensembles(self) -> tuple[str, ...]:
        return tuple(self.residuals)

    def pairs(self) -> list[tuple[Residual, ...]]:
        """Each claim under every ensemble."""
        return list(zip(*self.residuals.values(), strict=True))


def shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def number(value: Value) -> float:
    if isinstance(value.raw, bool) or not isinstance(value.raw, int | float) or not math.isfinite(value.raw):
        raise value.refused("a number")
    return float(value.raw)


def spread_of(value: Value) -> Spread:
    found = [number(one) for one in value.items]
    if len(found) != 3:
        raise value.refused("a mean and an interval")
    return Spread(*found)


def performance_of(document: Value) -> Performance:
    """The reproduction, its shapes checked."""
    value = of_schema(document, SCHEMA)
    return Performance(
        value["runs"].whole, value["transactions"].whole, value["life"].whole,
        {name: tuple(residual_of(one) for one in found.items) for name, found in value["residuals"].entries},
        tuple(cell_of(one) for one in value["grid"].items), tuple(contradiction(one) for one in value["contradictions"].items),
        tuple(tornado_of(one) for one in value["sensitivity"].items),
        tuple(line for one in value["sensitivity"].items for line in explained(one)),
        tuple(ways_of(one) for one in value["would_make_true"].items),
        tuple(life_of(one) for one in value["lives"].items), tuple(transaction_of(one) for one in value["by_transaction"].items),
        parameters_of(value["ensembles"]), spread_of(value["seeds_only"]["caliper_tps"]),
        tuple((name, str(one.raw)) for name, one in value["cost"].entries),
    )  # fmt: skip


def residual_of(value: Value) -> Residual:
    paper = [None if one.raw is None else number(one) for one in value["paper"].items]
    interval = None if len(paper) != 2 or paper[0] is None or paper[1] is None else (paper[0], paper[1])
    texts = [value[name].text for name in ("name", "title", "quotation", "cites", "statement", "unit")]
    chosen = None if value["chosen"].raw is None else found_of(value["chosen"])
    return Residual(texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], interval, value["role"].text,
                    value["verdict"].one_of(tuple(VERDICTS)), value["grade"].text, value["why"].text,
                    tuple(found_of(one) for one in value["readings"].items), chosen)  # fmt: skip


def found_of(value: Value) -> Found:
    error = None if value["error"].raw is None else number(value["error"])
    spread = Spread(number(value["mean"]), number(value["low"]), number(value["high"]))
    return Found(value["said"].text, spread, error, value["verdict"].one_of(tuple(VERDICTS)), value["why"].text)


def cell_of(value: Value) -> Cell:
    figures = {name: spread_of(one) for name, one in value["figures"].entries}
    return Cell(value["ensemble"].text, value["placement"].text, number(value["rate_tps"]), value["peers"].whole, figures)


def contradiction(value: Value) -> tuple[str, ...]:
    up_to = "" if value["tolerance"].raw is None else f"{value['tolerance'].whole / 10:g} %"
    return ", ".join(value["claims"].texts), value["said"].text, value["verdict"].text, up_to, "; ".join(value["assumptions"].texts)


def tornado_of(value: Value) -> tuple[str, float, tuple[tuple[str, float, float], ...]]:
    bars = tuple((one["parameter"].text, number(one["at_low"]), number(one["at_high"])) for one in value["bars"].items)
    return value["what"].text, number(value["at_defaults"]), bars


def explained(value: Value) -> list[tuple[str, ...]]:
    return [
        (value["what"].text, one["parameter"].text, f"{number(one['alone']):.2f}", f"{number(one['with_others']):.2f}")
        for one in value["sobol"].items
    ]


def ways_of(value: Value) -> tuple[str, ...]:
    told = []
    for one in value["ways"].items:
        values = [shown(number(each)) if isinstance(each.raw, int | float) else each.text for each in one["values"].items]
        gives = [number(each) for each in one["gives"].items]
        told.append(
            f"{one['what'].text} {', '.join(values)} {one['unit'].text}".strip() + f" (gives {shown(min(gives))}–{shown(max(gives))})"
        )
    return value["claim"].text, value["reading"].text, shown(number(value["at_defaults"])), "; ".join(told) or "no single change does"


def life_of(value: Value) -> tuple[str, ...]:
    return value["life"].text, str(value["transactions"].whole), *(spread_of(one).said for _, one in value["models_a_second"].entries)


def transaction_of(value: Value) -> tuple[str, ...]:
    figures = [spread_of(value["figures"][name]).said for name in ("valid_tps", "caliper_tps", "latency_s")]
    return f"{value['peers'].whole} peers, {value['placement'].text}", value["transaction"].text, *figures


def parameters_of(value: Value) -> tuple[tuple[str, ...], ...]:
    """Each parameter with its range, and the interval that each ensemble uses."""
    by_name: dict[str, list[str]] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for _, found in value.entries:
        for one in found.items:
            name = one["name"].text
            sources[name] = (name, one["unit"].text, f"{number(one['low']):.3g} to {number(one['high']):.3g}", one["source"].text)
            used = spread_of(one["used"])
            by_name.setdefault(name, []).append(f"{used.low:.3g} to {used.high:.3g}")
    return tuple((*sources[name], *used) for name, used in by_name.items())


def belief(found: tuple[Residual, ...]) -> str:
    """What a reader may believe of a claim, from its verdicts under published and under fitted parameters."""
    verdicts, roles = [one.verdict for one in found], {one.role for one in found}
    if all(verdict == "untestable" for verdict in verdicts):
        return "nothing to say"
    if all(verdict == "contradicted" for verdict in verdicts):
        return "no"
    if all(verdict == "reproduced" for verdict in verdicts) and "fitted" not in roles:
        return "yes"
    if "contradicted" in verdicts:
        return "as fitted" if "fitted" in roles and verdicts[-1] == "reproduced" else "it depends"
    return "as fitted" if verdicts[-1] == "reproduced" else "its direction"


def summary(found: Performance) -> list[tuple[str, ...]]:
    """A line for each claim: what to believe, the paper's interval, ours under each ensemble, the error, the verdicts."""
    return [
        (pair[-1].name, pair[-1].title, belief(pair), papers(pair[-1]),
         *(cell for one in pair for cell in (ours(one), f"{one.verdict}{graded(one)}")), errors(pair[-1]))
        for pair in found.pairs()
    ]  # fmt: skip


def graded(one: Residual) -> str:
    return f" ({one.grade})" if one.grade else ""


def papers(one: Residual) -> str:
    return "no figure" if one.paper is None else f"{shown(one.paper[0])} to {shown(one.paper[1])} {one.unit}".strip()


def ours(one: Residual) -> str:
    return "" if one.chosen is None else one.chosen.spread.said


def errors(one: Residual) -> str:
    return "" if one.chosen is None or one.chosen.error is None else f"{100 * one.chosen.error:+.1f} %"


def header(found: Performance) -> list[str]:
    return [
        "claim",
        "what",
        "believe it?",
        "the paper",
        *(part for name in found.ensembles for part in (f"{name} parameters", "verdict")),
        "error",
    ]


def told(found: Performance) -> str:
    """What a terminal shows: a line for each claim, and what it took."""
    lines = [(pair[-1].name, belief(pair), papers(pair[-1]), ours(pair[-1]), pair[-1].title) for pair in found.pairs()]
    facts = dict(found.cost)
    took = f"{facts['seconds']} s, {facts['processor_s']} s of processor time, {facts['jobs']} processes, load {facts['load']}"
    header = ("claim", "believe it?", "the paper", f"ours, {found.ensembles[-1]}", "")
    return f"{terminal.table(header, lines)}\n{took}"
