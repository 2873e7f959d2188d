"""The report's own sentences, the same in HTML and in Markdown; what they hold of the evidence is escaped by who writes them down."""

from __future__ import annotations

from properties.verdicts import Row
from reports.figures import Job
from reports.numbers import Figures
from reports.sequence import LEGEND
from reports.variants import Proofs, Switch, Variant
from reports.view import Content, Decision, Matrix, Statement, Told

LEAD = (
    "Each claim of the paper against each coalition of parties that may deviate: what was decided, how, within which bounds, on which "
    "assumptions, and how the claims that fail are attacked. This report renders an evidence directory; it decides nothing itself."
)
SECTIONS = {
    "checked": "1. What was checked",
    "verdicts": "2. Verdicts",
    "claims": "3. Claims one by one",
    "job": "4. The training job",
    "numbers": "5. Exact numbers, blame and incentives",
    "knowledge": "6. What can be known",
    "speed": "7. Claims of speed",
    "appendix": "8. Appendix",
}
TIED = (
    "Before anything was rendered, every file of the evidence was compared with its digest in the manifest, and nothing was missing or "
    "added. The digest of the manifest ties this report to exactly that evidence; it is no signature. No date stands here: the same "
    "evidence gives the same report, byte for byte, as long as it lies in the same place beside it."
)
NOT_DECIDED = "not decided here"
LEGEND_CAPTION = "All verdicts that there are. A verdict says nothing beyond its scope, its depth and its assumptions."
COALITIONS_CAPTION = "Coalitions, with the most members of each role that deviate; everybody else is honest."
DIAGRAMS = f"How to read the diagrams: {LEGEND}"
MERMAID = (
    "In the diagrams (Mermaid) solid arrows are transactions that the ledger committed, dashed arrows are steps off the ledger, notes over "
    "the ledger are its events, and the last note says what breaks; parties of the coalition are named “deviating”."
)
NO_NUMBERS = "No claim about numbers was part of this run: the evidence has no exact figures."
NUMBERS_SAID = (
    "Figures are computed as exact fractions, never sampled; shown rounded to six digits, with the fraction beside it where that is short. "
    "The bounds and thresholds named as proved are statements about all numbers: see the claim that each table belongs to."
)
NO_KNOWLEDGE = "No claim about what can be known was part of this run."
KNOWLEDGE_SAID = (
    "Deduced from what a run of honest parties tells, by named rules, and carried out with real values. A term in a derivation is a fact "
    "of the run or follows from lines before it; `marketproof recheck` checks each line by rules that are written a second time."
)
NUMBERS_CHART = "Two columns of the table, drawn over its first."
NO_JOB = "The training job was not part of this run: the evidence has no figures of it."
CHART_CAPTION = "Accuracy after each round; the table has the same values."
ROUNDS_CAPTION = "Rounds of training on scikit-learn's digits; accuracy on held-out rows, beside training in one place with as many epochs."
SWITCHES = "Contradictions of the paper, and the reading taken"
SWITCHES_SAID = "Where two places of the paper cannot both be followed. L and a number is a line of its text."
ASSUMPTIONS = "Assumptions"
ASSUMPTIONS_SAID = "Each assumption once, with the statements that have a verdict resting on it."
FILES = "Files of the evidence"
FILES_SAID = "Every file with its SHA-256 as the manifest has it."
STARTS = {"market": "populated market", "empty": "nothing"}


def title(content: Content) -> str:
    names = ", ".join(matrix.variant.name for matrix in content.matrices) or "no verdicts"
    return f"marketproof report: {names}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "…")) else ".")


def facts(content: Content) -> list[tuple[str, str]]:
    """What was checked."""
    variants = "; ".join(f"{one.name} ({one.title})" + (f", amends {one.parent}" if one.parent else "") for one in content.variants)
    counted = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in content.counts.items()) or "none"
    versions = "; ".join(f"{name} {' and '.join(found)}" for name, found in content.versions.items())
    return [
        ("variants", variants or "none"),
        ("verdicts", f"{len(content.rows)}: {counted}"),
        ("statements", f"{len(content.statements)}, of {len({one.claim for one in content.statements})} claims"),
        ("seed", ", ".join(map(str, content.seeds)) or "none"),
        ("versions", versions or "none"),
        ("SHA-256 of manifest.json", content.evidence.manifest),
    ]


