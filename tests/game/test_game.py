"""What strategies pay: read off the text's money, linear in its prices, decided for all of them; and what falls without an assumption."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from adversaries.strategies import DEVIATING, strategy
from marketproof.__main__ import main
from marketproof.bench import Bench
from marketproof.commands import claims_named
from marketproof.errors import UserError
from marketproof.gaming import decide_game, examined, numbers_of, profitable
from marketproof.store import Store
from marketproof.variants import load, variant_named
from model.arithmetic import decide
from model.eliminating import prices_alone
from model.incentives import Gain, gains, told, weakest
from model.payoffs import BASE, Game, NotLinear, added, at, decoded, powers, prices
from model.scope import Scope
from properties.payoffs import ASSUMED, NUMBERS, OF_TEXT, at_least_nothing
from spec.amendments import Amendment
from spec.hardened import money, words
from spec.hardened.words import ESCROW, ROUND
from spec.language import becomes, conjunction, implies

REFUTED = {
    "paper": {"C18/work", "C18/lazy", "C38/CO", "C38/MO", "C39g", "C40g/pairs", "C40g/audited"},
    "hardened": {"C40g/pairs", "C40g/audited"},
}
LABELS = ("C18/work", "C18/lazy", "C38/CO", "C38/MO", "C38/DO", "C39g", "C40g/pairs", "C40g/audited")


@cache
def bench_of(variant: str) -> Bench:
    return Bench(load(variant, []), store=Store(), source=variant)


@cache
def game_of(variant: str, scope: str) -> Game:
    return Game(lambda: variant_named(variant).load(), Scope.parse(scope))


@pytest.mark.parametrize("variant", ["paper", "hardened"])
def test_which_claims_of_incentives_fall(variant: str) -> None:
    rows = {label: decide_game(bench_of(variant), claims_named(label)[0]).row for label in LABELS}
    assert {label for label, row in rows.items() if row.verdict == "refuted"} == REFUTED[variant]
    assert all(row.verdict in ("refuted", "holds_to") and "cvc5 confirms" in row.confirmed for row in rows.values())
    assert all("X14" in " ".join(row.assumptions) for row in rows.values()) == (variant == "paper")


def test_honest_work_is_paid_as_the_text_says() -> None:
    paid = game_of("hardened", "1x3").payoffs({})
    assert paid["co-1"] == {"fee": 1, "cost": -1} and paid["do-1"] == {"royalty": 3}
    assert paid["mo-1"] == {"fee": -3, "royalty": -3, "value": 1}
    assert game_of("paper", "1x3").payoffs({})["co-1"] == {"cost": -1}


def test_money_goes_nowhere_but_to_members_and_arbiters() -> None:
    """In every play the sums of all members differ from nothing by stakes that went to the arbiters alone."""
    game = game_of("hardened", "1x3")
    for one in DEVIATING:
        member = next(member for member, role in game.members.items() if role == one.role)
        total: dict[str, int] = {}
        for payoff in game.payoffs({member: one}).values():
            total = added(total, {name: number for name, number in payoff.items() if NUMBERS[name].text})
        assert set(total) <= {"stake"} and total.get("stake", 0) <= 0, (one.name, total)


def test_a_forger_that_disputes_gets_its_own_bounty() -> None:
    """Not said anywhere, and found: whoever forges and then disputes the result is convicted, and paid a bounty out of its own bond."""
    forged = game_of("hardened", "1x3").payoffs({"co-1": strategy("CO", "forge")})["co-1"]
    assert forged == {"bounty": 1, "co_bond": -1, "whitewash": -1}


def test_a_sum_of_prices_is_read_back() -> None:
    set_ = powers()
    amount = 3 * set_["FEE"] - 2 * set_["CO_BOND"] + set_["STAKE"]
    assert decoded(amount) == {"co_bond": -2, "fee": 3, "stake": 1}
    with pytest.raises(NotLinear):
        decoded(amount + 1)
    assert all(one.text in set_ for one in OF_TEXT) and set_["PURSE"] > set_["DO_BOND"] * BASE


def test_a_text_that_cannot_be_loaded_again_is_refused() -> None:
    weak = variant_named("hardened").load(waive=("require CommitTJ.no_job",))
    with pytest.raises(UserError, match="loaded again"):
        decide_game(Bench(weak, source="hardened"), claims_named("C38/DO")[0])


def test_prices_are_put_back() -> None:
    before = money.FEE, words.FEE, money.PRICE
    with pytest.raises(ZeroDivisionError), prices({"FEE": 77, "ROYALTY": 3}):
        assert money.PRICE == 80
        raise ZeroDivisionError
    assert (money.FEE, words.FEE, money.PRICE) == before


def test_payoffs_hold_at_other_prices_too() -> None:
    """The formula against a play at prices that are neither the text's nor powers."""
    other = {"STAKE": 2, "BOUNTY": 5, "SILENCE_FEE": 3, "ROYALTY": 4, "FEE": 11, "CO_BOND": 13, "MO_BOND": 17, "DO_BOND": 19}
    with prices(other):
        there = game_of("hardened", "1x3").table()
    for name in ("silent", "forge", "withhold"):
        chosen = {"co-1": strategy("CO", name)}
        play = there.play(chosen)
        for member, payoff in game_of("hardened", "1x3").payoffs(chosen).items():
            expected = at({n: k for n, k in payoff.items() if NUMBERS[n].text}, {n.name: other[n.text] for n in OF_TEXT})
            assert play.money[-1][member] - play.money[0][member] == expected


