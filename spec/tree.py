"""The solver-free tree: every guard, effect, event, claim and condition of the environment is made of these nodes.

Nodes are interned: the same structure is the same object, so structural equality is identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from spec.errors import SpecificationError, choices
from spec.kinds import BOOLEAN, INTEGER, REAL, Enumeration, Kind, Reference, Sort, Term

_interned: dict[Any, Expression] = {}
_depth = 0


class Expression:
    """One node: an operation, its arguments (nodes or plain data) and the kind of its value."""

    __slots__ = ("_args", "_kind", "_op")
    _op: str
    _args: tuple[Any, ...]
    _kind: Kind

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return equal(self, lift(other, self._kind))

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return negation(self == other)

    def __hash__(self) -> int:
        return id(self)

    def __lt__(self, other: Any) -> Expression:
        return node("lt", BOOLEAN, integer(self), integer(other))

    def __gt__(self, other: Any) -> Expression:
        return node("lt", BOOLEAN, integer(other), integer(self))

    def __ge__(self, other: Any) -> Expression:
        return negation(self < other)

    def __le__(self, other: Any) -> Expression:
        return negation(self > other)

    def __add__(self, other: Any) -> Expression:
        return node("add", INTEGER, integer(self), integer(other))

    def __sub__(self, other: Any) -> Expression:
        return node("sub", INTEGER, integer(self), integer(other))

    def __mul__(self, other: int) -> Expression:
        if not isinstance(other, int):
            raise SpecificationError(f"only multiplication by a constant is in the language, not by {other!r}")
        return node("scale", INTEGER, integer(self), other)

    def __mod__(self, other: int) -> Expression:
        if not isinstance(other, int) or other < 1:
            raise SpecificationError(f"a remainder needs a positive constant divisor, not {other!r}")
        return node("mod", INTEGER, integer(self), other)

    def __and__(self, other: Any) -> Expression:
        return conjunction(self, other)

    def __or__(self, other: Any) -> Expression:
        return disjunction(self, other)

    def __invert__(self) -> Expression:
        return negation(self)

    def __bool__(self) -> bool:
        raise SpecificationError(f"{words(self)} has no truth value while it is traced: use & | ~, every, some, count")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        kind = object.__getattribute__(self, "_kind")
        if isinstance(kind, Term):
            return part(self, name)
        if not isinstance(kind, Reference):
            raise SpecificationError(f"a value of kind {kind.name} has no field {name!r}; only references and terms have fields")
        from spec.schema import current_schema

        return getattr(current_schema().row(kind.table, self), name)

    def __repr__(self) -> str:
        return f"Expression({self._op}, {', '.join(map(repr, self._args))})"


def words(expression: Expression) -> str:
    """The expression as a message of an error names it."""
    from spec.wording import expression_text

    return expression_text(expression)


def node(op: str, kind: Kind, *args: Any) -> Expression:
    """Make, or find, the node of this structure."""
    identity = (op, kind, tuple((id(a), "node") if isinstance(a, Expression) else (type(a).__name__, a) for a in args))
    found = _interned.get(identity)
    if found is None:
        found = object.__new__(Expression)
        object.__setattr__(found, "_op", op)
        object.__setattr__(found, "_args", args)
        object.__setattr__(found, "_kind", kind)
        _interned[identity] = found
    return found


def literal(value: Any, kind: Kind) -> Expression:
    return node("lit", kind, value)


def lift(value: Any, kind: Kind) -> Expression:
    """A plain Python value as a node of the given kind; a row as its identifier; refused when the kind does not fit."""
    identifier = getattr(value, "_identifier", None)
    if not isinstance(value, Expression) and identifier is not None:
        value = identifier()
    if isinstance(value, Expression):
        if value._kind.sort != kind.sort:
            raise SpecificationError(f"{words(value)}, a value of kind {value._kind.name}, stands where {kind.name} is expected")
        return value
    if value is None and kind not in (BOOLEAN, INTEGER):
        return literal(None, kind)
    if kind is BOOLEAN and isinstance(value, bool):
        return literal(value, kind)
    if kind in (INTEGER, REAL) and isinstance(value, int) and not isinstance(value, bool):
        return literal(value, INTEGER)
    if isinstance(kind, Enumeration) and isinstance(value, str):
        if value not in kind.values:
            raise SpecificationError(f"{value!r} is no {kind.name}; choices: {choices(kind.values)}")
        return literal(value, kind)
    if isinstance(kind, Sort) and value in kind.besides:
        return literal(value, kind)
    raise SpecificationError(f"{value!r} stands where a value of kind {kind.name} is expected")


def boolean(value: Any) -> Expression:
    return lift(value, BOOLEAN)


def integer(value: Any) -> Expression:
    return lift(value, INTEGER)


TRUE = literal(True, BOOLEAN)
FALSE = literal(False, BOOLEAN)


def equal(left: Expression, right: Expression) -> Expression:
    if left is right:
        return TRUE
    return node("eq", BOOLEAN, left, right)


def negation(value: Any) -> Expression:
    term = boolean(value)
    if term is TRUE or term is FALSE:
        return FALSE if term is TRUE else TRUE
    return term._args[0] if term._op == "not" else node("not", BOOLEAN, term)


def _junction(op: str, neutral: Expression, absorbing: Expression, values: tuple[Any, ...]) -> Expression:
    terms: list[Expression] = []
    for value in values:
        term = boolean(value)
        if term is absorbing:
            return absorbing
        for inner in term._args if term._op == op else (term,):
            if inner is not neutral and not any(inner is known for known in terms):
                terms.append(inner)
    if not terms:
        return neutral
    return terms[0] if len(terms) == 1 else node(op, BOOLEAN, *terms)


def conjunction(*values: Any) -> Expression:
    return _junction("and", TRUE, FALSE, values)


def disjunction(*values: Any) -> Expression:
    return _junction("or", FALSE, TRUE, values)


def implies(condition: Any, consequence: Any) -> Expression:
    return disjunction(negation(condition), consequence)


def choose(condition: Any, then: Any, otherwise: Any) -> Expression:
    """`then` where the condition holds, else `otherwise`; both of one kind."""
    first = then if isinstance(then, Expression) else otherwise
    kind = first._kind if isinstance(first, Expression) else (BOOLEAN if isinstance(then, bool) else INTEGER)
    return node("ite", kind, boolean(condition), lift(then, kind), lift(otherwise, kind))


def parameter(name: str, kind: Kind) -> Expression:
    return node("par", kind, name)


def term(kind: Term, **parts: Any) -> Expression:
    """A tagged pre-image with all its parts, such as the hash of a subset's content and a nonce.

    Parts that a variant added to the kind and that are not named here are filled in from the step that is traced.
    """
    from spec.schema import filled

    kind, parts = filled(kind, parts)
    names = [name for name, _ in kind.parts]
    if sorted(names) != sorted(parts):
        raise SpecificationError(f"{kind.name} is made of {choices(names)}, not of {choices(parts)}")
    return node("term", kind, *(lift(parts[name], part_kind) for name, part_kind in kind.parts))


def part(value: Expression, name: str) -> Expression:
    """A component of a pre-image: for the environment, for claims and for whoever holds the key; never for chaincode."""
    kind = value._kind
    if not isinstance(kind, Term) or name not in dict(kind.parts):
        known = choices(dict(kind.parts)) if isinstance(kind, Term) else "(none)"
        raise SpecificationError(f"a value of kind {kind.name} has no part {name!r}; choices: {known}")
    if value._op == "term":
        return value._args[kind.part(name)]  # type: ignore[no-any-return]
    return node("part", dict(kind.parts)[name], value, name)


def image(sort: Sort, origin: Any) -> Expression:
    """The value of an image sort that stands for `origin`: the nonce that a member drew, the data of a subset."""
    value = origin if isinstance(origin, Expression) else origin._identifier()
    if value._kind.sort != sort.image_of:
        raise SpecificationError(f"a {sort.name} is the image of a {sort.image_of}, not of a {value._kind.name}")
    return node("image", sort, value)


def product(left: Any, right: Any) -> Expression:
    """Two numbers multiplied: for claims about all numbers; a transaction multiplies by constants only (`*`)."""
    return node("product", INTEGER, integer(left), integer(right))


def permuted(key: Any, position: Any, size: Any) -> Expression:
    """The entry at `position` of a permutation of 0..size-1 that is drawn from a pre-image, as by everybody who knows it."""
    return node("permuted", INTEGER, plain(key), integer(position), integer(size))


def drawn_at(key: Any, entry: Any, size: Any) -> Expression:
    """The position at which the permutation of `permuted` has an entry."""
    return node("drawn_at", INTEGER, plain(key), integer(entry), integer(size))


def plain(key: Any) -> Expression:
    """A pre-image of plain values, which a permutation can be drawn from."""
    if isinstance(key, Expression) and key._op == "term" and not any(isinstance(p._kind, Term) or p._kind is BOOLEAN for p in key._args):
        return key
    raise SpecificationError("a permutation is drawn from a term(...) of plain values, which everybody can recompute")


def deviating(member: Any) -> Expression:
    """Whether a member belongs to the coalition: for the environment and for claims only."""
    value = member if isinstance(member, Expression) else member._identifier()
    return node("deviating", BOOLEAN, lift(value, Sort("Member")))


def in_run(run: int, expression: Expression) -> Expression:
    """The same expression read in the first (0) or the second (1) run of a two-run claim."""
    return node("run", expression._kind, run, expression)


@contextmanager
def bound_variable(kind: Kind) -> Iterator[Expression]:
    """A fresh variable, named by the depth at which it is bound, so that equal texts give equal trees."""
    with deeper():
        yield node("var", kind, f"{kind.sort.lower()}_{_depth - 1}")


@contextmanager
def deeper() -> Iterator[None]:
    """Variables bound inside get names of the next depth."""
    global _depth
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1


def walk(expression: Any) -> Iterator[Expression]:
    """Every node below and including this one, each once."""
    pending, seen = [expression], set()
    while pending:
        current = pending.pop()
        if isinstance(current, Expression):
            if id(current) not in seen:
                seen.add(id(current))
                yield current
                pending.extend(reversed(current._args))
        elif isinstance(current, tuple):
            pending.extend(reversed(current))


def substitute(expression: Any, change: Callable[[Expression], Expression | None]) -> Any:
    """The tree with every node for which `change` gives a replacement replaced by it."""
    if isinstance(expression, tuple):
        return tuple(substitute(item, change) for item in expression)
    if not isinstance(expression, Expression):
        return expression
    changed = change(expression)
    if changed is not None:
        return changed
    return node(expression._op, expression._kind, *(substitute(argument, change) for argument in expression._args))
