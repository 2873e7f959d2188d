"""An attack's run as a sequence diagram, inline SVG: lanes for the parties and the ledger, an arrow for each step.

Classes are styled once by the page. What deviates is marked by a word and a double frame, what lies off the ledger by dashes and words.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from reports.attacks import Party, Run, Step
from reports.escaping import Markup, plain, tag

LEDGER = "ledger"
WIDTH, MARGIN, LEAST_GAP = 780, 84, 150
HEADER_HEIGHT, LINE_HEIGHT, SIGN_WIDTH = 50, 16, 6.9
HEAD = 9
MOST_LINES = 3


@dataclass
class Drawing:
    """Shapes from top to bottom. x: where each lane stands. y: how far down the drawing has come."""

    x: dict[str, int]
    width: int
    y: int = 0
    shapes: list[Markup] = field(default_factory=list)

    def add(self, name: str, *children: object, **attributes: object) -> None:
        self.shapes.append(tag(name, *children, **attributes))

    def text(self, text: object, x: float, y: float, class_: str = "", anchor: str | None = None) -> None:
        self.add("text", text, x=round(x), y=round(y), class_=class_ or None, text_anchor=anchor)

    def arrow(self, start: int, end: int, class_: str, filled: bool) -> None:
        """A line with a head, at the current height."""
        back = -HEAD if end > start else HEAD
        self.add("path", d=f"M{start} {self.y}H{end + back if filled else end}", class_=class_)
        closed = "z" if filled else ""
        self.add("path", d=f"M{end + back} {self.y - 5}L{end} {self.y}L{end + back} {self.y + 5}{closed}", class_=f"head {class_}")


def diagram(run: Run, label: str, ending: tuple[str, ...], breaks: bool) -> Markup:
    """One run. label: for those who cannot see it. ending: lines of the band below. breaks: whether the claim breaks at its end."""
    lanes = [*(party.name for party in run.parties), LEDGER]
    width = max(WIDTH, 2 * MARGIN + (len(lanes) - 1) * LEAST_GAP)
    gap = (width - 2 * MARGIN) / (len(lanes) - 1) if len(lanes) > 1 else 0
    places = [round(MARGIN + place * gap) for place in range(len(lanes))]
    drawing = Drawing(dict(zip([*(f"party {party.name}" for party in run.parties), LEDGER], places, strict=True)), width)
    for party in run.parties:
        draw_party(drawing, party)
    draw_ledger(drawing)
    drawing.y = HEADER_HEIGHT + 14
    for number, step in enumerate(run.steps, 1):
        draw_step(drawing, number, step, breaks and number == len(run.steps))
    bottom = drawing.y + 10
    lines = [tag("path", d=f"M{x} {HEADER_HEIGHT + 4}V{bottom}", class_="lane") for x in places]
    drawing.y = bottom
    draw_ending(drawing, ending, breaks)
    inside = [*lines, *drawing.shapes]
    return tag("svg", *inside, class_="sequence", viewBox=f"0 0 {width} {drawing.y + 4}", role="img", aria_label=label)


def fitted(text: str, pixels: float, most: int = MOST_LINES) -> list[str]:
    """The text in lines of a width; what does not fit is left out with a sign for it."""
    return textwrap.wrap(plain(text), max(12, int(pixels / SIGN_WIDTH)), max_lines=most, placeholder=" …", break_on_hyphens=False)


def one_line(text: str, pixels: float) -> str:
    return " ".join(fitted(text, pixels, 1))


def draw_party(drawing: Drawing, party: Party) -> None:
    x = drawing.x[f"party {party.name}"]
    drawing.add("rect", x=x - 72, y=2, width=144, height=HEADER_HEIGHT, rx=4, class_="party deviating" if party.deviating else "party")
    if party.deviating:
        drawing.add("rect", x=x - 68, y=6, width=136, height=HEADER_HEIGHT - 8, rx=2, class_="inner")
    drawing.text(one_line(party.name, 140), x, 23, "name", "middle")
    role = f"{party.role}, deviating" if party.deviating else party.role
    drawing.text(one_line(role, 175), x, 40, "role", "middle")


def draw_ledger(drawing: Drawing) -> None:
    x = drawing.x[LEDGER]
    drawing.add("rect", x=x - 60, y=2, width=120, height=HEADER_HEIGHT, class_="ledger")
    drawing.text(LEDGER, x, 32, "name", "middle")


def draw_step(drawing: Drawing, number: int, step: Step, last: bool) -> None:
    """The words, then the arrow below them; its number stands on the lane of whoever takes it."""
    start = drawing.x[f"party {step.by}"]
    targets = [drawing.x[f"party {name}"] for name in step.reaches] if step.kind == "off_ledger" else [drawing.x[LEDGER]]
    furthest = max(targets, key=lambda x: abs(x - start), default=start)
    right = furthest >= start
    room = max(abs(furthest - start) - 40, 300) if targets else drawing.width - start - 90
    words = {"transaction": "", "off_ledger": "off the ledger: ", "forged": "forged write set: "}[step.kind]
    drawing.y += 22
    at = start + (20 if right else -20) + (40 if not targets else 0)
    drawing.text(one_line(f"{words}{step.name}", max(room, 260)), at, drawing.y, "call", "start" if right else "end")
    for line in fitted(", ".join(f"{name} = {value}" for name, value in step.arguments), room):
        drawing.y += LINE_HEIGHT
        drawing.text(line, at, drawing.y, "given", "start" if right else "end")
    drawing.y += 13
    class_ = " ".join(["step", step.kind.replace("_", "-"), *(["deviates"] if step.deviating else [])])
    if not targets:
        top = drawing.y - 26
        drawing.add("path", d=f"M{start} {top}h44v26H{start + HEAD - 2}", class_=class_)
        head = f"M{start + HEAD} {drawing.y - 5}L{start} {drawing.y}L{start + HEAD} {drawing.y + 5}"
        drawing.add("path", d=head, class_=f"head {class_}")
    for target in targets:
        drawing.arrow(start, target, class_, filled=step.kind != "off_ledger")
        drawing.y += 12 if target != targets[-1] else 0
    draw_number(drawing, number, start, drawing.y - (26 if not targets else 0), last)
    if step.event:
        draw_event(drawing, step.event)
    drawing.y += 12


def draw_number(drawing: Drawing, number: int, x: int, y: int, last: bool) -> None:
    drawing.add("circle", cx=x, cy=y, r=10, class_="number broken" if last else "number")
    drawing.text(number, x, y + 4, "number broken" if last else "number", "middle")


def draw_event(drawing: Drawing, event: str) -> None:
    """What the ledger tells everybody."""
    start, end = drawing.x[LEDGER], min(drawing.x.values())
    drawing.y += 20
    drawing.text(one_line(f"event {event}", start - end - 40), start - 14, drawing.y, "event", "end")
    drawing.y += 8
    drawing.arrow(start, end, "step event", filled=False)


def draw_ending(drawing: Drawing, ending: tuple[str, ...], breaks: bool) -> None:
    lines = [line for text in ending for line in fitted(text, drawing.width - 60, 6)]
    height = LINE_HEIGHT * len(lines) + 14
    drawing.add("rect", x=4, y=drawing.y, width=drawing.width - 8, height=height, rx=4, class_="ending breaks" if breaks else "ending")
    for place, line in enumerate(lines):
        drawing.text(line, 18, drawing.y + 19 + LINE_HEIGHT * place, "breaks" if breaks and not place else "")
    drawing.y += height


LEGEND = (
    "solid arrows are transactions that the ledger committed, dashed arrows are steps off the ledger, and dotted arrows are events, which "
    "the ledger tells everybody. A double frame and the word “deviating” mark parties of the coalition; their arrows are thicker. The "
    "framed band says what breaks after the last step. What is too long is cut with “…”; the numbered steps have it whole."
)
