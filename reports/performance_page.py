"""The reproduction of the paper's performance section as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

from properties.performance_claims import GRADES, VERDICTS
from reports import measured as real
from reports import performance as words
from reports.escaping import Markup, joined, markup, tag
from reports.html_parts import link, paragraph, section, table
from reports.measured import Ledgers
from reports.performance import Cell, Performance, Residual
from reports.plots import Axis, Line, Point, bars, plot

TITLE = "The paper's performance section, reproduced"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
LEAD = (
    "Each claim that the paper makes of speed, beside what a simulation of its network gives. Only section 2 is a measurement, on one "
    "machine: the constants of the simulation come from published measurements of others, and where the paper's own figures were used to "
    "move them, that is said."
)
SECTIONS = {
    "believe": "1. What to believe", "measured": "2. What was measured", "figures": "3. Figures 5 to 9 again",
    "claims": "4. Claims one by one", "excluded": "5. Sentences that exclude each other", "models": "6. Models a second",
    "why": "7. What decides the figures", "parameters": "8. Parameters and their sources", "took": "9. What it took",
}  # fmt: skip
TWO = ("SJ1-SJ2", "SJ1-London")


def page(found: Performance, ledgers: Ledgers | None) -> str:
    """The whole page; ledgers: None where nothing was measured."""
    style = Markup(files("reports").joinpath("page.css").read_text(encoding="utf-8"))
    head = [
        Markup('<meta charset="utf-8">'), Markup(f'<meta http-equiv="Content-Security-Policy" content="{markup(POLICY)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'), tag("title", TITLE), tag("style", style),
    ]  # fmt: skip
    parts = {
        "believe": believe(found), "measured": measured(ledgers), "figures": figures(found), "claims": claims(found),
        "excluded": excluded(found), "models": models(found), "why": why(found), "parameters": parameters(found), "took": took(found),
    }  # fmt: skip
    sections = [section(anchor, SECTIONS[anchor], *inner) for anchor, inner in parts.items()]
    contents = tag(
        "nav",
        tag("strong", "Contents"),
        tag("ol", joined([tag("li", link(one, said)) for one, said in SECTIONS.items()])),
        aria_label="Contents",
    )
    lead = tag("header", tag("h1", TITLE), paragraph(LEAD, "lead"))
    frame = tag("div", lead, contents, tag("main", joined(sections), id="content"), class_="frame")
    body = tag("body", link("content", "Skip to the content", class_="skip"), frame)
    return f"<!doctype html>\n{tag('html', tag('head', joined(head)), body, lang='en')}\n"


def believe(found: Performance) -> list[Markup]:
    lines = []
    for pair, line in zip(found.pairs(), words.summary(found), strict=True):
        verdicts = [tag("span", f"{one.verdict}{words.graded(one)}", class_=f"tag {one.verdict}") for one in pair]
        cells: list[object] = [link(anchor(line[0]), line[0]), line[1], tag("strong", line[2]), line[3]]
        for place, shown in enumerate(verdicts):
            cells += [line[4 + 2 * place], shown]
        lines.append([*cells, line[-1]])
    meant = [[name, said] for name, said in words.BELIEFS.items()]
    verdict = [[tag("span", name, class_=f"tag {name}"), said] for name, said in VERDICTS.items()]
    caption = (
        f"{found.runs} runs of {found.transactions:,} transactions for each experiment, each run with parameters of its own; means and "
        "intervals that hold 95 of 100 runs. The error is how far our mean lies outside of the paper's interval, after the fit."
    )
    return [
        table(words.header(found), lines, caption, sticky=True), table(["believe it?", "when"], meant, "What the third column means."),
        table(["verdict", "meaning"], verdict, ""), table(["grade", "meaning"], [[name, said] for name, said in GRADES.items()], ""),
    ]  # fmt: skip


def measured(found: Ledgers | None) -> list[Markup]:
    if found is None:
        return [paragraph(real.NOTHING)]
    full = "A full life cycle: eight subsets, three replicas of each, three rounds."
    return [
        paragraph(f"{real.SAID} {found.machine}."), table(real.CLAIM_HEADER, real.claim_lines(found.claims), "Claims that were measured."),
        table(real.HEADER, found.life, "The fifteen transactions of the paper, each once."), table(real.HEADER, found.full, full),
        *map(paragraph, found.concluded),
    ]  # fmt: skip


def anchor(name: str) -> str:
    return "claim-" + name.replace("/", "-")


def figure(drawing: Markup, caption: str) -> Markup:
    return tag("figure", tag("div", drawing, class_="scroll"), tag("figcaption", caption))


# --- figures 5 to 9 ---


def lines_of(
    found: Performance, kept: Callable[[Cell], bool], name: Callable[[Cell], str], place: Callable[[Cell], float], what: str
) -> list[Line]:
    """The cells that are kept, as one line for each name."""
    by_name: dict[str, list[Point]] = {}
    for cell in found.cells:
        if kept(cell):
            one = cell.figures[what]
            by_name.setdefault(name(cell), []).append(Point(place(cell), one.mean, one.low, one.high))
    return [Line(title, tuple(sorted(points, key=lambda point: point.place))) for title, points in by_name.items()]


def figures(found: Performance) -> list[Markup]:
    shown: list[Markup] = []
    for number, what, up in (("5", "caliper_tps", Axis("transactions a second")), ("6", "latency_s", Axis("latency in seconds", True))):
        lines = lines_of(found, lambda cell: cell.placement in TWO and cell.rate_tps == 1000,
                         lambda cell: f"{cell.placement}, {cell.ensemble}", lambda cell: cell.peers, what)  # fmt: skip
        caption = (
            f"The paper's figure {number} again: over the number of peers in two data centres, at 1,000 tps. Bars hold 95 of 100 runs."
        )
        shown.append(figure(plot(lines, "peers", up, caption), caption))
    ensemble = found.ensembles[-1]
    for number, what, up in (("7", "caliper_tps", Axis("transactions a second")), ("8", "latency_s", Axis("latency in seconds", True))):
        lines = lines_of(found, lambda cell: cell.placement == "1-DC" and cell.ensemble == ensemble,
                         lambda cell: f"{cell.peers} peers", lambda cell: cell.rate_tps, what)  # fmt: skip
        caption = (
            f"The paper's figure {number} again: over the send rate, in one data centre, {ensemble} parameters. Bars hold 95 of 100 runs."
        )
        shown.append(figure(plot(lines, "planned sends a second", up, caption), caption))
    header = ["network", "transaction", "valid a second", "as Caliper counts", "latency in s"]
    said = (
        "The paper's figure 9 again: every transaction costs the same but for the key that it writes; at most one valid write of a row "
        "fits into a block."
    )
    return [*shown, table(header, found.by_transaction, said)]


# --- the rest ---


def claims(found: Performance) -> list[Markup]:
    return [article(pair) for pair in found.pairs()]


def article(pair: tuple[Residual, ...]) -> Markup:
    one = pair[-1]
    parts = [
        tag("h3", f"{one.name} {one.title}", id=anchor(one.name)), tag("blockquote", f"“{one.quotation}”", tag("footer", one.cites)),
        tag("div", paragraph(f"Read as: {one.statement}. The paper: {words.papers(one)}; {one.role}."), class_="statement"),
        paragraph(f"Believe it? {words.belief(pair)}."),
    ]  # fmt: skip
    for each in pair:
        told = f"{each.verdict}{words.graded(each)}: {each.why}"
        rows = [
            [found.said, found.spread.said, "" if found.error is None else f"{100 * found.error:+.1f} %", found.verdict]
            for found in each.readings
        ]
        parts.append(table(["reading", "ours", "error", "verdict"], rows, told) if rows else paragraph(told))
        if not each.readings:
            break
    return tag("article", *parts)


def excluded(found: Performance) -> list[Markup]:
    said = (
        "Decided by Z3 for all numbers, about one configuration for each number of peers. The tolerance is the largest error in every "
        "figure at once with which the sentences still exclude each other; with more they can all be true."
    )
    return [paragraph(said), table(["claims", "why", "verdict", "up to errors of", "assuming"], found.contradictions, "")]


def models(found: Performance) -> list[Markup]:
    said = (
        f"Valid transactions a second, divided by the transactions of a model: {found.life} when each is taken once, or a whole life of m "
        "subsets with n replicas over R rounds, as honest parties of the specification play it."
    )
    header = ["m x n x R", "transactions", "4 peers, 1-DC", "12 peers, 1-DC", "24 peers, SJ1-London"]
    return [paragraph(said), table(header, found.lives, "Models a second at 1,000 tps sent.", numbers=True)]


def why(found: Performance) -> list[Markup]:
    shown: list[Markup] = [
        paragraph("Each parameter from one end of its published range to the other, the others at their defaults; the eight widest.")
    ]
    for what, base, rows in found.tornado:
        drawing = bars([(name, low, high, base) for name, low, high in rows], what, what)
        shown.append(figure(drawing, f"{what}; {words.shown(base)} at the defaults."))
    sobol = "Shares of the variance over all ranges (Sobol's indices, estimated): of a parameter alone, and together with others."
    shown.append(table(["figure", "parameter", "alone", "with others"], found.sobol, sobol))
    ways = "Which single change would make a claim true: a parameter within its range, or a switch. What is not listed does not, alone."
    return [*shown, table(["claim", "reading", "at the defaults", "true with"], found.ways, ways)]


def parameters(found: Performance) -> list[Markup]:
    header = ["parameter", "unit", "published", "source", *(f"{name}: 95 % of sets" for name in found.ensembles)]
    one = found.seeds_only
    false = (
        f"If only the seed varied, throughput at 4 peers would be {one.mean:.2f} tps, from {one.low:.2f} to {one.high:.2f}: precise, "
        "about one network that nobody has measured. So each run has parameters of its own."
    )
    return [paragraph(false), table(header, found.parameters, "", sticky=True)]


def took(found: Performance) -> list[Markup]:
    rows: Sequence[Sequence[object]] = [[name.replace("_", " "), value] for name, value in found.cost]
    return [
        table(
            ["what", "found"], rows, "This run, on a machine as loaded as it says; runs kept from before cost nothing."
        )
    ]
