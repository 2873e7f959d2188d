"""What values stand for: terms over data, keys, hashes and ciphertexts, declared beside a text and amended clause by clause.

A clause names something of the text (a kind of value, a field, a step, a table) and says which term it is, or who gets to know one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from spec.errors import SpecificationError, choices, place_in_text, speaking_for
from spec.kinds import terms_below
from spec.tables import NotExpressible
from spec.text import Protocol

ABOUT = {
    "kind": "the term that a value of a kind is",
    "ledger": "the term that stands on the ledger for a value of a kind, where that is another",
    "field": "the term that a field holds, for whoever sees its row",
    "step": "what a step tells, beside what it writes: to everybody, or to the member that `to` names",
    "holds": "what whoever remembers a row of a table has",
    "reads": "what must be known to read the rows of a table",
    "knows": "what every member of a role has from the start",
    "word": "a word of other clauses",
    "appears": "a member that a row names, and the dataset of which the row is",
}
CONSTRUCTORS = {
    "hash": "a digest: nothing opens it", "append": "one text behind another, without their lengths (L519)",
    "tuple": "parts with their lengths", "salted": "rows with a random salt", "lock": "the public half of a key",
    "sealed": "encrypted for the holder of a key", "locked": "encrypted so that programs run on it (L190)",
    "run": "what a program gives on a model and data in a round", "extended": "a nonce with padding and a suffix behind it",
    "joined": "data with the head of a nonce behind it", "head": "the first part of a nonce", "tail": "the rest of a nonce",
}  # fmt: skip
EVERYBODY, EVERY_STEP = "everybody", "*"


@dataclass(frozen=True)
class Clause:
    """One thing that a text says about what is known.

    target: a name of the text. cites: the paper's line, or the decision. to: who is told, as a path from the step's arguments.
    rule: the rule that has to be on. when: a reading, such as `X16=listing`. because: the attack that an amendment answers.
    """

    about: str
    target: str
    term: str
    cites: str
    to: str = EVERYBODY
    rule: str = ""
    when: str = ""
    because: str = ""
    place: str = field(default_factory=place_in_text, compare=False)

    @property
    def name(self) -> str:
        return f"{self.about} {self.target}"


@dataclass(frozen=True)
class Assumption:
    """Rules of deduction that a variant assumes away; it is shown what falls without it."""

    name: str
    rules: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Declaration:
    """What one variant says, with its parent's clauses where it does not say otherwise."""

    variant: str
    clauses: tuple[Clause, ...]
    assumptions: tuple[Assumption, ...] = ()
    parent: str | None = None


@dataclass
class Knowing:
    """All clauses of a loaded variant, by name, and what it assumes."""

    clauses: dict[str, Clause]
    assumptions: tuple[Assumption, ...]

    def of(self, about: str) -> list[Clause]:
        return [clause for clause in self.clauses.values() if clause.about == about]

    def find(self, about: str, target: str) -> Clause | None:
        return self.clauses.get(f"{about} {target}")


DECLARED: dict[str, Declaration] = {}


def declare(variant: str, *clauses: Clause, assumptions: Iterable[Assumption] = (), parent: str | None = None) -> None:
    """Say what a variant's values stand for; with a parent only what differs, each clause with the attack that it answers."""
    names = [clause.name for clause in clauses]
    for number, clause in enumerate(clauses):
        with speaking_for(clause.place):
            if clause.about not in ABOUT:
                raise SpecificationError(f"no clause about {clause.about!r}; choices: {choices(ABOUT)}")
            if clause.name in names[:number]:
                raise SpecificationError(f"{variant} has two clauses {clause.name!r}")
            if parent is not None and not clause.because:
                raise SpecificationError(f"the clause {clause.name!r} does not say which attack it answers (because=)")
            parsed(clause.term)
    DECLARED[variant] = Declaration(variant, clauses, tuple(assumptions), parent)


