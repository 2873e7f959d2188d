"""What the commands about the simulated network can be given."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from ledger_runtime.simulation.choices import ARRIVALS, DISSEMINATIONS, LIMITS, NOTIFICATIONS, PLACEMENTS, RANGES
from marketproof.arguments import add_common, count

SIMULATE_ABOUT = """\
Runs the network of the paper's section III as a queueing model, with any of its figures changed:
  marketproof simulate --peers 24 --rate 1000 --placement SJ1-London
  marketproof simulate --peers 12 --policy 3 --block 100 --dissemination gossip --window 500
  marketproof simulate --set orderer_bits_per_s=1e10 --set client_prepare_s=0.0002 --runs 30"""


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
    simulate.add_argument("--engine", choices=("fast", "simpy"), default="fast", help="both give the same times (default: fast)")
    add_common(simulate)


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
