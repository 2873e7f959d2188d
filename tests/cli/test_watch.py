"""`check --watch`: a changed text is checked again, what is other is told, a mistake in it is told too, Ctrl-C ends it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from marketproof.watching import differences
from tests.cli.calling import Call, check_refused, command, environment

JOINED = (Path(__file__).resolve().parents[2] / "examples" / "joined_once.py").read_text()
ARGUMENTS = ("check", "--watch", "--claim", "C11", "--coalition", "CO", "--without-job", "--jobs", "1", "--depth", "3")
LONGEST_S = 120.0


def waited(said: Path, ready: Callable[[str], bool]) -> str:
    """What was said once it is enough."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        text = said.read_text()
        if ready(text):
            return text
        time.sleep(0.05)
    raise AssertionError(f"not said within {LONGEST_S} s: {said.read_text()!r}")


def test_a_change_is_told(tmp_path: Path) -> None:
    mine, said, evidence = tmp_path / "mine.py", tmp_path / "said", tmp_path / "evidence"
    mine.write_text(JOINED)
    watching = command(*ARGUMENTS, "--variant", mine, "--evidence", evidence)
    with said.open("w") as out, subprocess.Popen(watching, env=environment(), stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            waited(said, lambda text: "1 holds" in text and text.rstrip().endswith(" s"))
            mine.write_text(JOINED.replace("instance.hash == None", "instance.hash != hash"))
            text = waited(said, lambda text: "refuted in" in text)
            assert "changed: mine.py" in text and "joined_once C11/checked against CO: holds to 3" in " ".join(text.split())
            mine.write_text("VARIANT = nothing\n")
            waited(said, lambda text: "cannot be run: NameError" in text)
            mine.write_text(JOINED)
            waited(said, lambda text: "-> holds to 3" in " ".join(text.split()))
            process.send_signal(signal.SIGTERM)  # which is taken as Ctrl-C, and not ignored where that is
            assert process.wait(LONGEST_S) == 130
        finally:
            process.kill()
    assert (evidence / "verdicts.json").is_file()


def test_bad_use(call: Call, tmp_path: Path) -> None:
    check_refused(call("check", "--watch", "--json"), "--json")
    check_refused(call("check", "--watch", "--variant", "none"), "'none'", "hardened")
    check_refused(call("check", "--watch", "--variant", tmp_path / "none.py"), "none.py")


@pytest.mark.parametrize(
    ("before", "found", "lines"),
    [
        (None, {("a", "C/x", "CO"): "proved", ("a", "C/x", "MO"): "unknown: why"}, ["1 proved, 1 unknown"]),
        ({("a", "C/x", "CO"): "proved"}, {("a", "C/x", "CO"): "proved"}, ["every verdict is as before"]),
        (
            {("a", "C/x", who): "proved" for who in ("CO", "MO")},
            {("a", "C/x", who): "refuted in 3" for who in ("CO", "MO")},
            ["a C/x against CO, MO: proved -> refuted in 3"],
        ),
        ({("a", "C/x", "CO"): "proved"}, {}, ["a C/x against CO: proved -> not decided any more"]),
    ],
)
def test_what_is_told(before: dict[tuple[str, str, str], str] | None, found: dict[tuple[str, str, str], str], lines: list[str]) -> None:
    assert differences(before, found) == lines
