"""Powers over the order of transactions: found by search, taken on the ledger, and lost where the ledger or the text stops them."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import pytest

from adversaries.ledger import LEDGER_POWERS, NOTHING
from marketproof.__main__ import main
from marketproof.errors import ToolDisagrees
from marketproof.ordering import SCOPE, Powers, members_of
from marketproof.ordering_beside import beside
from marketproof.ordering_ledger import Replay
from marketproof.orders import accepted, bench_of
from marketproof.progress import Progress

HONEST_STEPS = {"paper": 33, "client_time.py": 33, "paper X06=draw": 26, "auction.py": 0, "hardened": 42}
WINS = [
    ("delay", "", "paper", "conflict"),
    ("reorder", "", "paper", "first"),
    ("front-run", "CO", "paper", "blamed"),
    ("discard", "MO", "paper X06=draw", "looks"),
    ("stale read", "", "paper", "C31/rem"),
    ("stale read", "", "hardened", "guards"),
    ("phantom read", "", "auction.py", "serial"),
    ("timestamp", "CO", "client_time.py", "times"),
]


@functools.cache
def powers(text: str) -> Powers:
    """The powers on a text, from one state of its honest run, after so many steps."""
    found = Powers(bench_of(text, Progress(False)))
    found.starts = [start for start in found.starts if len(start.steps) == HONEST_STEPS[text]]
    assert len(found.starts) == 1
    return found


@pytest.mark.parametrize(("power", "by", "text", "judge"), WINS)
def test_it_wins_and_the_signed_ledger_takes_the_run(power: str, by: str, text: str, judge: str) -> None:
    one = powers(text)
    (won,) = [found for found in one.searched(LEDGER_POWERS[power], by).won if found.judge == judge]
    replay = Replay(one.bench.protocol, one.bench.compiled, SCOPE, "signed")
    assert replay.confirm(won.start.steps, members_of(by), LEDGER_POWERS[power], won.found, one.statements[judge].judge) == won.said


@pytest.mark.parametrize(("power", "text"), [("stale read", "paper"), ("phantom read", "auction.py")])
def test_what_needs_a_weak_ledger_is_refused_by_the_other(power: str, text: str) -> None:
    one = powers(text)
    won = next(found for found in one.searched(LEDGER_POWERS[power], "").won if found.judge == "serial")
    strong = replace(LEDGER_POWERS[power], unchecked=frozenset())
    replay = Replay(one.bench.protocol, one.bench.compiled, SCOPE)
    with pytest.raises(ToolDisagrees, match="READ_CONFLICT instead of VALID"):
        replay.confirm(won.start.steps, frozenset(), strong, won.found, one.statements["serial"].judge)


def test_a_run_that_the_ledger_does_not_confirm_is_an_error_of_the_tool() -> None:
    one = powers("paper")
    (won,) = [found for found in one.searched(LEDGER_POWERS["reorder"], "").won if found.judge == "first"]
    replay = Replay(one.bench.protocol, one.bench.compiled, SCOPE)
    power, judge = LEDGER_POWERS["reorder"], one.statements["first"].judge
    place = won.found.place
    in_turn = replace(place.moves[2], action=place.moves[0].action, place=0), replace(place.moves[3], action=place.moves[1].action)
    with pytest.raises(ToolDisagrees, match="does not break first"):
        moved = replace(won.found, place=replace(place, moves=(*place.moves[:2], *in_turn)))
        replay.confirm(won.start.steps, frozenset(), power, moved, judge)
    with pytest.raises(ToolDisagrees, match="rows on the ledger differ"):
        other = replace(won.found, place=replace(place, rows=dict(list(place.rows.items())[1:])))
        replay.confirm(won.start.steps, frozenset(), power, other, judge)


@pytest.mark.parametrize("text", ["paper", "hardened"])
def test_without_a_power_nothing_of_the_order_itself_is_broken(text: str) -> None:
    found, bound = powers(text).found(NOTHING, "", 4)
    assert not {"told", "conflict", "spoiled", "first", "looks", "guards", "serial", "times"} & set(found)
    assert "moves looked at" in bound and "among 0 moves" not in bound


def test_the_repaired_text_gives_a_front_runner_nothing_and_says_within_what() -> None:
    searched = powers("hardened").searched(LEDGER_POWERS["front-run"], "CO")
    assert searched.won == [] and searched.bound.startswith("no run of 6 moves from any of 1 states")


def test_the_smallest_sets_of_forging_peers_are_those_of_the_policies() -> None:
    (paper,) = beside(powers("paper"), "forge")
    (hardened,) = beside(powers("hardened"), "forge")
    assert paper.won[0]["said"].startswith("policy 'any' (the text's own policy): 1 of 3 peers are enough: peer.org-do or")
    own = [one["said"] for one in hardened.won if "the text's own policy" in one["said"]]
    assert [said.partition(":")[2].partition(";")[0] for said in own] == [
        " 2 of 3 peers are enough: peer.org-do and peer.org-co or peer.org-do and peer.org-mo or peer.org-co and peer.org-mo",
        " 2 of 3 peers are enough: peer.org-do and peer.org-co or peer.org-do and peer.org-mo",
    ]


def test_censoring_one_member_leaves_couples_open_in_the_paper_and_not_in_the_repaired_text() -> None:
    fallen = {(tried.by, won["claim"]) for tried in beside(powers("paper"), "censor") for won in tried.won}
    assert ("orderer, against co-1", "C32/closed") in fallen and ("orderer, against mo-1", "C32/closed") not in fallen
    full = Powers(bench_of("hardened", Progress(False)))
    repaired = {won["claim"] for tried in beside(full, "censor") for won in tried.won}
    assert repaired == {"C32/finished"}


def test_an_orderer_that_equivocates_is_noticed_and_other_lies_come_to_nothing() -> None:
    one = Powers(bench_of("hardened", Progress(False)))
    (lie,) = beside(one, "equivocate")
    assert lie.won[0]["claim"] == "C37" and "unnoticed: 0 pairs" in lie.won[0]["said"]
    for name in ("branch", "skip", "tamper", "impersonate"):
        (other,) = beside(one, name)
        assert other.won == [] and not other.bound.startswith("0 ")


def test_the_committed_answers_are_of_the_texts_as_they_are() -> None:
    rows = accepted()
    assert rows is not None and {row["power"] for row in rows if row["won"]} >= set(LEDGER_POWERS)


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path) -> None:
    assert main(["orders", "--variant", "paper", "--power", "delay", "--json", "--save", str(tmp_path / "runs")]) == 0
    (row,) = json.loads(capsys.readouterr().out)["orders"]
    assert row["won"][0]["claim"] == "C42" and row["won"][0]["moves"][-1].endswith("MVCC_READ_CONFLICT")
    (file,) = (tmp_path / "runs").glob("paper-delay*.json")
    assert [move["move"] for move in json.loads(file.read_text())["moves"]] == ["asked", "asked", "committed", "committed"]
    assert main(["orders", "--power", "speed"]) == 2 and "choices: branch" in capsys.readouterr().err
    assert main(["orders", "--power", "delay", "--accept"]) == 2
