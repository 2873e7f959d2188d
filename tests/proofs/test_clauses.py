"""Which clauses proofs use: what is called unused can be left out, and the proofs stand."""

from __future__ import annotations

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.clauses import Clause, account
from marketproof.commands import claims_named
from marketproof.proving import Proof, prove_task, tasks_of
from model.search import all_steps
from properties.proofs import plan_of
from spec.text import Protocol
from spec.variants import variant

HARDENED = variant("hardened")
LABEL = "C33"


def proof_of(protocol: Protocol) -> Proof:
    """The proof of one claim, and of the lemmas that it says it uses."""
    claims, steps = claims_named(LABEL), all_steps(protocol, COALITIONS["peer"])
    plan = plan_of(protocol, claims, steps).only([LABEL])
    proof, bench = Proof(protocol.name, plan), Bench(protocol)
    for task in tasks_of(plan, steps):
        proof.found += prove_task(bench, plan, task)
    return proof


@pytest.fixture(scope="module")
def found() -> list[Clause]:
    protocol = HARDENED.load()
    return account(protocol, proof_of(protocol), [LABEL])


def test_every_clause_stands_there_once(found: list[Clause]) -> None:
    protocol = HARDENED.load()
    named = [(one.step, one.kind, one.name) for one in found]
    guards = {(step.name, "guard", guard) for step in protocol.transactions.values() for guard in step.guards}
    effects = {(step.name, "effect", effect) for step in protocol.transactions.values() for effect in step.effects}
    assert len(set(named)) == len(named) and guards | effects <= set(named)
    assert all(one.source.startswith(("printed ", "reconstructed", "amended because ")) for one in found)


def test_the_clause_that_keeps_a_record_is_used(found: list[Clause]) -> None:
    used = {one.title for one in found if one.used}
    assert "UpdateTJ.not_revealed" in used or "CommitTJ.no_job" in used
    assert 0 < len(used) < len(found) / 2


def test_what_is_unused_can_be_left_out(found: list[Clause]) -> None:
    """Without guards that no core has the same proof stands; without one that it assumes it falls, or another proof is found."""
    names = {amendment.name for amendment in HARDENED.amendments}
    unused = [f"require {one.title}" for one in found if one.kind == "guard" and not one.used and f"require {one.title}" in names]
    assert len(unused) > 30
    assert proof_of(HARDENED.load(waive=tuple(unused))).proves(LABEL)
    needed = [f"require {one.title}" for one in found if one.kind == "guard" and one.used and f"require {one.title}" in names]
    assert not proof_of(HARDENED.load(waive=tuple(needed))).proves(LABEL)
