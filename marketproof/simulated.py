"""Many runs of the simulated network: on all cores, kept by what they depend on, so that a sweep that was interrupted goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.grid import key_of, runs_of
from ledger_runtime.simulation.outcome import Figures, run
from ledger_runtime.simulation.parameters import Parameters
from marketproof.progress import Progress
from marketproof.store import Store
from marketproof.workers import ready_for_work, spread

Task = tuple[Experiment, int]
TASKS_AT_ONCE = 6


def written(tasks: Sequence[Task]) -> str:
    return json.dumps([[experiment.as_dict(), seed] for experiment, seed in tasks])


def read(text: str) -> list[Task]:
    return [(experiment_from(fields), seed) for fields, seed in json.loads(text)]


def experiment_from(fields: dict[str, Any]) -> Experiment:
    """An experiment of `as_dict`. Raises UnfitExperiment and UnknownParameter."""
    return Experiment(**{**fields, "parameters": Parameters(**fields["parameters"])})


def worked(text: str) -> list[Figures]:
    """In a worker."""
    return [run(experiment, seed) for experiment, seed in read(text)]


def figures_of(tasks: Sequence[Task], store: Store, progress: Progress, jobs: int) -> list[Figures]:
    """The figures of all runs, in their order; those that were kept are not run again, and each is kept as soon as it is there."""
    keys = [key_of(*task) for task in tasks]
    found: dict[int, Figures] = {place: kept for place, key in enumerate(keys) if (kept := store.get(key)) is not None}
    missing = [place for place in range(len(tasks)) if place not in found]
    costly = sorted(missing, key=lambda place: -tasks[place][0].endorsers * tasks[place][0].transactions)
    for place, figures in computed(tasks, costly, jobs):
        found[place] = figures
        store.put(keys[place], figures)
        progress(f"{len(found)} of {len(tasks)} runs")
    return [found[place] for place in range(len(tasks))]


def computed(tasks: Sequence[Task], places: Sequence[int], jobs: int) -> Iterator[tuple[int, Figures]]:
    """Runs that are to be made, with their places, in any number of processes."""
    if jobs == 1 or len(places) < 2:
        yield from ((place, run(*tasks[place])) for place in places)
        return
    groups = [places[first : first + TASKS_AT_ONCE] for first in range(0, len(places), TASKS_AT_ONCE)]
    answers = spread(worked, [written([tasks[place] for place in group]) for group in groups], ready_for_work, (), jobs)
    for group, answer in zip(groups, answers, strict=True):
        yield from zip(group, answer, strict=True)


def by_experiment(
    experiments: Sequence[Experiment], ensemble: Sequence[Parameters], seed: int, store: Store, progress: Progress, jobs: int
) -> list[list[Figures]]:
    """For each experiment the figures of a run with each set of the ensemble's parameters."""
    tasks = [task for experiment in experiments for task in runs_of(experiment, ensemble, seed)]
    found, each = figures_of(tasks, store, progress, jobs), len(ensemble)
    return [found[first : first + each] for first in range(0, len(found), each)]
