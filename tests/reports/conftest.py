"""Evidence made by hand, and evidence of a small run."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketproof.reporting import evidence_of
from reports.content import content_of
from reports.markdown import document
from reports.page import page
from reports.view import Content
from tests.cli.calling import FAST_CHECK, Call, calling, spawned
from tests.reports.reading import Page
from tests.reports.synthetic import written


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return calling(capsys)


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be written to."""
    return written(tmp_path_factory.mktemp("synthetic") / "evidence")


@pytest.fixture(scope="session")
def content(synthetic: Path) -> Content:
    return content_of(evidence_of(synthetic))


@pytest.fixture(scope="session")
def html(content: Content) -> Page:
    return Page(page(content, "../evidence"))


@pytest.fixture(scope="session")
def markdown(content: Content) -> str:
    return document(content, "../evidence")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of a small run, with an attack off the ledger and one on two runs; not to be written to."""
    place = tmp_path_factory.mktemp("real") / "evidence"
    more = ("--claim", "C25", "--claim", "C17a", "--coalition", "MO", "--coalition", "peer")
    assert spawned(*FAST_CHECK, *more, "--evidence", place).code == 0
    return place
