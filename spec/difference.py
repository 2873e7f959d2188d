"""How one loaded protocol differs from another, clause by clause, each change with the amendment that makes it and its reason."""

from __future__ import annotations

import re
from typing import Any

from spec.abbreviations import abbreviations
from spec.attribution import ACCESS, INNER, NOTIONS, POLICY, SUBMISSION, SWITCHES, Clause, Named, follows, makes
from spec.show import Page, clauses
from spec.summary import summary
from spec.text import Protocol

Texts = dict[Clause, str]
STEPS = {"transactions": "Transactions", "off_chain": "Steps off chain", "submissions": "Submission"}
LEGEND = (
    "`+` is new, `-` is gone, `~` has changed. After `because` stands which attack (A), claim (C) or contradiction (X) the amendment "
    "answers; `follows from` names an amendment of something else that a clause speaks of."
)


def sections_of(content: dict[str, Any]) -> dict[str, Texts]:
    """Every clause of a summary as one text, by the thing it belongs to and its name there, in the sections of the document."""
    readings = {(SWITCHES, name): f"{switch['taken']}: {switch['readings'].get(switch['taken'], '')}"
                for name, switch in content["switches"].items()}  # fmt: skip
    parts = {(f"pre-image {name}", f"part {part}"): one["kind"]
             for name, item in content["pre_images"].items() for part, one in item["parts"].items()}  # fmt: skip
    keyed = {(POLICY, f"rows of {table}"): f"the organisation of {rule['role']} as well"
             for table, rule in content["policy"]["keys"].items()}  # fmt: skip
    found: dict[str, Texts] = {
        "Readings and policy": {**readings, (POLICY, "policy"): content["policy"]["endorsement"], **keyed}, "Pre-images": parts,
    }  # fmt: skip
    found["Assets"] = tables_clauses(content["assets"])
    found["Off the ledger"] = tables_clauses({name: table for some in content["off_ledger"].values() for name, table in some.items()})
    for part, title in STEPS.items():
        found[title] = {key: text for name, step in content[part].items() for key, text in step_clauses(name, step).items()}
    found["Transactions called from others"] = {
        (INNER, name): inner["description"] + ("" if inner["called_by"] else " Called by nobody.")
        for name, inner in content["inner"].items()
    }  # fmt: skip
    access: Texts = {}
    for rule in content["access"]:
        key = ACCESS, f"{rule['table']} by {rule['transaction']}"
        fields = ", ".join("every field" if field == "*" else field for field in rule["fields"])
        line = f"({fields}) {rule['role']}, {rule['who']}: {rule['relation']}"
        access[key] = f"{access[key]}\n{line}" if key in access else line
    found["Access"] = access
    found["Words of the claims"] = {(NOTIONS, name): notion_text(notion) for name, notion in content["notions"].items()}
    return found


def notion_text(notion: dict[str, Any]) -> str:
    return f"no meaning: {notion['absent']}" if notion["absent"] else "\n".join(filter(None, (notion["described"], notion["meaning"])))


def tables_clauses(tables: dict[str, Any]) -> Texts:
    found: Texts = {}
    for name, table in tables.items():
        found[name, "table"] = table["title"]
        found[name, "key"] = ", ".join(f"{part}: {kind}" for part, kind in table["key"].items()) or "(none: one row)"
        for field, item in table["fields"].items():
            found[name, f"field {field}"] = f"{item['kind']}{origin(item)}{'; never reset' if item['never_reset'] else ''}"
    return found


def origin(item: dict[str, Any]) -> str:
    """Where a clause comes from, unless it is the reason of an amendment, which is told with the change."""
    if item["amended"]:
        return "" if item["source"] == item["because"] else f" ({item['source']})"
    return f" ({'printed ' if item['printed'] else 'reconstructed: '}{item['source']})"


