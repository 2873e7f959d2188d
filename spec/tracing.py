"""A transaction traced once: the text is run with symbols for its arguments, and leaves named clauses behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from spec.errors import SpecificationError, choices, place_in_text
from spec.kinds import MEMBER, Kind
from spec.schema import Binder, Grade, TableHandle, Write, bind, call, current_schema, reference
from spec.tree import Expression, boolean, deeper, parameter


@dataclass(frozen=True)
class Guard:
    """A named condition without which the transaction is refused."""

    name: str
    condition: Expression
    grade: Grade
    why: str = ""


@dataclass(frozen=True)
class Event:
    """A notification: its name, what it carries and when it is emitted.  The last one emitted survives."""

    name: str
    payload: tuple[Expression, ...]
    condition: Expression
    binders: tuple[Binder, ...] = ()


@dataclass
class Transaction:
    """A step of the protocol as clauses: a transaction of the ledger, or (`on_ledger` false) a step off chain.

    All reads see the state before the transaction; writes happen together; of two writes to one cell the later in
    text or list order wins.  `observations` are writes to tables off the ledger that happen when it commits.
    """

    name: str
    caller_role: str
    on_ledger: bool
    parameters: dict[str, Kind]
    grade: Grade
    description: str
    guards: dict[str, Guard] = field(default_factory=dict)
    effects: dict[str, list[Write]] = field(default_factory=dict)
    observations: dict[str, list[Write]] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    inner: list[str] = field(default_factory=list)
    honest: dict[str, Expression] = field(default_factory=dict)
    powers: dict[str, Expression] = field(default_factory=dict)
    declared_scans: set[str] = field(default_factory=set)
    place: str = ""
    places: dict[str, str] = field(default_factory=dict)

    def place_of(self, clause: str) -> str:
        """`file:line` of a clause, as far as it is known."""
        return self.places.get(clause, self.place)

    @property
    def writes(self) -> list[Write]:
        return [write for writes in self.effects.values() for write in writes]

    @property
    def observed(self) -> list[Write]:
        return [write for writes in self.observations.values() for write in writes]

    @property
    def arguments(self) -> dict[str, Expression]:
        return {name: parameter(name, kind) for name, kind in self.parameters.items()}


class Tracing:
    """What a text writes into while it is traced."""

    def __init__(self, transaction: Transaction, switches: dict[str, str]) -> None:
        self.transaction = transaction
        self._switches = switches
        self._binders: list[Binder] = []
        self._prefix = ""

    @property
    def caller(self) -> Expression:
        """Who signed the proposal: the creator in the transaction's envelope."""
        return parameter("caller", MEMBER)

    def switch(self, name: str) -> str:
        """The reading that the variant takes of a contradiction of the paper."""
        if name not in self._switches:
            raise SpecificationError(f"no switch {name!r}; choices: {choices(self._switches)}")
        return self._switches[name]

    def argument(self, name: str, kind: Any) -> Expression:
        """A further parameter, which only some readings of the text have."""
        if isinstance(kind, TableHandle):
            kind = reference(kind.name, current_schema().table(kind.name).key[0][1])
        kind = current_schema().kind(kind)
        self.transaction.parameters[name] = kind
        return parameter(name, kind)

    def named(self, name: str, otherwise: Any = None) -> Any:
        """The step's parameter of this name, or `otherwise` in a step that has none."""
        kind = self.transaction.parameters.get(name)
        return otherwise if kind is None else parameter(name, kind)

    def require(self, name: str, condition: Any, *, cites: str = "", because: str = "", why: str = "") -> None:
        """A guard: `cites` a line when the paper prints it, otherwise `because` says why it was reconstructed."""
        guards = self.transaction.guards
        if name in guards:
            raise SpecificationError(f"{self.transaction.name} has two guards named {name!r}")
        if bool(cites) == bool(because):
            raise SpecificationError(f"guard {name!r} needs either the line that prints it or the reason to reconstruct it")
        if self._binders:
            raise SpecificationError(f"guard {name!r} stands inside a loop: use every(...) or some(...)")
        guards[name] = Guard(name, boolean(condition), Grade(bool(cites), cites or because), why)
        self.transaction.places[name] = place_in_text()

    def effect(self, name: str, *writes: Write | list[Write]) -> None:
        """Named writes to the ledger."""
        self._add(self.transaction.effects, name, writes)

    def observe(self, name: str, *writes: Write | list[Write]) -> None:
        """Named writes to tables off the ledger: what the caller remembers, what followers of the ledger derive."""
        self._add(self.transaction.observations, name, writes)

    def _add(self, clauses: dict[str, list[Write]], name: str, writes: tuple[Write | list[Write], ...]) -> None:
        full = f"{self._prefix}{name}"
        if full in self.transaction.effects or full in self.transaction.observations:
            raise SpecificationError(f"{self.transaction.name} has two clauses named {full!r}")
        flat = [write for item in writes for write in (item if isinstance(item, list) else [item])]
        if not flat:
            raise SpecificationError(f"effect {full!r} writes nothing")
        clauses[full] = [replace(write, binders=(*self._binders, *write.binders)) for write in flat]
        self.transaction.places[full] = place_in_text()

    def event(self, name: str, *payload: Any, when: Any = True) -> None:
        if name in self.transaction.events:
            raise SpecificationError(f"{self.transaction.name} has two events named {name!r}")
        carried = tuple(item if isinstance(item, Expression) else item._identifier() for item in payload)
        self.transaction.events[name] = Event(name, carried, boolean(when), tuple(self._binders))
        self.transaction.places[name] = place_in_text()

    def for_each(self, domain: Any, body: Callable[..., None]) -> None:
        """Run the body once for each element: its effects are done for all of them, in order."""
        binder, arguments = bind(domain)
        self._binders.append(binder)
        try:
            with deeper():
                call(body, arguments)
        finally:
            self._binders.pop()

    def scan(self, table: str) -> None:
        """Declare that this transaction reads a whole table."""
        key = current_schema().table(table).key
        if len(key) != 1:
            raise SpecificationError(f"{table} has {len(key)} key components: its rows are read under a prefix, with rows(...)")
        self.transaction.declared_scans.add(key[0][1].sort)

    def enter(self, inner: str) -> None:
        self.transaction.inner.append(inner)


