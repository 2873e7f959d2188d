"""What a claim of kind `know` asks: what a coalition should not be able to have, say, or tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SECRETS = {
    "rows": "the rows of a subset", "model": "the weights of a model in clear", "predict": "a prediction in clear",
    "identity": "the legal identity of a member", "program": "the training program of a model", "type": "the type of a model",
    "method": "the training method of a model",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked about every coalition; a goal counts only for coalitions without its owner.

    each: secrets, one by one; whole: all subsets of one dataset together.  says: a pre-image that a cloud owner states without the data
    that it was sent (`distinct`: with a nonce that nobody else stated; `with_object`: and what is hashed).  readings: a digest that
    stands on the ledger, as one of something else.  gains: something that
    one of several members lacks alone.  apart: requests of one legal entity that a data owner cannot tell to be of one.  linked:
    what a member does with one dataset and with another.  of: only members of a role.  needs: a role of the coalition.
    everybody_of: the coalition has every member of a role.  by_design: by deduction alone, without powers.  beyond_design: what is
    told to the coalition on purpose does not count.  spares: roles to whom it is told on purpose.  after: what the run of honest
    parties has to come to; where there is none they go on until nobody has anything to do.
    """

    each: tuple[str, ...] = ()
    whole: str = ""
    says: str = ""
    readings: bool = False
    gains: bool = False
    apart: bool = False
    linked: bool = False
    of: str = ""
    needs: str = ""
    everybody_of: str = ""
    spares: tuple[str, ...] = ()
    distinct: bool = False
    with_object: bool = False
    by_design: bool = False
    beyond_design: bool = False
    off: tuple[str, ...] = ()
    after: Callable[[], Any] | None = None
