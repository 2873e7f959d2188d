"""What `marketproof fabric` can be given."""

from __future__ import annotations

import argparse
from typing import Any

from marketproof.arguments import add_common, add_variant, whole

EXIT = "exit codes: 0 done, or equal; 1 a process is gone, a call is not committed, or ledgers differ; 2 bad use; others as elsewhere"
ACTIONS = "up|down|status|run|bench|caliper|compare|replays|package|serve"


def chaincode(text: str) -> tuple[str, str, str]:
    name, sign, rest = text.partition("=")
    package, at, address = rest.rpartition("@")
    if not (sign and at and name and package and address):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form market=PACKAGE_ID@HOST:PORT")
    return name, package, address


def address(text: str) -> tuple[str, int]:
    host, sign, port = text.rpartition(":")
    if not (sign and host and port.isdecimal() and 0 < int(port) < 65_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form HOST:PORT, with a port from 1 to 64999")
    return host, int(port)


def add_fabric(commands: Any) -> None:
    """The same chaincode on a real Fabric."""
    said = "the variant on a real Hyperledger Fabric: start one, play on it, measure it, hold it beside our ledger"
    fabric = commands.add_parser("fabric", help=said, description=said, epilog=EXIT)
    actions = fabric.add_subparsers(dest="action", metavar=ACTIONS, required=True)

    def action(name: str, said: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=said, description=said, epilog=EXIT)
        return made

    up = action("up", "start a network on this machine, or again what died of it; programs are built at the first use")
    add_variant(up, "hardened")
    add_name(up)
    up.add_argument("--memory", action=argparse.BooleanOptionalAction, help="keep its files in memory (default: where there is room)")
    add_common(up, with_seed=False)
    down = action("down", "end a network and delete what it wrote; never anything that `up` did not start")
    add_name(down)
    down.add_argument("--all", action="store_true", help="every network that is recorded, also what a crash left behind")
    add_common(down, with_seed=False)
    add_common(action("status", "what runs of the networks of this machine"), with_seed=False)
    add_run(action("run", "play honest life cycles, or calls of a file, on a network"))
    add_bench(action("bench", "measure a Fabric of its own: goodput, latency, processor time, by transaction, and a hot key"), 200)
    by_caliper = "the same calls made by Hyperledger Caliper, installed at the first use: goodput beside Caliper's own throughput"
    add_bench(action("caliper", by_caliper), 50)
    compare = action("compare", "play scenarios by a seed on our ledger and on a Fabric of their own: state, codes and events are equal")
    add_variant(compare, "hardened")
    compare.add_argument("--scope", default="1x2", metavar="MxN", help="subsets x replicas of a scenario (default: 1x2)")
    compare.add_argument("--scenarios", type=whole("scenarios", 1, 100_000), default=20, metavar="N", help="how many (default: 20)")
    beside = "scenarios side by side in the same blocks (default: 8)"
    compare.add_argument("--together", type=whole("scenarios", 1, 200), default=8, metavar="N", help=beside)
    compare.add_argument("--accept", action="store_true", help="commit the figures, when nothing differs")
    add_common(compare)
    replays = action("replays", "replay every witness of an evidence directory on Fabrics of their own")
    replays.add_argument("evidence", metavar="EVIDENCE", help="an evidence directory of `check`")
    add_common(replays, with_seed=False)
    package = action("package", "write what administrators of a network of their own install (docs/fabric.md)")
    add_variant(package, "hardened")
    package.add_argument("folder", metavar="FOLDER", help="where the packages are written")
    where = "where the organisation's peer finds the chaincode's server; further chaincodes of the variant are at the ports after it"
    package.add_argument("--address", required=True, type=address, metavar="HOST:PORT", help=where)
    add_common(package, with_seed=False)
    serve = action("serve", "answer peers as the chaincode of a variant, until it is ended (docs/fabric.md)")
    add_variant(serve, "hardened")
    served = "a chaincode, its package's id, and where it listens"
    serve.add_argument("chaincode", nargs="+", type=chaincode, metavar="NAME=PACKAGE@ADDRESS", help=served)


def add_bench(bench: argparse.ArgumentParser, couples: int) -> None:
    """What is measured, on a network of its own."""
    add_variant(bench, "paper")
    beside = f"life cycles side by side (default: {couples})"
    bench.add_argument("--couples", type=whole("couples", 1, 5000), default=couples, metavar="N", help=beside)
    bench.add_argument("--at-once", type=whole("calls", 1, 5000), default=450, metavar="N", help="calls under way at most (default: 450)")
    bench.add_argument("--batch-ms", type=whole("milliseconds", 10, 60_000), default=1000, metavar="MS",
                       help="longest wait of the orderer for a full block of 500 (default: 1000)")  # fmt: skip
    durable = "keep the network's files in memory, or on disk as a ledger that must last (default: where there is room)"
    bench.add_argument("--memory", action=argparse.BooleanOptionalAction, help=durable)
    add_common(bench, with_seed=False)


def add_name(parser: argparse.ArgumentParser) -> None:
    said = "name of the network; several can run at once (default: market)"
    parser.add_argument("--name", default="market", metavar="NAME", help=said)


def add_reached(parser: argparse.ArgumentParser) -> None:
    """Which network is meant: one of this machine, or any other."""
    add_name(parser)
    parser.add_argument("--connection", metavar="FILE", help="how to reach another network (docs/fabric.md)")
    parser.add_argument("--gateway", metavar="ORGANISATION", help="whose peer is asked (default: the first one's)")


def add_run(run: argparse.ArgumentParser) -> None:
    """Calls on a network."""
    add_reached(run)
    add_variant(run, None)
    run.add_argument("--calls", metavar="FILE", help="calls as for `ledger submit`, one after another; - is standard input")
    run.add_argument("--scope", default="1x2", metavar="MxN", help="subsets x replicas of a life cycle (default: 1x2)")
    run.add_argument("--couples", type=whole("couples", 1, 1000), default=1, metavar="N", help="life cycles side by side (default: 1)")
    journal = "write down there what is submitted; the same command with it goes on where a crash, of whatever, ended the run"
    run.add_argument("--journal", metavar="FILE", help=journal)
    add_common(run, with_seed=False)
