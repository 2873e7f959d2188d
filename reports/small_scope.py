"""The small scope of a variant as the evidence has it: what was explored, what falls without an amendment, what finishing needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.shapes import Value

NOT_EXPLORED = "The small scope was not explored for this text: the evidence has no cases and no dropped amendments of it."
SAID = (
    "Every state that honest parties and the members named reach in the rounds of a populated market, one by one, at scopes of subsets x "
    "replicas. It is no proof for any size, and no verdict rests on it."
)
DROPPED = "What falls first when something is dropped, in the case of the smallest coalition; each run was replayed on the ledger."
NEEDED = "Each condition is necessary: where all others hold all along, there is a trap without it, which was replayed on the ledger."
NOT_NEEDED = "Of these conditions each has a trap without it, replayed on the ledger, or stands here as not shown."


@dataclass(frozen=True)
class Explored:
    """A case. seen: whether every state was."""

    name: str
    states: int
    seen: bool
    falls: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True)
class Dropped:
    """Something that was dropped, with the claim that falls, or none in so many states."""

    name: str
    sentence: str
    falls: str
    expected: str
    case: str
    steps: int
    states: int
    seen: bool


@dataclass(frozen=True)
class Condition:
    """A condition of a claim, with a run to a trap without it.

    start: where the run begins, after so many honest steps `before`; told: its steps; trap: why its end is one.
    """

    claim: str
    name: str
    necessary: bool
    case: str
    start: str
    before: int
    told: tuple[str, ...]
    trap: str
    reason: str


@dataclass(frozen=True)
class SmallScope:
    """cases and drops are None where the text was not explored."""

    cases: tuple[Explored, ...] | None
    drops: tuple[Dropped, ...] | None
    conditions: tuple[Condition, ...]

    @property
    def states(self) -> int:
        return sum(one.states for one in self.cases or ())

    def of(self, label: str) -> list[Condition]:
        """The conditions of a statement."""
        return [one for one in self.conditions if one.claim == label]


def small_scope_of(value: Value) -> SmallScope:
    explored = value["explored"].truth
    return SmallScope(
        tuple(explored_of(item) for item in value["cases"].items) if explored else None,
        tuple(dropped_of(item) for item in value["drops"].items) if explored else None,
        tuple(condition_of(item) for item in value["conditions"].items),
    )


def explored_of(value: Value) -> Explored:
    falls, undecided = tuple(value["falls"].texts), tuple(value["undecided"].texts)
    return Explored(value["case"].text, value["states"].whole, value["complete"].truth, falls, undecided)


def dropped_of(value: Value) -> Dropped:
    return Dropped(
        name=value["drop"].text,
        sentence=value["sentence"].text,
        falls=value["falls"].text,
        expected=value["expected"].text,
        case=value["case"].text,
        steps=len(value["told"].texts),
        states=value["states"].whole,
        seen=value["complete"].truth,
    )


def condition_of(value: Value) -> Condition:
    return Condition(
        claim=value["claim"].text,
        name=value["condition"].text,
        necessary=value["necessary"].truth,
        case=value["case"].text,
        start=value["start"].text,
        before=value["before"].whole,
        told=tuple(value["told"].texts),
        trap=value["trap"].text,
        reason=value["reason"].text,
    )


# --- in words ---


def case_lines(found: SmallScope) -> tuple[list[str], list[list[str]]]:
    lines = [[one.name, str(one.states), "all" if one.seen else "not all", outcome(one)] for one in found.cases or ()]
    return ["case", "states", "seen", "found"], lines


def outcome(one: Explored) -> str:
    falls = f"falls: {', '.join(one.falls)}" if one.falls else "every claim holds"
    return falls + (f"; undecided: {', '.join(one.undecided)}" if one.undecided else "")


def drop_lines(found: SmallScope) -> tuple[list[str], list[list[str]]]:
    lines = [[one.name, one.sentence, falling(one), one.case, str(one.steps) if one.falls else ""] for one in found.drops or ()]
    return ["dropped", "so that", "falls", "in case", "steps"], lines


def falling(one: Dropped) -> str:
    bound = "" if one.seen else ", which are not all"
    said = one.falls or f"nothing in {one.states} states{bound}"
    return said if one.falls == one.expected else f"{said} (expected: {one.expected or 'nothing'})"


def cases_said(found: SmallScope) -> str:
    return f"{len(found.cases or ())} cases, {found.states} states."


def condition_title(one: Condition) -> str:
    return f"{one.claim} without the condition: {one.name}"


def needed_said(found: Sequence[Condition]) -> str:
    return NEEDED if all(one.necessary for one in found) else NOT_NEEDED


def begins(one: Condition) -> str:
    """How the run to the trap begins; or why nothing is shown."""
    if not one.necessary:
        return f"Not shown to be necessary: {one.reason or 'no trap was found'}."
    first = f"After {one.before} steps of honest parties {one.start} (case {one.case})"
    return first + (". Then:" if one.told else ". That is the trap already.")


def ends(one: Condition) -> str:
    return f"{one.trap[:1].upper()}{one.trap[1:]}." if one.necessary else ""
