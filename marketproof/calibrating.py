"""`marketproof calibrate`: the sets of parameters that fitted claims leave of the published ranges, committed for the reproduction."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger_runtime.simulation import ensembles
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.fitting import SETS_OF_A_BATCH, TRANSACTIONS, Target, kept_of
from ledger_runtime.simulation.parameters import NAMES, Parameters, described
from marketproof.errors import UserError
from marketproof.life_cycles import transactions_of_a_life
from marketproof.progress import Progress
from marketproof.workers import ready_for_work, spread
from properties.performance_claims import PerformanceClaim, fitted_claims
from reports import terminal

KEPT, MOST_BATCHES = 30, 120


def calibrate(given: argparse.Namespace) -> int:
    """Print what the fit leaves of each range; with --accept it is committed."""
    if given.here is not None:
        from marketproof.calibrating_here import calibrate_here

        return calibrate_here(given)
    progress = Progress()
    progress.start("calibrate")
    fit = fitted_to(targets_of(fitted_claims(), transactions_of_a_life()), given.seed, given.jobs, progress)
    progress.done()
    if not fit["kept"]:
        raise UserError(f"none of {fit['tried']} sets of parameters meets {', '.join(fit['targets'])}: no fit")
    text = json.dumps(fit, indent=1) + "\n"
    if given.accept:
        Path(ensembles.__file__).with_name(ensembles.FITTED_FILE).write_text(text, encoding="utf-8")
    print(text.rstrip() if given.json else told(fit))
    return 0


def targets_of(claims: tuple[PerformanceClaim, ...], life: int) -> list[Target]:
    """The first reading of each claim, in transactions a second. life: transactions of a model."""
    found = []
    for one in claims:
        of = one.readings[0].of
        scale = life if one.readings[0].models == "a second" else 1
        experiment = Experiment(of.peers, float(of.rate_tps), of.placement)
        assert one.low is not None and one.high is not None
        found.append(Target(one.name, experiment, of.figure, scale * one.low, scale * one.high))
    return sorted(found, key=lambda target: target.experiment.peers)


def fitted_to(targets: list[Target], seed: int, jobs: int, progress: Progress) -> dict[str, Any]:
    """Batches in order until enough sets are kept; the same whatever the number of processes."""
    kept: list[Parameters] = []
    tried = 0
    for found in batches(targets, seed, jobs):
        kept, tried = kept + found, tried + SETS_OF_A_BATCH
        progress(f"{len(kept)} of {KEPT} sets kept, {tried} tried")
        if len(kept) >= KEPT:
            break
    asked = {one.name: [one.low, one.high] for one in targets}
    return {
        "targets": asked,
        "seed": seed,
        "transactions": TRANSACTIONS,
        "tried": tried,
        "kept": [dict(one.items()) for one in kept[:KEPT]],
    }


def batches(targets: list[Target], seed: int, jobs: int) -> Iterator[list[Parameters]]:
    if jobs == 1:
        yield from (kept_of(number, targets, seed) for number in range(MOST_BATCHES))
        return
    for first in range(0, MOST_BATCHES, jobs):
        numbers = [str(number) for number in range(first, min(first + jobs, MOST_BATCHES))]
        yield from spread(batch_in_worker, numbers, prepare, (targets, seed), jobs)


_given: list[tuple[list[Target], int]] = []


def prepare(targets: list[Target], seed: int) -> None:
    ready_for_work()
    _given.append((targets, seed))


def batch_in_worker(number: str) -> list[Parameters]:
    return kept_of(int(number), *_given[0])


def told(fit: dict[str, Any]) -> str:
    lines = []
    for name in NAMES:
        one, values = described(name), sorted(kept[name] for kept in fit["kept"])
        low, middle, high = (values[int(share * (len(values) - 1))] for share in (0.025, 0.5, 0.975))
        lines.append((name, one["unit"], f"{one['low']:.3g} to {one['high']:.3g}", f"{low:.3g} to {high:.3g}", f"{middle:.3g}"))
    share = f"{len(fit['kept'])} sets kept; {fit['tried']:,} were tried against {', '.join(fit['targets'])}"
    return f"{terminal.table(('parameter', 'unit', 'published', '95 % of what is kept', 'median'), lines)}\n{share}"
