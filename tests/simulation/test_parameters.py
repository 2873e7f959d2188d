"""Every default has a source and lies in its range; none is inert."""

from __future__ import annotations

import math

import pytest

from ledger_runtime.errors import UnknownParameter
from ledger_runtime.simulation.experiment import Experiment
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
