"""What needs no network: policies, packages, journals, names, and programs that cannot be built."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile

import pytest

from ledger_runtime.errors import FabricFailed, FabricMissing
from ledger_runtime.fabric import programs, records
from ledger_runtime.fabric.client import Endorsed, Receipt
from ledger_runtime.fabric.deployment import CALLED, definitions_of, package, signature_policy
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.fabric.layout import free_ports
from ledger_runtime.fabric.processes import start, stop
from ledger_runtime.network import ORGANISATIONS
from ledger_runtime.policies import Rule
from marketproof.fabric import organisations_of
from marketproof.variants import load
from tests.cli.calling import calling, check_refused, spawned

POLICIES = [
    ("any", "OutOf(1, 'org-co.peer', 'org-do.peer', 'org-mo.peer')"), ("majority", "OutOf(2, 'org-co.peer', 'org-do.peer', 'org-mo.peer')"),
    ("2 of org-do, org-mo", "OutOf(2, 'org-do.peer', 'org-mo.peer')"),
    ("majority with org-do", "AND('org-do.peer', OutOf(1, 'org-co.peer', 'org-mo.peer'))"), ("any with org-do", "'org-do.peer'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "policy"), POLICIES)
def test_a_rule_in_fabric_s_language(text, policy):
    assert signature_policy(Rule(text, ORGANISATIONS)) == policy


def test_chaincodes_of_a_variant():
    hardened = definitions_of(load("hardened", []), ORGANISATIONS)
    assert [one.name for one in definitions_of(load("paper", []), ORGANISATIONS)] == [CALLED]
    assert [(one.name, one.policy) for one in hardened] == [(CALLED, "majority"), (f"{CALLED}-1", "majority with org-do")]
    assert "Approval" in hardened[1].tables
    assert organisations_of(load("paper", [])) == ORGANISATIONS


def test_a_package_is_the_same_each_time_and_names_its_address():
    data, identifier = package("market", "127.0.0.1:1")
    assert package("market", "127.0.0.1:1") == (data, identifier) != package("market", "127.0.0.1:2")
    with tarfile.open(fileobj=io.BytesIO(data)) as outer:
        inner = outer.extractfile("code.tar.gz")
        assert inner is not None and json.load(outer.extractfile("metadata.json"))["type"] == "ccaas"
        with tarfile.open(fileobj=io.BytesIO(inner.read())) as code:
            assert json.load(code.extractfile("connection.json"))["address"] == "127.0.0.1:1"


def test_a_journal_keeps_what_may_be_in_a_block_and_forgets_a_torn_line(tmp_path):
    from fabric_protos.common import common_pb2

    path = tmp_path / "journal"
    journal = Journal(str(path), "run")
    sent = Endorsed("id", common_pb2.Envelope(payload=b"p", signature=b"s"))
    for place in (0, 1, 2):
        journal.submitting(place, sent)
    journal.committed(1, Receipt("id", "VALID", 7))
    path.write_text(path.read_text()[:-1] + "\n" + '{"call": 3, "id')
    again = Journal(str(path), "run")
    assert again.earlier(0).endorsed == sent and again.earlier(1).committed == ("id", 7)
    assert again.earlier(3).endorsed is None
    with pytest.raises(FabricFailed, match="another run"):
        Journal(str(path), "other")


def test_ports_are_different_and_free():
    ports = free_ports(map(str, range(40)))
    assert len(set(ports.values())) == 40


def test_only_what_was_started_is_stopped(tmp_path):
    ours, other = (start(["sleep", "60"], {}, tmp_path / "log") for _ in range(2))
    stop([ours])
    assert not ours.alive and other.alive
    stop([other])
    assert not other.alive


def test_a_process_that_nobody_wrote_down_is_found_by_its_network(tmp_path, monkeypatch):
    monkeypatch.setenv(programs.VARIABLE, str(tmp_path))
    folder = str(tmp_path / "run")
    stray = start(["sleep", "60"], {"MARKETPROOF_NETWORK": folder}, tmp_path / "log")
    record = records.Record("lost", folder, "paper", {}, "")
    records.save(record)
    assert records.known() == ["lost"] and records.remove(record) == []
    assert not stray.alive and records.known() == []


@pytest.fixture
def go(tmp_path, monkeypatch):
    """A function that puts a program named go in front of everything, which does as it is told."""

    def put(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "go").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "go").chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv(programs.VARIABLE, str(tmp_path / "home"))
        return tmp_path / "home"

    return put


def test_a_build_that_fails_says_why_and_leaves_nothing(go):
    home = go("echo dial tcp: no route to the proxy >&2; touch half-done; exit 1")
    with pytest.raises(FabricMissing, match="no route to the proxy"):
        programs.programs()
    assert [path.name for path in home.iterdir()] == ["building.lock"]


def test_a_build_that_is_interrupted_leaves_nothing(go):
    home = go("echo compiling; sleep 5")

    def interrupted(detail):
        raise KeyboardInterrupt(detail)

    with pytest.raises(KeyboardInterrupt, match="compiling"):
        programs.programs(interrupted)
    assert [path.name for path in home.iterdir()] == ["building.lock"]


def test_without_go_there_is_one_clear_message(tmp_path):
    result = spawned("fabric", "up", PATH=str(tmp_path), MARKETPROOF_FABRIC=str(tmp_path))
    check_refused(result, "there is no `go` here")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("down", "--name", "nobody"), "no network 'nobody'"), (("run", "--name", "nobody"), "no network 'nobody'"),
        (("up", "--name", "Not A Name"), "cannot be the name of a network"), (("run", "--connection", "nowhere.json"), "nowhere.json"),
        (("serve", "x"), "is not of the form market=PACKAGE_ID@HOST:PORT"), (("replays", "nowhere"), "holds no witness"),
    ],
)  # fmt: skip
def test_bad_use_is_one_line(capsys, arguments, said):
    check_refused(calling(capsys)("fabric", *arguments), said)
