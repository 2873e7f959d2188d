"""The claims of the paper that are decided so far, with their quotation and place; `claims.md` keeps their numbers."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from typing import Any

from properties.access import obeys_access_table
from properties.blame_claims import BLAME_CLAIMS
from properties.claims import Claim, Part
from properties.game_claims import GAME_CLAIMS
from properties.keeping import bonds_are_held, ended_couples_stay, one_couple_is_open, rosters_are_ready
from properties.knowledge_claims import KNOWLEDGE_CLAIMS
from properties.measured_claims import MEASURED_CLAIMS
from properties.number_claims import NUMBER_CLAIMS
from properties.number_statements import quorum_statements
from properties.ranking import Liveness, subject, variables
from properties.sometimes import some_delivered, some_payment, some_report_by_two, some_round_completed, some_round_open, some_verified
from properties.state_claims import OF_STATES, right_where_most_are_honest
from spec.kinds import MEMBER
from spec.language import conjunction, count, deviating, every, implies, in_run
from spec.paper.assets import CI, DELIVERY, DS, DSS, TC, TC_REF, TJ
from spec.schema import notion
from spec.text import Protocol
from spec.tracing import Transaction


def verified_hash_is_the_checked_one() -> Any:
    recorded, checked = notion("recorded_hash"), notion("checked_hash")
    return every(CI, lambda instance: implies(instance.status == "VERIFIED", recorded(instance) == checked(instance)))


def selected_instances_are_verified() -> Any:
    selected = notion("selected_now")
    return every(TC, lambda couple: every(CI, lambda instance: implies(selected(couple, instance), instance.status == "VERIFIED")))


def remaining_is_exact() -> Any:
    selected, delivered, remaining = notion("selected_now"), notion("delivered_now"), notion("remaining")

    def undelivered(couple: Any) -> Any:
        return count(CI, lambda instance: selected(couple, instance) & ~delivered(couple, instance))

    return every(TC, lambda couple: remaining(couple) == undelivered(couple))


def completion_is_true(protocol: Protocol, transaction: Transaction) -> Any:
    """The event of a completed round is emitted only when every selected job is delivered: before, or by this very call."""
    event = transaction.events.get("RoundComplete")
    if event is None:
        return None
    selected, delivered = notion("selected_now"), notion("delivered_now")
    couple, instance = (transaction.arguments.get(name) for name in ("couple", "instance"))
    if instance is None:
        return implies(event.condition, every(CI, lambda other: implies(selected(couple, other), delivered(couple, other))))
    others = every(CI, lambda other: implies(selected(couple, other) & (other != instance), delivered(couple, other)))
    this = implies(selected(couple, instance), delivered(couple, instance) | (instance.co == transaction.arguments["caller"]))
    return implies(event.condition, others & this)


def delivery_is_kept() -> Any:
    """Whatever an instance's CO delivered for a round stands in a record of its own."""
    return every(TC, lambda couple: every(CI, lambda instance: every(DELIVERY.rows(couple, instance), lambda delivered: (
        TJ.named(couple=couple, instance=instance, round=delivered.round).hash == delivered.hash))))  # fmt: skip


def results_are_right() -> Any:
    """A result that the protocol takes as right is right, when fewer than half of the group deviate."""
    return right_where_most_are_honest("results_taken_as_right")


def same_selection_in_both_runs() -> Any:
    """At the same epoch of its dataset, a couple whose round is open has the same subsets selected in both runs."""
    opened, epoch, selected = notion("round_is_open"), notion("epoch_now"), notion("selected_subset")

    def same(couple: Any) -> Any:
        both_open = in_run(0, opened(couple)) & in_run(1, opened(couple))
        same_epoch = conjunction(*(in_run(0, part) == in_run(1, part) for part in epoch(couple)))
        alike = every(DSS, lambda subset: in_run(0, selected(couple, subset)) == in_run(1, selected(couple, subset)))
        return implies(both_open & same_epoch & notion("same_beacon")(couple), alike)

    return every(TC, same)


def drawn_once() -> Any:
    """For no epoch of a dataset are subsets drawn twice, across couples and pseudonyms."""
    return every(DS, lambda dataset: every(notion("draws")(dataset), lambda drawn: drawn.times <= 1))


def standing_for(target: Any) -> Any:
    """That whoever is honest and has standing can bring a couple to a target."""

    def build() -> Liveness:
        kinds = subject(couple=TC_REF, party=MEMBER)
        couple, party = variables(kinds)
        assumed = ~deviating(party) & TC[couple].exists & notion("has_standing")(TC[couple], party)
        return Liveness(kinds, assumed, target(TC[couple]))

    return build


def finishing() -> Liveness:
    """That a couple under way is trained to the end, as long as nobody who is needed gives up."""
    kinds = subject(couple=TC_REF)
    couple = TC[variables(kinds)[0]]
    provided = {
        "the MO is honest": ~deviating(couple.mod.owner), "the DO is honest": ~deviating(couple.ds.owner),
        "most replicas of every selected subset are of honest owners": notion("most_are_honest")(couple),
        "the DO can give its bond and the MO can pay": notion("is_funded")(couple),
    }
    timely = {"Tick": notion("nobody_is_late")(couple)}
    return Liveness(kinds, couple.exists & notion("is_under_way")(couple), notion("is_trained")(couple), provided, timely)


def no_round_is_open(couple: Any) -> Any:
    return ~notion("round_is_open")(couple)


def couple_has_ended(couple: Any) -> Any:
    return notion("has_ended")(couple)


def work_is_paid_when_accepted() -> Any:
    return notion("paid_is_accepted")()


