"""Claims of speed beside what was measured here, on a real Fabric and a real Postgres on the same cores (`make bench-ledgers`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketproof.measures import VALID
from marketproof.residuals import Residual, best, judged
from properties.performance_claims import performance_claim

OURS, OURS_ALONE = "ours, signed, two processes", "ours, signed, one process, 1 peer"
FABRIC, CALIPER, POSTGRES = "Fabric, by its gateway", "Fabric, by Caliper", "Postgres"
GRADE = "measured"
Readings = list[tuple[str, list[float]]]


def measured_claims(ledgers: Mapping[str, Mapping[str, Any]]) -> list[Residual]:
    """A verdict on each claim that these ledgers can show; those of other numbers of peers, or of several places, they cannot."""
    found = []
    for name, read in {"P10": life_alone, "P11": hot_key, "P12": under_way, "P13": over_fabric}.items():
        if readings := read(ledgers):
            claim = performance_claim(name)
            found.append(best(claim, tuple(judged(claim, said, values) for said, values in readings), GRADE))
    return found


def life_alone(ledgers: Mapping[str, Mapping[str, Any]]) -> Readings:
    """Seconds of the fifteen transactions one after another, each waiting for a block of its own."""
    return [(f"a whole life cycle alone, {FABRIC}", [ledgers[FABRIC]["life alone s"]])] if FABRIC in ledgers else []


def hot_key(ledgers: Mapping[str, Mapping[str, Any]]) -> Readings:
    """The share of reports of a round, made at once, that is valid, over that of calls which meet on no row: by kind of report."""
    if FABRIC not in ledgers:
        return []
    fabric, others = ledgers[FABRIC], ledgers[FABRIC]["valid"] / ledgers[FABRIC]["sent"]
    codes = [{code: count for code, count in part.items() if code != "seconds"} for part in fabric["hot key"].values()]
    shares = [one.get(VALID, 0) / sum(one.values()) / others for one in codes]
    return [(f"valid share of a round's reports made at once, over that of other calls, {FABRIC}", shares)] if shares else []


def under_way(ledgers: Mapping[str, Mapping[str, Any]]) -> Readings:
    """Little's law on Postgres: goodput times the median latency."""
    if POSTGRES not in ledgers:
        return []
    one = ledgers[POSTGRES]
    return [("goodput times median latency, 8 clients with 8 threads", [one["goodput/s"] * one["p50 ms"] / 1000])]


def over_fabric(ledgers: Mapping[str, Mapping[str, Any]]) -> Readings:
    """Postgres's goodput over Fabric's, for each transaction type."""
    if POSTGRES not in ledgers:
        return []
    theirs = ledgers[POSTGRES]["types"]
    readings = []
    for name in (FABRIC, CALIPER):
        types = ledgers.get(name, {}).get("types", {})
        ratios = [theirs[call] / rate for call, rate in types.items() if rate and call in theirs]
        readings += [(f"{POSTGRES} over {name}, by transaction type", ratios)] if ratios else []
    return readings
