"""What must not happen while transactions wait, each as a judge of one move, with the claim that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.ordering import VALID, Judge, Move, Ordering, Place, Waiting
from properties.blame_rules import rules_of
from spec.concrete import evaluate
from spec.text import Protocol

DRAWN = "Drawn"


@dataclass(frozen=True)
class Statement:
    """A judge, and the sentence that it is of."""

    claim: str
    sentence: str
    judge: Judge


def told_events_are_true(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    """A follower hears of events of invalid transactions too: would this one be emitted in the state in which it is told?"""
    if call is None or move.kind != "committed" or move.code == VALID or call.event is None or call.event in before.told:
        return ""
    again = ordering.endorsed(before, call.action)
    if again is not None and again.event == call.event:
        return ""
    return f"the block tells {call.event[0]}({', '.join(map(str, call.event[1]))}) of a transaction with code {move.code}"


def changed_under(before: Place, call: Waiting) -> list[tuple[str, str]]:
    """Who changed what a waiting call has read, by which step."""
    rows = [row for row, version in call.reads if before.versions.get(row, 0) != version]
    rows += [row for (table, prefix), found in call.ranges for row in before.rows
             if row[0] == table and row[1][: len(prefix)] == prefix and (row, before.versions.get(row, 0)) not in found]  # fmt: skip
    return sorted({(str(before.writers[row][0]), before.writers[row][1]) for row in rows if row in before.writers})


def honest_calls_meet_no_conflict(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    if call is None or move.kind != "committed" or move.code == VALID or call.sender in ordering.steps.coalition:
        return ""
    by = [member for member, step in changed_under(before, call) if step == call.action[0] and member != call.sender]
    if not by or set(by) & ordering.steps.coalition:
        return ""
    return f"{call.action[0]} of {call.sender} is refused with {move.code}: that of {' and '.join(by)} changed what it read"


def nobody_spoils_an_honest_call(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    if call is None or move.kind != "committed" or move.code == VALID or call.sender in ordering.steps.coalition:
        return ""
    by = {member for member, _ in changed_under(before, call)} & ordering.steps.coalition
    return f"{call.action[0]} of {call.sender} is refused with {move.code}: {' and '.join(sorted(by))} changed what it read" if by else ""


def one_look_at_a_draw(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    """Of one draw, in one state, a caller sees one result."""
    if call is None or move.kind != "dropped":
        return ""
    step = ordering.steps.transactions[move.action[0]]
    if not any(write.table == DRAWN for write in step.observed):
        return ""
    others = [one for one in before.seen if one.action[0] == move.action[0] and one.action[1]["couple"] == move.action[1]["couple"]]
    other = next((one for one in others if one.writes != call.writes and on_one_state(one, call)), None)
    return "" if other is None else f"{call.sender} sees two results of {move.action[0]} for one draw, and may submit either"


def on_one_state(one: Waiting, other: Waiting) -> bool:
    """Whether two results can have been computed from one state: what both read was the same."""
    known = dict(one.reads)
    return all(known.get(row, version) == version for row, version in other.reads)


def guards_hold_at_commit(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    if call is None or move.kind != "committed" or move.code != VALID:
        return ""
    step, view = ordering.steps.transactions[move.action[0]], ordering.steps.view(before.rows)
    failing = [name for name, guard in step.guards.items() if not ordering.steps.compiled.holds(guard.condition, move.action[1], view)]
    return f"{step.name} of {call.sender} commits although {' and '.join(failing)} does not hold" if failing else ""


def same_as_now(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
    """What commits is what the call would write if it were endorsed now."""
    if call is None or move.kind != "committed" or move.code != VALID:
        return ""
    now = ordering.endorsed(before, move.action)
    if now is not None and dict(now.writes) == dict(call.writes):
        return ""
    return f"{move.action[0]} of {call.sender} commits what was true when it was endorsed, and is not now"


def nobody_honest_is_blamed(protocol: Protocol) -> Judge:
    """By no sentence of the text that names a culprit."""
    rules = rules_of(protocol, {name: step for name, step in protocol.transactions.items() if step.on_ledger})

    def judge(ordering: Ordering, before: Place, after: Place, move: Move, call: Waiting | None) -> str:
        if call is None or move.kind != "committed" or move.code != VALID:
            return ""
        view = ordering.steps.view(before.rows)
        for one in rules.get(move.action[0], ()):
            if evaluate(one.condition, dict(move.action[1]), view):
                blamed = evaluate(one.member, dict(move.action[1]), view)
                if blamed not in ordering.steps.coalition:
                    return f"{one.rule.sentence!r} ({one.rule.cites}) blames {blamed}, who is honest"
        return ""

    return judge


def statements(protocol: Protocol) -> Mapping[str, Statement]:
    """All of them, in one text."""
    return {
        "told": Statement("C31", "an event that a block tells is true in the state in which it is told", told_events_are_true),
        "conflict": Statement("C42", "the same step of different honest members, asked for on one state, commits for all of them", honest_calls_meet_no_conflict),
        "spoiled": Statement("C32", "nobody can have an honest call refused by changing what it read", nobody_spoils_an_honest_call),
        "looks": Statement("C25", "whoever has a draw endorsed sees one result of it", one_look_at_a_draw),
        "guards": Statement("C34", "every change of the ledger passes its guards when it commits", guards_hold_at_commit),
        "serial": Statement("C34", "what commits is what a serial run of the same calls writes", same_as_now),
        "blamed": Statement("C20", "no sentence of the text blames an honest member", nobody_honest_is_blamed(protocol)),
    }
