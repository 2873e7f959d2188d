"""When a couple that nobody gives up finishes its training: what the MO remembers to go on, and what the words of that claim mean here."""

from __future__ import annotations

from typing import Any

from spec.hardened.money import cost, has
from spec.hardened.rounds import job_round_is_open
from spec.hardened.words import COLLECTED, DO_BOND, PROGRESS, RESULT, ROUND, SLOT, current, group, now, slots
from spec.language import BOOLEAN, Amendment, becomes, deviating, every, implies, literal, some, term
from spec.paper.assets import AGGREGATED, DOWNLOADED, MODEL_HASH, STORE, TJ
from spec.tracing import Tracing


def download(tx: Tracing, couple: Any, instance: Any) -> Any:
    """As in the paper, with the round in which it was done: what lies in the store may be of another."""
    job = TJ[couple, instance]
    stored = STORE[job.location.location if tx.switch("X09") == "encrypted" else job.location].weights
    matches = job.hash == term(MODEL_HASH, weights=stored, nonce=job.nonce)
    return DOWNLOADED[tx.caller, couple, instance].put(weights=stored, matches=matches, round=couple.round)


def aggregate(tx: Tracing, couple: Any, instance: Any) -> Any:
    return [becomes(AGGREGATED[tx.caller, couple.mod].round, couple.round), becomes(COLLECTED[tx.caller, couple].round, couple.round)]


COLLECTING = (
    Amendment("replace_effect", "Collect.download", "C32: see Downloaded.round", download),
    Amendment("replace_effect", "Collect.aggregate", "C32: see Collected", aggregate),
)


def is_under_way(couple: Any) -> Any:
    """The couple was asked for and has not ended."""
    return couple.exists & ~PROGRESS[couple].ended


def is_trained(couple: Any) -> Any:
    """All epochs of the couple are spent, and every subset has a result in each of its rounds."""
    return (PROGRESS[couple].epoch == couple.epochs) & ~job_round_is_open(couple) & every_closed_round_has_results(couple)


def every_closed_round_has_results(couple: Any) -> Any:
    return every(SLOT.rows(couple), lambda slot: implies(
        ROUND[couple, slot.round].closed, RESULT[couple, slot.round, slot.subset].weights != None))  # fmt: skip


def most_are_honest(couple: Any) -> Any:
    """Most replicas of every subset that trains in the current round are of honest owners, and so less than half are of others."""

    def mostly(slot: Any) -> Any:
        def owned(holds: Any) -> Any:
            return group(couple, couple.round, slot.subset, lambda other: holds(other.owner)) * 2

        half = group(couple, couple.round, slot.subset, lambda other: literal(True, BOOLEAN))
        return (owned(lambda owner: ~deviating(owner)) > half) & (owned(deviating) < half)

    return every(slots(couple, couple.round), mostly)


def is_funded(couple: Any) -> Any:
    """The DO can give its bond when it is asked, and the MO can pay for the next round."""
    asked = couple.status == "REQUESTED"
    return implies(asked, has(couple.ds.owner, DO_BOND)) & implies(~asked & is_between_rounds(couple), has(couple.mod.owner, cost(couple)))


def is_between_rounds(couple: Any) -> Any:
    return ~job_round_is_open(couple) & (PROGRESS[couple].epoch < couple.epochs)


def awaits_commitments(couple: Any) -> Any:
    """Some honest owner of a slot has not committed yet."""
    missing = some(slots(couple, couple.round), lambda slot: ~deviating(slot.owner) & (TJ[couple, slot.instance].hash == None))
    return job_round_is_open(couple) & ~current(couple).revealing & missing


def awaits_results(couple: Any) -> Any:
    """Some subset has no result yet."""
    missing = some(slots(couple, couple.round), lambda slot: RESULT[couple, couple.round, slot.subset].weights == None)
    return job_round_is_open(couple) & current(couple).revealing & missing


def nobody_is_late(couple: Any) -> Any:
    """Every deadline before which something is expected of somebody is still to come when the clock moves."""
    return on_time(couple, 1)


def on_time(couple: Any, later: Any) -> Any:
    """Every deadline before which something is expected of somebody is still to come, so many ticks later."""

    def open(deadline: Any) -> Any:
        return now() + later <= deadline

    return (
        implies(is_between_rounds(couple), open(PROGRESS[couple].deadline))
        & implies(awaits_commitments(couple), open(current(couple).commit_by))
        & implies(awaits_results(couple), open(current(couple).reveal_by))
    )


UNFINISHED = "A19: a silent party holds up the others"
NAMED = (is_under_way, is_trained, most_are_honest, is_funded, nobody_is_late)
NOTIONS = tuple(Amendment("notion", meaning.__name__, UNFINISHED, meaning) for meaning in NAMED)
AMENDMENTS = (*COLLECTING, *NOTIONS)
