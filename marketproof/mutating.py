"""`marketproof mutate`: each guard and effect changed in small wrong ways: which claim notices, what is the same, what no claim covers."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marketproof import evidence
from marketproof.accepted import file_of, spoken_of
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.mutant_cells import MatrixJudge
from marketproof.mutant_judges import VERDICTS, Judge, Judged
from marketproof.mutant_proofs import ProofJudge
from marketproof.progress import Progress
from marketproof.proving import claims_to_prove, prove
from marketproof.store import Store
from marketproof.variants import load
from marketproof.workers import ready_for_work, spread
from properties.proofs import has_lemmas
from reports import terminal
from spec.errors import choices
from spec.mutants import OPERATORS, Mutant, mutants_of
from spec.text import Protocol


def mutate(given: argparse.Namespace) -> int:
    """Judge all mutants of a variant, of one step, or so many that are drawn; 0 when none survives, else 1."""
    protocol, progress = load(given.variant, []), Progress()
    if given.accept and (given.step or given.sample):
        raise UserError("--accept takes all mutants, without --step and --sample")
    names = [one.name for one in chosen_mutants(protocol, given)]
    found = []
    for one in judged_by(protocol, names, given, progress):
        found.append(one)
        progress(f"{len(found)} of {len(names)}")
        if not given.json:
            progress.done()
            by = f" by {one.by} at {one.at}" if one.by else f": {one.reason}" if one.reason else ""
            print(terminal.wrapped(f"{one.mutant}: {one.verdict}{by}"), flush=True)
    progress.done()
    told = summed_up(protocol, found)
    if given.out is not None:
        evidence.write_file(Path(given.out), evidence.canonical(told))
    if given.accept:
        evidence.write_file(file_of("mutants", protocol.name), evidence.canonical(told))
    print(json.dumps(told, indent=1, ensure_ascii=False) if given.json else terminal.wrapped(score(told)))
    return 1 if told["counts"]["survives"] else 0


def judged_by(protocol: Protocol, names: list[str], given: argparse.Namespace, progress: Progress) -> Iterator[Judged]:
    """What becomes of each mutant, in order, by several processes; they start from what is proved of the text."""
    store = Store(enabled=not given.fresh)
    if has_lemmas(protocol):
        prove(Bench(protocol, given.seed, progress=progress, store=store), claims_to_prove(), (given.variant, []), given.jobs)
    progress.start("mutants")
    return spread(work, names, prepare, (given.variant, given.seed, store.enabled), given.jobs)


def chosen_mutants(protocol: Protocol, given: argparse.Namespace) -> list[Mutant]:
    """Those of the named steps; of these so many as are asked for, drawn with the seed."""
    found = list(mutants_of(protocol))
    steps = dict.fromkeys(one.step for one in found)
    for name in given.step or ():
        if name not in steps:
            raise UserError(f"no step {name!r} on the ledger; choices: {choices(steps)}")
    found = [one for one in found if not given.step or one.step in given.step]
    if given.sample is not None and given.sample < len(found):
        drawn = set(random.Random(given.seed).sample(range(len(found)), given.sample))
        found = [one for place, one in enumerate(found) if place in drawn]
    return found


def summed_up(protocol: Protocol, found: list[Judged]) -> dict[str, Any]:
    """The evidence: of which text and claims, how far was asked, how many of each verdict, and every mutant."""
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS}
    told = {"text": spoken_of(protocol), "verdicts": VERDICTS, "operators": OPERATORS, "counts": counts}
    return {**told, "asked": (ProofJudge if has_lemmas(protocol) else MatrixJudge).bounds, "mutants": [asdict(one) for one in found]}


def score(told: dict[str, Any]) -> str:
    counts, whole = told["counts"], len(told["mutants"])
    seconds = sum(one["seconds"] for one in told["mutants"])
    each = f"{seconds / whole:.2f} s each" if whole else "none"
    return f"{whole} mutants: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + f"; {each}"


# --- in a worker ---


_prepared: list[tuple[Judge, dict[str, Mutant]]] = []


def judge_of(protocol: Protocol, seed: int, store: Store) -> Judge:
    """By proofs where the text is proved, else by the matrix of its verdicts."""
    return (ProofJudge if has_lemmas(protocol) else MatrixJudge)(protocol, seed, store)


def prepare(variant: str, seed: int, store: bool) -> None:
    """In a worker: load the variant and make its mutants once."""
    ready_for_work()
    protocol = load(variant, [])
    _prepared.append((judge_of(protocol, seed, Store(enabled=store)), {one.name: one for one in mutants_of(protocol)}))


def work(name: str) -> Judged:
    judge, known = _prepared[0]
    return judge.kept_or_judged(known[name])


__all__ = ["mutate", "score", "summed_up"]
