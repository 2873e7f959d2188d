"""Plain enumeration of all runs over concrete states: slow, without symbols, and so a second opinion on the search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.enumeration import Action, Rows, Steps
from model.market import Market
from model.scope import Scope
from properties.claims import Goal
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.text import Protocol
from spec.tracing import Transaction

LARGEST_STATE_COUNT = 2_000_000


@dataclass(frozen=True)
class Enumeration:
    """How many states were seen to which depth, and the first run that breaks the goal, if any."""

    depth: int
    states: int
    broken: list[Action] | None
    part: str = ""


def enumerate_runs(
    protocol: Protocol, compiled: Compiled, goal: Goal, scope: Scope, start: Market, coalition: frozenset[str],
    transactions: dict[str, Transaction], most_depth: int, progress: Callable[[str], None] = lambda text: None,
) -> Enumeration:  # fmt: skip
    """Breadth first over all states reachable within `most_depth` steps of the coalition and of honest parties."""
    steps = Steps(compiled, scope.universe(protocol), coalition, transactions)
    initial = dict(start.rows)
    seen = {frozenset(initial.items())}
    frontier: list[tuple[Rows, list[Action]]] = [(initial, [])]
    broken = first_broken_state(steps, compiled, goal, initial)
    if broken:
        return Enumeration(0, 1, [], broken)
    for depth in range(1, most_depth + 1):
        following: list[tuple[Rows, list[Action]]] = []
        for rows, run in frontier:
            for name in transactions:
                for arguments in steps.enabled(rows, name):
                    changed = steps.after(rows, name, arguments)
                    action = (name, arguments)
                    part = first_broken_step(steps, compiled, goal, rows, action)
                    if part:
                        return Enumeration(depth, len(seen), [*run, action], part)
                    after = {**rows, **(changed or {})}
                    identity = frozenset(after.items())
                    if identity in seen:
                        continue
                    seen.add(identity)
                    part = first_broken_state(steps, compiled, goal, after)
                    if part:
                        return Enumeration(depth, len(seen), [*run, action], part)
                    following.append((after, [*run, action]))
            if len(seen) > LARGEST_STATE_COUNT:
                return Enumeration(depth - 1, len(seen), None)
        progress(f"depth {depth}: {len(seen)} states")
        frontier = following
    return Enumeration(most_depth, len(seen), None)


def first_broken_state(steps: Steps, compiled: Compiled, goal: Goal, rows: Rows) -> str:
    """The part that a state breaks.  Two runs of honest parties alone take the same steps, so both are in the same state."""
    view = steps.view(rows)
    if goal.pairs and not steps.coalition:
        view.second = view
        if broken := next((part for part, condition in goal.pairs.items() if not evaluate(condition, {}, view)), ""):
            return broken
    return next((part for part, condition in goal.states.items() if not compiled.holds(condition, {}, view)), "")


def first_broken_step(steps: Steps, compiled: Compiled, goal: Goal, rows: Rows, action: Action) -> str:
    name, arguments = action
    view = steps.view(rows)
    for part, conditions in goal.steps.items():
        if name in conditions and not compiled.holds(conditions[name], arguments, view):
            return part
    return ""
