"""The import arrow between the rooms: the project keeps it, and each import against it is refused."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The table of rooms in ARCHITECTURE.md, stated a second time so that a contract left out of pyproject.toml is noticed.
MAY_IMPORT = {
    "spec": set(),
    "properties": {"spec"},
    "adversaries": {"spec", "properties"},
    "model": {"spec", "properties", "adversaries"},
    "ledger_runtime": {"spec"},
    "reports": {"properties"},
    "marketproof": {"spec", "properties", "adversaries", "model", "ledger_runtime", "reports"},
}
SOLVERS = {"z3", "pysat", "cvc5"}

LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """The verdict of the contracts in pyproject.toml on the packages under `root`."""
    command = [sys.executable, "-c", LINT_IMPORTS, "--no-logo", "--no-cache", "--config", "pyproject.toml"]
    # Plain output of a fixed width: a wrapped line would split the names.
    plain = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}
    return subprocess.run(command, cwd=root, env=plain, capture_output=True, text=True, timeout=120, check=False)


def rooms_with(root: Path, imports: set[tuple[str, str]]) -> Path:
    """Empty rooms under `root` with the project's contracts; for each (room, target) a module of the room that imports the target."""
    shutil.copy(ROOT / "pyproject.toml", root)
    for room in MAY_IMPORT:
        (root / room).mkdir()
        (root / room / "__init__.py").write_text('"""A room."""\n')
    for room, target in imports:
        (root / room / f"reaches_{target}.py").write_text(f'"""Reaches {target}."""\n\nimport {target}\n')
    return root


def refused_imports(output: str) -> set[tuple[str, str]]:
    """The (room, target) pairs that the output names as broken."""
    return set(re.findall(r"(\w+)\.reaches_\w+ -> (\w+)", output))


def test_the_project_keeps_the_arrow() -> None:
    verdict = lint_imports(ROOT)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_allowed_import_is_allowed(tmp_path: Path) -> None:
    allowed = {(room, target) for room, targets in MAY_IMPORT.items() for target in targets}
    verdict = lint_imports(rooms_with(tmp_path, allowed))
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_other_import_is_refused(tmp_path: Path) -> None:
    against = {(room, target) for room, targets in MAY_IMPORT.items() for target in set(MAY_IMPORT) - targets - {room}}
    against |= {("spec", solver) for solver in SOLVERS}
    verdict = lint_imports(rooms_with(tmp_path, against))
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert refused_imports(verdict.stdout) == against


@pytest.mark.parametrize(("room", "target"), [("spec", "model"), ("ledger_runtime", "properties"), ("reports", "spec")])
def test_one_import_against_the_arrow_is_enough(tmp_path: Path, room: str, target: str) -> None:
    verdict = lint_imports(rooms_with(tmp_path, {(room, target)}))
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert refused_imports(verdict.stdout) == {(room, target)}
