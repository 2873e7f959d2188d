"""Evidence in, a plain content out that both renderings of a report share; verdicts are copied as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict

from properties.verdicts import FIELDS, SCHEMA_VERSION, Row
from reports.attacks import Attack, attack_of
from reports.blame import blame_figures, game_figures
from reports.figures import job_of
from reports.knowledge import KNOWLEDGE_FILE, known_of
from reports.numbers import Figures, figures_of
from reports.shapes import Malformed, Value, of_schema
from reports.speed import speed_of
from reports.variants import Variant, variant_of
from reports.view import (
    Assumption,
    Cell,
    Coalition,
    Content,
    Decision,
    Evidence,
    Finding,
    Line,
    Matrix,
    Part,
    Statement,
    Told,
    verdict_words,
)

DESCRIBED_SCHEMA = 2
REQUIRED = ("verdicts.json", "claims.json", "variants.json", "attacks.json")


class Anchors:
    """Names of places in the document: readable, and each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def new(self, *parts: str) -> str:
        wanted = "--".join(re.sub(r"[^A-Za-z0-9_.-]+", "-", part).strip("-") or "x" for part in parts)[:80]
        name, number = wanted, 1
        while name in self._given:
            number += 1
            name = f"{wanted}--{number}"
        self._given.add(name)
        return name


def content_of(evidence: Evidence) -> Content:
    """The content of a report; raises Malformed with the file that is not what it should be."""
    verdicts, claims, variants, attacks = (evidence.get(name) for name in REQUIRED)
    for described in (claims, variants, attacks):
        of_schema(described, DESCRIBED_SCHEMA)
    rows = [row_of(item) for item in of_schema(verdicts, SCHEMA_VERSION)["rows"].items]
    check_once(rows)
    anchors = Anchors()
    known = tuple(variant_of(name, item, evidence.find) for name, item in variants["variants"].entries)
    check_named(evidence, known)
    numbers = {text: number for number, text in enumerate(dict.fromkeys(text for row in rows for text in row.assumptions), 1)}
    statements = {label: statement_of(label, item, claims["kinds"], anchors) for label, item in claims["claims"].entries}
    labels = {(one.claim, part.name): label for label, one in statements.items() for part in one.parts}
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if (row.claim, row.part) not in labels:
            raise Malformed("claims.json", f"has no statement {row.part!r} of claim {row.claim!r}, of which verdicts.json has a row")
        grouped.setdefault((labels[row.claim, row.part], row.variant), []).append(row)
    named = {variant.name: variant for variant in known}
    for (label, name), mine in grouped.items():
        if name not in named:
            raise Malformed("variants.json", f"has no variant {name!r}, of which verdicts.json has rows")
        decision = Decision(named[name], anchors.new(f"claim-{label}", name))
        decision.findings = findings_of(mine, numbers)
        decision.attacks = attacks_of(mine, evidence, attacks["attacks"], decision.anchor, anchors)
        statements[label].decisions.append(decision)
    coalitions = tuple(coalition_of(name, item, claims["powers"]) for name, item in claims["coalitions"].entries)
    shown = tuple(one for one in statements.values() if one.decisions)
    used, job, exact = {row.variant for row in rows}, evidence.find("job.json"), evidence.find("numbers.json")
    return Content(
        evidence=evidence,
        rows=tuple(rows),
        coalitions=coalitions,
        variants=known,
        statements=shown,
        matrices=tuple(matrix_of(one, shown, rows, labels, coalitions, anchors) for one in known if one.name in used),
        assumptions=tuple(assumption_of(number, text, rows, labels) for text, number in numbers.items()),
        job=None if job is None else job_of(job),
        numbers=(*(() if exact is None else figures_of(exact, anchors.new)), *disputes_of(evidence, known, anchors)),
        known=known_of(evidence.find(KNOWLEDGE_FILE), anchors.new),
        speed=speed_of(evidence.find),
    )


def disputes_of(evidence: Evidence, variants: Iterable[Variant], anchors: Anchors) -> list[Figures]:
    """The tables of blame, of incentives and of bias of each variant, as far as the evidence has them."""
    found: list[Figures] = []
    for variant in variants:
        for folder, figures in (("blame", blame_figures), ("game", game_figures), ("bias", figures_of)):
            document = evidence.find(f"{folder}/{variant.name}.json")
            found += [] if document is None else figures(document, anchors.new)
    return found


def row_of(value: Value) -> Row:
    """A row with the fields of this version, each of its shape."""
    texts = ("claim", "part", "variant", "coalition", "verdict", "method", "scope", "start", "confirmed", "reason")
    if {name for name, _ in value.entries} != set(FIELDS):
        raise Malformed(value.file, f"{value.place} should have the fields {', '.join(FIELDS)}")
    given = {name: value[name].text for name in texts}
    seconds = value["seconds"].raw
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise value["seconds"].refused("a number")
    replayed = None if value["replayed"].raw is None else value["replayed"].truth
    try:
        return Row(
            **given,
            depth=None if value["depth"].raw is None else value["depth"].whole,
            assumptions=value["assumptions"].texts,
            lemmas=value["lemmas"].texts,
            witness=value["witness"].text_or_none,
            replayed=replayed,
            seconds=float(seconds),
            seed=value["seed"].whole,
            versions=value["versions"].texts_by_name,
        )
    except ValueError as error:
        raise Malformed(value.file, f"{value.place}: {error}") from error


