"""What amendments can do besides guards, effects and fields: steps, parameters, pre-images, access lines, notions; and what is refused."""
# ruff: noqa: E501 (a case of a table is one line, because its line is asserted)

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spec.amending import ACTIONS, Step
from spec.errors import SpecificationError
from spec.language import (
    BOOLEAN,
    INTEGER,
    MEMBER,
    Amendment,
    Enumeration,
    Term,
    Text,
    Variant,
    becomes,
    list_of,
    printed,
    reconstructed,
    reference,
    term,
)
from spec.schema import NotExpressible, Table, TableHandle, notion, using
from spec.text import Protocol
from spec.wording import expression_text

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()
ITEM, SALE, SEEN, NOTE = map(TableHandle, ("Item", "Sale", "Seen", "Note"))
STATUS = Enumeration("Status", ("OPEN", "SOLD"))
ITEM_REF = reference("Item")
SEAL = Term("seal", (("item", ITEM_REF), ("price", INTEGER)))
BECAUSE = "an attack"


def stall() -> Text:
    """Items that are sold under a seal; what a seller noted; what everybody saw."""
    text = Text("stall", "a small market", roles=("Owner",))
    text.sort("Item")
    text.table("Item", "item", "L1", {
        "owner": printed(MEMBER, 1), "status": printed(STATUS, 2), "sold": printed(INTEGER, 3), "seal": printed(SEAL, 4),
        "parts": printed(list_of(ITEM_REF), 5)})  # fmt: skip
    text.table("Sale", "sale", "L2", {"price": printed(INTEGER, 1)}, key={"item": ITEM_REF})
    text.table("Seen", "seen", "L3", {"price": printed(BOOLEAN, 1, True)}, key={"item": ITEM_REF}, category="public")
    text.table("Note", "note", "L4", {"price": printed(INTEGER, 1)}, key={"party": MEMBER, "item": ITEM_REF}, category="memory")

    @text.transaction(caller="Owner", cites="L1")
    def sell(tx: Any, item: ITEM, price: INTEGER, seal: SEAL) -> None:
        """An owner sells."""
        tx.require("item_open", item.status == "OPEN", cites="L2")
        tx.effect("mark", becomes(item.status, "SOLD"), becomes(item.seal, seal))
        tx.effect("book", SALE[item].put(price=price))
        tx.observe("remember", NOTE[tx.caller, item].put(price=price))

    @text.honest("Sell")
    def sells_what_is_open(tx: Any, item: Any, price: Any, seal: Any) -> Any:
        return (item.status == "OPEN") & (seal == term(SEAL, item=item, price=price))

    @text.publication("Sell")
    def shows_price(tx: Any, item: Any, price: Any, seal: Any) -> Any:
        return [becomes(SEEN[item].price, True)]

    @text.off_chain(actor="Owner", cites="L3")
    def count(tx: Any, item: ITEM) -> None:
        """An owner counts."""
        tx.observe("note", becomes(NOTE[tx.caller, item].price, item.sold))

    text.allow("Item", "status", "Sell", "Owner", lambda caller, row: row.owner == caller, "the owner")

    @text.notion
    def taken(item: Any) -> Any:
        """The item is sold."""
        return item.status == "SOLD"

    @text.notion
    def worth(item: Any) -> Any:
        """What was sold of it."""
        return item.sold

    return text


def load(*amendments: Amendment) -> Protocol:
    return Variant("fair stall", "a fair market", stall(), amendments).load()


def words(conditions: dict[str, Any]) -> dict[str, str]:
    return {name: expression_text(condition) for name, condition in conditions.items()}


def written(protocol: Protocol, clause: str, step: str = "Sell") -> list[str]:
    found = protocol.transaction(step)
    clauses = {**found.effects, **found.observations}
    return [f"{write.table}.{write.field} := {expression_text(write.value)}" for write in clauses[clause]]


# --- clauses ---


def test_drop_effect_of_the_ledger_and_off_it() -> None:
    protocol = load(Amendment("drop_effect", "Sell.book", BECAUSE), Amendment("drop_effect", "Sell.remember", BECAUSE))
    assert list(protocol.transaction("Sell").effects) == ["mark"]
    assert list(protocol.transaction("Sell").observations) == ["publish"]


