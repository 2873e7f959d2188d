"""A loaded variant as a document that can be held beside the paper."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from spec.errors import SpecificationError, choices
from spec.schema import CATEGORIES
from spec.summary import GRADES, PARTS, summary
from spec.text import Protocol
from spec.wording import expression_text

__all__ = ["expression_text", "generated", "show", "summary"]

WIDTH = 110
READING = (
    "How to read a step: every condition and every value on the right of `:=` is read in the state before the step; all writes happen "
    "together, and of two writes to one cell the later in text or list order wins. `row := {…}` writes the whole row: a field that is not "
    "named is empty. The last event emitted survives. `permutation(n, seed)[p]` is the entry at position p of the permutation of 0 to "
    "n - 1 that everybody draws from the seed."
)


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
        self.lines += ["", "```text"]
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
    """Where a field, a guard or a step comes from: a line of the paper, a reason to reconstruct it, an amendment's reason."""
    own = "" if item["source"] == item["because"] else item["source"]
    if item["printed"]:
        return f"printed {own}" + (f", amended because {item['because']}" if item["because"] else "")
    if not item["amended"]:
        return f"reconstructed: {own}"
    because = f"because {item['because']}" if item["because"] else ""
    return f"amended: {', '.join(filter(None, (own, because)))}" if own else f"amended {because}"


def clauses(named: dict[str, Any]) -> list[str]:
    """Named clauses as lines: the name, and its lines below it."""
    lines: list[str] = []
    for name, body in named.items():
        lines += [name, *(f"    {line}" for line in ([body] if isinstance(body, str) else body))]
    return lines


def write_table(page: Page, name: str, table: dict[str, Any], level: int = 3) -> None:
    key = ", ".join(f"{part}: {kind}" for part, kind in table["key"].items())
    page.heading(level, f"{name} — {table['title']}")
    added = "Added because " if table["added"] else ""
    identified = f"Identified by ({key})" if key else "One row, without a key"
    because = f" (amended because {table['because']})" if table["because"] else ""
    page.paragraph(f"{added}{table['cites']}. {identified}{because}.")
    for field, item in table["fields"].items():
        page.item(f"`{field}`: {item['kind']} ({grade_text(item)}){'; never reset' if item['never_reset'] else ''}")


def write_step(page: Page, name: str, step: dict[str, Any], level: int = 3) -> None:
    signature = ", ".join(f"{part}: {kind}" for part, kind in step["signature"].items())
    page.heading(level, f"{step['label'] + ' ' if step['label'] else ''}{name}")
    page.paragraph(f"Called by: {step['caller']}. `{name}({signature})` — {grade_text(step)}.")
    page.paragraph(step["description"])
    for short, text in step["where"].items():
        page.item(f"`{short}` is `{text}`")
    for clause, because in step["reasons"].items():
        if clause.startswith("parameter "):
            page.item(f"`{clause.removeprefix('parameter ')}` (amended because {because})")
    for guard, item in step["guards"].items():
        page.item(f"**{guard}** ({grade_text(item)}): `{item['condition']}`", item["why"])
    for title, part in (
        ("Effects", "effects"), ("Events", "events"), ("Observed off the ledger", "observations"),
        ("An honest party takes it when", "honest"), ("A deviating party must have", "powers"),
    ):  # fmt: skip
        if step[part]:
            page.paragraph("")
            page.paragraph(f"{title}:")
            page.code(line for body in step[part].values() for line in body) if part == "events" else page.code(clauses(told(step, part)))
    if step["calls"]:
        page.paragraph(f"Calls: {', '.join(step['calls'])}.")
    if step["scans"]:
        page.paragraph(f"Scans all of: {', '.join(step['scans'])}.")


def told(step: dict[str, Any], part: str) -> dict[str, Any]:
    """The clauses of a part, each name with the reason of the amendment that made it so."""
    because = {name: step["reasons"].get(f"{PARTS[part]} {name}", "") for name in step[part]}
    return {f"{name} (amended because {because[name]})" if because[name] else name: body for name, body in step[part].items()}


def write_switch(page: Page, name: str, switch: dict[str, Any]) -> None:
    page.item(f"**{name}** {switch['one_place']} — {switch['another_place']}.")
    for reading, meaning in switch["readings"].items():
        mark = "taken" if reading == switch["taken"] else "not taken"
        page.lines += wrapped(f"- {reading} ({mark}): {meaning}", "  ", "    ")
    why = "Why" if switch["taken"] == switch["default"] else f"The default is {switch['default']}"
    page.lines += wrapped(f"{why}: {switch['reason']}. Affects: {switch['affects']}.", "  ", "  ")
    if switch["because"]:
        page.lines += wrapped(f"Amended because {switch['because']}.", "  ", "  ")


