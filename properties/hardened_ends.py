"""Lemmas by hand about ends in `hardened`: which couple is open, and what is left of one that is not."""

from __future__ import annotations

from typing import Any

from properties.hardened_lemmas import couples
from properties.lemmas import lemma
from spec.hardened.couples import no_round_is_open
from spec.hardened.words import OPEN, PROGRESS, ROSTER
from spec.language import count, every, implies
from spec.paper.assets import CI, DS, TC


@lemma("couple_has_model")
def couples_are_noted() -> Any:
    """Of every couple it is noted that its MO has asked for its dataset."""
    return couples(lambda couple: OPEN[couple.ds, couple.mod.owner].exists)


@lemma("couple_has_model")
def open_couples_are_noted() -> Any:
    """A couple that has not ended is the one that is noted as open."""
    return couples(lambda couple: implies(~PROGRESS[couple].ended, OPEN[couple.ds, couple.mod.owner].couple == couple))


@lemma("latest_round_has_a_row", "rounds_are_of_active_couples", "shares_are_known_in_order", "rounds_are_counted")
def ended_couples_have_no_open_round() -> Any:
    """No round of a couple that has ended is open."""
    return every(TC.sort, lambda couple: implies(PROGRESS[couple].ended, TC[couple].exists & no_round_is_open(TC[couple])))


@lemma()
def requests_are_counted() -> Any:
    """The number of requests on the list of a dataset is not negative."""
    return every(DS, lambda dataset: dataset.couples.length >= 0)


@lemma("roster_is_of_an_approved_couple", "nothing_is_no_instance")
def instances_count_the_couples_that_count_on_them() -> Any:
    """An instance counts the couples that have not ended and on whose roster it stands."""
    return every(CI.sort, lambda instance: CI[instance].engaged == count(
        TC.sort, lambda couple: ROSTER[couple, instance].exists & ~PROGRESS[couple].ended))  # fmt: skip


@lemma("verified_has_joined")
def joined_instances_are_not_refused() -> Any:
    """What was refused has not joined, and what was rejected or has expired is not verified."""
    return every(CI, lambda instance: implies(instance.ended == "REFUSED", instance.hash == None) & implies(
        (instance.ended == "REJECTED") | (instance.ended == "EXPIRED"), instance.status != "VERIFIED"))  # fmt: skip
