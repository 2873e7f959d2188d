"""Least coalitions: which break a claim, and what is said of those that they hold."""

from __future__ import annotations

import itertools

from adversaries.coalitions import COALITIONS
from marketproof.least import below, least_coalitions, within
from properties.verdicts import Row
from tests.reports.synthetic import row


def rows(**verdicts: str) -> list[tuple[str, Row]]:
    return [("C1", Row(**row("C1", "only", name.replace("_", "+"), verdict, 2))) for name, verdict in verdicts.items()]


def test_a_coalition_that_holds_a_breaking_one_is_not_least() -> None:
    found = least_coalitions(rows(CO="refuted", CO_CO="refuted", MO="holds_to", DO_CO="refuted", orderer="holds_to"))["C1"]
    assert [one["coalition"] for one in found["least"]] == ["CO"]
    assert found["least"][0]["smaller"] == {"orderer": "holds_to"} and found["verdicts"]["CO+CO"] == "refuted"


def test_several_can_be_least() -> None:
    found = least_coalitions(rows(CO="holds_to", MO="refuted", DO_CO="refuted", peer="refuted", orderer="holds_to"))["C1"]
    assert {one["coalition"] for one in found["least"]} == {"MO", "DO+CO", "peer"}
    assert {one["coalition"]: set(one["smaller"]) for one in found["least"]}["DO+CO"] == {"CO", "orderer"}


def test_nothing_falls() -> None:
    assert least_coalitions(rows(CO="proved", orderer="proved"))["C1"]["least"] == []


def test_it_is_a_partial_order_with_nobody_at_its_bottom() -> None:
    every = list(COALITIONS.values())
    assert all(within(COALITIONS["orderer"], one) and within(one, one) for one in every)
    assert not any(within(a, b) and within(b, a) for a, b in itertools.permutations(every, 2))
    assert all(within(a, c) for a, b, c in itertools.product(every, repeat=3) if within(a, b) and within(b, c))
    assert below("DO", COALITIONS) == ["orderer"] and "peer" not in below("MO+CO", COALITIONS)
