"""The evidence of what can be known is confirmed by rules written a second time, and no altered line of it is."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.known_evidence import knowledge_file
from marketproof.recheck_knowledge import Opinion, check_document, recheck_knowledge
from model.scope import Scope
from properties.paper_claims import CLAIMS
from spec.variants import variant

LABELS = ("C14/distinct", "C15", "C24/rows", "C36/links", "C43", "C44")


@cache
def text(name: str) -> str:
    bench = Bench(variant(name).load())
    claims = [part for claim in CLAIMS.values() for part in claim.split() if part.label in LABELS]
    decided = [(claim, bench.knowledge.decide(claim, one, Scope.parse(claim.scope))) for claim in claims for one in COALITIONS.values()]
    (found,) = knowledge_file(bench, decided).values()
    return found


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(json.loads(text(name)))
    return found


def opinion(found: dict[str, Any]) -> Opinion:
    said = Opinion()
    check_document(found, said)
    return said


def cells(found: dict[str, Any], has: str) -> list[dict[str, Any]]:
    return [cell for cell in found["cells"] if has in cell]


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_everything_is_confirmed(name: str) -> None:
    found = document(name)
    assert opinion(found) == Opinion(len(found["cells"]), []) and len(found["cells"]) > 15


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_a_line_that_is_gone_is_missed(name: str) -> None:
    found = document(name)
    for cell in cells(found, "lines"):
        kept = cell["lines"]
        for place in range(len(kept)):
            cell["lines"] = [[number, rule, [one for one in premises if one != place]] for number, rule, premises in kept]
            cell["lines"][place][0] = (kept[place][0] + 1) % len(found["settings"][0]["terms"])
            cell["lines"][place][1] = "open"
            assert opinion(found).wrong, (cell["claim"], place)
        cell["lines"] = kept
    assert not opinion(found).wrong


def test_a_member_who_was_not_in_the_coalition_is_missed() -> None:
    found = document("paper")
    for cell in cells(found, "lines"):
        cell["members"] = []
    told = [line for line in opinion(found).wrong if "no fact that the coalition has" in line]
    assert len(told) >= 5


def test_a_fixpoint_that_is_too_small_or_too_large_is_missed() -> None:
    found = document("hardened")
    held = next(cell for cell in cells(found, "fixpoints") if cell["fixpoints"])
    one = held["fixpoints"][0]
    right = one["known"]
    one["known"] = "0"
    assert any("lacks a fact" in line for line in opinion(found).wrong)
    terms = next(setting["terms"] for setting in found["settings"] if setting["name"] == held["setting"])
    one["known"] = f"{(1 << len(terms)) - 1:x}"
    assert any("has a goal" in line for line in opinion(found).wrong)
    facts = {number for number, *_ in found["settings"][0]["facts"]}
    derived = next(number for number in range(len(terms)) if int(right, 16) >> number & 1 and number not in facts)
    one["known"] = f"{int(right, 16) & ~(1 << derived):x}"
    assert any("is not closed under" in line for line in opinion(found).wrong)


def test_a_verdict_that_is_not_that_of_its_graph_is_missed() -> None:
    found = document("paper")
    link = cells(found, "link")[0]["link"]
    pair, link["pair"] = link["pair"], []
    assert any("not that of its graph" in line for line in opinion(found).wrong)
    link["pair"] = [pair[0], next(node for node, kind, _ in link["nodes"] if kind == "dataset")]
    assert any("does not show it" in line for line in opinion(found).wrong)


def test_a_graph_that_links_what_is_said_to_be_apart_is_missed() -> None:
    found = document("hardened")
    for cell in cells(found, "link"):
        nodes = [node for node, kind, of in cell["link"]["nodes"] if kind == "pseudonym" and of not in cell["link"]["members"]]
        cell["link"]["edges"] += [[one, other, "made up"] for one in nodes for other in nodes if one != other]
    assert any("links a member to two datasets" in line for line in opinion(found).wrong)


def test_smallest_coalitions_are_computed_again() -> None:
    found = document("paper")
    least = next(one for one in found["least"] if one["claim"] == "C24/rows")
    right = least["smallest"]
    least["smallest"] = [["co-2"], *right]  # it has rows of the other subset
    assert any("does not reach it" in line for line in opinion(found).wrong)
    least["smallest"] = [[*one, "co-4"] for one in right if len(one) == 1]
    assert any("a smaller coalition is not excluded" in line for line in opinion(found).wrong)
    least["smallest"], least["without"] = right, [*least["without"], right[0]]
    assert any("largest coalition without it reaches it" in line for line in opinion(found).wrong)


def test_files_that_cannot_be_read_are_wrong_and_end_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "empty.json").write_text('{"settings": []}')
    (tmp_path / "paper.json").write_text(text("paper"))
    said = recheck_knowledge(tmp_path)
    assert len(said.wrong) == 2 and said.confirmed > 15
    assert recheck_knowledge(tmp_path / "nowhere") == Opinion()
