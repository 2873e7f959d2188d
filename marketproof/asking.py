"""`marketproof ask`: a reviewer's own question, decided as a claim is, with the same verdicts and witnesses."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adversaries.coalitions import coalition
from marketproof import evidence
from marketproof.asked_proofs import attempt
from marketproof.bench import Bench, Decided
from marketproof.checking import decided_cell
from marketproof.commands import attacks_on, coalitions_of, evidence_files, need_solvers, scope_of, smallest
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.proving import Proof
from marketproof.variants import load
from marketproof.witness_files import text_of
from model.frames import cells_read, cells_written
from model.induction import Obligation
from model.search import all_steps
from properties.claims import Claim
from properties.proofs import has_lemmas
from properties.queries import ALWAYS, query, with_premise
from reports import terminal
from spec.errors import QueryError
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tree import boolean

# The answer that each form hopes for comes first; of `reachable` the claim is that no state is such.
ANSWERS = {
    True: {"refuted": "fails", "proved": "proved", "holds_to": "holds within the depth"},
    False: {"refuted": "reached", "proved": "impossible", "holds_to": "not reached within the depth"},
}
COUNTEREXAMPLE = (
    "a counterexample to induction: the query and every lemma hold, the step is allowed, and after it the query fails; unless a run "
    "reaches such a state, it is a lemma that is missing. The step and the query look at (--json tells all):"
)
AS_ASKED = ("proved", "holds within the depth", "reached")


@dataclass
class Answer:
    """What was found out about one query: verdicts against coalitions, and how an attempt at a proof ended."""

    claim: Claim
    decided: list[Decided] = field(default_factory=list)
    proof: Proof | None = None
    note: str = ""

    @property
    def always(self) -> bool:
        return self.claim.name.startswith(ALWAYS)

    @property
    def words(self) -> str:
        """One of ANSWERS, `unknown` or `not expressible`: an attack or a run outweighs all else."""
        verdicts = [one.row.verdict for one in self.decided]
        for verdict in ("refuted", "unknown", "not_expressible", "holds_to", "proved"):
            if verdict in verdicts:
                return ANSWERS[self.always].get(verdict, verdict.replace("_", " "))
        raise AssertionError("a query is decided against somebody")

    @property
    def open(self) -> list[Obligation]:
        """The question at which the proof ended, if it did."""
        return [] if self.proof is None else [one.obligation for one in self.proof.open(self.claim.label)]


def ask(given: argparse.Namespace) -> int:
    """Decide every query; 0 when each is answered as it asks (it holds, it is reached), 1 when one is not."""
    if given.evidence is not None:
        evidence.check_place(Path(given.evidence))
    progress = Progress()
    bench = Bench(load(given.variant, given.switch), given.seed, given.timeout_s, progress)
    claims, found = queries_of(given, bench.protocol), list[Answer]()
    coalitions_of(given)
    need_solvers(claims)
    for claim in claims:
        scope_of(given, claim)
    for claim in claims:
        found.append(answered(bench, given, claim))
        progress.done()
        if not given.json:
            print(shown(bench.protocol, found[-1]), end="\n\n", flush=True)
    decided = [one for answer in found for one in answer.decided]
    if given.evidence is not None:
        evidence.write(Path(given.evidence), evidence_files([(bench, decided)]))
    if given.out is not None:
        write_witness(bench, given.out, decided)
    if given.json:
        print(json.dumps({"queries": [as_data(answer) for answer in found]}, indent=1, ensure_ascii=False))
    return 0 if all(answer.words in AS_ASKED for answer in found) else 1


def queries_of(given: argparse.Namespace, protocol: Protocol) -> list[Claim]:
    """The queries of the command line and of the file, each read before any is decided."""
    texts = [("", text) for text in given.query]
    if given.file is not None:
        lines = text_of(Path(given.file)).splitlines()
        texts += [(f"{given.file}, line {number}: ", line.strip()) for number, line in enumerate(lines, 1)]
    texts = [(where, text) for where, text in texts if text and not (where and text.startswith("#"))]
    if not texts:
        raise UserError("no query is given: `always: ...` or `reachable: ...`, on the command line or in --file, one a line")
    if given.out is not None and len(texts) > 1:
        raise UserError(f"--out holds one witness, and {len(texts)} queries are given; --evidence DIR holds the witnesses of all")
    claims = []
    for where, text in texts:
        try:
            claims.append(query(text, protocol))
        except QueryError as error:
            raise UserError(f"{where}{error}") from error
    return claims


def answered(bench: Bench, given: argparse.Namespace, claim: Claim) -> Answer:
    """Where the variant has lemmas a proof is tried first; what is not proved is searched, as an attack on a claim is."""
    proof = attempt(bench, claim) if has_lemmas(bench.protocol) and not given.switch and expressible(claim) else None
    if proof is not None and proof.proves(claim.label):
        names = [one.name for one in coalitions_of(given)]
        answer = Answer(claim, [decided_cell(bench, given, claim, name, proof, iter(())) for name in names], proof)
    else:
        answer = Answer(claim, attacks_on(bench, given, claim, bench.progress), proof)
    answer.note = "" if answer.words not in AS_ASKED[:2] else vacuous(bench, given, claim)
    for one in answer.decided:
        if proof is not None and one.row.verdict == "holds_to":
            one.row.reason = proof.gap(claim.label)
    return answer


def vacuous(bench: Bench, given: argparse.Namespace, claim: Claim) -> str:
    """A note where honest parties never meet the premise of what holds: it may hold of nothing.  Of a claim that would be a verdict."""
    conditional = with_premise(claim, bench.protocol)
    if conditional is None:
        return ""
    bench.progress.start("whether honest parties reach the premise")
    bench.progress("a run")
    return bench.vacuous(conditional, scope_of(given, claim))


def expressible(claim: Claim) -> bool:
    """Whether the variant has what the query speaks of."""
    try:
        claim.parts[0].build()
    except NotExpressible:
        return False
    return True


def write_witness(bench: Bench, path: str, decided: list[Decided]) -> None:
    """The witness of the smallest coalition as a file of its own."""
    one = smallest(decided)
    if one.witness is None:
        print(f"no run was found, so that {path} is not written", file=sys.stderr)
        return
    evidence.write_file(Path(path), one.witness.as_json(all_steps(bench.protocol, coalition(one.row.coalition))))


def as_data(answer: Answer) -> dict[str, Any]:
    """A query with its answer, rows as those of claims, and the lemmas or the counterexample of the proof."""
    rows = [one.row.as_dict() | {"told": one.witness.told if one.witness else []} for one in answer.decided]
    candidate = [line for one in answer.open for line in one.counterexample]
    return {"query": answer.claim.name, "answer": answer.words, "rows": rows, "note": answer.note, "counterexample": candidate}


def shown(protocol: Protocol, answer: Answer) -> str:
    """The runs that were found, told; else how far none was, or why none can be."""
    runs = [one for one in answer.decided if one.witness is not None]
    verb = "refuted" if answer.always else "reached"
    if runs:
        one = smallest(runs)
        assert one.witness is not None
        text = terminal.told(answer.claim.name, (), one.row, one.witness.told, len(one.witness.prefix), verb)
        others = [f"{other.row.coalition} in {other.row.depth}" for other in runs if other is not one]
        return text + ("\n" + terminal.wrapped(f"also {verb} by {', '.join(others)}", "  ") if others else "")
    lines = [terminal.coloured(terminal.wrapped(f"{answer.claim.name}: {answer.words}"), answer.decided[0].row.verdict)]
    lines += [terminal.wrapped(line, "  ") for line in dict.fromkeys(grouped(answer))]
    lines += [terminal.wrapped(f"note: it may hold of nothing ({answer.note})", "  ")] if answer.note else []
    for candidate in answer.open:
        told = looked_at(protocol, answer.claim, candidate)
        lines += [terminal.wrapped(COUNTEREXAMPLE, "  "), *(terminal.wrapped(line, "    ") for line in told)] if told else []
    return "\n".join([*lines, terminal.assumed(answer.decided[0].row)])


def looked_at(protocol: Protocol, claim: Claim, candidate: Obligation) -> list[str]:
    """Of the state and the step at which induction fails, what the step and the query look at."""
    step = protocol.transactions.get(candidate.step)
    read = [*(cells_read(boolean(part.build())) for part in claim.parts)]
    read += [] if step is None else [cells_written(step), *(cells_read(guard.condition) for guard in step.guards.values())]
    cells = frozenset().union(*read)

    def is_told(line: str) -> bool:
        cell = ".".join(line.partition("(")[0].partition(" =")[0].split(".")[:2])
        return cell in cells or line.startswith(("argument ", "deviating("))

    return [line for line in candidate.counterexample if is_told(line)]


def grouped(answer: Answer) -> Iterator[str]:
    """For each verdict the coalitions that it speaks of, with its reason and method."""
    said = {"holds_to": "no run of {} steps does", "proved": "at any size", "unknown": "unknown", "not_expressible": "no words"}
    groups: dict[tuple[Any, ...], list[str]] = {}
    for one in answer.decided:
        row = one.row
        method = row.method + (f"; {row.confirmed}" if row.confirmed else "")
        groups.setdefault((row.verdict, row.depth, row.reason, method), []).append(row.coalition)
    for (verdict, depth, reason, method), names in groups.items():
        yield f"{said[verdict].format(depth)}, against {', '.join(names)}" + (f": {reason}" if reason else "")
        yield f"by {method}; scope: {answer.decided[0].row.scope}"
    yield from answer.decided[0].row.lemmas
