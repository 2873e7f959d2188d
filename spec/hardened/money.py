"""Money and judgement: bonds, a reserve for each job, disputes, arbitration, and a settlement that pays exactly what was accepted.

Prices and windows are constants of the variant (`words`); a marketplace sets its own.
"""
# ruff: noqa: E501, I001 (tables: an amendment is a line)

from __future__ import annotations

from typing import Any

from spec.amending import Step
from spec.hardened.rounds import trains
from spec.hardened.words import (
    ACCOUNT, APPROVAL, BOUNTY, CO_BOND, DEADLINE, DO_BOND, ESCROW, FEE, MO_BOND, OUTCOME, PROGRESS, PURSE, RESULT, ROSTER, ROUND, ROYALTY, SILENCE_FEE,
    SLOT, STAKE, TREASURY, VERDICT, field, in_time, slots, standing,
)  # fmt: skip
from spec.language import INTEGER, MEMBER, Amendment, becomes, choose, count, every, literal, some, term, total
from spec.paper.assets import CI, DSS, TC, TJ, WEIGHTS
from spec.paper.inner import get_asset
from spec.schema import Write
from spec.tracing import Tracing


def pay(*transfers: tuple[Any, Any]) -> list[Write]:
    """Each member gets the sum of all amounts for it, whoever else is the same member: two writes of one account are equal."""
    writes = []
    for member, _ in transfers:
        balance = ACCOUNT[member].balance
        for other, amount in transfers:
            balance = balance + (amount if other is member else choose(other == member, amount, 0))
        write = becomes(ACCOUNT[member].balance, balance)
        writes.append(write if member._op == "par" else write.when(member != None))
    return writes


def where(condition: Any, amount: Any) -> Any:
    return choose(condition, amount, 0)


def fund(tx: Tracing) -> None:
    """A member brings money in."""
    tx.effect("fund", *pay((tx.caller, PURSE)), becomes(TREASURY[()].supply, TREASURY[()].supply + PURSE))


def funds_once(tx: Tracing) -> Any:
    return ~ACCOUNT[tx.caller].exists


def has(member: Any, amount: Any) -> Any:
    return ACCOUNT[member].balance >= amount


NOTHING_PAYS = "C39: nothing in the paper pays"
BONDS = (
    Amendment("add_field", "CI.bond", "C10, C38: who promises and does not deliver loses nothing", field(INTEGER, "lost by an owner that deviates")),
    Amendment("add_transaction", "Fund", NOTHING_PAYS, Step("new member", fund, funds_once)),
    Amendment("require", "JoinCI.bond_is_funded", "C38: who promises and does not deliver loses nothing", lambda tx, *_: has(tx.caller, CO_BOND)),
    Amendment("add_effect", "JoinCI.bond", "C38: see CI.bond", lambda tx, instance, hash, nonce: [
        *pay((tx.caller, -CO_BOND)), becomes(instance.bond, instance.bond + CO_BOND)]),
    *(Amendment("add_effect", f"{step}.return_bond", "C32: a deposit is trapped", lambda tx, instance: [
        *pay((instance.co, instance.bond)), becomes(instance.bond, 0)]) for step in ("RejectCI", "ExpireCI", "WithdrawCI")),
    Amendment("require", "RequestTC.bond_is_funded", "C38: an MO leaves for free when the seed does not suit it", lambda tx, *_: has(tx.caller, MO_BOND)),
    Amendment("add_effect", "RequestTC.bond", "C38: see Escrow.mo_bond", lambda tx, couple, *_: [
        *pay((tx.caller, -MO_BOND)), becomes(ESCROW[couple].mo_bond, MO_BOND)]),
    Amendment("require", "ApproveTC.bond_is_funded", "C25: a DO withholds its share for free when the seed does not suit it",
              lambda tx, couple, commitment: has(tx.caller, DO_BOND)),
    Amendment("add_effect", "ApproveTC.bond", "C25: see Escrow.do_bond", lambda tx, couple, commitment: [
        *pay((tx.caller, -DO_BOND)), becomes(ESCROW[couple].do_bond, DO_BOND)]),
)  # fmt: skip


