"""Claims about states: what owners hold, what the ledger says of an instance, which outputs there are, and what can be sold."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from properties.claims import Claim, Part
from properties.keeping import instances_end_once
from properties.knowledge import Question
from properties.sometimes import some_report_by_two, some_round_open, some_verified
from spec.kinds import MEMBER
from spec.language import conjunction, deviating, every, image, implies, some
from spec.paper.assets import CI, CLAIMED, CONTENT, DS, DSS, OWN_SUBSET, RECEIVED, SENT, TC
from spec.schema import TableHandle, notion
from spec.text import Protocol
from spec.tracing import Transaction


def write_was_validated(protocol: Protocol, transaction: Transaction) -> Any:
    """Whatever writes the ledger is a transaction of the text, whose guards hold when it commits, or changes nothing."""
    if not transaction.on_ledger:
        return None
    if transaction.name in protocol.transactions:
        return conjunction(*(guard.condition for guard in transaction.guards.values()))
    return conjunction(*(TableHandle(write.table)[write.keys]._cell(write.field, write.value._kind) == write.value for write in transaction.writes))


def one_subset_is_assigned() -> Any:
    """Of one dataset an owner has instances of one subset only."""
    return every(CI, lambda one: every(CI, lambda other: implies(
        (one.co == other.co) & (one.dss.dataset == other.dss.dataset), one.dss == other.dss)))  # fmt: skip


def one_subset_is_given() -> Any:
    """Of a dataset of an honest DO an owner has received the data of one subset only."""

    def got(party: Any, owner: Any, instance: Any) -> Any:
        sent = SENT[owner, instance]
        return sent.exists & RECEIVED[party, instance].exists & (RECEIVED[party, instance].content == sent.content)

    def same(party: Any, owner: Any, one: Any, other: Any) -> Any:
        both = got(party, owner, one) & got(party, owner, other) & (one.dss.dataset == other.dss.dataset)
        return implies(both, SENT[owner, one].content == SENT[owner, other].content)

    return every(MEMBER, lambda party: every(MEMBER, lambda owner: implies(~deviating(owner), every(
        CI, lambda one: every(CI, lambda other: same(party, owner, one, other))))))  # fmt: skip


def owners_were_first() -> Any:
    """Of the data of a subset that an honest DO made the ledger never shows another as the first in whose dataset it stood."""

    def first(owner: Any, subset: Any) -> Any:
        shown = CLAIMED[image(CONTENT, subset)].owner
        return implies(OWN_SUBSET[owner, subset].exists, (shown == None) | (shown == owner))

    return every(MEMBER, lambda owner: implies(~deviating(owner), every(DSS.sort, lambda subset: first(owner, subset))))


def verified_data_is_right() -> Any:
    held, right = notion("held_content"), notion("right_content")
    return every(CI, lambda instance: implies(
        (instance.status == "VERIFIED") & ~deviating(instance.co), held(instance) == right(instance.dss)))  # fmt: skip


def checked_data_is_right() -> Any:
    passed, held, right = notion("cross_check_passed"), notion("held_content"), notion("right_content")
    return every(CI, lambda instance: implies(passed(instance) & ~deviating(instance.co), held(instance) == right(instance.dss)))


def states_are_told_apart() -> Any:
    """Of 'nobody has looked at it', 'it was refused' and 'its owner cheated' the ledger never says two of one instance."""
    refused, fraud = notion("is_refused"), notion("is_fraud")

    def told(instance: Any) -> Any:
        untouched = (instance.status == "FREE") & ~refused(instance)
        return implies(fraud(instance), ~untouched & ~refused(instance))

    return every(CI, told)


def mismatch_can_be_told() -> Any:
    """A DO that found another hash than its own has the ledger say so, as of no instance at which nobody has looked, or can."""
    found, refused, can = notion("found_different"), notion("is_refused"), notion("can_be_refused")
    return every(CI, lambda instance: implies(
        ~deviating(instance.dss.dataset.owner) & found(instance), refused(instance) | can(instance)))  # fmt: skip


def agreed_results_are_right() -> Any:
    """What more than half of a group report is right, when less than half of it deviate: so there is one such output."""
    return right_where_most_are_honest("agreed_results")


def right_where_most_are_honest(results: str) -> Any:
    """Of the results that a notion names: they are right where fewer than half of the group deviate."""
    group, right = notion("group_of"), notion("right_weights")

    def judged(couple: Any, subset: Any, round: Any, weights: Any) -> Any:
        minority = group(couple, subset, round, deviating) * 2 < group(couple, subset, round, lambda member: True)
        return implies(minority, weights == right(subset, round))

    return notion(results)(judged)


def complete_rounds_have_right_results() -> Any:
    """In a round that is complete more than half of a group with an honest majority report the right weights."""
    group, right, reports = notion("group_of"), notion("right_weights"), notion("reports_of")

    def available(couple: Any, subset: Any, round: Any) -> Any:
        whole = group(couple, subset, round, lambda member: True)
        majority = group(couple, subset, round, lambda member: ~deviating(member)) * 2 > whole
        return implies(majority, reports(couple, subset, round, right(subset, round)) * 2 > whole)

    return every(TC, lambda couple: notion("complete_round")(couple, lambda subset, round: available(couple, subset, round)))


def every_subset_was_used(couple: Any) -> Any:
    trains, used = notion("trains_at_all"), notion("was_used")
    return every(couple.ds.dssidlist, lambda subset: implies(trains(couple, subset), used(couple, subset)))


def rounds_cover_subsets() -> Any:
    """When the rounds of a couple are over, every subset that can train was used."""
    return every(TC, lambda couple: implies(notion("rounds_are_over")(couple), every_subset_was_used(couple)))


def some_couples(holds: Callable[[Any, Any], Any]) -> Any:
    """Two couples that have both trained meet a condition."""
    return some(TC, lambda one: some(TC, lambda other: (one != other) & has_trained(one) & has_trained(other) & holds(one, other)))


def has_trained(couple: Any) -> Any:
    used = notion("was_used")
    return some(couple.ds.dssidlist, lambda subset: used(couple, subset))


def a_couple_of_several_owners() -> Any:
    spans = notion("spans")
    return some(TC, lambda couple: some(DS, lambda one: some(DS, lambda other: (
        (one.owner != other.owner) & spans(couple, one) & spans(couple, other)))))  # fmt: skip


def a_model_of_several_owners() -> Any:
    return some_couples(lambda one, other: (one.mod == other.mod) & (one.ds.owner != other.ds.owner))


def a_finished_model_is_found() -> Any:
    """The place of a model stands on the ledger when a couple has trained it to the end."""
    ended = notion("has_ended")
    return some(TC, lambda couple: ended(couple) & has_trained(couple) & (couple.mod.url != None))


def a_model_is_sold() -> Any:
    ended, use = notion("has_ended"), notion("may_use")
    return some(TC, lambda couple: ended(couple) & some(MEMBER, lambda buyer: (buyer != couple.mod.owner) & use(couple.mod, buyer)))


def data_is_sold_again() -> Any:
    """Two MOs have trained on one dataset to the end, and whoever made its subsets still owns it."""
    ended = notion("has_ended")

    def kept(dataset: Any) -> Any:
        return every(dataset.dssidlist, lambda subset: OWN_SUBSET[dataset.owner, subset].exists)

    return some_couples(lambda one, other: (
        (one.ds == other.ds) & (one.mod.owner != other.mod.owner) & ended(one) & ended(other) & kept(one.ds)))  # fmt: skip


def buyers_have_the_model() -> Question:
    """Whoever may use a model that another made has what stands on the ledger of it, and what it is given."""
    return Question(each=("model",))


def sales_give_the_data() -> Question:
    return Question(each=("rows",), needs="MO", everybody_of="MO", after=data_is_sold_again)


OF_STATES = (
    Claim("C02", "each CO holds a small fraction",
          "the dataset is split into multiple subsets and stored across COs so that no single CO has full access to the dataset and each CO holds a small fraction of the overall data", "L166-169",
          (Part("assigned", "inv", "of a dataset of m subsets a CO has instances of at most one: its fraction is 1/m", one_subset_is_assigned),
           Part("given", "inv", "of a dataset of an honest DO a CO has received the data of at most one subset", one_subset_is_given)),
          "some instance is verified", some_verified, assumptions=("a fraction is counted in subsets, which the DO makes of equal size",), against=("CO",)),
    Claim("C06", "owners retain ownership",
          "Our system enables data owners to retain ownership and privacy of their data", "L5-6",
          (Part("first", "inv", "of the data of a subset that an honest DO made, the ledger never shows another than that DO as the first in whose dataset it stood", owners_were_first),),
          "some instance is verified", some_verified, assumptions=("whoever has the data can tell which hashes on the ledger are of it",), against=("CO",),
          scope="1x1", depth=8),
    Claim("C07", "the hash step ensures that a CO receives no faulty subset",
          "This step ensures that CO receives no faulty subset", "L478-479",
          (Part("received", "inv", "VERIFIED(ci) implies that an honest owner has, to train on, the data of the subset that its DO committed to", verified_data_is_right),),
          "some instance is verified", some_verified, against=("DO",)),
    Claim("C10", "the DO can tag a CO as fraudulent",
          "If there is a mismatch, the DO can tag the CO as fraudulent", "L474-475",
          (Part("told", "inv", "where the DO found another hash than its own, the ledger says so, otherwise than of an instance at which nobody has looked, or would accept that the DO says so", mismatch_can_be_told),
           Part("distinct", "inv", "'nobody has looked', 'refused' and 'fraud' are three states: the ledger never says two of them of one instance", states_are_told_apart),
           Part("once", "step", "an instance ends once: what was refused, rejected, expired or withdrawn is not said to be another of these", instances_end_once)),
          "some instance is verified", some_verified),
    Claim("C13", "a CO can cross-check that its subset is right",
          "If the hash matches with the one uploaded by the CO whose nonce was used, then it is likely that both COs were given the same subset of the dataset. Thus, a CO can cross verify whether it has received the correct data subset from a DO", "L691-695",
          (Part("checked", "inv", "an honest owner whose cross-check passes has the data of its subset, whoever colludes with the DO", checked_data_is_right),),
          "some instance is verified", some_verified, against=("DO", "DO+CO")),
    Claim("C23", "the correct model of each subset is available by consensus",
          "As long as the number of fraudulent COs is < n/2, the correct model corresponding to each data subset will be available via consensus", "L527-529",
          (Part("right", "inv", "with f < n/2, what more than half of a group report are the right weights, so that there is one such output", agreed_results_are_right),
           Part("available", "inv", "when a round is complete, more than half of each group with an honest majority report the right weights", complete_rounds_have_right_results)),
          "two owners of a group have delivered", some_report_by_two, scope="1x3", against=("CO", "MO")),
    Claim("C27", "over rounds all subsets are used",
          "However, training over multiple rounds ensures that all the PPDS are eventually utilized for training", "L599-601",
          (Part("covered", "inv", "when the rounds of a couple are over, every subset with replicas enough to train has a result in one of them", rounds_cover_subsets),),
          "some round is open", some_round_open, against=("MO", "CO"), depth=5,
          assumptions=("that the rounds can still be run to their end is claimed by C32/finished",)),
    Claim("C34", "critical validations cannot be bypassed",
          "Our design ensures that blockchain performs a few critical validations and verification and the stakeholders will not be able to proceed without these validations", "L275-278",
          (Part("guarded", "step", "every change of the ledger is a transaction of the text whose guards hold when it commits", write_was_validated),),
          "some round is open", some_round_open, depth=4),
    Claim("C45", "several data owners train one model together",
          "consider a group of k hospitals each of whom have a certain amount of patient healthcare data, but lack expertise to jointly build AI models. ... In this setting, an AI marketplace can enable collaboration between the hospitals (i.e. data owners) and AI developers to securely build models", "L33-40",
          (Part("couple", "reach", "one couple trains on datasets of several owners", a_couple_of_several_owners),
           Part("model", "reach", "one model has been trained on the datasets of two owners, in a couple with each", a_model_of_several_owners)),
          "", None, scope="2*1x2"),
    Claim("C46", "models and their parts are discovered, reused and sold",
          "any model building blocks can be reused by other developers. Finally, these models can be discovered and consumed by businesses", "L42-44",
          (Part("discovered", "reach", "a model that was trained to the end stands on the ledger with its place", a_finished_model_is_found),
           Part("sold", "reach", "a second party may use a model that was trained to the end, and its owner still owns it", a_model_is_sold),
           Part("kept", "know", "nobody to whom a model is sold has its weights in clear, which are what its owner sells", buyers_have_the_model)),
          "", None, scope="1x2"),
    Claim("C47", "data is sold many times without losing ownership",
          "They wish to monetize this data and sell it for AI training in a safe, secure, and transparent manner multiple times without loosing its ownership", "L122-125",
          (Part("again", "reach", "two MOs have trained on one dataset to the end, and its DO still owns it", data_is_sold_again),
           Part("kept", "know", "two sales leave the MOs, together, without the rows of any subset", sales_give_the_data)),
          "", None, scope="2*1x2", against=("MO",)),
)  # fmt: skip
