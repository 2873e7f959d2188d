"""The accuracy of the training job by round, beside central training: inline SVG with every value written."""

from __future__ import annotations

import math
from collections.abc import Callable

from reports.escaping import Markup, tag
from reports.figures import Round

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 20, 66
SERIES = (("central_accuracy", "central training", "central"), ("accuracy", "averaged model", "averaged"))


def chart(rounds: tuple[Round, ...]) -> Markup:
    """Both series with different lines and marks; the scale begins at the tenth below the least value, and says so."""
    values = [getattr(one, name) for one in rounds for name, _, _ in SERIES]
    low = max(0.0, math.floor(min(values) * 10 - 1e-9) / 10)
    x = {one: LEFT + 30 + place * ((WIDTH - LEFT - RIGHT - 30) / max(1, len(rounds) - 1)) for place, one in enumerate(rounds)}

    def y(value: float) -> float:
        return round(TOP + (1 - value) / (1 - low) * (HEIGHT - TOP - BOTTOM), 1) if low < 1 else TOP

    shapes = grid(low, y)
    for one, place in x.items():
        shapes.append(tag("text", f"round {one.number}", x=round(place), y=HEIGHT - BOTTOM + 36, text_anchor="middle"))
    for name, title, class_ in SERIES:
        points = [(round(x[one], 1), y(getattr(one, name)), getattr(one, name)) for one in rounds]
        shapes.append(tag("polyline", points=" ".join(f"{px},{py}" for px, py, _ in points), class_=f"series {class_}"))
        for px, py, value in points:
            shapes.append(mark(px, py, class_))
            above = class_ == "central"
            shapes.append(tag("text", f"{value:.3f}", x=px, y=py - 10 if above else py + 21, text_anchor="middle", class_="value"))
        shapes.append(tag("text", title, x=points[-1][0] + 28, y=round(points[-1][1] + (0 if class_ == "central" else 10)), class_="title"))
    shapes.append(tag("text", f"accuracy on held-out rows; the scale begins at {low:.1f}", x=LEFT, y=HEIGHT - 6, class_="axis"))
    said = "; ".join(f"round {one.number}: averaged {one.accuracy:.3f}, central {one.central_accuracy:.3f}" for one in rounds)
    return tag("svg", *shapes, class_="chart", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=f"Accuracy by round. {said}")


def grid(low: float, y: Callable[[float], float]) -> list[Markup]:
    shapes = []
    for tenth in range(round(low * 10), 11):
        height = y(tenth / 10)
        shapes.append(tag("path", d=f"M{LEFT} {height}H{WIDTH - RIGHT + 10}", class_="grid"))
        shapes.append(tag("text", f"{tenth / 10:.1f}", x=LEFT - 8, y=height + 4, text_anchor="end"))
    return shapes


def mark(x: float, y: float, class_: str) -> Markup:
    if class_ == "central":
        return tag("rect", x=x - 4, y=y - 4, width=8, height=8, class_=f"mark {class_}")
    return tag("circle", cx=x, cy=y, r=4.5, class_=f"mark {class_}")