def test_an_observation_is_replaced_in_its_place() -> None:
    protocol = load(Amendment("replace_effect", "Sell.remember", BECAUSE, lambda tx, item, price, seal: [becomes(NOTE[tx.caller, item].price, 7)]))
    assert list(protocol.transaction("Sell").observations) == ["remember", "publish"]
    assert written(protocol, "remember") == ["Note.price := 7"]


def test_effects_in_a_loop_are_made_by_the_function_itself() -> None:
    def each(tx: Any, item: Any, *_: Any) -> None:
        tx.for_each(item.parts, lambda part: tx.effect("parts", becomes(part.status, "SOLD")))

    assert len(load(Amendment("add_effect", "Sell.parts", BECAUSE, each)).transaction("Sell").effects["parts"][0].binders) == 1


def test_power_also_of_the_submission() -> None:
    protocol = load(Amendment("power", "Sell", BECAUSE, lambda tx, item, price, seal: {"knows_price": price > 0, "knows_item": item.exists}))
    for step in ("Sell", "SubmitSell"):
        assert words(protocol.transaction(step).powers) == {"knows_price": "price > 0", "knows_item": "Item[item] exists"}


def test_publication_of_something_else_and_of_nothing() -> None:
    protocol = load(Amendment("publication", "Sell", BECAUSE, lambda tx, item, *_: [becomes(SEEN[item].price, True).when(item.sold > 0)]))
    assert expression_text(protocol.transaction("SubmitSell").observations["publish"][0].condition) == "Item[item].sold > 0"
    silent = load(Amendment("publication", "Sell", BECAUSE))
    assert "SubmitSell" not in silent.transactions and "publish" not in silent.transaction("Sell").observations


def test_a_parameter_is_known_to_the_amendments_after_it_and_to_the_submission() -> None:
    limit = Amendment("add_parameter", "Sell.limit", BECAUSE, INTEGER)
    below = Amendment("require", "Sell.below", BECAUSE, lambda tx, item, price, seal, limit: price < limit)
    protocol = load(limit, below)
    assert list(protocol.transaction("Sell").parameters) == ["caller", "item", "price", "seal", "limit"]
    assert "limit" in protocol.transaction("SubmitSell").parameters
    assert expression_text(protocol.transaction("Sell").guards["below"].condition) == "price < limit"


def test_a_parameter_can_be_a_row() -> None:
    protocol = load(Amendment("add_parameter", "Sell.instead", BECAUSE, ITEM))
    assert protocol.transaction("Sell").parameters["instead"].sort == "Item"


# --- steps ---


def lend(tx: Any, item: ITEM) -> None:
    """An owner lends."""
    tx.effect("lend", becomes(item.status, "OPEN"))


STEP = Step("Owner", lend, lambda tx, item: item.sold == 0, lambda tx, item: {"may": item.exists}, lambda tx, item: [becomes(SEEN[item].price, True)])


def test_a_step_is_added_with_its_conditions() -> None:
    protocol = load(Amendment("add_transaction", "Lend", BECAUSE, STEP))
    added = protocol.transaction("Lend")
    assert (words(added.honest), words(added.powers), list(added.observations)) == ({"honest": "Item[item].sold == 0"}, {"may": "Item[item] exists"}, ["publish"])
    assert list(protocol.transactions)[-1] == "SubmitLend"


def test_a_replaced_step_keeps_nothing_of_the_old_one() -> None:
    protocol = load(Amendment("replace_transaction", "Sell", BECAUSE, ("Owner", lend)))
    step = protocol.transaction("Sell")
    assert (list(step.effects), step.observations, step.honest, list(step.parameters)) == (["lend"], {}, {}, ["caller", "item"])
    assert list(protocol.transactions) == ["Sell", "Count"]


def test_a_replaced_step_has_the_conditions_of_its_own() -> None:
    protocol = load(Amendment("replace_transaction", "Sell", BECAUSE, STEP))
    assert words(protocol.transaction("SubmitSell").honest)["honest"] == "Item[item].sold == 0"


def test_a_step_off_the_ledger() -> None:
    def look(tx: Any, item: ITEM) -> None:
        """An owner looks."""
        tx.observe("note", becomes(NOTE[tx.caller, item].price, 1))

    assert not load(Amendment("add_transaction", "Look", BECAUSE, Step("Owner", look, on_ledger=False))).transaction("Look").on_ledger


