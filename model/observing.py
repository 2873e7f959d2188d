"""What is told in a run of honest parties: every fact as a term, who has it, and the step that told it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from model.enumeration import Action, Rows, Steps
from model.market import MarketError, first_useful_step
from model.reaching import Reaching
from model.scope import Scope
from model.terms import Context, Known, Translation, Unsaid
from spec.compiled import Compiled
from spec.concrete import RowId
from spec.hardened import terms as hardened_terms
from spec.kinds import MEMBER, Reference
from spec.knowing import EVERY_STEP, EVERYBODY, Clause, Knowing
from spec.paper import terms as paper_terms
from spec.schema import Table
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression

DECLARED_HERE = (paper_terms, hardened_terms)
PATIENT = ("Tick",)
ENDINGS = ("CompleteTC", "CloseTC", "CancelTC")  # a run tells most when nobody ends anything while there is something else to do
LONGEST_RUN, LONGEST_WAIT, SEED = 600, 10, 7


@dataclass(frozen=True)
class Fact:
    """A term that a member has, or everybody; `step` is 0 for what was there before the run."""

    term: Known
    holder: str
    source: str
    step: int = 0
    rule: str = ""


@dataclass(frozen=True)
class Link:
    """Whoever knows the place has the object that lies there."""

    place: Known
    thing: Known
    source: str
    step: int


@dataclass(frozen=True)
class Appearance:
    """A pseudonym that the ledger shows beside a dataset, in a step of a member."""

    who: Any
    dataset: Any
    source: str
    step: int
    caller: str


@dataclass
class Observed:
    """A run of honest parties with all that it told."""

    scope: Scope
    run: list[Action]
    facts: list[Fact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    appearances: list[Appearance] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def members(self) -> dict[str, str]:
        """Members that take part, with their roles: a spare one where it does something."""
        acting = {given["caller"] for _, given in self.run}
        known = self.scope.members()
        return {name: role for name, role in known.items() if role is not None and (name in acting or not self.scope.is_spare(name))}


def observe(
    protocol: Protocol, compiled: Compiled, run: list[Action], scope: Scope, said: Knowing,
    transactions: dict[str, Transaction] | None = None,
) -> Observed:  # fmt: skip
    """The facts of a run, by the clauses of the variant. transactions: where others than the protocol's are taken, all of them."""
    return Observer(protocol, compiled, scope, said, run, transactions or protocol.transactions).observed()


def honest_run(protocol: Protocol, compiled: Compiled, scope: Scope, target: Expression | None = None) -> list[Action]:
    """Honest parties do whatever they would, in text order, until nobody has anything to do; or a run of theirs to a target.

    Raises MarketError where no run comes to the target.
    """
    if target is None:
        return exhausted(protocol, compiled, scope)
    found = Reaching(protocol, compiled, scope, target, random.Random(SEED)).run()
    if found is None:
        raise MarketError(f"{protocol.name} at {scope}: no walk of honest parties comes to what the claim speaks of")
    return found


def exhausted(protocol: Protocol, compiled: Compiled, scope: Scope) -> list[Action]:
    """One run to its end; the clock moves only when nobody else does anything."""
    names = [name for name in protocol.transactions if name not in PATIENT and not name.startswith("Submit")]
    names.sort(key=lambda name: name in ENDINGS)
    ordered = {name: protocol.transactions[name] for name in (*names, *PATIENT) if name in protocol.transactions}
    steps = Steps(compiled, scope.universe(protocol, spares=False), frozenset(), ordered)
    rows: Rows = dict(scope.facts())
    taken: list[Action] = []
    while len(taken) < LONGEST_RUN:
        waited = len(taken) >= LONGEST_WAIT and all(name in PATIENT for name, _ in taken[-LONGEST_WAIT:])
        found = None if waited else first_useful_step(steps, rows)
        if found is None:
            break
        taken.append(found[0])
        rows.update(found[1])
    while taken and taken[-1][0] in PATIENT:
        taken.pop()
    return taken


