"""The specification as a document: complete, in readable words, and told as a difference between variants and readings."""

import json
from typing import Any

import pytest

from spec.difference import difference
from spec.errors import SpecificationError
from spec.kinds import BOOLEAN, INTEGER, MEMBER
from spec.language import (
    TEXT,
    Amendment,
    Variant,
    becomes,
    choose,
    count,
    deviating,
    every,
    in_run,
    literal,
    reconstructed,
    some,
    term,
    total,
)
from spec.paper import TEXT as PAPER_TEXT
from spec.paper.assets import CI, CONTENT, DATA_HASH, DS_REF, NONCE, TC_REF, TJ
from spec.schema import using
from spec.show import expression_text, show, summary
from spec.text import Protocol
from spec.tree import Expression, image, parameter, walk
from spec.variants import variant

PAPER = variant("paper").load()
DOCUMENT = show(PAPER)
x, y = parameter("x", INTEGER), parameter("y", INTEGER)
a, b = parameter("a", BOOLEAN), parameter("b", BOOLEAN)
caller, couple, dataset = parameter("caller", MEMBER), parameter("couple", TC_REF), parameter("dataset", DS_REF)
content, nonce, declared = parameter("content", CONTENT), parameter("nonce", NONCE), parameter("hash", DATA_HASH)


def words(build: Any) -> str:
    with using(PAPER.schema):
        return expression_text(build(), PAPER.schema)


WORDS: list[tuple[Any, str]] = [
    (lambda: couple.status == "APPROVED", "TC[couple].status == APPROVED"),
    (lambda: ~(couple.status == "APPROVED") & (couple.rem > 0), "TC[couple].status != APPROVED and TC[couple].rem > 0"),
    (lambda: couple.ds.owner == caller, "TC[couple].ds.owner == caller"),
    (lambda: couple.exists & ~couple.ds.exists, "TC[couple] exists and TC[couple].ds does not exist"),
    (lambda: couple.ds.dssidlist.length, "TC[couple].ds.dssidlist.length"),
    (lambda: couple.ds.dssidlist.at(x + 1), "TC[couple].ds.dssidlist[x + 1]"),
    (lambda: (x + y) * 3 - (x - y) % 2, "(x + y) * 3 - (x - y) % 2"),
    (lambda: x - (y - 1) == 0, "x - (y - 1) == 0"),
    (lambda: (x <= y) | (x >= 5), "y >= x or x >= 5"),
    (lambda: (a | b) & ~(a & b), "(a or b) and not (a and b)"),
    (lambda: ~a | b, "a implies b"),
    (lambda: (~a | b) & ~a, "(a implies b) and not a"),
    (lambda: choose(a, x, y) > 1, "(x if a else y) > 1"),
    (lambda: declared == None, "hash == nothing"),
    (lambda: literal(False, BOOLEAN), "false"),
    (lambda: nonce == "no nonce", 'nonce == "no nonce"'),
    (lambda: declared.nonce == image(NONCE, caller), "hash.nonce == Nonce(caller)"),
    (lambda: declared == term(DATA_HASH, content=content, nonce=nonce), "hash == data hash(content: content, nonce: nonce)"),
    (lambda: deviating(caller), "deviating(caller)"),
    (lambda: in_run(0, couple.rem) == in_run(1, couple.rem), "first_run(TC[couple].rem) == second_run(TC[couple].rem)"),
    (lambda: every(couple.ds.dssidlist, lambda i, subset: subset.index == i),
     "every subset at position i in TC[couple].ds.dssidlist: DSS[subset].index == i"),
    (lambda: some(CI, lambda one: one.co == caller) & a, "(some instance in CI has CI[instance].co == caller) and a"),
    (lambda: count(CI, lambda one: some(CI, lambda other: other.hash == one.hash)) > 1,
     "(the number of instances in CI where (some other_instance in CI has CI[other_instance].hash == CI[instance].hash)) > 1"),
    (lambda: count(dataset.dssidlist, lambda i, subset: i > 1), "the number of positions i in DS[dataset].dssidlist where i > 1"),
    (lambda: total(dataset.dssidlist.where(lambda i, subset: i > 1), lambda subset: subset.index),
     "the sum of DSS[subset].index over every subset at position i in DS[dataset].dssidlist where i > 1"),
    (lambda: every(TJ.rows(couple), lambda job: job.nonce != None),
     "every instance in TJ[couple, *]: TJ[couple, instance].nonce != nothing"),
    (lambda: some(MEMBER, lambda member: deviating(member)), "some member in Member has deviating(member)"),
    (lambda: every(dataset.dssidlist, lambda subset: every(subset.ciidlist, lambda one: one.dss == subset)),
     "every subset in DS[dataset].dssidlist: every instance in DSS[subset].ciidlist: CI[instance].dss == subset"),
]  # fmt: skip


@pytest.mark.parametrize(("build", "expected"), WORDS, ids=[expected for _, expected in WORDS])
def test_an_expression_in_words(build: Any, expected: str) -> None:
    assert words(build) == expected


def test_names_of_bound_variables_without_a_schema_are_those_of_tables() -> None:
    with using(PAPER.schema):
        condition = some(CI, lambda one: one.co == caller)
    assert expression_text(condition) == "some ci in CI has CI[ci].co == caller"


