"""A witness replays on Fabric, or it is told why no client can cause it."""

from __future__ import annotations

import json

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.fabric_replaying import needs_more_than_a_client
from model.scope import Scope
from model.search import all_steps
from properties.paper_claims import CLAIMS
from spec.variants import variant
from tests.cli.calling import calling, check_refused


@pytest.fixture
def witness(tmp_path):
    """A function that writes the shortest attack of a coalition on a part of a claim to a file."""

    def written(label, coalition):
        bench = Bench(variant("paper").load())
        (claim,) = (part for claim in CLAIMS.values() for part in claim.split() if part.label == label)
        bench.market(Scope(2, 2), "market")
        found = bench.decide(claim, COALITIONS[coalition], Scope(2, 2), claim.depth, "market").witness
        path = tmp_path / "witness.json"
        path.write_text(found.as_json(all_steps(bench.protocol, COALITIONS[coalition])))
        return path, found

    return written


def test_a_witness_replays_on_fabric(with_programs, witness, capsys):
    path, found = witness("C31/event", "CO")
    result = calling(capsys)("replay", path, "--ledger", "fabric", "--json")
    assert result.code == 0, result
    told = json.loads(result.out)
    assert told["replays"] and told["steps"] == sum(map(len, found.runs))


def test_a_witness_whose_last_step_is_missing_does_not_replay(with_programs, witness, capsys):
    path, found = witness("C31/event", "CO")
    told = json.loads(path.read_text())
    told["runs"], told["broken_at"] = [run[:-1] for run in told["runs"]], found.broken_at - 1
    path.write_text(json.dumps(told))
    result = calling(capsys)("replay", path, "--on", "fabric")
    assert result.code == 1 and "still holds" in result.out


def test_a_forged_write_set_is_beyond_a_client(witness, capsys):
    path, found = witness("C35", "peer")
    assert needs_more_than_a_client(found)
    check_refused(calling(capsys)("replay", path, "--ledger", "fabric"), "corrupt peer, not a client")
