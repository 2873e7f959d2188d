"""`marketproof check`: the main job on real data, then the verdict matrix, then the evidence and what differs from the expectations."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adversaries.coalitions import Coalition
from marketproof import evidence
from marketproof.accepted import committed, committed_with, file_of, spoken_of
from marketproof.bench import Bench, Decided
from marketproof.bias import bias_evidence
from marketproof.bias_tables import CLAIMS as OF_BIAS
from marketproof.bridging import Bridging, prove_bridging, referring, summed_up
from marketproof.clauses import account, as_data
from marketproof.commands import claims_of, coalitions_of, depth_of, evidence_files, need_solvers, scope_of, shown, worth_telling
from marketproof.described import described
from marketproof.errors import UserError
from marketproof.gaming import game_evidence
from marketproof.judging import blame_evidence
from marketproof.kept import Confirmed
from marketproof.known_evidence import knowledge_files
from marketproof.least import least_coalitions
from marketproof.numbers import FILE as EXACT_NUMBERS
from marketproof.numbers import evidence_text
from marketproof.progress import Progress
from marketproof.proving import Proof, proof_files, prove, proved_row
from marketproof.small_evidence import small_scope, small_scope_told
from marketproof.speed_evidence import speed_files
from marketproof.store import Store
from marketproof.variants import load, variant_named
from marketproof.watching import watch
from marketproof.workers import deciding, order_of
from model.market import MarketError
from properties import expectations
from properties.claims import ONCE, PROVABLE, Claim
from properties.proofs import has_lemmas
from properties.small_scope_conditions import FINISHED
from properties.verdicts import Row
from reports import terminal
from spec.text import Protocol

STANDARD = ("paper", "hardened")


@dataclass
class Checked:
    """What was decided of one variant."""

    bench: Bench
    name: str
    decided: list[tuple[Claim, Decided]]
    vacuous: list[str]
    job: dict[str, Any] | None
    proof: Proof | None
    bridging: Bridging | None
    small_scope: dict[str, Any] | None

    @property
    def proofs(self) -> dict[str, str]:
        """The evidence of all that is proved: of states, and of numbers."""
        of_states, lemmas = ([], {}) if self.proof is None else (self.proof.found, self.proof.lemmas)
        of_numbers = [obligation for _, one in self.decided for obligation in one.obligations]
        return proof_files(self.bench.protocol.name, [*of_states, *of_numbers], lemmas)

    @property
    def rows(self) -> list[tuple[str, Row, list[str]]]:
        return [(one.label, one.row, one.told) for _, one in self.decided]


def check(given: argparse.Namespace) -> int:
    """Run everything; 0 when the committed expectations hold, 1 when a verdict differs."""
    if given.watch:
        return watch(given)
    place = place_of(given)
    evidence.check_place(place)
    claims, against = claims_of(given), coalitions_of(given)
    need_solvers(claims)
    for claim in claims:
        scope_of(given, claim)
    progress, store = Progress(), Store(enabled=not given.fresh)
    benches = [(name, Bench(load(name, given.switch), given.seed, given.timeout_s, progress, store, name)) for name in variants_of(given)]
    for _, bench in benches:
        check_expectations(given, bench.protocol.name)
    say = (lambda text: None) if given.json else say_line
    found = [check_variant(given, name, bench, claims, against, say) for name, bench in benches]
    evidence.write(place, files_of(claims, found))
    store.prune()
    for checked in found:
        for claim in claims:
            mine = [one for known, one in checked.decided if known is claim and one.row.verdict == "refuted"]
            for one in worth_telling(claim, mine) if mine and not given.json else ():
                say("\n" + shown(claim, one))
    return conclude(given, place, found, say)


def variants_of(given: argparse.Namespace) -> tuple[str, ...]:
    """The variants to check: the paper's and the hardened one unless one is named."""
    return STANDARD if given.variant is None else (given.variant,)


