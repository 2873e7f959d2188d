"""The job at its full size and at a small one: what it reports, that a seed replays it, and that the report is plain data."""

from __future__ import annotations

import json

from ledger_runtime.network import Network
from marketproof.digits import play, prepare, run_job

SMALL = {"subsets": 4, "replicas": 2, "rounds": 2}


def test_every_round_trains_half_of_the_subsets_on_all_their_replicas(full_result):
    assert [one.subsets for one in full_result.rounds] == [(0, 2, 4, 6), (1, 3, 5, 7), (0, 2, 4, 6)]
    assert [(one.jobs, one.hashes_verified, one.replicas_equal) for one in full_result.rounds] == [(12, 12, 4)] * 3


def test_the_federated_model_comes_close_to_central_training(full_result):
    first, second, third = full_result.rounds
    assert first.accuracy >= 0.80 and second.accuracy >= 0.88 and third.accuracy >= 0.90
    assert all(one.accuracy < one.central_accuracy <= 1.0 for one in full_result.rounds)
    assert third.central_accuracy - third.accuracy <= 0.04


def test_all_fifteen_transactions_are_committed_as_often_as_the_job_needs(full_result, paper):
    assert set(full_result.transactions) == {name for name, found in paper.transactions.items() if found.on_ledger}
    assert full_result.transactions == {
        "CreateDO": 1, "CreateMO": 1, "CreateCO": 24, "CreateDS": 1, "CreateDSS": 8, "CreateMod": 1, "CreateCI": 24, "RequestTC": 1,
        "JoinCI": 24, "VerifyCI": 24, "ApproveTC": 1, "StartRound": 3, "UpdateTJ": 36, "UpdateMod": 3, "CompleteTC": 1,
    }  # fmt: skip
    assert full_result.refused == {} and all(full_result.checks.values())


def test_reports_submitted_together_conflict_until_each_had_a_block(full_result):
    assert [one.together for one in full_result.rounds] == [False, False, True]
    # Of k reports in a block one is valid: 11 + 10 + ... + 1.
    assert [one.conflicts for one in full_result.rounds] == [0, 0, 66]
    assert full_result.conflicts["UpdateTJ: MVCC_READ_CONFLICT"] == 66
    assert [one.blocks for one in full_result.rounds] == [13, 13, 13]


def test_independent_transactions_share_a_block(full_result):
    assert full_result.largest_block == 26 and full_result.blocks < sum(full_result.transactions.values())


def test_the_split_meets_both_readings(full_result):
    found = full_result.split
    assert set(found.readings) == {"of_the_class", "of_the_subset", "both"}
    assert {(one.feasible, one.holds) for one in found.readings.values()} == {("feasible", True)}
    assert all(min(counts) == 0 for counts in found.class_counts) and not found.violations
    assert sum(found.rows_of_subsets) == found.training_rows == 1797 - found.held_out_rows
    assert found.largest_share_of_a_class < 0.5 and found.largest_share_in_a_subset < 0.5


def test_the_report_is_plain_data(full_result):
    found = full_result.as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["rounds"][2]["conflicts"] == 66 and found["split"]["readings"]["both"]["holds"]


def test_a_seed_replays_the_job_to_the_last_byte(paper, small_result):
    assert run_job(paper, 1, **SMALL).as_dict() == small_result


def test_seeds_differ_in_identifiers_nonces_and_split(paper, small_result):
    other = run_job(paper, 2, **SMALL).as_dict()
    assert other["transactions"] == small_result["transactions"] and other["checks"] == small_result["checks"]
    assert other["state_digest"] != small_result["state_digest"] and other["model_digest"] != small_result["model_digest"]


def test_no_identifier_or_nonce_is_shared_between_seeds(paper, small):
    other = prepare(paper, 2, **SMALL)
    play(other)
    assert not names_and_nonces(small.network) & names_and_nonces(other.network)


def names_and_nonces(network: Network) -> set[str]:
    """Identifiers of all rows, and the nonces in CI and TJ."""
    keys = {part for _, key in network.rows() for part in key if isinstance(part, str)}
    nonces = {network.row(table, *key)["nonce"] for table, key in network.rows() if table in ("CI", "TJ")}
    return (keys | nonces) - {None}


def test_progress_is_told(paper):
    told: list[str] = []
    run_job(paper, 1, told.append, **SMALL)
    assert any("distributing" in line for line in told) and any("round 2 of 2" in line for line in told)
