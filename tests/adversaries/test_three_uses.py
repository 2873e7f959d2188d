"""One adversary, three uses: what a rule of Hypothesis draws and an actor on the ledger takes is a symbolic transition, and the reverse.

The machine of `tests/machine` is driven by behaviours; each step that it takes is committed on a ledger, and asked of the transition of
which the search is made. Models of that transition are taken on the ledger in turn.
"""

from __future__ import annotations

import functools
import random
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from adversaries.behaviours import BEHAVIOURS
from adversaries.coalitions import COALITIONS
from adversaries.strategies import DEVIATING, HONEST, Strategy
from ledger_runtime.world import World
from model.enumeration import Action, Rows, Steps
from model.payoffs import PLAYED
from model.playing import Table
from model.scope import Scope
from model.search import all_steps
from model.transitions import Transition
from model.worlds import start_without
from spec.compiled import Compiled
from spec.concrete import default_row
from spec.text import Protocol
from spec.variants import variant
from tests.machine.market_machine import BENCH, COMPILED, PROTOCOL, Market, machine

LIMITS = settings(derandomize=True, database=None, deadline=None, print_blob=False, max_examples=40, stateful_step_count=20,
                  phases=(Phase.generate,), suppress_health_check=list(HealthCheck))  # fmt: skip
COALITION = frozenset({"co-1", "mo-1", "pseudonym-1"})
MODELS = 40


def transition(rows: Rows, members: frozenset[str], universe: dict[str, list[Any]], protocol: Protocol = PROTOCOL) -> Transition:
    return Transition(protocol.schema, protocol.transactions, universe, members, rows)


class Compared(Market):
    """The market's machine, in which every committed step must be one of the symbolic transition; and models of that are taken."""

    def committed(self, action: Action) -> None:
        if self.world.coalition or self.run:
            symbolic = transition(self.rows, self.coalition, self.world.universe)
            assert symbolic.allows(action), f"a party took {action}, which the symbolic transition does not allow"
            self.count("compared")
        super().committed(action)

    @rule(step=st.sampled_from([*PROTOCOL.transactions]), pick=st.integers(0, 5), deviating=st.booleans())
    def take_a_model(self, step: str, pick: int, deviating: bool) -> None:
        """A model of the symbolic transition is taken by the actor on the ledger: it must be accepted, and leave what the model says."""
        found = list(transition(self.rows, self.coalition, self.world.universe).models(step, deviating, pick + 1))
        if found:
            given, cells = found[-1]
            self.take((step, given))
            self.count(f"model {'deviating' if deviating else 'honest'}")
            for (table, key), wanted in cells.items():
                row = self.rows.get((table, key))
                assert wanted.pop("exists") is (row is not None)
                there = row if row is not None else default_row(PROTOCOL.schema.tables[table])
                has = dict(zip(PROTOCOL.schema.tables[table].cells, there, strict=True))
                assert {name: has[name] for name in wanted} == wanted


def compared(behaviours: list[str]) -> type[Market]:
    made = machine(behaviours, (), COALITION)
    return type("Compared" + made.__name__, (Compared,), {**{name: made.__dict__[name] for name in made.__dict__ if name[:2] != "__"}})


def test_every_behaviour_takes_only_steps_of_the_symbolic_transition_and_its_models_are_taken_on_the_ledger() -> None:
    kind = compared([*BEHAVIOURS])
    run_state_machine_as_test(kind, settings=LIMITS)
    assert kind.counts["compared"] > 100, kind.counts
    assert min(kind.counts.get(name, 0) for name in ("honest", "late", "copy", "twice", "rejoin", "model deviating", "model honest")) > 0


def walked(protocol: Protocol, compiled: Compiled, scope: Scope, members: frozenset[str], seed: int, steps: int) -> list[Rows]:
    """States on a random walk in which both sides act."""
    rng, known = random.Random(seed), Steps(compiled, scope.universe(protocol), members, protocol.transactions)
    rows: Rows = dict(scope.facts())
    states = [rows]
    for _ in range(steps):
        options = []
        for name in rng.sample([*protocol.transactions], len(protocol.transactions)):
            options = [(name, given) for given, _ in zip(known.enabled(rows, name), range(6), strict=False)]
            if options and any(rows.get(row) != value for row, value in (known.after(rows, *options[0]) or {}).items()):
                break
        action = rng.choice(options)
        rows = {**rows, **(known.after(rows, *action) or {})}
        states.append(rows)
    return states


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_what_can_be_taken_is_the_same_set_by_enumeration_and_by_the_symbolic_transition(name: str) -> None:
    """Of each step in states on a walk: all arguments of deviating callers, as long as there are not too many."""
    protocol, scope, members = variant(name).load(), Scope(1, 1), frozenset({"co-1", "pseudonym-1"})
    compiled, universe = Compiled(protocol), scope.universe(protocol)
    steps, equal = Steps(compiled, universe, members, protocol.transactions), 0
    rng = random.Random(3)
    for rows in walked(protocol, compiled, scope, members, 5, 40)[::8]:
        for step in rng.sample([*protocol.transactions], 12):
            wanted = [given for given in steps.enabled(rows, step) if given["caller"] in members]
            if len(wanted) > MODELS:
                continue
            found = [given for given, _ in transition(rows, members, universe, protocol).models(step, True, MODELS + 1)]
            assert sorted(map(repr, found)) == sorted(map(repr, wanted)), step
            equal += bool(wanted)
    assert equal >= 10


