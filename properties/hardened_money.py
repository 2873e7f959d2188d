"""Lemmas by hand about the money of `hardened`: what rounds and escrows hold, stakes, windows and deadlines."""
# ruff: noqa: E501, I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from properties.hardened_lemmas import couples
from properties.lemmas import lemma
from spec.hardened import money
from spec.hardened.words import (
    ESCROW, PROGRESS, RESULT, ROUND, SLOT, VERDICT, now,
)  # fmt: skip
from spec.language import every, implies, some, total
from spec.paper.assets import CI, DS, MOD, TC


def rounds(holds: Any) -> Any:
    """A condition of every round of every couple."""
    return every(TC.sort, lambda couple: every(ROUND.rows(couple), lambda row: holds(couple, row)))


def slots(holds: Any) -> Any:
    return every(TC.sort, lambda couple: every(SLOT.rows(couple), lambda slot: holds(couple, slot)))


@lemma("slots_are_of_rounds", "rounds_are_counted")
def verdicts_are_of_slots() -> Any:
    """A verdict is of a job that had a slot."""
    return every(TC.sort, lambda couple: every(VERDICT.rows(couple), lambda verdict: SLOT[couple, verdict.round, verdict.instance].exists))


lemma("slots_are_of_rounds", "verdicts_are_of_slots", "rounds_are_counted", "latest_round_has_a_row@OpenReveal")(money.rounds_hold_what_is_not_settled)


lemma("rounds_are_counted", "slots_have_rounds", "results_have_rounds", "rounds_hold_what_is_not_settled")(money.escrow_holds_what_the_rounds_hold)


@lemma("rounds_are_counted", "latest_round_has_a_row")
def slots_have_rounds() -> Any:
    """The round of a slot has a row."""
    return slots(lambda couple, slot: ROUND[couple, slot.round].exists)


@lemma("slots_have_rounds", "slots_are_of_rounds")
def results_have_rounds() -> Any:
    """The round of a result has a row."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: ROUND[couple, result.round].exists))


@lemma("results_are_of_rounds", "rounds_are_counted", "results_have_rounds", "stakes_are_of_disputes@DisputeResult", "latest_round_has_a_row@OpenReveal")
def rounds_count_their_stakes() -> Any:
    """The stakes of a round are those of its results."""
    return rounds(lambda couple, row: row.stakes == total(RESULT.rows(couple, row.round), lambda result: result.stake))


@lemma("rounds_are_counted", "slots_have_rounds", "results_have_rounds")
def escrow_counts_the_stakes() -> Any:
    """The stakes of a couple are those of its rounds."""
    return every(TC.sort, lambda couple: ESCROW[couple].stakes == total(ROUND.rows(couple), lambda row: row.stakes))


@lemma()
def stakes_are_not_negative() -> Any:
    """No stake is negative."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: result.stake >= 0))


@lemma()
def stakes_are_of_disputes() -> Any:
    """A result that nobody disputes has no stake."""
    return every(TC.sort, lambda couple: every(RESULT.rows(couple), lambda result: implies(result.disputer == None, result.stake == 0)))


def windows_in_order(row: Any) -> Any:
    return (row.reveal_by <= row.dispute_by) & (row.dispute_by <= row.arbitrate_by)


@lemma("stakes_are_of_instances", "slot_owner_is_the_owner", "nothing_is_no_instance", "roster_is_verified")
def everything_has_an_owner() -> Any:
    """Datasets, models and instances have owners."""
    owned = every(DS, lambda dataset: dataset.owner != None) & every(MOD, lambda model: model.owner != None)
    return owned & every(CI, lambda instance: instance.co != None)


@lemma()
def couple_has_model() -> Any:
    """The model of a couple exists."""
    return couples(lambda couple: (couple.mod != None) & couple.mod.exists)


lemma()(money.nobody_owes)


@lemma()
def completed_couples_have_ended() -> Any:
    """A completed couple has ended."""
    return couples(lambda couple: implies(couple.status == "COMPLETED", PROGRESS[couple].ended))


