"""Twenty attacks on the paper that were known beforehand, each with where it should be found: the floor of every search, told to none."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spec.language import Amendment, some
from spec.paper.assets import CI, TJ
from spec.tracing import Tracing
from spec.tree import FALSE, Expression


@dataclass(frozen=True)
class Place:
    """Where an attack is looked for, and the words that what is found there must have, in this order.

    kind: `verdict` (a claim against a coalition, refuted under `paper`), `reading` (the same, searched under another reading of it), `order` (a power over the order of transactions), `adversary` (one
    that is declared, by family, role and name), `query` (a question in the language that honest parties alone should make false), `experiment`,
    `guarded` (what a coalition reaches while owners are silent, and no more with a guard against it).
    """

    kind: str
    name: str
    against: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """An attack by its number in the brief's list."""

    number: int
    sentence: str
    places: tuple[Place, ...]


def verdict(claim: str, against: str, *words: str) -> Place:
    return Place("verdict", claim, against, words)


def order(power: str, *words: str) -> Place:
    return Place("order", power, "", words)


JOBS_ARE_LISTED = "always: every(TC, lambda couple: couple.jobs.length == count(CI, lambda instance: TJ[couple, instance].exists))"
NEXT_ROUND = "reachable: some(TC, lambda couple: couple.round >= 2)"
UPDATE, START = "UpdateTJ", "StartRound"



def complete(tx: Tracing, couple: Any) -> Expression:
    """No round is begun before all of the one before has been reported, and something was."""
    tx.scan("CI")
    reported = some(CI, lambda instance: TJ[couple, instance].status == "UPDATED")
    whole: Expression = (couple.round == 0) | ((couple.rem == 0) & reported)
    return whole


SILENT = Amendment("require", "UpdateTJ.silent", "owners withhold what they trained", lambda *_: FALSE)
GUARD = Amendment("require", "StartRound.complete", "the MO restarts a round until the selection suits", complete)

KNOWN = (
    Known(1, "the parity selection is predictable", (Place("adversary", "grinding MO restart", "", ("chance 1 instead of 0",)),)),
    Known(2, "the MO restarts a round until the selection suits", (verdict("C25/once", "MO", "mo-1", START, "mo-1", START),)),
    Known(3, "the MO reads an endorsed result and does not submit it", (order("discard", "looks at the result and keeps it", START),)),
    Known(4, "a front-runner makes the honest CO look like the copier", (
        order("front-run", "although another came before it: VALID"), verdict("C20", "any one or two", "SubmitUpdateTJ", "co-2 (CO, deviating)", UPDATE))),
    Known(5, "two colluders of five satisfy the 2-of-5 rule", (verdict("C17d", "CO+CO", "deviating", UPDATE, "deviating", UPDATE),)),
    Known(6, "a public nonce confirms a guess of a low-entropy subset", (verdict("C15", "orderer", "nonce", "everybody sees it", "by guess"),)),
    Known(7, "UpdateTJ sent twice under-counts rem", (verdict("C31/event", "CO", UPDATE, UPDATE, "this breaks C31"),)),
    Known(8, "all updates of a round conflict on one key", (order("delay", UPDATE, UPDATE, "MVCC_READ_CONFLICT"),)),
    Known(9, "honest floating-point differences are called fraud", (Place("experiment", "two orders of the same rows", "", ("hashes differ",)),)),
    Known(10, "the CI asset makes pseudonyms linkable across datasets", (verdict("C36/links", "orderer", "a CI names its owner", "same with"),)),
    Known(11, "an unverified CI is selected and counted", (verdict("C12", "MO", START, "FREE is not VERIFIED"),)),
    Known(12, "ApproveTC replayed", (verdict("C33", "DO", "ApproveTC", "this breaks C33"),)),
    Known(13, "a client-set timestamp back-dates a copy", (order("timestamp", "time = 1", "VALID", "time = 0", "VALID"),)),
    Known(14, "a hash without a length prefix has two readings; a Merkle-Damgård hash with a free-length nonce can be extended", (
        verdict("C14/reading", "orderer", "by reread"), verdict("C14/distinct", "CO", "by extend"))),
    Known(15, "the MO's own training program returns the data inside its ciphertext", (verdict("C24/rows", "MO", "opened with the key", "by author"),)),
    Known(16, "with the default any-member endorsement one peer signs any write set", (
        order("forge", "sign a row", "VALID"), verdict("C34", "peer", "a peer signs a forged write set"))),
    Known(17, "a DO owns every replica", (
        Place("reading", "C17d X15=owner", "DO", ("do-1 (DO, deviating) calls CreateCI(instance = ci-1", "owner = do-1", "instance = ci-2", "owner = do-1", UPDATE, UPDATE)),)),
    Known(18, "a chaincode read does not see the same transaction's write, so appends in a loop lose entries",
          (Place("query", JOBS_ARE_LISTED, "", ("ApproveTC",)),)),
    Known(19, "a withholding CO leaves the round open for ever, and closing attack 2 by a guard makes that worse", (
        verdict("C32/closed", "CO", START, "unless co-1"), Place("guarded", NEXT_ROUND, "MO", (START, START, "not reached")))),
    Known(20, "secretly random halves reveal single models after about m rounds", (verdict("C26/random", "all rounds of m subsets"),)),
)  # fmt: skip
"""What is searched, and by whom, says none of this: the words are only compared with what was found."""