def released(couple: Any, to_do: Any) -> list[Write]:
    """Bonds of a couple that ends: each to its owner, but for what the DO gets of the MO's (`to_do`)."""
    escrow = ESCROW[couple]
    return [*pay((couple.mod.owner, escrow.mo_bond - to_do), (couple.ds.owner, escrow.do_bond + to_do)),
            becomes(escrow.mo_bond, 0), becomes(escrow.do_bond, 0)]  # fmt: skip


def closing(tx: Tracing, couple: Any) -> list[Write]:
    """Who withheld its share, or left inside an epoch, loses its bond to the other."""
    progress, escrow = PROGRESS[couple], ESCROW[couple]
    approved = APPROVAL[couple].exists
    mo_withheld = approved & (progress.mo_share == None)
    do_withheld = approved & (progress.mo_share != None) & (progress.do_share == None)
    inside = progress.active & ((progress.position != 0) | (progress.epoch == 0))
    return released(couple, where(mo_withheld | inside, escrow.mo_bond) - where(do_withheld, escrow.do_bond))


def all_settled(couple: Any) -> Any:
    return ESCROW[couple].held + ESCROW[couple].stakes == 0


ENDING = (
    Amendment("add_effect", "CancelTC.bonds", "C32: a deposit is trapped", lambda tx, couple: released(couple, literal(0, INTEGER))),
    Amendment("add_effect", "CompleteTC.bonds", "C32: a deposit is trapped", lambda tx, couple: released(couple, literal(0, INTEGER))),
    Amendment("require", "CompleteTC.all_settled", "C39: a couple ends while work is unpaid", lambda tx, couple: all_settled(couple)),
    Amendment("require", "CloseTC.all_settled", "C39: a couple ends while work is unpaid", lambda tx, couple: all_settled(couple)),
    Amendment("add_effect", "CloseTC.bonds", "C25, C27: an MO or a DO leaves for free", closing),
)

PRICE = FEE + ROYALTY


def cost(couple: Any) -> Any:
    """What the next round costs at most."""
    return count(ROSTER.rows(couple), lambda entry: trains(couple, entry.instance)) * PRICE


def reserve(tx: Tracing, couple: Any) -> list[Write]:
    held = ESCROW[couple].held
    return [*pay((tx.caller, literal(0, INTEGER) - cost(couple))), becomes(held, held + cost(couple)),
            becomes(ROUND[couple, couple.round + 1].held, cost(couple))]  # fmt: skip


RESERVING = (
    Amendment("require", "StartRound.round_is_funded", "C39: work is accepted and not paid", lambda tx, couple: has(tx.caller, cost(couple))),
    Amendment("add_effect", "StartRound.reserve", "C39: see Escrow.held", reserve),
)


def dispute_result(tx: Tracing, couple: TC, round: INTEGER, instance: CI) -> None:  # type: ignore[valid-type]
    """The data owner, the model owner or a replica that revealed stakes that the result of an instance's subset is not right."""
    get_asset(tx, "couple", couple)
    result = RESULT[couple, round, SLOT[couple, round, instance].subset]
    own_money = has(tx.caller, STAKE)
    tx.effect("dispute", becomes(result.disputer, tx.caller), becomes(result.stake, STAKE),
              becomes(result.bond_of, instance).when(~own_money))  # fmt: skip
    tx.effect("stake", *pay((tx.caller, literal(0, INTEGER) - where(own_money, STAKE))),
              becomes(instance.bond, instance.bond - where(~own_money, STAKE)),  # type: ignore[attr-defined]
              becomes(ESCROW[couple].stakes, ESCROW[couple].stakes + STAKE),
              becomes(ROUND[couple, round].stakes, ROUND[couple, round].stakes + STAKE))  # fmt: skip
    tx.event("ResultDisputed", couple)


def disputes_what_differs(tx: Tracing, couple: Any, round: Any, instance: Any) -> Any:
    """An honest replica disputes a result that is not what it computed itself."""
    mine = (SLOT[couple, round, instance].owner == tx.caller) & (TJ[couple, instance, round].weights != None)
    return mine & (RESULT[couple, round, SLOT[couple, round, instance].subset].weights != TJ[couple, instance, round].weights)


