"""Disputes and incentives in a report: every dispute, both worlds beside each other, what has to hold; malformed files are refused."""

from __future__ import annotations

from typing import Any

import pytest

from reports.blame import blame_figures, game_figures
from reports.shapes import Malformed, Value


def world(culprits: list[str], told: list[str]) -> dict[str, Any]:
    return {"culprits": culprits, "told": told}


def blame(**more: Any) -> dict[str, Any]:
    found = {
        "dispute": "payment", "sentence": "whether work was paid", "worlds": 3, "to_judge": 1, "undecided": 1,
        "additions": [["Pay"], ["A", "B"]], "view": "byte for byte",
        "pair": [world(["mo-1"], ["1. mo-1 calls CompleteTC()", "2. more"]), world([], ["1. mo-1 does Pay()"])],
    }  # fmt: skip
    timestamp = {"dispute": "timestamp", "not_expressible": "no time", "sentence": "who was late", "pair": []}
    del timestamp["pair"]
    return {"schema": 1, "variant": "paper", "disputes": [found | more, timestamp]}


def named(*parts: str) -> str:
    return "--".join(parts)


def test_every_dispute_has_a_line_and_every_pair_a_table() -> None:
    summary, pair = blame_figures(Value("blame/paper.json", "", blame()), named)
    assert summary.lines[0] == ("payment", "3", "1", "1", "mo-1", "nobody", "Pay, or A and B")
    assert summary.lines[1] == ("timestamp", "", "", "", "", "", "no time")
    assert pair.header == ("step", "mo-1 deviates", "nobody deviates") and "byte for byte" in pair.said
    assert pair.lines == (("1", "mo-1 calls CompleteTC()", "mo-1 does Pay()"), ("2", "more", ""))
    assert all(len(line) == len(one.header) for one in (summary, pair) for line in one.lines)


def test_a_dispute_that_is_decided_has_no_worlds() -> None:
    (summary,) = blame_figures(Value("blame/paper.json", "", blame(pair=[], undecided=0, additions=[])), named)
    assert summary.lines[0] == ("payment", "3", "1", "0", "", "", "")


def test_what_has_to_hold_stands_by_claim() -> None:
    co, do = {"statement": "s", "weakest": ["cost <= fee"], "prices": "any prices"}, {"statement": "t", "weakest": [], "prices": ""}
    parts = {"C38/CO": co, "C38/DO": do}
    (table,) = game_figures(Value("game/paper.json", "", {"schema": 1, "variant": "paper", "parts": parts}), named)
    assert table.lines[0] == ("C38/CO", "s", "cost <= fee", "any prices") and table.claims == ("C38",)
    assert table.lines[1][2] == "all numbers are at least 0"


WRONG = [({"worlds": "3"}, "a whole number"), ({"additions": ["Pay"]}, "a list"), ({"view": 1}, "a text")]


@pytest.mark.parametrize(("more", "said"), WRONG)
def test_what_is_malformed_is_refused_by_file(more: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        blame_figures(Value("blame/paper.json", "", blame(**more)), named)
    with pytest.raises(Malformed, match="schema"):
        game_figures(Value("game/paper.json", "", {"schema": 2}), named)