DECIDED = (
    Claim("C11", "verified marks the checked hash",
          "The DO uses the transaction VerifyCI to update the status in the CI to 'verified' if the DO sees a matching hash", "L475-481",
          (Part("checked", "inv", "VERIFIED(ci) implies that ci.hash is the hash with which the DO verified it", verified_hash_is_the_checked_one),),
          "some instance is verified", some_verified),
    Claim("C12", "verified chunks become ready for training",
          "Once a DO verifies the hash of a CO's data subset and marks the CI status as verified, the data chunks become ready for training", "L479-481",
          (Part("verified", "inv", "an instance selected in the current round is VERIFIED", selected_instances_are_verified),),
          "some round is open", some_round_open),
    Claim("C17a", "how many matching results are right",
          "As long as the number of fraudulent COs is < n/2, any party can verify whether the CO actually trained the model", "L506-509",
          (Part("quorum", "arith", "for every n and f with 2f < n, any q >= n/2 equal results contain an honest one, and q = ceil(n/2) - 1 need not; the honest alone reach any q <= floor(n/2) + 1, and one more they need not reach",
                quorum_statements),),
          "", None, of="any f < n/2", assumptions=("honest replicas of one subset report equal results", "f counts replicas, not owners")),
    Claim("C17d", "the 2-of-5 rule",
          "The MO can wait for the response from 2 COs and verify the model. If the models match, then the data subset that CO claims to have is correct",
          "L665-671",
          (Part("two_match", "inv", "with f < n/2 deviating owners in a group, two reports that open to equal weights are the right weights",
                results_are_right),),
          "two owners of a group have delivered", some_report_by_two, scope="1x5", against=("CO", "CO+CO")),
    Claim("C25", "the MO does not control which subsets train",
          "this chaincode function which holds the logic of picking up a random subset of COs to conduct a round of training, is carried out by the underlying blockchain which is completely agnostic of the MO", "L733-737",
          (Part("same", "two_runs", "two runs that differ only in the coalition's choices select the same subsets at the same epoch",
                same_selection_in_both_runs),
           Part("once", "inv", "no epoch of a dataset is drawn twice, across couples and pseudonyms (else whoever draws again controls what trains)", drawn_once),
           Part("open", "inv", "an MO has at most one couple of a dataset that has not ended (else it opens couples until a draw suits it)", one_couple_is_open)),
          "some round is open", some_round_open, depth=5,
          assumptions=("an epoch of a dataset ends when a round of it completes", "the bias left by aborting is a claim of its own (C25n)"), against=("MO", "MO+CO")),
    Claim("C31", "rem tracks whether all COs updated",
          "The rem field in the TC is used to track whether all CO's have updated their respective TJs", "L617-621",
          (Part("rem", "inv", "rem is the number of selected jobs that their owners have not delivered in the current round", remaining_is_exact),
           Part("event", "step", "RoundComplete is emitted only when every selected job is delivered by its owner", completion_is_true)),
          "some round completes", some_round_completed, against=("CO", "MO")),
    Claim("C32", "the MO is notified when a round completes",
          "When the rem matches the total number of PPDS selected, the MO is notified that the training is completed", "L619-621",
          (Part("closed", "live", "from every reachable state an open round can still be closed by each honest party that has standing", standing_for(no_round_is_open)),
           Part("ended", "live", "from every reachable state a couple can still be ended, with nothing of it held, by each honest party that has standing",
                standing_for(couple_has_ended)),
           Part("finished", "live", "from every reachable state a couple under way can still be trained to the end, if nobody who is needed gives up", finishing),
           Part("over", "step", "no transaction writes how far a couple is that has ended", ended_couples_stay),
           Part("ready", "inv", "an instance that stands on the roster of a couple under way has not ended", rosters_are_ready)),
          "some round is open", some_round_open, assumptions=("the clock moves: a majority of the organisations is honest",), against=("CO", "MO")),
    Claim("C33", "a TJ tracks each individual job",
          "An asset called Train Job (TJ) is created ... for tracking the progress of individual jobs", "L580-584",
          (Part("kept", "inv", "what an owner delivered for (couple, instance, round) stays in a record of its own", delivery_is_kept),),
          "some job is delivered", some_delivered, deeper={"orderer": ("1x1", 12)}, against=("DO", "CO", "CO+CO")),
    Claim("C35", "operations are controlled by the access control list",
          "Member access to perform operations on assets is controlled by the access control list (ACL)", "L290-292",
          (Part("allowed", "step", "every accepted write (transaction, caller's relation to the row, field) is allowed by the access table",
                obeys_access_table),),
          "some instance is verified", some_verified,
          assumptions=("the access table is reconstructed: the paper names the list and does not print it",)),
    Claim("C39", "paid records payment", "o Boolean paid", "L361",
          (Part("paid", "inv", "work is accepted exactly when it is paid, in one step", work_is_paid_when_accepted),
           Part("conserved", "inv", "all money that was brought in is accounted for", lambda: notion("money_is_conserved")()),
           Part("covered", "inv", "what is owed for unsettled work is set aside, and nobody owes anything", lambda: notion("debts_are_covered")()),
           Part("held", "inv", "a couple holds the bonds of its MO and its DO from when they were given until it ends", bonds_are_held)),
          "something was paid", some_payment, deeper={"orderer": ("2x1", 6)}, against=("MO", "CO")),
)  # fmt: skip
CLAIMS: dict[str, Claim] = {
    claim.name: claim
    for claim in sorted((*DECIDED, *OF_STATES, *NUMBER_CLAIMS, *KNOWLEDGE_CLAIMS, *BLAME_CLAIMS, *GAME_CLAIMS, *MEASURED_CLAIMS), key=lambda claim: claim.name)
}
