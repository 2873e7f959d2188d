"""An attack told in full: in words for a terminal, and as diagrams that stand by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from reports.attacks import Attack
from reports.markdown import sequence
from reports.sequence import diagram
from reports.terminal import wrapped

Told = Mapping[str, Any]
COLOURS = ":root{--ink:#1b1b1b;--soft:#5b5b5b;--paper:#fff;--raised:#f5f5f2;--rule:#c9c9c4;--red:#a3161f;--red-tint:#fbeaea}"


def text(told: Told) -> str:
    """Paragraphs no wider than a terminal."""
    return "\n".join(wrapped(line, " " * indent) for indent, line in lines(told))


def lines(told: Told) -> Iterator[tuple[int, str]]:
    """Lines with their indentation."""
    yield 0, f"{told['claim']} {told['title']}: attack of {told['coalition']} on {told['variant']} at {told['scope']}"
    yield 2, f"claimed: {told['statement']}"
    yield 2, began(told)
    for number, run in enumerate(told["runs"], 1):
        if len(told["runs"]) > 1:
            yield 2, f"run {number}:"
        for place, step in enumerate(run, 1):
            yield from of_step(place, step)
    yield 2, f"{told['broken']}"
    for cause in told["breaking"]:
        yield 5, f"because {'in run ' + str(cause['run']) + ' ' if len(told['runs']) > 1 else ''}{cause['told']}"
    yield 2, "the price: " + "; ".join(told["price"]["told"])
    for one in told["repaired"]:
        yield from of_repair(told, one)


def began(told: Told) -> str:
    if told["start"] == "empty":
        return "from nothing but the members:"
    return f"from a populated market that honest parties reached in {told['honest_steps_before']} steps:"


def of_step(place: int, step: Told) -> Iterator[tuple[int, str]]:
    yield 2, f"{place}. {step['sentence']}"
    for line in step["because"]:
        yield 5, line
    for line in step["learned"]:
        yield 5, f"since then {line}"


def of_repair(told: Told, one: Told) -> Iterator[tuple[int, str]]:
    yield 2, f"the same steps on {one['variant']}:"
    for attempt in one["attempts"]:
        without = f"without {', '.join(attempt['without'])}: " if attempt["without"] else ""
        yield 5, f"{without}{attempt['ended']}"
        for name, because in attempt["amendments"].items():
            yield 8, f"amendment `{name}`, because {because}"
    yield 5, f"{told['claim']} against {told['coalition']} on {one['variant']}: {one['verdict'].replace('_', ' ')}"
    still = ", ".join(one["still"]) or "nothing that is committed"
    yield 5, f"what {told['coalition']} still breaks there: {still}"


def files_named(told: Told) -> list[str]:
    several = [f"-run-{number}" for number, _ in enumerate(told["runs"], 1)] if len(told["runs"]) > 1 else [""]
    return [f"{told['claim'].replace('/', '-')}-{told['coalition']}{run}.{kind}" for run in several for kind in ("svg", "mmd")]


def pictures(told: Told, attack: Attack) -> dict[str, str]:
    """Names and texts of a sequence diagram of each run as SVG and as Mermaid."""
    style = files("reports").joinpath("page.css").read_text(encoding="utf-8")
    rules = COLOURS + "".join(line for line in style.splitlines() if line.startswith("svg "))
    names, found = files_named(told), {}
    for place, run in enumerate(attack.runs):
        last = place + 1 == len(attack.runs)
        ending = (attack.broken,) if last else ("the other run goes on from here",)
        drawn = diagram(run, f"{told['claim']} against {told['coalition']}", ending, last)
        svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        found[names[2 * place]] = svg.replace(">", f"><style>{rules}</style>", 1) + "\n"
        found[names[2 * place + 1]] = "\n".join(line for line in sequence(run, ending) if not line.startswith("```")).strip() + "\n"
    return found
