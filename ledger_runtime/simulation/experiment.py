"""One experiment: who sends what to which network, and the figures that both engines take from that."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ledger_runtime.errors import UnfitExperiment
from ledger_runtime.simulation.choices import ARRIVALS, DISSEMINATIONS, LIMITS, NOTIFICATIONS, PLACEMENTS, POLICIES, RANGES
from ledger_runtime.simulation.parameters import Parameters
from spec.errors import choices

Floats = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]

MOST_DRAWS = 60_000_000


@dataclass(frozen=True)
class Experiment:
    """What is varied from run to run.

    rate_tps: planned sends. window: transactions under way at once, 0 for no limit (an open loop). policy: `any`, `majority`, `all`
    or a number of peers that endorse. preferred_bytes: of a block, as Fabric's PreferredMaxBytes. client_timeout_s: after which the
    client gives up. hot_share: of transactions write one of `hot_keys` shared keys, the rest each a key of its own.
    """

    peers: int = 4
    rate_tps: float = 1000.0
    placement: str = "1-DC"
    policy: str = "all"
    transactions: int = 100_000
    block_count: int = 500
    block_timeout_s: float = 1.0
    preferred_bytes: float = 1e7
    window: int = 0
    client_timeout_s: float = 1e6
    arrivals: str = "regular"
    dissemination: str = "direct"
    organisations: int = 2
    notified: str = "all"
    hot_share: float = 0.0
    hot_keys: int = 1
    parameters: Parameters = field(default_factory=Parameters)

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise UnfitExperiment(f"no {name} {getattr(self, name)!r}; choices: {choices(known)}")
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise UnfitExperiment(f"{name} cannot be {value!r}: a whole number from {least} to {most}")
        for name, (low, high) in RANGES.items():
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
                raise UnfitExperiment(f"{name} cannot be {number!r}: a number from {low:g} to {high:g}")
        if self.endorsers * self.transactions > MOST_DRAWS:
            asked = f"{self.transactions} transactions with {self.endorsers} endorsers each"
            raise UnfitExperiment(f"{asked} are over {MOST_DRAWS} endorsements: take fewer transactions, or a policy with fewer endorsers")

    @cached_property
    def endorsers(self) -> int:
        """How many peers endorse each transaction. Raises UnfitExperiment."""
        if self.policy == "all":
            return self.peers
        if self.policy == "majority":
            return self.peers // 2 + 1
        number = "1" if self.policy == "any" else self.policy
        if not (isinstance(number, str) and number.isdecimal() and len(number) <= 6 and 1 <= int(number) <= self.peers):
            raise UnfitExperiment(f"no policy {self.policy!r} with {self.peers} peers; choices: {choices(POLICIES)}, or a number of peers")
        return int(number)

    def varied(self, **changed: Any) -> Experiment:
        """Another experiment; a name that no experiment has, but a parameter, varies the parameters."""
        own = {name: value for name, value in changed.items() if name in FIELDS}
        rest = {name: value for name, value in changed.items() if name not in FIELDS}
        if rest:
            own["parameters"] = self.parameters.varied(rest)
        return replace(self, **own)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def ways_s(self) -> Floats:
        """Seconds one way between San Jose and each peer."""
        p = self.parameters
        there = {"1-DC": p.near_s, "SJ1-SJ2": p.metro_s, "SJ1-London": p.london_s}[self.placement]
        return np.where(np.arange(self.peers) % 2 == 0, p.near_s, there)


CHOICES = {"placement": PLACEMENTS, "dissemination": DISSEMINATIONS, "notified": NOTIFICATIONS, "arrivals": ARRIVALS}
FIELDS = tuple(one.name for one in fields(Experiment))


class Plan(NamedTuple):
    """The figures of an experiment as both engines read them. Seconds, bytes and counts; arrays are by peer.

    ways_s: one way between a peer and San Jose. sources: from whom it gets blocks, -1 for the orderer; paths_s: one way from there.
    stream_byte_s: what a byte takes on that path because no more than a window is under way in a round trip.
    """

    transactions: int
    peers: int
    endorsers: int
    prepare_s: float
    assemble_s: float
    near_s: float
    endorse_fixed_s: float
    endorse_drawn_s: float
    jitter_s: float
    fixed_bytes: float
    drawn_bytes: float
    client_byte_s: float
    order_s: float
    order_byte_s: float
    order_delay_s: float
    block_count: int
    preferred_bytes: float
    block_timeout_s: float
    block_bytes: float
    egress_byte_s: float
    forward_byte_s: float
    hop_s: float
    cores: int
    check_s: float
    conflict_check_s: float
    ledger_block_s: float
    ledger_s: float
    notify_s: float
    first_tells: bool
    window: int
    client_timeout_s: float
    ways_s: Floats
    sources: Wholes
    paths_s: Floats
    stream_byte_s: Floats


def planned(experiment: Experiment) -> Plan:
    """What both engines are given."""
    p, k = experiment.parameters, experiment.endorsers
    ways, client_byte_s = experiment.ways_s(), 8 / p.client_bits_per_s
    origin = sources(experiment)
    paths = np.where((origin < 0) | (ways == p.near_s), ways, np.where(ways[origin] == ways, p.near_s, np.maximum(ways, ways[origin])))
    return Plan(
        transactions=experiment.transactions, peers=experiment.peers, endorsers=k,
        prepare_s=p.client_prepare_s + k * p.proposal_bytes * client_byte_s,
        assemble_s=k * (p.client_check_s + p.response_bytes * client_byte_s), near_s=p.near_s,
        endorse_fixed_s=p.endorse_s * (1 - p.endorse_spread), endorse_drawn_s=p.endorse_s * p.endorse_spread, jitter_s=p.jitter_s,
        fixed_bytes=p.envelope_bytes + k * p.endorsement_bytes, drawn_bytes=p.payload_bytes, client_byte_s=client_byte_s,
        order_s=p.order_s, order_byte_s=p.order_byte_s, order_delay_s=p.order_delay_s,
        block_count=experiment.block_count, preferred_bytes=float(experiment.preferred_bytes),
        block_timeout_s=float(experiment.block_timeout_s),
        block_bytes=p.block_bytes, egress_byte_s=8 / p.orderer_bits_per_s, forward_byte_s=8 / p.peer_bits_per_s, hop_s=p.gossip_hop_s,
        cores=int(p.peer_cores), check_s=p.check_s + k * p.signature_s, conflict_check_s=p.conflict_check_s,
        ledger_block_s=p.ledger_block_s, ledger_s=p.ledger_s, notify_s=p.notify_s, first_tells=experiment.notified == "one",
        window=experiment.window, client_timeout_s=float(experiment.client_timeout_s),
        ways_s=ways, sources=origin, paths_s=paths, stream_byte_s=2 * paths / p.stream_bytes,
    )  # fmt: skip


def sources(experiment: Experiment) -> Wholes:
    """From whom each peer gets its blocks: -1 is the orderer, otherwise a peer with a lower number."""
    peers, organisations = experiment.peers, min(experiment.organisations, experiment.peers)
    if experiment.dissemination == "direct":
        return np.full(peers, -1, dtype=np.int64)
    fanout = peers if experiment.dissemination == "leader" else int(experiment.parameters.gossip_fanout)
    rank, member = np.arange(peers) // organisations, np.arange(peers) % organisations
    return np.where(rank == 0, -1, (rank - 1) // fanout * organisations + member).astype(np.int64)


class Draws(NamedTuple):
    """Everything that is drawn: the same for both engines, and for experiments with one seed as far as they share it."""

    arrivals_s: Floats
    endorse: Floats
    jitter: Floats
    payload: Floats
    hot: Wholes


def drawn(experiment: Experiment, seed: int) -> Draws:
    """Sends in seconds; service, jitter and payload as multiples of their means (exponential); hot keys, -1 for none."""
    n, k = experiment.transactions, experiment.endorsers
    streams = [np.random.Generator(np.random.SFC64(one)) for one in np.random.SeedSequence(seed).spawn(5)]
    regular = np.arange(n) / experiment.rate_tps
    at = regular if experiment.arrivals == "regular" else np.cumsum(streams[0].standard_exponential(n)) / experiment.rate_tps
    hot = np.full(n, -1)
    if experiment.hot_share > 0:
        hot = np.where(streams[4].random(n) < experiment.hot_share, streams[4].integers(0, experiment.hot_keys, n), -1)
    return Draws(at, streams[1].standard_exponential(n * k), streams[2].standard_exponential(n), streams[3].standard_exponential(n), hot)


class Times(NamedTuple):
    """When what happened to each transaction, in seconds, in the order of submission.

    submitted: the client begins. proposed: it has sent the proposals. endorsed: it has all endorsements. ordered: it is in the
    orderer's queue for the next block. cut: its block is cut. done: the client is told. block: its block's number. valid: it passed
    the check for conflicts. in_use_s: seconds that client, orderer, orderer's link and the busiest peer's validation were at work.
    """

    submitted: Floats
    proposed: Floats
    endorsed: Floats
    ordered: Floats
    cut: Floats
    done: Floats
    block: Wholes
    valid: npt.NDArray[np.bool_]
    in_use_s: Floats


def blank(n: int) -> Times:
    """Times of n transactions, to be filled in."""
    at = [np.zeros(n) for _ in range(6)]
    return Times(at[0], at[1], at[2], at[3], at[4], at[5], np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(4))
