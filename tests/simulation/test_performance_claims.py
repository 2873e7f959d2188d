"""The claims of speed as data, and the contradictions among them, each decided by the solver."""

from __future__ import annotations

import pytest

from model.arithmetic import decide
from properties.performance_claims import PERFORMANCE_CLAIMS, ROLES, fitted_claims
from properties.performance_statements import CONTRADICTIONS, Contradiction, by_peers

NAMES = {one.name for one in PERFORMANCE_CLAIMS}


def test_every_claim_of_the_paper_is_there_and_can_be_measured_or_says_why_not() -> None:
    assert {name.partition("/")[0] for name in NAMES} == {f"P{number:02}" for number in range(1, 16)}
    for one in PERFORMANCE_CLAIMS:
        assert one.quotation and one.cites.startswith("L") and one.role in ROLES
        assert bool(one.readings) != bool(one.untestable), one.name
        assert (one.low is None) == (one.high is None) and (one.low is None or one.low < (one.high or 0)), one.name
        assert one.low is not None or one.direction or one.untestable, one.name


def test_what_a_fit_may_use_is_declared() -> None:
    assert [one.name for one in fitted_claims()] == ["P02", "P07/rate"]


@pytest.mark.parametrize("one", CONTRADICTIONS, ids=lambda one: one.name)
def test_sentences_exclude_each_other_as_they_stand_and_not_at_any_tolerance(one: Contradiction) -> None:
    assert decide(one.statement(0)).verdict == "proved"
    loose = decide(one.statement(999))
    assert loose.verdict == "refuted" and loose.numbers


@pytest.mark.parametrize("name", list(by_peers(0)))
def test_no_sentence_excludes_itself(name: str) -> None:
    assert decide(~by_peers(0)[name]).verdict == "refuted"


@pytest.mark.parametrize(("one", "needed"), [
    pytest.param(one, name, id=f"{one.name} {name}") for one in CONTRADICTIONS[2:4] for name in one.claims
])  # fmt: skip
def test_each_sentence_is_needed(one: Contradiction, needed: str) -> None:
    """Without any one of them the others have numbers."""
    of = by_peers(0)
    rest = [of[name] for name in one.claims if name != needed]
    assert decide(~(rest[0] & rest[1] & rest[2])).verdict == "refuted"
