"""The specification as a document: complete, in readable words, and told as a difference between variants and readings."""

import json
import re
from typing import Any

import pytest

from spec.errors import SpecificationError
from spec.kinds import BOOLEAN, INTEGER, MEMBER
from spec.language import (
    choose,
    count,
    deviating,
    drawn_at,
    every,
    in_run,
    literal,
    permuted,
    some,
    term,
    total,
)
from spec.paper.assets import CI, CONTENT, DATA_HASH, DELIVERY, DS_REF, NONCE, TC_REF, TJ
from spec.schema import using
from spec.show import expression_text, show, summary
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
    (lambda: permuted(term(DATA_HASH, content=content, nonce=nonce), x + 1, y) == x,
     "permutation(y, data hash(content: content, nonce: nonce))[x + 1] == x"),
    (lambda: drawn_at(term(DATA_HASH, content=content, nonce=nonce), x, y) == 0,
     "permutation(y, data hash(content: content, nonce: nonce)).index(x) == 0"),
    (lambda: x + -2, "x - 2"),
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
    (lambda: every(DELIVERY.rows(couple), lambda row: row.hash == None),
     "every instance, round in Delivery[couple, *, *]: Delivery[couple, instance, round].hash == nothing"),
    (lambda: some(TJ.rows(), lambda job: (job.nonce == nonce) & (job.couple == couple)),
     "some other_couple, instance in TJ[*, *] has TJ[other_couple, instance].nonce == nonce and other_couple == couple"),
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
        "term", "part", "image", "deviating", "run", "every", "some", "count", "total", "permuted", "drawn_at",
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
    assert content["counts"]["inner transactions"] == {"printed": 0, "reconstructed": 22, "amended": 0}


@pytest.mark.parametrize(
    ("only", "start"),
    [
        ("StartRound", "# StartRound\n"), ("O3", "# O3 ComputeHash\n"), ("ComputeHash", "# O3 ComputeHash\n"),
        ("TC", "# TC — train couple\n"), ("Received", "# Received — "), ("X04", "- **X04** L469 "),
        ("EmitEvent", "- **EmitEvent** (reconstructed"), ("SubmitJoinCI", "# SubmitJoinCI\n"),
        ("remaining", "- **remaining**(couple): How many"), ("data hash", "- **data hash**: content: Content, nonce: Nonce\n"),
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
    with pytest.raises(SpecificationError, match=r"^paper: no transaction, .* or word 'StartRund'; choices: .*StartRound.*X19"):
        show(PAPER, "StartRund")


def test_text_kind_is_plain() -> None:
    assert summary(PAPER)["assets"]["DO"]["fields"]["name"] == {
        "kind": "Text", "never_reset": False, "printed": True, "source": "L305", "amended": False, "because": "",
    }  # fmt: skip


# --- a variant ---

HARDENED = variant("hardened").load()
REPAIRED = show(HARDENED)
TEXT_OF_REPAIRED = " ".join(REPAIRED.split())


def test_the_variants_document_has_every_clause_and_every_reason() -> None:
    for name in (*HARDENED.transactions, *HARDENED.schema.notions, *(t for t in HARDENED.schema.tables if "." not in t)):
        assert name in REPAIRED, name
    for amendment in HARDENED.amendments:
        assert amendment.because in TEXT_OF_REPAIRED, amendment.name
    assert f"## Amendments ({len(HARDENED.amendments)})" in REPAIRED


def test_an_amended_guard_says_so_and_a_printed_one_keeps_its_line() -> None:
    part = " ".join(show(HARDENED, "StartRound").split())
    assert "**couple_approved** (printed L394): `TC[couple].status == APPROVED`" in part
    assert "**epochs_left** (amended because A2: " in part and "open (amended because A1, A2, A8: see Round) Round[couple" in part


def test_a_table_without_a_key_is_one_row() -> None:
    assert "One row, without a key" in show(HARDENED, "Clock")
    assert "Clock.now := Clock.now + 1" in show(HARDENED, "Tick")


def test_a_pre_image_tells_its_parts_and_what_fills_in_those_that_were_added() -> None:
    part = " ".join(show(HARDENED, "model hash").split())
    assert part.startswith("- **model hash**: weights: weights, nonce: Nonce, owner: reference to CO, couple: reference to TC,")
    assert "`owner` is amended because A4, C19: another's commitment is repeated." in part and "`CI[instance].co` (" in part
    assert "opened by whom `to` names" in show(PAPER, "sealed location")


def test_a_notion_tells_its_meaning_or_why_it_has_none() -> None:
    assert "`TC[couple].rem`" in show(PAPER, "remaining")
    assert "amended because A8: see TC.rem): no meaning: the variant stores no counter" in " ".join(show(HARDENED, "remaining").split())
    assert "`TC[couple].round > 0 and not Round[couple, TC[couple].round].closed`" in show(HARDENED, "round_is_open")
    assert "judged(couple, subset, round, Result[couple, round, subset]." in " ".join(show(HARDENED, "results_taken_as_right").split())
    assert {name: bool(notion["meaning"] or notion["absent"]) for name, notion in summary(HARDENED)["notions"].items()} == dict.fromkeys(
        HARDENED.schema.notions, True
    )


def test_what_a_step_says_twice_has_a_name_in_it() -> None:
    step = summary(HARDENED)["transactions"]["StartRound"]
    drawn = next(name for name, text in step["where"].items() if text.startswith("permutation("))
    assert any(f"batch: {drawn}" in line for line in step["effects"]["open"])
    names = {name for steps in (summary(PAPER), summary(HARDENED)) for step in steps["transactions"].values() for name in step["where"]}
    assert names and all(name.startswith("$") for name in names)


def test_a_name_is_used_at_least_twice_and_said_once() -> None:
    for step in summary(HARDENED)["transactions"].values():
        said = json.dumps({key: value for key, value in step.items() if key != "reasons"})
        for name in step["where"]:
            assert len(re.findall(rf"\{name}(?!\d)", said)) >= 3, (step["description"], name)


def test_the_summary_of_a_variant_is_what_json_can_hold() -> None:
    content = summary(HARDENED)
    assert json.loads(json.dumps(content)) == content
    assert content["counts"]["transactions"]["amended"] > 15 and content["counts"]["inner transactions"]["amended"] == 0
    assert {amendment["of"] for amendment in content["amendments"]} >= {"switches", "access", "words of the claims", "pre-image data hash"}
