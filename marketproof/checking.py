"""`marketproof check`: the main job on real data, then the verdict matrix, then the evidence and what differs from the expectations."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from adversaries.coalitions import Coalition
from marketproof import evidence
from marketproof.bench import Bench, Decided
from marketproof.commands import claims_of, coalitions_of, depth_of, evidence_files, need_solvers, scope_of, shown, worth_telling
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.variants import load
from marketproof.workers import deciding, order_of
from model.market import MarketError
from properties import expectations
from properties.claims import Claim
from properties.verdicts import Row
from reports import terminal


def check(given: argparse.Namespace) -> int:
    """Run everything; 0 when the committed expectations hold, 1 when a verdict differs."""
    place = place_of(given)
    evidence.check_place(place)
    claims, against = claims_of(given), coalitions_of(given)
    need_solvers(claims)
    for claim in claims:
        scope_of(given, claim)
    progress = Progress()
    bench = Bench(load(given.variant, given.switch), given.seed, given.timeout_s, progress)
    check_expectations(given, bench.protocol.name)
    say = (lambda text: None) if given.json else say_line
    job = None if given.without_job else run_job(bench, given, progress, say)
    decided = decide_matrix(bench, given, claims, against, say)
    vacuous = tell_sometimes(bench, given, claims, say)
    progress.done()
    rows = [(one.label, one.row, one.witness.told if one.witness else []) for _, one in decided]
    files = evidence_files(bench, [one for _, one in decided])
    if job is not None:
        files["job.json"] = evidence.canonical(job)
    evidence.write(place, files)
    for claim in claims:
        mine = [one for known, one in decided if known is claim]
        if mine and not given.json:
            for one in worth_telling(claim, mine):
                say("\n" + shown(claim, one))
    return conclude(given, bench, place, rows, job, vacuous, say)


def place_of(given: argparse.Namespace) -> Path:
    """Where the evidence goes: a run of a part never replaces that of a whole one unless it is told to."""
    if given.evidence is not None:
        return Path(given.evidence)
    part = given.claim or given.coalition or given.without_job or not standard(given)
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
    bench: Bench, given: argparse.Namespace, claims: list[Claim], against: list[Coalition], say: Any
) -> list[tuple[Claim, Decided]]:
    """Every claim against every coalition, a line of the matrix as soon as it is complete."""
    bench.progress.start("matrix")
    names = [coalition.name for coalition in against]
    head = f"variant {bench.protocol.name}: each claim against each coalition (✗ in k: refuted in k steps; holds ≤k: no attack to depth k)"
    say(terminal.wrapped(head))
    say(terminal.matrix_header(names))
    cells = [(claim, name) for claim in claims for name in (names if claim.kind != "arith" else [""])]
    orders = [order_of(claim, name, scope_of(given, claim, name), depth_of(given, claim, name), given.start) for claim, name in cells]
    found: list[tuple[Claim, Decided]] = []
    with deciding(orders, (given.variant, given.switch, given.seed, given.timeout_s), given.jobs, bench.progress) as answers:
        for place, (claim, name) in enumerate(cells):
            bench.progress(f"{claim.label} against {name or 'all'}")
            found.append((claim, next(answers)))
            if place + 1 == len(cells) or cells[place + 1][0] is not claim:
                bench.progress.done()
                say(terminal.matrix_line(claim.label, names, [decided.row for known, decided in found if known is claim]))
    say(terminal.wrapped(scopes_told([decided.row for _, decided in found])))
    return found


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


def conclude(
    given: argparse.Namespace, bench: Bench, place: Path, rows: list[Any], job: dict[str, Any] | None, vacuous: list[str], say: Any
) -> int:
    """Compare with the committed expectations, and say where the evidence is."""
    if given.accept:
        evidence.write_file(expectations.FOLDER / f"{bench.protocol.name}.json", expectations.text(rows))
    found = expectations.differences(bench.protocol.name, rows) if standard(given) else None
    if given.json:
        document = {
            "rows": [row.as_dict() for _, row, _ in rows],
            "job": job,
            "vacuous": vacuous,
            "differences": found,
            "evidence": str(place),
        }
        print(json.dumps(document, indent=1, ensure_ascii=False))
    counts: dict[str, int] = {}
    for _, row, _ in rows:
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    say("\n" + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) + f"; evidence in {place}")
    failed = job is not None and "failed" in job
    if found is None:
        say(
            "not compared with expectations: "
            + ("there are none for this variant" if standard(given) else "scope, depth, start or switches differ from theirs")
        )
        return int(failed)
    for line in found:
        print(f"differs: {line}", file=sys.stderr)
    say("as the committed expectations say" if not found else f"{len(found)} verdicts differ from the committed expectations")
    return 1 if found or failed else 0
