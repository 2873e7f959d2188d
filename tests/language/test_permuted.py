"""Chance that everybody can recompute, and ranges of rows under several key components: one meaning, four times."""

# ruff: noqa: I001 (the names of one module stand together)

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from ledger_runtime.network import Network
from model.enumeration import Rows
from spec import concrete
from spec.compiled import Compiled
from spec.concrete import View
from spec.drawing import entry, permutation
from spec.errors import SpecificationError
from spec.language import (
    BOOLEAN, INTEGER, MEMBER, Term, Text, Variant, becomes, count, drawn_at, every, permuted, printed, reference, some, term,
)  # fmt: skip
from spec.schema import TableHandle
from spec.text import Protocol
from spec.tree import parameter
from tests.equivalence.symbolic import SymbolicStep, fixed

HALL, SEAT = TableHandle("Hall"), TableHandle("Seat")
HALL_REF = reference("Hall")
SEED = Term("seed", (("hall", HALL_REF), ("salt", INTEGER), ("by", MEMBER)))
UNIVERSE = {"Hall": ["hall-1", "hall-2"], "Member": ["ada", "ben"], "Integer": [0, 1, 2], "Text": ["text"]}


@cache
def theatre() -> Protocol:
    text = Text("theatre", "seats and a lottery", roles=("Host",))
    text.sort("Hall")
    text.table("Hall", "hall", "L1", {
        "size": printed(INTEGER, 1), "place": printed(INTEGER, 2), "drawn": printed(INTEGER, 3),
        "full": printed(BOOLEAN, 4), "dear": printed(BOOLEAN, 5), "alike": printed(BOOLEAN, 6)})  # fmt: skip
    text.table("Seat", "seat", "L2", {"taken": printed(BOOLEAN, 1), "price": printed(INTEGER, 2)},
               key={"hall": HALL_REF, "row": INTEGER, "guest": MEMBER})  # fmt: skip

    @text.transaction(caller="Host", cites="L1")
    def build(tx: Any, hall: HALL, size: INTEGER, place: INTEGER) -> None:
        """A host builds a hall."""
        tx.effect("build", HALL[hall].put(size=size, place=place))

    @text.transaction(caller="Host", cites="L2")
    def sell(tx: Any, hall: HALL, row: INTEGER, guest: MEMBER, taken: BOOLEAN, price: INTEGER) -> None:
        """A host sells a seat."""
        tx.effect("sell", SEAT[hall, row, guest].put(taken=taken, price=price))

    @text.transaction(caller="Host", cites="L3")
    def draw(tx: Any, hall: HALL, salt: INTEGER) -> None:
        """A host draws the entry at the hall's place; the new place is where the old one comes as an entry."""
        seed = term(SEED, hall=hall, salt=salt, by=tx.caller)
        tx.effect("draw", becomes(hall.drawn, permuted(seed, hall.place, hall.size)),
                  becomes(hall.place, drawn_at(seed, hall.place, hall.size)))  # fmt: skip

    @text.transaction(caller="Host", cites="L4")
    def look(tx: Any, hall: HALL) -> None:
        """A host looks at all seats of a hall, and at those of all halls."""
        rows = SEAT.rows(hall)
        cheaper = every(rows, lambda seat: some(SEAT.rows(hall), lambda other: (other.row == seat.row) & (other.price >= seat.price)))
        tx.effect("look", becomes(hall.full, every(rows, lambda seat: seat.taken)),
                  becomes(hall.dear, some(rows, lambda seat: (seat.price > seat.row) & (seat.guest != tx.caller))),
                  becomes(hall.alike, cheaper & every(SEAT.rows(), lambda seat: seat.price < 3)))  # fmt: skip

    return Variant("theatre", "a theatre", text).load()


@cache
def compiled() -> Compiled:
    return Compiled(theatre())


def outcomes(step: str, rows: Rows, arguments: dict[str, Any]) -> list[concrete.Outcome]:
    view = View(theatre().schema, rows, UNIVERSE)
    transaction = theatre().transaction(step)
    return [concrete.run(transaction, arguments, view), compiled().run(transaction, arguments, view)]


def some_rows(rng: random.Random) -> Rows:
    rows: Rows = {("Hall", (hall,)): (rng.randrange(4), rng.randrange(4), 0, False, False, False) for hall in UNIVERSE["Hall"]}
    for key in itertools.product(UNIVERSE["Hall"], UNIVERSE["Integer"], UNIVERSE["Member"]):
        if rng.random() < 0.3:
            rows["Seat", key] = (rng.random() < 0.8, rng.randrange(4))
    return rows


