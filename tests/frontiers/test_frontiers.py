"""Frontiers: a value is proved or falls to a replayed attack; what is between is said; figures are of this text."""

from __future__ import annotations

import json

import pytest

from marketproof.__main__ import main
from marketproof.accepted import committed_for
from marketproof.frontiers import At, between, claim_at, decided
from marketproof.progress import Progress
from marketproof.store import Store
from marketproof.variants import load, variant_named
from properties.claims import goal_of
from properties.frontiers import FRONTIERS
from properties.small_scope_given import varied


def at(name: str, k: int) -> At:
    return decided(variant_named("hardened"), FRONTIERS[name], k, 0, Store(enabled=False), Progress(False))


@pytest.mark.parametrize("name", ["deviating", "group of 2"])
def test_one_more_deviating_owner_is_an_attack(name: str) -> None:
    found = at(name, FRONTIERS[name].values[-1])
    assert found.verdict == "refuted" and "replayed" in found.method
    assert any("TakeResult" in said or "result" in said for said in found.told[-1:])


def test_a_quorum_of_one_report_less_is_proved() -> None:
    """That more than half is needed is not so: half is enough where fewer than half deviate."""
    found = at("quorum", -1)
    assert (found.verdict, found.told) == ("proved", [])


@pytest.mark.parametrize(("verdicts", "exact"), [
    (("proved", "proved", "refuted"), True), (("proved", "unknown", "refuted"), False), (("refuted", "proved"), False),
    (("proved", "proved"), False), (("refuted",), False),
])  # fmt: skip
def test_exact_means_that_nothing_lies_between(verdicts: tuple[str, ...], exact: bool) -> None:
    found = between([At(k, "", verdict, "") for k, verdict in enumerate(verdicts)])
    assert found["exact"] is exact
    assert (found["refuted_at"] is not None) is exact


@pytest.mark.parametrize("name", FRONTIERS)
def test_each_value_changes_the_text_or_the_claim(name: str) -> None:
    """No two values ask the same, and the text as it stands is one of those that are asked about, or the claim is."""
    one, variant = FRONTIERS[name], variant_named("hardened")
    asked = []
    for k in one.values:
        protocol = varied(variant, one.changed(k))
        claim = claim_at(one, k)
        goal = goal_of(claim, protocol, protocol.transactions)
        asked.append((str(vars(goal)), str(protocol.transactions["TakeResult"].guards["has_quorum"].condition)))
    assert len(set(asked)) == len(one.values)


def test_committed_frontiers_are_of_the_text_and_exact() -> None:
    known = committed_for("frontiers", load("hardened", []))
    assert known is not None, "run `marketproof frontier --accept`"
    assert [one["name"] for one in known["frontiers"]] == list(FRONTIERS)
    assert all(one["exact"] for one in known["frontiers"])


def test_another_text_has_no_committed_frontiers() -> None:
    changed = variant_named("hardened").load(waive=("require TakeResult.no_result",))
    assert committed_for("frontiers", changed) is None


@pytest.mark.parametrize(("arguments", "said"), [
    (["frontier", "nothing"], "choices"), (["frontier", "--accept", "quorum"], "--accept"),
    (["frontier", "--variant", "paper"], "not proved"),
])  # fmt: skip
def test_bad_use_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_json_of_one_frontier(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["frontier", "group of 2", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [(one["proved_at"], one["refuted_at"]) for one in told["frontiers"]] == [(1, 2)]
