"""A populated market, reached by an honest search from nothing: where attacks start unless told otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from model.enumeration import Action, Rows, Steps
from model.scope import Scope
from spec.compiled import Compiled
from spec.text import Protocol
from spec.tree import Expression


class MarketError(Exception):
    """The honest search found no way to the market that was asked for."""


@dataclass(frozen=True)
class Market:
    """The rows of a populated market and the honest steps that made them."""

    rows: Rows
    steps: list[Action]


def populate(
    protocol: Protocol, compiled: Compiled, scope: Scope, target: Expression, start: Market | None = None, most_steps: int = 2000,
    without: Collection[str] = (),
) -> Market:  # fmt: skip
    """Honest parties alone, each time the first step in text order that changes something, until `target` holds.

    From nothing, or from a market reached before; the steps are those taken here, none of them one of `without`.

    Raises MarketError when nothing more can be done, or after `most_steps`.
    """
    allowed = {name: step for name, step in protocol.transactions.items() if name not in without}
    steps = Steps(compiled, scope.universe(protocol, spares=False), frozenset(), allowed)
    rows: Rows = dict(scope.facts() if start is None else start.rows)
    taken: list[Action] = []
    while not compiled.holds(target, {}, steps.view(rows)):
        if len(taken) >= most_steps:
            raise MarketError(f"{protocol.name} at {scope}: no populated market within {most_steps} honest steps")
        found = first_useful_step(steps, rows)
        if found is None:
            raise MarketError(f"{protocol.name} at {scope}: honest parties are stuck after {len(taken)} steps; try --from empty")
        action, changed = found
        taken.append(action)
        rows.update(changed)
    return Market(rows, taken)


def first_useful_step(steps: Steps, rows: Rows) -> tuple[Action, Rows] | None:
    for name in steps.transactions:
        for arguments in steps.enabled(rows, name):
            changed = steps.after(rows, name, arguments)
            if changed and any(rows.get(row) != value for row, value in changed.items()):
                return (name, arguments), changed
    return None
