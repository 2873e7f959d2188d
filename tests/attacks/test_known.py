"""The attacks that were known beforehand are in the evidence, and what is not there is said to be missing."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from typing import Any

import pytest

from marketproof import known
from marketproof.__main__ import main
from marketproof.progress import Progress
from properties.expectations import expected
from properties.known_attacks import KNOWN
from spec.language import Amendment


@functools.cache
def looks() -> dict[str, Any]:
    return known.looks_of(Progress(False))


def test_there_are_twenty_each_with_a_place() -> None:
    assert [one.number for one in KNOWN] == list(range(1, 21))
    assert all(one.places and all(place.words or place.name == "C26/random" for place in one.places) for one in KNOWN)


@pytest.mark.parametrize("one", KNOWN, ids=lambda one: str(one.number))
def test_it_is_found(one: Any) -> None:
    found = known.attack(one, looks())
    assert found["found"], f"{one.sentence}: {found['places']}"


@pytest.mark.parametrize("number", [2, 3, 9, 18])
def test_what_is_found_must_be_what_is_meant(number: int) -> None:
    """Other words, or none of the evidence: it is not found."""
    one = next(one for one in KNOWN if one.number == number)
    other = replace(one, places=tuple(replace(place, words=(*place.words, "a word that is not there")) for place in one.places))
    assert not known.attack(other, looks())["found"]
    nothing = {kind: lambda place: iter(()) for kind in looks()}
    assert not known.attack(one, nothing)["found"]


def test_a_claim_that_holds_finds_nothing() -> None:
    (holds,) = [label for label, by in (expected("paper") or {}).items() if label == "C29/weights"]
    place = replace(KNOWN[1].places[0], name=holds, against="CO", words=())
    assert list(known.refuted(expected("paper") or {}, place)) == []


@pytest.mark.parametrize("of_it", ["", "rem"])
def test_a_guard_that_does_not_close_the_way_finds_nothing(of_it: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That nothing remains to be reported is not enough: a subset without instances has nothing, and the search takes it."""
    weak = Amendment("require", "StartRound.weak", "a test", lambda tx, couple: couple.rem == 0 if of_it else couple.round >= 0)
    monkeypatch.setattr(known, "GUARD", weak)
    assert list(known.guarded(Progress(False), KNOWN[18].places[1])) == []


def test_the_committed_answers_are_what_is_found_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["known", "--json"]) == 0
    now = json.loads(capsys.readouterr().out)
    assert now == known.accepted()
    assert len(now["besides"]["claims"]) > 20 and not {"C25/once", "C12"} & set(now["besides"]["claims"])
