"""The tools that are compared: what each needs, which files a user writes for it, how it is run and how its answer is read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path

from benchmarks.peers import install, lines
from benchmarks.peers.install import MODELS
from benchmarks.peers.running import Outcome, Ran, Task, run, workplace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BEFORE_SPIN_STARTS = 2


class Tool:
    """A tool; each command of a task is run from a copy of the written files, the last one is the engine."""

    name = version = shortest = beyond = deviates = ""
    written: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("attack", "space")

    def __init__(self, cache: Path) -> None:
        self.cache = cache

    @property
    def paths(self) -> list[Path]:
        return [MODELS / name for name in self.written]

    @property
    def lines(self) -> int:
        return lines.total(self.paths)

    def install(self) -> None:
        """Fetch what is missing.  Raises NotInstalled."""

    def commands(self, task: Task) -> list[list[str]]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def prove(self, limit_s: float) -> Outcome | None:
        """A proof for any size; None where the tool has none."""
        return None

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        """Trace length, states and seconds of the engine, as far as the output has them."""
        raise NotImplementedError

    def files(self, task: Task) -> dict[str, str]:
        texts = {path.name: path.read_text(encoding="utf-8") for path in self.paths}
        return {name: re.sub(r"@(\w+)@", lambda mark: task.marks.get(mark[1], mark[0]), text) for name, text in texts.items()}

    def measure(self, task: Task, limit_s: float) -> Outcome:
        """One run from the written files to the answer."""
        with workplace() as folder:
            ran = run(self.commands(task), self.files(task), limit_s, Path(folder), self.environment())
            whole = sum(ran.seconds)
            if ran.late:
                return Outcome("out of time", whole)
            if ran.failed:
                return Outcome(f"no answer: {self.reason(ran.output)}", whole)
            trace, states, engine = self.read(ran, task)
        if task.kind == "attack" and trace is not None:
            return Outcome("found", whole, engine, trace, states)
        if task.kind == "space" and states is not None and trace is None:
            return Outcome("holds", whole, engine, None, states)
        return Outcome(f"no answer: {self.reason(ran.output)}", whole)

    def reason(self, output: str) -> str:
        """Why there is no answer, as far as the tool says: its last line."""
        return next((line.strip()[:100] for line in reversed(output.splitlines()) if line.strip()), "it said nothing")


def number(pattern: str, text: str) -> int | None:
    """The last number that the pattern finds."""
    found = re.findall(pattern, text)
    return int(found[-1].replace(",", "")) if found else None


class Ours(Tool):
    name, shortest = "marketproof", "yes"
    beyond = "one text also runs on the ledger (every attack replayed there) and is proved for any size, rounds and couples"
    deviates = "one step for each job sets the market up: replayed, not counted in a trace; a step has a caller, here always the same"

    @property
    def paths(self) -> list[Path]:
        return [HERE / "rounds.py"]

    def install(self) -> None:
        from importlib.metadata import version

        self.version = version("marketproof")

    def files(self, task: Task) -> dict[str, str]:
        return {}

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}

    def words(self, task: Task) -> list[str]:
        return ["attack", task.claim, task.scope] if task.kind == "attack" else ["space", task.scope]

    def commands(self, task: Task) -> list[list[str]]:
        return [[sys.executable, "-m", "benchmarks.peers.ours", *self.words(task)]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        answer = json.loads(ran.output.splitlines()[-1])
        if task.kind == "attack" and not answer.get("replayed"):
            return None, None, None
        return answer.get("trace"), answer.get("states"), answer["engine_s"]

    def prove(self, limit_s: float) -> Outcome | None:
        return proof([[sys.executable, "-m", "benchmarks.peers.ours", "prove"]], {}, limit_s, self.environment(), '"holds": true')


def proof(commands: list[list[str]], files: dict[str, str], limit_s: float, environment: dict[str, str], wanted: str) -> Outcome:
    """A proof for any size: it stands when the output says so."""
    with workplace() as folder:
        ran = run(commands, files, limit_s, Path(folder), environment)
    said = "out of time" if ran.late else "proved" if wanted in ran.output and "NOT" not in ran.output else "not proved"
    return Outcome(said, sum(ran.seconds))


class Script(Tool):
    """A Python script over a library: the engine's time is the whole less the time to import the library."""

    library = ""

    @cached_property
    def start_s(self) -> float:
        def once() -> float:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {self.library}"], check=True, env={**self.environment()})
            return time.perf_counter() - began

        return sorted(once() for _ in range(5))[2]

    def engine(self, ran: Ran) -> float:
        return max(0.0, ran.seconds[-1] - self.start_s)


