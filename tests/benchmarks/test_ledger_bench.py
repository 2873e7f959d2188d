"""The ledger's benchmark: it measures what it says, at the smallest sizes."""

from __future__ import annotations

import json

import pytest

from benchmarks.ledger import __main__ as bench
from benchmarks.ledger import surviving
from benchmarks.ledger.apart import run_apart
from benchmarks.ledger.running import Setting, committing, run

FEW = 60


def quiet(text: str) -> None:
    assert text


def test_a_life_cycle_has_the_fifteen_transactions_of_the_paper() -> None:
    protocol = bench.LIFE.protocol
    names = [name for name, _ in bench.LIFE.calls]
    assert len(names) == 15 and set(names) == {name for name, step in protocol.transactions.items() if step.on_ledger}


def test_the_hot_key_commits_one_report_in_the_paper_and_a_round_in_the_hardened_variant() -> None:
    assert bench.hot("paper") == [["paper", "UpdateTJ", "8", "1", "7"]]
    assert bench.hot("hardened") == [["hardened", "CommitTJ", "3", "3", "0"], ["hardened", "UpdateTJ", "3", "3", "0"]]


SETTINGS = (Setting(threads=0), Setting(peers=4, shared=True), Setting(store="sqlite"), Setting(signed=False))


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_transaction_that_is_counted_is_valid(setting: Setting) -> None:
    measured = run(bench.LIFE, setting, FEW)
    assert measured.valid == measured.sent == len(measured.latencies_s) == FEW
    assert 0 < measured.quantile_ms(0.5) <= measured.quantile_ms(0.99) and measured.goodput > 0


def test_two_processes_commit_the_same_number() -> None:
    measured = run_apart(bench.LIFE, Setting(threads=0), FEW)
    assert measured.valid == measured.sent == FEW and measured.processor_s > 0


def test_shares_are_parts_of_the_processor_s_time() -> None:
    measured = run(bench.LIFE, Setting(threads=0), FEW, metered=True)
    assert set(measured.shares) == {"signatures", "execution", "storage"} and 0 < sum(measured.shares.values()) < 1


def test_committing_alone_commits_every_transaction() -> None:
    assert committing(bench.LIFE, Setting(threads=0), FEW)[1] == FEW


def test_faults_are_counted_and_none_does_harm() -> None:
    life = surviving.Workload("paper", bench.Scope(1, 1))
    assert surviving.kills(life, 12, quiet) == (12, 0)
    assert surviving.flips_of_files(life, 20, quiet) == (20, 0) and surviving.flips_of_entries(life, 5, quiet) == (5, 0)
    assert [line[::4] for line in surviving.campaigns(life, 1, quiet)] == [(name, 0) for name in ("none", *surviving.LIES)]


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["ledger", "--only", "hot", "large", "--large", "15", "--json"])
    monkeypatch.setattr(bench, "Setting", lambda **given: Setting(**{**given, "block": 1}))
    assert bench.main() == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hot"][0]["conflicts"] == "7" and told["large"][0]["transactions"] == "15" and "cores" in told["machine"]
