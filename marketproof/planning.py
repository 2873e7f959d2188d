"""`marketproof plan`: how many peers and which block size carry so many models a day."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass

from ledger_runtime.simulation import ensembles
from ledger_runtime.simulation.experiment import Experiment
from ledger_runtime.simulation.outcome import Figures
from marketproof.errors import UserError
from marketproof.life_cycles import transactions_of_a_life, whole_life
from marketproof.progress import Progress
from marketproof.simulated import by_experiment
from marketproof.simulating import experiment_of
from marketproof.store import Store
from reports import terminal

DAY_S = 86_400
PEERS, BLOCKS = (4, 8, 12, 16, 24, 32, 48), (20, 100, 500, 2000)
SENDING_S, FEWEST, MOST = 60.0, 1_000, 150_000
KEEPS_UP = 0.97
MOST_PARTS = 6


@dataclass(frozen=True)
class Option:
    """kept_up: share of the runs that end all they are sent; latency_p95_s: the worst of the runs that do; None where none does."""

    peers: int
    block: int
    kept_up: float
    latency_p95_s: float | None

    def fits(self, latency_s: float) -> bool:
        return self.kept_up == 1 and self.latency_p95_s is not None and self.latency_p95_s <= latency_s


def plan(given: argparse.Namespace) -> int:
    """Print the options and the one with most peers; 0 if there is one, 1 if none carries the load."""
    life = life_of(given.life)
    rate = given.models_a_day * life / DAY_S
    base = experiment_of(given).varied(rate_tps=rate, transactions=int(min(MOST, max(FEWEST, SENDING_S * rate))))
    progress = Progress()
    progress.start("plan")
    options = options_of(base, given, progress)
    progress.done()
    fitting = [one for one in options if one.fits(given.latency_s)]
    best = min(fitting, key=lambda one: (-one.peers, one.latency_p95_s), default=None)
    if given.json:
        found = {"rate_tps": rate, "transactions_of_a_model": life, "options": [asdict(one) for one in options]}
        print(json.dumps({**found, "best": None if best is None else asdict(best)}, indent=1))
    else:
        print(told(given, rate, life, options, best))
    return 0 if best is not None else 1


def life_of(text: str | None) -> int:
    """Transactions of a model: the text's own once each, or MxNxR. Raises UserError."""
    if text is None:
        return transactions_of_a_life()
    parts = text.split("x")
    if len(parts) != 3 or not all(part.isdecimal() and 1 <= len(part) <= 4 and int(part) > 0 for part in parts):
        raise UserError(f"{text!r} is not subsets x replicas x rounds, such as 4x3x10")
    subsets, replicas, rounds = map(int, parts)
    if subsets > MOST_PARTS or replicas > MOST_PARTS:
        raise UserError(f"{text!r} has more than {MOST_PARTS} subsets or replicas, which are not played here")
    return whole_life(subsets, replicas, rounds)


def options_of(base: Experiment, given: argparse.Namespace, progress: Progress) -> list[Option]:
    """Every number of peers with every block size, over the fitted sets of parameters where there are some."""
    fit = ensembles.committed_fit()
    sets = ensembles.published(given.runs, given.seed) if fit is None else ensembles.fitted(given.runs)
    places = [(peers, block) for peers in PEERS for block in BLOCKS]
    experiments = [base.varied(peers=peers, block_count=block) for peers, block in places]
    found = by_experiment(experiments, sets, given.seed, Store(), progress, given.jobs)
    return [option(*place, runs, base.rate_tps) for place, runs in zip(places, found, strict=True)]


def option(peers: int, block: int, runs: list[Figures], rate_tps: float) -> Option:
    keep = [one for one in runs if one["caliper_tps"] >= KEEPS_UP * rate_tps]
    return Option(peers, block, len(keep) / len(runs), max((one["latency_p95_s"] for one in keep), default=None))


def told(given: argparse.Namespace, rate: float, life: int, options: list[Option], best: Option | None) -> str:
    lines = [
        (str(one.peers), str(one.block), f"{100 * one.kept_up:.0f} %", "" if one.latency_p95_s is None else f"{one.latency_p95_s:.2f}",
         "fits" if one.fits(given.latency_s) else "")
        for one in options
    ]  # fmt: skip
    title = f"{given.models_a_day:,} models a day of {life} transactions are {rate:,.1f} transactions a second"
    if best is None:
        end = f"no option keeps up in every run with 95 of 100 transactions done in {given.latency_s:g} s"
    else:
        end = f"most peers: {best.peers}, with blocks of {best.block} ({best.latency_p95_s:.2f} s for 95 of 100)"
    return f"{title}\n{terminal.table(('peers', 'block', 'runs that keep up', 'p95 in s', ''), lines)}\n{end}"
