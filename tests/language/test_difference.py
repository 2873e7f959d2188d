"""A difference tells every clause that changed, each with the amendment that changed it and the attack that it answers."""
# ruff: noqa: E501 (expected lines stand as they are told)

from functools import cache
from typing import Any

import pytest

from spec.difference import STEPS, Difference, difference
from spec.language import INTEGER, Amendment, Variant, becomes, literal, reconstructed
from spec.paper import TEXT
from spec.paper.assets import CI, CI_REF
from spec.schema import Table
from spec.text import Protocol
from spec.variants import VARIANTS, variant

BECAUSE = "A0: an attack"


@cache
def paper(**readings: str) -> Protocol:
    return variant("paper").load(readings)


def amended(*amendments: Amendment) -> str:
    return difference(paper(), Variant("amended", "amended", TEXT, amendments, parent="paper").load())


def block(told: str, subject: str) -> list[str]:
    """The lines below a subject's heading."""
    _, _, rest = told.partition(f"### {subject}\n")
    return [line for line in rest.partition("\n## ")[0].partition("\n### ")[0].split("\n") if line and not line.startswith("```")]


def test_nothing_differs_from_itself() -> None:
    assert difference(paper(), variant("paper").load()) == "# From paper to paper\n\nNo clause differs.\n"


def test_a_reading_is_told_by_its_clauses() -> None:
    told = difference(paper(), paper(X07="verified_only"))
    assert [line for line in told.split("\n") if line.startswith("##")] == [
        "## Readings and policy", "### switches", "## Transactions", "### StartRound",
    ]  # fmt: skip
    assert "+ guard instances_verified\n" in told and "~ X07\n" in told and "- guard" not in told
    assert "- guard instances_verified\n" in difference(paper(X07="verified_only"), paper())


def test_clauses_that_are_added_gone_and_changed() -> None:
    told = amended(
        Amendment("add_field", "TC.deadline", "A1: a round stays open", reconstructed(INTEGER, "rounds end")),
        Amendment("require", "StartRound.nothing_open", "A2: a restart", lambda tx, couple: couple.rem == 0),
        Amendment("waive", "StartRound.couple_approved", "A3: a test"),
        Amendment("replace_effect", "CompleteTC.pay", "A4: free", lambda tx, couple: [becomes(couple.paid, False)]),
        Amendment("policy", "majority", "A16: a forged write set"),
    )
    assert block(told, "TC") == ["+ field deadline", "    Integer (rounds end)", "    because A1: a round stays open"]
    assert block(told, "StartRound") == [
        "+ guard nothing_open", "    TC[couple].rem == 0", "    because A2: a restart",
        "- guard couple_approved", "    TC[couple].status == APPROVED (printed L394) The TC must be approved by the DO so that model training can",
        "            start.", "    because A3: a test",
    ]  # fmt: skip
    assert block(told, "CompleteTC") == [
        "~ effect pay", "    - TC[couple].paid := true", "    + TC[couple].paid := false", "    because A4: free",
    ]  # fmt: skip
    assert block(told, "endorsement policy") == ["~ policy", "    - any", "    + majority", "    because A16: a forged write set"]


def test_a_part_is_told_once_and_what_follows_from_it_beside_the_clauses_that_speak_of_it() -> None:
    part = Amendment("add_part", "data hash.instance", BECAUSE, (CI_REF, lambda tx: tx.named("instance")))
    told = amended(part)
    assert block(told, "pre-image data hash") == ["+ part instance", "    reference to CI", f"    because {BECAUSE}"]
    assert "### JoinCI\n" not in told, "its parameter is a data hash as before"
    assert block(told, "ComputeHash")[-1] == f"    follows from add_part data hash.instance: {BECAUSE}"


def test_a_new_pre_image_says_what_uses_it() -> None:
    lines = block(difference(paper(), variant("hardened").load()), "pre-image epoch seed")
    assert lines[0] == "+ pre-image" and lines[-1] == "    used by: StartRound, words of the claims"