def matrix_caption(matrix: Matrix) -> str:
    scope = f"Scope (subsets x replicas) {matrix.scope} where no other is named. " if matrix.scope else ""
    sizes = "“refuted in k”: an attack of k steps; “holds to k”: no attack of up to k steps; “reached in k”: a run of k steps."
    return f"{scope}{sizes} Each cell leads to its details."


def precisely(statement: Statement) -> list[str]:
    """The statements as they were decided, and what must be reachable."""
    said = [f"Claimed ({part.name}; {part.kind}): {part.statement}." for part in statement.parts]
    if statement.sometimes:
        vacuous = "Where honest parties never reach it, a claim that no attack breaks is given as unknown."
        said.append(f"Must be reachable: {statement.sometimes}. {vacuous}")
    if statement.against:
        said.append(f"The sentence is meant against: {', '.join(statement.against)}.")
    return said


def remarks(row: Row) -> list[str]:
    """What else a row says: replay, second opinion, reason, lemmas, start."""
    said = []
    if row.replayed is not None:
        said.append("replayed on the ledger" if row.replayed else "NOT replayed")
    if row.confirmed:
        said.append(f"second opinion: {row.confirmed}")
    if row.reason:
        said.append(f"reason: {row.reason}")
    if row.lemmas:
        said.append(f"lemmas: {'; '.join(row.lemmas)}")
    return said


def proof_of(statement: Statement, decision: Decision) -> list[str]:
    """For what was proved: how, with which lemmas, how many obligations, confirmed by whom."""
    said = []
    for finding in decision.findings:
        if finding.row.verdict != "proved":
            continue
        said.append(f"Proved for {', '.join(finding.coalitions)} by: {finding.row.method}.")
        said.append("Lemmas: " + ("; ".join(finding.row.lemmas) or "none are named in the evidence") + ".")
    proofs = decision.variant.proofs
    if said and proofs is None:
        said.append("The evidence holds no list of proof obligations for this variant.")
    elif said and proofs is not None:
        own = f"{len(proofs.of(statement.label))} of the {len(proofs.obligations)} obligations"
        said.append(f"{own} of this variant are named for {statement.label}. {confirmed(proofs)}")
    return said


def confirmed(proofs: Proofs) -> str:
    return f"Second solver: {proofs.confirmed}." if proofs.confirmed else "No second solver confirmed them."


def proofs_said(proofs: Proofs) -> str:
    return f"{len(proofs.obligations)} obligations. {confirmed(proofs)}"


def attack_title(statement: Statement, told: Told) -> str:
    if told.reaches:
        return f"A run of {', '.join(told.coalitions)} to {statement.label}: {told.attack.lengths}"
    return f"Attack on {statement.label} by {', '.join(told.coalitions)}: {told.attack.lengths}"


def break_title(statement: Statement, told: Told) -> str:
    steps = len(told.attack.runs[-1].steps)
    where = f"after step {steps}" if len(told.attack.runs) == 1 else "after the last steps of both runs"
    return f"✓ {statement.label} is reached {where}:" if told.reaches else f"✗ {statement.label} breaks {where}:"


def ending(statement: Statement, told: Told, place: int) -> tuple[str, ...]:
    """The band below a run: the first of two only ends, the last breaks the claim."""
    if place + 1 < len(told.attack.runs):
        return (f"End of run {place + 1}, which is compared with the next.",)
    return break_title(statement, told), told.attack.broken


def assumption_anchor(number: int) -> str:
    return f"assumption-{number}"


def claim_anchors(content: Content) -> dict[str, str]:
    """By the name of a claim, the anchor of its first part."""
    return {statement.claim: statement.anchor for statement in reversed(content.statements)}


