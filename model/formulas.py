"""Ground formulas of the any-size meaning, and their text in SMT-LIB: the same text is read by every solver that judges it.

A node is an operation on nodes and has an SMT-LIB sort.  Nodes are interned.  Constructors only rewrite by laws of logic and
arithmetic, so that a node means what its arguments say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

BOOL, INT = "Bool", "Int"
# An integer that may be missing, such as the round in a hash of nothing.
NUMBER = "integer or none"

_interned: dict[Any, Node] = {}


class Node:
    """One operation: `op` with its arguments (nodes, or plain data for `lit`, the divisor of `mod` and the name of `app`)."""

    __slots__ = ("args", "name", "op", "sort")
    op: str
    name: Any
    args: tuple[Node, ...]
    sort: str

    def __repr__(self) -> str:
        return text_of(self, {})


def make(op: str, sort: str, name: Any, *args: Node) -> Node:
    """Make, or find, the node of this structure."""
    identity = (op, sort, name, type(name), args)
    found = _interned.get(identity)
    if found is None:
        found = _interned[identity] = Node()
        found.op, found.sort, found.name, found.args = op, sort, name, args
    return found


TRUE, FALSE = make("lit", BOOL, True), make("lit", BOOL, False)


def number(value: int) -> Node:
    return make("lit", INT, value)


def truth(value: bool) -> Node:
    return TRUE if value else FALSE


def apply(name: str, sort: str, *args: Node) -> Node:
    """An uninterpreted function, or a constant when there are no arguments."""
    return make("app", sort, name, *args)


def construct(name: str, sort: str, *args: Node) -> Node:
    """A constructor of a datatype: different constructors, or arguments, give different values."""
    return make("con", sort, name, *args)


def negation(node: Node) -> Node:
    if node.op == "lit":
        return truth(not node.name)
    return node.args[0] if node.op == "not" else make("not", BOOL, "", node)


def _junction(op: str, neutral: Node, absorbing: Node, nodes: Iterable[Node]) -> Node:
    found: dict[Node, None] = {}
    for node in nodes:
        for inner in node.args if node.op == op else (node,):
            if inner is absorbing:
                return absorbing
            if inner is not neutral:
                found[inner] = None
    if any(inner.op == "not" and inner.args[0] in found for inner in found):
        return absorbing
    return neutral if not found else next(iter(found)) if len(found) == 1 else make(op, BOOL, "", *found)


def conjunction(*nodes: Node) -> Node:
    return _junction("and", TRUE, FALSE, nodes)


def disjunction(*nodes: Node) -> Node:
    return _junction("or", FALSE, TRUE, nodes)


def implication(condition: Node, consequence: Node) -> Node:
    return disjunction(negation(condition), consequence)


def equal(left: Node, right: Node) -> Node:
    assert left.sort == right.sort, f"{left} = {right} compares {left.sort} with {right.sort}"
    if left is right:
        return TRUE
    if left.op == right.op == "lit":
        return FALSE
    if left.op == right.op == "con":
        if left.name != right.name:
            return FALSE
        return conjunction(*(equal(a, b) for a, b in zip(left.args, right.args, strict=True)))
    for one, other in ((left, right), (right, left)):
        if one.op == "lit" and one.sort == BOOL:
            return other if one.name else negation(other)
    return make("=", BOOL, "", left, right)


def choose(condition: Node, then: Node, otherwise: Node) -> Node:
    assert then.sort == otherwise.sort, f"choice between {then.sort} and {otherwise.sort}"
    if condition.op == "lit":
        return then if condition.name else otherwise
    if then is otherwise:
        return then
    if then.sort == BOOL and TRUE in (then, otherwise):
        return disjunction(condition, otherwise) if then is TRUE else disjunction(negation(condition), then)
    if then.sort == BOOL and FALSE in (then, otherwise):
        return conjunction(negation(condition), otherwise) if then is FALSE else conjunction(condition, then)
    if then.op == otherwise.op == "con" and then.name == otherwise.name:
        return construct(then.name, then.sort, *(choose(condition, a, b) for a, b in zip(then.args, otherwise.args, strict=True)))
    return make("ite", then.sort, "", condition, then, otherwise)


def less(left: Node, right: Node) -> Node:
    if left.op == right.op == "lit":
        return truth(left.name < right.name)
    return FALSE if left is right else make("<", BOOL, "", left, right)


def at_most(left: Node, right: Node) -> Node:
    return negation(less(right, left))


def plus(left: Node, right: Node) -> Node:
    if left.op == right.op == "lit":
        return number(left.name + right.name)
    for one, other in ((left, right), (right, left)):
        if one.op == "lit" and one.name == 0:
            return other
    return make("+", INT, "", left, right)


def minus(left: Node, right: Node) -> Node:
    if left.op == right.op == "lit":
        return number(left.name - right.name)
    return left if right.op == "lit" and right.name == 0 else make("-", INT, "", left, right)


def scale(node: Node, factor: int) -> Node:
    return number(node.name * factor) if node.op == "lit" else make("*", INT, factor, node)


def remainder(node: Node, divisor: int) -> Node:
    """For a positive divisor the remainder of SMT-LIB is that of Python."""
    return number(node.name % divisor) if node.op == "lit" else make("mod", INT, divisor, node)


def wrapped(node: Node) -> Node:
    """An integer as one that may be missing."""
    return node if node.sort == NUMBER else construct("number", NUMBER, node)


def plain(node: Node) -> Node:
    """The integer itself; of one that is missing it is any integer, where the concrete walk has no value at all."""
    if node.sort == INT:
        return node
    if node.op == "con" and node.args:
        return node.args[0]
    return make("app", INT, "value", node)


def below(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node below and including these, each once, arguments first."""
    done: set[Node] = set()
    pending = [(node, False) for node in nodes][::-1]
    while pending:
        node, opened = pending.pop()
        if node in done:
            continue
        if opened or not node.args:
            done.add(node)
            yield node
        else:
            pending.append((node, True))
            pending.extend((argument, False) for argument in reversed(node.args))