@lemma()
def clock_is_not_negative() -> Any:
    """The clock starts at 0."""
    return now() >= 0


@lemma("clock_is_not_negative")
def couples_have_a_deadline() -> Any:
    """The deadline of a couple is a time of the clock."""
    return every(TC.sort, lambda couple: PROGRESS[couple].deadline >= 0)


@lemma("rounds_are_counted", "latest_round_has_a_row")
def earlier_rounds_are_closed() -> Any:
    """Every round before the latest is closed."""
    return rounds(lambda couple, row: implies(row.round < TC[couple].round, row.closed))


@lemma("earlier_rounds_are_closed", "rounds_are_of_active_couples", "shares_are_known_in_order", "rounds_are_counted", "latest_round_has_a_row", "couples_have_a_deadline")
def windows_end_before_the_deadline() -> Any:
    """The windows of every closed round end before the couple's deadline."""
    return rounds(lambda couple, row: implies(row.closed, (row.dispute_by <= PROGRESS[couple].deadline) & (row.arbitrate_by <= PROGRESS[couple].deadline)))


@lemma()
def published_datasets_have_batches() -> Any:
    """A published dataset has batches."""
    return every(DS, lambda dataset: implies(dataset.status == "PUBLISHED", dataset.batches > 0))


@lemma("published_datasets_have_batches", "couples_have_epochs", "couple_has_dataset", "counters_are_not_negative")
def positions_are_within_epochs() -> Any:
    """A couple spends no more epochs than it asked for, and positions within an epoch."""
    return couples(lambda couple: (PROGRESS[couple].epoch <= couple.epochs) & (PROGRESS[couple].position < couple.ds.batches))


def is_for(amount: Any, reason: Any) -> Any:
    """An amount is not negative, and where there is some there is a reason."""
    return (amount >= 0) & implies(amount > 0, reason)


@lemma("rounds_hold_what_is_not_settled", follows=True)
def rounds_owe_nothing() -> Any:
    """What a round holds is not negative, and where it holds something some job is not settled."""
    return rounds(lambda couple, row: is_for(row.held, some(
        SLOT.rows(couple, row.round), lambda slot: ~VERDICT[couple, row.round, slot.instance].exists)))  # fmt: skip


@lemma("escrow_holds_what_the_rounds_hold", "rounds_owe_nothing", follows=True)
def escrow_owes_nothing() -> Any:
    """What an escrow holds is not negative, and where it holds something some round does."""
    return every(TC.sort, lambda couple: is_for(ESCROW[couple].held, some(ROUND.rows(couple), lambda row: row.held > 0)))


@lemma("rounds_count_their_stakes", "stakes_are_not_negative", follows=True)
def stakes_of_rounds_are_of_results() -> Any:
    """The stakes of a round are not negative, and where there are some a result has one."""
    return rounds(lambda couple, row: is_for(row.stakes, some(RESULT.rows(couple, row.round), lambda result: result.stake > 0)))


@lemma("escrow_counts_the_stakes", "stakes_of_rounds_are_of_results", follows=True)
def stakes_of_couples_are_of_rounds() -> Any:
    """The stakes of a couple are not negative, and where there are some a round has them."""
    return every(TC.sort, lambda couple: is_for(ESCROW[couple].stakes, some(ROUND.rows(couple), lambda row: row.stakes > 0)))


@lemma("escrow_owes_nothing", "rounds_owe_nothing", follows=True)
def what_is_held_is_for_a_job() -> Any:
    """Where an escrow holds something, some job is not settled."""
    return every(TC.sort, lambda couple: implies(ESCROW[couple].held > 0, some(
        SLOT.rows(couple), lambda slot: ~VERDICT[couple, slot.round, slot.instance].exists)))  # fmt: skip


@lemma("stakes_of_couples_are_of_rounds", "stakes_of_rounds_are_of_results", follows=True)
def stakes_are_for_a_result() -> Any:
    """Where a couple has stakes, a result has one."""
    return every(TC.sort, lambda couple: implies(ESCROW[couple].stakes > 0, some(RESULT.rows(couple), lambda result: result.stake > 0)))
