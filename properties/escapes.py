"""What the bridging theorem does not speak of: each with what covers it, and the test that shows it on the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from properties.bridging import EXISTS, clauses, own_reads
from properties.claims import PROVABLE, goal_of
from properties.paper_claims import CLAIMS
from spec.checks import chaincode_expressions, rows_read
from spec.kinds import Term
from spec.schema import NotExpressible, Schema
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, walk

LEDGER = "tests/ledger/test_ledger_"
BRIDGING = "tests/proofs/test_bridging_escapes.py::"
Where = Callable[[Protocol, Transaction], bool]


@dataclass(frozen=True)
class Escape:
    """Something that commits, or misleads, without being re-validated.

    `claims` are those that the escape would break where a variant does not cover it, so that their verdicts are its cover;
    `cover` says how; `test` is where it is seen on the ledger, empty where the ledger has no such thing; `where` picks the
    transactions that it concerns.
    """

    name: str
    what: str
    cover: str
    claims: tuple[str, ...]
    test: str
    where: Where


def every(protocol: Protocol, transaction: Transaction) -> bool:
    return True


def emits(protocol: Protocol, transaction: Transaction) -> bool:
    return bool(transaction.events)


def refuses(protocol: Protocol, transaction: Transaction) -> bool:
    return bool(transaction.guards)


def published(protocol: Protocol, transaction: Transaction) -> bool:
    return f"Submit{transaction.name}" in protocol.transactions


def observes(protocol: Protocol, transaction: Transaction) -> bool:
    return bool(transaction.observations)


def hashes(protocol: Protocol, transaction: Transaction) -> bool:
    return any(isinstance(e._kind, Term) for expression in chaincode_expressions(transaction) for e in walk(expression))


def nowhere(protocol: Protocol, transaction: Transaction) -> bool:
    return False


def meets_own_writes(protocol: Protocol, transaction: Transaction) -> bool:
    """Some clause reads a cell that an earlier one gives, in the same row or in another."""
    return bool(own_reads(protocol.schema, transaction))


def reads_something(protocol: Protocol, transaction: Transaction) -> bool:
    return any(clause.readings for clause in clauses(protocol.schema, transaction))


def writes_blindly(protocol: Protocol, transaction: Transaction) -> bool:
    """Some row is written whole, and no clause reads it."""
    return bool(blind_rows(protocol.schema, transaction))


def blind_rows(schema: Schema, transaction: Transaction) -> list[str]:
    """The tables of rows that are written and not read, neither by themselves nor in a range."""
    read = {reading.row for clause in clauses(schema, transaction) for reading in clause.readings}
    return sorted({w.table for w in transaction.writes if not any(w.row[:size] in read for size in range(1, len(w.row) + 1))})


def decides(protocol: Protocol, transaction: Transaction) -> bool:
    """The honest sender looks at rows that are not in the read set."""
    return bool(decided_on(protocol, transaction))


def decided_on(protocol: Protocol, transaction: Transaction) -> list[str]:
    """The tables that an honest sender decides on, and that no validation reads again."""
    known, found = rows_read(protocol.schema, transaction), set()
    for condition in transaction.honest.values():
        for e in walk(condition):
            if e._op in ("field", "exists", "list", "rows"):
                keys = e._args[2 if e._op in ("field", "list") else 1 :]
                if (e._args[0], *keys) not in known:
                    found.add(e._args[0])
    return sorted(found)


ESCAPES = (
    Escape(
        "refusals",
        "a call whose guard does not hold is refused when it is endorsed and never ordered; nobody validates what the refusal was"
        " computed from, and at commit the guard might hold",
        "a refusal changes no row and no claim speaks of one; whoever is owed a step may try again",
        ("C32",), f"{BRIDGING}test_a_refusal_is_not_validated", refuses),
    Escape(
        "endorse and discard",
        "the caller sees the result before it is ordered, and may drop it: the call then never happened",
        "what a result tells may not be a draw that can be repeated",
        ("C25",), f"{LEDGER}endorsing.py::test_an_endorsed_result_that_is_dropped_leaves_no_trace", every),
    Escape(
        "forged write sets",
        "peers that satisfy the endorsement policy can state a result that no chaincode computed; it has no read set",
        "the coalition `peer` has this power; its column is the verdict",
        ("C31", "C33", "C34", "C35"), f"{LEDGER}endorsing.py::test_a_forged_write_set_commits_when_its_peers_satisfy_the_policy", every),
    Escape(
        "order and delay",
        "the orderer chooses the order within and between blocks, delays and drops; the theorem speaks of the serial run of that"
        " order and of no other",
        "claims are judged under every order (the coalition `orderer`); progress assumes that what honest parties send is ordered",
        ("C31", "C32"), f"{LEDGER}network.py::test_the_order_in_the_block_decides_who_conflicts", every),
    Escape(
        "stale endorsements",
        "a peer that lags, or a client that waits, gives a result that was computed on an old state",
        "the theorem speaks of every earlier state: the result is invalid if anything that it read has changed, and else it is today's",
        ("C32",), f"{LEDGER}network.py::test_a_stale_endorsement_conflicts_in_a_later_block", every),
    Escape(
        "conflicts",
        "a call that read what an earlier call of the block writes is ordered and invalid: it has no effect, and must be sent again",
        "an invalid call is no step of the serial run; progress counts calls that commit",
        ("C32",), f"{LEDGER}network.py::test_two_updates_in_one_block_meet_on_the_couple", reads_something),
    Escape(
        "blind writes",
        "a row that is written whole and never read has no version to compare: every such call commits, and the last one stands",
        "the serial run has the same writes in the same order; that nobody overwrites another's row is claimed",
        ("C33", "C35"), f"{LEDGER}network.py::test_blind_writes_of_one_key_are_all_valid_and_the_last_one_stands", writes_blindly),
    Escape(
        "own writes",
        "a clause that reads what an earlier clause of the same call changed reads, on the ledger and in the serial run, what stood"
        " there before the call",
        "both runs have the same meaning; that it is the wanted one is claimed of counters, events and accounts",
        ("C31", "C39"), f"{LEDGER}execution.py::test_a_simulation_does_not_read_its_own_writes", meets_own_writes),
    Escape(
        "events of invalid calls",
        "a block tells the events of its invalid transactions too, with their code",
        "claims on events are judged on committed calls; a follower must read the code",
        ("C31",), f"{LEDGER}network.py::test_events_of_invalid_transactions_are_listed_with_their_code", emits),
    Escape(
        "content of the mempool",
        "what is submitted can be read before it is ordered, and used by others",
        "submission is a step of its own that publishes the content",
        ("C11", "C17d"), f"{LEDGER}network.py::test_everybody_sees_what_was_submitted", published),
    Escape(
        "decisions of honest senders",
        "an honest sender decides on the state that it sees when it asks for endorsement; of that only the read set is looked at again",
        "refused when the text is loaded unless the rest is its own memory or a fact that never becomes false (spec/checks.py)",
        (), f"{BRIDGING}test_two_decisions_that_were_endorsed_together_both_commit", decides),
    Escape(
        "rows off the ledger",
        "what parties remember, see in public places and derive from blocks has no version",
        "written by steps of their own, or together with the commit that they follow; refused when the text is loaded if a transaction"
        " reads them",
        ("C25",), f"{BRIDGING}test_no_transaction_reads_what_is_off_the_ledger", observes),
    Escape(
        "replays",
        "one endorsed transaction counts once; the same call, asked for again, is another transaction",
        "a repeated call is a step like any other",
        ("C31", "C33"), f"{LEDGER}network.py::test_the_same_call_again_is_another_transaction", every),
    Escape(
        "digests",
        "the ledger compares digests of pre-images, the meaning their parts",
        "assumed in every verdict: hashes are injective",
        (), f"{LEDGER}digests.py::test_equal_digests_are_equal_kinds_and_parts", hashes),
    Escape(
        "limits of an endorser",
        "an endorser refuses a call that reads too many rows or computes too large numbers; the meaning has no limits",
        "such a call never commits; that honest calls stay below the limits is assumed",
        ("C32",), f"{LEDGER}execution.py::test_a_simulation_without_end_is_refused", every),
    Escape(
        "clients' timestamps, private data, rich queries",
        "Fabric has them, and validates none of their reads",
        "the language has no word for them: time is a counter on the ledger; every loop is a list, a range or a declared scan",
        (), f"{BRIDGING}test_the_language_has_no_word_for_what_is_not_validated", nowhere),
)  # fmt: skip


def concerned(escape: Escape, protocol: Protocol) -> list[str]:
    """The transactions of a variant that an escape concerns."""
    return [name for name, step in protocol.transactions.items() if step.on_ledger and escape.where(protocol, step)]


def claims_by_cell(protocol: Protocol) -> dict[str, list[str]]:
    """For each cell, as `Table.cell`, the parts of claims that speak of it: what judges whether an own read gives what is wanted."""
    found: dict[str, list[str]] = {}
    for part in (part for claim in CLAIMS.values() for part in claim.split() if part.kind in PROVABLE and part.kind != "live"):
        try:
            goal = goal_of(part, protocol, protocol.transactions)
        except NotExpressible:
            continue
        conditions = [*goal.states.values(), *goal.pairs.values(), *(e for by_step in goal.steps.values() for e in by_step.values())]
        for cell in {cell_of(e) for condition in conditions for e in walk(condition) if e._op in ("field", "exists", "list")}:
            found.setdefault(cell, []).append(part.label)
    return found


def cell_of(e: Expression) -> str:
    """What a node reads: a field, the existence of a row, or the length of a list."""
    return f"{e._args[0]}.{EXISTS if e._op == 'exists' else e._args[1] + ('_length' if e._op == 'list' else '')}"
