"""What verdicts of `hardened` still assume, each with how it is dropped: which weaker text, ledger or party, and what should fall there.

An assumption that is not dropped says why: `WHY` names the reasons that are none of the world's.
"""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from dataclasses import dataclass

WHY = {
    "more": "it gives whoever deviates more, so that nothing is left to drop",
    "search": "it bounds what was looked at, and is no condition of the world: the verdict is to that bound",
    "words": "it says what words of the claim mean",
    "claim": "it is a claim of its own, with verdicts of its own",
    "text": "it is a clause of the text: `marketproof waive` leaves it out",
    "measured": "it waits for the experiments",
    "not modelled": "no text and no ledger here can be without it",
}


@dataclass(frozen=True)
class Dropping:
    """begins: how the assumption of a row begins. how: the mechanism that drops it (`marketproof/assuming.py`), or a reason of `WHY`.

    what: which thing that mechanism leaves out. claims: parts of claims of which one should fall. said: the weaker world, or the reason in full.
    """

    begins: str
    how: str
    what: str = ""
    claims: tuple[str, ...] = ()
    said: str = ""


DROPPED = (
    Dropping("a committed valid transaction is one atomic step", "order", "stale read", (), "a ledger that does not compare versions"),
    Dropping("who deviates has not the signatures", "waive", "policy majority", ("C34", "C35"), "the default policy, one organisation's signature, and a corrupt peer"),
    Dropping("the clock moves", "clock", "Tick", ("C32/closed", "C32/ended"), "nobody moves the clock"),
    Dropping("one nym for each owner", "knowledge", "one nym for each owner", (), "an entity has as many pseudonyms as it likes"),
    Dropping("approved programs", "knowledge", "approved programs", (), "a program that returns the data is approved"),
    Dropping("anonymous members", "knowledge", "anonymous members", (), "certificates and fetch logs name who calls"),
    Dropping("hashes do not collide, keys, nonces and salts are not guessed", "knowledge", "kind Content", (), "salts are known to whoever guesses, so that rows are hashed as in `paper`"),
    Dropping("rows are not guessed", "guess", "kind Content", ("C14/accepted", "C19/reported", "C43"), "whoever makes a statement may guess the rows, salts being known; with unknown salts it may guess what it likes"),
    Dropping("hashes are injective; data and nonces are unguessable", "unlimited", "knows", ("C06",), "deviating members send what they were never sent, made or read"),
    Dropping("the MO is honest", "condition", "the MO is honest"),
    Dropping("the DO is honest", "condition", "the DO is honest"),
    Dropping("most replicas of every selected subset are of honest owners", "condition", "most replicas of every selected subset are of honest owners"),
    Dropping("the DO can give its bond and the MO can pay", "condition", "the DO can give its bond and the MO can pay"),
    Dropping("nobody honest is late", "condition", "nobody is late"),
    Dropping("f counts replicas, not owners", "frontier", "group of 3", (), "one owner behind two pseudonyms of a group of three"),
    Dropping("honest replicas of one subset report equal results", "experiment", "two orders of the same rows", ("C17a",), "honest owners train in floating point, each in an order of its own"),
    Dropping("the seed is uniform if one of its shares is", "adversary", "grinding MO+DO withheld last share", (), "MO and DO deviate together, so that no share is drawn by anybody else"),
    Dropping("nonces are drawn uniformly and independently", "verdict", "C21/never", ("C21/never",), "two owners with one nonce"),
    Dropping("what is taken of a bond is not more than the bond", "payoff", "bonds cover"),
    Dropping("bounty > cost", "payoff", "bounty pays"),
    Dropping("0 < cost < fee", "payoff", "work is worth its fee"),
    Dropping("value > (fee + royalty)", "payoff", "models are worth their price"),
    Dropping("hashes are injective; what deviating members send is not limited", "not modelled", said="a pre-image is its parts, so that two with one hash cannot be written; on the ledger a second pre-image of a digest is refused (AmbiguousDigest)"),
    Dropping("a hash is its pre-image", "not modelled", said="a pre-image is its parts, so that two with one hash cannot be written"),
    Dropping("object store and training file serve everybody alike", "not modelled", said="a text has one training file for a model and one object for a job: serving two would be two rows"),
    Dropping("a fraction is counted in subsets", "not modelled", said="a subset has no size; of a DO that puts everything into one subset, its owner has everything"),
    Dropping("any number of members deviate", "more"),
    Dropping("a complaint may be a lie", "more"),
    Dropping("a subset's model is the same in each round", "more", said="equal models are easier to take apart than those that change in unknown ways"),
    Dropping("whoever has the data can tell which hashes", "more"),
    Dropping("honest parties do what they do in one run", "search"),
    Dropping("honest parties act in one fixed order", "search"),
    Dropping("strategies are those of", "search"),
    Dropping("coalition: ", "search"),
    Dropping("whole numbers that a step names", "search"),
    Dropping("a judge sees the ledger and complaints", "words"),
    Dropping("payoffs: money of the text", "words"),
    Dropping("an epoch of a dataset ends when", "words"),
    Dropping("the MO sees sums only", "words", said="of an MO that downloads single models the claim is false by its words"),
    Dropping("the access table is reconstructed", "words"),
    Dropping("classes are split in shares", "words", said="splits of few rows have a closed form: `marketproof numbers`"),
    Dropping("the bias left by aborting", "claim", said="C25n"),
    Dropping("each further draw is of a couple of its own", "claim", said="C25/once"),
    Dropping("that the rounds can still be run", "claim", said="C32/finished"),
    Dropping("rounds that are started are completed", "claim", said="C32"),
    Dropping("what encrypted results tell of a model", "measured"),
    Dropping("X15 reads", "text", said="switch X15"),
    Dropping("X16 reads", "text", said="switch X16"),
)
"""In the order in which they are told: first what is dropped, then what is not."""


def dropping_of(assumption: str) -> Dropping | None:
    """How an assumption of a row is dropped; None for one that nobody has thought about."""
    return next((one for one in DROPPED if assumption.startswith(one.begins)), None)