class Minicheck(Script):
    name, version, library, shortest = "minicheck", "0.4.0", "minicheck", "yes"
    beyond = "SARIF, JUnit and TLA+ export; induction by a second relation in Z3; sweeps on after the first violation"
    deviates = "none"
    written = ("minicheck/rounds.py",)

    def install(self) -> None:
        self.folder = install.once("minicheck-0.4.0", self.cache, install.minicheck)

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder / "packages")}

    def commands(self, task: Task) -> list[list[str]]:
        words = ["paper", task.claim] if task.kind == "attack" else ["hardened", "both"]
        return [[sys.executable, "rounds.py", str(task.subsets), str(task.replicas), *words]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        holds = ran.output.count(" True ") == 2
        states = number(r"states (\d+)", ran.output) if holds else None
        return number(r"False states \w+ steps (\d+)", ran.output), states, self.engine(ran)

    def reason(self, output: str) -> str:
        limit = number(r"None states (\d+)", output)
        return super().reason(output) if limit is None else f"unknown at its default limit of {limit:,} states"


class Tlc(Tool):
    name, version, shortest = "TLC", "2.18", "yes (one worker)"
    beyond = "temporal properties, a large literature; random runs (`-simulate`) are left out: telling one fails on this model in 2.18"
    deviates = "none"
    written = ("tlc/Rounds.tla", "tlc/Rounds.cfg")

    def install(self) -> None:
        self.folder = install.once("tlc-2.18", self.cache, install.tlc)
        install.call(["java", "-version"], self.folder)

    def commands(self, task: Task) -> list[list[str]]:
        workers = "1" if task.kind == "attack" else "2"
        jar = str(self.folder / install.TLC_JAR)
        options = ["-metadir", "states", "-workers", workers, "-config", "Rounds.cfg", "Rounds.tla"]
        return [["java", "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC", *options]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        states = number(r"([\d,]+) distinct states found, 0 states left", ran.output)
        last = None if "unexpected exception" in ran.output else number(r"State (\d+):", ran.output)
        return None if last is None else last - 1, states, None


class Spin(Tool):
    name, version, shortest = "Spin", "6.5.2", "yes (breadth-first)"
    beyond = "LTL, partial-order reduction, bit-state hashing (both off: states are counted)"
    deviates = "two states from before its processes have started are taken off its count; copies are written out for at most 3 replicas"
    written = ("spin/rounds.pml",)

    def install(self) -> None:
        self.folder = install.once("spin-6.5.2", self.cache, install.spin)
        install.call(["gcc", "--version"], self.folder)

    def commands(self, task: Task) -> list[list[str]]:
        claims = ["-DPAPER", f"-D{task.claim}"] if task.kind == "attack" else ["-DI1", "-DI2"]
        search = ["-DBFS"] if task.kind == "attack" else []
        return [
            [str(self.folder / "root/usr/bin/spin"), "-a", f"-DM={task.subsets}", f"-DN={task.replicas}", *claims, "rounds.pml"],
            ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=8000", *search, "-o", "pan", "pan.c"],
            ["./pan", "-E", "-m1000000", *([] if task.kind == "attack" else ["-w26"])],
        ]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        trail = ran.folder / "rounds.pml.trail"
        steps = [line.split(":") for line in trail.read_text().split()] if trail.is_file() else []
        trace = sum(int(place) >= 0 and process != "1" for place, process, *_ in steps) if steps else None
        whole = "errors: 0" in ran.output and "Search not completed" not in ran.output
        states = number(r"(\d+) states, stored", ran.output) if whole else None
        return trace, None if states is None else states - BEFORE_SPIN_STARTS, ran.seconds[-1]

    def reason(self, output: str) -> str:
        return "out of memory (8 GB)" if "-DMEMLIM" in output else super().reason(output)


class Stateright(Tool):
    name, version, shortest = "Stateright", "0.31.0", "yes (breadth-first)"
    beyond = "the model is Rust that can be run as an actor system; symmetry reduction (off)"
    deviates = "states with rem under -200 are left out, which no shortest run reaches"
    written = ("stateright/src/main.rs", "stateright/Cargo.toml")

    def install(self) -> None:
        self.folder = install.once("stateright-0.31.0", self.cache, install.stateright)

    def files(self, task: Task) -> dict[str, str]:
        own = super().files(task)
        return {"src/main.rs": own["main.rs"], "Cargo.toml": own["Cargo.toml"], "Cargo.lock": (self.folder / "Cargo.lock").read_text()}

    def environment(self) -> dict[str, str]:
        return {"CARGO_TARGET_DIR": str(self.folder / "target")}

    def commands(self, task: Task) -> list[list[str]]:
        words = ["paper", task.claim] if task.kind == "attack" else ["hardened", "both"]
        build = ["cargo", "build", "--release", "--offline", "--locked"]
        return [build, [str(self.folder / "target/release/rounds"), str(task.subsets), str(task.replicas), *words]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        states = number(r"Done\. states=\d+, unique=(\d+)", ran.output)
        return number(r"counterexample Path\[(\d+)\]", ran.output), states, ran.seconds[-1]


class Quint(Tool):
    name, version, shortest = "Quint", "0.33.0", "no (random runs)"
    beyond = "typed TLA+; its exhaustive `verify` needs Apalache, which no registry reached here has, so runs are only sampled"
    deviates = "runs are random and their length is bounded; it counts no states"
    written = ("quint/rounds.qnt",)
    kinds = ("attack",)

    def install(self) -> None:
        self.folder = install.once("quint-0.33.0", self.cache, install.quint)

    def commands(self, task: Task) -> list[list[str]]:
        quint = str(self.folder / "node_modules/.bin/quint")
        steps = str(max(20, 4 * task.subsets * task.replicas))
        options = ["--main=instance", f"--invariant={task.claim}", "--backend=typescript", f"--max-steps={steps}", "--max-samples=1000000"]
        return [[quint, "run", "rounds.qnt", *options]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        found = re.search(r"\[violation\] Found an issue \((\d+)(ms|s)", ran.output)
        if found is None:
            return None, None, None
        return number(r"\[State (\d+)\]", ran.output), None, int(found[1]) / (1000 if found[2] == "ms" else 1)


class Z3Script(Script):
    name, library, shortest = "Z3 script (mypyvy's way)", "z3", "yes (by depth)"
    beyond = "proved for any size and rounds, of a relation written a second time, with cardinality axioms by hand that nothing checks"
    deviates = "no states are counted; in the proof a job is only delivered or not (hashes are left out), rounds are not bounded"
    written = ("z3/attack.py", "z3/prove.py")
    kinds = ("attack",)

    def install(self) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            self.version = version("z3-solver")
        except PackageNotFoundError as error:
            raise install.NotInstalled("z3-solver is missing: run `make setup`") from error

    def commands(self, task: Task) -> list[list[str]]:
        return [[sys.executable, "attack.py", str(task.subsets), str(task.replicas), task.claim]]

    def read(self, ran: Ran, task: Task) -> tuple[int | None, int | None, float | None]:
        return number(r"steps (\d+)", ran.output), None, self.engine(ran)

    def prove(self, limit_s: float) -> Outcome | None:
        text = {"prove.py": (MODELS / "z3/prove.py").read_text(encoding="utf-8")}
        return proof([[sys.executable, "prove.py"]], text, limit_s, {}, "I2 from I1 proved")


TOOLS: tuple[type[Tool], ...] = (
    Ours, Minicheck, Z3Script, Tlc, Spin, Stateright, Quint,
)  # fmt: skip
