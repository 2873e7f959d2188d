"""`marketproof bridge`: that what commits equals a serial run is proved of every transaction of a variant; and what escapes that."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from marketproof import evidence
from marketproof.bench import Bench, versions
from marketproof.kept import Confirmed, read, written
from marketproof.progress import Progress
from marketproof.proving import RESOURCES, of_variant, second_opinion, slug
from marketproof.store import Store, program
from marketproof.variants import load
from marketproof.workers import ready_for_work, spread
from model.bridging import LADDER, prove_covers
from model.induction import Obligation, Settings
from model.own_reads import prove_no_own_reads, prove_ranges
from model.validation_rule import prove_ledger, prove_outcome
from properties.bridging import Reading, clauses
from properties.escapes import ESCAPES, Escape, blind_rows, claims_by_cell, concerned, decided_on
from properties.verdicts import ATOMIC_STEP, ATOMIC_STEP_PROVED, Row
from reports import terminal
from spec.digests import digest
from spec.schema import Schema, Write
from spec.text import Protocol
from spec.wording import expression_text

STANDARD = ("paper", "hardened")


@dataclass
class Bridged:
    """One transaction: what it reads and writes, in words, and the obligations of its part of the theorem.

    `own_reads` are questions of another kind: one that is not proved is no gap, it is listed.
    """

    name: str
    points: list[str]
    ranges: list[str]
    writes: list[str]
    obligations: list[Confirmed]
    own_reads: list[Confirmed]

    @property
    def open(self) -> list[Confirmed]:
        return [one for one in self.obligations if not one.holds]

    @property
    def listed(self) -> list[str]:
        """Clauses that read what an earlier clause of the same call has changed; here they read what stood there before."""
        return [one.obligation.goal.removeprefix("no own reads ") for one in self.own_reads if not one.holds]

    @property
    def verdict(self) -> str:
        if not self.open:
            return "proved"
        first = self.open[0].obligation
        return f"not proved: {first.goal} ({first.outcome if first.outcome != 'proved' else self.open[0].second})"


@dataclass
class Bridging:
    """The theorem for one variant."""

    protocol: Protocol
    transactions: list[Bridged] = field(default_factory=list)
    ledger: list[Confirmed] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def proved(self) -> bool:
        return bool(self.ledger) and all(one.holds for one in self.ledger) and not any(one.open for one in self.transactions)

    @property
    def found(self) -> list[Confirmed]:
        return [*(one for step in self.transactions for one in (*step.obligations, *step.own_reads)), *self.ledger]

    @cached_property
    def judged_by(self) -> dict[str, list[str]]:
        """For each cell the claims that speak of it."""
        return claims_by_cell(self.protocol)

    def judges(self, listed: str) -> list[str]:
        """The claims that judge a listed own read, by the cell at its end."""
        return self.judged_by.get(listed.rpartition(" of ")[2], [])

    def files(self) -> dict[str, str]:
        """The evidence: every proved question as SMT-LIB, and what the theorem says of each transaction."""
        questions = {self.file(one): of_variant(self.protocol.name, one) for one in self.found if self.file(one)}
        return {**questions, f"proofs/{self.protocol.name}/bridging.json": evidence.canonical(self.as_dict())}

    def file(self, one: Confirmed) -> str:
        """The file of a proved question; empty where nothing was asked, or where the answer was no proof."""
        if one.obligation.by != "solver" or one.obligation.outcome != "proved":
            return ""
        return f"proofs/{self.protocol.name}/bridging/{slug(one.obligation.step)}/{slug(one.obligation.goal)}.smt2"

    def as_dict(self) -> dict[str, Any]:
        asked = [one for one in self.found if self.file(one)]
        return {
            "variant": self.protocol.name, "proved": self.proved, "seconds": round(self.seconds, 3),
            "transactions": [self.transaction(one) for one in self.transactions],
            "ledger": [self.obligation(one) for one in self.ledger],
            "confirmed": {"solver": f"cvc5 {versions('cvc5')['cvc5']}", "confirmed": sum(one.second == "confirmed" for one in asked),
                          "of": len(asked)},
            "escapes": [
                {"name": e.name, "what": e.what, "cover": e.cover, "claims": list(e.claims), "test": e.test, "transactions": names}
                for e in ESCAPES for names in (concerned(e, self.protocol),)
            ],
        }  # fmt: skip

    def transaction(self, one: Bridged) -> dict[str, Any]:
        step = self.protocol.transactions[one.name]
        return {
            "name": one.name, "verdict": one.verdict, "points": one.points, "ranges": one.ranges, "writes": one.writes,
            "own_reads": {listed: self.judges(listed) for listed in one.listed}, "blind_writes": blind_rows(self.protocol.schema, step),
            "decided_on": decided_on(self.protocol, step),
            "obligations": [self.obligation(known) for known in (*one.obligations, *one.own_reads)],
        }  # fmt: skip

    def obligation(self, one: Confirmed) -> dict[str, Any]:
        o = one.obligation
        return {"goal": o.goal, "outcome": o.outcome, "by": o.by, "second": one.second, "file": self.file(one) or None,
                "counterexample": o.counterexample}  # fmt: skip


# --- proving ---


def prove_bridging(bench: Bench, prepared: tuple[Any, list[tuple[str, str]]] | None = None, jobs: int = 1) -> Bridging:
    """The theorem for every transaction of a variant, each question confirmed by the second solver.

    By `jobs` processes where `prepared` says how a worker loads the same variant: its name or file, and the switches.
    """
    began, found = time.monotonic(), Bridging(bench.protocol)
    names = [name for name, step in bench.protocol.transactions.items() if step.on_ledger]
    bench.progress.start(f"bridging {bench.protocol.name}")
    kept = {name: one for name in names if (one := kept_bridged(bench, name)) is not None}
    missing = [name for name in names if name not in kept]
    alone = prepared is None or jobs == 1
    given = (*(prepared or ()), bench.seed, bench.store.enabled)
    answers = (bridged(bench, name) for name in missing) if alone else spread(work, missing, prepare, given, jobs)
    for done, name in enumerate(names, start=1):
        found.transactions.append(kept[name] if name in kept else next(answers))
        bench.progress(f"{done} of {len(names)} transactions")
    found.ledger = of_ledger(bench)
    found.seconds = time.monotonic() - began
    return found


_prepared: list[Bench] = []


def prepare(name: Any, switches: list[tuple[str, str]], seed: int, store: bool) -> None:
    """In a worker: load the variant once."""
    ready_for_work()
    _prepared.append(Bench(load(name, switches), seed, store=Store(enabled=store)))


def work(name: str) -> Bridged:
    return bridged(_prepared[0], name)


def settings_of(bench: Bench) -> Settings:
    return Settings(seed=bench.seed, resources=RESOURCES, ladder=LADDER)


def key_of(bench: Bench, *asked: Any) -> str:
    return digest(
        program(), "bridging", bench.protocol.schema, bench.protocol.sorts, bench.seed, RESOURCES, list(map(tuple, LADDER)), *asked
    )


def kept_bridged(bench: Bench, name: str) -> Bridged | None:
    """A transaction's part as it was proved before, of the same text by the same program."""
    found = bench.store.get(key_of(bench, bench.protocol.transactions[name]))
    if found is None:
        return None
    return Bridged(**{**found, "obligations": read(found["obligations"]), "own_reads": read(found["own_reads"])})


