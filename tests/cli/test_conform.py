"""`marketproof conform`: a history is allowed as it was recorded, and the first step that is not is named with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger_runtime.conformance import told
from ledger_runtime.network import Network
from model.market import populate
from model.scope import Scope
from spec.compiled import Compiled
from spec.language import some
from spec.paper.assets import TC
from spec.schema import using
from spec.variants import variant
from tests.cli.calling import Call, check_refused

Change = Callable[[list[dict[str, Any]]], Any]


@pytest.fixture(scope="module")
def history() -> list[dict[str, Any]]:
    """A market in which a round was opened, two reports that met on the couple, and one that was sent again."""
    protocol = variant("paper").load()
    compiled = Compiled(protocol)
    with using(protocol.schema):
        target = some(TC, lambda couple: couple.round > 0)
    network = Network(protocol, compiled=compiled)
    for name, given in populate(protocol, compiled, Scope(1, 2), target).steps:
        if protocol.transactions[name].on_ledger:
            network.invoke(name, network.to_ledger(name, given))
    reports = []
    for place in (1, 2):
        said = {"hash": "ab" * 32, "nonce": "n", "location": "cd" * 32}
        given = {"caller": f"co-{place}", "couple": "tc-1", "instance": f"ci-{place}", **said}
        reports.append(network.propose("UpdateTJ", given))
    for endorsed in (*reports, reports[0]):
        network.submit(endorsed)
    assert network.cut().codes == ("VALID", "MVCC_READ_CONFLICT", "DUPLICATE_TXID")
    return [json.loads(line) for line in told(network.blocks, network.codec, "paper", {})]


def line_of(lines: list[dict[str, Any]], transaction: str, last: bool = False) -> int:
    places = [place for place, line in enumerate(lines) if line.get("transaction") == transaction]
    return places[-1 if last else 0]


@pytest.fixture
def checked(call: Call, history: list[dict[str, Any]], tmp_path: Path) -> Callable[[Change], Any]:
    """A function that changes the history and has it checked."""

    def run(change: Change) -> Any:
        lines = json.loads(json.dumps(history))
        lines = change(lines) or lines
        path = tmp_path / "history.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return call("conform", path, "--json")

    return run


def test_a_history_is_allowed_as_it_was_recorded(checked: Callable[[Change], Any]) -> None:
    result = checked(lambda lines: None)
    found = json.loads(result.out)
    assert result.code == 0 and found["conforms"] and found["codes"]["MVCC_READ_CONFLICT"] == found["codes"]["DUPLICATE_TXID"] == 1
    assert found["codes"]["VALID"] > 15 and found["without reads"] == 0 and len(found["state root"]) == 64


def test_what_was_not_recorded_is_not_checked_and_counted(checked: Callable[[Change], Any]) -> None:
    def without_reads(lines: list[dict[str, Any]]) -> None:
        for line in lines[1:]:
            del line["reads"], line["ranges"]

    result = checked(without_reads)
    found = json.loads(result.out)
    assert result.code == 0 and found["without reads"] == sum(found["codes"].values()) > 15


def changed_report(**changes: Any) -> Change:
    return lambda lines: lines[line_of(lines, "UpdateTJ")].update(changes)


def changed_row(lines: list[dict[str, Any]]) -> None:
    cells = next(write[2] for write in lines[line_of(lines, "UpdateTJ")]["writes"] if write[0] == "TC")
    cells["rem"] -= 1


def more_written(lines: list[dict[str, Any]]) -> None:
    step = lines[line_of(lines, "UpdateTJ")]
    step["writes"].append(["DO", ["do-1"], {}])


def less_read(lines: list[dict[str, Any]]) -> None:
    step = lines[line_of(lines, "UpdateTJ")]
    step["reads"] = [read for read in step["reads"] if read[0] != "TC"]


def not_first(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place = line_of(lines, "ApproveTC")
    for line in lines[place:]:
        del line["reads"]
    return [*lines[:place], *lines[place + 1 :]]


def both_valid(lines: list[dict[str, Any]]) -> None:
    lines[line_of(lines, "UpdateTJ") + 1]["code"] = "VALID"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (changed_row, "it writes TC[tc-1] as {"), (changed_report(writes=[]), "it does not write T"),
        (more_written, "it writes DO[do-1], which the specification leaves as it is"),
        (less_read, "it did not read TC[tc-1], on which it depends"),
        (changed_report(event=["RoundComplete", ["tc-1"]]), "its event is ['RoundComplete', ['tc-1']], where the specification has None"),
        (changed_report(code="MVCC_READ_CONFLICT"), "its code is MVCC_READ_CONFLICT, where validation gives VALID"),
        (both_valid, "its code is VALID, where validation gives MVCC_READ_CONFLICT: it read TC[tc-1] as of block"),
        (not_first, "the specification refuses it: StartRound"),
        (lambda lines: lines[line_of(lines, "UpdateTJ", True)].update(code="VALID"), "where validation gives DUPLICATE_TXID"),
    ],
)  # fmt: skip
def test_the_first_step_that_is_not_allowed_is_named(checked: Callable[[Change], Any], change: Change, why: str) -> None:
    result = checked(change)
    found = json.loads(result.out)
    assert result.code == 1 and not found["conforms"] and why in found["why"], found
    assert found["step"].startswith("block ") and found["line"] > 10


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: lines[1:], "line 1: a history begins with"), (lambda lines: [{**lines[0], "variant": 3}], "line 1"),
        (lambda lines: lines[1].pop("code"), "line 2: missing: code"), (lambda lines: lines[1].update(colour=1), "not asked for: colour"),
        (lambda lines: lines[1].update(code="FINE"), "no code 'FINE'; choices: BAD_CREATOR_SIGNATURE"),
        (lambda lines: lines[2].update(block=0), "line 3: block 0 cannot follow block 1"),
        (lambda lines: lines[1].update(writes=[["Nowhere", ["x"], {}]]), "table 'Nowhere' does not exist"),
        (lambda lines: lines[1].update(writes=[["DO", ["x"], {"colour": 1}]]), "DO has no cell colour"),
        (lambda lines: lines[1].update(reads=[["DO", ["x"], [1]]]), "a version is [block, transaction] or null, not [1]"),
        (lambda lines: lines[1].update(writes=[["DO", ["x" * 500], {}]]), "has 510 bytes, at most 400"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_bad_use(checked: Callable[[Change], Any], change: Change, why: str) -> None:
    def changing(lines: list[dict[str, Any]]) -> Any:
        found = change(lines)
        return found if isinstance(found, list) else None

    check_refused(checked(changing), why)


def test_a_ledger_of_our_own_is_a_history(call: Call, tmp_path: Path) -> None:
    folder, calls, file = tmp_path / "ledger", tmp_path / "calls", tmp_path / "history"
    calls.write_text(json.dumps({"transaction": "CreateDO", "arguments": {"caller": "é", "name": "", "organization": "", "how_many": ""}}))
    assert call("ledger", "init", folder, "--seed", "1").code == call("ledger", "submit", folder, calls).code == 0
    assert call("ledger", "export", folder, file, "--history").code == 0
    assert call("conform", file).out == "1 transactions are allowed (1 VALID)\n"
    check_refused(call("conform", tmp_path / "nowhere"), "cannot be read")
    check_refused(call("conform", file, "--variant", "nosuch"), "'nosuch'")
