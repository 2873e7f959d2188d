"""The style of the house that a machine can check, and that each of these checks does refuse what it should."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("spec", "properties", "adversaries", "model", "ledger_runtime", "reports", "marketproof")

MODULE_LINES = 450
FUNCTION_LINES = 60

# Used only where git cannot name the files (an unpacked archive).
NOT_OURS = {".git", ".venv", "__pycache__", "build", "dist", "evidence", "node_modules"}

# Written so that this file does not hold what it forbids.
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home|root)/")
REGISTRY_HOST = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|crates\.io|rubygems\.org|anaconda\.org"
    r"|(?:proxy|sum)\.golang\.org|repo1?\.maven\.(?:org|apache\.org))\b",
    re.IGNORECASE,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


# --- the files ---


def files_of_git(root: Path) -> list[Path]:
    """Files under `root` that are tracked, or present and not ignored; empty where git does not know the folder."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [root / name for name in listed.split("\0") if name]


def files_of_folder(root: Path) -> list[Path]:
    """Files under `root` outside of the folders that are made by tools."""
    return [
        path
        for path in root.rglob("*")
        if not any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in path.relative_to(root).parts)
    ]


def project_files(root: Path = ROOT) -> list[Path]:
    """Every file of the project that is present, in order."""
    return sorted({path for path in files_of_git(root) or files_of_folder(root) if path.is_file()})


def python_files(*folders: str) -> Iterator[tuple[str, str]]:
    """Name (relative to the root) and text of each Python file in the given top-level folders."""
    for path in project_files():
        name = path.relative_to(ROOT)
        if path.suffix == ".py" and name.parts[0] in folders:
            yield name.as_posix(), path.read_text(encoding="utf-8")


def text_files() -> Iterator[tuple[str, str]]:
    """Name and text of each file that is text: UTF-8 without a zero byte."""
    for path in project_files():
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            yield path.relative_to(ROOT).as_posix(), text


# --- the checks: a name and a text in, the violations out ---


