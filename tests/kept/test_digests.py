"""A digest says what a text says: no more, and no less."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from spec.digests import digest
from spec.kinds import INTEGER, MEMBER, Sort
from spec.tracing import Guard, Transaction
from spec.tree import FALSE, TRUE, Expression, literal, negation, parameter
from spec.variants import variant

HARDENED = variant("hardened")
WHOLE = HARDENED.load()
PROGRAM = "from spec.digests import digest; from spec.variants import variant; print(digest(variant('hardened').load()))"


def test_the_same_in_every_process() -> None:
    said = set()
    for seed in ("1", "2"):
        hashed = {**os.environ, "PYTHONHASHSEED": seed}
        said.add(subprocess.run([sys.executable, "-c", PROGRAM], env=hashed, capture_output=True, text=True, check=True).stdout.strip())
    assert said == {digest(WHOLE)} == {digest(HARDENED.load())}


def test_steps_differ() -> None:
    for name in ("paper", "hardened"):
        found = Counter(digest(step) for step in variant(name).load().transactions.values())
        assert set(found.values()) == {1} and len(found) > 15


def changed(step: Transaction) -> list[Transaction]:
    """The step with one clause changed, left out, or in another place; what only says where it stands is not changed."""
    found = []
    for name, guard in step.guards.items():
        found.append(replace(step, guards={**step.guards, name: replace(guard, condition=negation(guard.condition))}))
        found.append(replace(step, guards={other: known for other, known in step.guards.items() if other != name}))
    for name, writes in step.effects.items():
        found.append(replace(step, effects={other: known for other, known in step.effects.items() if other != name}))
        for place, write in enumerate(writes):
            off = replace(write, condition=FALSE if write.condition is not FALSE else TRUE)
            found.append(replace(step, effects={**step.effects, name: [*writes[:place], off, *writes[place + 1 :]]}))
    if len(step.effects) > 1:
        found.append(replace(step, effects=dict(reversed(step.effects.items()))))
    for name in step.honest:
        found.append(replace(step, honest={other: known for other, known in step.honest.items() if other != name}))
    return found


@pytest.mark.parametrize("name", sorted(WHOLE.transactions))
def test_every_clause_counts(name: str) -> None:
    step = WHOLE.transactions[name]
    found = [digest(step), *map(digest, changed(step))]
    assert len(set(found)) == len(found) > 1
    told_elsewhere = replace(step, place="elsewhere:1", description="in other words", places={})
    assert digest(told_elsewhere) == digest(step)


def test_every_amendment_counts() -> None:
    found = {}
    for amendment in HARDENED.amendments:
        try:
            found[amendment.name] = digest(HARDENED.load(waive=(amendment.name,)))
        except Exception:
            continue
    silent = [name for name, value in found.items() if value == digest(WHOLE)]
    # A word of claims and a row of the access table are in the goals that are made of them.
    actions = {amendment.name: amendment.action for amendment in HARDENED.amendments}
    assert {actions[name] for name in silent} <= {"notion", "notion_absent", "allow", "access", "disallow"} and len(found) > 60


def test_values_that_look_alike() -> None:
    alike = [1, "1", True, None, "None", (1,), [1, 1], ((1,), 1), {"a": 1}, ("a", 1), {1, 2}, frozenset({1}), INTEGER, MEMBER, Sort("1"),
             parameter("1", INTEGER), literal(1, INTEGER), Guard("1", TRUE, None), "", ("",), ()]  # type: ignore[arg-type]  # fmt: skip
    found = [digest(value) for value in alike]
    assert len(set(found)) == len(found)
    assert digest("a", "b") != digest("ab") != digest("a\nb") and all(one != other for one, other in pairwise(found))


def test_what_has_no_digest() -> None:
    with pytest.raises(TypeError, match="no digest of a function"):
        digest(lambda: 1)
    assert isinstance(TRUE, Expression)
