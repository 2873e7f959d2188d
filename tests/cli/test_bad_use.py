"""Arguments that cannot be: one line with the value and the choices, exit code 2, nothing done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import FAST, Call, check_refused

CLAIMS, COALITIONS = "C11, C12", "CO+CO, DO"
SCOPE = "1 to 24 subsets and replicas"

ARGUMENTS = [
    (("attack", "--claim", "C99"), ("'C99'", CLAIMS)),
    (("attack", "--claim", "C31/nope"), ("'nope'", "event, rem")),
    (("attack", "--claim", ""), ("''", CLAIMS)),
    (("attack", "--claim", "C11\x1b[31m\nx"), (r"'C11\x1b[31m\nx'", CLAIMS)),
    (("attack", "--coalition", "me"), ("'me'", COALITIONS)),
    (("attack", *FAST, "--variant", "nosuch"), ("'nosuch'", "paper")),
    (("attack", *FAST, "--switch", "X99=owner"), ("'X99'", "X01, X02")),
    (("attack", *FAST, "--switch", "X15=bad"), ("'bad'", "nothing, owner, role")),
    (("attack", *FAST, "--switch", "X15"), ("'X15'", "X15=owner")),
    (("attack", *FAST, "--from", "there"), ("'there'", "market", "empty")),
    (("spec", "show", "nosuch"), ("'nosuch'", "paper")),
    (("spec", "show", "--only", "Nothing"), ("'Nothing'", "StartRound", "X06")),
    (("spec", "show", "--only", "Nothing", "--json"), ("'Nothing'", "StartRound")),
    (("spec", "diff", "paper", "nosuch"), ("'nosuch'", "paper")),
    (("spec", "nothing"), ("'nothing'", "show", "diff", "generate")),
    (("spec",), ("show|diff|generate",)),
    (("completion", "tcsh"), ("'tcsh'", "bash", "zsh", "fish")),
    (("nothing",), ("'nothing'", "check", "attack", "replay", "spec", "doctor", "completion")),
    (("attack", "--nothing"), ("--nothing", "marketproof --help")),
    (("replay",), ("WITNESS",)),
    *((("attack", "--claim", "C11", "--scope", scope), (repr(scope), SCOPE))
      for scope in ("0x2", "-1x2", "2x-1", "0x0", "1000000000x1", "25x1", "24x24")),
    *((("attack", "--claim", "C11", "--scope", scope), (repr(scope), "such as 2x3"))
      for scope in ("2", "x", "2x2x2", "", "axb", "9" * 20 + "x1")),
    *((("attack", *FAST, "--depth", depth), (repr(depth), "0 to 40")) for depth in ("-1", "41", "1000", "abc", "", "1.5", "1" * 500)),
    *((("attack", *FAST, "--seed", seed), (repr(seed), "0 to 2147483647")) for seed in ("-1", "2147483648", "9" * 99, "x", "1e3")),
    *((("attack", *FAST, "--timeout-s", seconds), (repr(seconds), "up to 10000000"))
      for seconds in ("0", "nan", "inf", "-inf", "-nan", "-1", "1e9", "soon")),
    *((("check", "--without-job", *FAST, "--jobs", number), (repr(number), "from 1 to 64")) for number in ("0", "-1", "65", "two")),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts"), ARGUMENTS, ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else None)
def test_an_argument_is_refused(call: Call, arguments: tuple[str, ...], parts: tuple[str, ...]) -> None:
    check_refused(call(*arguments), *parts)


@pytest.mark.parametrize(("option", "value"), [("scope", "0x2"), ("claim", "C99"), ("coalition", "me"), ("variant", "no"), ("depth", "-1")])
def test_check_refuses_before_it_writes(call: Call, tmp_path: Path, option: str, value: str) -> None:
    check_refused(call("check", "--without-job", f"--{option}", value, "--evidence", tmp_path / "e"), repr(value))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", [("--claim", "C11"), ("--coalition", "CO"), ("--depth", "2"), ("--from", "empty"), ("--timeout-s", "9")])
def test_only_the_whole_matrix_is_accepted(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: tuple[str, str]
) -> None:
    monkeypatch.setattr("properties.expectations.FOLDER", tmp_path / "expected")
    check_refused(call("check", "--without-job", "--accept", *option, "--evidence", tmp_path / "e"), "--accept", option[0])
    assert list(tmp_path.iterdir()) == []