@pytest.mark.parametrize("dropped", [one.name for one in ASSUMED])
def test_each_assumption_is_needed_somewhere(dropped: str) -> None:
    """Without it some gain that is nothing under all of them is above nothing for some numbers."""
    game = game_of("hardened", "1x3")
    found = [*gains(game, "unilateral", "CO", ()), *gains(game, "unilateral", "MO", ()), *gains(game, "lazy", "", ())]
    kept = conjunction(at_least_nothing(), *(one.holds(3) for one in ASSUMED if one.name != dropped))
    falls = [one.name for one in found if decide(implies(kept, one.pays_nothing)).verdict == "refuted"]
    assert falls


def test_without_the_slash_forging_pays() -> None:
    """Drop one: where a conviction costs nothing of the bond, forging beats work."""
    keep = Amendment("replace_effect", "SettleJob.take", "a test", lambda tx, couple, round, instance: kept(couple, round, instance))
    weak = variant_named("hardened").amended("weak", "no bond is lost", keep)
    game = Game(weak.load, Scope.parse("1x3"))
    found = list(gains(game, "unilateral", "CO", ("forge",)))
    assert "cost" in told(found[0]) and "co_bond" not in told(found[0])


def kept(couple: Any, round: Any, instance: Any) -> list[Any]:
    """What settling takes from the escrow, and nothing of the bond."""
    escrow, row = ESCROW[couple], ROUND[couple, round]
    return [becomes(escrow.held, escrow.held - money.PRICE), becomes(row.held, row.held - money.PRICE)]


def test_the_weakest_condition_is_minimal_and_readable() -> None:
    cheap = Gain("a", "1x1", {}, (), {"cost": 1, "fee": -1})
    dear = Gain("b", "1x1", {}, (), {"cost": 2, "fee": -2, "co_bond": -2})
    assert weakest([cheap, dear]) == ["cost <= fee"] and weakest([dear]) == ["cost <= fee + co_bond"]
    assert weakest([Gain("c", "1x1", {}, (), {"stake": -1})]) == []
    chance = Gain("d", "1x1", {}, (), {"cost": 2}, {"co_bond": -2})
    assert told(chance) == "cost <= audit * (co_bond)"


def test_what_is_left_for_the_prices() -> None:
    forged = Gain("a", "1x1", {}, (), {"bounty": 1, "cost": 1, "fee": -1, "co_bond": -1})
    assert prices_alone([forged.pays_nothing], 3) == "bounty <= co_bond"
    assert prices_alone([Gain("b", "1x1", {}, (), {"cost": 1, "fee": -1}).pays_nothing], 3) == "any prices"
    assert prices_alone([Gain("c", "1x1", {}, (), {"cost": 1}).pays_nothing], 3) == "no prices"


def test_the_cheapest_deviation_at_given_numbers() -> None:
    parts = examined(bench_of("hardened"))
    lines = profitable(parts, numbers_of([]))
    assert lines[0]["name"] == "co-1: forge, co-2: forge" and lines[0]["outlay"] == "0"
    assert Fraction(lines[0]["gain"]) == 2 * Fraction(NUMBERS["cost"].default)
    dear = profitable(parts, numbers_of([("cost", "4")]))
    assert any(line["claim"] == "C18/work" and line["name"].endswith("silent") for line in dear)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["game", "--json", "--set", "cost=1/4"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["numbers"]["cost"] == "1/4" and said["parts"]["C38/DO"]["weakest"] == []
    assert main(["game"]) == 0 and "cheapest first" in capsys.readouterr().out
    for wrong in ("cost=x", "audit=2", "nothing=1", "cost=-1", "cost"):
        assert main(["game", "--set", wrong]) == 2
        assert wrong.partition("=")[0] in capsys.readouterr().err