def may_dispute(tx: Tracing, couple: Any, round: Any, instance: Any) -> Any:
    revealed = (SLOT[couple, round, instance].owner == tx.caller) & (TJ[couple, instance, round].weights != None)
    return (couple.ds.owner == tx.caller) | (couple.mod.owner == tx.caller) | revealed


def result_of(couple: Any, round: Any, instance: Any) -> Any:
    return RESULT[couple, round, SLOT[couple, round, instance].subset]


DISPUTING = (
    Amendment("add_transaction", "DisputeResult", "C18, C37: a wrong majority is never questioned",
              Step("DO, MO or CO", dispute_result, disputes_what_differs)),
    Amendment("require", "DisputeResult.has_a_slot", "C37: a result of nothing", lambda tx, couple, round, instance: SLOT[couple, round, instance].exists),
    Amendment("require", "DisputeResult.caller_is_concerned", "C35: anybody disputes", may_dispute),
    Amendment("require", "DisputeResult.round_is_closed", "C37: there is no result yet", lambda tx, couple, round, instance: ROUND[couple, round].closed),
    Amendment("require", "DisputeResult.in_time", DEADLINE, lambda tx, couple, round, instance: in_time(ROUND[couple, round].dispute_by)),
    Amendment("require", "DisputeResult.undisputed", "C37: a result is disputed without end",
              lambda tx, couple, round, instance: result_of(couple, round, instance).disputer == None),
    Amendment("require", "DisputeResult.stake_is_funded", "C37: disputing costs nothing", lambda tx, couple, round, instance:
              has(tx.caller, STAKE) | ((instance.co == tx.caller) & (instance.bond >= STAKE))),
)  # fmt: skip


def arbitrate(tx: Tracing, couple: TC, round: INTEGER, subset: DSS, weights: WEIGHTS) -> None:  # type: ignore[valid-type]
    """A majority of the arbiters has computed a disputed result again, from the program, the input model and the rows under the root."""
    get_asset(tx, "couple", couple)
    result = RESULT[couple, round, subset]
    tx.effect("decide", becomes(result.final, weights), becomes(result.arbitrated, True))
    tx.event("ResultArbitrated", couple)


def computes_again(tx: Tracing, couple: Any, round: Any, subset: Any, weights: Any) -> Any:
    """Arbiters open nothing on the ledger: they compute on what is supplied to them, and check it against the root."""
    return weights == term(WEIGHTS, content=DSS[subset].root.content, round=round)


def no_majority(tx: Tracing, *_: Any) -> Any:
    """No coalition has a majority of the arbiters: an assumption."""
    return False


ARBITRATING = (
    Amendment("add_transaction", "Arbitrate", "A9, C37: nobody can say which result is right", Step("arbiters", arbitrate, computes_again, no_majority)),
    Amendment("require", "Arbitrate.subset_exists", "C37: a result of nothing", lambda tx, couple, round, subset, weights: DSS[subset].root != None),
    Amendment("require", "Arbitrate.disputed", "C37: nobody asked", lambda tx, couple, round, subset, weights: RESULT[couple, round, subset].disputer != None),
    Amendment("require", "Arbitrate.undecided", "C37: a decision changes", lambda tx, couple, round, subset, weights: ~RESULT[couple, round, subset].arbitrated),
    Amendment("require", "Arbitrate.in_time", DEADLINE, lambda tx, couple, round, subset, weights: in_time(ROUND[couple, round].arbitrate_by)),
    Amendment("require", "Arbitrate.weights_are_present", "C37: nothing is decided", lambda tx, couple, round, subset, weights: weights != None),
)  # fmt: skip


def decided(couple: Any, round: Any, subset: Any) -> Any:
    """The arbiters' result where there is one, else the quorum's."""
    result = RESULT[couple, round, subset]
    return choose(result.arbitrated, result.final, result.weights)


def may_settle(couple: Any, round: Any, subset: Any) -> Any:
    """Disputes are over: none was raised in time, or it is decided, or the arbiters' time is over."""
    result, row = RESULT[couple, round, subset], ROUND[couple, round]
    return row.closed & ~in_time(row.dispute_by) & ((result.disputer == None) | result.arbitrated | ~in_time(row.arbitrate_by))


