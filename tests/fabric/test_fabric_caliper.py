"""Caliper's files say what is called and by whom; goodput counts what blocks have, not what Caliper says."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from ledger_runtime.errors import FabricMissing
from ledger_runtime.fabric import caliper
from marketproof.fabric_caliper import NOT_IN_A_BLOCK, by_caliper, part_of, request
from marketproof.workload import Workload
from model.scope import Scope

LIFE = Workload("paper", Scope(1, 1), once=True)


def test_pinned_and_without_addresses():
    lock = (caliper.MODULE / "package-lock.json").read_text(encoding="utf-8")
    wanted = json.loads((caliper.MODULE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads(lock)["packages"]
    assert '"resolved"' not in lock and all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    assert [name for name, one in packages.items() if name and not one.get("link") and "integrity" not in one] == []
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_goodput_counts_valid_ones_of_blocks():
    said = [{"id": name, "began": 1000 + at, "ended": 2000 + at, "status": "success"} for at, name in enumerate("abc")]
    part = part_of(said, {"a": "VALID", "b": "MVCC_READ_CONFLICT"})
    assert part.codes == {"VALID": 1, "MVCC_READ_CONFLICT": 1, NOT_IN_A_BLOCK: 1} and part.seconds == 1.002
    assert part.told()["valid"] == 1 and part.told()["conflicts"] == 1 and part.goodput == 1 / 1.002


def test_the_table_is_read():
    line = "| UpdateTJ | 6    | 594  | 98.1            | 2.05            | 0.11            | 0.93            | 95.0             |"
    (found,) = caliper.LINE.findall(f"+--+\n{line}\n+--+")
    assert found == ("UpdateTJ", "6", "594", "98.1", "2.05", "0.11", "0.93", "95.0")


def test_every_called_transaction_has_a_round(paper_network, connection, tmp_path, run):
    """Each of the fifteen, by its caller, in the caller's organisation; the workload module is a program that Node.js reads."""
    from ledger_runtime.fabric.client import Client
    from ledger_runtime.fabric.journal import Journal
    from ledger_runtime.network import Network
    from marketproof.fabric_running import Player

    async def written():
        async with Client(connection) as client:
            player, members = Player(client, LIFE.protocol, Journal(None, "")), {}
            phases = LIFE.on(Network(LIFE.protocol, compiled=LIFE.compiled), 2)
            rounds = [(name, [request(player, call, members) for call in calls]) for name, calls in phases]
            caliper.write(tmp_path, caliper.network_file(connection, {name: of.values() for name, of in members.items()}), rounds, 10)
            return rounds

    rounds = run(written())
    network = json.loads((tmp_path / "network.yaml").read_text())
    told = json.loads((tmp_path / "benchmark.yaml").read_text())["test"]["rounds"]
    assert len(told) == 15 and [one["label"] for one in told] == [name for name, _ in LIFE.calls]
    named = {(one["mspid"], who["name"]) for one in network["organizations"] for who in one["identities"]["certificates"]}
    assert {(call["invokerMspId"], call["invokerIdentity"]) for _, calls in rounds for call in calls} == named
    assert all("caller" not in json.loads(call["contractArguments"][0]) for _, calls in rounds for call in calls)


def test_caliper_ends_what_a_client_began(paper_network, connection, run):
    """The last call of two couples: callers keep the organisation that enrolled them, and blocks hold what Caliper calls successful."""
    from ledger_runtime.fabric.client import Client
    from ledger_runtime.fabric.journal import Journal
    from ledger_runtime.network import Network
    from marketproof.fabric_running import Player

    try:
        place = caliper.installed()
    except FabricMissing as missing:
        pytest.skip(str(missing))

    async def played():
        async with Client(connection) as client:
            player, phases = Player(client, LIFE.protocol, Journal(None, "")), LIFE.on(Network(LIFE.protocol), 2, 5000)
            for _, calls in phases[:-1]:
                assert {one.code for one in await player.phase(calls)} == {"VALID"}
            return phases[-1][0], await by_caliper(place, player, phases[-1:], 2, lambda said: None)

    name, (figures, own) = run(played())
    assert figures[name].codes == {"VALID": 2} and len(figures[name].latencies_s) == 2
    assert (own[name]["succeeded"], own[name]["failed"]) == ("2", "0")


def test_without_node_it_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("MARKETPROOF_FABRIC", str(tmp_path))
    monkeypatch.setattr(caliper.shutil, "which", lambda name: None)
    with pytest.raises(FabricMissing, match=r"needs Node\.js and npm"):
        caliper.installed()


def test_the_workload_module_makes_each_call_once(tmp_path):
    """By a stand-in for Caliper's base class: only the order and the report are asked here."""
    if caliper.shutil.which("node") is None:
        pytest.skip("Node.js is not on this machine")
    base = tmp_path / "node_modules" / "@hyperledger" / "caliper-core"
    base.mkdir(parents=True)
    (base / "index.js").write_text(
        "exports.WorkloadModuleBase = class { async initializeWorkloadModule(w, n, r, settings, adapter) {"
        " this.workerIndex = w; this.roundArguments = settings; this.sutAdapter = adapter; } };"
    )
    (tmp_path / "calls.js").write_text((caliper.MODULE / "calls.js").read_text())
    (tmp_path / "c.json").write_text(json.dumps([{"contractFunction": name} for name in "abcd"]))
    (tmp_path / "main.js").write_text(
        "const sent = []; const status = { GetID: () => 1, GetTimeCreate: () => 2, GetTimeFinal: () => 3, GetStatus: () => 'success' };"
        "const one = require('./calls.js').createWorkloadModule(); (async () => {"
        " await one.initializeWorkloadModule(1, 2, 0, { calls: 'c.json' }, { sendRequests: async c => { sent.push(c); return status; } });"
        " for (let i = 0; i < 3; i++) await one.submitTransaction();"
        " await one.cleanupWorkloadModule(); console.log(JSON.stringify(sent)); })();"
    )
    done = subprocess.run(["node", "main.js"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [{"contractFunction": name, "readOnly": False} for name in "bd"]
    assert len(json.loads((tmp_path / "c.json.made-1").read_text())) == 2
