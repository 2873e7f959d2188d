"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import FAST_CHECK, Call, calling, spawned


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return calling(capsys)


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of a small run; not to be written to."""
    place = tmp_path_factory.mktemp("evidence") / "evidence"
    assert spawned(*FAST_CHECK, "--coalition", "MO", "--evidence", place).code == 0
    return place


@pytest.fixture
def witness_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a true witness with some fields changed, or anything else."""

    def write(of: Path, change: Callable[[dict[str, Any]], None] = lambda fields: None) -> Path:
        fields = json.loads(of.read_text(encoding="utf-8"))
        change(fields)
        path = tmp_path / "witness.json"
        path.write_text(json.dumps(fields), encoding="utf-8")
        return path

    return write
