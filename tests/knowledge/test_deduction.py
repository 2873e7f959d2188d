"""The fixpoint of the rules: against a second implementation, on known cases, and on real values."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adversaries.knowledge import ALL_RULES, RULES, UnknownRule, rules_but
from ledger_runtime.offchain.extension import extended, padding
from model.deduction import closure, derivation, instances
from model.gathering import Fixpoints, gather
from model.observing import Fact, Link
from model.terms import Known, as_data, below, from_data, shown

ROWS, NONCE, KEY = ("rows", "dss-1"), ("nonce", "co-1"), ("key", "mo-1")
LOCK = ("lock", KEY)
ATOMS = [ROWS, ("rows", "dss-2"), NONCE, KEY, ("model", "mo-1"), ("pen", "mo-1"), ("program", "mo-1"), ("location", "ci-1")]
MEMBERS = ["co-1", "co-2", "do-1", "mo-1"]
HASH: Known = ("hash", ("append", ROWS, NONCE))


def facts(*terms: Known, holder: str = "") -> list[Fact]:
    return [Fact(term, holder, "told") for term in terms]


def knows(given: list[Fact], *goals: Known, rules: frozenset[str] = ALL_RULES, links: tuple[Link, ...] = ()) -> bool:
    known = closure(given, instances([*(fact.term for fact in given), *goals], links), rules)
    return all(goal in known for goal in goals)


def made(inner: st.SearchStrategy[Known]) -> st.SearchStrategy[Known]:
    two = st.tuples(st.sampled_from(["append", "tuple", "salted"]), inner, inner)
    sealed = st.tuples(st.sampled_from(["sealed", "locked"]), st.just(LOCK), inner)
    run = st.tuples(st.just("run"), st.just(("program", "mo-1")), st.just(("model", "mo-1")), inner, st.just(1))
    return st.one_of(two, sealed, run, st.tuples(st.just("hash"), inner))


TERMS: st.SearchStrategy[Known] = st.recursive(st.sampled_from(ATOMS), made, max_leaves=5)
FACTS = st.lists(st.tuples(TERMS, st.sampled_from(["", *MEMBERS])), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(FACTS, st.lists(st.tuples(TERMS, TERMS), max_size=2), st.sets(st.sampled_from(sorted(RULES))), st.sets(st.sampled_from(MEMBERS)))
def test_rounds_and_unit_propagation_have_one_fixpoint(
    told: list[tuple[Known, str]], links: list[tuple[Known, Known]], off: set[str], members: set[str]
) -> None:
    given_facts = [Fact(term, holder, "told") for term, holder in told]
    rules = instances([fact.term for fact in given_facts], [Link(place, thing, "", 0) for place, thing in links])
    mine = [fact for fact in given_facts if not fact.holder or fact.holder in members]
    plain = closure(mine, rules, ALL_RULES - off)
    points = Fixpoints(given_facts, rules, ALL_RULES - off)
    assert set(plain) == points.known(members)
    points.close()


@settings(max_examples=60, deadline=None)
@given(FACTS, TERMS)
def test_minimal_coalitions_are_all_and_only_the_minimal_ones(told: list[tuple[Known, str]], goal: Known) -> None:
    given_facts = [Fact(term, holder, "told") for term, holder in told]
    points = Fixpoints(given_facts, instances([*(fact.term for fact in given_facts), goal], []), ALL_RULES)
    sets = [frozenset(some) for size in range(len(MEMBERS) + 1) for some in itertools.combinations(MEMBERS, size)]
    reaching = [one for one in sets if points.reaches(one, [goal])]
    minimal = {one for one in reaching if not any(other < one for other in reaching)}
    found = gather(MEMBERS, lambda members: points.reaches(members, [goal]))
    assert set(found.smallest) == minimal
    without = [one for one in sets if one not in reaching]
    assert all(not points.reaches(one, [goal]) for one in found.largest_without)
    smallest = min(map(len, minimal), default=len(MEMBERS) + 1)
    assert all(any(one <= largest for largest in found.largest_without) for one in without if len(one) < smallest)
    points.close()


@settings(max_examples=100, deadline=None)
@given(FACTS, st.sets(st.sampled_from(sorted(RULES))))
def test_more_facts_and_more_rules_never_tell_less(told: list[tuple[Known, str]], off: set[str]) -> None:
    everything = facts(*(term for term, _ in told))
    rules = instances([fact.term for fact in everything], [])
    less = set(closure(everything[:-1], rules, ALL_RULES - off))
    assert less <= set(closure(everything, rules, ALL_RULES - off)) <= set(closure(everything, rules, ALL_RULES))


@settings(max_examples=100, deadline=None)
@given(FACTS)
def test_a_derivation_rests_on_facts_and_on_lines_before(told: list[tuple[Known, str]]) -> None:
    everything = facts(*(term for term, _ in told))
    rules = instances([fact.term for fact in everything], [])
    known = closure(everything, rules, ALL_RULES)
    applied = {(one.rule, one.conclusion, one.premises) for one in rules}
    for target in known:
        lines = derivation([target], known, RULES)
        assert lines[-1].term == target
        for place, line in enumerate(lines):
            assert all(number < place for number in line.premises)
            premises = tuple(lines[number].term for number in line.premises)
            assert (line.rule, line.term, premises) in applied if line.rule else line.term in {fact.term for fact in everything}


@given(TERMS)
def test_terms_survive_json(term: Known) -> None:
    assert from_data(as_data(term)) == term and term in set(below(term)) and shown(term)


# What each rule gives, and that it is needed for it.
RESULT: Known = ("run", ("program", "mo-1"), ("model", "mo-1"), ROWS, 1)
ENCRYPTED: Known = ("locked", LOCK, ("model", "mo-1"))
CASES = {
    "compose": (facts(ROWS, NONCE), HASH),
    "project": (facts(("tuple", ROWS, NONCE)), ROWS),
    "open": (facts(("sealed", LOCK, ROWS), KEY), ROWS),
    "evaluate": (facts(ENCRYPTED, ("program", "mo-1"), ROWS), ("locked", LOCK, RESULT)),
    "author": (facts(RESULT, ("pen", "mo-1")), ROWS),
    "guess": (facts(HASH, NONCE), ROWS),
    "extend": (facts(HASH, NONCE), ("hash", ("append", ROWS, ("extended", NONCE)))),
    "reread": (facts(HASH), ("hash", ("append", ("joined", ROWS, ("head", NONCE)), ("tail", NONCE)))),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_gives_what_nothing_else_gives(rule: str) -> None:
    given_facts, goal = CASES[rule]
    extra = {"guess"} if rule == "extend" else set()
    assert knows(given_facts, goal, rules=ALL_RULES - extra)
    assert not knows(given_facts, goal, rules=ALL_RULES - extra - {rule})
    assert not knows(given_facts[:-1], goal)


def test_a_place_gives_its_object() -> None:
    link = Link(("location", "ci-1"), RESULT, "store", 1)
    assert knows(facts(("location", "ci-1")), RESULT, links=(link,))
    assert not knows(facts(NONCE), RESULT, links=(link,))


@pytest.mark.parametrize("told", [
    facts(HASH),  # the nonce is missing
    facts(("hash", ("tuple", ("salted", ROWS, ("salt", "dss-1")), NONCE)), NONCE),  # the salt is missing
    facts(("hash", ("sealed", LOCK, ROWS)), LOCK),  # a ciphertext is made with chance
])  # fmt: skip
def test_rows_that_cannot_be_guessed(told: list[Fact]) -> None:
    assert not knows(told, ROWS)


def test_a_hash_with_lengths_is_neither_extended_nor_read_otherwise() -> None:
    rules = instances([("hash", ("tuple", ROWS, NONCE))], [])
    assert not [one for one in rules if one.rule in ("extend", "reread")]


def test_rules_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UnknownRule, match="no rule 'guesses'"):
        rules_but(["guesses"])


# SHA-256 from its digest.
@given(st.binary(max_size=300), st.binary(max_size=200))
def test_a_digest_is_continued_as_hashlib_would(text: bytes, suffix: bytes) -> None:
    digest = hashlib.sha256(text).digest()
    assert extended(digest, len(text), suffix) == hashlib.sha256(text + padding(len(text)) + suffix).digest()