def write_counts(page: Page, content: dict[str, Any]) -> None:
    """The table of grades; what is amended has a column where there are amendments."""
    grades = GRADES if content["amendments"] else GRADES[:2]
    page.heading(2, "Printed, reconstructed and amended" if content["amendments"] else "Printed and reconstructed")
    rule = [f"{'-' * (len(grade) - 1)}:" for grade in grades]
    page.lines += [f"| {' | '.join(cells)} |" for cells in ([f"{'of the':<24}", *grades], ["-" * 24, *rule])]
    for kind, number in content["counts"].items():
        page.lines.append(f"| {kind:<24} | " + " | ".join(f"{number[grade]:>{len(grade)}}" for grade in grades) + " |")


def write_amendments(page: Page, content: dict[str, Any]) -> None:
    """What the variant changes of its parent, by the thing that is changed."""
    by_thing: dict[str, list[dict[str, Any]]] = {}
    for amendment in content["amendments"]:
        by_thing.setdefault(amendment["of"], []).append(amendment)
    if by_thing:
        page.heading(2, f"Amendments ({len(content['amendments'])})")
    for thing, amendments in by_thing.items():
        page.item(f"**{thing}**")
        for amendment in amendments:
            part = amendment["target"].removeprefix(thing.removeprefix("pre-image ")).removeprefix(".")
            what = f"`{part}`: " if part else ""
            needs = f" Needs: {', '.join(amendment['needs'])}." if amendment["needs"] else ""
            page.lines += wrapped(f"- {what}{amendment['does']}, because {amendment['because']}.{needs}", "  ", "    ")


def write_head(page: Page, content: dict[str, Any]) -> None:
    page.heading(1, f"{content['variant']}: {content['title']}")
    page.paragraph(f"Parent: {content['parent'] or 'none'}. `L` and a number is a line of the paper's text.")
    page.paragraph(READING)
    if content["amendments"]:
        page.paragraph(
            f"The variant is its parent with {len(content['amendments'])} amendments. What is amended says so, and which attack (A), claim "
            "(C) or contradiction (X) it answers; all amendments stand at the end, by the thing that they amend."
        )
    write_counts(page, content)
    page.heading(2, "Places where the paper contradicts itself")
    for name, switch in content["switches"].items():
        write_switch(page, name, switch)
    page.heading(2, f"Pre-images ({len(content['pre_images'])})")
    page.paragraph("What is hashed or sealed. Two are equal when all their parts are; on the ledger stands a digest.")
    for name, item in content["pre_images"].items():
        write_pre_image(page, name, item)


def write_pre_image(page: Page, name: str, item: dict[str, Any]) -> None:
    opened = f", opened by whom `{item['opened_by']}` names" if item["opened_by"] else ""
    parts = ", ".join(f"{part}: {one['kind']}" for part, one in item["parts"].items())
    page.item(f"**{name}**{opened}: {parts}")
    for part, one in item["parts"].items():
        if one["amended"]:
            filled = "; ".join(f"`{text}` ({', '.join(steps)})" for text, steps in one["filled_in"].items()) or "nothing: no step makes one"
            page.lines += wrapped(f"- `{part}` is amended because {one['because']}. It is {filled}.", "  ", "    ")


def write_notion(page: Page, name: str, notion: dict[str, Any]) -> None:
    amended = f" (amended because {notion['because']})" if notion["because"] else ""
    said = f"no meaning: {notion['absent']}" if notion["absent"] else notion["described"]
    page.item(f"**{name}**({', '.join(notion['arguments'])}){amended}: {said}", f"`{notion['meaning']}`" if notion["meaning"] else "")


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
        page.item(f"{rule['table']} ({fields}) by {rule['transaction']}: {rule['role']}, {rule['who']}: `{rule['relation']}`"
                  + (f" (amended because {rule['because']})" if rule["because"] else ""))  # fmt: skip
    page.heading(2, f"Words of the claims ({len(content['notions'])})")
    page.paragraph("What the claims speak of, and what it means in this text.")
    for name, notion in content["notions"].items():
        write_notion(page, name, notion)
    page.heading(2, "Endorsement policy")
    policy = content["policy"]
    page.paragraph(f"{policy['endorsement']} — {'amended because ' if policy['because'] else ''}{policy['cites'] or 'no reason given'}.")
    for table, rule in policy["keys"].items():
        page.item(f"rows of {table}: the organisation of {rule['role']} as well (amended because {rule['because']})")


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
    elif only in content["notions"]:
        write_notion(page, only, content["notions"][only])
    elif only in content["pre_images"]:
        write_pre_image(page, only, content["pre_images"][only])
    else:
        known = choices([*steps, *labels, *tables, *content["switches"]])
        said = f"no transaction, asset, step, switch, pre-image or word {only!r}; choices: {known}, and the words that `spec show` prints"
        raise SpecificationError(said, content["variant"])


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
    write_amendments(page, content)
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
