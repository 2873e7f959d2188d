"""`marketproof compare`: which of two claims, or of two coalitions, says or can do more; with a state for each difference."""
# ruff: noqa: E501 (tables of queries)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marketproof.recheck import recheck
from tests.cli.calling import ROOT, WIDTH, Call, check_refused, widest

JOINED_ONCE = ROOT / "examples" / "joined_once.py"
STRONGER = "always: every(CI, lambda ci: recorded_hash(ci) == checked_hash(ci))"
SAME = 'always: not some(CI, lambda ci: ci.status == "VERIFIED" and recorded_hash(ci) != checked_hash(ci))'
WEAKER = 'always: every(CI, lambda ci: implies(ci.status == "VERIFIED" and ci.rounds > 0, recorded_hash(ci) == checked_hash(ci)))'
OTHER = "always: every(CI, lambda ci: ci.rounds == 0)"

CHANGED_NOTION = """
from spec.language import Amendment, Variant
from spec.paper import TEXT

VARIANT = Variant("forgiving", "a hash that is missing is as good as any", TEXT, parent="paper", amendments=(
    Amendment("notion", "recorded_hash", "a change that weakens C11: the hash that was checked stands for the recorded one", MEANING),
))
"""


def compared(call: Call, *arguments: object) -> tuple[int, dict[str, Any]]:
    result = call("compare", *arguments, "--json")
    return result.code, json.loads(result.out)


@pytest.mark.parametrize("variant", ["paper", "hardened"])
@pytest.mark.parametrize(("second", "relation", "code"), [
    (STRONGER, "weaker", 0), (SAME, "equivalent", 0), (WEAKER, "stronger", 1), (OTHER, "incomparable", 1), ("C11", "equivalent", 0),
])  # fmt: skip
def test_claims(call: Call, variant: str, second: str, relation: str, code: int):
    got, found = compared(call, "C11", second, "--variant", variant)
    assert (got, found["relation"]) == (code, relation)
    (item,) = found["items"]
    for way in ("first_to_second", "second_to_first"):
        side = item[way]
        assert (side["outcome"] == "fails") == (side["separated"] is not None)
        if side["outcome"] == "fails":
            assert side["separated"]["state"] and side["separated"]["because"]


def test_a_comparison_turned_round_is_the_opposite(call: Call):
    assert compared(call, "C11", WEAKER)[1]["relation"] == "stronger" and compared(call, WEAKER, "C11")[1]["relation"] == "weaker"


def test_the_state_that_separates_is_told(call: Call):
    result = call("compare", "C11", STRONGER)
    told = " ".join(result.out.split())
    assert (
        told.startswith("C11 is weaker than always:")
        and "in a state that the concrete meaning confirms: CI[ci-1]: hash = data hash[" in told
    )
    assert "for CI[ci-1].hash" in told and widest(result.out) <= WIDTH


def test_proofs_can_be_checked_again(call: Call, tmp_path: Path):
    assert call("compare", "C11", STRONGER, "--out", tmp_path / "p").code == 0
    report = recheck(tmp_path / "p")
    assert report.confirmed and len(report.files) == 1


def test_counts_and_two_runs(call: Call):
    two, three = (f"always: every(TC, lambda couple: count(CI, lambda ci: selected_now(couple, ci)) < {n})" for n in (2, 3))
    assert compared(call, two, three)[1]["relation"] == "stronger"
    runs = "always: every(TC, lambda couple: {})"
    same = runs.format("in_run(0, couple.rem) == in_run(1, couple.rem)")
    _, found = compared(call, same, runs.format("implies(couple.paid, in_run(0, couple.rem) == in_run(1, couple.rem))"))
    state = found["items"][0]["second_to_first"]["separated"]["state"]
    assert found["relation"] == "stronger" and all(line.startswith(("run 1: ", "run 2: ")) for line in state)


def test_a_step_claim_is_compared_step_by_step(call: Call):
    got, found = compared(call, "C31/event", "C31/event")
    assert got == 0 and found["relation"] == "equivalent" and [item["relation"] for item in found["items"]] == ["equivalent"]


