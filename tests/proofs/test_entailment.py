"""What follows from what: the any-size meaning, the finite one and the concrete one never contradict each other."""

from __future__ import annotations

import random
from functools import cache

import pytest

from marketproof.variants import load
from model.circuit import Circuit
from model.entailment import FAILS, HOLDS, LADDER, UNKNOWN, entails, question
from model.induction import Engine, Settings
from model.scope import Scope
from model.separating import separating
from model.solver import Solver
from spec.errors import QueryError
from spec.joining import NotComparable, joined
from spec.kinds import MEMBER
from spec.language import Sort, TableHandle
from spec.paper.assets import CI_STATUS
from spec.reading import condition
from spec.schema import using
from spec.text import Protocol
from spec.tree import FALSE, TRUE, Expression, boolean, parameter, walk
from tests.proofs.random_queries import Asker

QUICK = Settings(Engine(), 0, 500_000, LADDER[:2])


@cache
def protocol(name: str) -> Protocol:
    return load(name, [])


def read(text: str, variant: str = "paper") -> Expression:
    return condition(text, protocol(variant))


@pytest.mark.parametrize("variant", ["paper", "hardened"])
@pytest.mark.parametrize("seed", range(4))
def test_random_conditions(variant: str, seed: int):
    """A state that the finite meaning finds is confirmed by the concrete one, and Z3 proves nothing that it contradicts."""
    asker, known, found, proved = Asker(random.Random(seed), protocol(variant)), protocol(variant), 0, 0
    for _ in range(40):
        try:
            stated = read(asker.query(3), variant)
        except QueryError as refused:
            assert "nothing of a state" in str(refused)
            continue
        for left, right in ((TRUE, stated), (stated, FALSE)):
            asked = question(known, "random", left, right, {}, QUICK)
            state = separating(known, left, right, {}, seed, scopes=(Scope(1, 1, 0),))
            assert state is None or state.confirmed, state
            assert state is None or asked.outcome != "proved", (asked, state)
            found, proved = found + (state is not None), proved + (asked.outcome == "proved")
    assert found > 40 and proved > 0


def test_a_condition_with_arguments():
    member = parameter("caller", MEMBER)
    with using(protocol("paper").schema):
        row = TableHandle("Entity")[member]
        owner, anybody = boolean(row.role == "CO"), boolean(row.exists | (row.role == None))
        entity = boolean(row.exists)
    parameters = {"caller": MEMBER}
    assert entails(protocol("paper"), "role", owner, entity, parameters).outcome == HOLDS
    found = entails(protocol("paper"), "role", entity, owner, parameters)
    assert found.outcome == FAILS and found.separation is not None and found.separation.arguments["caller"] in ("do-1", "co-1", "mo-1")
    assert entails(protocol("paper"), "role", TRUE, anybody, parameters).outcome == HOLDS


def test_what_no_small_state_separates_is_unknown():
    """Ten instances are more than a small scope has, and fewer than any size has."""
    many = read("count(CI, lambda ci: ci.rounds > 0) < 10")
    found = entails(protocol("paper"), "many", TRUE, many, {})
    assert found.outcome == UNKNOWN and "no state of up to 2x2" in found.reason


def test_both_runs_share_what_never_changes():
    same = read("every(MEMBER, lambda member: in_run(0, ENTITY[member].role) == in_run(1, ENTITY[member].role))")
    assert entails(protocol("paper"), "same", TRUE, same, {}).outcome == HOLDS
    assert separating(protocol("paper"), TRUE, same, {}) is None
    differing = read("every(TC, lambda couple: in_run(0, couple.round) == in_run(1, couple.round))")
    found = separating(protocol("paper"), TRUE, differing, {})
    assert found is not None and found.confirmed and len(found.rows) == 2


def test_a_state_holds_no_more_than_it_needs():
    found = separating(protocol("paper"), TRUE, read("every(TC, lambda couple: not couple.paid)"), {})
    assert found is not None and [line.split(":")[0] for line in found.told] == [found.told[0].split(":")[0]]
    assert found.told[0].endswith(": paid = True") and found.deviating == []


def test_a_variable_in_no_clause_is_false():
    circuit = Circuit()
    solver = Solver(circuit)
    assert solver.solve([]) and not solver.holds(circuit.fresh()) and solver.holds(-circuit.fresh())
    solver.close()


def test_two_variants_in_one_vocabulary():
    both = joined(protocol("paper"), protocol("hardened"))
    tables = both.protocol.schema.tables
    assert {"rem", "paid", "commitment", "epochs"} <= set(tables["TC"].fields) and "Slot" in tables
    parts = [name for name, _ in tables["CI"].cells["hash"].parts]
    assert parts == ["content", "nonce", "instance", "owner"]
    assert both.kind(CI_STATUS) == tables["CI"].cells["status"] and set(CI_STATUS.values) <= set(tables["CI"].cells["status"].values)
    assert isinstance(both.protocol.sorts["Content"], Sort)


def test_what_a_text_makes_without_a_part_has_nothing_there():
    text = "every(CI, lambda ci: ci.hash == term(DATA_HASH, content=image(CONTENT, ci.dss), nonce=ci.nonce))"
    both = joined(protocol("paper"), protocol("hardened"))
    stated = both.fitted(read(text))
    (made,) = [one for one in walk(stated) if one._op == "term"]
    assert [one._op for one in made._args] == ["image", "field", "part", "part"]
    bare = condition("every(CI, lambda ci: ci.hash.owner == None and ci.hash.instance == None)", protocol("hardened"))
    assert entails(both.protocol, "bare", stated, both.fitted(bare), {}).outcome == HOLDS
    assert entails(both.protocol, "bare", both.fitted(bare), stated, {}).outcome == FAILS


def test_tables_with_different_keys_are_not_one():
    both = joined(protocol("paper"), protocol("hardened"))
    with pytest.raises(NotComparable, match="TJ is not one table in paper and hardened"):
        both.fitted(read("some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.exists))"))
