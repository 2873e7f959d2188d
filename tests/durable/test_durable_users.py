"""What runs on the ledger runs on the signed one as well, and comes to the same: the digits job, and replays of witnesses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger_runtime.errors import UnknownKind
from ledger_runtime.network import parts_of
from marketproof.digits import run_job
from marketproof.replaying import ReplayFailed, replay
from spec.variants import variant
from tests.cli.calling import calling
from tests.machine.test_machine import FOUND, counterexample, witness_of


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_the_digits_job_runs_on_a_signed_ledger(name: str) -> None:
    protocol = variant(name).load()
    sizes = {"subsets": 5, "replicas": 3 if name == "hardened" else 2, "rounds": 1}
    signed, plain = (run_job(protocol, 1, **sizes, ledger=kind).as_dict() for kind in ("signed", "memory"))
    assert all(signed["checks"].values()) and signed["checks"].keys() == plain["checks"].keys()
    different = {field for field in plain if signed[field] != plain[field]}
    assert different == {"chain_head"}, different


@pytest.mark.parametrize("name", FOUND)
def test_a_witness_replays_on_a_signed_ledger(name: str) -> None:
    from model.scope import Scope
    from properties.paper_claims import CLAIMS

    _, _, deviating, coalition = FOUND[name]
    broken = counterexample(name)
    assert broken is not None
    witness = witness_of(broken, coalition, deviating, broken.run)
    protocol, claim = variant("paper").load(), CLAIMS[broken.claim]
    assert replay(protocol, claim, witness, Scope(1, 2), ledger="signed") == replay(protocol, claim, witness, Scope(1, 2))
    with pytest.raises(ReplayFailed):
        replay(protocol, claim, witness_of(broken, coalition, deviating, broken.run[:-1]), Scope(1, 2), ledger="signed")


def test_forged_write_sets_replay_on_a_signed_ledger(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call = calling(capsys)
    file = tmp_path / "witness.json"
    query = "reachable: some(TC, lambda couple: couple.paid and couple.round == 0)"
    assert call("ask", query, "--coalition", "peer", "--scope", "1x1", "--out", file).code == 0
    told = [json.loads(call("replay", file, "--ledger", kind, "--json").out) for kind in ("signed", "memory")]
    assert told[0] == told[1] and told[0]["replays"]


def test_no_other_kind_of_ledger_is_known() -> None:
    with pytest.raises(UnknownKind, match=r"no kind of ledger 'fabric'; choices: memory, signed"):
        parts_of("fabric")
