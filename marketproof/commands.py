"""The commands: each reads its options, asks the bench, shows what came out and gives the exit code."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS, Coalition, coalition
from marketproof import evidence
from marketproof.bench import Bench, Decided, solver_for
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.variants import load
from model import witness as witnesses
from model.scope import Scope
from model.search import all_steps
from properties.claims import ONCE, Claim
from properties.paper_claims import CLAIMS
from reports import terminal
from spec.errors import choices

DEPTH_FROM_EMPTY = 12


# Commands by the module that has them, as a function of the same name; read when they are given.
ELSEWHERE = {
    "check": "checking", "ask": "asking", "compare": "comparing", "waive": "waiving", "mutate": "mutating", "recall": "recalling",
    "infer": "inferring", "frontier": "frontiers", "clauses": "clauses", "bridge": "bridging", "explore": "exploring", "numbers": "numbers",
    "know": "know", "judge": "judge", "game": "gaming", "bias": "bias", "ledger": "ledger", "fabric": "fabric", "conform": "conforming",
    "simulate": "simulating", "calibrate": "calibrating", "reproduce": "reproducing", "sweep": "sweeping", "plan": "planning",
    "report": "reporting", "tell": "telling", "adversaries": "adversaries", "orders": "orders", "known": "known", "play": "play",
    "assumptions": "assumptions", "postgres": "postgres",
}  # fmt: skip


def run(given: argparse.Namespace) -> int:
    """Dispatch."""
    if given.command in ELSEWHERE:
        module = importlib.import_module(f"marketproof.{ELSEWHERE[given.command]}")
        return int(getattr(module, given.command)(given))
    commands = {"recheck": run_recheck, "attack": attack, "replay": run_replay, "spec": spec, "doctor": doctor, "completion": completion}
    return commands[given.command](given)


def claims_of(given: argparse.Namespace) -> list[Claim]:
    """The named claims, each part by itself; one part alone is named as `C31/event`.  All when none is named."""
    return list({claim.label: claim for name in given.claim or CLAIMS for claim in claims_named(name)}.values())


def claims_named(name: str) -> list[Claim]:
    known, slash, part = name.partition("/")
    if known not in CLAIMS:
        raise UserError(f"no claim {known!r}; choices: {choices(CLAIMS)}")
    found = [claim for claim in CLAIMS[known].split() if not slash or claim.parts[0].name == part]
    if not found:
        raise UserError(f"claim {known} has no part {part!r}; choices: {choices(one.name for one in CLAIMS[known].parts)}")
    return found


def need_solvers(claims: list[Claim]) -> None:
    """Refuse before any work what could not be decided in the end."""
    for claim in {claim.kind == "arith": claim for claim in claims}.values():
        solver_for(claim)


def coalitions_of(given: argparse.Namespace) -> list[Coalition]:
    found = [coalition(name) for name in dict.fromkeys(given.coalition or COALITIONS)]
    return found if given.coalition or given.command == "check" else sorted(found, key=size)


def scope_of(given: argparse.Namespace, claim: Claim, against: str = "") -> Scope:
    return Scope.parse(claim.deeper.get(against, (claim.scope, 0))[0] if given.scope is None else given.scope)


def depth_of(given: argparse.Namespace, claim: Claim, against: str = "") -> int:
    if given.depth is not None:
        return int(given.depth)
    own = claim.depth if given.scope is not None else claim.deeper.get(against, ("", claim.depth))[1]
    return own if given.start == "market" else DEPTH_FROM_EMPTY


def decide(bench: Bench, given: argparse.Namespace, claim: Claim, against: Coalition, most: int | None = None) -> Decided:
    """One verdict; `most` asks only for an attack shorter than one that is known already."""
    depth, scope = depth_of(given, claim, against.name), scope_of(given, claim, against.name)
    return bench.decide(claim, against, scope, depth if most is None else min(most, depth), given.start, attack_only=most is not None)


def attack(given: argparse.Namespace) -> int:
    """For each claim the shortest attack of the smallest coalition, or how far none was found."""
    if given.evidence is not None:
        evidence.check_place(Path(given.evidence))
    claims = claims_of(given)
    need_solvers(claims)
    for claim in claims:
        scope_of(given, claim)
    progress = Progress()
    bench = Bench(load(given.variant, given.switch), given.seed, given.timeout_s, progress, source=given.variant)
    found: list[Decided] = []
    for claim in claims:
        mine = attacks_on(bench, given, claim, progress)
        found += mine
        progress.done()
        for decided in () if given.json else (mine if given.coalition else worth_telling(claim, mine)[:1]):
            print(shown(claim, decided), end="\n\n", flush=True)
    if given.evidence is not None:
        evidence.write(Path(given.evidence), evidence_files([(bench, found)]))
    if given.json:
        rows = [one.row.as_dict() | {"told": one.told} for one in found]
        print(json.dumps({"rows": rows}, indent=1, ensure_ascii=False))
    return 0


def attacks_on(bench: Bench, given: argparse.Namespace, claim: Claim, progress: Progress) -> list[Decided]:
    """Verdicts against the named coalitions; or, where none is named, against single members, then pairs, until one succeeds."""
    if claim.kind in ONCE:
        return [bench.decide_once(claim, scope_of(given, claim))]
    found: list[Decided] = []
    for _, group in itertools.groupby(coalitions_of(given), key=(lambda one: 0) if given.coalition else size):
        best: int | None = None
        for one in group:
            progress.start(f"{claim.label} against {one.name}")
            shorter = None if best is None or given.coalition else best - 1
            decided = decide(bench, given, claim, one, shorter)
            if shorter is None or decided.row.verdict == "refuted":
                found.append(decided)
            if decided.row.verdict == "refuted":
                best = decided.row.depth
                if given.start == "empty" and not given.coalition:
                    break  # from nothing all single members are alike, and each further search takes seconds
        if best is not None and not given.coalition:
            break
    return found


def size(coalition: Coalition) -> int:
    """How many stakeholders deviate; powers over the network come last."""
    return sum(coalition.deviating.values()) or 9


def smallest(decided: list[Decided]) -> Decided:
    """Of several verdicts on a claim the refutation by the smallest coalition, then the shortest; else the first verdict."""
    refuted = [d for d in decided if d.row.verdict == "refuted"]
    order = {name: place for place, name in enumerate(COALITIONS)}

    def rank(one: Decided) -> tuple[int, int, int]:
        coalition = COALITIONS[one.row.coalition]
        members = sum(coalition.deviating.values()) + ("forge" in coalition.powers)
        return members, one.row.depth or 0, order[coalition.name]

    return min(refuted, key=rank, default=decided[0])


def worth_telling(claim: Claim, decided: list[Decided]) -> list[Decided]:
    """The smallest attack of a coalition that the claim is meant against, and a smaller one of anybody if there is one."""
    if claim.kind in ONCE:
        return decided
    least = smallest(decided)
    meant = [one for one in decided if one.row.coalition in claim.against and one.row.verdict == "refuted"]
    chosen = smallest(meant) if meant else least
    return [chosen] if least is chosen or least.row.coalition != "orderer" else [chosen, least]


def shown(claim: Claim, decided: Decided) -> str:
    row, part = decided.row, claim.parts[0]
    title = f"{claim.label} {claim.title}"
    said = f'the paper ({claim.cites}): "{claim.quotation}"', f"claimed: {part.statement}"
    if decided.witness is not None or decided.known is not None:
        return terminal.told(title, said, row, decided.told, len(decided.witness.prefix) if decided.witness else 0)
    return "\n".join([terminal.held(title, said, row), *(terminal.wrapped(sentence, "  ") for sentence in decided.told)])


def evidence_files(benches: list[tuple[Bench, list[Decided]]]) -> dict[str, str]:
    """Names and texts of the evidence: verdicts and witnesses."""
    files = {}
    for bench, decided in benches:
        folder = "witnesses" if bench.protocol.name == "paper" else f"witnesses/{bench.protocol.name}"
        for one in decided:
            if one.witness is not None:
                name = f"{folder}/{evidence.file_label(one.label)}-{one.row.coalition.replace(' ', '-')}.json"
                one.row.witness = name
                files[name] = one.witness.as_json(all_steps(bench.protocol, COALITIONS[one.witness.coalition]))
    return {"verdicts.json": evidence.verdicts_text([one.row for _, decided in benches for one in decided]), **files}


def run_replay(given: argparse.Namespace) -> int:
    """Replay a witness file, or all of an evidence directory: 0 when the claim breaks at the last step, 1 when it does not."""
    from marketproof import witness_files
    from marketproof.replaying import ReplayFailed, besides, deviating, replay

    if Path(given.witness).is_dir():
        from marketproof.replaying_all import replay_all

        return replay_all(given, Path(given.witness))
    progress = Progress()
    progress.start("replaying")
    protocol, claim, witness, scope = witness_files.read(Path(given.witness), given.variant)
    steps = sum(map(len, witness.runs))
    try:
        with besides(given.ledger, given.variant or witness.variant, witness, progress) as others:
            explanation = replay(protocol, claim, witness, scope, progress, "memory" if others else given.ledger, others)
    except ReplayFailed as error:
        failed = {"replays": False, "reason": str(error)}
        print(json.dumps(failed, ensure_ascii=False) if given.json else terminal.wrapped(f"does not replay: {error}"))
        return 1
    finally:
        progress.done()
    if given.json:
        print(json.dumps({"replays": True, "claim": claim.name, "steps": steps, "explanation": explanation}, ensure_ascii=False))
        return 0
    if given.as_pytest is not None:
        from marketproof.regression import written

        return written(given, claim, witness)
    prefix, end = len(witness.prefix), claim.broken(witness.part)
    place = "on the ledger and on Fabric" if given.ledger == "fabric" else "on the ledger"
    print(terminal.wrapped(f"replayed {place}: {prefix} honest steps, then {steps}; after the last {end}"))
    told = witnesses.told(witness.runs, all_steps(protocol, COALITIONS[witness.coalition]), scope, deviating(witness, scope))
    print("\n".join(terminal.wrapped(line, "  ") for line in [*told, witnesses.broken(claim, witness, explanation)]))
    return 0


def run_recheck(given: argparse.Namespace) -> int:
    """0 when cvc5 confirms every proof, 1 when it does not decide one, 3 when it contradicts one or cannot read it."""
    from marketproof.recheck import OUTCOMES, recheck
    from marketproof.recheck_knowledge import recheck_knowledge

    progress = Progress()
    progress.start("recheck")
    folder = Path(given.evidence)
    report = recheck(folder / "proofs" if (folder / "proofs").is_dir() else folder, progress)
    known = recheck_knowledge(folder / "knowledge")
    progress.done()
    counted = report.counted()
    if not report.files and not known.confirmed and not known.wrong:
        raise UserError(f"{str(folder)!r} holds no .smt2 file: there is no proof to check again")
    if given.json:
        files = [{"file": one.file, "outcome": one.outcome, "said": one.said} for one in report.files]
        derived = {"confirmed": known.confirmed, "wrong": known.wrong}
        whole = {"outcomes": counted, "seconds": round(report.seconds, 3), "files": files, "knowledge": derived}
        print(json.dumps(whole, indent=1, ensure_ascii=False))
    else:
        for one in report.files:
            if one.outcome != "confirmed":
                print(terminal.wrapped(f"{one.file}: {one.outcome}: {OUTCOMES[one.outcome]} ({one.said})"))
        print(f"cvc5 confirms {counted['confirmed']} of {len(report.files)} proofs in {report.seconds:.1f} s")
        print("\n".join([*(terminal.wrapped(f"knowledge: {one}") for one in known.wrong), told_of_knowledge(known.confirmed)]))
    return 3 if counted["refuted"] or counted["malformed"] or known.wrong else 1 if counted["unknown"] else 0


def told_of_knowledge(confirmed: int) -> str:
    return f"what can be known: {confirmed} rows are confirmed by rules written a second time"


def spec(given: argparse.Namespace) -> int:
    """Print a variant as text, two variants' difference, or write the generated documents anew."""
    from spec import show

    if given.action == "show":
        protocol = load(given.name, given.switch)
        text = show.show(protocol, given.only)
        content = show.summary(protocol) if given.json else {}
        print(json.dumps(named(content, given.only), indent=1, ensure_ascii=False) if given.json else text)
    elif given.action == "diff":
        from spec.difference import difference

        print(difference(load(given.first, []), load(given.second, [])))
    else:
        from marketproof.documents import ROOT, documents

        for name, text in documents().items():
            path = ROOT / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                evidence.write_file(path, text)
                print(f"wrote {name}")
    return 0


def named(content: dict[str, Any], only: str | None) -> Any:
    """The one transaction, asset, step or switch of a summary that `only` names; all of it when there is no such wish."""
    parts = ("transactions", "off_chain", "submissions", "assets", "switches", "inner", "notions", "pre_images")
    for group in (*(content[part] for part in parts), *content["off_ledger"].values()):
        for name, item in group.items():
            if only is not None and only in (name, item.get("label")):
                return {"name": name, **item}
    return content


def doctor(given: argparse.Namespace) -> int:
    """What is installed and what is missing; 2 when something needed is missing."""
    from marketproof.doctor import findings

    progress = Progress()
    progress.start("doctor")
    found = findings(progress)
    progress.done()
    if given.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        lines = [(f["name"], f["found"] or "missing", f["needed for"]) for f in found]
        print(terminal.table(("what", "found", "needed for"), lines))
    missing = [f["name"] for f in found if not f["found"] and f["required"]]
    if missing:
        print(f"marketproof: error: missing: {', '.join(missing)}; run `make setup`", file=sys.stderr)
    return 2 if missing else 0


def completion(given: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    print(shellcode(["marketproof"], shell=given.shell))
    return 0
