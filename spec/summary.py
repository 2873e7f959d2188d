"""A loaded variant as plain data: every table, step, clause, rule and word, with what it comes from."""

from __future__ import annotations

import re
from typing import Any

from spec.abbreviations import abbreviations, spoken_of, without
from spec.amending import ACTIONS
from spec.attribution import ACCESS, INNER, POLICY, SUBMISSION, SWITCHES, makes, named_in, subject_of
from spec.kinds import MEMBER
from spec.schema import CATEGORIES, Grade, Row, Table, reference, using
from spec.text import AccessRule, Protocol
from spec.tracing import Transaction
from spec.tree import boolean, parameter
from spec.vocabulary import notions, pre_images
from spec.wording import Names, event_lines, expression_text, kind_text, write_lines

GRADES = ("printed", "reconstructed", "amended")
PARTS = {"effects": "effect", "events": "event", "observations": "observation", "honest": "honest", "powers": "power"}


class Marks:
    """What the variant's amendments say of each clause: whether they add it, and why."""

    def __init__(self, protocol: Protocol) -> None:
        self.amendments, self.because = protocol.amendments, named_in(protocol).because

    def whole(self, subject: str) -> str:
        """Why the whole thing was added or replaced; empty where it is the parent's."""
        return "; ".join(amendment.because for amendment in self.amendments if makes(amendment, subject))

    def graded(self, grade: Grade, subject: str, clause: str = "") -> dict[str, Any]:
        because, whole = self.because(subject, clause), self.whole(subject)
        amended = bool(because or whole) and not grade.printed
        return {"printed": grade.printed, "source": grade.source, "amended": amended, "because": because if clause else whole}


def table_summary(table: Table, marks: Marks) -> dict[str, Any]:
    fields = {
        name: {"kind": kind_text(field.kind), "never_reset": field.monotone, **marks.graded(field.grade, table.name, f"field {name}")}
        for name, field in table.fields.items()
    }
    return {
        "title": table.title, "cites": table.cites, "added": bool(marks.whole(table.name)), "because": marks.because(table.name, "key"),
        "key": {name: kind_text(kind) for name, kind in table.key}, "fields": fields,
    }  # fmt: skip


def step_summary(protocol: Protocol, step: Transaction, marks: Marks, names: Names) -> dict[str, Any]:
    """One transaction or step off chain, clause by clause, in words; `where` tells what has a name in it."""
    schema, taken = protocol.schema, set(step.parameters)
    label = re.match(r"(O\d+): ", step.description)
    content: dict[str, Any] = {
        "label": label[1] if label else "",
        "caller": step.caller_role,
        "signature": {name: kind_text(kind) for name, kind in step.parameters.items() if name != "caller"},
        "description": " ".join(step.description.split()),
        **marks.graded(step.grade, step.name),
        "where": {name: expression_text(e, schema, without(names, key)) for key, (name, e) in names.items()},
        "guards": {
            guard.name: {
                "condition": expression_text(guard.condition, schema, names), "why": guard.why,
                **marks.graded(guard.grade, step.name, f"guard {guard.name}"),
            } for guard in step.guards.values()
        },
        "effects": {name: write_lines(writes, schema, taken, names) for name, writes in step.effects.items()},
        "events": {event.name: event_lines(event, schema, taken, names) for event in step.events.values()},
        "calls": list(dict.fromkeys(step.inner)),
        "observations": {name: write_lines(writes, schema, taken, names) for name, writes in step.observations.items()},
        "honest": {name: expression_text(condition, schema, names) for name, condition in step.honest.items()},
        "powers": {name: expression_text(condition, schema, names) for name, condition in step.powers.items()},
        "scans": sorted(step.declared_scans),
    }  # fmt: skip
    named = [(f"{word} {name}", word, name) for part, word in PARTS.items() for name in content[part]]
    parameters = [(f"parameter {name}", "parameter", name) for name in content["signature"]]
    said = {clause: marks.because(step.name, clause) for clause, _, _ in (*named, *parameters)}
    return {**content, "reasons": {clause: because for clause, because in said.items() if because}}


