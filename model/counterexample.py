"""Candidates: the state and the step with which a goal fails, as far as the question looks at them; in words, and as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from model import formulas as f
from model.formulas import Node
from model.grounding import Grounding
from model.z3_text import asked
from spec.concrete import Row, RowId, default_row
from spec.kinds import Kind, Term

MOST_LINES = 60


def valued(grounding: Grounding, seed: int, resources: int) -> dict[Node, Any]:
    """The solver's value of every argument and of everything that is read; empty when the solver gives up."""
    shown = [node for node in f.below(node for _, node in grounding.assertions) if is_told(node, grounding)]
    inner = list(dict.fromkeys(argument for node in shown for argument in (node, *node.args)))
    names = {node: f"told {number}" for number, node in enumerate(inner)}
    lines = [grounding.text()]
    for node, name in names.items():
        lines.append(f"(declare-fun |{name}| () {f.sort_text(node.sort)})")
        lines.append(f"(assert (= |{name}| {f.text_of(node, {})}))")
    solver = asked("\n".join(lines), seed, resources)
    if str(solver.check()) != "sat":
        return {}
    model = solver.model()
    values = {declared.name(): model[declared] for declared in model.decls() if declared.arity() == 0}
    found = {node: values[name] for node, name in names.items() if name in values}
    nothing = (f.apply(f"{sort} none", sort) for sort in grounding.meaning.sorts)
    return {**found, **{node: values[node.name] for node in nothing if node.name in values and node not in found}}


def described(grounding: Grounding, seed: int, resources: int) -> list[str]:
    """Arguments, then rows before the step; identifiers are numbered within their sort.  Empty when the solver gives up."""
    say = Wording(grounding)
    known = {node: say.value(node.sort, value) for node, value in valued(grounding, seed, resources).items()}
    shown = [node for node in f.below(node for _, node in grounding.assertions) if is_told(node, grounding)]
    return list(dict.fromkeys(line for node in shown if (line := told(node, known))))[:MOST_LINES]


def is_told(node: Node, grounding: Grounding) -> bool:
    """Arguments, who deviates, and what is read of rows."""
    if node.op != "app" or "none" in node.name.split():
        return False
    return node.name.startswith("argument ") or node.name in grounding.meaning.pools_of


def told(node: Node, known: dict[Node, str]) -> str:
    if node not in known or known[node] in ("False", "none"):
        return ""
    if not node.args:
        return node.name if node.sort == f.BOOL else f"{node.name} = {known[node]}"
    key = ", ".join(known.get(argument, "?") for argument in node.args)
    if node.sort == f.BOOL:
        return f"{node.name}({key})"
    return f"{node.name}({key}) = {known[node]}"


class Wording:
    """Values of a model as a reader names them."""

    def __init__(self, grounding: Grounding) -> None:
        self.sorts = grounding.meaning.sorts
        self.numbers: dict[str, dict[str, int]] = {}

    def value(self, sort: str, value: Any) -> str:
        if value.num_args():
            if sort not in self.sorts:
                return self.value(f.INT, value.arg(0))
            return f"{sort}({self.value(self.sorts[sort].image_of, value.arg(0))})"
        text = str(value)
        if sort in self.sorts and "!" in text:
            known = self.numbers.setdefault(sort, {})
            return f"{sort.lower()}-{known.setdefault(text, len(known) + 1)}"
        return text.strip("|").removeprefix(f"{sort} ")


@dataclass
class Candidate:
    """A state with which a goal fails, as rows: what the question does not speak of is absent, or empty; `cells` it speaks of."""

    rows: dict[RowId, Row] = field(default_factory=dict)
    universe: dict[str, list[Any]] = field(default_factory=dict)
    coalition: frozenset[Any] = frozenset()
    cells: frozenset[str] = frozenset()


class Reading:
    """Reads a model as a state: every row of which the question says, by the solver's values, that it exists."""

    def __init__(self, grounding: Grounding, values: dict[Node, Any]) -> None:
        self.meaning, self.say = grounding.meaning, Wording(grounding)
        nothing = {str(values[node]) for sort in self.meaning.sorts if (node := f.apply(f"{sort} none", sort)) in values}
        self.known = {node: self.plain(node.sort, value, nothing) for node, value in values.items()}

    def plain(self, sort: str, value: Any, nothing: set[str]) -> Any:
        """A solver's value as the concrete meaning has it; nothing is None."""
        text = self.say.value(sort, value)
        if text in ("none", "no number") or str(value) in nothing:
            return None
        if sort == f.BOOL:
            return text == "True"
        return int(text) if sort in (f.INT, f.NUMBER) else text

    def state(self, run: str = "") -> Candidate:
        """The state of one run; the rows of rigid tables are of both."""
        found, cells, spoken = Candidate(), self.cells(run), set[str]()
        parts: dict[RowId, dict[str, dict[int, Any]]] = {}
        for node, value in self.known.items():
            if value is not None and node.sort in self.meaning.sorts:
                found.universe.setdefault(node.sort, []).append(value)
            if node.op == "app" and node.name in cells and all(argument in self.known for argument in node.args):
                table, cell, leaf = cells[node.name]
                key = self.composed([kind for _, kind in self.meaning.schema.tables[table].key], [self.known[a] for a in node.args])
                parts.setdefault((table, key), {}).setdefault(cell, {})[leaf] = value
                spoken.add(f"{table}.{cell}")
        found.universe = {name: list(dict.fromkeys(found.universe.get(name, []))) for name in self.meaning.sorts}
        found.coalition = frozenset(self.known.get(n.args[0]) for n, v in self.known.items() if n.name == "deviating" and n.args and v)
        found.rows = {row: self.row(row[0], held) for row, held in parts.items() if held.get("exists", {}).get(0)}
        found.cells = frozenset(spoken)
        return found

    def cells(self, run: str) -> dict[str, tuple[str, str, int]]:
        """Of each function of the meaning: the table, the cell and the leaf that it is."""
        found = {}
        for table in self.meaning.schema.tables.values():
            before = f"{'' if table.category == 'rigid' else run}{table.name}"
            found[f"{before}.exists"] = table.name, "exists", 0
            for cell, kind in table.cells.items():
                for place, (leaf, _) in enumerate(self.meaning.leaves(kind)):
                    found[f"{before}.{cell}{leaf}"] = table.name, cell, place
        return found

    def row(self, table: str, held: dict[str, dict[int, Any]]) -> Row:
        declared = self.meaning.schema.tables[table]
        cells = []
        for (cell, kind), missing in zip(declared.cells.items(), default_row(declared), strict=True):
            leaves = held.get(cell)
            width = len(self.meaning.leaves(kind))
            cells.append(missing if leaves is None else self.composed([kind], [leaves.get(place) for place in range(width)])[0])
        return tuple(cells)

    def composed(self, kinds: list[Kind], leaves: list[Any]) -> tuple[Any, ...]:
        """Values of kinds from their leaves; a pre-image all of whose parts are missing is nothing."""
        rest = iter(leaves)

        def value(kind: Kind) -> Any:
            if not isinstance(kind, Term):
                return next(rest)
            parts = tuple(value(part) for _, part in kind.parts)
            return None if all(part is None for part in parts) else parts

        return tuple(value(kind) for kind in kinds)


def candidates(grounding: Grounding, seed: int, resources: int, runs: tuple[str, ...] = ("",)) -> Iterator[Candidate]:
    """The state, or the state of each run, of a question that is satisfiable."""
    values = valued(grounding, seed, resources)
    if values:
        reading = Reading(grounding, values)
        yield from (reading.state(run) for run in runs)