def knowing(protocol: Protocol, dropped: Iterable[str] = ()) -> Knowing:
    """The clauses of a variant under its readings, its parents' first. dropped: assumptions and amended clauses to leave out.

    Raises SpecificationError where a clause of its own names nothing of the text, NotExpressible where nothing is said at all.
    """
    chain = chain_of(protocol)
    left_out = set(dropped)
    clauses: dict[str, Clause] = {}
    assumed: dict[str, Assumption] = {}
    for one in chain:
        clauses.update({clause.name: clause for clause in one.clauses if not (one.parent is not None and clause.name in left_out)})
        assumed.update({known.name: known for known in one.assumptions})
    amended = [clause.name for one in chain if one.parent is not None for clause in one.clauses]
    if unknown := left_out - {*assumed, *amended}:
        raise SpecificationError(f"nothing to leave out is named {min(unknown)!r}; choices: {choices([*assumed, *amended])}")
    own = {clause.name for clause in chain[-1].clauses} if chain[-1].variant == protocol.name else set()
    taken = {name: clause for name, clause in clauses.items() if applies(clause, protocol) and still_said(clause, protocol, name in own)}
    return Knowing(taken, tuple(one for name, one in assumed.items() if name not in left_out))


def chain_of(protocol: Protocol) -> list[Declaration]:
    """The declarations of a variant's ancestors and its own, the oldest first; a variant that says nothing has its parent's."""
    name = protocol.name if protocol.name in DECLARED else protocol.parent
    found: list[Declaration] = []
    while name is not None and name in DECLARED:
        found.insert(0, DECLARED[name])
        name = DECLARED[name].parent
    if not found:
        raise NotExpressible(f"{protocol.name} does not say what its values stand for; variants that do: {choices(DECLARED)}")
    return found


def applies(clause: Clause, protocol: Protocol) -> bool:
    switch, _, reading = clause.when.partition("=")
    return not clause.when or protocol.readings.get(switch) == reading


def still_said(clause: Clause, protocol: Protocol, own: bool) -> bool:
    """Whether a clause names something of the text; one of a parent may name what a variant has dropped, a variant's own may not."""
    try:
        with speaking_for(clause.place):
            check_clause(clause, protocol)
    except SpecificationError:
        if own:
            raise
        return False
    return True


def check_clause(clause: Clause, protocol: Protocol) -> None:
    """Refuse a clause about something that the text does not have."""
    tables, steps = protocol.schema.tables, protocol.transactions
    if clause.about == "field":
        table = clause.target.partition(".")[0]
        known = [f"{one.name}.{cell}" for one in tables.values() for cell in one.cells]
        if clause.target not in known:
            near = [f"{table}.{cell}" for cell in tables[table].cells] if table in tables else list(tables)
            raise SpecificationError(f"no field {clause.target!r}; choices: {choices(near)}")
    wanted: dict[str, Iterable[str]] = {
        "kind": [*protocol.sorts, *pre_images(protocol)], "ledger": pre_images(protocol), "step": [*steps, EVERY_STEP],
        "holds": tables, "reads": tables, "knows": [*protocol.roles, EVERY_STEP], "appears": [*steps],
    }  # fmt: skip
    if clause.about in wanted and clause.target not in wanted[clause.about]:
        raise SpecificationError(f"no {clause.about} {clause.target!r}; choices: {choices(wanted[clause.about])}")


def pre_images(protocol: Protocol) -> list[str]:
    """The names of all pre-images that fields and arguments hold."""
    kinds = [kind for table in protocol.schema.tables.values() for kind in table.cells.values()]
    kinds += [kind for step in protocol.transactions.values() for kind in step.parameters.values()]
    return list(dict.fromkeys(term.name for kind in kinds for term in terms_below(kind)))


def parsed(text: str) -> ast.expr:
    """The tree of a term: names, paths such as couple.mod.owner, and applications; nothing is run as code."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise SpecificationError(f"{text!r} is no term: {error.msg}") from error
    for part in ast.walk(tree):
        if isinstance(part, ast.Call) and not isinstance(part.func, ast.Name):
            raise SpecificationError(f"{text!r} applies something that is no name")
        if not isinstance(part, ast.Call | ast.Name | ast.Attribute | ast.Constant | ast.Load):
            raise SpecificationError(f"{text!r} has {type(part).__name__}: a term is made of names, paths and applications")
    return tree

