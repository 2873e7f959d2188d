"""The any-size meaning against the concrete walk: the same truth values and cells, and whatever a solver is told is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from model.counting import Lemma
from model.frames import cells_read, cells_written
from model.grounding import Grounding
from model.induction import Engine, Settings, question_of_step
from spec.concrete import Row, RowId, View, evaluate, may_send, perform
from spec.kinds import Term
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression
from tests.proofs.extended import Extended, WrongRule, leaf_of, recording

FROM_THE_QUESTION = ("the goal fails", "guard", "hypothesis", "the environment")


class Comparison:
    """One step of a protocol under an engine: prepared once, compared with the walk sample by sample; counts what was seen."""

    def __init__(self, engine: Engine, protocol: Protocol, step: Transaction, invariants: dict[str, Expression],
                 conditions: dict[str, Expression] | None = None, depths: Iterable[int] = (0,)) -> None:  # fmt: skip
        self.protocol, self.step, self.lemmas = protocol, step, list[Lemma]()
        self.touched = {name: e for name, e in invariants.items() if cells_read(e) & cells_written(step)}
        self.conditions = conditions or {}
        settings = Settings(replace(engine, rules=recording(engine.rules, self.lemmas)))
        self.question, self.before, self.after, self.arguments = question_of_step(protocol, step, invariants, settings)
        self.groundings = [
            self.question.grounded(self.question.meaning.holds(e, {}, self.after), cells_read(e), deep)
            for e in self.touched.values() for deep in depths
        ]  # fmt: skip
        self.seen: Counter[Any] = Counter()

    def compare(self, rows: View, arguments: dict[str, Any]) -> None:
        """Raises WrongRule, with the clause that differs."""
        extended = Extended(self.question.meaning, rows, arguments, self.step.parameters)
        self.compare_before(extended, rows, arguments)
        changed = {**perform(self.step.writes, arguments, rows), **perform(self.step.observed, arguments, rows)}
        after = View(rows.schema, {**rows.rows, **changed}, rows.universe, rows.coalition)
        for name, e in self.touched.items():
            self.same("kept " + name, evaluate(e, {}, after), extended[self.question.meaning.holds(e, {}, self.after)])
        self.compare_cells(extended, after, {*changed, *list(rows.rows)[:: max(1, len(rows.rows) // 8)]})
        told_truly(self.groundings, self.lemmas, extended)

    def same(self, clause: str, concrete: Any, symbolic: Any) -> None:
        self.seen[clause, concrete] += 1
        if concrete != symbolic:
            raise WrongRule(f"{self.step.name} {clause}: {symbolic!r}, where the walk says {concrete!r}")

    def compare_before(self, extended: Extended, rows: View, arguments: dict[str, Any]) -> None:
        meaning, question = self.question.meaning, self.question
        guards = {f"guard {guard.name}": guard.condition for guard in self.step.guards.values()}
        given = {reason: node for reason, node in question.given if not reason.startswith("argument ")}
        if set(given) != {*guards, "the environment lets the caller"}:
            raise WrongRule(f"{self.step.name} assumes {sorted(given)}")
        for reason, node in question.given:
            if reason.startswith("argument ") and not extended[node]:
                raise WrongRule(f"{self.step.name} {reason}")
        for name, condition in guards.items():
            self.same(name, evaluate(condition, arguments, rows), extended[given[name]])
        self.same("environment", may_send(self.step, arguments, rows), extended[given["the environment lets the caller"]])
        for name, (node, _) in question.hypotheses.items():
            if name in self.touched:
                self.same("before " + name, evaluate(self.touched[name], {}, rows), extended[node])
        for name, e in self.conditions.items():
            self.same(name, evaluate(e, arguments, rows), extended[meaning.holds(e, self.arguments, self.before)])

    def compare_cells(self, extended: Extended, after: View, chosen: Iterable[RowId]) -> None:
        """Rows that were written, and some that were not."""
        meaning = self.question.meaning
        for table, key in sorted(chosen, key=repr):
            declared = self.protocol.schema.tables[table]
            nodes = []
            for value, (_, kind) in zip(key, declared.key, strict=True):
                assert not isinstance(kind, Term)
                nodes.append(next(n for n in extended.nodes(meaning.sort(kind)) if n.name == value and type(n.name) is type(value)))
            self.same(f"{table} exists", (table, key) in after.rows, extended[self.after.exists(table, tuple(nodes))])
            row: Row = after.rows.get((table, key), tuple(kind.default for kind in declared.cells.values()))
            for (cell, kind), value in zip(declared.cells.items(), row, strict=True):
                for (leaf, _), node in zip(meaning.leaves(kind), self.after.read(table, cell, tuple(nodes)), strict=True):
                    concrete = leaf_of(value, kind, leaf.split(".")[1:])
                    if concrete != extended[node]:
                        raise WrongRule(f"{self.step.name} leaves {extended[node]!r} in {table}{key}.{cell}{leaf}, not {concrete!r}")


def told_truly(groundings: Iterable[Grounding], lemmas: list[Lemma], extended: Extended) -> None:
    """Whatever is asserted besides the question itself is true."""
    for lemma in lemmas:
        extended.settle(lemma)
    checked = set()
    for grounding in groundings:
        for reason, node in grounding.assertions:
            if node not in checked and not reason.startswith(FROM_THE_QUESTION):
                checked.add(node)
                if not extended[node]:
                    raise WrongRule(f"told as {reason!r}, but false: {node}")
