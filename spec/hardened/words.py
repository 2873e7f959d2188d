"""What the hardened text adds to the paper's: kinds, tables, and the words that its clauses share."""
# ruff: noqa: E501, I001 (tables: a line is a row)

from __future__ import annotations

from typing import Any

from spec.kinds import Kind
from spec.language import BOOLEAN, INTEGER, MEMBER, Amendment, Enumeration, Sort, TableHandle, Term, choose, count, reconstructed, some
from spec.paper.assets import (
    CI_REF, CO_REF, CONTENT, DATA_HASH, DS_REF, DSS_REF, MODEL_HASH, ROLE, TC_REF, WEIGHTS,
)  # fmt: skip
from spec.schema import Field, Table
from spec.tracing import Tracing

WINDOW = 2  # ticks that an honest party has to act
MIN_REPLICAS = 2  # fewer replicas of a subset say nothing about each other

SHARE = Sort("Share", image_of="Member")
SEED_HASH = Term("seed commitment", (("couple", TC_REF), ("role", ROLE), ("share", SHARE)))
EPOCH_SEED = Term("epoch seed", (("dataset", DS_REF), ("epoch", INTEGER), ("of_mo", SHARE), ("of_do", SHARE)))
ROOT = Term("root", (("subset", DSS_REF), ("content", CONTENT)))
PURSE = 1000  # what a member brings in at once
FEE, ROYALTY = 2, 1  # for an accepted job: to the owner of the replica, to the DO
CO_BOND, MO_BOND, DO_BOND = 2, 2, 2
STAKE, BOUNTY, SILENCE_FEE = 1, 1, 1  # of a dispute; for one that is upheld, out of the deviator's bond; for a job not revealed
OUTCOME = Enumeration("Outcome", ("ACCEPTED", "DIFFERS", "FRAUD", "SILENT", "COMPLAINED"))
ENDED = Enumeration("Ended", ("REFUSED", "REJECTED", "EXPIRED", "WITHDRAWN"))

CLOCK, HOLDER, VERIFICATION, APPROVAL, ROSTER, PROGRESS, OPEN, ROUND, SLOT, RESULT, COMMITTED, MISSED, COLLECTED, ACCOUNT, TREASURY, ESCROW, VERDICT = map(TableHandle, (
    "Clock", "Holder", "Verification", "Approval", "Roster", "Progress", "Open", "Round", "Slot", "Result", "Committed", "Missed", "Collected", "Account",
    "Treasury", "Escrow", "Verdict"))  # fmt: skip


def field(kind: Kind, reason: str) -> Field:
    return reconstructed(kind, reason)


def table(name: str, title: str, because: str, key: dict[str, Kind], category: str = "asset", **fields: Field) -> Amendment:
    """An amendment that adds a table."""
    return Amendment("add_table", name, because, Table(name, title, because, tuple(key.items()), fields, category))


COUPLE: dict[str, Kind] = {"couple": TC_REF}
ROUND_KEY: dict[str, Kind] = {**COUPLE, "round": INTEGER}
DEADLINE = "a party that is silent must not hold up the others (A19)"

