"""A Hypothesis state machine over the ledger: rules made from declared behaviours; claims, and the ledger's promises, as invariants."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adversaries.behaviours import BEHAVIOURS, Action, Behaviour, Seen
from ledger_runtime.digests import to_ledger
from ledger_runtime.network import Network
from ledger_runtime.world import StepRefused, World
from marketproof.bench import Bench
from model.enumeration import Rows, Steps
from model.scope import Scope
from properties.claims import Goal, goal_of
from properties.paper_claims import CLAIMS
from spec.concrete import View
from spec.errors import Refused
from spec.variants import variant

BENCH = Bench(variant("paper").load())
PROTOCOL, COMPILED = BENCH.protocol, BENCH.compiled
STEPS_IN_A_ROW = 6
JUDGED = ("C11", "C12", "C25", "C31", "C33", "C35")


@functools.cache
def goals() -> dict[str, Goal]:
    return {name: goal_of(CLAIMS[name], PROTOCOL, PROTOCOL.transactions) for name in JUDGED}


@functools.cache
def honest_steps(scope: Scope) -> Steps:
    return Steps(COMPILED, scope.universe(PROTOCOL), frozenset(), PROTOCOL.transactions)


class Broken(AssertionError):
    """A claim that does not hold, with the calls that were committed from the market on."""

    def __init__(self, claim: str, part: str, run: list[Action]) -> None:
        super().__init__(f"{claim} ({part}) is broken after {[step for step, _ in run]}")
        self.claim, self.part, self.run = claim, part, run


class Market(RuleBasedStateMachine):
    """A populated market on a ledger; beside it the same state as the model has it, moved along by the same calls.

    coalition: who may deviate; judged: the claims that must hold; counts: what all examples together did.
    """

    scope = Scope(1, 2)
    ledger = "memory"
    coalition: frozenset[str] = frozenset()
    judged: tuple[str, ...] = JUDGED
    counts: dict[str, int]

    def __init__(self) -> None:
        super().__init__()
        universe = self.scope.universe(PROTOCOL)
        self.world = World(PROTOCOL, self.scope.facts(), self.coalition, universe, compiled=COMPILED, ledger=self.ledger)
        self.rows: Rows = dict(self.scope.facts())
        self.past: list[Action] = []
        self.run: list[Action] = []
        self.waiting: list[tuple[Action, dict[str, Any], Any]] = []
        self.silent: set[str] = set()
        self.world.coalition = frozenset()
        for action in BENCH.market(self.scope, "market").steps:
            self.take(action)
        self.world.coalition, self.run = self.coalition, []

    # --- what parties do ---

    def seen_by(self, member: str, duties: Iterable[Action]) -> Seen:
        view = View(PROTOCOL.schema, self.rows, self.world.universe, self.coalition)
        return Seen(PROTOCOL, member, view, self.past, [duty for duty in duties if duty[1]["caller"] == member])

    def duties(self) -> list[Action]:
        """Every step that some honest party would take now."""
        steps = honest_steps(self.scope)
        return [(name, given) for name in PROTOCOL.transactions for given in steps.enabled(self.rows, name)]

    def behave(self, behaviour: Behaviour, pick: int) -> None:
        """One of the steps that the behaviour offers to any of those who may behave so."""
        members = sorted(self.coalition) if behaviour.deviating else list(self.scope.members())
        if behaviour.timing == "never":
            self.silent.add(members[pick % len(members)])
            return
        duties = self.duties() if not behaviour.deviating else []
        options = [o for m in members if m not in self.silent for o in behaviour.options(self.seen_by(m, duties))]
        if not options:
            return
        action = options[pick % len(options)]
        try:
            self.take(action) if behaviour.timing == "now" or not PROTOCOL.transactions[action[0]].on_ledger else self.endorse(action)
            self.count(behaviour.name)
        except (StepRefused, Refused):
            self.count("refused")

    def take(self, action: Action) -> None:
        """Endorsed, ordered and committed at once; a step claim must hold in the state before."""
        name, given = action
        event = self.world.take(PROTOCOL.transactions[name], given)
        self.committed(action)
        if event is not None:
            self.count(f"event {event[0]}")

    def endorse(self, action: Action) -> None:
        """Endorsed now, to be submitted later."""
        transaction, given = PROTOCOL.transactions[action[0]], self.world.translated(PROTOCOL.transactions[action[0]], action[1])
        if not self.world.may_send(transaction, given):
            raise StepRefused("the sender would not or could not take it")
        self.waiting.append((action, given, self.world.network.propose(action[0], given)))

    def submit(self, pick: int) -> None:
        """One of the waiting endorsements reaches the orderer; it is valid only if all that it read is as it was."""
        action, given, endorsed = self.waiting.pop(pick % len(self.waiting))
        observed = COMPILED.observe(PROTOCOL.transactions[action[0]], given, self.world.view())
        code = self.world.network.commit(endorsed).code
        self.count(f"late {code}")
        if code == "VALID":
            self.world.beside.update(observed)
            self.committed(action)

    def committed(self, action: Action) -> None:
        """The model takes the same step: its guards must hold at commit, whenever the call was endorsed."""
        name, given = action
        view = View(PROTOCOL.schema, self.rows, self.world.universe, self.coalition)
        broken = [(claim, part) for claim in self.judged for part, by in goals()[claim].steps.items()
                  if name in by and not COMPILED.holds(by[name], given, view)]  # fmt: skip
        after = honest_steps(self.scope).after(self.rows, name, given)
        assert after is not None, f"the ledger accepted {name}, which the model refuses: {given}"
        self.rows = {**self.rows, **after}
        self.past, self.run = [*self.past, action], [*self.run, action]
        if broken and self.run:
            raise Broken(*broken[0], self.run)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    # --- what must hold ---

    @invariant()
    def claims_hold(self) -> None:
        view = self.world.view()
        for claim in self.judged:
            for part, condition in goals()[claim].states.items():
                if not COMPILED.holds(condition, {}, view):
                    raise Broken(claim, part, self.run)

    def teardown(self) -> None:
        """The ledger's own promises: an unbroken chain, and the state that its valid transactions give one after another."""
        network = self.world.network
        network.verify()
        serial = Network(PROTOCOL, compiled=COMPILED)
        serial.oracle = serial.chaincode.oracle = network.oracle
        for block in network.blocks:
            for endorsed, code in zip(block.transactions, block.codes, strict=True):
                if code == "VALID":
                    assert serial.invoke(endorsed.transaction, endorsed.arguments).code == "VALID"
        assert serial.digest() == network.digest(), "the committed state is not that of a serial execution"
        tables, oracle = PROTOCOL.schema.tables, network.oracle
        digested = {(table, key): tuple(to_ledger(kind, cell, oracle) for kind, cell in zip(tables[table].cells.values(), row, strict=True))
                    for (table, key), row in self.rows.items()}  # fmt: skip
        assert digested == self.world.view().rows, "the ledger's state is not the model's"
        self.count("examples")