def on_ledger(step: str, rows: Rows, arguments: dict[str, Any]) -> list[Any]:
    """The rows that the step writes on a ledger which holds the given rows, compiled and walked."""
    found = []
    for reference_walk in (False, True):
        network = Network(theatre(), compiled=compiled(), reference=reference_walk)
        for (table, key), row in rows.items():
            if table == "Hall":
                given = {"hall": key[0], "size": row[0], "place": row[1]}
                assert network.invoke("Build", {"caller": "ada", **given}).code == "VALID"
            else:
                given = {"hall": key[0], "row": key[1], "guest": key[2], "taken": row[0], "price": row[1]}
                assert network.invoke("Sell", {"caller": "ada", **given}).code == "VALID"
        assert network.invoke(step, arguments).code == "VALID"
        found.append(network.row("Hall", arguments["hall"]))
    return found


@cache
def symbolic(step: str) -> SymbolicStep:
    return SymbolicStep(theatre(), UNIVERSE, step, {})


@pytest.fixture(scope="module", autouse=True)
def solvers_end_with_the_tests() -> Iterator[None]:
    """They hold memory that Python cannot free any more when it ends."""
    yield
    symbolic.cache_clear()


def finitely(step: str, rows: Rows, arguments: dict[str, Any]) -> dict[str, Any]:
    """The cells of the hall after the step, in the finite meaning of free arguments in a free state that are then fixed."""
    found = symbolic(step)
    kinds = found.transaction.parameters
    assumptions = [literal for name, value in arguments.items() for literal in fixed(kinds[name], found.arguments[name], value)]
    found.solve(found.taken, *assumptions, *found.before.fixed_to(rows))
    cells = theatre().schema.table("Hall").cells
    known = {name: found.cells.get(("Hall", name, (arguments["hall"],))) for name in cells}
    return {name: found.value(cells[name], symbol) for name, symbol in known.items() if symbol is not None}


def written(outcome: concrete.Outcome, hall: str) -> dict[str, Any]:
    return dict(zip(theatre().schema.table("Hall").cells, outcome.writes["Hall", (hall,)], strict=True))


@pytest.mark.parametrize("step", ["Draw", "Look"])
@pytest.mark.parametrize("seed", range(30))
def test_the_walk_the_compiled_code_and_the_circuit_agree(step: str, seed: int) -> None:
    rng = random.Random(f"{step} {seed}")
    rows, arguments = some_rows(rng), {"caller": rng.choice(["ada", "ben"]), "hall": rng.choice(UNIVERSE["Hall"])}
    if step == "Draw":
        arguments["salt"] = rng.choice(UNIVERSE["Integer"])
    walked, generated = outcomes(step, rows, arguments)
    assert walked == generated and walked.refused is None
    after = written(walked, arguments["hall"])
    circuit = finitely(step, rows, arguments)
    assert circuit and circuit == {name: after[name] for name in circuit}


@pytest.mark.parametrize("step", ["Draw", "Look"])
@pytest.mark.parametrize("seed", range(4))
def test_the_ledger_agrees_with_the_walk(step: str, seed: int) -> None:
    rng = random.Random(f"{step} {seed}")
    rows, arguments = some_rows(rng), {"caller": "ada", "hall": "hall-1"} | ({"salt": seed} if step == "Draw" else {})
    walked, _ = outcomes(step, rows, arguments)
    assert on_ledger(step, rows, arguments) == [written(walked, "hall-1")] * 2


def test_looking_gives_every_answer() -> None:
    arguments = {"caller": "ada", "hall": "hall-1"}
    found = (outcomes("Look", some_rows(random.Random(seed)), arguments)[0] for seed in range(60))
    answers = {tuple(written(outcome, "hall-1").values())[3:] for outcome in found}
    assert all({answer[place] for answer in answers} == {True, False} for place in range(3))


def test_the_ranges_that_a_nested_loop_reads() -> None:
    read: list[tuple[str, tuple[Any, ...]]] = []
    rows = {**some_rows(random.Random(0)), ("Seat", ("hall-1", 1, "ada")): (True, 0), ("Seat", ("hall-1", 1, "ben")): (True, 0)}
    rows = {key: row for key, row in rows.items() if key[1][1:2] != (0,) and key[1][1:2] != (2,)}
    view = View(theatre().schema, rows, UNIVERSE, on_range=lambda table, prefix: read.append((table, prefix)))
    concrete.evaluate(theatre().transaction("Look").effects["look"][0].value, {"caller": "ada", "hall": "hall-1"}, view)
    assert read == [("Seat", ("hall-1",)), ("Seat", ("hall-1", 1))]
    assert view.last_keys("Seat", ("hall-1",)) == [1], "each row number once, though two guests sit in it"


# --- the permutation ---


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 64, 257])
def test_it_is_a_permutation(size: int) -> None:
    for seed in range(5):
        assert sorted(permutation(size, "s", seed)) == list(range(size))
        assert [entry(position, size, "s", seed) for position in range(size)] == list(permutation(size, "s", seed))


