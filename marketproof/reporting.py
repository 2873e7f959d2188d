"""`marketproof report`: an evidence directory verified against its manifest, then rendered as one HTML page and as Markdown."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import tempfile
from pathlib import Path, PurePosixPath

from marketproof.endings import undisturbed
from marketproof.errors import UserError
from marketproof.evidence import MANIFEST
from reports.content import content_of
from reports.knowledge import KNOWLEDGE_FILE
from reports.markdown import document
from reports.page import page
from reports.shapes import Malformed, parsed
from reports.view import Content, Evidence

LARGEST_TEXT_BYTES = 64 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")
HTML, MARKDOWN = "report.html", "report.md"


def report(given: argparse.Namespace) -> int:
    """Render; 0 when both files are written. What the evidence says of the claims changes nothing about that."""
    place, out = Path(given.evidence), Path(given.out)
    check_out(out, place)
    try:
        content = content_of(evidence_of(place))
    except Malformed as error:
        raise UserError(f"the evidence in {str(place)!r} cannot be reported: {error}") from error
    base = Path(os.path.relpath(place.resolve(), out.resolve())).as_posix()
    write(out, {HTML: page(content, base), MARKDOWN: document(content, base)})
    print(json.dumps(said(content, out), indent=1, ensure_ascii=False) if given.json else told(content, out))
    return 0


def said(content: Content, out: Path) -> dict[str, object]:
    return {
        "html": str(out / HTML),
        "markdown": str(out / MARKDOWN),
        "manifest_sha256": content.evidence.manifest,
        "files": len(content.evidence.digests),
        "variants": [variant.name for variant in content.variants],
        "verdicts": content.counts,
    }


def told(content: Content, out: Path) -> str:
    counted = ", ".join(f"{count} {verdict}" for verdict, count in content.counts.items())
    files = f"{len(content.evidence.digests)} files of the evidence are as its manifest says (SHA-256 {content.evidence.manifest[:16]}…)"
    return f"{files}; {counted or 'no verdicts'}; the report is {out / HTML} and {out / MARKDOWN}"


# --- reading ---


def evidence_of(place: Path) -> Evidence:
    """The evidence, every file of it compared with the manifest; refused if one was altered, is missing, or was added."""
    if not place.is_dir():
        raise UserError(f"no evidence directory {str(place)!r}; `marketproof check` writes one")
    manifest = content_bytes(place, MANIFEST)
    digests = {name: value.text for name, value in parsed(MANIFEST, decoded(MANIFEST, manifest)).entries}
    for name, digest in digests.items():
        check_name(name, digest)
        if not is_ours(place, name):
            raise Malformed(name, f"missing, though {MANIFEST} names it")
        if digest_of(place / name) != digest:
            raise Malformed(name, f"altered: its SHA-256 is not the one in {MANIFEST}")
    added = sorted(set(files_in(place)) - set(digests) - {MANIFEST})
    if added:
        raise Malformed(added[0], f"added: {MANIFEST} does not name it")
    texts = {name: decoded(name, content_bytes(place, name, digests[name])) for name in digests if is_read(name)}
    return Evidence(texts, digests, hashlib.sha256(manifest).hexdigest())


def is_read(name: str) -> bool:
    """Files that a report reads; the others are only named in it."""
    folder = PurePosixPath(name).parts[0]
    if folder == "knowledge":
        return name == KNOWLEDGE_FILE
    return name.endswith(".json") and folder != "witnesses" and (folder != "proofs" or name.endswith(("/summary.json", "/clauses.json")))


def check_name(name: str, digest: str) -> None:
    """A path below the directory, and a digest."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or path.as_posix() != name or not name.isprintable() or "\\" in name:
        raise Malformed(MANIFEST, f"names {name[:100]!r}, which is no file of the evidence")
    if not DIGEST.fullmatch(digest):
        raise Malformed(MANIFEST, f"has no SHA-256 for {name!r}, but {digest[:70]!r}")


def is_ours(place: Path, name: str) -> bool:
    """A regular file within the directory, reached by no symbolic link."""
    path = place / name
    within = [path, *list(path.parents)[: len(PurePosixPath(name).parts) - 1]]
    return path.is_file() and not any(part.is_symlink() for part in within)


def files_in(place: Path) -> list[str]:
    return [path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_symlink() or not path.is_dir()]


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def content_bytes(place: Path, name: str, digest: str | None = None) -> bytes:
    """A file of bounded size; with a digest, exactly what was compared with it."""
    if not is_ours(place, name):
        raise Malformed(name, "missing, so that this is no evidence directory" if name == MANIFEST else "missing")
    with (place / name).open("rb") as stream:
        content = stream.read(LARGEST_TEXT_BYTES + 1)
    if len(content) > LARGEST_TEXT_BYTES:
        raise Malformed(name, f"larger than {LARGEST_TEXT_BYTES} bytes")
    if digest is not None and hashlib.sha256(content).hexdigest() != digest:
        raise Malformed(name, "altered while it was read")
    return content


def decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(name, "not UTF-8 text") from error


# --- writing ---


def check_out(out: Path, place: Path) -> None:
    """Refuse, before any work, a place that cannot be written, or that lies in the evidence and would alter it."""
    if out.resolve() == place.resolve() or place.resolve() in out.resolve().parents:
        raise UserError(f"the report cannot be written to {str(out)!r}: it would alter the evidence; choose another --out")
    if out.exists() and not out.is_dir():
        raise UserError(f"the report's directory {str(out)!r} is a file")
    for name in (HTML, MARKDOWN):
        if (out / name).is_dir():
            raise UserError(f"the report cannot be written: {str(out / name)!r} is a directory")


def write(out: Path, files: dict[str, str]) -> None:
    """Both files or none: written beside, then put in place together."""
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=out) as fresh:
            for name, text in files.items():
                (Path(fresh) / name).write_text(text, encoding="utf-8", newline="\n")
            with undisturbed():
                for name in files:
                    (Path(fresh) / name).replace(out / name)
    except OSError as error:
        if made and out.is_dir() and not any(out.iterdir()):
            out.rmdir()
        raise UserError(f"the report could not be written to {str(out)!r}: {error.strerror or error}") from error
