"""Bias of the selection: chances by playing the text, what closed forms and weakened texts say, and the same plays on ledgers."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adversaries.grinding import GRINDING, grinding
from marketproof.__main__ import main
from marketproof.bench import Bench
from marketproof.bias import bias_evidence, readings_of, tables
from marketproof.sampled_bias import OnLedger, Sampling
from marketproof.variants import load, variant_named
from model.bias import Ground, possible
from model.chance import STEPS, at_least, bonds_forfeited, frequency_bounds, suits_after
from model.chances import Ideal, Told, every_way
from model.grinding import DO, Concrete, Play
from model.scope import Scope
from reports.numbers import figures_of
from reports.shapes import parsed
from spec.amendments import Amendment
from spec.drawing import drawn_by, entry, permutation
from spec.hardened import money
from spec.hardened.words import ESCROW, PROGRESS, TREASURY
from spec.language import becomes, choose

HALF, ALL = Fraction(1, 2), Fraction(1)
Readings = tuple[tuple[str, str], ...]
DRAW: Readings = (("X06", "draw"),)
SUITS = {
    ("paper", ()): {"restart": ALL},
    ("paper", DRAW): dict.fromkeys(("discard", "restart", "fresh couple", "pseudonym"), Fraction(3, 4)) | {"own draw": ALL},
    ("hardened", ()): dict.fromkeys(("leave", "pseudonym", "withheld last share"), Fraction(3, 4)),
}
"""The chance of what suits with one look more, where that is not the chance as drawn."""


@cache
def ground_of(variant: str, readings: Readings = (), scope: str = "4x2", waived: tuple[str, ...] = (), priced: bool = True) -> Ground:
    return Ground(lambda: variant_named(variant).load(dict(readings), waive=waived), Scope.parse(scope), priced=priced)


@pytest.mark.parametrize("scope", ["2x2", "3x2", "4x2"])
@pytest.mark.parametrize(("variant", "readings"), SUITS)
def test_which_strategies_gain(variant: str, readings: Readings, scope: str) -> None:
    ground = ground_of(variant, readings, scope)
    base = ground.law(grinding("discard"), 0)
    assert base.suits == (HALF if readings or variant == "hardened" else ALL if scope == "3x2" else 0)
    for strategy in possible(ground.protocol):
        law = ground.law(strategy, 1)
        assert sum(law.kept.values()) == 1 and None not in law.kept
        if base.suits < 1:
            assert law.suits == SUITS[variant, readings].get(strategy.name, base.suits), strategy.name


@pytest.mark.parametrize("again", [1, 2])
def test_closed_forms_say_the_same(again: int) -> None:
    leave = ground_of("hardened").law(grinding("leave"), again)
    assert leave.suits == suits_after(HALF, again) and leave.lost == {"mo_bond": bonds_forfeited(HALF, again)}
    discard = ground_of("paper", DRAW).law(grinding("discard"), again)
    assert discard.suits == suits_after(HALF, again) and discard.endorsed == 1 + bonds_forfeited(HALF, again) and discard.own == 2


def test_a_gain_costs_its_bonds_but_not_together_with_the_do() -> None:
    """The bond of a DO that withholds its share goes to the MO: to both together nothing is lost, whatever the bond."""
    ground = ground_of("hardened")
    for name, lost in (("leave", {"mo_bond": HALF}), ("pseudonym", {"mo_bond": HALF}), ("withheld last share", {})):
        law = ground.law(grinding(name), 1)
        assert law.suits - HALF == Fraction(1, 4) and law.lost == lost
    assert ground.law(grinding("withheld share"), 0).lost == {"mo_bond": 1}


def burnt(tx: Any, couple: Any) -> Any:
    """The bond of a DO that withholds its share goes to the treasury, and nothing else of a couple that ends is lost."""
    escrow, progress, arbiters = ESCROW[couple], PROGRESS[couple], TREASURY[()].arbiters
    withheld = (progress.mo_share != None) & (progress.do_share == None)
    return [
        *money.pay((couple.mod.owner, escrow.mo_bond), (couple.ds.owner, choose(withheld, 0, escrow.do_bond))),
        becomes(escrow.mo_bond, 0), becomes(escrow.do_bond, 0), becomes(arbiters, arbiters + choose(withheld, escrow.do_bond, 0)),
    ]  # fmt: skip


def test_a_bond_that_is_burnt_makes_both_pay() -> None:
    amended = variant_named("hardened").amended(
        "burnt", "withheld shares cost both", Amendment("replace_effect", "CloseTC.bonds", "C25: an MO gets its own DO's bond", burnt)
    )
    law = Ground(amended.load, Scope.parse("2x2")).law(grinding("withheld last share"), 1)
    assert law.suits == Fraction(3, 4) and law.lost == {"do_bond": HALF}


def test_who_is_refused_is_refused_by_a_guard_of_the_text() -> None:
    ground = ground_of("hardened")
    assert ground.law(grinding("restart"), 1).refused == {"StartRound.previous_closed": HALF}
    assert ground.law(grinding("fresh couple"), 1).refused == {"RequestTC.no_open_couple": HALF}
    assert [one.name for one in GRINDING if one not in possible(ground_of("paper").protocol)] == [
        "leave", "withheld share", "withheld last share"]  # fmt: skip


@pytest.mark.parametrize(
    ("waived", "name", "suits"),
    [("require StartRound.previous_closed", "restart", ALL), ("require RequestTC.no_open_couple", "fresh couple", Fraction(3, 4))],
)
def test_without_the_guard_the_strategy_gains(waived: str, name: str, suits: Fraction) -> None:
    law = ground_of("hardened", waived=(waived,)).law(grinding(name), 1)
    assert law.suits == suits and not law.refused


def test_what_the_mo_observes() -> None:
    """By turns and by batches the rank is 2 after two rounds, drawn it stays 1 with chance 2^(1-r); no model follows alone."""
    by_turns, drawn, batches = (ground_of(*which).observed(4) for which in SUITS)
    assert [ranks for ranks, _ in by_turns] == [ranks for ranks, _ in batches] == [{1: 1}, {2: 1}, {2: 1}, {2: 1}]
    assert [ranks[1] for ranks, _ in drawn] == [Fraction(2, 2**rounds) for rounds in (1, 2, 3, 4)]
    assert all(alone == 0 for observed in (by_turns, drawn, batches) for _, alone in observed)
    assert [alone for _, alone in ground_of("hardened", scope="2x2").observed(2)] == [1, 1]


def test_every_way_is_every_way() -> None:
    def play(chance: Any) -> tuple[int, ...]:
        first = chance.pick((2, 3))
        return first, *(chance.pick(range(first)) for _ in range(2))

    ways = list(every_way(play))
    assert len({found for _, found in ways}) == len(ways) == 4 + 9 and sum(weight for weight, _ in ways) == 1
    assert {weight for weight, (first, *_) in ways if first == 3} == {Fraction(1, 18)}


def test_the_same_seed_draws_the_same_and_afterwards_the_hash_draws_again() -> None:
    ideal = Ideal(Told([4]))
    with drawn_by(ideal):
        assert entry(0, 3, "a") == entry(0, 3, "a") == 2 and entry(0, 3, "b") == 0
    assert entry(0, 3, "a") == permutation(3, "a")[0]


@pytest.mark.parametrize("found", [0, 1, 7, 19, 20])
def test_bounds_are_the_tightest_that_the_risk_allows(found: int) -> None:
    tries, risk = 20, Fraction(1, 100)
    low, high = frequency_bounds(found, tries, risk)
    step = Fraction(1, STEPS)
    assert low <= Fraction(found, tries) <= high
    assert (found == 0 and low == 0) or at_least(tries, found, low) <= risk / 2 < at_least(tries, found, low + step)
    missing = tries - found
    assert (missing == 0 and high == 1) or at_least(tries, missing, 1 - high) <= risk / 2 < at_least(tries, missing, 1 - high + step)


class OfNames(OnLedger):
    """Shares are those of the environment, so that both meanings draw the same permutations."""

    def share(self, member: str, couple: str) -> str:
        return f"Share({member})"


@pytest.mark.parametrize(("variant", "readings"), SUITS)
def test_the_text_and_the_ledger_play_alike(variant: str, readings: Readings) -> None:
    ground = ground_of(variant, readings, "2x2", priced=False)
    engine = Sampling(ground).engine
    for strategy in possible(ground.protocol):
        coalition = frozenset({"mo-1", "pseudonym-1", *((DO,) if "DO" in strategy.of else ())})
        concrete = Concrete(ground.protocol, ground.compiled, dict(ground.start), ground.values, coalition)
        for aim in ground.reading.subsets:
            stages = (concrete.fresh(), OfNames(ground, engine, "0"))
            first, second = (Play(stage, ground.reading, strategy, aim, 1, Told([1, 2])).run() for stage in stages)
            assert first == second and first.selection is not None, (strategy.name, aim)


@pytest.mark.parametrize(("variant", "samples"), [("paper", 60), ("hardened", 60)])
def test_frequencies_on_ledgers_are_within_the_bounds(variant: str, samples: int) -> None:
    bench = Bench(load(variant, []), seed=3, source=variant)
    found = [one for one in tables(bench, samples) if one.name.startswith("sampled")]
    assert len(found) == len(readings_of(bench.protocol)) - (variant == "hardened")
    for line in (line for table in found for line in table.drawn.lines):
        strategy, _, exact, seen, of, low, high, within = line
        assert of == samples and low <= exact <= high and within == "yes", line
        assert exact in (0, 1) or 0 < seen < samples, strategy


def test_the_evidence_is_a_table_that_the_report_reads() -> None:
    figures = figures_of(parsed("bias/paper.json", bias_evidence(Bench(load("paper", []), source="paper"))), lambda _, name: name)
    assert [one.anchor for one in figures] == [
        f"{table} paper{reading}" for reading in ("", " X06=draw") for table in ("bias", "price", "refused", "observed")]  # fmt: skip
    restart = next(line for line in figures[0].lines if line[:2] == ("restart", "1"))
    assert restart[2:] == ("1", "dss-2 and dss-4: 1")


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bias", "--variant", "hardened", "--samples", "2", "--seed", "5", "--json"]) == 0
    first = capsys.readouterr().out
    assert {table["name"] for table in json.loads(first)["tables"]} == {
        f"{table} hardened" for table in ("bias", "price", "refused", "observed", "sampled")}  # fmt: skip
    assert main(["bias", "--samples", "0"]) == 0 and "StartRound" not in (shown := capsys.readouterr().out) and "own draw" in shown
    assert main(["bias", "--samples", "-1"]) == 2 and "0 to 10000" in capsys.readouterr().err


def test_a_text_in_which_no_round_is_started_is_told() -> None:
    found = {one.name: one.drawn.lines for one in tables(Bench(load("paper", [("X13", "as_printed")]), source="paper"), 0)}
    assert found["refused paper"][0][2:] == ("StartRound.couple_approved", 1) and found["bias paper"][0][2:] == (0, "none: 1")
    assert found["observed paper"] == ((1, "honest parties start no such round", None, None),)


def test_who_names_the_subset_gets_it() -> None:
    assert ground_of("paper", (("X17", "subset"),)).law(grinding("discard"), 0).kept == {("dss-4",): 1}


FINED = """
from spec.amendments import Amendment
from spec.hardened import money
from spec.language import INTEGER, literal
from spec.variants import variant

def fine(tx, couple):
    return money.pay((couple.mod.owner, literal(-7, INTEGER)))

CHANGE = Amendment("replace_effect", "CloseTC.bonds", "a price of no name", fine)
VARIANT = variant("hardened").amended("fined", "who leaves pays 7", CHANGE)
"""


def test_what_is_no_sum_of_prices_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "fined.py"
    file.write_text(FINED)
    (only,) = tables(Bench(load(str(file), []), source=str(file)), 0)
    verdict, reason = only.drawn.lines[0]
    assert verdict == "unknown" and "no sum of prices" in str(reason)
