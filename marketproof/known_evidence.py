"""The evidence of what can be known: for each variant every derivation, and for what holds the fixpoints that do not reach it.

`knowledge/VARIANT.json` has, for each setting (a scope and a run), all terms, facts and places; a cell refers to them by number.
`marketproof recheck` reads it without this program's deduction (`recheck_knowledge.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench, Decided
from marketproof.knowing import run_name
from marketproof.known_tables import document as tables_document
from model.gathering import Members
from model.knowing import Answer, Deciding, Setting
from model.scope import Scope
from model.stating import Goal
from model.terms import Known, as_data, below
from properties.claims import Claim
from reports.knowledge import KNOWLEDGE_FILE

KNOWLEDGE_SCHEMA = 1


@dataclass
class Written:
    """One setting as the evidence has it; terms by number."""

    setting: Setting
    name: str
    numbers: dict[Known, int] = field(default_factory=dict)

    def number(self, term: Known) -> int:
        if term not in self.numbers:
            self.numbers[term] = len(self.numbers)
        return self.numbers[term]

    def prepare(self) -> None:
        """All terms, those that rules conclude and those that facts are."""
        for term in (*(fact.term for fact in self.setting.observed.facts), *self.setting.terms):
            for part in below(term):
                self.number(part)

    def as_dict(self) -> dict[str, Any]:
        observed = self.setting.observed
        return {
            "name": self.name,
            "run": [{"step": name, "caller": given["caller"]} for name, given in observed.run],
            "terms": [as_data(term) for term in self.numbers],
            "facts": [[self.number(one.term), one.holder, one.step, one.rule, one.source] for one in observed.facts],
            "places": [[self.number(one.place), self.number(one.thing), one.step] for one in observed.links],
        }

    def known(self, terms: Iterable[Known]) -> str:
        """A set of terms as a hexadecimal number with a bit for each."""
        return f"{sum(1 << self.numbers[term] for term in terms if term in self.numbers):x}"


def knowledge_files(benches: Iterable[tuple[Bench, list[tuple[Claim, Decided]]]]) -> dict[str, str]:
    """The files of all variants, and the tables of who holds what."""
    ours = list(benches)
    files = {name: text for bench, decided in ours for name, text in knowledge_file(bench, decided).items()}
    return files | ({KNOWLEDGE_FILE: tables_document((bench, [one for _, one in decided]) for bench, decided in ours)} if files else {})


def knowledge_file(bench: Bench, decided: Iterable[tuple[Claim, Decided]]) -> dict[str, str]:
    """The file of one variant, if any of its rows is of what can be known."""
    rows = [(claim, one) for claim, one in decided if one.known is not None]
    if not rows:
        return {}
    settings: dict[int, Written] = {}
    cells, least = [], []
    labels = set[str]()
    for claim, one in rows:
        assert one.known is not None
        deciding = bench.knowledge.deciding(claim, Scope.parse(one.known.scope))
        written = settings.get(id(deciding.setting))
        if written is None:
            written = settings[id(deciding.setting)] = Written(deciding.setting, f"{one.known.scope} {run_name(deciding.question)}".strip())
            written.prepare()
        cells.append(cell(written, deciding, one))
        if claim.label not in labels:
            labels.add(claim.label)
            least += list(gathered(written, deciding, claim.label))
    document = {"schema": KNOWLEDGE_SCHEMA, "variant": bench.protocol.name,
                "settings": [one.as_dict() for one in settings.values()], "cells": cells, "least": least}  # fmt: skip
    return {f"knowledge/{bench.protocol.name}.json": json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"}


def cell(written: Written, deciding: Deciding, one: Decided) -> dict[str, Any]:
    """One row: its derivation, or its fixpoints, or its graph."""
    assert one.known is not None
    answer = one.known.answer
    told: dict[str, Any] = {"claim": one.label, "coalition": one.row.coalition, "verdict": answer.verdict, "setting": written.name}
    if deciding.question.linked or deciding.question.apart:
        return told | {"link": linked_told(deciding, answer), "told": one.told}
    if answer.verdict == "refuted":
        return told | refutation(written, answer)
    return told | {"fixpoints": list(fixpoints(written, deciding, one.row.coalition))}


def refutation(written: Written, answer: Answer) -> dict[str, Any]:
    lines = [[written.number(step.term), step.rule, list(step.premises)] for step in answer.steps]
    return {
        "members": list(answer.members), "targets": [written.number(target) for target in answer.targets], "goal": answer.goal,
        "lines": lines, "without": answer.without, "until": list(answer.told),
    }  # fmt: skip


def fixpoints(written: Written, deciding: Deciding, coalition: str) -> Iterator[dict[str, Any]]:
    """For every choice of members, each once, all that they can have, with the goals that are not among it."""
    by: dict[tuple[Members, str, tuple[int, ...]], list[Goal]] = {}
    for members, goal in deciding.tried(COALITIONS[coalition]):
        by.setdefault((members, goal.without, () if goal.told is None else tuple(sorted(goal.told))), []).append(goal)
    for (members, without, until), goals in by.items():
        known = deciding.setting.closure(members, deciding.rules, goals[0])
        yield {
            "members": sorted(members), "without": without, "until": list(until), "rules": sorted(deciding.rules),
            "known": written.known(known), "goals": [[written.number(target) for target in goal.targets] for goal in goals],
        }  # fmt: skip


def gathered(written: Written, deciding: Deciding, label: str) -> Iterator[dict[str, Any]]:
    """For each goal of a claim the minimal coalitions, and the largest ones that do not reach it."""
    targets = {goal.said: goal for goal in deciding.goals}
    for said, found in deciding.smallest().items():
        goal = targets[said]
        yield {
            "claim": label, "setting": written.name, "goal": said, "targets": [written.number(target) for target in goal.targets],
            "owners": sorted(goal.owners), "rules": sorted(found.rules), "smallest": [sorted(one) for one in found.smallest],
            "without": [sorted(one) for one in found.largest_without],
        }  # fmt: skip


def linked_told(deciding: Deciding, answer: Answer) -> dict[str, Any]:
    """The graph that was searched: nodes with kind and, of a pseudonym, its member; edges with what shows them; the pair that was found."""
    assert answer.linked is not None
    graph = answer.linked.graph
    return {
        "asks": "apart" if deciding.question.apart else "links", "members": list(answer.linked.members), "pair": list(answer.linked.pair),
        "nodes": [[node, data["kind"], data.get("member", "")] for node, data in graph.nodes(data=True)],
        "edges": [[one, other, why] for one, other, why in graph.edges(data="why")], "said": answer.linked.said,
    }  # fmt: skip
