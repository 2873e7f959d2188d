"""`marketproof calibrate --here`: the simulation fitted to this machine's own networks, held against configurations no fit has seen."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger_runtime.errors import LedgerError
from ledger_runtime.simulation.outcome import spread
from ledger_runtime.simulation.own import Observed, bootstrapped, fitted_to, stages
from ledger_runtime.simulation.parameters import Parameters, described
from marketproof.errors import UserError
from marketproof.evidence import write_file
from marketproof.own_beds import OWN, experiment_of
from marketproof.progress import Progress
from properties import expectations
from properties.own_calibration import MEASURED, MOVED, REPEATS, Configuration, configurations
from reports import own_calibration
from reports.shapes import parsed

SCHEMA = 1
ACCEPTED = "own-calibration.json"
RESAMPLES = 20
Rounds = dict[str, list[dict[str, float]]]  # by configuration, one for each time: seconds by stage


def calibrate_here(given: argparse.Namespace) -> int:
    """Measure, fit, predict; print a line for each stage of each configuration. With --accept the beds that were measured are committed."""
    progress = Progress()
    progress.start("calibrate")
    try:
        beds = {bed: calibrated(bed, measured(bed, progress), given.seed, progress) for bed in dict.fromkeys(given.here) or ("ledger",)}
    except LedgerError as error:
        raise UserError(str(error)) from error
    progress.done()
    document = {"schema": SCHEMA, "beds": beds}
    if given.accept:
        write_file(expectations.FOLDER / ACCEPTED, text_of({"schema": SCHEMA, "beds": {**committed_beds(), **beds}}))
    print(
        text_of(document).rstrip()
        if given.json
        else own_calibration.told(own_calibration.calibration_of(parsed(ACCEPTED, text_of(document))))
    )
    return 0


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def accepted_file() -> Path:
    return expectations.FOLDER / ACCEPTED


def committed_beds() -> dict[str, Any]:
    """What was accepted before, of any bed."""
    found: dict[str, Any] = json.loads(accepted_file().read_text(encoding="utf-8"))["beds"] if accepted_file().is_file() else {}
    return found


def measured(bed: str, progress: Progress) -> dict[str, Any]:
    """Rounds over all configurations, and under which load."""
    rounds: Rounds = {one.name: [] for one in configurations(bed)}
    before = os.getloadavg()[0]
    for number in range(REPEATS[bed]):
        measure = {"ledger": ledger_round, "fabric": fabric_round}[bed]
        for name, found in measure(f"round {number + 1} of {REPEATS[bed]}", progress).items():
            rounds[name].append(found)
    return {
        "rounds": rounds, "load": [round(one, 1) for one in (before, os.getloadavg()[0])], "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }  # fmt: skip


def ledger_round(name: str, progress: Progress) -> dict[str, dict[str, float]]:
    from marketproof.ledger_stages import measured as stages_of

    found = {}
    for one in configurations("ledger"):
        progress(f"ledger, {name}: {one.name}")
        found[one.name] = stages_of(one)
    return found


def fabric_round(name: str, progress: Progress) -> dict[str, dict[str, float]]:
    from marketproof.fabric_stages import measured as stages_of

    networks: dict[tuple[int, int], list[Configuration]] = {}
    for one in configurations("fabric"):
        networks.setdefault((one.block, one.timeout_ms), []).append(one)
    found = {}
    for batching, rates in networks.items():
        found.update(stages_of(batching, rates, lambda detail: progress(f"Fabric, {name}: {detail}")))
    return found


def calibrated(bed: str, found: dict[str, Any], seed: int, progress: Progress) -> dict[str, Any]:
    """The fit to configurations that are for it, and what it gives for all."""
    observed = {
        one.name: Observed(experiment_of(one), {stage: [each[stage] for each in found["rounds"][one.name]] for stage in MEASURED[bed]})
        for one in configurations(bed)
    }
    seen = [observed[one.name] for one in configurations(bed) if one.role == "fitted"]
    best = fitted_to(seen, MOVED[bed], OWN[bed])
    others = []
    for place, one in enumerate(bootstrapped(seen, MOVED[bed], best, RESAMPLES, seed), 1):
        progress(f"{bed}: fit {place} of {RESAMPLES} to rounds drawn again")
        others.append(one)
    return {
        **{name: found[name] for name in ("date", "machine", "load")}, "rounds": REPEATS[bed], "resamples": RESAMPLES, "seed": seed,
        "parameters": [parameter(name, best, others) for name in MOVED[bed]],
        "configurations": [compared(one, observed[one.name], best, others) for one in configurations(bed)],
    }  # fmt: skip


def parameter(name: str, best: Parameters, others: Sequence[Parameters]) -> dict[str, Any]:
    low, high = spread([getattr(one, name) for one in others])[1:]
    one = described(name)
    return {
        "name": name,
        "unit": one["unit"],
        "value": getattr(best, name),
        "low": low,
        "high": high,
        "published": [one["low"], one["high"]],
    }


def compared(one: Configuration, observed: Observed, best: Parameters, others: Sequence[Parameters]) -> dict[str, Any]:
    """Simulated against measured: medians, and what rounds and fits leave open; `apart`: how far rounds are from each other, as a share."""
    simulated, ensemble = stages(experiment_of(one, best)), [stages(experiment_of(one, each)) for each in others]
    rows = []
    for stage, values in observed.measured.items():
        middle = observed.median(stage)
        low, high = spread([each[stage] for each in ensemble])[1:]
        rows.append({
            "stage": stage, "measured_s": middle, "rounds_s": [float(f"{each:.4g}") for each in values],
            "simulated_s": simulated[stage], "low_s": low, "high_s": high,
            "error": simulated[stage] / middle - 1, "apart": (max(values) - min(values)) / middle,
        })  # fmt: skip
    return {"name": one.name, "role": one.role, "stages": rows}
