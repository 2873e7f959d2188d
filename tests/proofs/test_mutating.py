"""Mutants judged: one that a claim notices, one that changes nothing, one that no claim covers."""

from __future__ import annotations

import pytest

from marketproof.mutating import Judge, summed_up
from marketproof.proving import claims_to_prove
from marketproof.store import Store
from spec.mutants import Mutant, mutants_of
from spec.variants import variant

PROTOCOL = variant("hardened").load()
MUTANTS = {one.name: one for one in mutants_of(PROTOCOL)}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(PROTOCOL, 0, Store(tmp_path_factory.mktemp("store")))


def named(start: str) -> Mutant:
    return next(one for name, one in MUTANTS.items() if name.startswith(start))


@pytest.mark.parametrize(
    ("start", "step"),
    [
        ("UpdateTJ.not_revealed: negate", "(an owner reveals"), ("JoinCI.not_joined: waive", "JoinCI"),
        ("VerifyCI.SetInstanceStatus: perturb", ""),
    ],
)  # fmt: skip
def test_killed(judge: Judge, start: str, step: str) -> None:
    lost, at = next(judge.failing(named(start)))
    assert lost in {claim.label for claim in claims_to_prove()} and at.startswith(step)


def test_what_other_guards_imply_is_redundant(judge: Judge) -> None:
    assert judge.same(named("VerifyCI.joined: waive")) and judge.same(named("CloseRound.couple_exists: waive"))
    assert not judge.same(named("CloseRound.couple_exists: negate")) and not judge.same(named("CloseRound.revealing: waive"))
    assert not judge.same(named("CloseRound.close: drop"))


def test_the_score() -> None:
    told = summed_up([])
    assert told["counts"] == {"killed": 0, "redundant": 0, "survives": 0} and told["mutants"] == []
