"""The payoff model: what is money in a text, what else a member gains or loses, and what is assumed of the numbers."""
# ruff: noqa: E501 (tables: a line is a row)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spec.hardened.words import ACCOUNT, ESCROW, SLOT, VERDICT
from spec.kinds import INTEGER, REAL
from spec.language import choose, conjunction, literal, some, total
from spec.paper.assets import CI, DELIVERY, DSS, TC
from spec.schema import current_schema, notion
from spec.tree import Expression, parameter


@dataclass(frozen=True)
class Number:
    """A parameter. text: the constant of the text that it stands for, empty for one that no clause of a text knows."""

    name: str
    sentence: str
    default: str
    text: str = ""


NUMBERS = {one.name: one for one in (
    Number("stake", "what a dispute puts at stake", "1", "STAKE"),
    Number("bounty", "what whoever disputes rightly gets of each deviator's bond", "1", "BOUNTY"),
    Number("silence_fee", "what an owner loses that delivers nothing", "1", "SILENCE_FEE"),
    Number("royalty", "what the DO gets for an accepted job", "1", "ROYALTY"),
    Number("fee", "what the owner of an accepted job gets", "2", "FEE"),
    Number("co_bond", "an owner's bond", "2", "CO_BOND"),
    Number("mo_bond", "the MO's bond", "2", "MO_BOND"),
    Number("do_bond", "the DO's bond", "2", "DO_BOND"),
    Number("cost", "what it costs an owner to train once", "1/2"),
    Number("value", "what a trained subset is worth to the MO, each round", "20"),
    Number("payment", "what the MO pays for a couple off the ledger, in a text without money", "10"),
    Number("whitewash", "what it costs to be somebody new after one was convicted", "1"),
    Number("audit", "chance that the MO or the DO has a result that nobody doubts computed again", "1/10"),
)}  # fmt: skip
OF_TEXT = [one for one in NUMBERS.values() if one.text]


def real(name: str) -> Expression:
    return parameter(name, REAL)


def at_least_nothing() -> Any:
    return conjunction(*(real(name) >= 0 for name in NUMBERS)) & (real("audit") <= 1)


@dataclass(frozen=True)
class Assumed:
    """What the design of the text asks of its prices, or what makes a party take part at all. replicas: of a subset that is played.

    of_parties: that it is a condition of who takes part, not of prices.
    """

    name: str
    sentence: str
    holds: Callable[[int], Any]
    of_parties: bool = False


ASSUMED = (
    Assumed("bonds cover", "what is taken of a bond is not more than the bond: silence_fee, bounty and stake <= co_bond",
            lambda replicas: (real("silence_fee") <= real("co_bond")) & (real("bounty") <= real("co_bond")) & (real("stake") <= real("co_bond"))),
    Assumed("bounty pays", "bounty > cost: whoever computes a disputed result rightly is paid for it", lambda replicas: real("cost") < real("bounty")),
    Assumed("work is worth its fee", "0 < cost < fee: else no owner would take part", lambda replicas: (real("cost") > 0) & (real("cost") < real("fee")), True),
    Assumed("models are worth their price", "value > (fee + royalty) times the replicas: else no MO would take part",
            lambda replicas: (real("fee") + real("royalty")) * replicas < real("value"), True),
)  # fmt: skip


# --- what is read off the last state ---


def wealth(member: Any) -> Any:
    """Free money, and bonds that are not lost."""
    if "Account" not in current_schema().tables:
        return literal(0, INTEGER)
    bonds = total(CI.sort, lambda i: choose(CI[i].co == member, CI[i].bond, 0))
    couples = total(TC.sort, lambda c: choose(TC[c].mod.owner == member, ESCROW[c].mo_bond, 0) + choose(TC[c].ds.owner == member, ESCROW[c].do_bond, 0))
    return ACCOUNT[member].balance + bonds + couples


def results(member: Any) -> Any:
    """How many subsets, in all rounds, some owner delivered rightly trained to a couple of this MO."""

    def delivered(couple: Any, subset: Any, number: int) -> Any:
        right = notion("right_weights")(DSS[subset], literal(number, INTEGER))
        return some(CI.sort, lambda i: (CI[i].dss == subset) & (DELIVERY[couple, i, number].hash.weights == right))

    def of(couple: Any) -> Any:
        return total(DSS.sort, lambda subset: count_of([delivered(couple, subset, number) for number in (1, 2)]))

    return total(TC.sort, lambda couple: choose(TC[couple].mod.owner == member, of(couple), 0))


def count_of(conditions: list[Any]) -> Any:
    first, *others = [choose(condition, 1, 0) for condition in conditions]
    for other in others:
        first = first + other
    return first


def convicted(member: Any) -> Any:
    """Whether a job of this member was judged as fraud."""
    if "Verdict" not in current_schema().tables:
        return literal(0, INTEGER)
    fraud = some(TC.sort, lambda c: some(SLOT.rows(c), lambda slot: (slot.owner == member) & (VERDICT[c, slot.round, slot.instance].outcome == "FRAUD")))
    return choose(fraud, 1, 0)


WEALTH = wealth
COUNTED: dict[str, Callable[[Any], Any]] = {"results": results, "convicted": convicted}
# What is counted, with the number that it is multiplied by, and the sign.
BESIDE_MONEY = {"Train": ("cost", -1), "Pay": ("payment", -1), "results": ("value", 1), "convicted": ("whitewash", -1)}
__all__ = ["ASSUMED", "BESIDE_MONEY", "COUNTED", "NUMBERS", "OF_TEXT", "WEALTH", "at_least_nothing", "real"]
