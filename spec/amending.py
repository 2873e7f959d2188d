"""How each kind of amendment is made: of the text before it is traced, or of a traced clause."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spec.errors import SpecificationError, choices, place_of, speaking_for
from spec.kinds import Kind, terms_below
from spec.schema import AddedPart, Field, Grade, Notion, Schema, Table, TableHandle, Write, tracing_step
from spec.text import AccessRule, Declared, KeyPolicy, Protocol, Text
from spec.tracing import Guard, Tracing, Transaction
from spec.tree import Expression, boolean, walk

if TYPE_CHECKING:
    from spec.amendments import Amendment


@dataclass(frozen=True)
class Action:
    """What an amendment does, the form of its target, and what its payload is."""

    does: str
    target: str
    payload: str


@dataclass(frozen=True)
class Step:
    """A step that an amendment adds, or puts in the place of another: who calls it, its text, and the environment's conditions."""

    caller: str
    text: Callable[..., None]
    honest: Callable[..., Any] | None = None
    power: Callable[..., Any] | None = None
    publishes: Callable[..., Any] | None = None
    on_ledger: bool = True


FUNCTION = "a function of the tracing and the arguments"
ACTIONS = {
    "require": Action("add a guard", "Transaction.guard", FUNCTION),
    "waive": Action("drop a guard", "Transaction.guard", "nothing"),
    "replace_guard": Action("give a guard another condition", "Transaction.guard", FUNCTION),
    "replace_effect": Action("give an effect, or an observation, other writes", "Transaction.effect", FUNCTION),
    "add_effect": Action("add an effect", "Transaction.effect", FUNCTION),
    "drop_effect": Action("drop an effect, or an observation", "Transaction.effect", "nothing"),
    "add_event": Action("add an event", "Transaction.event", FUNCTION),
    "honest": Action("give honest parties another condition", "Transaction", FUNCTION),
    "power": Action("ask something else of deviating parties", "Transaction", FUNCTION),
    "publication": Action("have something else, or nothing, published when it is submitted", "Transaction", f"{FUNCTION}, or nothing"),
    "add_parameter": Action("add a parameter", "Transaction.parameter", "a kind"),
    "add_field": Action("add a field", "Table.field", "a field, such as reconstructed(INTEGER, ...)"),
    "drop_field": Action("drop a field", "Table.field", "nothing"),
    "add_key": Action("add a key component", "Table.component", "a kind and what fills it in"),
    "add_part": Action("add a part to a pre-image", "pre-image.part", "a kind and a function of the tracing that fills it in"),
    "add_table": Action("add a table", "Table", "a Table"),
    "add_transaction": Action("add a transaction, or a step off the ledger", "Transaction", "a Step, or a role and a function"),
    "replace_transaction": Action("put another step in the place of one", "Transaction", "a Step, or a role and a function"),
    "allow": Action("let a transaction write to a table", "Table.Transaction", "fields, role, relation, description; or nothing"),
    "notion": Action("say what a word of the claims means here", "notion", "a function, or why nothing could be meant"),
    "policy": Action("set the endorsement policy", "endorsement", "nothing"),
    "key_policy": Action("have the organisation of a role endorse rows of a table as well", "Table", "a role"),
    "switch": Action("take another reading of a switch", "X01", "the reading"),
}  # fmt: skip
CLAUSES = {
    "require", "waive", "replace_guard", "replace_effect", "add_effect", "drop_effect", "add_event", "honest", "power", "add_parameter",
}  # fmt: skip
WITH_FUNCTION = {name for name, action in ACTIONS.items() if action.payload == FUNCTION}


def tuple_of(payload: Any, *kinds: type | None) -> bool:
    """Whether a payload is a tuple of values of these types; None stands for whatever can be called."""
    if not isinstance(payload, tuple) or len(payload) != len(kinds):
        return False
    return all(callable(given) if kind is None else isinstance(given, kind) for given, kind in zip(payload, kinds, strict=True))


PAYLOADS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(WITH_FUNCTION, callable),
    **dict.fromkeys((name for name, action in ACTIONS.items() if action.payload == "nothing"), lambda payload: payload is None),
    **dict.fromkeys(("add_transaction", "replace_transaction"), lambda payload: isinstance(payload, Step) or tuple_of(payload, str, None)),
    **dict.fromkeys(("add_key", "add_part"), lambda payload: tuple_of(payload, Kind, None)),
    "publication": lambda payload: payload is None or callable(payload),
    "add_parameter": lambda payload: isinstance(payload, Kind | TableHandle),
    "add_field": lambda payload: isinstance(payload, Field),
    "add_table": lambda payload: isinstance(payload, Table),
    "allow": lambda payload: payload is None or tuple_of(payload, str, str, None, str),
    "notion": lambda payload: callable(payload) or bool(isinstance(payload, str) and payload.strip()),
    **dict.fromkeys(("switch", "key_policy"), lambda payload: isinstance(payload, str)),
}


