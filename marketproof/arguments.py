"""What each command can be given: kinds of values, options that several share, and the commands with options of their own."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from fractions import Fraction
from typing import Any

ASK_ABOUT = """\
Decides a condition of the ledger and of what parties hold, asked in the specification's own language:
always:    the condition holds in every reachable state (proved, no attack to a depth, or an attack told and replayed)
reachable: some reachable state meets it (the shortest run, or none to a depth, or impossible at any size, by proof)

A condition is one expression:
  tables       TC, CI, VERIFIED_HASH, ... as `marketproof spec show` names them; TC[couple] is a row, TJ.rows(couple) a range
  fields       ci.status, couple.ds.owner, couple.curdssidlist.length, row.exists; what is missing == None
  quantifiers  every(CI, lambda ci: ...), some, count, total over a table, list, range or sort (MEMBER, CI.sort)
  logic        and, or, not (or & | ~), implies(a, b), choose(condition, then, otherwise), == != < <= > >=
  numbers      + - and * % by a constant
  others       deviating(member), image(CONTENT, subset), term(DATA_HASH, content=..., ...), in_run(0, ...) for two runs
  notions      what claims speak of: recorded_hash(ci), selected_now(couple, ci), ... as `marketproof spec show` lists them
Nothing else is admitted, and nothing is run as code."""
ASK_EXAMPLES = """\
examples:
  marketproof ask 'always: every(CI, lambda ci: implies(ci.status == "VERIFIED", recorded_hash(ci) == checked_hash(ci)))'
  marketproof ask 'reachable: some(TC, lambda couple: couple.paid and couple.round == 0)' --coalition MO --out witness.json
  marketproof ask --variant hardened 'always: every(CI, lambda ci: implies(ci.status == "VERIFIED", ci.co != None))'"""
ASK_EXIT = "exit codes: 0 every query is answered as it asks (it holds, it is reached); 1 one is not; 2 bad use; others as elsewhere"


COMPARE_ABOUT = """\
Decides for every size, in all states whether a run reaches them or not, which of two says more:
  marketproof compare C11 'always: every(CI, lambda ci: ci.hash == checked_hash(ci))'     two claims or queries of one variant
  marketproof compare C11 --variant old.py new.py                                          one claim in two variants
  marketproof compare --powers CO MO+CO                                                    two coalitions
  marketproof compare --powers CO --variant old.py new.py                                  one coalition in two variants
