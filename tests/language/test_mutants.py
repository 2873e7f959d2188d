"""Mutants of a text: each is another text, in one step, by an operator that is named."""

from __future__ import annotations

from collections import Counter

import pytest

from spec.digests import digest
from spec.mutants import OPERATORS, mutants_of
from spec.variants import variant


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_each_is_another_text(name: str) -> None:
    protocol = variant(name).load()
    found = list(mutants_of(protocol))
    assert len({one.name for one in found}) == len(found) > 100
    digests = Counter(digest(one.changed) for one in found)
    same = [one.name for one in found if digest(one.changed) == digest(protocol.transactions[one.step])]
    assert same == [] and max(digests.values()) <= 2
    assert {one.operator for one in found} <= set(OPERATORS)


def test_every_clause_is_changed() -> None:
    protocol = variant("hardened").load()
    changed = {(one.step, one.clause) for one in mutants_of(protocol)}
    steps = [step for step in protocol.transactions.values() if step.on_ledger]
    assert changed == {(step.name, clause) for step in steps for clause in (*step.guards, *step.effects)}


def test_only_its_step_is_changed() -> None:
    protocol = variant("hardened").load()
    for one in list(mutants_of(protocol))[::97]:
        other = one.of(protocol)
        assert [name for name in protocol.transactions if other.transactions[name] is not protocol.transactions[name]] == [one.step]