def check_payload(amendment: Amendment) -> None:
    """Refuse a payload that the action cannot use."""
    if not PAYLOADS[amendment.action](amendment.payload):
        raise SpecificationError(f"{amendment.name!r} needs {ACTIONS[amendment.action].payload}, not {amendment.payload!r}")


# Of the text, before it is traced.


def amended_text(text: Text, amendments: Iterable[Amendment]) -> Text:
    """A copy of the text with the amendments of its tables, kinds, steps and words made."""
    copy = Text(text.name, text.title, text.roles)
    copy.__dict__.update({k: (v.copy() if isinstance(v, dict | list) else v) for k, v in text.__dict__.items()})
    for amendment in amendments:
        if amendment.action in OF_TEXT:
            with speaking_for(amendment.place):
                OF_TEXT[amendment.action](copy, amendment)
    return copy


def known(names: Iterable[str], wanted: str, what: str, owner: str = "") -> None:
    if wanted not in names:
        raise SpecificationError(f"{owner + ' has ' if owner else ''}no {what} {wanted!r} to amend; choices: {choices(names)}")


def unknown(names: Iterable[str], wanted: str, what: str, owner: str = "") -> None:
    if wanted in names:
        raise SpecificationError(f"{owner or 'the text'} has a {what} {wanted!r} already")


def amend_table(text: Text, amendment: Amendment) -> None:
    name, _, column = amendment.target.partition(".")
    known(text.tables, name, "table")
    build = text.tables[name]

    def changed(readings: dict[str, str]) -> Table:
        table = build(readings)
        with speaking_for(amendment.place):
            unknown({**table.fields, **dict(table.key)}, column, "field or key component", name)
        if amendment.action == "add_field":
            return replace(table, fields={**table.fields, column: amendment.payload})
        kind, fill = amendment.payload
        assert isinstance(kind, Kind)
        return replace(table, key=(*table.key, (column, kind)), fills={**table.fills, column: fill})

    text.tables[name] = changed


def add_part(text: Text, amendment: Amendment) -> None:
    name, _, part = amendment.target.partition(".")
    kind, fill = amendment.payload
    unknown([added.name for added in text.parts.get(name, ())], part, "part", name)
    text.parts[name] = [*text.parts.get(name, ()), AddedPart(part, kind, fill, amendment.place)]


def add_table(text: Text, amendment: Amendment) -> None:
    unknown(text.tables, amendment.target, "table")
    table: Table = amendment.payload
    text.tables[amendment.target] = lambda readings: table
    for _, kind in table.key:
        if kind.sort not in text.sorts and kind.sort == kind.name and hasattr(kind, "image_of"):
            text.sorts[kind.sort] = kind  # type: ignore[assignment]


def add_step(text: Text, amendment: Amendment) -> None:
    name, payload = amendment.target, amendment.payload
    step = payload if isinstance(payload, Step) else Step(*payload)
    if amendment.action == "add_transaction":
        unknown(text.declared, name, "transaction")
    else:
        known(text.declared, name, "transaction")
        text.publications.pop(name, None)
        for side in ("honest", "power"):
            text.conditions.pop((side, name), None)
    text.declared[name] = Declared(step.text, name, step.caller, step.on_ledger, Grade(False, amendment.because), place_of(step.text))
    for side, condition in (("honest", step.honest), ("power", step.power)):
        if condition is not None:
            text.conditions[side, name] = condition
    if step.publishes is not None:
        text.publications[name] = step.publishes


def set_publication(text: Text, amendment: Amendment) -> None:
    known(text.declared, amendment.target, "transaction")
    if amendment.payload is None and amendment.target not in text.publications:
        raise SpecificationError(f"{amendment.target} publishes nothing already; choices: {choices(text.publications)}")
    text.publications.pop(amendment.target, None)
    if amendment.payload is not None:
        text.publications[amendment.target] = amendment.payload


def set_access(text: Text, amendment: Amendment) -> None:
    table, _, transaction = amendment.target.rpartition(".")
    kept = [rule for rule in text.access if (rule.table, rule.transaction) != (table, transaction)]
    if amendment.payload is None and len(kept) == len(text.access):
        lines = (f"{rule.table}.{rule.transaction}" for rule in text.access)
        raise SpecificationError(f"the access table has no line {table}.{transaction} to drop; choices: {choices(lines)}")
    text.access = kept
    if amendment.payload is not None:
        fields, role, relation, described = amendment.payload
        text.access.append(AccessRule(table, tuple(fields.split()), transaction, role, relation, described, amendment.place))


