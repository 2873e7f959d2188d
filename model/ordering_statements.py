"""What must not happen while transactions wait, each as a judge of one move, with the claim that it is of.

Judges see the states before and after a move and what an endorser would say; so the same ones judge a run of the search and a ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adversaries.ledger import CODES, TIMES, LedgerPower
from model.ordering_moves import ASKED, DROPPED, Judge, Moved
from properties.blame_rules import rules_of
from properties.claims import Goal
from spec.concrete import evaluate
from spec.kinds import Term
from spec.text import Protocol
from spec.tree import Expression

DRAWN, TIME = "Drawn", "time"  # the history of draws, and the parameter with a client's time


@dataclass(frozen=True)
class Statement:
    """A judge, and the sentence that it is of. needs: a word without which no power can break it."""

    claim: str
    sentence: str
    judge: Judge
    needs: str = ""


def told_events_are_true(moved: Moved) -> str:
    """A block tells events of invalid transactions too: would this one be told in the state in which it is?"""
    event = None if moved.result is None else moved.result.event
    if not moved.invalid or event is None or event in moved.told:
        return ""
    again = moved.again()
    if again is not None and again.event == event:
        return ""
    return f"the block tells {event[0]}({', '.join(map(str, event[1]))}) of a transaction with code {moved.move.code}; it is not so"


def honest_calls_meet_no_conflict(moved: Moved) -> str:
    if not moved.invalid or not moved.honest:
        return ""
    by = {writer.member for writer in moved.changed()} - {moved.sender}
    if not by or by & moved.before.coalition:
        return ""
    return f"{moved.step.name} of {moved.sender} is refused with {moved.move.code}: {' and '.join(sorted(by))} changed what it had read"


def nobody_spoils_an_honest_call(moved: Moved) -> str:
    if not moved.invalid or not moved.honest:
        return ""
    by = {writer.member for writer in moved.changed()} & moved.before.coalition
    changed = f"{' and '.join(sorted(by))} changed what it had read"
    return f"{moved.step.name} of {moved.sender} is refused with {moved.move.code}: {changed}" if by else ""


def first_come_first_served(moved: Moved) -> str:
    if not moved.invalid or not moved.honest:
        return ""
    later = [writer for writer in moved.changed() if writer.serial > moved.serial and writer.member != moved.sender]
    if not later:
        return ""
    return f"{moved.step.name} of {moved.sender} came first and is refused; {later[0].step} of {later[0].member} came later and stands"


def one_look_at_a_draw(moved: Moved) -> str:
    """Of one draw, in one state, a caller sees one result."""
    if moved.move.kind not in (DROPPED, ASKED) or moved.result is None or not any(write.table == DRAWN for write in moved.step.observed):
        return ""
    if not any(one.writes != moved.result.writes for one in moved.looks()):
        return ""
    return f"{moved.sender} sees two results of {moved.step.name} for one draw, and may submit either"


def guards_hold_at_commit(moved: Moved) -> str:
    if not moved.valid:
        return ""
    failing = [name for name, guard in moved.step.guards.items() if not moved.holds(guard.condition, moved.before)]
    return f"{moved.step.name} of {moved.sender} commits although {' and '.join(failing)} does not hold" if failing else ""


def same_as_now(moved: Moved) -> str:
    """What commits is what the call would give if it were endorsed now."""
    if not moved.valid or moved.result is None:
        return ""
    now = moved.again()
    if now is not None and dict(now.writes) == dict(moved.result.writes) and now.event == moved.result.event:
        return ""
    return f"{moved.step.name} of {moved.sender} commits what was so when it was endorsed, and is not now"


def times_tell_the_order(moved: Moved) -> str:
    """Of two calls with one content, the one that names the earlier time was committed first."""
    if not moved.valid or TIME not in moved.given:
        return ""
    contents = [name for name, kind in moved.step.parameters.items() if isinstance(kind, Term)]
    for name, given in moved.history:
        same = name == moved.step.name and any(given[one] == moved.given[one] != None for one in contents)
        if same and given["caller"] != moved.sender and given[TIME] > moved.given[TIME]:
            earlier = f"{moved.sender} names the time {moved.given[TIME]} for what {given['caller']} had committed before, at {given[TIME]}"
            return f"{earlier}: whoever reports the same later (L525) is then {given['caller']}"
    return ""


def nobody_honest_is_blamed(protocol: Protocol) -> Judge:
    """By no sentence of the text that names a culprit."""
    rules = rules_of(protocol, {name: step for name, step in protocol.transactions.items() if step.on_ledger})

    def judge(moved: Moved) -> str:
        for one in rules.get(moved.step.name, ()) if moved.valid else ():
            if evaluate(one.condition, dict(moved.given), moved.before):
                blamed = evaluate(one.member, dict(moved.given), moved.before)
                if blamed not in moved.before.coalition:
                    return f"{one.rule.sentence!r} ({one.rule.cites}) blames {blamed}, who is honest"
        return ""

    return judge


def state_judge(label: str, condition: Expression) -> Judge:
    def judge(moved: Moved) -> str:
        if moved.invalid or moved.move.kind in (ASKED, DROPPED) or moved.holds(condition, moved.after):
            return ""
        return f"after {moved.step.name} of {moved.sender} {label} is broken" if moved.holds(condition, moved.before) else ""

    return judge


def step_judge(label: str, conditions: Mapping[str, Expression]) -> Judge:
    def judge(moved: Moved) -> str:
        condition = conditions.get(moved.step.name)
        if condition is None or not moved.valid or moved.holds(condition, moved.before):
            return ""
        return f"{moved.step.name} of {moved.sender} commits against {label}"

    return judge


def of_claims(goals: Mapping[str, Goal], titles: Mapping[str, str]) -> dict[str, Statement]:
    """The product's own claims about states and steps."""
    found: dict[str, Statement] = {}
    for label, goal in goals.items():
        judges: list[Any] = [state_judge(label, condition) for condition in goal.states.values()]
        judges += [step_judge(label, conditions) for conditions in goal.steps.values()]
        found |= {f"{label} {place}" if place else label: Statement(label, titles[label], judge) for place, judge in enumerate(judges)}
    return found


def statements(protocol: Protocol) -> dict[str, Statement]:
    """What is asked of the order itself, in one text."""
    found = (
        ("told", "C31", "an event that a block tells is true in the state in which it is told", told_events_are_true, CODES),
        ("conflict", "C42", "what different honest members ask for on one state commits for all", honest_calls_meet_no_conflict, ""),
        ("spoiled", "C32", "nobody can have an honest call refused by changing what it read", nobody_spoils_an_honest_call, ""),
        ("first", "C20", "of two calls of which one must fail, the one that was submitted first commits", first_come_first_served, ""),
        ("looks", "C25", "whoever has a draw endorsed sees one result of it", one_look_at_a_draw, ""),
        ("guards", "C34", "every change of the ledger passes its guards when it commits", guards_hold_at_commit, ""),
        ("serial", "C34", "what commits is what a serial run of the same calls gives", same_as_now, ""),
        ("times", "C20", "of two reports of one hash, the one with the earlier time was committed first", times_tell_the_order, TIMES),
        ("blamed", "C20", "no sentence of the text blames an honest member", nobody_honest_is_blamed(protocol), ""),
    )
    return {name: Statement(claim, sentence, judge, needs) for name, claim, sentence, judge, needs in found}


def asked_of(power: LedgerPower, known: Mapping[str, Statement]) -> dict[str, Judge]:
    """The judges that have something to say of a power."""
    return {name: one.judge for name, one in known.items() if not one.needs or one.needs in power.allows}