# --- SMT-LIB ---


def quoted(name: str) -> str:
    return name if name.isalnum() and not name[0].isdigit() else f"|{name}|"


def sort_text(name: str) -> str:
    """A sort by its name, which a sort of the solver's own may have too."""
    return name if name in (BOOL, INT) else quoted(f"a {name}")


def integer_text(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


def text_of(node: Node, named: dict[Node, str]) -> str:
    """The node's text; nodes in `named` stand by their names."""
    if node in named:
        return named[node]
    if node.op == "lit":
        return ("true" if node.name else "false") if node.sort == BOOL else integer_text(node.name)
    inner = " ".join([text_of(argument, named) for argument in node.args])
    if node.op in ("app", "con"):
        return f"({quoted(node.name)} {inner})" if node.args else quoted(node.name)
    if node.op == "*":
        return f"(* {integer_text(node.name)} {inner})"
    if node.op == "mod":
        return f"(mod {inner} {node.name})"
    return f"({node.op} {inner})"


def script(assertions: list[tuple[str, Node]], declared: Iterable[str]) -> str:
    """A whole SMT-LIB text: declarations, parts that occur several times by name, and the assertions with their reasons."""
    functions: dict[str, str] = {"value": ""}
    uses: dict[Node, int] = {}
    order = list(below(node for _, node in assertions))
    for node in order:
        if node.op == "app" and node.name not in functions:
            inner = " ".join(sort_text(argument.sort) for argument in node.args)
            functions[node.name] = f"(declare-fun {quoted(node.name)} ({inner}) {sort_text(node.sort)})"
        for argument in node.args:
            uses[argument] = uses.get(argument, 0) + 1
    lines = [*declared, *filter(None, functions.values())]
    named: dict[Node, str] = {}
    for node in order:
        if uses.get(node, 0) > 1 and any(argument.args for argument in node.args):
            body, name = text_of(node, named), f"|part {len(named) + 1}|"
            lines.append(f"(define-fun {name} () {sort_text(node.sort)} {body})")
            named[node] = name
    for reason, node in assertions:
        lines.append(f"(assert {text_of(node, named)}) ; {reason}")
    return "\n".join(lines) + "\n"