def set_notion(text: Text, amendment: Amendment) -> None:
    known(text.notions, amendment.target, "notion")
    old, given = text.notions[amendment.target], amendment.payload
    if callable(given):
        wanted, taken = (len(inspect.signature(function).parameters) for function in (old.meaning, given))
        if wanted != taken:
            raise SpecificationError(f"the notion {old.name!r} is said of {wanted} things, and the function takes {taken} arguments")
        said = inspect.cleandoc(given.__doc__ or "") or old.described
        text.notions[amendment.target] = Notion(old.name, given, said)
    else:
        text.notions[amendment.target] = replace(old, absent=given)


def set_policy(text: Text, amendment: Amendment) -> None:
    from spec.checks import ENDORSEMENTS

    known(ENDORSEMENTS, amendment.target, "endorsement policy")
    text.policy = replace(text.policy, endorsement=amendment.target, cites=amendment.because)


def add_key_policy(text: Text, amendment: Amendment) -> None:
    known(text.tables, amendment.target, "table")
    known(text.roles, amendment.payload, "role")
    text.policy = replace(text.policy, keys=(*text.policy.keys, KeyPolicy(amendment.target, amendment.payload, amendment.because)))


OF_TEXT: dict[str, Callable[[Text, Amendment], None]] = {
    "add_field": amend_table, "add_key": amend_table, "add_part": add_part, "add_table": add_table,
    "add_transaction": add_step, "replace_transaction": add_step, "publication": set_publication, "allow": set_access,
    "notion": set_notion, "policy": set_policy, "key_policy": add_key_policy,
}  # fmt: skip


def check_parts(text: Text, protocol: Protocol, amendments: Iterable[Amendment]) -> None:
    """A part is added to a pre-image that the text uses, and that has no part of this name itself."""
    tables = [build(protocol.readings) for build in text.tables.values()]
    own = {term.name: term for table in tables for kind in (*dict(table.key).values(), *table.cells.values()) for term in terms_below(kind)}
    given = [kind for step in protocol.transactions.values() for kind in step.parameters.values()]
    made = [e._kind for step in protocol.transactions.values() for _, clause in every_clause(step) for e in walk(clause) if e._op == "term"]
    names = {*own, *(term.name for kind in (*given, *made) for term in terms_below(kind))}
    for amendment in amendments:
        if amendment.action == "add_part":
            name, _, part = amendment.target.partition(".")
            with speaking_for(amendment.place):
                known(names, name, "pre-image")
                unknown(dict(own[name].parts) if name in own else (), part, "part", name)


# Of a traced clause.


def amend_clause(protocol: Protocol, amendment: Amendment) -> None:
    """Make an amendment of a traced transaction; targets that do not exist, or exist already, are refused."""
    name, _, clause = amendment.target.partition(".")
    transaction = protocol.transaction(name)
    tracing = Tracing(transaction, protocol.readings)
    arguments = [value for key, value in transaction.arguments.items() if key != "caller"]
    make = checked_call(amendment, len(arguments) + 1)
    before = {**transaction.guards, **transaction.effects, **transaction.observations, **transaction.events}
    with tracing_step(tracing):
        if amendment.action in ("require", "waive", "replace_guard"):
            amend_guard(transaction, amendment, clause, lambda: make(tracing, *arguments))
        elif amendment.action in ("replace_effect", "add_effect", "drop_effect"):
            amend_effect(tracing, amendment, clause, lambda: make(tracing, *arguments))
        elif amendment.action == "add_event":
            make(tracing, *arguments)
            if clause not in transaction.events:
                raise SpecificationError(f"{amendment.name!r} emits no event {clause!r}, but {choices(transaction.events)}")
        elif amendment.action == "add_parameter":
            unknown(transaction.parameters, clause, "parameter", name)
            tracing.argument(clause, amendment.payload)
        else:
            amend_condition(protocol, transaction, make(tracing, *arguments), amendment)
    after = {**transaction.guards, **transaction.effects, **transaction.observations, **transaction.events}
    surplus = [other for other in after if other not in before and other != clause]
    if surplus:
        raise SpecificationError(f"{amendment.name!r} also makes {choices(surplus)}: each clause needs an amendment of its own")


def amend_guard(transaction: Transaction, amendment: Amendment, clause: str, made: Callable[[], Any]) -> None:
    if amendment.action == "require":
        unknown(transaction.guards, clause, "guard", transaction.name)
        transaction.guards[clause] = Guard(clause, boolean(made()), Grade(False, amendment.because))
    else:
        known(transaction.guards, clause, "guard", transaction.name)
        old = transaction.guards.pop(clause) if amendment.action == "waive" else transaction.guards[clause]
        if amendment.action == "replace_guard":
            transaction.guards[clause] = Guard(clause, boolean(made()), Grade(False, amendment.because), old.why)
    transaction.places[clause] = amendment.place


