"""Stages of a Fabric as its client and its own metrics tell them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.metrics import durations
from ledger_runtime.fabric.records import Record
from marketproof import fabric_stages
from marketproof.workload import Workload
from model.scope import Scope
from properties.own_calibration import MEASURED, Configuration
from tests.fabric.conftest import running


@pytest.fixture(scope="module")
def network(with_programs: None) -> Iterator[Record]:
    """One of its own, since owners that are measured stay in it."""
    with running("stages", "paper", timeout_ms=30) as record:
        yield record


def test_every_stage_is_measured(network: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its blocks are open for 30 ms; a client waits for one at least that is open already."""
    monkeypatch.setattr(fabric_stages, "FABRIC_SECONDS", 2)
    one = Configuration("fabric", "fitted", 3, 2, 500, 20, 30)
    (found,) = asyncio.run(fabric_stages.played(network, Workload("paper", Scope(1, 1), once=True), [one])).values()
    assert set(found) == set(MEASURED["fabric"]) and all(seconds > 0 for seconds in found.values())
    assert 0.029 < found["fill"] < 0.2 and found["told"] > found["commit"]


def test_a_metric_that_there_is_not_is_named(network: Record) -> None:
    with pytest.raises(FabricFailed, match="orderer tells no weather_sum"):
        durations(network, "orderer", ["weather"])