def test_a_bound_variable_does_not_take_the_name_of_a_parameter() -> None:
    instance = parameter("instance", PAPER.transaction("JoinCI").parameters["instance"])
    assert words(lambda: some(CI, lambda one: one.hash == instance.hash)) == (
        "some other_instance in CI has CI[other_instance].hash == CI[instance].hash"
    )


def test_the_words_of_every_operation_are_known() -> None:
    with using(PAPER.schema):
        used = {node._op for build, _ in WORDS for node in walk(_expression(build()))}
    domains = {"list", "rows", "sort"}
    assert used >= {node._op for step in PAPER.transactions.values() for guard in step.guards.values() for node in walk(guard.condition)}
    assert used - domains == {
        "lit", "par", "var", "field", "exists", "eq", "lt", "not", "and", "or", "add", "sub", "scale", "mod", "ite",
        "term", "part", "image", "deviating", "run", "every", "some", "count", "total",
    }  # fmt: skip


def _expression(value: Any) -> Expression:
    assert isinstance(value, Expression)
    return value


def test_the_document_has_every_clause() -> None:
    assert DOCUMENT.startswith("# paper: the paper's protocol, literally\n")
    for name in (*PAPER.transactions, *PAPER.switches, *PAPER.inner, *(t for t in PAPER.schema.tables if "." not in t)):
        assert name in DOCUMENT, name
    joined = " ".join(DOCUMENT.split())
    for step in PAPER.transactions.values():
        for guard in step.guards.values():
            assert f"**{guard.name}** ({guard.grade})" in joined, guard
    for switch in PAPER.switches.values():
        assert switch.one_place in joined and switch.another_place in joined and switch.reason in joined


def test_the_summary_is_what_json_can_hold() -> None:
    content = summary(PAPER)
    assert json.loads(json.dumps(content)) == content
    assert [len(content[part]) for part in ("assets", "transactions", "inner", "off_chain", "switches")] == [10, 15, 22, 12, 19]
    assert [step["label"] for step in content["off_chain"].values()] == [f"O{number}" for number in range(1, 13)]
    assert content["counts"]["inner transactions"] == {"printed": 0, "reconstructed": 22}


@pytest.mark.parametrize(
    ("only", "start"),
    [
        ("StartRound", "# StartRound\n"), ("O3", "# O3 ComputeHash\n"), ("ComputeHash", "# O3 ComputeHash\n"),
        ("TC", "# TC — train couple\n"), ("Received", "# Received — "), ("X04", "- **X04** L469 "),
        ("EmitEvent", "- **EmitEvent** (reconstructed"), ("SubmitJoinCI", "# SubmitJoinCI\n"),
    ],
)  # fmt: skip
def test_one_part_alone(only: str, start: str) -> None:
    part = show(PAPER, only)
    assert part.startswith(start)
    assert len(part.split("\n")) < 80


def test_the_listing_reads_as_printed() -> None:
    part = show(PAPER, "StartRound")
    assert "- **couple_approved** (printed L394): `TC[couple].status == APPROVED`" in part
    assert "for each subset at position i in TC[couple].ds.dssidlist where i % 2 == (TC[couple].round + 1 + 1) % 2:" in part


def test_an_unknown_part_is_refused_with_the_choices() -> None:
    with pytest.raises(SpecificationError, match=r"^paper: no transaction, asset, step or switch 'StartRund'; choices: .*StartRound.*X19"):
        show(PAPER, "StartRund")


# --- differences ---


def reading(**readings: str) -> Protocol:
    return variant("paper").load(readings)


def test_nothing_differs_from_itself() -> None:
    assert difference(PAPER, reading()) == "# From paper to paper\n\nNo clause differs.\n"


def test_a_reading_is_told_by_its_clauses() -> None:
    told = difference(PAPER, reading(X07="verified_only"))
    assert [line for line in told.split("\n") if line.startswith("## ")] == ["## switches", "## StartRound"]
    assert "+ guard instances_verified\n" in told and "~ " in told and "- guard" not in told
    assert "- guard instances_verified\n" in difference(reading(X07="verified_only"), PAPER)


def test_an_amendment_is_told_with_its_reason() -> None:
    added = Amendment("add_field", "TC.deadline", "a round stays open", reconstructed(INTEGER, "rounds end"))
    guard = Amendment("require", "StartRound.nothing_open", "a restart", lambda tx, couple: couple.rem == 0)
    waived = Amendment("waive", "StartRound.couple_approved", "a test")
    effect = Amendment("replace_effect", "CompleteTC.pay", "free", lambda tx, couple: [becomes(couple.paid, False)])
    policy = Amendment("policy", "majority", "a forged write set")
    amended = Variant("amended", "amended", PAPER_TEXT, (added, guard, waived, effect, policy), parent="paper").load()
    told = difference(PAPER, amended)
    assert "- require StartRound.nothing_open, because a restart.\n" in told
    for line in (
        "+ field deadline", "+ guard nothing_open", "- guard couple_approved", "~ effect pay",
        "    - TC[couple].paid := true", "    + TC[couple].paid := false", "    + majority — a forged write set",
    ):  # fmt: skip
        assert f"\n{line}\n" in told, told
    assert "Parent: paper." in show(amended) and "because a restart" in show(amended)


def test_text_kind_is_plain() -> None:
    assert summary(PAPER)["assets"]["DO"]["fields"]["name"] == {"kind": TEXT.name, "never_reset": False, "printed": True, "source": "L305"}
