"""A variant is its parent and named amendments; an amendment of nothing, twice or without a reason is refused at its own line."""
# ruff: noqa: E501 (a case of the table is one line, because its line is asserted)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spec.errors import SpecificationError
from spec.language import (
    BOOLEAN,
    INTEGER,
    MEMBER,
    Amendment,
    Enumeration,
    Text,
    Variant,
    becomes,
    list_of,
    printed,
    reconstructed,
    reference,
)
from spec.schema import TableHandle
from spec.text import Protocol
from spec.tree import TRUE
from spec.wording import expression_text

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()
ITEM, SALE = TableHandle("Item"), TableHandle("Sale")
STATUS = Enumeration("Status", ("OPEN", "SOLD"))
BECAUSE = "an attack"


def stall() -> Text:
    text = Text("stall", "a small market", roles=("Owner",))
    text.sort("Item")
    text.sort("Seal", image_of="Member")
    text.table("Item", "item", "L1", {"owner": printed(MEMBER, 1), "status": printed(STATUS, 2), "sold": printed(INTEGER, 3)})
    text.table("Sale", "sale", "L2", {"price": printed(INTEGER, 1)}, key={"item": reference("Item")})
    text.table("Seen", "seen", "L3", {"price": printed(BOOLEAN, 1, True)}, key={"item": reference("Item")}, category="public")
    text.switch("X01", "L1 this", "L2 that", {"this": "", "that": ""}, "this", "earlier", "Sell")

    @text.transaction(caller="Owner", cites="L1")
    def sell(tx: Any, item: ITEM, price: INTEGER) -> None:
        """An owner sells."""
        tx.require("item_exists", item.exists, cites="L1", why="Only what exists is sold.")
        tx.require("item_open", item.status == "OPEN", cites="L2")
        tx.effect("count", becomes(item.sold, item.sold + 1))
        tx.effect("mark", becomes(item.status, "SOLD"), becomes(item.owner, tx.caller))
        tx.effect("book", SALE[item].put(price=price))

    @text.honest("Sell")
    def sells_what_is_open(tx: Any, item: Any, price: Any) -> Any:
        return item.status == "OPEN"

    @text.publication("Sell")
    def shows_price(tx: Any, item: Any, price: Any) -> Any:
        return [becomes(TableHandle("Seen")[item].price, True)]

    return text


def variant(*amendments: Amendment, **more: Any) -> Variant:
    return Variant("fair stall", "a fair market", stall(), amendments, **more)


def guards(protocol: Protocol) -> dict[str, str]:
    return {name: expression_text(guard.condition) for name, guard in protocol.transaction("Sell").guards.items()}


OWNED = Amendment("require", "Sell.caller_owns", BECAUSE, lambda tx, item, price: item.owner == tx.caller)


def assert_refused(action: Callable[[], Any], *words: str) -> None:
    with pytest.raises(SpecificationError) as found:
        action()
    place, _, message = str(found.value).partition(": ")
    file, _, line = place.partition(":")
    assert file == Path(__file__).name, str(found.value)
    assert LINES[int(line) - 1].endswith("# mistake"), f"{found.value}\nat: {LINES[int(line) - 1]}"
    assert [word for word in words if word not in message] == [], message


# --- what each amendment does ---


def test_without_amendments_a_variant_is_its_parent() -> None:
    assert guards(variant().load()) == {"item_exists": "Item[item] exists", "item_open": "Item[item].status == OPEN"}


def test_require_adds_a_guard_with_its_reason() -> None:
    protocol = variant(OWNED).load()
    added = protocol.transaction("Sell").guards["caller_owns"]
    assert (expression_text(added.condition), str(added.grade)) == ("Item[item].owner == caller", "reconstructed: an attack")
    assert list(guards(protocol)) == ["item_exists", "item_open", "caller_owns"]


def test_waive_drops_a_guard() -> None:
    assert list(guards(variant(Amendment("waive", "Sell.item_open", BECAUSE)).load())) == ["item_exists"]


def test_replace_guard_keeps_its_place_and_why() -> None:
    protocol = variant(Amendment("replace_guard", "Sell.item_exists", BECAUSE, lambda tx, item, price: item.sold > 0)).load()
    assert guards(protocol) == {"item_exists": "Item[item].sold > 0", "item_open": "Item[item].status == OPEN"}
    assert protocol.transaction("Sell").guards["item_exists"].why == "Only what exists is sold."


def test_replace_effect_keeps_its_place_in_the_order() -> None:
    protocol = variant(Amendment("replace_effect", "Sell.count", BECAUSE, lambda tx, item, price: [becomes(item.sold, price)])).load()
    assert list(protocol.transaction("Sell").effects) == ["count", "mark", "book"]
    assert expression_text(protocol.transaction("Sell").effects["count"][0].value) == "price"


