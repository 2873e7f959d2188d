"""A loaded variant as a document that can be held beside the paper, and the same content as plain data."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from spec.errors import SpecificationError, choices
from spec.kinds import MEMBER
from spec.schema import CATEGORIES, Grade, Row, Table, reference, using
from spec.text import AccessRule, Protocol
from spec.tracing import Transaction
from spec.tree import boolean, parameter
from spec.wording import event_lines, expression_text, kind_text, write_lines

__all__ = ["expression_text", "generated", "show", "summary"]

WIDTH = 110
SUBMISSION = "Submit"
READING = (
    "How to read a step: every condition and every value on the right of `:=` is read in the state before the step; all writes happen "
    "together, and of two writes to one cell the later in text or list order wins. `row := {…}` writes the whole row: a field that is not "
    "named is empty. The last event emitted survives."
)


# --- the content ---


def graded(grade: Grade) -> dict[str, Any]:
    return {"printed": grade.printed, "source": grade.source}


def table_summary(table: Table) -> dict[str, Any]:
    fields = {
        name: {"kind": kind_text(field.kind), "never_reset": field.monotone, **graded(field.grade)} for name, field in table.fields.items()
    }
    return {"title": table.title, "cites": table.cites, "key": {name: kind_text(kind) for name, kind in table.key}, "fields": fields}


def step_summary(protocol: Protocol, step: Transaction) -> dict[str, Any]:
    """One transaction or step off chain, clause by clause, in words."""
    schema, taken = protocol.schema, set(step.parameters)
    label = re.match(r"(O\d+): ", step.description)
    return {
        "label": label[1] if label else "",
        "caller": step.caller_role,
        "signature": {name: kind_text(kind) for name, kind in step.parameters.items() if name != "caller"},
        "description": " ".join(step.description.split()),
        **graded(step.grade),
        "guards": {
            guard.name: {"condition": expression_text(guard.condition, schema), **graded(guard.grade), "why": guard.why}
            for guard in step.guards.values()
        },
        "effects": {name: write_lines(writes, schema, taken) for name, writes in step.effects.items()},
        "events": {event.name: event_lines(event, schema, taken) for event in step.events.values()},
        "calls": list(dict.fromkeys(step.inner)),
        "observations": {name: write_lines(writes, schema, taken) for name, writes in step.observations.items()},
        "honest": {name: expression_text(condition, schema) for name, condition in step.honest.items()},
        "powers": {name: expression_text(condition, schema) for name, condition in step.powers.items()},
        "scans": sorted(step.declared_scans),
    }


def access_summary(protocol: Protocol, rule: AccessRule) -> dict[str, Any]:
    table = protocol.schema.table(rule.table)
    with using(protocol.schema):
        keys = ((name, reference(kind.sort) if kind.sort in protocol.schema.tables else kind) for name, kind in table.key)
        row = Row(table, tuple(parameter(name, kind) for name, kind in keys))
        relation = boolean(rule.relation(parameter("caller", MEMBER), row))
    return {
        "table": rule.table, "fields": list(rule.fields), "transaction": rule.transaction, "role": rule.role or "new member",
        "who": rule.described, "relation": expression_text(relation, protocol.schema),
    }  # fmt: skip


def summary(protocol: Protocol) -> dict[str, Any]:
    """Everything that `show` prints, as data that JSON can hold."""
    tables = {name: table for name, table in protocol.schema.tables.items() if "." not in name}
    steps = {name: step_summary(protocol, step) for name, step in protocol.transactions.items()}
    submitted = {name for name in steps if name.startswith(SUBMISSION) and name.removeprefix(SUBMISSION) in steps}
    content: dict[str, Any] = {
        "variant": protocol.name, "title": protocol.title, "parent": protocol.parent,
        "amendments": [{"name": a.name, "because": a.because, "needs": list(a.needs)} for a in protocol.amendments],
        "switches": {
            name: {
                "one_place": s.one_place, "another_place": s.another_place, "readings": dict(s.readings), "taken": protocol.readings[name],
                "default": s.default, "reason": s.reason, "affects": s.affects,
            } for name, s in protocol.switches.items()
        },
        "assets": {name: table_summary(table) for name, table in tables.items() if table.category == "asset"},
        "off_ledger": {
            category: {name: table_summary(table) for name, table in tables.items() if table.category == category}
            for category in CATEGORIES if category != "asset"
        },
        "transactions": {name: steps[name] for name, step in protocol.transactions.items() if step.on_ledger},
        "inner": {
            name: {"description": description, **graded(grade), "called_by": [n for n, step in steps.items() if name in step["calls"]]}
            for name, (grade, description) in protocol.inner.items()
        },
        "off_chain": {n: steps[n] for n, step in protocol.transactions.items() if not step.on_ledger and n not in submitted},
        "submissions": {name: steps[name] for name in steps if name in submitted},
        "access": [access_summary(protocol, rule) for rule in protocol.access],
        "policy": {"endorsement": protocol.policy.endorsement, "cites": protocol.policy.cites},
    }  # fmt: skip
    return {**content, "counts": counts(content)}


def counts(content: dict[str, Any]) -> dict[str, dict[str, int]]:
    """How much of each kind is printed in the paper, and how much is reconstructed."""
    steps = [*content["transactions"].values(), *content["off_chain"].values()]
    of_kind = {
        "asset fields": [field for table in content["assets"].values() for field in table["fields"].values()],
        "transactions": list(content["transactions"].values()),
        "inner transactions": list(content["inner"].values()),
        "steps off chain": list(content["off_chain"].values()),
        "guards of transactions": [guard for step in content["transactions"].values() for guard in step["guards"].values()],
        "guards of all steps": [guard for step in steps for guard in step["guards"].values()],
    }
    return {
        kind: {"printed": sum(item["printed"] for item in items), "reconstructed": sum(not item["printed"] for item in items)}
        for kind, items in of_kind.items()
    }


# --- the document ---


class Page:
    """Lines of a document, wrapped."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def heading(self, level: int, text: str) -> None:
        self.lines += ["", "#" * level + " " + text, ""] if self.lines else ["#" * level + " " + text, ""]

    def paragraph(self, text: str) -> None:
        self.lines += [*wrapped(text), ""]

    def item(self, text: str, deeper: str = "") -> None:
        self.lines += wrapped(text, "- ", "  ")
        self.lines += wrapped(deeper, "  ", "  ") if deeper else []

    def code(self, lines: Iterable[str]) -> None:
        self.lines.append("```text")
        for line in lines:
            indent = line[: len(line) - len(line.lstrip())]
            self.lines += wrapped(line.strip(), indent, indent + "        ")
        self.lines += ["```", ""]

    def text(self) -> str:
        joined = "\n".join(line.rstrip() for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", joined).strip() + "\n"


def wrapped(text: str, first: str = "", others: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False)


def grade_text(item: dict[str, Any]) -> str:
    return f"printed {item['source']}" if item["printed"] else f"reconstructed: {item['source']}"


def clauses(named: dict[str, Any]) -> list[str]:
    """Named clauses as lines: the name, and its lines below it."""
    lines: list[str] = []
    for name, body in named.items():
        lines += [name, *(f"    {line}" for line in ([body] if isinstance(body, str) else body))]
    return lines


def write_table(page: Page, name: str, table: dict[str, Any], level: int = 3) -> None:
    key = ", ".join(f"{part}: {kind}" for part, kind in table["key"].items())
    page.heading(level, f"{name} — {table['title']}")
    page.paragraph(f"{table['cites']}. Identified by ({key}).")
    for field, item in table["fields"].items():
        page.item(f"`{field}`: {item['kind']} ({grade_text(item)}){'; never reset' if item['never_reset'] else ''}")


def write_step(page: Page, name: str, step: dict[str, Any], level: int = 3) -> None:
    signature = ", ".join(f"{part}: {kind}" for part, kind in step["signature"].items())
    page.heading(level, f"{step['label'] + ' ' if step['label'] else ''}{name}")
    page.paragraph(f"Called by: {step['caller']}. `{name}({signature})` — {grade_text(step)}.")
    page.paragraph(step["description"])
    for guard, item in step["guards"].items():
        page.item(f"**{guard}** ({grade_text(item)}): `{item['condition']}`", item["why"])
    for title, part in (
        ("Effects", "effects"), ("Events", "events"), ("Observed off the ledger", "observations"),
        ("An honest party takes it when", "honest"), ("A deviating party must have", "powers"),
    ):  # fmt: skip
        if step[part]:
            page.paragraph("")
            page.paragraph(f"{title}:")
            page.code(line for body in step[part].values() for line in body) if part == "events" else page.code(clauses(step[part]))
    if step["calls"]:
        page.paragraph(f"Calls: {', '.join(step['calls'])}.")
    if step["scans"]:
        page.paragraph(f"Scans all of: {', '.join(step['scans'])}.")


def write_switch(page: Page, name: str, switch: dict[str, Any]) -> None:
    page.item(f"**{name}** {switch['one_place']} — {switch['another_place']}.")
    for reading, meaning in switch["readings"].items():
        mark = "taken" if reading == switch["taken"] else "not taken"
        page.lines += wrapped(f"- {reading} ({mark}): {meaning}", "  ", "    ")
    why = "Why" if switch["taken"] == switch["default"] else f"The default is {switch['default']}"
    page.lines += wrapped(f"{why}: {switch['reason']}. Affects: {switch['affects']}.", "  ", "  ")


def write_counts(page: Page, content: dict[str, Any]) -> None:
    page.heading(2, "Printed and reconstructed")
    page.lines += [f"| {'of the':<24} | {'printed':>7} | {'reconstructed':>13} |", f"| {'-' * 24} | {'-' * 6}: | {'-' * 12}: |"]
    for kind, number in content["counts"].items():
        page.lines.append(f"| {kind:<24} | {number['printed']:>7} | {number['reconstructed']:>13} |")


def write_head(page: Page, content: dict[str, Any]) -> None:
    page.heading(1, f"{content['variant']}: {content['title']}")
    page.paragraph(f"Parent: {content['parent'] or 'none'}. `L` and a number is a line of the paper's text.")
    page.paragraph(READING)
    for amendment in content["amendments"]:
        needs = f" Needs: {', '.join(amendment['needs'])}." if amendment["needs"] else ""
        page.item(f"{amendment['name']}, because {amendment['because']}.{needs}")
    write_counts(page, content)
    page.heading(2, "Places where the paper contradicts itself")
    for name, switch in content["switches"].items():
        write_switch(page, name, switch)


def write_tables(page: Page, content: dict[str, Any]) -> None:
    page.heading(2, f"Assets ({len(content['assets'])})")
    for name, table in content["assets"].items():
        write_table(page, name, table)
    page.heading(2, "Off the ledger")
    for category, tables in content["off_ledger"].items():
        page.heading(3, f"{category}: {CATEGORIES[category]} ({len(tables)})")
        for name, table in tables.items():
            write_table(page, name, table, 4)


def write_rules(page: Page, content: dict[str, Any]) -> None:
    page.heading(2, "Access: who may write what, through which transaction")
    for rule in content["access"]:
        fields = ", ".join("every field" if field == "*" else field for field in rule["fields"])
        page.item(f"{rule['table']} ({fields}) by {rule['transaction']}: {rule['role']}, {rule['who']}: `{rule['relation']}`")
    page.heading(2, "Endorsement policy")
    page.paragraph(f"{content['policy']['endorsement']} — {content['policy']['cites'] or 'no reason given'}.")


def write_one(page: Page, content: dict[str, Any], only: str) -> None:
    """The part of the document that has this name: a transaction, a step, a table or a switch."""
    steps = {**content["transactions"], **content["off_chain"], **content["submissions"]}
    labels = {step["label"]: name for name, step in steps.items() if step["label"]}
    tables = {**content["assets"], **{name: table for some in content["off_ledger"].values() for name, table in some.items()}}
    if only in steps or only in labels:
        name = labels.get(only, only)
        write_step(page, name, steps[name], 1)
    elif only in tables:
        write_table(page, only, tables[only], 1)
    elif only in content["switches"]:
        write_switch(page, only, content["switches"][only])
    elif only in content["inner"]:
        write_inner(page, only, content["inner"][only])
    else:
        known = choices([*steps, *labels, *tables, *content["switches"], *content["inner"]])
        raise SpecificationError(f"no transaction, asset, step or switch {only!r}; choices: {known}", content["variant"])


def write_inner(page: Page, name: str, inner: dict[str, Any]) -> None:
    page.item(f"**{name}** ({grade_text(inner)}): {inner['description']}", f"Called by: {', '.join(inner['called_by']) or 'nobody'}.")


def show(protocol: Protocol, only: str | None = None) -> str:
    """The variant as a document, or the one transaction, asset, step or switch that `only` names."""
    content, page = summary(protocol), Page()
    if only is not None:
        write_one(page, content, only)
        return page.text()
    write_head(page, content)
    write_tables(page, content)
    parts = {"transactions": "Transactions called by members", "off_chain": "Steps off chain", "submissions": "Submission"}
    for part, title in parts.items():
        page.heading(2, f"{title} ({len(content[part])})")
        for name, step in content[part].items():
            write_step(page, name, step)
        if part == "transactions":
            page.heading(2, f"Transactions called from others ({len(content['inner'])})")
            for name, inner in content["inner"].items():
                write_inner(page, name, inner)
    write_rules(page, content)
    return page.text()


def generated() -> dict[str, str]:
    """Every generated document, by its path in the project: each known variant, and how it differs from its parent."""
    from spec.difference import difference
    from spec.variants import VARIANTS

    documents: dict[str, str] = {}
    for name, variant in VARIANTS.items():
        loaded = variant.load()
        documents[f"docs/generated/{name}.md"] = show(loaded)
        if variant.parent in VARIANTS:
            documents[f"docs/generated/{variant.parent}-to-{name}.md"] = difference(VARIANTS[variant.parent].load(), loaded)
    return documents
