"""Claims of speed in a report: what the evidence has of the reproduction of section III, of real ledgers and of own networks, as tables."""

from __future__ import annotations

from reports import measured
from reports import own_calibration as own
from reports import performance as words
from reports.measured import LEDGERS, Ledgers, ledgers_of
from reports.own_calibration import Bed, calibration_of
from reports.performance import Performance, performance_of
from reports.tabled import Find, Tabled

PERFORMANCE, OWN = "performance.json", "own-calibration.json"
SAID = (
    "Simulated and measured once for the committed evidence; nothing of it is run again by a check. Simulated figures have intervals over "
    "what published sources leave open. Section III's own network is not there to be measured; this machine's are."
)
NOTHING = "The evidence has no reproduction of section III: `marketproof reproduce --accept` makes it."


def speed_of(find: Find) -> tuple[Tabled, ...]:
    """The tables for which the evidence has the file."""
    performance, ledgers, calibration = find(PERFORMANCE), find(LEDGERS), find(OWN)
    found = [] if performance is None else of_claims(performance_of(performance))
    found += [] if ledgers is None else of_ledgers(ledgers_of(ledgers))
    return (*found, *(() if calibration is None else map(of_bed, calibration_of(calibration))))


def of_claims(found: Performance) -> list[Tabled]:
    """What to believe, and what excludes itself."""
    meant = "; ".join(f"{name}: {said}" for name, said in words.BELIEFS.items())
    runs = f"{found.runs} runs of {found.transactions:,} transactions of each experiment, each with parameters of its own. {meant}."
    beliefs: dict[str, int] = {}
    for line in words.summary(found):
        beliefs[line[2]] = beliefs.get(line[2], 0) + 1
    excluded = "Decided for all numbers by Z3, about one configuration for each number of peers."
    header = ["claims", "why", "verdict", "up to errors of", "assuming"]
    return [
        Tabled("speed-claims", "Which claims of speed to believe", runs, words.header(found), listed(words.summary(found)),
               tuple(beliefs.items())),
        Tabled("speed-excluded", "Sentences on speed that exclude each other", excluded, header, listed(found.contradictions)),
    ]  # fmt: skip


def of_ledgers(found: Ledgers) -> list[Tabled]:
    """What was measured of claims, and each ledger's figures."""
    said, whole = f"{measured.SAID} {found.machine}.", f"{' '.join(found.concluded)} {found.machine}."
    claims = listed(measured.claim_lines(found.claims))
    return [
        Tabled("speed-measured", "Claims of speed that were measured", said, measured.CLAIM_HEADER, claims),
        Tabled("speed-ledgers", "The fifteen transactions on each ledger", whole, measured.HEADER, listed(found.life)),
        Tabled("speed-full", "A full life cycle on each ledger", "Eight subsets, three replicas of each, three rounds.", measured.HEADER,
               listed(found.full)),
    ]  # fmt: skip


def of_bed(bed: Bed) -> Tabled:
    """Simulated against measured on configurations that no fit has seen, a line for each stage."""
    said = f"{bed.said} The goal: {own.GOAL}."
    title = f"The simulation against this project's own networks: {bed.name}"
    return Tabled(f"speed-{bed.name}", title, said, own.STAGE_HEADER, listed(own.stage_lines(bed)))


def listed(lines: list[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> list[list[str]]:
    return [list(line) for line in lines]
