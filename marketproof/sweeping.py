"""`marketproof sweep`: every combination of what a TOML file varies, as a table in CSV or Parquet; an interrupted sweep goes on."""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger_runtime.simulation import ensembles
from ledger_runtime.simulation.experiment import FIELDS, Experiment
from ledger_runtime.simulation.outcome import FIGURES, spread
from ledger_runtime.simulation.parameters import NAMES, Parameters
from marketproof.errors import UserError
from marketproof.evidence import write_file
from marketproof.progress import Progress
from marketproof.simulated import by_experiment
from marketproof.store import Store
from spec.errors import choices

PARTS = ("runs", "parameters", "fixed", "vary")
ENSEMBLES = ("default", "published", "fitted")
ENDINGS = (".csv", ".parquet")
MOST_EXPERIMENTS, MOST_RUNS = 20_000, 1000
Row = dict[str, Any]


def sweep(given: argparse.Namespace) -> int:
    """Write the table; 0 always."""
    out = Path(given.out)
    if out.suffix not in ENDINGS:
        raise UserError(f"{given.out!r} does not end in one of: {choices(ENDINGS)}")
    asked = asked_of(Path(given.file))
    progress = Progress()
    progress.start("sweep")
    rows = rows_of(asked, given.seed, Store(enabled=not given.fresh), progress, given.jobs)
    progress.done()
    write_csv(out, rows) if out.suffix == ".csv" else write_parquet(out, rows)
    said = {"file": str(out), "experiments": len(rows), "runs": asked["runs"]}
    print(json.dumps(said) if given.json else f"wrote {len(rows)} experiments, {asked['runs']} runs each, to {out}")
    return 0


def asked_of(path: Path) -> dict[str, Any]:
    """The file, checked. Raises UserError with the value and the choices."""
    try:
        asked = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{str(path)!r} is not TOML: {error}") from error
    unknown = [name for name in asked if name not in PARTS]
    if unknown:
        raise UserError(f"no part {unknown[0]!r} in a sweep; choices: {choices(PARTS)}")
    asked = {"runs": 1, "parameters": "default", "fixed": {}, "vary": {}, **asked}
    if asked["parameters"] not in ENSEMBLES:
        raise UserError(f"no parameters {asked['parameters']!r}; choices: {choices(ENSEMBLES)}")
    if isinstance(asked["runs"], bool) or not isinstance(asked["runs"], int) or not 1 <= asked["runs"] <= MOST_RUNS:
        raise UserError(f"runs cannot be {asked['runs']!r}: a whole number from 1 to {MOST_RUNS}")
    for part, lists in (("fixed", False), ("vary", True)):
        check_part(part, asked[part], lists)
    return asked


def check_part(part: str, values: Any, lists: bool) -> None:
    known = [name for name in FIELDS if name != "parameters"] + list(NAMES)
    if not isinstance(values, dict):
        raise UserError(f"[{part}] should be a table, not {values!r}")
    for name, value in values.items():
        if name not in known:
            raise UserError(f"no {name!r} to vary; choices: {choices(known)}")
        if isinstance(value, dict) or isinstance(value, list) != lists or value == []:
            raise UserError(f"{name} in [{part}] should be {'a list of values' if lists else 'one value'}, not {value!r}")


def experiments_of(asked: dict[str, Any]) -> list[tuple[Row, Experiment]]:
    """Every combination, with what it varies. Raises UserError for too many, UnfitExperiment and UnknownParameter for what cannot be."""
    names, lists = list(asked["vary"]), list(asked["vary"].values())
    count = 1
    for values in lists:
        count *= len(values)
    if count > MOST_EXPERIMENTS:
        raise UserError(f"{count} experiments are more than {MOST_EXPERIMENTS}")
    found = []
    for values in itertools.product(*lists):
        changes = dict(zip(names, values, strict=True))
        found.append((changes, Experiment().varied(**asked["fixed"], **changes)))
    return found


def sets_of(asked: dict[str, Any], seed: int) -> list[Parameters]:
    if asked["parameters"] == "default":
        return [Parameters()] * int(asked["runs"])
    if asked["parameters"] == "published":
        return ensembles.published(asked["runs"], seed)
    return ensembles.fitted(asked["runs"])


def rows_of(asked: dict[str, Any], seed: int, store: Store, progress: Progress, jobs: int) -> list[Row]:
    """A row for each experiment: what was varied, and mean, low and high of every figure.

    A parameter that the file names has its value there; the others are the ensemble's.
    """
    varied = experiments_of(asked)
    own = [{name: value for name, value in {**asked["fixed"], **changes}.items() if name in NAMES} for changes, _ in varied]
    ensemble = sets_of(asked, seed)
    found = []
    for (changes, experiment), chosen in zip(varied, own, strict=True):
        runs = by_experiment([experiment], [one.varied(chosen) for one in ensemble], seed, store, progress, jobs)[0]
        found.append({**changes, **figures_row(runs)})
        progress(f"{len(found)} of {len(varied)} experiments")
    return found


def figures_row(runs: Sequence[dict[str, float]]) -> Row:
    row: Row = {}
    for name in FIGURES:
        values = zip(("mean", "low", "high"), spread([one[name] for one in runs]), strict=True)
        row.update({f"{name.replace(' ', '_').replace(chr(39), '')}_{part}": value for part, value in values})
    return row


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_file(path, text.getvalue())


def write_parquet(path: Path, rows: Sequence[Row]) -> None:
    import pyarrow
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path)