Where one does not follow from the other, a small state is shown that separates them."""
COMPARE_EXIT = "exit codes: 0 the second is as strong as the first (of powers: can do no more); 1 it is not, or that is unknown; 2 bad use"
LEDGER_EXIT = "exit codes: 0 done, or sound; 1 a call is not committed, or something was changed; 2 bad use; others as elsewhere"


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


def whole(what: str, least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if not (text.isdecimal() and len(text) <= 6 and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of {what}: {least} to {most}")
        return int(text)

    return read


def share(text: str) -> Fraction:
    try:
        value = Fraction(text if len(text) <= 20 and "e" not in text.lower() else "")
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1, such as 0.25 or 1/3")
    return value


def count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 6 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 999999")
    return int(text)


def reading(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form X15=owner")
    return name, value


def setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form cost=1/2")
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
    add_limits(parser, "each claim's own", "each claim's own")


def add_limits(parser: argparse.ArgumentParser, scope: str, most: str) -> None:
    parser.add_argument("--coalition", action="append", metavar="NAME", help="who may deviate; may be repeated (default: all)")
    parser.add_argument("--scope", metavar="MxN", help=f"subsets x replicas, such as 2x2 (default: {scope})")
    parser.add_argument("--depth", type=depth, metavar="N", help=f"most steps of an attack (default: {most}; from empty 12)")
    parser.add_argument(
        "--from", dest="start", choices=("market", "empty"), default="market", help="start from a populated market or from nothing"
    )
    parser.add_argument(
        "--timeout-s", type=positive_seconds, metavar="S", help="outer stop for each search; what is not decided is `unknown`"
    )


def add_ask(commands: Any) -> None:
    """Questions of a reviewer."""
    ask = commands.add_parser(
        "ask", help="answer a question in the specification's own language", description=ASK_ABOUT, epilog=f"{ASK_EXAMPLES}\n\n{ASK_EXIT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    ask.add_argument("query", nargs="*", metavar="QUERY", help="`always: CONDITION` or `reachable: CONDITION`; several one by one")
    ask.add_argument("--file", metavar="FILE", help="queries from a file, one a line; lines that start with # are left out")
    add_variant(ask)
    add_limits(ask, "2x2", "6")
    add_common(ask)
    ask.add_argument("--evidence", metavar="DIR", help="also write rows and witnesses there")
    ask.add_argument("--out", metavar="FILE", help="write the witness of the one query there, for `marketproof replay`")


def add_compare(commands: Any) -> None:
    """Changes of claims, and of what adversaries can do."""
    compare = commands.add_parser(
        "compare", help="whether a claim or a coalition's powers became weaker or stronger", description=COMPARE_ABOUT,
        epilog=COMPARE_EXIT, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    compare.add_argument("claim", nargs="*", metavar="CLAIM", help="a claim such as C11 or C31/event, or a query `always: CONDITION`")
    compare.add_argument("--powers", nargs="+", metavar="NAME", help="coalitions whose powers are compared, such as CO MO+CO")
    compare.add_argument("--variant", nargs="+", default=["paper"], metavar="NAME",
                         help="the variant, or the old and the new one; names or .py files (default: paper)")  # fmt: skip
    compare.add_argument("--out", metavar="DIR", help="write the proofs as SMT-LIB there, for `marketproof recheck`")
    add_common(compare)


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
    frontier = commands.add_parser("frontier", help="where claims stop holding: the last value proved, the first refuted")
    frontier.add_argument("name", nargs="*", metavar="NAME", help="frontiers to decide, as `frontier` prints them (default: all)")
    frontier.add_argument("--variant", default="hardened", metavar="NAME", help="variant in which they are decided (default: hardened)")
    frontier.add_argument("--fresh", action="store_true", help="prove everything anew, also what was proved before of the same text")
    frontier.add_argument("--accept", action="store_true", help="commit the frontiers, for the evidence of later checks")
    add_common(frontier)

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

    clauses = commands.add_parser("clauses", help="which clauses of the text each proof uses, and which none does")
    add_variant(clauses, "hardened")
    clauses.add_argument("--claim", action="append", metavar="C31", help="a claim or a part of one, such as C31/event; may be repeated")
    clauses.add_argument("--clause", metavar="STEP[.NAME]", help="only this clause, or those of this step, such as CommitTJ.in_time")
    clauses.add_argument("--fresh", action="store_true", help="prove everything anew, also what was proved before of the same text")
    add_jobs(clauses)
    add_common(clauses)

    add_mutants(commands)

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


def add_mutants(commands: Any) -> None:
    """Commands about small wrong changes."""
    mutate = commands.add_parser("mutate", help="change each guard and effect in small wrong ways: which claim notices")
    mutate.add_argument("--variant", default="hardened", metavar="NAME", help="variant that is changed (default: hardened)")
    mutate.add_argument("--step", action="append", metavar="NAME", help="only this transaction; may be repeated")
    mutate.add_argument("--sample", type=count, metavar="N", help="so many of the mutants, drawn with the seed")
    mutate.add_argument("--out", metavar="FILE", help="write the results as JSON there")
    mutate.add_argument("--fresh", action="store_true", help="prove everything anew, also what was proved before of the same text")
    add_jobs(mutate)
    mutate.add_argument("--accept", action="store_true", help="commit the results of all mutants, for the evidence of later checks")
    add_common(mutate)

    recall = commands.add_parser("recall", help="whether the search finds all violations that enumeration finds in mutants")
    recall.add_argument("--variant", default="hardened", metavar="NAME", help="variant that is changed (default: hardened)")
    recall.add_argument("--mutants", type=count, default=200, metavar="N", help="so many mutants, drawn with the seed (default: 200)")
    recall.add_argument("--depth", type=whole("steps", 1, 2), default=2, metavar="N", help="steps from an honest run, 1 or 2 (default: 2)")
    recall.add_argument("--most", type=count, default=20_000, metavar="N", help="steps enumerated for a coalition (default: 20000)")
    recall.add_argument("--out", metavar="FILE", help="write the figures as JSON there")
    recall.add_argument("--fresh", action="store_true", help="find everything anew, also what was found before of the same text")
    recall.add_argument("--accept", action="store_true", help="commit the figures, for the evidence of later checks")
    add_jobs(recall)
    add_common(recall)


def add_numbers(commands: Any) -> None:
    """The command about exact figures."""
    numbers = commands.add_parser("numbers", help="exact chances and thresholds: nonces, captured groups, coverage")
    numbers.add_argument("table", nargs="*", metavar="TABLE", help="a table, such as capture or nonces (default: all)")
    single = {"subsets": (1, 64, "subsets, each with its group"), "replicas": (1, 64, "replicas in a group"),
              "population": (1, 10000, "owners that groups are drawn from")}  # fmt: skip
    for name, (least, most, said) in single.items():
        numbers.add_argument(f"--{name}", type=whole(name, least, most), metavar="N", help=said)
    several = {"owners": (2, 1000, "owners that draw nonces; may be repeated"), "bits": (1, 1024, "bits of a nonce; may be repeated"),
               "further": (0, 1000, "draws thrown away; may be repeated")}  # fmt: skip
    for name, (least, most, said) in several.items():
        numbers.add_argument(f"--{name}", type=whole(name, least, most), action="append", metavar="N", help=said)
    said = "share of owners that deviate, such as 1/4; may be repeated"
    numbers.add_argument("--share", dest="shares", type=share, action="append", metavar="P", help=said)
    add_common(numbers, with_seed=False)


def add_know(commands: Any) -> None:
    """The command about what can be known."""
    known = commands.add_parser("know", help="what each coalition can know, with derivations; who holds what; related systems")
    add_variant(known)
    derived = "with its derivations; may be repeated"
    known.add_argument("--claim", action="append", metavar="C24", help=f"a claim or a part of one, {derived}")
    known.add_argument("--coalition", action="append", metavar="NAME", help=f"against whom, {derived} (default: all)")
    known.add_argument("--who", metavar="MEMBERS", help="members such as mo-1 or co-1+co-2, or nobody: whoever sees the ledger")
    known.add_argument("--what", metavar="TERM", help="what they might have, such as 'rows(dss-1)' or 'model(mo-1)'")
    known.add_argument("--off", action="append", default=[], metavar="RULE", help="a rule that is off, such as guess; may be repeated")
    assumed = "an assumption of the variant to leave out, such as 'approved programs', or an amended clause; may be repeated"
    known.add_argument("--without", action="append", default=[], metavar="NAME", help=assumed)
    known.add_argument("--scope", metavar="MxN", help="subsets x replicas, such as 2x2 (default: each claim's own)")
    add_common(known)


def add_judge(commands: Any) -> None:
    """The command about blame."""
    judge = commands.add_parser("judge", help="who can be blamed from a ledger, with the evidence; or the two worlds that leave it")
    judge.add_argument("ledger", nargs="?", metavar="LEDGER", help="a ledger as lines of JSON, see docs/ledger-lines.md")
    add_variant(judge)
    judge.add_argument("--histories", type=count, metavar="N", help="judge so many generated ledgers whose culprits are known")
    judge.add_argument("--out", metavar="DIR", help="with --histories: also write each ledger there, and beside it who deviated")
    judge.add_argument("--accept", action="store_true", help="with --histories: commit the figures, for the evidence and docs/generated")
    add_common(judge)

    game = commands.add_parser("game", help="which deviations pay, for all prices and costs; the cheapest, priced step by step")
    add_variant(game, "hardened")
    game.add_argument("--set", action="append", type=setting, default=[], metavar="NAME=NUMBER", help="such as cost=1/2; may be repeated")
    add_common(game)

    bias = commands.add_parser("bias", help="how an MO can bias which subsets train: exact chances, the price, and what ledgers show")
    add_variant(bias)
    sampled = "ledgers for each strategy, 0 for none (default: 100)"
    bias.add_argument("--samples", type=whole("samples", 0, 10000), default=100, metavar="N", help=sampled)
    add_common(bias)


def key_policy(text: str) -> tuple[str, str]:
    table, sign, policy = text.partition("=")
    if not (table and sign and policy):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form TJ=majority, or TC=2 of org-co, org-mo")
    return table, policy


def add_ledger(commands: Any) -> None:
    """The ledger in a folder, and histories of other ledgers."""
    ledger = commands.add_parser(
        "ledger", help="a signed, durable ledger in a folder: make, submit, show, verify, export, import", epilog=LEDGER_EXIT
    )
    actions = ledger.add_subparsers(dest="action", metavar="init|submit|show|verify|export|import", required=True)

    def action(name: str, said: str, folder: str = "the ledger's folder", **more: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=said, description=said, epilog=LEDGER_EXIT)
        made.add_argument("folder", metavar="FOLDER", help=folder, **more)
        return made

    init = action("init", "make a ledger: an authority for each organisation, certificates, a store for each peer", "a folder of its own")
    add_variant(init, "hardened")
    init.add_argument("--peers", type=whole("peers", 1, 24), default=1, metavar="N", help="peers with a ledger of their own (default: 1)")
    init.add_argument("--store", choices=("lmdb", "sqlite"), default="lmdb", help="where blocks and state are kept (default: lmdb)")
    init.add_argument("--policy", metavar="TEXT", help="any, majority, all, or '2 of org-do, org-mo' (default: the variant's)")
    init.add_argument("--key-policy", action="append", type=key_policy, default=[], metavar="TABLE=TEXT", help="of one table; repeatable")
    init.add_argument("--seed", type=seed, metavar="N", help="keys and nonces that anybody can compute, to replay a run (default: chance)")
    add_common(init, with_seed=False)
    submit = action("submit", "have calls endorsed, ordered and committed")
    submit.add_argument("file", metavar="FILE", help='calls, {"transaction": NAME, "arguments": {...}} a line; - is standard input')
    submit.add_argument("--together", type=whole("calls", 1, 500), default=1, metavar="N", help="calls of one block (default: 1)")
    add_common(submit, with_seed=False)
    show = action("show", "the ledger as a whole, or one thing of it")
    show.add_argument("--block", type=int, metavar="N", help="a block and its transactions")
    show.add_argument("--row", nargs="+", metavar="TABLE KEY", help="a row and its history, such as --row TC tc-1")
    show.add_argument("--transaction", metavar="ID", help="what became of a transaction")
    add_common(show, with_seed=False)
    add_common(action("verify", "check every byte, and validate every block again"), with_seed=False)
    export = action("export", "write all blocks as lines of JSON, or a snapshot of the state")
    export.add_argument("file", metavar="FILE", help="where to; - is standard output")
    export.add_argument("--history", action="store_true", help="as a history that `marketproof conform` checks (docs/history.md)")
    export.add_argument("--state", action="store_true", help="only the rows after the last block, with the state root that they give")
    add_common(export, with_seed=False)
    taken = action("import", "make a ledger of an exported one, every block validated again", "a folder of its own", nargs="?")
    taken.add_argument("--file", required=True, metavar="FILE", help="what `export` wrote; - reads standard input")
    taken.add_argument("--state", action="store_true", help="only check that a snapshot's rows give its state root")
    taken.add_argument("--store", choices=("lmdb", "sqlite"), default="lmdb", help="where blocks and state are kept (default: lmdb)")
    add_common(taken, with_seed=False)
    conform = commands.add_parser("conform", help="whether a history recorded elsewhere is allowed; names the first step that is not")
    conform.add_argument("file", metavar="FILE", help="transactions as lines of JSON, of the form in docs/history.md; - is standard input")
    conform.add_argument("--variant", metavar="NAME", help="variant, or the path of a .py file (default: the one that the history names)")
    add_common(conform, with_seed=False)


def add_replay(commands: Any) -> None:
    replay = commands.add_parser("replay", help="replay a witness on the ledger")
    kinds = "memory: one ledger, nobody signs; signed: each organisation checks for itself; fabric: also on a real Fabric (default: memory)"
    replay.add_argument("--ledger", "--on", choices=("memory", "signed", "fabric"), default="memory", help=kinds)
    what = "a file, such as evidence/witnesses/C31-rem-CO.json; or an evidence directory, for all of its witnesses"
    replay.add_argument("witness", metavar="WITNESS", help=what)
    replay.add_argument("--variant", metavar="NAME", help="variant that the witness is of, such as a .py file (default: the one it names)")
    replay.add_argument("--as-pytest", nargs="?", const="-", metavar="FILE",
                        help="write a test that replays it, and expects what stops it in amended texts (default: print it)")  # fmt: skip
    add_common(replay, with_seed=False)


def add_play(commands: Any) -> None:
    said = "play strategies of your own, each in a process with limits, against honest parties: what they get, break and leave"
    play = commands.add_parser("play", help=said, description=said)
    play.add_argument("strategy", nargs="+", metavar="FILE", help="a .py file with ROLE and options(seen), such as examples/late_copy.py")
    add_variant(play)
    play.add_argument("--turn-s", type=positive_seconds, default=2.0, metavar="S", help="longest answer to one turn (default: 2)")
    play.add_argument("--cpu-s", type=whole("seconds", 1, 3600), default=20, metavar="S", help="processor time in all (default: 20)")
    play.add_argument("--memory-mib", type=whole("MiB", 128, 65536), default=512, metavar="N", help="memory of the process (default: 512)")
    add_common(play, with_seed=False)


def add_tell(commands: Any) -> None:
    tell = commands.add_parser("tell", help="tell an attack in full: reasons, who knows what, the price, what stops it, diagrams")
    tell.add_argument("witness", metavar="WITNESS", help="a witness file, such as evidence/witnesses/C31-rem-CO.json")
    tell.add_argument("--variant", metavar="NAME", help="variant that the witness is of, such as a .py file (default: the one it names)")
    tell.add_argument("--repaired", action="append", default=[], metavar="NAME",
                      help="variant on which the attack is tried; may be repeated (default: those that amend the text)")  # fmt: skip
    tell.add_argument("--out", metavar="DIR", help="write a sequence diagram of each run there, as SVG and as Mermaid")
    add_common(tell, with_seed=False)


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
