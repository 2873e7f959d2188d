"""Playing strategies on a text: each member takes the first step that its strategy proposes and that can be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adversaries.behaviours import Seen
from adversaries.strategies import Strategy
from model.enumeration import Action, Rows, Steps
from model.reductions import relative_clock
from model.scope import Scope
from properties.payoffs import COUNTED, WEALTH
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.kinds import MEMBER
from spec.schema import using
from spec.text import Protocol
from spec.tree import Expression, integer, parameter

TICK = "Tick"
LONGEST = 400
Counts = dict[str, int]


class EndlessPlay(Exception):
    """Strategies whose play does not end within the limit."""


@dataclass
class Play:
    """A run of strategies to its end: its steps, what each member's money was after each, and what is counted in the end."""

    run: list[Action]
    money: list[dict[str, int]]
    counts: dict[str, Counts]


@dataclass
class Table:
    """A text at a scope from a start, on which strategies are played. members: with their roles, in the order in which they act."""

    protocol: Protocol
    compiled: Compiled
    scope: Scope
    start: Rows
    order: list[str]
    members: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.members = {member: role for member, role in self.scope.members().items() if role and not self.scope.is_spare(member)}
        self.universe = self.scope.universe(self.protocol, spares=False)
        self.clock = relative_clock(self.protocol)
        member = parameter("member", MEMBER)
        with using(self.protocol.schema):
            self.wealth: Expression = integer(WEALTH(member))
            self.counted = {name: integer(build(member)) for name, build in COUNTED.items()}

    def play(self, chosen: Mapping[str, Strategy]) -> Play:
        """Everybody honest but the members whose strategies are given."""
        taken = {name: self.protocol.transactions[name] for name in self.order if name in self.protocol.transactions}
        steps = Steps(self.compiled, self.universe, frozenset(chosen), taken)
        rows, run, money = dict(self.start), list[Action](), [self.moneys(steps, self.start)]
        while (action := self.next_step(steps, rows, chosen, run) or self.tick(steps, rows)) is not None:
            if len(run) >= LONGEST:
                raise EndlessPlay(f"after {LONGEST} steps of {', '.join(chosen)} the play has not ended; the last is {action[0]}")
            rows = {**rows, **(steps.after(rows, *action) or {})}
            run.append(action)
            money.append(self.moneys(steps, rows))
        return Play(run, money, {member: self.counts(steps, rows, run, member) for member in self.members})

    def moneys(self, steps: Steps, rows: Rows) -> dict[str, int]:
        view = steps.view(rows)
        return {member: evaluate(self.wealth, {"member": member}, view) for member in self.members}

    def counts(self, steps: Steps, rows: Rows, run: list[Action], member: str) -> Counts:
        """What is not money: how often it trained and paid off the ledger, and what the claims of payoff count in the last state."""
        view = steps.view(rows)
        taken = {name: sum(step == name and given["caller"] == member for step, given in run) for name in ("Train", "Pay")}
        if "Account" in self.protocol.schema.tables:  # a text with money of its own pays on the ledger
            taken["Pay"] = 0
        return {**taken, **{name: int(evaluate(count, {"member": member}, view)) for name, count in self.counted.items()}}

    def next_step(self, steps: Steps, rows: Rows, chosen: Mapping[str, Strategy], run: list[Action]) -> Action | None:
        view = steps.view(rows)
        order = [name for name in steps.transactions if name != TICK]
        for name in order:
            for given in steps.honest(rows, name):
                if self.useful(steps, rows, (name, given)):
                    return name, given
        duties = [(name, given) for name in order for given in steps.as_if_honest(rows, name)]
        for member, strategy in chosen.items():
            seen = Seen(self.protocol, member, view, run, [duty for duty in duties if duty[1]["caller"] == member])
            for action in strategy.options(seen):
                if action not in run and self.possible(steps, action, view) and self.useful(steps, rows, action):
                    return action
        return None

    def possible(self, steps: Steps, action: Action, view: Any) -> bool:
        name, given = action
        step = steps.transactions.get(name)
        return step is not None and set(given) == set(step.parameters) and steps.allows(step, given, view)

    def useful(self, steps: Steps, rows: Rows, action: Action) -> bool:
        changed = steps.after(rows, *action) or {}
        return any(rows.get(row) != value for row, value in changed.items())

    def tick(self, steps: Steps, rows: Rows) -> Action | None:
        """The clock moves while that can change what somebody may do."""
        given = next(steps.honest(rows, TICK), None) if TICK in steps.transactions else None
        if given is None or set(self.clock(rows)) == set(self.clock({**rows, **(steps.after(rows, TICK, given) or {})})):
            return None
        return TICK, given
