"""Who has what in clear: by design, by what can be done, and in related systems by what the paper says of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from adversaries.knowledge import ALL_RULES, DESIGN, POWERS
from model.deduction import closure, instances
from model.gathering import Members
from model.knowing import Deciding, Setting
from model.observing import Fact
from model.stating import Goal
from properties.knowledge import Question
from spec.related.system import MODEL, PARTIES, ROWS, System

OWNER, DESIGNED, NOT = "its own", "by design", "–"
ASKED = {
    "rows of a subset": Question(each=("rows",)), "rows of all subsets": Question(whole="rows"),
    "model in clear": Question(each=("model",)), "prediction in clear": Question(each=("predict",)),
    "program of a model": Question(each=("program",)),
    "identity of a CO": Question(each=("identity",), of="CO"),
}  # fmt: skip
SEEN_BY = {"everybody": "", "DO": "DO", "CO": "CO", "MO": "MO"}
OF_RELATED = {"rows": ROWS, "model": MODEL}


@dataclass(frozen=True)
class Exposed:
    """Whether a role has a kind of secret: its own, by design, or with which powers."""

    secret: str
    role: str
    how: str


def exposure(setting: Setting) -> list[Exposed]:
    """Each secret against one member of each role, and against whoever sees the ledger; with the fewest powers."""
    members = setting.observed.members
    found = []
    for secret, question in ASKED.items():
        for name, role in SEEN_BY.items():
            chosen = [frozenset([member]) for member, own in members.items() if own == role] if role else [frozenset[str]()]
            found.append(Exposed(secret, name, how(setting, question, chosen)))
    return found


def how(setting: Setting, question: Question, chosen: list[Members]) -> str:
    """The fewest powers with which one of these has one of the secrets."""
    goals = [replace(goal, owners=owner_of(goal, setting)) for goal in Deciding(setting, question).goals]
    for powers in power_sets(setting):
        rules = DESIGN | powers
        for members in chosen:
            known = setting.closure(members, rules)
            if any(goal.concerns(members) and all(target in known for target in goal.targets) for goal in goals):
                return f"by {' and '.join(sorted(powers))}" if powers else DESIGNED
    mine = [goal for goal in goals if any(not goal.concerns(members) for members in chosen)]
    return OWNER if mine else NOT


def owner_of(goal: Goal, setting: Setting) -> frozenset[str]:
    """Whose secret it is, without those to whom it is told on purpose."""
    return frozenset({goal.targets[0][1]}) if goal.targets[0][0] == "identity" else goal.owners


def power_sets(setting: Setting) -> Iterable[frozenset[str]]:
    """The powers that are on, none of them first, then each alone, then all."""
    on = sorted(set(POWERS) & setting.rules - {"pseudonyms"}, key=list(POWERS).index)
    yield frozenset()
    yield from (frozenset([one]) for one in on)
    yield frozenset(on)


def related_exposure(system: System) -> dict[tuple[str, str], str]:
    """Of a related system whether each party has the rows and the model, by deduction from what the paper says it is told."""
    terms = [*OF_RELATED.values(), *(one.term for one in system.told)]
    rules = instances(terms, [])
    cells = {}
    for party, (name, secret) in itertools.product(PARTIES, OF_RELATED.items()):
        own = (party, name) in (("data owner", "rows"), ("model owner", "model"))
        told = [Fact(one.term, party, one.cites) for one in system.told if one.to in (party, "participant")]
        known = closure(told, rules, ALL_RULES)
        cells[party, name] = OWNER if own else DESIGNED if secret in known else NOT
    return cells