@pytest.mark.parametrize(("meaning", "relation", "code"), [
    ("lambda instance: instance.hash", "equivalent", 0),
    ("lambda instance: choose(instance.rounds > 0, instance.hash, VERIFIED_HASH[instance].hash)", "stronger", 1),
])  # fmt: skip
def test_the_same_claim_in_two_files(call: Call, tmp_path: Path, meaning: str, relation: str, code: int):
    """A change of what a word means weakens the claim that uses it."""
    changed = tmp_path / "new.py"
    words = "from spec.language import choose\nfrom spec.paper.assets import VERIFIED_HASH\n"
    changed.write_text(words + CHANGED_NOTION.replace("MEANING", meaning), encoding="utf-8")
    got, found = compared(call, "C11", "--variant", JOINED_ONCE, changed)
    assert (got, found["relation"]) == (code, relation)
    assert found["first"] == "C11 of joined_once" and found["second"] == "C11 of forgiving"


def test_powers_of_coalitions(call: Call):
    got, found = compared(call, "--powers", "CO", "MO+CO")
    assert (got, found["relation"]) == (1, "less")
    by = {item["name"]: item for item in found["items"]}
    assert (
        by["StartRound"]["relation"] == "less"
        and by["1 deviating CO"]["relation"] == "the same"
        and by["1 deviating MO"]["only"] == "MO+CO"
    )
    state = by["StartRound"]["second_to_first"]["separated"]["state"]
    assert "caller = mo-1" in state and "Entity[mo-1]: role = MO" in state
    assert by["StartRound"]["first_to_second"]["by"] == "Z3, confirmed by cvc5"
    assert compared(call, "--powers", "MO+CO", "CO")[0] == 0


@pytest.mark.parametrize(("first", "second", "relation"), [
    ("CO", "CO+CO", "less"), ("CO", "DO", "incomparable"), ("peer", "orderer", "more"), ("orderer", "CO", "less"), ("DO+CO", "CO", "more"),
])  # fmt: skip
def test_powers_of_other_pairs(call: Call, first: str, second: str, relation: str):
    assert compared(call, "--powers", first, second)[1]["relation"] == relation


def test_powers_of_one_coalition_in_two_variants(call: Call):
    got, found = compared(call, "--powers", "CO", "--variant", "paper", JOINED_ONCE)
    assert (got, found["relation"]) == (0, "more")
    assert [item["name"] for item in found["items"] if item["relation"] != "the same"] == ["JoinCI"]
    assert compared(call, "--powers", "CO", "--variant", JOINED_ONCE, "paper")[0] == 1


def test_variants_that_keep_other_tables_are_unknown_with_the_reason(call: Call):
    got, found = compared(call, "C33", "--variant", "paper", "hardened")
    assert (got, found["relation"]) == (1, "unknown")
    assert "TJ is not one table in paper and hardened" in found["items"][0]["first_to_second"]["reason"]


@pytest.mark.parametrize(("arguments", "part"), [
    ((), "two are compared"), (("C11",), "two are compared"), (("C11", "C12", "C33"), "two are compared"), (("C99", "C11"), "'C99'"),
    (("C11", "C17a"), "C17a is a claim of kind arith"), (("C11", "C24/rows"), "C24/rows is a claim of kind know"), (("C11", "--powers", "CO"), "either claims or --powers"),
    (("--powers", "me", "CO"), "'me'"), (("C11", "always: open('x')"), "no name 'open'"), (("C11", "--variant", "paper", "nosuch"), "'nosuch'"),
    (("C31/rem", "--variant", "paper", "hardened"), "C31/rem says nothing in hardened"),
    (("C11", "--variant", "paper", "paper", "paper"), "two are compared"),
])  # fmt: skip
def test_bad_use(call: Call, arguments: tuple[str, ...], part: str):
    check_refused(call("compare", *arguments), part)
