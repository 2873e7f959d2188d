"""Evidence that was altered, is incomplete, malformed or of another schema is refused by file name, and nothing is half-written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Call, check_refused
from tests.reports.synthetic import Files, written

LONG = "[" * 100_000


@pytest.fixture
def copied(synthetic: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(synthetic, tmp_path / "evidence"))


def check_refuses(call: Call, place: Path, *parts: object) -> None:
    out = place.parent / "out"
    check_refused(call("report", place, "--out", out), *parts)
    assert not out.exists()


# --- altered after it was written ---


@pytest.mark.parametrize("name", ["verdicts.json", "witnesses/C1-CO.json", "proofs/hard/1.smt2"])
def test_an_altered_file(call: Call, copied: Path, name: str) -> None:
    path = copied / name
    path.write_bytes(path.read_bytes() + b" ")
    check_refuses(call, copied, name, "altered")


@pytest.mark.parametrize("name", ["attacks.json", "witnesses/C1-CO.json"])
def test_a_file_that_is_gone(call: Call, copied: Path, name: str) -> None:
    (copied / name).unlink()
    check_refuses(call, copied, name, "missing")


def test_a_file_that_was_added(call: Call, copied: Path) -> None:
    (copied / "waiving/other.json").write_text("[]")
    check_refuses(call, copied, "waiving/other.json", "added")


def test_links_are_no_evidence(call: Call, copied: Path) -> None:
    shutil.move(copied / "job.json", copied.parent / "job.json")
    (copied / "job.json").symlink_to(copied.parent / "job.json")
    check_refuses(call, copied, "job.json", "missing")
    shutil.move(copied / "witnesses", copied.parent / "witnesses")
    (copied / "witnesses").symlink_to(copied.parent / "witnesses")
    check_refuses(call, copied, "missing")


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"../secret": "0" * 64}, "'../secret'"),
        ({"/etc/passwd": "0" * 64}, "'/etc/passwd'"),
        ({"a//b": "0" * 64}, "'a//b'"),
        ({"verdicts.json": "0"}, "no SHA-256"),
        ({"verdicts.json": 1}, "should be a text"),
        ([], "should be an object"),
    ],
)
def test_a_manifest_that_is_none(call: Call, copied: Path, manifest: Any, said: str) -> None:
    (copied / "manifest.json").write_text(json.dumps(manifest))
    check_refuses(call, copied, "manifest.json", said)


def test_no_evidence_at_all(call: Call, tmp_path: Path) -> None:
    check_refuses(call, tmp_path / "nowhere", "nowhere", "marketproof check")
    (tmp_path / "empty").mkdir()
    check_refuses(call, tmp_path / "empty", "manifest.json", "missing")
    (tmp_path / "file").write_text("x")
    check_refuses(call, tmp_path / "file", "file")


# --- malformed, though its digests are right ---


def at(name: str, *path: Any, value: Any) -> Callable[[Files], None]:
    """Sets what stands at a path of a file."""

    def change(files: Files) -> None:
        inner = files[name]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value

    return change


def without(name: str, *path: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        inner: Any = files
        for key in (name, *path)[:-1]:
            inner = inner[key]
        del inner[(name, *path)[-1]]

    return change


def text(name: str, content: str) -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


MALFORMED = [
    (text("verdicts.json", "{"), "verdicts.json", "JSON"),
    (text("verdicts.json", LONG), "verdicts.json", "JSON"),
    (text("claims.json", '{"schema": 1, "schema": 1}'), "claims.json", "twice"),
    (text("job.json", "[NaN]"), "job.json", "NaN"),
    (text("variants.json", "[]"), "variants.json", "an object"),
    (at("verdicts.json", "schema", value=2), "verdicts.json", "schema 2"),
    (at("attacks.json", "schema", value=True), "attacks.json", "schema true"),
    (at("claims.json", "schema", value="1"), "claims.json", "schema"),
    (at("verdicts.json", "rows", 0, "verdict", value="maybe"), "verdicts.json", "'maybe'"),
    (at("verdicts.json", "rows", 0, "depth", value="2"), "verdicts.json", "rows[0].depth"),
    (at("verdicts.json", "rows", 0, "depth", value=10**40), "verdicts.json", "rows[0].depth"),
    (at("verdicts.json", "rows", 0, "witness", value="witnesses/none.json"), "verdicts.json", "witnesses/none.json"),
    (at("verdicts.json", "rows", 0, "more", value=1), "verdicts.json", "rows[0]"),
    (at("verdicts.json", "rows", 1, "coalition", value="CO"), "verdicts.json", "two rows"),
    (at("verdicts.json", "rows", 0, "claim", value="C9"), "claims.json", "'C9'"),
    (at("verdicts.json", "rows", 0, "variant", value="other"), "variants.json", "'other'"),
    (without("verdicts.json", "rows", 0, "seed"), "verdicts.json", "rows[0]"),
    (without("claims.json", "kinds", "inv"), "claims.json", "'inv'"),
    (without("attacks.json", "attacks", "witnesses/C1-CO.json"), "attacks.json", "witnesses/C1-CO.json"),
    (at("attacks.json", "attacks", "witnesses/C1-CO.json", "runs", value=[]), "attacks.json", "runs"),
    (at("attacks.json", "attacks", "witnesses/C1-CO.json", "runs", 0, 0, "kind", value="magic"), "attacks.json", "magic"),
    (at("attacks.json", "attacks", "witnesses/C1-CO.json", "runs", value=[[]]), "attacks.json", "tells 0 steps"),
    (at("variants.json", "variants", "paper", "switches", "X01", "taken", value="third"), "variants.json", "third"),
    (at("job.json", "rounds", 0, "accuracy", value=1.5), "job.json", "accuracy"),
    (at("proofs/hard/summary.json", "obligations", 0, "file", value="proofs/none"), "proofs/hard/summary.json", "proofs/none"),
    (at("proofs/hard/clauses.json", "clauses", 0, "used", value=7), "proofs/hard/clauses.json", "clauses[0].used"),
    (at("mutants/hard.json", "mutants", 0, "seconds", value="long"), "mutants/hard.json", "mutants[0].seconds"),
    (at("coalitions/hard.json", "C1", "least", 0, "members", value="two"), "coalitions/hard.json", "members"),
    (without("recall/hard.json", "by_depth"), "recall/hard.json", "by_depth"),
    (at("orders/hard.json", "orders", 0, "won", value=7), "orders/hard.json", "won"),
    (without("known/hard.json", "attacks", 0, "places"), "known/hard.json", "places"),
    (at("assumptions/hard.json", "assumptions", 0, "claims", value="C1"), "assumptions/hard.json", "claims"),
    (at("waiving/hard.json", 0, "falls", value=7), "waiving/hard.json", "falls"),
    (at("small-scope/hard.json", "cases", 0, "states", value="many"), "small-scope/hard.json", "cases[0].states"),
    (without("small-scope/hard.json", "conditions", 0, "necessary"), "small-scope/hard.json", "necessary"),
    (at("performance.json", "residuals", "published", 0, "verdict", value="believed"), "performance.json", "verdict"),
    (at("performance.json", "runs", value="many"), "performance.json", "runs"),
    (at("own-calibration.json", "beds", "moon", value={}), "own-calibration.json", "beds should be of ledger, fabric"),
    (without("own-calibration.json", "beds", "ledger", "load"), "own-calibration.json", "load"),
    *((without(name), name, "missing") for name in ("verdicts.json", "claims.json", "variants.json", "attacks.json")),
]


@pytest.mark.parametrize(("change", "file", "said"), MALFORMED, ids=[f"{file}-{said}" for _, file, said in MALFORMED])
def test_malformed_evidence(call: Call, tmp_path: Path, change: Callable[[Files], None], file: str, said: str) -> None:
    check_refuses(call, written(tmp_path / "evidence", change), file, said)


# --- where it is written ---


def test_it_never_goes_into_the_evidence(call: Call, copied: Path) -> None:
    before = sorted(copied.rglob("*"))
    for out in (copied, copied / "report"):
        check_refused(call("report", copied, "--out", out), "alter the evidence")
    assert sorted(copied.rglob("*")) == before


def test_a_place_that_cannot_be_written(call: Call, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied.parent / "file").write_text("kept")
    check_refused(call("report", copied, "--out", copied.parent / "file"), "is a file")
    check_refused(call("report", copied, "--out", copied.parent / "file" / "deeper"), "could not be written")
    (copied.parent / "taken/report.md").mkdir(parents=True)
    check_refused(call("report", copied, "--out", copied.parent / "taken"), "is a directory")

    def full(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    (copied.parent / "old").mkdir()
    (copied.parent / "old/report.html").write_text("old")
    monkeypatch.setattr(Path, "write_text", full)
    for name in ("new", "old"):
        check_refused(call("report", copied, "--out", copied.parent / name), "No space left on device")
    assert not (copied.parent / "new").exists() and os.listdir(copied.parent / "old") == ["report.html"]


def test_the_default_place_and_what_is_said(call: Call, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copied.parent)
    result = call("report", "evidence")
    assert result.code == 0 and "report/report.html" in result.out and "3 refuted" in result.out
    assert sorted(os.listdir("report")) == ["report.html", "report.md"] and Path("report/report.html").stat().st_mode & 0o044
    assert call("report", "evidence").code == 0
    document = json.loads(call("report", "evidence", "--json").out)
    assert document["html"] == "report/report.html" and document["verdicts"]["refuted"] == 3 and len(document["manifest_sha256"]) == 64
