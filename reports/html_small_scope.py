"""The small scope of a variant on the page: cases, what falls without an amendment, and the traps without a condition."""

from __future__ import annotations

from reports import small_scope as words
from reports.escaping import Markup, tag
from reports.html_parts import listed, paragraph, table
from reports.small_scope import Condition, SmallScope


def small_scope_part(variant: str, found: SmallScope, anchor: str) -> list[Markup]:
    title = tag("h3", f"Small scope of {variant}", id=anchor)
    return [title, *explored(found), *conditions(found)]


def explored(found: SmallScope) -> list[Markup]:
    if found.cases is None:
        return [paragraph(words.NOT_EXPLORED, "note")]
    cases, drops = words.case_lines(found), words.drop_lines(found)
    tables = [table(cases[0], cases[1], words.cases_said(found), sticky=True), table(drops[0], drops[1], words.DROPPED, sticky=True)]
    return [paragraph(words.SAID), *tables]


def conditions(found: SmallScope) -> list[Markup]:
    parts = [paragraph(words.needed_said(found.conditions))] if found.conditions else []
    return parts + [part for one in found.conditions for part in condition(one)]


def condition(one: Condition) -> list[Markup]:
    """The run to the trap, numbered, and why its end is one."""
    parts = [tag("h4", words.condition_title(one)), paragraph(words.begins(one))]
    parts += [listed(one.told, "steps", ordered=True)] if one.told else []
    return parts + ([paragraph(words.ends(one), "broken")] if one.necessary else [])
