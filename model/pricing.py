"""What an attack costs whoever takes it: its steps counted, and its money read off the text with each price a power of one number."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from model.enumeration import Action, Rows, Steps
from model.payoffs import NotLinear, Payoff, decoded, powers, prices
from model.scope import Scope
from properties.payoffs import NUMBERS, WEALTH
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.kinds import MEMBER
from spec.schema import using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import integer, parameter

MONEY = "Account"
NO_MONEY = "the text moves no money: whoever attacks pays for transactions alone"


@dataclass(frozen=True)
class Price:
    """Of the deviating members together: steps counted, and for each of them how often it got or lost each price of the text.

    unknown: why money is not told, empty where it is.
    """

    transactions: int
    off_ledger: int
    forged: int
    further_names: int
    trainings: int
    money: dict[str, Payoff]
    unknown: str = ""

    @property
    def told(self) -> list[str]:
        counts = ((self.transactions, "transaction"), (self.off_ledger, "step off the ledger", "steps off the ledger"),
                  (self.forged, "forged write set"), (self.further_names, "further pseudonym"), (self.trainings, "training"))  # fmt: skip
        parts = [f"{number} {words[0] if number == 1 else words[-1] if len(words) > 1 else words[0] + 's'}"
                 for number, *words in counts if number]  # fmt: skip
        return [", ".join(parts) or "nothing is sent: silence costs nothing", *(self.told_money())]

    def told_money(self) -> list[str]:
        if self.unknown:
            return [self.unknown]
        return [f"{member}: {payoff_told(payoff)}" for member, payoff in self.money.items()]


def payoff_told(payoff: Payoff) -> str:
    """`+2 fee -1 co_bond`, each with what it is."""
    if not payoff:
        return "no money is lost or won"
    return ", ".join(f"{number:+d} {name} ({NUMBERS[name].sentence})" for name, number in payoff.items())


def price(
    load: Callable[[], Protocol], scope: Scope, start: list[Action], run: list[Action], transactions: dict[str, Transaction],
    deviating: Collection[str],
) -> Price:  # fmt: skip
    """The price of a run of a text that `load` traces anew. transactions: with forged write sets, where there are any."""
    mine = [(name, given) for name, given in run if given["caller"] in deviating and name in transactions]
    forged = [name for name, _ in run if name.startswith("Forge ")]
    on_ledger = [name for name, _ in mine if transactions[name].on_ledger and name not in forged]
    off = [name for name, _ in mine if not transactions[name].on_ledger]
    names = {given["caller"] for _, given in mine if scope.members().get(given["caller"]) is None}
    money, unknown = moneys(load, scope, [*start, *run], len(start), deviating, forged)
    return Price(len(on_ledger), len(off), len(forged), len(names), off.count("Train"), money, unknown)


def moneys(
    load: Callable[[], Protocol], scope: Scope, run: list[Action], begins: int, deviating: Collection[str], forged: Collection[str]
) -> tuple[dict[str, Payoff], str]:
    """What each deviating member's money changed by from a place of the run to its end, as a sum of prices; or why that is not told."""
    with prices(powers()):
        protocol = load()
    if MONEY not in protocol.schema.tables:
        return {}, NO_MONEY
    if forged:
        return {}, "a forged write set sets money at will: it has no price"
    steps, states = Steps(Compiled(protocol), scope.universe(protocol), frozenset(deviating), protocol.transactions), [dict(scope.facts())]
    for name, given in run:
        changed = steps.after(states[-1], name, given)
        if changed is None:
            return {}, f"the price is not known: with other prices {name} would be refused"
        states.append({**states[-1], **changed})
    try:
        return {member: decoded(wealth(steps, protocol, states[-1], member) - wealth(steps, protocol, states[begins], member))
                for member in deviating if scope.members().get(member) is not None}, ""  # fmt: skip
    except NotLinear as error:
        return {}, f"the price is not known: {error}"


def wealth(steps: Steps, protocol: Protocol, rows: Rows, member: str) -> int:
    with using(protocol.schema):
        expression = integer(WEALTH(parameter("member", MEMBER)))
    return int(evaluate(expression, {"member": member}, steps.view(rows)))
