"""What the words of the claims mean in the paper's text.  A variant that keeps its records elsewhere says so by an amendment."""
# ruff: noqa: I001 (the names of one module stand together)

from __future__ import annotations

from typing import Any

from spec.language import BOOLEAN, count, deviating, every, image, implies, literal, some, term
from spec.paper.assets import (
    CI, CONTENT, DELIVERY, DRAWN, DS, EPOCHS, MOD, MODEL_HASH, PAID_OUT, SELECTION, TC, TJ, TRAINING_FILE, VERIFIED_HASH, WEIGHTS, paper,
)  # fmt: skip
from spec.paper.training import of_parity


@paper.notion
def recorded_hash(instance: Any) -> Any:
    """The data hash that stands on the ledger for an instance."""
    return instance.hash


@paper.notion
def checked_hash(instance: Any) -> Any:
    """The data hash with which the DO last verified an instance."""
    return VERIFIED_HASH[instance].hash


@paper.notion
def selected_now(couple: Any, instance: Any) -> Any:
    """In the selection of the couple's current round."""
    return (couple.round > 0) & (SELECTION[couple, instance].round == couple.round)


@paper.notion
def delivered_now(couple: Any, instance: Any) -> Any:
    """Its own CO delivered a result in the couple's current round."""
    return DELIVERY[couple, instance, couple.round].exists


@paper.notion
def remaining(couple: Any) -> Any:
    """How many jobs of the round are still to be delivered, as the ledger counts them."""
    return couple.rem


@paper.notion
def round_is_open(couple: Any) -> Any:
    """A round was started and is not complete."""
    return (couple.round > 0) & (couple.rem > 0)


@paper.notion
def selected_subset(couple: Any, subset: Any) -> Any:
    """The subset trains in the couple's current round."""
    return some(couple.curdssidlist, lambda other: other == subset)


@paper.notion
def epoch_now(couple: Any) -> Any:
    """The epoch that the couple's current round is drawn for: rounds of its dataset completed before."""
    return (EPOCHS[couple.ds].closed,)


@paper.notion
def same_beacon(couple: Any) -> Any:
    """Both runs have the same source of chance; the paper has none."""
    return True


@paper.notion
def draws(dataset: Any) -> Any:
    """How often subsets were drawn, for each epoch of a dataset."""
    return DRAWN.rows(dataset)


@paper.notion
def results_taken_as_right(judged: Any) -> Any:
    """Two reports of a group, for the current round, that open with the nonces beside them to the same weights (L665-671)."""

    def pairs(couple: Any, subset: Any) -> Any:
        return every(subset.ciidlist, lambda i, first: every(subset.ciidlist, lambda j, second: implies(
            (i < j) & (first != second) & same_report(couple, first, second),
            judged(couple, subset, couple.round, report(couple, first).hash.weights))))  # fmt: skip

    return every(TC, lambda couple: every(couple.curdssidlist, lambda subset: pairs(couple, subset)))


def report(couple: Any, instance: Any) -> Any:
    return TJ.named(couple=couple, instance=instance, round=couple.round)


def same_report(couple: Any, first: Any, second: Any) -> Any:
    one, other = report(couple, first), report(couple, second)
    opened = [row.hash == term(MODEL_HASH, weights=row.hash.weights, nonce=row.nonce) for row in (one, other)]
    return (one.hash != None) & (other.hash != None) & opened[0] & opened[1] & (one.hash.weights == other.hash.weights)


@paper.notion
def group_of(couple: Any, subset: Any, round: Any, member: Any) -> Any:
    """How many replicas of a subset take part in a round, all of them or those whose owner meets a condition."""
    return count(subset.ciidlist, lambda instance: member(instance.co))


@paper.notion
def right_weights(subset: Any, round: Any) -> Any:
    """What training on the subset's data gives in a round."""
    return term(WEIGHTS, content=image(CONTENT, subset), round=round)


