"""A peer, the orderer or a chaincode's server dies in the middle of a run: what is committed, failed and unknown is told, and the same run
goes on after a restart with nothing lost and nothing twice."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from ledger_runtime.fabric.blocks import blocks
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.fabric.processes import kill
from ledger_runtime.fabric.records import Record
from ledger_runtime.network import Network
from marketproof.fabric import raised
from marketproof.fabric_rows import rows_at
from marketproof.fabric_running import NOT_SENT, UNKNOWN, played
from marketproof.workload import Workload
from model.scope import Scope
from tests.fabric.conftest import quiet, running

LIFE = Workload("paper", Scope(1, 1), once=True)
COUPLES, AT_PHASE = 12, 4
FIRST = itertools.count(step=COUPLES)


@pytest.fixture(scope="module")
def network(with_programs: None) -> Iterator[Record]:
    with running("crashes", "paper", timeout_ms=100) as record:
        yield record


async def committed(record, protocol):
    """Every valid call of the blocks by what was called by whom, and the rows at every peer."""
    connection, calls = read_connection(record.connection), Counter()
    async with Client(connection) as client:
        last = await client.height() - 1
        async for block in blocks(client, client.members.asker(), 0, last):
            valid = [one for one in block.transactions if one.code == "VALID" and one.result is not None]
            calls.update((one.arguments, tuple(sorted(one.result.writes))) for one in valid)
    return calls, await rows_at(connection, protocol)


@pytest.mark.parametrize("victim", ["peer.org-do", "peer.org-co", "orderer", "chaincode.org-do"])
def test_a_run_goes_on_after_a_crash(network, victim, run, tmp_path):
    first = next(FIRST)
    ours = Network(LIFE.protocol, compiled=LIFE.compiled)
    phases = LIFE.on(ours, COUPLES, first)
    journal = tmp_path / "journal"

    def strikes(detail):
        if detail.endswith(f"last {phases[AT_PHASE - 1][0]}"):
            kill(network.processes[victim])

    broken, text, whole = run(played(network.connection, None, LIFE.protocol, phases, Journal(str(journal), "r"), strikes))
    codes = broken["codes"]
    if victim != "peer.org-co":  # nobody needs that one: `any` policy, and another gateway
        assert not whole and codes["VALID"] >= AT_PHASE * COUPLES and codes.get(UNKNOWN, 0) + codes.get(NOT_SENT, 0) >= 1
        assert "unknown" in text and broken["not made"] > 0
    again = raised(network.name, "paper", {}, quiet)
    assert all(process.alive for process in again.processes.values())
    found, _, whole = run(played(network.connection, None, LIFE.protocol, phases, Journal(str(journal), "r"), quiet))
    assert whole and found["codes"] == {"VALID": len(LIFE.calls) * COUPLES}
    network.processes.update(again.processes)

    for name, calls in phases:
        for call, arguments in calls:
            assert ours.invoke(call, arguments).code == "VALID", name
    rows = dict(ours.ledger.store.items())
    settled(network, LIFE.protocol, rows, first, run)


def settled(network, protocol, rows, first, run):
    """Each call of this run stands in the chain once, and every peer has the rows that our ledger has."""
    ending = tuple(f".{number}" for number in range(first, first + COUPLES))
    patience = time.monotonic() + 20
    while True:
        calls, found = run(committed(network, protocol))
        ours = {key: {place: value for place, value in at.items() if key_of_run(place, ending)} for key, at in found.items()}
        if all(at == rows for at in ours.values()) or time.monotonic() > patience:
            break
        time.sleep(0.2)
    assert all(at == rows for at in ours.values()), {name: len(at) for name, at in ours.items()}
    mine = {call: count for call, count in calls.items() if any(key_of_run(key, ending) for key in call[1])}
    assert set(mine.values()) == {1} and len(mine) == len(LIFE.calls) * COUPLES


def key_of_run(key, ending):
    from ledger_runtime.keys import decode_key

    return str(decode_key(key)[1][0]).endswith(ending)


def test_the_journal_has_what_was_sent(network, run, tmp_path):
    first = next(FIRST)
    phases = LIFE.on(Network(LIFE.protocol, compiled=LIFE.compiled), 1, first)
    journal = tmp_path / "journal"
    run(played(network.connection, "org-mo", LIFE.protocol, phases[:2], Journal(str(journal), "r"), quiet))
    told = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [sorted(one) for one in told] == [["run"], *[["call", "envelope", "id"], ["block", "call", "id"]] * 2]
