"""A protocol's text: declarations collected once, then traced into a `Protocol` for each reading of its switches."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from spec.errors import SpecificationError, choices, place_in_text, place_of, speaking_for
from spec.kinds import BOOLEAN, INTEGER, MEMBER, TEXT, Kind, Sort, Term
from spec.schema import CATEGORIES, AddedPart, Field, Grade, Notion, Schema, Table, TableHandle, reference, tracing_step, using
from spec.tracing import Tracing, Transaction
from spec.tree import Expression, boolean, disjunction, negation, node


@dataclass(frozen=True)
class Switch:
    """A place where the paper contradicts itself, with the readings that the text can take."""

    name: str
    one_place: str
    another_place: str
    readings: dict[str, str]
    default: str
    reason: str
    affects: str


@dataclass(frozen=True)
class AccessRule:
    """Who may write which fields of a table through which transaction; `relation` speaks of the caller and the row."""

    table: str
    fields: tuple[str, ...]
    transaction: str
    role: str
    relation: Callable[[Expression, Any], Any]
    described: str
    place: str = ""


@dataclass(frozen=True)
class KeyPolicy:
    """Rows of a table are valid only with an endorsement of this role's organisation."""

    table: str
    role: str
    cites: str


@dataclass(frozen=True)
class Policy:
    """Whose endorsements make a transaction valid: `any`, `majority` or `all` of the organisations.

    keys: tables whose rows need the endorsement of the organisation of a role as well, and why.
    """

    endorsement: str
    cites: str
    keys: tuple[KeyPolicy, ...] = ()


@dataclass(frozen=True)
class Declared:
    """A function of the text that is traced as a step, with what its decorator said."""

    function: Callable[..., None]
    name: str
    caller_role: str
    on_ledger: bool
    grade: Grade
    place: str


@dataclass
class Protocol:
    """One variant, loaded: what every meaning of it is made from."""

    name: str
    title: str
    schema: Schema
    sorts: dict[str, Sort]
    switches: dict[str, Switch]
    readings: dict[str, str]
    transactions: dict[str, Transaction]
    inner: dict[str, tuple[Grade, str]]
    access: list[AccessRule]
    policy: Policy
    roles: tuple[str, ...]
    amendments: list[Any] = field(default_factory=list)
    parent: str | None = None

    def transaction(self, name: str) -> Transaction:
        if name not in self.transactions:
            raise SpecificationError(f"no transaction {name!r}; choices: {choices(self.transactions)}")
        return self.transactions[name]


