"""Every adversary wins somewhere or is listed as one that does not; what wins is found again, and what loses nothing is told as a win."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import pytest

from adversaries.behaviours import BEHAVIOURS
from adversaries.coalitions import COALITIONS
from adversaries.declared import FAMILIES, Declared, declared
from adversaries.strategies import DEVIATING
from marketproof.__main__ import main
from marketproof.adversaries import Winning
from marketproof.progress import Progress
from marketproof.winning import PARTS, behaving, by_power, lacking
from model.scope import Scope

BY_LABEL = {one.label: one for one in declared()}
AGAIN = {
    "behaviour MO restart": ("C25/once", "paper"),
    "behaviour CO rejoin": ("C11", "paper"),
    "knowledge reread": ("C14/reading", "paper"),
    "knowledge fetch_logs": ("C08", "paper"),
    "strategy CO withhold": ("C32/closed", "paper"),
    "strategy DO no approval": ("C32/ended", "paper"),
    "strategy MO no payment": ("C38/MO", "paper"),
    "grinding MO restart": ("C25", "paper"),
    "grinding MO leave": ("C25", "hardened"),
    "power forge": ("C02/assigned", "paper"),
}


@functools.cache
def winning() -> Winning:
    return Winning(Progress(False))


def test_adversaries_are_declared_once_each_in_a_family() -> None:
    labels = [one.label for one in declared()]
    assert len(labels) == len(set(labels)) and {one.family for one in declared()} == set(FAMILIES)
    assert all(one.described for one in declared())


@pytest.mark.parametrize("label", AGAIN)
def test_it_wins_where_it_is_said_to(label: str) -> None:
    win = winning().first(BY_LABEL[label])
    assert win is not None and (win.claim, win.text) == AGAIN[label] and win.steps > 0


def test_an_adversary_that_does_its_duty_wins_nowhere() -> None:
    dutiful = replace(BEHAVIOURS["honest"], deviating=True)
    assert list(behaving(winning().bench("paper"), dutiful, "co-1")) == []


def test_what_the_repaired_text_stops_is_no_win_there() -> None:
    assert list(behaving(winning().bench("hardened"), BEHAVIOURS["rejoin"], "co-1")) == []


def test_a_strategy_that_only_does_what_a_simpler_one_does_is_no_win_of_its_own() -> None:
    """The paper's text has no complaints, so that who complains there is only silent."""
    complain = next(one for one in DEVIATING if one.name == "complain")
    assert not list(winning().on(Declared("strategy", complain.name, complain.described, "CO"), "paper"))
    assert list(winning().on(BY_LABEL["strategy CO silent"], "paper"))


def test_a_power_that_is_left_out_is_not_used() -> None:
    bench, claim = winning().bench("paper"), PARTS["C02/given"]
    without = lacking(COALITIONS["DO"], "pseudonym")
    assert bench.shortest(claim, without, Scope.parse(claim.scope), 3, "market").attack is None
    found = bench.shortest(claim, COALITIONS["DO"], Scope.parse(claim.scope), 3, "market").attack
    assert found is not None and any(given["caller"] == "pseudonym-1" for _, given in found.runs[0])
    assert not any(win.claim == "C12" for win in [next(by_power(bench, BY_LABEL["power send"]))])


def test_the_command_lists_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adversaries", "--family", "grinding", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["adversaries"]
    assert {row["name"] for row in rows if row["wins"] is None} == {"withheld share"}
    assert main(["adversaries", "--family", "luck"]) == 2 and "choices: behaviour" in capsys.readouterr().err
    assert main(["adversaries", "--family", "power", "--accept"]) == 2