def amend_effect(tracing: Tracing, amendment: Amendment, clause: str, made: Callable[[], Any]) -> None:
    """An effect on the ledger, or an observation off it; a replaced one keeps its place in the order."""
    transaction = tracing.transaction
    observed = clause in transaction.observations
    if observed and clause == "publish" and transaction.on_ledger:
        raise SpecificationError(f"what {transaction.name} publishes is set by an amendment 'publication {transaction.name}'")
    clauses = transaction.observations if observed else transaction.effects
    if amendment.action != "add_effect":
        known({**transaction.effects, **transaction.observations}, clause, "effect or observation", transaction.name)
        order = list(clauses)
        del clauses[clause]
        if amendment.action == "drop_effect":
            transaction.inner = [inner for inner in transaction.inner if inner != clause]
            return
    else:
        order = [*clauses, clause]
    made_writes = made()
    if made_writes is not None:
        (tracing.observe if observed else tracing.effect)(clause, *made_writes)
    if clause not in clauses:
        raise SpecificationError(f"{amendment.name!r} writes no effect {clause!r}")
    clauses.update([(name, clauses.pop(name)) for name in order])


def amend_condition(protocol: Protocol, transaction: Transaction, given: Any, amendment: Amendment) -> None:
    """Another condition for honest parties or of powers, also where they submit the transaction as a step of its own."""
    side = amendment.action
    named = given if isinstance(given, dict) else {side: given}
    conditions = {name: boolean(value) for name, value in named.items()}
    submitted = protocol.transactions.get(f"Submit{transaction.name}")
    if side == "honest":
        transaction.honest = conditions
        if submitted is not None:
            submitted.honest = {**conditions, "not_yet_public": submitted.honest["not_yet_public"]}
    else:
        transaction.powers = conditions
        if submitted is not None:
            submitted.powers = dict(conditions)
    transaction.places.update(dict.fromkeys(named, amendment.place))


def checked_call(amendment: Amendment, count: int) -> Callable[..., Any]:
    """The amendment's function, refused with its place when it does not take the tracing and the arguments."""
    function: Callable[..., Any] = amendment.payload
    if amendment.action in WITH_FUNCTION:
        try:
            inspect.signature(function).bind(*range(count))
        except TypeError as error:
            said = f"the function of {amendment.name!r} should take the tracing and {count - 1} arguments: {error}"
            raise SpecificationError(said, amendment.place) from error
    return function


# Of the whole, at the end.


def drop_fields(protocol: Protocol, amendments: Iterable[Amendment]) -> None:
    """Fields that are gone: nothing may read them, or write anything but their default, after all other amendments."""
    for amendment in amendments:
        if amendment.action != "drop_field":
            continue
        name, _, field = amendment.target.partition(".")
        with speaking_for(amendment.place):
            table = protocol.schema.table(name)
            known(table.fields, field, "field", name)
            cells = {field, f"{field}_length"}
            for transaction in protocol.transactions.values():
                for clauses in (transaction.effects, transaction.observations):
                    for clause, writes in clauses.items():
                        clauses[clause] = [write for write in writes if not gives_default(write, table, cells)]
                for clause, expression in every_clause(transaction):
                    if any(speaks_of(node, name, field) for node in walk(expression)):
                        raise SpecificationError(f"{transaction.name} ({clause}) still reads {amendment.target}")
                if any(speaks_of(write, name, field) for write in (*transaction.writes, *transaction.observed)):
                    raise SpecificationError(f"{transaction.name} still writes {amendment.target}")
            kept = {field_name: kind for field_name, kind in table.fields.items() if field_name != field}
            tables = {other: found for other, found in protocol.schema.tables.items() if "." not in other}
            protocol.schema = Schema({**tables, name: replace(table, fields=kept)}, protocol.schema.parts, protocol.schema.notions)


def gives_default(write: Write, table: Table, cells: set[str]) -> bool:
    written = write.table == table.name and write.field in cells and write.value._op == "lit"
    return written and bool(write.value._args[0] == table.cells[write.field].default)


def speaks_of(item: Expression | Write, table: str, field: str) -> bool:
    """Whether a node reads a field or its list, or a write writes it."""
    if isinstance(item, Write):
        return item.table == f"{table}.{field}" or (item.table == table and item.field in (field, f"{field}_length"))
    if item._op not in ("field", "list"):
        return False
    return item._args[0] == f"{table}.{field}" or (item._args[0] == table and item._args[1] in (field, f"{field}_length"))


def every_clause(transaction: Transaction) -> Iterable[tuple[str, Expression]]:
    from spec.checks import chaincode_clauses, expressions_of

    yield from chaincode_clauses(transaction)
    yield from transaction.honest.items()
    yield from transaction.powers.items()
    for name, writes in transaction.observations.items():
        yield from ((name, expression) for expression in expressions_of(writes))