def machine(behaviours: Iterable[str], judged: tuple[str, ...], coalition: Iterable[str] = (), scope: str = "1x2",
            ledger: str = "memory") -> type[Market]:  # fmt: skip
    """A machine with one rule for each behaviour, and one that submits what is late."""
    members: dict[str, Any] = {"scope": Scope.parse(scope), "coalition": frozenset(coalition), "judged": judged, "counts": {},
                               "ledger": ledger}  # fmt: skip
    for name in behaviours:
        most = 1 if BEHAVIOURS[name].deviating else STEPS_IN_A_ROW
        picks = st.lists(st.integers(0, 999), min_size=1, max_size=most)
        members[name.replace(" ", "_")] = rule(picks=picks)(made_rule(BEHAVIOURS[name]))
    if any(BEHAVIOURS[name].timing == "late" for name in behaviours):
        members["submit_what_is_late"] = rule(pick=st.integers(0, 9))(submits)
    return type("MarketOf" + "".join(name.title().replace(" ", "") for name in behaviours), (Market,), members)


def made_rule(behaviour: Behaviour) -> Any:
    def act(self: Market, picks: list[int]) -> None:
        for pick in picks:
            self.behave(behaviour, pick)
            self.claims_hold()

    act.__name__ = behaviour.name.replace(" ", "_")
    return act


def submits(self: Market, pick: int) -> None:
    if self.waiting:
        self.submit(pick)
