"""What must hold in every state at a small scope, and the cases that are explored: data, in the specification's own language.

The design of the hardened protocol was searched like this before it was written as a text; here the text itself is.
"""
# ruff: noqa: E501 (tables: a line is a row)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from properties.paper_claims import drawn_once, results_are_right, selected_instances_are_verified
from properties.small_scope_given import LAZY, POOR_OWNERS
from spec.hardened.words import CO_BOND, ESCROW, PROGRESS, RESULT, ROSTER, ROUND, SLOT, VERDICT
from spec.language import Amendment, choose, count, deviating, every, implies, some, total
from spec.paper.assets import CI, TC, TJ, TRAINED
from spec.schema import notion

TICK = "Tick"
# Steps of the rounds of a couple, in any order; the others write nothing that these read, or are done when the exploration starts.
KEPT = frozenset((
    "StartRound", "CommitTJ", "ReportInput", "OpenReveal", "UpdateTJ", "TakeResult", "CloseRound", "DisputeResult", "Arbitrate",
    "SettleDispute", "SettleJob", "CompleteTC", "CloseTC", "ApproveTC", "RevealSeedMO", "RevealSeedDO", "CancelTC", "UploadTrainingFile"))  # fmt: skip
# Of steps on the ledger those whose outcome is fixed once they can be taken, and which only move money.
EAGER = frozenset(("SettleDispute", "SettleJob", "UpdateMod"))


@dataclass(frozen=True)
class Start:
    """What honest parties reach before the exploration starts, in a sentence, and the steps that they do not take for it."""

    sentence: str
    build: Callable[[], Any]
    without: tuple[str, ...] = ()


