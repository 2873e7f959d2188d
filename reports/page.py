"""A report as one HTML page that needs nothing else: no script, no resource from elsewhere, every text escaped."""

from __future__ import annotations

import re
from importlib.resources import files
from urllib.parse import quote

from properties.verdicts import VERDICTS
from reports import words
from reports.chart import Curve, bars, chart, curves
from reports.escaping import Markup, joined, markup, tag
from reports.figures import Job
from reports.html_claims import claim_article
from reports.html_frontiers import frontiers_part
from reports.html_parts import code, link, paragraph, section, table
from reports.html_small_scope import small_scope_part
from reports.knowledge import drawn
from reports.numbers import Figures
from reports.speed import NOTHING as NO_SPEED
from reports.speed import SAID as SPEED_SAID
from reports.tabled import Tabled
from reports.variants import Proofs, Variant
from reports.view import Cell, Content, Line, Matrix

DIGEST = re.compile(r"[0-9a-f]{64}")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(content: Content, base: str) -> str:
    """The whole page. base: the way from the page to the evidence directory, for links to its files."""
    style = Markup(files("reports").joinpath("page.css").read_text(encoding="utf-8"))
    head = [
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{markup(POLICY)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        tag("title", words.title(content)),
        tag("style", style),
    ]
    found = [checked(content), verdicts(content), claims(content, base)]
    sections = [*found, job_section(content), numbers_section(content), knowledge_section(content), speed_section(content)]
    sections.append(appendix(content, base))
    frame = [
        tag("header", tag("h1", words.title(content)), paragraph(words.LEAD, "lead")),
        contents(content),
        tag("main", joined(sections), id="content"),
    ]
    body = [link("content", "Skip to the content", class_="skip"), tag("div", joined(frame), class_="frame")]
    return f"<!doctype html>\n{tag('html', tag('head', joined(head)), tag('body', joined(body)), lang='en')}\n"


def contents(content: Content) -> Markup:
    """The table of contents."""
    statements = [tag("li", link(one.anchor, f"{one.label} {one.title}")) for one in content.statements]
    matrices = [tag("li", link(one.anchor, f"variant {one.variant.name}")) for one in content.matrices]
    tables = [tag("li", link(one.anchor, one.title)) for one in content.numbers]
    known = [tag("li", link(anchor, title)) for anchor, title in content.known.places]
    appendices = [tag("li", link(anchor, title)) for anchor, title in words.appendices(content)]
    parts = {"checked": None, "verdicts": matrices, "claims": statements, "job": None, "numbers": tables, "knowledge": known}
    parts["speed"] = [tag("li", link(one.kind, one.title)) for one in content.speed]
    parts["appendix"] = appendices
    entries = [
        tag("li", link(anchor, words.SECTIONS[anchor]), *([tag("ol", joined(inner))] if inner else [])) for anchor, inner in parts.items()
    ]
    return tag("nav", tag("strong", "Contents"), tag("ol", joined(entries)), aria_label="Contents")


def facts(pairs: list[tuple[str, object]]) -> Markup:
    return tag("dl", *(piece for name, value in pairs for piece in (tag("dt", name), tag("dd", value))), class_="facts")


def checked(content: Content) -> Markup:
    """What was checked, and what ties the report to its evidence."""
    told = [(name, code(value) if name.startswith("SHA-256") else markup(value)) for name, value in words.facts(content)]
    return section("checked", words.SECTIONS["checked"], facts(list(told)), paragraph(words.TIED, "note"))


# --- the matrix ---


def verdicts(content: Content) -> Markup:
    shown = [markup(part) for matrix in content.matrices for part in (matrix_table(matrix), *outside(matrix))]
    legend = [[cell_tag(name, name.replace("_", " ")), meaning] for name, meaning in VERDICTS.items()]
    who = [[one.name, one.members, "; ".join(one.powers) + "."] for one in content.coalitions]
    return section(
        "verdicts",
        words.SECTIONS["verdicts"],
        *shown,
        tag("h3", "What the verdicts mean"),
        table(["verdict", "meaning"], legend, words.LEGEND_CAPTION),
        tag("h3", "Who may deviate"),
        table(["coalition", "deviating, at most", "powers"], who, words.COALITIONS_CAPTION),
    )


def matrix_table(matrix: Matrix) -> Markup:
    head = tag("tr", tag("th", "statement", scope="col"), *(tag("th", name, scope="col") for name in matrix.coalitions))
    lines = [matrix_line(matrix, line) for line in matrix.lines]
    caption = tag("caption", tag("span", words.matrix_caption(matrix)))
    whole = tag("table", caption, tag("thead", head), tag("tbody", joined(lines)), class_="sticky matrix")
    title = tag("h3", f"Variant {matrix.variant.name}: {matrix.variant.title}", id=matrix.anchor)
    return joined([title, tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=f"Matrix of {matrix.variant.name}")])


