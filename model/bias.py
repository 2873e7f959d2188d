"""How an MO can bias which subsets train: exact chances of what it keeps, and of the rank of what it observes, from playing the text.

Draws are choices (`model/chances.py`): a value that the text lets be drawn is each of the scope's values alike, a permutation is each
of its size alike for a seed that is new.  Everything else is read from the plays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from adversaries.grinding import GRINDING, Grinding
from model.chances import Chance, Ideal, every_way
from model.enumeration import Rows, Steps
from model.grinding import DO, TICK, Concrete, Kept, Play, Reading, Selection
from model.market import first_useful_step
from model.payoffs import decoded, powers, prices
from model.revealing import Space, reveals, spanned
from model.scope import Scope
from model.worlds import start_without
from spec.compiled import Compiled
from spec.drawing import drawn_by
from spec.kinds import INTEGER
from spec.schema import NotExpressible
from spec.text import Protocol

START, LONGEST = "StartRound", 400
NOT_YET = (
    "RequestTC", "ApproveTC", "RevealSeedMO", "RevealSeedDO", "StartRound", "CompleteTC", "CancelTC", "CloseTC", "Pay",
)  # fmt: skip

Name = TypeVar("Name")


@dataclass(frozen=True)
class Law:
    """The law of what is kept: chance of each selection, and that it has the aim; expected counts; which guard refused with which chance.

    lost: expected, in the prices of the text by name.
    """

    strategy: Grinding
    again: int
    kept: dict[Selection | None, Fraction]
    suits: Fraction
    own: Fraction
    endorsed: Fraction
    lost: dict[str, Fraction]
    refused: dict[str, Fraction]


@dataclass(frozen=True)
class Place:
    """Where honest rounds lead, with which chance. known: permutations that were drawn; space: what sums of the rounds' models span."""

    weight: Fraction
    rows: Rows
    known: dict[Any, tuple[int, ...]]
    space: Space


class NoRound(Exception):
    """Honest parties that start no further round."""