def settle_job(tx: Tracing, couple: TC, round: INTEGER, instance: CI) -> None:  # type: ignore[valid-type]
    """Whoever has standing has one job judged and paid, in one step: paid is what was accepted."""
    get_asset(tx, "couple", couple)
    slot, job = SLOT[couple, round, instance], TJ[couple, instance, round]
    result, right = RESULT[couple, round, slot.subset], decided(couple, round, slot.subset)
    revealed = job.weights != None
    accepted = revealed & (job.weights == right)
    fraud = revealed & ~accepted & result.arbitrated
    silent = ~revealed & ~job.complaint
    outcome = choose(accepted, literal("ACCEPTED", OUTCOME), choose(fraud, literal("FRAUD", OUTCOME), choose(
        silent, literal("SILENT", OUTCOME), choose(revealed, literal("DIFFERS", OUTCOME), literal("COMPLAINED", OUTCOME)))))  # fmt: skip
    bond = instance.bond  # type: ignore[attr-defined]
    lost = choose(fraud, bond, choose(silent, choose(bond < SILENCE_FEE, bond, SILENCE_FEE), 0))
    bounty = where(fraud & (bond >= BOUNTY), BOUNTY)
    tx.effect("judge", VERDICT[couple, round, instance].put(outcome=outcome, paid=where(accepted, FEE)))
    tx.effect("pay", *pay(
        (slot.owner, where(accepted, FEE)), (couple.ds.owner, where(accepted, ROYALTY)), (result.disputer, bounty),  # type: ignore[attr-defined]
        (couple.mod.owner, where(~accepted, PRICE) + lost - bounty)))  # type: ignore[attr-defined]
    tx.effect("take", becomes(bond, bond - lost), becomes(ESCROW[couple].held, ESCROW[couple].held - PRICE),
              becomes(ROUND[couple, round].held, ROUND[couple, round].held - PRICE))  # fmt: skip
    tx.event("JobSettled", couple, instance)


def whenever_it_may(tx: Tracing, *_: Any) -> Any:
    return True


def settle_dispute(tx: Tracing, couple: TC, round: INTEGER, subset: DSS) -> None:  # type: ignore[valid-type]
    """Whoever has standing has the stake of a dispute returned, or given to the arbiters when nobody was at fault."""
    get_asset(tx, "couple", couple)
    result = RESULT[couple, round, subset]
    deviated = some(slots(couple, round), lambda slot: (slot.subset == subset) & (TJ[couple, slot.instance, round].weights != None) & (
        TJ[couple, slot.instance, round].weights != result.final))  # fmt: skip
    frivolous = result.arbitrated & (result.final == result.weights) & ~deviated
    from_bond = result.bond_of != None
    tx.effect("stake", *pay((result.disputer, where(~frivolous & ~from_bond, result.stake))),
              becomes(CI[result.bond_of].bond, CI[result.bond_of].bond + result.stake).when(~frivolous & from_bond),
              becomes(TREASURY[()].arbiters, TREASURY[()].arbiters + where(frivolous, result.stake)),
              becomes(ESCROW[couple].stakes, ESCROW[couple].stakes - result.stake),
              becomes(ROUND[couple, round].stakes, ROUND[couple, round].stakes - result.stake), becomes(result.stake, 0))  # fmt: skip


SETTLING = (
    Amendment("add_transaction", "SettleDispute", "C37: a stake is trapped", Step("DO, MO or CO", settle_dispute, whenever_it_may)),
    Amendment("require", "SettleDispute.caller_has_standing", "C35: anybody settles", standing),
    Amendment("require", "SettleDispute.disputes_are_over", "C37: a dispute is settled before it is decided", lambda tx, couple, round, subset: may_settle(couple, round, subset)),
    Amendment("require", "SettleDispute.open", "C37: a stake is returned twice", lambda tx, couple, round, subset: RESULT[couple, round, subset].stake > 0),
    Amendment("add_transaction", "SettleJob", "C38, C39: work is accepted and not paid", Step("DO, MO or CO", settle_job, whenever_it_may)),
    Amendment("require", "SettleJob.caller_has_standing", "C35: anybody settles", standing),
    Amendment("require", "SettleJob.has_a_slot", "C39: a job that was not selected is paid", lambda tx, couple, round, instance: SLOT[couple, round, instance].exists),
    Amendment("require", "SettleJob.disputes_are_over", "C37, C39: a job is paid before its result is sure",
              lambda tx, couple, round, instance: may_settle(couple, round, SLOT[couple, round, instance].subset)),
    Amendment("require", "SettleJob.unsettled", "C39: a job is paid twice", lambda tx, couple, round, instance: ~VERDICT[couple, round, instance].exists),
)  # fmt: skip