TABLES = (
    table("Clock", "clock", "A13: a timestamp set by the client back-dates a copy", {}, now=field(INTEGER, "ticks that a majority of organisations endorsed")),
    table("Holder", "holder", "C01, C02: one owner holds several subsets of a dataset", {"dataset": DS_REF, "owner": MEMBER},
          instance=field(CI_REF, "one instance for each owner and dataset")),
    table("Verification", "verification", "C11: what the DO verified must not change with the instance", {"instance": CI_REF},
          hash=field(DATA_HASH, "the hash that the DO recomputed")),
    table("Approval", "approval", "A12: an approval is given once, and is the DO's own row", COUPLE,
          commitment=field(SEED_HASH, "the DO's share of the seed, fixed before any is revealed"), first_epoch=field(INTEGER, "epochs are allocated once, across couples")),
    table("Roster", "roster entry", "A1, A11: whoever may train is fixed before the seed is known", {**COUPLE, "instance": CI_REF},
          subset=field(DSS_REF, "the subset that the instance held at approval"), owner=field(CO_REF, "its owner at approval")),
    table("Progress", "progress", "A8: the state of a couple stands in a row of its own", COUPLE,
          deadline=field(INTEGER, DEADLINE), mo_share=field(SHARE, "revealed by the MO"), do_share=field(SHARE, "revealed by the DO"),
          active=field(BOOLEAN, "both shares are known"), ended=field(BOOLEAN, "nothing more happens"),
          epoch=field(INTEGER, "epochs of this couple that are spent"), position=field(INTEGER, "batches of the epoch that are spent")),
    table("Open", "open couple", "A2, A12: an MO opens couples until a draw suits it", {"dataset": DS_REF, "owner": MEMBER},
          couple=field(TC_REF, "the open couple of this MO and dataset")),
    table("Round", "round", "A2, A8: each round has a row of its own, which no other rewrites", ROUND_KEY,
          epoch=field(INTEGER, "of the dataset"), position=field(INTEGER, "in the epoch's permutation"), batch=field(INTEGER, "the batch that trains"),
          model=field(MODEL_HASH, "the input model is fixed at the start"), revealing=field(BOOLEAN, "no commitment is accepted any more"),
          commit_by=field(INTEGER, DEADLINE), reveal_by=field(INTEGER, DEADLINE), closed=field(BOOLEAN, "the round has ended"), reported=field(BOOLEAN, "some result was revealed before it closed"),
          dispute_by=field(INTEGER, DEADLINE), arbitrate_by=field(INTEGER, DEADLINE), held=field(INTEGER, "for jobs of this round that are not settled"),
          stakes=field(INTEGER, "of open disputes about this round")),
    table("Slot", "slot", "C17: the number of replicas is fixed when the round starts", {**ROUND_KEY, "instance": CI_REF},
          subset=field(DSS_REF, "whose replicas are compared"), owner=field(CO_REF, "who must deliver")),
    table("Result", "result", "A7, A8: the result of a subset is found by counting its reveals", {**ROUND_KEY, "subset": DSS_REF},
          weights=field(WEIGHTS, "what a quorum revealed"), disputer=field(MEMBER, "who disputes it"), bond_of=field(CI_REF, "whose bond gave the stake"),
          stake=field(INTEGER, "of the open dispute"), arbitrated=field(BOOLEAN, "arbiters have decided"), final=field(WEIGHTS, "what they computed again")),
    table("Account", "account", "C39: nothing in the paper pays", {"owner": MEMBER}, balance=field(INTEGER, "free money")),
    table("Treasury", "treasury", "C39: money must come from somewhere", {}, supply=field(INTEGER, "all money that was brought in"),
          arbiters=field(INTEGER, "stakes of frivolous disputes")),
    table("Escrow", "escrow", "C39: work is accepted and not paid", COUPLE, held=field(INTEGER, "for jobs that are not settled"),
          mo_bond=field(INTEGER, "lost by an MO that leaves"), do_bond=field(INTEGER, "lost by a DO that withholds its share"),
          stakes=field(INTEGER, "of open disputes")),
    table("Verdict", "verdict", "C10, C39: what a job was worth is said once, with what was paid", {**ROUND_KEY, "instance": CI_REF},
          outcome=field(OUTCOME, "what became of the job"), paid=field(INTEGER, "to its owner")),
    table("Committed", "O9: what a CO committed to", "A4, C19: commit before reveal", {"party": MEMBER, **COUPLE, "instance": CI_REF, "round": INTEGER}, "memory",
          weights=field(WEIGHTS, "what it must reveal")),
    table("Missed", "O8: the training files that a CO looked for in vain", "C37: whoever has no inputs can say so", {"party": MEMBER, **COUPLE}, "memory",
          seen=field(BOOLEAN, "it was not there")),
    table("Collected", "O11: the last round of a couple that an MO collected", "C32: an MO with two couples of one model waits for a round that it has collected",
          {"party": MEMBER, **COUPLE}, "memory", round=field(INTEGER, "from which it has a report")),
)


def now() -> Any:
    return CLOCK[()].now


def due() -> Any:
    """The deadline of something that starts now."""
    return now() + WINDOW


def in_time(deadline: Any) -> Any:
    return now() <= deadline


def current(couple: Any) -> Any:
    """The couple's latest round."""
    return ROUND[couple, couple.round]


def latest(one: Any, other: Any) -> Any:
    return choose(one < other, other, one)


def slots(couple: Any, round: Any) -> Any:
    return SLOT.rows(couple, round)


def has_standing(member: Any, couple: Any) -> Any:
    """The DO, the MO and whoever is on the roster may move a couple on, so that nobody's silence can stop it."""
    own = some(ROSTER.rows(couple), lambda entry: entry.owner == member)
    return (couple.ds.owner == member) | (couple.mod.owner == member) | own


def standing(tx: Tracing, couple: Any, *_: Any) -> Any:
    """The guard of every transaction that only moves a couple on."""
    return has_standing(tx.caller, couple)


def group(couple: Any, round: Any, subset: Any, holds: Any) -> Any:
    """How many slots of a subset meet a condition."""
    return count(slots(couple, round), lambda slot: (slot.subset == subset) & holds(slot))