def check_once(rows: list[Row]) -> None:
    """No two rows speak of one cell."""
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        cell = (row.claim, row.part, row.variant, row.coalition)
        if cell in seen:
            raise Malformed("verdicts.json", f"two rows for {row.claim} ({row.part}) against {row.coalition} in variant {row.variant}")
        seen.add(cell)


def check_named(evidence: Evidence, variants: Iterable[Variant]) -> None:
    """Every file that a proof or a waiving names is in the evidence."""
    for variant in variants:
        named = [(f"proofs/{variant.name}/summary.json", one.file) for one in (variant.proofs.obligations if variant.proofs else ())]
        named += [(f"waiving/{variant.name}.json", fall.witness) for one in variant.waivings or () for fall in one.falls]
        for file, name in named:
            if name is not None and name not in evidence.digests:
                raise Malformed(file, f"names the file {name!r}, which is not in the evidence")


def statement_of(label: str, value: Value, kinds: Value, anchors: Anchors) -> Statement:
    parts = tuple(Part(item["name"].text, kinds[item["kind"].text].text, item["statement"].text) for item in value["parts"].items)
    return Statement(
        label=label,
        anchor=anchors.new(f"claim-{label}"),
        claim=value["claim"].text,
        title=value["title"].text,
        quotation=value["quotation"].text,
        cites=value["cites"].text,
        parts=parts,
        sometimes=value["sometimes"].text,
        against=tuple(value["against"].texts),
    )


def coalition_of(name: str, value: Value, powers: Value) -> Coalition:
    deviating = {role: count.whole for role, count in value["deviating"].entries}
    return Coalition(name, deviating, tuple(powers[power].text for power in value["powers"].texts))


def findings_of(rows: list[Row], numbers: dict[str, int]) -> list[Finding]:
    """Rows that differ in nothing but coalition, witness and time stand together."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        alike = {name: value for name, value in asdict(row).items() if name not in ("coalition", "witness", "seconds")}
        groups.setdefault(json.dumps(alike, sort_keys=True), []).append(row)
    return [
        Finding(
            group[0],
            tuple(row.coalition for row in group),
            tuple(row.witness for row in group if row.witness is not None),
            tuple(sorted({numbers[text] for text in group[0].assumptions})),
        )
        for group in groups.values()
    ]


def attacks_of(rows: list[Row], evidence: Evidence, told: Value, anchor: str, anchors: Anchors) -> list[Told]:
    """The attacks on one statement in one variant; one that several coalitions share is told once."""
    groups: dict[Attack, list[Row]] = {}
    for row in rows:
        if row.witness is None:
            continue
        if row.witness not in evidence.digests:
            raise Malformed("verdicts.json", f"names the witness {row.witness!r}, which is not in the evidence")
        attack = attack_of(told[row.witness])
        longest = max(len(run.steps) for run in attack.runs)
        if row.depth != longest:
            raise Malformed("attacks.json", f"tells {longest} steps for {row.witness!r}, and verdicts.json has {row.depth}")
        groups.setdefault(attack, []).append(row)
    return [
        Told(
            anchors.new(anchor, "attack", str(number)),
            attack,
            tuple(row.coalition for row in mine),
            tuple(str(row.witness) for row in mine),
            all(row.verdict == "reached" for row in mine),
        )
        for number, (attack, mine) in enumerate(groups.items(), 1)
    ]


def matrix_of(
    variant: Variant,
    statements: tuple[Statement, ...],
    rows: list[Row],
    labels: dict[tuple[str, str], str],
    coalitions: tuple[Coalition, ...],
    anchors: Anchors,
) -> Matrix:
    """Coalitions that the evidence describes are columns; what was decided for all of them at once spans the line."""
    ours = [row for row in rows if row.variant == variant.name]
    columns = tuple(one.name for one in coalitions if any(row.coalition == one.name for row in ours))
    scopes = [row.scope for row in ours if row.coalition in columns]
    common = max(dict.fromkeys(scopes), key=scopes.count, default="")
    lines = []
    for statement in statements:
        decision = next((one for one in statement.decisions if one.variant.name == variant.name), None)
        if decision is None:
            continue
        cells = [
            cell_of(row, decision, common if row.coalition in columns else row.scope)
            for row in ours
            if labels[row.claim, row.part] == statement.label
        ]
        by = {cell.coalition: cell for cell in cells if cell.coalition in columns}
        lines.append(Line(statement, by, tuple(cell for cell in cells if cell.coalition not in columns)))
    return Matrix(variant, anchors.new(f"matrix-{variant.name}"), columns, common, tuple(lines))


def cell_of(row: Row, decision: Decision, common: str) -> Cell:
    size, _, spares = row.scope.partition(" ")
    elsewhere = "" if row.scope == common else size if spares == common.partition(" ")[2] else row.scope
    anchor = next((told.anchor for told in decision.attacks if row.witness in told.witnesses), decision.anchor)
    return Cell(row.coalition, row.verdict, verdict_words(row), elsewhere, anchor)


def assumption_of(number: int, text: str, rows: list[Row], labels: dict[tuple[str, str], str]) -> Assumption:
    rest: dict[str, list[str]] = {}
    for row in rows:
        if text in row.assumptions:
            known, label = rest.setdefault(row.variant, []), labels[row.claim, row.part]
            if label not in known:
                known.append(label)
    return Assumption(number, text, rest)
