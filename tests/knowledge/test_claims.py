"""Claims about what can be known, in both variants: what is found, by whom, with which powers, and what it rests on."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import pytest

from adversaries.coalitions import COALITIONS, Coalition
from adversaries.knowledge import POWERS
from marketproof.bench import Bench, Decided
from marketproof.carrying_out import CannotCarryOut, carry_out
from marketproof.errors import ToolDisagrees
from marketproof.knowing import Knowledge
from model.knowing import Answer, Deciding, Setting
from model.scope import Scope
from model.terms import below, shown
from properties.claims import Claim
from properties.paper_claims import CLAIMS
from spec.variants import variant

BENCHES = {name: Bench(variant(name).load()) for name in ("paper", "hardened")}
OF_KNOWLEDGE = {part.label: part for claim in CLAIMS.values() for part in claim.split() if part.kind == "know"}


@cache
def decided(name: str, label: str, coalition: str) -> Decided:
    claim = OF_KNOWLEDGE[label]
    return BENCHES[name].knowledge.decide(claim, COALITIONS[coalition], Scope.parse(claim.scope))


def answer(name: str, label: str, coalition: str) -> Answer:
    known = decided(name, label, coalition).known
    assert known is not None
    return known.answer


def verdict(bench: Bench, label: str, coalition: str) -> str:
    claim = OF_KNOWLEDGE[label]
    return bench.knowledge.decide(claim, COALITIONS[coalition], Scope.parse(claim.scope)).row.verdict


def deciding(name: str, label: str) -> Deciding:
    claim = OF_KNOWLEDGE[label]
    return BENCHES[name].knowledge.deciding(claim, Scope.parse(claim.scope))


def test_every_claim_of_this_kind_is_decided() -> None:
    named = {label.partition("/")[0] for label in OF_KNOWLEDGE}
    assert named == {"C01", "C08", "C14", "C15", "C19", "C24", "C28", "C29", "C36", "C40", "C41", "C43", "C44", "C46", "C47"}
    for name, label in itertools.product(BENCHES, OF_KNOWLEDGE):
        verdicts = {decided(name, label, coalition).row.verdict for coalition in COALITIONS}
        assert verdicts <= {"refuted", "holds_to", "not_expressible"} and verdicts != {"not_expressible"}, (name, label)


# The attacks of the list that are of knowledge: by which coalition and by which powers, in `paper`; in `hardened` they are gone.
@pytest.mark.parametrize(("label", "coalition", "powers"), [
    ("C15", "orderer", ["guess"]),  # 6: a public nonce confirms a guess
    ("C36/links", "orderer", []),  # 10: the CI makes pseudonyms linkable across datasets
    ("C36/identity", "orderer", ["certificates"]),
    ("C14/accepted", "CO", []),  # the hash of another is repeated
    ("C14/distinct", "CO", ["extend"]),  # 14: extended without the data
    ("C14/reading", "orderer", ["reread"]),  # 14: a hash without lengths has two readings
    ("C19/distinct", "CO", ["extend"]),
    ("C24/rows", "MO", ["author"]),  # 15: the MO's own program returns the data inside its ciphertext
    ("C47/kept", "MO", ["author"]),
    ("C28/linked", "MO", ["pseudonyms"]),
    ("C01", "MO", ["author"]),
])  # fmt: skip
def test_attacks_of_the_paper_are_deduced_and_the_amendments_answer_them(label: str, coalition: str, powers: list[str]) -> None:
    found = decided("paper", label, coalition)
    assert found.row.verdict == "refuted" and found.row.replayed
    assert [power for power in POWERS if power in answer("paper", label, coalition).used] == powers
    assert decided("hardened", label, coalition).row.verdict == "holds_to"


@pytest.mark.parametrize("name", list(BENCHES))
@pytest.mark.parametrize(("label", "coalition"), [("C29/weights", "CO+CO"), ("C44", "CO+CO"), ("C44", "DO+CO"), ("C46/kept", "CO")])
def test_what_nobody_gets_without_the_key(name: str, label: str, coalition: str) -> None:
    assert decided(name, label, coalition).row.verdict == "holds_to"


@pytest.mark.parametrize(("label", "coalition"), [
    ("C24/rows", "MO+CO"), ("C40", "CO+CO"), ("C41/design", "CO"), ("C43", "CO+CO"), ("C19/reported", "CO+CO"),
])  # fmt: skip
def test_what_no_amendment_can_answer(label: str, coalition: str) -> None:
    assert decided("hardened", label, coalition).row.verdict == "refuted"


# Residual assumptions are necessary: without each of them a claim falls.
@pytest.mark.parametrize(("assumption", "label", "coalition", "power"), [
    ("one nym for each owner", "C01", "CO", "pseudonyms"), ("one nym for each owner", "C28/linked", "MO", "pseudonyms"),
    ("approved programs", "C24/rows", "MO", "author"), ("approved programs", "C41/attack", "MO", "author"),
    ("anonymous members", "C08", "MO", "certificates"), ("anonymous members", "C36/links", "orderer", "certificates"),
])  # fmt: skip
def test_without_a_residual_assumption_a_claim_falls(assumption: str, label: str, coalition: str, power: str) -> None:
    row = decided("hardened", label, coalition).row
    assert row.verdict == "holds_to" and f"without '{assumption}' refuted" in row.reason and power in row.reason
    assert any(one.startswith(assumption) for one in row.assumptions)
    bench = Bench(variant("hardened").load())
    bench.knowledge.dropped = (assumption,)
    assert verdict(bench, label, coalition) == "refuted"


@pytest.mark.parametrize(("clause", "label", "coalition"), [
    ("kind Content", "C15", "orderer"), ("kind data hash", "C14/distinct", "CO+CO"), ("kind data hash", "C14/reading", "orderer"),
    ("appears CreateCI", "C36/links", "orderer"),
])  # fmt: skip
def test_without_an_amended_clause_a_claim_falls(clause: str, label: str, coalition: str) -> None:
    bench = Bench(variant("hardened").load())
    bench.knowledge.dropped = (clause,)
    found = verdict(bench, label, coalition)
    assert found == ("refuted" if label != "C14/distinct" else "holds_to")


@pytest.mark.parametrize(("rule", "label", "coalition"), [
    ("guess", "C15", "orderer"), ("extend", "C14/distinct", "CO"), ("reread", "C14/reading", "orderer"), ("pseudonyms", "C28/linked", "MO"),
])  # fmt: skip
def test_each_power_is_needed_for_what_it_is_named_in(rule: str, label: str, coalition: str) -> None:
    bench = Bench(variant("paper").load())
    bench.knowledge.off = (rule, "guess")  # whoever guesses rows has whatever is made of them
    assert verdict(bench, label, coalition) == "holds_to"


def test_more_subsets_need_more_owners() -> None:
    """In the hardened variant all rows of m subsets take m owners together, one of each subset."""
    for subsets in (2, 3, 4):
        bench = Bench(variant("hardened").load())
        (found,) = bench.knowledge.deciding(OF_KNOWLEDGE["C01"], Scope(subsets, 2)).smallest().values()
        assert {len(members) for members in found.smallest} == {subsets} and len(found.smallest) == 2**subsets


def test_a_digest_that_is_revealed_later_is_too_late_to_commit_to() -> None:
    """Commit before reveal: a CO that waits cannot commit any more when it sees what others revealed."""
    found = deciding("hardened", "C19/reported")
    digests = [one for one in found.setting.observed.facts if one.source == "UpdateTJ.weights"]
    assert digests and not found.answer(COALITIONS["CO"]).steps
    rounds = {one.term[1][2][4] for one in digests}
    for goal in found.goals:
        assert goal.told is not None
        of_round = {part[4] for target in goal.targets for part in below(target) if part[0] == "run"}
        late = [one for one in digests if one.term[1][2][4] in of_round and one.term in set(below(goal.targets[0]))]
        assert of_round <= rounds and all(one.step not in goal.told for one in late)


def test_a_refutation_that_cannot_be_carried_out_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketproof.carrying_out.CANDIDATES", [b"something else"])
    bench = Bench(variant("paper").load())
    with monkeypatch.context() as patched:
        patched.setattr("marketproof.carrying_out.Truth.atom", lambda self, term: repr(term).encode()[:16].ljust(32, b"x"))
        with pytest.raises(ToolDisagrees, match="cannot be carried out"):
            bench.knowledge.decide(OF_KNOWLEDGE["C15"], COALITIONS["orderer"], Scope(2, 2))


@pytest.mark.parametrize(("label", "coalition"), [("C24/rows", "MO"), ("C14/distinct", "CO"), ("C15", "orderer"), ("C43", "DO+CO")])
def test_a_derivation_without_one_of_its_lines_is_not_carried_out(label: str, coalition: str) -> None:
    found, setting = answer("paper", label, coalition), deciding("paper", label).setting
    assert len(carry_out(setting, found)) == len(found.steps)
    for place, step in enumerate(found.steps):
        if step.rule:
            wrong = replace(step, term=("nonce", "nobody"))
            with pytest.raises((CannotCarryOut, KeyError, ValueError, IndexError)):
                carry_out(setting, replace(found, steps=(*found.steps[:place], wrong, *found.steps[place + 1 :])))
    if any(step.holder for step in found.steps):
        with pytest.raises(CannotCarryOut, match="was not told"):
            carry_out(setting, replace(found, members=()))


def test_knowledge_only_grows_with_the_coalition() -> None:
    setting = deciding("paper", "C24/rows").setting
    small = setting.closure(frozenset(["mo-1"]), setting.rules)
    assert set(small) <= set(setting.closure(frozenset(["mo-1", "co-1"]), setting.rules))


def test_bigger_coalitions_and_more_markets_give_a_scope_of_their_own() -> None:
    knowledge = Knowledge(BENCHES["paper"])
    one = knowledge.deciding(OF_KNOWLEDGE["C24/rows"], Scope(1, 1)).setting
    other = knowledge.deciding(OF_KNOWLEDGE["C24/rows"], Scope(2, 2)).setting
    assert isinstance(one, Setting) and len(one.observed.facts) < len(other.observed.facts)
    assert "rows(dss-1)" in {shown(part) for term in one.terms for part in below(term)}


def test_nobody_in_particular_has_what_was_told_to_members() -> None:
    setting = deciding("hardened", "C24/rows").setting
    known = setting.closure(frozenset(), setting.rules)
    public = {fact.term for fact in setting.observed.facts if not fact.holder}
    private = {fact.term for fact in setting.observed.facts} - public
    assert ("rows", "dss-1") not in known and len(private - set(known)) > 10


def test_roles_that_the_claim_is_not_about() -> None:
    alone = Coalition("nobody", {}, ("order",))
    claim: Claim = OF_KNOWLEDGE["C24/rows"]
    row = BENCHES["paper"].knowledge.decide(claim, alone, Scope(2, 2)).row
    assert row.verdict == "not_expressible" and "an MO" in row.reason
