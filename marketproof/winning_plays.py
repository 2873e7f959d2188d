"""Where a strategy wins: a text on which it pays more than honesty, or after which honest parties can never finish what they began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from adversaries.behaviours import BEHAVIOURS
from adversaries.declared import Declared
from adversaries.strategies import Strategy, strategies, strategy
from ledger_runtime.world import World
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.replaying import ledger_traps
from marketproof.winning import PARTS, SCOPE, Win
from model.enumeration import Action, Rows, Steps
from model.honest import Honest, Undecided
from model.payoffs import PLAYED, at, beside, earned
from model.playing import EndlessPlay, Play, Table
from model.worlds import start_without
from properties.claims import goal_of
from properties.payoffs import NUMBERS
from spec.amendments import Variant
from spec.compiled import Compiled
from spec.errors import SpecificationError
from spec.schema import NotExpressible

DEFAULTS = {name: Fraction(one.default) for name, one in NUMBERS.items()}
OF_MONEY = {"CO": "C38/CO", "MO": "C38/MO", "DO": "C38/DO"}
LIVE = tuple(label for label, part in PARTS.items() if part.kind == "live")
CHANGED = (Fraction(0), Fraction(1, 4), Fraction(10), Fraction(100))
NOT_OF_STEPS = ("allow", "notion", "key_policy", "policy", "honest", "power", "publication", "switch")


@dataclass
class Ground:
    """A text on which strategies are played, from the start that honest parties make."""

    bench: Bench
    name: str
    table: Table = field(init=False)
    before: list[Action] = field(init=False)
    honest: Play = field(init=False)

    def __post_init__(self) -> None:
        protocol = self.bench.protocol
        compiled = Compiled(protocol)
        rows, self.before = start_without(protocol, compiled, SCOPE, PLAYED)
        self.table = Table(protocol, compiled, SCOPE, rows, list(PLAYED))
        self.honest = self.table.play({})

    def member(self, role: str) -> str:
        return next(one for one, known in self.table.members.items() if known == role)

    def payoff(self, play: Play, member: str, numbers: Mapping[str, Fraction] = DEFAULTS) -> Fraction:
        """What a member gets: money as the text has it, and what is counted beside it."""
        return Fraction(earned(play, member)) + Fraction(at(beside(play, member), numbers))

    def end(self, play: Play) -> Rows:
        steps = Steps(self.table.compiled, self.table.universe, frozenset(), self.table.protocol.transactions)
        rows = dict(self.table.start)
        for action in play.run:
            rows.update(steps.after(rows, *action) or {})
        return rows

    def on_the_ledger(self, play: Play, members: frozenset[str]) -> World:
        """The play taken on a ledger; raises StepRefused where that refuses a step."""
        world = World(self.table.protocol, SCOPE.facts(), frozenset(), self.table.universe, compiled=self.table.compiled)
        for name, given in self.before:
            world.take(self.table.protocol.transactions[name], given)
        world.coalition = members
        for name, given in play.run:
            world.take(self.table.protocol.transactions[name], given)
        return world


def by_strategy(ground: Ground, one: Declared) -> Iterator[Win]:
    """Only where it does something that no strategy of the role that is listed before it does."""
    before = strategies(one.role)
    yield from played(ground, strategy(one.role, one.name), one.role, before[: [each.name for each in before].index(one.name)])


def as_strategy(one: Declared) -> Strategy:
    """A behaviour as a strategy, to be played."""
    return Strategy(one.name, one.role, one.described, BEHAVIOURS[one.name].options)


def played(ground: Ground, chosen: Strategy, role: str, simpler: Iterable[Strategy] = ()) -> Iterator[Win]:
    """What pays at the default numbers, or where one number is another; what leaves something unfinished."""
    member = ground.member(role)
    try:
        play = ground.table.play({member: chosen})
        if any(play.run == ground.table.play({member: other}).run for other in simpler):
            return
    except EndlessPlay:
        return
    told = [name for name, given in play.run if given["caller"] == member]
    yield from paying(ground, play, member, role, told)
    yield from leaving(ground, play, member, role, told)


def paying(ground: Ground, play: Play, member: str, role: str, told: list[str]) -> Iterator[Win]:
    gain = ground.payoff(play, member) - ground.payoff(ground.honest, member)
    if gain > 0:
        ground.on_the_ledger(play, frozenset({member}))
        said = f"{member} gains {gain} over honesty at the default numbers"
        yield Win(OF_MONEY[role], ground.name, role, len(play.run), said, told)
        return
    for name in NUMBERS:
        for value in CHANGED:
            gain = ground.payoff(play, member, {**DEFAULTS, name: value}) - ground.payoff(ground.honest, member, {**DEFAULTS, name: value})
            if gain > 0 and not NUMBERS[name].text:
                ground.on_the_ledger(play, frozenset({member}))
                said = f"{member} gains {gain} over honesty where {name} is {value} instead of {DEFAULTS[name]}"
                yield Win(OF_MONEY[role], f"{ground.name} with {name} = {value}", role, len(play.run), said, told)
                return


def leaving(ground: Ground, play: Play, member: str, role: str, told: list[str]) -> Iterator[Win]:
    """A claim that honest parties can finish: true after an honest play, and never again after this one."""
    for label in LIVE:
        try:
            live = goal_of(PARTS[label], ground.table.protocol, ground.table.protocol.transactions).live
            for claim in live.values():
                nobody, others = (Honest(ground.table.protocol, ground.table.compiled, SCOPE, claim, members)
                                  for members in (frozenset[str](), frozenset({member})))  # fmt: skip
                honest_end, end = ground.end(ground.honest), ground.end(play)
                if nobody.trap(honest_end, nobody.groups()) is not None or others.trap(end, others.groups()) is None:
                    continue
                world = ground.on_the_ledger(play, frozenset({member}))
                why = ledger_traps(claim, world, SCOPE).explained()
                if why:
                    yield Win(label, ground.name, role, len(play.run), "; ".join(why), told)
        except (NotExpressible, Undecided):
            continue


def weakened(variant: Variant) -> Iterator[Ground]:
    """The variant without each of its amendments that add or change a clause of a step, where that can be played."""
    for amendment in variant.amendments:
        if amendment.action in NOT_OF_STEPS:
            continue
        try:
            protocol = variant.load(waive=(amendment.name,))
            yield Ground(Bench(protocol), f"{variant.name} without {amendment.name}")
        except (SpecificationError, UserError, NotExpressible, EndlessPlay, KeyError):
            continue
