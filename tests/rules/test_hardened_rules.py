"""The hardened transactions: each accepted once with what it changes, and for each guard a case in which it is the first to refuse.

States come from an honest run at 2 subsets x 3 replicas, with one change where a step is not taken by honest parties alone.
The first round draws dss-2, which co-2, co-4 and co-6 hold as ci-2, ci-4 and ci-6.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from model.enumeration import Rows, Steps
from model.market import first_useful_step
from model.scope import Scope
from spec.compiled import Compiled
from spec.concrete import Outcome, View, default_row, run
from spec.text import Protocol
from spec.variants import variant

SCOPE = Scope(2, 3)
MOST_STEPS = 400
TEXT = "text"
Change = tuple[Any, ...]


@dataclass
class Market:
    """An honest run: every state, the place at which each step was taken first, and its arguments."""

    protocol: Protocol
    states: list[Rows]
    first: dict[str, int]
    actions: dict[str, dict[str, Any]]

    def before(self, name: str) -> Rows:
        return self.states[self.first[name]]

    def run(self, name: str, rows: Rows, arguments: dict[str, Any]) -> Outcome:
        return run(self.protocol.transaction(name), arguments, View(self.protocol.schema, rows, SCOPE.universe(self.protocol)))

    def cells(self, rows: Rows, table: str, name: str) -> list[Any]:
        """One cell of every row of a table."""
        place = list(self.protocol.schema.table(table).cells).index(name)
        return [row[place] for (owner, _), row in rows.items() if owner == table]

    def changed(self, rows: Rows, arguments: dict[str, Any], change: Change) -> tuple[Rows, dict[str, Any]]:
        """The state and the arguments after one change: an argument, a row that is gone, or cells of a row."""
        kind, *target = change
        if kind == "argument":
            return rows, {**arguments, target[0]: target[1]}
        row = target[0], tuple(target[1:] if kind == "drop" else target[1:-1])
        if kind == "drop":
            return {other: value for other, value in rows.items() if other != row}, arguments
        declared = self.protocol.schema.table(row[0])
        assert set(target[-1]) <= set(declared.cells), (change, list(declared.cells))
        old = rows.get(row, default_row(declared))
        return {**rows, row: tuple(target[-1].get(name, value) for name, value in zip(declared.cells, old, strict=True))}, arguments

    def differences(self, before: Rows, after: Rows) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The cells of `after` that are not as before; a row that is new and empty is there with no cell."""
        found = {}
        for (table, key), row in after.items():
            declared = self.protocol.schema.table(table)
            old = before.get((table, key), default_row(declared))
            cells = {name: value for name, value, was in zip(declared.cells, row, old, strict=True) if value != was}
            if cells or (table, key) not in before:
                found[(table, *key)] = cells
        return found


@cache
def honest() -> Market:
    """An honest run to the end of a couple; the clock moves when there is nothing else to do."""
    protocol = variant("hardened").load()
    steps = [name for name in protocol.transactions if name not in ("Collect", "Fund", "Tick")]
    order = {name: protocol.transactions[name] for name in ("Collect", *steps, "Fund", "Tick")}
    taking = Steps(Compiled(protocol), SCOPE.universe(protocol, spares=False), frozenset(), order)
    found = Market(protocol, [dict(SCOPE.facts())], {}, {})
    while "CompleteTC" not in found.first:
        rows = found.states[-1]
        assert len(found.states) < MOST_STEPS, f"no couple was completed; taken: {sorted(found.first)}"
        step = first_useful_step(taking, rows)
        assert step is not None, f"honest parties are stuck after {sorted(found.first)}"
        (name, arguments), changed = step
        if name not in found.first:
            found.first[name], found.actions[name] = len(found.states) - 1, arguments
        found.states.append({**rows, **changed})
    return found


# --- an accepted case of each step: the honest one, or a state of the run with a change, and arguments ---

