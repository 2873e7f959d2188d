"""The command line: `marketproof check | attack | replay | waive | bridge | infer | recheck | report | spec | doctor | completion`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from marketproof.endings import EXIT_AS_EXPECTED, EXIT_BAD_USE, complain, ending, prepared_streams, terminated_as_interrupted

EPILOGUE = (
    "exit codes: 0 as committed expectations say; 1 a verdict differs; 2 bad use; 3 the tool disagrees with itself; "
    "130 interrupted; 141 nobody reads the output"
)


class Parser(argparse.ArgumentParser):
    """Bad use is one line with the value and the choices; what starts like a negative number is a value, never an option."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"epilog": EPILOGUE, **settings})
        self._negative_number_matcher = re.compile(r"-(\d|inf|nan)")

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see `{self.prog} --help`")
        sys.exit(EXIT_BAD_USE)


def positive_seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds up to 10000000")
    return value


def depth(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 3 and 0 <= int(text) <= 40):
        raise argparse.ArgumentTypeError(f"{text!r} is not a depth: 0 to 40 steps")
    return int(text)


def seed(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 10 and int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed: a whole number from 0 to 2147483647")
    return int(text)


def jobs(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 64):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes from 1 to 64")
    return int(text)


def reading(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form X15=owner")
    return name, value


def add_variant(parser: argparse.ArgumentParser, default: str | None = "paper") -> None:
    said = default or "paper and hardened"
    parser.add_argument(
        "--variant", default=default, metavar="NAME", help=f"variant of the protocol, or the path of a .py file (default: {said})"
    )
    parser.add_argument(
        "--switch",
        action="append",
        type=reading,
        default=[],
        metavar="X15=owner",
        help="take another reading of a contradiction; may be repeated",
    )


def add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--claim", action="append", metavar="C31", help="claim to decide, or one part of it as C31/event; may be repeated (default: all)"
    )
    parser.add_argument("--coalition", action="append", metavar="NAME", help="who may deviate; may be repeated (default: all)")
    parser.add_argument("--scope", metavar="MxN", help="subsets x replicas, such as 2x2 (default: each claim's own)")
    parser.add_argument("--depth", type=depth, metavar="N", help="most steps of an attack (default: each claim's own; from empty 12)")
    parser.add_argument(
        "--from", dest="start", choices=("market", "empty"), default="market", help="start from a populated market or from nothing"
    )
    parser.add_argument(
        "--timeout-s", type=positive_seconds, metavar="S", help="outer stop for each search; what is not decided is `unknown`"
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=jobs, default=min(os.cpu_count() or 1, 8), metavar="N", help="processes that work (default: one for each core)"
    )


def add_common(parser: argparse.ArgumentParser, with_seed: bool = True) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON on standard output")
    if with_seed:
        parser.add_argument("--seed", type=seed, default=0, metavar="N", help="seed of the solver and of every drawn value (default: 0)")


def add_proofs(commands: Any) -> None:
    """Commands about proofs."""
    waive = commands.add_parser("waive", help="leave out each amendment in turn: which claim falls, or what makes it redundant")
    waive.add_argument("--variant", default="hardened", metavar="NAME", help="variant whose amendments are left out (default: hardened)")
    waive.add_argument("--amendment", action="append", metavar="NAME", help="one amendment, as `spec show` names it; may be repeated")
    waive.add_argument(
        "--search-s", type=positive_seconds, default=30.0, metavar="S", help="longest search for attacks, each (default: 30)"
    )
    waive.add_argument("--out", metavar="FILE", help="write the results as JSON there")
    waive.add_argument("--fresh", action="store_true", help="prove everything anew, also what was proved before of the same text")
    add_jobs(waive)
    waive.add_argument("--accept", action="store_true", help="commit the results of all amendments, for the evidence of later checks")
    add_common(waive, with_seed=False)

    bridge = commands.add_parser("bridge", help="prove that what commits equals a serial run; tell what escapes that")
    add_variant(bridge, None)
    bridge.add_argument(
        "--evidence", default="evidence-of-bridging", metavar="DIR", help="where its questions are written (default: evidence-of-bridging)"
    )
    add_jobs(bridge)
    add_common(bridge)

    add_infer(commands)

    explore = commands.add_parser("explore", help="every state at a small scope: no trap, nobody honest punished, money conserved")
    explore.add_argument("--variant", default="hardened", metavar="NAME", help="variant that is explored (default: hardened)")
    explore.add_argument("--case", action="append", metavar="NAME", help="one case, such as '1x3 CO'; may be repeated (default: all)")
    explore.add_argument("--drop", action="append", metavar="AMENDMENT", help="explore without it; may be repeated")
    explore.add_argument("--table", action="store_true", help="also without each amendment in turn: which claim falls")
    explore.add_argument("--accept", action="store_true", help="commit the results, for the evidence of later checks")
    add_common(explore, with_seed=False)

    again = commands.add_parser("recheck", help="have cvc5 confirm every proof of an evidence directory, without this program's prover")
    again.add_argument("evidence", metavar="EVIDENCE", help="an evidence directory of `check`, or any folder with .smt2 files")
    add_common(again, with_seed=False)


def add_infer(commands: Any) -> None:
    infer = commands.add_parser("infer", help="find the lemmas that claims need, prove them, and tell what remains by hand")
    add_variant(infer, "hardened")
    infer.add_argument("--claim", action="append", metavar="C33", help="claim to prove, or one part of it; may be repeated (default: all)")
    infer.add_argument(
        "--search-s", type=positive_seconds, default=20.0, metavar="S", help="longest search for attacks on what fails, each (default: 20)"
    )
    infer.add_argument("--out", metavar="FILE", help="write the lemmas that were found as JSON there")
    infer.add_argument("--accept", action="store_true", help="commit the lemmas, for the proofs of later checks")
    infer.add_argument("--fresh", action="store_true", help="find everything anew, also what was found before of the same text")
    add_jobs(infer)
    add_common(infer)


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
    check.add_argument("--without-job", action="store_true", help="only the matrix, without the training job")
    check.add_argument("--accept", action="store_true", help="write the committed expectations anew from this run of the whole matrix")

    attack = commands.add_parser("attack", help="search for an attack on a claim and tell it step by step")
    add_variant(attack)
    add_search(attack)
    add_common(attack)
    attack.add_argument("--evidence", metavar="DIR", help="also write rows and witnesses there")

    replay = commands.add_parser("replay", help="replay a witness on the ledger")
    replay.add_argument("witness", metavar="WITNESS", help="a witness file, such as evidence/witnesses/C31-rem-CO.json")
    replay.add_argument("--variant", metavar="NAME", help="variant that the witness is of, such as a .py file (default: the one it names)")
    add_common(replay, with_seed=False)

    add_proofs(commands)

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
