"""Curves as inline SVG with every value written: the accuracy of the training job by round, the chance that a group is captured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.escaping import Markup, tag
from reports.figures import Round

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 20, 66
MARKS = ("central", "averaged")
"""The two looks that a curve can have: the values of the first stand above it, of the second below."""


@dataclass(frozen=True)
class Curve:
    """A curve with a value from 0 to 1 for each place on the axis."""

    title: str
    values: tuple[float, ...]


def chart(rounds: tuple[Round, ...]) -> Markup:
    """Accuracy beside central training; the scale begins at the tenth below the least value, and says so."""
    central = Curve("central training", tuple(one.central_accuracy for one in rounds))
    averaged = Curve("averaged model", tuple(one.accuracy for one in rounds))
    low = max(0.0, math.floor(min(central.values + averaged.values) * 10 - 1e-9) / 10)
    said = "; ".join(f"round {one.number}: averaged {one.accuracy:.3f}, central {one.central_accuracy:.3f}" for one in rounds)
    axis = f"accuracy on held-out rows; the scale begins at {low:.1f}"
    return curves([f"round {one.number}" for one in rounds], (central, averaged), low, axis, f"Accuracy by round. {said}")


def curves(places: Sequence[str], drawn: tuple[Curve, Curve], low: float, axis: str, said: str) -> Markup:
    """Two curves with different lines and marks over the same places. low: where the scale, which ends at 1, begins."""
    x = [LEFT + 30 + place * ((WIDTH - LEFT - RIGHT - 30) / max(1, len(places) - 1)) for place in range(len(places))]

    def y(value: float) -> float:
        return round(TOP + (1 - value) / (1 - low) * (HEIGHT - TOP - BOTTOM), 1) if low < 1 else TOP

    shapes = grid(low, y)
    for name, place in zip(places, x, strict=True):
        shapes.append(tag("text", name, x=round(place), y=HEIGHT - BOTTOM + 36, text_anchor="middle"))
    for class_, curve in zip(MARKS, drawn, strict=True):
        points = [(round(px, 1), y(value), value) for px, value in zip(x, curve.values, strict=True)]
        above = class_ == MARKS[0]
        shapes.append(tag("polyline", points=" ".join(f"{px},{py}" for px, py, _ in points), class_=f"series {class_}"))
        for px, py, value in points:
            shapes.append(mark(px, py, class_))
            shapes.append(tag("text", f"{value:.3f}", x=px, y=py - 10 if above else py + 21, text_anchor="middle", class_="value"))
        shapes.append(tag("text", curve.title, x=points[-1][0] + 28, y=round(points[-1][1] + (0 if above else 10)), class_="title"))
    shapes.append(tag("text", axis, x=LEFT, y=HEIGHT - 6, class_="axis"))
    return tag("svg", *shapes, class_="chart", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=said)


def grid(low: float, y: Callable[[float], float]) -> list[Markup]:
    shapes = []
    for tenth in range(round(low * 10), 11):
        height = y(tenth / 10)
        shapes.append(tag("path", d=f"M{LEFT} {height}H{WIDTH - RIGHT + 10}", class_="grid"))
        shapes.append(tag("text", f"{tenth / 10:.1f}", x=LEFT - 8, y=height + 4, text_anchor="end"))
    return shapes


def mark(x: float, y: float, class_: str) -> Markup:
    if class_ == MARKS[0]:
        return tag("rect", x=x - 4, y=y - 4, width=8, height=8, class_=f"mark {class_}")
    return tag("circle", cx=x, cy=y, r=4.5, class_=f"mark {class_}")


def bars(counts: Sequence[tuple[str, int]], said: str) -> Markup:
    """Whole numbers as bars, one below the other, with the number at the end of each."""
    label, most, step = 190, max((number for _, number in counts), default=1) or 1, 28
    shapes = []
    for place, (name, number) in enumerate(counts):
        y, length = TOP + place * step, round((WIDTH - label - 70) * number / most, 1)
        shapes.append(tag("text", name, x=label - 10, y=y + 15, text_anchor="end"))
        shapes.append(tag("rect", x=label, y=y, width=length, height=20, class_="bar"))
        shapes.append(tag("text", str(number), x=label + length + 8, y=y + 15, class_="value"))
    told = "; ".join(f"{name}: {number}" for name, number in counts)
    box = f"0 0 {WIDTH} {TOP + len(counts) * step + 10}"
    return tag("svg", *shapes, class_="chart", viewBox=box, role="img", aria_label=f"{said}. {told}")
