"""Two meanings of one tree agree: the compiled functions give what the walk gives, on honest, damaged and random states."""

import random
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.enumeration import Action, Rows, Steps
from model.market import first_useful_step
from model.scope import Scope, values_of
from spec import concrete
from spec.compiled import Compiled
from spec.concrete import View
from spec.kinds import BOOLEAN, INTEGER, Kind
from spec.language import MEMBER, Text, Variant, becomes, list_of, printed, reference
from spec.schema import TableHandle
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, choose, conjunction, literal, parameter, walk
from spec.variants import variant

SCOPE = Scope(2, 2)
READINGS: dict[str, dict[str, str]] = {
    "defaults": {},
    "owners, equal hashes, drawn": {"X01": "equal", "X03": "subsets", "X06": "draw", "X09": "signed", "X15": "owner"},
    "chunks, one subset, verified": {
        "X02": "chunk", "X07": "verified_only", "X08": "single", "X15": "nothing", "X16": "never", "X17": "subset",
    },
}


TEXTS = (*READINGS, "hardened")


@cache
def text(name: str) -> tuple[Protocol, Compiled]:
    """The paper under some readings, or the hardened variant."""
    protocol = variant("hardened").load() if name == "hardened" else variant("paper").load(READINGS[name])
    return protocol, Compiled(protocol)


@cache
def honest_run(name: str) -> tuple[list[Rows], dict[str, Action]]:
    """States along an honest run into the second round, and an action of each step that was taken on the way."""
    protocol, compiled = text(name)
    apart = ("Collect", "UpdateMod", "CompleteTC", "Pay", "Fund", "Tick")
    last = [name for name in ("Fund", "Tick") if name in protocol.transactions]
    order = ["Collect", *(name for name in protocol.transactions if name not in apart), *last]
    steps = Steps(compiled, SCOPE.universe(protocol, spares=False), frozenset(), {name: protocol.transactions[name] for name in order})
    states, taken = [dict(SCOPE.facts())], {}
    while len(states) < 100 and (found := first_useful_step(steps, states[-1])):
        action, changed = found
        taken.setdefault(action[0], action)
        states.append({**states[-1], **changed})
    return states, taken


def random_value(rng: random.Random, kind: Kind, universe: dict[str, list[Any]]) -> Any:
    value = rng.choice(values_of(kind, universe))
    return value if kind in (BOOLEAN, INTEGER) or rng.random() < 0.8 else kind.default


def damaged(rng: random.Random, protocol: Protocol, rows: Rows, universe: dict[str, list[Any]]) -> Rows:
    """The state with some rows dropped, some cells changed and some rows out of nowhere."""
    rows = dict(rows)
    for _ in range(rng.randrange(8)):
        table = rng.choice(list(protocol.schema.tables.values()))
        known = [row for row in rows if row[0] == table.name]
        fresh = table.name, tuple(rng.choice(values_of(kind, universe)) for _, kind in table.key)
        row = rng.choice(known) if known and rng.random() < 0.7 else fresh
        if rng.random() < 0.2:
            rows.pop(row, None)
        else:
            old = rows.get(row, concrete.default_row(table))
            cells = zip(table.cells.values(), old, strict=True)
            rows[row] = tuple(random_value(rng, kind, universe) if rng.random() < 0.4 else before for kind, before in cells)
    return rows


def arguments_for(rng: random.Random, transaction: Transaction, taken: dict[str, Action], universe: dict[str, list[Any]]) -> dict[str, Any]:
    _, known = taken.get(transaction.name.removeprefix("Submit"), ("", {}))
    return {
        name: known[name] if name in known and rng.random() < 0.8 else rng.choice(values_of(kind, universe))
        for name, kind in transaction.parameters.items()
    }


def assert_same_meaning(compiled: Compiled, transaction: Transaction, arguments: dict[str, Any], view: View) -> bool:
    """Both meanings refuse alike, or write, emit and observe alike; returns whether the step was accepted."""
    outcome = concrete.run(transaction, arguments, view)
    assert compiled.run(transaction, arguments, view) == outcome, transaction.name
    assert compiled.observe(transaction, arguments, view) == concrete.observe(transaction, arguments, view), transaction.name
    assert compiled.may_send(transaction, arguments, view) == concrete.may_send(transaction, arguments, view), transaction.name
    for name, condition in {**transaction.honest, **transaction.powers}.items():
        assert compiled.holds(condition, arguments, view) == concrete.evaluate(condition, arguments, view), (transaction.name, name)
    for guard in transaction.guards.values():
        assert compiled.holds(guard.condition, arguments, view) == concrete.evaluate(guard.condition, arguments, view), guard.name
    return outcome.refused is None


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rng=st.randoms(use_true_random=False))
def test_the_compiled_meaning_is_that_of_the_walk(name: str, rng: random.Random) -> None:
    protocol, compiled = text(name)
    states, taken = honest_run(name)
    universe = SCOPE.universe(protocol)
    rows = damaged(rng, protocol, rng.choice(states), universe)
    coalition = frozenset(member for member in universe["Member"] if rng.random() < 0.3)
    view = View(protocol.schema, rows, universe, coalition)
    for transaction in protocol.transactions.values():
        assert_same_meaning(compiled, transaction, arguments_for(rng, transaction, taken, universe), view)


