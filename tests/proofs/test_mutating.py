"""Mutants judged: one that a claim notices, one that changes nothing, one that no claim covers."""

from __future__ import annotations

import pytest

from marketproof.bench import Bench
from marketproof.mutant_cells import MatrixJudge
from marketproof.mutant_proofs import ProofJudge, stands
from marketproof.mutating import summed_up
from marketproof.proving import claims_to_prove, needed, units_of
from marketproof.store import Store
from spec.mutants import Mutant, mutants_of
from spec.variants import variant

PROTOCOL, PAPER = variant("hardened").load(), variant("paper").load()
MUTANTS = {one.name: one for one in mutants_of(PROTOCOL)}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> ProofJudge:
    return ProofJudge(PROTOCOL, 0, Store(tmp_path_factory.mktemp("store")))


def named(start: str) -> Mutant:
    return next(one for name, one in MUTANTS.items() if name.startswith(start))


@pytest.mark.parametrize(
    ("start", "step"),
    [
        ("UpdateTJ.not_revealed: negate", "honest parties"), ("JoinCI.not_joined: waive", "JoinCI"),
        ("VerifyCI.SetInstanceStatus: perturb", ""),
    ],
)  # fmt: skip
def test_killed(judge: ProofJudge, start: str, step: str) -> None:
    found = judge.judged(named(start))
    assert found.verdict == "killed" and found.at.startswith(step)
    assert found.by.partition("/")[0] in {claim.name for claim in claims_to_prove()}


def test_what_other_guards_imply_is_redundant(judge: ProofJudge) -> None:
    assert judge.same(named("VerifyCI.joined: waive")) and judge.same(named("CloseRound.couple_exists: waive"))
    assert not judge.same(named("CloseRound.couple_exists: negate")) and not judge.same(named("CloseRound.revealing: waive"))
    assert not judge.same(named("CloseRound.close: drop"))


@pytest.mark.parametrize("start", ["CreateDSS.caller_is_data_owner: waive", "RefuseCI.caller_owns_instance: negate"])
def test_proofs_that_stand_would_be_found_again(judge: ProofJudge, start: str) -> None:
    mutant = named(start)
    changed = mutant.of(PROTOCOL)
    bench, plan, written = Bench(changed), needed(changed, claims_to_prove()), judge.written(mutant)
    others = judge.others(plan)
    units = zip(judge.answers(mutant.step), units_of(bench, plan, mutant.step), strict=True)
    standing = [unit for (_, found), unit in units if (unit.goal, mutant.step) not in others and stands(mutant, plan, unit, found, written)]
    assert len(standing) > 10
    assert [one for unit in standing for one in unit.prove() if one.outcome != "proved"] == []


@pytest.fixture(scope="module")
def of_paper(tmp_path_factory: pytest.TempPathFactory) -> MatrixJudge:
    return MatrixJudge(PAPER, 0, Store(tmp_path_factory.mktemp("store")))


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("ApproveTC.CreateTJ: drop", "honest parties never come to"),
        ("RequestTC.caller_is_model_owner: waive", "refuted in 1; refuted in 2"),
    ],
)  # fmt: skip
def test_without_proofs_the_matrix_notices(of_paper: MatrixJudge, name: str, at: str) -> None:
    found = of_paper.judged(next(one for one in mutants_of(PAPER) if one.name == name))
    assert found.verdict == "killed" and at in found.at


def test_the_score() -> None:
    told = summed_up(PROTOCOL, [])
    assert told["counts"] == {"killed": 0, "redundant": 0, "unseen": 0, "survives": 0} and told["mutants"] == []
