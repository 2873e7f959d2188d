"""Candidates told in words: the state and the step with which a goal fails, as far as the question looks at them."""

from __future__ import annotations

from typing import Any

from model import formulas as f
from model.formulas import Node
from model.grounding import Grounding
from model.z3_text import asked

MOST_LINES = 60


def described(grounding: Grounding, seed: int, resources: int) -> list[str]:
    """Arguments, then rows before the step; identifiers are numbered within their sort.  Empty when the solver gives up."""
    shown = [node for node in f.below(node for _, node in grounding.assertions) if is_told(node, grounding)]
    inner = list(dict.fromkeys(argument for node in shown for argument in (node, *node.args)))
    names = {node: f"told {number}" for number, node in enumerate(inner)}
    lines = [grounding.text()]
    for node, name in names.items():
        lines.append(f"(declare-fun |{name}| () {f.sort_text(node.sort)})")
        lines.append(f"(assert (= |{name}| {f.text_of(node, {})}))")
    solver = asked("\n".join(lines), seed, resources)
    if str(solver.check()) != "sat":
        return []
    model = solver.model()
    values = {declared.name(): model[declared] for declared in model.decls() if declared.arity() == 0}
    say = Wording(grounding)
    known = {node: say.value(node.sort, values[name]) for node, name in names.items() if name in values}
    return list(dict.fromkeys(line for node in shown if (line := told(node, known))))[:MOST_LINES]


def is_told(node: Node, grounding: Grounding) -> bool:
    """Arguments, who deviates, and what is read of rows."""
    if node.op != "app" or "none" in node.name.split():
        return False
    return node.name.startswith("argument ") or (bool(node.args) and node.name in grounding.meaning.pools_of)


def told(node: Node, known: dict[Node, str]) -> str:
    if node not in known or known[node] in ("False", "none"):
        return ""
    if not node.args:
        return f"{node.name} = {known[node]}"
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
