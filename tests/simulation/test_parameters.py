"""Every default has a source and lies in its range; none is inert."""

from __future__ import annotations

import math

import pytest

from ledger_runtime.errors import UnknownParameter
from ledger_runtime.simulation.choices import SOURCES
from ledger_runtime.simulation.experiment import FIELDS, Experiment
from ledger_runtime.simulation.outcome import run
from ledger_runtime.simulation.parameters import NAMES, Parameters, between, described

# In one of these every parameter has its effect: peers that pass blocks on, and a distant one to which blocks are sent directly.
NEAR = Experiment(9, 900.0, "SJ1-SJ2", transactions=1500, dissemination="gossip").varied(peer_cores=24.0)
FAR = Experiment(9, 900.0, "SJ1-London", transactions=1500)


@pytest.mark.parametrize("name", NAMES)
def test_a_default_has_unit_and_source_and_lies_in_its_range(name: str) -> None:
    one = described(name)
    assert one["unit"] and len(one["source"]) > 20
    assert one["low"] <= one["value"] <= one["high"] and one["low"] < one["high"]
    assert math.isclose(between(name, 0.0), one["low"]) and math.isclose(between(name, 1.0), one["high"])


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_is_inert(name: str) -> None:
    """From one end of its range to the other something that a user is shown changes by more than rounding."""
    effects = []
    for base in (NEAR, FAR):
        low, high = (run(base.varied(**{name: between(name, share)}), 1) for share in (0.0, 1.0))
        effects.append(max(abs(low[what] - high[what]) / (abs(low[what]) + 1e-12) for what in ("latency_s", "caliper_tps", "commit_s")))
    assert max(effects) > 1e-5


@pytest.mark.parametrize("changed", [{"colour": 1.0}, {"order_s": -1.0}, {"orderer_bits_per_s": 0.0}, {"peer_cores": 2.5},
                                     {"endorse_spread": 1.5}, {"order_s": math.nan}, {"near_s": math.inf}])  # fmt: skip
def test_what_no_parameter_can_be_is_refused(changed: dict[str, float]) -> None:
    with pytest.raises(UnknownParameter, match=r"cannot be|no parameter"):
        Parameters().varied(changed)


VARIED = {
    "peers": 12, "rate_tps": 700.0, "placement": "SJ1-London", "policy": "2", "transactions": 900, "block_count": 50,
    "block_timeout_s": 0.2, "preferred_bytes": 2e4, "window": 20, "client_timeout_s": 0.3, "arrivals": "poisson",
    "dissemination": "gossip", "organisations": 3, "notified": "one", "hot_share": 0.5, "hot_keys": 7,
}  # fmt: skip
NEEDED = {"organisations": {"dissemination": "leader"}, "hot_keys": {"hot_share": 0.5}, "notified": {"placement": "SJ1-London"}}
"""Without what there is nothing to see."""


def test_every_default_of_an_experiment_has_its_source() -> None:
    assert set(SOURCES) == set(VARIED) == set(FIELDS) - {"parameters"}
    assert all(len(source) > 15 for source in SOURCES.values())


@pytest.mark.parametrize("name", list(VARIED))
def test_no_choice_of_an_experiment_is_inert(name: str) -> None:
    base = Experiment(9, 900.0, transactions=1500, block_count=200).varied(**NEEDED.get(name, {}))
    usual, other = run(base, 1), run(base.varied(**{name: VARIED[name]}), 1)
    assert max(abs(usual[what] - other[what]) for what in ("latency_s", "valid_tps", "timed_out")) > 1e-5