STARTS = {
    "active": Start("every instance is verified, the couple is active, no round has started", lambda: notion("populated")()),
    "requested": Start("every instance is verified, the couple is asked for and not approved",
                       lambda: every(TC.sort, lambda couple: TC[couple].status == "REQUESTED")),
    "no inputs": Start("the couple is active, and its MO has uploaded no training file",
                       lambda: every(TC.sort, lambda couple: PROGRESS[couple].active), ("UploadTrainingFile",)),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Who deviates, at which scope, from where.

    timely: the clock waits for honest parties. nobody_takes: steps that nobody takes, as of mute arbiters.
    start: one of STARTS. given: what is otherwise than in the text, such as who has how much money.
    """

    name: str
    scope: str
    deviating: tuple[str, ...] = ()
    timely: bool = True
    nobody_takes: tuple[str, ...] = ()
    start: str = "active"
    given: tuple[Amendment, ...] = ()

    @property
    def coalition(self) -> str:
        """The name of those who deviate."""
        return next(name for name, members in COALITIONS.items() if members == self.deviating)


@dataclass(frozen=True)
class Invariant:
    """A sentence, and what it says in the language.

    timely: claimed where nobody honest is late. rests_on: claimed where somebody takes these steps.
    """

    name: str
    sentence: str
    build: Callable[[], Any]
    timely: bool = False
    rests_on: tuple[str, ...] = ()

    def asked_in(self, case: Case) -> bool:
        return (case.timely or not self.timely) and not set(self.rests_on) & set(case.nobody_takes)


def couples(holds: Callable[[Any], Any]) -> Any:
    return every(TC.sort, lambda couple: implies(TC[couple].exists, holds(TC[couple])))


def honest_jobs_are_not_blamed() -> Any:
    def judged(couple: Any, verdict: Any) -> Any:
        return deviating(SLOT[couple, verdict.round, verdict.instance].owner) | ((verdict.outcome != "FRAUD") & (verdict.outcome != "SILENT"))

    return couples(lambda couple: every(VERDICT.rows(couple), lambda verdict: judged(couple, verdict)))


def honest_bonds_are_whole() -> Any:
    """Of a joined instance of an honest owner; a stake that it gave and that is open counts."""

    def staked(instance: Any) -> Any:
        return total(TC.sort, lambda couple: total(ROUND.rows(couple), lambda row: total(
            RESULT.rows(couple, row.round), lambda result: choose(result.bond_of == instance, result.stake, 0))))  # fmt: skip

    return every(CI.sort, lambda instance: implies(
        (CI[instance].status == "VERIFIED") & (CI[instance].ended == None) & ~deviating(CI[instance].co), CI[instance].bond + staked(instance) == CO_BOND))  # fmt: skip


def honest_disputers_keep_their_stake() -> Any:
    """A dispute of an honest owner is not frivolous."""

    def upheld(couple: Any, result: Any) -> Any:
        def deviates(slot: Any) -> Any:
            revealed = TJ[couple, slot.instance, result.round].weights
            return (slot.subset == result.subset) & (revealed != None) & (revealed != result.final)

        frivolous = result.arbitrated & (result.final == result.weights) & ~some(SLOT.rows(couple, result.round), deviates)
        return (result.disputer == None) | deviating(result.disputer) | ~frivolous

    return couples(lambda couple: every(RESULT.rows(couple), lambda result: upheld(couple, result)))


def honest_owners_forfeit_nothing() -> Any:
    """A couple of an honest MO ends with whole epochs, that of an honest DO with its share revealed."""

    def ended(couple: Any) -> Any:  # whoever withholds its share, or leaves inside an epoch, forfeits
        row = PROGRESS[couple]
        mo = deviating(couple.mod.owner) | ((row.mo_share != None) & implies(row.active, (row.position == 0) & (row.epoch > 0)))
        do = deviating(couple.ds.owner) | (row.mo_share == None) | (row.do_share != None)
        return implies(row.ended & (couple.status == "APPROVED"), mo & do)

    return couples(ended)


def honest_work_is_paid() -> Any:
    def paid(couple: Any, verdict: Any) -> Any:
        slot = SLOT[couple, verdict.round, verdict.instance]
        return deviating(slot.owner) | (TJ[couple, verdict.instance, verdict.round].weights == None) | (verdict.outcome == "ACCEPTED")

    return couples(lambda couple: every(VERDICT.rows(couple), lambda verdict: paid(couple, verdict)))


def spent_epochs_cover() -> Any:
    """In each epoch of a couple that is spent every subset on its roster trained, once."""

    def trained(couple: Any, entry: Any) -> Any:
        return count(ROUND.rows(couple), lambda row: row.batch == entry.subset.batch) == PROGRESS[couple].epoch

    return couples(lambda couple: implies(PROGRESS[couple].position == 0, every(ROSTER.rows(couple), lambda entry: trained(couple, entry))))


def shares_come_in_order() -> Any:
    """The DO's share is known only when the MO's is."""
    return couples(lambda couple: (PROGRESS[couple].do_share == None) | (PROGRESS[couple].mo_share != None))


def completed_epochs_are_whole() -> Any:
    """A couple that completed did not end inside an epoch."""
    return couples(lambda couple: implies(couple.status == "COMPLETED", (PROGRESS[couple].position == 0) & (PROGRESS[couple].epoch > 0)))


def nothing_is_left_of_ended_couples() -> Any:
    """Whatever was held for jobs, disputes and bonds went to somebody."""

    def left(couple: Any) -> Any:
        return ESCROW[couple].held + ESCROW[couple].stakes + ESCROW[couple].mo_bond + ESCROW[couple].do_bond

    return couples(lambda couple: implies(PROGRESS[couple].ended, left(couple) == 0))


def paid_results_were_computed() -> Any:
    """What is paid is what the owner's own training gave, as far as it has not trained a later round since."""

    def computed(couple: Any, verdict: Any) -> Any:
        trained = TRAINED[SLOT[couple, verdict.round, verdict.instance].owner, couple, verdict.instance].weights
        own = trained == TJ[couple, verdict.instance, verdict.round].weights
        return (verdict.paid == 0) | own | (trained.round > verdict.round)

    return couples(lambda couple: every(VERDICT.rows(couple), lambda verdict: computed(couple, verdict)))


INVARIANTS = {one.name: one for one in (
    Invariant("not blamed", "no job of an honest owner is judged as fraud or as silence", honest_jobs_are_not_blamed, timely=True),
    Invariant("bonds whole", "no honest owner of a replica loses of its bond", honest_bonds_are_whole, timely=True),
    Invariant("stakes kept", "no honest owner loses the stake of a dispute", honest_disputers_keep_their_stake, timely=True),
    Invariant("nothing forfeited", "no honest DO or MO forfeits its bond", honest_owners_forfeit_nothing, timely=True),
    Invariant("work paid", "honest work that was revealed is paid when it is settled", honest_work_is_paid, timely=True, rests_on=("Arbitrate",)),
    Invariant("right results", "a result is right when fewer than half of its replicas deviate", results_are_right),
    Invariant("verified only", "only verified instances train", selected_instances_are_verified),
    Invariant("conserved", "all money is accounted for", lambda: notion("money_is_conserved")()),
    Invariant("covered", "what is owed is set aside, and nobody owes anything", lambda: notion("debts_are_covered")()),
    Invariant("paid is accepted", "a job is paid exactly when it is accepted", lambda: notion("paid_is_accepted")()),
    Invariant("nothing left", "of a couple that has ended nothing is held", nothing_is_left_of_ended_couples),
    Invariant("paid computed", "nobody is paid for what it did not compute", paid_results_were_computed),
    Invariant("epochs cover", "every subset on the roster trained once in each epoch that is spent", spent_epochs_cover),
    Invariant("shares in order", "the MO reveals its share before it can know the other", shares_come_in_order),
    Invariant("whole epochs", "no MO leaves inside an epoch for free", completed_epochs_are_whole),
    Invariant("drawn once", "no epoch of a dataset is drawn twice", drawn_once),
)}  # fmt: skip

TRAPS = {"no trap (closed)": "C32/closed", "no trap (ended)": "C32/ended"}
COALITIONS = {"none": (), "DO": ("do-1",), "MO": ("mo-1",), "CO": ("co-1",), "CO+CO": ("co-1", "co-2"), "DO+CO": ("do-1", "co-1"),
              "MO+CO": ("mo-1", "co-1"), "DO+MO": ("do-1", "mo-1")}  # fmt: skip


def case(coalition: str, scope: str, said: str = "", **more: Any) -> Case:
    return Case(f"{scope} {coalition}{said}", scope, COALITIONS[coalition], **more)


# The smallest coalitions first: of an amendment that is dropped, the first case in which a claim falls is told.
CASES = {one.name: one for one in (
    *(case(name, scope) for name in ("none", "DO", "MO", "CO") for scope in ("1x2", "1x3", "2x2")),
    case("CO", "1x2", ", lazy", given=LAZY), case("CO", "1x3", ", arbiters mute", nobody_takes=("Arbitrate",)),
    case("MO", "1x3", ", without inputs", start="no inputs"),
    case("MO", "1x2", ", without inputs, poor owners", start="no inputs", given=(POOR_OWNERS,)),
    case("MO", "1x2", ", without inputs, arbiters mute", start="no inputs", nobody_takes=("Arbitrate",)),
    *(case(name, "1x2", ", before approval", start="requested") for name in ("none", "DO", "MO", "CO")),
    *(case(name, "1x2", ", nobody waits", timely=False) for name in ("none", "MO", "CO")),
    *(case(name, "1x3") for name in ("CO+CO", "DO+CO", "MO+CO", "DO+MO")),
)}  # fmt: skip
# Explored when they are named: each takes minutes.
LARGE = {one.name: one for one in (
    case("CO+CO", "1x5"), *(case(name, "2x2") for name in ("DO+CO", "DO+MO", "CO+CO", "MO+CO")))}  # fmt: skip