def test_a_key_that_grew_is_told_where_rows_are_named() -> None:
    told = amended(Amendment("add_key", "TJ.round", BECAUSE, (INTEGER, lambda keys: literal(0, INTEGER))))
    assert block(told, "TJ")[0] == "~ key" and block(told, "TJ")[-1] == f"    because {BECAUSE}"
    assert block(told, "Collect")[-1] == f"    follows from add_key TJ.round: {BECAUSE}"


def test_a_new_table_has_its_reason_at_its_head() -> None:
    told = amended(Amendment("add_table", "Clock", BECAUSE, Table("Clock", "clock", BECAUSE, (), {"now": reconstructed(INTEGER, "ticks")})))
    assert block(told, "Clock") == [
        f"add_table Clock, because {BECAUSE}.", "+ table", "    clock", "+ key", "    (none: one row)", "+ field now", "    Integer (ticks)",
    ]  # fmt: skip


def test_access_lines_and_notions_are_clauses() -> None:
    def given(couple: Any) -> Any:
        """None is left."""
        return couple.round

    told = amended(
        Amendment("allow", "CI.JoinCI", "C35: anybody", ("hash", "CO", lambda caller, row: row.co == caller, "its CO")),
        Amendment("allow", "TC.UpdateTJ", "A8: gone"), Amendment("notion", "remaining", "A8: another", given),
        Amendment("notion", "round_is_open", "A9: none", "there are no rounds"),
    )  # fmt: skip
    for line in ("~ CI by JoinCI", "    because C35: anybody", "- TC by UpdateTJ", "    because A8: gone", "~ remaining", "    - TC[couple].rem",
                 "    + None is left.", "    + TC[couple].round", "    + no meaning: there are no rounds", "    because A9: none"):  # fmt: skip
        assert f"\n{line}\n" in told, told


def test_a_submission_repeats_nothing_of_its_transaction() -> None:
    told = amended(Amendment("power", "UpdateTJ", BECAUSE, lambda tx, *_: {"may": True}))
    assert "### UpdateTJ\n" in told and "### SubmitUpdateTJ" not in told


def test_a_step_that_is_gone() -> None:
    told = amended(Amendment("publication", "JoinCI", BECAUSE))
    assert block(told, "SubmitJoinCI") == ["- gone", f"    because {BECAUSE}"]


def test_an_amendment_that_changes_nothing_is_named() -> None:
    told = amended(Amendment("replace_guard", "StartRound.couple_exists", BECAUSE, lambda tx, couple: couple.exists))
    assert "couple_exists" in told and "## Amendments that change no clause" not in told, "its grade changes"
    told = amended(Amendment("replace_effect", "CompleteTC.pay", BECAUSE, lambda tx, couple: [becomes(couple.paid, True)]))
    assert told.endswith(f"No clause differs.\n\n## Amendments that change no clause\n\n- replace_effect CompleteTC.pay, because {BECAUSE}.\n")


def test_the_way_back_says_what_is_missing() -> None:
    owned = Amendment("require", "JoinCI.own", BECAUSE, lambda tx, instance, *_: CI[instance].co == tx.caller)
    told = difference(Variant("owned", "", TEXT, (owned,)).load(), paper())
    assert block(told, "JoinCI") == ["- guard own", "    CI[instance].co == caller", f"    because without: {BECAUSE}"]


# --- of the known variants: a reader of any change sees what it answers ---


@pytest.mark.parametrize("name", [name for name, known in VARIANTS.items() if known.parent])
def test_every_changed_clause_has_a_reason_and_every_amendment_a_change(name: str) -> None:
    told = Difference(variant(str(VARIANTS[name].parent)).load(), variant(name).load())
    without = []
    for section in told.new:
        for subject in told.subjects(section):
            whole = told.whole(subject)
            reasons = [told.because(subject, clause, before or "", after or "") for clause, before, after in told.changes(section, subject)]
            gone = subject not in told.remaining and any(reasons)
            if not whole and not gone and section != "Pre-images" and not all(reasons):
                without.append(f"{section}: {subject}")
    assert without == []
    assert [amendment.name for amendment in told.made if amendment.name not in told.shown] == []
    assert all(title in told.new for title in STEPS.values())


