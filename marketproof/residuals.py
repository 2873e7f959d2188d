"""What the simulation says of each claim of speed: our figure with its interval beside the paper's, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import Figures, spread
from properties.performance_claims import PERFORMANCE_CLAIMS, WIDEST, Measure, PerformanceClaim, Reading

ORDER = ("contradicted", "untestable", "directional", "reproduced")
SURE = 0.02
"""By how much a ratio's interval must be away from 1 to have a direction."""

Runs = Callable[[Measure], Sequence[Figures]]


@dataclass(frozen=True)
class Found:
    """One reading of a claim. error: how far outside of the paper's interval our mean is, as a share of its nearer end, if it has one."""

    said: str
    mean: float
    low: float
    high: float
    error: float | None
    verdict: str
    why: str


@dataclass(frozen=True)
class Residual:
    """A claim beside what was found; `reading` is the one that the verdict rests on, None where there is none."""

    claim: PerformanceClaim
    verdict: str
    grade: str
    why: str
    readings: tuple[Found, ...] = ()
    reading: Found | None = None

    def as_dict(self) -> dict[str, Any]:
        one = self.claim
        told = {"name": one.name, "title": one.title, "quotation": one.quotation, "cites": one.cites, "statement": one.statement,
                "unit": one.unit, "paper": [one.low, one.high], "role": one.role, "every": one.every}  # fmt: skip
        chosen = None if self.reading is None else asdict(self.reading)
        return {
            **told,
            "verdict": self.verdict,
            "grade": self.grade,
            "why": self.why,
            "chosen": chosen,
            "readings": [asdict(one) for one in self.readings],
        }


def experiment_for(measure: Measure, transactions: int, life: int) -> Experiment:
    """The experiment that a measure is of. life: transactions of a model, which are sent one after another where it is alone."""
    base = Experiment(measure.peers, float(measure.rate_tps), measure.placement, transactions=transactions)
    if measure.alone:
        return base.varied(window=1, rate_tps=1e6, transactions=20 * life)
    if measure.hot_keys:
        return base.varied(hot_share=1.0, hot_keys=measure.hot_keys)
    return base


def measures_of(claims: Iterable[PerformanceClaim] = PERFORMANCE_CLAIMS) -> list[Measure]:
    """Every measure that some reading needs, once each."""
    return list(
        dict.fromkeys(one for claim in claims for reading in claim.readings for one in (reading.of, reading.per) if one is not None)
    )


def residual(claim: PerformanceClaim, runs: Runs, life: int, grade: str) -> Residual:
    """The verdict on a claim: of its best reading, or of its worst where all must agree.

    runs: the figures of a measure, one for each set of parameters, in the same order for every measure.
    """
    if claim.untestable:
        return Residual(claim, "untestable", "", claim.untestable)
    return best(claim, tuple(judged(claim, reading.said, values_of(reading, runs, life)) for reading in claim.readings), grade)


def best(claim: PerformanceClaim, found: tuple[Found, ...], grade: str) -> Residual:
    """The verdict of the best of the readings, or of the worst where all must agree."""
    pick = min if claim.every else max
    chosen = pick(found, key=lambda one: (ORDER.index(one.verdict), -abs(one.error or 0.0)))
    return Residual(claim, chosen.verdict, grade, chosen.why, found, chosen)


def values_of(reading: Reading, runs: Runs, life: int) -> list[float]:
    """The reading's value in each run: with the same parameters above and below."""
    scale = {"a second": 1 / life, "whole": float(life), "": 1.0}[reading.models]
    above = [scale * value(reading.of, one) for one in runs(reading.of)]
    if reading.per is None:
        return above
    return [one / value(reading.per, other) for one, other in zip(above, runs(reading.per), strict=True)]


def value(measure: Measure, found: Figures) -> float:
    return found["caliper_tps"] / measure.rate_tps if measure.figure == "kept" else found[measure.figure]


def judged(claim: PerformanceClaim, said: str, values: Sequence[float]) -> Found:
    mean, low, high = spread(values)
    verdict, why = verdict_of(claim, mean, low, high)
    return Found(said, mean, low, high, None if claim.low is None else beyond(claim, mean), verdict, why)


def beyond(claim: PerformanceClaim, mean: float) -> float:
    assert claim.low is not None and claim.high is not None
    nearer = min(max(mean, claim.low), claim.high)
    return (mean - nearer) / nearer if nearer else 0.0


def verdict_of(claim: PerformanceClaim, mean: float, low: float, high: float) -> tuple[str, str]:
    """A verdict and its reason, from our mean and interval and what the claim says."""
    agrees, against = towards(claim.direction, low, high), towards({"rises": "falls", "falls": "rises"}.get(claim.direction, ""), low, high)
    if claim.low is None or claim.high is None:
        if agrees:
            return "directional", f"it {claim.direction}; the paper gives no figure"
        flat = abs(low - 1) <= SURE and abs(high - 1) <= SURE
        return (
            ("contradicted", f"it does not {claim.direction.rstrip('s')}") if against or flat else ("untestable", "our interval holds both")
        )
    if low <= claim.high and high >= claim.low:
        if high - low <= 2 * WIDEST * mean:
            return "reproduced", "the intervals meet"
        return "directional", "the intervals meet, but ours is so wide that it could hardly have missed"
    if agrees:
        return "directional", f"it {claim.direction}, but not by as much" if abs(mean - 1) < abs(
            claim.low - 1
        ) else f"it {claim.direction}, and by more"
    return "contradicted", "ours is above the paper's" if low > claim.high else "ours is below the paper's"


def towards(direction: str, low: float, high: float) -> bool:
    """Whether a ratio's whole interval lies on a side of 1."""
    return low > 1 + SURE if direction == "rises" else high < 1 - SURE if direction == "falls" else False
