"""Attacks as the evidence tells them (`attacks.json`): parties, steps in order, and what breaks at the end."""

from __future__ import annotations

from dataclasses import dataclass

from reports.shapes import Malformed, Value

KINDS = ("transaction", "off_ledger", "forged")
STARTS = ("market", "empty")
MOST_STEPS = 3000


@dataclass(frozen=True)
class Party:
    """A member that acts or is reached; the ledger is no party."""

    name: str
    role: str
    deviating: bool


@dataclass(frozen=True)
class Step:
    """One step. kind: one of KINDS. reaches: names of others that a step off the ledger sends to. event: with what it carries, or empty.

    because: sentences on the earlier steps that it needs, and on why nobody honest would take it.
    """

    kind: str
    by: str
    deviating: bool
    name: str
    arguments: tuple[tuple[str, str], ...]
    reaches: tuple[str, ...]
    event: str
    sentence: str
    because: tuple[str, ...]

    @property
    def called(self) -> str:
        return f"{self.name}({', '.join(f'{name} = {value}' for name, value in self.arguments)})"


@dataclass(frozen=True)
class Run:
    """Steps in order, and the parties in the order in which they come up."""

    parties: tuple[Party, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Attack:
    """One run, or two that differ only in what the coalition chooses. broken: the sentence that ended the replay on the ledger."""

    start: str
    honest_steps_before: int
    runs: tuple[Run, ...]
    broken: str

    @property
    def begins(self) -> str:
        if self.start == "empty":
            return "From nothing but the members:"
        return f"From a populated market that honest parties reached in {self.honest_steps_before} steps:"

    @property
    def lengths(self) -> str:
        """`3 steps`, or for two runs `1 step in one run, 3 steps in the other`."""
        sizes = [f"{len(run.steps)} step{'s' * (len(run.steps) != 1)}" for run in self.runs]
        return sizes[0] if len(sizes) == 1 else f"{sizes[0]} in one run, {sizes[1]} in the other"


def attack_of(value: Value) -> Attack:
    """An attack, its shapes checked."""
    silent = tuple(Party(name, role, True) for name, role in value["silent"].texts_by_name.items())
    runs = tuple(run_of(run, silent) for run in value["runs"].items)
    if len(runs) not in (1, 2):
        raise Malformed(value.file, f"{value.place} has {len(runs)} runs, not one or two")
    if sum(len(run.steps) for run in runs) > MOST_STEPS:
        raise Malformed(value.file, f"{value.place} has more than {MOST_STEPS} steps")
    return Attack(value["start"].one_of(STARTS), value["honest_steps_before"].whole, runs, value["broken"].text)


def run_of(value: Value, silent: tuple[Party, ...] = ()) -> Run:
    """A run; who deviates by doing nothing stands beside the others."""
    parties: dict[str, Party] = {}
    steps = []
    for item in value.items:
        step = step_of(item)
        named = {step.by: Party(step.by, item["role"].text, step.deviating)}
        named |= {name: Party(name, role, False) for name, role in item["reaches"].texts_by_name.items()}
        for name, party in named.items():
            known = parties.get(name, party)
            parties[name] = Party(name, known.role, known.deviating or party.deviating)
        steps.append(step)
    parties |= {party.name: party for party in silent}
    return Run(tuple(parties.values()), tuple(steps))


def step_of(value: Value) -> Step:
    return Step(
        kind=value["kind"].one_of(KINDS),
        by=value["by"].text,
        deviating=value["deviating"].truth,
        name=value["name"].text,
        arguments=tuple(value["arguments"].texts_by_name.items()),
        reaches=tuple(value["reaches"].texts_by_name),
        event=value["event"].text,
        sentence=value["sentence"].text,
        because=tuple(one.text for one in value["because"].items),
    )
