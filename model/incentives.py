"""What deviations gain over honesty, for all numbers of the payoff model; and the weakest condition under which none gains."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any

from adversaries.strategies import Strategy, strategies, strategy
from model.arithmetic import translate
from model.payoffs import Game, Payoff, added
from properties.game_claims import AUDITED, LAZY, PAIRS, UNILATERAL
from properties.payoffs import NUMBERS, at_least_nothing, real
from spec.kinds import INTEGER
from spec.tree import Expression, literal, product

FORGE = strategy("CO", "forge")


@dataclass(frozen=True)
class Gain:
    """What some members gain together by deviating: a sum of numbers, and with the chance `audit` another sum more."""

    name: str
    scope: str
    chosen: Mapping[str, Strategy]
    gainers: tuple[str, ...]
    sum: Payoff
    audited: Payoff = field(default_factory=dict)

    @property
    def expression(self) -> Expression:
        return linear(self.sum) + product(real("audit"), linear(self.audited)) if self.audited else linear(self.sum)

    @property
    def pays_nothing(self) -> Expression:
        return self.expression <= 0


def linear(payoff: Payoff) -> Expression:
    total = literal(0, INTEGER)
    for name, number in payoff.items():
        total = total + real(name) * number
    return total


def representatives(game: Game) -> dict[str, str]:
    """The first member of each role."""
    return {role: member for member, role in reversed(game.members.items())}


def replicas(game: Game) -> list[str]:
    """The owners of the first subset's replicas."""
    rows = game.plain.start
    cells = list(game.plain.protocol.schema.tables["CI"].cells)
    owned = [(row[cells.index("dss")], row[cells.index("co")]) for (table, _), row in sorted(rows.items(), key=repr) if table == "CI"]
    return [owner for subset, owner in owned if subset == owned[0][0]]


def gains(game: Game, question: str, role: str, names: tuple[str, ...]) -> Iterator[Gain]:
    """The gains that a question is about."""
    if question == UNILATERAL:
        member = representatives(game)[role]
        for one in strategies(role, names):
            yield gain(game, f"{member}: {one.name}", {member: one}, {}, (member,))
    elif question == LAZY:
        first, *others = replicas(game)
        name = f"{first} forges as {' and '.join(others)} do"
        yield gain(game, name, dict.fromkeys((first, *others), FORGE), dict.fromkeys(others, FORGE), (first,))
    elif question == PAIRS:
        yield from of_pairs(game)
    elif question == AUDITED:
        yield audited(game)


def gain(game: Game, name: str, chosen: Mapping[str, Strategy], instead: Mapping[str, Strategy], gainers: tuple[str, ...]) -> Gain:
    """What members get when some deviate, over what they get otherwise."""
    return Gain(name, str(game.scope), chosen, gainers, together(game, chosen, gainers, instead))


def together(game: Game, chosen: Mapping[str, Strategy], members: tuple[str, ...], instead: Mapping[str, Strategy]) -> Payoff:
    total: Payoff = {}
    for member in members:
        total = added(total, added(game.payoffs(chosen)[member], game.payoffs(instead)[member], -1))
    return total


def of_pairs(game: Game) -> Iterator[Gain]:
    first = representatives(game)
    pairs = [(first["CO"], replicas(game)[1]), (first["MO"], first["CO"]), (first["DO"], first["CO"]), (first["DO"], first["MO"])]
    for one, other in pairs:
        for chosen in itertools.product(strategies(game.members[one]), strategies(game.members[other])):
            name = f"{one}: {chosen[0].name}, {other}: {chosen[1].name}"
            yield gain(game, name, dict(zip((one, other), chosen, strict=True)), {}, (one, other))


def audited(game: Game) -> Gain:
    """All replicas forge; with the chance `audit` the MO disputes the result."""
    owners = tuple(replicas(game))
    chosen: dict[str, Strategy] = dict.fromkeys(owners, FORGE)
    alone = together(game, chosen, owners, {})
    seen = together(game, {**chosen, representatives(game)["MO"]: strategy("MO", "dispute")}, owners, {})
    return Gain(f"{' and '.join(owners)} forge", str(game.scope), chosen, owners, alone, added(seen, alone, -1))


# --- the weakest condition ---


def weakest(found: list[Gain]) -> list[str]:
    """The conditions that are needed, for numbers that are not negative, so that none of these gains: each follows from no others."""
    import z3

    base = translate(at_least_nothing(), z3)
    asked = list({repr(sorted(one.sum.items())) + repr(sorted(one.audited.items())): one for one in found}.values())
    needed = [one for one in asked if follows(z3, base, [], one) is not True]
    for one in list(needed):
        others = [other for other in needed if other is not one]
        if follows(z3, base, others, one):
            needed = others
    return [told(one) for one in needed]


def follows(z3: Any, base: Any, others: list[Gain], one: Gain) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 5000)
    solver.add(base, *(translate(other.pays_nothing, z3) for other in others), z3.Not(translate(one.pays_nothing, z3)))
    return bool(solver.check() == z3.unsat)


def told(one: Gain) -> str:
    """That a gain is not above nothing, as an inequality between what it brings and what it costs."""
    alone, besides = shortest(one)
    brings, costs = sides(alone)
    if besides:
        more, less = sides(besides)
        costs = [*costs, *(f"audit * ({' + '.join(less)})" for _ in (1,) if less)]
        brings = [*brings, *(f"audit * ({' + '.join(more)})" for _ in (1,) if more)]
    return f"{' + '.join(brings) or '0'} <= {' + '.join(costs) or '0'}"


def shortest(one: Gain) -> tuple[Payoff, Payoff]:
    """The sums without a factor that all their numbers have."""
    factor = gcd(*one.sum.values(), *one.audited.values()) or 1
    return {name: n // factor for name, n in one.sum.items()}, {name: n // factor for name, n in one.audited.items()}


def sides(payoff: Payoff) -> tuple[list[str], list[str]]:
    def term(name: str, number: int) -> str:
        return name if abs(number) == 1 else f"{abs(number)} {name}"

    plus = [term(name, payoff[name]) for name in NUMBERS if payoff.get(name, 0) > 0]
    return plus, [term(name, payoff[name]) for name in NUMBERS if payoff.get(name, 0) < 0]