def of_ledger(bench: Bench) -> list[Confirmed]:
    """What is proved of the ledger's rules, whatever the text says."""
    key = key_of(bench, "ledger")
    found = bench.store.get(key)
    if found is not None:
        return read(found)
    proved = confirmed(prove_ledger(settings_of(bench)))
    bench.store.put(key, written(proved))
    return proved


def bridged(bench: Bench, name: str) -> Bridged:
    """One transaction's part of the theorem, which is kept."""
    found = bridged_anew(bench, name)
    plain = {**vars(found), "obligations": written(found.obligations), "own_reads": written(found.own_reads)}
    bench.store.put(key_of(bench, bench.protocol.transactions[name]), plain)
    return found


def bridged_anew(bench: Bench, name: str) -> Bridged:
    protocol, schema, settings = bench.protocol, bench.protocol.schema, settings_of(bench)
    step = protocol.transactions[name]
    stated = clauses(schema, step)
    readings = [reading for clause in stated for reading in clause.readings]
    points = [reading for reading in readings if len(reading.keys) == len(schema.tables[reading.table].key)]
    guards = [clause.name for clause in stated if clause.guard is not None]
    outcome = prove_outcome(step.name, guards, [clause.name for clause in stated if clause.guard is None], settings)
    return Bridged(
        step.name, distinct(points, schema), distinct([reading for reading in readings if reading not in points], schema),
        distinct(step.writes, schema),
        confirmed([*prove_covers(protocol, step, stated, settings), outcome, *prove_ranges(protocol, step, settings)]),
        confirmed(prove_no_own_reads(protocol, step, replace(settings, ladder=LADDER[:1]))),
    )  # fmt: skip


