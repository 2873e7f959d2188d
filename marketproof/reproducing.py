"""`marketproof reproduce`: section III again: the whole grid, a verdict on each claim of speed, and a page that shows it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ledger_runtime.simulation import ensembles
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.grid import grid
from ledger_runtime.simulation.outcome import Figures, spread
from ledger_runtime.simulation.parameters import NAMES, Parameters, described
from marketproof import sensitivity
from marketproof.contradicting import Excluded, all_excluded
from marketproof.errors import UserError
from marketproof.evidence import write_file
from marketproof.life_cycles import transactions_of_a_life, whole_life
from marketproof.progress import Progress
from marketproof.reporting import write
from marketproof.residuals import Residual, experiment_for, measures_of, residual
from marketproof.simulated import by_experiment, figures_of
from marketproof.speed_evidence import measured_here
from marketproof.store import Store
from properties import expectations
from properties.performance_claims import PERFORMANCE_CLAIMS, Measure
from reports import performance, performance_page
from reports.shapes import parsed

SCHEMA = 1
ACCEPTED, PAGE = "performance.json", "performance.html"
GRADE_OF = {"published": "simulated", "fitted": "fitted"}
GRID_FIGURES = ("caliper_tps", "valid_tps", "latency_s", "latency_p50_s", "latency_p95_s", "latency_p99_s", "drain_s", "sent_tps",
                "use of client", "use of orderer", "use of orderer's link", "use of validation")  # fmt: skip
LIVES = ((1, 1, 1), (2, 2, 3), (4, 3, 3), (8, 3, 3), (8, 3, 10))
SEEDS_ONLY = Measure("caliper_tps", 4)


def reproduce(given: argparse.Namespace) -> int:
    """Write the page and the figures, print a line for each claim; 0 always."""
    out, progress = Path(given.out), Progress()
    if out.exists() and not out.is_dir():
        raise UserError(f"{str(out)!r} is a file; --out takes a folder, in which {PAGE} and {ACCEPTED} are written")
    progress.start("reproduce")
    document = reproduction(given, Store(enabled=not given.fresh), progress)
    progress.done()
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    found = performance.performance_of(parsed(ACCEPTED, text))
    write(out, {ACCEPTED: text, PAGE: performance_page.page(found, measured_here())})
    if given.accept:
        write_file(expectations.FOLDER / ACCEPTED, text)
    print(text.rstrip() if given.json else performance.told(found))
    return 0


def reproduction(given: argparse.Namespace, store: Store, progress: Progress) -> dict[str, Any]:
    """Everything that the page shows, as data."""
    began, life = time.perf_counter(), transactions_of_a_life()
    work = Work(given, store, progress, life)
    tables = {name: work.ensemble(name) for name in ensembles_there()}
    beliefs = tables.get("fitted", tables["published"])
    excluded = all_excluded(given.seed)
    residuals = {name: work.residuals(name, excluded) for name in tables}
    return {
        "schema": SCHEMA, "seed": given.seed, "runs": given.runs, "transactions": given.transactions, "life": life,
        "ensembles": {name: kept_ranges(work.sets(name)) for name in tables},
        "grid": [row for name in tables for row in grid_rows(name, work.experiments, work.found[name])],
        "by_transaction": work.by_transaction(), "seeds_only": work.seeds_only(),
        "residuals": {name: [one.as_dict() for one in found] for name, found in residuals.items()},
        "contradictions": [one.as_dict() for one in excluded], "lives": lives(beliefs),
        "sensitivity": work.sensitivity(), "would_make_true": work.would_make_true(residuals),
        "cost": cost(began, given, work.simulated),
    }  # fmt: skip


def ensembles_there() -> tuple[str, ...]:
    return ("published", "fitted") if ensembles.committed_fit() is not None else ("published",)


class Work:
    """Runs for one reproduction, each asked for once."""

    def __init__(self, given: argparse.Namespace, store: Store, progress: Progress, life: int) -> None:
        self.given, self.store, self.progress, self.life = given, store, progress, life
        self.experiments = grid(given.transactions)
        self.found: dict[str, list[list[Figures]]] = {}
        self.simulated = 0

    def sets(self, name: str) -> list[Parameters]:
        return ensembles.published(self.given.runs, self.given.seed) if name == "published" else ensembles.fitted(self.given.runs)

    def runs(self, name: str, experiments: Sequence[Experiment]) -> list[list[Figures]]:
        self.simulated += self.given.runs * sum(one.transactions for one in experiments)
        return by_experiment(experiments, self.sets(name), self.given.seed, self.store, self.progress, self.given.jobs)

    def ensemble(self, name: str) -> list[list[Figures]]:
        self.progress.start(f"reproduce, {name} parameters")
        self.found[name] = self.runs(name, self.experiments)
        return self.found[name]

    def worked(self, tasks: list[tuple[Experiment, int]]) -> list[Figures]:
        self.simulated += sum(experiment.transactions for experiment, _ in tasks)
        return figures_of(tasks, self.store, self.progress, self.given.jobs)

    def residuals(self, name: str, excluded: Iterable[Excluded]) -> list[Residual]:
        """A verdict on each claim; what excludes itself is contradicted whatever a network does."""
        asked = {measure: experiment_for(measure, self.given.transactions, self.life) for measure in measures_of()}
        known = dict(zip(map(repr, self.experiments), self.found[name], strict=True))
        missing = [one for one in dict.fromkeys(asked.values()) if repr(one) not in known]
        known |= dict(zip(map(repr, missing), self.runs(name, missing), strict=True))
        alone = {one.claims[0]: one.said for one in excluded if len(one.claims) == 1 and one.verdict == "proved"}
        found = [residual(claim, lambda measure: known[repr(asked[measure])], self.life, GRADE_OF[name]) for claim in PERFORMANCE_CLAIMS]
        return [Residual(one.claim, "contradicted", "proved", alone[one.claim.name]) if one.claim.name in alone else one for one in found]

    def by_transaction(self) -> list[dict[str, Any]]:
        """Figure 9: a transaction on keys of its own, and UpdateTJ where 40 couples' owners report, or one couple's."""
        rows = []
        for peers, placement in ((4, "1-DC"), (24, "SJ1-London")):
            for keys, said in ((0, "the other fourteen"), (40, "UpdateTJ, 40 couples"), (1, "UpdateTJ, one couple")):
                experiment = experiment_for(
                    Measure("valid_tps", peers, placement=placement, hot_keys=keys), self.given.transactions, self.life
                )
                found = self.runs(ensembles_there()[-1], [experiment])[0]
                rows.append(
                    {
                        "peers": peers,
                        "placement": placement,
                        "transaction": said,
                        "figures": spreads(found, ("valid_tps", "caliper_tps", "latency_s")),
                    }
                )
        return rows

    def seeds_only(self) -> dict[str, Any]:
        """What an interval would be if only the seed varied: precise about one network that nobody has measured."""
        experiment = experiment_for(SEEDS_ONLY, self.given.transactions, self.life)
        return spreads(
            self.worked([(experiment, self.given.seed + number) for number in range(self.given.runs)]), ("caliper_tps", "latency_s")
        )

    def sensitivity(self) -> list[dict[str, Any]]:
        self.progress.start("reproduce, sensitivity")
        found = []
        for measure in sensitivity.WATCHED:
            base, bars = sensitivity.tornado(measure, self.worked, self.life, self.given.seed)
            explained = sensitivity.sobol(measure, self.worked, self.life, self.given.seed) if measure.figure == "caliper_tps" else []
            found.append({
                "what": performance_claims_said(measure), "at_defaults": base, "bars": [vars(bar) for bar in bars[:8]],
                "sobol": [{"parameter": name, "alone": first, "with_others": total} for name, first, total in explained[:8]],
            })  # fmt: skip
        return found

    def would_make_true(self, residuals: dict[str, list[Residual]]) -> list[dict[str, Any]]:
        self.progress.start("reproduce, what would make a claim true")
        found = []
        for one in residuals["published"]:
            if one.reading is not None and one.claim.low is not None and one.claim.high is not None:
                reading = one.claim.readings[one.readings.index(one.reading)]
                ways = sensitivity.would_make_true(one.claim, reading, self.worked, self.life, self.given.seed)
                found += [] if one.claim.low <= ways["at_defaults"] <= one.claim.high else [ways]
        return found


def performance_claims_said(measure: Measure) -> str:
    from properties.performance_claims import described as said

    return said(measure)


def spreads(found: Sequence[Figures], names: Sequence[str]) -> dict[str, list[float]]:
    return {name: list(spread([one[name] for one in found])) for name in names}


def grid_rows(ensemble: str, experiments: Sequence[Experiment], found: Sequence[Sequence[Figures]]) -> list[dict[str, Any]]:
    return [
        {"ensemble": ensemble, "placement": one.placement, "rate_tps": one.rate_tps, "peers": one.peers,
         "figures": spreads(runs, GRID_FIGURES)}
        for one, runs in zip(experiments, found, strict=True)
    ]  # fmt: skip


def kept_ranges(sets: Sequence[Parameters]) -> list[dict[str, Any]]:
    """Each parameter with its source, and the interval that an ensemble uses."""
    rows = []
    for name in NAMES:
        one, used = described(name), list(spread([getattr(each, name) for each in sets]))
        rows.append({"name": name, **{part: one[part] for part in ("unit", "source", "value", "low", "high")}, "used": used})
    return rows


def lives(found: Sequence[Sequence[Figures]]) -> list[dict[str, Any]]:
    """Models a second for the fifteen transactions and for whole lives of m subsets, n replicas and R rounds."""
    places = {"4 peers, 1-DC": (4, "1-DC"), "12 peers, 1-DC": (12, "1-DC"), "24 peers, SJ1-London": (24, "SJ1-London")}
    rates = {}
    for name, (peers, placement) in places.items():
        of = next(
            runs for one, runs in zip(grid(), found, strict=True) if (one.peers, one.placement, one.rate_tps) == (peers, placement, 1000.0)
        )
        rates[name] = list(spread([run["valid_tps"] for run in of]))
    sizes = [("each transaction once", transactions_of_a_life()), *((f"{m} x {n} x {r}", whole_life(m, n, r)) for m, n, r in LIVES)]
    return [
        {"life": name, "transactions": size, "models_a_second": {place: [each / size for each in rate] for place, rate in rates.items()}}
        for name, size in sizes
    ]  # fmt: skip


def cost(began: float, given: argparse.Namespace, simulated: int) -> dict[str, Any]:
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(time.perf_counter() - began, 1), "processor_s": round(own.ru_utime + workers.ru_utime, 1), "jobs": given.jobs,
        "largest_process_mb": round(max(own.ru_maxrss, workers.ru_maxrss) / 1024), "transactions": simulated,
        "load": [round(one, 2) for one in os.getloadavg()], "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "kept": not given.fresh,
    }  # fmt: skip
