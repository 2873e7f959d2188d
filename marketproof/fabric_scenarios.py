"""Scenarios that are played on two ledgers: an honest life cycle, and round about it whatever anybody could send.

Every scenario has members and identifiers of its own, so that many run side by side in the same blocks; what all share (a clock, a declared
scan) they share on both ledgers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger_runtime.network import Network
from marketproof.workload import GLOBAL, Workload
from model.enumeration import Action
from model.scope import values_of
from spec.tracing import Transaction

MOST_TRIES = 8
LEAST_ROUNDS, AFTER_ROUNDS = 12, 12
MALICE = (0, 1, 1, 3)  # most hostile calls of a round, by scenario
LONGEST_KEPT = 6
OF_THE_ROLE = 0.9
# What becomes of an endorsed call, with its share; `submit` gets the rest.
FATES = {
    "drop": 0.03, "keep": 0.14, "twice": 0.04, "again": 0.04, "creator": 0.025, "identifier": 0.025, "endorsement": 0.02,
}  # fmt: skip
FEW_ENDORSERS, UNREADABLE, PASSING, PASSES = 0.06, 0.03, 0.004, 0.15


@dataclass(frozen=True)
class Call:
    """A call with its arguments as the ledger has them.

    endorsers: organisations whose peers are asked. fate: what its client does with the endorsed call.
    """

    scenario: int
    transaction: str
    arguments: dict[str, Any]
    endorsers: tuple[str, ...]
    fate: str
    honest: bool = False


@dataclass
class Scenario:
    """One life cycle, and the chance that its parties misbehave by."""

    number: int
    workload: Workload
    network: Network
    rng: random.Random
    calls: Sequence[Action]
    malice: int
    rounds: int = 0
    place: int = 0
    over_since: int = 0
    tries: int = 0
    kept: list[Any] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        lasts = max(LEAST_ROUNDS, self.over_since + AFTER_ROUNDS if self.calls else 0)
        return self.over and self.rounds >= lasts and not self.kept

    @property
    def over(self) -> bool:
        """Whether its life cycle is; parties go on with what may follow, and time passes."""
        return self.place >= len(self.calls)

    def next_calls(self) -> Iterator[Call]:
        """What its parties send now, all decided on one state: the next honest calls, and hostile ones."""
        rng = self.rng
        self.rounds += 1
        for action in self.calls[self.place : self.place + 1]:
            self.tries += 1
            yield self._call(action, "submit" if rng.random() < 0.8 else self._fate(), honest=True)
        for _ in range(rng.randint(0, self.malice) if self.calls else rng.randint(1, 4)):
            yield self._call(self._hostile(), self._fate())
        if self.calls and self.over:
            yield from (self._call(self._following(), self._fate()) for _ in range(2))

    def settled(self, valid: bool) -> None:
        """The honest call is committed, or was tried often enough: the next one follows."""
        if valid or self.tries >= MOST_TRIES:
            self.place, self.tries = self.place + 1, 0
            self.over_since = self.rounds

    def _call(self, action: Action, fate: str, honest: bool = False) -> Call:
        name, given = self.workload.couple(self.number, action)
        arguments = self.network.to_ledger(name, given)
        if not honest and self.rng.random() < UNREADABLE:
            arguments = self._unreadable(arguments)
        return Call(self.number, name, arguments, self._endorsers(honest and fate == "submit"), fate, honest)

    def _unreadable(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments that no transaction takes: one too few, one too many, or one of another kind."""
        spoilt = self.rng.choice(sorted(arguments.keys() - {"caller"}) or ["caller"])
        ways = ({**arguments, "more": 1}, {**arguments, spoilt: 1.5}, {name: value for name, value in arguments.items() if name != spoilt})
        return self.rng.choice([way for way in ways if "caller" in way and way["caller"] == arguments["caller"]])

    def _endorsers(self, enough: bool) -> tuple[str, ...]:
        """Whose peers are asked: just enough for every write, or seldom any of them."""
        organisations, rules = self.network.organisations, self.network.configuration.rules
        order = self.rng.sample(organisations, len(organisations))
        if not enough and self.rng.random() < FEW_ENDORSERS:
            return tuple(order[: self.rng.randint(1, len(order))])
        return next(tuple(order[:count]) for count in range(1, len(order) + 1) if rules.sufficient(order[:count]))

    def _fate(self) -> str:
        drawn = self.rng.random()
        for fate, share in FATES.items():
            drawn -= share
            if drawn < 0:
                return fate
        return "submit"

    def _hostile(self) -> Action:
        """Any call, by anybody, with anything that the scenario knows; often by somebody of the right role."""
        rng, protocol = self.rng, self.network.protocol
        if rng.random() < 0.5 and self.place:
            name, given = rng.choice(self.calls[: self.place + 3])
            return self._bent(protocol.transactions[name], given)
        steps = [step for step in protocol.transactions.values() if step.on_ledger and step.name not in GLOBAL]
        passing = [protocol.transactions[name] for name in GLOBAL if name in protocol.transactions]
        step = rng.choice(passing if passing and rng.random() < PASSING else steps)
        universe = self.workload.scope.universe(protocol)
        given = {name: rng.choice(values_of(kind, universe)) for name, kind in step.parameters.items()}
        callers = [member for member, role in self.workload.scope.members().items() if role is not None and role in step.caller_role]
        if callers and rng.random() < OF_THE_ROLE:
            given["caller"] = rng.choice(callers)
        return step.name, given

    def _following(self) -> Action:
        """A call that the life cycle does not have, about what it had: the last value of each parameter of that kind."""
        rng, protocol = self.rng, self.network.protocol
        had = {name for name, _ in self.calls}
        steps = [step for step in protocol.transactions.values() if step.on_ledger and step.name not in had]
        passing = [step for step in steps if step.name in GLOBAL]
        if not steps or (passing and rng.random() < PASSES):
            steps = passing or [protocol.transactions[name] for name in had]
        step = rng.choice(steps)
        universe = self.workload.scope.universe(protocol)
        known = {(name, protocol.transactions[call].parameters[name]): value for call, given in self.calls for name, value in given.items()}
        given = {name: known[name, kind] if (name, kind) in known else rng.choice(values_of(kind, universe))
                 for name, kind in step.parameters.items()}  # fmt: skip
        return step.name, {**given, "caller": rng.choice([member for member, role in self.workload.scope.members().items() if role])}

    def _bent(self, step: Transaction, given: dict[str, Any]) -> Action:
        """A call of the life cycle, sent again, early, or with one thing changed."""
        changed = self.rng.choice(list(given)) if self.rng.random() < 0.5 else ""
        universe = self.workload.scope.universe(self.network.protocol)
        return step.name, {
            name: self.rng.choice(values_of(step.parameters[name], universe)) if name == changed else value for name, value in given.items()
        }


def scenarios(workload: Workload, network: Network, seed: int, numbers: Sequence[int]) -> list[Scenario]:
    """Scenarios of these numbers, each with chance of its own."""
    calls = workload.ended
    made = []
    for number in numbers:
        rng = random.Random(f"{seed}/{number}")
        made.append(Scenario(number, workload, network, rng, calls, rng.choice(MALICE)))
    return made