def test_a_position_outside_stays() -> None:
    assert [entry(position, 3, "s") for position in (-1, 3, 7)] == [-1, 3, 7]
    assert entry(0, 0, "s") == 0


def test_it_is_pinned_so_that_everybody_who_recomputes_it_agrees() -> None:
    assert permutation(8, "ds-1", 0, "Share(mo-1)", "Share(do-1)") == (6, 5, 2, 4, 1, 7, 3, 0)


def test_it_depends_on_every_part_of_the_seed() -> None:
    seeds = ("ds-1", 0, "Share(mo-1)", "Share(do-1)")
    others = ("ds-2", 1, "Share(mo-2)", None)
    changed = [(*seeds[:place], other, *seeds[place + 1 :]) for place, other in enumerate(others)] + [seeds[:3], seeds[::-1]]
    assert len({permutation(64, *one) for one in (seeds, *changed)}) == 1 + len(changed)


def test_values_that_print_alike_or_are_equal_in_python_are_different_seeds() -> None:
    drawn = [permutation(64, *one) for one in ((1,), ("1",), (True,), (None,), ("None",), ("a", "b"), ("ab",), ("a,b",))]
    assert len(set(drawn)) == len(drawn)
    assert [permutation(64, *one) for one in ((True,), (1,))] == [drawn[2], drawn[0]], "in any order"


@pytest.mark.parametrize("size", [2, 3, 4])
def test_every_order_is_as_likely(size: int) -> None:
    """Chi-square over all orders of a small size, with fixed seeds: the 99.9 % point is exceeded once in a thousand sets of seeds."""
    orders, draws = math.factorial(size), 6000
    seen = Counter(permutation(size, "fair", seed) for seed in range(draws))
    expected = draws / orders
    statistic = sum((seen[order] - expected) ** 2 / expected for order in itertools.permutations(range(size)))
    assert statistic < {2: 10.83, 3: 20.52, 4: 49.73}[size]


@pytest.mark.parametrize("size", [5, 6, 7, 16])
def test_every_entry_is_as_likely_at_every_position(size: int) -> None:
    draws = 6000
    seen = Counter((position, value) for seed in range(draws) for position, value in enumerate(permutation(size, "fair", seed)))
    expected = draws / size
    table = sum((seen[cell] - expected) ** 2 / expected for cell in itertools.product(range(size), repeat=2))
    statistic, freedom = table * (size - 1) / size, (size - 1) ** 2
    assert statistic < freedom + 3.1 * math.sqrt(2 * freedom) + 6


# --- what is refused ---


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (lambda: parameter("seed", SEED), "a permutation is drawn from a term"),
        (lambda: 7, "a permutation is drawn from a term"),
        (lambda: parameter("salt", INTEGER), "a permutation is drawn from a term"),
        (lambda: term(Term("outer", (("inner", SEED),)), inner=parameter("seed", SEED)), "of plain values"),
        (lambda: term(Term("truth", (("holds", BOOLEAN),)), holds=True), "of plain values"),
    ],
    ids=["argument", "number", "plain value", "term in a term", "truth value"],
)
def test_a_permutation_is_drawn_from_what_everybody_knows(key: Any, said: str) -> None:
    with pytest.raises(SpecificationError, match=r"^test_permuted\.py:\d+: ") as found:
        permuted(key(), 0, 1)
    assert said in str(found.value)


def test_a_position_is_a_number() -> None:
    seed = term(SEED, hall=parameter("hall", HALL_REF), salt=1, by=parameter("caller", MEMBER))
    with pytest.raises(SpecificationError, match=r"stands where a value of kind Integer is expected"):
        permuted(seed, "first", 1)


def counts(tx: Any, hall: HALL) -> None:
    """A host counts."""
    tx.effect("count", becomes(hall.drawn, count(SEAT.rows(hall), lambda seat: seat.taken)))


def loops(tx: Any, hall: HALL) -> None:
    """A host loops."""
    tx.for_each(SEAT.rows(hall), lambda seat: tx.effect("take", becomes(seat.taken, True)))


@pytest.mark.parametrize("body", [counts, loops])
def test_only_every_and_some_run_over_several_components(body: Any) -> None:
    text = Text("theatre", "seats", roles=("Host",))
    text.sort("Hall")
    text.table("Hall", "hall", "L1", {"drawn": printed(INTEGER, 1)})
    text.table("Seat", "seat", "L2", {"taken": printed(BOOLEAN, 1)}, key={"hall": HALL_REF, "row": INTEGER, "guest": MEMBER})
    text.transaction(caller="Host", cites="L1")(body)
    said = r"^test_permuted\.py:\d+: rows of Seat need all key components but the last, outside every"
    with pytest.raises(SpecificationError, match=said):
        text.load()
