"""Sweeps, plans and networks beyond the paper's: tables that agree with single runs, and bad use in one sentence."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ledger_runtime.simulation.beyond import in_batches, of_all_channels, of_one_channel
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import run
from marketproof.progress import Progress
from marketproof.simulated import figures_of
from marketproof.store import Store
from tests.cli.calling import calling, check_refused

SWEEP = """
runs = 2
[fixed]
transactions = 400
signature_s = 2e-4
[vary]
peers = [2, 3]
rate_tps = [500, 900.0]
"""


def test_a_sweep_has_every_combination_with_the_figures_of_its_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pyarrow import parquet

    (tmp_path / "sweep.toml").write_text(SWEEP)
    for name in ("out.csv", "out.parquet"):
        assert calling(capsys)("sweep", tmp_path / "sweep.toml", "--out", tmp_path / name, "--jobs", "1", "--seed", "3").code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    table = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["peers"], float(row["rate_tps"])) for row in rows] == [("2", 500.0), ("2", 900.0), ("3", 500.0), ("3", 900.0)]
    assert [row["latency_s_mean"] for row in table] == [float(row["latency_s_mean"]) for row in rows]
    experiment = Experiment(3, 900.0, transactions=400).varied(signature_s=2e-4)
    single = [run(experiment, seed)["latency_s"] for seed in (3, 4)]
    assert table[3]["latency_s_mean"] == pytest.approx(sum(single) / 2)


@pytest.mark.parametrize(("text", "shown"), [
    ("runs = 0", "runs cannot be 0"), ("[vary]\npeers = 4", "peers in [vary] should be a list"),
    ("[vary]\ncolour = [1]", "no 'colour' to vary"),
    ("speed = 1", "no part 'speed'"), ("peers = [", "is not TOML"), ("parameters = 'best'", "no parameters 'best'"),
    ("[vary]\npeers = [0]", "peers cannot be 0"), ("[vary]\nplacement = ['Mars']", "no placement 'Mars'"),
])  # fmt: skip
def test_a_sweep_that_cannot_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, shown: str) -> None:
    (tmp_path / "sweep.toml").write_text(text)
    check_refused(calling(capsys)("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out.csv"), shown)
    assert not (tmp_path / "out.csv").exists()


def test_a_sweep_into_an_unknown_form_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sweep.toml").write_text(SWEEP)
    check_refused(calling(capsys)("sweep", tmp_path / "sweep.toml", "--out", tmp_path / "out.xlsx"), ".csv, .parquet")


def test_runs_are_kept_and_are_the_same_whatever_works_on_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [(Experiment(peers, transactions=300), 1) for peers in (2, 3, 4)]
    store, quiet = Store(tmp_path), Progress(False)
    alone, together = figures_of(tasks, Store(enabled=False), quiet, 1), figures_of(tasks, store, quiet, 2)
    assert alone == together
    monkeypatch.setattr("marketproof.simulated.run", None)
    assert figures_of(tasks, store, quiet, 1) == alone


def test_a_plan_names_what_carries_the_load(capsys: pytest.CaptureFixture[str]) -> None:
    call = calling(capsys)
    few = call("plan", "--models-a-day", "200000", "--runs", "2", "--jobs", "1", "--json")
    document = json.loads(few.out)
    assert few.code == 0 and document["transactions_of_a_model"] == 15
    best = document["best"]
    assert best["peers"] == max(one["peers"] for one in document["options"] if one["kept_up"] == 1 and one["latency_p95_s"] <= 5)
    assert call("plan", "--models-a-day", "30000000", "--runs", "1", "--jobs", "1").code == 1


@pytest.mark.parametrize("life", ["4x3", "0x1x1", "axbxc", "9x9x1"])
def test_a_life_that_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], life: str) -> None:
    check_refused(calling(capsys)("plan", "--models-a-day", "10", "--life", life), life)


def test_channels_add_up_and_batches_save_signatures_alone() -> None:
    one = Experiment(8, 2000.0, transactions=8000, policy="4")
    whole, parts = run(one, 1), of_all_channels(run(of_one_channel(one, 4), 1), 4)
    assert parts["sent_tps"] == pytest.approx(whole["sent_tps"], rel=0.01) and parts["valid_tps"] > whole["valid_tps"]
    assert in_batches(one).parameters.signature_s < one.parameters.signature_s / 8
    assert in_batches(one).parameters.check_s == one.parameters.check_s


def test_ten_thousand_peers_can_be_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    large = ("--peers", "10000", "--policy", "3", "--rate", "100000", "--channels", "50", "--dissemination", "gossip")
    found = calling(capsys)("simulate", "--json", "--transactions", "20000", "--batch-verification", *large)
    document = json.loads(found.out)
    assert found.code == 0 and len(document["assumed"]) == 2 and document["figures"]["valid_tps"]["mean"] > 0