def check_variant(given: argparse.Namespace, name: str, bench: Bench, claims: list[Claim], against: list[Coalition], say: Any) -> Checked:
    """The training job, the proofs and the matrix of one variant; of the whole matrix also the bridging theorem."""
    job = None if given.without_job else run_job(bench, given, bench.progress, say)
    proof = None
    if has_lemmas(bench.protocol) and not given.switch:
        proof = prove(bench, claims, (name, given.switch), given.jobs)
        bench.progress.done()
    bridging = None if given.claim or given.coalition else prove_bridging(bench, (name, given.switch), given.jobs)
    bench.progress.done()
    decided = decide_matrix(bench, given, name, claims, against, proof, say)
    if bridging is not None:
        say(summed_up(bridging))
        referring([one.row for _, one in decided] if bridging.proved else [])
    small = None
    if proof is not None and proof.proves(FINISHED):
        small = small_scope(variant_named(name), bench.protocol, bench.store, bench.progress)
        bench.progress.done()
        say(terminal.wrapped(small_scope_told(small)))
    vacuous = tell_sometimes(bench, given, claims, say)
    bench.progress.done()
    return Checked(bench, name, decided, vacuous, job, proof, bridging, small)


def files_of(claims: list[Claim], found: list[Checked]) -> dict[str, str]:
    """The evidence of all variants."""
    files = evidence_files([(checked.bench, [one for _, one in checked.decided]) for checked in found])
    files.update(described(claims, [(checked.bench, [one for _, one in checked.decided]) for checked in found]))
    if any(claim.kind == "blame" for claim in claims):
        files.update({f"blame/{checked.bench.protocol.name}.json": blame_evidence(checked.bench) for checked in found})
    if any(claim.kind == "game" for claim in claims):
        files.update({f"game/{checked.bench.protocol.name}.json": game_evidence(checked.bench) for checked in found})
    if any(claim.name in OF_BIAS for claim in claims):
        files.update({f"bias/{checked.bench.protocol.name}.json": bias_evidence(checked.bench) for checked in found})
    if exact := evidence_text(claims):
        files[EXACT_NUMBERS] = exact
    files.update(knowledge_files([(checked.bench, checked.decided) for checked in found]))
    for checked in found:
        if checked.job is not None:
            files[job_file(checked.bench.protocol.name)] = evidence.canonical(checked.job)
        files.update({} if checked.bridging is None else checked.bridging.files())
        files.update(checked.proofs)
        if checked.proof is not None:
            labels = [claim.label for claim in claims if checked.proof.proves(claim.label)]
            used = as_data(account(checked.bench.protocol, checked.proof, labels), checked.proof, labels)
            files[f"proofs/{checked.bench.protocol.name}/clauses.json"] = evidence.canonical(used)
        files.update({**accepted_files(checked.bench.protocol), **speed_files(checked.bench.protocol)})
        least = least_coalitions([(claim.label, decided.row) for claim, decided in checked.decided])
        files.update({f"coalitions/{checked.bench.protocol.name}.json": evidence.canonical(least)} if least else {})
        if checked.small_scope is not None:
            files[f"small-scope/{checked.bench.protocol.name}.json"] = evidence.canonical(checked.small_scope)
    return files


def accepted_files(protocol: Protocol) -> dict[str, str]:
    """Committed results for exactly this text that take too long for every check."""
    kinds = [what for what in ("waiving", "frontiers", "mutants", "recall", "assumptions") if file_of(what, protocol.name).is_file()]
    said = spoken_of(protocol) if kinds else ""
    known = {what: committed(what, protocol.name, text=said) for what in kinds}
    files = {f"{what}/{protocol.name}.json": found["results"] if what == "waiving" else found for what, found in known.items() if found}
    for what in ("orders", "known"):
        if (found := committed_with(what, protocol)) is not None:
            files[f"{what}/{protocol.name}.json"] = found
    return {name: json.dumps(found, indent=1, ensure_ascii=False) + "\n" for name, found in files.items()}


def job_file(variant: str) -> str:
    return "job.json" if variant == "paper" else f"job-{variant}.json"


def place_of(given: argparse.Namespace) -> Path:
    """Where the evidence goes: a run of a part never replaces that of a whole one unless it is told to."""
    if given.evidence is not None:
        return Path(given.evidence)
    part = given.claim or given.coalition or given.without_job or given.variant or not standard(given)
    return Path("evidence-of-a-part" if part else "evidence")


