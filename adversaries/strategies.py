"""What each role may do for its own gain, as behaviours: honest ones do their duty, others leave duties out or do something instead.

What a strategy pays is not said here: it is played on the text, and the money is read off its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adversaries.behaviours import Action, Seen, copies_a_replica, does_its_duty, stays_silent
from spec.kinds import Kind, Term

LAZY = "junk"


@dataclass(frozen=True)
class Strategy:
    """`options` are the steps that a member would take next, the first that it can take is taken."""

    name: str
    role: str
    described: str
    options: Callable[[Seen], Iterator[Action]]


def without(*steps: str) -> Callable[[Seen], Iterator[Action]]:
    """Its duties, but never these."""
    return lambda seen: (duty for duty in seen.duties if duty[0] not in steps)


def forges(seen: Seen) -> Iterator[Action]:
    """It reports a made-up model, the same that every other forger makes up, and trains nothing."""
    yield from without("Train", "UploadResult", "CommitTJ", "UpdateTJ")(seen)
    for instance in seen.instances():
        for couple in couples(seen):
            yield from made_up(seen, couple, instance)


def couples(seen: Seen) -> list[str]:
    return [key[0] for table, key in seen.view.rows if table == "TC"]


def made_up(seen: Seen, couple: str, instance: str) -> Iterator[Action]:
    """The calls that report a model of junk for the couple's round."""
    number = seen.view.cell("TC", "round", (couple,))
    model = seen.view.cell("TC", "mod", (couple,))
    known = {
        "caller": seen.member, "couple": couple, "instance": instance, "round": number, "weights": (LAZY, number), "content": LAZY,
        "nonce": f"Nonce({seen.member})", "owner": seen.member, "in_round": number,
        "location": (f"Location({instance})", seen.view.cell("Mod", "owner", (model,))),
    }  # fmt: skip
    for step in ("CommitTJ", "UpdateTJ"):
        if step in seen.protocol.transactions and number > 0:
            yield step, {name: made_of(name, kind, known) for name, kind in seen.protocol.transactions[step].parameters.items()}


def made_of(name: str, kind: Kind, known: Mapping[str, Any]) -> Any:
    """A value that is known by its name, or a pre-image of such values."""
    if name in known:
        return known[name]
    assert isinstance(kind, Term)
    return tuple(made_of(part, inner, known) for part, inner in kind.parts)


def complains(seen: Seen) -> Iterator[Action]:
    """It says that its inputs are missing, instead of working."""
    yield from without("FetchTrainingFile", "Train", "UploadResult", "CommitTJ", "UpdateTJ")(seen)
    for table, key in seen.view.rows:
        if table == "Slot" and seen.view.cell(table, "owner", key) == seen.member:
            yield "ReportInput", {"caller": seen.member, "couple": key[0], "instance": key[2]}


def disputes(seen: Seen) -> Iterator[Action]:
    """It disputes every result, right or wrong."""
    yield from seen.duties
    for couple, number, instance in [key for name, key in seen.view.rows if name == "Slot"]:
        yield "DisputeResult", {"caller": seen.member, "couple": couple, "round": number, "instance": instance}


def starts_without_inputs(seen: Seen) -> Iterator[Action]:
    """It starts rounds and uploads no training file."""
    yield from without("UploadTrainingFile")(seen)
    for couple in couples(seen):
        if seen.view.cell("Mod", "owner", (seen.view.cell("TC", "mod", (couple,)),)) == seen.member:
            yield "StartRound", {"caller": seen.member, "couple": couple}


def leaves(seen: Seen) -> Iterator[Action]:
    """It stops after its first round."""
    begun = any(seen.view.cell("TC", "round", (couple,)) > 0 for couple in couples(seen))
    yield from without("StartRound", "CompleteTC")(seen) if begun else seen.duties


HONEST = {role: Strategy("honest", role, "does what the text expects of it", does_its_duty) for role in ("DO", "CO", "MO")}
DEVIATING = (
    Strategy("silent", "CO", "does nothing", stays_silent),
    Strategy("forge", "CO", "reports a made-up model and trains nothing", forges),
    Strategy("copy", "CO", "repeats what a replica of its subset reports", copies_a_replica),
    Strategy("withhold", "CO", "commits to its model and never reveals it", without("UpdateTJ")),
    Strategy("complain", "CO", "says that its inputs are missing", complains),
    Strategy("dispute", "CO", "disputes every result", disputes),
    Strategy("no share", "MO", "never reveals its share of the seed", without("RevealSeedMO")),
    Strategy("no inputs", "MO", "starts rounds and serves no inputs", starts_without_inputs),
    Strategy("leave", "MO", "stops after its first round", leaves),
    Strategy("no end", "MO", "never completes a couple, nor says that it paid", without("CompleteTC")),
    Strategy("no payment", "MO", "never pays", without("Pay")),
    Strategy("dispute", "MO", "disputes every result", disputes),
    Strategy("no share", "DO", "never reveals its share of the seed", without("RevealSeedDO")),
    Strategy("no approval", "DO", "approves nothing", without("ApproveTC")),
    Strategy("dispute", "DO", "disputes every result", disputes),
)  # fmt: skip


def strategies(role: str, names: Collection[str] = ()) -> list[Strategy]:
    """The deviating strategies of a role, or the named ones."""
    return [one for one in DEVIATING if one.role == role and (not names or one.name in names)]


def strategy(role: str, name: str) -> Strategy:
    return HONEST[role] if name == "honest" else next(one for one in DEVIATING if (one.role, one.name) == (role, name))
