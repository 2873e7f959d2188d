"""Replaying a witness on the ledger: every step must be possible for who takes it, and the claim must break at the last one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from typing import Protocol as Interface

from adversaries.coalitions import COALITIONS
from ledger_runtime.blocks import Endorsed
from ledger_runtime.digests import to_ledger
from ledger_runtime.network import Network
from ledger_runtime.world import StepRefused, World
from model.enumeration import Action, Rows
from model.explain import explain
from model.exploring import whole_state
from model.honest import Group, Honest, Undecided
from model.scope import Scope, values_of
from model.search import all_steps
from model.witness import Witness
from properties.claims import Claim, Goal, goal_of
from properties.ranking import Liveness
from spec.concrete import View, evaluate
from spec.kinds import Kind
from spec.text import Protocol
from spec.tracing import Transaction


class ReplayFailed(Exception):
    """A witness that the ledger does not follow, with the step and the reason."""


def replay(
    protocol: Protocol, claim: Claim, witness: Witness, scope: Scope, progress: Callable[[str], None] = lambda detail: None,
    ledger: str = "memory", besides: Sequence[Elsewhere] = (),
) -> list[str]:  # fmt: skip
    """Why the claim is broken after the witness's last step; raises ReplayFailed if it is not, or is broken before.

    ledger: as `ledger_runtime.network.parts_of`. besides: another ledger for each run, on which the same is committed.
    """
    steps = all_steps(protocol, COALITIONS[witness.coalition])
    goal = goal_of(claim, protocol, steps)
    members = deviating(witness, scope)
    check_shape(witness, members)
    others: Sequence[Elsewhere | None] = besides or [None] * len(witness.runs)
    worlds = [
        World(protocol, scope.facts(), frozenset(), scope.universe(protocol), ledger=ledger, first=None if one is None else one.commit)
        for one in others
    ]
    explanation: list[str] = []
    traps = None
    for world, run in zip(worlds, witness.runs, strict=True):
        for number, action in enumerate(witness.prefix, 1):
            progress(f"step {number} of the start")
            take(world, steps, action, f"step {number} of the start")
        world.coalition = members
        traps = traps_of(goal, witness.part, world, scope)
        for number, action in enumerate(run, 1):
            progress(f"step {number}")
            if traps is not None:
                traps.before(action, number)
            explanation = broken_by_step(goal, witness.part, world, steps, action)
            if len(worlds) == 1 and (early := (broken_state(goal, witness.part, world.view()) or (explanation and number < len(run)))):
                raise ReplayFailed(f"{claim.name} is broken before step {number}: {early}")
            take(world, steps, action, f"step {number}")
    same_elsewhere(besides, worlds)
    view = worlds[0].view()
    view.second = worlds[-1].view()
    explanation = explanation or broken_state(goal, witness.part, view) or ([] if traps is None else traps.explained())
    if not explanation:
        raise ReplayFailed(f"after the last step {claim.name} ({witness.part}) still holds")
    return explanation


class Elsewhere(Interface):
    """Another ledger, of which a replay asks that it does the same."""

    def commit(self, endorsed: Endorsed) -> None:
        """Commit a transaction there too.  Raises StepRefused."""
        ...

    def check(self, network: Network) -> None:
        """Raise StepRefused unless the rows are the same there."""
        ...


@contextmanager
def besides(ledger: str, variant: str, witness: Witness, progress: Callable[[str], None]) -> Iterator[Sequence[Elsewhere]]:
    """The other ledgers that a replay plays on: a Fabric for each run where `fabric` is asked for, else none."""
    if ledger != "fabric":
        yield ()
        return
    from marketproof.fabric_replaying import fabrics

    with fabrics(variant, witness, progress) as found:
        yield found


def same_elsewhere(besides: Sequence[Elsewhere], worlds: Sequence[World]) -> None:
    for one, world in zip(besides, worlds, strict=bool(besides)):
        try:
            one.check(world.network)
        except StepRefused as error:
            raise ReplayFailed(f"after the last step: {error}") from error


@dataclass
class LedgerTraps:
    """What honest parties can still reach from the states of a ledger, while a witness is replayed on it."""

    claim: Liveness
    world: World
    honest: Honest
    groups: list[Group]

    def before(self, action: Action, number: int) -> None:
        """Before a step: the state is no trap yet, and the step makes nobody late of whom the claim speaks."""
        rows = dict(self.world.view().rows)
        try:
            trap = self.honest.trap(rows, self.groups)
        except Undecided:
            trap = None
        if trap is not None:
            raise ReplayFailed(f"the state before step {number} is a trap already: {trap.told([])}")
        self.follow(action)

    def follow(self, action: Action) -> None:
        """Only those remain for whom the claim speaks of the run so far: what it provides for holds, and the step makes nobody late."""
        rows = dict(self.world.view().rows)
        of = [group for group in self.groups if self.honest.kept(rows, group)]
        self.groups = [group for group in of if self.honest.timely(action[0], rows, group)]

    def explained(self) -> list[str]:
        """Why the last state is a trap; empty when it is none."""
        try:
            trap = self.honest.trap(dict(self.world.view().rows), self.groups)
        except Undecided as error:
            raise ReplayFailed(f"it is not decided whether the last state is a trap: {error}") from error
        return [] if trap is None else [trap.told(sorted(self.world.coalition))]


def traps_of(goal: Goal, part: str, world: World, scope: Scope) -> LedgerTraps | None:
    """For a claim that honest parties can reach something: those parties on the ledger."""
    claim = goal.live.get(part)
    return None if claim is None else ledger_traps(claim, world, scope)


def ledger_traps(
    claim: Liveness, world: World, scope: Scope, identity: Callable[[Rows], Hashable] = whole_state, nobody_takes: Collection[str] = (),
    censored: frozenset[str] = frozenset(),
) -> LedgerTraps:  # fmt: skip
    """Honest parties on a ledger, with digests for pre-images. nobody_takes: steps left out. censored: whose calls nobody orders."""
    oracle = world.network.oracle

    def values(kind: Kind, universe: dict[str, list[Any]]) -> list[Any]:
        return [to_ledger(kind, value, oracle) for value in values_of(kind, universe)]

    honest = Honest(world.protocol, world.compiled, scope, claim, world.coalition, values, world.view(), identity, censored=censored)
    honest.leave_out(nobody_takes)
    return LedgerTraps(claim, world, honest, honest.groups())


def check_shape(witness: Witness, members: frozenset[str]) -> None:
    """The break lies where the witness says, and two runs differ only in the coalition's choices."""
    depth = max(map(len, witness.runs))
    if witness.broken_at != depth:
        raise ReplayFailed(f"it says to break at step {witness.broken_at}, and has {depth} steps")
    honest = [[(name, given) for name, given in run if given["caller"] not in members and name[:6] != "Forge "] for run in witness.runs]
    if honest[0] != honest[-1]:
        raise ReplayFailed("the two runs differ in what honest parties do, not only in the coalition's choices")


def deviating(witness: Witness, scope: Scope) -> frozenset[str]:
    """Who deviates: those that the witness names, and the further pseudonyms that go with a coalition of members."""
    further = {member for member, role in scope.members().items() if role is None and COALITIONS[witness.coalition].deviating}
    return frozenset(witness.deviating) | further


def take(world: World, steps: dict[str, Transaction], action: Action, where: str) -> None:
    name, arguments = action
    try:
        world.take(steps[name], arguments)
    except StepRefused as error:
        raise ReplayFailed(f"{where}, {name}: {error}") from error


def broken_state(goal: Goal, part: str, view: View) -> list[str]:
    condition = goal.states.get(part)
    if condition is None:
        condition = goal.pairs.get(part)
        if condition is None or view.second is None:
            return []
    return explain(condition, {}, view)


def broken_by_step(goal: Goal, part: str, world: World, steps: dict[str, Transaction], action: Action) -> list[str]:
    name, arguments = action
    condition = goal.steps.get(part, {}).get(name)
    if condition is None:
        return []
    view, given = world.view(), world.translated(steps[name], arguments)
    if evaluate(condition, given, view):
        return []
    return [f"{name} is accepted although " + "; ".join(explain(condition, given, view))]
