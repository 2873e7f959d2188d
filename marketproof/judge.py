"""`marketproof judge`: who can be blamed from a ledger, with the transaction that shows it; or why nobody can."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ledger_runtime.digests import Oracle, to_ledger
from marketproof.bench import Bench
from marketproof.errors import UserError
from marketproof.judging import judged, sentences_of
from marketproof.ledger_lines import VALID, Entry, read, text_of
from marketproof.progress import Progress
from marketproof.store import Store
from marketproof.variants import load
from model.enumeration import Rows
from properties.blame_rules import Traced, rules_of
from properties.disputes import DISPUTES, complaints_of
from reports import terminal
from spec.concrete import View, evaluate, perform
from spec.paper.assets import CI_REF, TC_REF
from spec.schema import using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, boolean, parameter


@dataclass(frozen=True)
class Blamed:
    """Who is blamed, by which sentence of the text, and the entry of the ledger at which it applies."""

    member: str
    rule: str
    sentence: str
    cites: str
    entry: Entry

    def as_data(self) -> dict[str, Any]:
        return {"member": self.member, "rule": self.rule, "sentence": self.sentence, "cites": self.cites, "line": self.entry.line,
                "evidence": self.entry.as_data()}  # fmt: skip


@dataclass(frozen=True)
class Undecided:
    """A dispute of which the ledger, or a complaint, tells, and in which nobody can be blamed for sure."""

    dispute: str
    subject: dict[str, str]
    reason: str


@dataclass
class Judgement:
    """What a judge says of a ledger.  irregular: entries that are valid although the text refuses them."""

    blamed: list[Blamed] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    irregular: list[tuple[Entry, str]] = field(default_factory=list)

    @property
    def members(self) -> frozenset[str]:
        return frozenset(one.member for one in self.blamed)


class Judge:
    """The judge of one text: its sentences that blame nobody honest in any world that was looked at, and what is undecided."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.protocol = bench, bench.protocol
        self.said = {name: step for one in DISPUTES.values() for name, step in complaints_of(one, self.protocol).items()}
        on_ledger = {name: step for name, step in self.protocol.transactions.items() if step.on_ledger}
        self.steps: dict[str, Transaction] = {**on_ledger, **self.said}
        self.found = {name: judged(bench, name) for name in DISPUTES}
        wrong = {rule["rule"] for one in self.found.values() for rule in one.get("rules", ()) if rule["wrong"] is not None}
        known = rules_of(self.protocol, self.steps)
        self.rules: dict[str, list[Traced]] = {step: [one for one in rules if one.rule.name not in wrong] for step, rules in known.items()}
        self.left_out = sorted(wrong)
        self.visible = visible_disputes(self.protocol)

    def judge(self, entries: Iterable[Entry]) -> Judgement:
        """Follow the ledger, entry by entry; every sentence is asked in the state before its step."""
        found, rows, oracle = Judgement(), dict[Any, Any](), Oracle()
        named = Named()
        complaints: list[Entry] = []
        for entry in entries:
            if entry.code != VALID:
                continue
            step = self.steps[entry.transaction]
            view = View(self.protocol.schema, rows, named.universe, make=oracle.make, open=oracle.open)
            named.add(step, entry)
            found.blamed += self.blamed_at(step, entry, view)
            if entry.transaction in self.said:
                complaints.append(entry)
            else:
                refused = self.follow(step, entry, view, rows)
                found.irregular += [(entry, refused)] if refused else []
        view = View(self.protocol.schema, rows, named.universe, make=oracle.make, open=oracle.open)
        found.undecided = list(self.undecided(view, named, complaints, found))
        return found

    def blamed_at(self, step: Transaction, entry: Entry, view: View) -> Iterator[Blamed]:
        for one in self.rules.get(step.name, ()):
            if self.bench.compiled.holds(one.condition, entry.arguments, view):
                member = evaluate(one.member, entry.arguments, view)
                if member is not None:
                    yield Blamed(member, one.rule.name, one.rule.sentence, one.rule.cites, entry)

    def follow(self, step: Transaction, entry: Entry, view: View, rows: Rows) -> str:
        """Write what the transaction writes, and what whoever follows the ledger derives; the guard that refuses it, if one does."""
        outcome = self.bench.compiled.run(step, entry.arguments, view)
        writes = perform(step.writes, entry.arguments, view) if outcome.refused else outcome.writes
        derived = self.bench.compiled.observe(step, entry.arguments, view)
        rows.update({**writes, **{row: value for row, value in derived.items() if view.schema.tables[row[0]].category == "history"}})
        return outcome.refused or ""

    def undecided(self, view: View, named: Named, complaints: list[Entry], found: Judgement) -> Iterator[Undecided]:
        """Disputes that the ledger shows, or that were complained of, and that no sentence decides."""
        settled = [one.entry.arguments for one in found.blamed]
        holds = self.bench.compiled.holds
        for dispute, condition in self.visible.items():
            for couple, instance in itertools.product(named.of("TC"), named.of("CI")):
                subject = {"couple": couple, "instance": instance}
                if holds(condition, subject, view) and not any(concerns(given, subject) for given in settled):
                    yield Undecided(dispute, {name: value for name, value in subject.items() if value}, self.reason(dispute))
        for entry in complaints:
            subject = {name: value for name, value in entry.arguments.items() if name != "caller"}
            if not any(one.entry is entry for one in found.blamed):
                dispute = next(name for name, one in DISPUTES.items() if entry.transaction in {said.name for said in one.complaints})
                yield Undecided(dispute, subject, self.reason(dispute))

    def reason(self, dispute: str) -> str:
        found = self.found[dispute]
        if "not_expressible" in found:
            return str(found["not_expressible"])
        if not found["pair"]:
            return "no sentence of the text names a culprit here"
        first, second = (" and ".join(world["culprits"]) or "nobody" for world in found["pair"])
        return f"of such a dispute two worlds leave one ledger: in one {first} deviated, in the other {second}"


