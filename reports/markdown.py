"""A report as Markdown: the same content as the page, attacks as Mermaid sequence diagrams, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from properties.verdicts import VERDICTS
from reports import frontiers as edges
from reports import small_scope as scopes
from reports import words
from reports.attacks import Run
from reports.escaping import markdown, mermaid
from reports.frontiers import Frontier
from reports.numbers import Figures
from reports.repairs import repair_text, repairs_of, unsaid
from reports.small_scope import SmallScope
from reports.speed import NOTHING as NO_SPEED
from reports.speed import SAID as SPEED_SAID
from reports.tabled import Tabled
from reports.variants import Proofs, Variant
from reports.view import Cell, Content, Decision, Finding, Line, Matrix, Statement, Told

Lines = list[str]


def document(content: Content, base: str) -> str:
    """The whole document. base: the way from it to the evidence directory, for links to its files."""
    lines = [f"# {markdown(words.title(content))}", "", markdown(words.LEAD), ""]
    lines += contents(content)
    lines += heading(2, words.SECTIONS["checked"], "checked")
    lines += [f"- {markdown(name)}: {markdown(value)}" for name, value in words.facts(content)] + ["", markdown(words.TIED), ""]
    lines += verdicts(content)
    lines += heading(2, words.SECTIONS["claims"], "claims") + [markdown(words.MERMAID), ""]
    for statement in content.statements:
        lines += claim(content, statement, base)
    lines += job(content) + numbers(content) + knowledge(content) + speed(content) + appendix(content, base)
    return "\n".join(lines).rstrip() + "\n"


def heading(level: int, text: str, anchor: str) -> Lines:
    return [f'<a id="{anchor}"></a>', "", f"{'#' * level} {markdown(text)}", ""]


def link(text: str, anchor: str) -> str:
    return f"[{markdown(text)}](#{anchor})"


def file_link(name: str, base: str) -> str:
    return f"[{markdown(name)}]({quote(f'{base}/{name}')})"


def row(values: Iterable[str]) -> str:
    return "| " + " | ".join(values) + " |"


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> Lines:
    """A table of values that are escaped already."""
    return [row(header), row(["---"] * len(header)), *(row(line) for line in lines), ""]


def escaped(lines: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[markdown(value) for value in line] for line in lines]


def contents(content: Content) -> Lines:
    inner = {
        "verdicts": [(one.anchor, f"variant {one.variant.name}") for one in content.matrices],
        "claims": [(one.anchor, f"{one.label} {one.title}") for one in content.statements],
        "numbers": [(one.anchor, one.title) for one in content.numbers],
        "knowledge": content.known.places,
        "speed": [(one.kind, one.title) for one in content.speed],
        "appendix": words.appendices(content),
    }
    lines = []
    for anchor, title in words.SECTIONS.items():
        lines.append(f"- {link(title, anchor)}")
        lines += [f"  - {link(text, place)}" for place, text in inner.get(anchor, [])]
    return [*lines, ""]


# --- verdicts ---


def verdicts(content: Content) -> Lines:
    lines = heading(2, words.SECTIONS["verdicts"], "verdicts")
    for matrix in content.matrices:
        lines += heading(3, f"Variant {matrix.variant.name}: {matrix.variant.title}", matrix.anchor)
        lines += [markdown(words.matrix_caption(matrix)), "", *matrix_table(matrix)]
    lines += ["### What the verdicts mean", "", markdown(words.LEGEND_CAPTION), ""]
    lines += table(["verdict", "meaning"], escaped([name.replace("_", " "), meaning] for name, meaning in VERDICTS.items()))
    lines += ["### Who may deviate", "", markdown(words.COALITIONS_CAPTION), ""]
    who = [[one.name, one.members, "; ".join(one.powers)] for one in content.coalitions]
    return lines + table(["coalition", "deviating, at most", "powers"], escaped(who))


def matrix_table(matrix: Matrix) -> Lines:
    header = ["statement", "title", *map(markdown, matrix.coalitions)]
    return table(header, [matrix_line(matrix, line) for line in matrix.lines])


def matrix_line(matrix: Matrix, line: Line) -> list[str]:
    """What was decided for all coalitions at once stands in the first column of them, or with the title where there is none."""
    name, title = link(line.statement.label, line.statement.anchor), markdown(line.statement.title)
    spanned = "; ".join(f"{link(cell.words, cell.anchor)} for {markdown(cell.coalition)}" for cell in line.spanning)
    cells = [matrix_cell(line.cells.get(coalition)) for coalition in matrix.coalitions]
    if spanned and not line.cells and cells:
        return [name, title, spanned, *[""] * (len(cells) - 1)]
    return [name, f"{title} ({spanned})" if spanned else title, *cells]


def matrix_cell(cell: Cell | None) -> str:
    if cell is None:
        return words.NOT_DECIDED
    return link(cell.words, cell.anchor) + (f" (scope {markdown(cell.scope)})" if cell.scope else "")


# --- claims ---


def claim(content: Content, statement: Statement, base: str) -> Lines:
    lines = heading(3, f"{statement.label} — {statement.title}", statement.anchor)
    lines += [f"> “{markdown(statement.quotation)}” (the paper, {markdown(statement.cites)})", ""]
    lines += [f"- {markdown(text)}" for text in words.precisely(statement)] + [""]
    for decision in statement.decisions:
        lines += decided(content, statement, decision, base)
    lines += [f"#### What repairs {markdown(statement.label)}", ""]
    lines += [f"- **{markdown(one.waiving.amendment)}** {markdown(repair_text(one))}" for one in repairs_of(content, statement)]
    return [*lines, *(f"- {markdown(text)}" for text in unsaid(content, statement)), ""]


def decided(content: Content, statement: Statement, decision: Decision, base: str) -> Lines:
    lines = heading(4, f"{statement.label} in variant {decision.variant.name}", decision.anchor)
    header = ["verdict", "against", "scope", "start", "method", "assumptions", "more"]
    lines += table(header, [finding_line(decision, finding) for finding in decision.findings])
    said = [markdown(text) for text in words.proof_of(statement, decision)]
    if said and decision.variant.proofs:
        said.append(link("All obligations, with their SMT-LIB files", words.anchor_of("proofs", content, decision.variant)))
    if said and (needed := words.conditions_of(statement, decision)):
        said.append(link(needed, words.anchor_of("small-scope", content, decision.variant)))
    lines += [f"- {text}" for text in said] + [""] * bool(said)
    for told in decision.attacks:
        lines += attack(statement, told, base)
    return lines


def finding_line(decision: Decision, finding: Finding) -> list[str]:
    row = finding.row
    numbers = ", ".join(link(str(number), words.assumption_anchor(number)) for number in finding.assumptions)
    told = [one for one in decision.attacks if set(one.witnesses) & set(finding.witnesses)]
    more = [link(f"attack of {', '.join(one.coalitions)}", one.anchor) for one in told] + [markdown(text) for text in words.remarks(row)]
    plainly = [finding.verdict, ", ".join(finding.coalitions), row.scope, words.STARTS.get(row.start, row.start), row.method]
    return [*map(markdown, plainly), numbers, "; ".join(more)]


def attack(statement: Statement, told: Told, base: str) -> Lines:
    """The steps numbered, then each run as a diagram."""
    lines = [*heading(5, words.attack_title(statement, told), told.anchor), markdown(told.attack.begins), ""]
    for number, run in enumerate(told.attack.runs, 1):
        lines += [f"Run {number}:", ""] if len(told.attack.runs) > 1 else []
        for place, step in enumerate(run.steps, 1):
            lines += [f"{place}. {markdown(step.sentence)}", *(f"   - {markdown(text)}" for text in step.because)]
        lines.append("")
    lines += [f"**{markdown(words.sentence(told.attack.broken))}**", ""]
    for place, run in enumerate(told.attack.runs):
        lines += sequence(run, words.ending(statement, told, place))
    return [*lines, "Replay it: " + ", ".join(file_link(name, base) for name in told.witnesses), ""]


def sequence(run: Run, ending: tuple[str, ...]) -> Lines:
    """A run as a Mermaid diagram: solid arrows are transactions, dashed ones steps off the ledger, open ones events."""
    names = {party.name: f"p{place}" for place, party in enumerate(run.parties, 1)}
    lines = ["```mermaid", "sequenceDiagram", "    autonumber"]
    for party in run.parties:
        deviating = ", deviating" if party.deviating else ""
        lines.append(f"    participant {names[party.name]} as {mermaid(f'{party.name} ({party.role}{deviating})')}")
    lines.append("    participant ledger")
    for step in run.steps:
        actor, forged = names[step.by], "forged write set: " if step.kind == "forged" else ""
        if step.kind != "off_ledger":
            lines.append(f"    {actor}->>ledger: {mermaid(forged + step.called)}")
        for target in step.reaches or ((step.by,) if step.kind == "off_ledger" else ()):
            lines.append(f"    {actor}-->>{names[target]}: {mermaid(f'off the ledger: {step.called}')}")
        if step.event:
            lines.append(f"    Note over ledger: {mermaid(f'event {step.event}')}")
    over = "ledger" if not run.parties else "p1,ledger"
    return [*lines, f"    Note over {over}: {mermaid(' '.join(ending))}", "```", ""]


# --- the job and the appendix ---


def job(content: Content) -> Lines:
    lines, found = heading(2, words.SECTIONS["job"], "job"), content.job
    if found is None or found.failed:
        return [*lines, markdown(words.NO_JOB if found is None else words.job_failed(found)), ""]
    header, rounds = words.rounds(found)
    lines += [markdown(words.ROUNDS_CAPTION), "", *table(header, escaped(rounds))]
    lines += [f"- {markdown(name)}: {markdown(value)}" for name, value in found.facts] + [""]
    held = [[name.replace("_", " "), "holds" if holds else "does not hold"] for name, holds in found.checks]
    return lines + table(["check of the job", "found"], escaped(held))


def numbers(content: Content) -> Lines:
    lines = [*heading(2, words.SECTIONS["numbers"], "numbers"), markdown(words.NUMBERS_SAID if content.numbers else words.NO_NUMBERS), ""]
    return lines + figures(content, content.numbers)


def knowledge(content: Content) -> Lines:
    """Tables and derivations; of pictures the edges."""
    known = content.known
    said = words.KNOWLEDGE_SAID if known.tables else words.NO_KNOWLEDGE
    lines = [*heading(2, words.SECTIONS["knowledge"], "knowledge"), markdown(said), "", *figures(content, known.tables)]
    for one in known.pictures:
        edges = [[one.nodes[first].text, one.nodes[second].text, why] for first, second, why in one.edges]
        lines += [*heading(3, one.title, one.anchor), markdown(one.said), "", *table(["who", "with", "shown by"], escaped(edges))]
    return lines


def speed(content: Content) -> Lines:
    lines = [*heading(2, words.SECTIONS["speed"], "speed"), markdown(SPEED_SAID if content.speed else NO_SPEED), ""]
    return lines + [line for one in content.speed for line in tabled(one, one.kind)]


def figures(content: Content, tables: Iterable[Figures]) -> Lines:
    lines: Lines = []
    anchors = words.claim_anchors(content)
    for one in tables:
        claims = ", ".join(link(name, anchors[name]) if name in anchors else markdown(name) for name in one.claims)
        lines += [*heading(3, one.title, one.anchor), f"{claims}: {markdown(one.said)}", ""]
        lines += table(list(map(markdown, one.header)), escaped(one.lines))
    return lines


def appendix(content: Content, base: str) -> Lines:
    lines = heading(2, words.SECTIONS["appendix"], "appendix")
    header, switches = words.switches(content)
    lines += [*heading(3, words.SWITCHES, "switches"), markdown(words.SWITCHES_SAID), "", *table(header, escaped(switches))]
    lines += [*heading(3, words.ASSUMPTIONS, "assumptions"), markdown(words.ASSUMPTIONS_SAID), ""]
    anchors = {statement.label: statement.anchor for statement in content.statements}
    for one in content.assumptions:
        rest = [f"{markdown(variant)}: {', '.join(link(name, anchors[name]) for name in labels)}" for variant, labels in one.rest.items()]
        anchor = words.assumption_anchor(one.number)
        lines.append(f'- <a id="{anchor}"></a>**{one.number}.** {markdown(one.text)} (rests on it, in variant {"; ".join(rest)})')
    lines.append("")
    for variant in content.variants:
        lines += amendments(content, variant) if variant.amendments else []
        lines += proofs(content, variant, variant.proofs, base) if variant.proofs is not None else []
        for found in variant.tabled:
            lines += tabled(found, words.anchor_of(found.kind, content, variant))
        lines += small_scope(content, variant, variant.small_scope) if variant.small_scope is not None else []
        lines += frontiers(content, variant, variant.frontiers) if variant.frontiers is not None else []
    lines += [*heading(3, words.FILES, "files"), markdown(words.FILES_SAID), ""]
    named = sorted(content.evidence.digests.items())
    return lines + table(["file", "SHA-256"], [[file_link(name, base), digest] for name, digest in named])


def amendments(content: Content, variant: Variant) -> Lines:
    header, found = words.amendments(variant)
    title = heading(3, f"Amendments of {variant.name}", words.anchor_of("amendments", content, variant))
    return [*title, markdown(words.waiving_said(variant)), "", *table(header, escaped(found))]


def proofs(content: Content, variant: Variant, found: Proofs, base: str) -> Lines:
    lines = [
        [*map(markdown, (one.goal, one.step, one.outcome, one.by)), file_link(one.file, base) if one.file is not None else ""]
        for one in found.obligations
    ]
    title = heading(3, f"Proof obligations of {variant.name}", words.anchor_of("proofs", content, variant))
    return [*title, markdown(words.proofs_said(found)), "", *table(["goal", "step", "outcome", "by", "SMT-LIB"], lines)]


def tabled(found: Tabled, anchor: str) -> Lines:
    counts = [f"{name}: {number}" for name, number in found.bars]
    drawn = [markdown("; ".join(counts) + "."), ""] if counts else []
    return [*heading(3, found.title, anchor), markdown(found.said), "", *drawn, *table(found.header, escaped(found.lines))]


def frontiers(content: Content, variant: Variant, found: tuple[Frontier, ...]) -> Lines:
    """Where claims stop holding, and the run by which each does."""
    title = heading(3, f"Frontiers of {variant.name}", words.anchor_of("frontiers", content, variant))
    lines = [*title, markdown(edges.SAID), "", *table(edges.HEADER, escaped(edges.lines_of(found)))]
    for one in found:
        lines += [f"#### {markdown(f'How {one.claim} falls: {one.title}')}", ""] if one.told else []
        lines += [f"{place}. {markdown(step)}" for place, step in enumerate(one.told, 1)] + [""] * bool(one.told)
    return lines


def small_scope(content: Content, variant: Variant, found: SmallScope) -> Lines:
    """What was explored, what falls without an amendment, and the run to the trap without each condition."""
    lines = heading(3, f"Small scope of {variant.name}", words.anchor_of("small-scope", content, variant))
    if found.cases is None:
        lines += [markdown(scopes.NOT_EXPLORED), ""]
    else:
        lines += [markdown(scopes.SAID), ""]
        for said, (header, shown) in ((scopes.cases_said(found), scopes.case_lines(found)), (scopes.DROPPED, scopes.drop_lines(found))):
            lines += [markdown(said), "", *table(header, escaped(shown))]
    lines += [markdown(scopes.needed_said(found.conditions)), ""] if found.conditions else []
    for one in found.conditions:
        lines += [f"#### {markdown(scopes.condition_title(one))}", "", markdown(scopes.begins(one)), ""]
        lines += [f"{place}. {markdown(step)}" for place, step in enumerate(one.told, 1)] + [""] * bool(one.told)
        lines += [f"**{markdown(scopes.ends(one))}**", ""] if one.necessary else []
    return lines
