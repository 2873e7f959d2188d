"""The judge on ledgers: generated ones whose culprits are known, files that are wrong, and what it prints."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from marketproof.__main__ import main
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.histories import Count, ground_of, histories, tally
from marketproof.judge import Judge, entries_of
from marketproof.judging import guilt
from marketproof.ledger_lines import Entry, read, text_of
from marketproof.store import Store
from marketproof.variants import load
from model.worlds import World
from properties.disputes import DISPUTES


@cache
def judge_of(variant: str) -> Judge:
    return Judge(Bench(load(variant, []), store=Store()))


@pytest.mark.parametrize("variant", ["paper", "hardened"])
def test_nobody_honest_is_blamed_and_what_can_be_decided_is(variant: str) -> None:
    known = judge_of(variant)
    counts = {name: Count(name, guilt([one])[0] == "holds_to") for name, one in known.found.items() if "not_expressible" not in one}
    for ground, world in histories(known, sorted(counts), 54, seed=3):
        tally(known, counts[ground.dispute.name], ground, world)
    assert sum(one.wrong for one in counts.values()) == 0
    assert sum(one.missed for one in counts.values()) == 0
    assert sum(one.to_judge for one in counts.values()) > 5
    assert (sum(one.right for one in counts.values()) > 0) == (variant == "hardened")


def test_a_judge_that_uses_a_wrong_sentence_is_found_out() -> None:
    """With the sentence about the same hash put back the front-runner's victim is blamed."""
    known = Judge(judge_of("paper").bench)
    from properties.blame_rules import rules_of

    known.rules = rules_of(known.protocol, known.steps)
    wrong = next(rule["wrong"] for rule in known.found["duplicate"]["rules"] if rule["wrong"] is not None)
    ground = ground_of(known, DISPUTES["duplicate"])
    front = next(one for one in blame_worlds(known) if one.wrongly)
    count = Count("duplicate", False)
    tally(known, count, ground, front)
    assert count.wrong == 1 and wrong["blames"] == ["co-1"]


def blame_worlds(known: Judge) -> list[World]:
    from model.blaming import blame

    return blame(known.protocol, known.bench.compiled, DISPUTES["duplicate"]).worlds


def test_the_evidence_is_the_transaction_itself(tmp_path: Path) -> None:
    known = judge_of("hardened")
    ground = ground_of(known, DISPUTES["timestamp"])
    silent = next(world for world in ground.of["mo-1",].all() if ("share of the MO", "mo-1") in world.blamed)
    entries = entries_of(known.steps, [*ground.prefix, *silent.run])
    file = tmp_path / "ledger.jsonl"
    file.write_text(text_of(entries), encoding="utf-8")
    found = known.judge(read(file, known.steps))
    assert found.members == {"mo-1"}
    assert [one.entry.transaction for one in found.blamed] == ["CloseTC"] and found.blamed[0].entry.block > 0
    assert not found.irregular


def test_a_block_and_its_transactions_say_the_same(tmp_path: Path) -> None:
    known = judge_of("paper")
    ground = ground_of(known, DISPUTES["payment"])
    entries = entries_of(known.steps, ground.prefix)
    listed = [{"transaction": one.transaction, "arguments": one.arguments} for one in entries]
    block = {"number": 1, "codes": ["VALID"] * len(entries), "transactions": listed}
    file = tmp_path / "ledger.jsonl"
    file.write_text(json.dumps({"format": "a heading"}) + "\n" + json.dumps(block) + "\n", encoding="utf-8")
    assert [(one.transaction, one.arguments) for one in read(file, known.steps)] == [(one.transaction, one.arguments) for one in entries]


def test_what_a_real_ledger_exports_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that `marketproof ledger export` writes are the calls that were submitted."""
    calls = [
        {"transaction": "CreateDO", "arguments": {"caller": "do-1", "name": "n", "organization": "o", "how_many": "1"}},
        {"transaction": "CreateCO", "arguments": {"caller": "co-1", "name": "n", "organization": "o", "public_key": "k"}},
    ]
    (tmp_path / "calls").write_text("".join(json.dumps(one) + "\n" for one in calls), encoding="utf-8")
    folder, exported = str(tmp_path / "ledger"), str(tmp_path / "exported")
    assert main(["ledger", "init", folder, "--variant", "paper", "--seed", "1"]) == 0
    assert main(["ledger", "submit", folder, str(tmp_path / "calls")]) == 0
    assert main(["ledger", "export", folder, exported]) == 0
    found = read(Path(exported), load("paper", []).transactions)
    assert [(one.transaction, one.arguments, one.code, one.block) for one in found] == [
        (one["transaction"], one["arguments"], "VALID", number) for number, one in enumerate(calls, 1)]  # fmt: skip


def test_what_the_text_refuses_is_told() -> None:
    known = judge_of("paper")
    entry = Entry(1, 1, "VALID", "StartRound", {"caller": "mo-1", "couple": "tc-1"})
    found = known.judge([entry])
    assert [(one.transaction, guard) for one, guard in found.irregular] == [("StartRound", "caller_is_model_owner")]
    assert known.judge([Entry(1, 1, "MVCC_READ_CONFLICT", "StartRound", entry.arguments)]).irregular == []


@pytest.mark.parametrize(("line", "said"), [
    ("nonsense", "line 1 of the ledger is not JSON"),
    ("[]", "line 1 of the ledger is not an object"),
    ('{"transaction": "Fly", "arguments": {}, "block": 1, "code": "VALID"}', "no transaction 'Fly'"),
    ('{"transaction": "StartRound", "arguments": {"caller": "a"}, "block": 1, "code": "VALID"}', "StartRound takes caller"),
    ('{"transaction": "StartRound", "arguments": {"caller": "a", "couple": 7}, "block": 1, "code": "VALID"}', "StartRound(couple) is no"),
    ('{"transaction": "StartRound", "arguments": {"caller": "a", "couple": "b"}, "block": true, "code": "VALID"}', "`block` should be"),
    ('{"transactions": [{}], "codes": []}', "as many `codes`"),
])  # fmt: skip
def test_a_file_that_is_no_ledger_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=said.replace("(", r"\(").replace(")", r"\)")):
        read(file, judge_of("paper").steps)


def test_the_command_prints_who_is_blamed_or_the_two_worlds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = judge_of("paper")
    ground = ground_of(known, DISPUTES["silence"])
    silent = next(world for world in ground.of["mo-1",].all() if world.culprits and [name for name, _ in world.run] == ["StartRound"])
    file = tmp_path / "ledger.jsonl"
    file.write_text(text_of(entries_of(known.steps, [*ground.prefix, *silent.run])), encoding="utf-8")
    assert main(["judge", str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["blamed"] == [] and {one["dispute"] for one in said["undecidable"]} == {"silence"}
    assert all(len(one["worlds"]) == 2 for one in said["undecidable"])
    assert main(["judge", str(file)]) == 0
    assert "undecidable, silence" in capsys.readouterr().out
    assert main(["judge"]) == 2
    assert "LEDGER, or --histories" in capsys.readouterr().err
