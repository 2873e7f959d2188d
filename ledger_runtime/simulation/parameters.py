"""Every constant of the simulated network in one table: its value, the range that its source leaves open, its unit, its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ledger_runtime.errors import UnknownParameter
from spec.errors import choices

EUROSYS = "Androulaki et al., EuroSys 2018"
FASTFABRIC = "Gorenflo et al., FastFabric 2019"
SRN = "Sukhwani et al., stochastic reward net of Fabric, 2018"
PAPER = "the paper"
CORES = "L762-763: a separate server with 32 cores for each component"


def known(value: float, low: float, high: float, unit: str, source: str, most: float = 1e15) -> Any:
    """A parameter. low, high: what its source leaves open; on a logarithmic scale each value between is as likely as another."""
    zero = not unit.startswith(("bit/s", "cores", "peers", "bytes under way"))
    return field(default=value, metadata={"low": low, "high": high, "unit": unit, "source": source, "most": most, "may_be_zero": zero})


WHOLE = ("peer_cores", "gossip_fanout")


@dataclass(frozen=True)
class Parameters:
    """The constants; `described` gives the range, unit and source of each. Seconds are of one core; bytes are on the wire."""

    # fmt: off
    client_prepare_s: float = known(2.5e-4, 1e-4, 1e-3, "s per transaction",
        "none published for Node SDK 1.x; at most 1 ms, else the paper's one client could not have sent 1,000 tps (L865-866)")
    client_check_s: float = known(7e-5, 2e-5, 1.2e-4, "s per endorsement",
        "one P-256 check takes 67-74 us on one core here (measured, 13.5-15 thousand a second); SDKs may leave it out")
    client_bits_per_s: float = known(1e9, 1e9, 1e10, "bit/s", "SoftLayer's port speeds: 10, 100, 1,000 and 10,000 Mb/s (its reference)")
    proposal_bytes: float = known(1300, 1000, 2000, "bytes", f"a certificate and a signature (0.9 kB, {EUROSYS}) and the arguments")
    response_bytes: float = known(1500, 1000, 3000, "bytes", f"an endorsement (0.9 kB, {EUROSYS}) and a read-write set")
    envelope_bytes: float = known(2160, 1500, 2700, "bytes", f"{EUROSYS}: 3.06 kB per spend, less one endorsement")
    endorsement_bytes: float = known(900, 700, 1100, "bytes per endorsement", f"{EUROSYS}: a certificate and a signature, about 0.9 kB")
    payload_bytes: float = known(300, 100, 1000, "bytes, mean of what varies",
        "this project's own ledger: encoded calls of the fifteen transactions")
    endorse_s: float = known(5.6e-3, 3.2e-3, 7.5e-3, "s, mean", f"{EUROSYS}: 5.6 (mint) and 7.5 ms (spend); {SRN}: 3.249 ms")
    endorse_spread: float = known(0.3, 0.1, 1.0, "share that is exponential",
        f"{SRN} takes all of it as exponential; deterministic is 0", most=1.0)
    peer_cores: float = known(32, 24, 32, "cores", CORES)
    near_s: float = known(2.5e-4, 1e-4, 5e-4, "s one way", "within a data centre; round trips of 0.2-1 ms are usual")
    metro_s: float = known(1e-3, 5e-4, 2e-3, "s one way", "San Jose 1 to San Jose 2, tens of kilometres")
    london_s: float = known(0.07, 0.069, 0.075, "s one way", "San Jose to London is about 140 ms idle (8,600 km in fibre); 147 ms measured")
    jitter_s: float = known(5e-4, 1e-4, 2e-3, "s, mean, exponential", "no figure; the order of a round trip within a data centre")
    stream_bytes: float = known(4e6, 6.4e4, 1.6e7, "bytes under way",
        "HTTP/2 begins with 64 kB; gRPC for Go raises its window to at most 16 MB since 1.8; the paper says nothing")
    order_s: float = known(1.2e-4, 8e-5, 1.6e-4, "s per transaction",
        f"{FASTFABRIC}: 6,215 tps with Kafka at 2 kB, 161 us each, bytes included")
    order_byte_s: float = known(2e-8, 1e-8, 4e-8, "s per byte", f"{FASTFABRIC}: the same figure, shared between transaction and bytes")
    order_delay_s: float = known(0.01, 2e-3, 0.05, "s", f"one way through Kafka; {EUROSYS}: 248-365 ms with the wait for a block of 2 MB")
    orderer_bits_per_s: float = known(2e9, 1e9, 1e10, "bit/s",
        "SoftLayer's port speeds (its reference); two ports of 1 Gb/s where redundant")
    block_bytes: float = known(3000, 1000, 5000, "bytes per block", "configtx.yaml: blocks are a few kB larger than what they hold")
    gossip_hop_s: float = known(0.01, 5e-3, 0.1, "s per hop", "core.yaml: maxPropagationBurstLatency 10 ms")
    gossip_fanout: float = known(3, 2, 5, "peers", "core.yaml: propagatePeerNum 3")
    peer_bits_per_s: float = known(1e9, 1e9, 1e10, "bit/s", "SoftLayer's port speeds (its reference)")
    check_s: float = known(1.1e-3, 7e-4, 2e-3, "s of one core per transaction",
        f"{EUROSYS}: VSCC 31.0-35.3 ms for a block of 2 MB (670 transactions) on 32 cores, less one signature; {SRN}: 2.524 ms")
    signature_s: float = known(3e-4, 1e-4, 5e-4, "s of one core per endorsement",
        "one P-256 check and its certificate: 0.07 ms here, 0.5 ms uncached")
    conflict_check_s: float = known(6e-5, 5e-5, 9.2e-5, "s per transaction", f"{EUROSYS}: 34.8-61.5 ms for 670; {SRN}: 7.202 ms for 120")
    ledger_block_s: float = known(0.02, 0.01, 0.06, "s per block",
        f"fsync and index; {EUROSYS}: 50.6-72.2 ms with 670 transactions; {SRN}: up to 208 ms")
    ledger_s: float = known(4.5e-5, 3e-5, 1e-4, "s per transaction", f"{EUROSYS}: 50.6-72.2 ms for 670, less what a block costs")
    notify_s: float = known(5e-3, 1e-3, 0.02, "s", "block event to a listener; no figure, the order of a gRPC message and its handling")
    # fmt: on

    def __post_init__(self) -> None:
        for name, value in self.items():
            one = described(name)
            usual = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15
            if not usual or value > one["most"] or (value == 0 and not one["may_be_zero"]) or (name in WHOLE and value != int(value)):
                raise UnknownParameter(f"{name} cannot be {value!r}: a number of {one['unit']}{' up to 1' * (one['most'] == 1)}")

    def items(self) -> Iterator[tuple[str, float]]:
        return ((name, getattr(self, name)) for name in NAMES)

    def varied(self, changed: Mapping[str, float]) -> Parameters:
        """The same with other values. Raises UnknownParameter."""
        for name in changed:
            described(name)
        return replace(self, **changed)


NAMES: tuple[str, ...] = tuple(one.name for one in fields(Parameters))
_DESCRIBED: dict[str, dict[str, Any]] = {one.name: {"value": one.default, **one.metadata} for one in fields(Parameters)}


def described(name: str) -> dict[str, Any]:
    """`value`, `low`, `high`, `unit` and `source` of a parameter. Raises UnknownParameter."""
    if name not in _DESCRIBED:
        raise UnknownParameter(f"no parameter {name!r}; choices: {choices(NAMES)}")
    return _DESCRIBED[name]


def between(name: str, share: float) -> float:
    """The value at a share, 0 to 1, of a parameter's range, on a logarithmic scale; whole where it counts."""
    one = described(name)
    value = float(one["low"] * (one["high"] / one["low"]) ** share)
    return float(round(value)) if name in WHOLE else value
