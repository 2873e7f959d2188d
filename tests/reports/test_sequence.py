"""Sequence diagrams: an arrow for each step, deviating parties marked by more than colour, steps off the ledger told apart."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reports import words
from reports.attacks import KINDS, Attack, attack_of
from reports.html_claims import attack_parts
from reports.markdown import sequence
from reports.sequence import diagram
from reports.shapes import Value
from reports.view import Statement, Told
from tests.reports.reading import Page
from tests.reports.synthetic import attack, step


def told(*runs: list[dict[str, Any]]) -> Attack:
    return attack_of(Value("attacks.json", "here", attack(*runs)))


def drawn(*steps: dict[str, Any], breaks: bool = True) -> Page:
    return Page(diagram(told(list(steps)).runs[0], "a label", ("it breaks", "for a reason"), breaks))


def arrows(page: Page) -> list[str]:
    """The classes of each arrow that is no head and no event."""
    classes = [one.attributes["class"] for one in page.of("path", "step")]
    return [found for found in classes if "head" not in found.split() and "event" not in found.split()]


@pytest.mark.parametrize("count", [0, 1, 3, 12])
def test_an_arrow_and_a_number_for_each_step(count: int) -> None:
    page = drawn(*(step(KINDS[number % 3], by=f"co-{number % 4}") for number in range(count)))
    assert len(arrows(page)) == count
    assert [one.text for one in page.of("text", "number")] == [str(number) for number in range(1, count + 1)]
    assert len(page.of("circle", "broken")) == min(count, 1)


def test_deviating_parties_are_marked_by_words_and_frames() -> None:
    page = drawn(step(by="co-1"), step(by="mo-1", role="MO", deviating=False), step("forged", by="a peer", role="signs"))
    assert [one.text for one in page.of("text", "role")] == ["CO, deviating", "MO", "signs, deviating"]
    assert len(page.of("rect", "inner")) == len(page.of("rect", "deviating")) == 2
    assert ["deviates" in found.split() for found in arrows(page)] == [True, False, True]
    words = [one.text for one in page.of("text", "call")]
    assert words == ["JoinCI", "JoinCI", "forged write set: JoinCI"]


def test_steps_off_the_ledger() -> None:
    page = drawn(step("off_ledger", name="Train"), step("off_ledger", name="SendSubset", reaches={"do-1": "DO", "do-2": "DO"}))
    assert [one.text for one in page.of("text", "name")] == ["co-1", "do-1", "do-2", "ledger"]
    assert all("off-ledger" in found.split() for found in arrows(page)) and len(arrows(page)) == 3
    assert [one.text for one in page.of("text", "call")] == ["off the ledger: Train", "off the ledger: SendSubset"]


def test_events_come_from_the_ledger() -> None:
    page = drawn(step(event="InstanceJoined(ci-1)"), step())
    assert [one.text for one in page.of("text", "event")] == ["event InstanceJoined(ci-1)"]


def test_the_band_says_what_breaks() -> None:
    assert len(drawn(step()).of("rect", "breaks")) == 1 and drawn(step()).of("text", "breaks")[0].text == "it breaks"
    page = drawn(step(), breaks=False)
    assert page.of("rect", "breaks") == page.of("circle", "broken") == []


def test_everything_lies_within_the_drawing() -> None:
    long = {f"argument_{number}": "x" * 60 for number in range(9)}
    steps = [step(KINDS[number % 3], by=f"a member with a long name {number}", arguments=long, event="e" * 300) for number in range(9)]
    page = drawn(*steps)
    _, _, width, height = map(float, page.of("svg")[0].attributes["viewbox"].split())
    for one in page.elements:
        numbers = [float(one.attributes[name]) for name in ("x", "cx") if name in one.attributes]
        assert all(0 <= number <= width for number in numbers) and float(one.attributes.get("y", 0)) <= height


def test_mermaid_has_an_arrow_for_each_step_and_names_deviators() -> None:
    run = told([step(event="Joined(ci-1)"), step("off_ledger", name="Train"), step("off_ledger", reaches={"do-1": "DO"})]).runs[0]
    lines = sequence(run, ("it breaks",))
    assert lines[:3] == ["```mermaid", "sequenceDiagram", "    autonumber"] and lines[-2:] == ["```", ""]
    assert "    participant p1 as co-1 (CO, deviating)" in lines and "    participant p2 as do-1 (DO)" in lines
    shown = [line for line in lines if ">>" in line]
    assert [re.match(r"    (\w+)(-?->>)(\w+): ", line).groups() for line in shown] == [  # type: ignore[union-attr]
        ("p1", "->>", "ledger"), ("p1", "-->>", "p1"), ("p1", "-->>", "p2"),
    ]  # fmt: skip
    assert "    Note over ledger: event Joined(ci-1)" in lines and "    Note over p1,ledger: it breaks" in lines


@pytest.mark.parametrize(("reaches", "title", "band"), [
    (False, "Attack on C1 by CO: 1 step", "✗ C1 breaks after step 1:"),
    (True, "A run of CO to C1: 1 step", "✓ C1 is reached after step 1:"),
])  # fmt: skip
def test_a_run_that_reaches_a_claim_is_no_attack_on_it(reaches: bool, title: str, band: str) -> None:
    statement = Statement("C1", "claim-C1", "C1", "title", "quoted", "L1", (), "", ())
    run = Told("here", told([step()]), ("CO",), ("witnesses/C1.json",), reaches)
    assert words.attack_title(statement, run) == title
    assert words.ending(statement, run, 0)[0] == band
    assert bool(Page("".join(map(str, attack_parts(statement, run, "")))).of("circle", "broken")) is not reaches
