"""Variants: a parent plus amendments on its named clauses, each with the attack that it answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from spec.errors import SpecificationError, choices, place_in_text, place_of, speaking_for
from spec.kinds import Kind
from spec.schema import Field, Grade, Table, using
from spec.text import Declared, Policy, Protocol, Text
from spec.tracing import Guard, Tracing, Transaction
from spec.tree import Expression, boolean

ACTIONS = {
    "require": "add a guard `Transaction.guard`",
    "waive": "drop a guard `Transaction.guard`",
    "replace_guard": "give a guard `Transaction.guard` another condition",
    "replace_effect": "give an effect `Transaction.effect` other writes",
    "add_effect": "add an effect `Transaction.effect`",
    "add_event": "add an event `Transaction.event`",
    "honest": "give honest parties another condition for `Transaction`",
    "add_field": "add a field `Table.field`",
    "add_key": "add a key component `Table.component`",
    "add_table": "add a table `Table`",
    "add_transaction": "add a transaction `Transaction`",
    "policy": "set the endorsement policy `endorsement`",
    "switch": "take another reading of a switch `X01`",
}


CLAUSES = ("require", "replace_guard", "replace_effect", "add_effect", "add_event", "honest")


@dataclass(frozen=True)
class Amendment:
    """One change of a named clause.

    `payload` is what the action needs: a function of the tracing and the arguments for clauses, a Field for a field,
    (Kind, fill) for a key component, a Table for a table, a Declared or a function for a transaction, a word for a policy or switch.
    """

    action: str
    target: str
    because: str
    payload: Any = None
    needs: tuple[str, ...] = ()
    place: str = field(default_factory=place_in_text, compare=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise SpecificationError(f"no amendment {self.action!r}; choices: {choices(ACTIONS)}")
        if not self.because.strip():
            raise SpecificationError(f"the amendment of {self.target!r} does not say which attack it answers (because=)")
        wanted = ACTIONS[self.action].rpartition("`")[0].rpartition("`")[2]
        if "." in wanted and not all(self.target.partition(".")):
            raise SpecificationError(f"the target of {self.action!r} is of the form {wanted}, not {self.target!r}")
        if self.action in CLAUSES and not callable(self.payload):
            raise SpecificationError(f"{self.name!r} needs a function of the tracing and the arguments, not {self.payload!r}")
        if self.action == "add_field" and not isinstance(self.payload, Field):
            raise SpecificationError(f"{self.name!r} needs a field, such as reconstructed(INTEGER, ...), not {self.payload!r}")

    @property
    def name(self) -> str:
        return f"{self.action} {self.target}"


@dataclass(frozen=True)
class Variant:
    """A named set of amendments to a parent, with the readings of the switches that it takes."""

    name: str
    title: str
    text: Text
    amendments: tuple[Amendment, ...] = ()
    readings: dict[str, str] = field(default_factory=dict)
    parent: str | None = None
    place: str = field(default_factory=place_in_text, compare=False)

    def __post_init__(self) -> None:
        names = [amendment.name for amendment in self.amendments]
        for number, amendment in enumerate(self.amendments):
            if amendment.name in names[:number]:
                raise SpecificationError(f"{self.name} has two amendments {amendment.name!r}", amendment.place)
            for needed in amendment.needs:
                if needed not in names:
                    message = f"{amendment.name!r} needs {needed!r}, which is no amendment; choices: {choices(names)}"
                    raise SpecificationError(message, amendment.place)

    def load(self, readings: dict[str, str] | None = None, waive: tuple[str, ...] = ()) -> Protocol:
        """Trace the variant; `waive` names amendments to leave out, with those that need them."""
        kept, _ = self._kept(waive)
        taken = dict(self.readings)
        self._check_readings(taken, self.place)
        for amendment in kept:
            if amendment.action == "switch":
                self._check_readings({amendment.target: amendment.payload}, amendment.place)
                taken[amendment.target] = amendment.payload
        taken.update(readings or {})
        text = amended_text(self.text, kept)
        protocol = text.load(self.name, taken)
        protocol.title, protocol.parent, protocol.amendments = self.title, self.parent, kept
        for amendment in kept:
            with using(protocol.schema), speaking_for(amendment.place):
                _amend_clause(protocol, amendment)
        from spec.checks import check_protocol

        check_protocol(protocol)
        return protocol

    def _check_readings(self, readings: dict[str, Any], place: str) -> None:
        with speaking_for(place):
            for switch, reading in readings.items():
                if switch not in self.text.switches:
                    raise SpecificationError(f"no switch {switch!r}; choices: {choices(self.text.switches)}")
                if reading not in self.text.switches[switch].readings:
                    known = choices(self.text.switches[switch].readings)
                    raise SpecificationError(f"switch {switch} has no reading {reading!r}; choices: {known}")

    def _kept(self, waive: tuple[str, ...]) -> tuple[list[Amendment], set[str]]:
        names = [amendment.name for amendment in self.amendments]
        for name in waive:
            if name not in names:
                raise SpecificationError(f"no amendment {name!r} to waive; choices: {choices(names)}", self.name)
        dropped = set(waive)
        while True:
            more = {a.name for a in self.amendments if a.name not in dropped and dropped & set(a.needs)}
            if not more:
                return [a for a in self.amendments if a.name not in dropped], dropped
            dropped |= more


def amended_text(text: Text, amendments: list[Amendment]) -> Text:
    """A copy of the text with the amendments of its tables and transactions made, before anything is traced."""
    copy = Text(text.name, text.title, text.roles)
    copy.__dict__.update({k: (v.copy() if isinstance(v, dict | list) else v) for k, v in text.__dict__.items()})
    for amendment in amendments:
        if amendment.action in ("add_field", "add_key"):
            _amend_table(copy, amendment)
        elif amendment.action == "add_table":
            if amendment.target in copy.tables:
                raise SpecificationError(f"there is a table {amendment.target!r} already", amendment.place)
            copy.tables[amendment.target] = lambda readings, table=amendment.payload: table  # type: ignore[misc]
        elif amendment.action == "add_transaction":
            if amendment.target in copy.declared:
                raise SpecificationError(f"there is a transaction {amendment.target!r} already", amendment.place)
            copy.declared[amendment.target] = as_declared(amendment)
        elif amendment.action == "policy":
            copy.policy = Policy(amendment.target, amendment.because)
    return copy


def as_declared(amendment: Amendment) -> Declared:
    role, function = amendment.payload
    return Declared(function, amendment.target, role, True, Grade(False, amendment.because), place_of(function))


def _amend_table(text: Text, amendment: Amendment) -> None:
    name, _, column = amendment.target.partition(".")
    if name not in text.tables:
        raise SpecificationError(f"no table {name!r} to amend; choices: {choices(text.tables)}", amendment.place)
    build = text.tables[name]

    def changed(readings: dict[str, str]) -> Table:
        table = build(readings)
        if column in table.fields or column in dict(table.key):
            raise SpecificationError(f"{name} has {column!r} already", amendment.place)
        if amendment.action == "add_field":
            added: Field = amendment.payload
            return replace(table, fields={**table.fields, column: added})
        kind, fill = amendment.payload
        assert isinstance(kind, Kind)
        return replace(table, key=(*table.key, (column, kind)), fills={**table.fills, column: fill})

    text.tables[name] = changed


def _amend_clause(protocol: Protocol, amendment: Amendment) -> None:
    """Make an amendment of a traced transaction; targets that do not exist, or exist already, are refused."""
    if amendment.action in ("add_field", "add_key", "add_table", "add_transaction", "policy", "switch"):
        return
    name, _, clause = amendment.target.partition(".")
    transaction = protocol.transaction(name)
    tracing = Tracing(transaction, protocol.readings)
    arguments = [value for key, value in transaction.arguments.items() if key != "caller"]
    make = checked_call(amendment, len(arguments) + 1)
    known: dict[str, Any] = transaction.guards if amendment.action in ("require", "waive", "replace_guard") else transaction.effects
    if amendment.action in ("waive", "replace_guard", "replace_effect") and clause not in known:
        raise SpecificationError(f"{name} has no clause {clause!r} to amend; choices: {choices(known)}")
    if amendment.action == "waive":
        del transaction.guards[clause]
    elif amendment.action == "require":
        tracing.require(clause, make(tracing, *arguments), because=amendment.because)
    elif amendment.action == "replace_guard":
        old = transaction.guards[clause]
        transaction.guards[clause] = Guard(clause, boolean(make(tracing, *arguments)), Grade(False, amendment.because), old.why)
        transaction.places[clause] = amendment.place
    elif amendment.action in ("replace_effect", "add_effect"):
        order = list(transaction.effects)
        transaction.effects.pop(clause, None) if amendment.action == "replace_effect" else None
        tracing.effect(clause, *make(tracing, *arguments))
        transaction.effects = {name: transaction.effects[name] for name in (order if clause in order else transaction.effects)}
    elif amendment.action == "add_event":
        make(tracing, *arguments)
        if clause not in transaction.events:
            raise SpecificationError(f"{amendment.name!r} emits no event {clause!r}; choices: {choices(transaction.events)}")
    elif amendment.action == "honest":
        _amend_honest(protocol, transaction, boolean(make(tracing, *arguments)), amendment)


def checked_call(amendment: Amendment, count: int) -> Callable[..., Any]:
    """The amendment's function, refused with its place when it does not take the tracing and the arguments."""
    function: Callable[..., Any] = amendment.payload
    if amendment.action in CLAUSES:
        try:
            inspect.signature(function).bind(*range(count))
        except TypeError as error:
            said = f"the function of {amendment.name!r} should take the tracing and {count - 1} arguments: {error}"
            raise SpecificationError(said, amendment.place) from error
    return function


def _amend_honest(protocol: Protocol, transaction: Transaction, condition: Expression, amendment: Amendment) -> None:
    """Another condition for honest parties, also where they submit the transaction as a step of its own."""
    transaction.honest = {"honest": condition}
    transaction.places["honest"] = amendment.place
    submitted = protocol.transactions.get(f"Submit{transaction.name}")
    if submitted is not None:
        submitted.honest = {**transaction.honest, "not_yet_public": submitted.honest["not_yet_public"]}


