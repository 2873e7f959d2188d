"""Traps: what the search calls one is one by trying everything, what it does not call one is left by a run of honest parties."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adversaries.coalitions import COALITIONS
from ledger_runtime.world import World
from marketproof.bench import Bench, Decided
from marketproof.commands import claims_named
from marketproof.replaying import ReplayFailed, ledger_traps, replay
from model import traps
from model.enumeration import Rows
from model.exploring import Exploration
from model.honest import Honest
from model.scope import Scope
from model.traps import Hunt, TrapSearch
from properties.claims import goal_of
from properties.ranking import Liveness
from spec.hardened.words import now
from spec.schema import using
from spec.tree import TRUE, boolean
from spec.variants import variant

PAPER, HARDENED = Bench(variant("paper").load()), Bench(variant("hardened").load())
SMALL = Scope(1, 2)


def hunt(bench: Bench, label: str, deviating: tuple[str, ...], coalition: str) -> Hunt:
    claim = claims_named(label)[0]
    live = goal_of(claim, bench.protocol, bench.protocol.transactions).live[claim.parts[0].name]
    start = bench.market(SMALL, "market").rows
    search = TrapSearch(bench.protocol, bench.compiled, label, live, SMALL, COALITIONS[coalition], start)
    return Hunt(search, deviating, {})


def open_states(found: Hunt, depth: int, most: int) -> Iterator[tuple[Rows, dict[str, str]]]:
    """States in which somebody has not reached the target, the first few of each depth, with the first of them."""
    for level in range(depth + 1):
        opened = ((node.rows, next(found.honest.subjects(node.rows), None)) for node in list(found.nodes(level)))
        yield from itertools.islice(((rows, subject) for rows, subject in opened if subject is not None), most)


def reaches(found: Hunt, rows: Rows, subject: dict[str, str]) -> bool:
    """By trying everything that honest parties can do, without a known run and without doing the first thing first."""
    one = Honest(PAPER.protocol, PAPER.compiled, SMALL, found.honest.claim, found.honest.coalition)
    steps = one.steps_for(one.spares_in_use(rows))
    after = Exploration(rows, lambda state: one.useful(steps, state, subject), 20_000)
    if one.reached(steps, rows, subject):
        return True
    while after.level:
        if any(one.reached(steps, node.rows, subject) for node in after.deeper()):
            return True
        assert not after.limited
    return False


@pytest.mark.parametrize("label", ["C32/closed", "C32/ended"])
@pytest.mark.parametrize(("coalition", "deviating"), [("CO", ("co-1",)), ("MO", ("mo-1",)), ("DO", ("do-1",)), ("orderer", ())])
def test_the_quick_answer_is_that_of_trying_everything(label: str, coalition: str, deviating: tuple[str, ...]) -> None:
    found, answers = hunt(PAPER, label, deviating, coalition), set()
    for rows, subject in open_states(found, 2, 12):
        trapped = found.honest.trap(rows, [subject]) is not None
        answers.add(trapped)
        assert trapped is not reaches(found, rows, subject)
    assert answers, "no state was open"


def decided(bench: Bench, label: str, coalition: str, depth: int = 4) -> Decided:
    return bench.decide(claims_named(label)[0], COALITIONS[coalition], SMALL, depth)


def test_a_claim_with_conditions_on_its_subject_is_searched_for_each_of_them() -> None:
    assert decided(PAPER, "C32/finished", "CO", depth=2).row.depth == 1


def test_a_silent_owner_keeps_a_round_of_the_paper_open_and_none_of_the_hardened_one() -> None:
    assert decided(PAPER, "C32/closed", "CO").row.depth == 1
    held = decided(HARDENED, "C32/closed", "CO", depth=2)
    assert (held.row.verdict, held.row.depth) == ("holds_to", 2)
    assert "honest parties alone reach it from every one of" in held.row.method


def test_a_limit_makes_it_unknown_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Honest.__post_init__

    def narrowed(self: Honest) -> None:
        self.most_states = 3
        whole(self)

    monkeypatch.setattr(Honest, "__post_init__", narrowed)
    row = decided(PAPER, "C32/ended", "CO", depth=0).row
    assert row.verdict == "unknown" and "more than 3 states" in row.reason


def test_a_limit_on_the_states_looked_at_shortens_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traps, "MOST_STATES", 30)
    row = decided(HARDENED, "C32/closed", "CO", depth=4).row
    assert (row.verdict, row.depth) == ("holds_to", 0)


def test_what_is_no_trap_does_not_replay() -> None:
    found = decided(PAPER, "C32/closed", "CO")
    assert found.witness is not None and found.row.replayed
    claim = claims_named("C32/closed")[0]
    with pytest.raises(ReplayFailed, match="still holds"):
        replay(PAPER.protocol, claim, replace(found.witness, runs=[[]], broken_at=0), SMALL)
    with pytest.raises(ReplayFailed, match="still holds"):
        replay(PAPER.protocol, claim, replace(found.witness, deviating=[]), SMALL)


def test_a_witness_that_goes_on_after_the_trap_does_not_replay() -> None:
    found = decided(PAPER, "C32/closed", "CO")
    assert found.witness is not None
    longer = [*found.witness.runs[0], ("CreateCO", {"caller": "co-3", "name": "text", "organization": "text", "public_key": "text"})]
    steps = PAPER.protocol.transactions["CreateCO"].parameters
    longer[-1] = ("CreateCO", {name: value for name, value in longer[-1][1].items() if name in steps})
    with pytest.raises(ReplayFailed, match="a trap already"):
        replay(PAPER.protocol, claims_named("C32/closed")[0], replace(found.witness, runs=[longer], broken_at=2), SMALL)


def test_spare_identifiers_do_not_lead_out_of_the_traps_that_were_found() -> None:
    """At the smallest scope everything can be tried, spare identifiers as well."""
    size = Scope(1, 1)
    claim = claims_named("C32/ended")[0]
    live = goal_of(claim, PAPER.protocol, PAPER.protocol.transactions).live["ended"]
    rows = PAPER.market(size, "market").rows
    one = Honest(PAPER.protocol, PAPER.compiled, size, live, frozenset({"mo-1"}))
    subject = next(iter(one.subjects(rows)))
    steps = one.steps_for(frozenset(value for values in size.universe(PAPER.protocol).values() for value in values))
    after = Exploration(rows, lambda state: one.useful(steps, state, subject), 60_000)
    while after.level and not after.limited:
        assert not any(one.reached(steps, node.rows, subject) for node in after.deeper())
    assert after.states > 300


CLOCKWORK = replace(HARDENED.protocol, transactions={"Tick": HARDENED.protocol.transactions["Tick"]})


def early(skipped: tuple[int, ...]) -> Liveness:
    """That the clock shows less than 2, of runs in which it never shows what is skipped; it stops at 2, out of which nothing leads."""
    with using(CLOCKWORK.schema):
        provided = {f"the clock does not show {number}": boolean(now() != number) for number in skipped}
        return Liveness({}, TRUE, boolean(now() < 2), provided, {"Tick": boolean(now() < 2)})


def trap_of_the_clock(claim: Liveness) -> int | None:
    """How many steps lead to a trap, where nobody deviates."""
    start = HARDENED.market(SMALL, "market").rows
    answer = TrapSearch(CLOCKWORK, HARDENED.compiled, "early", claim, SMALL, COALITIONS["orderer"], start).run(3)
    return None if answer.attack is None else answer.depth


def test_a_run_to_a_trap_stays_where_the_claim_speaks() -> None:
    """What a claim provides for holds in every state of the run, not in the last one alone."""
    assert trap_of_the_clock(early(())) == 2
    assert trap_of_the_clock(early((1,))) is None
    assert trap_of_the_clock(early((0,))) is None, "not in the state in which it starts"


@pytest.mark.parametrize(("skipped", "trapped"), [((), True), ((1,), False)])
def test_a_replay_follows_only_runs_of_the_claim(skipped: tuple[int, ...], trapped: bool) -> None:
    protocol = HARDENED.protocol
    world = World(protocol, SMALL.facts(), frozenset(), SMALL.universe(protocol), compiled=HARDENED.compiled)
    found = ledger_traps(early(skipped), world, SMALL, nobody_takes=[name for name in protocol.transactions if name != "Tick"])
    for _ in range(2):
        found.follow(("Tick", {"caller": "do-1"}))
        world.take(protocol.transactions["Tick"], {"caller": "do-1"})
    assert bool(found.explained()) is trapped
