"""What the search of the design's own model said falls without an amendment, beside which of our drops shows it; the comparison is computed."""
# ruff: noqa: E501 (a table: a line is a row)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INSTANCES = "not explored: the life of an instance is over when the exploration starts; its claims (C11, C12, C32, C33) are proved for any size"
SAID = dict.fromkeys(("one silent", "any disputer"), ("DO", "MO", "CO"))  # the design's words for any coalition of one
VERIFIED = "not explored: every instance is verified when the exploration starts, and none is verified later; "
ONE_COUPLE = "not explored: the scope has one couple; C25 is proved for any number"


@dataclass(frozen=True)
class Compared:
    """A row of the design's table: what is dropped, what falls, the least coalition found (or SAID).

    drops: ours for it, with what of ours says the same; none when it is not explored. why: of a difference.
    """

    dropped: str
    falls: str
    coalition: str
    drops: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    why: str = ""

    def same(self, found: dict[str, Any]) -> bool:
        """Whether a drop was found to do what the design says, against the same coalition."""
        return found["falls"] in self.claims and found["coalition"] in SAID.get(self.coalition, (self.coalition,))


DESIGN = (
    Compared("root and receipt", "an honest CO or DO is blamed, wrong data is verified", "DO", why=INSTANCES),
    Compared("Join-once", "the verified hash changes", "CO", why=INSTANCES),
    Compared("ExpireCI", "a deposit is trapped", "DO", why=INSTANCES),
    Compared("owner guard", "a job is written by another", "DO", ("owner of the slot",), ("not blamed",),
             "in our text only a CO can send CommitTJ, so that a CO is the least who writes another's job; told is what it leads to"),
    Compared("Verified-only", "an unverified instance is trained", "none", why=VERIFIED + "C12 is proved for any size"),
    Compared("roster at approval", "the start time chooses replicas", "none", why=VERIFIED + "C25 is proved for any size"),
    Compared("n fixed at the start", "a wrong result is accepted", "CO", ("group fixed at the start",), ("right results",)),
    Compared("more than half", "a wrong result is accepted", "CO+CO", ("quorum of more than half",), ("right results",)),
    Compared("commit", "paid without computing", "CO", ("commitment and reveal agree",), ("paid computed",)),
    Compared("identity in the commitment", "paid without computing", "CO", ("identity in the commitment",), ("paid computed",)),
    Compared("phase barrier", "paid without computing", "CO", ("reveals after commitments",), ("paid computed",)),
    Compared("input hashes", "a wrong result is accepted", "MO", why="not dropped: in our text owners train and arbiters judge by what was fixed before the round, and several clauses stand for it"),
    Compared("complaint", "an honest CO is slashed", "MO", ("complaint",), ("not blamed", "bonds whole")),
    Compared("reveal after close", "an honest CO is slashed", "none", ("reveal after close",), ("not blamed", "bonds whole")),
    Compared("deadline", "a round cannot be closed", "one silent", ("deadline of commitments", "deadline of reveals"), ("no trap (closed)",)),
    Compared("any-party close", "a round cannot be closed", "one silent", ("any party closes", "any party opens reveals"), ("no trap (closed)",)),
    Compared("CloseTC", "no exit", "MO", ("CloseTC",), ("no trap (ended)",)),
    Compared("dispute on no quorum", "honest work is unpaid", "MO", ("dispute",), ("work paid",),
             "a CO that differs from the one other replica is enough, and is looked at before an MO that withholds inputs"),
    Compared("stake from the bond", "honest work is unpaid", "MO", ("stake from the bond",), ("work paid",)),
    Compared("slash by verdict only", "an honest CO is slashed", "MO", ("slash by verdict only",), ("bonds whole",)),
    Compared("arbitration deadline", "no exit, when arbiters are mute", "any disputer", ("deadline of arbitration",), ("no trap (ended)",)),
    Compared("escrow", "accepted, not paid", "MO", ("reserve",), ("covered",),
             "our claim is that what is owed is set aside, which falls before anybody deviates; theirs is that a bad MO does not pay"),
    Compared("dataset epoch counter", "a second draw", "none", why=ONE_COUPLE),
    Compared("MO reveals first", "reveals knowing the seed", "MO", ("MO reveals first",), ("shares in order",),
             "our claim is about the order itself, which an honest DO breaks; theirs counts only a bad MO that then knows the seed"),
    Compared("permutation", "an epoch does not cover", "none", why="not dropped: five clauses of StartRound read the draw (row, slots, price, funds, history); that epochs cover is claimed in every case"),
    Compared("whole epochs", "a free exit inside an epoch", "MO", ("whole epochs",), ("whole epochs",)),
    Compared("DO organisation on all keys", "no exit", "DO", why="not modelled: any majority of organisations endorses"),
    Compared("previous_closed", "nothing (redundant)", "", ("previous round closed",), (),
             "our OpenReveal and CloseRound move on the couple's latest round only, so that an earlier one that is open stays open for ever, with what it holds"),
)
OF_OURS = {
    "deadline of the couple": "the design's CloseTC has the deadline as part of it",
    "settled once": "the design settles a round whole",
    "all settled": "the design ends a couple with an empty escrow by its own step",
    "spent positions": "the design derives the position from the round's number; an epoch is not covered one step before it is drawn twice",
}  # drops that the design's table has no row for, with why
