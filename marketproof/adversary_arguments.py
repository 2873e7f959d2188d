"""What commands about adversaries can be given."""

from __future__ import annotations

from typing import Any

from marketproof.arguments import add_common, add_variant


def add_adversaries(commands: Any) -> None:
    """Who attacks, with what, and what verdicts rest on."""
    every = commands.add_parser("adversaries", help="every declared adversary, and the claim and text on which it wins")
    every.add_argument("--family", action="append", default=[], metavar="NAME", help="such as behaviour; may be repeated (default: all)")
    every.add_argument("--accept", action="store_true", help="commit the results of all adversaries, for docs/generated")
    add_common(every, with_seed=False)
    add_orders(commands)
    add_known(commands)
    add_assumptions(commands)


def add_orders(commands: Any) -> None:
    said = "what an orderer, a client or a peer wins by the order of transactions: reordering, front-running, censoring, forging, ..."
    order = commands.add_parser("orders", help=said, description=said)
    add_variant(order, None)
    order.add_argument("--power", action="append", default=[], metavar="NAME", help="such as front-run; may be repeated (default: all)")
    order.add_argument("--ledger", choices=("memory", "signed"), default="memory", help="on which runs are replayed (default: memory)")
    order.add_argument("--save", metavar="DIR", help="write each run that wins there, as JSON")
    order.add_argument("--accept", action="store_true", help="commit the results of all powers, for docs/generated")
    add_common(order, with_seed=False)


def add_known(commands: Any) -> None:
    said = "where each of twenty attacks on the paper that were known beforehand is found, from committed evidence, and what else is"
    twenty = commands.add_parser("known", help=said, description=said, epilog="exit codes: 0 all are found; 1 one is not; 2 bad use")
    twenty.add_argument("--accept", action="store_true", help="commit the answers, for docs/generated")
    add_common(twenty, with_seed=False)


def add_assumptions(commands: Any) -> None:
    said = "what the verdicts of the hardened text still assume, and what falls without each assumption"
    ends = "exit codes: 0 something falls without each, or it says why it is not dropped; 1 one does neither; 2 bad use"
    assumed = commands.add_parser("assumptions", help=said, description=said, epilog=ends)
    assumed.add_argument("--evidence", default="evidence", metavar="DIR", help="where `check` wrote the rows (default: evidence)")
    assumed.add_argument("--accept", action="store_true", help="commit the answers, for docs/generated")
    add_common(assumed, with_seed=False)
