"""`marketproof explore`: what it says, its exit codes, and what it refuses."""

from __future__ import annotations

import json

from marketproof.small_evidence import sentences
from tests.cli.calling import Call, check_refused


def test_a_case_in_which_everything_holds(call: Call) -> None:
    result = call("explore", "--case", "1x2 none", "--case", "1x2 DO")
    assert result.code == 0 and max(map(len, result.out.splitlines())) <= 100
    assert "1x2 none: 19 all states, every claim holds" in result.out and "2 cases, 0 amendments dropped, 0 not as expected" in result.out


def test_what_falls_without_an_amendment_is_told(call: Call) -> None:
    result = call("explore", "--drop", "all settled", "--case", "1x2 none", "--json")
    found = json.loads(result.out)
    (drop,) = found["drops"]
    assert result.code == 0 and not found["cases"] and not found["conditions"]
    assert (drop["falls"], drop["coalition"]) == ("nothing left", "none") and any("CompleteTC" in step for step in drop["told"])
    assert found["claims"] == sentences()


def test_what_does_not_fall_as_expected_is_an_exit_code(call: Call) -> None:
    result = call("explore", "--drop", "whole epochs", "--case", "1x2 none")
    assert result.code == 1 and "nothing falls in 19 states" in result.out and "1 not as expected" in result.out


def test_what_is_refused(call: Call) -> None:
    check_refused(call("explore", "--case", "9x9 all"), "'9x9 all'", "1x2 none")
    check_refused(call("explore", "--drop", "gravity"), "'gravity'", "whole epochs")
    check_refused(call("explore", "--accept", "--case", "1x2 none"), "--accept")
    check_refused(call("explore", "--variant", "paper", "--case", "1x2 none"), "hardened")
