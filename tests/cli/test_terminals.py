"""Colours on terminals only, streams that close or are full, and encodings that lack a sign: never a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.calling import FAST, FAST_CHECK, command, environment, in_terminal, spawned

RED = "\x1b[31m"


@pytest.mark.parametrize("arguments", [("attack", *FAST), ("spec", "show"), ("attack", "--nothing")], ids=lambda a: a[0])
def test_no_escapes_where_there_is_no_terminal(arguments: tuple[str, ...]) -> None:
    result = spawned(*arguments)
    assert "\x1b" not in result.out + result.err and "\r" not in result.out + result.err


def test_colours_in_a_terminal(tmp_path: Path) -> None:
    for arguments in (("attack", *FAST), (*FAST_CHECK, "--evidence", tmp_path / "e")):
        result = in_terminal(*arguments)
        assert result.code == 0 and RED in result.out and result.out.count("\x1b[0m") == result.out.count(RED)


def test_no_colours_where_they_are_not_wanted() -> None:
    result = in_terminal("attack", *FAST, NO_COLOR="1")
    assert result.code == 0 and "refuted" in result.out and "\x1b[3" not in result.out


@pytest.mark.parametrize("arguments", [("spec", "show"), ("spec", "show", "--json"), ("attack", *FAST)], ids=" ".join)
def test_nobody_reads_on(arguments: tuple[str, ...]) -> None:
    with subprocess.Popen(
        command(*arguments), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 141 and errors == ""


def test_a_check_that_nobody_reads_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        command(*FAST_CHECK, "--evidence", tmp_path / "e"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 141 and errors == b"" and list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_nothing_can_hold() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command("attack", *FAST), env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 2 and done.stderr.startswith("marketproof: error: ") and done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_streams(closed: str) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command("attack", *FAST)]
    done = subprocess.run(shell, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=30)
    assert done.returncode == 0 and done.stderr == "" and ("refuted" in done.stdout) == (closed == "2")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_encodings_that_lack_a_sign(tmp_path: Path, encoding: str) -> None:
    asked = command(*FAST_CHECK, "--evidence", tmp_path / "e")
    done = subprocess.run(asked, env=environment(PYTHONIOENCODING=encoding), capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"") and b"C11           \\u2717 in 1" in done.stdout
