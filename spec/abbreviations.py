"""Names for what a step says more than once: a long expression is told at the head of the step, and called `$1` in its clauses."""

from __future__ import annotations

from collections.abc import Iterable

from spec.schema import Schema
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, walk
from spec.wording import Names, expression_text, expressions_in

LONG = 60  # characters that are worth a name
DOMAINS = ("sort", "list", "rows")


def expressions_of_step(step: Transaction) -> list[Expression]:
    """Everything that the document says of a step, clause by clause."""
    found = [guard.condition for guard in step.guards.values()]
    for writes in (*step.effects.values(), *step.observations.values()):
        found += [e for write in writes for e in (*write.keys, write.value, write.condition)]
        found += [e for binder in {b: None for write in writes for b in write.binders} for e in (binder.domain, binder.condition)]
    for event in step.events.values():
        found += expressions_in(event)
    return [*found, *step.honest.values(), *step.powers.values()]


def free_variables(expression: Expression) -> set[int]:
    """Variables that are bound outside of the expression."""
    if expression._op == "var":
        return {id(expression)}
    free: set[int] = set()
    for argument in expression._args:
        if isinstance(argument, Expression):
            free |= free_variables(argument)
    return free - {id(expression._args[1])} if expression._op in ("every", "some", "count", "total") else free


def times(expressions: Iterable[Expression], wanted: Expression, named: Names) -> int:
    """How often an expression is written out, when those that have a name are not."""
    number, pending = 0, list(expressions)
    while pending:
        current = pending.pop()
        if current is wanted:
            number += 1
        elif id(current) not in named:
            pending.extend(argument for argument in current._args if isinstance(argument, Expression))
    return number


def names_in(step: Transaction, schema: Schema) -> Names:
    """The expressions of a step that get a name, with it: long ones, without bound variables, that are said twice or more."""
    expressions = expressions_of_step(step)
    parents: dict[int, int] = {}
    for node in {id(node): node for expression in expressions for node in walk(expression)}.values():
        for argument in node._args:
            if isinstance(argument, Expression):
                parents[id(argument)] = parents.get(id(argument), 0) + 1
    for expression in expressions:
        parents[id(expression)] = parents.get(id(expression), 0) + 1
    candidates = {
        id(node): (len(expression_text(node, schema)), node)
        for expression in expressions for node in walk(expression)
        if parents[id(node)] > 1 and node._op not in DOMAINS and not free_variables(node)
    }  # fmt: skip
    named: Names = {}
    for length, node in sorted(candidates.values(), key=lambda found: -found[0]):
        said = [*expressions, *(e for _, known in named.values() for e in known._args if isinstance(e, Expression))]
        if length >= LONG and times(said, node, named) > (2 if node._op in ("and", "or") else 1):
            named[id(node)] = ("$", node)
    kept = [node for key, (_, node) in named.items() if len(expression_text(node, schema, without(named, key))) >= LONG / 2]
    return {id(node): (f"${number}", node) for number, node in enumerate(reversed(kept), 1)}


def without(names: Names, key: int) -> Names:
    """The other names: with them an expression's own definition is told."""
    return {other: named for other, named in names.items() if other != key}


def spoken_of(names: Names, step: Transaction) -> Names:
    """Those of another protocol's names that stand for something which this step says too."""
    said = {id(node) for expression in expressions_of_step(step) for node in walk(expression)}
    return {key: named for key, named in names.items() if key in said}


def abbreviations(protocol: Protocol) -> dict[str, Names]:
    """The names in each step of a protocol."""
    return {name: names_in(step, protocol.schema) for name, step in protocol.transactions.items()}
