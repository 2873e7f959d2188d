"""What the commands about the simulated network can be given."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from ledger_runtime.simulation.choices import ARRIVALS, DISSEMINATIONS, LIMITS, NOTIFICATIONS, PLACEMENTS, RANGES
from marketproof.arguments import add_common, add_jobs, count, positive_seconds, whole
from properties.own_calibration import BEDS

SIMULATE_ABOUT = """\
Runs the network of the paper's section III as a queueing model, with any of its figures changed:
  marketproof simulate --peers 24 --rate 1000 --placement SJ1-London
  marketproof simulate --peers 12 --policy 3 --block 100 --dissemination gossip --window 500
  marketproof simulate --set orderer_bits_per_s=1e10 --set client_prepare_s=0.0002 --runs 30"""


SWEEP_FORM = """\
the file:
  runs = 10                        # of each experiment
  parameters = "published"         # a set for each run: default, published, or fitted
  [fixed]
  transactions = 20000
  [vary]                           # every combination; fields of an experiment, and parameters
  peers = [4, 12, 24]
  placement = ["1-DC", "SJ1-London"]
  signature_s = [1e-4, 3e-4]"""


def number_within(name: str) -> Callable[[str], float]:
    """A number within the range of an experiment's field; a whole one where only those are."""
    whole = name in LIMITS
    least, most = LIMITS[name] if whole else RANGES[name]

    def read(text: str) -> float:
        try:
            value = (int if whole else float)(text)
        except ValueError:
            value = float("nan")
        if not (len(text) <= 20 and least <= value <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a {'whole ' * whole}number from {least:g} to {most:g}")
        return value

    return read


def models(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 10 and 1 <= int(text) <= 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of models from 1 to 1000000000")
    return int(text)


def parameter(text: str) -> tuple[str, float]:
    name, sign, value = text.partition("=")
    try:
        return name, float(value if name and sign else "")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form orderer_bits_per_s=1e9") from None


def add_simulation(commands: Any) -> None:
    """Commands about the simulated network."""
    simulate = commands.add_parser(
        "simulate", help="the paper's network as a queueing model: throughput, latency, and what limits them", description=SIMULATE_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_experiment(simulate)
    simulate.add_argument("--runs", type=count, default=1, metavar="N", help="runs, each with the next seed (default: 1)")
    simulate.add_argument("--channels", type=whole("channels", 1, 1000), default=1, metavar="N", help="channels, all alike (default: 1)")
    simulate.add_argument("--batch-verification", action="store_true", help="a block's endorsements are checked together")
    simulate.add_argument("--engine", choices=("fast", "simpy"), default="fast", help="both give the same times (default: fast)")
    add_common(simulate)

    add_what_if(commands)
    calibrate = commands.add_parser("calibrate", help="which parameters the claims that may be fitted leave of the published ranges")
    here = (
        "fit to this machine's own networks instead, and predict configurations that no fit has seen, stage by stage: ledger (default, "
        "about 3 minutes), fabric (about 9)"
    )
    calibrate.add_argument("--here", nargs="*", choices=tuple(BEDS), metavar="BED", help=here)
    said = "commit what is kept, for `marketproof reproduce`; or what was measured here, for docs"
    calibrate.add_argument("--accept", action="store_true", help=said)
    add_jobs(calibrate)
    add_common(calibrate)

    reproduce = commands.add_parser("reproduce", help="the paper's performance section again: a verdict on each claim, and a page")
    reproduce.add_argument(
        "--out", default="reproduction", metavar="DIR", help="where page and figures are written (default: reproduction)"
    )
    reproduce.add_argument("--runs", type=whole("runs", 2, 1000), default=30, metavar="N", help="runs of each experiment (default: 30)")
    said = "transactions of a run (default: 100000)"
    reproduce.add_argument("--transactions", type=whole("transactions", 500, 500_000), default=100_000, metavar="N", help=said)
    reproduce.add_argument("--fresh", action="store_true", help="run everything anew, also what was kept from before")
    reproduce.add_argument("--accept", action="store_true", help="commit the figures, for the evidence and docs")
    add_jobs(reproduce)
    add_common(reproduce)


def add_what_if(commands: Any) -> None:
    """Sweeps, and capacity planning."""
    sweep = commands.add_parser("sweep", help="every combination that a TOML file varies, as CSV or Parquet", epilog=SWEEP_FORM,
                                formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    sweep.add_argument("file", metavar="FILE.toml", help="what is fixed and what is varied")
    sweep.add_argument("--out", required=True, metavar="FILE", help="where to; the name ends in .csv or .parquet")
    sweep.add_argument("--fresh", action="store_true", help="run everything anew, also what was kept from before")
    add_jobs(sweep)
    add_common(sweep)

    plan = commands.add_parser("plan", help="how many peers and which block size carry so many models a day",
                               epilog="exit codes: 0 an option carries the load; 1 none does; 2 bad use; others as elsewhere")  # fmt: skip
    plan.add_argument("--models-a-day", type=models, required=True, metavar="N", help="models trained in a day")
    life = "subsets x replicas x rounds of a model, such as 4x3x10 (default: each transaction once)"
    plan.add_argument("--life", metavar="MxNxR", help=life)
    within = "within which 95 of 100 must be done (default: 5)"
    plan.add_argument("--latency-s", type=positive_seconds, default=5.0, metavar="S", help=within)
    add_experiment(plan)
    plan.add_argument("--runs", type=whole("runs", 1, 1000), default=5, metavar="N", help="sets of parameters (default: 5)")
    add_jobs(plan)
    add_common(plan)


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """What an experiment varies; what is not given is as in the paper's best case."""
    numbers = {
        "peers": ("peers", "N", "peers (default: 4)"), "rate": ("rate_tps", "TPS", "planned sends a second (default: 1000)"),
        "transactions": ("transactions", "N", "transactions of a run (default: 100000)"),
        "block": ("block_count", "N", "most transactions of a block (default: 500)"),
        "block-timeout-s": ("block_timeout_s", "S", "longest that a block is open (default: 1)"),
        "block-bytes": ("preferred_bytes", "BYTES", "a block's PreferredMaxBytes (default: 1e7)"),
        "window": ("window", "N", "most transactions under way, 0 for no limit: an open loop (default: 0)"),
        "client-timeout-s": ("client_timeout_s", "S", "after which the client gives up (default: never)"),
        "organisations": ("organisations", "N", "organisations, for leader and gossip (default: 2)"),
        "hot-share": ("hot_share", "SHARE", "share of transactions that write a shared key (default: 0)"),
        "hot-keys": ("hot_keys", "N", "shared keys (default: 1)"),
    }  # fmt: skip
    for option, (name, metavar, said) in numbers.items():
        parser.add_argument(f"--{option}", dest=name, type=number_within(name), metavar=metavar, help=said)
    parser.add_argument("--placement", choices=tuple(PLACEMENTS), help="where the peers are (default: 1-DC)")
    parser.add_argument("--policy", metavar="TEXT", help="who endorses: any, majority, all, or a number of peers (default: all)")
    parser.add_argument("--dissemination", choices=tuple(DISSEMINATIONS), help="how blocks reach peers (default: direct)")
    parser.add_argument("--notified", choices=tuple(NOTIFICATIONS), help="who must have committed (default: all)")
    parser.add_argument("--arrivals", choices=tuple(ARRIVALS), help="how sends are spaced (default: regular)")
    said = "another value of a parameter, such as signature_s=1e-4; may be repeated"
    parser.add_argument("--set", action="append", type=parameter, default=[], metavar="NAME=NUMBER", help=said)