@pytest.mark.parametrize("name", TEXTS)
def test_the_meanings_agree_on_honest_runs_which_are_accepted(name: str) -> None:
    protocol, compiled = text(name)
    states, taken = honest_run(name)
    accepted = set()
    for rows in states:
        view = View(protocol.schema, rows, SCOPE.universe(protocol))
        for step, (_, arguments) in taken.items():
            if assert_same_meaning(compiled, protocol.transactions[step], arguments, view):
                accepted.add(step)
    assert accepted == set(taken) >= {"StartRound", "UpdateTJ", "ApproveTC", "VerifyCI", "JoinCI", "Collect"}


def loops() -> Protocol:
    """A text with what the paper does not use: an event in a loop, a condition on a write, a choice."""
    item, shelf = TableHandle("Item"), TableHandle("Shelf")
    text = Text("loops", "loops", roles=("Owner",))
    text.sort("Item")
    text.table("Item", "item", "L1", {"owner": printed(MEMBER, 1), "weight": printed(INTEGER, 2)})
    text.table("Shelf", "shelf", "L2", {"items": printed(list_of(reference("Item")), 1), "heaviest": printed(INTEGER, 2)})

    @text.transaction(caller="Owner", cites="L1")
    def weigh(tx: Any, at: shelf) -> None:
        """Announce every heavy item of a shelf; the last one survives."""

        def each(position: Any, thing: Any) -> None:
            tx.event("Heavy", thing, when=thing.weight > position)
            tx.effect("lighten", becomes(thing.weight, thing.weight - position).when(thing.owner == tx.caller))

        tx.for_each(at.items.where(lambda thing: thing.exists), each)
        tx.effect("top", becomes(at.heaviest, choose(at.items.length > 1, at.heaviest + 1, 0)))
        tx.effect("keep", *at.items.becomes(at.items.where(lambda position, thing: thing.weight * 2 >= position % 2)))

    assert item.name == "Item"
    return Variant("loops", "loops", text).load()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.sampled_from(["me", "you"])), max_size=4), st.integers(0, 4))
def test_the_meanings_agree_on_events_in_loops(items: list[tuple[str, int, str]], length: int) -> None:
    protocol = loops()
    rows: Rows = {("Shelf", ("s",)): (length, 7)}
    for position, (name, weight, owner) in enumerate(items):
        rows["Shelf.items", ("s", position)] = (name,)
        rows["Item", (name,)] = (owner, weight)
    view = View(protocol.schema, rows, {"Item": list("abc"), "Shelf": ["s"], "Member": ["me", "you"]})
    transaction, arguments = protocol.transaction("Weigh"), {"caller": "me", "at": "s"}
    assert assert_same_meaning(Compiled(protocol), transaction, arguments, view)
    heavy = [n for i, (n, _, _) in enumerate(items[:length]) if rows["Item", (n,)][1] > i]
    event = concrete.run(transaction, arguments, view).event
    assert event == (("Heavy", (heavy[-1],)) if heavy else None)


# --- equal texts give equal trees ---


def trees(protocol: Protocol) -> list[Expression]:
    found = []
    for transaction in protocol.transactions.values():
        found += [guard.condition for guard in transaction.guards.values()]
        found += [*transaction.honest.values(), *transaction.powers.values()]
        for write in (*transaction.writes, *transaction.observed):
            found += [*write.keys, write.value, write.condition, *(e for b in write.binders for e in (b.domain, b.variable, b.condition))]
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_traced_twice_gives_the_same_nodes(name: str) -> None:
    first, second = (trees(text.__wrapped__(name)[0]) for _ in range(2))
    assert [id(tree) for tree in first] == [id(tree) for tree in second]


RECIPES = st.recursive(
    st.one_of(st.integers(-2, 2), st.sampled_from(["x", "y"])),
    lambda inner: st.tuples(st.sampled_from(["+", "-", "*", "%", "if"]), inner, inner),
    max_leaves=12,
)


def cooked(recipe: Any) -> Expression:
    """The expression that a recipe describes, built anew."""
    if isinstance(recipe, int):
        return literal(recipe, INTEGER)
    if isinstance(recipe, str):
        return parameter(recipe, INTEGER)
    sign, left, right = recipe[0], cooked(recipe[1]), cooked(recipe[2])
    if sign == "if":
        return choose(conjunction(left < right, left == right), left, right)
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * 3, "%": lambda: right % 2}[sign]()


@given(RECIPES, RECIPES)
def test_equal_structure_is_one_node(first: Any, second: Any) -> None:
    assert cooked(first) is cooked(first)
    if cooked(first) is not cooked(second):
        assert repr(cooked(first)) != repr(cooked(second))
    assert len({id(node) for node in walk(cooked(first))}) == len(list(walk(cooked(first))))
