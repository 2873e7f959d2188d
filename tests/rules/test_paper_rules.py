"""The paper's transactions: a table for each, with what it writes when it is accepted, and a row for each guard that refuses it.

States come from an honest run at 2 subsets x 2 replicas.  co-1 and co-3 hold dss-1 as ci-1 and ci-3; co-2 and co-4 hold dss-2.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from model.enumeration import Rows, Steps
from model.market import first_useful_step, populate
from model.scope import Scope
from spec.compiled import Compiled
from spec.concrete import Outcome, View, default_row, evaluate, run
from spec.language import some
from spec.schema import TableHandle, using
from spec.text import Protocol
from spec.variants import variant

SCOPE = Scope(2, 2)
LINES_OF_THE_PAPER = 1053
DATA, WEIGHTS = ("Content(dss-1)", "Nonce(co-1)"), ("Content(dss-1)", 1)
AGGREGATE = (("aggregate", 1), "Nonce(mo-1)")
TEXT = "text"


@dataclass
class Market:
    """An honest run: the state before the first time that each step was taken, its action, and the state at the end."""

    protocol: Protocol
    before: dict[str, Rows]
    actions: dict[str, dict[str, Any]]
    last: Rows

    def run(self, name: str, rows: Rows, /, **changed: Any) -> Outcome:
        arguments = {**self.actions[name], **changed}
        return run(self.protocol.transaction(name), arguments, View(self.protocol.schema, rows, SCOPE.universe(self.protocol)))

    def changed(self, rows: Rows, expected: dict[tuple[Any, ...], dict[str, Any]]) -> Rows:
        """Whole rows from the cells that are expected to change."""
        whole: Rows = {}
        for (table, *key), cells in expected.items():
            declared = self.protocol.schema.table(table)
            assert set(cells) <= set(declared.cells)
            old = rows.get((table, tuple(key)), default_row(declared))
            whole[table, tuple(key)] = tuple(cells.get(name, value) for name, value in zip(declared.cells, old, strict=True))
        return whole

    def cell(self, rows: Rows, table: str, key: tuple[Any, ...], name: str) -> Any:
        return View(self.protocol.schema, rows).cell(table, name, key)

    def with_cell(self, rows: Rows, table: str, *key: Any, **cells: Any) -> Rows:
        return {**rows, **self.changed(rows, {(table, *key): cells})}

    def selected(self, rows: Rows) -> list[str]:
        length = self.cell(rows, "TC", ("tc-1",), "curdssidlist_length")
        return [self.cell(rows, "TC.curdssidlist", ("tc-1", i), "item") for i in range(length)]

    def started(self, **arguments: Any) -> Rows:
        """The state after StartRound."""
        rows = self.before["StartRound"]
        outcome = self.run("StartRound", rows, **arguments)
        assert outcome.refused is None
        return {**rows, **outcome.writes}


@cache
def market(*readings: tuple[str, str], until: str = "CompleteTC") -> Market:
    """An honest run to the first time that `until` is taken: one round, its collection, the aggregate, the end."""
    protocol = variant("paper").load(dict(readings))
    compiled = Compiled(protocol)
    last = ("StartRound", "UpdateMod", "CompleteTC")
    order = [*(name for name in protocol.transactions if name not in last), *last]
    steps = Steps(compiled, SCOPE.universe(protocol, spares=False), frozenset(), {name: protocol.transactions[name] for name in order})
    rows: Rows = dict(SCOPE.facts())
    before: dict[str, Rows] = {}
    actions: dict[str, dict[str, Any]] = {}
    while until not in actions:
        found = first_useful_step(steps, rows)
        assert found is not None, f"stuck after {sorted(actions)}"
        (name, arguments), changed = found
        before.setdefault(name, rows)
        actions.setdefault(name, arguments)
        rows = {**rows, **changed}
        if name in last:
            del steps.transactions[name]
    return Market(protocol, before, actions, rows)


# --- each transaction once accepted: arguments beside the caller, exact writes, event ---

IDENTITY = {"name": TEXT, "organization": TEXT}
Writes = dict[tuple[Any, ...], dict[str, Any]]
ACCEPTED: dict[str, tuple[str, Writes, tuple[str, tuple[str, ...]] | None]] = {
    "CreateDO": ("do-1", {("DO", "do-1"): {**IDENTITY, "howMany": TEXT}}, None),
    "CreateCO": ("co-1", {("CO", "co-1"): {**IDENTITY, "public_key": TEXT}}, None),
    "CreateMO": ("mo-1", {("MO", "mo-1"): {**IDENTITY, "public_key": TEXT}}, None),
    "CreateDS": ("do-1", {
        ("DS", "ds-1"): {"owner": "do-1", "description": TEXT, "sample_url": TEXT, "terms": TEXT, "status": "PUBLISHED"},
        ("Contract", "contract-1"): {"dataset": "ds-1", "price": 0, "terms": TEXT},
        ("DO", "do-1"): {"datasets_length": 1}, ("DO.datasets", "do-1", 0): {"item": "ds-1"},
    }, ("DatasetPublished", ("ds-1",))),
    "CreateDSS": ("do-1", {
        ("DSS", "dss-1"): {"dataset": "ds-1", "index": 0},
        ("DS", "ds-1"): {"dssidlist_length": 1}, ("DS.dssidlist", "ds-1", 0): {"item": "dss-1"},
    }, None),
    "CreateCI": ("do-1", {
        ("CI", "ci-1"): {"co": "co-1", "dss": "dss-1", "status": "FREE"},
        ("DSS", "dss-1"): {"ciidlist_length": 1}, ("DSS.ciidlist", "dss-1", 0): {"item": "ci-1"},
        ("CO", "co-1"): {"instances_length": 1}, ("CO.instances", "co-1", 0): {"item": "ci-1"},
    }, ("InstanceCreated", ("ci-1",))),
    "JoinCI": ("co-1", {("CI", "ci-1"): {"hash": DATA, "nonce": "Nonce(co-1)"}}, ("InstanceJoined", ("ci-1",))),
    "VerifyCI": ("do-1", {("CI", "ci-1"): {"status": "VERIFIED"}}, None),
    "CreateMod": ("mo-1", {
        ("Mod", "mod-1"): {"owner": "mo-1", "type": TEXT, "url": TEXT, "training_method": TEXT},
        ("MO", "mo-1"): {"models_length": 1}, ("MO.models", "mo-1", 0): {"item": "mod-1"},
    }, None),
    "RequestTC": ("mo-1", {
        ("TC", "tc-1"): {"ds": "ds-1", "mod": "mod-1", "status": "REQUESTED", "rem": 0, "paid": False, "round": 0},
        ("MO", "mo-1"): {"couples_length": 1}, ("MO.couples", "mo-1", 0): {"item": "tc-1"},
        ("DS", "ds-1"): {"couples_length": 1}, ("DS.couples", "ds-1", 0): {"item": "tc-1"},
    }, ("CoupleRequested", ("tc-1",))),
    "ApproveTC": ("do-1", {
        ("TC", "tc-1"): {"status": "APPROVED", "jobs_length": 1}, ("TC.jobs", "tc-1", 0): {"item": "ci-4"},
        **{("TJ", "tc-1", instance): {"status": "CREATED"} for instance in ("ci-1", "ci-2", "ci-3", "ci-4")},
    }, ("CoupleApproved", ("tc-1",))),
    "StartRound": ("mo-1", {
        ("TC", "tc-1"): {"round": 1, "rem": 2, "curdssidlist_length": 1}, ("TC.curdssidlist", "tc-1", 0): {"item": "dss-1"},
    }, ("RoundStarted", ("tc-1",))),
    "UpdateTJ": ("co-1", {
        ("TJ", "tc-1", "ci-1"): {
            "hash": (WEIGHTS, "Nonce(co-1)"), "nonce": "Nonce(co-1)", "location": ("Location(ci-1)", "mo-1"), "status": "UPDATED",
        },
        ("TC", "tc-1"): {"rem": 1},
    }, None),
    "UpdateMod": ("mo-1", {("Mod", "mod-1"): {"url": TEXT, "hash": AGGREGATE}}, None),
    "CompleteTC": ("mo-1", {("TC", "tc-1"): {"status": "COMPLETED", "paid": True}}, ("CoupleComplete", ("tc-1",))),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_with_exactly_these_writes(name: str) -> None:
    caller, expected, event = ACCEPTED[name]
    honest = market()
    rows = honest.before[name]
    outcome = honest.run(name, rows)
    assert honest.actions[name]["caller"] == caller
    assert (outcome.refused, outcome.event) == (None, event)
    assert outcome.writes == honest.changed(rows, expected)


def test_the_table_has_every_transaction() -> None:
    assert list(ACCEPTED) == [name for name, step in market().protocol.transactions.items() if step.on_ledger]


def test_the_last_report_of_a_round_completes_it() -> None:
    honest = market()
    rows = honest.with_cell(honest.before["UpdateTJ"], "TC", "tc-1", rem=1)
    assert honest.run("UpdateTJ", rows).event == ("RoundComplete", ("tc-1",))
    assert honest.run("UpdateTJ", honest.before["UpdateTJ"]).event is None


def test_populate_reaches_a_market_where_a_round_can_start() -> None:
    protocol = variant("paper").load()
    with using(protocol.schema):
        approved = some(TableHandle("TC"), lambda couple: couple.status == "APPROVED")
    found = populate(protocol, Compiled(protocol), SCOPE, approved)
    assert [step for step, _ in found.steps][-1] == "ApproveTC"
    assert found.rows["TC", ("tc-1",)] == market().before["StartRound"]["TC", ("tc-1",)]


# --- each guard: a state or argument in which it refuses; `also` are later guards that then fail too ---

Change = tuple[Any, ...]
REFUSED: dict[tuple[str, str], tuple[Change, set[str]]] = {
    ("CreateDO", "identifier_is_unique"): (("set", "DO", "do-1", {"name": TEXT}), set()),
    ("CreateCO", "identifier_is_unique"): (("set", "CO", "co-1", {"name": TEXT}), set()),
    ("CreateMO", "identifier_is_unique"): (("set", "MO", "mo-1", {"name": TEXT}), set()),
    ("CreateDS", "caller_is_data_owner"): (("drop", "DO", "do-1"), set()),
    ("CreateDSS", "caller_is_data_owner"): (("drop", "DO", "do-1"), set()),
    ("CreateDSS", "dataset_exists"): (("drop", "DS", "ds-1"), set()),
    ("CreateCI", "caller_is_data_owner"): (("drop", "DO", "do-1"), set()),
    ("CreateCI", "subset_exists"): (("drop", "DSS", "dss-1"), set()),
    ("CreateCI", "owner_exists"): (("drop", "CO", "co-1"), set()),
    ("JoinCI", "caller_is_cloud_owner"): (("drop", "CO", "co-1"), set()),
    ("JoinCI", "instance_exists"): (("drop", "CI", "ci-1"), set()),
    ("VerifyCI", "caller_is_data_owner"): (("drop", "DO", "do-1"), set()),
    ("VerifyCI", "instance_exists"): (("drop", "CI", "ci-1"), {"caller_is_the_do", "hash_matches"}),
    ("VerifyCI", "caller_is_the_do"): (("set", "DS", "ds-1", {"owner": "co-1"}), set()),
    ("VerifyCI", "hash_matches"): (("argument", "hash", ("junk", "Nonce(co-1)")), set()),
    ("CreateMod", "caller_is_model_owner"): (("drop", "MO", "mo-1"), set()),
    ("RequestTC", "caller_is_model_owner"): (("drop", "MO", "mo-1"), set()),
    ("RequestTC", "dataset_exists"): (("drop", "DS", "ds-1"), set()),
    ("RequestTC", "model_exists"): (("drop", "Mod", "mod-1"), set()),
    ("ApproveTC", "caller_is_data_owner"): (("drop", "DO", "do-1"), set()),
    ("ApproveTC", "couple_exists"): (("drop", "TC", "tc-1"), set()),
    ("StartRound", "caller_is_model_owner"): (("drop", "MO", "mo-1"), set()),
    ("StartRound", "couple_exists"): (("drop", "TC", "tc-1"), {"couple_approved"}),
    ("StartRound", "couple_approved"): (("set", "TC", "tc-1", {"status": "REQUESTED"}), set()),
    ("UpdateTJ", "caller_is_cloud_owner"): (("drop", "CO", "co-1"), set()),
    ("UpdateTJ", "couple_exists"): (("drop", "TC", "tc-1"), set()),
    ("UpdateTJ", "job_exists"): (("drop", "TJ", "tc-1", "ci-1"), set()),
    ("UpdateMod", "caller_is_model_owner"): (("drop", "MO", "mo-1"), set()),
    ("UpdateMod", "model_exists"): (("drop", "Mod", "mod-1"), set()),
    ("CompleteTC", "caller_is_model_owner"): (("drop", "MO", "mo-1"), set()),
    ("CompleteTC", "couple_exists"): (("drop", "TC", "tc-1"), set()),
}


def made_to_fail(honest: Market, name: str, change: Change) -> tuple[Rows, dict[str, Any]]:
    rows, arguments = dict(honest.before[name]), dict(honest.actions[name])
    if change[0] == "argument":
        arguments[change[1]] = change[2]
    elif change[0] == "drop":
        del rows[change[1], tuple(change[2:])]
    else:
        rows = honest.with_cell(rows, change[1], *change[2:-1], **change[-1])
    return rows, arguments


def failing(honest: Market, name: str, rows: Rows, arguments: dict[str, Any]) -> list[str]:
    view = View(honest.protocol.schema, rows, SCOPE.universe(honest.protocol))
    return [guard.name for guard in honest.protocol.transaction(name).guards.values() if not evaluate(guard.condition, arguments, view)]


@pytest.mark.parametrize(("name", "guard"), REFUSED)
def test_refused_by_this_guard_and_no_other(name: str, guard: str) -> None:
    change, also = REFUSED[name, guard]
    honest = market()
    assert failing(honest, name, honest.before[name], honest.actions[name]) == []
    rows, arguments = made_to_fail(honest, name, change)
    assert honest.run(name, rows, **arguments) == Outcome(guard)
    assert set(failing(honest, name, rows, arguments)) == {guard, *also}


def test_the_table_has_a_row_for_every_guard() -> None:
    steps = market().protocol.transactions.values()
    assert set(REFUSED) == {(step.name, guard) for step in steps if step.on_ledger for guard in step.guards}


# --- the readings of each switch ---


def test_x01_without_nonces_replicas_report_equal_hashes() -> None:
    hashes = {r: [market(*r).cell(market(*r).last, "CI", (ci,), "hash") for ci in ("ci-1", "ci-3")] for r in ((), (("X01", "equal"),))}
    assert hashes[()] == [("Content(dss-1)", "Nonce(co-1)"), ("Content(dss-1)", "Nonce(co-3)")]
    assert hashes[("X01", "equal"),] == [("Content(dss-1)", "no nonce")] * 2


def test_x02_a_chunk_names_its_original() -> None:
    chunk = market(("X02", "chunk"), until="CreateDSS")
    assert "replica_of" not in market().protocol.schema.table("DSS").fields
    assert "replica_of" not in market().protocol.transaction("CreateDSS").parameters
    outcome = chunk.run("CreateDSS", chunk.before["CreateDSS"], subset="dss-2", replica_of="dss-1")
    assert chunk.cell(outcome.writes, "DSS", ("dss-2",), "replica_of") == "dss-1"


@pytest.mark.parametrize(("reading", "remaining"), [("instances", 2), ("subsets", 1)])
def test_x03_rem_counts_instances_or_subsets(reading: str, remaining: int) -> None:
    honest = market(("X03", reading), until="StartRound")
    assert honest.cell(honest.started(), "TC", ("tc-1",), "rem") == remaining


def test_x04_only_the_do_joins() -> None:
    switched = market(("X04", "only_the_do"), until="ComputeHash").protocol
    honest = market()
    arguments, rows = honest.actions["JoinCI"], honest.before["JoinCI"]
    view = View(switched.schema, rows)
    assert run(switched.transaction("JoinCI"), arguments, view).refused == "caller_may_update"
    assert run(switched.transaction("JoinCI"), {**arguments, "caller": "do-1"}, view).refused is None
    assert honest.run("JoinCI", rows, caller="do-1").refused == "caller_is_cloud_owner"


@pytest.mark.parametrize(("reading", "subsets", "remaining"), [("selected", ["dss-1"], 2), ("all", ["dss-1", "dss-2"], 4)])
def test_x05_every_subset_or_a_selection(reading: str, subsets: list[str], remaining: int) -> None:
    honest = market(("X05", reading), until="StartRound")
    rows = honest.started()
    assert (honest.selected(rows), honest.cell(rows, "TC", ("tc-1",), "rem")) == (subsets, remaining)


def test_x06_a_draw_is_what_the_caller_sends() -> None:
    honest = market(("X06", "draw"), until="StartRound")
    assert [honest.selected(honest.started(draw=draw)) for draw in (0, 1)] == [["dss-1"], ["dss-2"]]
    assert "draw" not in market().protocol.transaction("StartRound").parameters


def test_x07_only_verified_instances_start() -> None:
    honest = market(("X07", "verified_only"), until="StartRound")
    rows = honest.before["StartRound"]
    assert honest.run("StartRound", rows).refused is None
    assert honest.run("StartRound", honest.with_cell(rows, "CI", "ci-3", status="FREE")).refused == "instances_verified"
    assert honest.run("StartRound", honest.with_cell(rows, "CI", "ci-2", status="FREE")).refused is None, "not selected in round 1"
    assert market().run("StartRound", honest.with_cell(rows, "CI", "ci-3", status="FREE")).refused is None


def test_x08_one_hash_for_all_jobs() -> None:
    for reading, hashes in (("job", []), ("single", [(WEIGHTS, "Nonce(co-1)")])):
        honest = market(("X08", reading), until="UpdateTJ")
        writes = honest.run("UpdateTJ", honest.before["UpdateTJ"]).writes
        assert [honest.cell(writes, "Mod", ("mod-1",), "hash") for row in writes if row[0] == "Mod"] == hashes


def test_x09_a_signed_location_is_readable() -> None:
    signed = market(("X09", "signed"), until="UpdateTJ")
    assert signed.actions["UpdateTJ"]["location"] == "Location(ci-1)"
    assert market().actions["UpdateTJ"]["location"][0] == "Location(ci-1)"
    assert [m.protocol.schema.table("TJ").fields["location"].kind.name for m in (market(), signed)] == ["sealed location", "Location"]


def test_x10_a_key_behind_its_own_lock() -> None:
    circular = market(("X10", "circular"), until="StartRound")
    rows = circular.last
    arguments = {"caller": "co-1", "couple": "tc-1"}
    outcomes = [run(m.protocol.transaction("FetchTrainingFile"), arguments, View(m.protocol.schema, rows)) for m in (market(), circular)]
    assert [outcome.refused for outcome in outcomes] == [None, "url_readable"]


def test_x13_as_printed_no_round_ever_starts() -> None:
    printed = variant("paper").load({"X13": "as_printed"})
    view = View(printed.schema, market().before["StartRound"])
    assert run(printed.transaction("StartRound"), market().actions["StartRound"], view).refused == "couple_approved"


def test_x15_nobody_roles_or_owners_are_checked() -> None:
    guards = {
        reading: {name for step in variant("paper").load({"X15": reading}).transactions.values() if step.on_ledger for name in step.guards}
        for reading in ("nothing", "role", "owner")
    }
    roles = {"caller_is_data_owner", "caller_is_cloud_owner", "caller_is_model_owner"}
    owners = {"caller_owns_dataset", "caller_owns_subset", "caller_owns_instance", "caller_owns_model"}
    assert (guards["role"] - guards["nothing"], guards["owner"] - guards["role"]) == (roles, owners)
    owner = market(("X15", "owner"), until="CompleteTC")
    for name, guard, caller in [("JoinCI", "caller_owns_instance", "co-2"), ("UpdateTJ", "caller_owns_instance", "co-2")]:
        assert owner.run(name, owner.before[name]).refused is None
        assert owner.run(name, owner.before[name], caller=caller).refused == guard
        assert market().run(name, owner.before[name], caller=caller).refused is None


def test_x16_identities_are_never_stored() -> None:
    never = market(("X16", "never"), until="CreateMO")
    for role in ("DO", "CO", "MO"):
        assert {"name", "organization"} & set(never.protocol.schema.table(role).fields) == set()
        assert {"name", "organization"} <= set(market().protocol.schema.table(role).fields)
    assert never.last["DO", ("do-1",)] == (TEXT, 0)


def test_x17_a_couple_trains_on_its_one_subset() -> None:
    honest = market(("X17", "subset"), until="StartRound")
    rows = honest.with_cell(honest.before["StartRound"], "TC", "tc-1", dss="dss-2")
    outcome = honest.run("StartRound", rows)
    assert honest.selected({**rows, **outcome.writes}) == ["dss-2"]
    assert "subset" in honest.protocol.transaction("RequestTC").parameters


@pytest.mark.parametrize("name", ["X11", "X12", "X14", "X18", "X19"])
def test_switches_that_affect_no_transaction(name: str) -> None:
    default = variant("paper").load()
    assert default.switches[name].affects == "no transaction"
    for reading in default.switches[name].readings:
        other = variant("paper").load({name: reading})
        assert [clauses(step) for step in other.transactions.values()] == [clauses(step) for step in default.transactions.values()]


# --- counts and lines ---


def test_how_many_of_everything() -> None:
    protocol = market().protocol
    steps = protocol.transactions.values()
    off_chain = [step for step in steps if not step.on_ledger and not step.name.startswith("Submit")]
    assert len([t for t in protocol.schema.tables.values() if t.on_ledger and "." not in t.name]) == 10
    assert len([step for step in steps if step.on_ledger]) == 15
    assert len(protocol.inner) == 22
    assert [step.description.partition(":")[0] for step in off_chain] == [f"O{number}" for number in range(1, 13)]
    assert list(protocol.switches) == [f"X{number:02}" for number in range(1, 20)]


def test_everything_printed_cites_a_line() -> None:
    protocol = market().protocol
    grades = [field.grade for table in protocol.schema.tables.values() for field in table.fields.values()]
    grades += [grade for step in protocol.transactions.values() for grade in (step.grade, *(guard.grade for guard in step.guards.values()))]
    grades += [grade for grade, _ in protocol.inner.values()]
    cited = [re.findall(r"L(\d+)(?:-(\d+))?", grade.source) for grade in grades if grade.printed]
    assert all(cited) and len(cited) > 60
    cited += [re.findall(r"L(\d+)(?:-(\d+))?", place) for s in protocol.switches.values() for place in (s.one_place, s.another_place)]
    numbers = [int(number) for lines in cited for line in lines for number in line if number]
    assert 1 <= min(numbers) and max(numbers) <= LINES_OF_THE_PAPER
    assert all(grade.source.strip() for grade in grades)


def test_every_inner_transaction_is_called() -> None:
    protocol = market().protocol
    called = {name for step in protocol.transactions.values() for name in step.inner}
    assert called == set(protocol.inner)


def test_every_inner_transaction_leaves_its_mark() -> None:
    """An inner transaction that writes names its effect after itself."""
    protocol = market().protocol
    checking = {"AssertRole", "AssertOwner", "NewPseudonym", "GetAsset", "EmitEvent"}
    for step in protocol.transactions.values():
        assert set(step.inner) - checking <= set(step.effects), step.name


# --- Listing 4, and the loop of appends ---


def listing_4(round_: int, subsets: list[tuple[str, int]]) -> tuple[int, list[str], int]:
    """The Go text of Listing 4, line by line: round, Curdssidlist and rem after one call."""
    round_ += 1
    curdssidlist = []
    r = (round_ + 1) % 2
    rem = 0
    for i in range(len(subsets)):
        dss_id, ciidlist_length = subsets[i]
        if i % 2 == r:
            curdssidlist.append(dss_id)
            rem += ciidlist_length
    return round_, curdssidlist, rem


def dataset_of(honest: Market, replicas: dict[str, int]) -> Rows:
    """An approved couple on a dataset whose subsets have these numbers of replicas."""
    rows = {row: value for row, value in honest.before["StartRound"].items() if row[0] not in ("DSS", "DSS.ciidlist", "DS.dssidlist")}
    rows = honest.with_cell(rows, "DS", "ds-1", dssidlist_length=len(replicas))
    for position, (subset, number) in enumerate(replicas.items()):
        rows = honest.with_cell(rows, "DS.dssidlist", "ds-1", position, item=subset)
        rows = honest.with_cell(rows, "DSS", subset, dataset="ds-1", index=position, ciidlist_length=number)
        for replica in range(number):
            rows = honest.with_cell(rows, "DSS.ciidlist", subset, replica, item=f"{subset}-ci-{replica}")
    return rows


def test_listing_4_for_four_rounds() -> None:
    honest = market()
    replicas = {"dss-1": 2, "dss-2": 1, "dss-3": 3}
    rows, round_, seen = dataset_of(honest, replicas), 0, []
    for _ in range(4):
        round_, curdssidlist, rem = listing_4(round_, list(replicas.items()))
        rows.update(honest.run("StartRound", rows).writes)
        couple = [honest.cell(rows, "TC", ("tc-1",), name) for name in ("round", "rem")]
        assert (couple, honest.selected(rows)) == ([round_, rem], curdssidlist)
        seen.append((curdssidlist, rem))
    assert seen == [(["dss-1", "dss-3"], 5), (["dss-2"], 1)] * 2


def test_appends_in_a_loop_lose_entries() -> None:
    honest = market()
    rows = {**dataset_of(honest, {"dss-1": 2, "dss-2": 1, "dss-3": 3})}
    outcome = honest.run("ApproveTC", honest.with_cell(rows, "TC", "tc-1", status="REQUESTED", jobs_length=0))
    created = [key for (table, key) in outcome.writes if table == "TJ"]
    assert len(created) == 6
    assert honest.cell(outcome.writes, "TC", ("tc-1",), "jobs_length") == 1
    assert honest.cell(outcome.writes, "TC.jobs", ("tc-1", 0), "item") == "dss-3-ci-2"


# --- helpers ---


def clauses(step: Any) -> tuple[Any, ...]:
    guards = [(guard.name, id(guard.condition)) for guard in step.guards.values()]
    writes = [(w.row, w.field, id(w.value), id(w.condition), [hash(b) for b in w.binders]) for w in (*step.writes, *step.observed)]
    return step.name, guards, writes, list(step.parameters), [(name, id(c)) for name, c in (*step.honest.items(), *step.powers.items())]