class Text:
    """Collects the declarations of a protocol, in the order in which they are written."""

    def __init__(self, name: str, title: str, roles: Iterable[str]) -> None:
        self.name, self.title, self.roles = name, title, tuple(roles)
        self.tables: dict[str, Callable[[dict[str, str]], Table]] = {}
        self.sorts: dict[str, Sort] = {"Member": MEMBER, "Text": TEXT}
        self.switches: dict[str, Switch] = {}
        self.declared: dict[str, Declared] = {}
        self.inners: dict[str, tuple[Grade, str]] = {}
        self.conditions: dict[tuple[str, str], Callable[..., Any]] = {}
        self.publications: dict[str, Callable[..., Any]] = {}
        self.access: list[AccessRule] = []
        self.notions: dict[str, Notion] = {}
        self.parts: dict[str, list[AddedPart]] = {}
        self.policy = Policy("any", "")

    def sort(self, name: str, image_of: str = "", besides: tuple[str, ...] = ()) -> Sort:
        self.sorts[name] = Sort(name, image_of, besides)
        return self.sorts[name]

    def table(
        self,
        name: str,
        title: str,
        cites: str,
        fields: dict[str, Field] | Callable[[dict[str, str]], dict[str, Field]],
        *,
        key: dict[str, Kind] | None = None,
        category: str = "asset",
    ) -> TableHandle:
        """Declare a table; by default its key is one identifier of a sort of the same name."""
        if name in self.tables:
            raise SpecificationError(f"two tables named {name!r}")
        if category not in CATEGORIES:
            raise SpecificationError(f"no category {category!r}; choices: {choices(CATEGORIES)}")
        if key is None:
            key = {"id": self.sort(name)}

        def build(readings: dict[str, str]) -> Table:
            return Table(name, title, cites, tuple(key.items()), fields(readings) if callable(fields) else dict(fields), category)

        self.tables[name] = build
        return TableHandle(name)

    def switch(self, name: str, one: str, another: str, readings: dict[str, str], default: str, reason: str, affects: str) -> None:
        if default not in readings:
            raise SpecificationError(f"switch {name} has no reading {default!r}; choices: {choices(readings)}")
        self.switches[name] = Switch(name, one, another, readings, default, reason, affects)

    def allow(self, table: str, fields: str, transaction: str, role: str, relation: Callable[..., Any], described: str) -> None:
        """A line of the access table."""
        self.access.append(AccessRule(table, tuple(fields.split()), transaction, role, relation, described, place_in_text()))

    def notion(self, function: Callable[..., Any], absent: str = "") -> Callable[..., Any]:
        """What a word of the claims means in this text: the function's name is the word, its docstring says the meaning.

        `absent` says why the text has nothing that the word could mean; variants of it may.
        """
        name = function.__name__
        if name in self.notions:
            raise SpecificationError(f"two notions named {name!r}")
        self.notions[name] = Notion(name, function, inspect.cleandoc(function.__doc__ or ""), absent)
        return function

    def without_notion(self, absent: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A word of the claims that means nothing in this text, and why."""
        return lambda function: self.notion(function, absent)

    def inner(self, *, cites: str = "", because: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
        """A transaction that is called only from within others; tracing notes each call."""
        grade = graded(cites, because)

        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            name = camel(function.__name__)
            if name in self.inners:
                raise SpecificationError(f"two inner transactions named {name!r}")
            self.inners[name] = (grade, (function.__doc__ or "").strip())

            def called(tx: Tracing, *arguments: Any, **named: Any) -> None:
                tx.enter(name)
                function(tx, *arguments, **named)

            return called

        return decorate

    def transaction(self, *, caller: str, cites: str = "", because: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
        """A transaction that members of one role call."""
        return self._step(caller, True, cites, because)

    def off_chain(self, *, actor: str, cites: str = "", because: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
        """A step off the ledger: a message, a computation, an upload.  It writes only tables off the ledger."""
        return self._step(actor, False, cites, because)

    def _step(self, role: str, on_ledger: bool, cites: str, because: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        grade = graded(cites, because)

        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            name = camel(function.__name__)
            if name in self.declared:
                raise SpecificationError(f"two steps named {name!r}")
            self.declared[name] = Declared(function, name, role, on_ledger, grade, place_in_text())
            return function

        return decorate

    def honest(self, step: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """When an honest party takes this step, and with which arguments."""
        return self._condition("honest", step)

    def power(self, step: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """What a deviating party must know or hold to take this step; without one it may use any arguments."""
        return self._condition("power", step)

    def publication(self, step: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """What becomes public when this transaction is submitted; `Submit<step>` is a step of its own, before it is ordered."""
        if step not in self.declared:
            raise SpecificationError(f"no step {step!r}; choices: {choices(self.declared)}")

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.publications[step] = function
            return function

        return decorate

    def _condition(self, side: str, step: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        if step not in self.declared:
            raise SpecificationError(f"no step {step!r}; choices: {choices(self.declared)}")

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.conditions[side, step] = function
            return function

        return decorate

    def kind_of(self, annotation: Any, readings: dict[str, str]) -> Kind:
        if isinstance(annotation, Kind):
            return annotation
        if isinstance(annotation, TableHandle):
            keys = self.tables[annotation.name](readings).key
            if len(keys) == 1:
                return reference(annotation.name, keys[0][1])
        if callable(annotation) and not isinstance(annotation, type):
            return self.kind_of(annotation(readings), readings)
        raise SpecificationError(f"a parameter is annotated with a kind or a table with one key component, not with {annotation!r}")

    def trace(self, declared: Declared, readings: dict[str, str], schema: Schema) -> Transaction:
        """Run one step's function with symbols, and the conditions of its environment after it."""
        signature = inspect.signature(declared.function, eval_str=True)
        names = list(signature.parameters)[1:]
        with speaking_for(declared.place):
            kinds = {n: schema.kind(self.kind_of(signature.parameters[n].annotation, readings)) for n in names}
            parameters = {"caller": MEMBER, **kinds}
        description = inspect.cleandoc(declared.function.__doc__ or "")
        transaction = Transaction(
            declared.name, declared.caller_role, declared.on_ledger, parameters, declared.grade, description, place=declared.place
        )
        tracing = Tracing(transaction, readings)
        with using(schema), tracing_step(tracing):
            symbols = [transaction.arguments[name] for name in names]
            with speaking_for(declared.place):
                declared.function(tracing, *symbols)
            for side, target in (("honest", transaction.honest), ("power", transaction.powers)):
                condition = self.conditions.get((side, declared.name))
                if condition is not None:
                    with speaking_for(place_of(condition)):
                        given = condition(tracing, *symbols)
                        named = given if isinstance(given, dict) else {side: given}
                        target.update({name: boolean(value) for name, value in named.items()})
                    transaction.places.update({name: place_of(condition) for name in named})
            if declared.name in self.publications:
                published = self.publications[declared.name]
                with speaking_for(place_of(published)):
                    tracing.observe("publish", *published(tracing, *symbols))
        return transaction

    @staticmethod
    def submission(transaction: Transaction) -> Transaction:
        """The step by which a party submits a transaction: its content is public in the mempool, nothing is committed."""
        published = transaction.observations["publish"]
        fresh = disjunction(*(negation(node("field", w.value._kind, w.table, w.field, *w.keys)) for w in published))
        return Transaction(
            f"Submit{transaction.name}", transaction.caller_role, False, transaction.parameters,
            Grade(False, "a submitted transaction can be read before it is ordered"),
            f"{transaction.name} lies in the mempool: whoever sees it can use its content.",
            observations={"publish": published}, honest={**transaction.honest, "not_yet_public": fresh},
            powers=dict(transaction.powers), place=transaction.place,
        )  # fmt: skip

    def load(self, name: str | None = None, readings: dict[str, str] | None = None) -> Protocol:
        """Trace everything under the given readings of the switches (defaults elsewhere)."""
        taken = {switch.name: switch.default for switch in self.switches.values()}
        for key, value in (readings or {}).items():
            if key not in self.switches:
                raise SpecificationError(f"no switch {key!r}; choices: {choices(self.switches)}", self.name)
            if value not in self.switches[key].readings:
                known = choices(self.switches[key].readings)
                raise SpecificationError(f"switch {key} has no reading {value!r}; choices: {known}", self.name)
            taken[key] = value
        schema = Schema({table: build(taken) for table, build in self.tables.items()}, self.parts, self.notions)
        transactions = {step: self.trace(declared, taken, schema) for step, declared in self.declared.items()}
        sorts = {**self.sorts, **{sort.name: sort for sort in sorts_of(schema) if sort.name not in self.sorts}}
        for step, published in self.publications.items():
            with speaking_for(place_of(published)):
                submitted = self.submission(transactions[step])
            transactions[submitted.name] = submitted
        return Protocol(
            name or self.name, self.title, schema, sorts, dict(self.switches), taken,
            transactions, dict(self.inners), list(self.access), self.policy, self.roles,
        )  # fmt: skip


def sorts_of(schema: Schema) -> Iterator[Sort]:
    """The sorts of all values that the tables hold."""

    def below(kind: Kind) -> Iterator[Sort]:
        if isinstance(kind, Sort):
            yield kind
        for _, inner in kind.parts if isinstance(kind, Term) else ():
            yield from below(inner)

    for table in schema.tables.values():
        for kind in (*(kind for _, kind in table.key), *table.cells.values()):
            yield from below(kind)


def graded(cites: str, because: str) -> Grade:
    """Printed at a line, or reconstructed for a reason: one of the two must be given."""
    if bool(cites.strip()) == bool(because.strip()):
        raise SpecificationError("a step needs either the line that prints it (cites=) or the reason to reconstruct it (because=)")
    return Grade(bool(cites), cites or because)


def camel(name: str) -> str:
    """`start_round` as `StartRound`; the paper's acronyms stay upper case."""
    acronyms = {"do", "co", "mo", "ds", "dss", "ci", "tc", "tj"}
    return "".join(part.upper() if part in acronyms else part.capitalize() for part in name.split("_"))


__all__ = ["BOOLEAN", "INTEGER", "MEMBER", "TEXT", "AccessRule", "Policy", "Protocol", "Switch", "Text", "camel"]
