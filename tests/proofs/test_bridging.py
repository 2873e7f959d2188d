"""The bridging theorem is proved of every transaction, and a statement of what is read that says too much is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from marketproof.bench import Bench
from marketproof.bridging import RESOURCES, Bridging, prove_bridging
from model import formulas as f
from model import validation_rule
from model.bridging import LADDER, covers, prove_covers, two_states
from model.induction import DEFAULTS, Question, Settings
from model.own_reads import prove_no_own_reads, prove_ranges
from properties.bridging import EXISTS, Clause, Holds, Reading, clauses
from spec.kinds import BOOLEAN, INTEGER
from spec.language import becomes, every, printed, some
from spec.text import Protocol, Text
from spec.tracing import Transaction
from spec.variants import variant
from tests.proofs import warehouse
from tests.proofs.random_texts import random_text

VARIANTS = ("paper", "hardened")
FULL = replace(DEFAULTS, ladder=LADDER, resources=RESOURCES)
ONCE = replace(DEFAULTS, ladder=LADDER[:2])
SEEDS = range(20)


@cache
def protocol(name: str) -> Protocol:
    return variant(name).load()


@cache
def bridging(name: str) -> Bridging:
    return prove_bridging(Bench(protocol(name)))


def ledger_steps(of: Protocol) -> list[Transaction]:
    return [step for step in of.transactions.values() if step.on_ledger]


def outcomes(of: Protocol, step: Transaction, settings: Settings = FULL) -> dict[str, str]:
    return {o.goal: o.outcome for o in prove_covers(of, step, clauses(of.schema, step), settings)}


# --- the theorem ---


@pytest.mark.parametrize("name", VARIANTS)
def test_every_transaction_is_bridged(name: str) -> None:
    found, steps = bridging(name), ledger_steps(protocol(name))
    assert found.proved and [one.name for one in found.transactions] == [step.name for step in steps]
    for one, step in zip(found.transactions, steps, strict=True):
        goals = [known.obligation.goal for known in one.obligations]
        wanted = [*(f"guard {g}" for g in step.guards), *(f"effect {e}" for e in step.effects), *(f"event {e}" for e in step.events)]
        assert goals == [*(f"reads cover {clause}" for clause in wanted), "reads cover the outcome", "ranges"]
        assert all(known.second == "confirmed" for known in one.obligations if known.obligation.by == "solver")


SWITCHES = [(name, reading) for name, switch in protocol("paper").switches.items() for reading in switch.readings]


@pytest.mark.parametrize(("name", "reading"), SWITCHES)
def test_every_reading_of_the_papers_contradictions_is_bridged(name: str, reading: str) -> None:
    of = variant("paper").load({name: reading})
    assert {outcome for step in ledger_steps(of) for outcome in outcomes(of, step).values()} == {"proved"}


def test_every_step_of_the_warehouse_is_bridged() -> None:
    steps = ledger_steps(warehouse.loaded())
    assert all(set(outcomes(warehouse.loaded(), step).values()) == {"proved"} for step in steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_transactions_are_bridged(seed: int) -> None:
    found = random_text(seed)
    assert {outcome for step in ledger_steps(found) for outcome in outcomes(found, step).values()} == {"proved"}


@pytest.mark.parametrize("name", VARIANTS)
def test_agreement_is_possible(name: str) -> None:
    """The hypotheses of a question do not contradict each other: from them alone nothing false follows."""
    of = protocol(name)
    for step in ledger_steps(of):
        for clause in clauses(of.schema, step):
            states = two_states(of, step, DEFAULTS.engine)
            states.same(clause)
            agreed = [("agree", states.agree(reading)) for reading in clause.readings]
            question = Question(of, step.name, states.meaning, [*states.given, *agreed], {}, {}, ONCE)
            assert question.settle("nothing", f.FALSE).outcome == "failed", (step.name, clause.name)


# --- what is read, said wrongly ---


def without(clause: Clause, dropped: Callable[[Reading], bool]) -> Clause:
    return replace(clause, readings=tuple(reading for reading in clause.readings if not dropped(reading)))


def rows_of(of: Protocol, clause: Clause) -> list[tuple[object, ...]]:
    """The rows that a clause reads one by one, but for those of which it asks no more than a range that it reads tells."""
    single = [reading for reading in clause.readings if len(reading.keys) == len(of.schema.tables[reading.table].key)]
    ranges = {reading.row for reading in clause.readings if reading not in single}
    asked = {reading.row: {known.cell for known in single if known.row == reading.row} for reading in single}
    return [row for row, cells in asked.items() if not (cells == {EXISTS} and any(row[: len(found)] == found for found in ranges))]


@pytest.mark.parametrize(("name", "share"), [("paper", 1), ("hardened", 4)])
def test_a_read_that_is_left_out_is_missed(name: str, share: int) -> None:
    of, missed = protocol(name), 0
    for step in ledger_steps(of)[::share]:
        for clause in clauses(of.schema, step):
            for row in rows_of(of, clause):
                less = without(clause, lambda reading, row=row: reading.row == row)  # type: ignore[misc]
                outcome = covers(of, step, less, ONCE).outcome
                assert outcome == "failed", (step.name, clause.name, row[0])
                missed += 1
    assert missed > 40


@pytest.mark.parametrize("name", ["StartRound", "CloseTC", "OpenReveal", "TakeResult", "CloseRound", "SettleDispute", "SettleJob"])
def test_a_range_that_is_read_as_its_rows_is_missed(name: str) -> None:
    """All rows that were there are read one by one: a row that appears is not noticed."""
    of, step, ranged = protocol("hardened"), protocol("hardened").transactions[name], 0
    for clause in clauses(of.schema, step):
        def is_range(reading: Reading) -> bool:
            return len(reading.keys) < len(of.schema.tables[reading.table].key)

        if any(map(is_range, clause.readings)):
            assert covers(of, step, clause, FULL).outcome == "proved" != covers(of, step, without(clause, is_range), ONCE).outcome
            ranged += 1
    assert ranged


@pytest.mark.parametrize("name", VARIANTS)
def test_a_path_that_is_too_narrow_is_missed(name: str) -> None:
    """A guard's readings are said to happen only where it holds: a refusal would be computed from nothing."""
    of, missed = protocol(name), 0
    for step in ledger_steps(of):
        for clause in clauses(of.schema, step):
            if clause.guard is not None and clause.readings:
                held = tuple(replace(reading, path=(Holds(clause.guard), *reading.path)) for reading in clause.readings)
                assert covers(of, step, replace(clause, readings=held), ONCE).outcome == "failed", (step.name, clause.name)
                missed += 1
    assert missed > 20


