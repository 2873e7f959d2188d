"""Claims about numbers: each statement decided as it should be by both solvers, none vacuous, its induction that of the exact figures."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import pytest

from marketproof.arithmetic import answers_to
from marketproof.progress import Progress
from marketproof.recheck import judge
from marketproof.variants import load
from model import chance
from model.arithmetic import Decision, decide
from model.exact_tables import TABLES, Sizes
from properties import number_statements as statements
from properties.claims import Claim
from properties.paper_claims import CLAIMS
from spec.concrete import View, evaluate
from spec.kinds import INTEGER, REAL
from spec.schema import NotExpressible, Schema
from spec.tree import Expression, implies, negation, parameter, product

REFUTED = {"C17c/all", "C21/never", "C21/hash", "C26/random", "C26/skipped", "C27n/random"}
OF_PAPER = {"C26/turns", "C26/two", "C26/random", "C27n/turns", "C27n/random", "C27n/chance"}
OF_HARDENED = {"C25n/last", "C25n/first", "C26/batches", "C26/skipped", "C27n/epoch"}
PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split() if part.kind == "arith"}


@functools.cache
def decisions(variant: str, label: str, seed: int = 0) -> dict[str, Decision] | None:
    try:
        return answers_to(PARTS[label], load(variant, []), seed, Progress(False)).decisions
    except NotExpressible:
        return None


def somewhere(label: str) -> dict[str, Decision]:
    found = decisions("paper", label) or decisions("hardened", label)
    assert found
    return found


def premise(statement: Expression) -> Expression | None:
    """What an implication supposes."""
    first = statement._args[0] if statement._op == "or" else None
    return first._args[0] if isinstance(first, Expression) and first._op == "not" else None


def holds(expression: Expression, **numbers: Any) -> bool:
    return bool(evaluate(expression, numbers, View(Schema({}), {})))


@pytest.mark.parametrize("label", PARTS)
def test_decided_as_it_should_be_and_confirmed(label: str) -> None:
    found = somewhere(label)
    verdicts = {one.verdict for one in found.values()}
    assert ("refuted" in verdicts) == (label in REFUTED) and "unknown" not in verdicts
    said = {judge(one.smtlib.encode())[0] for one in found.values() if one.verdict == "proved"}
    assert said <= {"confirmed"}
    assert {judge(one.smtlib.encode())[0] for one in found.values() if one.verdict == "refuted"} <= {"refuted"}


def test_a_claim_is_expressible_where_the_text_has_what_it_speaks_of() -> None:
    assert {label for label in PARTS if decisions("hardened", label) is None} == OF_PAPER
    assert {label for label in PARTS if decisions("paper", label) is None} == OF_HARDENED


@pytest.mark.parametrize("label", sorted(REFUTED))
def test_every_seed_refutes_by_the_same_least_numbers(label: str) -> None:
    variant = "paper" if decisions("paper", label) else "hardened"
    told = [{name: one.numbers for name, one in (decisions(variant, label, seed) or {}).items()} for seed in (0, 1, 7)]
    assert told[0] == told[1] == told[2] and any(told[0].values())


def test_the_numbers_that_refute_are_these() -> None:
    assert somewhere("C17c/all")["all: minority"].numbers == {"deviating": 1, "f": 1, "m": 2, "n": 2}
    assert somewhere("C21/never")["never: differ"].numbers == {"a": 0, "b": 0, "values": 2}
    assert somewhere("C27n/random")["random: certain"].numbers == {"miss": 1, "q": Fraction(1, 2)}


def test_hashes_of_two_owners_differ_where_the_text_puts_the_owner_into_them() -> None:
    paper, hardened = decisions("paper", "C21/hash"), decisions("hardened", "C21/hash")
    assert paper is not None and hardened is not None
    assert {one.verdict for one in hardened.values()} == {"proved"}
    repeated = {"nonce": 0, "other_nonce": 0, "weights": 0, "other_weights": 0, "owner": 1, "other_owner": 0}
    assert paper["hash: model hash"].numbers == repeated


@pytest.mark.parametrize("label", sorted(set(PARTS) - REFUTED))
def test_no_proof_supposes_what_cannot_be(label: str) -> None:
    """Premises are those of the claims' own statements, traced once more."""
    variant = load("paper" if decisions("paper", label) else "hardened", [])
    supposed = {name: premise(one) for name, one in built(PARTS[label], variant).items()}
    vacuous = [name for name, one in supposed.items() if one is not None and decide(negation(one)).verdict != "refuted"]
    assert not vacuous


