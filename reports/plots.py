"""Lines with intervals as inline SVG: what was simulated over peers or send rates, with the paper's own figures beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.escaping import Markup, tag

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 62, 190, 18, 54
LOOKS = 6
"""How many lines of one plot can be told apart."""
TICKS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Point:
    """A place on the axis, the mean there, and the interval around it."""

    place: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Axis:
    """title: with the unit. logarithmic: each factor of ten as high as another; then all values must be above 0."""

    title: str
    logarithmic: bool = False


def plot(lines: Sequence[Line], across: str, up: Axis, said: str) -> Markup:
    """The lines over their places, which stand at equal distances, each with a look of its own and a bar for each interval."""
    places = sorted({point.place for line in lines for point in line.points})
    low, high = bounds([value for line in lines for point in line.points for value in (point.low, point.high)], up.logarithmic)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(places) - 1)

    def x(place: float, number: int) -> float:
        return round(LEFT + 8 + places.index(place) * (step - 4) + 2.5 * (number - (len(lines) - 1) / 2), 1)

    def y(value: float) -> float:
        share = share_of(value, low, high, up.logarithmic)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    shapes = grid(low, high, up.logarithmic, y)
    for place in places:
        shapes.append(tag("text", f"{place:g}", x=x(place, 0), y=HEIGHT - BOTTOM + 20, text_anchor="middle"))
    shapes.append(tag("text", across, x=WIDTH - RIGHT, y=HEIGHT - BOTTOM + 40, text_anchor="end", class_="axis"))
    shapes.append(tag("text", up.title + (", logarithmic" if up.logarithmic else ""), x=LEFT - 54, y=HEIGHT - 4, class_="axis"))
    for number, line in enumerate(lines):
        shapes += drawn(line, number, x, y)
    for number, line in enumerate(lines):
        shapes += legend(line, number)
    return tag("svg", *shapes, class_="chart", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=said)


def drawn(line: Line, number: int, x: Callable[[float, int], float], y: Callable[[float], float]) -> list[Markup]:
    look = f"plot look{number % LOOKS}"
    points = [(x(point.place, number), y(point.mean), y(point.low), y(point.high)) for point in line.points]
    shapes = [tag("path", d=f"M{px} {low}V{high}", class_=f"{look} interval") for px, _, low, high in points]
    shapes.append(tag("polyline", points=" ".join(f"{px},{py}" for px, py, _, _ in points), class_=look))
    return shapes + [tag("circle", cx=px, cy=py, r=3, class_=f"{look} dot") for px, py, _, _ in points]


def legend(line: Line, number: int) -> list[Markup]:
    x, y, look = WIDTH - RIGHT + 24, TOP + 14 + 20 * number, f"plot look{number % LOOKS}"
    return [tag("path", d=f"M{x} {y - 4}h22", class_=look), tag("text", line.title, x=x + 28, y=y)]


def bounds(values: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """The ends of the scale: 0 and a round number, or the powers of ten around the values."""
    largest = max(values, default=1.0) or 1.0
    if logarithmic:
        least = min(value for value in values if value > 0)
        return 10.0 ** math.floor(math.log10(least)), 10.0 ** math.ceil(math.log10(largest) + 1e-9)
    return 0.0, ticks(largest)[-1]


def ticks(largest: float) -> list[float]:
    """Four to ten round numbers from 0 to at least the largest."""
    size = 10.0 ** math.floor(math.log10(largest))
    step = next(size / 10 * tick for tick in (*TICKS, 10.0, 20.0) if largest / (size / 10 * tick) <= 8)
    return [place * step for place in range(math.ceil(largest / step - 1e-9) + 1)]


def share_of(value: float, low: float, high: float, logarithmic: bool) -> float:
    if logarithmic:
        return math.log(max(value, low) / low) / math.log(high / low)
    return (value - low) / (high - low)


def grid(low: float, high: float, logarithmic: bool, y: Callable[[float], float]) -> list[Markup]:
    values = [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)] if logarithmic else ticks(high)
    shapes = []
    for value in values:
        shapes.append(tag("path", d=f"M{LEFT} {y(value)}H{WIDTH - RIGHT + 6}", class_="grid"))
        shapes.append(tag("text", f"{value:g}", x=LEFT - 8, y=y(value) + 4, text_anchor="end"))
    return shapes


def bars(rows: Sequence[tuple[str, float, float, float]], unit: str, said: str) -> Markup:
    """A tornado: for each name a bar from one value to another, around the value that all have in common."""
    height = 26 * len(rows) + 50
    values = [value for _, low, high, middle in rows for value in (low, high, middle)]
    least, most = min(values, default=0.0), max(values, default=1.0)
    least, most = least - 0.05 * (most - least or 1.0), most + 0.05 * (most - least or 1.0)

    def x(value: float) -> float:
        return round(210 + (value - least) / (most - least) * (WIDTH - 290), 1)

    shapes = []
    for number, (name, low, high, middle) in enumerate(rows):
        top, (left, right) = 10 + 26 * number, sorted((x(low), x(high)))
        shapes.append(tag("text", name, x=200, y=top + 14, text_anchor="end"))
        shapes.append(tag("rect", x=left, y=top + 2, width=max(1.0, round(right - left, 1)), height=16, class_="bar"))
        shapes.append(tag("path", d=f"M{x(middle)} {top - 2}v24", class_="plot middle"))
        shapes.append(tag("text", f"{min(low, high):.3g}–{max(low, high):.3g}", x=right + 6, y=top + 14, class_="value"))
    shapes.append(tag("text", unit, x=210, y=height - 8, class_="axis"))
    return tag("svg", *shapes, class_="chart", viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=said)
