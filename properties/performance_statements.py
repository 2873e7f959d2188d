"""Which of the paper's figures of speed exclude each other, as statements about all numbers that a solver decides.

Everything is about one configuration for each number of peers: the same network, policy, placement and rate in every sentence.  Each figure may
be off by a tolerance, in thousandths of itself.  A statement says that there are no numbers as the sentences have them.
"""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from properties.number_statements import real
from spec.language import conjunction
from spec.tree import Expression, integer, product

LIFE = 15
"""The paper's transactions of a model (L871), by which its own figures convert."""
THOUSAND = 1000


@dataclass(frozen=True)
class Contradiction:
    """Sentences that cannot all be true. premises: what they say, each figure off by at most so many thousandths."""

    name: str
    claims: tuple[str, ...]
    said: str
    premises: Callable[[int], Expression]
    assumptions: tuple[str, ...] = ()

    def statement(self, tolerance: int) -> Expression:
        """That no numbers are as the sentences say."""
        return ~self.premises(tolerance)


def about(value: Any, figure: Any, tolerance: int, whole: int = 1) -> Expression:
    """whole times value is the figure, give or take the tolerance."""
    scaled = value * (whole * THOUSAND)
    return conjunction(scaled >= figure * (THOUSAND - tolerance), scaled <= figure * (THOUSAND + tolerance))


def doubled(few: Any, many: Any, tolerance: int) -> Expression:
    """P04: with twice the peers throughput is divided by 1.5."""
    return about(few, many * 3, tolerance, 2)


def by_peers(tolerance: int) -> dict[str, Expression]:
    """What sentences say of throughput at 4, 6, 12 and 24 peers, in transactions a second."""
    four, six, twelve, twentyfour = real("four six twelve twentyfour")
    return {
        "P01": about(twelve, integer(70 * LIFE), tolerance), "P02": about(twentyfour, integer(30 * LIFE), tolerance),
        "P04": doubled(six, twelve, tolerance) & doubled(twelve, twentyfour, tolerance), "P05": about(six, four * 7, tolerance, 10),
        "P07": about(four, integer(950), tolerance), "best": (twelve <= four) & (six <= four),
    }  # fmt: skip


def together(*names: str) -> Callable[[int], Expression]:
    return lambda tolerance: conjunction(*(by_peers(tolerance)[name] for name in names))


def at_all(tolerance: int) -> Expression:
    """P02 and P01 with one doubling alone."""
    twelve, twentyfour = real("twelve twentyfour")
    of = by_peers(tolerance)
    return conjunction(of["P01"], of["P02"], doubled(twelve, twentyfour, tolerance))


def sent_and_done(tolerance: int) -> Expression:
    """P07: 100,000 transactions sent in 100 s and done at 950 a second; P03: the last one within a second."""
    rate, whole, last = real("rate whole last")
    done = about(rate, integer(950), tolerance)
    return conjunction(done, rate > 0, product(rate, whole) == 100_000, last == whole - 100, last < 1)


def one_by_one(tolerance: int) -> Expression:
    """P10: fifteen latencies are 15 s; P03: each is below one second."""
    (latency,) = real("latency")
    return conjunction(about(latency * LIFE, integer(15), tolerance), latency < 1)


def models_of(tolerance: int) -> Expression:
    """P09: at least 65 models a second; P07: 950 transactions, fifteen of them a model."""
    rate, models = real("rate models")
    most = models * THOUSAND >= integer(65 * THOUSAND - 65 * tolerance)
    return conjunction(about(rate, integer(950), tolerance), models * LIFE == rate, most)


def under_way(tolerance: int) -> Expression:
    """P12: rate times latency is what is under way (Little), at most one for each of 8 x 8 threads."""
    rate, latency, number = real("rate latency number")
    ranges = (rate * THOUSAND >= integer(2000 * (THOUSAND - tolerance))) & (latency * (10 * THOUSAND) >= integer(7 * (THOUSAND - tolerance)))
    return conjunction(ranges, number == product(rate, latency), number <= 64)


def twice(tolerance: int) -> Expression:
    """P13: Postgres's highest rate, 3,600, is twice a ledger's that is at most 1,000 (P07)."""
    postgres, ledger = real("postgres ledger")
    most = ledger * THOUSAND <= integer(1000 * (THOUSAND + tolerance))
    return conjunction(about(postgres, integer(3600), tolerance), most, ledger > 0, about(postgres, ledger * 2, tolerance))


def far_away(tolerance: int) -> Expression:
    """P14: some round trip takes 3 s; P03: a call, which needs an answer from every endorser, takes less than one."""
    ping, latency = real("ping latency")
    return conjunction(about(ping, integer(3), tolerance), latency >= ping, latency < 1)


BEST = "4 peers in one data centre are the best case (L922-924)"
ALL_DOUBLINGS = "every doubling divides by 1.5, in every placement"
CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction("halving", ("P01", "P02", "P04"), "70 models a second at 12 peers, divided by 1.5, are 46.7 at 24 and not 30", at_all, (ALL_DOUBLINGS,)),
    Contradiction("best case", ("P01", "P07"), "70 models a second are 1,050 transactions: more than the 950 of the best case, and than the 1,000 sent", together("P01", "P07", "best"), (BEST,)),
    Contradiction("downwards to 12", ("P01", "P04", "P05", "P07"), "950 at 4 peers are 665 at 6 and 443 at 12: 29.6 models a second, not 70", together("P01", "P04", "P05", "P07"), (ALL_DOUBLINGS, BEST)),
    Contradiction("downwards to 24", ("P02", "P04", "P05", "P07"), "950 at 4 peers are 665 at 6, 443 at 12 and 296 at 24: 19.7 models a second, not 30", together("P02", "P04", "P05", "P07"), (ALL_DOUBLINGS, BEST)),
    Contradiction("the tail", ("P03", "P07"), "950 tps for 100,000 transactions leave the last one waiting for 5.3 s", sent_and_done, ("sub-second is meant of every transaction", "sent at exactly 1,000 tps")),
    Contradiction("fifteen seconds", ("P03", "P10"), "fifteen latencies below a second are below 15 s", one_by_one, ("a model's transactions are sent one after another",)),
    Contradiction("rounded up", ("P07", "P09"), "950 transactions a second are 63.3 models, not 65 to 70", models_of),
    Contradiction("Little's law", ("P12",), "2,000 tps at 700 ms need 1,400 transactions under way; 8 clients with 8 threads have 64, and 32 ms at most", under_way, ("a thread waits for its transaction",)),
    Contradiction("twice", ("P13",), "3,600 is 3.6 to 3.8 times the ledger's rate; only 2,000 is about twice", twice, ("Postgres's rates are those of P12, the ledger's that of P07",)),
    Contradiction("three seconds", ("P03", "P14"), "where a ping takes 3 s, no call is done in one", far_away, ("every peer endorses", "calls are not faster than pings")),
)  # fmt: skip
