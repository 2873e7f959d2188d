"""What the words of the claims about data, outputs and sales mean in the paper's text; `notions` has those about rounds and couples."""

from __future__ import annotations

from typing import Any

from spec.language import BOOLEAN, count, every, image, implies, literal, some, term
from spec.paper.assets import CHECKED, CI, CONTENT, DATA_HASH, DELIVERY, RECEIVED, TC, paper
from spec.paper.notions import report, same_report


@paper.notion
def held_content(instance: Any) -> Any:
    """The data that an instance's owner trains on: what it received last."""
    return RECEIVED[instance.co, instance].content


@paper.notion
def right_content(subset: Any) -> Any:
    """The data that a subset stands for."""
    return image(CONTENT, subset)


@paper.notion
def cross_check_passed(instance: Any) -> Any:
    """The owner's data, hashed with the nonce of another owner of the same subset, gives the hash which that one declared (L679-695)."""
    received = RECEIVED[instance.co, instance]

    def agrees(other: Any) -> Any:
        again = term(DATA_HASH, content=received.content, nonce=other.nonce)
        return (other.dss == instance.dss) & (other.co != instance.co) & (other.hash != None) & (other.hash == again)

    return received.exists & some(CI, agrees)


@paper.notion
def found_different(instance: Any) -> Any:
    """The DO has recomputed the hash with the nonce that is declared, and the declared one is another (L474)."""
    return differs_from_checked(instance)


def differs_from_checked(instance: Any) -> Any:
    checked = CHECKED[instance.dss.dataset.owner, instance]
    compared = checked.exists & (instance.hash != None) & (checked.hash.nonce == instance.nonce) & (instance.status != "VERIFIED")
    return compared & (checked.hash != instance.hash)


@paper.notion
def can_be_refused(instance: Any) -> Any:
    """A transaction that the DO may call now makes the ledger say so: there is none, it can only leave out VerifyCI (L478)."""
    return literal(False, BOOLEAN)


@paper.notion
def is_refused(instance: Any) -> Any:
    """Neither free, as an instance at which nobody has looked, nor verified: there is no third status (L477)."""
    return instance.exists & (instance.status != "FREE") & (instance.status != "VERIFIED")


@paper.without_notion("a status is Free or Verified; on a mismatch it remains non-verified (L478): no field and no transaction says fraud")
def is_fraud(instance: Any) -> Any:
    """The ledger says that the instance's owner cheated."""
    return False


@paper.notion
def agreed_results(judged: Any) -> Any:
    """What more than half of a subset's replicas report for the current round, each opened with the nonce beside it (L528, L631)."""

    def agreed(couple: Any, subset: Any, instance: Any) -> Any:
        alike = count(subset.ciidlist, lambda other: same_report(couple, instance, other))
        return implies(alike * 2 > subset.ciidlist.length, judged(couple, subset, couple.round, report(couple, instance).hash.weights))

    return every(TC, lambda couple: every(couple.curdssidlist, lambda subset: every(
        subset.ciidlist, lambda instance: agreed(couple, subset, instance))))  # fmt: skip


@paper.notion
def complete_round(couple: Any, holds: Any) -> Any:
    """A condition of every subset of the current round and of the round, where all its results are said to be there: rem is 0 (L619)."""
    complete = (couple.round > 0) & (couple.rem == 0)
    return implies(complete, every(couple.curdssidlist, lambda subset: holds(subset, couple.round)))


@paper.notion
def reports_of(couple: Any, subset: Any, round: Any, weights: Any) -> Any:
    """How many replicas of a subset report these weights for the current round."""

    def reported(instance: Any) -> Any:
        return same_report(couple, instance, instance) & (report(couple, instance).hash.weights == weights)

    return count(subset.ciidlist, reported)


@paper.notion
def trains_at_all(couple: Any, subset: Any) -> Any:
    """Somebody holds the subset."""
    return subset.ciidlist.length > 0


@paper.notion
def was_used(couple: Any, subset: Any) -> Any:
    """The owner of some replica has delivered a result of some round."""
    return some(subset.ciidlist, lambda instance: some(DELIVERY.rows(couple, instance), lambda delivered: delivered.hash != None))


@paper.notion
def rounds_are_over(couple: Any) -> Any:
    """A round of each parity was started (L408), and the last one is complete."""
    return (couple.round >= 2) & (couple.rem == 0)


ONE_DATASET = "a couple names one dataset (L357), which has one owner; a model is trained on the data of several in several: C45/model"
NO_BUYER = "no transaction gives a model to anybody: its owner is who made it, no asset names a buyer, payment is future work (L1049)"


@paper.without_notion(ONE_DATASET)
def spans(couple: Any, dataset: Any) -> Any:
    """A couple trains on a dataset, beside others."""
    return False


@paper.without_notion(NO_BUYER)
def may_use(model: Any, member: Any) -> Any:
    """A member has bought the use of a model."""
    return False