def step_clauses(name: str, step: dict[str, Any]) -> Texts:
    """The clauses of one transaction or step."""
    found = {(name, "step"): f"{step['description']}{origin(step)}", (name, "caller"): step["caller"]}
    found |= {(name, short): text for short, text in step["where"].items()}
    for part, kind in step["signature"].items():
        found[name, f"parameter {part}"] = kind
    for guard, item in step["guards"].items():
        why = f" {item['why']}" if item["why"] else ""
        inherited = f" (reconstructed: {item['source']})" if item["amended"] and not item["because"] else origin(item)
        found[name, f"guard {guard}"] = f"{item['condition']}{inherited}{why}"
    for part, word in (("effects", "effect"), ("events", "event"), ("observations", "observation")):
        for clause, lines in step[part].items():
            found[name, f"{word} {clause}"] = "\n".join(lines)
    for part, word in (("honest", "honest"), ("powers", "power")):
        for clause, condition in step[part].items():
            found[name, f"{word} condition" if clause == word else f"{word} {clause}"] = condition
    if step["scans"]:
        found[name, "scans"] = ", ".join(step["scans"])
    return found


def pre_images_of(one: dict[str, Texts], other: dict[str, Texts]) -> Texts:
    """The parts of pre-images that both protocols have; another pre-image as one clause, with what uses it."""
    known = {subject for subject, _ in other["Pre-images"]}
    found = {key: text for key, text in one["Pre-images"].items() if key[0] in known}
    for subject, _ in one["Pre-images"]:
        if subject not in known:
            parts = ", ".join(f"{part.removeprefix('part ')}: {kind}" for (s, part), kind in one["Pre-images"].items() if s == subject)
            name = re.compile(rf"(?<!\w){re.escape(subject.removeprefix('pre-image '))}(\(|$| \()")
            users = dict.fromkeys(owner for title, texts in one.items() for (owner, _), text in texts.items()
                                  if title not in ("Pre-images", STEPS["submissions"]) and name.search(text))  # fmt: skip
            found[subject, "pre-image"] = f"{parts}\nused by: {', '.join(users)}"
    return found


