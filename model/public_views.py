"""What a judge sees of a run: what was committed, and what was said in public; of digests and nonces only which are equal and which open.

Two runs look alike when these views are equal: a digest that cannot be recomputed from what stands in the view, and a value that was
drawn, are named by the order in which they first appear.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from model.enumeration import Action
from spec.kinds import Kind, Sort, Term
from spec.tracing import Transaction

JOINT = ("organisations", "arbiters")  # a step of a majority: who sends it says nothing
Line = tuple[Any, ...]
View = tuple[Line, ...]


def is_drawn(kind: Kind) -> bool:
    """Nonces, data, places and shares: nobody can guess one."""
    return isinstance(kind, Sort) and bool(kind.image_of)


class Judge:
    """Names for the values of one view. shown: the steps that it consists of."""

    def __init__(self, shown: list[Action], steps: Mapping[str, Transaction]) -> None:
        self.names: dict[tuple[str, Any], str] = {}
        self.counts: dict[str, int] = {}
        self.seen: set[tuple[str, Any]] = set()
        for name, arguments in shown:
            for parameter, kind in steps[name].parameters.items():
                self.seen.add((kind.name, arguments[parameter]))

    def derivable(self, kind: Kind, value: Any) -> bool:
        """Whether the judge has the value, or can compute it from what it has."""
        if value is None or (kind.name, value) in self.seen:
            return True
        return self.recomputable(kind, value) if isinstance(kind, Term) else not is_drawn(kind)

    def recomputable(self, kind: Term, value: Any) -> bool:
        return all(self.derivable(part, inner) for (_, part), inner in zip(kind.parts, value, strict=True))

    def named(self, kind: Kind, value: Any) -> Any:
        """A value as the judge can tell it apart."""
        if isinstance(kind, Term) and value is not None and self.recomputable(kind, value):
            return (kind.name, *(self.named(part, inner) for (_, part), inner in zip(kind.parts, value, strict=True)))
        if value is None or not (isinstance(kind, Term) or is_drawn(kind)):
            return value
        if (kind.name, value) not in self.names:
            self.counts[kind.name] = self.counts.get(kind.name, 0) + 1
            self.names[kind.name, value] = f"{kind.name} {self.counts[kind.name]}"
        return self.names[kind.name, value]


def shown_steps(run: Iterable[Action], steps: Mapping[str, Transaction], public: Collection[str]) -> Iterator[Action]:
    """Committed transactions, and the steps off the ledger that are public."""
    return (action for action in run if steps[action[0]].on_ledger or action[0] in public)


def public_view(run: Iterable[Action], steps: Mapping[str, Transaction], public: Collection[str]) -> View:
    """The view of a run. public: steps off the ledger that everybody sees, such as complaints."""
    shown = sorted(shown_steps(run, steps, public), key=lambda action: place_in_view(action, steps))
    judge = Judge(shown, steps)
    return tuple((name, *(judge.named(kind, arguments[parameter]) for parameter, kind in told(steps[name]))) for name, arguments in shown)


def place_in_view(action: Action, steps: Mapping[str, Transaction]) -> tuple[bool, str]:
    """The ledger has an order; what was said beside it has none."""
    beside = not steps[action[0]].on_ledger
    return beside, repr(action) if beside else ""


def told(step: Transaction) -> Iterator[tuple[str, Kind]]:
    """The parameters of a step that say something."""
    return ((name, kind) for name, kind in step.parameters.items() if name != "caller" or step.caller_role not in JOINT)
