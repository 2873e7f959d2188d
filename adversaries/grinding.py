"""How an MO may look for a selection that suits it, as data: what it does before it looks, what a look is, and what it does to look again.

A word is a step of the text, or one of the three below.  A step that a text does not have is left out, unless the strategy needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

NEW_COUPLE = "a new couple"
NEW_ACCOUNT = "a new account"
WAIT = "until it may"
"""The clock moves on until the next word is not refused."""

Words = tuple[str, ...]
OPENED: Words = ("RequestTC", "ApproveTC", "RevealSeedMO", "RevealSeedDO")
JOINED: Words = (NEW_ACCOUNT, "CreateMO", "Fund", "CreateMod")
LEFT: Words = (WAIT, "CloseTC")
STARTED: Words = ("StartRound",)


@dataclass(frozen=True)
class Grinding:
    """Before the first look `opening`; a look computes `looked`, and commits it if it suits; else `further`, then the next look.

    of: roles that take part; whoever else appears does only what an honest party would. needs: a step without which it cannot be.
    chooses: values that the text draws, and that a caller sends, it sends as it likes.
    """

    name: str
    described: str
    opening: Words
    looked: Words
    further: Words
    of: tuple[str, ...] = ("MO",)
    needs: str = ""
    chooses: bool = False


GRINDING = (
    Grinding("discard", "has the start of a round endorsed, looks at the selection, and submits only what suits", OPENED, STARTED, ()),
    Grinding("own draw", "sends a draw of its own instead of the endorser's", OPENED, STARTED, (), chooses=True),
    Grinding("restart", "starts a round that does not suit again", OPENED, STARTED, STARTED),
    Grinding("fresh couple", "asks for one couple more beside the one that does not suit", OPENED, STARTED, (NEW_COUPLE, *OPENED)),
    Grinding("leave", "lets the couple that does not suit expire, and asks for another", OPENED, STARTED,
             (*LEFT, NEW_COUPLE, *OPENED), needs="CloseTC"),
    Grinding("pseudonym", "leaves the couple that does not suit alone, and asks for another under a new name", OPENED, STARTED,
             (*JOINED, NEW_COUPLE, *OPENED)),
    Grinding("withheld share", "never reveals its share for the first couple, and asks for another",
             ("RequestTC", "ApproveTC", *LEFT, NEW_COUPLE, *OPENED), STARTED, (), needs="RevealSeedMO"),
    Grinding("withheld last share", "with the DO, who reveals last, and only a share that suits", OPENED[:3], ("RevealSeedDO", *STARTED),
             (*LEFT, NEW_COUPLE, *OPENED[:3]), of=("MO", "DO"), needs="RevealSeedDO"),
)  # fmt: skip


def grinding(name: str) -> Grinding:
    return next(one for one in GRINDING if one.name == name)