class Observer:
    """Follows a run state by state and notes what each step tells."""

    def __init__(
        self, protocol: Protocol, compiled: Compiled, scope: Scope, said: Knowing, run: list[Action], transactions: dict[str, Transaction]
    ) -> None:
        self.protocol, self.knowing = protocol, said
        self.steps = Steps(compiled, scope.universe(protocol), frozenset(), transactions)
        self.rows: Rows = dict(scope.facts())
        self.told = Observed(scope, run)
        self.seen: set[tuple[Known, str]] = set()

    def observed(self) -> Observed:
        translation = Translation(self.knowing, self.steps.view(self.rows))
        for member, role in self.told.members.items():
            for clause in self.knowing.of("knows"):
                if clause.target in (EVERY_STEP, role):
                    self.note(translation.term(clause.term, {"member": (MEMBER, member)}), member, f"{member} has it", 0)
        for number, (name, arguments) in enumerate(self.told.run, 1):
            changed = self.steps.after(self.rows, name, arguments) or {}
            before = self.rows
            self.rows = {**before, **changed}
            step = self.steps.transactions[name]
            context = {parameter: (kind, arguments[parameter]) for parameter, kind in step.parameters.items()}
            self.follow(step, context, number)
            for row, value in changed.items():
                if before.get(row) != value:
                    self.look_at(row, before.get(row), context, (number, name))
        return self.told

    def note(self, term: object, holder: str, source: str, step: int, rule: str = "") -> None:
        if isinstance(term, tuple) and (term, holder) not in self.seen:
            self.seen.add((term, holder))
            self.told.facts.append(Fact(term, holder, source, step, rule))

    def follow(self, step: Transaction, context: Context, number: int) -> None:
        """What a step tells by its arguments, and by the clauses about it."""
        translation = Translation(self.knowing, self.steps.view(self.rows))
        if step.on_ledger:
            for parameter, (kind, value) in context.items():
                self.noted(translation, kind, value, context, "", f"{step.name}.{parameter}", number)
        for clause in self.clauses_of(step):
            try:
                holder = "" if clause.to == EVERYBODY else str(translation.term(clause.to, context))
                term = translation.term(clause.term, context)
            except Unsaid:
                continue
            if clause.about == "appears":
                shown = Appearance(term[1], term[2], f"{step.name}: {clause.cites}", number, str(context["caller"][1]))
                self.told.appearances.append(shown)
            else:
                self.note(term, holder, f"{step.name}: {clause.cites}", number, clause.rule)

    def clauses_of(self, step: Transaction) -> Iterator[Clause]:
        for clause in (*self.knowing.of("step"), *self.knowing.of("appears")):
            if clause.target == step.name or (clause.target == EVERY_STEP and step.on_ledger):
                yield clause

    def noted(self, translation: Translation, kind: object, value: object, context: Context, holder: str, source: str, step: int) -> None:
        try:
            term = translation.value(kind, value, context, on_ledger=holder == "")  # type: ignore[arg-type]
        except Unsaid:
            return
        self.note(term, holder, source, step)

    def look_at(self, row: RowId, before: tuple[object, ...] | None, arguments: Context, at: tuple[int, str]) -> None:
        """What a row that was written tells, to whoever can read it."""
        table = self.protocol.schema.tables[row[0]]
        if table.category not in ("asset", "public", "memory"):
            return
        translation = Translation(self.knowing, self.steps.view(self.rows))
        keys = {name: (kind, value) for (name, kind), value in zip(table.key, row[1], strict=True)}
        cells = {name: (kind, value) for (name, kind), value in zip(table.cells.items(), self.rows[row], strict=True) if value is not None}
        context = {**arguments, **cells, **keys}
        holder = str(row[1][0]) if table.category == "memory" else ""
        self.held(translation, table, context, holder, at)
        for place, (name, kind) in enumerate(table.cells.items()):
            value = self.rows[row][place]
            if value not in (None, False) and (before is None or before[place] != value):
                self.cell(translation, table, name, (kind, value), context, holder, at)

    def held(self, translation: Translation, table: Table, context: Context, holder: str, at: tuple[int, str]) -> None:
        clause = self.knowing.find("holds", table.name)
        if clause is not None:
            term = translation.term(clause.term, context)
            self.note(term, holder, f"{table.name}: {clause.cites}", at[0])
            for atom in (term, *term[1:]):
                if isinstance(atom, tuple) and atom[0] == "rows":
                    self.told.owners[str(atom[1])] = holder

    def cell(self, translation: Translation, table: Table, name: str, held: tuple[object, object], context: Context,
             holder: str, at: tuple[int, str]) -> None:  # fmt: skip
        """One cell: by the clause about its field, else by its kind; behind a place where the table is read by one."""
        source, own = f"{at[1]}: {table.name}.{name}", self.knowing.find("field", f"{table.name}.{name}")
        reads = self.knowing.find("reads", table.name)
        try:
            if own is not None:
                self.note(translation.term(own.term, context), holder, f"{source} ({own.cites})", at[0])
            elif reads is not None:
                place, thing = translation.term(reads.term, context), translation.value(held[0], held[1], context)  # type: ignore[arg-type]
                self.told.links.append(Link(place, thing, f"{source} ({reads.cites})", at[0]))
            elif not isinstance(held[0], Reference):
                on_ledger = table.category == "asset"
                self.note(translation.value(held[0], held[1], context, on_ledger), holder, source, at[0])  # type: ignore[arg-type]
        except Unsaid:
            return
