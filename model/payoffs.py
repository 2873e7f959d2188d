"""What strategies pay, for all prices: played on the text with each price a power of one number, a sum says how often each was paid.

A payoff is linear in the numbers of the payoff model; that it is, is checked by playing each strategy once more at the text's own prices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adversaries.strategies import Strategy
from model.playing import Play, Table
from model.scope import Scope
from model.worlds import start_without
from properties.disputes import TRAINING
from properties.payoffs import BESIDE_MONEY, NUMBERS, OF_TEXT
from spec.compiled import Compiled
from spec.hardened import finishing, money, words
from spec.text import Protocol

BASE = 256
PLAYED = ("ApproveTC", "RevealSeedMO", "RevealSeedDO", "CompleteTC", *TRAINING, "CloseTC", "Pay")
Payoff = dict[str, int]


class NotLinear(Exception):
    """The text pays what is no sum of its prices, each times a whole number."""


@contextmanager
def prices(values: Mapping[str, int]) -> Iterator[None]:
    """While a variant is loaded the constants of the hardened text have these values, by the name of the constant."""
    modules = [(module, name) for module in (words, money, finishing) for name in values if hasattr(module, name)]
    before = [(module, name, getattr(module, name)) for module, name in modules]
    price = money.PRICE
    of_job = ("FEE", "ROYALTY")
    try:
        for module, name in modules:
            setattr(module, name, values[name])
        money.PRICE = sum(getattr(money, name) for name in of_job)
        yield
    finally:
        money.PRICE = price
        for module, name, value in before:
            setattr(module, name, value)


def powers() -> dict[str, int]:
    """Each price a power of one number, in an order in which what is taken of a bond is less than the bond; members have enough."""
    return {**{one.text: BASE ** (place + 1) for place, one in enumerate(OF_TEXT)}, "PURSE": BASE ** (len(OF_TEXT) + 3)}


def decoded(amount: int) -> Payoff:
    """How often each price is in a sum of money, with signs."""
    found: Payoff = {}
    rest = amount
    for place in range(len(OF_TEXT), 0, -1):
        number = (2 * rest + BASE**place) // (2 * BASE**place)
        rest -= number * BASE**place
        if number:
            found[OF_TEXT[place - 1].name] = number
    if rest or any(abs(number) >= BASE // 2 - 1 for number in found.values()):
        raise NotLinear(f"{amount} is no sum of prices")
    return found


def added(one: Payoff, other: Payoff, sign: int = 1) -> Payoff:
    total = {name: one.get(name, 0) + sign * other.get(name, 0) for name in NUMBERS}
    return {name: number for name, number in total.items() if number}


def at(payoff: Payoff, values: Mapping[str, Any]) -> Any:
    return sum((values[name] * number for name, number in payoff.items()), start=0)


@dataclass
class Game:
    """A variant at a scope, on which profiles of strategies are played. load: traces it anew, under whatever prices are set."""

    load: Callable[[], Protocol]
    scope: Scope
    progress: Callable[[str], None] = lambda text: None
    played: dict[Any, tuple[Play, dict[str, Payoff]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with prices(powers()):
            self.symbolic = self.table()
        self.plain = self.table()

    def table(self) -> Table:
        protocol = self.load()
        compiled = Compiled(protocol)
        rows, _ = start_without(protocol, compiled, self.scope, PLAYED)
        return Table(protocol, compiled, self.scope, rows, list(PLAYED))

    @property
    def members(self) -> dict[str, str]:
        return self.plain.members

    def payoffs(self, chosen: Mapping[str, Strategy]) -> dict[str, Payoff]:
        """What each member gets when these deviate as given and everybody else is honest."""
        return self.of(chosen)[1]

    def of(self, chosen: Mapping[str, Strategy]) -> tuple[Play, dict[str, Payoff]]:
        key = tuple(sorted((member, strategy.name) for member, strategy in chosen.items()))
        if key not in self.played:
            self.progress(", ".join(f"{member} {name}" for member, name in key) or "everybody honest")
            play = self.symbolic.play(chosen)
            found = {member: added(decoded(earned(play, member)), beside(play, member)) for member in self.members}
            if len(chosen) < 2:
                self.check(chosen, found)
            self.played[key] = play, found
        return self.played[key]

    def check(self, chosen: Mapping[str, Strategy], found: dict[str, Payoff]) -> None:
        """At the text's own prices the same strategies bring what the formula says."""
        play = self.plain.play(chosen)
        own = {one.name: getattr(words, one.text) for one in OF_TEXT}
        for member, payoff in found.items():
            money_of = at({name: number for name, number in payoff.items() if name in own}, own)
            others = {name: number for name, number in payoff.items() if name not in own}
            if earned(play, member) != money_of or beside(play, member) != others:
                raise NotLinear(f"{member} gets {earned(play, member)} at the text's own prices, not {money_of}")

    def flows(self, chosen: Mapping[str, Strategy], member: str) -> list[tuple[str, str, Payoff]]:
        """The steps at which a member's money changes, by whom, and what it gets."""
        play, _ = self.of(chosen)
        found = []
        for (name, given), before, after in zip(play.run, play.money, play.money[1:], strict=False):
            if before[member] != after[member]:
                found.append((name, given["caller"], decoded(after[member] - before[member])))
        return found


def earned(play: Play, member: str) -> int:
    return play.money[-1][member] - play.money[0][member]


def beside(play: Play, member: str) -> Payoff:
    """What is no money of the text: counted, each with its number and sign."""
    found: Payoff = {}
    for name, (number, sign) in BESIDE_MONEY.items():
        if play.counts[member][name]:
            found[number] = sign * play.counts[member][name]
    return found
