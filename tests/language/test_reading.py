"""Expressions that users give: read as the text's own, and whatever else they are, refused in one clear error."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

import builtins
import subprocess
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketproof.variants import load
from properties.claims import goal_of
from properties.paper_claims import CLAIMS
from properties.queries import premise, query
from spec.errors import QueryError
from spec.names import constant_name, names_of
from spec.reading import LONGEST, condition
from spec.schema import NotExpressible, notion, using
from spec.text import Protocol
from spec.tree import Expression
from spec.wording import expression_text

C11 = 'every(CI, lambda ci: implies(ci.status == "VERIFIED", recorded_hash(ci) == checked_hash(ci)))'


@cache
def protocol(name: str = "paper") -> Protocol:
    return load(name, [])


def stated(label: str) -> Expression:
    """The condition that a claim of state, or of two runs, states of the paper."""
    name, _, part = label.partition("/")
    (claim,) = [one for one in CLAIMS[name].split() if not part or one.parts[0].name == part]
    goal = goal_of(claim, protocol(), protocol().transactions)
    return next(iter({**goal.states, **goal.pairs}.values()))


SAME = {
    "C11": C11,
    "C12": 'every(TC, lambda couple: every(CI, lambda ci: implies(selected_now(couple, ci), ci.status == "VERIFIED")))',
    "C17d": "results_taken_as_right(lambda couple, subset, when, weights: implies("
            "2 * group_of(couple, subset, when, deviating) < group_of(couple, subset, when, lambda member: True), "
            "weights == right_weights(subset, when)))",
    "C25/once": "every(DS, lambda dataset: every(draws(dataset), lambda drawn: drawn.times <= 1))",
    "C31/rem": "every(TC, lambda couple: remaining(couple) == count(CI, lambda ci: selected_now(couple, ci) and not delivered_now(couple, ci)))",
    "C33": "every(TC, lambda couple: every(CI, lambda ci: every(DELIVERY.rows(couple, ci), lambda delivered: "
           "TJ.named(couple=couple, instance=ci, round=delivered.round).hash == delivered.hash)))",
    "C39/paid": "paid_is_accepted()",
}  # fmt: skip


@pytest.mark.parametrize("label", SAME)
def test_what_is_read_is_what_a_claim_states(label: str):
    assert condition(SAME[label], protocol()) is stated(label)


def test_two_runs_are_read():
    text = "every(TC, lambda couple: implies(in_run(0, round_is_open(couple)), in_run(1, couple.round) == 1))"
    assert query(f"always: {text}", protocol()).kind == "two_runs"


def test_logic_is_written_either_way():
    words, signs = (condition(f"some(TC, lambda couple: {one})", protocol()) for one in
                    ("couple.paid and not (couple.rem > 1 or couple.round == 0)", "couple.paid & ~((couple.rem > 1) | (couple.round == 0))"))  # fmt: skip
    assert words is signs


def test_every_table_is_named_as_the_text_names_it():
    assert [constant_name(one) for one in ("VerifiedHash", "TC", "model hash", "DSS", "SampleSeen")] == [
        "VERIFIED_HASH",
        "TC",
        "MODEL_HASH",
        "DSS",
        "SAMPLE_SEEN",
    ]
    known = names_of(protocol("hardened"))
    assert {"TC", "VERIFIED_HASH", "VerifiedHash", "ROUND", "MODEL_HASH", "MEMBER", "selected_now", "every"} <= set(known)


def test_a_word_that_means_nothing_is_told_as_for_claims():
    with pytest.raises(NotExpressible, match="no counter of remaining jobs"):
        condition("every(TC, lambda couple: remaining(couple) == 0)", protocol("hardened"))
    with pytest.raises(NotExpressible), using(protocol("hardened").schema):
        notion("remaining")


HOSTILE = {
    "__import__('os').system('touch /tmp/owned')": "no name '__import__'",
    "().__class__.__base__.__subclasses__()": "is not in the language",
    "every.__globals__": "has no '__globals__'",
    "every(CI, lambda ci: ci.__class__)": "has no '__class__'",
    "every(CI, lambda ci: ci._table)": "has no '_table'",
    "every(CI, lambda ci: ci.put(status='VERIFIED'))": "has no 'put' to call",
    "every(CI, lambda ci: ci.put)": "has no 'put'",
    "every(CI, lambda ci: ci.dss.put)": "has no 'put'",
    "CI.bind()": "has no 'bind' to call",
    "CI.name": "has no 'name'",
    "every(TC, lambda couple: couple.jobs.append(1))": "has no 'append' to call",
    "every(TC, lambda couple: couple.jobs.owner)": "has no 'owner'",
    "open('/etc/passwd')": "no name 'open'",
    "eval('1')": "no name 'eval'",
    "exec": "no name 'exec'",
    "[one for one in CI]": "is not in the language",
    "{1: 2}": "is not in the language",
    "f'{CI}'": "is not in the language",
    "(x := 1)": "is not in the language",
    "x = 1": "is no expression",
    "import os": "is no expression",
    "some(CI, lambda ci: (yield))": "is not in the language",
    "some(CI, lambda *ci: True)": "takes more than plain names",
    "some(CI, lambda ci=CI: True)": "takes more than plain names",
    "some(CI, lambda every: True)": "means something already",
    "some(CI, lambda _: True)": "starts with _",
    "some(*CI)": "is not in the language",
    "some(**CI)": "takes no named values",
    "some(domain=CI, condition=deviating)": "takes no named values",
    "some(CI)": "takes (domain, condition)",
    "some(CI, lambda ci: True, 1)": "takes (domain, condition)",
    "every(CI, every)": "takes at most 1 arguments",
    "every(every, every)": "is no domain",
    "CI": "a query is a condition",
    "'VERIFIED'": "a query is a condition",
    "1": "a query is a condition",
    "True": "it says nothing of a state",
    "conjunction()": "it says nothing of a state",
    "1 < 2": "it says nothing of a state",
    "'a' * 1000000 == 'b'": "stands where a value of kind Integer is expected",
    "9 ** 9 ** 9 > 1": "is not in the language",
    "1 << 1000000 > 1": "is not in the language",
    "some(TC, lambda couple: couple.rem > 99999999999999999999)": "is too large",
    "some(TC, lambda couple: couple.rem > 1.5)": "is no value",
    "some(TC, lambda couple: couple.rem * couple.rem > 1)": "* and % take a whole number",
    "some(TC, lambda couple: couple.rem % 0 == 1)": "positive constant divisor",
    "some(TC, lambda couple: couple.rem % -1 == 1)": "positive constant divisor",
    "some(TC, lambda couple: couple.rem % True == 1)": "* and % take a whole number",
    "some(TC, lambda couple: couple.rem + True == 1)": "where a value of kind Integer is expected",
    "some(TC, lambda couple: couple in TC)": "cannot be compared",
    "some(TC, lambda couple: couple is None)": "a comparison is one of",
    "some(TC, lambda couple: couple.jobs == couple.jobs)": "cannot be compared",
    "some(TC, lambda couple: TC == couple)": "cannot be compared",
    "some(TC, lambda couple: 'a' == 'a')": "both constants",
    "some(CI, lambda ci: ci.statu == 'VERIFIED')": "has no field 'statu'; choices: co, dss",
    "some(CI, lambda ci: ci.status == 'VERIFIE')": "choices: FREE, VERIFIED",
    "some(CL, lambda ci: True)": "nearest: TC, CO, CI",
    "some(CI, lambda ci: recorded_hsh(ci) == None)": "nearest: recorded_hash",
    "recorded_hash(5)": "has no meaning",
    "recorded_hash(CI, CI)": "'recorded_hash' takes (instance)",
    "image(CONTENT, 5)": "has no meaning",
    "image(5, 5)": "has no meaning",
    "term(5)": "has no meaning",
    "term(MODEL_HASH)": "is made of nonce, weights",
    "term(MODEL_HASH, **CI)": "takes no named values",
    "TJ[1]": "is keyed by (couple, instance), 1 given",
    "CI[CI]": "stands where a value of kind CI is expected",
    "MEMBER[1]": "has no rows to choose by a key",
    "TC.rows(1, 2, 3)": "stands where",
    "some(TC, lambda couple: in_run(2, couple.paid))": "in_run takes 0 or 1",
    "some(TC, lambda couple: in_run(True, couple.paid))": "in_run takes 0 or 1",
    "some(TC, lambda couple: in_run(0, in_run(1, couple.paid)))": "cannot stand inside in_run",
    "some(TC, lambda couple: some(couple.jobs, in_run))": "in_run takes 0 or 1",
    "some(TC, lambda couple: some(TJ.rows(couple), lambda job: job.hash.weights.round > 1))": "may be missing",
    "permuted(1, 2, 3) == 1": "a permutation is drawn from a term",
    "CI\x00": "null bytes",
    "(" * 1500: "too many nested parentheses",
    "~" * 1500 + "deviating": "nested more than",
    "not " * 400 + "deviating": "nested more than",
    "C" * (LONGEST + 1): "characters long",
    "": "is no expression",
    "lambda: 1": "a query is a condition",
    "(lambda ci: ci)(CI)": "a query is a condition",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_hostile_text_is_refused(text: str):
    with pytest.raises(QueryError) as refused:
        condition(text, protocol())
    told = str(refused.value)
    assert HOSTILE[text] in told and told.startswith(("query, column ", "the query: ")), told
    assert " at 0x" not in told and len(told) < 1700, told


WORDS = st.sampled_from([
    "every", "some", "count", "total", "implies", "choose", "image", "term", "permuted", "in_run", "deviating", "lambda x:", "lambda:", "CI", "TC", "TJ",
    "MEMBER", "CONTENT", "MODEL_HASH", "recorded_hash", "group_of", "draws", "x", "y", ".status", ".jobs", ".rows", ".at", ".where", ".named", ".length",
    ".exists", ".hash", ".weights", ".round", ".sort", ".__class__", "(", ")", "[", "]", ",", "==", "<", "+", "*", "%", "&", "|", "~", "-", "and", "not",
    "or", "in", "if", "else", "for", "None", "True", "0", "1", "'VERIFIED'", "'x'", "()", "**", "=", ":", "@", "\x1b", "\n",
])  # fmt: skip
NAMES = st.sampled_from(
    ["CI", "TC", "TJ", "DS", "MEMBER", "CONTENT", "WEIGHTS", "x", "deviating", "recorded_hash", "draws", "None", "True", "0", "1", "'FREE'"]
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions that Python can parse: most of them mean nothing in the language."""
    word = st.sampled_from(
        ["every", "some", "count", "total", "implies", "choose", "conjunction", "image", "group_of", "in_run", "deviating", "selected_now"]
    )
    part = st.sampled_from(
        ["status", "hash", "jobs", "rem", "round", "weights", "nonce", "exists", "length", "sort", "put", "_table", "rows", "where", "at"]
    )
    sign = st.sampled_from(["==", "!=", "<", ">=", "+", "-", "*", "%", "&", "|", "and", "or", "in", "is", "//", "@"])
    return st.one_of(
        st.builds("{}({})".format, word, st.lists(inner, max_size=4).map(", ".join)), st.builds("{}.{}".format, inner, part),
        st.builds("({} {} {})".format, inner, sign, inner), st.builds("(lambda x: {})".format, inner), st.builds("some({}, lambda x: {})".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner), st.builds("not {}".format, inner), st.builds("{}({})".format, inner, inner),
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join), st.recursive(NAMES, larger, max_leaves=12)))
@example("some(TC, lambda x: x.jobs.at(x.rem).status == 'FREE')")
def test_whatever_is_read_is_a_condition_or_one_error(text: str):
    try:
        found = condition(text, protocol())
    except (QueryError, NotExpressible) as error:
        assert str(error)
    else:
        assert found._kind.name == "Boolean" and expression_text(found, protocol().schema)


def test_nothing_is_run(monkeypatch: pytest.MonkeyPatch):
    """Neither `eval` nor `exec`, no file and no process, also not on the way to a refusal."""
    ran: list[object] = []
    for name in ("eval", "exec", "open"):
        monkeypatch.setattr(builtins, name, lambda *given, **named: ran.append(given))
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **named: ran.append(given))
    for text in (C11, *HOSTILE):
        try:
            condition(text, protocol())
        except QueryError:
            continue
    assert ran == []


@pytest.mark.parametrize("text", ["", "sometimes: CI", "C11", ":", "always", "ALWAYS: CI", "reachable CI"])
def test_a_query_has_one_of_two_forms(text: str):
    with pytest.raises(QueryError, match=r"`always: \.\.\.`, `reachable: \.\.\.`"):
        query(text, protocol())


def test_the_premise_of_an_implication():
    found = premise(condition(C11, protocol()))
    assert found is condition('some(CI, lambda ci: ci.status == "VERIFIED")', protocol())
    assert premise(condition("some(TC, lambda couple: couple.paid)", protocol())) is None
    assert premise(condition("every(CI, lambda ci: implies(deviating(ci.co), ci.rounds == 0))", protocol())) is None
