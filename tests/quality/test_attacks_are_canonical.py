"""The recorded attack does not depend on the solver's mood: ten seeds, one attack."""

from __future__ import annotations

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from model.scope import Scope
from model.search import Answer, Problem, Search, all_steps
from properties.claims import goal_of
from properties.expectations import expected
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCH = Bench(variant("paper").load())
PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split()}
SEEDS = range(1, 11)
QUICK = [(label, name) for label, rows in (expected("paper") or {}).items() for name, row in rows.items()
         if row["verdict"] == "refuted" and name in COALITIONS and row["depth"] <= 2 and PARTS[label].kind not in ("live", "know")
         and (label != "C25/same" or name == "MO")]  # fmt: skip


def attacked(label: str, coalition: str, scope: str, start: str, depth: int, seed: int) -> Answer:
    goal = goal_of(PARTS[label], BENCH.protocol, all_steps(BENCH.protocol, COALITIONS[coalition]))
    size = Scope.parse(scope)
    search = Search(Problem(BENCH.protocol, goal, size, COALITIONS[coalition], BENCH.market(size, start).rows, seed))
    answer = search.run(depth)
    search.solver.close()
    return answer


def test_there_are_attacks_to_compare() -> None:
    assert len(QUICK) >= 20 and {"C11", "C12", "C31/rem", "C35"} <= {label for label, _ in QUICK}


@pytest.mark.parametrize(("label", "coalition"), QUICK)
def test_ten_seeds_give_one_attack(label: str, coalition: str) -> None:
    """At the recorded scope where one step does, at a smaller one otherwise."""
    quick = (expected("paper") or {})[label][coalition]["depth"] == 1
    scope = PARTS[label].scope if quick else "2x1" if label.startswith("C25") else "1x2"
    known = attacked(label, coalition, scope, "market", 3, 0)
    assert known.attack is not None
    for seed in SEEDS:
        answer = attacked(label, coalition, scope, "market", 3, seed)
        assert (answer.attack, answer.depth) == (known.attack, known.depth), f"seed {seed} gives another attack"


@pytest.mark.slow
def test_three_seeds_give_one_attack_from_nothing() -> None:
    known = attacked("C31/rem", "CO", "1x1", "empty", 12, 0)
    assert known.attack is not None and known.depth > 5
    for seed in (1, 2, 3):
        assert attacked("C31/rem", "CO", "1x1", "empty", 12, seed).attack == known.attack, f"seed {seed} gives another attack"