class Named:
    """The identifiers that a ledger names, by sort."""

    def __init__(self) -> None:
        self.universe: dict[str, list[Any]] = {}

    def add(self, step: Transaction, entry: Entry) -> None:
        for name, kind in step.parameters.items():
            known = self.universe.setdefault(kind.sort, [])
            if isinstance(entry.arguments[name], str) and entry.arguments[name] not in known:
                known.append(entry.arguments[name])

    def of(self, sort: str) -> list[Any]:
        return self.universe.get(sort) or [None]


def concerns(given: dict[str, Any], subject: dict[str, Any]) -> bool:
    """Whether a step that shows a culprit is about the same: what both name is equal, and they name something in common."""
    shared = [name for name in subject if name in given and subject[name] is not None]
    return bool(shared) and all(given[name] == subject[name] for name in shared)


def visible_disputes(protocol: Protocol) -> dict[str, Expression]:
    couple, instance = parameter("couple", TC_REF), parameter("instance", CI_REF)
    with using(protocol.schema):
        return {name: boolean(one.visible(couple, instance)) for name, one in DISPUTES.items() if one.visible is not None}


# --- the command ---


def judge(given: argparse.Namespace) -> int:
    """Judge a ledger; 0 whatever is found: to judge is the job."""
    if (given.ledger is None) == (given.histories is None):
        raise UserError("judge takes a LEDGER, or --histories N to judge generated ones")
    progress = Progress()
    progress.start("disputes of the text")
    bench = Bench(load(given.variant, given.switch), progress=progress, store=Store())
    known = Judge(bench)
    progress.done()
    if given.histories is not None:
        from marketproof.histories import judge_histories

        return judge_histories(known, given, progress)
    entries = read(Path(given.ledger), known.steps)
    found = known.judge(entries)
    print(json.dumps(as_data(known, found, len(entries)), indent=1, ensure_ascii=False) if given.json else told(known, found, len(entries)))
    return 0


def as_data(known: Judge, found: Judgement, entries: int) -> dict[str, Any]:
    return {
        "variant": known.protocol.name, "entries": entries, "blamed": [one.as_data() for one in found.blamed],
        "undecidable": [asdict(one) | {"worlds": known.found[one.dispute].get("pair", [])} for one in found.undecided],
        "irregular": [{"line": entry.line, "refused_by": guard} for entry, guard in found.irregular], "sentences_left_out": known.left_out,
    }  # fmt: skip


def told(known: Judge, found: Judgement, entries: int) -> str:
    lines = [f"{entries} entries of a ledger of {known.protocol.name!r}"]
    for one in found.blamed:
        lines += [f"BLAMED {one.member}: {one.sentence} ({one.cites})", f"  evidence: {one.entry.told()}"]
    for entry, guard in found.irregular:
        lines.append(f"irregular: {entry.told()}: valid, although the text refuses it ({guard})")
    for dispute, group in itertools.groupby(found.undecided, key=lambda one: one.dispute):
        mine = list(group)
        subjects = "; ".join(", ".join(f"{name} = {value}" for name, value in one.subject.items()) for one in mine)
        lines.append(f"undecidable, {dispute} ({subjects}): {mine[0].reason}")
        lines += [f"  {sentence}" for sentence in sentences_of(known.found[dispute].get("pair", []))]
    if not found.blamed and not found.undecided:
        lines.append("no dispute: nobody is blamed")
    if known.left_out:
        lines.append(f"sentences of the text that blame somebody honest in some world, and are not used: {', '.join(known.left_out)}")
    return "\n".join(terminal.wrapped(line, " " * (len(line) - len(line.lstrip()))) for line in lines)


def entries_of(steps: dict[str, Transaction], run: Iterable[tuple[str, dict[str, Any]]]) -> list[Entry]:
    """A run as the entries that it leaves, a block for each; complaints last."""
    oracle, listed = Oracle(), [action for action in run if action[0] in steps]
    on_ledger = [action for action in listed if steps[action[0]].on_ledger]
    beside = [action for action in listed if not steps[action[0]].on_ledger]
    found = []
    for number, (name, given) in enumerate([*on_ledger, *beside], 1):
        arguments = {one: to_ledger(kind, given[one], oracle) for one, kind in steps[name].parameters.items()}
        found.append(Entry(number, number if steps[name].on_ledger else 0, VALID, name, arguments))
    return found


__all__ = ["Blamed", "Judge", "Judgement", "entries_of", "judge", "text_of"]
