"""`marketproof ledger`: what it commits, shows, finds and refuses."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger_runtime.errors import BrokenSeal, StoreUnusable
from ledger_runtime.faults import flip_file
from ledger_runtime.folder import Folder
from tests.cli.calling import Call, Result, check_refused, command, environment

NEW = {"name": "n", "organization": "o", "how_many": "h"}
MEMBERS = [{"transaction": "CreateDO", "arguments": {"caller": f"do-{number}", **NEW}} for number in range(3)]
Lines = Callable[..., Path]


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    """Writes a file with a line of JSON for each call, or with texts as they are."""

    def write(*calls: Any, name: str = "calls.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join((call if isinstance(call, str) else json.dumps(call)) + "\n" for call in calls), encoding="utf-8")
        return path

    return write


@pytest.fixture(params=["lmdb", "sqlite"])
def made(request: pytest.FixtureRequest, call: Call, tmp_path: Path, lines: Lines) -> Path:
    """A ledger of two peers with three blocks."""
    folder = tmp_path / "ledger"
    assert call("ledger", "init", folder, "--store", request.param, "--peers", "2", "--seed", "5").code == 0
    assert call("ledger", "submit", folder, lines(*MEMBERS)).code == 0
    return folder


def said(result: Result, code: int = 0) -> Any:
    assert result.code == code, result
    return json.loads(result.out)


def test_what_is_submitted_is_there_and_stays(call: Call, made: Path) -> None:
    found = said(call("ledger", "show", made, "--json"))
    assert found["height"] == 3 and found["rows"] >= 3 and found["policy"][0] == "majority"
    block = said(call("ledger", "show", made, "--block", "2", "--json"))
    (transaction,) = block["transactions"]
    assert transaction["arguments"]["caller"] == "do-1" and transaction["code"] == "VALID" and len(transaction["endorsed by"]) == 2
    receipt = said(call("ledger", "show", made, "--transaction", transaction["id"], "--json"))
    assert receipt["block"] == 2 and receipt["code"] == "VALID"
    row = said(call("ledger", "show", made, "--row", "DO", "do-1", "--json"))
    assert row["row"] is not None and [change["block"] for change in row["history"]] == [2]
    verified = said(call("ledger", "verify", made, "--json"))
    assert verified["sound"] and verified["sealed"] and (verified["blocks"], verified["head"]) == (3, found["head"])


def test_a_call_that_is_refused_or_conflicts_is_told_and_costs_no_other(call: Call, made: Path, lines: Lines) -> None:
    twice = {"transaction": "CreateDO", "arguments": {"caller": "do-9", **NEW}}
    again = said(call("ledger", "submit", made, lines(twice, MEMBERS[0], twice, MEMBERS[1]), "--together", "3", "--json"), 1)
    assert [one["code"] for one in again][:3:2] == ["VALID", "MVCC_READ_CONFLICT"] and again[0]["block"] == again[2]["block"] == 4
    strange = {"transaction": "CreateDO", "arguments": {"caller": "x" * 65, **NEW}}
    assert [one["code"] for one in said(call("ledger", "submit", made, lines(strange), "--json"), 1)] == ["REFUSED"]
    assert said(call("ledger", "verify", made, "--json"))["sound"]


def test_calls_come_from_standard_input(call: Call, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(json.dumps({**MEMBERS[0], "arguments": {**MEMBERS[0]["arguments"], "caller": "é"}}).encode() + b"\n\n")
    with path.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert said(call("ledger", "submit", made, "-", "--json"))[0]["code"] == "VALID"


def test_a_seed_gives_the_same_ledger(call: Call, made: Path, tmp_path: Path, lines: Lines) -> None:
    other = tmp_path / "other"
    assert call("ledger", "init", other, "--peers", "2", "--seed", "5").code == 0
    assert call("ledger", "submit", other, lines(*MEMBERS)).code == 0
    heads = [said(call("ledger", "show", folder, "--json"))["head"] for folder in (made, other)]
    assert heads[0] == heads[1]


# Files


def test_an_exported_ledger_is_imported_block_by_block(call: Call, made: Path, tmp_path: Path, lines: Lines) -> None:
    file, copy = tmp_path / "all.jsonl", tmp_path / "copy"
    assert said(call("ledger", "export", made, file, "--json"))["lines"] == 5
    assert b"PRIVATE" not in file.read_bytes() and call("ledger", "export", made, "-").out.encode() == file.read_bytes()
    assert said(call("ledger", "import", copy, "--file", file, "--store", "sqlite", "--json"))["height"] == 3
    heads = [said(call("ledger", "verify", folder, "--json"))["head"] for folder in (made, copy)]
    assert heads[0] == heads[1]
    (outcome,) = said(call("ledger", "submit", copy, lines(MEMBERS[0]), "--json"), 1)
    assert outcome["code"] == "REFUSED" and "is not held here: this ledger can be read and verified" in outcome["said"]


def test_any_changed_byte_of_an_exported_ledger_is_refused(call: Call, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    assert call("ledger", "export", made, file).code == 0
    size, copy = file.stat().st_size, tmp_path / "copy"
    for place in range(5, size, size // 7):
        flip_file(file, place, 1)
        result = call("ledger", "import", copy, "--file", file)
        assert result.code == 2 and result.err.startswith("marketproof: error: ") and not copy.exists(), (place, result)
        flip_file(file, place, 1)
    assert call("ledger", "import", copy, "--file", file).code == 0


def test_an_exported_ledger_that_was_cut_short_is_refused(call: Call, made: Path, tmp_path: Path) -> None:
    file, copy = tmp_path / "all.jsonl", tmp_path / "copy"
    assert call("ledger", "export", made, file).code == 0
    whole = file.read_bytes().splitlines(keepends=True)
    for kept, why in ((whole[:-1], "line 5: the end is missing"), ([*whole[:3], whole[4]], "line 4: the ledger ends at block 2"),
                      (whole[1:], "line 1: None is not the format"),
                      ([*whole, whole[1]], "line 6: something stands behind the end")):  # fmt: skip
        file.write_bytes(b"".join(kept))
        check_refused(call("ledger", "import", copy, "--file", file), why)
        assert not copy.exists()


def test_a_snapshot_gives_the_state_root_of_its_block(call: Call, made: Path, tmp_path: Path) -> None:
    file = tmp_path / "state.jsonl"
    assert call("ledger", "export", made, file, "--state").code == 0
    checked = said(call("ledger", "import", "--file", file, "--state", "--json"))
    assert checked["number"] == 3 and checked["rows"] >= 3
    file.write_bytes(file.read_bytes().replace(b"do-1", b"do-7"))
    check_refused(call("ledger", "import", "--file", file, "--state"), "the rows give the state root")


# What was changed


def test_any_changed_byte_of_a_closed_ledger_is_found(call: Call, made: Path) -> None:
    """Of every file: the one that it is in is named."""
    for name, file in Folder(made)._files().items():
        size = file.stat().st_size
        for place in range(0, size, -(-size // 40)):
            flip_file(file, place, 4)
            with pytest.raises((BrokenSeal, StoreUnusable), match=name):
                Folder(made).check_seal()
            flip_file(file, place, 4)
    seal = made / "seal.json"
    for place in range(seal.stat().st_size):
        flip_file(seal, place, 4)
        with pytest.raises((BrokenSeal, StoreUnusable), match=r"seal\.json"):
            Folder(made).check_seal()
        flip_file(seal, place, 4)
    assert Folder(made).check_seal()


@pytest.mark.parametrize("place", [0.1, 0.5, 0.95])
def test_verify_tells_what_was_changed(call: Call, made: Path, place: float) -> None:
    name, file = next((name, file) for name, file in Folder(made)._files().items() if name.startswith("peer-2"))
    flip_file(file, int(place * file.stat().st_size), 4)
    result = call("ledger", "verify", made)
    assert result.code == 1 and f"{name} of" in result.out and "is not as it was when the ledger was closed at block 3" in result.out


def test_a_ledger_that_was_not_closed_is_verified_by_its_blocks(call: Call, made: Path) -> None:
    (made / "seal.json").unlink()
    result = call("ledger", "verify", made)
    assert result.code == 0 and "it was not closed" in result.out and "3 blocks are sound" in result.out
    data = made / "peer-2"
    file = next(file for file in data.iterdir() if file.name in ("data.mdb", "ledger.sqlite"))
    text = file.read_bytes()
    for place in [place for place in range(len(text)) if text.startswith(b'"how_many":"h"', place)][-2:]:
        flip_file(file, place + 12, 2)
    result = call("ledger", "verify", made)
    assert result.code == 1 and "block" in result.out


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_store_that_was_cut_short_is_told(call: Call, made: Path, share: float) -> None:
    """Also where nobody sealed it: no process dies of it, nothing is silently lost."""
    file = next(file for name, file in Folder(made)._files().items() if name.startswith("peer-1"))
    (made / "seal.json").unlink()
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    result = call("ledger", "verify", made)
    assert result.code == 1 and "sound" not in result.out, result
    shown = call("ledger", "show", made)
    assert shown.code == 2 and "marketproof: error: " in shown.err, shown


def test_a_process_that_is_killed_loses_no_block_that_it_told_of(call: Call, tmp_path: Path, lines: Lines) -> None:
    folder, many = tmp_path / "ledger", [{**MEMBERS[0], "arguments": {**NEW, "caller": f"do-{number}"}} for number in range(3000)]
    assert call("ledger", "init", folder).code == 0
    with subprocess.Popen(command("ledger", "submit", folder, lines(*many)), env=environment(), stdout=subprocess.PIPE) as process:
        began, data = time.monotonic(), folder / "peer-1" / "data.mdb"
        empty = data.stat().st_size
        while data.stat().st_size < empty + 200_000 and time.monotonic() - began < 60:
            time.sleep(0.01)
        process.kill()
    found = said(call("ledger", "verify", folder, "--json"))
    assert found["sound"] and not found["sealed"] and 10 < found["blocks"] < 3000
    (again,) = said(call("ledger", "submit", folder, lines({**MEMBERS[0], "arguments": {**NEW, "caller": "new"}}), "--json"))
    assert again["block"] == found["blocks"] + 1
    assert said(call("ledger", "verify", folder, "--json"))["sealed"]


# Bad use


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        (["{"], "line 1: it is no JSON"), (["[]"], "line 1: it is a list, not an object"),
        ([MEMBERS[0], {"transaction": "CreateDO"}], "line 2"),
        ([{"transaction": "Nothing", "arguments": {}}], "'Nothing' is no transaction; choices: "),
        ([MEMBERS[0], {"transaction": "CreateDO", "arguments": {"caller": "do-1"}}], "line 2: CreateDO takes (caller, name"),
        ([{"transaction": "CreateDO", "arguments": {"caller": 1, **NEW}}], "line 1: CreateDO.caller is 1"),
        ([{"transaction": ["CreateDO"], "arguments": {}}], "line 1"),
        ([{"transaction": "Train", "arguments": {}}], "a step off the ledger"),
        ([{"transaction": "CreateDO", "arguments": {"caller": "x" * (1 << 20), **NEW, "name": "x" * 9}}], "more than 1048576"),
        ([json.dumps({"transaction": "CreateDO", "arguments": {"caller": "\ud800", **NEW}})], "no UTF-8 form"),
    ],
)  # fmt: skip
def test_a_file_with_anything_else_commits_nothing(call: Call, tmp_path: Path, lines: Lines, calls: list[Any], why: str) -> None:
    folder = tmp_path / "ledger"
    assert call("ledger", "init", folder, "--seed", "1").code == 0
    check_refused(call("ledger", "submit", folder, lines(*calls)), why)
    assert said(call("ledger", "show", folder, "--json"))["height"] == 0


def test_bad_use_is_told(call: Call, made: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for arguments, why in (
        (("init", made), "is not empty"),
        (("init", nowhere, "--policy", "most"), "no endorsement policy 'most'; choices: all, any, majority"),
        (("init", nowhere, "--policy", "2 of org-do, org-x"), "names org-x; choices: org-co, org-do, org-mo"),
        (("init", nowhere, "--key-policy", "TJ"), "'TJ' is not of the form"),
        (("init", nowhere, "--peers", "25"), "'25' is not a number of peers"),
        (("show", nowhere), "holds no ledger: there is no ledger.json"),
        (("show", made, "--block", "4"), "no block 4 in a ledger of 3"),
        (("show", made, "--row", "Nothing", "x"), "table 'Nothing' does not exist"),
        (("show", made, "--transaction", "x"), "no transaction 'x'"),
        (("show", made, "--row", "DO"), "DO is keyed by"),
        (("submit", made, nowhere), "cannot be read"),
        (("verify", nowhere), "holds no ledger"),
        (("import", nowhere, "--file", made / "ledger.json"), "is not the format of an exported ledger"),
        (("nothing",), "'nothing'"),
    ):
        check_refused(call("ledger", *arguments), why)
    assert not nowhere.exists()


def test_a_ledger_is_one_process_s_at_a_time(call: Call, made: Path) -> None:
    folder = Folder(made)
    with folder._locked():
        check_refused(call("ledger", "show", made), "is in use by another process")
    assert call("ledger", "show", made).code == 0
