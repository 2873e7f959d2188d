"""A user's own variant file that cannot be used: the file, the line and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calling import FAST, Call, check_refused

HEAD = "from spec.language import Amendment, Variant\nfrom spec.paper import TEXT\n"


def own(amendments: str, name: str = "own") -> str:
    return f'{HEAD}VARIANT = Variant("{name}", "title", TEXT, parent="paper", amendments=(\n{amendments},\n))\n'


FILES = {
    "raises": ("\n\nraise ValueError('no good')\n", ("line 3", "ValueError: no good")),
    "several lines": ("raise ValueError('one\\ntwo\\x1b[2J')\n", ("ValueError: one two", r"\x1b[2J")),
    "no syntax": ("VARIANT = (\n", ("SyntaxError", "line 1")),
    "not UTF-8": (b"x = '\xff'\n", ("SyntaxError",)),
    "leaves": ("import sys\nsys.exit(0)\n", ("line 2", "SystemExit")),
    "missing module": ("import no_such_module_anywhere\n", ("line 1", "no_such_module_anywhere")),
    "no VARIANT": ("x = 1\n", ("VARIANT", "NoneType")),
    "another type": ("VARIANT = 7\n", ("VARIANT", "int")),
    "empty": ("", ("VARIANT",)),
    "name of a known one": (own('Amendment("waive", "JoinCI.x", "why")', "paper"), ("'paper'", "name of its own")),
    "name that is a path": (own('Amendment("waive", "JoinCI.x", "why")', "../own"), ("'../own'", "name of its own")),
    "no such action": (own('\nAmendment("nothing", "JoinCI.x", "why")'), (".py:5:", "'nothing'", "require")),
    "no reason": (own('Amendment("waive", "JoinCI.x", " ")'), (".py:4:", "because=")),
    "no such clause": (own('\n\nAmendment("waive", "JoinCI.nothing", "why")'), (".py:6:", "'nothing'", "choices")),
    "no such transaction": (own('Amendment("waive", "Nothing.x", "why")'), (".py:4:", "'Nothing'", "JoinCI")),
    "no such field": (own('Amendment("require", "JoinCI.x", "why",\nlambda tx, instance, hash, nonce: instance.nothing == 1)'),
                      (".py:5:", "nothing")),
    "wrong arguments": (own('Amendment("require", "JoinCI.x", "why", lambda tx: True)'), (".py:4:", "3 arguments")),
    "no function": (own('Amendment("require", "JoinCI.x", "why", 5)'), (".py:4:", "a function", "5")),
    "no guard named": (own('Amendment("require", "JoinCI", "why", lambda *_: True)'), (".py:4:", "Transaction.guard", "JoinCI")),
    "divides by zero": (own('Amendment("require", "JoinCI.x", "why",\n\nlambda tx, instance, hash, nonce: 1 // 0)'),
                        ("line 6", "ZeroDivisionError")),
    "no such reading": (own('Amendment("switch", "X15", "why", "bad")'), (".py:4:", "'bad'", "owner")),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_a_mistake(call: Call, tmp_path: Path, name: str) -> None:
    content, parts = FILES[name]
    path = tmp_path / "own.py"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    check_refused(call("attack", "--variant", path, *FAST), *parts)


def test_a_file_that_is_missing(call: Call, tmp_path: Path) -> None:
    for path in (tmp_path / "none.py", tmp_path / "folder.py"):
        (tmp_path / "folder.py").mkdir(exist_ok=True)
        check_refused(call("attack", "--variant", path, *FAST), path, "paper")


def test_a_good_file_is_taken(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(own('Amendment("require", "JoinCI.own", "why", lambda tx, instance, hash, nonce: instance.co == tx.caller)'))
    result = call("spec", "diff", "paper", path)
    assert result.code == 0 and "# From paper to own" in result.out
