"""Every mistake in a text is refused when the text is loaded: at its file and line, with the value and the choices."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spec.errors import SpecificationError
from spec.language import (
    BOOLEAN,
    INTEGER,
    MEMBER,
    Enumeration,
    Term,
    Text,
    Variant,
    becomes,
    deviating,
    every,
    image,
    list_of,
    printed,
    reconstructed,
    reference,
    some,
)
from spec.schema import TableHandle

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()
STATUS = Enumeration("Status", ("OPEN", "SOLD"))
ITEM_REF, OWNER_REF = reference("Item"), reference("Owner", MEMBER)
ITEM, OWNER, PAIR, NOTE, BOARD, FACT = map(TableHandle, ("Item", "Owner", "Pair", "Note", "Board", "Fact"))


def stall() -> Text:
    """A small text: items and owners on the ledger, notes, a board and facts off it."""
    text = Text("stall", "a small market", roles=("Owner",))
    secret = Term("secret", (("item", text.sort("Item")), ("by", MEMBER)))
    text.sort("Mark", image_of="Member")
    text.table("Item", "item for sale", "L1", {
        "owner": printed(OWNER_REF, 1), "status": printed(STATUS, 2), "price": printed(INTEGER, 3), "parts": printed(list_of(ITEM_REF), 4),
        "seal": printed(secret, 5), "sold_once": printed(BOOLEAN, 6)})  # fmt: skip
    text.table("Owner", "owner", "L2", {"items": printed(INTEGER, 1)}, key={"id": MEMBER})
    text.table("Pair", "pair", "L3", {"weight": printed(INTEGER, 1)}, key={"item": ITEM_REF, "owner": OWNER_REF})
    text.table("Note", "note", "L4", {"seen": printed(BOOLEAN, 1)}, key={"party": MEMBER, "item": ITEM_REF}, category="memory")
    text.table("Board", "board", "L5", {"posted": printed(BOOLEAN, 1, True), "price": printed(INTEGER, 2, True)},
               key={"item": ITEM_REF}, category="public")  # fmt: skip
    text.table("Fact", "fact", "L6", {"holds": printed(BOOLEAN, 1)}, key={"party": MEMBER}, category="rigid")
    return text


def load(text: Text) -> Any:
    return Variant("stall", "a small market", text).load()


def chaincode(body: Callable[..., None], text: Text | None = None) -> Callable[[], Any]:
    """Loads the small text with one more transaction."""

    def loading() -> Any:
        declared = text or stall()
        declared.transaction(caller="Owner", cites="L1")(body)
        return load(declared)

    return loading


def assert_refused(action: Callable[[], Any], *words: str) -> None:
    """Refused at a line of this file that is marked as the mistake, in these words."""
    with pytest.raises(SpecificationError) as found:
        action()
    place, _, message = str(found.value).partition(": ")
    file, _, line = place.partition(":")
    assert file == Path(__file__).name, str(found.value)
    assert LINES[int(line) - 1].endswith("# mistake"), f"{found.value}\nat: {LINES[int(line) - 1]}"
    assert [word for word in words if word not in message] == [], message


def accepted(tx: Any, item: ITEM) -> None:
    """A transaction without a mistake."""
    tx.require("open", item.status == "OPEN", cites="L1")
    tx.effect("sell", becomes(item.status, "SOLD"))


def test_a_text_without_mistakes_is_loaded() -> None:
    assert list(chaincode(accepted)().transaction("Accepted").guards) == ["open"]


# --- values ---


def test_an_unknown_field() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.colour == "OPEN", cites="L1")  # mistake

    assert_refused(chaincode(body), "Item has no field 'colour'", "choices: owner, parts, price, seal, sold_once, status")


def test_an_unknown_field_in_a_row_that_is_put() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("e", ITEM[item].put(colour=1))  # mistake

    assert_refused(chaincode(body), "Item has no field 'colour'", "choices: owner, parts")


def test_a_field_of_what_is_no_reference() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.price.owner == tx.caller, cites="L1")  # mistake

    assert_refused(chaincode(body), "kind Integer has no field 'owner'")


def test_an_unknown_table() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", TableHandle("Shop")[item].exists, cites="L1")  # mistake

    assert_refused(chaincode(body), "no table 'Shop'", "choices: Board, Fact, Item")


def test_an_unknown_part_of_a_term() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.seal.colour == tx.caller, cites="L1")  # mistake

    assert_refused(chaincode(body), "no part 'colour'", "choices: by, item")


def test_the_truth_of_a_term() -> None:
    def body(tx: Any, item: ITEM) -> None:
        if item.status == "OPEN":  # mistake
            tx.effect("e", becomes(item.price, 1))

    assert_refused(chaincode(body), "Item[item].status == OPEN has no truth value", "every, some, count")


def test_the_truth_of_a_row() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", OWNER[tx.caller] and item.exists, cites="L1")  # mistake

    assert_refused(chaincode(body), "a row of Owner has no truth value", ".exists")


@pytest.mark.parametrize("use", [list, bool, len])
def test_a_list_taken_as_a_python_list(use: Callable[[Any], Any]) -> None:
    def body(tx: Any, item: ITEM) -> None:
        use(item.parts)  # mistake

    assert_refused(chaincode(body), "Item.parts has no entries while it is traced", "for_each")


def test_kinds_that_do_not_fit() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.status == item.owner, cites="L1")  # mistake

    assert_refused(chaincode(body), "Item[item].owner", "reference to Owner", "stands where Status is expected")


def test_a_value_of_the_wrong_kind() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("e", becomes(item.price, "cheap"))  # mistake

    assert_refused(chaincode(body), "'cheap' stands where a value of kind Integer is expected")


def test_an_unknown_value_of_an_enumeration() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.status == "LOST", cites="L1")  # mistake

    assert_refused(chaincode(body), "'LOST' is no Status", "choices: OPEN, SOLD")


def test_a_guard_that_is_no_condition() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", item.price + 1, cites="L1")  # mistake

    assert_refused(chaincode(body), "Item[item].price + 1", "stands where Boolean is expected")


@pytest.mark.parametrize("keys", [1, 3])
def test_a_wrong_number_of_keys(keys: int) -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", PAIR[(item, tx.caller, tx.caller)[:keys]].exists, cites="L1")  # mistake

    assert_refused(chaincode(body), "Pair is keyed by (item, owner)", f"{keys} given")


def test_a_key_of_another_sort() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", PAIR[item, item].exists, cites="L1")  # mistake

    assert_refused(chaincode(body), "item, a value of kind reference to Item, stands where reference to Owner is expected")


def test_named_keys_of_which_one_is_missing() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", PAIR.named(item=item).exists, cites="L1")  # mistake

    assert_refused(chaincode(body), "Pair is keyed by 'owner' too", "item")


def test_a_parameter_of_no_kind() -> None:
    text = stall()

    @text.transaction(caller="Owner", cites="L1")  # mistake
    def body(tx: Any, item: PAIR) -> None:
        tx.effect("e", becomes(OWNER[tx.caller].items, 1))

    assert_refused(lambda: load(text), "a table with one key component")


# --- clauses ---


def test_two_guards_of_one_name() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("open", item.exists, cites="L1")
        tx.require("open", item.status == "OPEN", cites="L1")  # mistake

    assert_refused(chaincode(body), "Body has two guards named 'open'")


def test_two_effects_of_one_name() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("sell", becomes(item.status, "SOLD"))
        tx.effect("sell", becomes(item.price, 0))  # mistake

    assert_refused(chaincode(body), "Body has two clauses named 'sell'")


def test_two_events_of_one_name() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.event("Sold", item)
        tx.event("Sold", item, when=item.exists)  # mistake

    assert_refused(chaincode(body), "Body has two events named 'Sold'")


def test_an_effect_that_writes_nothing() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("sell")  # mistake

    assert_refused(chaincode(body), "effect 'sell' writes nothing")


def test_a_write_to_what_is_no_field() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("sell", becomes(item.price + 1, 2))  # mistake

    assert_refused(chaincode(body), "only a field can be written, not 'add'")


@pytest.mark.parametrize("given", [{}, {"cites": "L1", "because": "both"}])
def test_a_guard_without_its_line_or_reason(given: dict[str, str]) -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("open", item.exists, **given)  # mistake

    assert_refused(chaincode(body), "guard 'open' needs either the line that prints it or the reason")


def test_a_transaction_without_its_line_or_reason() -> None:
    assert_refused(lambda: stall().transaction(caller="Owner"), "either the line that prints it")  # mistake


def test_a_guard_in_a_loop() -> None:
    def body(tx: Any, item: ITEM) -> None:
        def each(part: Any) -> None:
            tx.require("open", part.status == "OPEN", cites="L1")  # mistake

        tx.for_each(item.parts, each)

    assert_refused(chaincode(body), "guard 'open' stands inside a loop", "every(...) or some(...)")


def test_two_steps_of_one_name() -> None:
    text = stall()
    text.transaction(caller="Owner", cites="L1")(accepted)
    assert_refused(lambda: text.transaction(caller="Owner", cites="L1")(accepted), "two steps named 'Accepted'")  # mistake


def test_a_condition_of_an_unknown_step() -> None:
    assert_refused(lambda: chaincode(accepted)() and stall().honest("Accept"), "no step 'Accept'", "choices")  # mistake


# --- what chaincode cannot do ---


def test_chaincode_that_reads_off_the_ledger() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("noted", NOTE[tx.caller, item].seen, cites="L1")  # mistake

    assert_refused(chaincode(body), "Body (noted) reads Note, which is off the ledger")


def test_chaincode_that_writes_what_is_read_off_the_ledger() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("sell", becomes(item.sold_once, BOARD[item].posted))  # mistake

    assert_refused(chaincode(body), "Body (sell) reads Board, which is off the ledger")


def test_chaincode_that_opens_a_hash() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("mine", item.seal.by == tx.caller, cites="L1")  # mistake

    assert_refused(chaincode(body), "Body (mine) uses 'part', which no chaincode can")


def test_chaincode_that_knows_the_coalition() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.event("Sold", item, when=deviating(tx.caller))  # mistake

    assert_refused(chaincode(body), "Body (Sold) uses 'deviating', which no chaincode can")


def test_chaincode_that_draws_an_image() -> None:
    text = stall()

    def body(tx: Any, item: ITEM) -> None:
        tx.require("g", image(text.sorts["Mark"], tx.caller) == image(text.sorts["Mark"], item.owner), cites="L1")  # mistake

    assert_refused(chaincode(body, text), "uses 'image'")


def test_a_scan_of_a_whole_table() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.require("first", ~some(OWNER, lambda owner: owner.items > 0), cites="L1")  # mistake

    assert_refused(chaincode(body), "Body (first) scans all of Member", "scan(...)")


def test_a_declared_scan_is_accepted() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.scan("Owner")
        tx.require("first", ~some(OWNER, lambda owner: owner.items > 0), cites="L1")

    assert chaincode(body)().transaction("Body").declared_scans == {"Member"}


def test_a_declared_scan_of_an_unknown_table() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.scan("Shop")  # mistake

    assert_refused(chaincode(body), "no table 'Shop'", "choices")


def test_an_effect_off_the_ledger() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("note", becomes(NOTE[tx.caller, item].seen, True))  # mistake

    assert_refused(chaincode(body), "Body writes Note in an effect", "observe(...)")


def test_an_effect_of_a_step_off_chain() -> None:
    text = stall()

    @text.off_chain(actor="Owner", cites="L1")
    def body(tx: Any, item: ITEM) -> None:
        tx.effect("sell", becomes(item.status, "SOLD"))  # mistake

    assert_refused(lambda: load(text), "Body writes Item in an effect")


@pytest.mark.parametrize(("table", "category"), [("Item", "asset"), ("Fact", "rigid")])
def test_an_observation_into_what_it_may_not_write(table: str, category: str) -> None:
    def body(tx: Any, item: ITEM) -> None:
        target = item.sold_once if table == "Item" else FACT[tx.caller].holds
        tx.observe("note", becomes(target, True))  # mistake

    assert_refused(chaincode(body), f"Body observes into {table}, which is {category}")


def test_a_computed_value_in_a_monotone_field() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.observe("post", becomes(BOARD[item].price, item.price))  # mistake

    assert_refused(chaincode(body), "Body writes a computed value to the monotone Board.price")


def test_the_default_in_a_monotone_field() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.observe("post", becomes(BOARD[item].posted, False))  # mistake

    assert_refused(chaincode(body), "gives the monotone Board.posted its default False again")


# --- what an honest sender may base a decision on ---


def sold_with(condition: Callable[..., Any]) -> Callable[[], Any]:
    text = stall()
    text.transaction(caller="Owner", cites="L1")(accepted)
    text.honest("Accepted")(condition)
    return lambda: load(text)


@pytest.mark.parametrize(
    "condition",
    [
        lambda tx, item: item.status == "OPEN",
        lambda tx, item: ~NOTE[tx.caller, item].seen,
        lambda tx, item: BOARD[item].posted & OWNER[item.owner].exists,
        lambda tx, item: FACT[item.owner].holds,
        lambda tx, item: (item.price > 0) & (item.parts.length == 0),
    ],
    ids=["read set", "own memory", "monotone and existing", "rigid", "length of a list"],
)
def test_an_honest_sender_may_read(condition: Callable[..., Any]) -> None:
    assert sold_with(condition)().transaction("Accepted").honest


@pytest.mark.parametrize(
    ("condition", "table"),
    [
        (lambda tx, item: OWNER[tx.caller].items == 0, "Owner"),  # mistake
        (lambda tx, item: NOTE[item.owner, item].seen, "Note"),  # mistake
        (lambda tx, item: ~BOARD[item].posted, "Board"),  # mistake
        (lambda tx, item: ~(item.exists & BOARD[item].posted), "Board"),  # mistake
        (lambda tx, item: BOARD[item].posted == item.sold_once, "Board"),  # mistake
        (lambda tx, item: BOARD[item].price == 0, "Board"),  # mistake
        (lambda tx, item: ~OWNER[item.owner].exists, "Owner"),  # mistake
    ],
    ids=["other row", "other's memory", "not yet", "not both yet", "as long as", "still nothing", "not registered"],
)
def test_an_honest_sender_may_not_read(condition: Callable[..., Any], table: str) -> None:
    assert_refused(sold_with(condition), f"the honest sender of Accepted (honest) decides on {table}", "nor its own memory")


def test_an_honest_sender_that_scans() -> None:
    condition = lambda tx, item: every(ITEM, lambda other: other.price == 0)  # noqa: E731  # mistake
    assert_refused(sold_with(condition), "the honest sender of Accepted (honest) reads all of Item")


def test_a_condition_of_the_wrong_kind() -> None:
    condition = lambda tx, item: item.price  # noqa: E731  # mistake
    assert_refused(sold_with(condition), "Item[item].price", "stands where Boolean is expected")


# --- tables beside the steps ---


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("Shop", "*", "Accepted", "Owner"), ("no table 'Shop'", "choices: Board")),
        (("Item", "colour", "Accepted", "Owner"), ("names Item.colour", "choices: owner, parts_length")),
        (("Item", "status", "Accept", "Owner"), ("no transaction 'Accept'", "choices: Accepted")),
        (("Item", "status", "Accepted", "Thief"), ("names the role 'Thief'", "choices: Owner")),
    ],
    ids=["table", "field", "transaction", "role"],
)
def test_a_line_of_the_access_table_that_names_nothing(line: tuple[str, str, str, str], words: tuple[str, ...]) -> None:
    text = stall()
    text.transaction(caller="Owner", cites="L1")(accepted)
    text.allow(*line, lambda caller, row: row.exists, "anybody")  # mistake
    assert_refused(lambda: load(text), *words)


def test_an_unknown_switch() -> None:
    def body(tx: Any, item: ITEM) -> None:
        tx.switch("X99")  # mistake

    text = stall()
    text.switch("X01", "L1 this", "L2 that", {"this": "this", "that": "that"}, "this", "earlier", "nothing")
    assert_refused(chaincode(body, text), "no switch 'X99'", "choices: X01")


def test_a_switch_without_its_default() -> None:
    assert_refused(lambda: stall().switch("X01", "", "", {"this": "", "that": ""}, "neither", "", ""), "'neither'", "that, this")  # mistake


@pytest.mark.parametrize(
    ("readings", "words"),
    [({"X99": "this"}, ("no switch 'X99'", "choices: X01")), ({"X01": "neither"}, ("no reading 'neither'", "that, this"))],
)
def test_an_unknown_reading_of_a_variant(readings: dict[str, str], words: tuple[str, ...]) -> None:
    text = stall()
    text.switch("X01", "L1 this", "L2 that", {"this": "this", "that": "that"}, "this", "earlier", "nothing")
    variant = Variant("stall", "a small market", text, readings=readings)  # mistake
    assert_refused(variant.load, *words)


def test_an_unknown_reading_asked_for_at_loading() -> None:
    with pytest.raises(SpecificationError, match="stall: no switch 'X99'; choices:"):
        Variant("stall", "a small market", stall()).load({"X99": "this"})


def test_two_tables_of_one_name() -> None:
    assert_refused(lambda: stall().table("Item", "again", "L1", {"a": reconstructed(BOOLEAN, "why")}), "two tables named 'Item'")  # mistake


def test_an_unknown_category() -> None:
    assert_refused(lambda: stall().table("Shop", "shop", "L1", {}, category="secret"), "no category 'secret'", "rigid")  # mistake
