"""Claims of the paper that it pays to be honest: for each role, in each way in which it could deviate, and for coalitions."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable

from properties.claims import Claim, Part

ANY = "all prices and costs"
UNILATERAL, LAZY, PAIRS, AUDITED = "unilateral", "lazy", "pairs", "audited"
NOT_WORKING = ("silent", "forge", "copy", "withhold")
NOT_PAYING = ("no payment", "no end", "leave")
GAME = (
    "payoffs: money of the text, a cost for each training, a value for each trained subset (the MO's), a price for a new pseudonym after a conviction",
    "strategies are those of adversaries/strategies.py; whoever is not named is honest; the clock waits for everybody",
)  # fmt: skip


def asks(question: str, role: str = "", names: tuple[str, ...] = ()) -> Callable[[], tuple[str, ...]]:
    return lambda: (question, role, *names)


def best(name: str, role: str, names: tuple[str, ...] = ()) -> Part:
    which = f"{', '.join(names)}: none of these" if names else f"no strategy of {'an MO' if role == 'MO' else f'a {role}'}"
    return Part(name, "game", f"{which} pays more than honesty, when the others are honest", asks(UNILATERAL, role, names))


def claim(name: str, title: str, quotation: str, cites: str, *parts: Part) -> Claim:
    return Claim(name, title, quotation, cites, parts, "", None, assumptions=GAME, of=ANY)


GAME_CLAIMS = (
    claim("C18", "replication exposes a CO that did not train", "To prevent this scenario, our solution also requires that each data subset be replicated ... if a fraudulent CO reports an inaccurately trained model, this can be compared against other COs that hold the same replicated subset", "L485-505",
          best("work", "CO", NOT_WORKING),
          Part("lazy", "game", "when all other replicas of a subset report one made-up model, it pays to train", asks(LAZY))),
    claim("C38", "parties are given incentives to record truthfully", "Our system protocols are set up to incentivize all three entities - data owners, cloud vendors, and AI developers to truthfully record their actions on the distributed ledger", "L8-11",
          best("CO", "CO"), best("MO", "MO"), best("DO", "DO")),
    claim("C39g", "whoever accepts work pays for it", "o Boolean paid", "L361", best("pay", "MO", NOT_PAYING)),
    claim("C40g", "parties cannot collude", "How can the protocol ensure that parties cannot collude with each other?", "L221-222",
          Part("pairs", "game", "no two members gain together by any two of their strategies, when the others are honest", asks(PAIRS)),
          Part("audited", "game", "replicas of a subset gain nothing by one made-up model if the MO has it computed again with the chance `audit`", asks(AUDITED))),
)  # fmt: skip
