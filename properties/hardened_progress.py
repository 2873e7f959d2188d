"""Why nothing gets stuck under `hardened`: arguments by hand that rounds close and couples end (C32), each proved as it stands."""

from __future__ import annotations

from typing import Any

from properties.ranking import Liveness, Ranking, move, variables
from spec.hardened.rounds import job_round_is_open
from spec.hardened.words import ESCROW, PROGRESS, RESULT, SLOT, VERDICT, current, in_time, now
from spec.language import choose
from spec.paper.assets import TC


def ticks_until(deadline: Any) -> Any:
    """How often the clock still moves before a deadline has passed."""
    return choose(in_time(deadline), deadline + 1 - now(), 0)


def number(condition: Any, amount: Any = 1) -> Any:
    return choose(condition, amount, 0)


def shares_to_come(couple: Any) -> Any:
    """How many steps are still missing until the seed of a couple is known."""
    tc, progress = TC[couple], PROGRESS[couple]
    return choose(tc.status == "REQUESTED", 3, choose(progress.mo_share == None, 2, choose(progress.do_share == None, 1, 0)))


def rounds_close(claim: Liveness) -> Ranking:
    """Whoever is honest and has standing closes an open round, alone."""
    couple, party = variables(claim.subject)
    row = current(TC[couple])
    committing, revealing = ~row.revealing & in_time(row.commit_by), row.revealing & in_time(row.reveal_by)
    return Ranking(
        claim,
        measures={"to be opened": number(~row.revealing), "ticks": ticks_until(choose(row.revealing, row.reveal_by, row.commit_by))},
        moves=(
            move("the clock moves", "Tick", committing | revealing, caller=party),
            move("it opens the reveals", "OpenReveal", ~row.revealing & ~in_time(row.commit_by), caller=party, couple=couple),
            move("it closes the round", "CloseRound", row.revealing & ~in_time(row.reveal_by), caller=party, couple=couple),
        ),
    )


def couples_end(claim: Liveness) -> Ranking:
    """Whoever is honest and has standing ends a couple, alone: it closes the round, settles every job and every dispute."""
    couple, party = variables(claim.subject)
    tc, row, progress, escrow = TC[couple], current(TC[couple]), PROGRESS[couple], ESCROW[couple]
    open = job_round_is_open(tc)
    unopened = open & ~row.revealing
    deadline = choose(unopened, row.commit_by, choose(open, row.reveal_by, progress.deadline))
    late = ~open & ~in_time(progress.deadline)

    def unsettled(slot: Any) -> Any:
        return late & (escrow.held > 0) & ~VERDICT[couple, slot.round, slot.instance].exists

    return Ranking(
        claim,
        measures={
            "shares to come": shares_to_come(couple), "epochs": tc.epochs - progress.epoch, "batches": tc.ds.batches - progress.position,
            "to be opened": number(unopened), "to be closed": number(open), "ticks": ticks_until(deadline),
            "jobs to be settled": number(late, escrow.held), "stakes to be returned": number(late, escrow.stakes),
        },
        moves=(
            move("the clock moves", "Tick", in_time(deadline), caller=party),
            move("it opens the reveals", "OpenReveal", unopened & ~in_time(row.commit_by), caller=party, couple=couple),
            move("it closes the round", "CloseRound", open & row.revealing & ~in_time(row.reveal_by), caller=party, couple=couple),
            move("it settles a job", "SettleJob", unsettled, SLOT.rows(couple),
                 caller=party, couple=couple, round=lambda slot: slot.round, instance=lambda slot: slot.instance),
            move("it settles a dispute", "SettleDispute", lambda result: late & (result.stake > 0), RESULT.rows(couple),
                 caller=party, couple=couple, round=lambda result: result.round, subset=lambda result: result.subset),
            move("it ends the couple", "CloseTC", late & (escrow.held == 0) & (escrow.stakes == 0), caller=party, couple=couple),
        ),
    )  # fmt: skip