def curves_axis(one: Figures) -> str:
    """What is drawn over what."""
    return f"{' and '.join(drawn.title for drawn in one.curves)}, from 0 to 1, by {one.header[0]}"


def job_failed(job: Job) -> str:
    return f"The training job FAILED at the check {job.failed}: {job.found}"


def rounds(job: Job) -> tuple[list[str], list[list[str]]]:
    header = ["round", "subsets", "accuracy", "central training", "hashes verified", "replicas equal", "blocks", "conflicts"]
    lines = [
        [
            str(one.number), ", ".join(map(str, one.subsets)), f"{one.accuracy:.3f}", f"{one.central_accuracy:.3f}",
            f"{one.hashes_verified} of {one.jobs}", f"{one.replicas_equal} of {len(one.subsets)}", str(one.blocks), str(one.conflicts),
        ] for one in job.rounds
    ]  # fmt: skip
    return header, lines


def switches(content: Content) -> tuple[list[str], list[list[str]]]:
    """Each contradiction once where all variants read it alike, otherwise once for each reading."""
    found: dict[Switch, list[str]] = {}
    for variant in content.variants:
        for switch in variant.switches:
            found.setdefault(switch, []).append(variant.name)
    ordered = sorted(found.items(), key=lambda item: item[0].name)
    lines = [[one.name, one.one_place, one.another_place, taken(one, names, content), why(one), one.affects] for one, names in ordered]
    return ["no.", "one place", "another place", "reading taken", "why", "affects"], lines


def taken(switch: Switch, names: list[str], content: Content) -> str:
    where = "" if len(names) == len(content.variants) else f" (in {', '.join(names)})"
    return f"{switch.taken}: {switch.meaning}{where}"


def why(switch: Switch) -> str:
    return switch.reason if switch.taken == switch.default else f"chosen; the default is {switch.default}: {switch.reason}"


def amendments(variant: Variant) -> tuple[list[str], list[list[str]]]:
    waived = {one.amendment: one for one in variant.waivings or ()}
    lines = []
    for one in variant.amendments:
        told = waived.get(one.name)
        falls = "not tried" if told is None else "; ".join(f"{fall.claim} against {fall.coalition}" for fall in told.falls) or "nothing"
        redundant = ", ".join(told.redundant_with) if told else ""
        lines.append([one.name, one.because, falls, redundant, told.verdict if told else ""])
    return ["amendment", "because", "falls without it", "redundant with", "in short"], lines


def waiving_said(variant: Variant) -> str:
    if variant.waivings is None:
        return "Waiving was not run: the evidence does not say what falls without each of them."
    return "What falls when one amendment is waived, with those that need it."


def conditions_of(statement: Statement, decision: Decision) -> str:
    """That the conditions of a statement are shown to be necessary, as far as they are; empty where it has none."""
    small = decision.variant.small_scope
    mine = small.of(statement.label) if small else []
    shown = sum(one.necessary for one in mine)
    return f"{shown} of its {len(mine)} conditions are shown to be necessary, each by a trap without it" if mine else ""


def anchor_of(kind: str, content: Content, variant: Variant) -> str:
    return f"{kind}-{content.variants.index(variant) + 1}"


def appendices(content: Content) -> list[tuple[str, str]]:
    """Anchors and titles of the appendices that this report has."""
    found = [("switches", SWITCHES), ("assumptions", ASSUMPTIONS)]
    for variant in content.variants:
        found += [(anchor_of("amendments", content, variant), f"Amendments of {variant.name}")] if variant.amendments else []
        found += [(anchor_of("proofs", content, variant), f"Proof obligations of {variant.name}")] if variant.proofs is not None else []
        found += [(anchor_of(one.kind, content, variant), one.title) for one in variant.tabled]
        found += [(anchor_of("small-scope", content, variant), f"Small scope of {variant.name}")] if variant.small_scope is not None else []
        found += [(anchor_of("frontiers", content, variant), f"Frontiers of {variant.name}")] if variant.frontiers is not None else []
    return [*found, ("files", FILES)]
