"""What an engine has to pass: true statements proved, false ones not, the walk agreed with, every lemma true.

Each check yields what is wrong with an engine; nothing for one that is sound and proves enough.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

from model import formulas as f
from model.counting import Lemma, Rules
from model.formulas import INT, Node
from model.induction import Engine, Rung, Settings, prove_at_first, prove_implied, prove_kept
from model.unbounded import Meaning, Sum
from spec.concrete import View, evaluate
from spec.tree import walk
from tests.proofs import warehouse
from tests.proofs.comparing import Comparison, told_truly
from tests.proofs.extended import Extended, WrongRule, recording

SAMPLES = 6
Steps = tuple[str, ...]


def proves(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """True statements of the warehouse that the engine does not prove."""
    protocol, kept = warehouse.loaded(), warehouse.statements(warehouse.kept)
    settings = Settings(engine, ladder=(Rung(0, True), Rung(1, True), Rung(1, False), Rung(2, True)))
    found = prove_at_first(protocol, kept, settings)
    found += prove_implied(protocol, warehouse.statements(warehouse.follows), kept, settings)
    for name in steps or protocol.transactions:
        found += prove_kept(protocol, protocol.transactions[name], kept, kept, settings)
    yield from (f"{o.goal} is true at {o.step or 'first'}, but {o.outcome}" for o in found if o.outcome != "proved")


def proves_nothing_false(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """False statements that the engine proves: of each at least one step, or the first state, has to remain."""
    protocol, kept, wrong = warehouse.loaded(), warehouse.statements(warehouse.kept), warehouse.statements(warehouse.wrong)
    settings = Settings(engine, resources=400_000, ladder=(Rung(0, True), Rung(1, False)))
    for name, e in wrong.items():
        found = prove_kept(protocol, protocol.transactions[BREAKS[name]], {**kept, name: e}, {name: e}, settings)
        yield from (f"{o.goal} is false, but proved at {o.step}" for o in found if o.outcome == "proved")
    implied = prove_implied(protocol, warehouse.statements(warehouse.unfounded), kept, settings)
    yield from (f"{o.goal} does not follow, but is proved" for o in implied if o.outcome == "proved")


# The step that breaks each false statement.
BREAKS = {
    "nothing shut": "Shut", "counts boxes": "AddBox", "weight counts": "AddBox", "all visits": "Visit", "one visit": "Visit",
    "first": "Change", "one box": "AddBox", "short": "AddBox", "four": "Change", "no stamps": "Stamp", "labels": "Stamp",
    "no light ones": "SortOut",
}  # fmt: skip


def agrees(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """Steps of the warehouse in which the walk differs, or something untrue is told."""
    protocol = warehouse.loaded()
    statements = {**warehouse.statements(warehouse.kept), **warehouse.statements(warehouse.wrong)}
    for step in (protocol.transactions[name] for name in steps or protocol.transactions):
        try:
            comparison = Comparison(engine, protocol, step, statements)
            rng = random.Random(step.name)
            for _ in range(SAMPLES):
                rows = warehouse.any_state(rng)
                arguments = {name: argument(rng, kind) for name, kind in step.parameters.items()}
                comparison.compare(rows, arguments)
        except WrongRule as wrong:
            yield str(wrong)


def argument(rng: random.Random, kind: Any) -> Any:
    from model.scope import values_of

    return rng.choice(values_of(kind, warehouse.UNIVERSE))


def agrees_at_first(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """The first state has no rows but facts."""
    protocol, rng = warehouse.loaded(), random.Random("first")
    meaning = engine.meaning(protocol.schema, protocol.sorts)
    state = engine.initial(meaning)
    for _ in range(SAMPLES):
        rows = warehouse.any_state(rng)
        first = View(rows.schema, {key: row for key, row in rows.rows.items() if key[0] == "Trusted"}, rows.universe, rows.coalition)
        extended = Extended(meaning, first)
        for name, e in {**warehouse.statements(warehouse.kept), **warehouse.statements(warehouse.unfounded)}.items():
            if not two_runs(e) and extended[meaning.holds(e, {}, state)] != evaluate(e, {}, first):
                yield f"{name} at first is not {evaluate(e, {}, first)}"


def two_runs(e: Any) -> bool:
    return any(node._op == "run" for node in walk(e))


def agrees_on_two_runs(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """Statements of one state, or of two that share the facts; and what is told about them."""
    protocol, rng, lemmas = warehouse.loaded(), random.Random("two"), list[Lemma]()
    meaning = engine.meaning(protocol.schema, protocol.sorts)
    state = engine.arbitrary(meaning, "", engine.arbitrary(meaning, "second run: "))
    goals = {**warehouse.statements(warehouse.follows), **warehouse.statements(warehouse.unfounded)}
    nodes = {name: meaning.holds(e, {}, state) for name, e in goals.items()}
    rules = recording(engine.rules, lemmas)
    groundings = []
    for node in nodes.values():
        grounding = engine.grounding(meaning, 0, rules({}, meaning.constant))
        grounding.add("the goal fails", engine.denied(node))
        grounding.saturate()
        groundings.append(grounding)
    for _ in range(SAMPLES):
        first, second = warehouse.any_state(rng), warehouse.any_state(rng)
        facts = {key: row for key, row in first.rows.items() if key[0] == "Trusted"}
        second.rows = {**{key: row for key, row in second.rows.items() if key[0] != "Trusted"}, **facts}
        first.second, second.coalition = second, first.coalition
        extended = Extended(meaning, first)
        try:
            for name, e in goals.items():
                if extended[nodes[name]] != evaluate(e, {}, first):
                    yield f"{name} is not {evaluate(e, {}, first)}"
            told_truly(groundings, lemmas, extended)
        except WrongRule as wrong:
            yield str(wrong)


# --- rules of sums, on every small function ---

ELEMENTS = 3
AMOUNTS = (-1, 0, 2)
KEYS: tuple[tuple[int, ...], ...] = ((), (0,), (0, 0), (0, 2))


class Small(Extended):
    """Functions of three elements, given as tables."""

    def __init__(self, meaning: Meaning, tables: dict[str, tuple[int, ...]]) -> None:
        super().__init__(meaning, View(meaning.schema, {}, {}))
        self.tables, self.integers = tables, list(range(ELEMENTS))

    def applied(self, node: Node, args: list[Any]) -> Any:
        if node.name in self.tables:
            return self.tables[node.name][args[0]] if args[0] in range(ELEMENTS) else 0
        return super().applied(node, args)


def sums_are_right(engine: Engine, steps: Steps = ()) -> Iterator[str]:
    """Rules of one, two and three sums that are untrue of some functions."""
    protocol = warehouse.loaded()
    for keys in KEYS:
        for counts in (False, True):
            meaning = engine.meaning(protocol.schema, protocol.sorts)
            rules = engine.rules({"pool": [f.number(key) for key in keys]}, meaning.constant)
            sums = [small_sum(meaning, name, counts) for name in ("a", "b", "c")]
            amounts = (0, 1) if counts else AMOUNTS
            functions = list(itertools.product(amounts, repeat=ELEMENTS))
            given = {1: [*rules.lemmas(sums[0]), *elements(rules, sums[0])], 2: list(rules.lemmas(*sums[:2])), 3: list(rules.lemmas(*sums))}
            for size, lemmas in given.items():
                several: Iterator[Any] = itertools.product(functions, repeat=size)
                if size == 3:
                    several = iter(random.Random(1).sample(list(several), 150))
                for tables in several:
                    small = Small(meaning, dict(zip("abc", tables, strict=False)))
                    try:
                        for lemma in lemmas:
                            small.settle(lemma)
                            if not small[lemma.statement]:
                                yield f"{lemma.rule} is untrue of {tables} and keys {keys}"
                                return
                    except WrongRule as wrong:
                        yield f"{wrong} of {tables} and keys {keys}"
                        return


def elements(rules: Rules, s: Sum) -> Iterator[Lemma]:
    for x in range(ELEMENTS):
        yield from rules.element(s, f.number(x))


def small_sum(meaning: Meaning, name: str, counts: bool) -> Sum:
    symbol = f.apply(f"sum of {name}", INT)
    length = f.number(ELEMENTS) if counts else None
    meaning.sums[symbol] = Sum(symbol, "pool", INT, lambda x: f.apply(name, INT, x), counts, length)
    return meaning.sums[symbol]


CHECKS: dict[str, Callable[..., Iterator[str]]] = {
    "sums": sums_are_right, "first": agrees_at_first, "runs": agrees_on_two_runs, "walk": agrees,
    "false": proves_nothing_false, "true": proves,
}  # fmt: skip