def distinct(places: Iterable[Reading | Write], schema: Schema) -> list[str]:
    """Rows and ranges in words, each once."""
    return list(dict.fromkeys(place_text(place.table, place.keys, schema) for place in places))


def place_text(table: str, keys: tuple[Any, ...], schema: Schema) -> str:
    rest = ["*"] * (len(schema.tables[table].key) - len(keys))
    return f"{table}[{', '.join([*(expression_text(key, schema) for key in keys), *rest])}]"


def confirmed(obligations: Iterable[Obligation]) -> list[Confirmed]:
    return [Confirmed(one, second_opinion(one)) for one in obligations]


def referring(rows: Iterable[Row]) -> None:
    """Verdicts that rest on the atomic step name the theorem; only to be called where it was proved of their variant."""
    for row in rows:
        row.assumptions = [ATOMIC_STEP_PROVED if said == ATOMIC_STEP else said for said in row.assumptions]


# --- the command ---


def bridge(given: argparse.Namespace) -> int:
    """Prove, tell, and write the evidence: 0 when the theorem is proved of every transaction, 1 when it is not."""
    place = Path(given.evidence)
    evidence.check_place(place)
    progress = Progress()
    names = STANDARD if given.variant is None else (given.variant,)
    benches = {name: Bench(load(name, given.switch), given.seed, None, progress) for name in names}
    found = [prove_bridging(bench, (name, given.switch), given.jobs) for name, bench in benches.items()]
    progress.done()
    files = {name: text for one in found for name, text in one.files().items()}
    evidence.write(place, {"verdicts.json": evidence.verdicts_text([]), **files})
    if given.json:
        print(json.dumps({"variants": [one.as_dict() for one in found], "evidence": str(place)}, indent=1, ensure_ascii=False))
    else:
        escapes = "\n".join(["what escapes, and what covers it:", *(escaped(found, one) for one in ESCAPES)])
        print("\n\n".join([*map(told, found), escapes, f"evidence in {place}"]))
    return 0 if all(one.proved for one in found) else 1


def told(found: Bridging) -> str:
    """The table, how it was proved, and own reads."""
    lines = [
        (one.name, str(len(one.points)), str(len(one.ranges)), str(len(one.writes)), str(len(one.listed) or ""), one.verdict)
        for one in found.transactions
    ]
    parts = [f"variant {found.protocol.name}: rows read, ranges read, rows written; clauses that read their own call's writes",
             terminal.table(("transaction", "points", "ranges", "writes", "own reads", "verdict"), lines), summed_up(found)]  # fmt: skip
    own = [
        terminal.wrapped(f"{one.name}: {listed} ({', '.join(found.judges(listed)) or 'no claim speaks of it'})", "  ")
        for one in found.transactions for listed in one.listed
    ]  # fmt: skip
    if own:
        parts += ["own reads give what stood there before the call, as on the ledger (claims that judge the cell):", *own]
    return "\n".join(parts)


def summed_up(found: Bridging) -> str:
    """One sentence on the whole variant."""
    asked = [one for one in found.found if found.file(one)]
    said = sum(one.second == "confirmed" for one in asked)
    gaps = [one.name for one in found.transactions if one.open] + [one.obligation.goal for one in found.ledger if not one.holds]
    verdict = f"NOT proved of {', '.join(gaps)}" if gaps else f"proved of every transaction ({len(found.transactions)}), for any size"
    return terminal.wrapped(
        f"bridging: that what commits equals a serial run is {verdict}; {len(asked)} questions by Z3 of which cvc5 confirms {said}; "
        f"{found.seconds:.1f} s"
    )


def escaped(found: list[Bridging], escape: Escape) -> str:
    """What escapes, which transactions of each variant it concerns, and what covers it."""
    whom = "; ".join(f"{one.protocol.name}: {concerned_text(one, escape)}" for one in found)
    claims = f" ({', '.join(escape.claims)})" if escape.claims else ""
    return terminal.wrapped(f"{escape.name} [{whom}]: {escape.what}. Covered: {escape.cover}{claims}", "  ")


def concerned_text(found: Bridging, escape: Escape) -> str:
    names = concerned(escape, found.protocol)
    if len(names) == len(found.transactions):
        return "all"
    return str(len(names)) if len(names) > 3 else ", ".join(names) or "none"
