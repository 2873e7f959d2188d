"""Where claims stop holding: a text or a claim with a whole number in it, from values at which it is proved to one at which it falls."""

# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from properties.small_scope import CASES, Case
from spec.hardened.finishing import on_time
from spec.hardened.words import SLOT, group, slots
from spec.kinds import BOOLEAN
from spec.language import Amendment, deviating, every, implies, literal
from spec.paper.assets import TJ
from spec.schema import notion

Amendments = tuple[Amendment, ...]
LARGEST_GROUP = 4


@dataclass(frozen=True)
class Frontier:
    """A claim as a function of a whole number k.

    claim: its label. said: what is asked at k, a sentence with {k}. values: of k, from where it holds to where it fails.
    changed: the amendments of the text at k. condition: the claim at k, None where it is the claim as it stands.
    case: who deviates where an attack is looked for. replicas: the size of a group where the claim is of groups of one size.
    """

    name: str
    title: str
    claim: str
    said: str
    values: tuple[int, ...]
    case: Case
    changed: Callable[[int], Amendments] = lambda k: ()
    condition: Callable[[int], Callable[[], Any]] | None = None
    replicas: int | None = None


def quorum_of(more: int) -> Amendments:
    """A result is taken when twice the equal reports are more than the group and so many more."""

    def has_quorum(tx: Any, couple: Any, round: Any, instance: Any) -> Any:
        weights, subset = TJ[couple, instance, round].weights, SLOT[couple, round, instance].subset
        alike = group(couple, round, subset, lambda other: TJ[couple, other.instance, round].weights == weights)
        return (weights != None) & (alike * 2 > group(couple, round, subset, lambda other: literal(True, BOOLEAN)) + more)

    return (Amendment("replace_guard", "TakeResult.has_quorum", "where does a quorum stop being one?", has_quorum),)


def honest_by(more: int) -> Amendments:
    """Couples finish while twice the honest replicas of each selected subset are more than all of them and so many more."""

    def most_are_honest(couple: Any) -> Any:
        def mostly(slot: Any) -> Any:
            def owned(holds: Any) -> Any:
                return group(couple, couple.round, slot.subset, lambda other: holds(other.owner))

            whole = owned(lambda owner: literal(True, BOOLEAN))
            return (owned(lambda owner: ~deviating(owner)) * 2 > whole + more) & (owned(deviating) * 2 < whole - more)

        return every(slots(couple, couple.round), mostly)

    return (Amendment("notion", "most_are_honest", "how many must be honest?", most_are_honest),)


def waiting(ticks: int) -> Amendments:
    """The clock moves only when every deadline is still so many ticks ahead."""

    def nobody_is_late(couple: Any) -> Any:
        return on_time(couple, ticks)

    return (Amendment("notion", "nobody_is_late", "how long must the clock wait?", nobody_is_late),)


def right_while(few: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    """Results are right where few enough of the group deviate. few: of how many deviate and how large the group is."""

    def build() -> Any:
        members, right = notion("group_of"), notion("right_weights")

        def judged(couple: Any, subset: Any, round: Any, weights: Any) -> Any:
            whole = members(couple, subset, round, lambda member: True)
            return implies(few(members(couple, subset, round, deviating), whole), weights == right(subset, round))

        return notion("agreed_results")(judged)

    return build


def deviating_by(most: int) -> Callable[[], Any]:
    return right_while(lambda few, whole: few * 2 <= whole + most)


def captured(replicas: int) -> Frontier:
    """Of groups of one size: how many members, such as the pseudonyms of one entity, do not capture a group."""
    enough = replicas // 2 + 1
    of = Case(f"1x{replicas} CO", f"1x{replicas}", tuple(f"co-{place}" for place in range(1, enough + 1)))
    return Frontier(
        f"group of {replicas}", f"deviating owners, or pseudonyms of one, in a group of {replicas}", "C23/right",
        f"results of groups of {replicas} are right while at most {{k}} of their owners deviate", tuple(range(enough + 1)), of,
        condition=lambda k: right_while(lambda few, whole: (whole == replicas) & (few <= k)), replicas=replicas,
    )  # fmt: skip


FRONTIERS: dict[str, Frontier] = {one.name: one for one in (
    Frontier("quorum", "how few equal reports make a result", "C23/right",
             "results are right, with fewer than half of a group deviating, when taken if twice the equal reports are more than n {k:+}",
             (1, 0, -1, -2), CASES["1x3 CO"], quorum_of),
    Frontier("reach", "how many equal reports honest parties can reach", "C32/finished",
             "couples finish when results are taken if twice the equal reports are more than n {k:+}", (-1, 0, 1), CASES["1x3 CO"], quorum_of),
    Frontier("deviating", "how many of a group may deviate", "C23/right", "results are right while twice the deviating owners of a group are at most n {k:+}",
             (-1, 0, 1), CASES["1x3 CO+CO"], condition=deviating_by),
    Frontier("honest", "how many of a group must be honest", "C32/finished", "couples finish while twice the honest replicas are more than n {k:+}",
             (1, 0, -1), CASES["1x2 CO"], honest_by),
    Frontier("waiting", "how long the clock must wait for honest parties", "C32/finished",
             "couples finish when the clock moves only if every deadline that waits for somebody is at least {k} ticks ahead", (2, 1, 0),
             CASES["1x2 none, nobody waits"], waiting),
    *(captured(replicas) for replicas in range(2, LARGEST_GROUP + 1)),
)}  # fmt: skip