def access_summary(protocol: Protocol, rule: AccessRule, marks: Marks) -> dict[str, Any]:
    table = protocol.schema.table(rule.table)
    with using(protocol.schema):
        keys = ((name, reference(kind.sort) if kind.sort in protocol.schema.tables else kind) for name, kind in table.key)
        row = Row(table, tuple(parameter(name, kind) for name, kind in keys))
        relation = boolean(rule.relation(parameter("caller", MEMBER), row))
    return {
        "table": rule.table, "fields": list(rule.fields), "transaction": rule.transaction,
        "role": rule.role or protocol.transaction(rule.transaction).caller_role,
        "who": rule.described, "relation": expression_text(relation, protocol.schema),
        "because": marks.because(ACCESS, f"{rule.table} by {rule.transaction}"),
    }  # fmt: skip


def summary(protocol: Protocol, names: dict[str, Names] | None = None) -> dict[str, Any]:
    """Everything that `show` prints, as data that JSON can hold; `names` are those of another protocol, to be compared with it."""
    marks = Marks(protocol)
    named = abbreviations(protocol)
    named |= {step: spoken_of(names[step], protocol.transactions[step]) for step in named if names is not None and step in names}
    tables = {name: table for name, table in protocol.schema.tables.items() if "." not in name}
    steps = {name: step_summary(protocol, step, marks, named[name]) for name, step in protocol.transactions.items()}
    submitted = {name for name in steps if name.startswith(SUBMISSION) and name.removeprefix(SUBMISSION) in steps}
    content: dict[str, Any] = {
        "variant": protocol.name, "title": protocol.title, "parent": protocol.parent,
        "amendments": [amendment_summary(amendment) for amendment in protocol.amendments],
        "switches": {
            name: {
                "one_place": s.one_place, "another_place": s.another_place, "readings": dict(s.readings), "taken": protocol.readings[name],
                "default": s.default, "reason": s.reason, "affects": s.affects, "because": marks.because(SWITCHES, name),
            } for name, s in protocol.switches.items()
        },
        "pre_images": pre_images(protocol),
        "assets": {name: table_summary(table, marks) for name, table in tables.items() if table.category == "asset"},
        "off_ledger": {
            category: {name: table_summary(table, marks) for name, table in tables.items() if table.category == category}
            for category in CATEGORIES if category != "asset"
        },
        "transactions": {name: steps[name] for name, step in protocol.transactions.items() if step.on_ledger},
        "inner": {
            name: {
                "description": description, "called_by": [n for n, step in steps.items() if name in step["calls"]],
                **marks.graded(grade, INNER),
            } for name, (grade, description) in protocol.inner.items()
        },
        "off_chain": {n: steps[n] for n, step in protocol.transactions.items() if not step.on_ledger and n not in submitted},
        "submissions": {name: steps[name] for name in steps if name in submitted},
        "access": [access_summary(protocol, rule, marks) for rule in protocol.access],
        "notions": notions(protocol),
        "policy": {
            "endorsement": protocol.policy.endorsement, "cites": protocol.policy.cites, "because": marks.because(POLICY, "policy"),
            "keys": {rule.table: {"role": rule.role, "because": rule.cites} for rule in protocol.policy.keys},
        },
    }  # fmt: skip
    return {**content, "counts": counts(content)}


def amendment_summary(amendment: Any) -> dict[str, Any]:
    return {
        "name": amendment.name, "of": subject_of(amendment), "does": ACTIONS[amendment.action].does,
        "target": amendment.target, "because": amendment.because, "needs": list(amendment.needs),
    }  # fmt: skip


def counts(content: dict[str, Any]) -> dict[str, dict[str, int]]:
    """How much of each kind is printed in the paper, reconstructed from it, or amended by the variant."""
    steps = [*content["transactions"].values(), *content["off_chain"].values()]
    of_kind = {
        "asset fields": [field for table in content["assets"].values() for field in table["fields"].values()],
        "transactions": list(content["transactions"].values()),
        "inner transactions": list(content["inner"].values()),
        "steps off chain": list(content["off_chain"].values()),
        "guards of transactions": [guard for step in content["transactions"].values() for guard in step["guards"].values()],
        "guards of all steps": [guard for step in steps for guard in step["guards"].values()],
    }
    return {kind: {grade: sum(grade_of(item) == grade for item in items) for grade in GRADES} for kind, items in of_kind.items()}


def grade_of(item: dict[str, Any]) -> str:
    return "printed" if item["printed"] else "amended" if item["amended"] else "reconstructed"