def standard(given: argparse.Namespace) -> bool:
    """Whether the expectations speak of a run with these options."""
    return given.scope is None and given.depth is None and given.start == "market" and not given.switch


def check_expectations(given: argparse.Namespace, name: str) -> None:
    """Refuse, before any work, expectations that cannot be read, and `--accept` for anything but the whole matrix."""
    options = ("claim", "coalition", "scope", "depth", "switch", "timeout_s")
    chosen = [option for option in options if getattr(given, option) not in (None, [])]
    chosen += ["from"] if given.start != "market" else []
    if given.accept and chosen:
        raise UserError(f"--accept takes the whole matrix as it stands, without --{chosen[0].replace('_', '-')}")
    try:
        expectations.expected(name)
    except ValueError as error:
        raise UserError(f"the expectations of {name!r} cannot be read: {error}") from error


def say_line(text: str) -> None:
    print(text, flush=True)


def run_job(bench: Bench, given: argparse.Namespace, progress: Progress, say: Any) -> dict[str, Any]:
    """The training job's figures; a job that fails says at which check, and the matrix goes on."""
    from ledger_runtime.offchain.split import InfeasibleSplit, UndecidedSplit
    from marketproof.digits import JobFailed
    from marketproof.digits import run_job as run_digits
    from reports.job import job_text

    progress.start("training job")
    try:
        result = run_digits(bench.protocol, given.seed, progress).as_dict()
    except JobFailed as error:
        result = {"failed": error.check, "found": error.found}
    except (InfeasibleSplit, UndecidedSplit) as error:
        result = {"failed": "split", "found": str(error)}
    progress.done()
    say(job_text(result) + "\n")
    return result


def decide_matrix(
    bench: Bench, given: argparse.Namespace, variant: str, claims: list[Claim], against: list[Coalition], proof: Proof | None, say: Any
) -> list[tuple[Claim, Decided]]:  # fmt: skip
    """Every claim against every coalition, a line of the matrix as soon as it is complete; what is proved is not searched."""
    bench.progress.start("matrix")
    names = [coalition.name for coalition in against]
    head = f"variant {bench.protocol.name}: each claim against each coalition (✗ in k: refuted in k steps; holds ≤k: no attack to depth k)"
    say(terminal.wrapped(head))
    say(terminal.matrix_header(names))
    cells = [(claim, name) for claim in claims for name in (names if claim.kind not in ONCE else [""])]
    open_cells = [(claim, name) for claim, name in cells if proof is None or not proof.proves(claim.label)]
    orders = [order_of(claim, name, scope_of(given, claim, name), depth_of(given, claim, name), given.start) for claim, name in open_cells]
    found: list[tuple[Claim, Decided]] = []
    with deciding(orders, bench, (variant, given.switch), given.jobs) as answers:
        for place, (claim, name) in enumerate(cells):
            bench.progress(f"{claim.label} against {name or 'all'}")
            found.append((claim, decided_cell(bench, given, claim, name, proof, answers)))
            if place + 1 == len(cells) or cells[place + 1][0] is not claim:
                bench.progress.done()
                say(terminal.matrix_line(claim.label, names, [decided.row for known, decided in found if known is claim]))
    say(terminal.wrapped(scopes_told([decided.row for _, decided in found])))
    if proof is not None:
        say(terminal.wrapped(proof_told(proof)))
    return found


def decided_cell(
    bench: Bench, given: argparse.Namespace, claim: Claim, coalition: str, proof: Proof | None, answers: Iterator[Decided]
) -> Decided:
    """A cell that is proved, unless the claim is vacuous here; else the next answer of the search, with what the proof lacks."""
    if proof is not None and proof.proves(claim.label):
        row = proved_row(bench, claim, coalition, proof)
        if reason := bench.vacuous(claim, scope_of(given, claim)):
            row.verdict, row.reason = "unknown", reason
        return Decided(claim.label, row)
    decided = next(answers)
    if proof is not None and decided.row.verdict == "holds_to" and claim.kind in PROVABLE:
        decided.row.reason = proof.gap(claim.label)
    return decided


