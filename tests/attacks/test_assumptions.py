"""Something falls without each assumption of a hardened verdict, or it says why it is not dropped."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from marketproof import assumptions
from marketproof.__main__ import main
from marketproof.assuming import Assuming
from marketproof.progress import Progress
from properties.assumptions import DROPPED, WHY, Dropping, dropping_of
from properties.paper_claims import CLAIMS
from spec.variants import variant

DROPPABLE = [one for one in DROPPED if one.how not in WHY]


@functools.cache
def assuming() -> Assuming:
    return Assuming(Progress(False))


@pytest.mark.parametrize("one", [one for one in DROPPABLE if one.how != "order"], ids=lambda one: one.begins[:40])
def test_something_falls_without_it(one: Dropping) -> None:
    fall = assuming().fall(one)
    assert fall is not None and fall.shown
    assert not one.claims or any(fall.claim.startswith(claim) for claim in one.claims)


@pytest.mark.parametrize(
    ("how", "what", "claims"),
    [
        ("waive", "switch X16", ("C35",)), ("unlimited", "no such condition", ("C06",)),
        ("guess", "one nym for each owner", ("C14/accepted",)), ("frontier", "none", ()),
    ],
)  # fmt: skip
def test_what_drops_nothing_lets_nothing_fall(how: str, what: str, claims: tuple[str, ...]) -> None:
    assert assuming().fall(Dropping("", how, what, claims)) is None


def test_every_assumption_of_a_claim_has_a_line() -> None:
    said = {assumption for claim in CLAIMS.values() for assumption in claim.assumptions}
    committed = assumptions.accepted(variant("hardened").load())
    assert committed is not None
    known = {one["assumption"] for one in committed}
    assert len(known) > 40 and all(dropping_of(one) is not None for one in known)
    assert all(dropping_of(one) is not None for one in said & known)


def test_the_committed_answers_leave_nothing_open() -> None:
    committed = assumptions.accepted(variant("hardened").load())
    assert committed is not None and all(one["outcome"] != assumptions.UNKNOWN for one in committed)
    assert sum(one["outcome"] == assumptions.FALLS for one in committed) >= len(DROPPABLE)


def rows(folder: Path, *assumed: str) -> str:
    row = {"variant": "hardened", "claim": "C11", "part": "", "verdict": "proved", "assumptions": list(assumed)}
    (folder / "verdicts.json").write_text(json.dumps({"rows": [row]}), encoding="utf-8")
    return str(folder)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assumptions", "--evidence", rows(tmp_path, "a complaint may be a lie"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["assumptions"][0]["outcome"] == "not dropped"
    assert main(["assumptions", "--evidence", rows(tmp_path, "the moon is full")]) == 1
    assert "nothing found: the table" in capsys.readouterr().out
    assert main(["assumptions", "--evidence", str(tmp_path / "none")]) == 2
    (tmp_path / "verdicts.json").write_text("{", encoding="utf-8")
    assert main(["assumptions", "--evidence", str(tmp_path)]) == 2
    assert "no evidence of verdicts" in capsys.readouterr().err
