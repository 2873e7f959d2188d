"""How one loaded protocol differs from another, clause by clause: a variant from its parent, a reading of a switch from the default."""

from __future__ import annotations

from typing import Any

from spec.show import Page, clauses, grade_text, summary
from spec.text import Protocol

STEPS = ("transactions", "off_chain", "submissions")


def clauses_of(content: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Every clause of a summary as one text, by the thing it belongs to and its name there; in the order of the document."""
    found: dict[tuple[str, str], str] = {}
    for name, switch in content["switches"].items():
        found["switches", name] = f"{switch['taken']}: {switch['readings'].get(switch['taken'], '')}"
    tables = {**content["assets"], **{name: table for some in content["off_ledger"].values() for name, table in some.items()}}
    for name, table in tables.items():
        found[name, "table"] = f"{table['title']}; {table['cites']}; key ({', '.join(f'{k}: {v}' for k, v in table['key'].items())})"
        for field, item in table["fields"].items():
            found[name, f"field {field}"] = f"{item['kind']} ({grade_text(item)}){'; never reset' if item['never_reset'] else ''}"
    for part in STEPS:
        for name, step in content[part].items():
            found.update(step_clauses(name, step))
    for name, inner in content["inner"].items():
        found["inner transactions", name] = f"{inner['description']} ({grade_text(inner)}); called by {', '.join(inner['called_by'])}"
    for rule in content["access"]:
        subject = f"{rule['table']} ({', '.join(rule['fields'])}) by {rule['transaction']}"
        found["access", subject] = f"{rule['role']}, {rule['who']}: {rule['relation']}"
    found["endorsement policy", "policy"] = f"{content['policy']['endorsement']} — {content['policy']['cites']}"
    return found


def step_clauses(name: str, step: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The clauses of one transaction or step."""
    signature = ", ".join(f"{part}: {kind}" for part, kind in step["signature"].items())
    found = {(name, "step"): f"{step['caller']} calls {name}({signature}): {step['description']} ({grade_text(step)})"}
    for guard, item in step["guards"].items():
        why = f" {item['why']}" if item["why"] else ""
        found[name, f"guard {guard}"] = f"{item['condition']} ({grade_text(item)}){why}"
    for part, word in (("effects", "effect"), ("events", "event"), ("observations", "observation")):
        for clause, lines in step[part].items():
            found[name, f"{word} {clause}"] = "\n".join(lines)
    for part, word in (("honest", "honest condition"), ("powers", "power")):
        for clause, condition in step[part].items():
            found[name, f"{word} {clause}"] = condition
    if step["calls"] or step["scans"]:
        found[name, "calls"] = ", ".join([*step["calls"], *(f"scan of {table}" for table in step["scans"])])
    return found


def difference(first: Protocol, second: Protocol) -> str:
    """What is added (+), removed (-) and changed (~) on the way from the first protocol to the second."""
    before, after = summary(first), summary(second)
    page = Page()
    page.heading(1, f"From {first.name} to {second.name}")
    known = {amendment["name"] for amendment in before["amendments"]}
    for amendment in after["amendments"]:
        if amendment["name"] not in known:
            page.item(f"{amendment['name']}, because {amendment['because']}.")
    old, new = clauses_of(before), clauses_of(after)
    subjects = list(dict.fromkeys(subject for subject, _ in (*old, *new)))
    changed = 0
    for subject in subjects:
        named = of_subject(old, new, subject)
        lines = [line for clause in named for line in changes(clause, old.get((subject, clause)), new.get((subject, clause)))]
        if lines:
            changed += 1
            page.heading(2, subject)
            page.code(lines)
    if not changed:
        page.paragraph("No clause differs.")
    return page.text()


def of_subject(old: dict[tuple[str, str], str], new: dict[tuple[str, str], str], subject: str) -> list[str]:
    """The names of a subject's clauses: the new ones in their order, then those that are gone."""
    return list(dict.fromkeys(clause for owner, clause in (*new, *old) if owner == subject))


def changes(clause: str, before: str | None, after: str | None) -> list[str]:
    """The lines that tell one clause's change; none where it stayed."""
    if before == after:
        return []
    if before is None or after is None:
        sign, text = ("+", after) if before is None else ("-", before)
        return clauses({f"{sign} {clause}": str(text).split("\n")})
    return clauses({f"~ {clause}": [f"- {line}" for line in before.split("\n")] + [f"+ {line}" for line in after.split("\n")]})
