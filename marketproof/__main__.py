"""The command line: `marketproof COMMAND`, its options, and how what the user gives is read."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from marketproof.adversary_arguments import add_adversaries
from marketproof.arguments import (
    add_ask,
    add_common,
    add_compare,
    add_jobs,
    add_judge,
    add_know,
    add_ledger,
    add_numbers,
    add_play,
    add_proofs,
    add_replay,
    add_search,
    add_tell,
    add_variant,
    reading,
)
from marketproof.endings import EXIT_AS_EXPECTED, EXIT_BAD_USE, complain, ending, prepared_streams, terminated_as_interrupted
from marketproof.fabric_arguments import add_fabric
from marketproof.postgres_arguments import add_postgres
from marketproof.simulation_arguments import add_simulation

EPILOGUE = (
    "exit codes: 0 as committed expectations say; 1 a verdict differs; 2 bad use; 3 the tool disagrees with itself; "
    "130 interrupted; 141 nobody reads the output"
)
NEW_OBJECTS = 50_000
"""Between two looks for cycles, of which a specification's trees have none: Python's 700 cost a tenth of a short run."""

GROUPS = (
    add_ask, add_compare, add_replay, add_tell, add_play, add_adversaries, add_proofs, add_numbers, add_know, add_judge,
    add_ledger, add_fabric, add_postgres, add_simulation,
)  # fmt: skip


class Parser(argparse.ArgumentParser):
    """Bad use is one line with the value and the choices; what starts like a negative number is a value, never an option."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"epilog": EPILOGUE, **settings})
        self._negative_number_matcher = re.compile(r"-(\d|inf|nan)")

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see `{self.prog} --help`")
        sys.exit(EXIT_BAD_USE)


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="marketproof", description="Proves, attacks and runs the protocol of a trustless AI marketplace.")
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    check = commands.add_parser("check", help="the main job: train on real data, then the verdict matrix")
    add_variant(check, None)
    add_search(check)
    add_common(check)
    check.add_argument(
        "--evidence", metavar="DIR", help="where it is written (default: evidence; for a part of the matrix evidence-of-a-part)"
    )
    add_jobs(check)
    check.add_argument("--fresh", action="store_true", help="decide everything anew, also what was decided before of the same text")
    check.add_argument("--watch", action="store_true", help="check again whenever the text changes, and tell what became of the verdicts")
    check.add_argument("--without-job", action="store_true", help="only the matrix, without the training job")
    check.add_argument("--accept", action="store_true", help="write the committed expectations anew from this run of the whole matrix")

    attack = commands.add_parser("attack", help="search for an attack on a claim and tell it step by step")
    add_variant(attack)
    add_search(attack)
    add_common(attack)
    attack.add_argument("--evidence", metavar="DIR", help="also write rows and witnesses there")

    for add in GROUPS:
        add(commands)

    report = commands.add_parser("report", help="render an evidence directory as one HTML page and as Markdown")
    report.add_argument("evidence", metavar="EVIDENCE", help="an evidence directory of `check`; it is verified first, and never changed")
    report.add_argument("--out", default="report", metavar="DIR", help="where report.html and report.md are written (default: report)")
    add_common(report, with_seed=False)

    spec = commands.add_parser("spec", help="the specification as text")
    actions = spec.add_subparsers(dest="action", metavar="show|diff|generate", required=True)
    show = actions.add_parser("show", help="print a variant, to be held beside the paper")
    show.add_argument("name", nargs="?", default="paper", metavar="VARIANT")
    show.add_argument("--only", metavar="NAME", help="one transaction, asset, step or switch")
    show.add_argument("--switch", action="append", type=reading, default=[], metavar="X15=owner")
    add_common(show, with_seed=False)
    diff = actions.add_parser("diff", help="two variants, clause by clause")
    diff.add_argument("first", metavar="VARIANT")
    diff.add_argument("second", metavar="VARIANT")
    actions.add_parser("generate", help="write docs/generated anew")

    doctor = commands.add_parser("doctor", help="what is installed, what is missing, and what that costs")
    add_common(doctor, with_seed=False)
    completion = commands.add_parser("completion", help="print a script for shell completion")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code. Every expected failure is one clear line on standard error."""
    gc.set_threshold(NEW_OBJECTS)
    prepared_streams()
    try:
        with terminated_as_interrupted():
            code = run(arguments)
            sys.stdout.flush()
        return code
    except BaseException as error:
        return ending(error)


def run(arguments: Sequence[str] | None) -> int:
    """Read the command line and hand it to its command."""
    top = parser()
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(top)
    try:
        given = top.parse_args(arguments)
    except SystemExit as left:
        return int(left.code or 0)
    given.arguments = list(sys.argv[1:] if arguments is None else arguments)
    if given.version:
        from marketproof.bench import versions

        print(f"marketproof {versions()['marketproof']}")
        return EXIT_AS_EXPECTED
    if given.command is None:
        top.print_help(sys.stderr)
        return EXIT_BAD_USE
    from marketproof import commands

    return commands.run(given)


if __name__ == "__main__":
    sys.exit(main())