def test_add_effect_comes_last() -> None:
    protocol = variant(Amendment("add_effect", "Sell.again", BECAUSE, lambda tx, item, price: [becomes(item.sold, 0)])).load()
    assert list(protocol.transaction("Sell").effects) == ["count", "mark", "book", "again"]


def test_add_event() -> None:
    protocol = variant(Amendment("add_event", "Sell.Sold", BECAUSE, lambda tx, item, price: tx.event("Sold", item))).load()
    assert protocol.transaction("Sell").events["Sold"].condition is TRUE


def test_honest_is_another_condition_also_where_the_transaction_is_submitted() -> None:
    protocol = variant(Amendment("honest", "Sell", BECAUSE, lambda tx, item, price: item.exists)).load()
    assert {k: expression_text(v) for k, v in protocol.transaction("Sell").honest.items()} == {"honest": "Item[item] exists"}
    assert list(protocol.transaction("SubmitSell").honest) == ["honest", "not_yet_public"]
    assert protocol.transaction("SubmitSell").honest["honest"] is protocol.transaction("Sell").honest["honest"]


def test_add_field_and_a_guard_that_reads_it() -> None:
    field = Amendment("add_field", "Item.limit", BECAUSE, reconstructed(INTEGER, "a limit"))
    limit = Amendment("require", "Sell.below_limit", BECAUSE, lambda tx, item, price: price <= item.limit, needs=("add_field Item.limit",))
    assert guards(variant(field, limit).load())["below_limit"] == "Item[item].limit >= price"


def test_add_key_fills_the_new_component_where_the_text_does_not_give_it() -> None:
    key = Amendment("add_key", "Sale.number", BECAUSE, (INTEGER, lambda known: ITEM[known["item"]].sold + 1))
    write = variant(key).load().transaction("Sell").effects["book"][0]
    assert [expression_text(part) for part in write.keys] == ["item", "Item[item].sold + 1"]


def test_add_table_and_transaction() -> None:
    def withdraw(tx: Any, item: ITEM) -> None:
        """An owner withdraws an item."""
        tx.require("item_exists", item.exists, because=BECAUSE)
        tx.effect("mark", becomes(item.status, "SOLD"))

    protocol = variant(Amendment("add_transaction", "Withdraw", BECAUSE, ("Owner", withdraw))).load()
    added = protocol.transaction("Withdraw")
    assert (added.caller_role, added.on_ledger, str(added.grade)) == ("Owner", True, "reconstructed: an attack")


def test_policy_and_switch() -> None:
    protocol = variant(Amendment("policy", "majority", BECAUSE), Amendment("switch", "X01", BECAUSE, "that")).load()
    assert (protocol.policy.endorsement, protocol.policy.cites, protocol.readings) == ("majority", BECAUSE, {"X01": "that"})


def test_key_policy_only_of_rows_that_the_role_alone_writes() -> None:
    """An organisation that has to endorse what others write could veto it."""
    role = variant().load().transaction("Sell").caller_role
    protocol = variant(Amendment("key_policy", "Sale", BECAUSE, role)).load()
    assert [(rule.table, rule.role, rule.cites) for rule in protocol.policy.keys] == [("Sale", role, BECAUSE)]

    def buy(tx: Any, item: ITEM) -> None:
        """Another role sells as well."""
        tx.effect("mark", becomes(item.status, "SOLD"))

    other = next(name for name in stall().roles if name != role) if len(stall().roles) > 1 else "somebody"
    added = Amendment("add_transaction", "Buy", BECAUSE, (other, buy))
    with pytest.raises(SpecificationError, match=r"rows of Item are also written by Buy .* could veto"):
        variant(added, Amendment("key_policy", "Item", BECAUSE, role)).load()


def test_waiving_an_addition_waives_what_needs_it() -> None:
    field = Amendment("add_field", "Item.limit", BECAUSE, reconstructed(INTEGER, "a limit"))
    limit = Amendment("require", "Sell.below", BECAUSE, lambda tx, item, price: price <= item.limit, needs=(field.name,))
    event = Amendment("add_event", "Sell.Below", BECAUSE, lambda tx, item, price: tx.event("Below", item), needs=(limit.name,))
    amended = variant(OWNED, field, limit, event)
    assert [a.name for a in amended.load(waive=(field.name,)).amendments] == [OWNED.name]
    assert [a.name for a in amended.load(waive=(event.name,)).amendments] == [OWNED.name, field.name, limit.name]
    assert "limit" not in amended.load(waive=(field.name,)).schema.table("Item").fields


def test_the_parent_text_stays_as_it_was() -> None:
    text = stall()
    Variant("amended", "", text, (OWNED, Amendment("add_field", "Item.limit", BECAUSE, reconstructed(INTEGER, "a limit")))).load()
    assert list(Variant("stall", "", text).load().transaction("Sell").guards) == ["item_exists", "item_open"]
    assert list(text.load().schema.table("Item").fields) == ["owner", "status", "sold"]


