"""What a transaction reads of its own writes, and whether each of its scans stays within the ranges that it reads.

An own read is a question to the solver: can a later clause read a cell that an earlier write of the same call has changed?  Where
it can, the two readings differ: the ledger, and this program's meaning of the text, take the state before the transaction.
"""

from __future__ import annotations

from model import formulas as f
from model.bridging import TwoStates, two_states
from model.formulas import Node
from model.induction import DEFAULTS, Obligation, Question, Settings
from model.unbounded import Environment
from properties.bridging import EXISTS, Each, Holds, OwnRead, Path, Stop, own_reads, scanned, scans
from spec.schema import Binder
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, walk


def prove_no_own_reads(protocol: Protocol, transaction: Transaction, settings: Settings = DEFAULTS) -> list[Obligation]:
    """(b) For each clause and cell that its own writes might give: that what is read is what stood there before.

    `failed` is no fault: the text reads the state before its own write, as the ledger does; it is listed.
    """
    pairs: dict[tuple[str, str], list[OwnRead]] = {}
    for pair in own_reads(protocol.schema, transaction):
        pairs.setdefault((pair.clause, f"{pair.reading.table}.{pair.cell}"), []).append(pair)
    if not pairs:
        return [Obligation("no own reads", transaction.name, "proved", "frame")]
    return [no_own_read(protocol, transaction, f"no own reads {clause} of {cell}", found, settings)
            for (clause, cell), found in pairs.items()]  # fmt: skip


def no_own_read(protocol: Protocol, transaction: Transaction, name: str, pairs: list[OwnRead], settings: Settings) -> Obligation:
    states = two_states(protocol, transaction, settings.engine)
    goal = f.negation(f.disjunction(*(meets(states, pair) for pair in pairs)))
    if goal is f.TRUE:
        return Obligation(name, transaction.name, "proved", "frame")
    conditions = {f"guard {guard.name}": guard.condition for guard in transaction.guards.values()}
    guards = [(reason, states.meaning.holds(e, states.arguments, states.first)) for reason, e in conditions.items()]
    question = Question(protocol, transaction.name, states.meaning, [*states.given, *guards], {}, {}, settings)
    return question.settle(name, goal)


def meets(states: TwoStates, pair: OwnRead) -> Node:
    """That some turn of the write changes what some turn of the reading reads."""
    meaning, write = states.meaning, pair.write
    written, there = came(states, (*turns(write.binders), Holds(write.condition)), (pair, "writes"))
    read, here = came(states, pair.reading.path, (pair, "reads"))
    keys = [meaning.value(key, there, states.first) for key in write.keys]
    wanted = [meaning.value(key, here, states.first) for key in pair.reading.keys]
    same = [meaning.equal(a, b) for a, b in zip(keys, wanted, strict=False)]
    if pair.cell == EXISTS:
        changed = f.negation(meaning.present(write.table, keys, states.first))
    else:
        old = meaning.cell(write.table, pair.cell, keys, states.first)
        changed = f.negation(meaning.equal(meaning.value(write.value, there, states.first), old))
    names = [binder.variable._args[0] for binder in write.binders] if pair.apart else []
    apart = f.disjunction(*(f.negation(meaning.equal(there[name], here[name])) for name in names)) if names else f.TRUE
    return f.conjunction(written, read, *same, changed, apart)


def turns(binders: tuple[Binder, ...]) -> Path:
    return tuple(Each(binder) for binder in binders)


def came(states: TwoStates, path: Path, identity: object) -> tuple[Node, Environment]:
    """That evaluation comes to the end of a path for some elements, and the environment there."""
    found, environment = [], dict(states.arguments)
    for place, step in enumerate(path):
        if isinstance(step, Holds):
            found.append(states.meaning.holds(step.condition, environment, states.first))
            continue
        if isinstance(step, Stop):
            known, environment = states.decided(step, environment)
        else:
            element = states.element(step.binder, (identity, place))
            known, environment = states.inside(step.binder, element, environment, states.first)
        found.append(known)
    return f.conjunction(*found), environment


def prove_ranges(protocol: Protocol, transaction: Transaction, settings: Settings = DEFAULTS) -> list[Obligation]:
    """(c) Every loop and quantifier stays within ranges that are read again: a scan looks only at rows of the tables it reads.

    Rows under a prefix are one range by their meaning, and the positions of a list are single rows below its length.
    """
    found = [in_range(protocol, transaction, binder, settings) for binder in scans(transaction)]
    return found or [Obligation("ranges", transaction.name, "proved", "frame")]


def in_range(protocol: Protocol, transaction: Transaction, binder: Binder, settings: Settings) -> Obligation:
    states = two_states(protocol, transaction, settings.engine)
    element = states.element(binder, binder)
    environment = {**around(states, binder.condition), **states.arguments}
    inside, _ = states.inside(binder, element, environment, states.first)
    rows = [states.meaning.present(table, [(element,)], states.first) for table in scanned(protocol.schema, binder.domain._args[0])]
    question = Question(protocol, transaction.name, states.meaning, states.given, {}, {}, settings)
    return question.settle(f"ranges: the scan of {binder.domain._args[0]}", f.implication(inside, f.disjunction(*rows)))


def around(states: TwoStates, condition: Expression) -> Environment:
    """Any values for the variables of loops around a condition."""
    meaning = states.meaning
    variables = {e._args[0]: e for e in walk(condition) if e._op == "var"}
    return {name: (meaning.fresh(meaning.sort(e._kind), "around"),) for name, e in variables.items()}
