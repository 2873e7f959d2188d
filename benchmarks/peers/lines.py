"""Lines that a user writes: neither blank nor only comment, counted by one rule for all languages."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path

BLOCKS = {".pml": r"/\*.*?\*/", ".rs": r"/\*.*?\*/|//[^\n]*", ".qnt": r"/\*.*?\*/|//[^\n]*", ".tla": r"\(\*.*?\*\)|\\\*[^\n]*",
          ".cfg": r"\\\*[^\n]*", ".toml": r"#[^\n]*"}  # fmt: skip
SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}


def counted(path: Path) -> int:
    """Lines with something other than a comment; documentation strings of Python are comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return len(code_lines(text))
    if path.suffix not in BLOCKS:
        raise ValueError(f"no rule for comments in {path.name!r}; known: .py, {', '.join(BLOCKS)}")
    bare = re.sub(BLOCKS[path.suffix], lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    return sum(bool(line.strip()) for line in bare.splitlines())


def code_lines(text: str) -> set[int]:
    """Numbers of the lines of a Python text that hold a token of code."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    held = {line for token in tokens if token.type not in SILENT for line in range(token.start[0], token.end[0] + 1)}
    return held - documentation(ast.parse(text))


def documentation(tree: ast.Module) -> set[int]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    first = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return {line for node in first for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def total(paths: Iterable[Path]) -> int:
    return sum(counted(path) for path in paths)
