"""One claim of the page: what it says, what was decided of it in each variant, and the attacks told and drawn."""

from __future__ import annotations

from urllib.parse import quote

from reports import words
from reports.attacks import Run, Step
from reports.escaping import Markup, joined, markup, tag
from reports.html_parts import link, listed, paragraph, table
from reports.repairs import repair_text, repairs_of, unsaid
from reports.sequence import diagram
from reports.view import Content, Decision, Finding, Statement, Told


def claim_article(content: Content, statement: Statement, base: str) -> Markup:
    """The claim with everything decided of it."""
    parts = [
        tag("h3", f"{statement.label} — {statement.title}"),
        tag("blockquote", tag("p", f"“{statement.quotation}”"), tag("footer", f"the paper, {statement.cites}")),
        tag("div", *(paragraph(text) for text in words.precisely(statement)), class_="statement"),
        *(part for decision in statement.decisions for part in decided(content, statement, decision, base)),
        *repaired(content, statement),
    ]
    return tag("article", joined(parts), id=statement.anchor)


def decided(content: Content, statement: Statement, decision: Decision, base: str) -> list[Markup]:
    header = ["verdict", "against", "scope", "start", "method", "assumptions", "more"]
    lines = [finding_line(decision, finding) for finding in decision.findings]
    return [
        tag("h4", f"{statement.label} in variant {decision.variant.name}", id=decision.anchor),
        table(header, lines, ""),
        *(proved(content, statement, decision)),
        *(part for told in decision.attacks for part in attack_parts(statement, told, base)),
    ]


def finding_line(decision: Decision, finding: Finding) -> list[object]:
    row = finding.row
    verdict = tag("span", finding.verdict, class_=f"tag {row.verdict}")
    numbers = joined([link(words.assumption_anchor(number), number) for number in finding.assumptions], ", ")
    told = [one for one in decision.attacks if set(one.witnesses) & set(finding.witnesses)]
    attacks = [link(one.anchor, f"attack of {', '.join(one.coalitions)}") for one in told]
    more = [*attacks, *map(markup, words.remarks(row))]
    against, start = ", ".join(finding.coalitions), words.STARTS.get(row.start, row.start)
    return [verdict, against, row.scope, start, row.method, numbers, joined(more, "; ")]


def proved(content: Content, statement: Statement, decision: Decision) -> list[Markup]:
    """Method, lemmas and obligations of what was proved."""
    said = words.proof_of(statement, decision)
    if not said:
        return []
    proofs = decision.variant.proofs
    where = [link(words.anchor_of("proofs", content, decision.variant), "All obligations, with their SMT-LIB files")] if proofs else []
    needed = words.conditions_of(statement, decision)
    traps = [link(words.anchor_of("small-scope", content, decision.variant), needed)] if needed else []
    return [listed([*said, *where, *traps])]


def attack_parts(statement: Statement, told: Told, base: str) -> list[Markup]:
    """The attack in numbered steps, then drawn."""
    attack = told.attack
    parts = [
        tag("h4", words.attack_title(statement, told), id=told.anchor),
        paragraph(attack.begins),
    ]
    for number, run in enumerate(attack.runs, 1):
        parts += [paragraph(f"Run {number}:")] if len(attack.runs) > 1 else []
        parts.append(tag("ol", joined([reasoned(step) for step in run.steps]), class_="steps"))
    parts.append(paragraph(words.sentence(attack.broken), "broken"))
    parts += [figure(statement, told, place, run) for place, run in enumerate(attack.runs)]
    files = joined([tag("a", name, href=quote(f"{base}/{name}")) for name in told.witnesses], ", ")
    parts.append(tag("p", "Replay it: ", files, class_="note"))
    return parts


def reasoned(step: Step) -> Markup:
    """A step with its reasons below it."""
    return tag("li", step.sentence, *(tag("div", text, class_="note") for text in step.because))


def figure(statement: Statement, told: Told, place: int, run: Run) -> Markup:
    """One run drawn; of two runs the second has the band that says what breaks."""
    runs, last = len(told.attack.runs), place + 1 == len(told.attack.runs)
    which = f"run {place + 1} of {runs}: " if runs > 1 else ""
    label = f"Sequence diagram, {which}{words.attack_title(statement, told)}; its steps stand in the list above"
    svg = diagram(run, label, words.ending(statement, told, place), last and not told.reaches)
    drawn = tag("div", svg, class_="scroll", tabindex="0", role="region", aria_label="Diagram, scrolls sideways")
    caption = [tag("figcaption", f"Run {place + 1} of {runs}")] if runs > 1 else []
    return tag("figure", drawn, *caption)


def repaired(content: Content, statement: Statement) -> list[Markup]:
    """The amendments without which the claim falls, and where that was not tried."""
    items = [
        tag("li", tag("strong", repair.waiving.amendment), " ", repair_text(repair)) for repair in repairs_of(content, statement)
    ]
    listing = [tag("ul", joined(items))] if items else []
    return [tag("h4", f"What repairs {statement.label}"), *listing, *(paragraph(text, "note") for text in unsaid(content, statement))]
