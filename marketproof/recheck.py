"""The second opinion on proofs: cvc5 reads the SMT-LIB files of obligations and has to find each of them unsatisfiable.

Nothing of the engine is imported here, and Z3 is not: the files alone are judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from marketproof.errors import UserError

RESOURCES = 2_000_000
# What an obligation is made of.  A file's own expectation (`set-info`) is not believed, and not even heard.
COMMANDS = {"set-logic", "set-info", "declare-sort", "declare-datatypes", "declare-fun", "define-fun", "assert", "check-sat"}
OUTCOMES = {
    "confirmed": "cvc5 finds it unsatisfiable too",
    "refuted": "cvc5 finds it satisfiable: the proof is wrong, or a solver is",
    "unknown": "cvc5 did not decide it within its resources",
    "malformed": "cvc5 cannot read the file, or it asks nothing",
}


@dataclass(frozen=True)
class Recheck:
    """What cvc5 said to one file."""

    file: str
    outcome: str
    seconds: float
    said: str = ""


@dataclass
class Report:
    """What cvc5 said to every file, in the order of their names."""

    files: list[Recheck] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def confirmed(self) -> bool:
        """Whether there are files and each of them is confirmed."""
        return bool(self.files) and all(file.outcome == "confirmed" for file in self.files)

    def counted(self) -> dict[str, int]:
        return {outcome: sum(file.outcome == outcome for file in self.files) for outcome in OUTCOMES}


def recheck(folder: Path | str, progress: Callable[[str], None] = lambda text: None, resources: int = RESOURCES) -> Report:
    """Ask cvc5 about every `.smt2` file below a folder, each in a solver of its own."""
    root, start, report = Path(folder), time.perf_counter(), Report()
    if not root.is_dir():
        raise UserError(f"no folder {str(folder)!r} with SMT-LIB files to check again")
    files = sorted(root.rglob("*.smt2"))
    for position, path in enumerate(files, start=1):
        name, began = path.relative_to(root).as_posix(), time.perf_counter()
        outcome, said = judge(path.read_bytes(), resources)
        report.files.append(Recheck(name, outcome, time.perf_counter() - began, said))
        progress(f"{position} of {len(files)}: {name}: {outcome}")
    report.seconds = time.perf_counter() - start
    return report


def judge(content: bytes, resources: int = RESOURCES) -> tuple[str, str]:
    """The outcome for one text, and what cvc5 said; exactly one question must be asked."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return "malformed", str(error)
    if "(set-logic " not in text:
        return "malformed", "the file names no logic"
    try:
        answers = answers_of(text, resources)
    except RuntimeError as error:
        return "malformed", str(error).strip()
    if len(answers) != 1:
        return "malformed", f"the file asks {len(answers)} questions, not one"
    return {"unsat": "confirmed", "sat": "refuted"}.get(answers[0], "unknown"), answers[0]


def answers_of(text: str, resources: int) -> list[str]:
    """cvc5's answers to the `check-sat` commands of a text.  Raises RuntimeError for a text that it cannot read."""
    try:
        import cvc5
    except ImportError as error:
        raise UserError("the package cvc5 is missing: run `make setup`, or see `marketproof doctor`") from error
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit", str(resources))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    symbols, answers = parser.getSymbolManager(), []
    while not (command := parser.nextCommand()).isNull():
        name = command.getCommandName()
        if name not in COMMANDS:
            raise RuntimeError(f"an obligation has no command {name!r}")
        if name == "set-info":
            continue
        answer = str(command.invoke(solver, symbols)).strip()
        if answer.startswith("(error"):
            raise RuntimeError(answer)
        if name == "check-sat":
            answers.append(answer)
    return answers