def test_a_model_of_each_step_is_taken_by_the_actor_on_the_ledger() -> None:
    """From the market of the paper's text, by a member of each role."""
    scope = Scope(1, 2)
    market, universe = BENCH.market(scope, "market"), scope.universe(PROTOCOL)
    taken = set()
    for name in PROTOCOL.transactions:
        for given, _ in transition(market.rows, COALITION, universe).models(name, True, 1):
            world = World(PROTOCOL, scope.facts(), frozenset(), universe, compiled=COMPILED)
            for step, arguments in market.steps:
                world.take(PROTOCOL.transactions[step], arguments)
            world.coalition = COALITION
            world.take(PROTOCOL.transactions[name], given)
            taken.add(name)
    assert {"JoinCI", "StartRound", "UpdateTJ", "CompleteTC", "CreateDO", "CreateMod"} <= taken


@functools.cache
def game_table(name: str) -> tuple[Table, list[Action]]:
    """A variant at 1x2 with its start, on which strategies are played."""
    protocol = variant(name).load()
    compiled, scope = Compiled(protocol), Scope(1, 2)
    rows, taken = start_without(protocol, compiled, scope, PLAYED)
    return Table(protocol, compiled, scope, rows, list(PLAYED)), taken


ALL_STRATEGIES = [*HONEST.values(), *DEVIATING]


@pytest.mark.parametrize("strategy", ALL_STRATEGIES, ids=[f"{one.role} {one.name}" for one in ALL_STRATEGIES])
@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_a_strategy_takes_only_steps_of_the_symbolic_transition_and_the_ledger_accepts_them(name: str, strategy: Strategy) -> None:
    table, before = game_table(name)
    member = next(one for one, role in table.members.items() if role == strategy.role)
    played = table.play({member: strategy} if strategy.name != "honest" else {})
    members = frozenset({member} if strategy.name != "honest" else ())
    world = World(table.protocol, table.scope.facts(), frozenset(), table.universe, compiled=table.compiled)
    for step, given in before:
        world.take(table.protocol.transactions[step], given)
    world.coalition, rows = members, dict(table.start)
    steps = Steps(table.compiled, table.universe, members, table.protocol.transactions)
    for place, (step, given) in enumerate(played.run):
        if given["caller"] == member and place % 2 == 0:
            assert transition(rows, members, table.universe, table.protocol).allows((step, given)), (step, given)
        world.take(table.protocol.transactions[step], given)
        rows = {**rows, **(steps.after(rows, step, given) or {})}
    assert len(world.network.blocks) >= len([step for step, _ in played.run if table.protocol.transactions[step].on_ledger])


def test_forged_write_sets_are_steps_of_the_transition_of_a_peer_alone() -> None:
    steps = all_steps(PROTOCOL, COALITIONS["peer"])
    assert set(steps) - set(PROTOCOL.transactions) and set(all_steps(PROTOCOL, COALITIONS["CO"])) == set(PROTOCOL.transactions)


def test_what_nobody_can_know_is_no_step_of_the_symbolic_transition() -> None:
    """Without this the comparison above could not fail."""
    scope = Scope(1, 2)
    rows = BENCH.market(scope, "market").rows
    stated = {"caller": "co-1", "instance": "ci-1", "hash": ("Content(dss-1)", "Nonce(pseudonym-1)"), "nonce": "Nonce(pseudonym-1)"}
    symbolic = transition(rows, COALITION, scope.universe(PROTOCOL))
    assert not transition(rows, frozenset({"co-1"}), scope.universe(PROTOCOL)).allows(("JoinCI", {**stated, "caller": "co-2"}))
    assert not symbolic.allows(("StartRound", {"caller": "co-1", "couple": "tc-1"}))
    assert symbolic.allows(("StartRound", {"caller": "mo-1", "couple": "tc-1"}))