def proof_told(proof: Proof) -> str:
    """How much was proved, and what the second solver said."""
    asked = [one for one in proof.found if one.obligation.by == "solver"]
    confirmed = sum(one.second == "confirmed" for one in asked)
    return (
        f"proofs for any size: {len(proof.found)} obligations, {len(proof.found) - len(asked)} by frame, {len(asked)} by Z3 of which cvc5 "
        f"confirms {confirmed}{kept_told(asked)}; {lemmas_told(proof)}, proved with them; {proof.seconds:.1f} s"
    )


def lemmas_told(proof: Proof) -> str:
    inferred = len(proof.plan.inferred)
    return f"{len(proof.plan.statements) - inferred} lemmas by hand" + (f" and {inferred} inferred" if inferred else "")


def kept_told(asked: list[Confirmed]) -> str:
    kept = sum(one.kept for one in asked)
    return f" ({kept} answered in an earlier run of the same text and program: --fresh asks again)" if kept else ""


def scopes_told(rows: list[Row]) -> str:
    """At which scope the cells were decided, the common one first, and what two coalitions mean."""
    by: dict[str, list[str]] = {}
    for row in rows:
        by.setdefault(row.scope, []).append(f"{row.claim} against {row.coalition}")
    common = max(by, key=lambda scope: len(by[scope]), default="")
    others = []
    for scope, names in by.items():
        if scope != common:
            others.append(f"{scope}: {', '.join(names) if len(names) < 3 else names[0].partition(' ')[0]}")
    said = f"scope: subsets x replicas {common}" + "".join(f"; {other}" for other in others)
    return f"{said}. orderer: nobody deviates, under every order and delay; peer: one peer signs forged write sets."


def tell_sometimes(bench: Bench, given: argparse.Namespace, claims: list[Claim], say: Any) -> list[str]:
    """Reach each claim's *sometimes* honestly; a claim over states that cannot be reached is `unknown`, as its rows say."""
    reached, vacuous = [], []
    for claim in {claim.name: claim for claim in claims if claim.reachable is not None}.values():
        try:
            reached.append(f"{claim.name} ({claim.sometimes}: {bench.sometimes(claim, scope_of(given, claim))} steps)")
        except MarketError as error:
            vacuous.append(f"{claim.name} ({claim.sometimes}: {error})")
    if reached:
        say("\n" + terminal.wrapped("reached by honest parties, so that no verdict on these is vacuous: " + "; ".join(reached)))
    if vacuous:
        say(terminal.wrapped("NEVER reached: " + "; ".join(vacuous)))
    return vacuous


def conclude(given: argparse.Namespace, place: Path, found: list[Checked], say: Any) -> int:
    """Compare with the committed expectations, and say where the evidence is."""
    counts: dict[str, int] = {}
    for checked in found:
        for _, row, _ in checked.rows:
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
    say("\n" + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) + f"; evidence in {place}")
    differing = {checked.name: compared(given, checked, say) for checked in found}
    if given.json:
        whole = {
            "rows": [row.as_dict() for checked in found for _, row, _ in checked.rows],
            "jobs": {checked.bench.protocol.name: checked.job for checked in found},
            "vacuous": {checked.bench.protocol.name: checked.vacuous for checked in found},
            "bridging": {checked.bench.protocol.name: checked.bridging and checked.bridging.proved for checked in found},
            "differences": differing,
            "evidence": str(place),
        }
        print(json.dumps(whole, indent=1, ensure_ascii=False))
    failed = any(checked.job is not None and "failed" in checked.job for checked in found)
    return 1 if failed or any(differing.values()) else 0


def compared(given: argparse.Namespace, checked: Checked, say: Any) -> list[str] | None:
    """What differs from the expectations of one variant, told; None where there are none."""
    name = checked.bench.protocol.name
    if given.accept:
        evidence.write_file(expectations.FOLDER / f"{name}.json", expectations.text(checked.rows))
    differences = expectations.differences(name, checked.rows) if standard(given) else None
    if differences is None:
        why = "there are none for this variant" if standard(given) else "scope, depth, start or switches differ from theirs"
        say(f"{name}: not compared with expectations: {why}")
        return None
    for line in differences:
        print(f"differs: {name}: {line}", file=sys.stderr)
    told = "as the committed expectations say" if not differences else f"{len(differences)} verdicts differ from the committed expectations"
    say(f"{name}: {told}")
    return differences