def built(claim: Claim, variant: Any) -> dict[str, Expression]:
    from properties.claims import goal_of

    return goal_of(claim, variant, variant.transactions).numbers


def test_thresholds_name_proofs_of_both_sides() -> None:
    _, build = TABLES["thresholds"]
    for _, _, _, label, *names in build(Sizes()).lines:
        known = somewhere(str(label))
        part = PARTS[str(label)].parts[0].name
        assert [known[f"{part}: {name}"].verdict for name in names] == ["proved", "proved"], label


# --- the numbers of an induction are the exact figures ---


@pytest.mark.parametrize("values", [1, 2, 3, 7, 16])
def test_the_steps_of_collisions_are_those_of_exact_chances(values: int) -> None:
    found = statements.collision_statements()
    for k in range(1, values + 1):
        given = {"k": k, "values": values, "free": chance.no_collision(k, values), "following": chance.no_collision(k + 1, values)}
        for name in ("a chance, step", "at most, step", "at least, step"):
            supposed = premise(found[name])
            assert supposed is not None and holds(supposed, **given) and holds(found[name], **given), (name, given)
        low, high = chance.collision_bounds(k, values)
        assert low <= chance.collision(k, values) <= high


@pytest.mark.parametrize("suits", [Fraction(1, 2), Fraction(1, 8), Fraction(5, 7), Fraction(1)])
def test_the_steps_of_aborting_are_those_of_exact_chances(suits: Fraction) -> None:
    from spec.schema import using

    with using(load("hardened", []).schema):
        found = statements.abort_statements()
    for t in range(6):
        bonds, following = chance.bonds_forfeited(suits, t), chance.bonds_forfeited(suits, t + 1)
        given = {"p": suits, "t": t, "miss": (1 - suits) ** t, "bonds": bonds, "following": following, "value": 3, "bond": suits * 3}
        for name in ("bound, step", "gain", "bonds, step", "enough"):
            supposed = premise(found[name])
            assert supposed is not None and holds(supposed, **given), (name, given)
        assert chance.suits_after(suits, t) - suits == suits * bonds <= t * suits * (1 - suits)


def test_quorums_by_every_number_up_to_twelve() -> None:
    for n in range(1, 13):
        right = [q for q in range(1, n + 2) if all(f < q for f in range(n + 1) if 2 * f < n)]
        reached = [q for q in range(1, n + 2) if all(n - f >= q for f in range(n + 1) if 2 * f < n)]
        line = next(line for line in TABLES["quorum"][1](Sizes(replicas=12)).lines if line[0] == n)
        assert line == (n, max(f for f in range(n + 1) if 2 * f < n), min(right), max(reached))


# --- the meaning of numbers ---

X, Y = parameter("x", REAL), parameter("y", REAL)
N = parameter("n", INTEGER)


def test_reals_lie_between_whole_numbers() -> None:
    assert decide(implies((X > 0) & (X < 1), X == 0)).numbers == {"x": Fraction(1, 2)}
    assert decide(implies((N > 0) & (N < 1), N == 0)).verdict == "proved"


def test_products_are_of_two_unknowns_and_evaluated_exactly() -> None:
    assert decide(product(X, X) >= 0).verdict == "proved"
    assert decide(implies(product(X, Y) == 0, X == 0)).numbers == {"x": 1, "y": 0}
    assert holds(product(X, Y) == 1, x=Fraction(2, 3), y=Fraction(3, 2))


def test_numbers_beyond_those_tried_are_found_too() -> None:
    assert decide(implies(N > 100, N > 1000)).numbers["n"] > 100