WEIGHTS = ("Content(dss-2)", 1)
LATE = ("set", "Clock", {"now": 90})
EARLY = ("set", "Clock", {"now": 0})
DISPUTED = ("set", "Result", "tc-1", 1, "dss-2", {"disputer": "mo-1", "stake": 2})
STAKED = ("set", "Escrow", "tc-1", {"stakes": 2})
OF_COUPLE = {"caller": "do-1", "couple": "tc-1"}
AGGREGATE = (("aggregate", 2), "Nonce(mo-1)", "mo-1", None, None, 0)
CASES: dict[str, tuple[str, tuple[Change, ...], dict[str, Any]]] = {
    "UpdateMod": ("Tick", (), {"caller": "mo-1", "model": "mod-1", "url": TEXT, "hash": AGGREGATE}),
    "RefuseCI": ("JoinCI", (), {"caller": "co-1", "instance": "ci-1"}),
    "RejectCI": ("VerifyCI", (), {"caller": "do-1", "instance": "ci-1"}),
    "ExpireCI": ("VerifyCI", (LATE,), {"caller": "co-1", "instance": "ci-1"}),
    "WithdrawCI": ("RequestTC", (), {"caller": "co-1", "instance": "ci-1"}),
    "CancelTC": ("ApproveTC", (), {"caller": "mo-1", "couple": "tc-1"}),
    "CloseTC": ("StartRound", (LATE,), OF_COUPLE),
    "ReportInput": ("CommitTJ", (), {"caller": "co-2", "couple": "tc-1", "instance": "ci-2"}),
    "DisputeResult": ("Tick", (), {"caller": "mo-1", "couple": "tc-1", "round": 1, "instance": "ci-2"}),
    "Arbitrate": ("Tick", (DISPUTED, STAKED), {**OF_COUPLE, "round": 1, "subset": "dss-2", "weights": WEIGHTS}),
    "SettleDispute": ("Tick", (DISPUTED, STAKED, LATE), {**OF_COUPLE, "round": 1, "subset": "dss-2"}),
}


def accepted(name: str) -> tuple[Rows, dict[str, Any]]:
    """A state and arguments in which a step is accepted."""
    if name not in CASES:
        return honest().before(name), honest().actions[name]
    at, changes, arguments = CASES[name]
    rows = honest().before(at)
    for change in changes:
        rows, arguments = honest().changed(rows, arguments, change)
    return rows, arguments


def ledger_steps() -> dict[str, Any]:
    return {name: step for name, step in honest().protocol.transactions.items() if step.on_ledger}


def test_every_step_has_an_accepted_case() -> None:
    without = [name for name in ledger_steps() if name not in CASES and name not in honest().first]
    assert without == [], "neither taken by honest parties nor among CASES"


@pytest.mark.parametrize("name", list(ledger_steps()))
def test_accepted(name: str) -> None:
    rows, arguments = accepted(name)
    outcome = honest().run(name, rows, arguments)
    assert outcome.refused is None and honest().differences(rows, outcome.writes)


# --- what they change: every cell that is no money, and the event ---