def outside(matrix: Matrix) -> list[Markup]:
    return [] if matrix.lines else [paragraph("No verdict of this variant is in the evidence.", "note")]


def matrix_line(matrix: Matrix, line: Line) -> Markup:
    """Cells by coalition; what was decided for all at once spans the columns."""
    name = tag("th", link(line.statement.anchor, line.statement.label), tag("small", line.statement.title), scope="row")
    if line.spanning and not line.cells:
        alike = len({cell.verdict for cell in line.spanning}) == 1
        whole = joined([spanned(cell, tinted=not alike) for cell in line.spanning])
        class_ = f"cell {line.spanning[0].verdict}" if alike else "cell"
        return tag("tr", name, tag("td", whole, colspan=max(1, len(matrix.coalitions)), class_=class_))
    cells = [matrix_cell(line.cells.get(coalition)) for coalition in matrix.coalitions]
    more = [tag("td", spanned(cell), class_=f"cell {cell.verdict}") for cell in line.spanning]
    return tag("tr", name, *cells, *more)


def spanned(cell: Cell, tinted: bool = False) -> Markup:
    words_of = link(cell.anchor, cell.words, class_=f"tag {cell.verdict}" if tinted else None)
    return joined([words_of, tag("small", f"for {cell.coalition}")], " ")


def matrix_cell(cell: Cell | None) -> Markup:
    if cell is None:
        return tag("td", words.NOT_DECIDED, class_="cell")
    scope = [tag("small", f"scope {cell.scope}")] if cell.scope else []
    return tag("td", link(cell.anchor, cell.words), *scope, class_=f"cell {cell.verdict}")


def cell_tag(verdict: str, text: str) -> Markup:
    return tag("span", text, class_=f"tag {verdict}")


# --- claims, job, appendix ---


def claims(content: Content, base: str) -> Markup:
    articles = [claim_article(content, statement, base) for statement in content.statements]
    return section("claims", words.SECTIONS["claims"], paragraph(words.DIAGRAMS, "note"), *articles)


def job_section(content: Content) -> Markup:
    return section("job", words.SECTIONS["job"], *job_parts(content.job))


def job_parts(job: Job | None) -> list[Markup]:
    if job is None:
        return [paragraph(words.NO_JOB)]
    if job.failed:
        return [paragraph(words.job_failed(job))]
    header, lines = words.rounds(job)
    drawn = [tag("figure", tag("div", chart(job.rounds), class_="scroll"), tag("figcaption", words.CHART_CAPTION))] if job.rounds else []
    checks = [[name.replace("_", " "), "holds" if held else "does not hold"] for name, held in job.checks]
    return [
        table(header, lines, words.ROUNDS_CAPTION, numbers=True),
        *drawn,
        facts([(name, code(value) if DIGEST.fullmatch(value) else markup(value)) for name, value in job.facts]),
        table(["check of the job", "found"], checks, "What the job checks of itself."),
    ]


def numbers_section(content: Content) -> Markup:
    anchors = words.claim_anchors(content)
    shown = [part for one in content.numbers for part in figures_part(one, anchors)]
    return section("numbers", words.SECTIONS["numbers"], paragraph(words.NUMBERS_SAID if shown else words.NO_NUMBERS), *shown)


def knowledge_section(content: Content) -> Markup:
    """Who holds what, derivations, and pictures of what is linked."""
    anchors = words.claim_anchors(content)
    shown = [part for one in content.known.tables for part in figures_part(one, anchors)]
    for one in content.known.pictures:
        figure = tag("figure", tag("div", drawn(one), class_="scroll"), tag("figcaption", one.said))
        shown += [tag("h3", one.title, id=one.anchor), figure]
    return section("knowledge", words.SECTIONS["knowledge"], paragraph(words.KNOWLEDGE_SAID if shown else words.NO_KNOWLEDGE), *shown)


