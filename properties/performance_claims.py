"""What the paper's section III claims of speed: quotations, what each says of a measurement, and which of them a fit may use.

`role` was committed before anything was fitted: a claim that is *fitted* may move parameters within their ranges, one that is *held out* may not.
"""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from dataclasses import dataclass

VERDICTS = {
    "reproduced": "the paper's interval and ours meet, and ours is narrow enough to have missed it",
    "directional": "the direction is the paper's, the size is not; or ours is too wide to say more",
    "contradicted": "ours excludes it and has not even its direction, or its own figures exclude each other",
    "untestable": "nothing here can show it, for the reason given",
}
GRADES = {
    "measured": "on a real network here",
    "simulated": "with parameters from published sources alone",
    "fitted": "with parameters that fitted claims have moved",
    "proved": "by arithmetic alone, whatever the network",
}
ROLES = ("fitted", "held out")
WIDEST = 0.5
"""Of its middle: an interval of ours that reaches further to either side could hardly have missed, and shows a direction at most."""


@dataclass(frozen=True)
class Measure:
    """A figure of one experiment. alone: one transaction at a time. hot_keys: shared keys that every transaction writes one of, 0 for none."""

    figure: str
    peers: int
    rate_tps: int = 1000
    placement: str = "1-DC"
    alone: bool = False
    hot_keys: int = 0


@dataclass(frozen=True)
class Reading:
    """One way to measure what a sentence says: `of`, divided by `per` if there is one; a throughput in models, or a latency of a whole model."""

    of: Measure
    per: Measure | None = None
    models: str = ""

    @property
    def said(self) -> str:
        each = {"a second": "models a second, ", "whole": "a whole model, ", "": ""}[self.models]
        return each + described(self.of) + (f" over {described(self.per)}" if self.per is not None else "")


@dataclass(frozen=True)
class PerformanceClaim:
    """One sentence. low, high: what its figure may be, as it is rounded; None where it gives none.

    direction: `rises` or `falls`, against 1, for a ratio. every: all readings must agree, otherwise one is enough. untestable: why, if it is.
    """

    name: str
    title: str
    quotation: str
    cites: str
    statement: str
    unit: str
    low: float | None
    high: float | None
    readings: tuple[Reading, ...] = ()
    direction: str = ""
    every: bool = False
    role: str = "held out"
    untestable: str = ""


def described(one: Measure) -> str:
    name = {"caliper_tps": "throughput", "valid_tps": "valid throughput", "latency_s": "latency", "drain_s": "drain tail", "kept": "share of what was sent"}[one.figure]
    hot = f", all writing {one.hot_keys} shared key{'s' * (one.hot_keys > 1)}" if one.hot_keys else ""
    return f"{name} at {one.peers} peers, {one.placement}, {'one at a time' if one.alone else f'{one.rate_tps} tps'}{hot}"


def models(peers: int, rate_tps: int = 1000, placement: str = "1-DC") -> Reading:
    return Reading(Measure("caliper_tps", peers, rate_tps, placement), models="a second")


def throughput_ratio(over: int, under: int, placement: str) -> Reading:
    return Reading(Measure("caliper_tps", over, placement=placement), Measure("caliper_tps", under, placement=placement))