MONEY = {"Account": None, "Escrow": None, "Treasury": None, "CI": {"bond"}, "Round": {"held"}, "Result": {"stake"}}
DATA = ("Content(dss-1)", "Nonce(do-1)", "ci-1", "co-1")
COMMITMENT = (WEIGHTS, "Nonce(co-2)", "co-2", "tc-1", "ci-2", 1)
FREED = {("Progress", "tc-1"): {"ended": True}, ("Open", "ds-1", "mo-1"): {"couple": None}}
RELEASED = {("CI", f"ci-{i}"): {"engaged": 0} for i in range(1, 7)}
Cells = dict[tuple[Any, ...], dict[str, Any]]
CHANGED: dict[str, tuple[str, Cells, tuple[str, tuple[str, ...]] | None]] = {
    "CreateDO": ("do-1", {("DO", "do-1"): {"howMany": TEXT}}, None),
    "CreateCO": ("co-1", {("CO", "co-1"): {"public_key": TEXT}}, None),
    "CreateMO": ("mo-1", {("MO", "mo-1"): {"public_key": TEXT}}, None),
    "CreateDS": ("do-1", {
        ("DS", "ds-1"): {"owner": "do-1", "description": TEXT, "sample_url": TEXT, "terms": TEXT},
        ("Contract", "contract-1"): {"dataset": "ds-1", "terms": TEXT},
        ("DO", "do-1"): {"datasets_length": 1}, ("DO.datasets", "do-1", 0): {"item": "ds-1"},
    }, ("DatasetPublished", ("ds-1",))),
    "CreateDSS": ("do-1", {
        ("DSS", "dss-1"): {"dataset": "ds-1", "root": ("dss-1", "Content(dss-1)")},
        ("DS", "ds-1"): {"dssidlist_length": 1}, ("DS.dssidlist", "ds-1", 0): {"item": "dss-1"},
    }, None),
    "PublishDS": ("do-1", {("DS", "ds-1"): {"status": "PUBLISHED", "batches": 2}}, ("DatasetFrozen", ("ds-1",))),
    "CreateCI": ("do-1", {
        ("CI", "ci-1"): {"co": "co-1", "dss": "dss-1", "status": "FREE", "challenge": "Nonce(do-1)", "deadline": 2},
        ("DSS", "dss-1"): {"ciidlist_length": 1}, ("DSS.ciidlist", "dss-1", 0): {"item": "ci-1"},
        ("CO", "co-1"): {"instances_length": 1}, ("CO.instances", "co-1", 0): {"item": "ci-1"},
        ("Holder", "ds-1", "co-1"): {"instance": "ci-1"},
    }, ("InstanceCreated", ("ci-1",))),
    "JoinCI": ("co-1", {("CI", "ci-1"): {"hash": DATA, "nonce": "Nonce(do-1)"}}, ("InstanceJoined", ("ci-1",))),
    "VerifyCI": ("do-1", {("CI", "ci-1"): {"status": "VERIFIED"}, ("Verification", "ci-1"): {"hash": DATA}}, None),
    "RefuseCI": ("co-1", {("CI", "ci-1"): {"ended": "REFUSED"}}, ("InstanceRefused", ("ci-1",))),
    "RejectCI": ("do-1", {("CI", "ci-1"): {"ended": "REJECTED"}}, ("InstanceRejected", ("ci-1",))),
    "ExpireCI": ("co-1", {("CI", "ci-1"): {"ended": "EXPIRED"}}, ("InstanceExpired", ("ci-1",))),
    "WithdrawCI": ("co-1", {("CI", "ci-1"): {"ended": "WITHDRAWN"}}, ("InstanceWithdrawn", ("ci-1",))),
    "CreateMod": ("mo-1", {
        ("Mod", "mod-1"): {"owner": "mo-1", "type": TEXT, "url": TEXT, "training_method": TEXT},
        ("MO", "mo-1"): {"models_length": 1}, ("MO.models", "mo-1", 0): {"item": "mod-1"},
    }, None),
    "RequestTC": ("mo-1", {
        ("TC", "tc-1"): {"ds": "ds-1", "mod": "mod-1", "status": "REQUESTED", "epochs": 1, "commitment": ("tc-1", "MO", "Share(mo-1)")},
        ("MO", "mo-1"): {"couples_length": 1}, ("MO.couples", "mo-1", 0): {"item": "tc-1"},
        ("DS", "ds-1"): {"couples_length": 1}, ("DS.couples", "ds-1", 0): {"item": "tc-1"},
        ("Progress", "tc-1"): {"deadline": 2}, ("Open", "ds-1", "mo-1"): {"couple": "tc-1"},
    }, ("CoupleRequested", ("tc-1",))),
    "ApproveTC": ("do-1", {
        ("TC", "tc-1"): {"status": "APPROVED"}, ("DS", "ds-1"): {"next_epoch": 1},
        ("Approval", "tc-1"): {"commitment": ("tc-1", "DO", "Share(do-1)")},
        **{("Roster", "tc-1", f"ci-{i}"): {"subset": f"dss-{2 - i % 2}", "owner": f"co-{i}"} for i in range(1, 7)},
        **{("CI", f"ci-{i}"): {"engaged": 1} for i in range(1, 7)},
    }, ("CoupleApproved", ("tc-1",))),
    "RevealSeedMO": ("mo-1", {("Progress", "tc-1"): {"mo_share": "Share(mo-1)"}}, None),
    "RevealSeedDO": ("do-1", {("Progress", "tc-1"): {"do_share": "Share(do-1)", "active": True}}, ("CoupleActive", ("tc-1",))),
    "StartRound": ("mo-1", {
        ("TC", "tc-1"): {"round": 1}, ("Progress", "tc-1"): {"position": 1}, ("Round", "tc-1", 1): {"batch": 1, "commit_by": 2},
        **{("Slot", "tc-1", 1, f"ci-{i}"): {"subset": "dss-2", "owner": f"co-{i}"} for i in (2, 4, 6)},
    }, ("RoundStarted", ("tc-1",))),
    "CommitTJ": ("co-2", {("TJ", "tc-1", "ci-2", 1): {"status": "CREATED", "hash": COMMITMENT}}, None),
    "OpenReveal": ("do-1", {("Round", "tc-1", 1): {"revealing": True, "reveal_by": 2}}, ("RevealStarted", ("tc-1",))),
    "UpdateTJ": ("co-2", {("TJ", "tc-1", "ci-2", 1): {
        "status": "UPDATED", "nonce": "Nonce(co-2)", "location": ("Location(ci-2)", "mo-1"), "weights": WEIGHTS}}, None),
    "TakeResult": ("do-1", {("Result", "tc-1", 1, "dss-2"): {"weights": WEIGHTS}}, None),
    "CloseRound": ("do-1", {
        ("Round", "tc-1", 1): {"closed": True, "reported": True, "dispute_by": 4, "arbitrate_by": 6}, ("Progress", "tc-1"): {"deadline": 8},
    }, ("RoundComplete", ("tc-1",))),
    "UpdateMod": ("mo-1", {("Mod", "mod-1"): {"hash": AGGREGATE}}, None),
    "CompleteTC": ("mo-1", {("TC", "tc-1"): {"status": "COMPLETED"}, **FREED, **RELEASED}, ("CoupleComplete", ("tc-1",))),
    "CancelTC": ("mo-1", FREED, ("CoupleClosed", ("tc-1",))),
    "CloseTC": ("do-1", {**FREED, **RELEASED}, ("CoupleClosed", ("tc-1",))),
    "Tick": ("do-1", {("Clock",): {"now": 1}}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_accepted_with_exactly_these_changes(name: str) -> None:
    caller, expected, event = CHANGED[name]
    rows, arguments = accepted(name)
    outcome = honest().run(name, rows, arguments)
    found = {}
    for row, cells in honest().differences(rows, outcome.writes).items():
        money = MONEY.get(row[0], set())
        kept = {} if money is None else {cell: value for cell, value in cells.items() if cell not in money}
        found |= {row: kept} if kept else {}
    assert (arguments["caller"], found, outcome.event) == (caller, expected, event)


def test_money_is_neither_made_nor_lost() -> None:
    """On every state of the honest run: what was brought in is what lies on accounts, in bonds, in escrow and with the arbiters."""
    market = honest()
    escrow = [("Escrow", cell) for cell in ("mo_bond", "do_bond", "held", "stakes")]
    held = [("Account", "balance"), ("CI", "bond"), ("Treasury", "arbiters"), *escrow]
    for rows in market.states:
        brought = sum(market.cells(rows, "Treasury", "supply"))
        assert sum(sum(market.cells(rows, table, name)) for table, name in held) == brought
    assert brought > 0


def test_each_round_is_paid_and_each_subset_trains_once_in_the_epoch() -> None:
    market, last = honest(), honest().states[-1]
    assert market.cells(last, "Verdict", "outcome") == ["ACCEPTED"] * SCOPE.instances
    assert sorted(market.cells(last, "Round", "batch")) == [0, 1]
    assert market.cells(last, "Escrow", "held") == [0]


# --- refused: the change by which this guard is the first that does not hold ---

STRANGER = ("argument", "caller", "pseudonym-1")
NOT_MODEL_OWNER = ("set", "Mod", "mod-1", {"owner": "do-1"})
NOT_DATA_OWNER = ("set", "DS", "ds-1", {"owner": "co-1"})
ENDED_COUPLE = ("set", "Progress", "tc-1", {"ended": True})
ENDED_INSTANCE = ("set", "CI", "ci-1", {"ended": "EXPIRED"})
WITHOUT_SLOT = ("argument", "instance", "ci-1")
ROUND = ("set", "Round", "tc-1", 1)
APPROVED, REQUESTED = (("set", "TC", "tc-1", {"status": status}) for status in ("APPROVED", "REQUESTED"))
REFUSED: dict[str, dict[str, Change]] = {
    "CreateDO": {"identifier_is_unique": ("set", "DO", "do-1", {"howMany": TEXT})},
    "CreateCO": {"identifier_is_unique": ("set", "CO", "co-1", {"public_key": TEXT})},
    "CreateMO": {"identifier_is_unique": ("set", "MO", "mo-1", {"public_key": TEXT})},
    "CreateDS": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "dataset_is_new": ("set", "DS", "ds-1", {"owner": "co-1"}),
        "contract_is_new": ("set", "Contract", "contract-1", {"terms": TEXT}),
    },
    "CreateDSS": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "dataset_exists": ("drop", "DS", "ds-1"), "caller_owns_dataset": NOT_DATA_OWNER,
        "subset_is_new": ("set", "DSS", "dss-1", {"index": 1}), "dataset_is_draft": ("set", "DS", "ds-1", {"status": "PUBLISHED"}),
        "root_is_present": ("argument", "root", None),
    },
    "CreateCI": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "subset_exists": ("drop", "DSS", "dss-1"), "owner_exists": ("drop", "CO", "co-1"),
        "caller_owns_subset": NOT_DATA_OWNER, "instance_is_new": ("set", "CI", "ci-1", {"status": "FREE"}),
        "owner_is_new_in_dataset": ("set", "Holder", "ds-1", "co-1", {"instance": "ci-2"}),
    },
    "JoinCI": {
        "caller_is_cloud_owner": ("drop", "CO", "co-1"), "instance_exists": ("drop", "CI", "ci-1"),
        "caller_owns_instance": ("argument", "caller", "co-2"), "instance_is_live": ENDED_INSTANCE, "in_time": LATE,
        "not_joined": ("set", "CI", "ci-1", {"hash": ("junk", "Nonce(do-1)", "ci-1", "co-1")}),
        "hash_is_present": ("argument", "hash", None), "challenge_is_answered": ("argument", "nonce", "Nonce(co-1)"),
        "bond_is_funded": ("set", "Account", "co-1", {"balance": 0}),
    },
    "VerifyCI": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "instance_exists": ("drop", "CI", "ci-1"), "caller_is_the_do": NOT_DATA_OWNER,
        "hash_matches": ("argument", "hash", ("junk", "Nonce(do-1)", "ci-1", "co-1")), "instance_is_live": ENDED_INSTANCE,
        "joined": ("both", ("set", "CI", "ci-1", {"hash": None}), ("argument", "hash", None)),
    },
    "CreateMod": {"caller_is_model_owner": ("drop", "MO", "mo-1"), "model_is_new": ("set", "Mod", "mod-1", {"url": TEXT})},
    "RequestTC": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "dataset_exists": ("drop", "DS", "ds-1"), "model_exists": ("drop", "Mod", "mod-1"),
        "caller_owns_model": NOT_MODEL_OWNER, "couple_is_new": REQUESTED, "dataset_is_published": ("set", "DS", "ds-1", {"status": None}),
        "no_open_couple": ("set", "Open", "ds-1", "mo-1", {"couple": "tc-2"}), "epochs_are_positive": ("argument", "epochs", 0),
        "caller_is_new_in_dataset": ("set", "Holder", "ds-1", "mo-1", {"instance": "ci-1"}),
        "share_is_committed": ("argument", "commitment", None), "bond_is_funded": ("set", "Account", "mo-1", {"balance": 0}),
    },
    "ApproveTC": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "couple_exists": ("drop", "TC", "tc-1"), "caller_owns_dataset": NOT_DATA_OWNER,
        "is_requested": APPROVED, "not_ended": ENDED_COUPLE, "in_time": LATE, "share_is_committed": ("argument", "commitment", None),
        "bond_is_funded": ("set", "Account", "do-1", {"balance": 0}),
    },
    "StartRound": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "couple_exists": ("drop", "TC", "tc-1"), "couple_approved": REQUESTED,
        "caller_owns_model": NOT_MODEL_OWNER, "not_ended": ENDED_COUPLE, "seed_is_known": ("set", "Progress", "tc-1", {"active": False}),
        "previous_closed": ("set", "TC", "tc-1", {"round": 1}), "epochs_left": ("set", "Progress", "tc-1", {"epoch": 1}),
        "round_is_funded": ("set", "Account", "mo-1", {"balance": 0}),
    },
    "UpdateTJ": {
        "caller_is_cloud_owner": ("drop", "CO", "co-2"), "job_exists": ("drop", "TJ", "tc-1", "ci-2", 1),
        "caller_owns_slot": ("argument", "caller", "co-4"), "revealing": (*ROUND, {"revealing": False}), "in_time": LATE,
        "not_revealed": ("set", "TJ", "tc-1", "ci-2", 1, {"weights": WEIGHTS}), "weights_are_present": ("argument", "weights", None),
        "opens": ("argument", "weights", ("junk", 1)),
    },
    "UpdateMod": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "model_exists": ("drop", "Mod", "mod-1"), "caller_owns_model": NOT_MODEL_OWNER,
    },
    "CompleteTC": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "couple_exists": ("drop", "TC", "tc-1"), "caller_owns_model": NOT_MODEL_OWNER,
        "not_ended": ENDED_COUPLE, "couple_approved": REQUESTED, "rounds_closed": ("set", "TC", "tc-1", {"round": 3}),
        "whole_epochs": ("set", "Progress", "tc-1", {"position": 1}), "all_settled": ("set", "Escrow", "tc-1", {"held": 1}),
    },
    "PublishDS": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "dataset_exists": ("drop", "DS", "ds-1"), "caller_owns_dataset": NOT_DATA_OWNER,
        "dataset_is_draft": ("set", "DS", "ds-1", {"status": "PUBLISHED"}), "batches_cover": ("argument", "batches", 1),
    },
    "RefuseCI": {
        "caller_is_cloud_owner": ("drop", "CO", "co-1"), "instance_exists": ("drop", "CI", "ci-1"), "instance_is_live": ENDED_INSTANCE,
        "caller_owns_instance": ("argument", "caller", "co-2"), "root_is_present": ("set", "DSS", "dss-1", {"root": None}),
        "offered": ("set", "CI", "ci-1", {"hash": ("junk", "Nonce(do-1)", "ci-1", "co-1")}),
    },
    "RejectCI": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "instance_exists": ("drop", "CI", "ci-1"), "instance_is_live": ENDED_INSTANCE,
        "caller_owns_subset": NOT_DATA_OWNER, "joined": ("set", "CI", "ci-1", {"hash": None}),
    },
    "ExpireCI": {
        "instance_exists": ("drop", "CI", "ci-1"), "instance_is_live": ENDED_INSTANCE, "caller_is_concerned": STRANGER,
        "waits_in_vain": EARLY,
    },
    "WithdrawCI": {
        "caller_is_cloud_owner": ("drop", "CO", "co-1"), "instance_exists": ("drop", "CI", "ci-1"), "instance_is_live": ENDED_INSTANCE,
        "caller_owns_instance": ("argument", "caller", "co-2"), "nobody_counts_on_it": ("set", "CI", "ci-1", {"engaged": 1}),
    },
    "RevealSeedMO": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "couple_exists": ("drop", "TC", "tc-1"), "caller_owns_model": NOT_MODEL_OWNER,
        "couple_approved": REQUESTED, "not_revealed": ("set", "Progress", "tc-1", {"mo_share": "Share(mo-1)"}), "not_ended": ENDED_COUPLE,
        "in_time": LATE, "opens": ("argument", "share", "Share(do-1)"),
    },
    "RevealSeedDO": {
        "caller_is_data_owner": ("drop", "DO", "do-1"), "couple_exists": ("drop", "TC", "tc-1"), "caller_owns_dataset": NOT_DATA_OWNER,
        "mo_revealed": ("set", "Progress", "tc-1", {"mo_share": None}), "not_ended": ENDED_COUPLE, "in_time": LATE,
        "not_revealed": ("set", "Progress", "tc-1", {"do_share": "Share(do-1)"}), "opens": ("argument", "share", "Share(mo-1)"),
    },
    "CancelTC": {
        "caller_is_model_owner": ("drop", "MO", "mo-1"), "couple_exists": ("drop", "TC", "tc-1"), "caller_owns_model": NOT_MODEL_OWNER,
        "is_requested": APPROVED, "not_ended": ENDED_COUPLE,
    },
    "CloseTC": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "not_ended": ENDED_COUPLE,
        "rounds_closed": ("set", "TC", "tc-1", {"round": 1}), "deadline_passed": EARLY,
        "all_settled": ("set", "Escrow", "tc-1", {"stakes": 1}),
    },
    "CommitTJ": {
        "caller_is_cloud_owner": ("drop", "CO", "co-2"), "couple_exists": ("drop", "TC", "tc-1"), "has_a_slot": WITHOUT_SLOT,
        "caller_owns_slot": ("argument", "caller", "co-4"), "not_revealing": (*ROUND, {"revealing": True}),
        "round_is_open": (*ROUND, {"closed": True}), "in_time": LATE,
        "no_job": ("set", "TJ", "tc-1", "ci-2", 1, {"hash": (WEIGHTS, "Nonce(co-2)", "co-2", "tc-1", "ci-2", 1)}),
        "hash_is_present": ("argument", "hash", None),
    },
    "ReportInput": {
        "caller_is_cloud_owner": ("drop", "CO", "co-2"), "couple_exists": ("drop", "TC", "tc-1"),
        "caller_owns_slot": ("argument", "caller", "co-4"), "not_revealing": (*ROUND, {"revealing": True}),
        "round_is_open": (*ROUND, {"closed": True}),
        "no_job": ("set", "TJ", "tc-1", "ci-2", 1, {"hash": (WEIGHTS, "Nonce(co-2)", "co-2", "tc-1", "ci-2", 1)}),
    },
    "OpenReveal": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "round_is_open": (*ROUND, {"closed": True}),
        "not_revealing": (*ROUND, {"revealing": True}), "committed_or_late": ("drop", "TJ", "tc-1", "ci-2", 1),
    },
    "TakeResult": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "has_a_slot": WITHOUT_SLOT,
        "round_may_have_results": (*ROUND, {"revealing": False}), "no_result": ("set", "Result", "tc-1", 1, "dss-2", {"weights": WEIGHTS}),
        "has_quorum": ("set", "TJ", "tc-1", "ci-2", 1, {"weights": ("junk", 1)}),
    },
    "CloseRound": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "round_is_open": (*ROUND, {"closed": True}),
        "revealing": (*ROUND, {"revealing": False}), "quorum_or_late": ("drop", "Result", "tc-1", 1, "dss-2"),
    },
    "DisputeResult": {
        "couple_exists": ("drop", "TC", "tc-1"), "has_a_slot": WITHOUT_SLOT, "caller_is_concerned": STRANGER,
        "round_is_closed": (*ROUND, {"closed": False}), "in_time": LATE, "undisputed": DISPUTED,
        "stake_is_funded": ("set", "Account", "mo-1", {"balance": 0}),
    },
    "Arbitrate": {
        "couple_exists": ("drop", "TC", "tc-1"), "subset_exists": ("argument", "subset", "dss-3"), "in_time": LATE,
        "disputed": ("set", "Result", "tc-1", 1, "dss-2", {"disputer": None}), "weights_are_present": ("argument", "weights", None),
        "undecided": ("set", "Result", "tc-1", 1, "dss-2", {"arbitrated": True}),
    },
    "SettleDispute": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "disputes_are_over": EARLY,
        "open": ("set", "Result", "tc-1", 1, "dss-2", {"stake": 0}),
    },
    "SettleJob": {
        "couple_exists": ("drop", "TC", "tc-1"), "caller_has_standing": STRANGER, "has_a_slot": WITHOUT_SLOT, "disputes_are_over": EARLY,
        "unsettled": ("set", "Verdict", "tc-1", 1, "ci-2", {"paid": 0}),
    },
}  # fmt: skip
KNOWN = [(name, guard) for name, guards in REFUSED.items() for guard in guards]


def test_every_guard_has_a_case_and_every_case_a_guard() -> None:
    guards = [(name, guard) for name, step in ledger_steps().items() for guard in step.guards]
    assert sorted(set(guards) - set(KNOWN)) == [], "guards without a case in REFUSED"
    assert sorted(set(KNOWN) - set(guards)) == [], "cases of guards that are gone"


@pytest.mark.parametrize(("name", "guard"), KNOWN)
def test_this_guard_is_the_first_to_refuse(name: str, guard: str) -> None:
    rows, arguments = accepted(name)
    change = REFUSED[name][guard]
    for one in change[1:] if change[0] == "both" else (change,):
        rows, arguments = honest().changed(rows, arguments, one)
    assert honest().run(name, rows, arguments) == Outcome(guard)