# --- what is refused ---


def anything(tx: Any, item: Any, price: Any) -> Any:
    return item.exists


def clash(tx: Any, item: ITEM) -> None:
    tx.require("item_exists", item.exists, because=BECAUSE)


NUMBER = reconstructed(INTEGER, "a number")
UNKNOWN: dict[str, tuple[Amendment, tuple[str, ...]]] = {
    "guard to waive": (Amendment("waive", "Sell.item_closed", BECAUSE), ("Sell has no guard 'item_closed' to amend", "choices: item_exists, item_open")),  # mistake
    "guard to replace": (Amendment("replace_guard", "Sell.closed", BECAUSE, anything), ("Sell has no guard 'closed'", "item_open")),  # mistake
    "effect to replace": (Amendment("replace_effect", "Sell.item_open", BECAUSE, anything), ("Sell has no effect or observation 'item_open'", "count, mark")),  # mistake
    "transaction": (Amendment("require", "Buy.open", BECAUSE, anything), ("no transaction 'Buy'", "choices: Sell")),  # mistake
    "table": (Amendment("add_field", "Shop.size", BECAUSE, NUMBER), ("no table 'Shop'", "choices: Item, Sale, Seen")),  # mistake
    "switch": (Amendment("switch", "X99", BECAUSE, "that"), ("no switch 'X99'", "choices: X01")),  # mistake
    "reading": (Amendment("switch", "X01", BECAUSE, "neither"), ("no reading 'neither'", "choices: that, this")),  # mistake
    "event": (Amendment("add_event", "Sell.Sold", BECAUSE, lambda tx, item, price: tx.event("Gone", item)), ("emits no event 'Sold'", "Gone")),  # mistake
    "guard that is there": (Amendment("require", "Sell.item_open", BECAUSE, anything), ("Sell has a guard 'item_open' already",)),  # mistake
    "field that is there": (Amendment("add_field", "Item.sold", BECAUSE, NUMBER), ("Item has a field or key component 'sold' already",)),  # mistake
    "key that is there": (Amendment("add_key", "Sale.item", BECAUSE, (INTEGER, lambda known: 0)), ("Sale has a field or key component 'item' already",)),  # mistake
    "effect that is there": (Amendment("add_effect", "Sell.mark", BECAUSE, lambda tx, item, price: [becomes(item.sold, 0)]), ("'mark'",)),  # mistake
    "transaction that is there": (Amendment("add_transaction", "Sell", BECAUSE, ("Owner", clash)), ("the text has a transaction 'Sell' already",)),  # mistake
    "guard that is no condition": (Amendment("require", "Sell.x", BECAUSE, lambda tx, item, price: price), ("Boolean is expected",)),  # mistake
    "field that is not there": (Amendment("require", "Sell.x", BECAUSE, lambda tx, item, price: item.colour == 1), ("no field 'colour'",)),  # mistake
    "secret": (Amendment("require", "Sell.x", BECAUSE, lambda tx, item, price: TableHandle("Seen")[item].exists), ("off the ledger",)),  # mistake
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_amendment_that_does_not_fit_is_refused_at_its_line(case: str) -> None:
    amendment, words = UNKNOWN[case]
    assert_refused(variant(amendment).load, *words)


def test_an_unknown_action() -> None:
    assert_refused(lambda: Amendment("improve", "Sell.item_open", BECAUSE), "no amendment 'improve'", "choices: add_effect")  # mistake


@pytest.mark.parametrize("because", ["", "  "])
def test_an_amendment_without_a_reason(because: str) -> None:
    assert_refused(lambda: Amendment("waive", "Sell.item_open", because), "'Sell.item_open'", "which attack it answers")  # mistake


def test_two_amendments_of_one_clause() -> None:
    again = Amendment("require", "Sell.caller_owns", BECAUSE, anything)  # mistake
    assert_refused(lambda: variant(OWNED, again), "fair stall has two amendments 'require Sell.caller_owns'")


def test_an_amendment_that_needs_nothing_known() -> None:
    lost = Amendment("require", "Sell.x", BECAUSE, anything, needs=("add_field Item.limit",))  # mistake
    assert_refused(lambda: variant(OWNED, lost), "needs 'add_field Item.limit'", "choices: require Sell.caller_owns")


def test_waiving_what_is_no_amendment() -> None:
    with pytest.raises(SpecificationError, match=r"^fair stall: no amendment 'require Sell.owns' to waive; choices: require Sell.caller_owns"):
        variant(OWNED).load(waive=("require Sell.owns",))


def test_a_list_can_be_added() -> None:
    parts = Amendment("add_field", "Item.parts", BECAUSE, reconstructed(list_of(reference("Item")), "parts"))
    assert "Item.parts" in variant(parts).load().schema.tables
