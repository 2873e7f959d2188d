"""Replaying a witness on the ledger: every step must be possible for who takes it, and the claim must break at the last one."""

from __future__ import annotations

from collections.abc import Callable

from adversaries.coalitions import COALITIONS
from ledger_runtime.world import StepRefused, World
from model.enumeration import Action
from model.explain import explain
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness
from properties.claims import Claim, Goal, goal_of
from spec.concrete import View, evaluate
from spec.text import Protocol
from spec.tracing import Transaction


class ReplayFailed(Exception):
    """A witness that the ledger does not follow, with the step and the reason."""


def replay(
    protocol: Protocol, claim: Claim, witness: Witness, scope: Scope, progress: Callable[[str], None] = lambda detail: None
) -> list[str]:
    """Why the claim is broken after the witness's last step; raises ReplayFailed if it is not, or is broken before."""
    steps = all_steps(protocol, COALITIONS[witness.coalition])
    goal = goal_of(claim, protocol, steps)
    members = deviating(witness, scope)
    check_shape(witness, members)
    worlds = [World(protocol, scope.facts(), frozenset(), scope.universe(protocol)) for _ in witness.runs]
    explanation: list[str] = []
    for world, run in zip(worlds, witness.runs, strict=True):
        for number, action in enumerate(witness.prefix, 1):
            progress(f"step {number} of the start")
            take(world, steps, action, f"step {number} of the start")
        world.coalition = members
        for number, action in enumerate(run, 1):
            progress(f"step {number}")
            explanation = broken_by_step(goal, witness.part, world, steps, action)
            if len(worlds) == 1 and (early := (broken_state(goal, witness.part, world.view()) or (explanation and number < len(run)))):
                raise ReplayFailed(f"{claim.name} is broken before step {number}: {early}")
            take(world, steps, action, f"step {number}")
    view = worlds[0].view()
    view.second = worlds[-1].view()
    explanation = explanation or broken_state(goal, witness.part, view)
    if not explanation:
        raise ReplayFailed(f"after the last step {claim.name} ({witness.part}) still holds")
    return explanation


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