@dataclass
class Ground:
    """A variant at a scope, from which plays start. load: traces it anew, under whatever prices are set; most: looks again that fit."""

    load: Callable[[], Protocol]
    scope: Scope
    most: int = 2
    priced: bool = True
    protocol: Protocol = field(init=False)

    def __post_init__(self) -> None:
        if self.priced:
            with prices(powers()):
                self.prepare()
        else:
            self.prepare()

    def prepare(self) -> None:
        self.protocol = self.load()
        if START not in self.protocol.transactions:
            raise NotExpressible(f"{self.protocol.name!r} has no step {START}, by which a selection is made")
        self.compiled = Compiled(self.protocol)
        self.start, self.steps = start_without(self.protocol, self.compiled, self.scope, NOT_YET)
        wide = Scope(self.scope.subsets, self.scope.replicas, spares=self.most + 2)
        self.values = wide.universe(self.protocol)
        self.reading = Reading(self.compiled, tuple(f"dss-{number}" for number in range(1, self.scope.subsets + 1)))

    @cached_property
    def aim(self) -> str:
        """The last subset."""
        return self.reading.subsets[-1]

    def played(self, strategy: Grinding, again: int, chance: Chance) -> Kept:
        """One play on the text's concrete meaning; permutations are drawn by the same chance."""
        coalition = {"mo-1", *(f"pseudonym-{number}" for number in range(1, again + 1)), *((DO,) if "DO" in strategy.of else ())}
        stage = Concrete(self.protocol, self.compiled, dict(self.start), self.values, frozenset(coalition))
        with drawn_by(Ideal(chance)):
            return Play(stage, self.reading, strategy, self.aim, again, chance).run()

    def law(self, strategy: Grinding, again: int) -> Law:
        """Over every way in which the draws come out."""
        return law_of(strategy, again, self.aim, every_way(lambda chance: self.played(strategy, again, chance)))

    def after_round(self, places: Iterable[Place]) -> list[Place]:
        """One round more of honest parties, from each place in every way; places that are the same are one."""
        found: dict[Any, Place] = {}
        for place in places:
            for weight, (rows, known, space) in every_way(lambda chance, at=place: self.one_round(at, chance)):  # type: ignore[misc]
                key = frozenset(rows.items()), frozenset(known.items()), space
                before = found[key].weight if key in found else 0
                found[key] = Place(before + place.weight * weight, rows, known, space)
        return list(found.values())

    def one_round(self, place: Place, chance: Chance) -> tuple[Rows, dict[Any, tuple[int, ...]], Space]:
        """Honest parties alone until the next round is started: the state, and what sums of the rounds so far span."""
        ideal, rows = Ideal(chance), dict(place.rows)
        ideal.known.update(place.known)
        with drawn_by(ideal):
            for _ in range(LONGEST):
                found = first_useful_step(self.honest, rows)
                if found is None:
                    break
                (name, given), changed = found
                if name == START:
                    given = chance.pick(self.alike(rows, given))
                    changed = self.honest.after(rows, name, given) or {}
                rows.update(changed)
                if name == START:
                    selected = self.reading.selection(given["couple"], self.honest.view(rows))
                    return rows, ideal.known, spanned(place.space, tuple(int(one in selected) for one in self.reading.subsets))
        raise NoRound(f"honest parties of {self.protocol.name!r} at {self.scope} start no further round within {LONGEST} steps")

    def alike(self, rows: Rows, given: dict[str, Any]) -> list[dict[str, Any]]:
        """The same call with every value that the text lets be drawn."""
        drawn = {name for name, kind in self.protocol.transactions[START].parameters.items() if kind is INTEGER}
        fixed = {name: value for name, value in given.items() if name not in drawn}
        return [one for one in self.honest.honest(rows, START) if fixed.items() <= one.items()]

    @cached_property
    def honest(self) -> Steps:
        """Steps of honest parties, who ask for one more couple, and wait, when there is nothing else to do."""
        values = {**self.scope.universe(self.protocol, spares=False), "TC": self.values["TC"]}
        order = sorted(self.protocol.transactions, key=lambda name: (name == TICK, name == "RequestTC", name == "CompleteTC"))
        return Steps(self.compiled, values, frozenset(), {name: self.protocol.transactions[name] for name in order})

    def observed(self, rounds: int) -> list[tuple[dict[int, Fraction], Fraction]]:
        """After each round that is started: the chance of each rank of what the MO observes, and that a single model follows."""
        places: list[Place] = [Place(Fraction(1), self.start, {}, ())]
        found = []
        for _ in range(rounds):
            try:
                places = self.after_round(places)
            except NoRound:
                break
            ranks = summed((len(place.space), place.weight) for place in places)
            alone = sum((place.weight for place in places if reveals(place.space)), Fraction(0))
            found.append((ranks, alone))
        return found


def possible(protocol: Protocol) -> list[Grinding]:
    """The strategies for which a text has the steps."""
    return [one for one in GRINDING if not one.needs or one.needs in protocol.transactions]


def law_of(strategy: Grinding, again: int, aim: str, ways: Iterable[tuple[Fraction, Kept]]) -> Law:
    """The law of what is kept over all ways, each with its chance."""
    listed = list(ways)
    return Law(
        strategy, again, summed((one.selection, weight) for weight, one in listed),
        suits=sum((weight for weight, one in listed if one.selection is not None and aim in one.selection), Fraction(0)),
        own=sum((weight * one.own for weight, one in listed), Fraction(0)),
        endorsed=sum((weight * one.endorsed for weight, one in listed), Fraction(0)),
        lost=summed((name, weight * number) for weight, one in listed for name, number in decoded(one.lost).items()),
        refused=summed((one.refused, weight) for weight, one in listed if one.refused),
    )  # fmt: skip


def summed(amounts: Iterable[tuple[Name, Fraction]]) -> dict[Name, Fraction]:
    """The sum of the amounts of each name, in the order in which they come."""
    found: dict[Name, Fraction] = {}
    for name, amount in amounts:
        found[name] = found.get(name, Fraction(0)) + amount
    return found
