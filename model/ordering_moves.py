"""One move of a call on its way to the ledger, as judges see it: the same in the search and on a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from model.enumeration import Action
from model.witness import shown
from spec.compiled import Compiled
from spec.concrete import Row, RowId, View
from spec.kinds import Kind, Reference
from spec.tracing import Transaction

ASKED, DROPPED, COMMITTED, DONE = "asked", "dropped", "committed", "done"
VALID = "VALID"


@dataclass(frozen=True)
class Move:
    """What was done: asked (endorsed and submitted), dropped (endorsed only), committed (taken from a place, with its code), or done off
    the ledger."""

    kind: str
    action: Action
    place: int = 0
    code: str = ""

    def told(self, step: Transaction) -> str:
        """In words; step: the one that is called."""
        name, given = self.action
        values = [f"{one} = {shown(kind, given[one])}" for one, kind in step.parameters.items() if one != "caller" and kind.name != "Text"]
        call, of = f"{name}({', '.join(values)})", given["caller"]
        place = "" if self.place == 0 else f", although {'another' if self.place == 1 else f'{self.place} others'} came before it"
        return {
            ASKED: f"{of} has {call} endorsed and submits it", DROPPED: f"{of} has {call} endorsed, looks at the result and keeps it",
            COMMITTED: f"the orderer takes {name} of {of}{place}: {self.code}", DONE: f"{of} does {call}, off the ledger",
        }[self.kind]  # fmt: skip


class Result(NamedTuple):
    """What an endorser computes of a call."""

    writes: Mapping[RowId, Row]
    event: tuple[str, tuple[Any, ...]] | None


class Writer(NamedTuple):
    """Who wrote a row last, by which step, and the number of that call among those submitted."""

    member: Any
    step: str
    serial: int


@dataclass(frozen=True)
class Moved:
    """A move with the states before and after it, and what can be asked of it.

    told: events, and history: calls, of what was valid before. result, serial: of the call, as it was endorsed. again: what an endorser
    would compute now, None where it refuses. changed: who changed what the call has read. looks: results of the same step that its sender
    was shown before, and that can be of the same state.
    """

    move: Move
    step: Transaction
    given: Mapping[str, Any]
    compiled: Compiled
    before: View
    after: View
    told: Sequence[Any]
    history: Sequence[Action]
    result: Result | None
    serial: int
    again: Callable[[], Result | None]
    changed: Callable[[], list[Writer]]
    looks: Callable[[], list[Result]]

    @property
    def sender(self) -> Any:
        return self.given["caller"]

    @property
    def honest(self) -> bool:
        return self.sender not in self.before.coalition

    @property
    def valid(self) -> bool:
        return self.move.kind == COMMITTED and self.move.code == VALID

    @property
    def invalid(self) -> bool:
        return self.move.kind == COMMITTED and self.move.code != VALID

    def holds(self, condition: Any, view: View) -> bool:
        return bool(self.compiled.holds(condition, dict(self.given), view))


Judge = Callable[[Moved], str]
"""Says what a move broke; empty if nothing."""


def same_subject(kinds: Mapping[str, Kind], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two calls are of the same caller about the same assets."""
    return all(one[name] == other[name] for name, kind in kinds.items() if name == "caller" or isinstance(kind, Reference))
