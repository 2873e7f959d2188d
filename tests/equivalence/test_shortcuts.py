"""What makes the search fast changes nothing that it finds: the same canonical attack without slicing and without symmetry breaking."""

from __future__ import annotations

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from model.scope import Scope
from model.search import Answer, Problem, Search, all_steps
from properties.claims import expressible, goal_of
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCH = Bench(variant("paper").load())
PARTS = [part for claim in CLAIMS.values() for part in claim.split()]
MEANT = expressible(CLAIMS.values(), BENCH.protocol, BENCH.protocol.transactions)
OF_ONE_RUN = {part.label: part for part in PARTS if part.kind in ("inv", "step") and part.scope == "2x2" and part.label in MEANT}
TWO_SPARES = Scope(1, 1, spares=2)
EMPTY = [("C35", "DO", 5), ("C35", "MO", 5), ("C11", "CO", 8), ("C31/rem", "orderer", 6)]


def answer(label: str, name: str, scope: Scope, start: str, depth: int, shortcuts: bool) -> tuple[Answer, int]:
    """The search's answer, and how many classes of interchangeable values it ordered."""
    coalition = COALITIONS[name]
    goal = goal_of(OF_ONE_RUN[label], BENCH.protocol, all_steps(BENCH.protocol, coalition))
    rows = BENCH.market(scope, start).rows
    search = Search(Problem(BENCH.protocol, goal, scope, coalition, rows, slicing=shortcuts, symmetry=shortcuts))
    found = search.run(depth)
    search.solver.close()
    return found, len(search.used.classes)


@pytest.mark.parametrize("name", ["DO", "CO", "MO+CO", "orderer", "peer"])
@pytest.mark.parametrize("label", list(OF_ONE_RUN))
def test_shortcuts_change_no_answer_from_the_market(label: str, name: str) -> None:
    (with_them, ordered), (without, unordered) = (answer(label, name, TWO_SPARES, "market", 3, on) for on in (True, False))
    assert (with_them.attack, with_them.depth, with_them.unknown) == (without.attack, without.depth, without.unknown)
    assert (ordered > 0, unordered) == (True, 0)


@pytest.mark.parametrize(("label", "name", "depth"), EMPTY)
def test_shortcuts_change_no_answer_from_nothing(label: str, name: str, depth: int) -> None:
    (with_them, ordered), (without, unordered) = (answer(label, name, Scope(1, 1), "empty", depth, on) for on in (True, False))
    assert (with_them.attack, with_them.depth, with_them.unknown) == (without.attack, without.depth, without.unknown)
    assert (ordered > 0, unordered) == (True, 0)
