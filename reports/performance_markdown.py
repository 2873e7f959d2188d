"""The committed reproduction of the paper's performance section as Markdown: which claims of speed to believe, and why."""

from __future__ import annotations

from reports import measured as real
from reports import performance as words
from reports.escaping import markdown
from reports.markdown import escaped, table
from reports.measured import Ledgers
from reports.performance import Performance

SAID = (
    "Simulated: every figure of section III and every sentence about speed, with intervals over what the published sources leave open. "
    "`make reproduce` computes all of it again and writes the page with the figures."
)
NOTHING = "Nothing is committed: `marketproof reproduce --accept` runs the whole grid, in some minutes."


def page(found: Performance | None, measured: Ledgers | None) -> str:
    """Markdown, from the committed figures; None where there are none."""
    lines = ["# Performance", "", SAID, ""]
    if found is None:
        return "\n".join([*lines, NOTHING]) + "\n"
    lines += ["## What to believe", "", *table(words.header(found), escaped([list(line) for line in words.summary(found)]))]
    lines += ["## What was measured", "", *of_ledgers(measured)]
    lines += ["## What excludes itself", "", "Decided for all numbers, with tolerances and the assumption of one configuration (Z3).", ""]
    lines += table(["claims", "why", "verdict", "up to an error of", "assuming"], escaped([list(line) for line in found.contradictions]))
    lines += ["## What it took", "", *(f"- {markdown(name)}: {markdown(value)}" for name, value in found.cost)]
    return "\n".join(lines).rstrip() + "\n"


def of_ledgers(found: Ledgers | None) -> list[str]:
    """Claims that were measured, the figures of each ledger, and what follows."""
    if found is None:
        return [real.NOTHING, ""]
    full = ["full life cycle", *real.HEADER[1:]]
    tables = ((real.CLAIM_HEADER, real.claim_lines(found.claims)), (real.HEADER, found.life), (full, found.full))
    lines = [f"{real.SAID} {markdown(found.machine)}.", ""]
    for header, rows in tables:
        lines += table(header, escaped([list(row) for row in rows]))
    return [*lines, *(f"- {markdown(one)}" for one in found.concluded), ""]
