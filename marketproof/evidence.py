"""The evidence directory: verdicts, witnesses and the job's figures, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from marketproof.errors import UserError
from properties.verdicts import FIELDS, SCHEMA_VERSION, Row

MANIFEST = "manifest.json"


def canonical(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def verdicts_text(rows: list[Row]) -> str:
    """`verdicts.json`: the rows and the meaning of their fields."""
    document = {"schema": SCHEMA_VERSION, "fields": FIELDS, "rows": [row.as_dict() for row in rows]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def check_place(directory: Path) -> None:
    """Refuse, before any work, a place that cannot be written or that holds something else."""
    if directory.exists():
        if not directory.is_dir():
            raise UserError(f"the evidence directory {str(directory)!r} is a file")
        if any(directory.iterdir()) and not (directory / MANIFEST).is_file():
            raise UserError(f"the directory {str(directory)!r} holds something that is no evidence: choose another, or empty it")
    parent = directory.absolute().parent
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


def write(directory: Path, files: dict[str, str]) -> None:
    """Write all files beside the old evidence, then put them in its place; on any failure the old evidence stays."""
    check_place(directory)
    files = {**files, MANIFEST: canonical({name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()})}
    parent = directory.absolute().parent
    fresh = Path(tempfile.mkdtemp(prefix=".evidence-", dir=parent))
    retired = fresh.with_name(fresh.name + "-old")
    try:
        for name, text in files.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        fresh.chmod(0o755)
        if directory.exists():
            directory.rename(retired)
        try:
            fresh.rename(directory.absolute())
        except BaseException:
            if retired.exists():
                retired.rename(directory)
            raise
    except OSError as error:
        raise UserError(
            f"the evidence could not be written to {str(directory)!r}: {error.strerror or error}; nothing was changed"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(retired, ignore_errors=True)
