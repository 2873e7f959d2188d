"""Witness files that are malformed, hostile or untrue: refused with the value and the choices, or found not to replay."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.witness import LARGEST_FILE_BYTES
from tests.cli.calling import FAST, FAST_CHECK, ROOT, Call, check_refused, spawned

Fields = dict[str, Any]
Change = Callable[[Fields], None]
MARK = "\x1b]0;owned\x07"


def put(place: str, value: Any) -> Change:
    """Sets what lies at a place such as `runs.0.0.step`."""

    def change(fields: Fields) -> None:
        *way, last = [int(part) if part.isdecimal() else part for part in place.split(".")]
        inner: Any = fields
        for part in way:
            inner = inner[part]
        inner[last] = value

    return change


def drop(place: str) -> Change:
    def change(fields: Fields) -> None:
        *way, last = place.split(".")
        inner: Any = fields
        for part in way:
            inner = inner[int(part) if part.isdecimal() else part]
        del inner[last]

    return change


def nested(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


FIELDS_REFUSED = {
    "no format": (drop("format"), ("format",)),
    "another format": (put("format", "x"), ("format", "marketproof witness")),
    "another schema": (put("schema", 99), ("schema 99", "reads 1")),
    "long schema": (put("schema", "9" * 10**6), ("schema '999",)),
    "no claim": (drop("claim"), ("'claim'", "str")),
    "claim of a wrong type": (put("claim", ["C11"]), ("'claim'", "['C11']")),
    "unknown claim": (put("claim", "C99"), ("'C99'", "C11, C12")),
    "long claim": (put("claim", "C" * 10**6), ("'claim'", "'CCC")),
    "unknown part": (put("part", "nothing"), ("'nothing'", "checked")),
    "unknown coalition": (put("coalition", "me"), ("'me'", "CO+CO")),
    "unknown variant": (put("variant", "nosuch"), ("'nosuch'", "--variant", "paper")),
    "variant that is a file": (put("variant", "../x.py"), ("'../x.py'", "--variant")),
    "unknown switch": (put("readings", {"X99": "a"}), ("'X99'", "X01")),
    "unknown reading": (put("readings", {"X15": "bad"}), ("'bad'", "owner")),
    "readings of a wrong type": (put("readings", {"X15": 1}), ("readings", "{'X15': 1}")),
    "unknown start": (put("start", "there"), ("'there'", "market")),
    "a prefix from nothing": (put("start", "empty"), ("`start`", "prefix")),
    "absurd scope": (put("scope", "1000000000x1"), ("'1000000000x1'", "1 to 24")),
    "no scope": (put("scope", "two"), ("'two'", "2x3")),
    "unknown member": (put("deviating", ["co-99"]), ("'co-99'", "co-1")),
    "members of a wrong type": (put("deviating", [{"a": []}]), ("no member", "co-1")),
    "more deviate than a coalition has": (put("deviating", ["co-1", "co-2"]), ("CO has at most 1", "co-1, co-2")),
    "another role deviates": (put("deviating", ["do-1"]), ("CO has at most 0 deviating DO", "do-1")),
    "runs of a wrong type": (put("runs", {}), ("'runs'", "list")),
    "no run": (put("runs", []), ("one or two",)),
    "three runs": (put("runs", [[], [], []]), ("one or two",)),
    "a run that is none": (put("runs", [7]), ("one or two", "[7]")),
    "a second run": (put("runs", [[], []]), ("speaks of 1 runs", "has 2")),
    "too many steps": (put("prefix", [{}] * 100_000), ("100001 steps", "3000")),
    "a step that is none": (put("runs.0.0", 7), ("not 7",)),
    "unknown step": (put("runs.0.0.step", "Steal"), ("'Steal'", "JoinCI")),
    "step of a wrong type": (put("runs.0.0.step", ["JoinCI"]), ("['JoinCI']", "JoinCI")),
    "a forgery without the power": (put("runs.0.0.step", "Forge CI"), ("'Forge CI'",)),
    "no arguments": (drop("runs.0.0.arguments"), ("`arguments`",)),
    "missing argument": (drop("runs.0.0.arguments.nonce"), ("JoinCI takes caller, hash, instance, nonce",)),
    "extra argument": (put(f"runs.0.0.arguments.{MARK}", 1), ("JoinCI takes caller, hash, instance, nonce", r"\x1b]0;owned")),
    "wrong kind of value": (put("runs.0.0.arguments.instance", 7), ("JoinCI(instance)", "ci-1", "not 7")),
    "value out of scope": (put("runs.0.0.arguments.instance", "ci-99"), ("JoinCI(instance)", "ci-1", "'ci-99'")),
    "pre-image without parts": (put("runs.0.0.arguments.hash", "44cad8c8"), ("JoinCI(hash)", "parts")),
    "nothing for a value": (put("runs.0.0.arguments.caller", None), ("JoinCI(caller)", "None")),
    "huge integer": (put("prefix.6.arguments.price", 10**40), ("CreateDS(price)", "whole number")),
    "a fraction": (put("prefix.6.arguments.price", 0.5), ("CreateDS(price)", "0.5")),
    "true for a number": (put("prefix.6.arguments.price", True), ("CreateDS(price)", "True")),
    "broken_at of a wrong type": (put("broken_at", True), ("'broken_at'", "int")),
}


@pytest.mark.parametrize("name", FIELDS_REFUSED)
def test_a_field_is_refused(call: Call, evidence: Path, witness_file: Callable[..., Path], name: str) -> None:
    change, parts = FIELDS_REFUSED[name]
    check_refused(call("replay", witness_file(evidence / "witnesses/C11-CO.json", change)), *parts)


TEXTS_REFUSED = {
    "empty": (b"", ("not JSON",)),
    "no JSON": (b"witness", ("not JSON",)),
    "not UTF-8": (b"\xff\xfe{}", ("UTF-8",)),
    "binary": (bytes(range(256)) * 9, ("UTF-8",)),
    "a list": (b"[]", ("format",)),
    "nothing": (b"null", ("format",)),
    "brackets": (b"[" * 100_000, ("not JSON", "RecursionError")),
    "braces": (b'{"a":' * 100_000, ("not JSON", "RecursionError")),
    "digits": (b'{"format": ' + b"9" * 10_000 + b"}", ("not JSON",)),
    "too large": (b" " * (LARGEST_FILE_BYTES + 1), ("larger than", str(LARGEST_FILE_BYTES))),
}


@pytest.mark.parametrize("name", TEXTS_REFUSED)
def test_a_text_is_refused(call: Call, tmp_path: Path, name: str) -> None:
    content, parts = TEXTS_REFUSED[name]
    path = tmp_path / "witness.json"
    path.write_bytes(content)
    check_refused(call("replay", path), *parts)


@pytest.mark.parametrize("depth", [100, 400, 600, 700, 800, *range(850, 960, 5)])
def test_nesting_at_the_edge_of_what_can_be_read(call: Call, evidence: Path, tmp_path: Path, depth: int) -> None:
    fields = json.loads((evidence / "witnesses/C11-CO.json").read_text(encoding="utf-8"))
    fields["deviating"] = "DEEP"
    path = tmp_path / "witness.json"
    path.write_text(json.dumps(fields).replace('"DEEP"', "[" * depth + "]" * depth), encoding="utf-8")
    check_refused(call("replay", path))


def test_what_is_no_file_is_refused(call: Call, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        check_refused(call("replay", path), path)


def test_a_file_never_names_code_to_be_run(call: Call, evidence: Path, witness_file: Callable[..., Path], tmp_path: Path) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    check_refused(call("replay", witness_file(evidence / "witnesses/C11-CO.json", put("variant", str(trap)))), "--variant")
    assert not (tmp_path / "sprung").exists()


def test_what_a_file_tells_is_not_believed(call: Call, evidence: Path, witness_file: Callable[..., Path]) -> None:
    for told in ([MARK, "all is well"], 7, [nested(5)], "x" * 10**6):
        result = call("replay", witness_file(evidence / "witnesses/C11-CO.json", put("told", told)))
        assert result.code == 0 and "1. co-1 (CO, deviating) calls JoinCI" in result.out
        assert "\x1b" not in result.out and "all is well" not in result.out


def test_a_witness_of_ones_own_variant(call: Call, tmp_path: Path) -> None:
    own = ROOT / "examples/joined_once.py"
    made = call("attack", "--variant", own, "--claim", "C31/rem", "--coalition", "CO", "--depth", "2", "--evidence", tmp_path / "e")
    path = tmp_path / "e/witnesses/joined_once/C31-rem-CO.json"
    assert made.code == 0 and path.is_file()
    check_refused(call("replay", path), "'joined_once'", "--variant")
    check_refused(call("replay", path, "--variant", "paper"), "'joined_once'", "'paper'")
    assert call("replay", path, "--variant", own).code == 0


UNTRUE = {
    "the last step is missing": (lambda fields: fields["runs"][0].pop(), "says to break at step 2"),
    "the last step is missing, and said so": (
        lambda fields: (fields["runs"][0].pop(), fields.update(broken_at=1)),
        "after the last step C11 (checked) still holds",
    ),
    "the first step is missing": (lambda fields: (fields["runs"][0].pop(0), fields.update(broken_at=1)), "step 1, JoinCI"),
    "a step of the start is missing": (lambda fields: fields["prefix"].pop(0), "of the start"),
    "a step too many": (lambda fields: (fields["runs"][0].append(fields["runs"][0][1]), fields.update(broken_at=3)), "before step 3"),
    "the attack hides in the start": (
        lambda fields: (fields["prefix"].extend(fields["runs"][0]), fields.update(runs=[[]], broken_at=0)),
        "step 44 of the start, CreateCO",
    ),
    "nobody deviates": (lambda fields: fields.update(deviating=[], coalition="orderer"), "honest pseudonym-1 would not"),
}


@pytest.mark.parametrize("name", UNTRUE)
def test_an_untrue_witness_does_not_replay(call: Call, evidence: Path, witness_file: Callable[..., Path], name: str) -> None:
    change, reason = UNTRUE[name]
    path = witness_file(evidence / "witnesses/C11-MO.json", change)
    result = call("replay", path)
    assert (result.code, result.complaints) == (1, []) and result.out.startswith("does not replay: ")
    assert reason in " ".join(result.out.split())
    document = json.loads(call("replay", path, "--json").out)
    assert document["replays"] is False and reason in document["reason"]


def test_two_runs_differ_only_in_what_the_coalition_chooses(call: Call, tmp_path: Path) -> None:
    made = call("attack", "--claim", "C25/same", "--coalition", "MO", "--evidence", tmp_path / "e")
    path = tmp_path / "e/witnesses/C25-same-MO.json"
    assert made.code == 0 and call("replay", path).code == 0
    fields = json.loads(path.read_text(encoding="utf-8"))
    fields["deviating"] = []
    path.write_text(json.dumps(fields), encoding="utf-8")
    result = call("replay", path)
    assert result.code == 1 and result.out.startswith("does not replay: ")


def test_hostile_files_end_soon_and_in_one_line_in_a_process_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_bytes(b"[" * 100_000)
    check_refused(spawned("replay", path), "RecursionError")
    assert spawned(*FAST_CHECK[:-4], *FAST, "--evidence", path).code == 2