# --- tables, pre-images, access, notions ---


def test_a_dropped_field_takes_its_defaults_along() -> None:
    zero = Amendment("replace_effect", "Sell.book", BECAUSE, lambda tx, item, *_: SALE[item].put(price=0))
    amended = (Amendment("add_field", "Sale.buyer", BECAUSE, reconstructed(MEMBER, "who")), zero, Amendment("drop_field", "Sale.price", BECAUSE))
    protocol = load(*amended)
    assert list(protocol.schema.table("Sale").cells) == ["buyer"]
    assert written(protocol, "book") == ["Sale.buyer := nothing"]


def test_a_dropped_list_is_gone_with_its_entries() -> None:
    protocol = load(Amendment("drop_field", "Item.parts", BECAUSE))
    assert "Item.parts" not in protocol.schema.tables and "parts_length" not in protocol.schema.table("Item").cells


PART = Amendment("add_part", "seal.by", BECAUSE, (MEMBER, lambda tx: tx.caller))


def test_an_added_part_is_filled_in_from_the_step() -> None:
    protocol = load(PART)
    for kind in (protocol.schema.table("Item").cells["seal"], protocol.transaction("Sell").parameters["seal"]):
        assert isinstance(kind, Term) and [name for name, _ in kind.parts] == ["item", "price", "by"]
    assert "seal(item: item, price: price, by: caller)" in words(protocol.transaction("Sell").honest)["honest"]


def test_an_added_part_can_be_named() -> None:
    named = Amendment("honest", "Sell", BECAUSE, lambda tx, item, price, seal: seal == term(SEAL, item=item, price=price, by=item.owner))
    assert words(load(PART, named).transaction("Sell").honest) == {"honest": "seal == seal(item: item, price: price, by: Item[item].owner)"}


def test_an_added_part_may_depend_on_what_the_step_has() -> None:
    fill = lambda tx: tx.named("price", 5)  # noqa: E731
    protocol = load(Amendment("add_part", "seal.limit", BECAUSE, (INTEGER, fill)), Amendment(
        "add_effect", "Sell.again", BECAUSE, lambda tx, item, price, seal: [becomes(item.seal, term(SEAL, item=item, price=1))]))
    assert written(protocol, "again") == ["Item.seal := seal(item: item, price: 1, limit: price)"]


def test_a_table_without_a_key() -> None:
    clock = Table("Clock", "clock", "a time", (), {"now": reconstructed(INTEGER, "ticks")})
    late = Amendment("require", "Sell.in_time", BECAUSE, lambda tx, item, price, seal: TableHandle("Clock")[()].now < price)
    protocol = load(Amendment("add_table", "Clock", BECAUSE, clock), late)
    assert expression_text(protocol.transaction("Sell").guards["in_time"].condition) == "Clock.now < price"


def test_the_access_table_gets_loses_and_changes_lines() -> None:
    line = ("sold", "Owner", lambda caller, row: row.exists, "whoever")
    added = load(Amendment("allow", "Sale.Sell", BECAUSE, ("*", "Owner", lambda caller, row: row.exists, "anybody")))
    assert [(rule.table, rule.fields) for rule in added.access] == [("Item", ("status",)), ("Sale", ("*",))]
    changed = load(Amendment("allow", "Item.Sell", BECAUSE, line))
    assert [(rule.fields, rule.described) for rule in changed.access] == [(("sold",), "whoever")]
    assert load(Amendment("allow", "Item.Sell", BECAUSE)).access == []


def test_a_notion_means_something_else_or_nothing() -> None:
    def sold_out(item: Any) -> Any:
        """Nothing of it is left."""
        return item.sold == 0

    protocol = load(Amendment("notion", "taken", BECAUSE, sold_out), Amendment("notion", "worth", BECAUSE, "nothing is worth anything here"))
    with using(protocol.schema):
        assert expression_text(notion("taken")(_item())) == "Item[item].sold == 0"
        with pytest.raises(NotExpressible, match=r"^nothing is worth anything here$"):
            notion("worth")
    assert protocol.schema.notions["taken"].described == "Nothing of it is left."
    with using(load().schema):
        assert expression_text(notion("worth")(_item())) == "Item[item].sold"


