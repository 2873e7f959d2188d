"""Answers that are kept are kept for one run of the tests: never is an answer of an earlier run believed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from marketproof.store import VARIABLE


@pytest.fixture(scope="session", autouse=True)
def store_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    base, before = tmp_path_factory.getbasetemp(), os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "answers")
    yield
    if before is None:
        del os.environ[VARIABLE]
    else:
        os.environ[VARIABLE] = before
