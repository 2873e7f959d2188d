"""Why each step of a run could be taken and what it rests on: which earlier step wrote what makes which of its conditions hold.

A condition is evaluated again with the cells that one earlier step wrote as they were before: where it then fails, it needs that step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model.enumeration import Action, Rows, Steps
from model.explain import explain, shortened
from properties.claims import Goal
from spec.concrete import Key, Row, View, default_row, evaluate, observe, run
from spec.schema import Schema
from spec.tracing import Transaction
from spec.tree import Expression

EXISTS = "exists"
Cell = tuple[str, Key, str]
Written = dict[Cell, tuple[int, Any]]
"""Which step of the run wrote a cell last, and what stood there before."""


@dataclass
class Noted(View):
    """A view that notes every cell that is read."""

    read: set[Cell] = field(default_factory=set)

    def row(self, table: str, key: Key) -> Row | None:
        self.read.add((table, key, EXISTS))
        return self.rows.get((table, key))

    def cell(self, table: str, name: str, key: Key) -> Any:
        self.read.add((table, key, name))
        return cell_of(self.schema, self.rows.get((table, key)), table, name)

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        self.read |= {(name, key, EXISTS) for name, key in self.rows if name == table and key[: len(prefix)] == prefix}
        return super().last_keys(table, prefix)


@dataclass(frozen=True)
class Cause:
    """An earlier step, the cells that it wrote, and what would be otherwise if they stood as before."""

    step: int
    cells: tuple[str, ...]
    needed_by: str

    @property
    def told(self) -> str:
        return f"step {self.step} made {' and '.join(self.cells)}: {self.needed_by}"


@dataclass(frozen=True)
class Reasons:
    """Of a step: the earlier steps that it needs, and why nobody honest would take it."""

    causes: tuple[Cause, ...]
    unlike: tuple[str, ...] = ()

    @property
    def told(self) -> list[str]:
        """In words; a step without causes could be taken from the start."""
        causes = [f"because {cause.told}" for cause in self.causes] or ["possible from the start: it needs no earlier step"]
        return [*causes, *(f"an honest party would not: {line}" for line in self.unlike)]


def cell_of(schema: Schema, row: Row | None, table: str, name: str) -> Any:
    declared = schema.tables[table]
    return declared.cells[name].default if row is None else row[list(declared.cells).index(name)]


class Causes:
    """Follows a run from a state and notes who wrote what."""

    def __init__(self, steps: Steps, start: Rows) -> None:
        self.steps, self.rows = steps, dict(start)
        self.schema = steps.compiled.schema
        self.written: Written = {}
        self.taken = 0

    def view(self, rows: Rows | None = None) -> Noted:
        return Noted(self.schema, self.rows if rows is None else rows, self.steps.universe, self.steps.coalition)

    def take(self, action: Action) -> Reasons:
        """The reasons of the next step, which is then taken."""
        name, given = action
        reasons = self.reasons(self.steps.transactions[name], given)
        changed = self.steps.after(self.rows, name, given) or {}
        self.taken += 1
        for (table, key), row in changed.items():
            before = self.rows.get((table, key))
            if before is None:
                self.written[table, key, EXISTS] = self.taken, False
            for place, cell in enumerate(self.schema.tables[table].cells):
                old = cell_of(self.schema, before, table, cell)
                if row[place] != old:
                    self.written[table, key, cell] = self.taken, old
        self.rows.update(changed)
        return reasons

    def reasons(self, step: Transaction, given: Mapping[str, Any]) -> Reasons:
        deviates = given["caller"] in self.steps.coalition
        forged = step.name not in self.steps.compiled.protocol.transactions
        mine = {} if forged else step.powers if deviates else step.honest
        found: list[Cause] = []
        for guard in step.guards.values():
            found += self.of_condition(guard.condition, given, f"guard {guard.name} would refuse it otherwise")
        for name, condition in mine.items():
            what = f"it could not send it otherwise ({name})" if deviates else f"an honest {step.caller_role} would not take it otherwise"
            found += self.of_condition(condition, given, what)
        found += self.of_effects(step, given, {cause.step for cause in found})
        unlike = [] if forged or not deviates else [line for one in step.honest.values() for line in explain(one, dict(given), self.view())]
        return Reasons(tuple(dict.fromkeys(found)), tuple(unlike))

    def of_condition(self, condition: Expression, given: Mapping[str, Any], needed_by: str) -> list[Cause]:
        return self.flipping(lambda view: bool(evaluate(condition, dict(given), view)), needed_by)

    def of_effects(self, step: Transaction, given: Mapping[str, Any], known: set[int]) -> list[Cause]:
        """Earlier steps without whose writes this one would write or tell something else."""
        def done(view: View) -> Any:
            outcome = run(step, dict(given), view)
            return outcome.refused or (values(outcome.writes), values(observe(step, dict(given), view)), outcome.event)

        def values(rows: Mapping[Any, Row]) -> Any:
            return {row: tuple(cells) for row, cells in rows.items() if self.rows.get(row) != cells}

        found = self.flipping(done, "what it writes or tells would differ otherwise")
        return [cause for cause in found if cause.step not in known]

    def flipping(self, asked: Callable[[View], Any], needed_by: str) -> list[Cause]:
        """The earlier steps without whose writes the answer is another; where only several together change it, those."""
        view = self.view()
        answer = asked(view)
        by_step: dict[int, list[Cell]] = {}
        for cell in sorted(view.read & self.written.keys(), key=repr):
            by_step.setdefault(self.written[cell][0], []).append(cell)
        found = [(step, cells) for step, cells in sorted(by_step.items()) if asked(self.view(self.undone(cells))) != answer]
        if not found and len(by_step) > 1 and asked(self.view(self.undone([one for cells in by_step.values() for one in cells]))) != answer:
            found = sorted(by_step.items())
        return [Cause(step, tuple(self.shown(cells)), needed_by) for step, cells in found]

    def undone(self, cells: Iterable[Cell]) -> Rows:
        """The state with these cells as they were before."""
        rows = dict(self.rows)
        of_rows: dict[tuple[str, Key], list[str]] = {}
        for table, key, name in cells:
            of_rows.setdefault((table, key), []).append(name)
        for (table, key), names in of_rows.items():
            if EXISTS in names:
                rows.pop((table, key), None)
                continue
            row = list(rows.get((table, key)) or default_row(self.schema.tables[table]))
            for name in names:
                row[list(self.schema.tables[table].cells).index(name)] = self.written[table, key, name][1]
            rows[table, key] = tuple(row)
        return rows

    def shown(self, cells: Iterable[Cell]) -> list[str]:
        """Cells with their values; of a row that is new only that, unless nothing else is read of it."""
        known = list(cells)
        fields = {(table, key) for table, key, name in known if name != EXISTS}
        lines = []
        for table, key, name in known:
            row = f"{table}[{', '.join(map(str, key))}]"
            if name != EXISTS:
                lines.append(f"{row}.{name} = {shortened(cell_of(self.schema, self.rows.get((table, key)), table, name))}")
            elif (table, key) not in fields:
                lines.append(row)
        return lines


def of_break(runs: list[Causes], goal: Goal, part: str, last: Action | None) -> list[tuple[int, Cause]]:
    """The steps without which the part of the claim would not be broken, each with the number of its run.

    runs: at their end; or, for a claim about a step, before that step. last: the step of a claim about steps.
    """
    condition = goal.steps.get(part, {}).get(last[0]) if last is not None else goal.states.get(part, goal.pairs.get(part))
    if condition is None:
        return []
    given = {} if last is None else dict(last[1])
    found = []
    for number, one in enumerate(runs):
        def broken(view: View, number: int = number) -> bool:
            views = [view if place == number else other.view() for place, other in enumerate(runs)]
            views[0].second = views[-1]
            return not evaluate(condition, given, views[0])

        found += [(number, cause) for cause in one.flipping(broken, "the claim would hold otherwise")]
    return found