def functions_in(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def without_module_docstring(name: str, text: str) -> list[str]:
    """A module whose docstring is missing or blank."""
    return [] if (ast.get_docstring(ast.parse(text)) or "").strip() else [f"{name}: no module docstring"]


def too_long_module(name: str, text: str) -> list[str]:
    """A module over the limit."""
    lines = len(text.splitlines())
    return [f"{name}: {lines} lines, at most {MODULE_LINES}"] if lines > MODULE_LINES else []


def too_long_functions(name: str, text: str) -> list[str]:
    """Functions over the limit, from `def` to the last line, docstring included."""
    sizes = [(node, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions_in(ast.parse(text))]
    return [
        f"{name}:{node.lineno}: {node.name} has {size} lines, at most {FUNCTION_LINES}"
        for node, size in sizes
        if size > FUNCTION_LINES
    ]


def machine_names(name: str, text: str) -> list[str]:
    """Lines that hold an absolute path of one machine, or the host of a package registry."""
    return [
        f"{name}:{number}: {kind} {found.group()!r}"
        for number, line in enumerate(text.splitlines(), start=1)
        for kind, pattern in (("absolute path", MACHINE_PATH), ("registry host", REGISTRY_HOST))
        for found in pattern.finditer(line)
    ]


def asserts_something(node: ast.AST) -> bool:
    """An assertion over something that can vary, `raises`, or a call named for what it asserts, checks or expects."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    return called == "raises" or called.lstrip("_").startswith(("assert", "check", "expect"))


def assertionless_tests(name: str, text: str) -> list[str]:
    """Test functions and methods in which nothing can fail on purpose."""
    return [
        f"{name}:{test.lineno}: {test.name} asserts nothing"
        for test in functions_in(ast.parse(text))
        if test.name.startswith("test") and not any(asserts_something(node) for node in ast.walk(test))
    ]


# --- the project ---


def test_every_room_is_found() -> None:
    found = {name.split("/")[0] for name, _ in python_files(*ROOMS, "tests")}
    assert found == {*ROOMS, "tests"}


@pytest.mark.parametrize("check", [without_module_docstring, too_long_module, too_long_functions], ids=lambda check: check.__name__)
def test_rooms_keep_the_style(check) -> None:
    violations = [found for name, text in python_files(*ROOMS) for found in check(name, text)]
    assert not violations, "\n" + "\n".join(violations)


def test_no_file_names_a_machine_or_a_registry() -> None:
    violations = [found for name, text in text_files() for found in machine_names(name, text)]
    assert not violations, "\n" + "\n".join(violations)


def test_every_test_asserts_something() -> None:
    violations = [found for name, text in python_files("tests") for found in assertionless_tests(name, text)]
    assert not violations, "\n" + "\n".join(violations)


# --- the checks themselves ---


def function_of(lines: int, head: str = "def long():") -> str:
    """A function that is `lines` long, its docstring included."""
    return "\n".join([head, '    """Long."""', *["    x = 1"] * (lines - 2)]) + "\n"


SLASH = "/"

REFUSED = [
    pytest.param(without_module_docstring, "", id="empty module"),
    pytest.param(without_module_docstring, "x = 1\n", id="no docstring"),
    pytest.param(without_module_docstring, '"""  """\n', id="blank docstring"),
    pytest.param(without_module_docstring, 'x = 1\n"""Late."""\n', id="docstring not first"),
    pytest.param(too_long_module, "x = 1\n" * (MODULE_LINES + 1), id="long module"),
    pytest.param(too_long_functions, function_of(FUNCTION_LINES + 1), id="long function"),
    pytest.param(too_long_functions, function_of(FUNCTION_LINES + 1, "async def long():"), id="long coroutine"),
    pytest.param(too_long_functions, "class A:\n " + function_of(FUNCTION_LINES + 1).replace("\n", "\n "), id="long method"),
    pytest.param(machine_names, f"path = '{SLASH}home{SLASH}someone'", id="quoted path"),
    pytest.param(machine_names, f"cd {SLASH}work{SLASH}main", id="path in a command"),
    pytest.param(machine_names, f"{SLASH}root{SLASH}.cache", id="path at the start"),
    pytest.param(machine_names, f"file:{SLASH * 3}home{SLASH}someone", id="file address"),
    pytest.param(machine_names, "https://files." + "pythonhosted" + ".org/simple", id="package files"),
    pytest.param(machine_names, "# from https://PyPI" + ".org/project/x", id="registry in a comment"),
    pytest.param(machine_names, '"resolved": "https://registry.' + "npmjs" + '.org/x"', id="registry in a lock file"),
    pytest.param(assertionless_tests, "def test_a():\n    run()\n", id="only runs"),
    pytest.param(assertionless_tests, "class TestA:\n    def test_a(self):\n        self.run()\n", id="method only runs"),
    pytest.param(assertionless_tests, "async def test_a():\n    await run()\n", id="coroutine only runs"),
    pytest.param(assertionless_tests, "def test_a():\n    assert True\n", id="asserts a constant"),
]

ALLOWED = [
    pytest.param(without_module_docstring, '"""What it is."""\n', id="docstring"),
    pytest.param(too_long_module, "x = 1\n" * MODULE_LINES, id="module at the limit"),
    pytest.param(too_long_functions, function_of(FUNCTION_LINES), id="function at the limit"),
    pytest.param(machine_names, "https://example.org" + SLASH + "home" + SLASH + "page", id="path of an address"),
    pytest.param(machine_names, "see docs" + SLASH + "work" + SLASH + "plan.md", id="relative path"),
    pytest.param(assertionless_tests, "def test_a():\n    assert run() == 1\n", id="assert"),
    pytest.param(assertionless_tests, "def test_a():\n    with pytest.raises(ValueError):\n        run()\n", id="raises"),
    pytest.param(assertionless_tests, "def test_a():\n    check_all(run())\n", id="check call"),
    pytest.param(assertionless_tests, "def test_a(x):\n    x.expect_refusal('why')\n", id="expect call"),
    pytest.param(assertionless_tests, "def helper():\n    run()\n", id="not a test"),
]


@pytest.mark.parametrize(("check", "text"), REFUSED)
def test_a_bad_text_is_refused(check, text: str) -> None:
    assert [found.split(":")[0] for found in check("bad.py", text)] == ["bad.py"]


@pytest.mark.parametrize(("check", "text"), ALLOWED)
def test_a_good_text_is_allowed(check, text: str) -> None:
    assert check("good.py", text) == []


def test_files_are_found_with_and_without_git(tmp_path: Path) -> None:
    for name in ("spec/assets.py", ".venv/lib/other.py", "evidence/run.json", "x.egg-info/PKG-INFO"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    assert project_files(tmp_path) == [tmp_path / "spec/assets.py"]

    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text(".venv/\nevidence/\n*.egg-info/\n")
    assert project_files(tmp_path) == [tmp_path / ".gitignore", tmp_path / "spec/assets.py"]
