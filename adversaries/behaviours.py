"""How parties behave on a network, as data: what each behaviour would send next, given what its party can see, and when.

A behaviour only proposes; whether a step may be sent and is accepted is decided by the environment and by the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spec.concrete import View
from spec.errors import choices
from spec.kinds import Term
from spec.text import Protocol

Action = tuple[str, dict[str, Any]]

TIMINGS = {
    "now": "endorsed, ordered and committed before anybody else acts",
    "late": "endorsed now and submitted after others have committed",
    "never": "the party does nothing from now on",
}


@dataclass(frozen=True)
class Seen:
    """What a party can see: the state with pre-images as tuples, every call that was committed, and its own open duties.

    `past` are calls in the order of the ledger, steps off it included; `duties` are the steps that an honest party in
    this place would take now.
    """

    protocol: Protocol
    member: str
    view: View
    past: Sequence[Action]
    duties: Sequence[Action]

    def own(self) -> list[Action]:
        """Its own calls on the ledger."""
        return [(step, given) for step, given in self.past if given["caller"] == self.member and self.protocol.transactions[step].on_ledger]

    def of_others(self) -> list[Action]:
        """The calls of others on the ledger."""
        return [(step, given) for step, given in self.past if given["caller"] != self.member and self.protocol.transactions[step].on_ledger]

    def instances(self) -> list[str]:
        """The instances that name it as their CO."""
        return [key[0] for table, key in self.view.rows if table == "CI" and self.view.cell("CI", "co", key) == self.member]


@dataclass(frozen=True)
class Behaviour:
    """A way to behave; `deviating` says whether only members of a coalition behave so, `role` who can, `dutiful` whether they also do
    their duty."""

    name: str
    described: str
    deviating: bool
    timing: str
    options: Callable[[Seen], Iterator[Action]]
    role: str = "CO"
    dutiful: bool = True


def does_its_duty(seen: Seen) -> Iterator[Action]:
    yield from seen.duties


def copies(seen: Seen) -> Iterator[Action]:
    """Another's hash and nonce under its own name, for the same rows or for an instance of its own."""
    for step, given in seen.of_others():
        kinds = seen.protocol.transactions[step].parameters
        if any(isinstance(kind, Term) for kind in kinds.values()):
            mine = {**given, "caller": seen.member}
            yield step, mine
            for instance in seen.instances() if "instance" in kinds else ():
                yield step, {**mine, "instance": instance}


def sends_twice(seen: Seen) -> Iterator[Action]:
    """What it sent before, once more and unchanged; the latest call first."""
    yield from reversed(seen.own())


def restarts_rounds(seen: Seen) -> Iterator[Action]:
    """A round that it started, again while that round is still open, as far as the text counts what remains of it."""
    counted = "rem" in seen.protocol.schema.tables["TC"].cells
    for step, given in seen.own():
        if step == "StartRound" and (not counted or seen.view.cell("TC", "rem", (given["couple"],)) > 0):
            yield step, given


def joins_again(seen: Seen) -> Iterator[Action]:
    """The instance that it joined, again with the same content and a nonce that another published."""
    nonces = sorted({given["nonce"] for step, given in seen.of_others() if step == "JoinCI"})
    for step, given in seen.own():
        if step == "JoinCI":
            kind = seen.protocol.transactions[step].parameters["hash"]
            assert isinstance(kind, Term)
            for nonce in nonces:
                parts = zip(kind.parts, given["hash"], strict=True)
                yield step, {**given, "hash": tuple(nonce if name == "nonce" else part for (name, _), part in parts)}


def stays_silent(seen: Seen) -> Iterator[Action]:
    yield from ()


def keeps_silent_in_rounds(seen: Seen) -> Iterator[Action]:
    """Its duties, but in its first round it commits to nothing, and in later ones it never reveals what it committed to."""
    slots = [key for table, key in seen.view.rows if table == "Slot" and seen.view.cell(table, "owner", key) == seen.member]
    withheld = ("CommitTJ", "ReportInput") if len(slots) < 2 else ("UpdateTJ", "ReportInput")
    yield from (duty for duty in seen.duties if duty[0] not in withheld)


WORK = ("Train", "UploadResult", "CommitTJ", "UpdateTJ", "ReportInput")


def copies_a_replica(seen: Seen) -> Iterator[Action]:
    """Instead of working it repeats what another owner of its subset last committed to, then what that one revealed; at last, too late,
    it commits to what was revealed."""
    yield from (duty for duty in seen.duties if duty[0] not in WORK)
    for mine in seen.instances():
        subset = seen.view.cell("CI", "dss", (mine,))
        of_replicas = [(step, given) for step, given in seen.of_others() if step in WORK and "instance" in given
                       and seen.view.cell("CI", "dss", (given["instance"],)) == subset]  # fmt: skip
        for wanted in ("CommitTJ", "UpdateTJ"):
            step, given = next(((step, given) for step, given in reversed(of_replicas) if step == wanted), ("", {}))
            if step:
                yield step, {**given, "caller": seen.member}
                yield step, {**given, "caller": seen.member, "instance": mine}
            if "weights" in given:
                yield "CommitTJ", commitment_to(seen, {**given, "instance": mine})


def commitment_to(seen: Seen, revealed: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a commitment of one's own to what another revealed."""
    kind = seen.protocol.transactions["CommitTJ"].parameters["hash"]
    assert isinstance(kind, Term)
    known = {**revealed, "owner": seen.member, "in_round": revealed.get("round")}
    hashed = tuple(known.get(name) for name, _ in kind.parts)
    return {"caller": seen.member, "couple": revealed["couple"], "instance": revealed["instance"], "hash": hashed}


BEHAVIOURS: Mapping[str, Behaviour] = {
    behaviour.name: behaviour
    for behaviour in (
        Behaviour("honest", "does what the environment says that an honest party does", False, "now", does_its_duty),
        Behaviour("late", "does its duty with an endorsement that has become stale", False, "late", does_its_duty),
        Behaviour("copy", "repeats another's hash and nonce", True, "now", copies),
        Behaviour("twice", "sends a transaction twice", True, "now", sends_twice),
        Behaviour("twice late", "has a repeated transaction endorsed, and submits it later", True, "late", sends_twice),
        Behaviour("restart", "starts a round again that is still open", True, "now", restarts_rounds, "MO"),
        Behaviour("rejoin", "joins an instance again with another nonce", True, "now", joins_again),
        Behaviour("silent", "stays silent from now on", True, "never", stays_silent, dutiful=False),
        Behaviour("withhold", "commits to nothing, or never reveals", True, "now", keeps_silent_in_rounds, dutiful=False),
        Behaviour("repeat a replica", "repeats what a replica committed to and revealed", True, "now", copies_a_replica, dutiful=False),
    )
}


class UnknownBehaviour(ValueError):
    """A behaviour that is not in the table, with the choices."""


def behaviour(name: str) -> Behaviour:
    """A behaviour by name."""
    if name not in BEHAVIOURS:
        raise UnknownBehaviour(f"no behaviour {name!r}; choices: {choices(BEHAVIOURS)}")
    return BEHAVIOURS[name]