# --- own reads ---

LISTED = {
    "paper": {
        "ApproveTC": ["effect AddJobToCouple of TC.jobs_length"], "UpdateTJ": ["event RoundComplete of TC.rem"],
        "StartRound": ["effect SelectSubsets of TC.round", "effect SetRemaining of TC.round"],
    },
    "hardened": {
        "ApproveTC": ["effect roster of CI.engaged"],
        "StartRound": [
            "effect open of TC.round", "effect slots of TC.round", "effect advance of Progress.position",
            "effect reserve of Progress.epoch", "effect reserve of Progress.position", "effect reserve of TC.round",
        ],
        **{name: ["effect bonds of Account.balance"] for name in ("CompleteTC", "CancelTC", "CloseTC")},
        "DisputeResult": ["effect stake of Account.balance"], "SettleJob": ["effect pay of Account.balance"],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_own_reads_are_listed(name: str) -> None:
    assert {one.name: one.listed for one in bridging(name).transactions if one.listed} == LISTED[name]


Body = Callable[[Any, Any, Any, Any], None]


def small(*bodies: Body) -> Protocol:
    """A protocol of boxes, each step with two of them and a number."""
    text = Text("small", "small", roles=("Keeper",))
    box = text.table("Box", "", "", {"size": printed(INTEGER, 1), "other": printed(INTEGER, 1), "open": printed(BOOLEAN, 1)})
    for number, body in enumerate(bodies):
        text.transaction(caller="Keeper", cites="1")(step_of(body, box, f"step_{number}"))
    return text.load()


def step_of(body: Body, box: Any, name: str) -> Callable[..., None]:
    def step(tx: Any, one: Any, two: Any, many: Any) -> None:
        """A step."""
        body(tx, one, two, many)

    step.__name__, step.__annotations__ = name, {"one": box, "two": box, "many": INTEGER}
    return step


def one_step(body: Body) -> tuple[Protocol, Transaction]:
    of = small(body)
    return of, of.transactions["Step0"]


def reads_another_cell(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.effect("set", becomes(one.size, many))
    tx.effect("read", becomes(two.open, one.other > 0))


def reads_what_was_set(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.effect("set", becomes(one.size, many))
    tx.effect("read", becomes(two.open, two.size > 0))


def reads_another_row(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.require("apart", one != two, cites="1")
    reads_what_was_set(tx, one, two, many)


def reads_what_stood_there(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.require("known", one.size == many, cites="1")
    reads_what_was_set(tx, one, two, many)


def reads_first(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.effect("read", becomes(two.open, one.size > 0))
    tx.effect("set", becomes(one.size, many))


def asks_whether_it_is_there(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.effect("set", becomes(one.size, many))
    tx.event("There", one, when=two.exists)


@pytest.mark.parametrize(
    ("body", "listed"),
    [
        (reads_another_cell, []), (reads_what_was_set, ["no own reads effect read of Box.size"]), (reads_another_row, []),
        (reads_what_stood_there, []), (reads_first, []), (asks_whether_it_is_there, ["no own reads event There of Box.exists"]),
    ],
)  # fmt: skip
def test_an_own_read_is_listed_only_where_both_readings_can_differ(body: Body, listed: list[str]) -> None:
    of, step = one_step(body)
    assert [o.goal for o in prove_no_own_reads(of, step, ONCE) if o.outcome != "proved"] == listed


# --- scans ---


def scans_boxes(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.scan("Box")
    tx.require("sorted", every(SCANNED, lambda box: box.open | (box.size < many)), cites="1")
    tx.effect("set", becomes(one.size, many))


def scans_everything(tx: Any, one: Any, two: Any, many: Any) -> None:
    tx.scan("Box")
    tx.require("sorted", some(SCANNED.sort, lambda name: name != two), cites="1")
    tx.effect("set", becomes(one.size, many))


SCANNED = Text("handle", "only its name is used", roles=()).table("Box", "", "", {"size": printed(INTEGER, 1)})


@pytest.mark.parametrize(("body", "outcome"), [(scans_boxes, "proved"), (scans_everything, "failed")])
def test_a_scan_looks_only_at_rows_that_it_reads(body: Body, outcome: str) -> None:
    of, step = one_step(body)
    assert [o.outcome for o in prove_ranges(of, step, ONCE)] == [outcome]
    assert outcomes(of, step) == {"reads cover guard sorted": "proved", "reads cover effect set": "proved"}


def test_a_scan_that_is_not_read_again_is_missed() -> None:
    of, step = one_step(scans_boxes)
    (guard,) = (clause for clause in clauses(of.schema, step) if clause.guard is not None)
    assert covers(of, step, without(guard, lambda reading: not reading.keys and reading.cell == EXISTS), ONCE).outcome == "failed"


# --- the ledger's rule ---


def test_the_rule_of_validation_is_proved() -> None:
    assert {o.outcome for o in validation_rule.prove_ledger()} == {"proved"} and len(validation_rule.prove_ledger()) == 4


QUESTIONS = {
    **validation_rule.version_questions(), "serial": validation_rule.serial_question(),
    "outcome": validation_rule.outcome_question(["guard a", "guard b"], ["effect", "event"]),
}  # fmt: skip
NEEDED = [(name, reason) for name, (given, _) in QUESTIONS.items() for reason, _ in given if reason != "no version is above the clock"]


@pytest.mark.parametrize(("name", "reason"), NEEDED)
def test_each_part_of_the_rule_is_needed(name: str, reason: str) -> None:
    """Versions used again, a commit that does something else, no comparison of versions, a call that reads do not cover, ..."""
    given, goal = QUESTIONS[name]
    less = [one for one in given if one[0] != reason]
    assert len(less) == len(given) - 1 and validation_rule.decided(name, "", (less, goal)).outcome == "failed"


def test_a_version_without_its_place_in_the_block_does_not_tell_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two transactions of one block that write one key leave rows of one block number."""
    monkeypatch.setattr(validation_rule, "alike", lambda one, other: f.equal(one[0], other[0]))
    given, goal = validation_rule.version_questions()["versions tell rows after a commit"]
    assert validation_rule.decided("rows", "", (given, goal)).outcome == "failed"
