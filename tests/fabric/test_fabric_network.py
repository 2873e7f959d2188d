"""The paper's protocol on a real Fabric: what commits, what is refused and by whom, what stands in blocks."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

import pytest

from ledger_runtime.blocks import Code
from ledger_runtime.errors import FabricFailed, NoKey, NotEndorsed
from ledger_runtime.fabric import tampering
from ledger_runtime.fabric.blocks import blocks
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.keys import encode_key
from marketproof.__main__ import main

NEW = {"name": "n", "organization": "o", "how_many": "h"}
NUMBERS = itertools.count()


@pytest.fixture
def somebody():
    """A name that nobody on the session's network has."""
    return f"somebody-{next(NUMBERS)}"


async def created(client, name):
    return await client.propose(client.members.member(name), "CreateDO", NEW)


def test_a_call_is_committed_in_its_creator_s_name(connection, somebody, run):
    async def play():
        async with Client(connection, "org-mo") as client:
            receipt = await client.commit(await created(client, somebody))
            rows = await client.rows(client.members.asker(), encode_key("DO", (somebody,)))
            return receipt, rows

    receipt, rows = run(play())
    assert receipt.code == "VALID"
    assert json.loads(rows[encode_key("DO", (somebody,))])["howMany"] == "h"


REFUSED = [
    ("CreateDS", {}, "WrongArguments: CreateDS takes"), ("CreateDO", {**NEW, "caller": "do-1"}, "without 'caller'"),
    ("Nothing", {}, "UnknownTransaction: 'Nothing' is no transaction"),
    ("StartRound", {"couple": "tc-9"}, "Refused: StartRound refused by"),
    ("CreateDO", {**NEW, "name": 3}, "WrongKind: CreateDO.name is 3"), (".put", {"a": "b"}, "UnknownTransaction: '.put'"),
]  # fmt: skip


@pytest.mark.parametrize(("transaction", "arguments", "said"), REFUSED)
def test_the_chaincode_refuses_as_our_ledger_does(connection, somebody, run, transaction, arguments, said):
    async def play():
        async with Client(connection) as client:
            await client.propose(client.members.member(somebody), transaction, arguments)

    with pytest.raises(NotEndorsed) as refused:
        run(play())
    assert said in refused.value.said


BENT = [
    (tampering.other_signature, Code.BAD_CREATOR_SIGNATURE), (tampering.other_identifier, Code.BAD_PROPOSAL_TXID),
    (tampering.other_endorsements, Code.ENDORSEMENT_POLICY_FAILURE),
]  # fmt: skip


@pytest.mark.parametrize(("bend", "code"), BENT, ids=lambda one: getattr(one, "__name__", str(one)))
def test_validation_finds_what_a_client_bent(connection, somebody, run, bend, code):
    async def play():
        async with Client(connection) as client:
            bent = bend(await created(client, somebody))
            receipt = await client.commit(bent)
            return receipt, await client.rows(client.members.asker(), encode_key("DO", (somebody,)))

    receipt, rows = run(play())
    assert receipt.code == code and rows == {}


def test_a_forged_copy_bars_the_true_one_on_fabric_where_an_orderer_lets_it_through(connection, somebody, run):
    """A deviation: our ledger lets an id be taken by its creator only (`validation.NOT_THEIRS`)."""

    async def play():
        async with Client(connection) as client:
            true = await created(client, somebody)
            forged = await client.commit(tampering.other_signature(true))
            await client.submit(true)
            (block,) = [block async for block in blocks(client, client.members.asker(), forged.block + 1, forged.block + 1)]
            return forged.code, [one.code for one in block.transactions if one.signature == true.envelope.signature]

    assert run(play()) == ("BAD_CREATOR_SIGNATURE", ["DUPLICATE_TXID"])


def test_of_two_copies_one_is_valid(connection, somebody, run):
    async def play():
        async with Client(connection) as client:
            made = await created(client, somebody)
            first = await client.commit(made)
            return first, await client.settle(made)

    first, settled = run(play())
    assert first.code == "VALID" and settled == first