TWO = ("SJ1-SJ2", "SJ1-London")
PERFORMANCE_CLAIMS: tuple[PerformanceClaim, ...] = (
    PerformanceClaim("P01", "70 models a second at 12 peers", "can train up to 70 models per second on a 12-peer non optimized blockchain network", "L21-22, L102",
        "throughput at 12 peers is 70 life cycles a second, at any of its rates and placements", "models/s", 67.5, 72.5,
        tuple(models(12, rate, placement) for rate in (1000, 1500) for placement in ("1-DC", *TWO))),
    PerformanceClaim("P02", "30 models a second at 24 peers", "roughly 30 models per second in a 24 peer network", "L23",
        "throughput at 24 peers over San Jose and London is 30 life cycles a second", "models/s", 27.5, 32.5, (models(24, 1000, "SJ1-London"),), role="fitted"),
    PerformanceClaim("P03", "sub-second latency", "up to 70 models/second with sub second latencies observed for recording information in the blockchain", "L102-103",
        "mean latency is below a second, at 4 and at 12 peers in one data centre, at 1,000 tps", "s", 0.0, 1.0,
        tuple(Reading(Measure("latency_s", peers)) for peers in (4, 12)), every=True),
    PerformanceClaim("P04", "throughput divided by 1.5 when peers double", "the throughput falls by about 1.5 times when the number of peers are doubled", "L820-821",
        "over two data centres, throughput with N peers is 1.5 times that with 2N, for each N", "ratio", 1.45, 1.55,
        tuple(throughput_ratio(n, 2 * n, place) for place in TWO for n in (4, 6, 8, 12)), "rises", every=True),
    PerformanceClaim("P05", "30 % less from 4 to 6 peers", "increasing the peers from 4 to 6 reduces the average throughput by about 30% compared to a 4-peer configuration", "L822-824",
        "over two data centres, throughput at 6 peers is 0.7 times that at 4", "ratio", 0.65, 0.75, tuple(throughput_ratio(6, 4, place) for place in TWO), "falls"),
    PerformanceClaim("P06", "latency 4 to 6 times larger over two data centres", "With increase in peer size spread across even 2 different locations the latency increases by about 4-6 times", "L832-834",
        "latency is 4 to 6 times that of a baseline, which the paper does not state: fewer peers, or one data centre", "ratio", 4.0, 6.0,
        (*(Reading(Measure("latency_s", 24, placement=place), Measure("latency_s", 4, placement=place)) for place in TWO),
         *(Reading(Measure("latency_s", n, placement="SJ1-London"), Measure("latency_s", n)) for n in (4, 24))), "rises"),
    PerformanceClaim("P07/rate", "950 of 1,000 tps", "On average about 950 transactions are supported (4 DC being the best) for 'send rate' of 1000", "L877-878",
        "throughput at 4 peers in one data centre is 950 tps", "tps", 925.0, 975.0, (Reading(Measure("caliper_tps", 4)),), role="fitted"),
    PerformanceClaim("P07/tail", "what 950 tps means for the end", "the blockchain can scale effortlessly for send rate of 1000tps", "L865-866",
        "100,000 transactions at 950 tps take 105.3 s, of which sending takes 100: the last end comes 5.3 s after the last call", "s", 2.6, 8.1,
        (Reading(Measure("drain_s", 4)),)),
    PerformanceClaim("P08", "a sharp fall at 1,500 tps", "can scale effortlessly for send rate of 1000tps and falls sharply for 1500tps", "L866-867",
        "a smaller share of what is sent is done at 1,500 tps than at 1,000, at 4 and at 24 peers; no figure is given", "ratio", None, None,
        tuple(Reading(Measure("kept", n, 1500, place), Measure("kept", n, 1000, place)) for n, place in ((4, "1-DC"), (24, "SJ1-London"))), "falls", every=True),
    PerformanceClaim("P08/itself", "a sharp fall at 1,500 tps, read of throughput itself", "We have tried experiments with higher send rates but the throughput falls sharply", "L849-850",
        "throughput itself is lower at 1,500 tps than at 1,000; no figure is given", "ratio", None, None,
        tuple(Reading(Measure("caliper_tps", n, 1500, place), Measure("caliper_tps", n, 1000, place)) for n, place in ((4, "1-DC"), (24, "SJ1-London"))), "falls"),
    PerformanceClaim("P09", "65 to 70 models a second", "supporting 1000tps in a 4-DC setup, equivalent to 65-70 models trainings per second", "L877, L950-952",
        "throughput at 4 peers in one data centre is 65 to 70 life cycles a second", "models/s", 65.0, 70.0, (models(4),)),
    PerformanceClaim("P10", "15 transactions in 15 s", "The average time taken to finish all the 15 transactions is about 15s in a 4 peer 1-DC setup", "L921-922",
        "a life cycle's transactions, one after another, take about 15 s: with others at 1,000 tps, or alone", "s", 14.0, 16.0,
        (Reading(Measure("latency_s", 4), models="whole"), Reading(Measure("latency_s", 4, alone=True), models="whole"))),
    PerformanceClaim("P11", "no transaction is a bottleneck", "individual transactions have similar throughput or latencies. This is key to the design as no single API would block", "L916-918",
        "UpdateTJ, which writes its couple's row, has the valid throughput of the others also where many owners report to 1 or to 40 couples", "ratio", 0.9, 1.1,
        tuple(Reading(Measure("valid_tps", 4, hot_keys=keys), Measure("valid_tps", 4)) for keys in (1, 40)), every=True),
    PerformanceClaim("P12", "Postgres: 2,000 to 3,600 tps at 700 to 3,000 ms", "Pgbench reports about 2000-3600 tps for a send rate of 100K transactions using 8 clients and each client generating workload using 8 threads. The latency as observed using Pgbench ranges from 700-3000 ms", "L937-941",
        "rate times latency: 1,400 to 10,800 transactions are under way at once, of which 8 clients of 8 threads can make 64", "under way", 1400.0, 10_800.0,
        untestable="no database is simulated"),
    PerformanceClaim("P13", "Postgres is about twice the blockchain", "accommodates roughly twice the number of transactions than the proposed blockchain system", "L943-944",
        "every one of Postgres's rates is about twice the ledger's", "ratio", 1.5, 2.5, untestable="no database is simulated"),
    PerformanceClaim("P14", "pings of 300 ms to 3 s", "the ping latencies vary in the range of 300ms to 3s", "L836-837",
        "a round trip between client and peers takes 0.3 to 3 s", "s", 0.3, 3.0,
        untestable="queues of the provider's network are not simulated; idle, San Jose to London and back takes about 0.14 s"),
    PerformanceClaim("P15", "other systems", "Compared to both existing networks like Bitcoin [20] that supports roughly 7tps and number of models reported by current online systems [9] (about 200 models a month)", "L880-883",
        "what Bitcoin and online systems do", "", None, None, untestable="a statement about other systems"),
)  # fmt: skip


def performance_claim(name: str) -> PerformanceClaim:
    """A claim by name. Raises KeyError."""
    return {one.name: one for one in PERFORMANCE_CLAIMS}[name]


def fitted_claims() -> tuple[PerformanceClaim, ...]:
    """The claims that a fit may use."""
    return tuple(one for one in PERFORMANCE_CLAIMS if one.role == "fitted")