def _item() -> Any:
    from spec.tree import parameter

    return parameter("item", ITEM_REF)


# --- what is refused, at its line ---


def refused(action: Callable[[], Any]) -> str:
    """The message of a refusal at a line of this file that is marked as the mistake."""
    with pytest.raises(SpecificationError) as found:
        action()
    place, _, message = str(found.value).partition(": ")
    file, _, line = place.partition(":")
    assert file == Path(__file__).name, str(found.value)
    assert LINES[int(line) - 1].endswith("# mistake"), f"{found.value}\nat: {LINES[int(line) - 1]}"
    return message


def nothing(tx: Any, *_: Any) -> Any:
    return []


def two_effects(tx: Any, item: Any, *_: Any) -> None:
    tx.effect("more", becomes(item.sold, 1))
    tx.effect("evenmore", becomes(item.sold, 2))


def read_sold(tx: Any, item: Any, *_: Any) -> Any:
    return item.sold == 0


UNFIT: dict[str, tuple[Callable[[], tuple[Amendment, ...]], str]] = {
    "effect to drop": (lambda: (Amendment("drop_effect", "Sell.burn", BECAUSE),), "Sell has no effect or observation 'burn' to amend; choices: book, mark, publish, remember"),  # mistake
    "step of a power": (lambda: (Amendment("power", "Buy", BECAUSE, nothing),), "no transaction 'Buy'; choices: Count, Sell, SubmitSell"),  # mistake
    "step of a publication": (lambda: (Amendment("publication", "Buy", BECAUSE, nothing),), "no transaction 'Buy' to amend; choices: Count, Sell"),  # mistake
    "publication of nothing": (lambda: (Amendment("publication", "Count", BECAUSE),), "Count publishes nothing already; choices: Sell"),  # mistake
    "publication as an observation": (lambda: (Amendment("replace_effect", "Sell.publish", BECAUSE, nothing),), "set by an amendment 'publication Sell'"),  # mistake
    "parameter": (lambda: (Amendment("add_parameter", "Sell.price", BECAUSE, INTEGER),), "Sell has a parameter 'price' already"),  # mistake
    "step to replace": (lambda: (Amendment("replace_transaction", "Buy", BECAUSE, STEP),), "no transaction 'Buy' to amend; choices: Count, Sell"),  # mistake
    "field to drop": (lambda: (Amendment("drop_field", "Item.colour", BECAUSE),), "Item has no field 'colour' to amend; choices: owner, parts, seal, sold, status"),  # mistake
    "field that is read": (lambda: (Amendment("drop_field", "Item.status", BECAUSE),), "Sell (item_open) still reads Item.status"),  # mistake
    "field that is read off chain": (lambda: (Amendment("drop_field", "Item.sold", BECAUSE),), "Count (note) still reads Item.sold"),  # mistake
    "field that is written": (lambda: (Amendment("drop_field", "Sale.price", BECAUSE),), "Sell still writes Sale.price"),  # mistake
    "table": (lambda: (Amendment("add_table", "Item", BECAUSE, Table("Item", "", "", (), {})),), "the text has a table 'Item' already"),  # mistake
    "pre-image": (lambda: (Amendment("add_part", "sael.by", BECAUSE, (MEMBER, lambda tx: tx.caller)),), "no pre-image 'sael' to amend; choices: seal"),  # mistake
    "own part": (lambda: (Amendment("add_part", "seal.price", BECAUSE, (INTEGER, lambda tx: tx.named("price", 0))),), "seal has a part 'price' already"),  # mistake
    "line to drop": (lambda: (Amendment("allow", "Sale.Sell", BECAUSE),), "the access table has no line Sale.Sell to drop; choices: Item.Sell"),  # mistake
    "line of no table": (lambda: (Amendment("allow", "Shop.Sell", BECAUSE, ("*", "Owner", nothing, "")),), "no table 'Shop'; choices: Item"),  # mistake
    "line of no step": (lambda: (Amendment("allow", "Item.Buy", BECAUSE, ("*", "Owner", nothing, "")),), "no transaction 'Buy'"),  # mistake
    "line of no field": (lambda: (Amendment("allow", "Item.Sell", BECAUSE, ("colour", "Owner", nothing, "")),), "names Item.colour"),  # mistake
    "notion": (lambda: (Amendment("notion", "given", BECAUSE, lambda item: True),), "no notion 'given' to amend; choices: taken, worth"),  # mistake
    "notion of two things": (lambda: (Amendment("notion", "taken", BECAUSE, lambda item, by: True),), "the notion 'taken' is said of 1 things, and the function takes 2 arguments"),  # mistake
    "policy": (lambda: (Amendment("policy", "some", BECAUSE),), "no endorsement policy 'some' to amend; choices: all, any, majority"),  # mistake
    "key policy of no table": (lambda: (Amendment("key_policy", "Itme", BECAUSE, "Owner"),), "no table 'Itme' to amend"),  # mistake
    "key policy of no role": (lambda: (Amendment("key_policy", "Item", BECAUSE, "Thief"),), "no role 'Thief' to amend"),  # mistake
    "effect that writes nothing": (lambda: (Amendment("add_effect", "Sell.more", BECAUSE, lambda tx, *_: None),), "'add_effect Sell.more' writes no effect 'more'"),  # mistake
    "more than its target": (lambda: (Amendment("add_effect", "Sell.more", BECAUSE, two_effects),), "'add_effect Sell.more' also makes evenmore: each clause needs an amendment of its own"),  # mistake
    "arguments": (lambda: (Amendment("power", "Sell", BECAUSE, lambda tx, item: {}),), "'power Sell' should take the tracing and 3 arguments"),  # mistake
    "condition of another kind": (lambda: (Amendment("power", "Sell", BECAUSE, lambda tx, item, price, seal: {"p": price}),), "Boolean is expected"),  # mistake
    "part that the step cannot fill in": (lambda: (Amendment("add_part", "seal.by", BECAUSE, (MEMBER, lambda tx: tx.named("price"))),), "a value of kind Integer, stands where Member is expected"),  # mistake
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_an_amendment_that_does_not_fit_is_refused_at_its_line(case: str) -> None:
    make, said = UNFIT[case]
    message = refused(lambda: load(*make()))
    assert said in message, message


PAYLOADS: dict[str, tuple[str, Any]] = {
    "require": ("Sell.x", True), "waive": ("Sell.item_open", 1), "replace_guard": ("Sell.x", None), "replace_effect": ("Sell.x", []),
    "add_effect": ("Sell.x", None), "drop_effect": ("Sell.book", nothing), "add_event": ("Sell.X", "X"), "honest": ("Sell", True),
    "power": ("Sell", {}), "publication": ("Sell", []), "add_parameter": ("Sell.x", "Integer"), "add_field": ("Item.x", INTEGER),
    "drop_field": ("Item.sold", 0), "add_key": ("Sale.x", INTEGER), "add_part": ("seal.x", (INTEGER, 3)), "add_table": ("X", {}),
    "add_transaction": ("Buy", lend), "replace_transaction": ("Sell", ("Owner", "lend")), "allow": ("Item.Sell", ("*", "Owner")),
    "notion": ("taken", ""), "policy": ("any", "a reason"), "key_policy": ("Item", None), "switch": ("X01", 1),
}  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_a_payload_of_the_wrong_kind_is_refused_at_its_line(action: str) -> None:
    target, payload = PAYLOADS[action]
    message = refused(lambda: Amendment(action, target, BECAUSE, payload))  # mistake
    assert f"'{action} {target}' needs {ACTIONS[action].payload}, not " in message


@pytest.mark.parametrize("target", ["Sell", ".x", "Sell."])
def test_a_target_of_the_wrong_form(target: str) -> None:
    assert "is of the form Transaction.guard, not" in refused(lambda: Amendment("require", target, BECAUSE, nothing))  # mistake


def test_a_part_that_no_step_can_fill_in_has_to_be_named() -> None:
    with using(load(PART).schema):
        message = refused(lambda: term(SEAL, item=_item(), price=1))  # mistake
    assert "the part 'by' of seal is to be named: no step is traced that could fill it in" in message


def test_an_unknown_notion_of_a_claim() -> None:
    with using(load().schema):
        assert refused(lambda: notion("given")) == "no notion 'given'; choices: taken, worth"  # mistake


def test_two_notions_of_one_name() -> None:
    def taken(item: Any) -> Any:
        return True

    assert refused(lambda: stall().notion(taken)) == "two notions named 'taken'"  # mistake
