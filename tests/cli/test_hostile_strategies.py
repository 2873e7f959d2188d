"""A user's strategy that loops, grows, raises or answers nonsense is stopped and named, in one sentence, and costs nothing else."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest

from marketproof.__main__ import main

HONEST = 'ROLE = "CO"\n\n\ndef options(seen):\n    yield from seen.duties\n'
BODY = 'ROLE = "CO"\n\n\ndef options(seen):\n    {}\n'
HOSTILE = {
    "loops": ("while True: pass", "did not answer within 1 s"),
    "sleeps": ("__import__('time').sleep(60)", "did not answer within 1 s"),
    "allocates": ("kept = []\n    while True: kept.append(bytearray(1 << 24))", "raised MemoryError in line 6: it may have 256 MiB"),
    "proposes_without_end": ("while True: yield 'x' * 100000", "its answer has"),
    "raises": ("raise ValueError('a\\nb\\x1b[31m')", "raised ValueError in line 5"),
    "interrupts": ("raise KeyboardInterrupt", "raised KeyboardInterrupt in line 5"),
    "exits": ("__import__('os')._exit(7)", "its process ended with code 7"),
    "leaves": ("raise SystemExit(0)", "raised SystemExit in line 5"),
    "crashes": ("__import__('os').kill(__import__('os').getpid(), 11)", "ended by SIGSEGV"),
    "recurses": ("return options(seen)", "raised RecursionError"),
    "no_list": ("return 7", "raised TypeError"),
    "no_action": ("return ['UpdateTJ']", "proposal 1 is 'UpdateTJ', not (step, arguments)"),
    "no_step": ("return [('Steal', {})]", "names no step 'Steal'; choices: "),
    "no_arguments": ("return [('UpdateTJ', {})]", "proposal 1, UpdateTJ, takes caller"),
    "no_value": (
        "return [('CreateCO', {'caller': seen.member, 'name': 3.5, 'organization': 'text', 'public_key': 'text'})]",
        "CreateCO(name) should be",
    ),
    "other_caller": ("return [('StartRound', {'caller': 'mo-1', 'couple': 'tc-1'})]", "called by 'mo-1', and it speaks for co-1"),
    "object": ("return [(seen, object)]", "proposal 1 is [{'no value': 'Seen'}"),
    "writes_files": ("with open(__file__ + '.out', 'w') as file: file.write('x' * 10)", "raised OSError in line 5"),
    "speaks_out_of_turn": (
        "import os\n    for fd in range(3, 30):\n        try: os.write(fd, b'x' * 9)\n        except OSError: pass\n    return []",
        "its answer has",
    ),
}


def written(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def children() -> set[str]:
    """Processes whose parent is this one, or whose parent is gone, that run a strategy."""
    found = set()
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and b"strategy_process" in (process / "cmdline").read_bytes():
                found.add(process.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_stopped_and_named_and_others_are_played(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body, why = HOSTILE[name]
    hostile, honest, before = written(tmp_path, name, BODY.format(body)), written(tmp_path, "honest", HONEST), children()
    began, held = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert main(["play", hostile, honest, "--turn-s", "1", "--memory-mib", "256", "--json"]) == 2
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert [Path(one["file"]).stem for one in found["played"]] == ["honest"] and found["played"][0]["wins"] == []
    assert len(err.splitlines()) == 1 and f"the strategy '{hostile}' was stopped: " in err and why in err, err
    assert time.monotonic() - began < 30 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 300 * 1024
    assert children() <= before and not any(path.read_bytes() for path in tmp_path.glob("*.out"))


def test_processor_time_is_limited_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = written(tmp_path, "busy", BODY.format("while True: pass"))
    assert main(["play", hostile, "--turn-s", "60", "--cpu-s", "1"]) == 2
    assert "used more than 1 s of processor time" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "should define ROLE as one of CO, DO, MO, not None"),
        ('ROLE = "CO"', "define a function options"),
        ("ROLE = (", "SyntaxError"),
        ("while True: pass", "did not answer"),
        ('ROLE = ["CO"] * 9', "ROLE as one of"),
    ],
)
def test_a_file_that_is_no_strategy_is_refused(
    text: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketproof.strategy_files.STARTING_S", 6.0)
    assert main(["play", written(tmp_path, "none", text)]) == 2
    assert why in capsys.readouterr().err
    assert main(["play", str(tmp_path / "missing.py")]) == 2 and "no file" in capsys.readouterr().err


def test_what_it_prints_and_starts_is_gone_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forks = "if os.getuid() == 0 and os.fork() == 0: os.execvp('sleep', ['sleep', '61'])"
    body = f"print('loud', flush=True); os = __import__('os')\n    {forks}\n    return []"
    before = children()
    assert main(["play", written(tmp_path, "loud", BODY.format(body)), "--json"]) in (0, 2)
    assert "loud'" not in capsys.readouterr().out and children() <= before and os.getpid()


def test_the_example_wins_on_the_paper_and_not_on_the_repaired_text(capsys: pytest.CaptureFixture[str]) -> None:
    example = str(Path(__file__).resolve().parents[2] / "examples" / "late_copy.py")
    assert main(["play", example, "--json"]) == 0
    assert {win["claim"] for win in json.loads(capsys.readouterr().out)["played"][0]["wins"]} >= {"C38/CO"}
    assert main(["play", example, "--variant", "hardened", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["played"][0]["wins"] == []
