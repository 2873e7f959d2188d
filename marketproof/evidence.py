"""The evidence directory: verdicts, witnesses and the job's figures, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketproof.endings import undisturbed
from marketproof.errors import UserError
from properties.verdicts import FIELDS, SCHEMA_VERSION, Row

MANIFEST = "manifest.json"


def canonical(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def file_label(label: str) -> str:
    """A label as the beginning of a file's name; a query by its first words and a digest of all of them."""
    if re.fullmatch(r"[A-Za-z0-9/]{1,40}", label):
        return label.replace("/", "-")
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', label)[:40].strip('-')}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def verdicts_text(rows: list[Row]) -> str:
    """`verdicts.json`: the rows and the meaning of their fields."""
    document = {"schema": SCHEMA_VERSION, "fields": FIELDS, "rows": [row.as_dict() for row in rows]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def check_place(directory: Path) -> None:
    """Refuse, before any work, a place that cannot be written or that holds something else."""
    if directory.exists():
        if not directory.is_dir():
            raise UserError(f"the evidence directory {str(directory)!r} is a file")
        foreign = foreign_files(directory)
        if foreign:
            raise UserError(
                f"the directory {str(directory)!r} holds something that is no evidence ({foreign[0]!r}): choose another, or empty it"
            )
    parent = directory.resolve().parent
    if not parent.is_dir():
        raise UserError(f"there is no directory {str(parent)!r} to write the evidence in")
    for place in (parent, directory) if directory.exists() else (parent,):
        if not os.access(place, os.W_OK):
            raise UserError(f"the directory {str(place)!r} cannot be written")
    try:
        with tempfile.TemporaryDirectory(prefix=".evidence-", dir=parent):
            pass
    except OSError as error:
        raise UserError(f"nothing can be written in {str(parent)!r}: {error.strerror}") from error


def foreign_files(directory: Path) -> list[str]:
    """Files that no manifest of an earlier run names: what is swapped out is deleted, and must be nobody else's."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        manifest = {}
    ours = {MANIFEST, *manifest} if isinstance(manifest, dict) and "verdicts.json" in manifest else set()
    return sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and path.relative_to(directory).as_posix() not in ours
    )


def write(directory: Path, files: dict[str, str]) -> None:
    """Write all files beside the old evidence, then put them in its place; on any failure the old evidence stays."""
    check_place(directory)
    files = {**files, MANIFEST: canonical({name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()})}
    target = directory.resolve()
    fresh = target.parent / ".evidence-none"
    try:
        fresh = Path(tempfile.mkdtemp(prefix=".evidence-", dir=target.parent))
        for folder in {(fresh / name).parent for name in files}:
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            put(fresh / name, text.encode(), target / name)
        fresh.chmod(0o755)
        with undisturbed():
            swap(fresh, target)
    except OSError as error:
        raise UserError(
            f"the evidence could not be written to {str(directory)!r}: {error.strerror or error}; nothing was changed"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def put(path: Path, content: bytes, before: Path) -> None:
    """A new file; the same one as before where that has just this content."""
    with suppress(OSError):
        if not before.is_symlink() and before.read_bytes() == content:
            path.hardlink_to(before)
            return
    path.write_bytes(content)


def swap(fresh: Path, target: Path) -> None:
    """Put a directory in the place of another, which is deleted only after that."""
    retired = fresh.with_name(fresh.name + "-old")
    if target.exists():
        target.rename(retired)
    try:
        fresh.rename(target)
    except BaseException:
        if retired.exists():
            retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)


def write_file(path: Path, text: str) -> None:
    """One file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
