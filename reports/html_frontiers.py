"""Where claims of a variant stop holding on the page: the values, the share of a group that may deviate as a chart, and the runs."""

from __future__ import annotations

from reports import frontiers as words
from reports.chart import Curve, curves
from reports.escaping import Markup, tag
from reports.frontiers import Frontier
from reports.html_parts import listed, paragraph, table


def frontiers_part(variant: str, found: tuple[Frontier, ...], anchor: str) -> list[Markup]:
    title = tag("h3", f"Frontiers of {variant}", id=anchor)
    parts = [title, paragraph(words.SAID), table(words.HEADER, words.lines_of(found), "", sticky=True), *drawn(found)]
    for one in found:
        if one.told:
            parts += [tag("h4", f"How {one.claim} falls: {one.title}"), listed(one.told, "steps", ordered=True)]
    return parts


def drawn(found: tuple[Frontier, ...]) -> list[Markup]:
    """The groups with an exact frontier as two curves over their sizes."""
    shares = words.shares(found)
    if len(shares) < 2:
        return []
    attacked = Curve("attacked, replayed", tuple(share for _, _, share in shares))
    proved = Curve("proved, any size", tuple(share for _, share, _ in shares))
    values = "; ".join(f"{size}: attacked from {above:.2f}, proved to {below:.2f}" for size, below, above in shares)
    drawing = curves([f"n = {size}" for size, _, _ in shares], (attacked, proved), 0.0, words.AXIS, f"{words.AXIS}. {values}")
    return [tag("figure", tag("div", drawing, class_="scroll"), tag("figcaption", words.CHART_CAPTION))]
