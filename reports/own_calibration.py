"""The simulation held against this machine's own networks, as data that is read, and its words; terminal and document show the same."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from properties.own_calibration import BEDS, GOAL_MEAN, GOAL_MOST, LACKS, ROLES, STAGES
from reports import terminal
from reports.performance import number
from reports.shapes import Value, of_schema

SCHEMA = 1
HEADER = ["configuration", "role", "stage", "measured", "rounds apart", "simulated", "95 % of fits", "error"]
STAGE_HEADER = ["stage", "what", "mean error", "largest", "within the goal?", "why not"]
PARAMETER_HEADER = ["parameter", "fitted here", "95 % of fits", "published", "unit"]
GOAL = f"mean at most {GOAL_MEAN:.0%}, largest at most {GOAL_MOST:.0%}"


@dataclass(frozen=True)
class Compared:
    """One stage of one configuration. Seconds; error and apart as shares of what was measured."""

    configuration: str
    role: str
    stage: str
    measured_s: float
    simulated_s: float
    low_s: float
    high_s: float
    error: float
    apart: float


@dataclass(frozen=True)
class Bed:
    """One kind of network. parameters: lines as they are shown."""

    name: str
    said: str
    compared: tuple[Compared, ...]
    parameters: tuple[tuple[str, ...], ...]

    def held_out(self, stage: str | None = None) -> list[Compared]:
        return [one for one in self.compared if one.role == "held out" and stage in (None, one.stage)]

    @property
    def stages(self) -> list[str]:
        return list(dict.fromkeys(one.stage for one in self.compared))


def calibration_of(document: Value) -> tuple[Bed, ...]:
    """The beds, their shapes checked."""
    beds = of_schema(document, SCHEMA)["beds"]
    if any(name not in BEDS for name, _ in beds.entries):
        raise beds.refused(f"of {', '.join(BEDS)}")
    return tuple(bed_of(name, value) for name, value in beds.entries)


def bed_of(name: str, value: Value) -> Bed:
    load = " to ".join(f"{number(one):g}" for one in value["load"].items)
    said = (
        f"{BEDS[name]}. {value['rounds'].whole} rounds, {value['date'].text}, {value['machine'].text}, load {load}; "
        f"intervals: {value['resamples'].whole} fits to rounds drawn again (seed {value['seed'].whole})."
    )
    found = [compared_of(one, stage) for one in value["configurations"].items for stage in one["stages"].items]
    return Bed(name, said, tuple(found), tuple(parameter_of(one) for one in value["parameters"].items))


def compared_of(one: Value, stage: Value) -> Compared:
    figures = [number(stage[name]) for name in ("measured_s", "simulated_s", "low_s", "high_s", "error", "apart")]
    return Compared(one["name"].text, one["role"].one_of(ROLES), stage["stage"].one_of(tuple(STAGES)), *figures)


def parameter_of(one: Value) -> tuple[str, ...]:
    low, high = (number(end) for end in one["published"].items)
    fits = f"{number(one['low']):.3g} to {number(one['high']):.3g}"
    return one["name"].text, f"{number(one['value']):.3g}", fits, f"{low:.3g} to {high:.3g}", one["unit"].text


def shown_s(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.3g} µs"


def lines(bed: Bed) -> list[tuple[str, ...]]:
    """A line for each stage of each configuration."""
    return [
        (one.configuration, one.role, one.stage, shown_s(one.measured_s), f"{one.apart:.0%}", shown_s(one.simulated_s),
         f"{shown_s(one.low_s)} to {shown_s(one.high_s)}", f"{one.error:+.1%}")
        for one in bed.compared
    ]  # fmt: skip


def mean_and_most(found: list[Compared]) -> tuple[float, float]:
    errors = [abs(one.error) for one in found]
    return statistics.fmean(errors), max(errors)


def reached(found: list[Compared]) -> bool:
    mean, most = mean_and_most(found)
    return mean <= GOAL_MEAN and most <= GOAL_MOST


def why(found: list[Compared]) -> str:
    """The cause of a residual: rounds of one configuration that differ by more than the error, else what the simulation lacks."""
    if reached(found):
        return ""
    worst = max(found, key=lambda one: abs(one.error))
    if worst.apart >= abs(worst.error):
        return f"rounds of that configuration are {worst.apart:.0%} apart themselves; and: {LACKS[worst.stage]}"
    return LACKS[worst.stage]


def stage_lines(bed: Bed) -> list[tuple[str, ...]]:
    """A line for each stage on the configurations that no fit has seen, and one for all stages together."""
    rows: list[tuple[str, ...]] = []
    for stage in [*bed.stages, None]:
        found = bed.held_out(stage)
        mean, most = mean_and_most(found)
        cause = "" if stage is None else why(found)
        rows.append((stage or "all", STAGES.get(stage or "", ""), f"{mean:.1%}", f"{most:.1%}", "yes" if reached(found) else "no", cause))
    return rows


def told(found: tuple[Bed, ...]) -> str:
    """What a terminal shows."""
    texts = []
    for bed in found:
        summary = [(line[0], *line[2:]) for line in stage_lines(bed)]
        texts += [
            terminal.wrapped(bed.said), terminal.table(HEADER, lines(bed)),
            f"held out ({GOAL}):\n{terminal.table([STAGE_HEADER[0], *STAGE_HEADER[2:]], summary)}",
            terminal.table(PARAMETER_HEADER, bed.parameters),
        ]  # fmt: skip
    return "\n\n".join(texts)