def paid_is_accepted() -> Any:
    """A job that was settled was paid its fee when it revealed what was decided for its subset, and nothing otherwise."""

    def right(couple: Any, verdict: Any) -> Any:
        revealed = TJ[couple, verdict.instance, verdict.round].weights
        return (revealed != None) & (revealed == decided(couple, verdict.round, SLOT[couple, verdict.round, verdict.instance].subset))

    return every(TC.sort, lambda couple: every(VERDICT.rows(couple), lambda verdict: (
        ((verdict.outcome == "ACCEPTED") == right(couple, verdict)) & (verdict.paid == where(verdict.outcome == "ACCEPTED", FEE)))))  # fmt: skip


def some_payment() -> Any:
    """Some job was accepted and paid."""
    return some(TC.sort, lambda couple: some(VERDICT.rows(couple), lambda verdict: verdict.paid > 0))


def money_is_conserved() -> Any:
    """All money that was brought in is on an account, in a bond, in an escrow, or with the arbiters."""
    held = total(TC.sort, lambda couple: ESCROW[couple].held + ESCROW[couple].stakes + ESCROW[couple].mo_bond + ESCROW[couple].do_bond)
    free = total(MEMBER, lambda member: ACCOUNT[member].balance) + total(CI.sort, lambda instance: CI[instance].bond)
    return TREASURY[()].supply == free + held + TREASURY[()].arbiters


def rounds_hold_what_is_not_settled() -> Any:
    """A round holds the price of each of its jobs that is not settled."""

    def unsettled(couple: Any, round: Any) -> Any:
        return count(slots(couple, round), lambda slot: ~VERDICT[couple, round, slot.instance].exists)

    return every(TC.sort, lambda couple: every(ROUND.rows(couple), lambda row: row.held == unsettled(couple, row.round) * PRICE))


def escrow_holds_what_the_rounds_hold() -> Any:
    """What a couple's escrow holds is what its rounds hold."""
    return every(TC.sort, lambda couple: ESCROW[couple].held == total(ROUND.rows(couple), lambda row: row.held))


def nobody_owes() -> Any:
    """No account and no bond is below nothing."""
    bonds = every(CI.sort, lambda instance: CI[instance].bond >= 0)
    escrows = every(TC.sort, lambda couple: (ESCROW[couple].mo_bond >= 0) & (ESCROW[couple].do_bond >= 0))
    return every(MEMBER, lambda member: ACCOUNT[member].balance >= 0) & bonds & escrows


def bonds_are_held() -> Any:
    """A couple holds the bonds of its MO and its DO from when they were given until it ends."""

    def held(given: Any, couple: Any, bond: int) -> Any:
        return where(given & ~PROGRESS[couple].ended, literal(bond, INTEGER))

    return every(TC.sort, lambda couple: (ESCROW[couple].mo_bond == held(TC[couple].exists, couple, MO_BOND))
                 & (ESCROW[couple].do_bond == held(APPROVAL[couple].exists, couple, DO_BOND)))  # fmt: skip


def debts_are_covered() -> Any:
    """The escrow holds exactly the price of all jobs that are not settled, and nobody's account or bond is below nothing."""
    return rounds_hold_what_is_not_settled() & escrow_holds_what_the_rounds_hold() & nobody_owes()


NOTIONS = tuple(
    Amendment("notion", meaning.__name__, NOTHING_PAYS, meaning)
    for meaning in (paid_is_accepted, some_payment, money_is_conserved, debts_are_covered, bonds_are_held)
)
AMENDMENTS = (*BONDS, *ENDING, *RESERVING, *DISPUTING, *ARBITRATING, *SETTLING, *NOTIONS)
