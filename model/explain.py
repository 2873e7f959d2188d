"""Why a condition fails in a state: the elements for which it fails, and the values on both sides."""

from __future__ import annotations

import re
from typing import Any

from spec.concrete import View, domain_values, evaluate
from spec.tree import Expression, node, substitute
from spec.wording import expression_text

SIGNS = {"eq": "is not", "lt": "is not less than"}
NEGATED = {"eq": "is", "lt": "is less than"}
DIGEST = re.compile(r"[0-9a-f]{64,}")


def explain(e: Expression, environment: dict[str, Any], view: View) -> list[str]:
    """Sentences on why the expression is false; empty if it is true.  Of an implication the conclusion is explained."""
    if evaluate(e, environment, view):
        return []
    op, args = e._op, e._args
    if op == "and":
        return next(explain(part, environment, view) for part in args if not evaluate(part, environment, view))
    if op == "or":
        conclusions = [part for part in args if part._op != "not"] or list(args)
        return [line for part in conclusions for line in explain(part, environment, view)]
    if op == "not":
        return [holds(args[0], environment, view)]
    if op == "every":
        domain, variable, condition, body = args
        for value in domain_values(domain, environment, view):
            inner = {**environment, variable._args[0]: value}
            if evaluate(condition, inner, view) and not evaluate(body, inner, view):
                return explain(body, inner, view)
    if op in SIGNS:
        return [compared(e, SIGNS[op], environment, view)]
    return [f"it is not so that {words(e, environment, view)}"]


def holds(e: Expression, environment: dict[str, Any], view: View) -> str:
    """A sentence on what holds and should not."""
    if e._op in NEGATED:
        return compared(e, NEGATED[e._op], environment, view)
    if e._op == "and":
        return " and ".join(holds(part, environment, view) for part in e._args)
    if e._op == "some":
        domain, variable, condition, body = e._args
        for value in domain_values(domain, environment, view):
            inner = {**environment, variable._args[0]: value}
            if evaluate(condition, inner, view) and evaluate(body, inner, view):
                return holds(body, inner, view)
    return words(e, environment, view)


def compared(e: Expression, relation: str, environment: dict[str, Any], view: View) -> str:
    left, right = (side_text(side, environment, view) for side in e._args)
    return f"{left} {relation} {right}"


def side_text(e: Expression, environment: dict[str, Any], view: View) -> str:
    value = shortened(evaluate(e, environment, view))
    text = words(e, environment, view)
    return text if text == value else f"{text} = {value}"


def shortened(value: Any) -> str:
    """A value for a sentence: digests by their first eight digits."""
    return "nothing" if value is None else DIGEST.sub(lambda digest: digest[0][:8] + "…", str(value))


def words(e: Expression, environment: dict[str, Any], view: View) -> str:
    """The expression in words, with every bound variable, argument and key replaced by its value."""
    return expression_text(grounded(e, environment, view), view.schema)


def grounded(e: Expression, environment: dict[str, Any], view: View) -> Any:
    def known(argument: Any) -> Any:
        try:
            return node("par", argument._kind, shortened(evaluate(argument, environment, view)))
        except KeyError:  # a variable that is bound inside
            return grounded(argument, environment, view)

    def change(current: Expression) -> Expression | None:
        op, args = current._op, current._args
        if op in ("par", "var") and args[0] in environment:
            return known(current)  # type: ignore[no-any-return]
        if op in ("field", "exists", "list", "rows"):
            named = [argument for argument in args if not isinstance(argument, Expression)]
            return node(op, current._kind, *named, *(known(argument) for argument in args[len(named) :]))
        return None

    return substitute(e, change)
