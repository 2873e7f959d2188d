"""What `marketproof postgres` can be given."""

from __future__ import annotations

import argparse
from typing import Any

from marketproof.arguments import add_common, add_variant, whole

EXIT = "exit codes: 0 done, and equal to our ledger; 1 they differ; 2 bad use; others as elsewhere"


def add_postgres(commands: Any) -> None:
    """The same transactions in a database."""
    said = "the variant's transactions as SQL functions with the same guards: held beside our ledger, and measured by pgbench"
    postgres = commands.add_parser("postgres", help=said, description=said, epilog=EXIT)
    actions = postgres.add_subparsers(dest="action", metavar="compare|bench", required=True)

    def action(name: str, said: str, variant: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=said, description=said, epilog=EXIT)
        add_variant(made, variant)
        where = "a database to use, as psql takes it; its schema `market` is made anew (default: a server of our own, meanwhile)"
        made.add_argument("--connection", metavar="CONNECTION", help=where)
        return made

    compare = action("compare", "play scenarios by a seed on our ledger and on Postgres: answers and rows are equal", "hardened")
    compare.add_argument("--scope", default="1x2", metavar="MxN", help="subsets x replicas of a scenario (default: 1x2)")
    compare.add_argument("--scenarios", type=whole("scenarios", 1, 100_000), default=20, metavar="N", help="how many (default: 20)")
    add_common(compare)
    bench = action("bench", "goodput, latency and processor time by transaction, with pgbench -c 8 -j 8, a sweep, and a hot key", "paper")
    couples = "life cycles for each client (default: 100)"
    bench.add_argument("--couples", type=whole("couples", 1, 5000), default=100, metavar="N", help=couples)
    sweep = "clients of the sweep (default: 1 2 4 8 16 32)"
    bench.add_argument("--clients", type=whole("clients", 1, 64), nargs="*", default=[1, 2, 4, 8, 16, 32], metavar="N", help=sweep)
    add_common(bench, with_seed=False)
