"""Whether one condition follows from another in every state of any size; and if not, a small state that separates them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.frames import cells_read
from model.induction import Engine, Obligation, Question, Rung, Settings
from model.separating import Separation, separating
from model.unbounded import Environment, NoMeaning
from spec.kinds import Kind
from spec.text import Protocol
from spec.tree import FALSE, TRUE, Expression, walk

LADDER = (Rung(0, False), Rung(1, False, 6), Rung(1, False), Rung(2, False))
RESOURCES = 20_000_000
HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"


@dataclass(frozen=True)
class Entailment:
    """`holds` at any size, `fails` with a state that separates, or `unknown` with the reason; the question that Z3 was asked."""

    outcome: str
    reason: str = ""
    obligation: Obligation | None = None
    separation: Separation | None = None


def entails(
    protocol: Protocol, name: str, left: Expression, right: Expression, parameters: dict[str, Kind], seed: int = 0,
    progress: Callable[[str], None] = lambda text: None,
) -> Entailment:  # fmt: skip
    """Whether `right` holds of whatever state, members who deviate and arguments `left` holds of."""
    if left is right or right is TRUE or left is FALSE:
        return Entailment(HOLDS, "the same text" if left is right else "one of them is constant")
    progress(f"{name}: a proof for any size")
    try:
        asked = question(protocol, name, left, right, parameters, Settings(Engine(), seed, RESOURCES, LADDER))
    except NoMeaning as error:
        return Entailment(UNKNOWN, str(error))
    if asked.outcome == "proved":
        return Entailment(HOLDS, "", asked)
    found = separating(protocol, left, right, parameters, seed, progress)
    if found is not None:
        return Entailment(FAILS, "", asked, found)
    why = "Z3 has a candidate" if asked.outcome == "failed" else "Z3's budget ended"
    return Entailment(UNKNOWN, f"{why}, and no state of up to 2x2 subsets and replicas separates them", asked)


def question(
    protocol: Protocol, name: str, left: Expression, right: Expression, parameters: dict[str, Kind], settings: Settings
) -> Obligation:
    """The any-size question: arguments are whole, `left` holds, and `right` fails, in one state or of two."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    two = any(one._op == "run" for condition in (left, right) for one in walk(condition))
    state = settings.engine.arbitrary(meaning, "", settings.engine.arbitrary(meaning, "second run: ") if two else None)
    arguments: Environment = {}
    given = []
    for parameter, kind in parameters.items():
        value, whole = meaning.argument(kind, parameter)
        arguments[parameter] = value
        given += [(f"argument {parameter} is whole", one) for one in whole]
    assumed = {"the other one": (meaning.holds(left, arguments, state), cells_read(left))}
    return Question(protocol, "", meaning, given, assumed, {}, settings).decide(name, right, arguments, state)


__all__ = ["FAILS", "HOLDS", "UNKNOWN", "Entailment", "entails"]
