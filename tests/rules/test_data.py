"""Who can have which data, how a DO spreads its subsets, and in whose dataset some data first stood on the ledger."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from model.enumeration import Rows, Steps
from model.market import populate
from model.scope import Scope
from properties.starts import populated
from spec.compiled import Compiled
from spec.paper.knowledge import knows_content
from spec.schema import using
from spec.tree import literal
from spec.variants import variant

SCOPE = Scope(1, 2)


@cache
def world(name: str) -> tuple[Steps, Rows]:
    """The steps of everybody, a pseudonym deviating, and a populated market."""
    protocol = variant(name).load()
    compiled = Compiled(protocol)
    market = populate(protocol, compiled, SCOPE, populated(protocol))
    return Steps(compiled, SCOPE.universe(protocol), frozenset({"pseudonym-1"}), protocol.transactions), market.rows


def after(steps: Steps, rows: Rows, name: str, **arguments: Any) -> Rows:
    kinds = steps.transactions[name].parameters
    given = {parameter: arguments.get(parameter, "text" if kind.name == "Text" else 0) for parameter, kind in kinds.items()}
    assert steps.allows(steps.transactions[name], given, steps.view(rows)), (name, given)
    return {**rows, **(steps.after(rows, name, given) or {})}


def knows(steps: Steps, rows: Rows, content: str, coalition: set[str]) -> bool:
    protocol = variant("paper").load()
    with using(protocol.schema):
        condition = knows_content(literal(content, protocol.sorts["Content"]))
    view = steps.view(rows)
    view.coalition = frozenset(coalition)
    return bool(steps.compiled.holds(condition, {}, view))


@pytest.mark.parametrize(("coalition", "known"), [
    ({"pseudonym-1"}, False), ({"do-1"}, True), ({"co-1"}, True), ({"co-3"}, False), ({"mo-1"}, False),
])  # fmt: skip
def test_data_is_known_to_who_made_its_subset_and_to_who_received_it(coalition: set[str], known: bool) -> None:
    steps, rows = world("paper")
    assert knows(steps, rows, "Content(dss-1)", coalition) is known
    assert knows(steps, rows, "junk", coalition)


def test_who_writes_anothers_dataset_or_subset_anew_has_not_its_data() -> None:
    steps, rows = world("paper")
    rows = after(steps, rows, "CreateDO", caller="pseudonym-1")
    rows = after(steps, rows, "CreateDS", caller="pseudonym-1", dataset="ds-1", contract="contract-2")
    rows = after(steps, rows, "CreateDSS", caller="pseudonym-1", subset="dss-1", dataset="ds-1")
    assert rows["DS", ("ds-1",)][0] == "pseudonym-1" and not knows(steps, rows, "Content(dss-1)", {"pseudonym-1"})
    rows = after(steps, rows, "CreateDSS", caller="pseudonym-1", subset="dss-2", dataset="ds-1")
    assert knows(steps, rows, "Content(dss-2)", {"pseudonym-1"})


def test_a_do_counts_its_own_subsets_only_when_it_spreads_them() -> None:
    steps, rows = world("paper")
    rows = after(steps, rows, "CreateDO", caller="pseudonym-1")
    rows = after(steps, rows, "CreateDSS", caller="pseudonym-1", subset="dss-2", dataset="ds-1")
    rows = after(steps, rows, "CreateCO", caller="co-3")
    assert {"caller": "do-1", "owner": "co-3", "subset": "dss-1"} in steps.honest(rows, "AgreeContract")


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_data_is_claimed_once_by_whom_it_stood_with_first(name: str) -> None:
    _, rows = world(name)
    assert {key: row for (table, key), row in rows.items() if table == "Claimed"} == {("Content(dss-1)",): ("do-1",)}


def test_a_later_hash_of_the_same_data_changes_nothing() -> None:
    steps, rows = world("paper")
    rows = after(steps, rows, "CreateDO", caller="pseudonym-1")
    rows = after(steps, rows, "CreateCO", caller="pseudonym-1")
    rows = after(steps, rows, "CreateDS", caller="pseudonym-1", dataset="ds-1", contract="contract-2")
    again = after(steps, rows, "JoinCI", caller="pseudonym-1", instance="ci-1", hash=("Content(dss-1)", "Nonce(co-1)"), nonce="Nonce(co-1)")
    assert again["Claimed", ("Content(dss-1)",)] == ("do-1",)
    junk = after(steps, rows, "JoinCI", caller="pseudonym-1", instance="ci-1", hash=("junk", "Nonce(co-1)"), nonce="Nonce(co-1)")
    assert junk["Claimed", ("junk",)] == ("pseudonym-1",)