def figures_part(one: Figures, anchors: dict[str, str]) -> list[Markup]:
    """A table of exact figures, with a chart where there are curves."""
    claims = joined([link(anchors[name], name) if name in anchors else markup(name) for name in one.claims], ", ")
    told = table(one.header, one.lines, one.title, numbers=one.of_numbers)
    parts = [tag("h3", one.title, id=one.anchor), tag("p", claims, ": ", one.said), told]
    if one.curves:
        upper, lower = (Curve(drawn.title, drawn.values) for drawn in one.curves)
        axis = words.curves_axis(one)
        pairs = zip(one.places, upper.values, lower.values, strict=True)
        values = "; ".join(f"{place}: {above:.3f}, {below:.3f}" for place, above, below in pairs)
        drawing = curves(one.places, (upper, lower), 0.0, axis, f"{one.title}: {axis}. {values}")
        parts.append(tag("figure", tag("div", drawing, class_="scroll"), tag("figcaption", words.NUMBERS_CHART)))
    return parts


def speed_section(content: Content) -> Markup:
    shown = [part for one in content.speed for part in tabled_part(one, one.kind)]
    return section("speed", words.SECTIONS["speed"], paragraph(SPEED_SAID if shown else NO_SPEED), *shown)


def appendix(content: Content, base: str) -> Markup:
    parts = []
    for variant in content.variants:
        if variant.amendments:
            parts += amendments_part(content, variant)
        if variant.proofs is not None:
            parts += proofs_part(content, variant, variant.proofs, base)
        for one in variant.tabled:
            parts += tabled_part(one, words.anchor_of(one.kind, content, variant))
        if variant.small_scope is not None:
            parts += small_scope_part(variant.name, variant.small_scope, words.anchor_of("small-scope", content, variant))
        if variant.frontiers is not None:
            parts += frontiers_part(variant.name, variant.frontiers, words.anchor_of("frontiers", content, variant))
    parts = [*switches_part(content), *assumptions_part(content), *parts, *files_part(content, base)]
    return section("appendix", words.SECTIONS["appendix"], *parts)


def switches_part(content: Content) -> list[Markup]:
    header, lines = words.switches(content)
    return [tag("h3", words.SWITCHES, id="switches"), paragraph(words.SWITCHES_SAID), table(header, lines, "", sticky=True)]


def assumptions_part(content: Content) -> list[Markup]:
    anchors = {statement.label: statement.anchor for statement in content.statements}
    entries = []
    for one in content.assumptions:
        rest = [
            joined([markup(f"{variant}: "), joined([link(anchors[label], label) for label in labels], ", ")], "")
            for variant, labels in one.rest.items()
        ]
        resting = tag("span", "rests on it, in variant ", joined(rest, "; "), class_="note")
        entries.append(tag("li", one.text, " ", resting, id=words.assumption_anchor(one.number)))
    return [tag("h3", words.ASSUMPTIONS, id="assumptions"), paragraph(words.ASSUMPTIONS_SAID), tag("ol", joined(entries), class_="index")]


def amendments_part(content: Content, variant: Variant) -> list[Markup]:
    header, lines = words.amendments(variant)
    title = tag("h3", f"Amendments of {variant.name}", id=words.anchor_of("amendments", content, variant))
    return [title, paragraph(words.waiving_said(variant)), table(header, lines, "", sticky=True)]


def proofs_part(content: Content, variant: Variant, proofs: Proofs, base: str) -> list[Markup]:
    lines = [
        [one.goal, one.step, one.outcome, one.by, "" if one.file is None else file_link(one.file, base), digest_of(content, one.file)]
        for one in proofs.obligations
    ]
    header = ["goal", "step", "outcome", "by", "SMT-LIB", "SHA-256"]
    title = tag("h3", f"Proof obligations of {variant.name}", id=words.anchor_of("proofs", content, variant))
    return [title, paragraph(words.proofs_said(proofs)), table(header, lines, "", sticky=True)]


def tabled_part(found: Tabled, anchor: str) -> list[Markup]:
    drawn = [tag("figure", tag("div", bars(found.bars, found.title), class_="scroll"))] if found.bars else []
    return [tag("h3", found.title, id=anchor), paragraph(found.said), *drawn, table(found.header, found.lines, "", sticky=True)]


def digest_of(content: Content, name: str | None) -> Markup:
    return code(content.evidence.digests[name][:16] + "…") if name is not None else Markup("")


def files_part(content: Content, base: str) -> list[Markup]:
    lines: list[list[object]] = [[file_link(name, base), code(digest)] for name, digest in sorted(content.evidence.digests.items())]
    return [tag("h3", words.FILES, id="files"), paragraph(words.FILES_SAID), table(["file", "SHA-256"], lines, "")]


def file_link(name: str, base: str) -> Markup:
    return tag("a", name, href=quote(f"{base}/{name}"))
