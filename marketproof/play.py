"""`marketproof play`: users' strategies, each played on a text while everybody else is honest: what it does, gets, breaks and leaves."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from marketproof.bench import Bench
from marketproof.endings import EXIT_AS_EXPECTED, EXIT_BAD_USE, complain
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.strategy_files import Limits, StrategyFile, StrategyStopped
from marketproof.variants import load
from marketproof.winning import PARTS, SCOPE, Win, goals_of
from marketproof.winning_plays import OF_MONEY, Ground, leaving, paying
from model.enumeration import Steps
from model.playing import EndlessPlay, Play
from model.witness import told
from reports import terminal


@dataclass
class Played:
    """One strategy on one text: its member, its steps in words, what it gains, and where it wins."""

    file: str
    role: str
    member: str
    steps: list[str]
    gain: str
    wins: list[Win]


def play(given: argparse.Namespace) -> int:
    """0 when every strategy was played; 2 when one was stopped: that is named, and the others are played all the same."""
    progress = Progress()
    progress.start("playing")
    bench = Bench(load(given.variant, given.switch), progress=progress, source=given.variant)
    ground = Ground(bench, bench.protocol.name)
    limits = Limits(given.turn_s, given.cpu_s, given.memory_mib << 20)
    results, stopped = [], []
    for name in dict.fromkeys(given.strategy):
        try:
            results.append(of_file(ground, Path(name), given.variant, limits))
        except (UserError, StrategyStopped) as error:
            stopped.append(str(error))
    progress.done()
    if given.json:
        print(json.dumps({"played": [asdict(one) for one in results], "stopped": stopped}, indent=1, ensure_ascii=False))
    for one in results if not given.json else ():
        print(text(one))
    for sentence in stopped:
        complain(sentence)
    return EXIT_BAD_USE if stopped else EXIT_AS_EXPECTED


def of_file(ground: Ground, path: Path, variant: str, limits: Limits) -> Played:
    """Raises UserError and StrategyStopped."""
    with StrategyFile(path, variant, ground.table.universe, limits) as file:
        member = ground.member(file.role)
        try:
            found = ground.table.play({member: file.strategy})
        except EndlessPlay as error:
            raise file.stopped(str(error)) from error
    lines = told([found.run], ground.table.protocol.transactions, SCOPE, frozenset({member}))
    mine = [name for name, arguments in found.run if arguments["caller"] == member]
    gain = ground.payoff(found, member) - ground.payoff(ground.honest, member)
    wins = [*breaking(ground, found, file.role, mine), *leaving(ground, found, member, file.role, mine)]
    wins += [win for win in paying(ground, found, member, file.role, mine) if gain > 0]
    return Played(str(path), file.role, member, lines, str(gain), wins)


def breaking(ground: Ground, found: Play, role: str, mine: list[str]) -> list[Win]:
    """Claims about states and steps that break on the way, and do not when everybody is honest."""
    honest, run = broken_in(ground, ground.honest, frozenset()), broken_in(ground, found, frozenset({ground.member(role)}))
    return [Win(label, ground.name, role, step, f"{PARTS[label].parts[0].statement}: not after step {step}", mine)
            for label, step in run.items() if label not in honest]  # fmt: skip


def broken_in(ground: Ground, found: Play, members: frozenset[str]) -> dict[str, int]:
    """The claims that break in a play, each with the number of the first step at which it does. members: who deviates."""
    steps = Steps(ground.table.compiled, ground.table.universe, members, ground.table.protocol.transactions)
    holds, rows, broken = ground.table.compiled.holds, dict(ground.table.start), dict[str, int]()
    goals = goals_of(Bench(ground.table.protocol))
    for number, (name, given) in enumerate(found.run, 1):
        before = steps.view(rows)
        rows = {**rows, **(steps.after(rows, name, given) or {})}
        after = steps.view(rows)
        for label, goal in goals.items():
            of_step = [by[name] for by in goal.steps.values() if name in by]
            fine = all(holds(one, given, before) for one in of_step) and all(holds(one, {}, after) for one in goal.states.values())
            if not fine:
                broken.setdefault(label, number)
    return broken


def text(one: Played) -> str:
    head = f"{one.file}: {one.member} ({one.role}) plays it; it gains {one.gain} over honesty at the default numbers"
    lines = [head, *(f"  {line}" for line in one.steps), *(f"  {won(win)}" for win in one.wins)]
    return "\n".join(terminal.wrapped(line.strip(), "  " if line.startswith("  ") else "") for line in [*lines, *nothing(one)])


def won(win: Win) -> str:
    return win.how if win.claim in OF_MONEY.values() else f"{win.claim}: {win.how}"


def nothing(one: Played) -> list[str]:
    return [] if one.wins else ["  no claim falls by it, it pays nothing, and it leaves nothing unfinished"]


