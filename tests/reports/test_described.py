"""What the evidence says of itself: claims and coalitions as they are defined, readings as taken, attacks as their witnesses have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.variants import load
from properties.paper_claims import CLAIMS
from tests.cli.calling import FAST_CHECK, spawned


def read(place: Path, name: str) -> Any:
    return json.loads((place / name).read_text(encoding="utf-8"))


def test_claims(real: Path) -> None:
    told = read(real, "claims.json")
    assert list(told["claims"]) == ["C11", "C25/same", "C25/once", "C25/open", "C17a"] and list(told["coalitions"]) == list(COALITIONS)
    for label, one in told["claims"].items():
        claim = CLAIMS[one["claim"]]
        (part,) = one["parts"]
        assert (one["title"], one["quotation"], one["cites"], one["against"]) == (
            claim.title, claim.quotation, claim.cites, list(claim.against),
        )  # fmt: skip
        assert part["statement"] in [known.statement for known in claim.parts] and label in (claim.name, f"{claim.name}/{part['name']}")


def test_variants(real: Path) -> None:
    (told,) = read(real, "variants.json")["variants"].values()
    protocol = load("paper", [])
    assert {name: switch["taken"] for name, switch in told["switches"].items()} == protocol.readings
    assert told["switches"]["X15"]["one_place"] == protocol.switches["X15"].one_place and told["amendments"] == []


def test_attacks_are_those_of_the_witnesses(real: Path) -> None:
    attacks = read(real, "attacks.json")["attacks"]
    assert set(attacks) == {path.relative_to(real).as_posix() for path in real.glob("witnesses/*")}
    for name, told in attacks.items():
        witness = read(real, name)
        assert [[step["name"] for step in run] for run in told["runs"]] == [
            [step["step"].removeprefix("Forge ") for step in run] for run in witness["runs"]
        ]
        numbered = [f"{place}. {step['sentence']}" for run in told["runs"] for place, step in enumerate(run, 1)]
        assert numbered == [line for line in witness["told"] if line[0].isdigit()] and told["broken"] == witness["told"][-1]
        assert told["honest_steps_before"] == len(witness["prefix"])


def test_steps_say_who_and_what(real: Path) -> None:
    attacks = read(real, "attacks.json")["attacks"]
    ((join,),) = attacks["witnesses/C11-CO.json"]["runs"]
    assert (join["kind"], join["by"], join["role"], join["deviating"]) == ("transaction", "co-1", "CO", True)
    assert join["event"] == "InstanceJoined(ci-1)" and join["arguments"]["instance"] == "ci-1"
    forged = attacks["witnesses/C11-peer.json"]["runs"][0][0]
    assert (forged["kind"], forged["by"], forged["name"], forged["deviating"]) == ("forged", "a peer", "CI", True)


def test_messages_name_whom_they_reach(tmp_path: Path) -> None:
    fast = (*FAST_CHECK[:4], "--claim", "C12", "--coalition", "orderer", "--evidence", tmp_path / "e")
    assert spawned(*fast).code == 0
    (run,) = read(tmp_path / "e", "attacks.json")["attacks"]["witnesses/C12-orderer.json"]["runs"]
    agreed = next(step for step in run if step["kind"] == "off_ledger")
    assert (agreed["name"], agreed["by"], agreed["reaches"], agreed["event"]) == ("AgreeContract", "do-1", {"co-5": "CO"}, "")


def test_who_deviates_by_silence_is_named_and_drawn(tmp_path: Path) -> None:
    fast = (*FAST_CHECK[:4], "--claim", "C32", "--coalition", "CO", "--evidence", tmp_path / "e")
    assert spawned(*fast).code == 0
    attacks = read(tmp_path / "e", "attacks.json")["attacks"]
    for name in ("witnesses/C32-closed-CO.json", "witnesses/C32-ended-CO.json"):
        assert attacks[name]["silent"] == {"co-1": "CO"} and "unless co-1" in attacks[name]["broken"]
    assert attacks["witnesses/C32-ended-CO.json"]["runs"] == [[]]
    assert spawned("report", tmp_path / "e", "--out", tmp_path / "r").code == 0
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert page.count("CO, deviating") >= 2