@paper.notion
def populated() -> Any:
    """Every instance is verified, every couple approved, every training file uploaded: where attacks start."""
    verified = every(CI.sort, lambda instance: CI[instance].status == "VERIFIED")
    approved = every(TC.sort, lambda couple: TC[couple].status == "APPROVED")
    return verified & approved & every(MOD.sort, lambda model: TRAINING_FILE[model].exists)


@paper.notion
def some_round_completed() -> Any:
    """The event of a completed round was emitted."""
    return some(DS, lambda dataset: EPOCHS[dataset].closed > 0)


NO_MONEY = "nothing on the ledger is money: payment is future work (L1049), and incentives are claimed (L9)"


@paper.notion
def paid_is_accepted() -> Any:
    """A couple that is marked as paid was paid by its MO (O12), and the other way round."""
    return every(TC, lambda couple: couple.paid == PAID_OUT[couple.mod.owner, couple].paid)


@paper.notion
def picked_by_turns(position: Any, round: Any) -> Any:
    """The subset at a position trains in a round of that number, by the rule of the listing."""
    return of_parity(position, round)


@paper.notion
def picked_at_random() -> Any:
    """Each round draws its subsets anew, as three sentences say (L209, L375, L736) and the listing does not."""
    return True


@paper.without_notion("nothing divides a dataset into batches that train together")
def in_batches() -> Any:
    """Each round of an epoch trains one batch, in the order of a permutation."""
    return True


@paper.without_notion("no seed is committed to: the selection follows from the number of the round")
def seed_is_committed() -> Any:
    """Two owners commit to shares of a seed, one reveals first, and who does not reveal forfeits a bond."""
    return True


@paper.notion
def some_payment() -> Any:
    """Something was paid."""
    return some(TC, lambda couple: couple.paid)


@paper.without_notion(NO_MONEY)
def money_is_conserved() -> Any:
    """No money appears and none is lost."""
    return True


@paper.without_notion(NO_MONEY)
def debts_are_covered() -> Any:
    """What is owed for accepted work is set aside."""
    return True


@paper.without_notion(NO_MONEY)
def bonds_are_held() -> Any:
    """Who promises something has a bond on it until it is done."""
    return True


@paper.without_notion("no transaction ends an instance")
def instance_has_ended(instance: Any) -> Any:
    """Nothing more is expected of anybody for the instance."""
    return False


@paper.notion
def may_be_selected(couple: Any, instance: Any) -> Any:
    """A job of the instance is made when the couple is approved, whoever holds it then."""
    return instance.dss.dataset == couple.ds


@paper.notion
def has_standing(couple: Any, party: Any) -> Any:
    """Whoever is to move a couple on: here all who are concerned, together."""
    return (couple.ds.owner == party) | (couple.mod.owner == party) | some(CI, lambda instance: instance.co == party)


@paper.notion
def has_ended(couple: Any) -> Any:
    """Nothing more is expected of anybody for the couple."""
    return couple.status == "COMPLETED"


@paper.notion
def is_under_way(couple: Any) -> Any:
    """The couple was approved and is not completed."""
    return couple.status == "APPROVED"


@paper.notion
def is_trained(couple: Any) -> Any:
    """The couple has trained a round, and it is complete."""
    return (couple.round > 0) & (couple.rem == 0)


@paper.notion
def most_are_honest(couple: Any) -> Any:
    """Most replicas of every subset that trains in the current round are of honest owners."""

    def mostly(subset: Any) -> Any:
        return count(subset.ciidlist, lambda instance: ~deviating(instance.co)) * 2 > subset.ciidlist.length

    return every(couple.curdssidlist, mostly)


@paper.notion
def is_funded(couple: Any) -> Any:
    """Nothing here costs anything."""
    return literal(True, BOOLEAN)


@paper.notion
def nobody_is_late(couple: Any) -> Any:
    """Nothing here has a deadline."""
    return literal(True, BOOLEAN)
