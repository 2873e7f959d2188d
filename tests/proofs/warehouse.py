"""A small protocol that uses every part of the language, with statements that are true, and false ones that look like them."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from model.scope import values_of
from spec.concrete import Row, RowId, View
from spec.kinds import BOOLEAN, INTEGER, MEMBER, Enumeration, Kind, ListOf, Term, list_of
from spec.language import becomes, count, deviating, every, image, implies, in_run, permuted, printed, reference, some, term, total
from spec.schema import using
from spec.text import Protocol, Text
from spec.tree import Expression, boolean, choose

text = Text("warehouse", "a warehouse", roles=("Keeper",))
STATE = Enumeration("State", ("OPEN", "SHUT"))
for name in ("Box", "Store"):
    text.sort(name)
LABEL = text.sort("Label", image_of="Box", besides=("blank",))
STAMP = Term("stamp", (("label", LABEL), ("turn", INTEGER)))
SEED = Term("seed", (("store", reference("Store")),))
BOX = text.table("Box", "", "", {"store": printed(reference("Store"), 1), "state": printed(STATE, 1), "weight": printed(INTEGER, 1),
                                 "stamp": printed(STAMP, 1), "label": printed(LABEL, 1)})  # fmt: skip
STORE = text.table("Store", "", "", {
    **{name: printed(INTEGER, 1) for name in ("shut", "weight", "first", "second", "even")}, "sealed": printed(BOOLEAN, 1),
    **{name: printed(list_of(reference("Box")), 1) for name in ("boxes", "heavy")},
})  # fmt: skip
VISIT = text.table("Visit", "", "", {"seen": printed(BOOLEAN, 1)}, key={"member": MEMBER, "box": reference("Box"), "turn": INTEGER})
TRUSTED = text.table("Trusted", "", "", {"yes": printed(BOOLEAN, 1)}, key={"member": MEMBER}, category="rigid")


@text.transaction(caller="Keeper", cites="1")
def add_store(tx: Any, store: STORE) -> None:  # type: ignore[valid-type]
    """A new store."""
    tx.require("new", ~store.exists, cites="1")  # type: ignore[attr-defined]
    tx.effect("put", STORE[store].put(even=2))


@text.transaction(caller="Keeper", cites="1")
def add_box(tx: Any, box: BOX, store: STORE, weight: INTEGER) -> None:  # type: ignore[valid-type]
    """A new box."""
    tx.require("new", ~box.exists, cites="1")  # type: ignore[attr-defined]
    tx.require("known", store.exists & ~store.sealed, cites="1")  # type: ignore[attr-defined]
    tx.require("weighs", weight >= 0, cites="1")
    tx.effect("put", BOX[box].put(store=store, state="OPEN", weight=weight))
    tx.effect("weigh", becomes(store.weight, store.weight + weight))  # type: ignore[attr-defined]
    tx.effect("list", store.boxes.append(box))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def shut(tx: Any, box: BOX) -> None:  # type: ignore[valid-type]
    """A box is shut and counted."""
    tx.require("open", box.state == "OPEN", cites="1")  # type: ignore[attr-defined]
    tx.effect("shut", becomes(box.state, "SHUT"), becomes(box.store.shut, box.store.shut + 1))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def shut_all(tx: Any, store: STORE) -> None:  # type: ignore[valid-type]
    """All listed boxes are shut, one after another."""
    tx.scan("Box")
    tx.require("known", store.exists, cites="1")  # type: ignore[attr-defined]
    tx.for_each(store.boxes, lambda box: tx.effect("shut", becomes(box.state, "SHUT")))  # type: ignore[attr-defined]
    listed = count(BOX, lambda box: (box.store == store) & ((box.state == "SHUT") | some(store.boxes, lambda other: other == box)))  # type: ignore[attr-defined]
    tx.effect("seal", becomes(store.sealed, True), becomes(store.shut, listed))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def sort_out(tx: Any, store: STORE) -> None:  # type: ignore[valid-type]
    """The list of heavy boxes is made anew; the boxes of a store get a blank label."""
    tx.scan("Box")
    tx.require("known", store.exists, cites="1")  # type: ignore[attr-defined]
    tx.effect("heavy", store.heavy.becomes(store.boxes.where(lambda box: box.weight > 2)))  # type: ignore[attr-defined]
    tx.for_each(BOX, lambda box: tx.effect("label", becomes(box.label, "blank").when(box.store == store)))


@text.transaction(caller="Keeper", cites="1")
def change(tx: Any, store: STORE, amount: INTEGER) -> None:  # type: ignore[valid-type]
    """One goes up, the other goes down."""
    tx.effect("change", becomes(store.first, store.first + amount), becomes(store.second, store.second - amount))  # type: ignore[attr-defined]
    tx.effect("count", becomes(store.even, choose(amount < 0, store.even + 4, store.even + 2)))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def swap(tx: Any, store: STORE) -> None:  # type: ignore[valid-type]
    """Both at once."""
    tx.require("known", store.exists, cites="1")  # type: ignore[attr-defined]
    tx.effect("swap", becomes(store.first, store.second), becomes(store.second, store.first))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def mark(tx: Any, one: BOX, other: BOX) -> None:  # type: ignore[valid-type]
    """Two boxes, which may be one, get marks; the later mark stays."""
    tx.require("known", one.exists & other.exists, cites="1")  # type: ignore[attr-defined]
    tx.effect("one", becomes(one.label, "blank"))  # type: ignore[attr-defined]
    tx.effect("other", becomes(other.label, None))  # type: ignore[attr-defined]


@text.transaction(caller="Keeper", cites="1")
def visit(tx: Any, box: BOX, turn: INTEGER) -> None:  # type: ignore[valid-type]
    """A member looks at a box."""
    tx.effect("visit", becomes(VISIT[tx.caller, box, turn].seen, True))


@text.honest("Visit")
def visits_later(tx: Any, box: Any, turn: Any) -> Any:
    return (turn > 0) & TRUSTED[tx.caller].yes


@text.transaction(caller="Keeper", cites="1")
def stamp(tx: Any, box: BOX, turn: INTEGER, label: LABEL) -> None:  # type: ignore[valid-type]
    """A box gets its own stamp, and any label."""
    tx.require("known", box.exists, cites="1")  # type: ignore[attr-defined]
    tx.effect("stamp", becomes(box.stamp, term(STAMP, label=choose(box.exists, label, None), turn=turn)))  # type: ignore[attr-defined]
    tx.effect("label", becomes(box.label, label))  # type: ignore[attr-defined]


@text.honest("Stamp")
def own_label(tx: Any, box: Any, turn: Any, label: Any) -> Any:
    return label == image(LABEL, box)


@text.power("Stamp")
def any_label_but_others(tx: Any, box: Any, turn: Any, label: Any) -> Any:
    return (label == "blank") | (label == image(LABEL, box))


def of(store: Any, *also: Any) -> Any:
    return lambda box: (box.store == store) & (also[0](box) if also else True)


def kept() -> dict[str, Any]:
    """Statements that are invariant together."""
    return {
        "boxes are somewhere": every(BOX, lambda box: (box.store != None) & box.store.exists),
        "counted": every(STORE, lambda store: store.shut == count(BOX, of(store, lambda box: box.state == "SHUT"))),
        "weighed": every(STORE, lambda store: store.weight == total(BOX, lambda box: choose(box.store == store, box.weight, 0))),
        "light": every(BOX, lambda box: box.weight >= 0),
        "listed": every(STORE, lambda store: every(store.boxes, lambda box: box.exists & (box.store == store))),
        "long": every(STORE, lambda store: store.boxes.length >= 0),
        "sealed": every(STORE, lambda store: implies(store.sealed, every(store.boxes, lambda box: box.state == "SHUT"))),
        "balanced": every(STORE, lambda store: store.first + store.second == 0),
        "even": every(STORE, lambda store: (store.even % 2 == 0) & (store.even >= 2)),
        "visits": every(VISIT.rows(), lambda row: implies(~deviating(row.member), (row.turn > 0) & TRUSTED[row.member].yes)),
        "stamps": every(BOX, lambda box: implies((box.stamp != None) & (box.stamp.label != None) & (box.stamp.label != "blank"),
                                                 box.stamp.label == image(LABEL, box))),
    }  # fmt: skip


def follows() -> dict[str, Any]:
    """Statements that follow from these, in one state or in two."""
    def draw(store: Any, position: Any) -> Any:
        return permuted(term(SEED, store=store), position, 5)

    return {
        "not negative": every(STORE, lambda store: (store.shut >= 0) & (store.weight >= 0)),
        "some are shut": every(STORE, lambda store: implies(store.shut > 0, some(BOX, lambda box: box.state == "SHUT"))),
        "shut counts": every(BOX, lambda box: implies(box.state == "SHUT", box.store.shut >= 1)),
        "own stamps": every(BOX, lambda one: every(BOX, lambda other: implies(
            (one.stamp == other.stamp) & (one.stamp != None) & (one.stamp.label != None) & (one.stamp.label != "blank"), one == other))),
        "parts": every(STORE, lambda store: count(BOX, of(store)) == count(BOX, of(store, lambda box: box.state == "SHUT"))
                       + count(BOX, of(store, lambda box: box.state != "SHUT"))),
        "at most all": every(STORE, lambda store: count(store.boxes, lambda box: box.state == "SHUT") <= store.boxes.length),
        "draws differ": every(STORE, lambda store: implies(
            draw(store, store.first) == draw(store, store.second), store.first == store.second)),
        "draws fit": every(STORE, lambda store: implies((store.first >= 0) & (store.first < 5), draw(store, store.first) < 5)),
        "facts stay": every(TRUSTED, lambda row: in_run(0, row.yes) == in_run(1, row.yes)),
    }  # fmt: skip


def wrong() -> dict[str, Any]:
    """Statements that some step breaks, however much is assumed before it."""
    return {
        "nothing shut": every(BOX, lambda box: box.state != "SHUT"),
        "counts boxes": every(STORE, lambda store: store.shut == count(BOX, of(store))),
        "weight counts": every(STORE, lambda store: store.weight == count(BOX, of(store))),
        "all visits": every(VISIT.rows(), lambda row: row.turn > 0),
        "one visit": every(VISIT.rows(), lambda one: every(VISIT.rows(), lambda two: one.turn == two.turn)),
        "first": every(STORE, lambda store: store.first == 0),
        "one box": every(BOX, lambda one: every(BOX, lambda other: one == other)),
        "short": every(STORE, lambda store: store.boxes.length <= 1),
        "four": every(STORE, lambda store: store.even % 4 == 2),
        "no stamps": every(BOX, lambda box: box.stamp.turn != 3),
        "labels": every(BOX, lambda box: box.label != image(LABEL, box)),
        "no light ones": every(STORE, lambda store: every(store.heavy, lambda box: box.weight > 5)),
    }


def unfounded() -> dict[str, Any]:
    """Statements that do not follow, in one state or in two."""
    def draw(store: Any, position: Any) -> Any:
        return permuted(term(SEED, store=store), position, 5)

    return {
        "positive": every(STORE, lambda store: store.shut > 0),
        "all shut": every(STORE, lambda store: implies(store.shut > 0, every(BOX, lambda box: box.state == "SHUT"))),
        "weights count": every(STORE, lambda store: store.weight >= count(BOX, of(store))),
        "same boxes": every(BOX, lambda box: in_run(0, box.weight) == in_run(1, box.weight)),
        "half": every(STORE, lambda store: count(BOX, of(store)) <= count(BOX, of(store, lambda box: box.state == "SHUT"))),
        "full list": every(STORE, lambda store: count(store.boxes, lambda box: box.state == "SHUT") == store.boxes.length),
        "draws agree": every(STORE, lambda one: every(STORE, lambda two: draw(one, 1) == draw(two, 1))),
        "some box": some(BOX, lambda box: box.exists),
        "own label": every(BOX, lambda one: every(BOX, lambda other: implies(image(LABEL, one) == other.label, one == other))),
        "same stamps": every(BOX, lambda one: every(BOX, lambda other: one.stamp == other.stamp)),
        "turns": every(BOX, lambda box: box.stamp.turn != 0),
        "labelled": every(STORE, lambda store: image(LABEL, store.boxes.at(store.first)) != None),
        "nobody": every(VISIT.rows(), lambda row: deviating(row.member)),
    }  # fmt: skip


@cache
def loaded() -> Protocol:
    return text.load()


@cache
def statements(group: Any) -> dict[str, Expression]:
    with using(loaded().schema):
        return {name: boolean(condition) for name, condition in group().items()}


# --- states ---

UNIVERSE: dict[str, list[Any]] = {"Member": ["ann", "bob"], "Text": ["text"], "Box": ["b1", "b2", "b3"], "Store": ["s1", "s2"],
                                  "Label": ["Label(b1)", "Label(b2)", "Label(b3)", "blank"], "Integer": [-1, 0, 1, 2, 3]}  # fmt: skip


def any_value(rng: random.Random, kind: Kind) -> Any:
    if rng.random() < 0.15:
        return kind.default
    if isinstance(kind, Term):
        parts = tuple(None if rng.random() < 0.2 else any_value(rng, part) for _, part in kind.parts)
        return None if all(part is None for part in parts) else parts
    return rng.choice(values_of(kind, UNIVERSE))


def any_state(rng: random.Random, chance: float = 0.0) -> View:
    """Rows at random, absent ones too; lists as long as they say."""
    rows: dict[RowId, Row] = {}
    tables = loaded().schema.tables
    likely = chance or rng.choice((0.1, 0.5, 0.9))
    for name in ("Box", "Store", "Visit", "Trusted"):
        table = tables[name]
        for key in all_keys([kind for _, kind in table.key]):
            if rng.random() < (likely if name != "Visit" else likely / 8):
                cells = {cell: any_value(rng, kind) for cell, kind in table.cells.items()}
                for list_name, field in table.fields.items():
                    if isinstance(field.kind, ListOf):
                        cells[f"{list_name}_length"] = length = rng.randrange(4)
                        items = [rng.choice(UNIVERSE["Box"]) for _ in range(length)]
                        rows.update({(f"{name}.{list_name}", (*key, position)): (item,) for position, item in enumerate(items)})
                rows[name, key] = tuple(cells.values())
    return View(loaded().schema, rows, UNIVERSE, frozenset(m for m in UNIVERSE["Member"] if rng.random() < 0.5))


def all_keys(kinds: list[Kind]) -> list[tuple[Any, ...]]:
    if not kinds:
        return [()]
    values = [0, 1, 2] if kinds[0] is INTEGER else UNIVERSE[kinds[0].sort]
    return [(value, *rest) for value in values for rest in all_keys(kinds[1:])]