def test_every_peer_tells_the_same_blocks(connection, somebody, run):
    async def told(client, organisation, last):
        return [block async for block in blocks(client, client.members.asker(), 0, last, organisation)]

    async def play():
        async with Client(connection) as client:
            await client.commit(await created(client, somebody))
            last = await client.height() - 1
            return [await told(client, organisation, last) for organisation in connection.organisations]

    first, *others = run(play())
    assert others == [first, first]
    written = [key for block in first for one in block.transactions if one.result is not None for key in one.result.writes]
    assert encode_key("DO", (somebody,)) in written


def test_a_network_of_one_s_own_is_reached_by_its_connection_file(paper_network, connection, somebody, run, tmp_path):
    """As a foreign network: paths relative to the file, no authority, and one member that was enrolled elsewhere."""
    told = json.loads(paper_network.connection.read_text())
    for name, one in told["organisations"].items():
        (tmp_path / f"{name}.pem").write_bytes(Path(one["tls"]).read_bytes())
        one.pop("authority")
        one |= {"tls": f"{name}.pem", "host": "localhost"}
    home = paper_network.folder + "/crypto/peerOrganizations/org-co/users/Admin@org-co/msp"
    pair = {"certificate": next(Path(home, "signcerts").iterdir()), "key": next(Path(home, "keystore").iterdir())}
    for part, path in pair.items():
        (tmp_path / f"admin.{part}").write_bytes(path.read_bytes())
    told["organisations"]["org-co"]["members"] = {"Admin@org-co": {part: f"admin.{part}" for part in pair}}
    (tmp_path / "connection.json").write_text(json.dumps(told))

    async def play():
        async with Client(read_connection(tmp_path / "connection.json")) as client:
            with pytest.raises(NoKey):
                client.members.member(somebody)
            new = {"name": "n", "organization": "o", "public_key": "k"}
            made = await client.propose(client.members.member("Admin@org-co"), "CreateCO", new)
            return (await client.commit(made)).code

    assert run(play()) == "VALID"


@pytest.mark.parametrize("told", ["", "{}", '{"organisations": {}, "channel": "c"}', '{"organisations": {"a": {}}, "channel": "c"}', "[]"])
def test_a_connection_file_that_is_none_is_refused(tmp_path, told):
    (tmp_path / "c.json").write_text(told)
    with pytest.raises(FabricFailed, match=r"c\.json"):
        read_connection(tmp_path / "c.json")


def test_a_life_cycle_by_the_command_line(paper_network, capsys, tmp_path):
    assert main(["fabric", "run", "--name", paper_network.name, "--couples", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["codes"] == {"VALID": len(found["calls"])} and len(found["calls"]) > 30
    assert {event["event"] for event in found["events"]} >= {"RoundStarted", "RoundComplete"}
    calls = tmp_path / "calls"
    calls.write_text(json.dumps({"transaction": "CompleteTC", "arguments": {"caller": "mo-1.0", "couple": "tc-7"}}) + "\n")
    assert main(["fabric", "run", "--name", paper_network.name, "--calls", str(calls)]) == 1
    assert "0 of 1 calls are committed, 1 failed, 0 unknown" in capsys.readouterr().out


def test_status_tells_what_runs(paper_network, capsys):
    assert main(["fabric", "status", "--json"]) in (0, 1)
    found = [one for one in json.loads(capsys.readouterr().out) if one["network"] == paper_network.name]
    assert len(found) == 7 and all(one["runs"] and one["resident MiB"] > 0 for one in found)


def test_another_text_under_the_same_name_is_refused(paper_network, capsys):
    assert main(["fabric", "up", "--name", paper_network.name, "--variant", "hardened"]) == 2
    assert "take it down first" in capsys.readouterr().err


def test_a_record_is_of_exactly_what_was_started(paper_network):
    process = paper_network.processes["orderer"]
    assert process.alive and not dataclasses.replace(process, began=process.began - 1).alive
