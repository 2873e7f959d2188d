"""Claims that a path exists: a run of honest parties comes to it, no step of it can be left out, and it replays on the ledger."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from marketproof import witness_files
from marketproof.bench import COALITION_OF_NOBODY, Bench, Decided
from marketproof.commands import claims_named
from marketproof.replaying import ReplayFailed, replay
from model.reaching import Reaching
from model.scope import Scope, ScopeError
from properties.claims import ONCE, Claim, goal_of
from properties.expectations import expected
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCHES = {name: Bench(variant(name).load()) for name in ("paper", "hardened")}
REACHED = [
    (name, label) for name in BENCHES for label, by in (expected(name) or {}).items()
    if any(entry["verdict"] == "reached" for entry in by.values())
]  # fmt: skip
QUICK = ("paper", "C46/discovered")


def claim_of(label: str) -> Claim:
    return claims_named(label)[0]


def decided(name: str, label: str) -> Decided:
    claim = claim_of(label)
    return BENCHES[name].decide_once(claim, Scope.parse(claim.scope))


def test_a_path_is_decided_once_in_both_variants() -> None:
    assert {label for _, label in REACHED} == {"C45/model", "C46/discovered", "C47/again"} and len(REACHED) == 6
    once = [part.label for claim in CLAIMS.values() for part in claim.split() if part.kind in ONCE]
    for name in BENCHES:
        known = expected(name) or {}
        assert all(len(known[label]) == 1 for label in once)


@pytest.mark.parametrize(("name", "label"), [QUICK, ("paper", "C45/model")])
def test_the_run_is_as_committed_and_no_step_can_be_left_out(name: str, label: str) -> None:
    found, claim = decided(name, label), claim_of(label)
    known = (expected(name) or {})[label][COALITION_OF_NOBODY]
    assert found.witness is not None and found.witness.told == known["steps"] and found.row.replayed
    assert found.row.depth == known["depth"] == len(found.witness.runs[0])
    scope, (run,) = Scope.parse(claim.scope), found.witness.runs
    for step in range(len(run)):
        fewer = replace(found.witness, runs=[[*run[:step], *run[step + 1 :]]], broken_at=len(run) - 1)
        with pytest.raises(ReplayFailed):
            replay(BENCHES[name].protocol, claim, fewer, scope)


def test_the_run_replays_from_its_file_though_another_part_means_nothing_here(tmp_path: Path) -> None:
    name, label = QUICK
    witness = decided(name, label).witness
    assert witness is not None
    (tmp_path / "run.json").write_text(witness.as_json(BENCHES[name].protocol.transactions))
    protocol, claim, read, scope = witness_files.read(tmp_path / "run.json")
    assert claim.label == label and replay(protocol, claim, read, scope)


def test_another_seed_of_the_solver_tells_the_same_run() -> None:
    claim = claim_of(QUICK[1])
    again = Bench(variant("paper").load(), seed=5).decide_once(claim, Scope.parse(claim.scope))
    assert again.witness is not None and again.witness.runs == decided(*QUICK).witness.runs  # type: ignore[union-attr]


def test_what_nobody_honest_comes_to_is_unknown_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.reaching.WALKS", 2)
    claim = claim_of("C47/again")
    row = BENCHES["paper"].decide_once(claim, Scope.parse("1x1")).row
    assert row.verdict == "unknown" and "no walk of honest parties" in row.reason and row.witness is None


@pytest.mark.parametrize(("label", "verdict", "reason"), [
    ("C45/couple", "not_expressible", "a couple names one dataset"), ("C46/sold", "not_expressible", "no asset names a buyer"),
])  # fmt: skip
@pytest.mark.parametrize("name", list(BENCHES))
def test_what_has_no_words(name: str, label: str, verdict: str, reason: str) -> None:
    row = decided(name, label).row
    assert row.verdict == verdict and reason in row.reason


def test_a_walk_takes_honest_steps_only() -> None:
    bench, claim = BENCHES["paper"], claim_of(QUICK[1])
    target = ~goal_of(claim, bench.protocol, bench.protocol.transactions).states["discovered"]
    search = Reaching(bench.protocol, bench.compiled, Scope.parse("1x1"), target, random.Random(3))
    walk = next(walk for walk in (search.walk(settled=True) for _ in range(50)) if walk is not None)
    assert search.arrives(walk) and not search.arrives(walk[:-1])
    assert len(search.shortened(walk)) <= len(walk)


def test_a_scope_of_two_markets() -> None:
    scope = Scope.parse("2*1x2")
    assert (scope.markets, scope.subsets, scope.replicas, str(scope)) == (2, 1, 2, "2*1x2")
    assert [m for m, role in scope.members().items() if role in ("DO", "MO")] == ["do-1", "do-2", "mo-1", "mo-2"]
    assert len(scope.universe(variant("paper").load(), spares=False)["CI"]) == 4
    assert Scope.parse("2*3") == Scope.parse("2x3")
    with pytest.raises(ScopeError):
        Scope.parse("1*1x2")