class Difference:
    """Both protocols' clauses, and the amendments that one has and the other has not."""

    def __init__(self, first: Protocol, second: Protocol) -> None:
        names = abbreviations(second)
        self.before, self.after = summary(first, names), summary(second, names)
        self.old, self.new = sections_of(self.before), sections_of(self.after)
        known, taken = ({a.name for a in protocol.amendments} for protocol in (first, second))
        for one, other in ((self.old, self.new), (self.new, self.old)):
            one["Pre-images"] = pre_images_of(one, other)
        self.made = [a for a in second.amendments if a.name not in known]
        self.undone = [a for a in first.amendments if a.name not in taken]
        self.named = Named(self.made), Named(self.undone)
        self.switches = first.switches
        self.remaining = {subject for texts in self.new.values() for subject, _ in texts}
        self.shown: set[str] = set()

    def subjects(self, section: str) -> list[str]:
        return list(dict.fromkeys(subject for subject, _ in (*self.new[section], *self.old[section])))

    def changes(self, section: str, subject: str) -> list[tuple[str, str | None, str | None]]:
        """The clauses of a subject that differ: name, before and after.  What a submission shares with its transaction is left out."""
        old, new = self.old[section], self.new[section]
        names = dict.fromkeys(clause for owner, clause in (*new, *old) if owner == subject and not clause.startswith("$"))
        found = [(name, old.get((subject, name)), new.get((subject, name))) for name in names]
        found = [(name, before, after) for name, before, after in found if before != after]
        if section == STEPS["submissions"]:
            same = self.changes(STEPS["transactions"], subject.removeprefix(SUBMISSION))
            found = [change for change in found if change not in same and (change[0] != "step" or None in change)]
        return found

    def because(self, subject: str, clause: str, before: str, after: str) -> list[str]:
        """Lines that say which amendment makes a change, and why."""
        for amendments, named, word in ((self.made, self.named[0], ""), (self.undone, self.named[1], "without: ")):
            direct = named.of(subject, clause)
            self.shown |= {a.name for a in direct}
            if direct:
                return [f"because {word}{a.because}" for a in {a.because: a for a in direct}.values()]
            if any(makes(a, subject) for a in amendments):
                return []
        return [f"follows from {a.name}: {a.because}" for a in self.indirect(subject, clause, before, after)]

    def indirect(self, subject: str, clause: str, before: str, after: str) -> list[Any]:
        """Amendments of something else that a clause speaks of: of the transaction that is submitted, of a caller, of a table's key."""
        amendments, inner = (*self.made, *self.undone), {**self.after["inner"], **self.before["inner"]}
        callers = inner[clause]["called_by"] if subject == INNER else []
        replaced = [a for a in amendments if makes(a, subject.removeprefix(SUBMISSION)) or any(makes(a, caller) for caller in callers)]
        return replaced or [a for a in amendments if follows(a, subject, clause, before, after, self.affects(a))]

    def affects(self, amendment: Any) -> str:
        return self.switches[amendment.target].affects if amendment.action == "switch" and amendment.target in self.switches else ""

    def lines(self, subject: str, change: tuple[str, str | None, str | None]) -> list[str]:
        """The lines that tell one clause's change."""
        clause, before, after = change
        because = self.because(subject, clause, before or "", after or "")
        if before is None or after is None:
            sign, text = ("+", after) if before is None else ("-", before)
            return clauses({f"{sign} {clause}": [*str(text).split("\n"), *because]})
        told = [f"- {line}" for line in before.split("\n")] + [f"+ {line}" for line in after.split("\n")]
        return clauses({f"~ {clause}": [*told, *because]})

    def whole(self, subject: str) -> list[str]:
        """Why a table or a step was added or replaced as a whole."""
        found = [a for a in (*self.made, *self.undone) if makes(a, subject)]
        self.shown |= {a.name for a in found}
        return [f"{'Without: ' if a in self.undone else ''}{a.name}, because {a.because}." for a in found]

    def where(self, subject: str, lines: list[str]) -> list[str]:
        """The names that the lines use, with what they stand for."""
        steps = {name: step for part in STEPS for content in (self.before, self.after) for name, step in content[part].items()}
        known: dict[str, str] = steps.get(subject, {}).get("where", {})
        used, pending = set(), re.findall(r"\$\d+", " ".join(lines))
        while pending:
            name = pending.pop()
            if name in known and name not in used:
                used.add(name)
                pending += re.findall(r"\$\d+", known[name])
        return [f"`{name}` is `{text}`" for name, text in known.items() if name in used]


def difference(first: Protocol, second: Protocol) -> str:
    """What is added (+), removed (-) and changed (~) on the way from the first protocol to the second."""
    told, page = Difference(first, second), Page()
    page.heading(1, f"From {first.name} to {second.name}")
    if told.made or told.undone:
        page.paragraph(f"{len(told.made) or 'No'} amendments{f', {len(told.undone)} undone' if told.undone else ''}. {LEGEND}")
    body = len(page.lines)
    for section in told.new:
        changed = {subject: changes for subject in told.subjects(section) if (changes := told.changes(section, subject))}
        if changed:
            page.heading(2, section)
        for subject, changes in changed.items():
            write_subject(page, told, subject, changes, len(told.subjects(section)) > 1)
    if len(page.lines) == body:
        page.paragraph("No clause differs.")
    silent = [amendment for amendment in told.made if amendment.name not in told.shown]
    if silent:
        page.heading(2, "Amendments that change no clause")
        for amendment in silent:
            page.item(f"{amendment.name}, because {amendment.because}.")
    return page.text()


def write_subject(page: Page, told: Difference, subject: str, changes: list[Any], headed: bool) -> None:
    """One thing with all that differs in it."""
    gone, whole = subject not in told.remaining, told.whole(subject)
    if headed:
        page.heading(3, subject)
    for line in whole:
        page.paragraph(line)
    lines = [line for change in changes for line in told.lines(subject, change)]
    if gone:
        lines = ["- gone", *dict.fromkeys(line for line in lines if line.startswith(("    because", "    follows")))]
    for line in told.where(subject, lines):
        page.item(line)
    page.code(lines)
