"""The committed calibration by this machine's own networks as Markdown."""

from __future__ import annotations

from reports import own_calibration as words
from reports.escaping import markdown
from reports.markdown import escaped, table
from reports.own_calibration import Bed

SAID = (
    "The simulation of section III, fitted to networks of this project on one machine, held against configurations that no fit has seen; "
    "which those are was committed before (`properties/own_calibration.py`). It shows whether the simulation's laws hold, not what the "
    "paper's machines did: those parameters are fitted to published sources ([performance.md](performance.md)). "
    f"The goal, for each stage: {words.GOAL}."
)
NOTHING = "Nothing is committed: `marketproof calibrate --here ledger fabric --accept` measures, in some minutes."


def page(found: tuple[Bed, ...]) -> str:
    """Markdown, from the committed figures; none is a sentence."""
    text = ["# Calibration by this machine's own networks", "", SAID, "", *([] if found else [NOTHING])]
    for bed in found:
        text += [f"## {bed.name}", "", markdown(bed.said), "", "Held out:", ""]
        text += table(words.STAGE_HEADER, escaped([list(line) for line in words.stage_lines(bed)]))
        text += ["Simulated against measured, medians:", "", *table(words.HEADER, escaped([list(line) for line in words.lines(bed)]))]
        text += ["Parameters that were moved:", "", *table(words.PARAMETER_HEADER, escaped([list(line) for line in bed.parameters]))]
    return "\n".join(text).rstrip() + "\n"
