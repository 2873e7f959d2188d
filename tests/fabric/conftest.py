"""Networks for the tests of Fabric; where its programs cannot be had, a skip with the reason."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger_runtime.errors import FabricMissing
from ledger_runtime.fabric import records
from ledger_runtime.fabric.connecting import Connection, read_connection
from ledger_runtime.fabric.programs import programs
from ledger_runtime.fabric.raising import down
from ledger_runtime.fabric.records import Record
from marketproof.fabric import raised


def quiet(detail: str) -> None:
    assert detail


@pytest.fixture(scope="session")
def with_programs() -> None:
    """The programs, built now if they never were."""
    try:
        programs()
    except FabricMissing as missing:
        pytest.skip(str(missing))


@contextmanager
def running(name: str, variant: str, **batching: Any) -> Iterator[Record]:
    """A network for a test, gone afterwards."""
    named = f"test-{os.getpid()}-{name}"
    try:
        yield raised(named, variant, {}, quiet, **batching)
    finally:
        if records.find(named) is not None:
            down(named)


@pytest.fixture(scope="session")
def paper_network(with_programs: None) -> Iterator[Record]:
    """The paper's protocol on an orderer that lets everything through."""
    with running("paper", "paper", timeout_ms=30, filters=False) as record:
        yield record


@pytest.fixture
def connection(paper_network: Record) -> Connection:
    return read_connection(paper_network.connection)


@pytest.fixture
def run() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Runs a coroutine to its end."""
    with asyncio.Runner() as runner:
        yield runner.run
