"""The transactions as functions of a database: the same answers and rows as our ledger, also when many clients call at once."""

from __future__ import annotations

import json

import pytest

from ledger_runtime.errors import PostgresMissing
from ledger_runtime.postgres import cluster, functions
from ledger_runtime.postgres.cluster import Database, private, program
from marketproof import postgres_measuring
from marketproof.postgres_comparing import compared
from marketproof.workload import Workload, shortest
from model.scope import Scope
from tests.cli.calling import calling

TEXTS = {"paper": Scope(1, 2), "hardened": Scope(1, 2), "examples/auction.py": Scope(1, 2)}


def quiet(detail: str) -> None:
    assert detail


@pytest.fixture(scope="module")
def server():
    try:
        with private() as made:
            yield made
    except PostgresMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("variant", TEXTS)
def test_scenarios_give_the_same_answers_and_rows(server: Database, variant: str) -> None:
    found = compared(Workload(variant, TEXTS[variant]), server, 4, 1, quiet)
    assert found["first differences"] == [] and found["differences"] == 0
    assert found["rows"] > 0 and found["done"] > 0 and found["refused"] > 10 and found["guards"] > 1


def test_a_database_without_a_guard_is_noticed(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    text = functions.Function.text
    monkeypatch.setattr(functions.Function, "text", lambda self: text(self).replace("IF NOT", "IF false AND NOT", 1))
    found = compared(Workload("paper", Scope(1, 2)), server, 4, 1, quiet)
    assert found["differences"] > 0 and any("call" in one and one["ours"].startswith("refused") for one in found["first differences"])


@pytest.mark.parametrize("variant", ["paper", "hardened"])
def test_many_clients_leave_the_rows_of_our_ledger(server: Database, variant: str) -> None:
    found = postgres_measuring.measured(server, shortest(variant), 2, [2], quiet)
    assert found["rows equal"] and found["whole"]["sent"] == sum(part["sent"] for part in found["types"].values())
    assert found["whole"]["goodput/s"] > 0 and found["clients and their results"]["2"]["sent"] > 0
    reports = {"paper": {"UpdateTJ": 8}, "hardened": {"CommitTJ": 8, "UpdateTJ": 8}}[variant]
    assert {name: part["sent"] for name, part in found["hot key"].items()} == reports


def test_reports_that_meet_on_one_row_are_tried_again(server: Database) -> None:
    """The couple's counters; `hardened` has a row for each report."""
    found = [postgres_measuring.hot_key(server, shortest("paper"), quiet)["UpdateTJ"] for _ in range(3)]
    assert sum(one["conflicts"] for one in found) > 0 and {one["sent"] for one in found} == {8}


def test_rows_that_differ_are_an_exit_code(server: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(postgres_measuring, "rows", lambda protocol, place: {})
    call = calling(capsys)
    arguments = ["postgres", "bench", "--connection", server.connection, "--couples", "1", "--clients", "1", "--json"]
    ended = call(*arguments)
    assert ended.code == 1 and json.loads(ended.out)["rows equal"] is False
    monkeypatch.undo()
    assert call(*arguments).code == 0


def test_what_postgres_refuses_is_told(server: Database) -> None:
    with pytest.raises(PostgresMissing, match="does not exist"):
        server.run("SELECT 1 FROM nowhere;")
    with pytest.raises(PostgresMissing, match="Postgres did not do it"):
        Database("host=/nowhere dbname=none").run("SELECT 1;")


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cluster.shutil, "which", lambda name: None)
    monkeypatch.setattr(cluster, "PLACES", ())
    with pytest.raises(PostgresMissing, match="psql is not installed here"):
        program("psql")
    ended = calling(capsys)("postgres", "compare", "--scenarios", "1")
    assert ended.code == 2 and "initdb is not installed here" in ended.err


def test_a_server_of_our_own_is_gone_afterwards(server: Database) -> None:
    with private() as other:
        assert other.run("SELECT 1;") == ["1"] and other.connection != server.connection
    with pytest.raises(PostgresMissing):
        other.run("SELECT 1;")
